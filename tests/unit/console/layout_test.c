#include "support/test.h"

#include "console/layout.h"
#include "console/list.h"

static bool contains(struct rect outer, struct rect inner) {
    if (rect_is_empty(inner)) return true;
    return inner.column >= outer.column && inner.row >= outer.row &&
           inner.column + inner.columns <= outer.column + outer.columns &&
           inner.row + inner.rows <= outer.row + outer.rows;
}

static struct layout_wish wish_for(int columns, int rows) {
    const struct layout_pane pane = {.pane = 3, .detail_rows = 8, .head_rows = rows % 4};
    struct layout_wish wish = {
        .columns = columns,
        .rows = rows,
        .strip_rows = 2 + columns % 2,
        .summary_rows = 1 + rows % 5,
        .status_rows = rows < 20 ? 1 : 1 + columns % 6,
        .alone = pane,
    };
    for (int column = 0; column < LAYOUT_COLUMNS_MAX; column++) {
        wish.columns_of[column][0] = pane;
        wish.columns_of[column][0].pane = column;
        wish.columns_of[column][1].pane = -1;
    }
    const int last = layout_column_count(columns) - 1;
    if (last > 0 && layout_may_stack(rows - 8)) wish.columns_of[last][1] = pane;
    return wish;
}

static void layout_keeps_every_part_on_the_screen_at_every_size(void **state) {
    (void)state;
    for (int columns = 1; columns <= 200; columns++) {
        for (int rows = 1; rows <= 70; rows++) {
            struct layout_wish wish = wish_for(columns, rows);
            wish.column_shares[0] = (columns * 7) % 100; // wherever somebody has drawn the borders
            wish.column_shares[1] = (rows * 11) % 100;
            wish.row_share = (columns + rows) % 100;
            const struct layout layout = layout_make(&wish);
            const struct rect screen = {.columns = columns, .rows = rows};
            assert_int_equal(layout.is_too_small, columns < 40 || rows < 12);
            const struct rect parts[] = {
                layout.header, layout.strip,  layout.summary,
                layout.status, layout.footer, layout.body,
            };
            for (size_t i = 0; i < ARRAY_COUNT(parts); i++)
                assert_true(contains(screen, parts[i]));
            for (int at = 0; at < layout.cell_count; at++) {
                const struct layout_cell *cell = &layout.cells[at];
                assert_true(contains(layout.body, cell->frame));
                assert_true(contains(cell->frame, cell->list_rule));
                assert_true(contains(cell->frame, cell->head));
                assert_true(contains(cell->frame, cell->list));
                assert_true(contains(cell->frame, cell->detail_rule));
                assert_true(contains(cell->frame, cell->detail));
                assert_true(cell->list.rows >= 1);
            }
        }
    }
}

static void layout_has_columns_by_width_unless_zoomed(void **state) {
    (void)state;
    struct layout_wish wish = wish_for(160, 50);
    assert_int_equal(layout_make(&wish).column_count, 3);
    assert_int_equal(layout_make(&wish).cell_count, 4); // the right column is stacked
    wish = wish_for(120, 50);
    assert_int_equal(layout_make(&wish).column_count, 2);
    assert_int_equal(layout_make(&wish).cell_count, 3);
    wish = wish_for(99, 50);
    assert_int_equal(layout_make(&wish).cell_count, 1);
    wish = wish_for(160, 50);
    wish.is_zoomed = true;
    assert_int_equal(layout_make(&wish).cell_count, 1);
    assert_int_equal(layout_make(&wish).cells[0].split, LAYOUT_RIGHT);
}

static void layout_splits_one_pane_by_size(void **state) {
    (void)state;
    struct layout_wish wish = {
        .columns = 120,
        .rows = 40,
        .is_zoomed = true,
        .alone = {.detail_rows = 6},
        .strip_rows = 2,
        .summary_rows = 1,
        .status_rows = 1,
    };
    assert_int_equal(layout_make(&wish).cells[0].split, LAYOUT_RIGHT);
    wish.columns = 80;
    assert_int_equal(layout_make(&wish).cells[0].split, LAYOUT_BELOW);
    wish.rows = 12;
    assert_int_equal(layout_make(&wish).cells[0].split, LAYOUT_ALONE);
    wish.alone.is_detail_open = true;
    const struct layout layout = layout_make(&wish);
    assert_true(rect_is_empty(layout.cells[0].list));
    assert_int_equal(layout.cells[0].detail.rows, 6);
}

static void layout_finds_borders_where_they_are_drawn(void **state) {
    (void)state;
    const struct layout_wish wish = wish_for(160, 50);
    const struct layout layout = layout_make(&wish);
    const struct rect first = layout.cells[0].frame;
    const int row = first.row + 3;
    assert_int_equal(
        layout_border_at(&layout, first.column + first.columns, row), LAYOUT_BORDER_FIRST);
    const struct rect second = layout_find(&layout, 1)->frame;
    assert_int_equal(
        layout_border_at(&layout, second.column + second.columns, row), LAYOUT_BORDER_SECOND);
    const struct rect lower = layout.cells[layout.cell_count - 1].frame;
    assert_int_equal(layout_border_at(&layout, lower.column + 4, lower.row), LAYOUT_BORDER_ROWS);
    assert_int_equal(layout_border_at(&layout, first.column + 1, row), LAYOUT_BORDER_NONE);
    assert_int_equal(layout_border_at(&layout, 0, 0), LAYOUT_BORDER_NONE);
}

static void layout_puts_a_border_where_its_share_says(void **state) {
    (void)state;
    const struct layout_pane pane = {.pane = 1}, none = {.pane = -1};
    struct layout_wish wish = {.columns = 160, .rows = 50, .summary_rows = 1, .status_rows = 1};
    wish.columns_of[0][0] = wish.columns_of[1][0] = wish.columns_of[2][0] = pane;
    wish.columns_of[0][1] = wish.columns_of[1][1] = none;
    wish.columns_of[2][1] = (struct layout_pane){.pane = 2};
    struct layout layout = layout_make(&wish);
    for (int column = 30; column < 70; column++) {
        wish.column_shares[0] = layout_share_at(&layout, LAYOUT_BORDER_FIRST, column, 20);
        layout = layout_make(&wish);
        assert_in_range(layout.cells[0].frame.columns, column, column + 1); // a share is 1.6 cells
    }
    const int first_column = layout.cells[1].frame.column;
    wish.column_shares[1] = layout_share_at(&layout, LAYOUT_BORDER_SECOND, first_column + 40, 20);
    layout = layout_make(&wish);
    assert_in_range(layout.cells[1].frame.columns, 40, 41);
    wish.row_share = layout_share_at(&layout, LAYOUT_BORDER_ROWS, 150, layout.body.row + 15);
    assert_int_equal(layout_make(&wish).cells[3].frame.row, layout.body.row + 15);
    // no cell can be pushed out
    assert_int_equal(layout_share_at(&layout, LAYOUT_BORDER_FIRST, -9, 0), LAYOUT_SHARE_LEAST);
    assert_int_equal(layout_share_at(&layout, LAYOUT_BORDER_FIRST, 900, 0), LAYOUT_SHARE_MOST);
}

static void layout_gives_what_is_said_the_rows_it_takes(void **state) {
    (void)state;
    struct layout_wish wish = {
        .columns = 80, .rows = 24, .strip_rows = 2, .summary_rows = 1, .status_rows = 5};
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
    cmocka_unit_test(layout_has_columns_by_width_unless_zoomed),
    cmocka_unit_test(layout_splits_one_pane_by_size),
    cmocka_unit_test(layout_finds_borders_where_they_are_drawn),
    cmocka_unit_test(layout_puts_a_border_where_its_share_says),
    cmocka_unit_test(layout_gives_what_is_said_the_rows_it_takes),
    cmocka_unit_test(list_stays_within_its_rows),
    cmocka_unit_test(list_fills_the_window_when_it_grows),
    cmocka_unit_test(rect_takes_no_more_than_there_is),
};

int main(void) {
    return cmocka_run_group_tests_name("console/layout", tests, NULL, NULL);
}
