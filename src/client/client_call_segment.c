// client_call_segment — the calls to Segment, to the endpoint of Exercise 3, and to our own sandbox.
#include "client/client_call.h"

#include "internal.h"

#include "http/url.h"
#include "segment/batch.h"
#include "segment/tracking.h"

#define SANDBOX_TIMEOUT_MS 10000
#define SANDBOX_BODY_LIMIT ((size_t)8 << 20) // the debugger's raw messages

bool client_call_event(
    struct client *client,
    enum client_source source,
    const struct event *event,
    struct client_call *out,
    struct error *err) {
    const struct secret *key = client_write_key(client, source, err);
    if (!key) return false;
    client_call_reset(out, client, CLIENT_CALL_EVENT);
    // Without a messageId Segment could not tell the second copy from a second event.
    if (!event->message_id.len) out->options.retry = TASK_RETRY_UNSENT;
    buf_add(&out->subject, str_from(client_source_name(source)));
    tracking_request_event(event, client_tracking_url(client), key, &out->request);
    if (out->request.body.len <= EVENT_MAX_BYTES) return true;
    error_set(
        err, ERROR_LIMIT, "the message has %zu bytes; Segment takes %zu", out->request.body.len,
        EVENT_MAX_BYTES);
    return error_hint(err, "Shorten its properties or context.");
}

bool client_call_batch(
    struct client *client,
    enum client_source source,
    struct str body,
    struct client_call *out,
    struct error *err) {
    const struct secret *key = client_write_key(client, source, err);
    if (!key) return false;
    client_call_reset(out, client, CLIENT_CALL_BATCH);
    buf_add(&out->subject, str_from(client_source_name(source)));
    tracking_request_batch(body, client_tracking_url(client), key, &out->request);
    return true;
}

bool client_call_profile(
    struct client *client,
    const struct profile_query *query,
    struct client_call *out,
    struct error *err) {
    const struct config *config = client_config(client);
    struct profile_query filled = *query;
    if (!client_require(client, "profile_api_token", err)) return false;
    if (!filled.space_id.len) {
        if (!client_require(client, "profile_space_id", err)) return false;
        filled.space_id = config_text(&config->profile_space_id);
    }
    if (!filled.id_value.len && !filled.id_type.len)
        filled.id_value = config_text(&config->user_id);
    client_call_reset(out, client, CLIENT_CALL_PROFILE);
    buf_add(&out->subject, filled.id_value);
    return profile_request(
        &filled, client_profile_url(client), config_secret(&config->profile_api_token),
        &out->request, err);
}

static void add_query(struct buf *query, const char *name, struct str value) {
    if (value.len) url_query_add(query, str_from(name), value);
}

bool client_call_endpoint(
    struct client *client,
    const struct client_call_endpoint_query *query,
    struct client_call *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(buf_release) struct buf number = {0};
    const struct str url = config_text(&client_config(client)->recommendations_url);
    if (!client_require(client, "recommendations_url", err)) return false;
    client_call_reset(out, client, CLIENT_CALL_ENDPOINT);
    buf_add(&out->subject, url);
    if (query->results > 0) buf_add_int(&number, query->results);
    add_query(&text, "userId", query->user_id);
    add_query(&text, "itemId", query->item_id);
    add_query(&text, "numResults", buf_str(&number));
    if (query->excludes_purchased) add_query(&text, "filter", STR("exclude-purchased"));
    request_set_method(&out->request, STR("GET"));
    request_set_url(&out->request, url);
    if (text.len) {
        buf_add_char(&out->request.url, str_contains(url, STR("?")) ? '&' : '?');
        buf_add(&out->request.url, buf_str(&text));
    }
    headers_set(&out->request.headers, STR("Accept"), STR("application/json"));
    return true;
}

bool client_call_sandbox(
    struct client *client,
    const struct client_call_route *route,
    struct client_call *out,
    struct error *err) {
    if (!client_is_sandbox(client)) {
        error_set(err, ERROR_CONFIG, "this profile does not use the sandbox");
        return error_hint(err, "Choose it with --profile sandbox.");
    }
    client_call_reset(out, client, CLIENT_CALL_SANDBOX);
    buf_add(&out->subject, str_from(route->path));
    request_set_method(&out->request, str_from(route->method ? route->method : "GET"));
    url_join(&out->request.url, client_sandbox_url(client), str_from(route->path));
    if (route->query.len) {
        buf_add_char(&out->request.url, '?');
        buf_add(&out->request.url, route->query);
    }
    if (route->body.len) {
        const bool is_json = route->body.ptr[0] == '{' || route->body.ptr[0] == '[';
        headers_set(
            &out->request.headers, STR("Content-Type"),
            is_json ? STR("application/json") : STR("text/csv"));
        request_set_body(&out->request, route->body);
    }
    out->options.timeout_ms = SANDBOX_TIMEOUT_MS + route->wait_ms;
    out->options.body_limit = SANDBOX_BODY_LIMIT;
    // Reading may be repeated; an import or a reset may have been done.
    const bool is_get = str_equal(request_method(&out->request), STR("GET"));
    out->options.retry = is_get ? TASK_RETRY_TRANSIENT : TASK_RETRY_UNSENT;
    return true;
}
