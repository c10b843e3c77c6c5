// rect — a part of the screen, in cells. Row and column 0 are the top left of the canvas.
//
// Shape    the rect_take_* functions cut a strip off a rect and return it; taking more than there
//          is takes what is there, so nobody has to check.
// Threads  a value.
#pragma once

#include <stdbool.h>

struct rect {
    int column, row, columns, rows;
};

struct rect rect_take_top(struct rect *rest, int rows);
struct rect rect_take_bottom(struct rect *rest, int rows);
struct rect rect_take_left(struct rect *rest, int columns);
struct rect rect_take_right(struct rect *rest, int columns);
struct rect rect_inset(struct rect rect, int columns); // both sides
struct rect rect_row(struct rect rect, int row); // one of it, from 0; no look whether it is inside
bool rect_is_empty(struct rect rect);
bool rect_contains(struct rect rect, int column, int row);
