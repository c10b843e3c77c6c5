// request and response — ownership, and what must not reach the wire.
#include "http/request.h"

#include "base/attributes.h"
#include "http/response.h"
#include "support/test.h"

static void request_is_get_until_told(void **state) {
    (void)state;
    struct request request = {0};
    assert_str(request_method(&request), "GET");
    request_set_method(&request, STR("POST"));
    assert_str(request_method(&request), "POST");
    request_release(&request);
    request_release(&request);
    assert_str(request_method(&request), "GET");
}

static void request_copy_shares_nothing(void **state) {
    (void)state;
    CLEANUP(request_release) struct request copy = {0};
    struct request request = {0};
    request_set_method(&request, STR("PUT"));
    request_set_url(&request, STR("https://a.example/x"));
    headers_add(&request.headers, STR("X-A"), STR("1"));
    request_set_body(&request, (struct str){.ptr = "a\0b", .len = 3});
    request_copy(&request, &copy);
    request_release(&request);
    assert_str(request_method(&copy), "PUT");
    assert_str(buf_str(&copy.url), "https://a.example/x");
    assert_str(headers_get(&copy.headers, STR("x-a")), "1");
    assert_int_equal(copy.body.len, 3);
    request_set_url(&copy, str_slice(buf_str(&copy.url), 0, 17)); // a view of itself
    assert_str(buf_str(&copy.url), "https://a.example");
}

static void request_check_refuses_what_breaks_the_wire(void **state) {
    (void)state;
    static const struct {
        const char *method, *url, *name, *value, *hint;
    } cases[] = {
        {"BAD METHOD", "https://a.example", "X", "1", "Use GET"},
        {"AMETHODFARTOOLONGTOBETRUE", "https://a.example", "X", "1", "Use GET"},
        {"GET", "https://a.example/a b", "X", "1", "Percent-encode"},
        {"GET", "https://a.example/\r\nX: y", "X", "1", "Percent-encode"},
        {"GET", "https://a.example", "X:", "1", "letters"},
        {"GET", "https://a.example", "X", "1\r\nEvil: 1", "on one line"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(request_release) struct request request = {0};
        struct error err = {0};
        request_set_method(&request, str_from(cases[i].method));
        request_set_url(&request, str_from(cases[i].url));
        headers_add(&request.headers, str_from(cases[i].name), str_from(cases[i].value));
        assert_false(request_check(&request, &err));
        assert_int_equal(err.code, ERROR_INVALID);
        assert_contains(str_from(err.hint), cases[i].hint);
        assert_false(str_contains(str_from(err.message), STR("Evil")));
    }
}

static void request_check_reports_overflow(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {.body = {.limit = 4}};
    struct error err = {0};
    request_set_url(&request, STR("https://a.example"));
    assert_ok(request_check(&request, &err), err);
    request_set_body(&request, STR("12345"));
    assert_false(request_check(&request, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
}

static void response_names_its_status(void **state) {
    (void)state;
    CLEANUP(response_release) struct response response = {.status = 204};
    assert_true(response_is_success(&response));
    assert_string_equal(response_reason(404), "Not Found");
    assert_string_equal(response_reason(799), "");
    response_set_body(&response, STR("text/plain"), STR("x"));
    response_set_body(&response, STR("application/json"), STR("{}"));
    assert_int_equal(headers_count(&response.headers), 1);
    assert_str(buf_str(&response.body), "{}");
    response.status = 302;
    assert_false(response_is_success(&response));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(request_is_get_until_told),
    cmocka_unit_test(request_copy_shares_nothing),
    cmocka_unit_test(request_check_refuses_what_breaks_the_wire),
    cmocka_unit_test(request_check_reports_overflow),
    cmocka_unit_test(response_names_its_status),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
