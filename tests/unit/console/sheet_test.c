#include "support/test.h"

#include "console/sheet.h"

// Writes with `write`, checks the picture and that measuring gives the same height.
static void
looks(void (*write)(struct sheet *sheet), int columns, int rows, int top, const char *expected) {
    struct canvas canvas = {0};
    struct buf picture = {0};
    canvas_resize(&canvas, columns, rows);
    struct sheet drawn = {.canvas = &canvas, .rect = canvas_rect(&canvas), .top = top};
    struct sheet measured = {.rect = drawn.rect};
    write(&drawn);
    write(&measured);
    assert_int_equal(drawn.row, measured.row);
    canvas_print(&canvas, &picture);
    assert_str(buf_str(&picture), expected);
    buf_release(&picture);
    canvas_release(&canvas);
}

static void write_prose(struct sheet *sheet) {
    sheet_item(sheet, THEME_BAD, "✗ ", THEME_TEXT, STR("one two three\nfour"));
    sheet_blank(sheet);
    sheet_text(sheet, THEME_TEXT, STR(""));
    sheet_format(sheet, THEME_TEXT, "%d", 5);
}

static void sheet_wraps_at_words_and_indents_below_the_mark(void **state) {
    (void)state;
    looks(write_prose, 10, 7, 0, "✗ one two\n  three\n  four\n\n\n5\n\n");
}

static void sheet_shows_the_window_from_its_top(void **state) {
    (void)state;
    looks(write_prose, 10, 2, 1, "  three\n  four\n");
}

static void write_json(struct sheet *sheet) {
    sheet_json(
        sheet, STR("{\"a\":[1,true,null],\"b\":{},\"c\":\"0123456789abcdef\",\"e\":\"\\u001b\"}"));
}

static void sheet_indents_json_and_wraps_long_values(void **state) {
    (void)state;
    looks(
        write_json, 14, 11, 0,
        "{\n  \"a\": [\n    1,\n    true,\n    null\n  ],\n  \"b\": {},\n  \"c\": \"01234\n    "
        "56789abcd\n"
        "    ef\",\n  \"e\": \"\\e\"\n");
}

static void write_json_of_the_width(struct sheet *sheet) {
    sheet_json(sheet, STR("[\"abcdef\",\"abcdefg\",12345678,1]"));
}

static void sheet_keeps_a_cell_for_the_comma(void **state) {
    (void)state;
    looks(
        write_json_of_the_width, 11, 8, 0,
        "[\n  \"abcdef\",\n  \"abcdefg\n    \",\n  12345678,\n  1\n]\n\n");
}

static void write_no_json(struct sheet *sheet) {
    sheet_json(sheet, STR("{oops \033["));
}

static void sheet_shows_what_is_no_json_as_it_is(void **state) {
    (void)state;
    looks(write_no_json, 12, 1, 0, "{oops \\e[\n");
}

static void write_deep(struct sheet *sheet) {
    sheet_json(sheet, STR("[[[[[[[[[[\"x\"]]]]]]]]]]"));
}

static void sheet_survives_json_deeper_than_its_window(void **state) {
    (void)state;
    struct sheet sheet = {.rect = {.columns = 4, .rows = 4}};
    write_deep(&sheet);
    assert_true(sheet.row > 10);
    sheet = (struct sheet){.rect = {.columns = 0, .rows = 0}};
    write_deep(&sheet);
    write_prose(&sheet);
}

static void write_within(struct sheet *sheet) {
    sheet_item_within(sheet, THEME_WARN, "→ ", THEME_TEXT, STR("aa bb cc dd ee"), 2);
}

static void sheet_item_within_ends_in_an_ellipsis(void **state) {
    (void)state;
    looks(write_within, 8, 3, 0, "→ aa bb\n  cc dd…\n\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(sheet_wraps_at_words_and_indents_below_the_mark),
    cmocka_unit_test(sheet_shows_the_window_from_its_top),
    cmocka_unit_test(sheet_indents_json_and_wraps_long_values),
    cmocka_unit_test(sheet_keeps_a_cell_for_the_comma),
    cmocka_unit_test(sheet_shows_what_is_no_json_as_it_is),
    cmocka_unit_test(sheet_survives_json_deeper_than_its_window),
    cmocka_unit_test(sheet_item_within_ends_in_an_ellipsis),
};

int main(void) {
    return cmocka_run_group_tests_name("console/sheet", tests, NULL, NULL);
}
