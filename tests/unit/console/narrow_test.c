#include "support/test.h"

#include "console/model.h"

static struct model model; // large

static void press(uint32_t key) {
    struct effects effects = {0};
    model_handle(&model, &(struct input){.key = key}, &effects);
    effects_release(&effects);
}

static void type(const char *text) {
    for (; *text; text++)
        press((uint32_t)*text);
}

static void show(const char *const *wanted, size_t count) {
    struct effects effects = {0};
    struct message *list = message_new(MESSAGE_RECOMMENDATIONS, model.recommendations.run_id);
    list->as.recommendations.user_id = message_copy_text(str_from(model.user));
    for (size_t i = 0; i < count; i++)
        message_add_item(list, str_from(wanted[i]), 1.0 / (double)(i + 1));
    model_apply(&model, list, &effects);
    effects_release(&effects);
}

static const char *const items[] = {"red-top", "blue-shirt", "red-shirt", "bag", "green-top"};

static int set_up(void **state) {
    struct effects effects = {0};
    (void)state;
    model_init(&model, &(struct model_options){0});
    model_resize(&model, 80, 24);
    model_start(&model, &effects);
    effects_release(&effects);
    show(items, ARRAY_COUNT(items));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    model_release(&model);
    return 0;
}

static size_t selected(void) {
    return model.lists[PANE_RECOMMENDATIONS].selected;
}

static void narrow_shows_what_matches_and_keeps_the_selection(void **state) {
    (void)state;
    press('j');
    press('j'); // red-shirt
    press('/');
    type("red");
    assert_int_equal(narrow_count(&model, PANE_RECOMMENDATIONS), 2);
    assert_int_equal(narrow_row(&model, PANE_RECOMMENDATIONS, 1), 2);
    assert_int_equal(selected(), 2);
    press(INPUT_ENTER);
    press('k');
    assert_int_equal(selected(), 0);
    press('j');
    assert_int_equal(selected(), 2);
    press('j');
    assert_int_equal(selected(), 2);
    press(INPUT_ESCAPE);
    assert_int_equal(narrow_count(&model, PANE_RECOMMENDATIONS), 5);
    assert_int_equal(selected(), 2);
}

static void narrow_selects_the_next_row_when_its_own_is_hidden(void **state) {
    (void)state;
    press('j'); // blue-shirt
    press('/');
    type("to");
    assert_int_equal(selected(), 4);
    press(INPUT_BACKSPACE);
    press(INPUT_BACKSPACE);
    assert_int_equal(selected(), 1); // as before
    type("bag");
    press(INPUT_ESCAPE);
    assert_false(narrow_is_on(&model, PANE_RECOMMENDATIONS));
    assert_int_equal(selected(), 1);
}

static void narrow_follows_what_comes(void **state) {
    static const char *const later[] = {"bag", "cap", "red-cap"};
    (void)state;
    press('/');
    type("red");
    press(INPUT_ENTER);
    press('j');
    show(later, ARRAY_COUNT(later));
    assert_int_equal(narrow_count(&model, PANE_RECOMMENDATIONS), 1);
    assert_int_equal(selected(), 2);
    show(later, 2);
    assert_int_equal(narrow_count(&model, PANE_RECOMMENDATIONS), 0);
    press(INPUT_ENTER); // about no row
    assert_false(model.is_detail_open);
    show(items, ARRAY_COUNT(items));
    assert_int_equal(narrow_count(&model, PANE_RECOMMENDATIONS), 2);
}

static void narrow_goes_to_matches_without_hiding(void **state) {
    (void)state;
    press('/');
    type("top");
    press(INPUT_ENTER);
    press(INPUT_ESCAPE);
    press('n');
    assert_int_equal(selected(), 4);
    press('N');
    assert_int_equal(selected(), 0);
    press('N');
    assert_true(str_contains(buf_str(&model.notice.text), STR("No match above")));
}

static void narrow_turns_round_and_is_kept(void **state) {
    struct buf text = {0};
    (void)state;
    press('/');
    type("red");
    press(INPUT_ENTER);
    press('!');
    assert_int_equal(narrow_count(&model, PANE_RECOMMENDATIONS), 3);
    model_save(&model, &text);
    model_release(&model);
    model_init(&model, &(struct model_options){0});
    model_load(&model, buf_str(&text));
    assert_true(narrow_is_on(&model, PANE_RECOMMENDATIONS));
    assert_false(narrow_is_on(&model, PANE_LOG));
    buf_release(&text);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(
        narrow_shows_what_matches_and_keeps_the_selection, set_up, tear_down),
    cmocka_unit_test_setup_teardown(
        narrow_selects_the_next_row_when_its_own_is_hidden, set_up, tear_down),
    cmocka_unit_test_setup_teardown(narrow_follows_what_comes, set_up, tear_down),
    cmocka_unit_test_setup_teardown(narrow_goes_to_matches_without_hiding, set_up, tear_down),
    cmocka_unit_test_setup_teardown(narrow_turns_round_and_is_kept, set_up, tear_down),
};

int main(void) {
    return cmocka_run_group_tests_name("console/narrow", tests, NULL, NULL);
}
