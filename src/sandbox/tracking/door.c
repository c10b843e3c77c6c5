// door — see the header.
#include "tracking/door.h"

#include "base/digest.h"
#include "http/base64.h"
#include "segment/oauth.h"
#include "segment/tracking.h"
#include "tracking/dispatch.h"
#include "tracking/intake.h"

#define SHORTEST_KEY 8
#define SECRET_KEY "keep.oauth_secret"
#define SECRET_BYTES 32

// ---- who sends ----

void door_read_secret(struct cloud *cloud, struct buf *out) {
    unsigned char bytes[SECRET_BYTES];
    if (store_get_meta(cloud->store, SECRET_KEY, out)) return;
    digest_random(bytes, sizeof(bytes));
    base64_encode_url(out, (struct str){.ptr = (const char *)bytes, .len = sizeof(bytes)});
    store_set_meta(cloud->store, SECRET_KEY, buf_str(out));
}

static bool is_token_good(struct cloud *cloud, struct str authorization) {
    struct buf secret = {0};
    const struct str header = str_trim(authorization);
    const struct str token = str_trim(str_skip(header, str_find_char(header, ' ')));
    door_read_secret(cloud, &secret);
    const bool is_good = oauth_is_good(token, buf_str(&secret), cloud->now_ms / 1000);
    buf_release(&secret);
    return is_good;
}

static bool find_key(struct str key, enum source_id *out) {
    for (int source = 0; source < SOURCE_COUNT; source++) {
        const struct source *row = identities_source((enum source_id)source);
        if (!str_equal(key, str_from(row->write_key))) continue;
        *out = (enum source_id)source;
        return true;
    }
    return false;
}

enum door_verdict door_find_source(
    struct cloud *cloud,
    const struct exchange *exchange,
    const struct json_node *body,
    enum source_id *out) {
    struct buf key = {0};
    const struct str header = server_header(exchange, "Authorization");
    enum door_verdict verdict = DOOR_OPEN;
    const enum tracking_auth auth = tracking_read_auth(header, body, &key);
    if (key.len < SHORTEST_KEY)
        verdict = DOOR_NO_KEY;
    else if (auth == TRACKING_AUTH_BEARER && !is_token_good(cloud, header))
        verdict = DOOR_BAD_TOKEN;
    else if (!find_key(buf_str(&key), out))
        verdict = DOOR_UNKNOWN_KEY;
    buf_release(&key);
    return verdict;
}

// ---- taking a message in ----

static void set_type(struct json *document, enum event_type type) {
    const struct str name = str_from(event_type_name(type));
    if (!json_get(document->root, "type")) return; // comes from the route anyway
    if (!str_equal(json_get_text(document->root, "type"), name))
        json_set_text(document->root, "type", name);
}

enum ingest_discard door_take(
    struct cloud *cloud,
    const struct exchange *exchange,
    enum source_id source,
    enum event_type type,
    struct json *take_document) {
    struct buf client = {0};
    struct event event = {0};
    struct intake_result result = {.discard = INGEST_TYPE_UNKNOWN};
    struct error ignored = {0};
    if (json_kind(take_document->root) != JSON_OBJECT) return INGEST_TYPE_UNKNOWN;
    set_type(take_document, type);
    server_add_client(exchange, &client);
    const struct ingest_options normal = {.client_ip = buf_str(&client)};
    if (event_from_json(take_document, type, &event, &ignored))
        intake_accept(cloud, source, &event, &normal, &result);
    event_release(&event);
    buf_release(&client);
    return result.discard;
}

// ---- answers ----

void door_add_cors(struct exchange *exchange) {
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

enum server_verdict door_answer_success(struct exchange *exchange) {
    struct buf body = {0};
    tracking_reply_success(&body);
    routes_answer_json(exchange, 200, buf_str(&body));
    door_add_cors(exchange);
    buf_release(&body);
    return SERVER_ANSWER;
}

enum server_verdict
door_answer_bad(struct exchange *exchange, int status, const char *code, struct str message) {
    struct buf body = {0};
    tracking_reply_error(&body, code, message);
    routes_answer_json(exchange, status, buf_str(&body));
    door_add_cors(exchange);
    buf_release(&body);
    return SERVER_ANSWER;
}

enum server_verdict
door_answer_closed(struct cloud *cloud, struct exchange *exchange, enum door_verdict verdict) {
    switch (verdict) {
    case DOOR_NO_KEY:
        return door_answer_bad(
            exchange, 400, "invalid_write_key", STR("the write key is missing or too short"));
    case DOOR_BAD_TOKEN:
        return door_answer_bad(
            exchange, 401, "invalid_token", STR("the access token is not good, or no longer"));
    case DOOR_UNKNOWN_KEY:
        cloud->counters.unknown_keys++;
        if (!cloud->options.is_strict) break;
        return door_answer_bad(
            exchange, 400, "invalid_write_key", STR("no source has this write key"));
    case DOOR_OPEN: break;
    }
    return door_answer_success(exchange);
}

enum server_verdict door_answer_preflight(struct exchange *exchange) {
    struct headers *headers = &exchange->response.headers;
    exchange->response.status = 204;
    door_add_cors(exchange);
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

bool door_is_busy(struct cloud *cloud, struct exchange *exchange, enum source_id source) {
    int64_t wait_s = 0;
    struct buf text = {0};
    if (!dispatch_is_behind(cloud, source, &wait_s)) return false;
    buf_add_int(&text, wait_s);
    (void)door_answer_bad(
        exchange, 429, "too_many_requests", STR("too many events wait for their delivery"));
    // older SDKs read the one, newer the other; both are seconds from now
    headers_set(&exchange->response.headers, STR("Retry-After"), buf_str(&text));
    headers_set(&exchange->response.headers, STR("X-RateLimit-Reset"), buf_str(&text));
    buf_release(&text);
    return true;
}
