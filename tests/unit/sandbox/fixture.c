// fixture — see the header.
#include "fixture.h"

#include "aws/operation.h"
#include "aws/sigv4.h"
#include "base/clock.h"
#include "segment/tracking.h"
#include "support/plain_client.h"

static void start(struct fixture *fixture) {
    struct error err = {0};
    struct sandbox_options options = fixture->options;
    options.data_folder = fixture->has_folder ? fixture->folder.path : NULL;
    assert_ok(sandbox_start(&options, &fixture->sandbox, &err), err);
    sandbox_identities_release(&fixture->identities);
    sandbox_identities_make(&fixture->identities, sandbox_url(fixture->sandbox), NULL, NULL);
}

void fixture_start_in_memory(struct fixture *fixture) {
    *fixture = (struct fixture){0};
    start(fixture);
}

void fixture_start_on_disk(struct fixture *fixture) {
    *fixture = (struct fixture){.folder = temp_folder_make(), .has_folder = true};
    start(fixture);
}

void fixture_start_with(struct fixture *fixture, const struct sandbox_options *options) {
    *fixture = (struct fixture){.options = *options, .has_folder = options->data_folder != NULL};
    if (fixture->has_folder) fixture->folder = temp_folder_make();
    start(fixture);
}

void fixture_restart(struct fixture *fixture) {
    sandbox_stop(fixture->sandbox);
    start(fixture);
}

void fixture_stop(struct fixture *fixture) {
    sandbox_stop(fixture->sandbox);
    if (fixture->has_folder) temp_folder_remove(&fixture->folder);
    sandbox_identities_release(&fixture->identities);
    response_release(&fixture->response);
    json_release(&fixture->json);
}

int fixture_set_up_in_memory(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_in_memory(fixture);
    *state = fixture;
    return 0;
}

int fixture_set_up_on_disk(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_on_disk(fixture);
    *state = fixture;
    return 0;
}

int fixture_tear_down(void **state) {
    fixture_stop(*state);
    free(*state);
    return 0;
}

const char *fixture_get_identity(const struct fixture *fixture, const char *key) {
    const char *value = sandbox_identities_get(&fixture->identities, key);
    assert_non_null(value);
    return value;
}

static int send_request(struct fixture *fixture, struct request *take_request) {
    struct error err = {0};
    plain_client_send(sandbox_url(fixture->sandbox), take_request, &fixture->response);
    request_release(take_request);
    json_release(&fixture->json);
    if (!json_parse(buf_str(&fixture->response.body), &fixture->json, &err))
        fixture->json.root = NULL;
    return fixture->response.status;
}

int fixture_call(struct fixture *fixture, const struct fixture_call *call) {
    struct request request = {0};
    request_set_method(&request, str_from(call->method ? call->method : "GET"));
    request_set_url(&request, str_from(call->target));
    struct str body = str_from(call->body);
    if (call->body_bytes) body.len = call->body_bytes;
    request_set_body(&request, body);
    for (const char *const *at = call->headers; at && *at; at += 2)
        headers_set(&request.headers, str_from(at[0]), str_from(at[1]));
    if (call->authorization) {
        headers_set(&request.headers, STR("Authorization"), str_from(call->authorization));
    }
    if (call->host) headers_set(&request.headers, STR("Host"), str_from(call->host));
    if (call->origin) headers_set(&request.headers, STR("Origin"), str_from(call->origin));
    return send_request(fixture, &request);
}

int fixture_get(struct fixture *fixture, const char *target) {
    return fixture_call(fixture, &(struct fixture_call){.target = target});
}

int fixture_track(
    struct fixture *fixture, const char *source, const char *route, const char *json) {
    struct buf key = {0}, target = {0}, basic = {0};
    buf_add_format(&key, "write_keys.%s", source);
    buf_add_format(&target, "/v1/%s", route);
    tracking_add_basic(&basic, str_from(fixture_get_identity(fixture, buf_text(&key))));
    const int status = fixture_call(
        fixture, &(struct fixture_call){
                     .method = "POST",
                     .target = buf_text(&target),
                     .body = json,
                     .authorization = buf_text(&basic)});
    buf_release(&key);
    buf_release(&target);
    buf_release(&basic);
    return status;
}

int fixture_profile(struct fixture *fixture, const char *user, const char *resource) {
    struct buf target = {0}, basic = {0};
    buf_add_format(
        &target, "/v1/spaces/%s/collections/users/profiles/user_id:%s/%s",
        fixture_get_identity(fixture, "profile_space_id"), user, resource);
    tracking_add_basic(&basic, str_from(fixture_get_identity(fixture, "profile_api_token")));
    const int status = fixture_call(
        fixture,
        &(struct fixture_call){.target = buf_text(&target), .authorization = buf_text(&basic)});
    buf_release(&target);
    buf_release(&basic);
    return status;
}

int fixture_aws(struct fixture *fixture, const struct fixture_aws *call) {
    struct request request = {0};
    struct credentials credentials = {0};
    struct buf url = {0};
    struct error err = {0};
    buf_add_format(&url, "%s%s", sandbox_url(fixture->sandbox), call->target);
    request_set_method(&request, str_from(call->method ? call->method : "POST"));
    request_set_url(&request, buf_str(&url));
    request.body.limit = (size_t)64 << 20; // zips of functions
    request_set_body(&request, str_from(call->body));
    headers_set(
        &request.headers, STR("Content-Type"),
        str_from(operation_content_type(
            call->is_form       ? OPERATION_QUERY
            : call->json_target ? OPERATION_JSON11
                                : OPERATION_REST_JSON)));
    if (call->json_target)
        headers_set(&request.headers, STR("X-Amz-Target"), str_from(call->json_target));
    if (call->log_type)
        headers_set(&request.headers, STR("X-Amz-Log-Type"), str_from(call->log_type));
    if (call->invocation_type)
        headers_set(
            &request.headers, STR("X-Amz-Invocation-Type"), str_from(call->invocation_type));
    credentials_set(
        &credentials,
        str_from(
            call->access_key_id ? call->access_key_id
                                : fixture_get_identity(fixture, "access_key_id")),
        str_from(call->secret ? call->secret : fixture_get_identity(fixture, "secret_access_key")),
        str_from(call->token));
    const struct sigv4_options options = {
        .region = str_from(call->region ? call->region : "us-east-1"),
        .service = str_from(call->service),
        .now_s = clock_wall_ms() / 1000 + call->clock_offset_s};
    assert_ok(sigv4_sign_request(&request, &credentials, &options, NULL, &err), err);
    credentials_release(&credentials);
    buf_release(&url);
    return send_request(fixture, &request);
}

// Asks again as long as each wait saw deliveries go on: a flood on a slow machine, with sanitizers, takes
// longer than any one wait. Ten seconds in which nothing moves are a failure.
const struct json_node *fixture_delivery(struct fixture *fixture, const char *message_id) {
    struct buf target = {0};
    const struct json_node *delivery = NULL;
    int64_t reached = -1, before = 0;
    buf_add_format(&target, "/_recloop/deliveries?wait=10000&message_id=%s", message_id);
    do {
        before = reached;
        assert_int_equal(fixture_get(fixture, buf_text(&target)), 200);
        delivery = json_first(json_get(fixture->json.root, "deliveries"));
        assert_true(json_integer(json_get(fixture->json.root, "last_sequence"), &reached));
    } while (!delivery && reached > before);
    buf_release(&target);
    assert_non_null(delivery);
    return delivery;
}

void fixture_click(
    struct fixture *fixture, const char *user, const char *sku, const char *message_id) {
    struct buf json = {0};
    buf_add_format(
        &json,
        "{\"event\":\"Product "
        "Clicked\",\"userId\":\"%s\",\"anonymousId\":\"%s-anon\",\"messageId\":\"%s\","
        "\"properties\":{\"sku\":\"%s\"}}",
        user, user, message_id, sku);
    assert_int_equal(fixture_track(fixture, "website-prod", "track", buf_text(&json)), 200);
    buf_release(&json);
    (void)fixture_delivery(fixture, message_id);
}

char *fixture_recommendations(struct fixture *fixture, const char *user) {
    struct buf body = {0}, list = {0};
    buf_add_format(
        &body, "{\"campaignArn\":\"%s\",\"userId\":\"%s\"}",
        fixture_get_identity(fixture, "campaign_arn"), user);
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "personalize", .target = "/recommendations", .body = buf_text(&body)}),
        200);
    const struct json_node *item = json_first(json_get(fixture->json.root, "itemList"));
    for (; item; item = json_next(item)) {
        if (list.len) buf_add_char(&list, ',');
        buf_add(&list, json_get_text(item, "itemId"));
    }
    buf_release(&body);
    return buf_take(&list);
}
