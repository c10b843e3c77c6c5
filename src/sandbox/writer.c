// writer — see the header.
#include "writer.h"

#include "base/clock.h"
#include "base/json.h"

static void begin(struct writer *writer, const char *key) {
    if (writer->needs_comma) buf_add_char(writer->out, ',');
    writer->needs_comma = true;
    if (!key) return;
    json_quote(writer->out, str_from(key));
    buf_add_char(writer->out, ':');
}

void writer_open(struct writer *writer, const char *key, char bracket) {
    begin(writer, key);
    buf_add_char(writer->out, bracket);
    writer->needs_comma = false;
}

void writer_close(struct writer *writer, char bracket) {
    buf_add_char(writer->out, bracket);
    writer->needs_comma = true;
}

void writer_text(struct writer *writer, const char *key, struct str value) {
    begin(writer, key);
    json_quote(writer->out, value);
}

void writer_text_or_null(struct writer *writer, const char *key, struct str value) {
    if (value.len)
        writer_text(writer, key, value);
    else
        writer_null(writer, key);
}

void writer_int(struct writer *writer, const char *key, int64_t value) {
    begin(writer, key);
    buf_add_int(writer->out, value);
}

void writer_number(struct writer *writer, const char *key, double value) {
    begin(writer, key);
    buf_add_double(writer->out, value);
}

void writer_bool(struct writer *writer, const char *key, bool value) {
    begin(writer, key);
    buf_add(writer->out, value ? STR("true") : STR("false"));
}

void writer_null(struct writer *writer, const char *key) {
    begin(writer, key);
    buf_add(writer->out, STR("null"));
}

void writer_time(struct writer *writer, const char *key, int64_t unix_ms) {
    begin(writer, key);
    buf_add_char(writer->out, '"');
    clock_add_iso8601(writer->out, unix_ms);
    buf_add_char(writer->out, '"');
}

void writer_json(struct writer *writer, const char *key, struct str json) {
    begin(writer, key);
    buf_add(writer->out, json);
}
