// view — the frame around the panes; see the header. layout.h says where everything is.
#include "console/view.h"

#include "console/hotspot.h"
#include "console/player.h"
#include "console/strip.h"
#include "console/width.h"

#define LINE 0x2500u

// Rules

void view_rule(struct canvas *canvas, struct rect rect, struct str title, struct str note) {
    view_rule_in(canvas, rect, THEME_HEADING, title, note);
}

void view_rule_in(
    struct canvas *canvas,
    struct rect rect,
    enum theme_role role,
    struct str title,
    struct str note) {
    struct canvas_pen pen = canvas_pen(canvas, rect, 0);
    canvas_repeat(&pen, THEME_RULE, LINE, rect.columns);
    struct rect inner = rect_inset(rect, 1);
    const int note_columns = note.len ? width_of_text(note) + 2 : 0;
    const int title_columns = title.len ? width_of_text(title) + 2 : 0;
    if (note_columns && note_columns + title_columns < inner.columns) {
        pen = canvas_pen(canvas, rect_take_right(&inner, note_columns), 0);
        canvas_write_text(&pen, THEME_DIM, " ");
        canvas_write(&pen, THEME_DIM, note);
        canvas_write_text(&pen, THEME_DIM, " ");
    }
    if (!title.len) return;
    const int columns = title_columns < inner.columns ? title_columns : inner.columns;
    struct rect place = rect_take_left(&inner, columns);
    pen = canvas_pen(canvas, place, 0);
    canvas_write_text(&pen, role, " ");
    pen.end--;
    canvas_write(&pen, role, title);
    pen.is_full = false;
    pen.end++;
    canvas_write_text(&pen, role, " ");
}

// Panes

// A cell being drawn, and whether it has the keys.
struct place {
    const struct pane *pane;
    const struct layout_cell *cell;
    bool is_focused, is_among; // others stand beside it
};

static void draw_rows(const struct model *model, struct place place, struct canvas *canvas) {
    const struct pane *pane = place.pane;
    const struct list *list = &model->lists[pane->id];
    const struct rect rect = place.cell->list;
    const size_t count = narrow_count(model, pane->id);
    const size_t top = narrow_place(model, pane->id, list->top);
    for (int row = 0; row < rect.rows && top + (size_t)row < count; row++) {
        const size_t at = narrow_row(model, pane->id, top + (size_t)row);
        const bool is_selected =
            at == list->selected && (!pane->is_selectable || pane->is_selectable(model, at));
        struct canvas_pen pen = canvas_pen(canvas, rect, row);
        canvas_write_text(&pen, place.is_focused ? THEME_KEY : THEME_DIM, is_selected ? "▸" : " ");
        pen.end--;
        pane->draw_row(model, at, &pen);
        if (!is_selected || !place.is_focused) continue;
        canvas_select(canvas, rect_row(rect, row));
    }
}

// Rows below the window, where the rule has room to tell.
static void
add_below(const struct model *model, struct place place, struct str title, struct buf *note) {
    const struct rect rect = place.cell->list;
    const enum pane_id id = place.pane->id;
    const size_t count = narrow_count(model, id);
    const size_t end = narrow_place(model, id, model->lists[id].top) + (size_t)rect.rows;
    if (end >= count) return;
    struct buf below = {0};
    buf_add_format(&below, "%s%zu more ↓", note->len ? " · " : "", count - end);
    const int columns =
        width_of_text(title) + width_of_text(buf_str(note)) + width_of_text(buf_str(&below)) + 6;
    if (columns < rect.columns) buf_add(note, buf_str(&below));
    buf_release(&below);
}

// Among others a pane's rule says by which key it is reached, and whether it has the keys now.
static void draw_list_rule(const struct model *model, struct place place, struct canvas *canvas) {
    struct buf title = {0}, note = {0};
    if (place.is_among) {
        const enum intent intent = (enum intent)(INTENT_PANE_SETUP + place.pane->id);
        keymap_add_key(&title, &model->keymap, KEYMAP_EVERYWHERE, intent);
        if (title.len) buf_add_char(&title, ' ');
    }
    struct buf own = {0};
    const int columns = place.cell->list_rule.columns - width_of_text(buf_str(&title));
    place.pane->title_text(model, &own, &note);
    narrow_add_rule(model, place.pane->id, columns, &own, &note);
    buf_add(&title, buf_str(&own));
    buf_release(&own);
    add_below(model, place, buf_str(&title), &note);
    const bool is_marked = place.is_among && place.is_focused;
    view_rule_in(
        canvas, place.cell->list_rule, is_marked ? THEME_TAB_HERE : THEME_HEADING, buf_str(&title),
        buf_str(&note));
    buf_release(&title);
    buf_release(&note);
}

static void draw_list(const struct model *model, struct place place, struct canvas *canvas) {
    const struct pane *pane = place.pane;
    draw_list_rule(model, place, canvas);
    if (pane->draw_head && place.cell->head.rows > 0) {
        pane->draw_head(model, place.cell->head, canvas);
    }
    struct sheet sheet = {.canvas = canvas, .rect = rect_inset(place.cell->list, 2)};
    if (pane->count(model) == 0 && pane->empty) {
        pane->empty(model, &sheet);
        return;
    }
    if (narrow_count(model, pane->id) == 0) {
        narrow_empty(model, pane->id, &sheet);
        return;
    }
    draw_rows(model, place, canvas);
}

void view_detail(const struct model *model, const struct pane *pane, struct sheet *sheet) {
    if (narrow_count(model, pane->id) > 0) pane->detail(model, sheet);
}

static void draw_detail(const struct model *model, struct place place, struct canvas *canvas) {
    const struct pane *pane = place.pane;
    const struct rect rect = place.cell->detail;
    const int top = model->detail_tops[pane->id];
    struct buf title = {0};
    if (narrow_count(model, pane->id) > 0) pane->detail_title(model, &title);
    struct sheet sheet = {.canvas = canvas, .rect = rect, .top = top};
    view_detail(model, pane, &sheet);
    const int below = sheet.row - top - rect.rows;
    struct buf note = {0};
    // in the list the arrows move the selection
    const bool has_key =
        !model->is_detail_open && place.is_focused && model->editing == MODEL_EDITING_NOTHING;
    const struct keymap_name key = keymap_name_of(&model->keymap, KEYMAP_LIST, INTENT_DETAIL_DOWN);
    if (below > 0)
        buf_add_format(&note, "%s%s%d more ↓", has_key ? key.text : "", has_key ? ": " : "", below);
    const bool is_marked = place.is_among && place.is_focused && model->is_detail_open;
    view_rule_in(
        canvas, place.cell->detail_rule, is_marked ? THEME_TAB_HERE : THEME_HEADING,
        buf_str(&title), buf_str(&note));
    buf_release(&title);
    buf_release(&note);
}

static void draw_divider(struct rect beside, struct canvas *canvas) {
    const int column = beside.column + beside.columns;
    for (int row = 0; row < beside.rows; row++) {
        const struct rect cell = {
            .column = column, .row = beside.row + row, .columns = 1, .rows = 1};
        canvas_fill(canvas, cell, row == 0 ? 0x252Cu : 0x2502u, THEME_RULE);
    }
}

static void draw_cell(const struct model *model, struct place place, struct canvas *canvas) {
    const struct layout_cell *cell = place.cell;
    if (!rect_is_empty(cell->list_rule)) draw_list(model, place, canvas);
    if (!rect_is_empty(cell->detail_rule)) draw_detail(model, place, canvas);
    if (cell->split == LAYOUT_RIGHT) {
        struct rect list = cell->frame;
        list.columns = cell->list.columns;
        draw_divider(list, canvas);
    }
    const struct rect body = model->layout.body;
    const bool is_last = cell->frame.column + cell->frame.columns == body.column + body.columns;
    if (!is_last) draw_divider(cell->frame, canvas);
}

static void draw_body(const struct model *model, struct canvas *canvas) {
    const struct layout *layout = &model->layout;
    for (int at = 0; at < layout->cell_count; at++) {
        const struct layout_cell *cell = &layout->cells[at];
        const struct place place = {
            .pane = pane_get((enum pane_id)cell->pane),
            .cell = cell,
            .is_focused = cell->pane == (int)model->pane && model->overlay_count == 0,
            .is_among = layout->cell_count > 1,
        };
        draw_cell(model, place, canvas);
    }
}

// Status and prompt

#define STATUS_ROWS 3       // of what is said, and of its next step
#define STATUS_ROWS_TIGHT 2 // in a low window
#define TALL_FROM 20

static void write_waiting(const struct model *model, struct sheet *sheet) {
    struct buf waiting = {0};
    waiting_add_text(&model->waiting, &waiting);
    if (waiting.len) sheet_item_within(sheet, THEME_WARN, "• ", THEME_WARN, buf_str(&waiting), 1);
    buf_release(&waiting);
}

static void write_backend(const struct model *model, struct sheet *sheet) {
    if (!model->backend) {
        sheet_text(sheet, THEME_DIM, STR("starting …"));
        return;
    }
    static const char *const kinds[] = {
        [MESSAGE_BACKEND_CLOUD] = "the real services",
        [MESSAGE_BACKEND_SANDBOX_OWN] = "sandbox in this process",
        [MESSAGE_BACKEND_SANDBOX_OTHER] = "sandbox of another process",
    };
    const struct message_backend *backend = &model->backend->as.backend;
    struct canvas_pen pen = sheet_line(sheet);
    canvas_write_text(&pen, backend->is_up ? THEME_GOOD : THEME_BAD, backend->is_up ? "● " : "✗ ");
    canvas_write_text(&pen, THEME_DIM, kinds[backend->kind]);
    if (!backend->is_up) canvas_write_text(&pen, THEME_BAD, " · not reachable");
    if (backend->url) canvas_write_format(&pen, THEME_DIM, " · %s", backend->url);
    if (backend->note) {
        sheet_item_within(
            sheet, THEME_WARN, "• ", THEME_WARN, str_from(backend->note), STATUS_ROWS);
    }
    write_waiting(model, sheet);
}

static void write_notice(const struct model *model, struct sheet *sheet) {
    const struct model_notice *notice = &model->notice;
    const int rows = model->rows < TALL_FROM ? STATUS_ROWS_TIGHT : STATUS_ROWS;
    const char *mark = notice->mark ? notice->mark : "";
    const bool is_public = overlay_is_whole(model); // a room looks on
    struct buf text = {0}, hint = {0};
    if (is_public) presenter_add_public(&text, buf_str(&notice->text));
    if (is_public) presenter_add_public(&hint, buf_str(&notice->hint));
    const struct str said = buf_str(is_public ? &text : &notice->text);
    const struct str next = buf_str(is_public ? &hint : &notice->hint);
    sheet_item_within(sheet, notice->role, mark, notice->role, said, rows);
    if (next.len) sheet_item_within(sheet, THEME_WARN, "→ ", THEME_TEXT, next, rows);
    buf_release(&text);
    buf_release(&hint);
}

// The prompt whose line stands here; NULL: none, or one that is drawn in place.
static const struct prompt *find_prompt(const struct model *model) {
    if (model->editing == MODEL_EDITING_NOTHING) return NULL;
    const struct prompt *prompt = prompt_get(model->editing);
    return prompt->label ? prompt : NULL;
}

static void
write_prompt(const struct model *model, const struct prompt *prompt, struct sheet *sheet) {
    struct canvas_pen pen = sheet_line(sheet);
    canvas_write_text(&pen, THEME_STRONG, prompt->label);
    editor_draw(&model->editor, &pen);
    if (prompt->assist) prompt->assist(model, sheet);
}

// The prompt, the last notice, or the backend, in this order.
static void write_status(const struct model *model, struct sheet *sheet) {
    if (find_prompt(model)) {
        write_prompt(model, find_prompt(model), sheet);
    } else if (model->notice.text.len) {
        write_notice(model, sheet);
    } else {
        write_backend(model, sheet);
    }
}

static bool is_said(const struct model *model) {
    return find_prompt(model) || model->notice.text.len > 0;
}

// Where there is no status row, what is said for the moment takes the summary's place.
static bool is_said_in_summary(const struct model *model) {
    return model->rows < LAYOUT_STATUS_FROM_ROWS && is_said(model);
}

int view_status_rows(const struct model *model) {
    struct sheet sheet = {.rect = {.columns = model->columns - 2}};
    write_status(model, &sheet);
    return sheet.row;
}

int view_said_rows(const struct model *model) {
    return is_said(model) ? view_status_rows(model) : 0;
}

// … and so does what waits, which the status row tells elsewhere.
static bool is_waiting_in_summary(const struct model *model) {
    return model->rows < LAYOUT_STATUS_FROM_ROWS && model->waiting.count > 0;
}

int view_summary_rows(const struct model *model) {
    if (is_said_in_summary(model)) return view_status_rows(model);
    return strip_summary_rows(model) + (is_waiting_in_summary(model) ? 1 : 0);
}

static void draw_status(const struct model *model, struct rect rect, struct canvas *canvas) {
    struct sheet sheet = {.canvas = canvas, .rect = rect_inset(rect, 1)};
    write_status(model, &sheet);
}

struct rect view_said_rect(const struct model *model) {
    if (overlay_is_whole(model)) {
        struct rect window = {.columns = model->columns, .rows = model->rows};
        return rect_take_bottom(&window, view_said_rows(model));
    }
    return is_said_in_summary(model) ? model->layout.summary : model->layout.status;
}

static void draw_messages(const struct model *model, struct canvas *canvas) {
    if (is_said_in_summary(model)) {
        draw_status(model, model->layout.summary, canvas);
        return;
    }
    struct rect summary = model->layout.summary;
    if (is_waiting_in_summary(model)) {
        struct sheet sheet = {
            .canvas = canvas, .rect = rect_inset(rect_take_bottom(&summary, 1), 1)};
        write_waiting(model, &sheet);
    }
    strip_draw_summary(model, summary, canvas);
    if (!rect_is_empty(model->layout.status)) draw_status(model, model->layout.status, canvas);
}

// The overlay has all but what is said or typed for the moment.
static void draw_whole(const struct model *model, struct canvas *canvas) {
    struct rect window = canvas_rect(canvas);
    overlay_draw_all(model, canvas);
    const struct rect said = rect_take_bottom(&window, view_said_rows(model));
    if (!rect_is_empty(said)) draw_status(model, said, canvas);
}

static void draw_too_small(const struct model *model, struct canvas *canvas) {
    struct sheet sheet = {.canvas = canvas, .rect = canvas_rect(canvas)};
    sheet_format(
        &sheet, THEME_TEXT, "recloop needs %d x %d cells; this window has %d x %d.",
        LAYOUT_MIN_COLUMNS, LAYOUT_MIN_ROWS, model->columns, model->rows);
    sheet_format(
        &sheet, THEME_DIM, "Make it larger, or press %s to quit.",
        keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, INTENT_QUIT).text);
}

// At the footer's right while a scene is held: the other keys do what they always do, these do not.
static void draw_scene(const struct model *model, struct canvas *canvas) {
    struct buf status = {0};
    buf_add(&status, STR("  "));
    player_add_status(model, &status);
    buf_add(&status, STR(" "));
    struct rect rect = model->layout.footer;
    const int columns = width_of_text(buf_str(&status));
    if (columns < rect.columns) {
        rect.column += rect.columns - columns;
        rect.columns = columns;
    }
    struct canvas_pen pen = canvas_pen(canvas, rect, 0);
    canvas_write(&pen, THEME_WARN, buf_str(&status));
    buf_release(&status);
}

static void draw_all(const struct model *model, struct canvas *canvas) {
    if (model->layout.is_too_small) {
        draw_too_small(model, canvas);
        return;
    }
    if (overlay_is_whole(model)) {
        draw_whole(model, canvas);
        return;
    }
    hotspot_draw_header(model, canvas);
    strip_draw(model, model->layout.strip, canvas);
    draw_body(model, canvas);
    draw_messages(model, canvas);
    overlay_draw_all(model, canvas);
    // one bar at a time: what is offered below the line has it
    if (model->editing == MODEL_EDITING_PALETTE) canvas_deselect(canvas, model->layout.body);
    hotspot_draw_footer(model, canvas);
    if (player_is_held(model)) draw_scene(model, canvas);
}

void view_draw(const struct model *model, struct canvas *canvas) {
    canvas_clear(canvas);
    draw_all(model, canvas);
    if (overlay_is_open(model, OVERLAY_PRESENTER)) presenter_hide(canvas);
}
