// runtime_api — the Lambda Runtime API's paths, answers and failures.
#include "aws/runtime_api.h"

#include "base/json.h"
#include "support/test.h"

static void runtime_api_knows_its_paths(void **state) {
    (void)state;
    static const struct {
        const char *method, *path;
        enum runtime_api_route route;
        const char *function, *request_id;
    } rows[] = {
        {"GET", "/2018-06-01/runtime/invocation/next", RUNTIME_API_NEXT, "", ""},
        {"POST", "/2018-06-01/runtime/invocation/a-1/response", RUNTIME_API_RESPONSE, "", "a-1"},
        {"POST", "/2018-06-01/runtime/invocation/a-1/error", RUNTIME_API_ERROR, "", "a-1"},
        {"POST", "/2018-06-01/runtime/init/error", RUNTIME_API_INIT_ERROR, "", ""},
        {"GET", "/shoe-fn/2018-06-01/runtime/invocation/next", RUNTIME_API_NEXT, "shoe-fn", ""},
        {"POST", "/shoe-fn/2018-06-01/runtime/init/error", RUNTIME_API_INIT_ERROR, "shoe-fn", ""},
        {"POST", "/2018-06-01/runtime/invocation/next", RUNTIME_API_WRONG_METHOD, "", ""},
        {"GET", "/2018-06-01/runtime/init/error", RUNTIME_API_WRONG_METHOD, "", ""},
        {"POST", "/2018-06-01/runtime/invocation//response", RUNTIME_API_UNKNOWN, "", ""},
        {"POST", "/2018-06-01/runtime/invocation/a-1/other", RUNTIME_API_UNKNOWN, "", ""},
        {"POST", "/2018-06-01/runtime/invocation/a/b/response", RUNTIME_API_UNKNOWN, "", ""},
        {"GET", "/", RUNTIME_API_UNKNOWN, "", ""},
        {"GET", "", RUNTIME_API_UNKNOWN, "", ""},
        {"GET", "//2018-06-01/runtime/invocation/next", RUNTIME_API_NEXT, "", ""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct runtime_api_call call =
            runtime_api_route(str_from(rows[i].method), str_from(rows[i].path));
        if (call.route != rows[i].route) print_error("%s %s\n", rows[i].method, rows[i].path);
        assert_int_equal(call.route, rows[i].route);
        assert_str(call.function, rows[i].function);
        assert_str(call.request_id, rows[i].request_id);
    }
}

static void runtime_api_next_tells_all_about_an_invocation(void **state) {
    (void)state;
    CLEANUP(response_release) struct response response = {0};
    runtime_api_encode_next(
        &(struct runtime_api_invocation){
            .request_id = STR("8476a536"),
            .function_arn = STR("arn:aws:lambda:us-east-1:123456789012:function:fn:live"),
            .trace_id = STR("Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700"),
            .client_context = STR("{\"a\":1}"),
            .payload = STR("{\"n\":2}"),
            .deadline_ms = 1542409706888},
        &response);
    assert_int_equal(response.status, 200);
    assert_str(headers_get(&response.headers, STR("lambda-runtime-aws-request-id")), "8476a536");
    assert_str(headers_get(&response.headers, STR(RUNTIME_API_DEADLINE)), "1542409706888");
    assert_str(
        headers_get(&response.headers, STR(RUNTIME_API_FUNCTION_ARN)),
        "arn:aws:lambda:us-east-1:123456789012:function:fn:live");
    assert_str(headers_get(&response.headers, STR(RUNTIME_API_CLIENT_CONTEXT)), "{\"a\":1}");
    assert_str(headers_get(&response.headers, STR("Content-Type")), "application/json");
    assert_str(buf_str(&response.body), "{\"n\":2}");
}

static void runtime_api_next_leaves_out_what_breaks_headers(void **state) {
    (void)state;
    CLEANUP(response_release) struct response response = {0};
    runtime_api_encode_next(
        &(struct runtime_api_invocation){
            .request_id = STR("1"), .client_context = STR("{\"a\":\r\nX: 1}")},
        &response);
    assert_false(headers_has(&response.headers, STR(RUNTIME_API_CLIENT_CONTEXT)));
    assert_false(headers_has(&response.headers, STR(RUNTIME_API_TRACE_ID)));
}

static void runtime_api_replaces_foreign_error_types(void **state) {
    (void)state;
    static const struct {
        const char *claimed, *shown;
    } rows[] = {
        {"Runtime.ImportModuleError", "Runtime.ImportModuleError"},
        {"Function.Custom", "Function.Custom"},
        {"Function.custom", "Function.Unknown"},
        {"Function.C", "Function.Unknown"},
        {"Function.", "Function.Unknown"},
        {"Runtime.No1", "Runtime.Unknown"},
        {"KeyError", "Runtime.Unknown"},
        {"", "Runtime.Unknown"},
        {"Extension.Crash", "Runtime.Unknown"},
        {"Runtime.Bad\n", "Runtime.Unknown"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        CLEANUP(buf_release) struct buf out = {0};
        runtime_api_add_error_type(&out, str_from(rows[i].claimed));
        assert_str(buf_str(&out), rows[i].shown);
    }
}

static void runtime_api_hands_on_the_error_body(void **state) {
    (void)state;
    CLEANUP(runtime_api_failure_release) struct runtime_api_failure failure = {0};
    const char *body = "{\"errorMessage\":\"no\",\"errorType\":\"KeyError\",\"stackTrace\":[]}";
    runtime_api_read_failure(STR("Function.KeyError"), str_from(body), &failure);
    assert_str(buf_str(&failure.type), "Function.KeyError");
    assert_str(buf_str(&failure.payload), body);
    runtime_api_read_failure(STR("KeyError"), STR("it \"broke\""), &failure);
    assert_str(
        buf_str(&failure.payload),
        "{\"errorMessage\":\"it \\\"broke\\\"\",\"errorType\":\"Runtime.Unknown\"}");
    runtime_api_read_failure(STR(""), STR(""), &failure);
    assert_str(
        buf_str(&failure.payload), "{\"errorMessage\":\"\",\"errorType\":\"Runtime.Unknown\"}");
}

static void runtime_api_refuses_in_its_own_words(void **state) {
    (void)state;
    static const struct {
        enum runtime_api_refusal refusal;
        int status;
        const char *type;
    } rows[] = {
        {RUNTIME_API_WRONG_ID, 400, "InvalidRequestID"},
        {RUNTIME_API_WRONG_STATE, 403, "InvalidStateTransition"},
        {RUNTIME_API_TOO_LARGE, 413, "RequestEntityTooLarge"},
        {RUNTIME_API_NO_ROUTE, 404, "NotFound"},
        {RUNTIME_API_STOPPING, 500, "InternalServerError"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        CLEANUP(response_release) struct response response = {0};
        CLEANUP(json_release) struct json json = {0};
        struct error err = {0};
        runtime_api_encode_refusal(rows[i].refusal, STR(""), &response);
        assert_int_equal(response.status, rows[i].status);
        assert_ok(json_parse(buf_str(&response.body), &json, &err), err);
        assert_str(json_get_text(json.root, "errorType"), rows[i].type);
        assert_true(json_get_text(json.root, "errorMessage").len > 0);
    }
    CLEANUP(response_release) struct response accepted = {0};
    runtime_api_encode_accepted(&accepted);
    assert_int_equal(accepted.status, 202);
    assert_contains(buf_str(&accepted.body), "{\"status\":\"OK\"}");
    assert_true(runtime_api_is_streaming(STR("Streaming")));
    assert_false(runtime_api_is_streaming(STR("buffered")));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(runtime_api_knows_its_paths),
    cmocka_unit_test(runtime_api_next_tells_all_about_an_invocation),
    cmocka_unit_test(runtime_api_next_leaves_out_what_breaks_headers),
    cmocka_unit_test(runtime_api_replaces_foreign_error_types),
    cmocka_unit_test(runtime_api_hands_on_the_error_body),
    cmocka_unit_test(runtime_api_refuses_in_its_own_words),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
