#include "support/test.h"

#include "console/layout.h"
#include "console/list.h"

static bool contains(struct rect outer, struct rect inner) {
    return inner.column >= outer.column && inner.row >= outer.row &&
           inner.column + inner.columns <= outer.column + outer.columns &&
           inner.row + inner.rows <= outer.row + outer.rows;
}

static void layout_keeps_every_part_on_the_screen_at_every_size(void **state) {
    (void)state;
    for (int columns = 1; columns <= 200; columns++) {
        for (int rows = 1; rows <= 70; rows++) {
            const struct layout_wish wish = {
                .columns = columns,
                .rows = rows,
                .detail_rows = 8,
                .summary_rows = 1 + rows % 5,
                .status_rows = rows < 20 ? 1 : 1 + columns % 6};
            const struct layout layout = layout_make(&wish);
            const struct rect screen = {.columns = columns, .rows = rows};
            assert_int_equal(layout.is_too_small, columns < 40 || rows < 12);
            const struct rect parts[] = {
                layout.header, layout.strip,  layout.summary, layout.list_rule, layout.list,
                layout.detail, layout.status, layout.footer,  layout.body,      layout.detail_rule,
            };
            for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
                assert_true(contains(screen, parts[i]));
            }
            if (!layout.is_too_small) assert_true(layout.list.rows >= 1);
        }
    }
}

static void layout_splits_by_size(void **state) {
    (void)state;
    struct layout_wish wish = {
        .columns = 120, .rows = 40, .detail_rows = 6, .summary_rows = 1, .status_rows = 1};
    assert_int_equal(layout_make(&wish).split, LAYOUT_RIGHT);
    wish.columns = 80;
    assert_int_equal(layout_make(&wish).split, LAYOUT_BELOW);
    wish.rows = 12;
    assert_int_equal(layout_make(&wish).split, LAYOUT_ALONE);
    wish.is_detail_open = true;
    const struct layout layout = layout_make(&wish);
    assert_true(rect_is_empty(layout.list));
    assert_int_equal(layout.detail.rows, 6);
}

static void layout_gives_what_is_said_the_rows_it_takes(void **state) {
    (void)state;
    struct layout_wish wish = {.columns = 80, .rows = 24, .summary_rows = 1, .status_rows = 5};
    assert_int_equal(layout_make(&wish).status.rows, 5);
    assert_int_equal(layout_make(&wish).status.row, 18); // above the footer
    wish.rows = LAYOUT_STATUS_FROM_ROWS - 1;
    assert_true(rect_is_empty(layout_make(&wish).status));
}

static void list_stays_within_its_rows(void **state) {
    (void)state;
    struct list list = {0};
    list_move(&list, -3, 10);
    assert_int_equal(list.selected, 0);
    list_move(&list, 99, 10);
    list_settle(&list, 10, 4);
    assert_int_equal(list.selected, 9);
    assert_int_equal(list.top, 6);
    list_settle(&list, 3, 4); // rows went away
    assert_int_equal(list.selected, 2);
    assert_int_equal(list.top, 0);
    list_settle(&list, 0, 4);
    assert_int_equal(list.selected, 0);
    list_move(&list, 1, 0);
    assert_int_equal(list.selected, 0);
}

static void list_fills_the_window_when_it_grows(void **state) {
    (void)state;
    struct list list = {.selected = 9, .top = 8};
    list_settle(&list, 10, 6);
    assert_int_equal(list.top, 4);
}

static void rect_takes_no_more_than_there_is(void **state) {
    (void)state;
    struct rect rest = {.columns = 10, .rows = 3};
    assert_int_equal(rect_take_bottom(&rest, 5).rows, 3);
    assert_true(rect_is_empty(rest));
    rest = (struct rect){.columns = 1, .rows = 1};
    assert_true(rect_is_empty(rect_inset(rest, 1)));
    assert_int_equal(rect_take_left(&rest, -4).columns, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(layout_keeps_every_part_on_the_screen_at_every_size),
    cmocka_unit_test(layout_splits_by_size),
    cmocka_unit_test(layout_gives_what_is_said_the_rows_it_takes),
    cmocka_unit_test(list_stays_within_its_rows),
    cmocka_unit_test(list_fills_the_window_when_it_grows),
    cmocka_unit_test(rect_takes_no_more_than_there_is),
};

int main(void) {
    return cmocka_run_group_tests_name("console/layout", tests, NULL, NULL);
}
