// event_note — see the header.
#include "event_note.h"

#include "base/memory.h"
#include "http/redact.h"
#include "segment/event.h"
#include "segment/products.h"

static void set_raw(struct message_event *out, const struct json_node *node) {
    CLEANUP(buf_release) struct buf raw = {0};
    redact_add_json(&raw, node);
    out->raw = message_copy_text(buf_str(&raw));
}

static void set_fields(struct message_event *out, const struct event *event) {
    out->type = message_copy_text(str_from(event_type_name(event->type)));
    out->name = message_copy_text(event->name);
    out->user_id = message_copy_text(event->user_id);
    out->anonymous_id = message_copy_text(event->anonymous_id);
    out->message_id = message_copy_text(event->message_id);
    out->sku = message_copy_text(products_first(event_properties(event)));
    set_raw(out, event->document.root);
}

bool event_note_from_text(struct message_event *out, struct str text) {
    struct error ignored = {0};
    struct event event = {0};
    if (!event_decode(text, EVENT_TYPE_COUNT, &event, &ignored)) {
        CLEANUP(buf_release) struct buf raw = {0};
        redact_add_text(&raw, text);
        out->raw = message_copy_text(buf_str(&raw));
        return false;
    }
    set_fields(out, &event);
    event_release(&event);
    return true;
}

void event_note_from_profile(
    struct message_event *out, const struct profile_event *seen, struct str user_id) {
    struct event_draft draft = {
        .user_id = user_id,
        .name = seen->name,
        .message_id = seen->message_id,
        .timestamp_ms = seen->timestamp_ms,
        .properties = seen->properties,
        .context = seen->context,
    };
    struct event event = {0};
    const bool is_known = event_type_parse(seen->type, &draft.type);
    if (!is_known) draft.type = EVENT_TRACK; // what the history is made of
    event_build(&draft, &event);
    set_fields(out, &event);
    event_release(&event);
    if (!is_known) {
        mem_free(out->type);
        out->type = message_copy_text(seen->type);
    }
    out->source = message_copy_text(seen->source_id);
    out->received_at_ms = seen->timestamp_ms;
}
