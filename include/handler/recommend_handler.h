// recommend_handler — Exercise 3's recommendations endpoint: an API Gateway event in, an HTTP
// answer out.
//
// Shape    understands REST API events (format 1), HTTP API events (format 2) and direct
//          invocations (userId, itemId, numResults at top level). Answers the whole SDK-like
//          reply: {"ResponseMetadata":{…},"itemList":[{"itemId":…}],"recommendationId":…}, and
//          with filter=exclude-purchased also "filtered":true|false.
// Mended   the workshop's function ended in a gateway 502 for a missing query, a non-numeric
//          numResults or a refused call; here each is a 4xx or 5xx with
//          {"error":{"code","message","hint"}}. CORS headers on every answer, OPTIONS included.
// Errors   none of its own: whatever happens becomes a status.
// Threads  one call, one thread.
// Source   segment.md 5.2 and 5.4 (B2: spare results, ordered difference, 404 = no purchases).
#pragma once

#include "handler/services.h"

#define RECOMMEND_HANDLER_DEFAULT_RESULTS 25
#define RECOMMEND_HANDLER_MAX_RESULTS 500

struct recommend_handler_settings {
    struct str campaign_arn;         // empty: 500 not configured
    struct str related_campaign_arn; // used for itemId without userId, when set
    struct str region;               // override; empty: the services' own
    bool filters_purchased;          // also without the query parameter
};

struct recommend_handler_reply {
    int status;
    struct buf body; // owned; JSON, empty for 204
};
void recommend_handler_reply_release(struct recommend_handler_reply *reply);

void recommend_handler_run(
    const struct services *services,
    const struct recommend_handler_settings *settings,
    struct str event_json,
    struct recommend_handler_reply *out);

struct recommend_handler_header {
    struct str name, value;
};
// The headers of every answer (Content-Type and CORS); for servers that answer without a gateway.
const struct recommend_handler_header *recommend_handler_headers(size_t *count);
// The proxy answer Lambda returns to API Gateway:
// {"statusCode","headers","body","isBase64Encoded"}.
void recommend_handler_encode(const struct recommend_handler_reply *reply, struct buf *out);
