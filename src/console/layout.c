// layout — see the header.
#include "console/layout.h"

#define RIGHT_FROM_COLUMNS 100
#define BELOW_FROM_ROWS 11 // of the body: below that the detail needs the whole pane
#define LIST_SHARE_PER_CENT 50

static void place_beside(struct layout *layout, struct rect body, int share) {
    struct rect left = rect_take_left(&body, body.columns * share / 100);
    rect_take_left(&body, 1); // the line between
    layout->list_rule = rect_take_top(&left, 1);
    layout->list = left;
    layout->detail_rule = rect_take_top(&body, 1);
    layout->detail = rect_inset(body, 1);
}

static void place_below(struct layout *layout, struct rect body, const struct layout_wish *wish) {
    const int most = wish->list_rows ? body.rows - 2 - wish->list_rows : body.rows / 2;
    const int rows = wish->detail_rows < most ? wish->detail_rows : most;
    struct rect below = rect_take_bottom(&body, rows + 1);
    layout->detail_rule = rect_take_top(&below, 1);
    layout->detail = rect_inset(below, 1);
    layout->list_rule = rect_take_top(&body, 1);
    layout->list = body;
}

static void place_alone(struct layout *layout, struct rect body, bool is_detail_open) {
    const struct rect rule = rect_take_top(&body, 1);
    if (is_detail_open) {
        layout->detail_rule = rule;
        layout->detail = rect_inset(body, 1);
    } else {
        layout->list_rule = rule;
        layout->list = body;
    }
}

struct layout layout_make(const struct layout_wish *wish) {
    struct layout layout = {.split = LAYOUT_ALONE};
    struct rect rest = {.columns = wish->columns, .rows = wish->rows};

    layout.is_too_small = wish->columns < LAYOUT_MIN_COLUMNS || wish->rows < LAYOUT_MIN_ROWS;
    if (layout.is_too_small) return layout;
    layout.header = rect_take_top(&rest, 1);
    layout.strip = rect_take_top(&rest, 2);
    layout.summary = rect_take_top(&rest, wish->summary_rows);
    layout.footer = rect_take_bottom(&rest, 1);
    if (wish->rows >= LAYOUT_STATUS_FROM_ROWS) {
        layout.status = rect_take_bottom(&rest, wish->status_rows);
    }
    layout.body = rest;
    if (wish->is_detail_open) {
        place_alone(&layout, rest, true);
    } else if (wish->columns >= RIGHT_FROM_COLUMNS && !wish->is_list_empty) {
        layout.split = LAYOUT_RIGHT;
        place_beside(&layout, rest, wish->list_share ? wish->list_share : LIST_SHARE_PER_CENT);
    } else if (rest.rows >= BELOW_FROM_ROWS && !wish->is_list_empty) {
        layout.split = LAYOUT_BELOW;
        place_below(&layout, rest, wish);
    } else {
        place_alone(&layout, rest, false);
    }
    return layout;
}
