// writer — JSON written straight into a buf, for answers that are built often.
//
// Shape    open and close in pairs; `key` NULL inside arrays and at the top. No checking of pairs.
// Text     invalid UTF-8 becomes U+FFFD.
// Threads  one at a time.
#pragma once

#include "base/buf.h"

struct writer {
    struct buf *out;
    bool needs_comma;
};

void writer_open(struct writer *writer, const char *key, char bracket); // '{' or '['
void writer_close(struct writer *writer, char bracket);                 // '}' or ']'
void writer_text(struct writer *writer, const char *key, struct str value);
void writer_text_or_null(struct writer *writer, const char *key, struct str value); // empty: null
void writer_int(struct writer *writer, const char *key, int64_t value);
void writer_number(struct writer *writer, const char *key, double value);
void writer_bool(struct writer *writer, const char *key, bool value);
void writer_null(struct writer *writer, const char *key);
void writer_time(struct writer *writer, const char *key, int64_t unix_ms);
void writer_json(struct writer *writer, const char *key, struct str json); // JSON text, as it is
