#include "support/test.h"

#include "console/input.h"

static void input_decodes_what_terminals_report_of_the_mouse(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int code;
        bool is_up;
        enum input_mouse_action action;
    } cases[] = {
        {"left down", 0, false, INPUT_MOUSE_PRESS},
        {"left up", 0, true, INPUT_MOUSE_RELEASE},
        {"moved with left held", 32, false, INPUT_MOUSE_DRAG},
        {"left down with Shift, Alt and Control", 28, false, INPUT_MOUSE_PRESS},
        {"wheel up", 64, false, INPUT_MOUSE_WHEEL_UP},
        {"wheel down with Control", 65 | 16, false, INPUT_MOUSE_WHEEL_DOWN},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct input input = {0};
        if (!input_decode_mouse(cases[i].code, 12, 7, cases[i].is_up, &input))
            fail_msg("%s was not understood", cases[i].name);
        assert_int_equal(input.key, INPUT_MOUSE);
        assert_int_equal(input.mouse.action, cases[i].action);
        assert_int_equal(input.mouse.column, 11);
        assert_int_equal(input.mouse.row, 6);
    }
}

static void input_leaves_other_buttons_and_nonsense_alone(void **state) {
    (void)state;
    struct input input = {.key = 'x'};
    assert_false(input_decode_mouse(1, 5, 5, false, &input));  // middle
    assert_false(input_decode_mouse(2, 5, 5, false, &input));  // right
    assert_false(input_decode_mouse(35, 5, 5, false, &input)); // moved without a button
    assert_false(input_decode_mouse(66, 5, 5, false, &input)); // wheel to the left
    assert_false(input_decode_mouse(64, 5, 5, true, &input));  // wheels do not go up
    assert_false(input_decode_mouse(0, 0, 5, false, &input));
    assert_false(input_decode_mouse(0, 5, INPUT_MOUSE_MOST + 1, false, &input));
    assert_int_equal(input.key, 'x');
}

static void input_reads_reports_and_refuses_broken_ones(void **state) {
    (void)state;
    struct input input = {0};
    assert_true(input_is_whole_report(STR("0;12;7M"), false));
    assert_false(input_is_whole_report(STR("0;12;7"), false));
    assert_true(input_decode_report(STR("0;12;7m"), &input));
    assert_int_equal(input.mouse.action, INPUT_MOUSE_RELEASE);
    assert_int_equal(input.mouse.column, 11);
    assert_true(input_decode_old_report(STR("#+'"), &input));
    assert_int_equal(input.mouse.action, INPUT_MOUSE_RELEASE);
    assert_int_equal(input.mouse.row, 6);
    static const char *const broken[] = {
        "",       "M",     "0;12M", "0;12;7;3M", "0;;7M", "-1;2;3M", "0;99999999999999999999;1M",
        "0;1;2x", "a;b;cM"};
    for (size_t i = 0; i < ARRAY_COUNT(broken); i++) {
        if (input_decode_report(str_from(broken[i]), &input)) fail_msg("%s", broken[i]);
    }
    assert_false(input_decode_old_report(STR("ab"), &input));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(input_decodes_what_terminals_report_of_the_mouse),
    cmocka_unit_test(input_reads_reports_and_refuses_broken_ones),
    cmocka_unit_test(input_leaves_other_buttons_and_nonsense_alone),
};

int main(void) {
    return cmocka_run_group_tests_name("console/input", tests, NULL, NULL);
}
