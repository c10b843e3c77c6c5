// str — a borrowed, read-only run of bytes. May hold NUL bytes and need not end in one.
//
// Owns     nothing: the bytes belong to somebody else and must outlive the str.
// Errors   parsers return false and leave their output alone.
// Threads  any.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *ptr;
    size_t len;
};

#define STR(literal) ((struct str){.ptr = "" literal, .len = sizeof(literal) - 1})
#define STR_FMT "%.*s"
#define STR_ARG(text) ((int)((text).len > 4096 ? 4096 : (text).len)), ((text).ptr ? (text).ptr : "")

struct str str_from(const char *text); // NULL gives the empty str
// The smallest ones are inline: request signing calls them dozens of times per microsecond.
static inline bool str_equal(struct str left, struct str right) {
    return left.len == right.len && (left.len == 0 || memcmp(left.ptr, right.ptr, left.len) == 0);
}
bool str_bytes_equal_nocase(const char *left, const char *right, size_t len);
static inline bool str_equal_nocase(struct str left, struct str right) { // ASCII letters only
    return left.len == right.len && str_bytes_equal_nocase(left.ptr, right.ptr, left.len);
}
int str_compare(struct str left, struct str right); // bytewise, shorter first
bool str_starts_with(struct str text, struct str prefix);
bool str_ends_with(struct str text, struct str suffix);
bool str_contains(struct str text, struct str part);
// Offset of the first occurrence, or text.len.
size_t str_find_char(struct str text, char wanted);
static inline struct str
str_slice(struct str text, size_t from, size_t len) { // clamped to the text
    if (!text.ptr) return (struct str){0};
    if (from > text.len) from = text.len;
    if (len > text.len - from) len = text.len - from;
    return (struct str){.ptr = text.ptr + from, .len = len};
}
static inline struct str str_skip(struct str text, size_t bytes) {
    return str_slice(text, bytes, text.len);
}
struct str str_trim(struct str text); // ASCII white space at both ends
// Splits at the first separator; without one, `left` is everything and `right` is empty.
bool str_split(struct str text, char separator, struct str *left, struct str *right);

// Whole text must be the number. Independent of locale.
bool str_parse_int64(struct str text, int64_t *out);
bool str_parse_double(struct str text, double *out);

#define STR_BAD_RUNE 0xFFFDu
// Takes one code point off the front of `rest`; an invalid byte is consumed alone and returned as
// STR_BAD_RUNE with `*valid` false. Call only while rest->len > 0.
uint32_t str_next_rune(struct str *rest, bool *valid);
size_t str_count_runes(struct str text); // what AWS calls the length of a text
bool str_is_utf8(struct str text);
// Bytes at the front, in whole groups of eight, of printable ASCII other than `"` and `\`: what every
// escaping copies as it is. More may follow.
size_t str_plain_words(struct str text);
bool str_is_plain(struct str text); // the whole text is of such bytes
// Zero-width and direction-changing characters people paste without seeing them.
bool str_is_invisible_rune(uint32_t rune);
