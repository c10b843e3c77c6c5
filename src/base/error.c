// error — see the header.
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *error_code_name(enum error_code code) {
    switch (code) {
#define X(value, name)                                                                             \
    case value: return name;
        ERROR_CODES(X)
#undef X
    }
    return "unknown";
}

// vsnprintf that shows a cut, and never leaves half a UTF-8 character there.
static void format_into(char *out, size_t cap, const char *format, va_list args) PRINTF_LIKE(3, 0);
static void format_into(char *out, size_t cap, const char *format, va_list args) {
    const int len = vsnprintf(out, cap, format, args);
    if (len < 0) {
        out[0] = '\0';
        return;
    }
    if ((size_t)len < cap) return;
    static const char ellipsis[] = "…"; // half a sentence is known for one
    size_t end = cap - sizeof(ellipsis);
    while (end > 0 && ((unsigned char)out[end - 1] & 0xC0) == 0x80)
        end--;
    if (end > 0 && (unsigned char)out[end - 1] >= 0xC0) end--;
    // A whole character that ends exactly at the cut is dropped too: simpler, and nobody misses it.
    memcpy(out + end, ellipsis, sizeof(ellipsis));
}

bool error_set(struct error *err, enum error_code code, const char *format, ...) {
    struct error made = {.code = code};
    va_list args;
    va_start(args, format);
    format_into(made.message, sizeof(made.message), format, args);
    va_end(args);
    *err = made;
    return false;
}

bool error_hint(struct error *err, const char *format, ...) {
    char hint[sizeof(err->hint)];
    va_list args;
    va_start(args, format);
    format_into(hint, sizeof(hint), format, args);
    va_end(args);
    memcpy(err->hint, hint, sizeof(hint));
    return false;
}

static void join(char *out, size_t cap, const char *format, ...) PRINTF_LIKE(3, 4);
static void join(char *out, size_t cap, const char *format, ...) {
    va_list args;
    va_start(args, format);
    format_into(out, cap, format, args);
    va_end(args);
}

bool error_wrap(struct error *err, const char *format, ...) {
    char context[sizeof(err->message)];
    char whole[sizeof(err->message)];
    va_list args;
    va_start(args, format);
    format_into(context, sizeof(context), format, args);
    va_end(args);
    join(whole, sizeof(whole), "%s: %s", context, err->message);
    memcpy(err->message, whole, sizeof(whole));
    return false;
}

bool error_from_errno(struct error *err, int saved_errno, const char *format, ...) {
    char context[sizeof(err->message)];
    char reason[128];
    va_list args;
    va_start(args, format);
    format_into(context, sizeof(context), format, args);
    va_end(args);
    if (strerror_r(saved_errno, reason, sizeof(reason)) != 0) {
        snprintf(reason, sizeof(reason), "error %d", saved_errno);
    }
    return error_set(err, ERROR_IO, "%s: %s", context, reason);
}
