// stream_keys — see the header.
#include "stream_keys.h"

#include "console/model.h"

static struct list *list_of(struct model *model) {
    return &model->lists[PANE_STREAM];
}

static bool is_following(const struct model *model) {
    return !model->stream.is_staying && model->lists[PANE_STREAM].selected == 0;
}

static void set_pause(struct model *model) {
    struct event_list *events = &model->stream.events;
    struct list *list = list_of(model);
    const size_t on_top = event_list_set_paused(events, !events->is_paused);
    if (is_following(model)) return;
    list->selected += on_top;
    list->top += on_top;
}

static void set_follow(struct model *model) {
    model->stream.is_staying = is_following(model);
    if (!model->stream.is_staying) *list_of(model) = (struct list){0};
}

static bool is_refused(const struct event_list *events, const struct event_list_entry *entry) {
    (void)events;
    return entry->message->as.event.discard_reason != NULL;
}

// A mark; where matches stand among the others, a match.
static bool
is_marked_or_match(const struct event_list *events, const struct event_list_entry *entry) {
    const bool tells_matches = events->is_highlighting && !filter_is_empty(&events->filter);
    return entry->is_marked || (tells_matches && entry->is_match);
}

static void go(struct model *model, int step, event_list_is_fn *is, const char *nothing) {
    struct list *list = list_of(model);
    size_t row = 0;
    if (event_list_find(&model->stream.events, list->selected, step, is, &row)) {
        list->selected = row;
        model->detail_tops[PANE_STREAM] = 0;
        return;
    }
    model_note(model, THEME_DIM, "%s %s this event.", nothing, step > 0 ? "below" : "above");
}

static void mark(struct model *model) {
    struct event_list *events = &model->stream.events;
    if (event_list_count(events) == 0) return;
    event_list_mark(events, list_of(model)->selected);
    // who marks wants to keep what is marked in view
    if (is_following(model)) model->stream.is_staying = true;
}

static void highlight(struct model *model) {
    const bool shows_all = !model->stream.events.is_highlighting;
    stream_filter_show_all(model, shows_all);
    if (!shows_all) {
        model_note(model, THEME_DIM, "What the filter passes over is hidden.");
        return;
    }
    model_note(
        model, THEME_DIM, "What the filter passes over is dimmed; %s and %s go to what matches.",
        keymap_name_of(&model->keymap, KEYMAP_STREAM, INTENT_FIND_NEXT).text,
        keymap_name_of(&model->keymap, KEYMAP_STREAM, INTENT_FIND_PREVIOUS).text);
}

// First the filter, then the marks.
static bool take_off(struct model *model) {
    struct event_list *events = &model->stream.events;
    if (model->is_detail_open) return false;
    if (!filter_is_empty(&events->filter)) {
        stream_filter_set(model, (struct str){0});
        return true;
    }
    const size_t count = event_list_unmark_all(events);
    if (count) model_note(model, THEME_DIM, "%zu mark%s taken off.", count, count == 1 ? "" : "s");
    return count > 0;
}

bool stream_keys_handle(struct model *model, enum intent intent) {
    // a pane that nobody sees is not settled, and the palette presses keys in it
    list_move(list_of(model), 0, event_list_count(&model->stream.events));
    if (intent == INTENT_PAUSE) {
        set_pause(model);
    } else if (intent == INTENT_FOLLOW) {
        set_follow(model);
    } else if (intent == INTENT_FILTER) {
        stream_filter_open(model);
    } else if (intent == INTENT_INVERT) {
        stream_filter_invert(model);
    } else if (intent == INTENT_HIGHLIGHT) {
        highlight(model);
    } else if (intent == INTENT_MARK) {
        mark(model);
    } else if (intent == INTENT_FIND_NEXT || intent == INTENT_FIND_PREVIOUS) {
        go(model, intent == INTENT_FIND_NEXT ? 1 : -1, is_marked_or_match, "No mark or match");
    } else if (intent == INTENT_ERROR_NEXT || intent == INTENT_ERROR_PREVIOUS) {
        go(model, intent == INTENT_ERROR_NEXT ? 1 : -1, is_refused, "No refused event");
    } else {
        return intent == INTENT_CLOSE && take_off(model);
    }
    return true;
}
