// tracking_routes — the Tracking API: messages, batches, the browser's short forms, CORS.
//
// Faithful to its quirks: 200 {"success":true} for almost everything, also for messages that are then
// dropped (the debugger has the reason) and for unknown write keys; 400 with code and message only for
// what is no JSON, too large, or has no key. Strict (a start option), every reason for a drop is a 400, and a
// batch with one bad message is refused whole.
#include "base/memory.h"
#include "routes.h"
#include "segment/batch.h"
#include "segment/tracking.h"
#include "tracking/browser_routes.h"
#include "tracking/door.h"
#include "tracking/figures.h"
#include "tracking/intake.h"
#include "tracking/oauth_routes.h"
#include "tracking/passages.h"

#define BODY_LIMIT (BATCH_MAX_BYTES + 1024)
#define TOKEN_LIMIT ((size_t)64 << 10)

static enum server_verdict preflight(struct cloud *cloud, struct exchange *exchange) {
    (void)cloud;
    return door_answer_preflight(exchange);
}

static enum server_verdict bad(struct exchange *exchange, const char *code, struct str message) {
    return door_answer_bad(exchange, 400, code, message);
}

// ---- before the body is read ----

// gzip was undone by the server. What it could not undo left no body.
static bool is_encoding_bad(struct exchange *exchange) {
    const struct str encoding = server_header(exchange, "Content-Encoding");
    if (!encoding.len || str_equal_nocase(encoding, STR("identity"))) return false;
    if (!str_equal_nocase(encoding, STR("gzip"))) {
        (void)door_answer_bad(
            exchange, 415, "unsupported_encoding", STR("only gzip may be the Content-Encoding"));
        return true;
    }
    if (exchange->body.ptr || exchange->is_too_large) return false;
    (void)bad(exchange, "invalid_gzip", STR("the body is not whole gzip"));
    return true;
}

// Browsers send JSON as text/plain to stay out of CORS; others are asked for application/json.
static bool is_type_bad(struct exchange *exchange) {
    struct str kind, parameters;
    str_split(server_header(exchange, "Content-Type"), ';', &kind, &parameters);
    kind = str_trim(kind);
    if (str_equal_nocase(kind, STR("application/json"))) return false;
    if (str_equal_nocase(kind, STR("text/plain"))) return false;
    (void)bad(exchange, "invalid_content_type", STR("the Content-Type must be application/json"));
    return true;
}

static enum server_verdict refuse_discard(struct exchange *exchange, enum ingest_discard discard) {
    return bad(exchange, ingest_discard_name(discard), str_from(ingest_discard_remedy(discard)));
}

// ---- one message ----

static enum server_verdict take_message(
    struct cloud *cloud,
    struct exchange *exchange,
    enum event_type type,
    struct json *take_document) {
    enum source_id source = SOURCE_WEBSITE;
    const enum door_verdict verdict =
        door_find_source(cloud, exchange, take_document->root, &source);
    if (verdict != DOOR_OPEN) return door_answer_closed(cloud, exchange, verdict);
    if (door_is_busy(cloud, exchange, source)) return SERVER_ANSWER;
    const enum ingest_discard discard = door_take(cloud, exchange, source, type, take_document);
    const bool is_refused = discard != INGEST_ACCEPTED && cloud->options.is_strict;
    return is_refused ? refuse_discard(exchange, discard) : door_answer_success(exchange);
}

static enum server_verdict
read_message(struct cloud *cloud, struct exchange *exchange, enum event_type type) {
    struct json document = {0};
    struct error err = {0};
    enum server_verdict verdict = SERVER_ANSWER;
    if (exchange->is_too_large || exchange->body.len > EVENT_MAX_BYTES)
        return bad(exchange, "message_too_large", STR("the message is larger than 32 KB"));
    if (!json_parse(exchange->body, &document, &err))
        return bad(exchange, "invalid_json", str_from(err.message));
    if (json_kind(document.root) == JSON_OBJECT)
        verdict = take_message(cloud, exchange, type, &document);
    else
        verdict = bad(exchange, "invalid_json", STR("the message is no JSON object"));
    json_release(&document);
    return verdict;
}

// ---- batches ----

static void
accept_batch(struct cloud *cloud, enum source_id source, struct batch *batch, struct str client) {
    const struct ingest_options normal = {
        .client_ip = client,
        .sent_at = batch->sent_at,
        .context = batch->context,
        .integrations = batch->integrations};
    const bool keeps_good = !cloud->options.is_strict || batch->discard == INGEST_ACCEPTED;
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_item *item = &batch->items[i];
        struct intake_result result;
        if (!item->event.document.root) continue;
        if (item->discard != INGEST_ACCEPTED)
            intake_discard(cloud, source, &item->event, item->discard, &normal);
        else if (keeps_good)
            intake_accept(cloud, source, &item->event, &normal, &result);
        event_release(&item->event); // now holds its copy of the context: one at a time
    }
}

// Of the batch as a whole. An empty one has no message to show the reason at: its envelope does.
static void note_batch(struct cloud *cloud, enum source_id source, struct batch *batch) {
    if (batch->discard == INGEST_ACCEPTED) return;
    if (batch->discard != INGEST_EMPTY_BATCH) {
        figures_count_discard(cloud, source, batch->discard);
        return;
    }
    struct event event = {.type = EVENT_TYPE_COUNT};
    const struct ingest_options normal = {0};
    (void)json_copy(batch->envelope.root, &event.document);
    intake_discard(cloud, source, &event, INGEST_EMPTY_BATCH, &normal);
    event_release(&event);
}

static enum server_verdict refuse_batch(struct exchange *exchange, const struct batch *batch) {
    struct buf message = {0};
    enum ingest_discard discard = batch->discard;
    size_t i = 0;
    while (i < batch->count && batch->items[i].discard == INGEST_ACCEPTED)
        i++;
    if (i < batch->count) discard = batch->items[i].discard;
    if (i < batch->count) buf_add_format(&message, "message %zu of the batch: ", i + 1);
    buf_add(&message, str_from(ingest_discard_remedy(discard)));
    (void)bad(exchange, ingest_discard_name(discard), buf_str(&message));
    buf_release(&message);
    return SERVER_ANSWER;
}

static enum server_verdict
take_batch(struct cloud *cloud, struct exchange *exchange, struct batch *batch) {
    enum source_id source = SOURCE_WEBSITE;
    enum door_verdict verdict = door_find_source(cloud, exchange, batch->envelope.root, &source);
    if (verdict == DOOR_NO_KEY && batch->count) { // some browsers put the key into every event
        verdict = door_find_source(cloud, exchange, batch->items[0].event.document.root, &source);
    }
    if (verdict != DOOR_OPEN) return door_answer_closed(cloud, exchange, verdict);
    if (door_is_busy(cloud, exchange, source)) return SERVER_ANSWER;
    note_batch(cloud, source, batch);
    struct buf client = {0};
    server_add_client(exchange, &client);
    accept_batch(cloud, source, batch, buf_str(&client));
    buf_release(&client);
    const bool is_refused = batch->discard != INGEST_ACCEPTED && cloud->options.is_strict;
    return is_refused ? refuse_batch(exchange, batch) : door_answer_success(exchange);
}

static enum server_verdict read_batch(struct cloud *cloud, struct exchange *exchange) {
    struct batch batch = {0};
    struct error err = {0};
    if (exchange->is_too_large)
        return bad(exchange, "batch_too_large", STR("the batch is larger than 500 KB"));
    if (!batch_decode(exchange->body, &batch, &err)) {
        const char *code = err.code != ERROR_LIMIT                ? "invalid_json"
                           : exchange->body.len > BATCH_MAX_BYTES ? "batch_too_large"
                                                                  : "message_too_large";
        return bad(exchange, code, str_from(err.message));
    }
    const enum server_verdict verdict = take_batch(cloud, exchange, &batch);
    batch_release(&batch);
    return verdict;
}

// The browser SDK about itself: read, and forgotten.
static enum server_verdict read_metrics(struct exchange *exchange) {
    struct json document = {0};
    struct error err = {0};
    const bool is_read = !exchange->is_too_large && json_parse(exchange->body, &document, &err);
    json_release(&document);
    if (!is_read) return bad(exchange, "invalid_json", str_from(err.message));
    return door_answer_success(exchange);
}

static enum server_verdict take(struct cloud *cloud, struct exchange *exchange) {
    struct tracking_route route = {0};
    (void)tracking_route_parse(exchange->path, &route);
    cloud->counters.tracking_requests++;
    if (is_encoding_bad(exchange)) return SERVER_ANSWER;
    if (cloud->options.is_strict && is_type_bad(exchange)) return SERVER_ANSWER;
    switch (route.kind) {
    case TRACKING_ROUTE_MESSAGE: return read_message(cloud, exchange, route.type);
    case TRACKING_ROUTE_BATCH: return read_batch(cloud, exchange);
    case TRACKING_ROUTE_METRICS: return read_metrics(exchange);
    case TRACKING_ROUTE_NONE: break;
    }
    return door_answer_bad(exchange, 404, "not_found", STR("there is no such route"));
}

static enum server_verdict track(struct cloud *cloud, struct exchange *exchange) {
    const int64_t before = store_last_sequence(cloud->store);
    const enum server_verdict verdict = take(cloud, exchange);
    passages_add_ingest(cloud, exchange, before);
    return verdict;
}

static enum server_verdict take_pixel(struct cloud *cloud, struct exchange *exchange) {
    const int64_t before = store_last_sequence(cloud->store);
    const enum server_verdict verdict = browser_routes_get_pixel(cloud, exchange);
    passages_add_ingest(cloud, exchange, before);
    return verdict;
}

// A route and the question a browser asks before using it.
#define PATH(at)                                                                                   \
    {.method = "POST", .path = at, .body_limit = BODY_LIMIT, .run = track}, {                      \
        .method = "OPTIONS", .path = at, .body_limit = BODY_LIMIT, .run = preflight                \
    }
#define PREFIX(at, function)                                                                       \
    {.method = "GET", .path = at, .is_prefix = true, .run = function}, {                           \
        .method = "OPTIONS", .path = at, .is_prefix = true, .run = preflight                       \
    }

static const struct route rows[] = {
    PATH("/v1/track"),
    PATH("/v1/identify"),
    PATH("/v1/page"),
    PATH("/v1/screen"),
    PATH("/v1/group"),
    PATH("/v1/alias"),
    PATH("/v1/batch"),
    PATH("/v1/import"),
    PATH("/v1/t"),
    PATH("/v1/i"),
    PATH("/v1/p"),
    PATH("/v1/s"),
    PATH("/v1/g"),
    PATH("/v1/a"),
    PATH("/v1/b"),
    PATH("/v1/m"),
    PREFIX("/v1/pixel/", take_pixel),
    PREFIX("/v1/projects/", browser_routes_get_settings),
    PREFIX("/analytics.js/v1/", browser_routes_get_settings),
    {.method = "POST", .path = "/token", .body_limit = TOKEN_LIMIT, .run = oauth_routes_post_token},
};

struct routes routes_tracking(void) {
    return (struct routes){.rows = rows, .count = ARRAY_COUNT(rows)};
}
