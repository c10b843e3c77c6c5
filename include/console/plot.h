// plot — numbers over time as a picture of cells: braille, or columns of ASCII. Values in, cells out.
//
// Shape    a cell has two values side by side and four steps of height in braille, one value (the larger of
//          two) and three steps in ASCII. The newest value is at the right edge; what is older than the width
//          is not shown. NAN is a gap; anything above nothing shows at least one dot.
// Series   a number per second for the last PLOT_SECONDS: added up, or the largest. Reading joins seconds to
//          fit a width, as a mean of those that are known,
//          as their largest or as their sum.
// Threads  values.
#pragma once

#include "console/canvas.h"

#define PLOT_SECONDS 300
#define PLOT_MOST_VALUES (2 * PLOT_SECONDS)

struct plot {
    const double *values; // oldest first
    size_t count;
    double top; // at the upper edge; 0 or less: the largest value
    enum theme_role role;
};

// Runes of the cell rows from top to bottom, ' ' where nothing is.
void plot_cells(const struct plot *plot, bool is_ascii, int columns, int rows, uint32_t *out_runes);
void plot_draw(const struct plot *plot, struct rect rect, struct canvas *canvas);
double plot_top(const struct plot *plot); // what the upper edge stands for; 0: no value above 0

enum plot_join { PLOT_JOIN_MEAN, PLOT_JOIN_LARGEST, PLOT_JOIN_SUM };

struct plot_series {
    double values[PLOT_SECONDS]; // ring by second
    int64_t newest_s;            // 0: nothing yet
};

void plot_series_add(struct plot_series *series, int64_t at_s, double value); // to what is there
void plot_series_largest(
    struct plot_series *series, int64_t at_s, double value); // or what is there
void plot_series_set(struct plot_series *series, int64_t at_s, double value);
// `count` values up to `end_s`, each of so many seconds; NAN where nothing is known.
void plot_series_read(
    const struct plot_series *series,
    int64_t end_s,
    int seconds_each,
    enum plot_join join,
    double *out,
    size_t count);
