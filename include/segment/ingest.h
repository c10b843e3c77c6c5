// ingest — what Segment's front door does with a message: judge it, then bring it into the form
// that destinations, the debugger and profiles see.
//
// Shape    ingest_check names the reason a message would be dropped; ingest_normalise changes the
//          event in place. Both are pure: time and chance are given.
// Result   messageId ("api-" + 32 alphanumerics when the client made none), receivedAt, version
//          2, channel, projectId; timestamp = receivedAt - (sentAt - originalTimestamp) as UTC ms
//          with Z; batch-level context and integrations under the message's own; `writeKey` taken
//          out, because destinations never see it.
// Missing  without a readable sentAt the original time stays (no rule is published).
// Threads  any.
// Source   Segment, "Spec: Common Fields", "Delivery Overview" (discard codes).
#pragma once

#include "segment/event.h"

// code, Segment's name (ours where marked), what to do about it
#define INGEST_DISCARDS(X)                                                                         \
    X(INGEST_ACCEPTED, "accepted", "nothing to do")                                                \
    X(INGEST_EMPTY_BATCH, "empty_batch", "put at least one message into batch[]")                  \
    X(INGEST_EMPTY_BATCH_RESULT, "empty_batch_result", "no message of the batch was good")         \
    X(INGEST_MULTI_USER_ERROR, "multi_user_error", "some messages of the batch were bad")          \
    X(INGEST_NO_USER_ANON_ID, "no_user_anon_id", "send userId or anonymousId as non-empty text")   \
    X(INGEST_ID_REQUIRED, "id_required", "group needs groupId, alias needs previousId and userId") \
    X(INGEST_ID_NOT_STRING, "id_not_string", "send ids as text: \"42\", not 42")                   \
    X(INGEST_EVENT_NOT_DEFINED, "event_not_defined", "a track needs `event`")                      \
    X(INGEST_EVENT_NOT_STRING, "event_not_string", "`event` must be text")                         \
    X(INGEST_PROPERTIES_NOT_OBJECT, "properties_not_object", "`properties` must be an object")     \
    X(INGEST_TRAITS_NOT_OBJECT, "traits_not_object", "`traits` must be an object")                 \
    X(INGEST_NAME_NOT_STRING, "name_not_string", "`name` must be non-empty text")                  \
    X(INGEST_CATEGORY_NOT_STRING, "category_not_string", "`category` must be non-empty text")      \
    X(INGEST_SOURCE_DISABLED, "source_disabled", "switch the source on")                           \
    X(INGEST_MESSAGE_TOO_LARGE, "message_too_large", "keep a message below 32 KB") /* ours */      \
    X(INGEST_BATCH_TOO_LONG, "batch_too_long", "send at most 2,500 messages")      /* ours */      \
    X(INGEST_TYPE_UNKNOWN, "type_unknown", "`type` is track, identify, page …")    /* ours */

enum ingest_discard {
#define X(code, name, remedy) code,
    INGEST_DISCARDS(X)
#undef X
        INGEST_DISCARD_COUNT
};

const char *ingest_discard_name(enum ingest_discard discard);
const char *ingest_discard_remedy(enum ingest_discard discard);

// INGEST_ACCEPTED, or the first reason against the message.
enum ingest_discard ingest_check(const struct event *event);

// Why profiles (Unify) pass an accepted message over, silently; NULL: they take it. Destinations get it all
// the same. (segment.md 1.5)
const char *ingest_profile_discard(const struct event *event);
#define INGEST_PROFILE_FIELDS 300      // properties or traits of one message
#define INGEST_PROFILE_GROUP_CHARS 500 // of a groupId

struct ingest_options {
    int64_t received_at_ms;
    struct rng *rng;       // for messageIds
    struct str project_id; // empty: not written
    struct str channel;    // "server", "browser", "mobile"; empty: told from context.library.name
    struct str client_ip;  // fills context.ip of client-side messages that carry none; may be empty
    struct str sent_at;    // of the batch envelope; may be empty
    const struct json_node *context, *integrations; // of the batch envelope; may be NULL
};
// Messages that are no JSON object, as a batch may hold, stay as they are.
void ingest_normalise(struct event *event, const struct ingest_options *options);
