#include "support/test.h"

#include "console/canvas.h"

static struct canvas canvas;

static int set_up(void **state) {
    (void)state;
    canvas_resize(&canvas, 10, 2);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    canvas_release(&canvas);
    return 0;
}

static struct canvas_pen pen_at(int row) {
    return canvas_pen(&canvas, canvas_rect(&canvas), row);
}

static void looks(const char *expected) {
    struct buf picture = {0};
    canvas_print(&canvas, &picture);
    assert_str(buf_str(&picture), expected);
    buf_release(&picture);
}

static void canvas_writes_and_prints_without_trailing_blanks(void **state) {
    (void)state;
    struct canvas_pen pen = pen_at(0);
    canvas_write_text(&pen, THEME_STRONG, "ab");
    canvas_write_format(&pen, THEME_DIM, " %d", 7);
    looks("ab 7\n\n");
    assert_int_equal(canvas_at(&canvas, 0, 0)->role, THEME_STRONG);
    assert_int_equal(canvas_at(&canvas, 3, 0)->role, THEME_DIM);
    assert_int_equal(canvas_room(&pen), 6);
}

static void canvas_cuts_with_an_ellipsis_and_drops_the_rest(void **state) {
    (void)state;
    struct canvas_pen pen = pen_at(0);
    canvas_write_text(&pen, THEME_TEXT, "0123456789");
    looks("0123456789\n\n");
    canvas_write_text(&pen, THEME_TEXT, "x");
    looks("012345678…\n\n");
    canvas_write_text(&pen, THEME_TEXT, "y");
    looks("012345678…\n\n");
    assert_int_equal(canvas_room(&pen), 0);
}

static void canvas_never_shows_half_a_wide_character(void **state) {
    (void)state;
    struct canvas_pen pen = pen_at(0);
    canvas_write_text(&pen, THEME_TEXT, "商品商品商品");
    looks("商品商品…\n\n"); // the fifth would end past the edge
    pen = pen_at(0);
    canvas_move_to(&pen, 1);
    canvas_write_text(&pen, THEME_TEXT, "x");
    looks(" x品商品…\n\n");
    pen = pen_at(0);
    canvas_move_to(&pen, 2);
    canvas_write_text(&pen, THEME_TEXT, "y");
    looks(" xy 商品…\n\n");
}

static void canvas_bounds_combining_marks(void **state) {
    (void)state;
    struct canvas_pen pen = pen_at(0);
    canvas_write_text(&pen, THEME_TEXT, "e\u0301\u0302\u0303\u0304f");
    looks("e\u0301\u0302f\n\n");
    pen = pen_at(1);
    canvas_write_text(&pen, THEME_TEXT, "\u0301a");
    assert_int_equal(canvas_at(&canvas, 0, 1)->runes[0], 0x25CC); // a mark alone gets a base
    assert_int_equal(canvas_at(&canvas, 1, 1)->runes[0], 'a');
}

static void canvas_shows_control_and_direction_characters_as_text(void **state) {
    (void)state;
    struct canvas_pen pen = pen_at(0);
    canvas_write(&pen, THEME_TEXT, STR("\033[2J\n"));
    looks("\\e[2J\\n\n\n");
    pen = pen_at(1);
    canvas_write(&pen, THEME_TEXT, STR("\xE2\x80\xAE\xFF")); // U+202E and an invalid byte
    looks("\\e[2J\\n\n\\u202e\uFFFD\n");
}

static void canvas_drops_variation_selectors(void **state) {
    (void)state;
    struct canvas_pen pen = pen_at(0);
    canvas_write_text(&pen, THEME_TEXT, "\u2764\uFE0Fx");
    assert_int_equal(canvas_at(&canvas, 0, 0)->runes[1], 0);
    assert_int_equal(canvas_at(&canvas, 1, 0)->runes[0], 'x');
}

static void canvas_columns_cut_and_pad(void **state) {
    (void)state;
    struct canvas_pen pen = pen_at(0);
    canvas_write_column(&pen, THEME_TEXT, STR("abcdef"), 4);
    canvas_write_column_right(&pen, THEME_TEXT, STR("7"), 3);
    canvas_write_text(&pen, THEME_TEXT, "|");
    looks("abc…  7|\n\n");
    pen = pen_at(1);
    canvas_write_column(&pen, THEME_TEXT, STR("商品商"), 4);
    canvas_write_text(&pen, THEME_TEXT, "|");
    looks("abc…  7|\n商… |\n");
}

static void canvas_ascii_has_the_same_columns(void **state) {
    (void)state;
    canvas.is_ascii = true;
    struct canvas_pen pen = pen_at(0);
    canvas_write_text(&pen, THEME_TEXT, "✓▲─商é\u0301x");
    looks("+^-? ?x\n\n");
    pen = pen_at(1);
    canvas_write_text(&pen, THEME_TEXT, "0123456789x");
    looks("+^-? ?x\n012345678.\n");
    canvas.is_ascii = false;
}

static void canvas_pen_outside_the_rect_has_no_effect(void **state) {
    (void)state;
    struct canvas_pen pen = canvas_pen(&canvas, canvas_rect(&canvas), 2);
    canvas_write_text(&pen, THEME_TEXT, "x");
    pen = canvas_pen(&canvas, (struct rect){.column = 20, .row = 0, .columns = 5, .rows = 1}, 0);
    canvas_write_text(&pen, THEME_TEXT, "x");
    looks("\n\n");
}

static void canvas_selects_cells(void **state) {
    (void)state;
    canvas_select(&canvas, (struct rect){.column = 8, .row = 1, .columns = 9, .rows = 9});
    assert_int_equal(canvas_at(&canvas, 7, 1)->is_selected, 0);
    assert_int_equal(canvas_at(&canvas, 9, 1)->is_selected, 1);
}

#define CANVAS_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
// The terminal gets the characters, whatever prints the canvas gets bullets.
static void canvas_prints_no_secret(void **state) {
    (void)state;
    struct canvas shown = {0};
    struct buf picture = {0};
    canvas_resize(&shown, 12, 1);
    struct canvas_pen pen = canvas_pen(&shown, canvas_rect(&shown), 0);
    canvas_write_text(&pen, THEME_TEXT, "key ab商c");
    canvas_keep_secret(&shown, (struct rect){.column = 4, .columns = 8, .rows = 1});
    canvas_print(&shown, &picture);
    assert_str(buf_str(&picture), "key ••••\n");
    assert_int_equal(canvas_at(&shown, 4, 0)->runes[0], 'a');
    canvas_clear(&shown); // the next frame
    assert_false(canvas_at(&shown, 4, 0)->is_secret);
    buf_release(&picture);
    canvas_release(&shown);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(canvas_prints_no_secret),
    CANVAS_TEST(canvas_writes_and_prints_without_trailing_blanks),
    CANVAS_TEST(canvas_cuts_with_an_ellipsis_and_drops_the_rest),
    CANVAS_TEST(canvas_never_shows_half_a_wide_character),
    CANVAS_TEST(canvas_bounds_combining_marks),
    CANVAS_TEST(canvas_shows_control_and_direction_characters_as_text),
    CANVAS_TEST(canvas_drops_variation_selectors),
    CANVAS_TEST(canvas_columns_cut_and_pad),
    CANVAS_TEST(canvas_ascii_has_the_same_columns),
    CANVAS_TEST(canvas_pen_outside_the_rect_has_no_effect),
    CANVAS_TEST(canvas_selects_cells),
};

int main(void) {
    return cmocka_run_group_tests_name("console/canvas", tests, NULL, NULL);
}
