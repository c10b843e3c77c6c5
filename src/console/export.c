// export — see the header.
#include "console/export.h"

#include "base/clock.h"
#include "console/clipboard.h"
#include "console/model.h"
#include "console/picture.h"
#include "console/view.h"
#include "console/width.h"
#include "internal.h"

#define EXPORT_COLUMNS 64
#define SHOWN_COLUMNS 40

static void write_json(const struct model *model, struct buf *out);
static void write_csv(const struct model *model, struct buf *out);
static void write_svg(const struct model *model, struct buf *out);
static void write_html(const struct model *model, struct buf *out);
static void write_text(const struct model *model, struct buf *out);

static const struct {
    const char *ending, *help;
    void (*write)(const struct model *model, struct buf *out);
    bool is_rows; // of the pane, not of the screen
} forms[] = {
    {".json", "the rows of this pane", write_json, true},
    {".csv", "the rows of this pane, for spreadsheets", write_csv, true},
    {".svg", "the screen as a picture", write_svg, false},
    {".html", "the screen as a page", write_html, false},
    {".txt", "the screen as text", write_text, false},
};

// Rows

static void make_rows(const struct model *model, struct json *document) {
    const struct pane *pane = pane_get(model->pane);
    struct json_node *rows = json_new_array(document);
    const size_t count = narrow_count(model, pane->id);
    for (size_t place = 0; place < count; place++) {
        const size_t at = narrow_row(model, pane->id, place);
        if (pane->is_selectable && !pane->is_selectable(model, at)) continue;
        pane->write_row(model, at, json_add_object(rows, NULL));
    }
}

static void write_json(const struct model *model, struct buf *out) {
    struct json document = {0};
    make_rows(model, &document);
    json_print_pretty(document.root, out);
    buf_add_char(out, '\n');
    json_release(&document);
}

static void add_field(struct buf *out, struct str text) {
    bool needs_quotes = false;
    for (size_t i = 0; i < text.len; i++)
        needs_quotes |= strchr(",\"\r\n", text.ptr[i]) != NULL;
    if (!needs_quotes) {
        buf_add(out, text);
        return;
    }
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') buf_add_char(out, '"');
        buf_add_char(out, text.ptr[i]);
    }
    buf_add_char(out, '"');
}

static void add_node(struct buf *out, const struct json_node *node) {
    struct buf text = {0};
    if (json_kind(node) == JSON_STRING) {
        add_field(out, json_text(node));
    } else if (json_kind(node) != JSON_ABSENT && json_kind(node) != JSON_NULL) {
        json_print(node, &text);
        add_field(out, buf_str(&text));
    }
    buf_release(&text);
}

static size_t find_columns(const struct json_node *rows, struct str columns[EXPORT_COLUMNS]) {
    size_t count = 0;
    for (const struct json_node *row = json_first(rows); row; row = json_next(row)) {
        for (const struct json_node *field = json_first(row); field; field = json_next(field)) {
            size_t at = 0;
            while (at < count && !str_equal(columns[at], json_key(field)))
                at++;
            if (at == count && count < EXPORT_COLUMNS) columns[count++] = json_key(field);
        }
    }
    return count;
}

void export_csv(const struct json_node *rows, struct buf *out) {
    struct str columns[EXPORT_COLUMNS];
    const size_t count = find_columns(rows, columns);
    for (size_t at = 0; at < count; at++) {
        if (at) buf_add_char(out, ',');
        add_field(out, columns[at]);
    }
    buf_add(out, STR("\r\n"));
    for (const struct json_node *row = json_first(rows); row; row = json_next(row)) {
        for (size_t at = 0; at < count; at++) {
            struct buf key = {0};
            buf_add(&key, columns[at]);
            if (at) buf_add_char(out, ',');
            add_node(out, json_get(row, buf_text(&key)));
            buf_release(&key);
        }
        buf_add(out, STR("\r\n"));
    }
}

static void write_csv(const struct model *model, struct buf *out) {
    struct json document = {0};
    make_rows(model, &document);
    export_csv(document.root, out);
    json_release(&document);
}

// The screen

static void paint(const struct model *model, struct canvas *canvas) {
    canvas_resize(canvas, model->columns, model->rows);
    view_draw(model, canvas);
}

static void write_svg(const struct model *model, struct buf *out) {
    struct canvas canvas = {0};
    paint(model, &canvas);
    picture_svg(&canvas, model->theme, STR("recloop"), out);
    canvas_release(&canvas);
}

static void write_html(const struct model *model, struct buf *out) {
    struct canvas canvas = {0};
    paint(model, &canvas);
    picture_html(&canvas, model->theme, STR("recloop"), out);
    canvas_release(&canvas);
}

static void write_text(const struct model *model, struct buf *out) {
    struct canvas canvas = {0};
    paint(model, &canvas);
    canvas_print(&canvas, out);
    canvas_release(&canvas);
}

// The prompt

static size_t form_of(struct str path) {
    size_t at = 0;
    while (at < ARRAY_COUNT(forms) && !str_ends_with(path, str_from(forms[at].ending)))
        at++;
    return at;
}

static bool has_rows(const struct model *model) {
    return pane_get(model->pane)->write_row != NULL && model->overlay_count == 0;
}

static bool is_possible(const struct model *model, size_t form) {
    return form < ARRAY_COUNT(forms) && (!forms[form].is_rows || has_rows(model));
}

void export_open(struct model *model) {
    struct buf name = {0};
    buf_add(&name, STR("recloop-"));
    const char *title = pane_get(model->pane)->short_title;
    for (; *title; title++)
        buf_add_char(&name, *title >= 'A' && *title <= 'Z' ? (char)(*title + 32) : *title);
    buf_add_char(&name, '-');
    clock_add_compact(&name, model->now_ms / 1000);
    buf_add(&name, has_rows(model) ? STR(".json") : STR(".svg"));
    model_edit(model, MODEL_EDITING_EXPORT, buf_str(&name), false);
    model->editor.is_touched = true;
    buf_release(&name);
}

void export_complete(const struct model *model, struct str path, struct buf *out) {
    const size_t now = form_of(path);
    const bool has_form = now < ARRAY_COUNT(forms);
    const size_t ending = has_form ? strlen(forms[now].ending) : 0;
    size_t form = has_form ? (now + 1) % ARRAY_COUNT(forms) : 0;
    while (!is_possible(model, form))
        form = (form + 1) % ARRAY_COUNT(forms);
    buf_add(out, str_slice(path, 0, path.len - ending));
    buf_add(out, str_from(forms[form].ending));
}

void export_assist(const struct model *model, struct sheet *sheet) {
    const size_t form = form_of(buf_str(&model->editor.text));
    struct canvas_pen pen = sheet_line(sheet);
    canvas_write_format(
        &pen, THEME_DIM,
        "%s: ", keymap_name_of(&model->keymap, KEYMAP_EDITOR, INTENT_COMPLETE).text);
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        if (!is_possible(model, i)) continue;
        canvas_write_text(&pen, i == form ? THEME_STRONG : THEME_DIM, forms[i].ending);
        canvas_write_text(&pen, THEME_TEXT, " ");
    }
    if (is_possible(model, form)) canvas_write_format(&pen, THEME_DIM, " %s", forms[form].help);
}

// ".json", "there/.json"
static bool is_nameless(struct str path, size_t form) {
    const size_t before = path.len - strlen(forms[form].ending);
    return before == 0 || path.ptr[before - 1] == '/';
}

void export_submit(struct model *model, struct str path, struct effects *effects) {
    const size_t form = form_of(path);
    if (!path.len) return;
    if (form < ARRAY_COUNT(forms) && is_nameless(path, form)) {
        struct error err;
        error_set(&err, ERROR_INVALID, "The file has no name, only an ending");
        error_hint(&err, "It would be hidden: write a name before %s.", forms[form].ending);
        internal_note_error(model, &err);
        return;
    }
    if (!is_possible(model, form)) {
        struct error err;
        error_set(&err, ERROR_INVALID, "The name must say the form");
        error_hint(
            &err, has_rows(model) ? "End it in .json, .csv, .svg, .html or .txt."
                                  : "End it in .svg, .html or .txt.");
        internal_note_error(model, &err);
        return;
    }
    forms[form].write(model, &effects->file_text);
    internal_add_path(model, path, &effects->file_path);
}

// Copying

static void note_copied(struct model *model, struct str text) {
    const size_t runes = str_count_runes(text);
    const struct str line = str_slice(text, 0, str_find_char(text, '\n'));
    const struct str shown = str_slice(line, 0, width_fit(line, SHOWN_COLUMNS));
    const char *rest = shown.len < text.len ? "…" : "";
    model_note(
        model, THEME_GOOD, "✓ Copied: " STR_FMT "%s (%zu characters)", STR_ARG(shown), rest, runes);
}

void export_copy_text(struct model *model, struct str text, struct effects *effects) {
    if (!text.len) {
        model_note(model, THEME_DIM, "There is nothing to copy here; secrets never are.");
    } else if (text.len > CLIPBOARD_MAX_BYTES) {
        model_note(
            model, THEME_WARN, "Terminals take %d bytes, this has %zu: %s writes it to a file.",
            CLIPBOARD_MAX_BYTES, text.len,
            keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, INTENT_EXPORT).text);
    } else {
        buf_add(&effects->copy, text);
        note_copied(model, text);
    }
}

void export_copy(struct model *model, struct effects *effects) {
    const struct pane *pane = pane_get(model->pane);
    struct buf text = {0};
    if (pane->copy && narrow_count(model, pane->id) > 0) pane->copy(model, &text);
    export_copy_text(model, buf_str(&text), effects);
    buf_release(&text);
}
