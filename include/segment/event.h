// event — one Segment message: track, identify, page, screen, group or alias.
//
// Shape    the whole JSON document, kept as it came, with views of the fields everybody reads.
//          Nothing a client sent is lost: unknown fields stay in it and are encoded again.
// Fields   a view is empty when the field is absent or not text; ingest.h tells the two apart.
// Owns     `document`; the views die with it. After changing the document call event_refresh.
// Errors   ERROR_INVALID not JSON, not an object or an unknown type; ERROR_LIMIT above 32 KB.
// Threads  one at a time.
// Source   Segment, "Spec: Common Fields"; limits of the Tracking API.
#pragma once

#include "base/json.h"
#include "base/rng.h"

#define EVENT_MAX_BYTES ((size_t)32 * 1024)
#define EVENT_MAX_MESSAGE_ID_BYTES ((size_t)100) // Unify drops longer ones

#define EVENT_TYPES(X)                                                                             \
    X(EVENT_TRACK, "track")                                                                        \
    X(EVENT_IDENTIFY, "identify")                                                                  \
    X(EVENT_PAGE, "page")                                                                          \
    X(EVENT_SCREEN, "screen")                                                                      \
    X(EVENT_GROUP, "group")                                                                        \
    X(EVENT_ALIAS, "alias")

enum event_type {
#define X(value, name) value,
    EVENT_TYPES(X)
#undef X
        EVENT_TYPE_COUNT
};

// "track"; for EVENT_TYPE_COUNT "unknown".
const char *event_type_name(enum event_type type);
bool event_type_parse(struct str text, enum event_type *out);
// The letter of the browser's short routes: t i p s g a.
bool event_type_from_letter(char letter, enum event_type *out);

struct event {
    struct json document; // owned
    enum event_type type;
    struct str user_id, anonymous_id;
    struct str name; // "event" of a track, "name" of a page or screen
    struct str message_id;
    struct str timestamp; // as written
    struct str group_id, previous_id;
};

void event_release(struct event *event);
// `implied` is the type of the route, for messages that name none; EVENT_TYPE_COUNT: there is none,
// and a message without `type` is an error. A type in the message wins.
bool event_decode(struct str text, enum event_type implied, struct event *out, struct error *err)
    MUST_CHECK;
// Takes the document on success; on failure the caller keeps it. Does not measure it.
bool event_from_json(
    struct json *take_document, enum event_type implied, struct event *out, struct error *err)
    MUST_CHECK;
void event_copy(const struct event *from, struct event *to);
void event_refresh(struct event *event); // sets the views again
void event_encode(const struct event *event, struct buf *out);

// Objects inside the document; NULL when absent or of another kind.
const struct json_node *event_properties(const struct event *event);
const struct json_node *event_traits(const struct event *event);
const struct json_node *event_context(const struct event *event);
// `timestamp` as Unix ms, read with its offset; false when absent or unreadable.
bool event_timestamp_ms(const struct event *event, int64_t *out);
// Also for sentAt, receivedAt, originalTimestamp …
bool event_time_ms(const struct event *event, const char *key, int64_t *out);

// Is the destination of that exact name (case counts) allowed by `integrations`? An entry of its
// own wins over "All"; an object counts as yes; without either the answer is yes.
bool event_allows(const struct event *event, const char *destination);
// The object that stands there in place of true: options for that destination. NULL: none.
const struct json_node *event_options(const struct event *event, const char *destination);

// What a new message is made of. Empty texts and NULL nodes are left out; the nodes are copied.
struct event_draft {
    enum event_type type;
    struct str user_id, anonymous_id;
    struct str name; // `event` of a track, `name` of page and screen
    struct str message_id;
    int64_t timestamp_ms;               // 0: none written
    const struct json_node *properties; // `traits` for identify and group
    const struct json_node *context, *integrations;
};
void event_build(const struct event_draft *draft, struct event *out);
// Adds the empty `properties` (identify, group: `traits`) to fill in with json_add_…; once, for an
// event built without them. The views stay good.
struct json_node *event_add_body(struct event *event);
struct json_node *event_add_context(struct event *event);
