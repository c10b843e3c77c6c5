// str — see the header.
#include "base/str.h"

#include <string.h>

// Number parsing: strtod obeys the host's locale, so digits are collected here and strtod is called
// under the C locale that the program never leaves for LC_NUMERIC (main sets LC_CTYPE only).
#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct str str_from(const char *text) {
    return (struct str){.ptr = text, .len = text ? strlen(text) : 0};
}

static char lower(char character) {
    return character >= 'A' && character <= 'Z' ? (char)(character + 32) : character;
}

bool str_bytes_equal_nocase(const char *left, const char *right, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (left[i] != right[i] && lower(left[i]) != lower(right[i])) return false;
    }
    return true;
}

int str_compare(struct str left, struct str right) {
    const size_t shared = left.len < right.len ? left.len : right.len;
    const int order = shared ? memcmp(left.ptr, right.ptr, shared) : 0;
    if (order) return order;
    return (left.len > right.len) - (left.len < right.len);
}

bool str_starts_with(struct str text, struct str prefix) {
    return text.len >= prefix.len && str_equal(str_slice(text, 0, prefix.len), prefix);
}

bool str_ends_with(struct str text, struct str suffix) {
    return text.len >= suffix.len && str_equal(str_skip(text, text.len - suffix.len), suffix);
}

bool str_contains(struct str text, struct str part) {
    if (part.len == 0) return true;
    while (text.len >= part.len) {
        const char *at = memchr(text.ptr, part.ptr[0], text.len - part.len + 1);
        if (!at) return false;
        if (memcmp(at, part.ptr, part.len) == 0) return true;
        text = str_skip(text, (size_t)(at - text.ptr) + 1);
    }
    return false;
}

size_t str_find_char(struct str text, char wanted) {
    const char *found = text.len ? memchr(text.ptr, wanted, text.len) : NULL;
    return found ? (size_t)(found - text.ptr) : text.len;
}

static bool is_blank(char character) {
    return character == ' ' || (character >= '\t' && character <= '\r');
}

struct str str_trim(struct str text) {
    while (text.len && is_blank(text.ptr[0]))
        text = str_skip(text, 1);
    while (text.len && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

bool str_split(struct str text, char separator, struct str *left, struct str *right) {
    const size_t at = str_find_char(text, separator);
    *left = str_slice(text, 0, at);
    *right = str_skip(text, at + 1);
    return at < text.len;
}

bool str_parse_int64(struct str text, int64_t *out) {
    const bool negative = text.len && text.ptr[0] == '-';
    if (negative) text = str_skip(text, 1);
    if (text.len == 0 || text.len > 19) return false;
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') return false;
        value = value * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    if (value > (uint64_t)INT64_MAX + (negative ? 1 : 0)) return false;
    *out = negative ? -(int64_t)(value - 1) - 1 : (int64_t)value; // the least has no positive twin
    return true;
}

bool str_parse_double(struct str text, double *out) {
    char digits[64];
    if (text.len == 0 || text.len >= sizeof(digits)) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!memchr("0123456789+-.eE", text.ptr[i], 15)) return false; // no hex, no "inf"
    }
    memcpy(digits, text.ptr, text.len);
    digits[text.len] = '\0';
    char *end = NULL;
    const double value = strtod(digits, &end);
    if (end != digits + text.len || !isfinite(value)) return false;
    *out = value;
    return true;
}

// Length of the sequence a lead byte announces, 0 when it cannot lead.
static size_t sequence_bytes(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return 2;
    if (lead >= 0xE0 && lead <= 0xEF) return 3;
    if (lead >= 0xF0 && lead <= 0xF4) return 4;
    return 0;
}

uint32_t str_next_rune(struct str *rest, bool *valid) {
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *byte = (const unsigned char *)rest->ptr;
    const size_t bytes = sequence_bytes(byte[0]);
    *valid = false;
    if (bytes == 0 || bytes > rest->len) goto bad;
    uint32_t rune = bytes == 1 ? byte[0] : byte[0] & (0x7Fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if ((byte[i] & 0xC0) != 0x80) goto bad;
        rune = rune << 6 | (byte[i] & 0x3Fu);
    }
    if (rune < smallest[bytes] || rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF)) goto bad;
    *valid = true;
    *rest = str_skip(*rest, bytes);
    return rune;
bad:
    *rest = str_skip(*rest, 1);
    return STR_BAD_RUNE;
}

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

// Not 0 when a byte of the word is 0; the word must have no byte above 0x7F.
static uint64_t has_zero(uint64_t word) {
    return (word - EACH_BYTE(1)) & EACH_BYTE(0x80);
}

static bool is_plain_word(uint64_t word) {
    if (word & EACH_BYTE(0x80)) return false;
    const uint64_t below_space = (word - EACH_BYTE(' ')) & EACH_BYTE(0x80);
    return !(
        below_space | has_zero(word ^ EACH_BYTE('"')) | has_zero(word ^ EACH_BYTE('\\')) |
        has_zero(word ^ EACH_BYTE(0x7F)));
}

size_t str_plain_words(struct str text) {
    size_t at = 0;
    for (; at + sizeof(uint64_t) <= text.len; at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, text.ptr + at, sizeof(word));
        if (!is_plain_word(word)) break;
    }
    return at;
}

// The last group may overlap the one before it.
bool str_is_plain(struct str text) {
    uint64_t word = 0;
    uint32_t half = 0;
    if (text.len >= sizeof(word)) {
        if (str_plain_words(text) < text.len / sizeof(word) * sizeof(word)) return false;
        memcpy(&word, text.ptr + text.len - sizeof(word), sizeof(word));
        return is_plain_word(word);
    }
    if (text.len >= sizeof(half)) {
        memcpy(&half, text.ptr, sizeof(half));
        word = half;
        memcpy(&half, text.ptr + text.len - sizeof(half), sizeof(half));
        return is_plain_word(word << 32 | half);
    }
    for (size_t i = 0; i < text.len; i++) {
        const char at = text.ptr[i];
        if (at < ' ' || at > '~' || at == '"' || at == '\\') return false;
    }
    return true;
}

bool str_is_utf8(struct str text) {
    bool valid = true;
    while (text.len && valid) {
        if ((unsigned char)text.ptr[0] < 0x80) {
            text = str_skip(text, 1);
            uint64_t word = 0;
            while (text.len >= sizeof(word)) {
                memcpy(&word, text.ptr, sizeof(word));
                if (word & EACH_BYTE(0x80)) break;
                text = str_skip(text, sizeof(word));
            }
        } else {
            (void)str_next_rune(&text, &valid);
        }
    }
    return valid;
}

size_t str_count_runes(struct str text) {
    size_t count = 0;
    bool valid = true;
    while (text.len) {
        uint64_t word;
        if (text.len >= sizeof(word)) { // of ASCII each byte is one
            memcpy(&word, text.ptr, sizeof(word));
            if (!(word & EACH_BYTE(0x80))) {
                text = str_skip(text, sizeof(word));
                count += sizeof(word);
                continue;
            }
        }
        (void)str_next_rune(&text, &valid);
        count++;
    }
    return count;
}

bool str_is_invisible_rune(uint32_t rune) {
    return rune == 0x00AD || rune == 0x061C || rune == 0x180E ||
           (rune >= 0x200B && rune <= 0x200F) || (rune >= 0x2028 && rune <= 0x202E) ||
           (rune >= 0x2060 && rune <= 0x2069) || rune == 0xFEFF;
}
