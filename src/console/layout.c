// layout — see the header.
#include "console/layout.h"

#include <stddef.h>

#define BELOW_FROM_ROWS 11      // of a body with one cell: below that the detail needs all of it
#define BELOW_FROM_CELL_ROWS 16 // of a cell among others
#define LIST_SHARE_PER_CENT 50
#define ROW_SHARE_PER_CENT 55
#define LEAST_COLUMNS 28 // of a cell
#define LEAST_CELL_ROWS 6

int layout_column_count(int columns) {
    if (columns >= LAYOUT_THREE_FROM) return 3;
    return columns >= LAYOUT_TWO_FROM ? 2 : 1;
}

bool layout_may_stack(int rows) {
    return rows >= LAYOUT_STACK_FROM;
}

static int clamp(int value, int least, int most) {
    if (value > most) value = most;
    return value < least ? least : value;
}

// Inside a cell

static struct rect take_head(struct rect *rest, const struct layout_pane *pane) {
    const int most = rest->rows - 3; // some of the list stays
    const int rows = pane->head_rows < most ? pane->head_rows : most;
    return rect_take_top(rest, rows > 0 ? rows : 0);
}

static void place_beside(struct layout_cell *cell, const struct layout_pane *pane) {
    struct rect rest = cell->frame;
    const int share = pane->list_share ? pane->list_share : LIST_SHARE_PER_CENT;
    struct rect left = rect_take_left(&rest, rest.columns * share / 100);
    rect_take_left(&rest, 1); // the line between
    cell->list_rule = rect_take_top(&left, 1);
    cell->head = take_head(&left, pane);
    cell->list = left;
    cell->detail_rule = rect_take_top(&rest, 1);
    cell->detail = rect_inset(rest, 1);
}

static void place_below(struct layout_cell *cell, const struct layout_pane *pane) {
    struct rect rest = cell->frame;
    const int room = rest.rows - pane->head_rows;
    const int most = pane->list_rows ? room - 2 - pane->list_rows : room / 2;
    const int rows = pane->detail_rows < most ? pane->detail_rows : most;
    struct rect below = rect_take_bottom(&rest, rows + 1);
    cell->detail_rule = rect_take_top(&below, 1);
    cell->detail = rect_inset(below, 1);
    cell->list_rule = rect_take_top(&rest, 1);
    cell->head = take_head(&rest, pane);
    cell->list = rest;
}

static void place_alone(struct layout_cell *cell, const struct layout_pane *pane) {
    struct rect rest = cell->frame;
    const struct rect rule = rect_take_top(&rest, 1);
    if (pane->is_detail_open) {
        cell->detail_rule = rule;
        cell->detail = rect_inset(rest, 1);
    } else {
        cell->list_rule = rule;
        cell->head = take_head(&rest, pane);
        cell->list = rest;
    }
}

static void
place_cell(struct layout *layout, const struct layout_pane *pane, struct rect frame, bool is_only) {
    struct layout_cell *cell = &layout->cells[layout->cell_count++];
    *cell = (struct layout_cell){.pane = pane->pane, .frame = frame, .split = LAYOUT_ALONE};
    const int rows = frame.rows - pane->head_rows;
    const int below_from = is_only ? BELOW_FROM_ROWS : BELOW_FROM_CELL_ROWS;
    const bool is_whole = pane->is_detail_open || pane->is_list_empty;
    if (!is_whole && is_only && frame.columns >= LAYOUT_TWO_FROM)
        cell->split = LAYOUT_RIGHT;
    else if (!is_whole && (rows >= below_from || pane->wants_below) && pane->detail_rows > 0)
        cell->split = LAYOUT_BELOW;
    switch (cell->split) {
    case LAYOUT_RIGHT: place_beside(cell, pane); break;
    case LAYOUT_BELOW: place_below(cell, pane); break;
    case LAYOUT_ALONE: place_alone(cell, pane); break;
    }
}

// Columns of cells

static void
place_column(struct layout *layout, const struct layout_wish *wish, int column, struct rect rect) {
    const struct layout_pane *panes = wish->columns_of[column];
    if (panes[1].pane < 0) {
        place_cell(layout, &panes[0], rect, false);
        return;
    }
    const int share = wish->row_share ? wish->row_share : ROW_SHARE_PER_CENT;
    const int rows = clamp(rect.rows * share / 100, LEAST_CELL_ROWS, rect.rows - LEAST_CELL_ROWS);
    place_cell(layout, &panes[0], rect_take_top(&rect, rows), false);
    place_cell(layout, &panes[1], rect, false);
}

static void place_columns(struct layout *layout, const struct layout_wish *wish) {
    struct rect rest = layout->body;
    const int count = layout->column_count;
    for (int column = 0; column < count; column++) {
        const int left = count - 1 - column; // columns after this one
        if (left == 0) {
            place_column(layout, wish, column, rest);
            return;
        }
        const int share = wish->column_shares[column];
        const int wanted = share ? layout->body.columns * share / 100 : rest.columns / (left + 1);
        const int most = rest.columns - left * (LEAST_COLUMNS + 1);
        place_column(
            layout, wish, column, rect_take_left(&rest, clamp(wanted, LEAST_COLUMNS, most)));
        rect_take_left(&rest, 1); // the line between
    }
}

struct layout layout_make(const struct layout_wish *wish) {
    struct layout layout = {.column_count = 1};
    struct rect rest = {.columns = wish->columns, .rows = wish->rows};

    layout.is_too_small = wish->columns < LAYOUT_MIN_COLUMNS || wish->rows < LAYOUT_MIN_ROWS;
    if (layout.is_too_small) return layout;
    layout.header = rect_take_top(&rest, 1);
    layout.strip = rect_take_top(&rest, wish->strip_rows);
    layout.summary = rect_take_top(&rest, wish->summary_rows);
    layout.footer = rect_take_bottom(&rest, 1);
    if (wish->rows >= LAYOUT_STATUS_FROM_ROWS) {
        layout.status = rect_take_bottom(&rest, wish->status_rows);
    }
    layout.body = rest;
    if (!wish->is_zoomed) layout.column_count = layout_column_count(wish->columns);
    if (layout.column_count == 1) {
        place_cell(&layout, &wish->alone, rest, true);
    } else {
        place_columns(&layout, wish);
    }
    return layout;
}

const struct layout_cell *layout_find(const struct layout *layout, int pane) {
    for (int at = 0; at < layout->cell_count; at++) {
        if (layout->cells[at].pane == pane) return &layout->cells[at];
    }
    return NULL;
}

const struct layout_cell *layout_cell_at(const struct layout *layout, int column, int row) {
    for (int at = 0; at < layout->cell_count; at++) {
        if (rect_contains(layout->cells[at].frame, column, row)) return &layout->cells[at];
    }
    return NULL;
}

enum layout_border layout_border_at(const struct layout *layout, int column, int row) {
    if (!rect_contains(layout->body, column, row)) return LAYOUT_BORDER_NONE;
    int seen = 0; // columns of cells that end left of it
    for (int at = 0; at < layout->cell_count; at++) {
        const struct rect frame = layout->cells[at].frame;
        const bool is_lower = frame.row > layout->body.row;
        if (is_lower && row == frame.row && column >= frame.column &&
            column < frame.column + frame.columns)
            return LAYOUT_BORDER_ROWS;
        if (is_lower) continue;
        seen++;
        if (column == frame.column + frame.columns && seen < layout->column_count)
            return seen == 1 ? LAYOUT_BORDER_FIRST : LAYOUT_BORDER_SECOND;
    }
    return LAYOUT_BORDER_NONE;
}

// The left column of a border between columns, or the upper cell of one between rows.
static const struct layout_cell *before_border(const struct layout *layout, int number) {
    int seen = 0;
    for (int at = 0; at < layout->cell_count; at++) {
        if (layout->cells[at].frame.row > layout->body.row) continue;
        if (seen++ == number) return &layout->cells[at];
    }
    return &layout->cells[0];
}

// Rounded up: cutting down again gives the very cell.
static int share_of(int part, int whole) {
    if (whole <= 0) return 0;
    return clamp((part * 100 + whole - 1) / whole, LAYOUT_SHARE_LEAST, LAYOUT_SHARE_MOST);
}

int layout_share_at(const struct layout *layout, enum layout_border border, int column, int row) {
    const struct rect body = layout->body;
    switch (border) {
    case LAYOUT_BORDER_NONE: return 0;
    case LAYOUT_BORDER_FIRST: return share_of(column - body.column, body.columns);
    case LAYOUT_BORDER_SECOND:
        return share_of(column - before_border(layout, 1)->frame.column, body.columns);
    case LAYOUT_BORDER_ROWS: return share_of(row - body.row, body.rows);
    }
    return 0;
}
