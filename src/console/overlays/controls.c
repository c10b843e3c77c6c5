// controls — the generator's panel: what it is asked for, and how it is doing.
#include "console/model.h"
#include "console/stream_controls.h"
#include "overlays.h"

#define COLUMNS 76
#define LABEL_COLUMNS 10
#define STATUS_ROWS 8
#define HELP_ROWS 2
#define STATUS_FROM 16 // rows inside

static void measure(const struct model *model, int columns, int *out_rows, int *out_columns) {
    const int status = stream_controls_has_status(model) ? STATUS_ROWS + 1 : 0;
    *out_columns = columns < COLUMNS ? columns : COLUMNS;
    *out_rows = STREAM_CONTROLS_FIELDS + 1 + HELP_ROWS + status + 2;
}

struct parts {
    struct rect list, help, status;
};

static struct rect inside_of(struct rect rect) {
    rect_take_top(&rect, 1);
    rect_take_bottom(&rect, 1);
    return rect_inset(rect, 2);
}

// The list first; what it leaves goes to the help and to the status.
static struct parts divide(const struct model *model, struct rect rect) {
    struct parts parts = {0};
    struct rect rest = inside_of(rect);
    const bool has_help = rest.rows >= STREAM_CONTROLS_FIELDS + HELP_ROWS;
    if (stream_controls_has_status(model) && rest.rows >= STATUS_FROM) {
        parts.status = rect_take_bottom(&rest, rest.rows - STREAM_CONTROLS_FIELDS - HELP_ROWS - 2);
        rect_take_bottom(&rest, 1);
    }
    if (has_help) parts.help = rect_take_bottom(&rest, HELP_ROWS);
    parts.list = rest;
    return parts;
}

static void draw_field(
    const struct model *model,
    enum stream_controls_field field,
    struct rect rect,
    struct canvas *canvas) {
    const bool is_selected = (size_t)field == model->controls.list.selected;
    struct buf value = {0};
    bool is_own = false;
    const bool has_part = stream_controls_add_value(model, field, &value, &is_own);
    struct canvas_pen pen = canvas_pen(canvas, rect, 0);
    canvas_write_text(&pen, THEME_KEY, is_selected ? "▸ " : "  ");
    canvas_write_column(
        &pen, has_part ? THEME_NAME : THEME_DIM, str_from(stream_controls_label(field)),
        LABEL_COLUMNS);
    canvas_write_text(&pen, THEME_TEXT, " ");
    canvas_write(&pen, is_own ? THEME_STRONG : THEME_DIM, buf_str(&value));
    if (is_selected) canvas_select(canvas, rect);
    buf_release(&value);
}

static void draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct list *list = &model->controls.list;
    const struct parts parts = divide(model, rect);
    const int below = STREAM_CONTROLS_FIELDS - (int)list->top - parts.list.rows;
    struct buf note = {0};
    if (below > 0) buf_add_format(&note, "%d more ↓", below);
    overlay_frame(canvas, rect, STR("Generator"), buf_str(&note));
    struct rect rest = parts.list;
    for (int at = (int)list->top; at < STREAM_CONTROLS_FIELDS && rest.rows > 0; at++)
        draw_field(model, (enum stream_controls_field)at, rect_take_top(&rest, 1), canvas);
    struct sheet sheet = {.canvas = canvas, .rect = parts.help};
    if (parts.help.rows)
        sheet_item_within(
            &sheet, THEME_DIM, "", THEME_DIM,
            str_from(stream_controls_help((enum stream_controls_field)list->selected)), HELP_ROWS);
    if (parts.status.rows) stream_controls_draw_status(model, parts.status, canvas);
    buf_release(&note);
}

static void settle(struct model *model, struct rect rect) {
    list_settle(&model->controls.list, STREAM_CONTROLS_FIELDS, divide(model, rect).list.rows);
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    struct list *list = &model->controls.list;
    const enum stream_controls_field field = (enum stream_controls_field)list->selected;
    if (intent == INTENT_UP || intent == INTENT_DOWN) {
        list_move(list, intent == INTENT_UP ? -1 : 1, STREAM_CONTROLS_FIELDS);
    } else if (intent == INTENT_VALUE_NEXT || intent == INTENT_VALUE_PREVIOUS) {
        stream_controls_choose(model, field, intent == INTENT_VALUE_NEXT ? 1 : -1, effects);
    } else if (intent == INTENT_EDIT) {
        stream_controls_edit(model, field);
    } else if (intent == INTENT_UNSET) {
        stream_controls_unset(model, field);
    } else if (intent == INTENT_GENERATE) {
        stream_controls_start_or_stop(model, effects);
    } else if (intent == INTENT_GENERATE_PAUSE) {
        stream_controls_pause(model, effects);
    } else if (intent == INTENT_STEP) {
        stream_controls_step(model, effects);
    } else {
        return false;
    }
    return true;
}

static void
click(struct model *model, struct rect rect, int column, int row, struct effects *effects) {
    const struct rect list = divide(model, rect).list;
    (void)effects;
    if (rect_contains(list, column, row))
        model->controls.list.selected = model->controls.list.top + (size_t)(row - list.row);
}

const struct overlay controls_overlay = {
    .id = OVERLAY_CONTROLS,
    .context = KEYMAP_CONTROLS,
    .measure = measure,
    .draw = draw,
    .settle = settle,
    .handle = handle,
    .click = click,
};
