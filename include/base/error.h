// error — what happened, and what the person can do about it. One value, no allocation.
//
// Shape    functions that can fail return bool; `err` is last and never NULL; outputs are written
//          only on success. Branch on `code`, never on the text.
// Threads  a plain value; copy it freely.
#pragma once

#include "base/attributes.h"

#include <stdbool.h>

#define ERROR_CODES(X)                                                                             \
    X(ERROR_NONE, "none")                                                                          \
    X(ERROR_USAGE, "usage")         /* the command line is wrong */                                \
    X(ERROR_CONFIG, "config")       /* a setting is missing or wrong */                            \
    X(ERROR_INVALID, "invalid")     /* text or data that cannot be read as what it should be */    \
    X(ERROR_LIMIT, "limit")         /* larger than we accept */                                    \
    X(ERROR_NOT_FOUND, "not_found") /* the thing named does not exist */                           \
    X(ERROR_REFUSED, "refused")     /* the other side answered no */                               \
    X(ERROR_THROTTLED, "throttled") /* the other side answered: later */                           \
    X(ERROR_EXPIRED, "expired")     /* credentials or a deadline in the past */                    \
    X(ERROR_UNREACHABLE, "unreachable") /* no connection, no name, no TLS trust */                 \
    X(ERROR_TIMEOUT, "timeout")         /* no answer within the deadline */                        \
    X(ERROR_CANCELLED, "cancelled")     /* somebody asked us to stop */                            \
    X(ERROR_BUSY, "busy")               /* a queue is full, a lock is held */                      \
    X(ERROR_IO, "io")                   /* disk, file, pipe */                                     \
    X(ERROR_INTERNAL, "internal")       /* our own mistake */

enum error_code {
#define X(code, name) code,
    ERROR_CODES(X)
#undef X
};

struct error {
    enum error_code code;
    char message[400]; // "Personalize refused the campaign: ResourceNotFoundException"
    char hint[400];    // the next step: "Check campaign_arn: recloop config get campaign_arn"
};

const char *error_code_name(enum error_code code);
// Each returns false, so that `return error_set(err, …);` ends a failing function.
bool error_set(struct error *err, enum error_code code, const char *format, ...) PRINTF_LIKE(3, 4);
// Sets the next step, keeping code and message.
bool error_hint(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);
// Puts context before the message: error_wrap(err, "reading %s", path) → "reading p: no such file".
bool error_wrap(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);
// From errno of the call that just failed.
bool error_from_errno(struct error *err, int saved_errno, const char *format, ...)
    PRINTF_LIKE(3, 4);
