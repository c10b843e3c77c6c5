#include "support/test.h"

#include <errno.h>

static void error_wrap_puts_context_first_and_keeps_the_hint(void **state) {
    (void)state;
    struct error err = {0};
    assert_false(error_set(&err, ERROR_NOT_FOUND, "no campaign %s", "x"));
    assert_false(error_hint(&err, "Run `%s`.", "recloop config list"));
    assert_false(error_wrap(&err, "asking for %d items", 5));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_string_equal(err.message, "asking for 5 items: no campaign x");
    assert_string_equal(err.hint, "Run `recloop config list`.");
}

static void error_texts_are_cut_where_a_character_ends(void **state) {
    (void)state;
    struct error err = {0};
    char text[1000];
    for (size_t i = 0; i + 2 < sizeof(text); i += 2)
        memcpy(text + i, "\xC3\xBC", 2);
    text[sizeof(text) - 2] = '\0';
    for (int shift = 0; shift < 4; shift++) { // whatever byte the cut falls on
        error_set(&err, ERROR_INVALID, "%.*s%s", shift, "abc", text);
        error_wrap(&err, "x");
        assert_true(str_is_utf8(str_from(err.message)));
        assert_true(strlen(err.message) >= sizeof(err.message) - 7);
        assert_true(str_ends_with(str_from(err.message), STR("ü…"))); // the cut is shown
    }
}

static void error_from_errno_names_the_cause(void **state) {
    (void)state;
    struct error err = {0};
    error_from_errno(&err, ENOSPC, "writing %s", "f");
    assert_int_equal(err.code, ERROR_IO);
    assert_contains(str_from(err.message), "writing f: No space left");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(error_wrap_puts_context_first_and_keeps_the_hint),
    cmocka_unit_test(error_texts_are_cut_where_a_character_ends),
    cmocka_unit_test(error_from_errno_names_the_cause),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
