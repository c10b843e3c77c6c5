#include "protocol/arguments.h"
#include "support/test.h"

static void arguments_last_value_wins_and_all_are_kept(void **state) {
    (void)state;
    CLEANUP(arguments_release) struct arguments arguments = {0};
    assert_true(arguments_add(&arguments, STR("user"), STR("a")));
    assert_true(arguments_add(&arguments, STR("item"), STR("x")));
    assert_true(arguments_add(&arguments, STR("user"), STR("b")));
    assert_str(arguments_get(&arguments, "user"), "b");
    assert_str(arguments_get_at(&arguments, "user", 0), "a");
    assert_int_equal(arguments_count(&arguments, "user"), 2);
    assert_false(arguments_has(&arguments, "use"));
    assert_null(arguments_get(&arguments, "nothing").ptr);
    arguments_set(&arguments, "item", arguments_get(&arguments, "user"));
    assert_str(arguments_get(&arguments, "item"), "b");
    CLEANUP(arguments_release) struct arguments copy = {0};
    arguments_copy(&arguments, &copy);
    assert_int_equal(copy.count, 3);
    assert_str(arguments_get(&copy, "item"), "b");
}

static void arguments_are_bounded(void **state) {
    (void)state;
    CLEANUP(arguments_release) struct arguments arguments = {0};
    for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
        assert_true(arguments_add(&arguments, STR("i"), STR("1")));
    }
    assert_false(arguments_add(&arguments, STR("i"), STR("1")));
}

static void arguments_number_names_the_option_and_the_range(void **state) {
    (void)state;
    CLEANUP(arguments_release) struct arguments arguments = {0};
    struct error err = {0};
    int64_t number = 0;
    assert_ok(arguments_number(&arguments, "num", 25, 1, 500, &number, &err), err);
    assert_int_equal(number, 25);
    arguments_set(&arguments, "num", STR("501"));
    assert_false(arguments_number(&arguments, "num", 25, 1, 500, &number, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_contains(str_from(err.message), "--num");
    assert_contains(str_from(err.hint), "1 to 500");
    assert_int_equal(number, 25);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(arguments_last_value_wins_and_all_are_kept),
    cmocka_unit_test(arguments_are_bounded),
    cmocka_unit_test(arguments_number_names_the_option_and_the_range),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
