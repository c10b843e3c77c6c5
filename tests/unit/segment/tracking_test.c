// The Tracking API: routes, keys, requests, replies.
#include "segment/tracking.h"

#include "support/test.h"

static void tracking_routes_are_known_by_word_and_by_letter(void **state) {
    (void)state;
    static const struct {
        const char *path;
        enum tracking_route_kind kind;
        enum event_type type;
    } cases[] = {
        {.path = "/v1/track", .kind = TRACKING_ROUTE_MESSAGE, .type = EVENT_TRACK},
        {.path = "/v1/t", .kind = TRACKING_ROUTE_MESSAGE, .type = EVENT_TRACK},
        {.path = "/v1/a", .kind = TRACKING_ROUTE_MESSAGE, .type = EVENT_ALIAS},
        {.path = "/v1/group", .kind = TRACKING_ROUTE_MESSAGE, .type = EVENT_GROUP},
        {.path = "/v1/batch", .kind = TRACKING_ROUTE_BATCH, .type = EVENT_TYPE_COUNT},
        {.path = "/v1/b", .kind = TRACKING_ROUTE_BATCH, .type = EVENT_TYPE_COUNT},
        {.path = "/v1/import", .kind = TRACKING_ROUTE_BATCH, .type = EVENT_TYPE_COUNT},
        {.path = "/v1/m", .kind = TRACKING_ROUTE_METRICS, .type = EVENT_TYPE_COUNT},
        {.path = "/v1/x", .kind = TRACKING_ROUTE_NONE},
        {.path = "/v1/", .kind = TRACKING_ROUTE_NONE},
        {.path = "/v2/track", .kind = TRACKING_ROUTE_NONE},
        {.path = "/v1/Track", .kind = TRACKING_ROUTE_NONE},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct tracking_route route = {0};
        print_message("%s\n", cases[i].path);
        const bool found = tracking_route_parse(str_from(cases[i].path), &route);
        assert_int_equal(found, cases[i].kind != TRACKING_ROUTE_NONE);
        assert_int_equal(route.kind, cases[i].kind);
        if (found) assert_int_equal(route.type, cases[i].type);
    }
}

static void tracking_reads_the_key_in_every_form(void **state) {
    (void)state;
    static const struct {
        const char *header, *body, *key;
        enum tracking_auth auth;
    } cases[] = {
        {.header = "Basic V0s6", .body = "{}", .key = "WK", .auth = TRACKING_AUTH_BASIC},
        {.header = "basic V0s=", .body = "{}", .key = "WK", .auth = TRACKING_AUTH_BASIC},
        {.header = "Basic V0s6cGFzcw==", .body = "{}", .key = "WK", .auth = TRACKING_AUTH_BASIC},
        {.header = "", .body = "{\"writeKey\":\"BK\"}", .key = "BK", .auth = TRACKING_AUTH_BODY},
        {.header = "Basic V0s6",
         .body = "{\"writeKey\":\"BK\"}",
         .key = "WK",
         .auth = TRACKING_AUTH_BASIC},
        {.header = "Basic Og==",
         .body = "{\"writeKey\":\"BK\"}",
         .key = "BK",
         .auth = TRACKING_AUTH_BODY},
        {.header = "Basic ???",
         .body = "{\"writeKey\":\"BK\"}",
         .key = "BK",
         .auth = TRACKING_AUTH_BODY},
        {.header = "Bearer t",
         .body = "{\"writeKey\":\"BK\"}",
         .key = "BK",
         .auth = TRACKING_AUTH_BEARER},
        {.header = "Bearer t", .body = "{}", .key = "", .auth = TRACKING_AUTH_NONE},
        {.header = "", .body = "{\"writeKey\":5}", .key = "", .auth = TRACKING_AUTH_NONE},
        {.header = "Basic", .body = "[]", .key = "", .auth = TRACKING_AUTH_NONE},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(json_release) struct json body = {0};
        CLEANUP(buf_release) struct buf key = {0};
        struct error err = {0};
        assert_ok(json_parse(str_from(cases[i].body), &body, &err), err);
        print_message("%s %s\n", cases[i].header, cases[i].body);
        assert_int_equal(
            tracking_read_auth(str_from(cases[i].header), body.root, &key), cases[i].auth);
        assert_str(buf_str(&key), cases[i].key);
    }
}

static void tracking_requests_carry_key_and_body(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(event_release) struct event event = {0};
    CLEANUP(secret_release) struct secret key = {0};
    CLEANUP(buf_release) struct buf read_back = {0};
    struct error err = {0};
    const struct event_draft draft = {.type = EVENT_IDENTIFY, .user_id = STR("u")};
    secret_set(&key, STR("0123456789abcdef0123456789abcdef"));
    event_build(&draft, &event);
    tracking_request_event(&event, STR("http://127.0.0.1:7780/base"), &key, &request);
    assert_str(request_method(&request), "POST");
    assert_str(buf_str(&request.url), "http://127.0.0.1:7780/base/v1/identify");
    assert_str(buf_str(&request.body), "{\"type\":\"identify\",\"userId\":\"u\"}");
    assert_str(headers_get(&request.headers, STR("content-type")), "application/json");
    const struct str header = headers_get(&request.headers, STR("authorization"));
    assert_int_equal(tracking_read_auth(header, NULL, &read_back), TRACKING_AUTH_BASIC);
    assert_str(buf_str(&read_back), "0123456789abcdef0123456789abcdef");
    assert_ok(request_check(&request, &err), err);

    tracking_request_batch(STR("{\"batch\":[]}"), STR(TRACKING_URL_EU), &key, &request);
    assert_str(buf_str(&request.url), "https://events.eu1.segmentapis.com/v1/batch");
    assert_str(tracking_base_url(STR("eu"), STR("")), TRACKING_URL_EU);
    assert_str(tracking_base_url(STR("us"), STR("")), TRACKING_URL_US);
    assert_str(tracking_base_url(STR("eu"), STR("http://h")), "http://h");
}

static void tracking_replies_say_what_to_do(void **state) {
    (void)state;
    static const struct {
        const char *body, *message, *hint;
        int status;
        enum error_code code;
    } cases[] = {
        {.status = 200, .body = "{\"success\":true}", .code = ERROR_NONE},
        {.status = 200,
         .body = "",
         .code = ERROR_INVALID,
         .message = "200",
         .hint = "tracking_url"},
        {.status = 200,
         .body = "<html>",
         .code = ERROR_INVALID,
         .message = "200",
         .hint = "tracking_url"},
        {
            .status = 400,
            .body = "{\"success\":false,\"code\":\"invalid\",\"message\":\"no \\u001b[31m\"}",
            .code = ERROR_REFUSED,
            .message = "HTTP 400 invalid, no \\e[31m",
            .hint = "32 KB",
        },
        {
            .status = 400,
            .body = "{\"success\":false,\"code\":\"invalid_write_key\",\"message\":\"too short\"}",
            .code = ERROR_REFUSED,
            .message = "HTTP 400 invalid_write_key, too short",
            .hint = "write key again",
        },
        {.status = 401, .body = "", .code = ERROR_REFUSED, .message = "401", .hint = "write key"},
        {.status = 429, .body = "", .code = ERROR_THROTTLED, .message = "429", .hint = "slowly"},
        {.status = 503,
         .body = "down",
         .code = ERROR_UNREACHABLE,
         .message = "503 down",
         .hint = "again"},
        {.status = 404,
         .body = "",
         .code = ERROR_REFUSED,
         .message = "404",
         .hint = "tracking_url"},
        {.status = 204,
         .body = "",
         .code = ERROR_REFUSED,
         .message = "204",
         .hint = "tracking_url"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error err = {0};
        print_message("%d %s\n", cases[i].status, cases[i].body);
        const bool ok = tracking_reply_decode(cases[i].status, str_from(cases[i].body), &err);
        assert_int_equal(ok, cases[i].code == ERROR_NONE);
        assert_int_equal(err.code, cases[i].code);
        if (ok) continue;
        assert_contains(str_from(err.message), cases[i].message);
        assert_contains(str_from(err.hint), cases[i].hint);
    }
}

static void tracking_reply_errors_carry_code_and_message(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf body = {0};
    tracking_reply_error(&body, "invalid_request", STR("the \"message\" is too large"));
    assert_str(
        buf_str(&body), "{\"success\":false,\"code\":\"invalid_request\","
                        "\"message\":\"the \\\"message\\\" is too large\"}");
    buf_reset(&body);
    tracking_reply_success(&body);
    assert_str(buf_str(&body), "{\"success\":true}");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(tracking_routes_are_known_by_word_and_by_letter),
    cmocka_unit_test(tracking_reads_the_key_in_every_form),
    cmocka_unit_test(tracking_requests_carry_key_and_body),
    cmocka_unit_test(tracking_replies_say_what_to_do),
    cmocka_unit_test(tracking_reply_errors_carry_code_and_message),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
