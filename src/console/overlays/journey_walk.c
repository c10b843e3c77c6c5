// journey_walk — see the header.
#include "journey_walk.h"

#include "base/memory.h"

static const char *id_of_shown(const struct model *model) {
    const struct message *shown = model->journey.shown;
    if (shown && shown->as.journey.message_id) return shown->as.journey.message_id;
    return model->journey.message_id;
}

static bool find_row(const struct model *model, const char *message_id, size_t *out_row) {
    for (size_t row = 0; message_id && row < model_event_count(model); row++) {
        const struct message_event *event = model_event_at(model, row);
        if (!str_equal(str_from(event->message_id), str_from(message_id))) continue;
        *out_row = row;
        return true;
    }
    return false;
}

// What has no id has no journey.
static bool find_next(const struct model *model, size_t from, int step, size_t *out_row) {
    const size_t count = model_event_count(model);
    for (size_t row = from + (size_t)step; row < count;
         row += (size_t)step) { // below 0: not below count
        const char *message_id = model_event_at(model, row)->message_id;
        if (!message_id || !message_id[0]) continue;
        *out_row = row;
        return true;
    }
    return false;
}

static void open_row(struct model *model, size_t row, struct effects *effects) {
    const struct journey_screen *screen = &model->journey;
    const bool is_reading = screen->is_reading;
    const enum journey_tab tab = screen->tab;
    const struct message_event *event = model_event_at(model, row);
    CLEANUP(buf_release) struct buf label = {0}, pattern = {0};
    buf_add(&label, str_from(event->name ? event->name : event->type));
    if (event->sku) buf_add_format(&label, " %s", event->sku);
    buf_add(&pattern, buf_str(&screen->fold.pattern));
    model->lists[PANE_STREAM].selected = row;
    journey_screen_open(model, event->message_id, buf_text(&label), effects);
    model->journey.tab = tab;
    model->journey.is_reading = is_reading;
    buf_add(&model->journey.fold.pattern, buf_str(&pattern));
}

void journey_walk(struct model *model, int step, struct effects *effects) {
    size_t row = 0, next = 0;
    if (!model_event_count(model)) {
        model_note(model, THEME_TEXT, "The Stream pane lists no event.");
    } else if (!find_row(model, id_of_shown(model), &row)) {
        next = model->lists[PANE_STREAM].selected;
        if (!model_event_at(model, next)->message_id) return;
        open_row(model, next, effects);
        model_note(
            model, THEME_TEXT,
            "The event before is not among those that Stream lists: this one is selected there.");
    } else if (find_next(model, row, step, &next)) {
        open_row(model, next, effects);
    } else {
        model_note(
            model, THEME_TEXT, "It is the %s event that the Stream pane lists%s.",
            step > 0 ? "oldest" : "newest",
            model->stream.events.filter.node_count ? " by its filter" : "");
    }
}
