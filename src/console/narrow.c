// narrow — see the header.
#include "console/narrow.h"

#include "base/memory.h"
#include "console/model.h"
#include "console/width.h"
#include "internal.h"

static struct narrow_pane *here(struct model *model) {
    return &model->narrow.of[model->pane];
}

bool narrow_is_on(const struct model *model, enum pane_id id) {
    return model->narrow.of[id].is_on;
}

// The rows that are shown

static bool is_match(const struct model *model, enum pane_id id, size_t row) {
    const struct pane_row subject = {.model = model, .row = row};
    const struct filter *filter = model->narrow.of[id].filter;
    return filter && filter_matches(filter, &subject);
}

static void add_row(struct narrow_pane *self, size_t row) {
    if (self->count == self->cap) {
        self->cap = self->cap ? self->cap * 2 : 64;
        self->rows = mem_resize(self->rows, self->cap, sizeof(*self->rows));
    }
    self->rows[self->count++] = row;
}

static void find_rows(struct model *model, enum pane_id id) {
    struct narrow_pane *self = &model->narrow.of[id];
    const struct pane *pane = pane_get(id);
    const size_t count = pane->count(model);
    size_t heading = count; // not shown yet
    self->count = self->matches = self->all = 0;
    for (size_t row = 0; row < count; row++) {
        if (pane->is_selectable && !pane->is_selectable(model, row)) {
            heading = row;
            continue;
        }
        self->all++;
        if (!is_match(model, id, row)) continue;
        if (heading < count) add_row(self, heading);
        heading = count;
        add_row(self, row);
        self->matches++;
    }
}

void narrow_settle(struct model *model) {
    for (int id = 0; id < PANE_COUNT; id++)
        if (model->narrow.of[id].is_on) find_rows(model, (enum pane_id)id);
}

size_t narrow_count(const struct model *model, enum pane_id id) {
    const struct narrow_pane *self = &model->narrow.of[id];
    const size_t count = pane_get(id)->count(model);
    return self->is_on && self->count < count ? self->count : count;
}

size_t narrow_row(const struct model *model, enum pane_id id, size_t place) {
    const struct narrow_pane *self = &model->narrow.of[id];
    if (!self->is_on || !self->count) return place;
    const size_t count = pane_get(id)->count(model);
    const size_t row = self->rows[place < self->count ? place : self->count - 1];
    return row < count ? row : count ? count - 1 : 0; // between two settles rows may have gone
}

size_t narrow_place(const struct model *model, enum pane_id id, size_t row) {
    const struct narrow_pane *self = &model->narrow.of[id];
    if (!self->is_on || !self->count) return row;
    size_t low = 0, high = self->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (self->rows[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < self->count ? low : self->count - 1;
}

bool narrow_is_last(const struct model *model, enum pane_id id, size_t row) {
    const struct narrow_pane *self = &model->narrow.of[id];
    return !self->count || self->rows[self->count - 1] <= row;
}

// What is told

static void add_cut(struct buf *out, struct str text, int columns) {
    if (width_of_text(text) <= columns) {
        buf_add(out, text);
    } else if (columns > 1) {
        buf_add(out, str_slice(text, 0, width_fit(text, columns - 1)));
        buf_add(out, STR("…"));
    }
}

// The account and the filter first; the pane's own title and note as there is room.
void narrow_add_rule(
    const struct model *model, enum pane_id id, int columns, struct buf *title, struct buf *note) {
    const struct narrow_pane *self = &model->narrow.of[id];
    struct buf account = {0}, only = {0};
    if (!self->is_on) return;
    buf_add_format(&account, "%zu of %zu", self->matches, self->all);
    buf_add_format(&only, " · only %s", buf_text(&self->text));
    const int wanted = width_of_text(buf_str(&account)) + width_of_text(buf_str(&only)) + 8;
    if (wanted + width_of_text(buf_str(title)) > columns) {
        buf_reset(title);
        buf_add(title, str_from(pane_get(id)->short_title));
    }
    const int left = columns - wanted - width_of_text(buf_str(title));
    if (note->len && width_of_text(buf_str(note)) + 3 <= left)
        buf_add_format(&account, " · %s", buf_text(note));
    buf_reset(note);
    buf_add(note, buf_str(&account));
    const int room = columns - 8 - width_of_text(buf_str(note)) - width_of_text(buf_str(title));
    add_cut(title, buf_str(&only), room);
    buf_release(&account);
    buf_release(&only);
}

void narrow_empty(const struct model *model, enum pane_id id, struct sheet *sheet) {
    sheet_format(
        sheet, THEME_DIM, "None of %zu rows passes the filter. %s takes it off, %s changes it.",
        model->narrow.of[id].all, keymap_name_of(&model->keymap, KEYMAP_LIST, INTENT_CLOSE).text,
        keymap_name_of(&model->keymap, KEYMAP_LIST, INTENT_FILTER).text);
}

// The filter

static bool parse(struct model *model, struct str text, struct filter *out) {
    struct narrow *narrow = &model->narrow;
    narrow->problem = (struct error){0};
    return filter_parse(
        text, pane_get(model->pane)->schema, out, &narrow->wrong_at, &narrow->problem);
}

static void clear(struct narrow_pane *self) {
    mem_free(self->filter);
    self->filter = NULL;
    buf_reset(&self->text);
    self->is_on = false;
    self->count = 0;
}

// The selection stays on its row, or goes to the next one that is shown. False: it cannot be read.
static bool use(struct model *model, struct str text) {
    struct narrow_pane *self = here(model);
    struct filter *filter = mem_zeroed(1, sizeof(*filter));
    if (!parse(model, text, filter)) {
        mem_free(filter);
        return false;
    }
    struct buf copy = {0}; // the text may be our own
    buf_add(&copy, str_trim(text));
    clear(self);
    if (filter_is_empty(filter)) {
        mem_free(filter);
    } else {
        self->filter = filter;
        self->is_on = true;
        buf_add(&self->text, buf_str(&copy));
        find_rows(model, model->pane);
    }
    buf_release(&copy);
    return true;
}

static void open_prompt(struct model *model) {
    struct narrow *narrow = &model->narrow;
    struct narrow_pane *self = here(model);
    struct buf start = {0};
    narrow->problem = (struct error){0};
    narrow->anchor = model->lists[model->pane].selected;
    narrow->was_on = self->is_on;
    buf_reset(&narrow->before);
    buf_add(&narrow->before, buf_str(&self->text));
    if (self->is_on) buf_add(&start, buf_str(&self->text));
    model_edit(model, MODEL_EDITING_NARROW, buf_str(&start), false);
    model->editor.is_touched = true; // a paste lands in the line
    buf_release(&start);
}

void narrow_change(struct model *model, struct str value) {
    if (use(model, value)) model->lists[model->pane].selected = model->narrow.anchor;
}

// A line that cannot be read goes back to whoever wrote it.
void narrow_submit(struct model *model, struct str value, struct effects *effects) {
    (void)effects;
    if (use(model, value)) return;
    model_edit(model, MODEL_EDITING_NARROW, value, false);
    model->editor.is_touched = true;
}

void narrow_cancel(struct model *model) {
    struct narrow *narrow = &model->narrow;
    if (!use(model, buf_str(&narrow->before))) return;
    here(model)->is_on = narrow->was_on && here(model)->filter;
    model->lists[model->pane].selected = narrow->anchor;
}

void narrow_complete(const struct model *model, struct str text, struct buf *out) {
    filter_complete(text, pane_get(model->pane)->schema, out);
}

const char *narrow_history(const struct model *model) {
    return pane_get(model->pane)->short_title;
}

static void add_fields(const struct model *model, struct buf *out) {
    const struct filter_schema *schema = pane_get(model->pane)->schema;
    buf_add(out, STR("words · -not · a or b · /expression/ · fields:"));
    for (size_t i = 0; i < schema->field_count; i++)
        buf_add_format(out, " %s", schema->fields[i].name);
}

void narrow_assist(const struct model *model, struct sheet *sheet) {
    const struct narrow *narrow = &model->narrow;
    const struct narrow_pane *self = &narrow->of[model->pane];
    struct buf text = {0};
    if (narrow->problem.code != ERROR_NONE) {
        buf_add_format(&text, "at %zu: %s", narrow->wrong_at + 1, narrow->problem.message);
        sheet_item_within(sheet, THEME_BAD, "✗ ", THEME_BAD, buf_str(&text), 2);
        if (model->rows >= LAYOUT_STATUS_FROM_ROWS)
            sheet_item_within(
                sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(narrow->problem.hint), 2);
    } else if (!self->is_on) {
        add_fields(model, &text);
        sheet_item_within(sheet, THEME_DIM, "", THEME_DIM, buf_str(&text), 2);
    } else {
        sheet_format(sheet, THEME_DIM, "%zu of %zu rows match", self->matches, self->all);
    }
    buf_release(&text);
}

// Keys

static void invert(struct model *model) {
    struct narrow_pane *self = here(model);
    struct buf inverse = {0};
    if (self->filter) filter_format_inverse(self->filter, &inverse);
    if (inverse.len)
        (void)use(model, buf_str(&inverse));
    else
        model_note(
            model, THEME_DIM, "There is no filter to turn round: %s sets one.",
            keymap_name_of(&model->keymap, KEYMAP_LIST, INTENT_FILTER).text);
    buf_release(&inverse);
}

static void go(struct model *model, int step) {
    struct list *list = &model->lists[model->pane];
    const struct pane *pane = pane_get(model->pane);
    const size_t count = pane->count(model);
    for (size_t row = list->selected; step > 0 ? row + 1 < count : row > 0;) {
        row = step > 0 ? row + 1 : row - 1;
        if (pane->is_selectable && !pane->is_selectable(model, row)) continue;
        if (!is_match(model, model->pane, row)) continue;
        list->selected = row;
        model->detail_tops[model->pane] = 0;
        return;
    }
    const char *where = step > 0 ? "below" : "above";
    if (here(model)->filter)
        model_note(model, THEME_DIM, "No match %s this row.", where);
    else
        model_note(
            model, THEME_DIM, "Nothing was looked for: %s does.",
            keymap_name_of(&model->keymap, KEYMAP_LIST, INTENT_FILTER).text);
}

bool narrow_handle(struct model *model, enum intent intent) {
    if (!pane_get(model->pane)->schema || model->is_detail_open) return false;
    if (intent == INTENT_FILTER) {
        open_prompt(model);
    } else if (intent == INTENT_INVERT) {
        invert(model);
    } else if (intent == INTENT_FIND_NEXT || intent == INTENT_FIND_PREVIOUS) {
        go(model, intent == INTENT_FIND_NEXT ? 1 : -1);
    } else if (intent == INTENT_CLOSE && here(model)->is_on) {
        here(model)->is_on = false; // n and N still know it
    } else {
        return false;
    }
    return true;
}

bool narrow_can(const struct model *model, enum intent intent) {
    const struct pane *pane = pane_get(model->pane);
    return intent != INTENT_FILTER || pane->schema || model->pane == PANE_STREAM;
}

bool narrow_forbids(const struct model *model, enum intent intent) {
    static const enum intent about_row[] = {
        INTENT_DETAIL, INTENT_EDIT, INTENT_UNSET,   INTENT_EXPLAIN,
        INTENT_REVEAL, INTENT_COPY, INTENT_COPY_AS, INTENT_RELATED,
    };
    if (!narrow_is_on(model, model->pane) || narrow_count(model, model->pane)) return false;
    for (size_t i = 0; i < ARRAY_COUNT(about_row); i++)
        if (about_row[i] == intent) return true;
    return false;
}

// Life and state

static void release(struct model *model) {
    for (int id = 0; id < PANE_COUNT; id++) {
        struct narrow_pane *self = &model->narrow.of[id];
        mem_free(self->filter);
        mem_free(self->rows);
        buf_release(&self->text);
    }
    buf_release(&model->narrow.before);
}

static void save(const struct model *model, struct json_node *object) {
    for (int id = 0; id < PANE_COUNT; id++) {
        const struct narrow_pane *self = &model->narrow.of[id];
        const char *name = pane_get((enum pane_id)id)->short_title;
        if (self->is_on) json_add_text(object, name, buf_str(&self->text));
    }
}

static void load(struct model *model, const struct json_node *object) {
    const enum pane_id in_focus = model->pane;
    for (int id = 0; id < PANE_COUNT; id++) {
        const struct pane *pane = pane_get((enum pane_id)id);
        const struct str text = json_get_text(object, pane->short_title);
        model->pane = pane->id;
        if (pane->schema && text.len) (void)use(model, text);
    }
    model->pane = in_focus;
    model->narrow.problem = (struct error){0};
}

const struct feature narrow_feature = {
    .name = "filters",
    .release = release,
    .save = save,
    .load = load,
};
