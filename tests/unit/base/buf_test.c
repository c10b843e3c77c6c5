#include "support/test.h"

#include <float.h>

static void buf_past_its_limit_reports_once_and_keeps_what_fitted(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf buf = {.limit = 5};
    buf_add(&buf, STR("abc"));
    buf_add(&buf, STR("def")); // does not fit
    buf_add(&buf, STR("x"));   // would fit, but the text is already broken
    struct str out = STR("untouched");
    struct error err = {0};
    assert_false(buf_finish(&buf, &out, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_str(out, "untouched");
    assert_str(buf_str(&buf), "abc");
    buf_reset(&buf);
    buf_add(&buf, STR("12345"));
    assert_ok(buf_finish(&buf, &out, &err), err);
    assert_str(out, "12345");
}

static void buf_empty_is_an_empty_c_string(void **state) {
    (void)state;
    struct buf buf = {0};
    assert_string_equal(buf_text(&buf), "");
    char *taken = buf_take(&buf);
    assert_string_equal(taken, "");
    free(taken);
    buf_release(&buf);
    buf_release(&buf);
    buf_release(NULL);
}

static void buf_numbers_read_back_the_same(void **state) {
    (void)state;
    static const double numbers[] = {0,          0.1,        1.0 / 3, 1e-7,
                                     12345678.9, 2941404340, DBL_MAX, -DBL_MIN};
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        CLEANUP(buf_release) struct buf buf = {0};
        buf_add_double(&buf, numbers[i]);
        double back = 1;
        assert_true(str_parse_double(buf_str(&buf), &back));
        assert_memory_equal(&back, &numbers[i], sizeof(back));
    }
    CLEANUP(buf_release) struct buf buf = {0};
    buf_add_double(&buf, 0.1);
    buf_add_char(&buf, ' ');
    buf_add_int(&buf, INT64_MIN);
    assert_str(buf_str(&buf), "0.1 -9223372036854775808");
}

static void buf_printable_shows_what_a_terminal_would_obey(void **state) {
    (void)state;
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"plain grün 漢", "plain grün 漢"},
        {"\x1b[31mred\x1b]0;title\x07", "\\e[31mred\\e]0;title\\x07"},
        {"a\nb\tc\rd", "a\\nb\\tc\\rd"},
        {"\xC2\x9B"
         "31m",
         "\\x9b31m"}, // C1 control sequence introducer
        {"\xE2\x80\xAE"
         "evil",
         "\\u202eevil"},                               // right-to-left override
        {"zero\xE2\x80\x8Bwidth", "zero\\u200bwidth"}, // invisible
        {"bad\xFF\xC3", "bad\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\x7F", "\\x7f"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(buf_release) struct buf buf = {0};
        buf_add_printable(&buf, str_from(cases[i].text));
        assert_str(buf_str(&buf), cases[i].shown);
    }
    CLEANUP(buf_release) struct buf nul = {0};
    buf_add_printable(&nul, STR("a\0b"));
    assert_str(buf_str(&nul), "a\\x00b");
}

static void buf_format_appends_whatever_the_length(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf buf = {0};
    for (int i = 0; i < 100; i++)
        buf_add_format(&buf, "%03d,", i);
    assert_int_equal(buf.len, 400);
    assert_true(str_ends_with(buf_str(&buf), STR("098,099,")));
    assert_int_equal(buf_text(&buf)[400], '\0');
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(buf_past_its_limit_reports_once_and_keeps_what_fitted),
    cmocka_unit_test(buf_empty_is_an_empty_c_string),
    cmocka_unit_test(buf_numbers_read_back_the_same),
    cmocka_unit_test(buf_printable_shows_what_a_terminal_would_obey),
    cmocka_unit_test(buf_format_appends_whatever_the_length),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
