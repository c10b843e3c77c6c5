// Lambda as those who invoke see it: the seeded functions, Invoke, and what its log tells.
#include "lambda_calls.h"

// ---- the seeded ones ----

static void the_workshops_function_is_configured(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(lambda_call(fixture, "GET", HANDLER "/configuration", NULL), 200);
    assert_str(lambda_member(fixture, "Runtime"), "python3.7");
    assert_str(lambda_member(fixture, "Handler"), "app.lambda_handler");
    assert_str(lambda_member(fixture, "Role"), ROLE);
    assert_str(lambda_member(fixture, "State"), "Active");
    assert_str(lambda_member(fixture, "LastUpdateStatus"), "Successful");
    assert_str(lambda_member(fixture, "Version"), "$LATEST");
    assert_true(str_ends_with(lambda_member(fixture, "LastModified"), STR("+0000")));
    const struct json_node *variables =
        json_get(json_get(fixture->json.root, "Environment"), "Variables");
    assert_str(
        json_get_text(variables, "personalize_campaign_arn"),
        fixture_get_identity(fixture, "campaign_arn"));
    assert_str(
        json_get_text(variables, "connections_source_write_key"),
        fixture_get_identity(fixture, "write_keys.personas-event-source"));
    assert_int_equal(json_count(variables), 3);
}

static void a_missing_write_key_fails_before_the_handler_begins(void **state) {
    struct fixture *fixture = *state;
    lambda_set_environment(fixture, CAMPAIGN "," TRACKER);
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_str(headers_get(&fixture->response.headers, STR("X-Amz-Function-Error")), "Unhandled");
    assert_str(lambda_member(fixture, "errorType"), "KeyError");
    assert_str(lambda_member(fixture, "errorMessage"), "'connections_source_write_key'");
    lambda_set_environment(fixture, CAMPAIGN "," TRACKER "," WRITE_KEY);
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_false(headers_has(&fixture->response.headers, STR("X-Amz-Function-Error")));
    assert_str(buf_str(&fixture->response.body), "null");
}

static void a_wrong_campaign_fails_where_the_service_is_asked(void **state) {
    struct fixture *fixture = *state;
    lambda_set_environment(
        fixture, "\"personalize_campaign_arn\":\"arn:aws:personalize:us-east-1:123456789012:"
                 "campaign/other\"," TRACKER "," WRITE_KEY);
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_str(headers_get(&fixture->response.headers, STR("X-Amz-Function-Error")), "Unhandled");
    assert_contains(lambda_member(fixture, "errorMessage"), "GetRecommendations");
    assert_contains(lambda_member(fixture, "errorMessage"), "ResourceNotFoundException");
    lambda_set_environment(fixture, CAMPAIGN "," WRITE_KEY);
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_contains(lambda_member(fixture, "errorMessage"), "personalize_tracking_id is not set");
}

static void another_write_key_writes_to_its_source(void **state) {
    struct fixture *fixture = *state;
    lambda_set_environment(
        fixture, CAMPAIGN "," TRACKER
                          ",\"connections_source_write_key\":\"RecloopEmailSandboxProdKey000004\"");
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?source=email-prod"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 1);
    // a key nobody has: success, and nothing happens
    lambda_set_environment(
        fixture, CAMPAIGN "," TRACKER ",\"connections_source_write_key\":\"nobodysKey\"");
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_str(buf_str(&fixture->response.body), "null");
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?source=personas-event-source"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 0);
}

static void the_endpoint_has_an_environment_of_its_own(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_get(fixture, "/prod/recommendations?userId=2941404340"), 200);
    assert_int_equal(
        lambda_call(
            fixture, "PUT", ENDPOINT "/configuration", "{\"Environment\":{\"Variables\":{}}}"),
        200);
    assert_null(json_get(fixture->json.root, "Environment"));
    assert_int_equal(fixture_get(fixture, "/prod/recommendations?userId=2941404340"), 500);
    assert_contains(buf_str(&fixture->response.body), "not_configured");
    assert_int_equal(lambda_call(fixture, "DELETE", ENDPOINT, NULL), 204);
    assert_int_equal(fixture_get(fixture, "/prod/recommendations?userId=2941404340"), 500);
    assert_contains(buf_str(&fixture->response.body), "Internal server error");
}

// ---- its log ----

static size_t count_log_lines(struct fixture *fixture, const char *pattern) {
    struct buf body = {0};
    buf_add_format(
        &body,
        "{\"logGroupName\":\"/aws/lambda/SegmentPersonalizeDestinationHandler\","
        "\"filterPattern\":\"%s\"}",
        pattern);
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "logs",
                .target = "/",
                .json_target = "Logs_20140328.FilterLogEvents",
                .body = buf_text(&body)}),
        200);
    buf_release(&body);
    return json_count(json_get(fixture->json.root, "events"));
}

static void the_log_tells_cold_starts(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_int_equal(count_log_lines(fixture, "INIT_START"), 1);
    assert_int_equal(count_log_lines(fixture, "\\\"REPORT RequestId\\\""), 2);
    assert_int_equal(count_log_lines(fixture, "\\\"Init Duration\\\""), 1);
    lambda_set_environment(fixture, CAMPAIGN "," TRACKER "," WRITE_KEY); // a new environment
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_int_equal(count_log_lines(fixture, "INIT_START"), 2);
}

static void logs_may_be_json(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        lambda_call(
            fixture, "PUT", HANDLER "/configuration",
            "{\"LoggingConfig\":{\"LogFormat\":\"JSON\"}}"),
        200);
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_int_equal(count_log_lines(fixture, "{ $.type = \\\"platform.initStart\\\" }"), 1);
    assert_int_equal(count_log_lines(fixture, "{ $.type = \\\"platform.start\\\" }"), 1);
    assert_int_equal(
        count_log_lines(
            fixture, "{ $.record.metrics.initDurationMs >= 0 && "
                     "$.record.status = \\\"success\\\" }"),
        1);
    assert_true(count_log_lines(fixture, "{ $.level = \\\"INFO\\\" }") > 2);
    lambda_set_environment(fixture, CAMPAIGN);
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_int_equal(
        count_log_lines(fixture, "{ $.record.errorType = \\\"Runtime.Unknown\\\" }"), 2);
}

// ---- Invoke ----

static void every_form_of_a_name_is_understood(void **state) {
    static const char *const good[] = {
        HANDLER "/invocations",
        HANDLER "%3A%24LATEST/invocations",
        HANDLER "/invocations?Qualifier=%24LATEST",
        FUNCTIONS "/123456789012%3Afunction%3ASegmentPersonalizeDestinationHandler/invocations",
        FUNCTIONS "/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3A"
                  "SegmentPersonalizeDestinationHandler/invocations",
    };
    static const struct {
        const char *target, *type;
        int status;
    } bad[] = {
        {FUNCTIONS "/other/invocations", "ResourceNotFoundException", 404},
        {HANDLER "%3Aother/invocations", "ResourceNotFoundException", 404},
        {HANDLER "%3A1/invocations?Qualifier=2", "InvalidParameterValueException", 400},
        {FUNCTIONS "/a%20b/invocations", "ValidationException", 400},
        {FUNCTIONS "/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3A"
                   "SegmentPersonalizeDestinationHandler/invocations",
         "ResourceNotFoundException", 404},
        {FUNCTIONS "/210987654321%3Afunction%3ASegmentPersonalizeDestinationHandler/invocations",
         "AccessDeniedException", 403},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        if (lambda_invoke(fixture, good[i], EVENT) != 200) fail_msg("%s", good[i]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        const int status = lambda_invoke(fixture, bad[i].target, EVENT);
        if (status != bad[i].status) print_error("%s\n", bad[i].target);
        assert_int_equal(status, bad[i].status);
        assert_str(lambda_error_type(fixture), bad[i].type);
    }
}

static void the_log_tail_tells_the_run(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_true(headers_has(&fixture->response.headers, STR("X-Amz-Log-Result")));
    assert_int_equal(lambda_call(fixture, "POST", HANDLER "/invocations", EVENT), 200);
    assert_false(headers_has(&fixture->response.headers, STR("X-Amz-Log-Result")));
}

static void uploaded_code_is_not_run_and_says_so(void **state) {
    struct fixture *fixture = *state;
    lambda_create_shoe_fn(fixture);
    assert_int_equal(lambda_invoke(fixture, FUNCTIONS "/shoe-fn/invocations", "{}"), 200);
    assert_str(headers_get(&fixture->response.headers, STR("X-Amz-Function-Error")), "Unhandled");
    assert_str(lambda_member(fixture, "errorType"), "Runtime.InvalidEntrypoint");
    assert_contains(lambda_member(fixture, "errorMessage"), "--handler runtime");
}

static void bad_payloads_are_refused(void **state) {
    struct fixture *fixture = *state;
    assert_refused(
        fixture, lambda_invoke(fixture, HANDLER "/invocations", "{\"a\":"), 400,
        "InvalidRequestContentException", "Could not parse request body into json");
    struct buf large = {.limit = (size_t)8 << 20};
    buf_add_char(&large, '"');
    while (large.len <= (size_t)6 << 20)
        buf_add(
            &large, STR("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
    buf_add_char(&large, '"');
    const int status = lambda_call(fixture, "POST", HANDLER "/invocations", buf_text(&large));
    assert_int_equal(status, 413);
    assert_str(lambda_error_type(fixture), "RequestTooLargeException");
    large.len = ((size_t)1 << 20) + 1;
    large.ptr[large.len - 1] = '"';
    large.ptr[large.len] = '\0';
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda",
                .target = HANDLER "/invocations",
                .body = buf_text(&large),
                .invocation_type = "Event"}),
        413);
    buf_release(&large);
}

// Waits until the debugger of the personas source shows so many events; each wait is a long poll.
static size_t wait_for_identifies(struct fixture *fixture, size_t wanted) {
    size_t count = 0;
    struct buf target = {0};
    for (int i = 0; i < 50 && count < wanted; i++) {
        buf_reset(&target);
        buf_add(&target, STR("/_recloop/debugger?source=personas-event-source&wait=200&after="));
        assert_int_equal(
            fixture_get(fixture, "/_recloop/debugger?source=personas-event-source"), 200);
        count = json_count(json_get(fixture->json.root, "events"));
        if (count >= wanted) break;
        int64_t last = 0;
        (void)json_integer(json_get(fixture->json.root, "last_sequence"), &last);
        buf_add_int(&target, last);
        assert_int_equal(fixture_get(fixture, buf_text(&target)), 200);
    }
    buf_release(&target);
    return count;
}

static void events_are_run_after_the_answer(void **state) {
    struct fixture *fixture = *state;
    const struct fixture_aws event = {
        .service = "lambda",
        .target = HANDLER "/invocations",
        .body = EVENT,
        .invocation_type = "Event"};
    assert_int_equal(fixture_aws(fixture, &event), 202);
    assert_int_equal(fixture->response.body.len, 0);
    assert_int_equal(wait_for_identifies(fixture, 1), 1);
}

static void failed_events_are_tried_twice_more(void **state) {
    struct fixture *fixture = *state; // instant statuses: without the minutes between
    lambda_set_environment(fixture, CAMPAIGN "," TRACKER);
    const struct fixture_aws event = {
        .service = "lambda",
        .target = HANDLER "/invocations",
        .body = EVENT,
        .invocation_type = "Event"};
    assert_int_equal(fixture_aws(fixture, &event), 202);
    // Whoever asks later finds three runs in the function's log.
    size_t runs = 0;
    for (int i = 0; i < 1000 && runs < 3; i++)
        runs = count_log_lines(fixture, "\\\"REPORT RequestId\\\"");
    assert_int_equal(runs, 3);
}

static void dry_runs_check_and_run_nothing(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda",
                .target = HANDLER "/invocations",
                .body = EVENT,
                .invocation_type = "DryRun"}),
        204);
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 0);
}

static void reserved_concurrency_of_zero_throttles(void **state) {
    struct fixture *fixture = *state;
    static const char *const path =
        "/2017-10-31/functions/SegmentPersonalizeDestinationHandler/concurrency";
    assert_int_equal(
        lambda_call(fixture, "PUT", path, "{\"ReservedConcurrentExecutions\":0}"), 200);
    const int status = lambda_invoke(fixture, HANDLER "/invocations", EVENT);
    assert_refused(fixture, status, 429, "TooManyRequestsException", "Rate Exceeded.");
    assert_str(
        lambda_member(fixture, "Reason"), "ReservedFunctionConcurrentInvocationLimitExceeded");
    assert_str(headers_get(&fixture->response.headers, STR("Retry-After")), "1");
    assert_refused(
        fixture, lambda_call(fixture, "PUT", path, "{\"ReservedConcurrentExecutions\":901}"), 400,
        "InvalidParameterValueException", "below its minimum value of [100]");
    assert_int_equal(lambda_call(fixture, "DELETE", path, NULL), 204);
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lambda_set_up, fixture_tear_down)

static const struct CMUnitTest tests[] = {
    TEST(the_workshops_function_is_configured),
    TEST(a_missing_write_key_fails_before_the_handler_begins),
    TEST(a_wrong_campaign_fails_where_the_service_is_asked),
    TEST(another_write_key_writes_to_its_source),
    TEST(the_endpoint_has_an_environment_of_its_own),
    TEST(the_log_tells_cold_starts),
    TEST(logs_may_be_json),
    TEST(reserved_concurrency_of_zero_throttles),
    TEST(every_form_of_a_name_is_understood),
    TEST(the_log_tail_tells_the_run),
    TEST(uploaded_code_is_not_run_and_says_so),
    TEST(bad_payloads_are_refused),
    TEST(events_are_run_after_the_answer),
    TEST(failed_events_are_tried_twice_more),
    TEST(dry_runs_check_and_run_nothing),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
