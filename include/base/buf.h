// buf — owned bytes that grow up to a limit.
//
// Shape    `{0}` is an empty buf with the default limit. A NUL always stands after the end, for C
// APIs. Errors   appending never fails at the call: past `limit` the buf turns *overflowed*, later
//          appends do nothing, and one buf_finish() reports it.
// Owns     `ptr`; release with buf_release, or move it out with buf_take.
// Threads  one at a time.
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "base/str.h"

#include <stdarg.h>

#define BUF_DEFAULT_LIMIT ((size_t)16 << 20)

struct buf {
    char *ptr;
    size_t len, cap;
    size_t limit; // 0 means BUF_DEFAULT_LIMIT
    bool overflowed;
};

void buf_release(struct buf *buf);
void buf_reset(struct buf *buf); // empty, memory and limit kept
void buf_reserve(struct buf *buf, size_t more_bytes);
// So many bytes more, for the caller to fill before anything else happens to the buffer; NULL beyond
// the limit, as if they had been appended.
char *buf_extend(struct buf *buf, size_t more_bytes);

void buf_add(struct buf *buf, struct str text);
void buf_add_char(struct buf *buf, char character);
void buf_add_rune(struct buf *buf, uint32_t rune); // as UTF-8
void buf_add_int(struct buf *buf, int64_t number);
void buf_add_double(struct buf *buf, double number); // shortest text that reads back the same
void buf_add_format(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_add_vformat(struct buf *buf, const char *format, va_list args) PRINTF_LIKE(2, 0);
// Text from outside, made safe for a terminal or log line: control characters (C0, DEL, C1) become
// visible escapes such as \e or \x9b, direction overrides \u202e, invalid UTF-8 bytes U+FFFD.
void buf_add_printable(struct buf *buf, struct str text);
// Between double quotes, a backslash before each quote and backslash of its own.
void buf_add_quoted(struct buf *buf, struct str text);

struct str buf_str(const struct buf *buf);   // a view, good until the next append
const char *buf_text(const struct buf *buf); // NUL-terminated, never NULL
bool buf_finish(const struct buf *buf, struct str *out, struct error *err) MUST_CHECK;
// Moves the bytes out as a NUL-terminated string (never NULL); the buf is empty again.
char *buf_take(struct buf *buf);

// What buf_add_cleaned took out of a pasted value.
enum buf_removal {
    BUF_REMOVAL_SPACE,      // white space around it, no-break spaces included
    BUF_REMOVAL_LINE_BREAK, // CR, LF, U+2028, U+2029, and the blanks of the wrap
    BUF_REMOVAL_INVISIBLE,  // zero-width and direction characters, control characters
    BUF_REMOVAL_QUOTE,      // a pair of quotes around it, typographic ones included
    BUF_REMOVAL_KEY,        // a leading KEY= or `export KEY=`; rune is '='
};
#define BUF_CLEANING_NOTES 12
struct buf_cleaning {
    struct {
        enum buf_removal kind;
        uint32_t rune;           // code point
        size_t offset;           // byte offset in the pasted text
    } notes[BUF_CLEANING_NOTES]; // the first ones, in order of offset
    size_t count;                // all of them
};
// Appends the value somebody meant to paste. `cleaning` (may be NULL) is overwritten.
void buf_add_cleaned(struct buf *out, struct str pasted, struct buf_cleaning *cleaning);
// "2 spaces, 1 invisible character (U+200B at 17)"; nothing when nothing was removed.
void buf_add_cleaning(struct buf *out, const struct buf_cleaning *cleaning);
