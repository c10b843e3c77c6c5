#include "support/test.h"

#include "console/plot.h"

#include <math.h>

static void
assert_picture(const struct plot *plot, bool is_ascii, int columns, int rows, const char *wanted) {
    uint32_t runes[64];
    struct buf text = {0};
    plot_cells(plot, is_ascii, columns, rows, runes);
    for (int at = 0; at < columns * rows; at++) {
        if (at && at % columns == 0) buf_add_char(&text, '\n');
        buf_add_rune(&text, runes[at]);
    }
    assert_str(buf_str(&text), wanted);
    buf_release(&text);
}

static void plot_draws_a_rising_line_in_braille_and_in_ascii(void **state) {
    (void)state;
    const double values[] = {0, 1, 2, 3, 4, 5, 6, 8};
    const struct plot plot = {.values = values, .count = ARRAY_COUNT(values)};
    assert_picture(&plot, false, 4, 2, "  ⢀⣼\n⢀⣴⣿⣿");
    assert_picture(&plot, true, 4, 2, "  .|\n.:||");
}

static void plot_shows_the_newest_at_the_right_and_drops_what_is_too_old(void **state) {
    (void)state;
    const double values[] = {9, 9, 9, 1, 1};
    const struct plot plot = {.values = values, .count = ARRAY_COUNT(values), .top = 4};
    assert_picture(&plot, false, 1, 1, "⣀");
    assert_picture(&plot, false, 3, 1, "⢸⣿⣀");
    assert_picture(&plot, false, 4, 1, " ⢸⣿⣀");
}

static void plot_gaps_and_nothing_stay_empty_and_the_least_shows(void **state) {
    (void)state;
    const double values[] = {1000, NAN, 0, 0.001, -5, 0};
    const struct plot plot = {.values = values, .count = ARRAY_COUNT(values)};
    assert_picture(&plot, false, 3, 1, "⡇⢀ ");
    const struct plot none = {.values = NULL, .count = 0};
    assert_picture(&none, false, 2, 1, "  ");
    assert_true(plot_top(&none) == 0);
}

static void plot_draws_into_its_rectangle_only(void **state) {
    (void)state;
    const double values[] = {1, 1, 1, 1, 1, 1, 1, 1};
    struct canvas canvas = {0};
    struct buf text = {0};
    canvas_resize(&canvas, 5, 3);
    const struct plot plot = {.values = values, .count = ARRAY_COUNT(values), .role = THEME_BAR};
    plot_draw(&plot, (struct rect){.column = 1, .row = 1, .columns = 2, .rows = 1}, &canvas);
    canvas_print(&canvas, &text);
    assert_str(buf_str(&text), "\n ⣿⣿\n\n");
    assert_int_equal(canvas_at(&canvas, 1, 1)->role, THEME_BAR);
    buf_release(&text);
    canvas_release(&canvas);
}

static void plot_series_keeps_the_last_minutes_and_joins_seconds(void **state) {
    (void)state;
    struct plot_series series = {0};
    double out[4];
    plot_series_add(&series, 1000, 2);
    plot_series_add(&series, 1000, 3);
    plot_series_add(&series, 1002, 7);
    plot_series_add(&series, 1001, 1); // late, but not too late
    plot_series_read(&series, 1002, 1, PLOT_JOIN_MEAN, out, 4);
    assert_true(isnan(out[0]));
    assert_true(out[1] == 5 && out[2] == 1 && out[3] == 7);
    plot_series_read(&series, 1003, 2, PLOT_JOIN_MEAN, out, 2);
    assert_true(out[0] == 3 && out[1] == 7);
    plot_series_read(&series, 1003, 4, PLOT_JOIN_LARGEST, out, 1);
    assert_true(out[0] == 7);
    plot_series_read(&series, 1003, 4, PLOT_JOIN_SUM, out, 1);
    assert_true(out[0] == 13);
}

static void plot_series_forgets_what_a_long_silence_passed(void **state) {
    (void)state;
    struct plot_series series = {0};
    double out[PLOT_SECONDS];
    plot_series_largest(&series, 1000, 2);
    plot_series_largest(&series, 1000, 1);
    plot_series_set(&series, 1000 + 10 * PLOT_SECONDS, 4);
    plot_series_add(&series, 1000, 9); // much too late
    plot_series_add(&series, -5, 9);   // no time at all
    plot_series_read(&series, 1000 + 10 * PLOT_SECONDS, 1, PLOT_JOIN_MEAN, out, PLOT_SECONDS);
    for (size_t i = 0; i + 1 < PLOT_SECONDS; i++)
        assert_true(isnan(out[i]));
    assert_true(out[PLOT_SECONDS - 1] == 4);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(plot_draws_a_rising_line_in_braille_and_in_ascii),
    cmocka_unit_test(plot_shows_the_newest_at_the_right_and_drops_what_is_too_old),
    cmocka_unit_test(plot_gaps_and_nothing_stay_empty_and_the_least_shows),
    cmocka_unit_test(plot_draws_into_its_rectangle_only),
    cmocka_unit_test(plot_series_keeps_the_last_minutes_and_joins_seconds),
    cmocka_unit_test(plot_series_forgets_what_a_long_silence_passed),
};

int main(void) {
    return cmocka_run_group_tests_name("console/plot", tests, NULL, NULL);
}
