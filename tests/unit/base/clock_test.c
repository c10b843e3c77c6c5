#include "base/clock.h"
#include "support/test.h"

static void clock_reads_every_form_of_iso8601_that_clients_send(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"2019-02-25T15:55:05.905Z", 1551110105905},
        {"2019-02-25T17:55:05.905+02:00", 1551110105905},
        {"2019-02-25T07:55:05.905-0800", 1551110105905},
        {"2019-02-25T16:55:05.905+01", 1551110105905},
        {"2019-02-25 15:55:05.905123+00:00", 1551110105905},
        {"2019-02-25T15:55:05", 1551110105000}, // no offset: UTC
        {"2019-02-25t15:55z", 1551110100000},
        {"2019-02-25", 1551052800000},
        {"1969-12-31T23:59:59.999Z", -1},
        {"2016-12-31T23:59:60Z", 1483228800000}, // leap second
        {"2024-02-29T00:00:00Z", 1709164800000},
        {"0001-01-01T00:00:00Z", -62135596800000},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        int64_t ms = 0;
        print_message("case %s\n", cases[i].text);
        assert_true(clock_parse_iso8601(str_from(cases[i].text), &ms));
        assert_true(ms == cases[i].ms);
    }
}

static void clock_refuses_dates_that_do_not_exist(void **state) {
    (void)state;
    static const char *const cases[] = {
        "",
        "yesterday",
        "2019-2-5",
        "2019-13-01",
        "2019-02-30T00:00:00Z",
        "2019-02-25T24:00:00Z",
        "2019-02-25T15:55:05+",
        "2019-02-25T15:55:05+1",
        "2019-02-25T15:55:05Zjunk",
        "2019-02-25T15:55:05+25:00",
        "2023-02-29",
        "2019-02-25T",
        "1551110105",
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        int64_t ms = 5;
        print_message("case %s\n", cases[i]);
        assert_false(clock_parse_iso8601(str_from(cases[i]), &ms));
        assert_true(ms == 5);
    }
}

static void clock_forms_read_back(void **state) {
    (void)state;
    static const int64_t moments_s[] = {0, 1551110105, -1, 1709164799, 4102444800, -2208988800};
    for (size_t i = 0; i < ARRAY_COUNT(moments_s); i++) {
        CLEANUP(buf_release) struct buf iso = {0};
        CLEANUP(buf_release) struct buf compact = {0};
        CLEANUP(buf_release) struct buf http = {0};
        int64_t back = 0;
        clock_add_iso8601(&iso, moments_s[i] * 1000);
        assert_true(clock_parse_iso8601(buf_str(&iso), &back) && back == moments_s[i] * 1000);
        clock_add_compact(&compact, moments_s[i]);
        assert_true(clock_parse_compact(buf_str(&compact), &back) && back == moments_s[i]);
        clock_add_http(&http, moments_s[i]);
        assert_true(clock_parse_http(buf_str(&http), &back) && back == moments_s[i]);
    }
    CLEANUP(buf_release) struct buf http = {0};
    clock_add_http(&http, 1551110105);
    assert_str(buf_str(&http), "Mon, 25 Feb 2019 15:55:05 GMT");
}

static void monotonic_time_never_runs_back_in_any_unit(void **state) {
    (void)state;
    const int64_t before_us = clock_monotonic_us(), before_ns = clock_monotonic_ns();
    const int64_t after_ns = clock_monotonic_ns(), after_us = clock_monotonic_us();
    assert_true(before_ns <= after_ns);
    assert_true(before_us <= before_ns / 1000 && after_ns / 1000 <= after_us);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(clock_reads_every_form_of_iso8601_that_clients_send),
    cmocka_unit_test(clock_refuses_dates_that_do_not_exist),
    cmocka_unit_test(clock_forms_read_back),
    cmocka_unit_test(monotonic_time_never_runs_back_in_any_unit),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
