// writer — see the header.
#include "writer.h"

#include "base/clock.h"

static void escape(struct buf *out, unsigned char at) {
    static const char hex[] = "0123456789abcdef";
    switch (at) {
    case '"': buf_add(out, STR("\\\"")); return;
    case '\\': buf_add(out, STR("\\\\")); return;
    case '\n': buf_add(out, STR("\\n")); return;
    case '\r': buf_add(out, STR("\\r")); return;
    case '\t': buf_add(out, STR("\\t")); return;
    default: break;
    }
    const char text[] = {'\\', 'u', '0', '0', hex[at >> 4], hex[at & 15]};
    buf_add(out, (struct str){.ptr = text, .len = sizeof(text)});
}

void writer_quote(struct buf *out, struct str value) {
    buf_add_char(out, '"');
    size_t plain = 0; // bytes that can be copied as they are
    while (plain < value.len) {
        const unsigned char at = (unsigned char)value.ptr[plain];
        if (at >= ' ' && at != '"' && at != '\\' && at < 0x80) {
            plain++;
            continue;
        }
        buf_add(out, str_slice(value, 0, plain));
        value = str_skip(value, plain);
        plain = 0;
        if (at < 0x80) {
            escape(out, at);
            value = str_skip(value, 1);
        } else {
            bool is_valid = false;
            buf_add_rune(out, str_next_rune(&value, &is_valid));
        }
    }
    buf_add(out, value);
    buf_add_char(out, '"');
}

static void begin(struct writer *writer, const char *key) {
    if (writer->needs_comma) buf_add_char(writer->out, ',');
    writer->needs_comma = true;
    if (!key) return;
    writer_quote(writer->out, str_from(key));
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
    writer_quote(writer->out, value);
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
