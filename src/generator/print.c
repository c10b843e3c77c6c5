// print — the parts of a message that all models write the same way, straight into the buffer.
#include "internal.h"

#include "base/clock.h"
#include "base/json.h"

void generator_add_quoted(struct buf *out, struct str text) {
    if (!str_is_plain(text)) {
        json_quote(out, text);
        return;
    }
    buf_add_char(out, '"');
    buf_add(out, text);
    buf_add_char(out, '"');
}

void generator_add_member(struct buf *out, struct str before, struct str text) {
    buf_add(out, before);
    generator_add_quoted(out, text);
}

static void add_unless_empty(struct buf *out, struct str before, struct str text) {
    if (text.len) generator_add_member(out, before, text);
}

void generator_add_head(const struct generator_message *message, struct str ip, struct buf *out) {
    generator_add_member(out, STR("{\"type\":"), str_from(event_type_name(message->type)));
    add_unless_empty(out, STR(",\"event\":"), message->name);
    add_unless_empty(out, STR(",\"userId\":"), message->user_id);
    add_unless_empty(out, STR(",\"anonymousId\":"), message->anonymous_id);
    add_unless_empty(out, STR(",\"messageId\":"), message->message_id);
    buf_add(out, STR(",\"timestamp\":\""));
    clock_add_iso8601(out, message->timestamp_ms);
    buf_add_char(out, '"');
    if (!ip.len) return;
    generator_add_member(out, STR(",\"context\":{\"ip\":"), ip);
    buf_add_char(out, '}');
}

void generator_add_cents(struct buf *out, int64_t cents) {
    const uint64_t size = cents < 0 ? 0 - (uint64_t)cents : (uint64_t)cents;
    const uint64_t part = size % 100;
    if (cents < 0) buf_add_char(out, '-');
    buf_add_int(out, (int64_t)(size / 100));
    if (!part) return;
    buf_add_char(out, '.');
    buf_add_char(out, (char)('0' + part / 10));
    if (part % 10) buf_add_char(out, (char)('0' + part % 10));
}
