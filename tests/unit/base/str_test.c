#include "support/test.h"

#include <float.h>

static void str_split_without_separator_keeps_everything_left(void **state) {
    (void)state;
    struct str left, right;
    assert_false(str_split(STR("abc"), ':', &left, &right));
    assert_str(left, "abc");
    assert_int_equal(right.len, 0);
    assert_true(str_split(STR("a:b:c"), ':', &left, &right));
    assert_str(left, "a");
    assert_str(right, "b:c");
}

static void str_parse_int64_takes_the_whole_text_or_nothing(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-12", true, -12},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"-9223372036854775808", true, INT64_MIN},
        {"-9223372036854775809", false, 0},
        {"-0", true, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"1 ", false, 0},
        {"+1", false, 0},
        {"0x10", false, 0},
        {"12a", false, 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        int64_t value = 77;
        print_message("case %s\n", cases[i].text);
        assert_int_equal(str_parse_int64(str_from(cases[i].text), &value), cases[i].ok);
        assert_true(value == (cases[i].ok ? cases[i].value : 77));
    }
}

static void str_parse_double_refuses_words_and_hex(void **state) {
    (void)state;
    double value = 0;
    assert_true(str_parse_double(STR("-1.5e3"), &value));
    assert_true(value > -1500.1 && value < -1499.9);
    assert_false(str_parse_double(STR("inf"), &value));
    assert_false(str_parse_double(STR("nan"), &value));
    assert_false(str_parse_double(STR("0x1p3"), &value));
    assert_false(str_parse_double(STR("1e999"), &value));
    assert_false(str_parse_double(STR("1,5"), &value));
    assert_false(str_parse_double(STR(""), &value));
}

static void str_utf8_refuses_overlong_surrogate_and_cut_sequences(void **state) {
    (void)state;
    assert_true(str_is_utf8(STR("grün 漢字 😀")));
    assert_false(str_is_utf8(STR("\xC0\xAF")));         // overlong slash
    assert_false(str_is_utf8(STR("\xED\xA0\x80")));     // surrogate
    assert_false(str_is_utf8(STR("\xF4\x90\x80\x80"))); // above U+10FFFF
    assert_false(str_is_utf8(STR("\xE6\xBC")));         // cut
    assert_false(str_is_utf8(STR("\x80")));
}

static void str_next_rune_consumes_a_bad_byte_alone(void **state) {
    (void)state;
    struct str rest = STR("\xFFz");
    bool valid = true;
    assert_int_equal(str_next_rune(&rest, &valid), STR_BAD_RUNE);
    assert_false(valid);
    assert_str(rest, "z");
    assert_int_equal(str_next_rune(&rest, &valid), 'z');
    assert_true(valid);
    assert_int_equal(rest.len, 0);
}

static void str_compare_orders_bytewise_and_prefix_first(void **state) {
    (void)state;
    assert_true(str_compare(STR("a"), STR("ab")) < 0);
    assert_true(str_compare(STR("Z"), STR("a")) < 0);
    assert_true(str_compare(STR("\xC3"), STR("z")) > 0);
    assert_int_equal(str_compare(STR("x"), STR("x")), 0);
}

static void str_slices_are_clamped(void **state) {
    (void)state;
    assert_str(str_slice(STR("abc"), 1, 99), "bc");
    assert_int_equal(str_slice(STR("abc"), 9, 1).len, 0);
    assert_str(str_trim(STR(" \t a b \r\n")), "a b");
    assert_true(str_equal_nocase(STR("Content-TYPE"), STR("content-type")));
    assert_false(str_starts_with(STR("ab"), STR("abc")));
    assert_true(str_ends_with(STR("abc"), STR("bc")));
    assert_true(str_contains(STR("abc"), STR("")));
    assert_false(str_contains(STR("abc"), STR("abcd")));
    assert_true(str_contains(STR("aab"), STR("ab")));
    assert_true(str_contains(STR("xyz"), STR("z")));
    assert_false(str_contains(STR("aaa"), STR("ab")));
    assert_false(str_contains(STR(""), STR("a")));
}

// Every byte at every place of the first word.
static void plain_words_end_before_what_is_escaped(void **state) {
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        const bool is_plain = byte >= ' ' && byte < 0x7F && byte != '"' && byte != '\\';
        for (size_t at = 0; at < 8; at++) {
            char text[] = "ABCDEFGHabcdefghXYZ";
            text[at] = (char)byte;
            const size_t found = str_plain_words((struct str){.ptr = text, .len = 19});
            assert_int_equal(found, is_plain ? 16 : 0);
        }
    }
    assert_int_equal(str_plain_words(STR("7 bytes")), 0);
    assert_int_equal(str_plain_words((struct str){0}), 0);
}

static void plain_texts_are_told_by_every_byte(void **state) {
    (void)state;
    static const char odd[] = {'"', '\\', '\n', 0x1F, 0x7F, (char)0x80, (char)0xC3, '\0'};
    char text[] = "abcdefghijklmnopqrstuvwxyz ~!#[]";
    assert_true(str_is_plain(STR("")));
    for (size_t len = 1; len < sizeof(text); len++) {
        const struct str view = {.ptr = text, .len = len};
        assert_true(str_is_plain(view));
        for (size_t at = 0; at < len; at++) {
            const char was = text[at];
            for (size_t i = 0; i < sizeof(odd); i++) {
                text[at] = odd[i];
                assert_false(str_is_plain(view));
            }
            text[at] = was;
        }
    }
}

static void runes_are_counted_beside_whole_groups_of_ascii(void **state) {
    (void)state;
    assert_int_equal(str_count_runes(STR("12345678")), 8);
    assert_int_equal(str_count_runes(STR("12345678é12345678€")), 18);
    assert_int_equal(str_count_runes(STR("1234567é2345678")), 15);
    assert_int_equal(
        str_count_runes(STR("12345678\xFF\xFE"
                            "12345678x")),
        19);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(plain_texts_are_told_by_every_byte),
    cmocka_unit_test(runes_are_counted_beside_whole_groups_of_ascii),
    cmocka_unit_test(plain_words_end_before_what_is_escaped),
    cmocka_unit_test(str_split_without_separator_keeps_everything_left),
    cmocka_unit_test(str_parse_int64_takes_the_whole_text_or_nothing),
    cmocka_unit_test(str_parse_double_refuses_words_and_hex),
    cmocka_unit_test(str_utf8_refuses_overlong_surrogate_and_cut_sequences),
    cmocka_unit_test(str_next_rune_consumes_a_bad_byte_alone),
    cmocka_unit_test(str_compare_orders_bytewise_and_prefix_first),
    cmocka_unit_test(str_slices_are_clamped),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
