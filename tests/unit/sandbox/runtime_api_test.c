// The Runtime API as runtimes see it: attached over plain sockets, some with one connection, some with one
// for each call.
#include "base/memory.h"
#include "fixture.h"
#include "runtime_line.h"

#include <sys/wait.h>
#include <unistd.h>

#define HANDLER "/2015-03-31/functions/SegmentPersonalizeDestinationHandler"
#define ARN "arn:aws:lambda:us-east-1:123456789012:function:SegmentPersonalizeDestinationHandler"

static int start(void **state) {
    static const struct sandbox_options options = {
        .has_instant_statuses = true, .has_runtime_handler = true};
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_with(fixture, &options);
    *state = fixture;
    return 0;
}

static void set_timeout(struct fixture *fixture, const char *seconds) {
    struct buf body = {0};
    buf_add_format(&body, "{\"Timeout\":%s}", seconds);
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda",
                .method = "PUT",
                .target = HANDLER "/configuration",
                .body = buf_text(&body)}),
        200);
    buf_release(&body);
}

static void a_runtime_serves_invocations(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line line = runtime_line_open(fixture);
    struct caller caller;
    runtime_line_ask_next(&line, "");
    caller_begin(&caller, fixture, HANDLER "/invocations?Qualifier=%24LATEST", "{\"n\":1}");
    assert_int_equal(runtime_line_receive(&line), 200);
    assert_str(buf_str(&line.response.body), "{\"n\":1}");
    assert_str(runtime_line_header(&line, "Lambda-Runtime-Invoked-Function-Arn"), ARN ":$LATEST");
    assert_int_equal(runtime_line_header(&line, "Lambda-Runtime-Aws-Request-Id").len, 36);
    assert_true(
        str_starts_with(runtime_line_header(&line, "Lambda-Runtime-Trace-Id"), STR("Root=1-")));
    int64_t deadline_ms = 0;
    assert_true(
        str_parse_int64(runtime_line_header(&line, "Lambda-Runtime-Deadline-Ms"), &deadline_ms));
    assert_true(deadline_ms > INT64_C(1600000000000));
    assert_int_equal(runtime_line_answer(&line, "response", "", "{\"sum\":2}"), 202);
    assert_contains(buf_str(&line.response.body), "{\"status\":\"OK\"}");
    caller_end(&caller);
    assert_int_equal(caller.status, 200);
    assert_str(buf_str(&caller.fixture.response.body), "{\"sum\":2}");
    assert_str(
        headers_get(&caller.fixture.response.headers, STR("X-Amz-Executed-Version")), "$LATEST");
    caller_release(&caller);
    runtime_line_hang_up(&line);
}

static void several_runtimes_serve_at_once(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line lines[2] = {runtime_line_open(fixture), runtime_line_open(fixture)};
    struct caller callers[2];
    runtime_line_ask_next(&lines[0], "");
    runtime_line_ask_next(&lines[1], "");
    caller_begin(&callers[0], fixture, HANDLER "/invocations", "1");
    caller_begin(&callers[1], fixture, HANDLER "/invocations", "2");
    assert_int_equal(runtime_line_receive(&lines[0]), 200);
    assert_int_equal(runtime_line_receive(&lines[1]), 200);
    struct buf first = {0}, second = {0};
    buf_add(&first, buf_str(&lines[0].response.body));
    buf_add(&second, buf_str(&lines[1].response.body));
    assert_false(str_equal(buf_str(&first), buf_str(&second)));
    assert_int_equal(runtime_line_answer(&lines[1], "response", "", buf_text(&second)), 202);
    assert_int_equal(runtime_line_answer(&lines[0], "response", "", buf_text(&first)), 202);
    for (size_t i = 0; i < 2; i++) {
        caller_end(&callers[i]);
        assert_str(buf_str(&callers[i].fixture.response.body), callers[i].body);
        caller_release(&callers[i]);
        runtime_line_hang_up(&lines[i]);
    }
    buf_release(&first);
    buf_release(&second);
}

static void more_invocations_than_runtimes_wait_in_turn(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line line = runtime_line_open(fixture);
    struct caller callers[3];
    for (size_t i = 0; i < 3; i++)
        caller_begin(&callers[i], fixture, HANDLER "/invocations", "{}");
    for (size_t i = 0; i < 3; i++) {
        runtime_line_ask_next(&line, "");
        assert_int_equal(runtime_line_receive(&line), 200);
        assert_int_equal(runtime_line_answer(&line, "response", "", "true"), 202);
    }
    for (size_t i = 0; i < 3; i++) {
        caller_end(&callers[i]);
        assert_str(buf_str(&callers[i].fixture.response.body), "true");
        caller_release(&callers[i]);
    }
    runtime_line_hang_up(&line);
}

static void a_runtime_may_open_a_connection_for_each_call(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 3; i++) {
        struct runtime_line line = runtime_line_open(fixture);
        struct caller caller;
        struct buf target = {0};
        caller_begin(&caller, fixture, HANDLER "/invocations", "{}");
        runtime_line_ask_next(&line, "");
        assert_int_equal(runtime_line_receive(&line), 200);
        buf_add_format(
            &target, RUNTIME "/invocation/" STR_FMT "/response",
            STR_ARG(runtime_line_header(&line, "Lambda-Runtime-Aws-Request-Id")));
        runtime_line_hang_up(&line);
        line = runtime_line_open(fixture);
        runtime_line_post(&line, buf_text(&target), "", STR("null"));
        assert_int_equal(runtime_line_receive(&line), 202);
        runtime_line_hang_up(&line);
        caller_end(&caller);
        assert_str(buf_str(&caller.fixture.response.body), "null");
        buf_release(&target);
        caller_release(&caller);
    }
}

static void errors_reach_the_caller_as_they_are(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line line = runtime_line_open(fixture);
    struct caller caller;
    static const char *const body =
        "{\"errorMessage\":\"no shoes\",\"errorType\":\"ShoeError\",\"stackTrace\":[\"a\"]}";
    runtime_line_ask_next(&line, "");
    caller_begin(&caller, fixture, HANDLER "/invocations", "{}");
    assert_int_equal(runtime_line_receive(&line), 200);
    assert_int_equal(
        runtime_line_answer(
            &line, "error", "Lambda-Runtime-Function-Error-Type: Function.ShoeError\r\n", body),
        202);
    caller_end(&caller);
    assert_function_failed(&caller, "ShoeError", "no shoes");
    assert_str(buf_str(&caller.fixture.response.body), body);
    caller_release(&caller);
    runtime_line_hang_up(&line);
}

static void what_comes_at_the_wrong_time_is_refused(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line line = runtime_line_open(fixture);
    struct caller caller;
    runtime_line_post(&line, RUNTIME "/invocation/other/response", "", STR("1"));
    assert_int_equal(runtime_line_receive(&line), 400);
    assert_contains(buf_str(&line.response.body), "\"errorType\":\"InvalidRequestID\"");
    runtime_line_ask_next(&line, "");
    caller_begin(&caller, fixture, HANDLER "/invocations", "{}");
    assert_int_equal(runtime_line_receive(&line), 200);
    struct buf id = {0}, target = {0};
    buf_add(&id, runtime_line_header(&line, "Lambda-Runtime-Aws-Request-Id"));
    runtime_line_ask_next(&line, "");
    assert_int_equal(runtime_line_receive(&line), 403);
    assert_contains(buf_str(&line.response.body), "\"errorType\":\"InvalidStateTransition\"");
    runtime_line_post(&line, RUNTIME "/init/error", "", STR("{}"));
    assert_int_equal(runtime_line_receive(&line), 403);
    buf_add_format(&target, RUNTIME "/invocation/%s/response", buf_text(&id));
    runtime_line_post(&line, buf_text(&target), "", STR("1"));
    assert_int_equal(runtime_line_receive(&line), 202);
    runtime_line_post(&line, buf_text(&target), "", STR("2")); // a second answer
    assert_int_equal(runtime_line_receive(&line), 400);
    caller_end(&caller);
    assert_str(buf_str(&caller.fixture.response.body), "1");
    runtime_line_post(&line, RUNTIME_NEXT, "", STR(""));
    assert_int_equal(runtime_line_receive(&line), 405);
    runtime_line_post(&line, "/2018-06-01/other", "", STR(""));
    assert_int_equal(runtime_line_receive(&line), 404);
    buf_release(&id);
    buf_release(&target);
    caller_release(&caller);
    runtime_line_hang_up(&line);
}

static void an_init_error_fails_until_somebody_attaches(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line line = runtime_line_open(fixture);
    struct caller caller;
    static const char *const body =
        "{\"errorMessage\":\"Unable to import module 'app'\",\"errorType\":"
        "\"Runtime.ImportModuleError\"}";
    runtime_line_post(
        &line, RUNTIME "/init/error",
        "Lambda-Runtime-Function-Error-Type: Runtime.ImportModuleError\r\n", str_from(body));
    assert_int_equal(runtime_line_receive(&line), 202);
    runtime_line_hang_up(&line);
    caller_begin(&caller, fixture, HANDLER "/invocations", "{}");
    caller_end(&caller);
    assert_function_failed(&caller, "Runtime.ImportModuleError", "Unable to import module");
    caller_release(&caller);
    line = runtime_line_open(fixture);
    runtime_line_ask_next(&line, "");
    runtime_line_settle(fixture);
    caller_begin(&caller, fixture, HANDLER "/invocations", "{}");
    assert_int_equal(runtime_line_receive(&line), 200);
    assert_int_equal(runtime_line_answer(&line, "response", "", "null"), 202);
    caller_end(&caller);
    assert_str(buf_str(&caller.fixture.response.body), "null");
    caller_release(&caller);
    runtime_line_hang_up(&line);
}

static void an_invocation_times_out_and_its_answer_comes_too_late(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line line = runtime_line_open(fixture);
    struct caller caller;
    set_timeout(fixture, "1");
    runtime_line_ask_next(&line, "");
    caller_begin(&caller, fixture, HANDLER "/invocations", "{}");
    assert_int_equal(runtime_line_receive(&line), 200);
    caller_end(&caller);
    assert_function_failed(&caller, "Sandbox.Timedout", "Task timed out after 1.00 seconds");
    caller_release(&caller);
    assert_int_equal(runtime_line_answer(&line, "response", "", "1"), 400);
    runtime_line_ask_next(&line, ""); // and may go on as a new environment
    caller_begin(&caller, fixture, HANDLER "/invocations", "{}");
    assert_int_equal(runtime_line_receive(&line), 200);
    assert_int_equal(runtime_line_answer(&line, "response", "", "2"), 202);
    caller_end(&caller);
    assert_str(buf_str(&caller.fixture.response.body), "2");
    caller_release(&caller);
    runtime_line_hang_up(&line);
}

static void without_a_runtime_an_invocation_times_out(void **state) {
    struct fixture *fixture = *state;
    struct caller caller;
    set_timeout(fixture, "1");
    caller_begin(&caller, fixture, HANDLER "/invocations", "{}");
    caller_end(&caller);
    assert_function_failed(&caller, "Sandbox.Timedout", "Task timed out after 1.00 seconds");
    caller_release(&caller);
}

static void reserved_concurrency_counts_those_under_way(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line line = runtime_line_open(fixture);
    struct caller caller;
    const struct fixture_aws reserve = {
        .service = "lambda",
        .method = "PUT",
        .target = "/2017-10-31/functions/SegmentPersonalizeDestinationHandler/concurrency",
        .body = "{\"ReservedConcurrentExecutions\":1}"};
    assert_int_equal(fixture_aws(fixture, &reserve), 200);
    runtime_line_ask_next(&line, "");
    caller_begin(&caller, fixture, HANDLER "/invocations", "{}");
    assert_int_equal(runtime_line_receive(&line), 200);
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda", .target = HANDLER "/invocations", .body = "{}"}),
        429);
    assert_str(
        json_get_text(fixture->json.root, "Reason"),
        "ReservedFunctionConcurrentInvocationLimitExceeded");
    assert_int_equal(runtime_line_answer(&line, "response", "", "1"), 202);
    caller_end(&caller);
    assert_int_equal(caller.status, 200);
    caller_release(&caller);
    runtime_line_hang_up(&line);
}

#define MOST 100 // runs under way at a time

// Nobody is served before the first has ended: that must be the one too many.
static void one_too_many_is_throttled(void **state) {
    struct fixture *fixture = *state;
    struct caller *callers = calloc(MOST + 1, sizeof(*callers));
    struct runtime_line line = runtime_line_open(fixture);
    size_t throttled = 0;
    sem_t ended;
    sem_init(&ended, 0, 0);
    set_timeout(fixture, "300");
    for (size_t i = 0; i <= MOST; i++)
        caller_begin_with(&callers[i], fixture, HANDLER "/invocations", "{}", &ended);
    sem_wait(&ended);
    for (size_t i = 0; i < MOST; i++) {
        runtime_line_ask_next(&line, "");
        assert_int_equal(runtime_line_receive(&line), 200);
        assert_int_equal(runtime_line_answer(&line, "response", "", "true"), 202);
    }
    for (size_t i = 0; i <= MOST; i++) {
        caller_end(&callers[i]);
        if (callers[i].status == 429) {
            throttled++;
            assert_str(caller_member(&callers[i], "Reason"), "ConcurrentInvocationLimitExceeded");
        } else {
            assert_int_equal(callers[i].status, 200);
        }
        caller_release(&callers[i]);
    }
    assert_int_equal(throttled, 1);
    sem_destroy(&ended);
    free(callers);
    runtime_line_hang_up(&line);
}

static void a_response_beyond_six_megabytes_is_refused(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line line = runtime_line_open(fixture);
    struct caller caller;
    struct buf large = {0}, target = {0};
    buf_add_char(&large, '"');
    while (large.len < ((size_t)6 << 20) + 100)
        buf_add(&large, STR("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
    buf_add_char(&large, '"');
    runtime_line_ask_next(&line, "");
    caller_begin(&caller, fixture, HANDLER "/invocations", "{}");
    assert_int_equal(runtime_line_receive(&line), 200);
    buf_add_format(
        &target, RUNTIME "/invocation/" STR_FMT "/response",
        STR_ARG(runtime_line_header(&line, "Lambda-Runtime-Aws-Request-Id")));
    runtime_line_post(&line, buf_text(&target), "", buf_str(&large));
    assert_int_equal(runtime_line_receive(&line), 413);
    assert_contains(buf_str(&line.response.body), "RequestEntityTooLarge");
    caller_end(&caller);
    assert_function_failed(
        &caller, "Function.ResponseSizeTooLarge", "exceeded maximum allowed payload size");
    buf_release(&large);
    buf_release(&target);
    caller_release(&caller);
    runtime_line_hang_up(&line);
}

static void streamed_responses_are_collected(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line line = runtime_line_open(fixture);
    struct caller caller;
    struct buf head = {0};
    for (int has_failed = 0; has_failed < 2; has_failed++) {
        runtime_line_ask_next(&line, "");
        caller_begin(&caller, fixture, HANDLER "/invocations", "{}");
        assert_int_equal(runtime_line_receive(&line), 200);
        buf_reset(&head);
        buf_add_format(
            &head,
            "POST " RUNTIME "/invocation/" STR_FMT "/response HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
            "Transfer-Encoding: chunked\r\n\r\n4\r\n[1,2\r\n3\r\n,3]\r\n0\r\n",
            STR_ARG(runtime_line_header(&line, "Lambda-Runtime-Aws-Request-Id")));
        if (has_failed)
            buf_add(
                &head, STR("Lambda-Runtime-Function-Error-Type: Function.Torn\r\n"
                           "Lambda-Runtime-Function-Error-Body: "
                           "eyJlcnJvck1lc3NhZ2UiOiJ0b3JuIiwiZXJyb3JUeXBlIjoiVG9ybiJ9\r\n"));
        buf_add(&head, STR("\r\n"));
        runtime_line_send(&line, buf_str(&head));
        assert_int_equal(runtime_line_receive(&line), 202);
        caller_end(&caller);
        if (has_failed)
            assert_function_failed(&caller, "Torn", "torn");
        else
            assert_str(buf_str(&caller.fixture.response.body), "[1,2,3]");
        caller_release(&caller);
    }
    buf_release(&head);
    runtime_line_hang_up(&line);
}

static void other_functions_have_a_prefix(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line line = runtime_line_open(fixture);
    struct caller caller;
    runtime_line_ask_next(&line, "/SegmentPersonalizeRecommendations");
    runtime_line_settle(fixture);
    caller_begin(
        &caller, fixture, "/2015-03-31/functions/SegmentPersonalizeRecommendations/invocations",
        "{}");
    assert_int_equal(runtime_line_receive(&line), 200);
    assert_contains(
        runtime_line_header(&line, "Lambda-Runtime-Invoked-Function-Arn"),
        "SegmentPersonalizeRecommendations");
    struct buf target = {0};
    buf_add_format(
        &target, "/SegmentPersonalizeRecommendations" RUNTIME "/invocation/" STR_FMT "/response",
        STR_ARG(runtime_line_header(&line, "Lambda-Runtime-Aws-Request-Id")));
    runtime_line_post(&line, buf_text(&target), "", STR("{\"statusCode\":204}"));
    assert_int_equal(runtime_line_receive(&line), 202);
    caller_end(&caller);
    assert_str(buf_str(&caller.fixture.response.body), "{\"statusCode\":204}");
    runtime_line_ask_next(&line, "/nobody");
    assert_int_equal(runtime_line_receive(&line), 404);
    buf_release(&target);
    caller_release(&caller);
    runtime_line_hang_up(&line);
}

static void a_function_does_not_frame_the_gateways_answer(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line line = runtime_line_open(fixture);
    struct caller caller;
    runtime_line_ask_next(&line, "/SegmentPersonalizeRecommendations");
    runtime_line_settle(fixture);
    caller_begin(&caller, fixture, "/prod/recommendations?userId=u", "{}");
    assert_int_equal(runtime_line_receive(&line), 200);
    struct buf target = {0};
    buf_add_format(
        &target, "/SegmentPersonalizeRecommendations" RUNTIME "/invocation/" STR_FMT "/response",
        STR_ARG(runtime_line_header(&line, "Lambda-Runtime-Aws-Request-Id")));
    runtime_line_post(
        &line, buf_text(&target), "",
        STR("{\"statusCode\":201,\"headers\":{\"content-length\":\"2\",\"Transfer-Encoding\":"
            "\"gzip\",\"X-Mine\":\"here\"},\"body\":\"hello\"}"));
    assert_int_equal(runtime_line_receive(&line), 202);
    caller_end(&caller);
    assert_int_equal(caller.status, 201);
    assert_str(buf_str(&caller.fixture.response.body), "hello");
    assert_str(headers_get(&caller.fixture.response.headers, STR("X-Mine")), "here");
    buf_release(&target);
    caller_release(&caller);
    runtime_line_hang_up(&line);
}

static char *variable(const struct fixture *fixture, const char *name) {
    struct buf text = {0};
    buf_add(&text, json_get_text(fixture->json.root, name));
    return buf_take(&text);
}

static void a_runtime_is_told_its_environment(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_get(fixture, "/_recloop/function-env"), 200);
    const struct json_node *root = fixture->json.root;
    assert_str(json_get_text(root, "_HANDLER"), "app.lambda_handler");
    assert_str(
        json_get_text(root, "AWS_LAMBDA_FUNCTION_NAME"), "SegmentPersonalizeDestinationHandler");
    assert_str(
        json_get_text(root, "personalize_campaign_arn"),
        fixture_get_identity(fixture, "campaign_arn"));
    assert_true(str_starts_with(json_get_text(root, "AWS_LAMBDA_RUNTIME_API"), STR("127.0.0.1:")));
    // its keys are those of the execution role: Personalize, but not Lambda
    char *key = variable(fixture, "AWS_ACCESS_KEY_ID");
    char *secret = variable(fixture, "AWS_SECRET_ACCESS_KEY");
    char *token = variable(fixture, "AWS_SESSION_TOKEN");
    const struct fixture_aws recommend = {
        .service = "personalize",
        .target = "/recommendations",
        .body = "{\"campaignArn\":\"arn:aws:personalize:us-east-1:123456789012:campaign/"
                "segment-workshop-campaign\",\"userId\":\"2941404340\"}",
        .access_key_id = key,
        .secret = secret,
        .token = token};
    assert_int_equal(fixture_aws(fixture, &recommend), 200);
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda",
                .target = HANDLER "/invocations",
                .body = "{}",
                .access_key_id = key,
                .secret = secret,
                .token = token}),
        403);
    mem_free(key);
    mem_free(secret);
    mem_free(token);
    assert_int_equal(
        fixture_get(
            fixture,
            "/_recloop/function-env?function=SegmentPersonalizeRecommendations&format=shell"),
        200);
    assert_contains(
        buf_str(&fixture->response.body),
        "export AWS_LAMBDA_FUNCTION_NAME='SegmentPersonalizeRecommendations'\n");
    assert_contains(buf_str(&fixture->response.body), "/SegmentPersonalizeRecommendations'\n");
    assert_int_equal(fixture_get(fixture, "/_recloop/function-env?function=nobody"), 404);
}

static void pages_in_browsers_are_no_runtimes(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line line = runtime_line_open(fixture);
    runtime_line_post(&line, RUNTIME "/init/error", "Origin: https://shop.example\r\n", STR("{}"));
    assert_int_equal(runtime_line_receive(&line), 403);
    runtime_line_post(
        &line, RUNTIME "/init/error", "Sec-Fetch-Site: cross-site\r\n",
        STR("{}")); // an <img> has no Origin
    assert_int_equal(runtime_line_receive(&line), 403);
    runtime_line_hang_up(&line);
}

static void a_runtime_that_dies_ends_its_invocation(void **state) {
    struct fixture *fixture = *state;
    struct caller caller;
    const uint16_t port = runtime_line_port(fixture);
    set_timeout(fixture, "60"); // the answer comes long before
    const pid_t child = fork();
    if (child == 0) {
        struct runtime_line line = {.port = port};
        runtime_line_dial(&line);
        runtime_line_ask_next(&line, "");
        (void)runtime_line_fill(&line, 1); // the invocation has arrived
        _exit(3);
    }
    assert_true(child > 0);
    caller_begin(&caller, fixture, HANDLER "/invocations", "{}");
    caller_end(&caller);
    assert_function_failed(&caller, "Runtime.ExitError", "Runtime exited");
    waitpid(child, NULL, 0);
    caller_release(&caller);
}

static void the_destination_is_served_by_the_runtime(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line line = runtime_line_open(fixture);
    assert_int_equal(
        fixture_track(
            fixture, "website-prod", "track",
            "{\"event\":\"Product Clicked\",\"userId\":\"u1\",\"messageId\":\"m-1\","
            "\"properties\":{\"sku\":\"ocean-blue-shirt\"}}"),
        200);
    runtime_line_ask_next(&line, "");
    assert_int_equal(runtime_line_receive(&line), 200);
    assert_contains(buf_str(&line.response.body), "\"messageId\":\"m-1\"");
    assert_int_equal(runtime_line_answer(&line, "response", "", "null"), 202);
    const struct json_node *delivery = fixture_delivery(fixture, "m-1");
    assert_str(json_get_text(delivery, "status"), "delivered");
    runtime_line_hang_up(&line);
}

static void the_sandbox_stops_with_runtimes_attached(void **state) {
    struct fixture *fixture = *state;
    struct runtime_line idle = runtime_line_open(fixture), busy = runtime_line_open(fixture);
    struct caller caller;
    runtime_line_ask_next(&busy, "");
    caller_begin(&caller, fixture, HANDLER "/invocations", "{}");
    assert_int_equal(runtime_line_receive(&busy), 200);
    runtime_line_ask_next(&idle, "");
    fixture_restart(fixture);
    caller_end(&caller);
    assert_int_equal(caller.status, 503);
    assert_int_equal(runtime_line_receive(&idle), 500);
    caller_release(&caller);
    runtime_line_hang_up(&idle);
    runtime_line_hang_up(&busy);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, fixture_tear_down)

static const struct CMUnitTest tests[] = {
    TEST(a_runtime_serves_invocations),
    TEST(several_runtimes_serve_at_once),
    TEST(more_invocations_than_runtimes_wait_in_turn),
    TEST(a_runtime_may_open_a_connection_for_each_call),
    TEST(errors_reach_the_caller_as_they_are),
    TEST(what_comes_at_the_wrong_time_is_refused),
    TEST(an_init_error_fails_until_somebody_attaches),
    TEST(an_invocation_times_out_and_its_answer_comes_too_late),
    TEST(without_a_runtime_an_invocation_times_out),
    TEST(reserved_concurrency_counts_those_under_way),
    TEST(one_too_many_is_throttled),
    TEST(a_response_beyond_six_megabytes_is_refused),
    TEST(streamed_responses_are_collected),
    TEST(other_functions_have_a_prefix),
    TEST(a_function_does_not_frame_the_gateways_answer),
    TEST(a_runtime_is_told_its_environment),
    TEST(pages_in_browsers_are_no_runtimes),
    TEST(a_runtime_that_dies_ends_its_invocation),
    TEST(the_destination_is_served_by_the_runtime),
    TEST(the_sandbox_stops_with_runtimes_attached),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
