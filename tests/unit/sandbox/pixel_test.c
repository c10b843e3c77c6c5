// The pixel: always the image, and the message in the debugger when it was one.
#include "fixture.h"

#include "http/base64.h"

static void check_image(struct fixture *fixture, const char *target) {
    print_message("%.100s\n", target);
    assert_int_equal(fixture_get(fixture, target), 200);
    assert_str(headers_get(&fixture->response.headers, STR("Content-Type")), "image/gif");
    assert_true(str_starts_with(buf_str(&fixture->response.body), STR("GIF89a")));
    assert_contains(headers_get(&fixture->response.headers, STR("Cache-Control")), "no-store");
}

static const struct json_node *newest(struct fixture *fixture, size_t count) {
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?source=email-prod"), 200);
    const struct json_node *events = json_get(fixture->json.root, "events");
    assert_int_equal(json_count(events), count);
    const struct json_node *event = json_first(events);
    while (event && json_next(event))
        event = json_next(event);
    return event;
}

static void data_becomes_an_event_of_its_route(void **state) {
    struct fixture *fixture = *state;
    struct buf json = {0}, target = {0};
    buf_add_format(
        &json,
        "{\"writeKey\":\"%s\",\"userId\":\"025\",\"event\":\"Email Opened\",\"type\":\"page\","
        "\"properties\":{\"subject\":\"The Electric Daily\"}}",
        fixture_get_identity(fixture, "write_keys.email-prod"));
    buf_add(&target, STR("/v1/pixel/track?data="));
    base64_encode_url(&target, buf_str(&json));
    check_image(fixture, buf_text(&target));
    const struct json_node *event = newest(fixture, 1);
    assert_str(json_get_text(event, "event"), "Email Opened");
    assert_str(json_get_text(event, "type"), "track");
    const struct json_node *raw = json_get(event, "raw");
    assert_str(json_get_text(json_get(raw, "properties"), "subject"), "The Electric Daily");
    assert_int_equal(json_kind(json_get(raw, "writeKey")), JSON_ABSENT);
    assert_true(str_starts_with(json_get_text(raw, "messageId"), STR("api-")));
    buf_release(&json);
    buf_release(&target);
}

static void flat_fields_become_an_event(void **state) {
    struct fixture *fixture = *state;
    struct buf target = {0};
    buf_add_format(
        &target,
        "/v1/pixel/identify?userId=u&traits.plan=gold&traits.email=a%%40b.example&writeKey=%s",
        fixture_get_identity(fixture, "write_keys.email-prod"));
    check_image(fixture, buf_text(&target));
    const struct json_node *raw = json_get(newest(fixture, 1), "raw");
    assert_str(json_get_text(json_get(raw, "traits"), "email"), "a@b.example");
    assert_int_equal(fixture_profile(fixture, "u", "traits"), 200);
    assert_str(json_get_text(json_get(fixture->json.root, "traits"), "plan"), "gold");
    buf_release(&target);
}

static void errors_get_the_image_too(void **state) {
    static const char *const targets[] = {
        "/v1/pixel/track",
        "/v1/pixel/track?data=!!!",
        "/v1/pixel/track?data=bm8",
        "/v1/pixel/nothing?data=e30",
        "/v1/pixel/?data=e30",
        "/v1/pixel/track?userId=u&event=E&writeKey=0123456789abcdef0123456789abcdef",
        "/v1/pixel/track?userId=u&event=E",
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(targets); i++)
        check_image(fixture, targets[i]);
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 0);
}

static void a_bad_message_shows_its_reason(void **state) {
    struct fixture *fixture = *state;
    struct buf target = {0};
    buf_add_format(
        &target, "/v1/pixel/track?userId=u&writeKey=%s",
        fixture_get_identity(fixture, "write_keys.email-prod"));
    check_image(fixture, buf_text(&target));
    assert_str(json_get_text(newest(fixture, 1), "discard_reason"), "event_not_defined");
    buf_release(&target);
}

#define WITH_SANDBOX(test)                                                                         \
    cmocka_unit_test_setup_teardown(test, fixture_set_up_in_memory, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    WITH_SANDBOX(data_becomes_an_event_of_its_route),
    WITH_SANDBOX(flat_fields_become_an_event),
    WITH_SANDBOX(errors_get_the_image_too),
    WITH_SANDBOX(a_bad_message_shows_its_reason),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
