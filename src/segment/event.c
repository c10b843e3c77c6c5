// event — see the header. The document is the truth; the views only save everybody the look-ups.
#include "segment/event.h"

#include "base/clock.h"

const char *event_type_name(enum event_type type) {
    switch (type) {
#define X(value, name)                                                                             \
    case value: return name;
        EVENT_TYPES(X)
#undef X
    case EVENT_TYPE_COUNT: break;
    }
    return "unknown";
}

bool event_type_parse(struct str text, enum event_type *out) {
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        if (!str_equal(text, str_from(event_type_name((enum event_type)type)))) continue;
        *out = (enum event_type)type;
        return true;
    }
    return false;
}

bool event_type_from_letter(char letter, enum event_type *out) {
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        if (event_type_name((enum event_type)type)[0] != letter) continue;
        *out = (enum event_type)type;
        return true;
    }
    return false;
}

void event_release(struct event *event) {
    if (!event) return;
    json_release(&event->document);
    *event = (struct event){0};
}

void event_refresh(struct event *event) {
    const struct json_node *root = event->document.root;
    event->user_id = json_get_text(root, "userId");
    event->anonymous_id = json_get_text(root, "anonymousId");
    event->name = json_get_text(root, event->type == EVENT_TRACK ? "event" : "name");
    event->message_id = json_get_text(root, "messageId");
    event->timestamp = json_get_text(root, "timestamp");
    event->group_id = json_get_text(root, "groupId");
    event->previous_id = json_get_text(root, "previousId");
}

static bool find_type(
    const struct json_node *root,
    enum event_type implied,
    enum event_type *out,
    struct error *err) {
    const struct json_node *type = json_get(root, "type");
    const enum json_kind kind = json_kind(type);
    if (kind == JSON_STRING && event_type_parse(json_text(type), out)) return true;
    if (kind == JSON_ABSENT && implied != EVENT_TYPE_COUNT) {
        *out = implied;
        return true;
    }
    if (kind == JSON_STRING) {
        (void)error_set(
            err, ERROR_INVALID, "a message of type \"" STR_FMT "\" is unknown",
            STR_ARG(json_text(type)));
    } else {
        (void)error_set(err, ERROR_INVALID, "the message's type is %s", json_kind_name(kind));
    }
    return error_hint(err, "Set \"type\" to track, identify, page, screen, group or alias.");
}

bool event_from_json(
    struct json *take_document, enum event_type implied, struct event *out, struct error *err) {
    const enum json_kind kind = json_kind(take_document->root);
    if (kind != JSON_OBJECT) {
        (void)error_set(
            err, ERROR_INVALID, "the message is not an object: %s", json_kind_name(kind));
        return error_hint(err, "Send one JSON object, such as {\"type\":\"track\", …}.");
    }
    enum event_type type = EVENT_TRACK;
    if (!find_type(take_document->root, implied, &type, err)) return false;

    event_release(out);
    out->document = *take_document;
    *take_document = (struct json){0};
    out->type = type;
    if (!json_get(out->document.root, "type")) {
        // Destinations and the debugger see the type, whichever route it came by.
        json_add_text(out->document.root, "type", str_from(event_type_name(type)));
    }
    event_refresh(out);
    return true;
}

bool event_decode(struct str text, enum event_type implied, struct event *out, struct error *err) {
    CLEANUP(json_release) struct json document = {0};
    if (text.len > EVENT_MAX_BYTES) {
        (void)error_set(
            err, ERROR_LIMIT, "the message has %zu bytes, Segment accepts %zu", text.len,
            EVENT_MAX_BYTES);
        return error_hint(err, "Send fewer or shorter properties.");
    }
    if (!json_parse(text, &document, err)) return error_wrap(err, "reading the message");
    return event_from_json(&document, implied, out, err);
}

void event_copy(const struct event *from, struct event *to) {
    CLEANUP(json_release) struct json document = {0};
    (void)json_copy(from->document.root, &document);
    const enum event_type type = from->type; // `to` may be `from`
    event_release(to);
    to->document = document;
    to->type = type;
    document = (struct json){0};
    event_refresh(to);
}

void event_encode(const struct event *event, struct buf *out) {
    json_print(event->document.root, out);
}

static const struct json_node *find_object(const struct event *event, const char *key) {
    const struct json_node *found = json_get(event->document.root, key);
    return json_kind(found) == JSON_OBJECT ? found : NULL;
}

const struct json_node *event_properties(const struct event *event) {
    return find_object(event, "properties");
}

const struct json_node *event_traits(const struct event *event) {
    return find_object(event, "traits");
}

const struct json_node *event_context(const struct event *event) {
    return find_object(event, "context");
}

bool event_time_ms(const struct event *event, const char *key, int64_t *out) {
    return clock_parse_iso8601(json_get_text(event->document.root, key), out);
}

bool event_timestamp_ms(const struct event *event, int64_t *out) {
    return clock_parse_iso8601(event->timestamp, out);
}

bool event_allows(const struct event *event, const char *destination) {
    const struct json_node *integrations = find_object(event, "integrations");
    const struct json_node *own = json_get(integrations, destination);
    const enum json_kind kind = json_kind(own);
    if (kind == JSON_BOOL || kind == JSON_OBJECT) return json_bool(own, true);
    return json_bool(json_get(integrations, "All"), true);
}

const struct json_node *event_options(const struct event *event, const char *destination) {
    const struct json_node *own = json_get(find_object(event, "integrations"), destination);
    return json_kind(own) == JSON_OBJECT ? own : NULL;
}

static void add_text_unless_empty(struct json_node *root, const char *key, struct str text) {
    if (text.len) json_add_text(root, key, text);
}

static void
add_copy_unless_null(struct json_node *root, const char *key, const struct json_node *node) {
    if (node) json_add_copy(root, key, node);
}

static bool carries_traits(enum event_type type) {
    return type == EVENT_IDENTIFY || type == EVENT_GROUP;
}

void event_build(const struct event_draft *draft, struct event *out) {
    struct event made = {.type = draft->type};
    struct json_node *root = json_new_object(&made.document);
    json_add_text(root, "type", str_from(event_type_name(draft->type)));
    add_text_unless_empty(root, draft->type == EVENT_TRACK ? "event" : "name", draft->name);
    add_text_unless_empty(root, "userId", draft->user_id);
    add_text_unless_empty(root, "anonymousId", draft->anonymous_id);
    add_text_unless_empty(root, "messageId", draft->message_id);
    if (draft->timestamp_ms) {
        CLEANUP(buf_release) struct buf timestamp = {0};
        clock_add_iso8601(&timestamp, draft->timestamp_ms);
        json_add_text(root, "timestamp", buf_str(&timestamp));
    }
    const char *body = carries_traits(draft->type) ? "traits" : "properties";
    add_copy_unless_null(root, body, draft->properties);
    add_copy_unless_null(root, "context", draft->context);
    add_copy_unless_null(root, "integrations", draft->integrations);
    event_release(out); // last: the draft may hold views of the old message
    *out = made;
    event_refresh(out);
}

struct json_node *event_add_body(struct event *event) {
    const char *key = carries_traits(event->type) ? "traits" : "properties";
    ASSERT(json_get(event->document.root, key) == NULL);
    return json_add_object(event->document.root, key);
}

struct json_node *event_add_context(struct event *event) {
    ASSERT(json_get(event->document.root, "context") == NULL);
    return json_add_object(event->document.root, "context");
}
