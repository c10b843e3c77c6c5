// The Tracking API with its quirks: what is answered 200, what 400, and what the debugger tells.
#include "fixture.h"
#include "segment/tracking.h"
#include "support/plain_client.h"

#include <zlib.h>

static size_t debugger_count(struct fixture *fixture, const char *source) {
    struct buf target = {0};
    buf_add_format(&target, "/_recloop/debugger?limit=500&source=%s", source);
    assert_int_equal(fixture_get(fixture, buf_text(&target)), 200);
    buf_release(&target);
    return json_count(json_get(fixture->json.root, "events"));
}

static void every_route_and_short_form_is_answered(void **state) {
    static const struct {
        const char *route, *json, *type;
    } cases[] = {
        {"track", "{\"event\":\"E\",\"userId\":\"u\"}", "track"},
        {"identify", "{\"userId\":\"u\",\"traits\":{\"plan\":\"gold\"}}", "identify"},
        {"page", "{\"name\":\"Home\",\"userId\":\"u\"}", "page"},
        {"screen", "{\"name\":\"Home\",\"userId\":\"u\"}", "screen"},
        {"group", "{\"groupId\":\"g\",\"userId\":\"u\"}", "group"},
        {"alias", "{\"previousId\":\"p\",\"userId\":\"u\"}", "alias"},
        {"t", "{\"event\":\"E\",\"anonymousId\":\"a\"}", "track"},
        {"i", "{\"userId\":\"u\",\"traits\":{}}", "identify"},
        {"p", "{\"name\":\"Home\",\"anonymousId\":\"a\",\"userId\":null}", "page"},
        {"s", "{\"name\":\"Home\",\"userId\":\"u\"}", "screen"},
        {"g", "{\"groupId\":\"g\",\"userId\":\"u\"}", "group"},
        {"a", "{\"previousId\":\"p\",\"userId\":\"u\"}", "alias"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_int_equal(
            fixture_track(fixture, "android-prod", cases[i].route, cases[i].json), 200);
        assert_true(json_bool(json_get(fixture->json.root, "success"), false));
    }
    assert_int_equal(debugger_count(fixture, "android-prod"), ARRAY_COUNT(cases));
    const struct json_node *event = json_first(json_get(fixture->json.root, "events"));
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++, event = json_next(event)) {
        assert_str(json_get_text(event, "type"), cases[i].type);
        assert_int_equal(json_kind(json_get(event, "discard_reason")), JSON_NULL);
        assert_true(json_get_text(event, "message_id").len > 0);
    }
}

static void bad_messages_get_200_and_a_reason(void **state) {
    static const struct {
        const char *route, *json, *reason;
    } cases[] = {
        {"track", "{\"event\":\"E\"}", "no_user_anon_id"},
        {"track", "{\"userId\":\"u\"}", "event_not_defined"},
        {"track", "{\"event\":\"E\",\"userId\":\"u\",\"properties\":[]}", "properties_not_object"},
        {"identify", "{\"userId\":\"u\",\"traits\":3}", "traits_not_object"},
        {"group", "{\"userId\":\"u\"}", "id_required"},
        {"batch", "{\"batch\":[{\"type\":\"hover\",\"userId\":\"u\"}]}", "type_unknown"},
        {"batch", "{\"batch\":[]}", "empty_batch"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_int_equal(fixture_track(fixture, "ios-prod", cases[i].route, cases[i].json), 200);
    }
    assert_int_equal(debugger_count(fixture, "ios-prod"), ARRAY_COUNT(cases));
    const struct json_node *event = json_first(json_get(fixture->json.root, "events"));
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++, event = json_next(event)) {
        assert_str(json_get_text(event, "discard_reason"), cases[i].reason);
    }
    // each can be asked for by its messageId, and does not count as seen
    for (size_t i = 0; i < 2; i++) {
        const char *bad = "{\"userId\":\"u\",\"messageId\":\"bad-1\"}";
        assert_int_equal(fixture_track(fixture, "ios-prod", "track", bad), 200);
    }
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?message_id=bad-1"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 2);
}

static void check_bad(struct fixture *fixture, const char *route, const char *json) {
    assert_int_equal(fixture_track(fixture, "website-prod", route, json), 400);
    assert_true(json_get_text(fixture->json.root, "code").len > 0);
    assert_true(json_get_text(fixture->json.root, "message").len > 0);
}

static void what_is_no_json_or_too_large_gets_400_with_code_and_message(void **state) {
    struct fixture *fixture = *state;
    struct buf big = {0};
    check_bad(fixture, "track", "{\"event\":");
    check_bad(fixture, "batch", "[");
    buf_add(&big, STR("{\"event\":\"E\",\"userId\":\"u\",\"properties\":{\"x\":\""));
    for (size_t i = 0; i < 33 * 1024; i++)
        buf_add_char(&big, 'i');
    buf_add(&big, STR("\"}}"));
    check_bad(fixture, "track", buf_text(&big));
    buf_reset(&big);
    buf_add(&big, STR("{\"batch\":["));
    for (size_t i = 0; i < 60; i++) {
        if (i) buf_add_char(&big, ',');
        buf_add(
            &big,
            STR("{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u\",\"properties\":{\"x\":\""));
        for (size_t j = 0; j < 9000; j++)
            buf_add_char(&big, 'i');
        buf_add(&big, STR("\"}}"));
    }
    buf_add(&big, STR("]}"));
    check_bad(fixture, "batch", buf_text(&big));
    assert_str(json_get_text(fixture->json.root, "code"), "batch_too_large");
    // a shared context that no message could carry would be copied to all of them
    buf_reset(&big);
    buf_add(
        &big,
        STR("{\"batch\":[{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u\"}],\"context\":{"));
    for (size_t i = 0; i < 4000; i++)
        buf_add_format(&big, "%s\"key%zu\":1", i ? "," : "", i);
    buf_add(&big, STR("}}"));
    check_bad(fixture, "batch", buf_text(&big));
    assert_str(json_get_text(fixture->json.root, "code"), "message_too_large");
    assert_int_equal(debugger_count(fixture, "website-prod"), 0);
    buf_release(&big);
}

static void unknown_keys_get_200_and_missing_ones_400(void **state) {
    struct fixture *fixture = *state;
    const char *json =
        "{\"event\":\"E\",\"userId\":\"u\",\"writeKey\":\"0123456789abcdef0123456789abcdef\"}";
    assert_int_equal(
        fixture_call(
            fixture, &(struct fixture_call){.method = "POST", .target = "/v1/track", .body = json}),
        200);
    assert_int_equal(
        fixture_call(
            fixture,
            &(struct fixture_call){
                .method = "POST",
                .target = "/v1/track",
                .body = "{\"event\":\"E\",\"userId\":\"u\"}"}),
        400);
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 0);
}

static void the_key_may_be_in_the_body_and_is_taken_out(void **state) {
    struct fixture *fixture = *state;
    struct buf json = {0};
    const char *key = fixture_get_identity(fixture, "write_keys.email-prod");
    buf_add_format(&json, "{\"event\":\"E\",\"userId\":\"u\",\"writeKey\":\"%s\"}", key);
    assert_int_equal(
        fixture_call(
            fixture,
            &(struct fixture_call){.method = "POST", .target = "/v1/t", .body = buf_text(&json)}),
        200);
    assert_int_equal(debugger_count(fixture, "email-prod"), 1);
    assert_false(str_contains(buf_str(&fixture->response.body), str_from(key)));
    buf_release(&json);
}

static void a_batch_publishes_its_good_messages(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        fixture_track(
            fixture, "ios-prod", "batch",
            "{\"batch\":[{\"type\":\"track\",\"event\":\"A\",\"userId\":\"u\",\"messageId\":\"b-"
            "1\"},"
            "{\"type\":\"track\",\"userId\":\"u\"},"
            "{\"type\":\"identify\",\"userId\":\"u\",\"traits\":{\"a\":1},\"messageId\":\"b-2\"}],"
            "\"sentAt\":\"2026-01-01T00:00:00Z\"}"),
        200);
    assert_int_equal(debugger_count(fixture, "ios-prod"), 3);
    size_t accepted = 0;
    const struct json_node *event = json_first(json_get(fixture->json.root, "events"));
    for (; event; event = json_next(event))
        accepted += json_kind(json_get(event, "discard_reason")) == JSON_NULL;
    assert_int_equal(accepted, 2);
}

// 31: with a gzip header, 15: with zlib's (deflate)
static struct str pack(const char *json, int window_bits, unsigned char *out, size_t cap) {
    z_stream stream = {0};
    assert_int_equal(
        deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    const struct str text = str_from(json);
    memcpy(&stream.next_in, &text.ptr, sizeof(text.ptr));
    stream.avail_in = (uInt)text.len;
    stream.next_out = out;
    stream.avail_out = (uInt)cap;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    const size_t len = cap - stream.avail_out;
    deflateEnd(&stream);
    return (struct str){.ptr = (const char *)out, .len = len};
}

static void gzip_is_read_and_deflate_refused(void **state) {
    static const struct {
        const char *encoding, *code;
        int window_bits;
        size_t cut;
        int status;
    } cases[] = {
        {"gzip", NULL, 31, 0, 200},
        {"GZIP", NULL, 31, 0, 200},
        {"gzip", "invalid_gzip", 31, 9, 400},
        {"deflate", "unsupported_encoding", 15, 0, 415},
        {"br", "unsupported_encoding", 31, 0, 415},
    };
    struct fixture *fixture = *state;
    const char *json = "{\"batch\":[{\"type\":\"track\",\"event\":\"Zipped\",\"userId\":\"u\"}]}";
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        unsigned char packed[512];
        struct request request = {0};
        struct response response = {0};
        struct buf basic = {0};
        struct str body = pack(json, cases[i].window_bits, packed, sizeof(packed));
        body.len -= cases[i].cut;
        tracking_add_basic(&basic, str_from(fixture_get_identity(fixture, "write_keys.ios-prod")));
        request_set_method(&request, STR("POST"));
        request_set_url(&request, STR("/v1/import"));
        request_set_body(&request, body);
        headers_set(&request.headers, STR("Authorization"), buf_str(&basic));
        headers_set(&request.headers, STR("Content-Encoding"), str_from(cases[i].encoding));
        plain_client_send(sandbox_url(fixture->sandbox), &request, &response);
        print_message("%s %zu\n", cases[i].encoding, i);
        assert_int_equal(response.status, cases[i].status);
        if (cases[i].code)
            assert_true(str_contains(buf_str(&response.body), str_from(cases[i].code)));
        request_release(&request);
        response_release(&response);
        buf_release(&basic);
    }
    assert_int_equal(debugger_count(fixture, "ios-prod"), 2);
}

static void clock_skew_is_taken_out_of_the_time(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        fixture_track(
            fixture, "ios-prod", "track",
            "{\"event\":\"E\",\"userId\":\"u\",\"timestamp\":\"2020-01-01T00:00:00+02:00\","
            "\"sentAt\":\"2020-01-01T00:00:00+02:00\"}"),
        200);
    assert_int_equal(debugger_count(fixture, "ios-prod"), 1);
    const struct json_node *event = json_first(json_get(fixture->json.root, "events"));
    const struct json_node *raw = json_get(event, "raw");
    // sent the moment it happened: it happened when it was received
    assert_true(str_equal(json_get_text(raw, "timestamp"), json_get_text(event, "received_at")));
    assert_str(json_get_text(raw, "originalTimestamp"), "2019-12-31T22:00:00.000Z");
}

static void browsers_may_ask_first(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        fixture_call(
            fixture,
            &(struct fixture_call){
                .method = "OPTIONS", .target = "/v1/t", .origin = "https://shop.example"}),
        204);
    const struct headers *headers = &fixture->response.headers;
    assert_str(headers_get(headers, STR("Access-Control-Allow-Origin")), "https://shop.example");
    assert_str(
        headers_get(headers, STR("Access-Control-Allow-Headers")),
        "authorization, content-type, x-retry-count");
    assert_str(headers_get(headers, STR("Access-Control-Allow-Methods")), "POST, GET, OPTIONS");
    assert_true(headers_has(headers, STR("Access-Control-Max-Age")));
    assert_int_equal(
        fixture_track(fixture, "website-prod", "t", "{\"event\":\"E\",\"userId\":\"u\"}"), 200);
    assert_str(
        headers_get(&fixture->response.headers, STR("Access-Control-Expose-Headers")),
        "Retry-After, X-RateLimit-Reset");
    // the Profile API offers none
    assert_int_equal(fixture_profile(fixture, "u", "traits"), 200);
    assert_false(headers_has(&fixture->response.headers, STR("Access-Control-Allow-Origin")));
}

static void a_source_that_is_off_answers_and_drops(void **state) {
    struct fixture *fixture = *state;
    const char *json = "{\"event\":\"E\",\"userId\":\"off\",\"messageId\":\"m-off\"}";
    struct fixture_call put = {
        .method = "PUT",
        .target = "/_recloop/sources",
        .body = "{\"name\":\"ios-prod\",\"enabled\":false}"};
    assert_int_equal(fixture_call(fixture, &put), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "sources")), 5);
    assert_int_equal(fixture_track(fixture, "ios-prod", "track", json), 200);
    assert_int_equal(debugger_count(fixture, "ios-prod"), 1);
    const struct json_node *event = json_first(json_get(fixture->json.root, "events"));
    assert_str(json_get_text(event, "discard_reason"), "source_disabled");
    assert_int_equal(fixture_profile(fixture, "off", "traits"), 404);
    put.body = "{\"name\":\"ios-prod\",\"enabled\":true}";
    assert_int_equal(fixture_call(fixture, &put), 200);
    // what was dropped does not count as seen
    assert_int_equal(fixture_track(fixture, "ios-prod", "track", json), 200);
    assert_int_equal(fixture_profile(fixture, "off", "traits"), 200);
    put.body = "{\"name\":\"nobody\",\"enabled\":true}";
    assert_int_equal(fixture_call(fixture, &put), 404);
    put.body = "{\"name\":\"ios-prod\"}";
    assert_int_equal(fixture_call(fixture, &put), 400);
}

static void the_debugger_shows_the_newest_500_of_a_source(void **state) {
    struct fixture *fixture = *state;
    struct buf batch = {0};
    for (int half = 0; half < 2; half++) {
        buf_reset(&batch);
        buf_add(&batch, STR("{\"batch\":["));
        for (int i = 0; i < 300; i++) {
            buf_add_format(
                &batch, "%s{\"type\":\"track\",\"event\":\"E%d\",\"userId\":\"u\"}", i ? "," : "",
                half * 300 + i);
        }
        buf_add(&batch, STR("]}"));
        assert_int_equal(fixture_track(fixture, "ios-prod", "batch", buf_text(&batch)), 200);
    }
    assert_int_equal(debugger_count(fixture, "ios-prod"), 500);
    const struct json_node *event = json_first(json_get(fixture->json.root, "events"));
    assert_str(json_get_text(event, "event"), "E100");
    buf_release(&batch);
}

#define WITH_SANDBOX(test)                                                                         \
    cmocka_unit_test_setup_teardown(test, fixture_set_up_in_memory, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    WITH_SANDBOX(every_route_and_short_form_is_answered),
    WITH_SANDBOX(bad_messages_get_200_and_a_reason),
    WITH_SANDBOX(what_is_no_json_or_too_large_gets_400_with_code_and_message),
    WITH_SANDBOX(unknown_keys_get_200_and_missing_ones_400),
    WITH_SANDBOX(the_key_may_be_in_the_body_and_is_taken_out),
    WITH_SANDBOX(a_batch_publishes_its_good_messages),
    WITH_SANDBOX(gzip_is_read_and_deflate_refused),
    WITH_SANDBOX(clock_skew_is_taken_out_of_the_time),
    WITH_SANDBOX(browsers_may_ask_first),
    WITH_SANDBOX(a_source_that_is_off_answers_and_drops),
    WITH_SANDBOX(the_debugger_shows_the_newest_500_of_a_source),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
