// apply — what messages from the worker do to the model. Every arm takes the message or frees it.
#include "base/memory.h"
#include "internal.h"

static bool is_same_text(const char *left, const char *right) {
    return str_equal(str_from(left), str_from(right));
}

static void keep(struct message **slot, struct message *take_message) {
    message_free(*slot);
    *slot = take_message;
}

// Hops

static void apply_hop(struct model *model, const struct message *message, struct effects *effects) {
    struct model_fire *fire = &model->fire;
    const struct hop *hop = &message->as.hop;
    if (!fire->run_id || message->run_id != fire->run_id || hop->id >= HOP_COUNT) return;
    fire->hops[hop->id] = *hop;
    if (hop->id == HOP_SEGMENT && hop->state == HOP_FAILED)
        event_list_refuse(&model->stream.events, fire->run_id, str_from(hop->detail));
    const bool is_complete = hop->id == HOP_PROFILE && hop->state == HOP_DONE;
    if (!is_complete || fire->is_refreshed) return;
    fire->is_refreshed = true;
    model_ask_shopper(model, effects);
}

// Events

// The function's answer for the shopper in focus came by, and it does not belong to our own event:
// somebody else's closed the loop, and the list has moved.
static bool is_loop_closed_elsewhere(struct model *model, const struct message_event *event) {
    if (!is_same_text(event->type, "identify")) return false;
    if (!is_same_text(event->user_id, model->user)) return false;
    const bool is_ours = model->fire.is_identify_due;
    model->fire.is_identify_due = false;
    return !is_ours;
}

// On the real services nobody tells that the function has answered. It is asked when its event is found.
static bool is_loop_due(const struct model *model, const struct message_event *event) {
    return model_is_live(model) && !event->is_sent && is_same_text(event->type, "track") &&
           is_same_text(event->user_id, model->user);
}

static void look_again(struct model *model, struct effects *effects) {
    internal_expect_change(model);
    model_ask_shopper(model, effects);
}

static uint64_t number_of_row(const struct event_list *events, size_t row) {
    return row < event_list_count(events) ? event_list_at(events, row)->number : 0;
}

// What left may have stood between: marked events stay longer than those after them.
static void follow_number(const struct event_list *events, uint64_t number, struct list *list) {
    if (!number || number_of_row(events, list->selected) == number) return;
    const size_t row = event_list_row(events, number);
    if (row < list->selected && list->top >= list->selected - row)
        list->top -= list->selected - row;
    list->selected = row;
}

static void
apply_event(struct model *model, struct message *take_message, struct effects *effects) {
    struct model_stream *stream = &model->stream;
    struct list *list = &model->lists[PANE_STREAM];
    const bool is_closed = is_loop_closed_elsewhere(model, &take_message->as.event) ||
                           is_loop_due(model, &take_message->as.event);
    const uint64_t selected = number_of_row(&stream->events, list->selected);
    const bool is_on_top = event_list_add(&stream->events, take_message);
    if (is_on_top && (stream->is_staying || list->selected > 0)) {
        // the selection stays on its event; on the newest row it follows
        list->selected++;
        list->top++;
        follow_number(&stream->events, selected, list);
    }
    if (is_closed) look_again(model, effects);
}

// Answers: the list and the profile

// Newer than what is shown, and about the shopper in focus.
static bool is_wanted(
    const struct model *model,
    const struct model_answer *answer,
    const char *user_id,
    uint64_t run_id) {
    if (run_id && run_id < answer->shown_run_id) return false;
    return is_same_text(user_id, model->user);
}

static void
show_answer(struct model_answer *answer, struct message *take_message, bool has_changed) {
    if (answer->now && has_changed && (answer->is_cause_new || !answer->before)) {
        keep(&answer->before, answer->now);
        answer->now = NULL;
        answer->is_cause_new = false;
    }
    answer->shown_run_id = take_message->run_id;
    answer->problem = (struct error){0};
    keep(&answer->now, take_message);
}

static bool is_same_order(
    const struct message_recommendations *left, const struct message_recommendations *right) {
    if (left->item_count != right->item_count) return false;
    for (size_t i = 0; i < left->item_count; i++) {
        if (!is_same_text(left->items[i].item_id, right->items[i].item_id)) return false;
    }
    return true;
}

static int rank_in(const struct message_recommendations *list, const char *item_id) {
    for (size_t i = 0; i < list->item_count; i++) {
        if (is_same_text(list->items[i].item_id, item_id)) return (int)i + 1;
    }
    return 0;
}

static void compare_ranks(struct model_answer *answer) {
    struct message_recommendations *now = &answer->now->as.recommendations;
    for (size_t i = 0; i < now->item_count; i++) {
        const char *item_id = now->items[i].item_id;
        now->items[i].previous_rank =
            answer->before ? rank_in(&answer->before->as.recommendations, item_id) : -1;
    }
}

static void apply_recommendations(struct model *model, struct message *take_message) {
    struct model_answer *answer = &model->recommendations;
    const struct message_recommendations *list = &take_message->as.recommendations;
    if (!is_wanted(model, answer, list->user_id, take_message->run_id)) {
        message_free(take_message);
        return;
    }
    const bool has_changed = answer->now && !is_same_order(&answer->now->as.recommendations, list);
    show_answer(answer, take_message, has_changed);
    compare_ranks(answer);
}

static bool
is_same_profile(const struct message_profile *left, const struct message_profile *right) {
    if (left->trait_count != right->trait_count) return false;
    for (size_t i = 0; i < left->trait_count; i++) {
        if (!is_same_text(left->traits[i].name, right->traits[i].name)) return false;
        if (!is_same_text(left->traits[i].value, right->traits[i].value)) return false;
    }
    return true;
}

static void apply_profile(struct model *model, struct message *take_message) {
    struct model_answer *answer = &model->profile;
    const struct message_profile *profile = &take_message->as.profile;
    if (!is_wanted(model, answer, profile->user_id, take_message->run_id)) {
        message_free(take_message);
        return;
    }
    const bool has_changed = answer->now && !is_same_profile(&answer->now->as.profile, profile);
    show_answer(answer, take_message, has_changed);
}

// Ends of runs

static void finish_fire(struct model *model, const struct error *err, struct effects *effects) {
    struct model_fire *fire = &model->fire;
    fire->run_id = 0;
    fire->problem = *err;
    if (err->code != ERROR_NONE) fire->is_identify_due = false;
    for (int i = 0; i < HOP_COUNT; i++) {
        struct hop *hop = &fire->hops[i];
        if (hop->state != HOP_RUNNING) continue;
        // the run ended here: with its error this hop failed, without one nothing more is known
        hop->state = err->code == ERROR_NONE ? HOP_HIDDEN : HOP_FAILED;
        if (err->code == ERROR_NONE) continue;
        hop_set_detail(hop, str_from(err->message));
        hop_set_hint(hop, str_from(err->hint));
    }
    if (!fire->is_refreshed) model_ask_shopper(model, effects);
    fire->is_refreshed = true;
}

static void finish_change(struct model *model, const struct error *err, struct effects *effects) {
    model->change_run_id = 0;
    if (err->code != ERROR_NONE) {
        buf_reset(&model->change_note);
        internal_note_error(model, err);
        return;
    }
    const bool has_note = model->change_note.len > 0;
    model_note(
        model, THEME_GOOD, "✓ %s%s%s", model->change_said, has_note ? " · " : "",
        buf_text(&model->change_note));
    buf_reset(&model->change_note);
    model_ask_settings(model, effects);
    model_ask_shopper(model, effects);
    model_watch(model, effects); // if the old value had ended it
}

// True when the question is to be asked again. An old answer stays in view beside the new problem.
static bool
finish_answer(struct model *model, struct model_answer *answer, const struct error *err) {
    answer->run_id = 0;
    answer->problem = *err;
    if (answer->now && err->code != ERROR_NONE) internal_note_error(model, err);
    return answer->again;
}

static void
apply_done(struct model *model, uint64_t run_id, const struct error *err, struct effects *effects) {
    struct model_stream *stream = &model->stream;
    const bool has_failed = err->code != ERROR_NONE && err->code != ERROR_CANCELLED;
    if (run_id == 0) return;
    if (run_id == model->fire.run_id) {
        finish_fire(model, err, effects);
    } else if (run_id == model->recommendations.run_id) {
        const bool again = finish_answer(model, &model->recommendations, err);
        if (again) internal_ask_recommendations(model, effects);
    } else if (run_id == model->profile.run_id) {
        const bool again = finish_answer(model, &model->profile, err);
        if (again) internal_ask_profile(model, effects);
    } else if (run_id == model->change_run_id) {
        finish_change(model, err, effects);
    } else if (run_id == stream->watch_run_id) {
        stream->watch_run_id = 0;
        stream->watch_problem = *err;
    } else if (run_id == stream->generate_run_id) {
        stream->generate_run_id = 0;
        stream->is_generator_paused = false;
        if (has_failed) internal_note_error(model, err);
    } else if (run_id == model->settings_run_id || run_id == model->status_run_id) {
        if (run_id == model->settings_run_id) model->settings_run_id = 0;
        if (has_failed) internal_note_error(model, err);
    }
}

static void apply_line(struct model *model, const struct message *message) {
    // the function's log belongs to the hops; what a change says is for the person who made it
    if (!message->as.line.text) return;
    if (!message->run_id) { // nobody's, such as what becomes of a recording
        model_note(model, THEME_WARN, "%s", message->as.line.text);
        return;
    }
    if (message->run_id != model->change_run_id) return;
    if (model->change_note.len) buf_add(&model->change_note, STR(" · "));
    buf_add(&model->change_note, str_from(message->as.line.text));
}

static void apply_progress(struct model *model, struct message *take_message) {
    if (take_message->run_id == model->stream.generate_run_id) {
        keep(&model->stream.progress, take_message);
    } else {
        message_free(take_message);
    }
}

static void
tell_features(struct model *model, const struct message *message, struct effects *effects) {
    size_t count = 0;
    const struct feature *const *features = feature_all(&count);
    for (size_t i = 0; i < count; i++)
        if (features[i]->apply) features[i]->apply(model, message, effects);
}

// A feature may keep the message of a run of its own.
static bool offer(struct model *model, struct message *take_message, struct effects *effects) {
    size_t count = 0;
    const struct feature *const *features = feature_all(&count);
    for (size_t i = 0; i < count; i++)
        if (features[i]->take && features[i]->take(model, take_message, effects)) return true;
    return false;
}

// The profile tells of events that were sent from here, and of those already listed.
static bool is_known(struct model *model, const struct message *message, struct effects *effects) {
    if (message->kind != MESSAGE_EVENT || !model_is_live(model)) return false;
    const struct message_event *event = &message->as.event;
    bool is_news = false;
    if (event->is_sent || !event_list_confirm(&model->stream.events, event, &is_news)) return false;
    if (is_news && is_loop_due(model, event)) look_again(model, effects);
    return true;
}

// An answer that was under way when another account came into use.
static bool is_of_before(const struct model *model, const struct message *message) {
    if (!message->run_id || message->run_id >= model->account_run_id) return false;
    switch (message->kind) {
    case MESSAGE_EVENT:
    case MESSAGE_RECOMMENDATIONS:
    case MESSAGE_PROFILE:
    case MESSAGE_BACKEND:
    case MESSAGE_PROGRESS:
    case MESSAGE_HOP:
    case MESSAGE_JOURNEY: return true;
    case MESSAGE_SETTINGS: // the log of requests is kept, and runs end
    case MESSAGE_LINE:
    case MESSAGE_REQUEST:
    case MESSAGE_VALUES:
    case MESSAGE_DONE: break;
    }
    return false;
}

// The features hear it before the core takes it; what the core asks and shows is settled after both.
static void take(struct model *model, struct message *take_message, struct effects *effects) {
    if (is_of_before(model, take_message) || is_known(model, take_message, effects)) {
        message_free(take_message);
        return;
    }
    tell_features(model, take_message, effects);
    // what goes out is for the list of events, whoever sent it
    const bool is_sent = take_message->kind == MESSAGE_EVENT && take_message->as.event.is_sent;
    if (!is_sent && offer(model, take_message, effects)) return;
    switch (take_message->kind) {
    case MESSAGE_EVENT: apply_event(model, take_message, effects); break;
    case MESSAGE_RECOMMENDATIONS: apply_recommendations(model, take_message); break;
    case MESSAGE_PROFILE: apply_profile(model, take_message); break;
    case MESSAGE_SETTINGS: keep(&model->settings, take_message); break;
    case MESSAGE_BACKEND: keep(&model->backend, take_message); break;
    case MESSAGE_PROGRESS: apply_progress(model, take_message); break;
    case MESSAGE_HOP:
        apply_hop(model, take_message, effects);
        message_free(take_message);
        break;
    case MESSAGE_LINE:
        apply_line(model, take_message);
        message_free(take_message);
        break;
    case MESSAGE_DONE:
        apply_done(model, take_message->run_id, &take_message->as.done, effects);
        message_free(take_message);
        break;
    case MESSAGE_JOURNEY:
    case MESSAGE_REQUEST:
    case MESSAGE_VALUES: message_free(take_message); break; // nobody asked
    }
}

void model_apply_next(struct model *model, struct message *take_message, struct effects *effects) {
    take(model, take_message, effects);
    internal_clamp(model);
}

void model_settle(struct model *model) {
    internal_settle(model);
}

void model_apply(struct model *model, struct message *take_message, struct effects *effects) {
    take(model, take_message, effects);
    internal_settle(model);
}

void model_refuse(struct model *model, uint64_t run_id, struct effects *effects) {
    struct error err;
    error_set(&err, ERROR_BUSY, "Too many requests are waiting already");
    error_hint(&err, "Wait a moment and press the key again.");
    struct message *done = message_new_done(run_id, &err);
    tell_features(model, done, effects);
    message_free(done);
    apply_done(model, run_id, &err, effects);
    internal_note_error(model, &err);
    internal_settle(model);
}
