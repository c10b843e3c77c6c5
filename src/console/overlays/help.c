// help — every key and what it does, from the keymap, so that it cannot lie: what works here first. One column
// of sections; two where the screen is wide. `/` leaves only what is searched for.
#include "console/model.h"
#include "console/view.h"
#include "console/width.h"
#include "overlays.h"

#define TWO_COLUMNS_FROM 100
#define KEYS_COLUMNS 14
#define KEYS_COLUMNS_NARROW 7

struct page {
    const struct keymap *keymap;
    struct str search; // empty: everything
};

static bool has_word(struct str text, struct str word) {
    for (size_t at = 0; at + word.len <= text.len; at++) {
        if (str_equal_nocase(str_slice(text, at, word.len), word)) return true;
    }
    return false;
}

static const struct pane *pane_of(enum keymap_context context) {
    for (int id = 0; id < PANE_COUNT; id++) {
        if (pane_get((enum pane_id)id)->context == context) return pane_get((enum pane_id)id);
    }
    return NULL;
}

// What the keys are called, padded so that the texts stand in a column.
static void add_row(struct sheet *sheet, const struct buf *name, const char *help) {
    const int columns = sheet->rect.columns < 50 ? KEYS_COLUMNS_NARROW : KEYS_COLUMNS;
    struct buf mark = {0};
    buf_add(&mark, STR("  "));
    buf_add(&mark, buf_str(name));
    do {
        buf_add_char(&mark, ' ');
    } while (width_of_text(buf_str(&mark)) < columns + 3);
    sheet_item(sheet, THEME_KEY, buf_text(&mark), THEME_TEXT, str_from(help));
    buf_release(&mark);
}

static void add_keys(const struct page *page, struct sheet *sheet, const struct keymap_row *row) {
    struct buf keys = {0};
    keymap_add_keys(&keys, page->keymap, row);
    add_row(sheet, &keys, row->help);
    buf_release(&keys);
}

// A row is found by its keys as they are written, or by words of what it does and of where it works.
static bool is_wanted(const struct page *page, const struct keymap_row *row) {
    struct buf keys = {0}, text = {0};
    if (!page->search.len) return true;
    keymap_add_keys(&keys, page->keymap, row);
    buf_add_format(&text, "%s %s", keymap_context_title(row->context), row->help);
    struct str rest = page->search, word;
    bool is_found = true;
    while (is_found && rest.len) {
        str_split(rest, ' ', &word, &rest);
        is_found = str_contains(buf_str(&keys), word) || has_word(buf_str(&text), word);
    }
    buf_release(&keys);
    buf_release(&text);
    return is_found;
}

static void add_section(const struct page *page, struct sheet *sheet, enum keymap_context context) {
    size_t count = 0;
    const struct keymap_row *rows = keymap_rows(page->keymap, &count);
    const struct pane *pane = pane_of(context);
    bool has_title = false;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].context != context || rows[i].is_alias) continue;
        if (!is_wanted(page, &rows[i])) continue;
        if (!has_title) {
            sheet_text(sheet, THEME_HEADING, str_from(keymap_context_title(context)));
            if (pane) sheet_item(sheet, THEME_DIM, "  ", THEME_DIM, str_from(pane->help));
        }
        has_title = true;
        add_keys(page, sheet, &rows[i]);
    }
    if (has_title) sheet_blank(sheet);
}

static void add_legend(struct sheet *sheet) {
    sheet_text(sheet, THEME_HEADING, STR("The loop"));
    for (int hop = 0; hop < HOP_COUNT; hop++) {
        const enum hop_id id = (enum hop_id)hop;
        struct buf name = {0};
        buf_add(&name, str_from(hop_title(id)));
        add_row(sheet, &name, hop_help(id));
        buf_release(&name);
    }
    sheet_item(
        sheet, THEME_DIM, "  ", THEME_DIM,
        STR("○ idle  ◐ under way  ✓ done  ✗ failed  – not on this way  ? cannot be seen"));
    sheet_blank(sheet);
}

// What works where the help was asked for, then the rest in the order of the contexts.
static size_t order_sections(
    const struct model *model, enum keymap_context out[KEYMAP_CONTEXT_COUNT], size_t *out_here) {
    const enum keymap_context first[] = {
        pane_get(model->pane)->context, KEYMAP_LIST, KEYMAP_DETAIL, KEYMAP_EVERYWHERE};
    size_t count = 0;
    if (model->overlay_count > 1) {
        // asked for in an overlay: the pane's own keys wait until that is closed
        const enum overlay_id below = model->overlays[model->overlay_count - 2];
        out[count++] = overlay_get(below)->context;
        out[count++] = KEYMAP_OVERLAY;
        if (overlay_get(below)->keeps_everywhere) out[count++] = KEYMAP_EVERYWHERE;
    } else {
        for (size_t i = 0; i < ARRAY_COUNT(first); i++)
            out[count++] = first[i];
    }
    *out_here = count;
    for (int each = 0; each < KEYMAP_CONTEXT_COUNT; each++) {
        size_t at = 0;
        while (at < *out_here && out[at] != (enum keymap_context)each)
            at++;
        if (at == *out_here) out[count++] = (enum keymap_context)each;
    }
    return count;
}

// Returns the rows of the longer column.
static int write_page(const struct model *model, struct canvas *canvas, struct rect rect, int top) {
    enum keymap_context sections[KEYMAP_CONTEXT_COUNT];
    size_t here = 0;
    const struct page page = {.keymap = &model->keymap, .search = buf_str(&model->help_search)};
    const size_t count = order_sections(model, sections, &here);
    const bool is_wide = rect.columns >= TWO_COLUMNS_FROM;
    struct rect right = rect;
    struct rect left = is_wide ? rect_take_left(&right, rect.columns / 2) : rect;
    struct sheet sheet = {.canvas = canvas, .rect = rect_inset(left, 1), .top = top};
    struct sheet beside = {.canvas = canvas, .rect = rect_inset(right, 1), .top = top};
    for (size_t i = 0; i < count; i++)
        add_section(&page, is_wide && i >= here ? &beside : &sheet, sections[i]);
    if (!page.search.len) add_legend(&sheet);
    if (!sheet.row && !beside.row)
        sheet_format(
            &sheet, THEME_DIM, "Nothing is described with \"%s\".", buf_text(&model->help_search));
    return (sheet.row > beside.row ? sheet.row : beside.row) - 1;
}

static void draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    canvas_fill(canvas, rect, ' ', THEME_TEXT);
    const struct rect rule = rect_take_top(&rect, 1);
    const int rows = write_page(model, canvas, rect, model->help_top);
    struct buf title = {0}, note = {0};
    const int below = rows - model->help_top - rect.rows;
    buf_add(&title, STR("Help"));
    if (model->help_search.len) buf_add_format(&title, ": %s", buf_text(&model->help_search));
    if (below > 0) buf_add_format(&note, "%d more ↓", below);
    view_rule(canvas, rule, buf_str(&title), buf_str(&note));
    buf_release(&title);
    buf_release(&note);
}

static void settle(struct model *model, struct rect rect) {
    const int rows = write_page(model, NULL, (struct rect){.columns = rect.columns}, 0);
    const int most = rows > rect.rows - 1 ? rows - rect.rows + 1 : 0; // its rule
    if (model->help_top > most) model->help_top = most;
    if (model->help_top < 0) model->help_top = 0;
}

// As it is typed: what is left gets less with every letter.
void help_search(struct model *model, struct str text) {
    buf_reset(&model->help_search);
    buf_add(&model->help_search, str_trim(text));
    model->help_top = 0;
}

void help_search_submit(struct model *model, struct str text, struct effects *effects) {
    (void)effects;
    help_search(model, text);
}

void help_search_cancel(struct model *model) {
    buf_reset(&model->help_search);
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    const int page = model->layout.body.rows - 1;
    (void)effects;
    if (intent == INTENT_FIND) {
        model_edit(model, MODEL_EDITING_HELP_SEARCH, buf_str(&model->help_search), false);
    } else if (intent == INTENT_CLOSE && model->help_search.len) {
        help_search_cancel(model);
    } else if (intent == INTENT_DOWN) {
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
