// door — what every way into the Tracking API shares: who sends, taking a message in, the answers with their
// CORS headers.
//
// Key      Basic, `writeKey` in the body, or a Bearer token together with one; of two that differ the header's
//          counts (undocumented at Segment). A token must be one that POST /token gave out.
// Type     of a message is its route's, whatever the message says (undocumented; the route is what the
//          sender chose last).
// CORS     on every answer, also on refusals: a page could not read Retry-After otherwise.
// Threads  the sandbox's.
// Source   segment.md 1.2–1.4; tracking.h for the forms.
#pragma once

#include "routes.h"
#include "segment/ingest.h"

enum door_verdict { DOOR_OPEN, DOOR_NO_KEY, DOOR_UNKNOWN_KEY, DOOR_BAD_TOKEN };
// `out` is set with DOOR_OPEN only.
enum door_verdict door_find_source(
    struct cloud *cloud,
    const struct exchange *exchange,
    const struct json_node *body,
    enum source_id *out);
// Takes the document of that request in as a message of that type. What came of it; a document that is no object is
// INGEST_TYPE_UNKNOWN, and left.
enum ingest_discard door_take(
    struct cloud *cloud,
    const struct exchange *exchange,
    enum source_id source,
    enum event_type type,
    struct json *take_document);

void door_add_cors(struct exchange *exchange);
enum server_verdict door_answer_success(struct exchange *exchange);
// {"success":false,"code":…,"message":…}
enum server_verdict
door_answer_bad(struct exchange *exchange, int status, const char *code, struct str message);
// For all but DOOR_OPEN. An unknown key is a success, unless the sandbox is strict.
enum server_verdict
door_answer_closed(struct cloud *cloud, struct exchange *exchange, enum door_verdict verdict);
// The question a browser asks before a call.
enum server_verdict door_answer_preflight(struct exchange *exchange);
// Answers 429 when the source's deliveries are too far behind for more.
bool door_is_busy(struct cloud *cloud, struct exchange *exchange, enum source_id source);

// The secret of Bearer tokens, made at first use; it outlives resets.
void door_read_secret(struct cloud *cloud, struct buf *out);
