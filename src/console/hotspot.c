// hotspot — see the header.
#include "console/hotspot.h"

#include "console/model.h"
#include "console/width.h"

#define BRAND_FROM 48
#define REGION_FROM 100     // columns
#define REGION_FROM_LIVE 64 // in which account and where comes before the panes' names

// One walk over a row: draws it, or looks a column up.
struct walk {
    struct canvas *canvas; // NULL: nothing is drawn
    int column;            // looked up
    enum intent intent;    // what is there
};

static void pass(struct walk *walk, int from, int end, enum intent intent) {
    if (walk->column >= from && walk->column < end) walk->intent = intent;
}

// Header

// With all titles, with short ones, or with that of the pane in focus alone: the first form that fits.
enum form { FORM_FULL, FORM_SHORT, FORM_NUMBERS };

static const char *title_of(const struct model *model, enum pane_id id, enum form form) {
    const struct pane *pane = pane_get(id);
    if (form == FORM_FULL) return pane->title;
    return form == FORM_SHORT || id == model->pane ? pane->short_title : NULL;
}

static enum form choose_form(const struct model *model, int room) {
    for (enum form form = FORM_FULL; form < FORM_NUMBERS; form++) {
        int columns = 0;
        for (int id = 0; id < PANE_COUNT; id++)
            columns += 4 + width_of_text(str_from(title_of(model, (enum pane_id)id, form)));
        if (columns <= room) return form;
    }
    return FORM_NUMBERS;
}

static void write_tab(
    const struct model *model,
    struct walk *walk,
    struct canvas_pen *pen,
    enum pane_id id,
    enum form form) {
    const int start = pen->column;
    const enum theme_role role = id == model->pane ? THEME_TAB_HERE : THEME_TAB;
    const char *title = title_of(model, id, form);
    const enum intent intent = (enum intent)(INTENT_PANE_SETUP + id);
    struct buf key = {0};
    keymap_add_key(&key, &model->keymap, KEYMAP_EVERYWHERE, intent);
    if (key.len) canvas_write_format(pen, role, " %s", buf_text(&key));
    if (title) canvas_write_format(pen, role, " %s", title);
    canvas_write_text(pen, role, " ");
    buf_release(&key);
    pass(walk, start, pen->column, intent);
}

static void add_badge(const struct model *model, struct buf *out) {
    const struct message *backend = model->backend;
    if (!backend) return;
    buf_add(out, model_is_live(model) ? STR(" LIVE") : STR(" SANDBOX"));
    const struct message_backend *told = &backend->as.backend;
    if (model_is_live(model) && told->account) buf_add_format(out, " %s", told->account);
    const int from = model_is_live(model) ? REGION_FROM_LIVE : REGION_FROM;
    if (model->columns >= from && told->region) buf_add_format(out, " %s", told->region);
    buf_add_char(out, ' ');
}

static void walk_header(const struct model *model, struct walk *walk) {
    struct canvas *canvas = walk->canvas;
    struct rect rect = model->layout.header;
    struct buf badge = {0};
    add_badge(model, &badge);
    struct rect right = rect_take_right(&rect, width_of_text(buf_str(&badge)));
    struct canvas_pen pen = canvas_pen(canvas, right, 0);
    canvas_write(&pen, model_is_live(model) ? THEME_LIVE : THEME_SANDBOX, buf_str(&badge));
    buf_release(&badge);

    pen = canvas_pen(canvas, rect, 0);
    canvas_write_text(&pen, THEME_BRAND, model->columns >= BRAND_FROM ? " recloop " : " ");
    const enum form form = choose_form(model, canvas_room(&pen));
    for (int id = 0; id < PANE_COUNT; id++)
        write_tab(model, walk, &pen, (enum pane_id)id, form);
}

// Footer

static void write_label(
    const struct keymap *keymap,
    struct walk *walk,
    struct canvas_pen *pen,
    const struct keymap_row *row,
    const char *label) {
    struct buf key = {0};
    keymap_add_key_name(&key, keymap, row->key);
    // whole labels only: half a word is worse than none
    const int columns = width_of_text(buf_str(&key)) + 1 + width_of_text(str_from(label));
    if (canvas_room(pen) >= columns) {
        canvas_write(pen, THEME_KEY, buf_str(&key));
        canvas_write_format(pen, THEME_DIM, " %s", label);
        pass(walk, pen->column - columns, pen->column, row->intent);
        canvas_move_to(pen, pen->column + 2);
    }
    buf_release(&key);
}

static bool is_of_corner(enum intent intent) {
    return intent == INTENT_HELP || intent == INTENT_QUIT;
}

// For whatever keys the person has for them.
static int corner_columns(const struct keymap *keymap) {
    static const enum intent intents[] = {INTENT_HELP, INTENT_QUIT};
    int columns = 0;
    for (size_t i = 0; i < ARRAY_COUNT(intents); i++) {
        const struct keymap_row *row = keymap_row_of(keymap, KEYMAP_EVERYWHERE, intents[i]);
        struct buf text = {0};
        keymap_add_key_name(&text, keymap, row->key);
        buf_add_format(&text, " %s", row->label);
        columns += width_of_text(buf_str(&text)) + (i ? 2 : 0);
        buf_release(&text);
    }
    return columns;
}

static void walk_footer(const struct model *model, struct walk *walk) {
    struct canvas *canvas = walk->canvas;
    enum keymap_context contexts[MODEL_CONTEXTS];
    const size_t context_count = model_contexts(model, contexts);
    struct rect rect = rect_inset(model->layout.footer, 1);
    size_t row_count = 0;
    const struct keymap_row *rows = keymap_rows(&model->keymap, &row_count);
    // help and quit have a place of their own at the right: they must be found on any width
    const bool has_corner = contexts[context_count - 1] == KEYMAP_EVERYWHERE;
    struct rect corner = rect_take_right(&rect, has_corner ? corner_columns(&model->keymap) : 0);
    rect_take_right(&rect, has_corner ? 1 : 0);
    struct canvas_pen right = canvas_pen(canvas, corner, 0);
    struct canvas_pen left = canvas_pen(canvas, rect, 0);
    for (size_t at = 0; at < context_count; at++) {
        for (size_t i = 0; i < row_count; i++) {
            if (rows[i].context != contexts[at] || !rows[i].label) continue;
            // a key that an inner context has taken means something else here
            if (keymap_find_row(&model->keymap, contexts, context_count, rows[i].key) != &rows[i])
                continue;
            if (!model_can(model, rows[i].intent)) continue;
            const bool is_on = rows[i].label_on && model_is_on(model, rows[i].intent);
            const bool is_corner = has_corner && is_of_corner(rows[i].intent);
            write_label(
                &model->keymap, walk, is_corner ? &right : &left, &rows[i],
                is_on ? rows[i].label_on : rows[i].label);
        }
    }
}

// Both

void hotspot_draw_header(const struct model *model, struct canvas *canvas) {
    walk_header(model, &(struct walk){.canvas = canvas, .column = -1});
}

void hotspot_draw_footer(const struct model *model, struct canvas *canvas) {
    walk_footer(model, &(struct walk){.canvas = canvas, .column = -1});
}

enum intent hotspot_find(const struct model *model, int column, int row) {
    struct walk walk = {.column = column};
    if (rect_contains(model->layout.header, column, row)) walk_header(model, &walk);
    if (rect_contains(model->layout.footer, column, row)) walk_footer(model, &walk);
    return walk.intent;
}
