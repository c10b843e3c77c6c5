#include "console/history.h"

#include "support/test.h"

static struct history history;

static int tear_down(void **state) {
    (void)state;
    history_release(&history);
    return 0;
}

static void older(const char *now, const char *expected) {
    struct buf line = {0};
    assert_true(history_older(&history, STR("key"), str_from(now), &line));
    assert_str(buf_str(&line), expected);
    buf_release(&line);
}

static void newer(const char *expected) {
    struct buf line = {0};
    assert_true(history_newer(&history, STR("key"), &line));
    assert_str(buf_str(&line), expected);
    buf_release(&line);
}

static void history_goes_back_and_returns_to_the_line_begun(void **state) {
    (void)state;
    struct buf line = {0};
    history_add(&history, STR("key"), STR("first"));
    history_add(&history, STR("other"), STR("not mine"));
    history_add(&history, STR("key"), STR("second"));
    older("begun", "second");
    older("second", "first");
    assert_false(history_older(&history, STR("key"), STR("first"), &line));
    newer("second");
    newer("begun");
    assert_false(history_newer(&history, STR("key"), &line));
    buf_release(&line);
}

static void history_passes_over_the_line_that_stands_already(void **state) {
    (void)state;
    history_add(&history, STR("key"), STR("first"));
    history_add(&history, STR("key"), STR("second"));
    older("second", "first");
    newer("second");
}

static void history_holds_no_line_twice_and_not_too_many(void **state) {
    (void)state;
    history_add(&history, STR("key"), STR("again"));
    history_add(&history, STR("key"), STR("else"));
    history_add(&history, STR("key"), STR("again"));
    assert_int_equal(history.count, 2);
    older("", "again");
    history_rest(&history);
    for (int i = 0; i < 2 * HISTORY_ALL; i++) {
        struct buf of = {0}, text = {0};
        buf_add_format(&of, "key %d", i % 40);
        buf_add_format(&text, "line %d", i);
        history_add(&history, buf_str(&of), buf_str(&text));
        buf_release(&of);
        buf_release(&text);
    }
    assert_true(history.count <= HISTORY_ALL);
    for (int i = 0; i < 2 * HISTORY_LINES; i++) {
        struct buf text = {0};
        buf_add_format(&text, "line %d", i);
        history_add(&history, STR("key"), buf_str(&text));
        buf_release(&text);
    }
    struct buf line = {0};
    size_t count = 0;
    while (history_older(&history, STR("key"), STR(""), &line))
        count++;
    assert_int_equal(count, HISTORY_LINES);
    buf_release(&line);
}

#define HISTORY_TEST(test) cmocka_unit_test_teardown(test, tear_down)
static const struct CMUnitTest tests[] = {
    HISTORY_TEST(history_goes_back_and_returns_to_the_line_begun),
    HISTORY_TEST(history_passes_over_the_line_that_stands_already),
    HISTORY_TEST(history_holds_no_line_twice_and_not_too_many),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
