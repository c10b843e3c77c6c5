// stream_filter — see the header.
#include "console/stream_filter.h"

#include "console/filter.h"
#include "console/model.h"
#include "console/width.h"

#define HISTORY "stream filter"
#define LABEL_COLUMNS 8 // "Filter: "

static struct event_list *events_of(struct model *model) {
    return &model->stream.events;
}

// The selection stays on its event, or on the next older one that is shown. Of a line being typed, on the
// one that was selected before: half a word may hide it.
static struct stream_filter_anchor hold(const struct model *model) {
    const struct list *list = &model->lists[PANE_STREAM];
    const struct event_list *events = &model->stream.events;
    if (model->editing == MODEL_EDITING_STREAM_FILTER) return model->stream_filter.anchor;
    if (list->selected >= event_list_count(events)) return (struct stream_filter_anchor){0};
    if (list->selected == 0 && !model->stream.is_staying) return (struct stream_filter_anchor){0};
    return (struct stream_filter_anchor){
        .number = event_list_at(events, list->selected)->number,
        .above = list->selected - list->top,
    };
}

static void restore(struct model *model, struct stream_filter_anchor anchor) {
    struct list *list = &model->lists[PANE_STREAM];
    *list = (struct list){0};
    if (!anchor.number) return;
    list->selected = event_list_row(events_of(model), anchor.number);
    list->top = list->selected > anchor.above ? list->selected - anchor.above : 0;
}

static void use(struct model *model, const struct filter *filter) {
    const struct stream_filter_anchor anchor = hold(model);
    event_list_set_filter(events_of(model), filter);
    restore(model, anchor);
}

// Back to what was selected before the line.
static void end_line(struct model *model) {
    restore(model, model->stream_filter.anchor);
}

static bool parse(struct model *model, struct str text, struct filter *out) {
    struct stream_filter *self = &model->stream_filter;
    self->problem = (struct error){0};
    return filter_parse(text, &event_list_schema, out, &self->wrong_at, &self->problem);
}

void stream_filter_set(struct model *model, struct str text) {
    struct filter filter;
    if (!parse(model, text, &filter)) {
        model->stream_filter.problem = (struct error){0};
        return;
    }
    struct buf copy = {0}; // the text may be our own
    buf_add(&copy, str_trim(text));
    buf_release(&model->stream_filter.text);
    model->stream_filter.text = copy;
    use(model, &filter);
}

void stream_filter_open(struct model *model) {
    model->stream_filter.problem = (struct error){0};
    model->stream_filter.anchor = hold(model);
    model_edit(model, MODEL_EDITING_STREAM_FILTER, buf_str(&model->stream_filter.text), false);
    model->editor.is_touched = true; // a paste lands in the line
}

void stream_filter_change(struct model *model, struct str value) {
    struct filter filter;
    if (parse(model, value, &filter)) use(model, &filter);
}

// A line that cannot be read goes back to whoever wrote it.
void stream_filter_submit(struct model *model, struct str value, struct effects *effects) {
    struct filter filter;
    (void)effects;
    if (parse(model, value, &filter)) {
        stream_filter_set(model, value);
        end_line(model);
        return;
    }
    model_edit(model, MODEL_EDITING_STREAM_FILTER, value, false);
    model->editor.is_touched = true;
}

void stream_filter_cancel(struct model *model) {
    stream_filter_set(model, buf_str(&model->stream_filter.text));
    end_line(model);
}

void stream_filter_invert(struct model *model) {
    struct buf inverse = {0};
    filter_format_inverse(&model->stream.events.filter, &inverse);
    if (inverse.len)
        stream_filter_set(model, buf_str(&inverse));
    else
        model_note(
            model, THEME_DIM, "There is no filter to turn round: %s sets one.",
            keymap_name_of(&model->keymap, KEYMAP_STREAM, INTENT_FILTER).text);
    buf_release(&inverse);
}

void stream_filter_show_all(struct model *model, bool shows_all) {
    const struct stream_filter_anchor anchor = hold(model);
    event_list_set_highlighting(events_of(model), shows_all);
    restore(model, anchor);
}

void stream_filter_complete(const struct model *model, struct str text, struct buf *out) {
    (void)model;
    filter_complete(text, &event_list_schema, out);
}

const char *stream_filter_history(const struct model *model) {
    (void)model;
    return HISTORY;
}

// Below the character, as long as the line has not scrolled.
static void mark_place(const struct model *model, struct sheet *sheet) {
    const struct str typed = buf_str(&model->editor.text);
    const struct str before = str_slice(typed, 0, model->stream_filter.wrong_at);
    if (LABEL_COLUMNS + width_of_text(typed) + 1 >= sheet->rect.columns) return;
    struct canvas_pen pen = sheet_line(sheet);
    canvas_repeat(&pen, THEME_TEXT, ' ', LABEL_COLUMNS + width_of_text(before));
    canvas_write_text(&pen, THEME_BAD, "▲");
}

static void write_problem(const struct model *model, struct sheet *sheet) {
    const struct stream_filter *self = &model->stream_filter;
    mark_place(model, sheet);
    struct buf text = {0};
    buf_add_format(&text, "at %zu: %s", self->wrong_at + 1, self->problem.message);
    sheet_item_within(sheet, THEME_BAD, "✗ ", THEME_BAD, buf_str(&text), 2);
    if (model->rows >= LAYOUT_STATUS_FROM_ROWS)
        sheet_item_within(sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(self->problem.hint), 2);
    buf_release(&text);
}

static void write_language(struct sheet *sheet) {
    sheet_item_within(
        sheet, THEME_DIM, "", THEME_DIM,
        STR("words · user:294 · type!=track · at>10:00 · properties.price<50 · event:/^Product/ · "
            "sku:* · -not · a or (b c)"),
        2);
}

void stream_filter_assist(const struct model *model, struct sheet *sheet) {
    const struct event_list *events = &model->stream.events;
    if (model->stream_filter.problem.code != ERROR_NONE) {
        write_problem(model, sheet);
    } else if (filter_is_empty(&events->filter)) {
        write_language(sheet);
    } else {
        sheet_format(
            sheet, THEME_DIM, "%zu of %zu kept events match", events->match_count,
            events->seen.count);
    }
}

// Life and state

static void release(struct model *model) {
    buf_release(&model->stream_filter.text);
}

static void save(const struct model *model, struct json_node *object) {
    json_add_text(object, "filter", buf_str(&model->stream_filter.text));
    json_add_bool(object, "shows_all", model->stream.events.is_highlighting);
}

static void load(struct model *model, const struct json_node *object) {
    stream_filter_set(model, json_get_text(object, "filter"));
    event_list_set_highlighting(events_of(model), json_bool(json_get(object, "shows_all"), false));
}

const struct feature stream_filter_feature = {
    .name = "stream",
    .release = release,
    .save = save,
    .load = load,
};
