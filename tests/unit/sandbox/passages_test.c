// What a delivery's exchanges tell: every station with its request and answer, in order, and no secret.
#include "fixture.h"

static const struct json_node *journey(struct fixture *fixture, const char *message_id) {
    struct buf target = {0};
    buf_add_format(&target, "/_recloop/deliveries?message_id=%s&wait=5000&exchanges=1", message_id);
    assert_int_equal(fixture_get(fixture, buf_text(&target)), 200);
    buf_release(&target);
    const struct json_node *list = json_get(fixture->json.root, "deliveries");
    assert_int_equal(json_count(list), 1);
    return json_get(json_first(list), "journey");
}

static const struct json_node *exchange(const struct json_node *journey, const char *hop) {
    const struct json_node *node = json_first(json_get(journey, "exchanges"));
    while (node && !str_equal(json_get_text(node, "hop"), str_from(hop)))
        node = json_next(node);
    return node;
}

static void assert_says(const struct json_node *node, const char *key, const char *part) {
    assert_non_null(node);
    assert_contains(json_get_text(node, key), part);
}

static void a_journey_has_every_exchange_in_order(void **state) {
    static const char *const hops[] = {"segment",    "destination",     "lambda",
                                       "put_events", "recommendations", "identify"};
    struct fixture *fixture = *state;
    double last_ms = -1;
    fixture_click(fixture, "2941404340", "ocean-blue-shirt", "m-1");
    const struct json_node *told = journey(fixture, "m-1");
    const struct json_node *node = json_first(json_get(told, "exchanges"));
    for (size_t i = 0; i < ARRAY_COUNT(hops); i++, node = json_next(node)) {
        double start_ms = -1, ms = -1;
        assert_str(json_get_text(node, "hop"), hops[i]);
        assert_str(json_get_text(node, "state"), "done");
        assert_true(json_number(json_get(node, "start_ms"), &start_ms));
        assert_true(json_number(json_get(node, "ms"), &ms));
        assert_true(start_ms >= last_ms && ms >= 0);
        last_ms = start_ms;
    }
    assert_null(node);
    assert_says(exchange(told, "segment"), "request", "POST /v1/track\n");
    assert_says(exchange(told, "segment"), "request", "\"messageId\": \"m-1\"");
    assert_says(exchange(told, "segment"), "answer", "\"success\": true");
    assert_says(exchange(told, "destination"), "request", "Action=AssumeRole");
    assert_says(exchange(told, "destination"), "answer", "assumed-role/");
    assert_says(exchange(told, "lambda"), "request", "X-Amz-Log-Type: Tail\n");
    assert_says(exchange(told, "lambda"), "request", "\"receivedAt\"");
    assert_says(exchange(told, "lambda"), "answer", "x-amzn-RequestId: ");
    assert_true(json_get_text(exchange(told, "lambda"), "request_id").len == 36);
    assert_says(exchange(told, "put_events"), "request", "\"eventId\": \"m-1\"");
    assert_says(exchange(told, "recommendations"), "answer", "\"recommendationId\": \"RID-");
    assert_says(exchange(told, "identify"), "request", "\"recommended_products\"");
    assert_contains(json_get_text(told, "log"), "REPORT RequestId: ");
}

// The list that the function wrote is the trait after, and the next journey's trait before.
static void a_journey_knows_the_trait_before_and_after(void **state) {
    struct fixture *fixture = *state;
    struct buf first = {0}, second = {0};
    fixture_click(fixture, "u-new", "ocean-blue-shirt", "m-1");
    const struct json_node *told = journey(fixture, "m-1");
    assert_int_equal(json_kind(json_get(told, "trait_before")), JSON_OBJECT);
    assert_int_equal(json_kind(json_get(json_get(told, "trait_before"), "value")), JSON_NULL);
    const struct json_node *after = json_get(told, "trait_after");
    assert_int_equal(json_kind(json_get(after, "value")), JSON_ARRAY);
    assert_true(json_count(json_get(told, "items")) >= json_count(json_get(after, "value")));
    json_print(json_get(after, "value"), &first);
    fixture_click(fixture, "u-new", "led-high-tops", "m-2");
    told = journey(fixture, "m-2");
    json_print(json_get(json_get(told, "trait_before"), "value"), &second);
    assert_str(buf_str(&first), buf_text(&second));
    assert_true(json_get_text(json_get(told, "trait_before"), "updated_at").len > 0);
    buf_release(&first);
    buf_release(&second);
}

static void exchanges_hold_no_secret_of_the_sandbox(void **state) {
    static const char *const keys[] = {
        "write_keys.website-prod", "write_keys.personas-event-source", "secret_access_key",
        "profile_api_token"};
    struct fixture *fixture = *state;
    struct buf body = {0};
    buf_add_format(
        &body,
        "{\"userId\":\"u\",\"anonymousId\":\"a\",\"event\":\"Product "
        "Clicked\",\"messageId\":\"m-s\","
        "\"writeKey\":\"%s\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"properties\":{\"sku\":"
        "\"ocean-blue-shirt\",\"externalId\":\"%s\"},\"context\":{\"secret\":\"%s\"}}",
        fixture_get_identity(fixture, keys[0]), fixture_get_identity(fixture, "external_id"),
        fixture_get_identity(fixture, "secret_access_key"));
    assert_int_equal(fixture_track(fixture, "website-prod", "track", buf_text(&body)), 200);
    assert_int_equal(json_count(json_get(journey(fixture, "m-s"), "exchanges")), 6);
    const struct json_node *told = journey(fixture, "m-s");
    // a part of the account's number, so it has to be looked for by its name
    assert_says(exchange(told, "destination"), "request", "ExternalId=\xe2\x80\xa2");
    assert_says(exchange(told, "lambda"), "request", "\"externalId\": \"\xe2\x80\xa2");
    struct buf text = {0};
    json_print(told, &text);
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        const char *secret = fixture_get_identity(fixture, keys[i]);
        assert_non_null(secret);
        if (str_contains(buf_str(&text), str_from(secret)))
            fail_msg("%s is told: %s", keys[i], buf_text(&text));
    }
    buf_release(&text);
    buf_release(&body);
}

static void a_refused_role_shows_the_services_answer(void **state) {
    struct fixture *fixture = *state;
    const struct fixture_call call = {
        .method = "PUT",
        .target = "/_recloop/destination",
        .body = "{\"settings\":{\"externalId\":\"wrong-one\"}}"};
    assert_int_equal(fixture_call(fixture, &call), 200);
    fixture_click(fixture, "u", "ocean-blue-shirt", "m-r");
    const struct json_node *told = journey(fixture, "m-r");
    const struct json_node *assume = exchange(told, "destination");
    assert_str(json_get_text(assume, "state"), "failed");
    assert_says(assume, "answer", "403 Forbidden\n");
    assert_says(assume, "answer", "<Code>AccessDenied</Code>");
    assert_says(assume, "problem", "sts:AssumeRole");
    assert_null(exchange(told, "lambda"));
    assert_int_equal(json_kind(json_get(told, "trait_before")), JSON_NULL);
}

static void a_refused_call_of_the_function_shows_it(void **state) {
    struct fixture *fixture = *state;
    const struct fixture_call call = {
        .method = "PUT",
        .target = "/_recloop/faults",
        .body = "{\"spec\":\"personalize-events.PutEvents:throttle\"}"};
    assert_int_equal(fixture_call(fixture, &call), 200);
    fixture_click(fixture, "u", "ocean-blue-shirt", "m-t");
    const struct json_node *told = journey(fixture, "m-t");
    const struct json_node *put = exchange(told, "put_events");
    assert_str(json_get_text(put, "state"), "failed");
    assert_says(put, "answer", "ThrottlingException");
    assert_says(exchange(told, "lambda"), "answer", "X-Amz-Function-Error: Unhandled");
    assert_null(exchange(told, "identify"));
}

// A burst is recorded at its newest end; without exchanges=1 nothing is told.
static void journeys_are_bounded(void **state) {
    struct fixture *fixture = *state;
    struct buf batch = {0};
    buf_add(&batch, STR("{\"batch\":["));
    for (int i = 0; i < 200; i++)
        buf_add_format(
            &batch,
            "%s{\"type\":\"track\",\"userId\":\"u\",\"anonymousId\":\"a\",\"event\":\"E\","
            "\"messageId\":\"b-%d\",\"properties\":{\"sku\":\"ocean-blue-shirt\"}}",
            i ? "," : "", i);
    buf_add(&batch, STR("]}"));
    assert_int_equal(fixture_track(fixture, "website-prod", "batch", buf_text(&batch)), 200);
    const struct json_node *told = journey(fixture, "b-199");
    assert_says(exchange(told, "segment"), "note", "several events");
    assert_says(exchange(told, "segment"), "request", "… cut: the whole body has ");
    assert_int_equal(json_kind(journey(fixture, "b-0")), JSON_NULL);
    assert_int_equal(fixture_get(fixture, "/_recloop/deliveries?message_id=b-199"), 200);
    assert_null(json_get(json_first(json_get(fixture->json.root, "deliveries")), "journey"));
    buf_release(&batch);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(
        a_journey_has_every_exchange_in_order, fixture_set_up_in_memory, fixture_tear_down),
    cmocka_unit_test_setup_teardown(
        a_journey_knows_the_trait_before_and_after, fixture_set_up_in_memory, fixture_tear_down),
    cmocka_unit_test_setup_teardown(
        exchanges_hold_no_secret_of_the_sandbox, fixture_set_up_in_memory, fixture_tear_down),
    cmocka_unit_test_setup_teardown(
        a_refused_role_shows_the_services_answer, fixture_set_up_in_memory, fixture_tear_down),
    cmocka_unit_test_setup_teardown(
        a_refused_call_of_the_function_shows_it, fixture_set_up_in_memory, fixture_tear_down),
    cmocka_unit_test_setup_teardown(
        journeys_are_bounded, fixture_set_up_in_memory, fixture_tear_down),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
