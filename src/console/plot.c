// plot — see the header.
#include "console/plot.h"

#include <math.h>

#define UNKNOWN ((double)NAN) // a gap
#define BRAILLE 0x2800u
#define BRAILLE_STEPS 4
#define ASCII_STEPS 3

static bool is_known(double value) {
    return !isnan(value);
}

double plot_top(const struct plot *plot) {
    if (plot->top > 0) return plot->top;
    double top = 0;
    for (size_t i = 0; i < plot->count; i++)
        if (is_known(plot->values[i]) && plot->values[i] > top) top = plot->values[i];
    return isfinite(top) ? top : 0;
}

// How many of `steps` a value fills.
static int height_of(double value, double top, int steps) {
    if (!is_known(value) || value <= 0 || top <= 0) return 0;
    if (value >= top) return steps;
    const int height = (int)(value / top * steps + 0.5);
    return height > 0 ? height : 1;
}

// The value that many places before the newest.
static double value_before(const struct plot *plot, int places) {
    const size_t back = (size_t)places;
    return back < plot->count ? plot->values[plot->count - 1 - back] : UNKNOWN;
}

// The part of a column of values, `height` steps high in all, that falls into the cell of that row.
static int part_of(int height, int row, int rows, int steps) {
    const int below = (rows - 1 - row) * steps;
    const int part = height - below;
    return part < 0 ? 0 : part > steps ? steps : part;
}

static uint32_t braille(int left, int right) {
    // dots from the bottom up
    static const uint32_t left_dots[BRAILLE_STEPS + 1] = {0, 0x40, 0x44, 0x46, 0x47};
    static const uint32_t right_dots[BRAILLE_STEPS + 1] = {0, 0x80, 0xA0, 0xB0, 0xB8};
    const uint32_t dots = left_dots[left] | right_dots[right];
    return dots ? BRAILLE + dots : ' ';
}

void plot_cells(
    const struct plot *plot, bool is_ascii, int columns, int rows, uint32_t *out_runes) {
    static const char ascii[ASCII_STEPS + 1] = {' ', '.', ':', '|'};
    const int steps = is_ascii ? ASCII_STEPS : BRAILLE_STEPS;
    const double top = plot_top(plot);
    for (int column = 0; column < columns; column++) {
        const int places = 2 * (columns - 1 - column);
        const int right = height_of(value_before(plot, places), top, rows * steps);
        const int left = height_of(value_before(plot, places + 1), top, rows * steps);
        for (int row = 0; row < rows; row++) {
            const int right_part = part_of(right, row, rows, steps);
            const int left_part = part_of(left, row, rows, steps);
            uint32_t *out = &out_runes[row * columns + column];
            *out = is_ascii ? (uint32_t)ascii[left_part > right_part ? left_part : right_part]
                            : braille(left_part, right_part);
        }
    }
}

void plot_draw(const struct plot *plot, struct rect rect, struct canvas *canvas) {
    const double top = plot_top(plot);
    const int rows = rect.rows;
    // cell by cell: a picture of any size needs no memory
    for (int column = 0; column < rect.columns; column++) {
        const int places = 2 * (rect.columns - 1 - column);
        const double pair[] = {value_before(plot, places + 1), value_before(plot, places)};
        const struct plot one = {.values = pair, .count = 2, .top = top};
        uint32_t runes[64];
        if (rows > (int)ARRAY_COUNT(runes)) return;
        plot_cells(&one, canvas->is_ascii, 1, rows, runes);
        for (int row = 0; row < rows; row++) {
            const struct rect cell = {rect.column + column, rect.row + row, 1, 1};
            if (runes[row] != ' ') canvas_fill(canvas, cell, runes[row], plot->role);
        }
    }
}

// Series

static double *place_of(struct plot_series *series, int64_t at_s) {
    if (series->newest_s == 0) {
        for (size_t i = 0; i < PLOT_SECONDS; i++)
            series->values[i] = UNKNOWN;
        series->newest_s = at_s;
    }
    // the seconds gone by without anything; after a long silence each place once
    const int64_t passed = at_s - series->newest_s;
    for (int64_t i = 1; i <= passed && i <= PLOT_SECONDS; i++)
        series->values[(series->newest_s + i) % PLOT_SECONDS] = UNKNOWN;
    if (passed > 0) series->newest_s = at_s;
    return at_s > series->newest_s - PLOT_SECONDS ? &series->values[at_s % PLOT_SECONDS] : NULL;
}

void plot_series_add(struct plot_series *series, int64_t at_s, double value) {
    double *place = at_s > 0 ? place_of(series, at_s) : NULL;
    if (place) *place = is_known(*place) ? *place + value : value;
}

void plot_series_largest(struct plot_series *series, int64_t at_s, double value) {
    double *place = at_s > 0 ? place_of(series, at_s) : NULL;
    if (place && (!is_known(*place) || value > *place)) *place = value;
}

void plot_series_set(struct plot_series *series, int64_t at_s, double value) {
    double *place = at_s > 0 ? place_of(series, at_s) : NULL;
    if (place) *place = value;
}

static double value_at(const struct plot_series *series, int64_t at_s) {
    const bool is_kept = at_s > 0 && at_s <= series->newest_s &&
                         at_s > series->newest_s - PLOT_SECONDS && series->newest_s > 0;
    return is_kept ? series->values[at_s % PLOT_SECONDS] : UNKNOWN;
}

static double
join_seconds(const struct plot_series *series, int64_t end_s, int seconds, enum plot_join join) {
    double sum = 0, largest = UNKNOWN;
    int known = 0;
    for (int back = 0; back < seconds; back++) {
        const double value = value_at(series, end_s - back);
        if (!is_known(value)) continue;
        sum += value;
        known++;
        if (!is_known(largest) || value > largest) largest = value;
    }
    if (!known || join == PLOT_JOIN_LARGEST) return largest;
    return join == PLOT_JOIN_SUM ? sum : sum / known;
}

void plot_series_read(
    const struct plot_series *series,
    int64_t end_s,
    int seconds_each,
    enum plot_join join,
    double *out,
    size_t count) {
    ASSERT(seconds_each > 0);
    for (size_t i = 0; i < count; i++) {
        const int64_t before = (int64_t)(count - 1 - i) * seconds_each;
        out[i] = join_seconds(series, end_s - before, seconds_each, join);
    }
}
