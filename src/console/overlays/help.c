// help — every key and what it does, from the keymap, so that it cannot lie. One column of sections; two
// where the screen is wide.
#include "console/model.h"
#include "console/view.h"
#include "console/width.h"
#include "overlays.h"

#define TWO_COLUMNS_FROM 100
#define KEYS_COLUMNS 14
#define KEYS_COLUMNS_NARROW 7

static const enum keymap_context left_sections[] = {
    KEYMAP_EVERYWHERE, KEYMAP_LIST, KEYMAP_DETAIL, KEYMAP_OVERLAY, KEYMAP_HELP,
};
static const enum keymap_context right_sections[] = {
    KEYMAP_SETUP,   KEYMAP_EVENT,   KEYMAP_STREAM,   KEYMAP_RECOMMENDATIONS,
    KEYMAP_PROFILE, KEYMAP_JOURNEY, KEYMAP_PROFILES, KEYMAP_EDITOR,
};

static const struct pane *pane_of(enum keymap_context context) {
    for (int id = 0; id < PANE_COUNT; id++) {
        if (pane_get((enum pane_id)id)->context == context) return pane_get((enum pane_id)id);
    }
    return NULL;
}

// What the keys are called, padded so that the texts stand in a column.
static void add_row(
    struct sheet *sheet,
    void (*name)(struct buf *, const void *),
    const void *of,
    const char *help) {
    const int columns = sheet->rect.columns < 50 ? KEYS_COLUMNS_NARROW : KEYS_COLUMNS;
    struct buf mark = {0};
    buf_add(&mark, STR("  "));
    name(&mark, of);
    do {
        buf_add_char(&mark, ' ');
    } while (width_of_text(buf_str(&mark)) < columns + 3);
    sheet_item(sheet, THEME_KEY, buf_text(&mark), THEME_TEXT, str_from(help));
    buf_release(&mark);
}

static void add_keys(struct buf *out, const void *row) {
    keymap_add_keys(out, row);
}

static void add_hop(struct buf *out, const void *hop) {
    buf_add(out, str_from(hop_title(*(const enum hop_id *)hop)));
}

static void add_section(struct sheet *sheet, enum keymap_context context) {
    size_t count = 0;
    const struct keymap_row *rows = keymap_rows(&count);
    const struct pane *pane = pane_of(context);
    sheet_text(sheet, THEME_HEADING, str_from(keymap_context_title(context)));
    if (pane) sheet_item(sheet, THEME_DIM, "  ", THEME_DIM, str_from(pane->help));
    for (size_t i = 0; i < count; i++) {
        if (rows[i].context == context && !rows[i].is_alias) {
            add_row(sheet, add_keys, &rows[i], rows[i].help);
        }
    }
    sheet_blank(sheet);
}

static void add_legend(struct sheet *sheet) {
    sheet_text(sheet, THEME_HEADING, STR("The loop"));
    for (int hop = 0; hop < HOP_COUNT; hop++) {
        const enum hop_id id = (enum hop_id)hop;
        add_row(sheet, add_hop, &id, hop_help(id));
    }
    sheet_item(
        sheet, THEME_DIM, "  ", THEME_DIM,
        STR("○ idle  ◐ under way  ✓ done  ✗ failed  – not on this way  ? cannot be seen"));
    sheet_blank(sheet);
}

static void add_sections(struct sheet *sheet, const enum keymap_context *sections, size_t count) {
    for (size_t i = 0; i < count; i++)
        add_section(sheet, sections[i]);
}

// Returns the rows of the longer column.
static int write_page(struct canvas *canvas, struct rect rect, int top) {
    const bool is_wide = rect.columns >= TWO_COLUMNS_FROM;
    struct rect right = rect;
    struct rect left = is_wide ? rect_take_left(&right, rect.columns / 2) : rect;
    struct sheet sheet = {.canvas = canvas, .rect = rect_inset(left, 1), .top = top};
    add_sections(&sheet, left_sections, ARRAY_COUNT(left_sections));
    if (!is_wide) add_sections(&sheet, right_sections, ARRAY_COUNT(right_sections));
    add_legend(&sheet);
    if (!is_wide) return sheet.row - 1;
    struct sheet other = {.canvas = canvas, .rect = rect_inset(right, 1), .top = top};
    add_sections(&other, right_sections, ARRAY_COUNT(right_sections));
    return (sheet.row > other.row ? sheet.row : other.row) - 1;
}

static void draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    canvas_fill(canvas, rect, ' ', THEME_TEXT);
    const struct rect rule = rect_take_top(&rect, 1);
    const int rows = write_page(canvas, rect, model->help_top);
    struct buf note = {0};
    const int below = rows - model->help_top - rect.rows;
    if (below > 0) buf_add_format(&note, "%d more ↓", below);
    view_rule(canvas, rule, STR("Help"), buf_str(&note));
    buf_release(&note);
}

static void settle(struct model *model, struct rect rect) {
    const int rows = write_page(NULL, (struct rect){.columns = rect.columns}, 0);
    const int most = rows > rect.rows - 1 ? rows - rect.rows + 1 : 0; // its rule
    if (model->help_top > most) model->help_top = most;
    if (model->help_top < 0) model->help_top = 0;
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    const int page = model->layout.body.rows - 1;
    (void)effects;
    if (intent == INTENT_DOWN) {
        model->help_top++;
    } else if (intent == INTENT_UP) {
        model->help_top--;
    } else if (intent == INTENT_PAGE_DOWN) {
        model->help_top += page;
    } else if (intent == INTENT_PAGE_UP) {
        model->help_top -= page;
    } else {
        return false;
    }
    return true;
}

const struct overlay help_overlay = {
    .id = OVERLAY_HELP,
    .context = KEYMAP_HELP,
    .draw = draw,
    .settle = settle,
    .handle = handle,
};
