#include "support/test.h"

#include "console/pattern.h"

static bool is_found(const char *expression, const char *text, bool ignores_case) {
    struct pattern pattern;
    struct error err;
    size_t at = 0;
    assert_ok(pattern_parse(str_from(expression), ignores_case, &pattern, &at, &err), err);
    return pattern_matches(&pattern, str_from(text));
}

static void pattern_finds_what_posix_finds(void **state) {
    (void)state;
    static const struct {
        const char *expression, *text;
        bool is_found;
    } cases[] = {
        {"shirt", "ocean-blue-shirt", true},
        {"shirt", "shir", false},
        {"^ocean", "ocean-blue", true},
        {"^blue", "ocean-blue", false},
        {"blue$", "ocean-blue", true},
        {"ocean$", "ocean-blue", false},
        {"^$", "", true},
        {"^$", "x", false},
        {"", "anything", true},
        {"a*", "", true},
        {"^a+$", "aaa", true},
        {"^a+$", "", false},
        {"^ab?c$", "ac", true},
        {"^ab?c$", "abbc", false},
        {"^(ab|cd)*$", "abcdab", true},
        {"^(ab|cd)*$", "abc", false},
        {"^a{3}$", "aaa", true},
        {"^a{3}$", "aaaa", false},
        {"^a{2,}$", "aaaaaa", true},
        {"^a{2,}$", "a", false},
        {"^(ab){1,2}$", "abab", true},
        {"^(ab){1,2}$", "ababab", false},
        {"^a{0}b$", "b", true},
        {"^a{0}b$", "ab", false},
        {"^a{0,2}b$", "aab", true},
        {"x.z", "x\nz", true},
        {"^[a-c]+$", "abcab", true},
        {"^[a-c]+$", "abd", false},
        {"^[^a-c]+$", "xyz", true},
        {"^[^a-c]+$", "xbz", false},
        {"^[]x]+$", "]x]", true},
        {"^[a-]+$", "a-a", true},
        {"^[[:digit:]_]+$", "12_3", true},
        {"^[[:punct:]]$", "~", true},
        {"^\\d\\w\\s$", "1z ", true},
        {"^[\\d.]+$", "1.5", true},
        {"a\\.b", "a.b", true},
        {"a\\.b", "axb", false},
        {"a|^b|c$", "xc", true},
        {"(^|-)blue(-|$)", "ocean-blue", true},
        {"(^|-)blue(-|$)", "oceanblue", false},
        {"straße", "die Straße", false},
        {"traße", "die Straße", true},
        {"a||b", "zzz", true},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        if (is_found(cases[i].expression, cases[i].text, false) == cases[i].is_found) continue;
        fail_msg("/%s/ in \"%s\"", cases[i].expression, cases[i].text);
    }
}

static void pattern_ignores_case_where_asked(void **state) {
    (void)state;
    assert_false(is_found("product", "Product", false));
    assert_true(is_found("product", "PRODUCT", true));
    assert_true(is_found("^[a-c]+$", "AbC", true));
    assert_false(is_found("^[^a-c]+$", "A", true));
}

static void pattern_says_where_it_goes_wrong(void **state) {
    (void)state;
    static const struct {
        const char *expression;
        size_t at;
        const char *message;
    } cases[] = {
        {"a(b", 1, "never closed"},          {"ab)", 2, "closes nothing"},
        {"a[bc", 1, "never closed"},         {"a**", 2, "nothing here to repeat"},
        {"*a", 0, "nothing here to repeat"}, {"ab\\", 2, "nothing follows"},
        {"(a)\\1", 3, "no such escape"},     {"[[:nope:]]", 1, "no such class"},
        {"[[:digit]", 1, "no such class"},   {"x[z-a]", 2, "no members"},
        {"[a-\\d]", 1, "no members"},        {"[ä]", 1, "ASCII"},
        {"a{2,1}", 1, "makes no sense"},     {"a{", 1, "makes no sense"},
        {"a{65}", 1, "makes no sense"},      {"(a{9}){9}", 1, "too large"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct pattern pattern;
        struct error err;
        size_t at = 99;
        if (pattern_parse(str_from(cases[i].expression), false, &pattern, &at, &err))
            fail_msg("/%s/ parses", cases[i].expression);
        assert_int_equal(err.code, ERROR_USAGE);
        assert_contains(str_from(err.message), cases[i].message);
        assert_true(err.hint[0]);
        if (at != cases[i].at) fail_msg("/%s/ goes wrong at %zu", cases[i].expression, at);
    }
}

// Nested repeats of nothing would multiply: sixteen deep, sixty-four times each.
static void pattern_refuses_to_be_kept_busy(void **state) {
    (void)state;
    struct buf text = {0};
    struct pattern pattern;
    struct error err;
    size_t at = 0;
    for (int i = 0; i < 12; i++)
        buf_add_char(&text, '(');
    for (int i = 0; i < 12; i++)
        buf_add(&text, STR("){64}"));
    assert_false(pattern_parse(buf_str(&text), false, &pattern, &at, &err));
    assert_contains(str_from(err.message), "too large");
    buf_reset(&text);
    for (int i = 0; i < 100; i++)
        buf_add_char(&text, '(');
    assert_false(pattern_parse(buf_str(&text), false, &pattern, &at, &err));
    buf_release(&text);
    assert_false(
        is_found("^(a|a)*(a|a)*(a|a)*b$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(pattern_finds_what_posix_finds),
    cmocka_unit_test(pattern_ignores_case_where_asked),
    cmocka_unit_test(pattern_says_where_it_goes_wrong),
    cmocka_unit_test(pattern_refuses_to_be_kept_busy),
};

int main(void) {
    return cmocka_run_group_tests_name("console/pattern", tests, NULL, NULL);
}
