// The destination as a durable queue: what is tried again, what is given up, what a stop in the middle does, and
// how senders are held back.
#include "fixture.h"

#include "support/plain_client.h"

static struct fixture *start(void **state, const struct sandbox_options *options) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_with(fixture, options);
    *state = fixture;
    return fixture;
}

static void send(struct fixture *fixture, const char *message_id) {
    struct buf json = {0};
    buf_add_format(
        &json,
        "{\"event\":\"Product Clicked\",\"userId\":\"2941404340\",\"anonymousId\":\"a\","
        "\"messageId\":\"%s\",\"properties\":{\"sku\":\"led-high-tops\"}}",
        message_id);
    assert_int_equal(fixture_track(fixture, "website-prod", "track", buf_text(&json)), 200);
    buf_release(&json);
}

// The record of that attempt, or of the last one.
static const struct json_node *
wait_for(struct fixture *fixture, const char *message_id, int attempts) {
    struct buf target = {0};
    buf_add_format(
        &target, "/_recloop/deliveries?wait=20000&message_id=%s&attempts=%d", message_id, attempts);
    assert_int_equal(fixture_get(fixture, buf_text(&target)), 200);
    buf_release(&target);
    const struct json_node *delivery = json_first(json_get(fixture->json.root, "deliveries"));
    assert_non_null(delivery);
    return delivery;
}

static int64_t number(const struct json_node *node, const char *key) {
    int64_t value = -1;
    assert_true(json_integer(json_get(node, key), &value));
    return value;
}

static int64_t ask_number(struct fixture *fixture, const char *target, const char *key) {
    assert_int_equal(fixture_get(fixture, target), 200);
    return number(fixture->json.root, key);
}

static int64_t interactions(struct fixture *fixture) {
    return ask_number(fixture, "/_recloop/health", "interactions");
}

static void retryable_failures_are_tried_again_until_they_pass(void **state) {
    static const struct {
        const char *fault, *code;
    } cases[] = {
        {"lambda.Invoke:throttle,count=2", "THROTTLED"},
        {"lambda.Invoke:status=503,error=ServiceException,count=2", "SERVICE_ERROR"},
        {"sts.AssumeRole:drop,count=2", "ECONNRESET"},
        {"lambda.Invoke:drop,count=2", "ECONNRESET"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const char *const faults[] = {cases[i].fault, NULL};
        const struct sandbox_options options = {.faults = faults, .delivery_retry_base_ms = 1};
        struct fixture *fixture = start(state, &options);
        print_message("%s\n", cases[i].fault);
        send(fixture, "m-1");
        const struct json_node *delivery = wait_for(fixture, "m-1", 3);
        assert_str(json_get_text(delivery, "status"), "delivered");
        assert_str(json_get_text(delivery, "code"), "OK");
        assert_int_equal(number(delivery, "attempts"), 3);
        assert_int_equal(json_kind(json_get(delivery, "next_attempt_at")), JSON_NULL);
        const struct json_node *codes;
        assert_int_equal(fixture_get(fixture, "/_recloop/event-delivery"), 200);
        codes = json_first(json_get(fixture->json.root, "codes"));
        assert_str(json_get_text(codes, "code"), cases[i].code);
        assert_int_equal(number(codes, "retried"), 2);
        assert_int_equal(number(codes, "count"), 0);
        assert_int_equal(number(fixture->json.root, "delivered"), 1);
        assert_int_equal(number(fixture->json.root, "pending_retry"), 0);
        fixture_tear_down(state);
    }
}

static void what_cannot_go_better_is_discarded_at_once(void **state) {
    static const struct {
        const char *fault, *code;
    } cases[] = {
        {"lambda.Invoke:status=400,error=InvalidRequestContentException", "MESSAGE_REJECTED"},
        {"lambda.Invoke:status=403,error=AccessDeniedException", "ACCESS_DENIED"},
        {"lambda.Invoke:status=404,error=ResourceNotFoundException", "RESOURCE_NOT_FOUND"},
        {"sts.AssumeRole:expired-token", "ACCESS_DENIED"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const char *const faults[] = {cases[i].fault, NULL};
        const struct sandbox_options options = {.faults = faults, .delivery_retry_base_ms = 1};
        struct fixture *fixture = start(state, &options);
        print_message("%s\n", cases[i].fault);
        send(fixture, "m-1");
        const struct json_node *delivery = wait_for(fixture, "m-1", 2);
        assert_str(json_get_text(delivery, "status"), "failed");
        assert_str(json_get_text(delivery, "code"), cases[i].code);
        assert_int_equal(number(delivery, "attempts"), 1);
        assert_int_equal(json_kind(json_get(delivery, "next_attempt_at")), JSON_NULL);
        assert_true(json_get_text(delivery, "hint").len > 0);
        assert_int_equal(ask_number(fixture, "/_recloop/event-delivery", "not_delivered"), 1);
        fixture_tear_down(state);
    }
}

// The function ran, its answer was lost: Segment tries again, and the event's id keeps it from counting twice.
static void a_lost_answer_makes_the_function_run_twice(void **state) {
    static const char *const faults[] = {"lambda.Invoke:lose,count=1", NULL};
    static const struct sandbox_options options = {.faults = faults, .delivery_retry_base_ms = 1};
    struct fixture *fixture = start(state, &options);
    const int64_t before = interactions(fixture);
    send(fixture, "m-1");
    const struct json_node *delivery = wait_for(fixture, "m-1", 2);
    assert_str(json_get_text(delivery, "code"), "OK");
    assert_int_equal(number(delivery, "attempts"), 2);
    assert_int_equal(interactions(fixture), before + 1);
    // the second run's identify has the messageId of the first
    const char *personas = "/_recloop/event-delivery?source=personas-event-source";
    assert_int_equal(ask_number(fixture, personas, "duplicates"), 1);
}

static void what_waits_survives_a_stop(void **state) {
    static const char *const faults[] = {"lambda.Invoke:throttle", NULL};
    static const struct sandbox_options broken = {.faults = faults, .delivery_retry_base_ms = 1};
    struct temp_folder folder = temp_folder_make();
    struct sandbox_options options = broken;
    options.data_folder = folder.path;
    struct fixture *fixture = start(state, &options);
    const int64_t before = interactions(fixture);
    send(fixture, "m-1");
    const struct json_node *delivery = wait_for(fixture, "m-1", 2);
    assert_str(json_get_text(delivery, "code"), "THROTTLED");
    assert_true(json_get_text(delivery, "next_attempt_at").len > 0);
    assert_int_equal(ask_number(fixture, "/_recloop/event-delivery", "pending_retry"), 1);
    fixture->options.faults = NULL;
    fixture_restart(fixture);
    delivery = wait_for(fixture, "m-1", 1000);
    assert_str(json_get_text(delivery, "code"), "OK");
    assert_true(number(delivery, "attempts") >= 3);
    assert_int_equal(interactions(fixture), before + 1);
    assert_int_equal(ask_number(fixture, "/_recloop/event-delivery", "pending_retry"), 0);
    temp_folder_remove(&folder);
}

static void what_is_under_way_at_a_stop_is_done_again(void **state) {
    static const char *const faults[] = {"lambda.Invoke:latency=4s", NULL};
    struct temp_folder folder = temp_folder_make();
    const struct sandbox_options options = {.faults = faults, .data_folder = folder.path};
    struct fixture *fixture = start(state, &options);
    send(fixture, "m-1");
    send(fixture, "m-2");
    assert_int_equal(ask_number(fixture, "/_recloop/event-delivery", "pending_retry"), 2);
    assert_int_equal(fixture_get(fixture, "/_recloop/deliveries"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "deliveries")), 0);
    fixture->options.faults = NULL;
    fixture_restart(fixture);
    assert_str(json_get_text(wait_for(fixture, "m-1", 1), "code"), "OK");
    const struct json_node *delivery = wait_for(fixture, "m-2", 1);
    assert_str(json_get_text(delivery, "code"), "OK");
    assert_int_equal(number(delivery, "attempts"), 2); // the one that was cut short counts
    temp_folder_remove(&folder);
}

static void a_slow_call_holds_up_nobody_else(void **state) {
    static const char *const faults[] = {"lambda.Invoke:latency=3s,count=1", NULL};
    static const struct sandbox_options options = {.faults = faults};
    struct fixture *fixture = start(state, &options);
    send(fixture, "slow");
    send(fixture, "quick");
    assert_str(json_get_text(wait_for(fixture, "quick", 1), "code"), "OK");
    assert_int_equal(ask_number(fixture, "/_recloop/event-delivery", "pending_retry"), 1);
}

static void a_fault_switches_the_destination_off(void **state) {
    static const char *const faults[] = {"destination:off,count=1", NULL};
    static const struct sandbox_options options = {.faults = faults};
    struct fixture *fixture = start(state, &options);
    send(fixture, "m-1");
    const struct json_node *delivery = wait_for(fixture, "m-1", 1);
    assert_str(json_get_text(delivery, "status"), "not_sent");
    assert_str(json_get_text(delivery, "code"), "DESTINATION_DISABLED");
    send(fixture, "m-2");
    assert_str(json_get_text(wait_for(fixture, "m-2", 1), "code"), "OK");
}

static void a_message_brings_settings_of_its_own(void **state) {
    static const struct {
        const char *id, *options, *code, *log_type, *region;
    } cases[] = {
        {"m-log", "{\"logType\":\"None\"}", "OK", "None", "us-east-1"},
        {"m-region", "{\"region\":\"us-west-2\"}", "RESOURCE_NOT_FOUND", "Tail", "us-west-2"},
        {"m-role", "{\"roleAddress\":\"arn:aws:iam::1:role/x\",\"logType\":7}", "OK", "Tail",
         "us-east-1"},
    };
    static const struct sandbox_options options = {0};
    struct fixture *fixture = start(state, &options);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf json = {0};
        buf_add_format(
            &json,
            "{\"event\":\"E\",\"userId\":\"u\",\"messageId\":\"%s\",\"integrations\":{\"All\":"
            "false,\"Amazon Personalize\":%s}}",
            cases[i].id, cases[i].options);
        assert_int_equal(fixture_track(fixture, "website-prod", "track", buf_text(&json)), 200);
        const struct json_node *delivery = wait_for(fixture, cases[i].id, 1);
        const struct json_node *request = json_get(delivery, "request");
        assert_str(json_get_text(delivery, "code"), cases[i].code);
        assert_str(json_get_text(request, "logType"), cases[i].log_type);
        assert_str(json_get_text(request, "region"), cases[i].region);
        buf_release(&json);
    }
}

static void all_types_but_screen_are_delivered(void **state) {
    static const struct {
        const char *route, *json, *code;
    } cases[] = {
        {"track", "\"event\":\"E\"", "OK"},
        {"identify", "\"traits\":{}", "OK"},
        {"page", "\"name\":\"Home\"", "OK"},
        {"group", "\"groupId\":\"g\"", "OK"},
        {"alias", "\"previousId\":\"p\"", "OK"},
        {"screen", "\"name\":\"Home\"", "UNSUPPORTED_EVENT_TYPE"},
    };
    static const struct sandbox_options options = {0};
    struct fixture *fixture = start(state, &options);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf json = {0};
        buf_add_format(&json, "{\"userId\":\"u\",\"messageId\":\"m-%zu\",%s}", i, cases[i].json);
        assert_int_equal(
            fixture_track(fixture, "website-prod", cases[i].route, buf_text(&json)), 200);
        buf_reset(&json);
        buf_add_format(&json, "m-%zu", i);
        assert_str(json_get_text(wait_for(fixture, buf_text(&json), 1), "code"), cases[i].code);
        buf_release(&json);
    }
}

static int put(struct fixture *fixture, const char *body) {
    return fixture_call(
        fixture,
        &(struct fixture_call){.method = "PUT", .target = "/_recloop/destination", .body = body});
}

static void the_client_context_is_a_map_of_texts_that_fits(void **state) {
    static const struct sandbox_options options = {0};
    struct fixture *fixture = start(state, &options);
    struct buf big = {0};
    assert_int_equal(put(fixture, "{\"settings\":{\"clientContext\":{\"a\":\"b\"}}}"), 200);
    const struct json_node *settings = json_get(fixture->json.root, "settings");
    assert_str(json_get_text(json_get(settings, "clientContext"), "a"), "b");
    send(fixture, "m-1");
    const struct json_node *request = json_get(wait_for(fixture, "m-1", 1), "request");
    assert_str(json_get_text(json_get(request, "clientContext"), "a"), "b");
    assert_int_equal(put(fixture, "{\"settings\":{\"clientContext\":{\"a\":1}}}"), 400);
    assert_int_equal(put(fixture, "{\"settings\":{\"clientContext\":\"a\"}}"), 400);
    buf_add(&big, STR("{\"settings\":{\"clientContext\":{\"a\":\""));
    for (size_t i = 0; i < 2700; i++)
        buf_add_char(&big, 'x');
    buf_add(&big, STR("\"}}}"));
    assert_int_equal(put(fixture, buf_text(&big)), 400);
    assert_contains(json_get_text(json_get(fixture->json.root, "error"), "message"), "3583");
    assert_int_equal(put(fixture, "{\"settings\":{\"clientContext\":{}}}"), 200);
    settings = json_get(fixture->json.root, "settings");
    assert_int_equal(json_count(json_get(settings, "clientContext")), 0);
    buf_release(&big);
}

// Calls that do not end fill the places; what comes behind waits, and then senders have to.
static void senders_are_asked_for_patience_when_too_much_waits(void **state) {
    static const char *const faults[] = {"lambda.Invoke:latency=4s", NULL};
    static const struct sandbox_options options = {.faults = faults, .delivery_pending_limit = 50};
    struct fixture *fixture = start(state, &options);
    const char *one = "{\"event\":\"E\",\"userId\":\"u\",\"anonymousId\":\"a\"}";
    int accepted = 0, status = 0;
    while ((status = fixture_track(fixture, "website-prod", "track", one)) == 200)
        assert_true(++accepted < 1000);
    assert_int_equal(status, 429);
    assert_true(accepted >= 50);
    const struct headers *headers = &fixture->response.headers;
    const struct str after = headers_get(headers, STR("Retry-After"));
    int64_t seconds = 0;
    assert_true(str_parse_int64(after, &seconds) && seconds >= 1 && seconds <= 60);
    assert_true(str_equal(after, headers_get(headers, STR("X-RateLimit-Reset"))));
    assert_str(json_get_text(fixture->json.root, "code"), "too_many_requests");
    assert_true(headers_has(headers, STR("Access-Control-Expose-Headers")));
    // other sources have no destination to wait for
    assert_int_equal(fixture_track(fixture, "ios-prod", "track", one), 200);
    // and nothing that was accepted is lost
    assert_int_equal(
        ask_number(fixture, "/_recloop/event-delivery", "pending") +
            ask_number(fixture, "/_recloop/event-delivery", "pending_retry"),
        accepted);
}

// ---- a function that answers later: over the Runtime API ----

#define RUNTIME "/2018-06-01/runtime/invocation/"

struct runtime {
    struct buf url, id; // of the API, of the invocation in hand
    struct response response;
};

static void
runtime_ask(struct runtime *runtime, const char *method, const char *target, const char *body) {
    struct request request = {0};
    request_set_method(&request, str_from(method));
    request_set_url(&request, str_from(target));
    request_set_body(&request, str_from(body));
    plain_client_send(buf_text(&runtime->url), &request, &runtime->response);
    request_release(&request);
}

static void runtime_take(struct fixture *fixture, struct runtime *runtime) {
    if (!runtime->url.len) {
        assert_int_equal(fixture_get(fixture, "/_recloop/env"), 200);
        buf_add(&runtime->url, STR("http://"));
        buf_add(&runtime->url, json_get_text(fixture->json.root, "runtime_api"));
    }
    runtime_ask(runtime, "GET", RUNTIME "next", NULL);
    assert_int_equal(runtime->response.status, 200);
    buf_reset(&runtime->id);
    buf_add(
        &runtime->id,
        headers_get(&runtime->response.headers, STR("Lambda-Runtime-Aws-Request-Id")));
    assert_true(runtime->id.len > 0);
}

static void runtime_answer(struct runtime *runtime, const char *how, const char *body) {
    struct buf target = {0};
    buf_add_format(&target, RUNTIME "%s/%s", buf_text(&runtime->id), how);
    runtime_ask(runtime, "POST", buf_text(&target), body);
    assert_int_equal(runtime->response.status, 202);
    buf_release(&target);
}

static void runtime_release(struct runtime *runtime) {
    buf_release(&runtime->url);
    buf_release(&runtime->id);
    response_release(&runtime->response);
}

static void a_function_may_answer_later_and_in_any_order(void **state) {
    static const struct sandbox_options options = {.has_runtime_handler = true};
    struct fixture *fixture = start(state, &options);
    struct runtime first = {0}, second = {0};
    assert_int_equal(put(fixture, "{\"settings\":{\"clientContext\":{\"a\":\"b\"}}}"), 200);
    send(fixture, "m-1");
    send(fixture, "m-2");
    runtime_take(fixture, &first);
    assert_contains(buf_str(&first.response.body), "\"m-1\"");
    assert_str(
        headers_get(&first.response.headers, STR("Lambda-Runtime-Client-Context")),
        "{\"a\":\"b\"}");
    runtime_take(fixture, &second);
    assert_contains(buf_str(&second.response.body), "\"m-2\"");
    assert_int_equal(ask_number(fixture, "/_recloop/event-delivery", "pending_retry"), 2);
    runtime_answer(&second, "response", "{\"done\":2}");
    const struct json_node *delivery = wait_for(fixture, "m-2", 1);
    assert_str(json_get_text(delivery, "code"), "OK");
    assert_str(json_get_text(delivery, "payload"), "{\"done\":2}");
    assert_int_equal(ask_number(fixture, "/_recloop/event-delivery", "pending_retry"), 1);
    runtime_answer(&first, "error", "{\"errorMessage\":\"no\",\"errorType\":\"Oops\"}");
    delivery = wait_for(fixture, "m-1", 1);
    assert_str(json_get_text(delivery, "code"), "FUNCTION_ERROR");
    assert_str(json_get_text(delivery, "error"), "Execution Error");
    assert_contains(json_get_text(delivery, "payload"), "Oops");
    assert_true(json_get_text(delivery, "next_attempt_at").len > 0);
    runtime_release(&first);
    runtime_release(&second);
}

// Five seconds, and a function whose own timeout is longer. What it answers later changes nothing.
static void no_answer_in_time_is_a_timeout_and_a_late_one_is_ignored(void **state) {
    static const struct sandbox_options options = {
        .has_runtime_handler = true, .has_instant_statuses = true};
    struct fixture *fixture = start(state, &options);
    struct runtime runtime = {0};
    const struct fixture_aws longer = {
        .service = "lambda",
        .method = "PUT",
        .target = "/2015-03-31/functions/SegmentPersonalizeDestinationHandler/configuration",
        .body = "{\"Timeout\":30}"};
    assert_int_equal(fixture_aws(fixture, &longer), 200);
    send(fixture, "m-1");
    runtime_take(fixture, &runtime);
    const struct json_node *delivery = wait_for(fixture, "m-1", 1);
    assert_str(json_get_text(delivery, "code"), "ETIMEDOUT");
    assert_str(json_get_text(delivery, "error"), "Operation timedout");
    assert_true(json_get_text(delivery, "next_attempt_at").len > 0);
    double ms = 0;
    assert_true(json_number(json_get(delivery, "ms"), &ms) && ms >= 5000);
    runtime_answer(&runtime, "response", "{\"done\":1}");
    delivery = wait_for(fixture, "m-1", 1);
    assert_str(json_get_text(delivery, "code"), "ETIMEDOUT");
    assert_int_equal(ask_number(fixture, "/_recloop/event-delivery", "delivered"), 0);
    runtime_release(&runtime);
}

#define TEST(test) cmocka_unit_test_teardown(test, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    cmocka_unit_test(retryable_failures_are_tried_again_until_they_pass),
    cmocka_unit_test(what_cannot_go_better_is_discarded_at_once),
    TEST(a_lost_answer_makes_the_function_run_twice),
    TEST(what_waits_survives_a_stop),
    TEST(what_is_under_way_at_a_stop_is_done_again),
    TEST(a_slow_call_holds_up_nobody_else),
    TEST(a_fault_switches_the_destination_off),
    TEST(a_message_brings_settings_of_its_own),
    TEST(all_types_but_screen_are_delivered),
    TEST(the_client_context_is_a_map_of_texts_that_fits),
    TEST(senders_are_asked_for_patience_when_too_much_waits),
    TEST(a_function_may_answer_later_and_in_any_order),
    TEST(no_answer_in_time_is_a_timeout_and_a_late_one_is_ignored),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
