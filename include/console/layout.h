// layout — where the parts of the screen are, for a size.
//
//   header   name, panes, backend        1 row
//   strip    the seven hops              2 rows
//   summary  what the loop did           1 row, more with a failure: cause and fix
//   list     rule with title, rows       beside, above or instead of the detail
//   detail   rule with title, text
//   status   what is said, backend       from 16 rows on, as many as it takes; else in the summary's place
//   footer   keys, or the line edited    1 row
//
// Threads  a value.
#pragma once

#include "console/rect.h"

#define LAYOUT_MIN_COLUMNS 40
#define LAYOUT_MIN_ROWS 12
#define LAYOUT_STATUS_FROM_ROWS 16

enum layout_split {
    LAYOUT_RIGHT, // detail beside the list
    LAYOUT_BELOW, // detail below it
    LAYOUT_ALONE, // list or detail
};

struct layout_wish {
    int columns, rows;
    int detail_rows;     // LAYOUT_BELOW: rows wanted for the detail, its rule not counted
    int list_rows;       // LAYOUT_BELOW: rows the list needs; 0: half
    int summary_rows;    // 1; more with a failure: cause and fix
    int status_rows;     // 1; more for what is said with cause and fix
    int list_share;      // LAYOUT_RIGHT: per cent of the columns for the list; 0: half
    bool is_detail_open; // the detail fills the pane
    bool is_list_empty;  // there is nothing to detail
};

struct layout {
    struct rect header, strip, summary, list_rule, list, detail_rule, detail, status, footer;
    struct rect body; // list and detail with their rules
    enum layout_split split;
    bool is_too_small;
};

struct layout layout_make(const struct layout_wish *wish);
