// mouse — what clicks, drags and the wheel do to the model.
#include "console/mouse.h"

#include "console/hotspot.h"
#include "console/strip.h"
#include "console/view.h"
#include "internal.h"

#define WHEEL_ROWS 3

void internal_switch_mouse(struct model *model, struct effects *effects) {
    model->is_mouse_off = !model->is_mouse_off;
    effects->mouse_changed = true;
    model_note(
        model, THEME_TEXT,
        model->is_mouse_off ? "Mouse off: the terminal's own selection works. %s: on again."
                            : "Mouse on. %s: off, so that the terminal's own selection works.",
        keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, INTENT_MOUSE).text);
}

// Borders

static void drag_to(struct model *model, int column, int row) {
    const enum layout_border border = model->mouse.dragged;
    const int share = layout_share_at(&model->layout, border, column, row);
    struct model_arrangement *arrangement = &model->arrangement;
    int *shares = arrangement->column_shares[model->layout.column_count];
    if (border == LAYOUT_BORDER_FIRST) {
        // the second column keeps its width, which an even share would not
        if (model->layout.column_count > 2 && !shares[1])
            shares[1] = 100 / model->layout.column_count;
        shares[0] = share;
    } else if (border == LAYOUT_BORDER_SECOND) {
        if (!shares[0]) shares[0] = 100 / model->layout.column_count;
        shares[1] = share;
    } else if (border == LAYOUT_BORDER_ROWS) {
        arrangement->row_share = share;
    }
}

// Panes

// The row of the list at that row of the screen; false: none that can be selected.
static bool
find_row(const struct model *model, const struct layout_cell *cell, int row, size_t *out) {
    const struct pane *pane = pane_get((enum pane_id)cell->pane);
    const size_t place =
        narrow_place(model, pane->id, model->lists[pane->id].top) + (size_t)(row - cell->list.row);
    if (place >= narrow_count(model, pane->id)) return false;
    const size_t at = narrow_row(model, pane->id, place);
    if (pane->is_selectable && !pane->is_selectable(model, at)) return false;
    *out = at;
    return true;
}

static void select_row(struct model *model, enum pane_id id, size_t row) {
    struct list *list = &model->lists[id];
    if (list->selected == row) return;
    list->selected = row;
    model->detail_tops[id] = 0;
}

// What Enter does, on whatever key the person has it.
static void open_row(struct model *model, struct effects *effects) {
    internal_press_by(model, NULL, INPUT_ENTER, effects);
}

// A click gives the keys to a pane and selects; on what is selected there already it opens it.
static void click_cell(
    struct model *model,
    const struct layout_cell *cell,
    int column,
    int row,
    bool is_double,
    struct effects *effects) {
    const enum pane_id id = (enum pane_id)cell->pane;
    const bool was_here = id == model->pane;
    const bool is_rule = rect_contains(cell->list_rule, column, row);
    size_t at = 0;
    const bool has_row = rect_contains(cell->list, column, row) && find_row(model, cell, row, &at);
    if (!was_here) model_focus(model, id);
    if (is_rule && is_double) internal_do(model, INTENT_ZOOM, effects);
    if (!has_row) return;
    const bool is_selected = was_here && model->lists[id].selected == at;
    select_row(model, id, at);
    if (is_selected || is_double) open_row(model, effects);
}

// Below the line that is typed, on what is offered there.
static void click_prompt(struct model *model, int column, int row, struct effects *effects) {
    const struct prompt *prompt = prompt_get(model->editing);
    const struct rect said = view_said_rect(model);
    if (prompt->click && rect_contains(said, column, row) && row > said.row)
        prompt->click(model, row - said.row - 1, effects);
}

// On the strip: the loop, with the hop under the pointer.
static bool click_strip(struct model *model, int column, int row) {
    const struct overlay *overlay = overlay_top(model);
    const bool is_free = !overlay || overlay->id == OVERLAY_LOOP;
    if (!is_free || model->editing != MODEL_EDITING_NOTHING) return false;
    if (!rect_contains(model->layout.strip, column, row)) return false;
    loop_screen_open(model, strip_hop_at(model->layout.strip, column));
    return true;
}

// A tab leads to its pane from whatever is open, but for a question, text that would be lost, and the room's view.
static bool may_leave_overlays(const struct model *model) {
    for (int at = 0; at < model->overlay_count; at++) {
        const enum overlay_id id = model->overlays[at];
        const bool is_question = id == OVERLAY_CONFIRM || id == OVERLAY_LEAVE;
        if (is_question || id == OVERLAY_PRESENTER || overlay_get(id)->takes_text) return false;
    }
    return true;
}

static void press(struct model *model, const struct input_mouse *mouse, struct effects *effects) {
    struct mouse *before = &model->mouse;
    const int column = mouse->column, row = mouse->row;
    const bool is_double = before->pressed_ms && before->column == column && before->row == row &&
                           model->now_ms - before->pressed_ms <= MOUSE_DOUBLE_MS;
    *before = (struct mouse){
        .column = column,
        .row = row,
        .pressed_ms = is_double ? 0 : model->now_ms, // a third click begins anew
    };
    const enum intent intent =
        overlay_is_whole(model) ? INTENT_NONE : hotspot_find(model, column, row);
    const bool is_tab = rect_contains(model->layout.header, column, row);
    const bool is_typing = model->editing != MODEL_EDITING_NOTHING;
    const struct overlay *overlay = overlay_top(model);
    if (intent != INTENT_NONE && !(is_tab && (is_typing || !may_leave_overlays(model)))) {
        if (is_tab) overlay_close_all(model);
        internal_do(model, intent, effects);
    } else if (click_strip(model, column, row)) {
        return;
    } else if (is_typing) {
        click_prompt(model, column, row, effects);
    } else if (overlay) {
        const struct rect place = overlay_place(model, overlay);
        if (overlay->click && rect_contains(place, column, row))
            overlay->click(model, place, column, row, effects);
    } else {
        const struct layout_cell *cell = layout_cell_at(&model->layout, column, row);
        before->dragged = layout_border_at(&model->layout, column, row);
        if (cell) click_cell(model, cell, column, row, is_double, effects);
    }
}

// The wheel

// The window moves; the selection stays where it is as long as it can be seen.
static void scroll_list(struct model *model, const struct layout_cell *cell, int rows) {
    const struct pane *pane = pane_get((enum pane_id)cell->pane);
    struct list *list = &model->lists[pane->id];
    const size_t count = narrow_count(model, pane->id);
    if (!count) return;
    const size_t visible = cell->list.rows > 0 ? (size_t)cell->list.rows : 1;
    const size_t most = count > visible ? count - visible : 0,
                 step = (size_t)(rows < 0 ? -rows : rows);
    const size_t before = narrow_place(model, pane->id, list->selected);
    size_t top = narrow_place(model, pane->id, list->top);
    if (rows < 0)
        top = top > step ? top - step : 0;
    else
        top = top + step < most ? top + step : most;
    list->top = narrow_row(model, pane->id, top);
    if (before < top) internal_move_rows(model, pane->id, (int)(top - before));
    if (before >= top + visible)
        internal_move_rows(model, pane->id, -(int)(before - (top + visible - 1)));
}

static void scroll_detail(struct model *model, enum pane_id id, int rows) {
    int *top = &model->detail_tops[id];
    *top = *top + rows > 0 ? *top + rows : 0;
}

static void wheel(struct model *model, const struct input_mouse *mouse, struct effects *effects) {
    const int rows = mouse->action == INPUT_MOUSE_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS;
    const struct overlay *overlay = overlay_top(model);
    if (model->editing != MODEL_EDITING_NOTHING) {
        const struct prompt *prompt = prompt_get(model->editing);
        if (prompt->handle)
            (void)prompt->handle(model, rows < 0 ? INTENT_HISTORY_OLDER : INTENT_HISTORY_NEWER);
        return;
    }
    if (overlay) {
        for (int i = 0; i < WHEEL_ROWS; i++)
            (void)overlay->handle(model, rows < 0 ? INTENT_UP : INTENT_DOWN, effects);
        return;
    }
    const struct layout_cell *cell = layout_cell_at(&model->layout, mouse->column, mouse->row);
    if (!cell) return;
    if (rect_contains(cell->detail, mouse->column, mouse->row))
        scroll_detail(model, (enum pane_id)cell->pane, rows);
    else
        scroll_list(model, cell, rows);
}

void internal_mouse(struct model *model, const struct input_mouse *mouse, struct effects *effects) {
    switch (mouse->action) {
    case INPUT_MOUSE_PRESS: press(model, mouse, effects); break;
    case INPUT_MOUSE_DRAG:
        if (model->mouse.dragged) drag_to(model, mouse->column, mouse->row);
        break;
    case INPUT_MOUSE_RELEASE: model->mouse.dragged = LAYOUT_BORDER_NONE; break;
    case INPUT_MOUSE_WHEEL_UP:
    case INPUT_MOUSE_WHEEL_DOWN: wheel(model, mouse, effects); break;
    }
}
