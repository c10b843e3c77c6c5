// rect — see the header.
#include "console/rect.h"

static int clamp(int wanted, int available) {
    if (wanted < 0) return 0;
    return wanted < available ? wanted : available;
}

struct rect rect_take_top(struct rect *rest, int rows) {
    struct rect taken = *rest;
    taken.rows = clamp(rows, rest->rows);
    rest->row += taken.rows;
    rest->rows -= taken.rows;
    return taken;
}

struct rect rect_take_bottom(struct rect *rest, int rows) {
    struct rect taken = *rest;
    taken.rows = clamp(rows, rest->rows);
    rest->rows -= taken.rows;
    taken.row = rest->row + rest->rows;
    return taken;
}

struct rect rect_take_left(struct rect *rest, int columns) {
    struct rect taken = *rest;
    taken.columns = clamp(columns, rest->columns);
    rest->column += taken.columns;
    rest->columns -= taken.columns;
    return taken;
}

struct rect rect_take_right(struct rect *rest, int columns) {
    struct rect taken = *rest;
    taken.columns = clamp(columns, rest->columns);
    rest->columns -= taken.columns;
    taken.column = rest->column + rest->columns;
    return taken;
}

struct rect rect_inset(struct rect rect, int columns) {
    rect_take_left(&rect, columns);
    rect_take_right(&rect, columns);
    return rect;
}

struct rect rect_row(struct rect rect, int row) {
    rect.row += row;
    rect.rows = 1;
    return rect;
}

bool rect_is_empty(struct rect rect) {
    return rect.columns <= 0 || rect.rows <= 0;
}

bool rect_contains(struct rect rect, int column, int row) {
    return column >= rect.column && column < rect.column + rect.columns && row >= rect.row &&
           row < rect.row + rect.rows;
}
