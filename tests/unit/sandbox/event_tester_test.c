// The Event Tester: straight to the destination, past source and debugger, with real effects.
#include "fixture.h"

static int test(struct fixture *fixture, const char *body) {
    return fixture_call(
        fixture,
        &(struct fixture_call){.method = "POST", .target = "/_recloop/event-tester", .body = body});
}

#define WORKSHOP_EVENT                                                                             \
    "{\"messageId\":\"test-message-33dlvn\",\"timestamp\":\"2019-02-25T15:55:05.905Z\","           \
    "\"type\":\"track\",\"email\":\"test@example.org\",\"properties\":{\"sku\":"                   \
    "\"ocean-blue-shirt\"},\"userId\":\"2941404340\",\"anonymousId\":\"2941404340-anon\","         \
    "\"event\":\"Product Clicked\"}"

static const struct json_node *call_at(const struct fixture *fixture, size_t at) {
    const struct json_node *call = json_first(json_get(fixture->json.root, "calls"));
    for (size_t i = 0; call && i < at; i++)
        call = json_next(call);
    assert_non_null(call);
    return call;
}

static void the_workshops_event_changes_the_trait_and_not_the_debugger(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(test(fixture, "{\"event\":" WORKSHOP_EVENT "}"), 200);
    assert_true(json_bool(json_get(fixture->json.root, "success"), false));
    assert_str(json_get_text(fixture->json.root, "code"), "OK");
    assert_int_equal(json_count(json_get(fixture->json.root, "calls")), 2);
    const struct json_node *request = json_get(call_at(fixture, 0), "request");
    assert_str(json_get_text(json_get(request, "body"), "ExternalId"), "REDACTED");
    request = json_get(call_at(fixture, 1), "request");
    assert_str(json_get_text(json_get(request, "headers"), "Authorization"), "REDACTED");
    const struct json_node *payload = json_get(json_get(request, "body"), "Payload");
    assert_str(json_get_text(payload, "messageId"), "test-message-33dlvn");
    const struct json_node *response = json_get(call_at(fixture, 1), "response");
    int64_t status = 0;
    assert_true(json_integer(json_get(response, "statusCode"), &status));
    assert_int_equal(status, 200);
    assert_str(json_get_text(response, "statusMessage"), "OK");
    assert_int_equal(json_kind(json_get(response, "body")), JSON_NULL);
    assert_contains(
        json_get_text(json_get(response, "headers"), "X-Amz-Log-Result"), "REPORT RequestId");
    assert_false(str_contains(buf_str(&fixture->response.body), STR("\"123456789\"")));
    // past the source …
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?source=website-prod"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 0);
    // … and yet real
    assert_int_equal(
        fixture_profile(fixture, "2941404340", "traits?include=recommended_products"), 200);
    assert_int_equal(
        json_count(json_get(json_get(fixture->json.root, "traits"), "recommended_products")), 25);
}

static void it_sends_although_the_destination_is_off_or_filtered(void **state) {
    struct fixture *fixture = *state;
    const struct fixture_call off = {
        .method = "PUT", .target = "/_recloop/destination", .body = "{\"enabled\":false}"};
    assert_int_equal(fixture_call(fixture, &off), 200);
    assert_int_equal(
        test(
            fixture, "{\"type\":\"identify\",\"event\":{\"userId\":\"u\",\"integrations\":{"
                     "\"All\":false}}}"),
        200);
    assert_true(json_bool(json_get(fixture->json.root, "success"), false));
    const struct json_node *event = json_get(fixture->json.root, "event");
    assert_str(json_get_text(event, "type"), "identify");
    assert_true(str_starts_with(json_get_text(event, "messageId"), STR("test-message-")));
    assert_true(json_get_text(event, "timestamp").len > 0);
}

static void failures_are_shown_as_people_meet_them(void **state) {
    static const struct {
        const char *setting, *event, *code, *error;
        size_t calls;
    } cases[] = {
        {"\"externalId\":\"1\"", WORKSHOP_EVENT, "ACCESS_DENIED", "Accessdenied", 1},
        {"\"region\":\"us-west-2\"", WORKSHOP_EVENT, "RESOURCE_NOT_FOUND",
         "ResourceNotFoundException", 2},
        {"\"function\":\"\"", WORKSHOP_EVENT, "INVALID_SETTINGS", "Invalid settings", 0},
        {"\"logType\":\"None\"", "{\"type\":\"screen\",\"userId\":\"u\"}", "UNSUPPORTED_EVENT_TYPE",
         "", 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct fixture fixture;
        struct buf body = {0};
        fixture_start_in_memory(&fixture);
        buf_add_format(&body, "{\"settings\":{%s}}", cases[i].setting);
        const struct fixture_call change = {
            .method = "PUT", .target = "/_recloop/destination", .body = buf_text(&body)};
        assert_int_equal(fixture_call(&fixture, &change), 200);
        buf_reset(&body);
        buf_add_format(&body, "{\"event\":%s}", cases[i].event);
        print_message("%s\n", cases[i].setting);
        assert_int_equal(test(&fixture, buf_text(&body)), 200);
        assert_false(json_bool(json_get(fixture.json.root, "success"), true));
        assert_str(json_get_text(fixture.json.root, "code"), cases[i].code);
        assert_str(json_get_text(fixture.json.root, "error"), cases[i].error);
        assert_int_equal(json_count(json_get(fixture.json.root, "calls")), cases[i].calls);
        const struct json_node *delivery = json_get(fixture.json.root, "delivery");
        assert_str(json_get_text(delivery, "code"), cases[i].code);
        buf_release(&body);
        fixture_stop(&fixture);
    }
    (void)state;
}

static void a_raising_function_shows_its_error(void **state) {
    static const char *const faults[] = {"function:crash,count=1", NULL};
    static const struct sandbox_options options = {.faults = faults};
    struct fixture fixture;
    (void)state;
    fixture_start_with(&fixture, &options);
    assert_int_equal(test(&fixture, "{\"event\":" WORKSHOP_EVENT "}"), 200);
    assert_str(json_get_text(fixture.json.root, "error"), "Execution Error");
    const struct json_node *response = json_get(call_at(&fixture, 1), "response");
    assert_true(json_get_text(json_get(response, "headers"), "X-Amz-Function-Error").len > 0);
    assert_true(json_get_text(json_get(response, "body"), "errorMessage").len > 0);
    // it is a test: nothing waits to be tried again
    assert_int_equal(fixture_get(&fixture, "/_recloop/event-delivery"), 200);
    int64_t waiting = -1;
    assert_true(json_integer(json_get(fixture.json.root, "pending_retry"), &waiting));
    assert_int_equal(waiting, 0);
    fixture_stop(&fixture);
}

static void a_latency_is_waited_for(void **state) {
    static const char *const faults[] = {"lambda.Invoke:latency=60ms", NULL};
    static const struct sandbox_options options = {.faults = faults};
    struct fixture fixture;
    (void)state;
    fixture_start_with(&fixture, &options);
    assert_int_equal(test(&fixture, "{\"event\":" WORKSHOP_EVENT "}"), 200);
    assert_str(json_get_text(fixture.json.root, "code"), "OK");
    double ms = 0;
    assert_true(json_number(json_get(call_at(&fixture, 1), "ms"), &ms));
    assert_true(ms >= 60);
    fixture_stop(&fixture);
}

static void what_is_no_event_is_refused(void **state) {
    static const char *const bodies[] = {
        "",
        "[]",
        "{}",
        "{\"event\":3}",
        "{\"event\":{\"userId\":\"u\"}}",
        "{\"type\":\"hover\",\"event\":{\"userId\":\"u\"}}",
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(bodies); i++) {
        print_message("%s\n", bodies[i]);
        assert_int_equal(test(fixture, bodies[i]), 400);
        assert_true(json_get_text(json_get(fixture->json.root, "error"), "message").len > 0);
    }
}

#define WITH_SANDBOX(test)                                                                         \
    cmocka_unit_test_setup_teardown(test, fixture_set_up_in_memory, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    WITH_SANDBOX(the_workshops_event_changes_the_trait_and_not_the_debugger),
    WITH_SANDBOX(it_sends_although_the_destination_is_off_or_filtered),
    cmocka_unit_test(failures_are_shown_as_people_meet_them),
    cmocka_unit_test(a_raising_function_shows_its_error),
    cmocka_unit_test(a_latency_is_waited_for),
    WITH_SANDBOX(what_is_no_event_is_refused),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
