#include "support/test.h"

#include "console/fuzzy.h"

static void fuzzy_prefers_starts_and_what_stands_together(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *better, *worse;
    } cases[] = {
        {"st", "stream", "sandbox reset"},
        {"reset", "sandbox reset", "recommend second theme"},
        {"sr", "sandbox reset", "insert"},
        {"pro", "profile", "approve"},
        {"view pause", "pause the view", "pause"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct str pattern = str_from(cases[i].pattern);
        const int better = fuzzy_score(pattern, str_from(cases[i].better));
        const int worse = fuzzy_score(pattern, str_from(cases[i].worse));
        if (better <= worse) fail_msg("%s: %d, %d", cases[i].pattern, better, worse);
    }
}

static void fuzzy_finds_nothing_where_letters_are_missing(void **state) {
    (void)state;
    assert_int_equal(fuzzy_score(STR("stx"), STR("stream")), 0);
    assert_int_equal(fuzzy_score(STR("stream"), STR("str")), 0);
    assert_int_equal(fuzzy_score(STR("maerts"), STR("stream")), 0);
    assert_int_equal(fuzzy_score(STR("a"), STR("")), 0);
}

static void fuzzy_takes_everything_for_an_empty_pattern(void **state) {
    (void)state;
    assert_true(fuzzy_score(STR(""), STR("stream")) > 0);
    assert_int_equal(fuzzy_score(STR("  "), STR("a")), fuzzy_score(STR(""), STR("stream")));
    assert_int_equal(
        fuzzy_score(STR("STREAM"), STR("stream")), fuzzy_score(STR("stream"), STR("Stream")));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(fuzzy_prefers_starts_and_what_stands_together),
    cmocka_unit_test(fuzzy_finds_nothing_where_letters_are_missing),
    cmocka_unit_test(fuzzy_takes_everything_for_an_empty_pattern),
};

int main(void) {
    return cmocka_run_group_tests_name("console/fuzzy", tests, NULL, NULL);
}
