// The settings document, the preflight of browsers, OAuth, and the strict mode.
#include "fixture.h"

#include "base/clock.h"
#include "http/base64.h"
#include "http/url.h"
#include "segment/oauth.h"

static int start_strict(void **state) {
    static const struct sandbox_options strict = {.is_strict = true};
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_with(fixture, &strict);
    *state = fixture;
    return 0;
}

// ---- settings ----

static void settings_lead_back_to_the_host_that_was_asked(void **state) {
    static const struct {
        const char *prefix, *host;
    } cases[] = {
        {"/v1/projects", "localhost:4321"},
        {"/analytics.js/v1", "127.0.0.1:4321"},
    };
    struct fixture *fixture = *state;
    const char *key = fixture_get_identity(fixture, "write_keys.website-prod");
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf target = {0}, wanted = {0};
        buf_add_format(&target, "%s/%s/settings", cases[i].prefix, key);
        buf_add_format(&wanted, "%s/v1", cases[i].host);
        assert_int_equal(
            fixture_call(
                fixture,
                &(struct fixture_call){
                    .target = buf_text(&target),
                    .host = cases[i].host,
                    .origin = "https://shop.example"}),
            200);
        const struct json_node *segment =
            json_get(json_get(fixture->json.root, "integrations"), "Segment.io");
        assert_str(json_get_text(segment, "apiKey"), key);
        assert_str(json_get_text(segment, "apiHost"), buf_text(&wanted));
        assert_str(json_get_text(segment, "protocol"), "http");
        assert_str(
            headers_get(&fixture->response.headers, STR("Access-Control-Allow-Origin")),
            "https://shop.example");
        buf_release(&target);
        buf_release(&wanted);
    }
}

static void an_unknown_key_has_no_settings(void **state) {
    static const char *const targets[] = {
        "/v1/projects/0123456789abcdef0123456789abcdef/settings",
        "/v1/projects/x",
        "/analytics.js/v1/0123456789abcdef0123456789abcdef/analytics.min.js",
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(targets); i++) {
        assert_int_equal(fixture_get(fixture, targets[i]), 404);
        assert_str(
            headers_get(&fixture->response.headers, STR("Access-Control-Allow-Origin")), "*");
    }
}

// ---- preflight ----

static void browsers_are_answered_on_every_route(void **state) {
    static const char *const targets[] = {
        "/v1/t", "/v1/batch", "/v1/m", "/v1/pixel/track", "/v1/projects/x/settings",
    };
    static const char *const asks[] = {
        "Access-Control-Request-Method", "POST", "Access-Control-Request-Private-Network", "true",
        NULL};
    struct fixture *fixture = *state;
    const struct headers *headers = &fixture->response.headers;
    for (size_t i = 0; i < ARRAY_COUNT(targets); i++) {
        const struct fixture_call call = {
            .method = "OPTIONS",
            .target = targets[i],
            .origin = "https://shop.example",
            .headers = asks};
        assert_int_equal(fixture_call(fixture, &call), 204);
        assert_str(
            headers_get(headers, STR("Access-Control-Allow-Origin")), "https://shop.example");
        assert_str(headers_get(headers, STR("Access-Control-Allow-Credentials")), "true");
        assert_str(headers_get(headers, STR("Access-Control-Allow-Private-Network")), "true");
        assert_str(headers_get(headers, STR("Vary")), "Origin");
    }
}

static void the_profile_api_and_the_token_server_have_no_cors(void **state) {
    struct fixture *fixture = *state;
    const struct headers *headers = &fixture->response.headers;
    const struct fixture_call profile = {
        .method = "OPTIONS",
        .target = "/v1/spaces/s/collections/users/profiles/user_id:u/traits",
        .origin = "https://shop.example"};
    assert_true(fixture_call(fixture, &profile) >= 400);
    assert_false(headers_has(headers, STR("Access-Control-Allow-Origin")));
    const struct fixture_call token = {
        .method = "POST", .target = "/token", .origin = "https://shop.example", .body = "x=1"};
    assert_true(fixture_call(fixture, &token) >= 400);
    assert_false(headers_has(headers, STR("Access-Control-Allow-Origin")));
}

// ---- OAuth ----

static void add_assertion(struct buf *out) {
    struct buf claims = {0}, signature = {0};
    buf_add_format(
        &claims, "{\"sub\":\"app\",\"aud\":\"x\",\"jti\":\"1\",\"exp\":%lld}",
        (long long)(clock_wall_ms() / 1000 + 55));
    for (size_t i = 0; i < 256; i++)
        buf_add_char(&signature, 's');
    base64_encode_url(out, STR("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k\"}"));
    buf_add_char(out, '.');
    base64_encode_url(out, buf_str(&claims));
    buf_add_char(out, '.');
    base64_encode_url(out, buf_str(&signature));
    buf_release(&claims);
    buf_release(&signature);
}

static int ask_token(struct fixture *fixture, const char *grant) {
    static const char *const form[] = {
        "Content-Type", "application/x-www-form-urlencoded;charset=UTF-8", NULL};
    struct buf body = {0}, assertion = {0};
    add_assertion(&assertion);
    url_query_add(&body, STR("grant_type"), str_from(grant));
    url_query_add(
        &body, STR("client_assertion_type"),
        STR("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
    url_query_add(&body, STR("client_assertion"), buf_str(&assertion));
    url_query_add(&body, STR("scope"), STR("tracking_api:write"));
    const int status = fixture_call(
        fixture,
        &(struct fixture_call){
            .method = "POST", .target = "/token", .body = buf_text(&body), .headers = form});
    buf_release(&body);
    buf_release(&assertion);
    return status;
}

static int track_with(struct fixture *fixture, const char *authorization) {
    struct buf json = {0};
    buf_add_format(
        &json, "{\"event\":\"E\",\"userId\":\"u\",\"writeKey\":\"%s\"}",
        fixture_get_identity(fixture, "write_keys.ios-prod"));
    const int status = fixture_call(
        fixture, &(struct fixture_call){
                     .method = "POST",
                     .target = "/v1/track",
                     .body = buf_text(&json),
                     .authorization = authorization});
    buf_release(&json);
    return status;
}

static void a_token_of_ours_opens_the_door_together_with_a_key(void **state) {
    struct fixture *fixture = *state;
    struct buf bearer = {0};
    assert_int_equal(ask_token(fixture, "client_credentials"), 200);
    buf_add_format(
        &bearer, "Bearer " STR_FMT, STR_ARG(json_get_text(fixture->json.root, "access_token")));
    assert_int_equal(track_with(fixture, buf_text(&bearer)), 200);
    assert_int_equal(track_with(fixture, "Bearer other"), 401);
    assert_str(json_get_text(fixture->json.root, "code"), "invalid_token");
    const struct fixture_call without_key = {
        .method = "POST",
        .target = "/v1/track",
        .body = "{\"event\":\"E\",\"userId\":\"u\"}",
        .authorization = buf_text(&bearer)};
    assert_int_equal(fixture_call(fixture, &without_key), 400);
    // a reset does not take the token back
    const struct fixture_call reset = {.method = "POST", .target = "/_recloop/reset"};
    assert_int_equal(fixture_call(fixture, &reset), 200);
    assert_int_equal(track_with(fixture, buf_text(&bearer)), 200);
    buf_release(&bearer);
}

static void refusals_are_those_of_oauth(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(ask_token(fixture, "password"), 400);
    assert_str(json_get_text(fixture->json.root, "error"), "unsupported_grant_type");
    const struct fixture_call json = {.method = "POST", .target = "/token", .body = "{}"};
    assert_int_equal(fixture_call(fixture, &json), 415);
}

static void of_two_keys_the_header_counts(void **state) {
    struct fixture *fixture = *state;
    struct buf json = {0};
    buf_add_format(
        &json, "{\"event\":\"E\",\"userId\":\"u\",\"messageId\":\"two\",\"writeKey\":\"%s\"}",
        fixture_get_identity(fixture, "write_keys.ios-prod"));
    assert_int_equal(fixture_track(fixture, "android-prod", "track", buf_text(&json)), 200);
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?message_id=two"), 200);
    const struct json_node *event = json_first(json_get(fixture->json.root, "events"));
    assert_str(json_get_text(event, "source"), "android-prod");
    buf_release(&json);
}

// ---- strict ----

static int
post(struct fixture *fixture, const char *route, const char *content_type, const char *json) {
    const char *const headers[] = {"Content-Type", content_type, NULL};
    struct buf target = {0}, basic = {0};
    buf_add_format(&target, "/v1/%s", route);
    buf_add_format(&basic, "%s:", fixture_get_identity(fixture, "write_keys.website-prod"));
    struct buf header = {0};
    buf_add(&header, STR("Basic "));
    base64_encode(&header, buf_str(&basic));
    const int status = fixture_call(
        fixture, &(struct fixture_call){
                     .method = "POST",
                     .target = buf_text(&target),
                     .body = json,
                     .headers = headers,
                     .authorization = buf_text(&header)});
    buf_release(&target);
    buf_release(&basic);
    buf_release(&header);
    return status;
}

static void strict_refuses_what_is_dropped_otherwise(void **state) {
    static const struct {
        const char *route, *type, *json, *code, *message;
    } cases[] = {
        {"track", "application/json", "{\"event\":\"E\",\"userId\":\"u\"}", NULL, NULL},
        {"track", "text/plain; charset=utf-8", "{\"event\":\"E\",\"userId\":\"u\"}", NULL, NULL},
        {"track", "application/xml", "{\"event\":\"E\",\"userId\":\"u\"}", "invalid_content_type",
         "application/json"},
        {"track", "application/json", "{\"userId\":\"u\"}", "event_not_defined", "event"},
        {"track", "application/json", "{\"event\":\"E\"}", "no_user_anon_id", "userId"},
        {"batch", "application/json", "{\"batch\":[]}", "empty_batch", "message"},
        {"batch", "application/json",
         "{\"batch\":[{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u\"},{\"type\":\"track\","
         "\"userId\":\"u\"}]}",
         "event_not_defined", "message 2 of the batch"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const int status = post(fixture, cases[i].route, cases[i].type, cases[i].json);
        print_message("%s %s\n", cases[i].type, cases[i].json);
        assert_int_equal(status, cases[i].code ? 400 : 200);
        if (!cases[i].code) continue;
        assert_str(json_get_text(fixture->json.root, "code"), cases[i].code);
        assert_contains(json_get_text(fixture->json.root, "message"), cases[i].message);
    }
    // the good message of a bad batch was not published
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?event=E"), 200);
    size_t published = 0;
    const struct json_node *event = json_first(json_get(fixture->json.root, "events"));
    for (; event; event = json_next(event))
        published += json_kind(json_get(event, "discard_reason")) == JSON_NULL;
    assert_int_equal(published, 2);
    const struct fixture_call unknown = {
        .method = "POST", .target = "/v1/m", .body = "{\"series\":[]}"};
    assert_int_equal(fixture_call(fixture, &unknown), 400); // no Content-Type
}

#define WITH_SANDBOX(test)                                                                         \
    cmocka_unit_test_setup_teardown(test, fixture_set_up_in_memory, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    WITH_SANDBOX(settings_lead_back_to_the_host_that_was_asked),
    WITH_SANDBOX(an_unknown_key_has_no_settings),
    WITH_SANDBOX(browsers_are_answered_on_every_route),
    WITH_SANDBOX(the_profile_api_and_the_token_server_have_no_cors),
    WITH_SANDBOX(a_token_of_ours_opens_the_door_together_with_a_key),
    WITH_SANDBOX(refusals_are_those_of_oauth),
    WITH_SANDBOX(of_two_keys_the_header_counts),
    cmocka_unit_test_setup_teardown(
        strict_refuses_what_is_dropped_otherwise, start_strict, fixture_tear_down),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
