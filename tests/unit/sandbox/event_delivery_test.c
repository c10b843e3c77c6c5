// Event Delivery: steps, codes with samples, the trend; kept over a restart.
#include "fixture.h"

static struct fixture *start_on_disk(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_on_disk(fixture);
    *state = fixture;
    return fixture;
}

static int64_t number(const struct json_node *node, const char *key) {
    int64_t value = -1;
    assert_true(json_integer(json_get(node, key), &value));
    return value;
}

static int64_t step(const struct fixture *fixture, const char *name) {
    const struct json_node *at = json_first(json_get(fixture->json.root, "steps"));
    while (at && !str_equal(json_get_text(at, "step"), str_from(name)))
        at = json_next(at);
    assert_non_null(at);
    return number(at, "count");
}

static const struct json_node *code(const struct fixture *fixture, const char *name) {
    const struct json_node *at = json_first(json_get(fixture->json.root, "codes"));
    while (at && !str_equal(json_get_text(at, "code"), str_from(name)))
        at = json_next(at);
    assert_non_null(at);
    return at;
}

static void send_all(struct fixture *fixture) {
    static const struct {
        const char *route, *json;
    } messages[] = {
        {"track", "{\"event\":\"E\",\"userId\":\"u\",\"messageId\":\"m-ok\"}"},
        {"track", "{\"event\":\"E\",\"userId\":\"u\",\"messageId\":\"m-ok\"}"},
        {"track", "{\"userId\":\"u\",\"messageId\":\"m-bad\"}"},
        {"screen", "{\"userId\":\"u\",\"messageId\":\"m-screen\"}"},
        {"track",
         "{\"event\":\"E\",\"userId\":\"u\",\"messageId\":\"m-out\",\"integrations\":{\"All\":"
         "false}}"},
        {"batch", "{\"batch\":[{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u\",\"messageId\":"
                  "\"m-b\"},{\"type\":\"track\",\"event\":\"E\"}]}"},
        {"batch", "{\"batch\":[]}"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(messages); i++) {
        assert_int_equal(
            fixture_track(fixture, "website-prod", messages[i].route, messages[i].json), 200);
    }
    (void)fixture_delivery(fixture, "m-b");
}

static void check_figures(struct fixture *fixture, const char *target) {
    print_message("%s\n", target);
    assert_int_equal(fixture_get(fixture, target), 200);
    const struct json_node *root = fixture->json.root;
    assert_str(json_get_text(root, "source"), "website-prod");
    assert_str(json_get_text(root, "destination"), "Amazon Personalize");
    assert_int_equal(step(fixture, "successfully_received"), 4);
    assert_int_equal(step(fixture, "failed_on_ingest"), 3);
    assert_int_equal(step(fixture, "filtered_at_source"), 0);
    assert_int_equal(step(fixture, "filtered_at_destination"), 2);
    assert_int_equal(step(fixture, "failed_delivery"), 0);
    assert_int_equal(step(fixture, "successful_delivery"), 2);
    assert_int_equal(number(root, "delivered"), 2);
    assert_int_equal(number(root, "not_delivered"), 0);
    assert_int_equal(number(root, "duplicates"), 1);
    assert_int_equal(number(root, "pending"), 0);
    assert_int_equal(number(code(fixture, "multi_user_error"), "count"), 1);
    assert_int_equal(number(code(fixture, "empty_batch"), "count"), 1);
    assert_int_equal(number(code(fixture, "no_user_anon_id"), "count"), 1);
    double p95 = 0;
    assert_true(json_number(json_get(root, "p95_latency_ms"), &p95) && p95 >= 1 && p95 < 60000);
    int64_t received = 0;
    const struct json_node *point = json_first(json_get(root, "trend"));
    for (; point; point = json_next(point))
        received += number(point, "received");
    assert_int_equal(received, 4);
}

static void every_event_is_counted_at_its_step_and_kept(void **state) {
    struct fixture *fixture = start_on_disk(state);
    send_all(fixture);
    check_figures(fixture, "/_recloop/event-delivery");
    fixture_restart(fixture);
    check_figures(fixture, "/_recloop/event-delivery?window=10m");
    check_figures(fixture, "/_recloop/event-delivery?window=14d");
    const struct fixture_call reset = {.method = "POST", .target = "/_recloop/reset"};
    assert_int_equal(fixture_call(fixture, &reset), 200);
    assert_int_equal(fixture_get(fixture, "/_recloop/event-delivery"), 200);
    assert_int_equal(step(fixture, "successfully_received"), 0);
}

static void samples_show_what_was_sent_and_answered(void **state) {
    struct fixture *fixture = start_on_disk(state);
    const struct fixture_call wrong = {
        .method = "PUT",
        .target = "/_recloop/destination",
        .body = "{\"settings\":{\"externalId\":\"1\"}}"};
    assert_int_equal(fixture_call(fixture, &wrong), 200);
    for (int i = 0; i < 4; i++) {
        struct buf id = {0};
        buf_add_format(&id, "m-%d", i);
        fixture_click(fixture, "u", "led-high-tops", buf_text(&id));
        buf_release(&id);
    }
    assert_int_equal(
        fixture_track(fixture, "website-prod", "track", "{\"userId\":\"u\",\"messageId\":\"b\"}"),
        200);
    assert_int_equal(fixture_get(fixture, "/_recloop/event-delivery?samples=2"), 200);
    assert_int_equal(number(fixture->json.root, "not_delivered"), 4);
    const struct json_node *denied = code(fixture, "ACCESS_DENIED");
    assert_int_equal(number(denied, "count"), 4);
    assert_true(json_get_text(denied, "description").len > 0);
    assert_contains(json_get_text(denied, "action"), "External ID");
    assert_int_equal(json_count(json_get(denied, "samples")), 2);
    const struct json_node *sample = json_first(json_get(denied, "samples"));
    assert_str(json_get_text(sample, "message_id"), "m-3"); // the newest first
    assert_str(json_get_text(json_get(sample, "sent"), "event"), "Product Clicked");
    assert_contains(json_get_text(json_get(sample, "request"), "roleAddress"), ":role/");
    assert_int_equal(number(json_get(sample, "response"), "statusCode"), 403);
    sample = json_first(json_get(code(fixture, "event_not_defined"), "samples"));
    assert_str(json_get_text(json_get(sample, "sent"), "messageId"), "b");
    assert_int_equal(json_kind(json_get(sample, "request")), JSON_NULL);
    assert_int_equal(fixture_get(fixture, "/_recloop/event-delivery?samples=0"), 200);
    assert_int_equal(json_count(json_get(code(fixture, "ACCESS_DENIED"), "samples")), 0);
}

static void a_source_without_destination_says_so(void **state) {
    struct fixture *fixture = start_on_disk(state);
    assert_int_equal(
        fixture_track(fixture, "ios-prod", "track", "{\"event\":\"E\",\"userId\":\"u\"}"), 200);
    assert_int_equal(fixture_get(fixture, "/_recloop/event-delivery?source=ios-prod"), 200);
    assert_int_equal(json_kind(json_get(fixture->json.root, "destination")), JSON_NULL);
    assert_false(json_bool(json_get(fixture->json.root, "enabled"), true));
    assert_int_equal(step(fixture, "successfully_received"), 1);
    assert_int_equal(step(fixture, "successful_delivery"), 0);
}

static void wrong_questions_are_refused(void **state) {
    struct fixture *fixture = start_on_disk(state);
    assert_int_equal(fixture_get(fixture, "/_recloop/event-delivery?source=nobody"), 404);
    assert_int_equal(fixture_get(fixture, "/_recloop/event-delivery?window=2h"), 400);
    assert_contains(json_get_text(json_get(fixture->json.root, "error"), "hint"), "24h");
}

#define TEST(test) cmocka_unit_test_teardown(test, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    TEST(every_event_is_counted_at_its_step_and_kept),
    TEST(samples_show_what_was_sent_and_answered),
    TEST(a_source_without_destination_says_so),
    TEST(wrong_questions_are_refused),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
