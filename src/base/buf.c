// buf — see the header.
#include "base/buf.h"

#include "base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

void buf_release(struct buf *buf) {
    if (!buf) return;
    mem_free(buf->ptr);
    *buf = (struct buf){.limit = buf->limit};
}

void buf_reset(struct buf *buf) {
    buf->len = 0;
    buf->overflowed = false;
    if (buf->ptr) buf->ptr[0] = '\0';
}

static bool make_room(struct buf *buf, size_t more) {
    const size_t limit = buf->limit ? buf->limit : BUF_DEFAULT_LIMIT;
    if (buf->overflowed || more > limit || buf->len > limit - more) {
        buf->overflowed = true;
        return false;
    }
    const size_t needed = buf->len + more + 1;
    if (needed <= buf->cap) return true;
    size_t cap = buf->cap ? buf->cap : 64;
    while (cap < needed) cap *= 2;
    buf->ptr = mem_resize(buf->ptr, cap, 1);
    buf->cap = cap;
    return true;
}

void buf_reserve(struct buf *buf, size_t more_bytes) {
    const bool was_overflowed = buf->overflowed;
    if (make_room(buf, more_bytes)) buf->ptr[buf->len] = '\0';
    buf->overflowed = was_overflowed; // only appending beyond the limit counts
}

void buf_add(struct buf *buf, struct str text) {
    if (!make_room(buf, text.len)) return;
    if (text.len) memcpy(buf->ptr + buf->len, text.ptr, text.len);
    buf->len += text.len;
    buf->ptr[buf->len] = '\0';
}

void buf_add_char(struct buf *buf, char character) {
    buf_add(buf, (struct str){.ptr = &character, .len = 1});
}

void buf_add_rune(struct buf *buf, uint32_t rune) {
    char bytes[4];
    size_t len = 0;
    if (rune < 0x80) {
        bytes[len++] = (char)rune;
    } else if (rune < 0x800) {
        bytes[len++] = (char)(0xC0 | rune >> 6);
    } else if (rune < 0x10000) {
        bytes[len++] = (char)(0xE0 | rune >> 12);
        bytes[len++] = (char)(0x80 | (rune >> 6 & 0x3F));
    } else {
        bytes[len++] = (char)(0xF0 | (rune >> 18 & 0x07));
        bytes[len++] = (char)(0x80 | (rune >> 12 & 0x3F));
        bytes[len++] = (char)(0x80 | (rune >> 6 & 0x3F));
    }
    if (rune >= 0x80) bytes[len++] = (char)(0x80 | (rune & 0x3F));
    buf_add(buf, (struct str){.ptr = bytes, .len = len});
}

void buf_add_int(struct buf *buf, int64_t number) {
    char digits[20];
    size_t at = sizeof(digits);
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0) digits[--at] = '-';
    buf_add(buf, (struct str){.ptr = digits + at, .len = sizeof(digits) - at});
}

void buf_add_double(struct buf *buf, double number) {
    char text[40];
    if (!isfinite(number)) {
        buf_add(buf, STR("null")); // JSON has no word for it
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        double read_back = 0;
        const int len = snprintf(text, sizeof(text), "%.*g", precision, number);
        const struct str view = {.ptr = text, .len = (size_t)len};
        if (str_parse_double(view, &read_back) && read_back == number) break;
    }
    buf_add(buf, str_from(text));
}

void buf_add_format(struct buf *buf, const char *format, ...) {
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    const int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len >= 0 && make_room(buf, (size_t)len)) {
        vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, again);
        buf->len += (size_t)len;
    }
    va_end(again);
}

static void add_escape(struct buf *buf, uint32_t rune) {
    switch (rune) {
    case '\n': buf_add(buf, STR("\\n")); return;
    case '\r': buf_add(buf, STR("\\r")); return;
    case '\t': buf_add(buf, STR("\\t")); return;
    case 0x1B: buf_add(buf, STR("\\e")); return;
    default: break;
    }
    buf_add_format(buf, rune > 0xFF ? "\\u%04x" : "\\x%02x", (unsigned)rune);
}

void buf_add_printable(struct buf *buf, struct str text) {
    while (text.len) {
        bool valid = true;
        const uint32_t rune = str_next_rune(&text, &valid);
        const bool is_control = rune < 0x20 || (rune >= 0x7F && rune < 0xA0);
        if (valid && (is_control || str_is_invisible_rune(rune))) {
            add_escape(buf, rune);
        } else {
            buf_add_rune(buf, rune);
        }
    }
}

struct str buf_str(const struct buf *buf) {
    return (struct str){.ptr = buf->ptr, .len = buf->len};
}

const char *buf_text(const struct buf *buf) {
    return buf->ptr ? buf->ptr : "";
}

bool buf_finish(const struct buf *buf, struct str *out, struct error *err) {
    if (buf->overflowed) {
        return error_set(
            err, ERROR_LIMIT, "more than the %zu bytes we accept",
            buf->limit ? buf->limit : BUF_DEFAULT_LIMIT);
    }
    *out = buf_str(buf);
    return true;
}

char *buf_take(struct buf *buf) {
    char *taken = buf->ptr ? buf->ptr : mem_copy_string("");
    *buf = (struct buf){.limit = buf->limit};
    return taken;
}
