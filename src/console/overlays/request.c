// request — one request and its answer, whole: folded, searched, over the body. Its state is in
// console/request_log.h.
#include "console/export.h"
#include "console/model.h"
#include "console/strip.h"
#include "console/view.h"
#include "overlays.h"

static void add_title(const struct model *model, struct buf *title, struct buf *note) {
    const struct message_request *request = request_log_opened(model);
    if (!request) {
        buf_add(title, STR("A request that has left the log"));
        return;
    }
    buf_add(title, str_from(request->what ? request->what : request->path));
    if (request->status) buf_add_format(note, "%d · ", request->status);
    strip_add_ms(note, request->ms);
    if (request->ms < 999.5) buf_add(note, STR(" ms"));
    if (request->attempts > 1) buf_add_format(note, " · %d attempts", request->attempts);
    if (request->request_id) buf_add_format(note, " · %s", request->request_id);
}

static void draw_tabs(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct request_log_screen *screen = &model->requests.screen;
    view_rule(canvas, rect, STR(""), STR(""));
    struct canvas_pen pen = canvas_pen(canvas, rect_inset(rect, 1), 0);
    canvas_write_text(&pen, screen->is_answer ? THEME_TAB : THEME_TAB_HERE, " Request ");
    canvas_write_text(&pen, screen->is_answer ? THEME_TAB_HERE : THEME_TAB, " Answer ");
    const struct fold *fold = &screen->fold;
    if (!fold->pattern.len) return;
    canvas_write_format(
        &pen, THEME_DIM, " /%s %zu of %zu ", buf_text(&fold->pattern), fold->match_at,
        fold->matches);
}

static struct rect
take_problem(const struct model *model, struct rect *rest, struct canvas *canvas) {
    const struct message_request *request = request_log_opened(model);
    struct sheet sheet = {.canvas = canvas, .rect = rect_inset(*rest, 1)};
    if (request && request->problem)
        sheet_item_within(&sheet, THEME_BAD, "✗ ", THEME_STRONG, str_from(request->problem), 3);
    return rect_take_top(rest, sheet.row);
}

static void draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct request_log_screen *screen = &model->requests.screen;
    struct buf title = {0}, note = {0};
    add_title(model, &title, &note);
    canvas_fill(canvas, rect, ' ', THEME_TEXT);
    view_rule(canvas, rect_take_top(&rect, 1), buf_str(&title), buf_str(&note));
    buf_release(&title);
    buf_release(&note);
    take_problem(model, &rect, canvas);
    draw_tabs(model, rect_take_top(&rect, 1), canvas);
    if (screen->fold.count) {
        fold_draw(&screen->fold, rect_inset(rect, 1), true, canvas);
        return;
    }
    struct sheet sheet = {.canvas = canvas, .rect = rect_inset(rect, 1)};
    sheet_text(
        &sheet, THEME_DIM,
        screen->is_answer ? STR("No answer came.") : STR("The request was not kept."));
}

static void settle(struct model *model, struct rect rect) {
    rect_take_top(&rect, 1);
    take_problem(model, &rect, NULL);
    rect_take_top(&rect, 1);
    fold_settle(&model->requests.screen.fold, rect.columns - 2, rect.rows);
}

static bool handle_text(struct model *model, enum intent intent) {
    struct fold *fold = &model->requests.screen.fold;
    const int page = model->layout.body.rows - 3;
    if (intent == INTENT_UP) {
        fold_move(fold, -1);
    } else if (intent == INTENT_DOWN) {
        fold_move(fold, 1);
    } else if (intent == INTENT_PAGE_UP) {
        fold_move(fold, -page);
    } else if (intent == INTENT_PAGE_DOWN) {
        fold_move(fold, page);
    } else if (intent == INTENT_FIRST) {
        fold->cursor = fold->top = 0;
    } else if (intent == INTENT_LAST) {
        fold_move(fold, 1 << 20);
    } else if (intent == INTENT_FOLD) {
        fold_toggle(fold);
    } else if (intent == INTENT_FOLD_ALL) {
        fold_all(fold, !(fold->count && fold_rows(fold) < fold->count));
    } else {
        return false;
    }
    return true;
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    struct fold *fold = &model->requests.screen.fold;
    if (intent == INTENT_VALUE_NEXT || intent == INTENT_VALUE_PREVIOUS) {
        request_log_set_tab(model, !model->requests.screen.is_answer);
    } else if (intent == INTENT_FIND) {
        model_edit(model, MODEL_EDITING_REQUEST_SEARCH, STR(""), false);
    } else if (intent == INTENT_FIND_NEXT || intent == INTENT_FIND_PREVIOUS) {
        (void)fold_search(fold, STR(""), intent == INTENT_FIND_PREVIOUS);
    } else if (intent == INTENT_COPY) {
        export_copy_text(model, buf_str(&fold->text), effects);
    } else if (intent == INTENT_COPY_AS) {
        request_log_copy_as(model, request_log_opened(model));
    } else {
        return handle_text(model, intent);
    }
    return true;
}

#define TABS_COLUMNS 9 // " Request "

static void
click(struct model *model, struct rect rect, int column, int row, struct effects *effects) {
    (void)effects;
    rect_take_top(&rect, 1);
    take_problem(model, &rect, NULL);
    const struct rect tabs = rect_take_top(&rect, 1);
    const struct rect text = rect_inset(rect, 1);
    if (rect_contains(tabs, column, row)) {
        const int at = column - tabs.column - 1;
        if (at >= 0 && at < 2 * TABS_COLUMNS - 1) request_log_set_tab(model, at >= TABS_COLUMNS);
    } else if (rect_contains(text, column, row)) {
        fold_click(&model->requests.screen.fold, text, row);
    }
}

const struct overlay request_overlay = {
    .id = OVERLAY_REQUEST,
    .context = KEYMAP_REQUEST,
    .draw = draw,
    .settle = settle,
    .handle = handle,
    .click = click,
};
