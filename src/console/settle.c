// settle — ends every update: the layout for what the model now holds, and selections and scrolls that fit.
#include "console/strip.h"
#include "console/view.h"
#include "internal.h"

#define FRAME_ROWS 6 // of a window, around the body, when little is said

static struct layout_pane wish_of(const struct model *model, enum pane_id id) {
    const struct pane *pane = pane_get(id);
    const int head_rows = pane->head_rows ? pane->head_rows(model, model->columns, model->rows) : 0;
    return (struct layout_pane){
        .pane = (int)id,
        .head_rows = head_rows,
        .detail_rows = pane->detail_rows,
        .list_rows = pane->list_rows,
        .list_share = pane->list_share,
        .is_list_empty = narrow_count(model, id) == 0,
        .is_detail_open = model->is_detail_open && id == model->pane,
        .wants_below = id == PANE_SETUP && model->editing == MODEL_EDITING_SETTING,
    };
}

static const struct layout_pane no_pane = {.pane = -1};

// The right column's two places; in a low window the one that was looked at last.
static void wish_right(struct model *model, int columns, struct layout_pane out[2]) {
    const struct model_arrangement *arrangement = &model->arrangement;
    const enum pane_id upper = arrangement->shown[columns][PANE_PLACE_RIGHT];
    const enum pane_id lower = arrangement->shown[columns][PANE_PLACE_RIGHT_BELOW];
    out[0] = wish_of(model, arrangement->is_lower_last[columns] ? lower : upper);
    out[1] = no_pane;
    if (!layout_may_stack(model->rows - FRAME_ROWS)) return;
    out[0] = wish_of(model, upper);
    out[1] = wish_of(model, lower);
}

static void wish_columns(struct model *model, int columns, struct layout_wish *wish) {
    const struct model_arrangement *arrangement = &model->arrangement;
    const enum pane_id *shown = arrangement->shown[columns];
    for (int at = 0; at < columns - 1; at++) {
        wish->columns_of[at][0] = wish_of(model, shown[PANE_PLACE_LEFT + at]);
        wish->columns_of[at][1] = no_pane;
        wish->column_shares[at] = arrangement->column_shares[columns][at];
    }
    wish_right(model, columns, wish->columns_of[columns - 1]);
    wish->row_share = arrangement->row_share;
}

static bool is_heading(const struct model *model, const struct pane *pane, size_t place) {
    return pane->is_selectable && !pane->is_selectable(model, narrow_row(model, pane->id, place));
}

static void skip_headings(struct list *places, const struct pane *pane, const struct model *model) {
    const size_t count = narrow_count(model, pane->id);
    if (places->selected >= count) return;
    for (size_t place = places->selected; place < count; place++) {
        if (is_heading(model, pane, place)) continue;
        places->selected = place;
        return;
    }
    while (places->selected > 0 && is_heading(model, pane, places->selected))
        places->selected--;
}

static void
settle_list(struct model *model, const struct pane *pane, const struct layout_cell *cell) {
    struct list *list = &model->lists[pane->id];
    const size_t count = narrow_count(model, pane->id);
    struct list places = {
        .selected = narrow_place(model, pane->id, list->selected),
        .top = narrow_place(model, pane->id, list->top),
    };
    if (!count && pane->count(model)) return; // what was selected may come back
    list_settle(&places, count, cell->list.rows);
    skip_headings(&places, pane, model);
    list_settle(&places, count, cell->list.rows);
    // the heading above the first row shown belongs to it
    const bool has_heading =
        places.top > 0 && places.top == places.selected && is_heading(model, pane, places.top - 1);
    if (has_heading && cell->list.rows > 1) places.top--;
    list->selected = narrow_row(model, pane->id, places.selected);
    list->top = narrow_row(model, pane->id, places.top);
}

static void
settle_detail(struct model *model, const struct pane *pane, const struct layout_cell *cell) {
    int *top = &model->detail_tops[pane->id];
    if (*top == 0) return; // measuring costs as much as drawing: only when scrolled
    struct sheet sheet = {.rect = cell->detail};
    view_detail(model, pane, &sheet);
    const int most = sheet.row > cell->detail.rows ? sheet.row - cell->detail.rows : 0;
    if (*top > most) *top = most;
}

// Also of lists that are not to be seen: the next key may be about them.
void internal_clamp(struct model *model) {
    for (int id = 0; id < PANE_COUNT; id++) {
        struct list *list = &model->lists[id];
        const size_t count = pane_get((enum pane_id)id)->count(model);
        if (list->selected >= count) list->selected = count ? count - 1 : 0;
    }
}

static struct layout lay_out(struct model *model) {
    const int columns = model->arrangement.is_zoomed ? 1 : layout_column_count(model->columns);
    struct layout_wish wish = {
        .columns = model->columns,
        .rows = model->rows,
        .strip_rows = strip_rows(model->columns, model->rows),
        .summary_rows = view_summary_rows(model),
        .status_rows = view_status_rows(model),
        .is_zoomed = columns == 1,
        .alone = wish_of(model, model->pane),
    };
    if (columns > 1) wish_columns(model, columns, &wish);
    return layout_make(&wish);
}

// Is a cell as wide as it was? What a pane wants above its list may depend on it.
static bool has_same_columns(const struct layout *before, const struct layout *now) {
    for (int at = 0; at < now->cell_count; at++) {
        const struct layout_cell *cell = &now->cells[at];
        const struct layout_cell *old = layout_find(before, cell->pane);
        if (!old || old->list_rule.columns != cell->list_rule.columns) return false;
    }
    return true;
}

void internal_settle(struct model *model) {
    internal_clamp(model);
    request_log_settle(model);
    narrow_settle(model);
    const struct layout before = model->layout;
    model->layout = lay_out(model);
    if (!has_same_columns(&before, &model->layout)) model->layout = lay_out(model);
    if (model->layout.is_too_small) return;
    for (int at = 0; at < model->layout.cell_count; at++) {
        const struct layout_cell *cell = &model->layout.cells[at];
        const struct pane *pane = pane_get((enum pane_id)cell->pane);
        settle_list(model, pane, cell);
        settle_detail(model, pane, cell);
    }
    overlay_settle_all(model);
}
