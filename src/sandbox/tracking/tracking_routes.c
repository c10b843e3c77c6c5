// tracking_routes — the Tracking API: messages, batches, the browser's short forms, CORS.
//
// Faithful to its quirks: 200 {"success":true} for almost everything, also for messages that are then
// dropped (the debugger has the reason) and for unknown write keys; 400 with code and message only for
// what is no JSON, too large, or has no key.
#include "base/memory.h"
#include "routes.h"
#include "segment/batch.h"
#include "segment/tracking.h"
#include "tracking/intake.h"

#define BODY_LIMIT (BATCH_MAX_BYTES + 1024)
#define SHORTEST_KEY 8

static void add_cors(struct exchange *exchange) {
    struct headers *headers = &exchange->response.headers;
    const struct str origin = server_header(exchange, "Origin");
    if (!origin.len || !headers_is_valid_value(origin)) {
        headers_set(headers, STR("Access-Control-Allow-Origin"), STR("*"));
    } else {
        // echoed, because `*` is not valid together with credentials
        headers_set(headers, STR("Access-Control-Allow-Origin"), origin);
        headers_set(headers, STR("Access-Control-Allow-Credentials"), STR("true"));
        headers_set(headers, STR("Vary"), STR("Origin"));
    }
    headers_set(
        headers, STR("Access-Control-Expose-Headers"), STR("Retry-After, X-RateLimit-Reset"));
}

static enum server_verdict preflight(struct cloud *cloud, struct exchange *exchange) {
    (void)cloud;
    struct headers *headers = &exchange->response.headers;
    exchange->response.status = 204;
    add_cors(exchange);
    headers_set(headers, STR("Access-Control-Allow-Methods"), STR("POST, GET, OPTIONS"));
    // a wildcard would not cover Authorization
    headers_set(
        headers, STR("Access-Control-Allow-Headers"),
        STR("authorization, content-type, x-retry-count"));
    headers_set(headers, STR("Access-Control-Max-Age"), STR("7200"));
    if (server_header(exchange, "Access-Control-Request-Private-Network").len) {
        headers_set(headers, STR("Access-Control-Allow-Private-Network"), STR("true"));
    }
    return SERVER_ANSWER;
}

static enum server_verdict answer_success(struct exchange *exchange) {
    struct buf body = {0};
    tracking_reply_success(&body);
    routes_answer_json(exchange, 200, buf_str(&body));
    add_cors(exchange);
    buf_release(&body);
    return SERVER_ANSWER;
}

static enum server_verdict
answer_bad(struct exchange *exchange, const char *code, struct str message) {
    struct buf body = {0};
    tracking_reply_error(&body, code, message);
    routes_answer_json(exchange, 400, buf_str(&body));
    add_cors(exchange);
    buf_release(&body);
    return SERVER_ANSWER;
}

enum key_state { KEY_MISSING, KEY_UNKNOWN, KEY_KNOWN };

static enum key_state find_source(
    struct cloud *cloud,
    const struct exchange *exchange,
    const struct json_node *body,
    enum source_id *out) {
    struct buf key = {0};
    enum key_state state = KEY_UNKNOWN;
    (void)tracking_read_auth(server_header(exchange, "Authorization"), body, &key);
    if (key.len < SHORTEST_KEY) state = KEY_MISSING;
    for (int source = 0; source < SOURCE_COUNT; source++) {
        if (!str_equal(
                buf_str(&key), str_from(identities_source((enum source_id)source)->write_key)))
            continue;
        *out = (enum source_id)source;
        state = KEY_KNOWN;
    }
    if (state == KEY_UNKNOWN) cloud->counters.unknown_keys++;
    buf_release(&key);
    return state;
}

static void accept_document(
    struct cloud *cloud, enum source_id source, enum event_type type, struct json *take_document) {
    const struct ingest_options normal = {.client_ip = STR("127.0.0.1")};
    struct event event = {0};
    struct intake_result result;
    struct error err = {0};
    if (event_from_json(take_document, type, &event, &err)) {
        intake_accept(cloud, source, &event, &normal, &result);
    } else if (json_kind(take_document->root) == JSON_OBJECT) {
        event = (struct event){.document = *take_document, .type = EVENT_TYPE_COUNT};
        *take_document = (struct json){0};
        intake_discard(cloud, source, &event, INGEST_TYPE_UNKNOWN, &normal);
    }
    event_release(&event);
}

static enum server_verdict
take_message(struct cloud *cloud, struct exchange *exchange, enum event_type type) {
    struct json document = {0};
    struct error err = {0};
    enum source_id source = SOURCE_WEBSITE;
    if (exchange->is_too_large || exchange->body.len > EVENT_MAX_BYTES) {
        return answer_bad(exchange, "message_too_large", STR("the message is larger than 32 KB"));
    }
    if (!json_parse(exchange->body, &document, &err)) {
        return answer_bad(exchange, "invalid_json", str_from(err.message));
    }
    enum server_verdict verdict = SERVER_ANSWER;
    switch (find_source(cloud, exchange, document.root, &source)) {
    case KEY_MISSING:
        verdict =
            answer_bad(exchange, "invalid_write_key", STR("the write key is missing or too short"));
        break;
    case KEY_KNOWN: accept_document(cloud, source, type, &document); // fallthrough
    case KEY_UNKNOWN: verdict = answer_success(exchange); break;
    }
    json_release(&document);
    return verdict;
}

static void accept_batch(struct cloud *cloud, enum source_id source, struct batch *batch) {
    const struct ingest_options normal = {
        .client_ip = STR("127.0.0.1"),
        .sent_at = batch->sent_at,
        .context = batch->context,
        .integrations = batch->integrations};
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_item *item = &batch->items[i];
        struct intake_result result;
        if (!item->event.document.root) continue;
        if (item->discard == INGEST_ACCEPTED)
            intake_accept(cloud, source, &item->event, &normal, &result);
        else
            intake_discard(cloud, source, &item->event, item->discard, &normal);
        event_release(&item->event); // now holds its copy of the context: one at a time
    }
}

static enum server_verdict take_batch(struct cloud *cloud, struct exchange *exchange) {
    struct batch batch = {0};
    struct error err = {0};
    enum source_id source = SOURCE_WEBSITE;
    if (exchange->is_too_large) {
        return answer_bad(exchange, "batch_too_large", STR("the batch is larger than 500 KB"));
    }
    if (!batch_decode(exchange->body, &batch, &err)) {
        const char *code = err.code != ERROR_LIMIT                ? "invalid_json"
                           : exchange->body.len > BATCH_MAX_BYTES ? "batch_too_large"
                                                                  : "message_too_large";
        return answer_bad(exchange, code, str_from(err.message));
    }
    enum key_state state = find_source(cloud, exchange, batch.envelope.root, &source);
    if (state == KEY_MISSING && batch.count) { // some browsers put the key into every event
        state = find_source(cloud, exchange, batch.items[0].event.document.root, &source);
    }
    enum server_verdict verdict = SERVER_ANSWER;
    if (state == KEY_KNOWN) accept_batch(cloud, source, &batch);
    if (state == KEY_MISSING) {
        verdict =
            answer_bad(exchange, "invalid_write_key", STR("the write key is missing or too short"));
    } else {
        verdict = answer_success(exchange);
    }
    batch_release(&batch);
    return verdict;
}

static enum server_verdict track(struct cloud *cloud, struct exchange *exchange) {
    struct tracking_route route = {0};
    (void)tracking_route_parse(exchange->path, &route);
    cloud->counters.tracking_requests++;
    switch (route.kind) {
    case TRACKING_ROUTE_MESSAGE: return take_message(cloud, exchange, route.type);
    case TRACKING_ROUTE_BATCH: return take_batch(cloud, exchange);
    case TRACKING_ROUTE_METRICS: return answer_success(exchange);
    case TRACKING_ROUTE_NONE: break;
    }
    return answer_bad(exchange, "not_found", STR("there is no such route"));
}

// A route and the question a browser asks before using it.
#define PATH(at)                                                                                   \
    {.method = "POST", .path = at, .body_limit = BODY_LIMIT, .run = track}, {                      \
        .method = "OPTIONS", .path = at, .body_limit = BODY_LIMIT, .run = preflight                \
    }

static const struct route rows[] = {
    PATH("/v1/track"), PATH("/v1/identify"), PATH("/v1/page"),  PATH("/v1/screen"),
    PATH("/v1/group"), PATH("/v1/alias"),    PATH("/v1/batch"), PATH("/v1/import"),
    PATH("/v1/t"),     PATH("/v1/i"),        PATH("/v1/p"),     PATH("/v1/s"),
    PATH("/v1/g"),     PATH("/v1/a"),        PATH("/v1/b"),     PATH("/v1/m"),
};

struct routes routes_tracking(void) {
    return (struct routes){.rows = rows, .count = ARRAY_COUNT(rows)};
}
