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

// The same bytes as the C library makes of it.
#define CHECK_FORMAT(...)                                                                          \
    do {                                                                                           \
        char wanted[400];                                                                          \
        struct buf made = {0};                                                                     \
        (void)snprintf(wanted, sizeof(wanted), __VA_ARGS__);                                       \
        buf_add_format(&made, __VA_ARGS__);                                                        \
        assert_str(buf_str(&made), wanted);                                                        \
        buf_release(&made);                                                                        \
    } while (0)

static void formats_come_out_as_printf_writes_them(void **state) {
    (void)state;
    CHECK_FORMAT("plain");
    CHECK_FORMAT("%s|%s|%c|%%|%d|%u", "text", "", 'x', -7, 7u);
    CHECK_FORMAT("%d %d %ld %lld", INT32_MIN, INT32_MAX, INT64_MIN, (long long)INT64_MAX);
    CHECK_FORMAT(
        "%u %lu %llu %zu", UINT32_MAX, UINT64_MAX, (unsigned long long)UINT64_MAX, SIZE_MAX);
    CHECK_FORMAT("%lu %lu %zd", (uint64_t)INT64_MAX, (uint64_t)INT64_MAX + 1, (ssize_t)-5);
    CHECK_FORMAT("%.*s|%.*s|%.*s|%.*s", 3, "abcdef", 9, "abc", 0, "abc", -1, "abc");
    CHECK_FORMAT("%.*s", 2, (const char[]){'a', '\0', 'b'});
    CHECK_FORMAT("%5d|%-5s|%05.1f|%x|%02x|%.3s|%p", 42, "ab", 3.14159, 255u, 7u, "abcdef", NULL);
    CHECK_FORMAT("%s and %5d", "both kinds", 3);
    const char *nothing = NULL;
    struct buf made = {0};
    buf_add_format(&made, "%s", nothing ? nothing : "(null)");
    assert_str(buf_str(&made), "(null)");
    buf_release(&made);
}

static void thousandths_are_written_as_printf_would(void **state) {
    (void)state;
    for (int i = -250000; i <= 250000; i += i > -3000 && i < 3000 ? 1 : 397) {
        const double numbers[] = {i / 1000.0, i * 1e5 / 1000.0, i / 1000.0 + 1e-9, i / 7.0};
        for (size_t k = 0; k < ARRAY_COUNT(numbers); k++) {
            char wanted[40];
            double read_back = 0;
            for (int precision = 15; precision <= 17; precision++) {
                (void)snprintf(wanted, sizeof(wanted), "%.*g", precision, numbers[k]);
                if (str_parse_double(str_from(wanted), &read_back) && read_back == numbers[k])
                    break;
            }
            struct buf made = {0};
            buf_add_double(&made, numbers[k]);
            assert_str(buf_str(&made), wanted);
            buf_release(&made);
        }
    }
}

static void a_format_beyond_the_limit_leaves_the_text(void **state) {
    (void)state;
    struct buf buf = {.limit = 10};
    buf_add(&buf, STR("12345"));
    buf_add_format(&buf, "%s-%d", "ab", 1234567);
    assert_true(buf.overflowed);
    assert_str(buf_str(&buf), "12345");
    buf_release(&buf);
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

static void buf_cleaned_takes_off_what_came_with_the_paste(void **state) {
    (void)state;
    static const struct {
        const char *text, *value, *notes;
    } cases[] = {
        {"plain", "plain", ""},
        {"", "", ""},
        {"  a b \t", "a b", "4 spaces"},
        {"\"a\"", "a", "2 quotes"},
        {"\xE2\x80\x9C"
         "a\xE2\x80\x9D",
         "a", "2 quotes"},
        {"' \"a\" '", "a", "2 spaces, 4 quotes"},
        {"a\r\n", "a", "2 line breaks"},
        {"ab\n   cd", "abcd", "4 line breaks"},
        {"\xEF\xBB\xBF"
         "a\xE2\x80\x8B"
         "b",
         "ab", "2 invisible characters (U+FEFF at 0)"},
        {"\xC2\xA0"
         "a",
         "a", "1 space"},
        {"AWS_REGION=eu-west-1", "eu-west-1", "1 leading KEY="},
        {"export TOKEN = \"x\"", "x", "2 quotes, 1 leading KEY="},
        {"\"key=value\"", "value", "2 quotes, 1 leading KEY="},
        {"dG9rZW4=", "dG9rZW4=", ""}, // base64 padding is no key
        {"dG9rZQ==", "dG9rZQ==", ""},
        {"tok//en+==", "tok//en+==", ""}, // nor is this
        {"https://h/?a=b", "https://h/?a=b", ""},
        {"\"", "\"", ""},
        {"it's", "it's", ""},
        {"\xFF", "\xFF", ""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(buf_release) struct buf value = {0};
        CLEANUP(buf_release) struct buf notes = {0};
        struct buf_cleaning cleaning;
        buf_add_cleaned(&value, str_from(cases[i].text), &cleaning);
        assert_str(buf_str(&value), cases[i].value);
        buf_add_cleaning(&notes, &cleaning);
        assert_str(buf_str(&notes), cases[i].notes);
        buf_add_cleaned(&value, STR(" x"), NULL); // appends, and may be asked without notes
        assert_true(str_ends_with(buf_str(&value), STR("x")));
    }
}

static void buf_cleaning_counts_more_than_it_notes(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf value = {0};
    CLEANUP(buf_release) struct buf notes = {0};
    struct buf_cleaning cleaning;
    buf_add_cleaned(&value, STR("                    a"), &cleaning);
    assert_int_equal(cleaning.count, 20);
    buf_add_cleaning(&notes, &cleaning);
    assert_str(buf_str(&notes), "12 spaces and 8 more");
}

static void buf_quoted_can_be_told_from_its_end(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf out = {0};
    buf_add_quoted(&out, STR("a \"b\" \\"));
    buf_add_quoted(&out, (struct str){0});
    assert_str(buf_str(&out), "\"a \\\"b\\\" \\\\\"\"\"");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(buf_past_its_limit_reports_once_and_keeps_what_fitted),
    cmocka_unit_test(buf_empty_is_an_empty_c_string),
    cmocka_unit_test(buf_numbers_read_back_the_same),
    cmocka_unit_test(buf_quoted_can_be_told_from_its_end),
    cmocka_unit_test(buf_printable_shows_what_a_terminal_would_obey),
    cmocka_unit_test(formats_come_out_as_printf_writes_them),
    cmocka_unit_test(thousandths_are_written_as_printf_would),
    cmocka_unit_test(a_format_beyond_the_limit_leaves_the_text),
    cmocka_unit_test(buf_format_appends_whatever_the_length),
    cmocka_unit_test(buf_cleaned_takes_off_what_came_with_the_paste),
    cmocka_unit_test(buf_cleaning_counts_more_than_it_notes),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
