// layout — where the parts of the screen are, for a size.
//
//   header   name, panes, backend        1 row
//   strip    the seven hops              2 rows; 3 in a large window: counts, too
//   summary  what the loop did           1 row, more with a failure: cause and fix
//   body     the panes                   one, or two or three columns of them
//   status   what is said, backend       from 16 rows on, as many as it takes; else in the summary's place
//   footer   keys, or the line edited    1 row
//
// Shape    the body has cells, each showing one pane: one cell below LAYOUT_TWO_FROM columns or zoomed, else
//          columns of them, each one or two cells high. A cell has head, list and detail: the detail beside
//          the list (only in a body that is one cell), below it, or one of the two alone.
// Borders  between columns, and between the cells of a column; a share moves them (per cent, kept by the
//          model). layout_border_at finds the one under the mouse.
// Threads  a value.
#pragma once

#include "console/rect.h"

#define LAYOUT_MIN_COLUMNS 40
#define LAYOUT_MIN_ROWS 12
#define LAYOUT_STATUS_FROM_ROWS 16
#define LAYOUT_TWO_FROM 100   // columns of the window from which there are two columns of panes
#define LAYOUT_THREE_FROM 140 // … and three
#define LAYOUT_STACK_FROM 24  // rows of the body from which a column may hold two cells
#define LAYOUT_COLUMNS_MAX 3
#define LAYOUT_CELLS_MAX 6
#define LAYOUT_SHARE_LEAST 10 // per cent
#define LAYOUT_SHARE_MOST 90

enum layout_split {
    LAYOUT_RIGHT, // detail beside the list
    LAYOUT_BELOW, // detail below it
    LAYOUT_ALONE, // list or detail
};

// What the pane of a cell wishes.
struct layout_pane {
    int pane;            // its number, for the caller
    int head_rows;       // above the list
    int detail_rows;     // LAYOUT_BELOW: rows wanted for the detail, its rule not counted
    int list_rows;       // LAYOUT_BELOW: rows the list needs; 0: half
    int list_share;      // LAYOUT_RIGHT: per cent of the columns for the list; 0: half
    bool is_detail_open; // the detail fills the cell
    bool wants_below;    // what is typed in the list is judged there: however low the cell is
    bool is_list_empty;  // there is nothing to detail
};

struct layout_cell {
    int pane;
    struct rect frame; // all of it
    struct rect list_rule, head, list, detail_rule, detail;
    enum layout_split split;
};

struct layout_wish {
    int columns, rows;
    int strip_rows;   // 2 or 3
    int summary_rows; // 1; more with a failure: cause and fix
    int status_rows;  // 1; more for what is said with cause and fix
    bool is_zoomed;   // one cell, whatever the size: the first pane
    // The pane in focus, alone in the body.
    struct layout_pane alone;
    // The panes of the columns from left to right, top to bottom; a pane number below 0 ends a column.
    struct layout_pane columns_of[LAYOUT_COLUMNS_MAX][2];
    int column_shares
        [LAYOUT_COLUMNS_MAX -
         1];       // per cent of the body that the first, second column take; 0: even
    int row_share; // per cent of a column for its upper cell; 0: 55
};

struct layout {
    struct rect header, strip, summary, status, footer;
    struct rect body;
    struct layout_cell cells[LAYOUT_CELLS_MAX];
    int cell_count, column_count;
    bool is_too_small;
};

// How many columns of panes a window of that size has when it is not zoomed.
int layout_column_count(int columns);
// May the columns of a window so high hold two cells?
bool layout_may_stack(int rows);
struct layout layout_make(const struct layout_wish *wish);
// The cell that shows the pane; NULL: none.
const struct layout_cell *layout_find(const struct layout *layout, int pane);
const struct layout_cell *layout_cell_at(const struct layout *layout, int column, int row);

enum layout_border {
    LAYOUT_BORDER_NONE,
    LAYOUT_BORDER_FIRST,
    LAYOUT_BORDER_SECOND,
    LAYOUT_BORDER_ROWS
};
// The border at that place of the screen: a dividing line, or the rule on top of a lower cell.
enum layout_border layout_border_at(const struct layout *layout, int column, int row);
// The share that puts a border at that place, for the arrangement.
int layout_share_at(const struct layout *layout, enum layout_border border, int column, int row);
