// batch — many messages in one POST: reading a batch body, and building bodies that keep the
// limits.
//
// Limits   500 KB of body, 2,500 messages, 32 KB for each. The builder stops a little earlier in
//          bytes, as the SDKs do, to leave room for the envelope.
// Errors   batch_decode: ERROR_INVALID not JSON or no batch[]; ERROR_LIMIT above 500 KB, any message
//          above 32 KB (the API answers 400 for both), or what all messages share above that. Messages that are merely bad stay
//          inside, each with its reason: Segment publishes the good ones.
// Owns     as said; release what was decoded or built.
// Threads  one at a time.
#pragma once

#include "segment/event.h"
#include "segment/ingest.h"

#define BATCH_MAX_BYTES ((size_t)500 * 1024)
#define BATCH_MAX_EVENTS ((size_t)2500)
#define BATCH_BUILD_BYTES ((size_t)475000) // analytics-python's cap

struct batch_item {
    struct event event;          // owned; `document` only when the type is unknown
    enum ingest_discard discard; // INGEST_ACCEPTED, or why it goes no further
};

struct batch {
    struct json envelope;     // owned: everything but batch[]
    struct batch_item *items; // owned
    size_t count, accepted_count;
    enum ingest_discard discard; // of the whole: ACCEPTED, EMPTY_BATCH, _RESULT or MULTI_USER_ERROR
    struct str sent_at, write_key;                  // views of the envelope, may be empty
    const struct json_node *context, *integrations; // of the envelope, may be NULL
};

void batch_release(struct batch *batch);
bool batch_decode(struct str text, struct batch *out, struct error *err) MUST_CHECK;

// A builder collects messages until one more would break a limit; then the caller takes the body.
struct batch_builder {
    struct buf body; // owned: the messages so far, joined by commas
    size_t count;
    size_t max_bytes, max_events; // 0: BATCH_BUILD_BYTES, BATCH_MAX_EVENTS
};
enum batch_room { BATCH_ADDED, BATCH_FULL, BATCH_EVENT_TOO_LARGE };

void batch_builder_release(struct batch_builder *builder);
// BATCH_FULL: nothing was added; take the body with batch_builder_finish and add again.
enum batch_room
batch_builder_add(struct batch_builder *builder, const struct event *event) MUST_CHECK;
// For writers that print messages themselves: `message` is one JSON object.
enum batch_room
batch_builder_add_text(struct batch_builder *builder, struct str message) MUST_CHECK;
// Writes {"batch":[…],"sentAt":"…"} (with "writeKey" when one is given: SDKs without Basic auth)
// and empties the builder.
void batch_builder_finish(
    struct batch_builder *builder, int64_t sent_at_ms, struct str write_key, struct buf *out);
