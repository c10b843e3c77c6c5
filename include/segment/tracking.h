// tracking — the Tracking API as a language: routes, the ways to name the source, requests,
// replies.
//
// Auth     Basic with the write key as user and no password ("key:" in base64, the colon may be
//          missing), or `writeKey` in the body. OAuth's Bearer always comes with a key in the
//          body. Where both are there and differ, the header wins here (undocumented at Segment).
// Replies  success is exactly 200 with {"success":true}: python retries anything else. Errors
//          carry both `code` and `message`: python raises KeyError without.
// Threads  any.
// Source   Segment, "HTTP API"; SDK behaviour as measured.
#pragma once

#include "base/json.h"
#include "base/secret.h"
#include "http/request.h"
#include "segment/event.h"

#define TRACKING_URL_US "https://api.segment.io"
#define TRACKING_URL_EU "https://events.eu1.segmentapis.com"

enum tracking_route_kind {
    TRACKING_ROUTE_NONE,
    TRACKING_ROUTE_MESSAGE, // one message, `type` tells which
    TRACKING_ROUTE_BATCH,
    TRACKING_ROUTE_METRICS, // analytics-next about itself
};
struct tracking_route {
    enum tracking_route_kind kind;
    enum event_type type; // of TRACKING_ROUTE_MESSAGE
};
// "/v1/track", "/v1/t", "/v1/batch", "/v1/b", "/v1/import", "/v1/m". False for any other path.
bool tracking_route_parse(struct str path, struct tracking_route *out);

enum tracking_auth {
    TRACKING_AUTH_NONE,
    TRACKING_AUTH_BASIC,
    TRACKING_AUTH_BODY,
    TRACKING_AUTH_BEARER
};
// Appends the write key to `write_key`. `authorization` is the header's value (may be empty),
// `body` the message or envelope (may be NULL). TRACKING_AUTH_NONE: no key anywhere.
enum tracking_auth
tracking_read_auth(struct str authorization, const struct json_node *body, struct buf *write_key);
// "Basic base64(key:)"
void tracking_add_basic(struct buf *out, struct str user);

// "us" or "eu" to the host; `override_url` (may be empty) wins.
struct str tracking_base_url(struct str segment_region, struct str override_url);
// POST base/v1/track … with Basic auth and JSON body. `base_url` may carry a path.
void tracking_request_event(
    const struct event *event,
    struct str base_url,
    const struct secret *write_key,
    struct request *out);
// `body` comes from batch_builder_finish.
void tracking_request_batch(
    struct str body, struct str base_url, const struct secret *write_key, struct request *out);

void tracking_reply_success(struct buf *out);
void tracking_reply_error(struct buf *out, const char *code, struct str message);
// ERROR_REFUSED, ERROR_THROTTLED or ERROR_UNREACHABLE (5xx) with the API's own words and a next
// step.
bool tracking_reply_decode(int status, struct str body, struct error *err) MUST_CHECK;
