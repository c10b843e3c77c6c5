// stream_controls — the run: start, change, stop, and what comes back; the values are in stream_values.c,
// the picture in stream_status.c.
#include "console/stream_controls.h"

#include "console/model.h"
#include "internal.h"

#define SECOND_MS 1000

// 0: as fast as it goes
static const int rates[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 0};

static const char *const names[STREAM_CONTROLS_FIELDS] = {
    [STREAM_CONTROLS_MODEL] = "model",
    [STREAM_CONTROLS_FROM] = "from_date",
    [STREAM_CONTROLS_TO] = "to",
    [STREAM_CONTROLS_USERS] = "users",
    [STREAM_CONTROLS_LIMIT] = "limit",
    [STREAM_CONTROLS_RATE] = "rate",
    [STREAM_CONTROLS_PLATFORMS] = "platforms",
    [STREAM_CONTROLS_SEED] = "seed",
};

static struct str value_of(const struct model *model, enum stream_controls_field field) {
    return buf_str(&model->controls.values[field]);
}

static bool is_dated(const struct model *model) {
    return value_of(model, STREAM_CONTROLS_MODEL).len > 0;
}

void stream_controls_add_rate(const struct model *model, struct buf *out) {
    if (model->stream.rate)
        buf_add_int(out, model->stream.rate);
    else
        buf_add(out, STR("max"));
}

// The start

static struct command *make_command(struct model *model, struct str limit) {
    struct command *command = model_new_run(model, "stream");
    struct buf rate = {0};
    stream_controls_add_rate(model, &rate);
    arguments_set(&command->arguments, "rate", buf_str(&rate));
    buf_release(&rate);
    for (int i = 0; i < STREAM_CONTROLS_FIELDS; i++) {
        const enum stream_controls_field field = (enum stream_controls_field)i;
        const struct str value = field == STREAM_CONTROLS_LIMIT ? limit : value_of(model, field);
        const bool is_of_dates = field == STREAM_CONTROLS_FROM || field == STREAM_CONTROLS_TO;
        if (!value.len || !names[field] || (is_of_dates && !is_dated(model))) continue;
        arguments_set(&command->arguments, names[field], value);
    }
    return command;
}

static void start(struct model *model, struct effects *effects) {
    struct model_stream *stream = &model->stream;
    struct command *command = model->controls.pending;
    model->controls.pending = NULL;
    message_free(stream->progress);
    stream->progress = NULL;
    stream->is_generator_paused = false;
    stream->generate_run_id = command->run_id;
    buf_reset(&model->controls.said);
    model->controls.redrawn_ms = model->now_ms;
    effects_add(effects, command);
}

// "At most 200 events", "every event of the days 2019-05-19 to 2019-05-25", and how fast.
static void add_extent(const struct model *model, struct str limit, struct buf *out) {
    const struct str from = value_of(model, STREAM_CONTROLS_FROM);
    const struct str to = value_of(model, STREAM_CONTROLS_TO);
    const struct str users = value_of(model, STREAM_CONTROLS_USERS);
    const int rate = model->stream.rate;
    if (limit.len)
        buf_add_format(out, "at most " STR_FMT " events", STR_ARG(limit));
    else
        buf_add(out, is_dated(model) ? STR("every event") : STR("events"));
    if (is_dated(model))
        buf_add_format(
            out, " of the days " STR_FMT " to " STR_FMT, STR_ARG(from),
            STR_ARG(to.len ? to : STR("yesterday")));
    if (users.len) buf_add_format(out, " by " STR_FMT " shoppers", STR_ARG(users));
    if (rate)
        buf_add_format(out, ", %d a second", rate);
    else
        buf_add(out, STR(", as fast as they are taken"));
    if (!limit.len && !is_dated(model)) {
        if (rate) buf_add_format(out, " (%d an hour)", rate * 3600);
        buf_add(out, STR(", until you stop it"));
    }
    if (!limit.len && is_dated(model)) buf_add(out, STR("; how many is told once it runs"));
    buf_add(out, STR(".\nThey go to the Segment sources of these settings."));
}

// The account first: it must be seen however low the window is.
static void ask(struct model *model, struct str limit) {
    struct buf text = {0};
    overlay_add_account(model, &text);
    buf_add(&text, STR(": "));
    add_extent(model, limit, &text);
    overlay_confirm(
        model,
        model->backend ? STR("Stream into a real account (LIVE)?")
                       : STR("Stream before the account is known?"),
        buf_str(&text), "stream", NULL, start);
    buf_release(&text);
}

static bool is_one(struct str limit) {
    int64_t count = 0;
    return str_parse_int64(limit, &count) && count == 1;
}

// A run with a first day needs one; the panel is where it is typed.
static bool has_what_it_needs(struct model *model) {
    if (!is_dated(model) || value_of(model, STREAM_CONTROLS_FROM).len) return true;
    if (!overlay_is_open(model, OVERLAY_CONTROLS)) overlay_open(model, OVERLAY_CONTROLS);
    model->controls.list.selected = STREAM_CONTROLS_FROM;
    model_note(
        model, THEME_WARN, "This model needs its first day: %s types it.",
        keymap_name_of(&model->keymap, KEYMAP_CONTROLS, INTENT_EDIT).text);
    return false;
}

static void begin(struct model *model, struct str limit, struct effects *effects) {
    if (!has_what_it_needs(model)) return;
    command_free(model->controls.pending);
    model->controls.pending = make_command(model, limit);
    const bool may_be_live = !model->backend || model_is_live(model);
    if (may_be_live && !is_one(limit))
        ask(model, limit);
    else
        start(model, effects);
}

void stream_controls_start_or_stop(struct model *model, struct effects *effects) {
    if (model->stream.generate_run_id)
        effects_add(effects, command_new_cancel(model->stream.generate_run_id));
    else
        begin(model, value_of(model, STREAM_CONTROLS_LIMIT), effects);
}

// Changes while it runs

static void
adjust(struct model *model, const char *name, struct str value, struct effects *effects) {
    if (!model->stream.generate_run_id) return;
    struct command *command = command_new_adjust(model->stream.generate_run_id);
    arguments_set(&command->arguments, name, value);
    effects_add(effects, command);
}

void stream_controls_pause(struct model *model, struct effects *effects) {
    struct model_stream *stream = &model->stream;
    if (!stream->generate_run_id) {
        const bool is_in_panel = overlay_is_open(model, OVERLAY_CONTROLS);
        model_note(
            model, THEME_TEXT, "The generator does not run; %s starts it.",
            keymap_name_of(
                &model->keymap, is_in_panel ? KEYMAP_CONTROLS : KEYMAP_STREAM, INTENT_GENERATE)
                .text);
        return;
    }
    stream->is_generator_paused = !stream->is_generator_paused;
    adjust(model, "paused", stream->is_generator_paused ? STR("yes") : STR("no"), effects);
}

// So many events and then a pause; a run that is not there yet is one of so many.
void stream_controls_step(struct model *model, struct effects *effects) {
    const struct str typed = value_of(model, STREAM_CONTROLS_STEP);
    const struct str count = typed.len ? typed : STR("1");
    if (!model->stream.generate_run_id) {
        begin(model, count, effects);
        return;
    }
    model->stream.is_generator_paused = true;
    adjust(model, "step", count, effects);
}

void stream_controls_change_rate(struct model *model, int steps, struct effects *effects) {
    size_t at = 0;
    while (at + 1 < ARRAY_COUNT(rates) && rates[at] != model->stream.rate)
        at++;
    if (steps > 0 && at + 1 < ARRAY_COUNT(rates)) at++;
    if (steps < 0 && at > 0) at--;
    model->stream.rate = rates[at];
    struct buf rate = {0};
    stream_controls_add_rate(model, &rate);
    adjust(model, "rate", buf_str(&rate), effects);
    model_note(
        model, THEME_TEXT, "Generator: %s%s", rates[at] ? buf_text(&rate) : "as fast as it goes",
        rates[at] ? " events per second" : "");
    buf_release(&rate);
}

// What comes back

static void hear_progress(struct model *model, const struct message_progress *progress) {
    const double per_second = progress->is_paused ? 0 : progress->per_second;
    plot_series_set(&model->controls.accepted, model->now_ms / SECOND_MS, per_second);
    if (progress->is_paused) model->stream.is_generator_paused = true; // after its steps
}

// Its requests are made by lanes that belong to nobody by name; while it runs nothing else is posted so.
static bool is_of_run(const struct message *message, uint64_t run_id) {
    if (message->kind != MESSAGE_REQUEST) return false;
    const struct message_request *request = &message->as.request;
    if (request->run_id == run_id || message->run_id == run_id) return true;
    return request->run_id == 0 && str_equal(str_from(request->method), STR("POST"));
}

static void apply(struct model *model, const struct message *message, struct effects *effects) {
    struct stream_controls *self = &model->controls;
    const int64_t now_s = model->now_ms / SECOND_MS;
    const uint64_t run_id = model->stream.generate_run_id;
    (void)effects;
    if (message->kind == MESSAGE_EVENT) plot_series_add(&self->received, now_s, 1);
    if (run_id && is_of_run(message, run_id))
        plot_series_largest(&self->slowest_ms, now_s, message->as.request.ms);
    if (!run_id || message->run_id != run_id) return;
    if (message->kind == MESSAGE_PROGRESS) hear_progress(model, &message->as.progress);
    if (message->kind == MESSAGE_LINE && message->as.line.text) {
        buf_reset(&self->said);
        buf_add(&self->said, str_from(message->as.line.text));
    }
}

static void leave(struct model *model, struct effects *effects) {
    struct stream_controls *self = &model->controls;
    (void)effects;
    self->accepted = self->received = self->slowest_ms = (struct plot_series){0};
    buf_reset(&self->said);
    command_free(self->pending);
    self->pending = NULL;
}

static int64_t wake_ms(const struct model *model) {
    const bool is_seen = model_is_visible(model, PANE_STREAM);
    if (!model->stream.generate_run_id || !is_seen || !model->now_ms) return 0;
    return model->controls.redrawn_ms + SECOND_MS;
}

static void wake(struct model *model, struct effects *effects) {
    (void)effects;
    model->controls.redrawn_ms = model->now_ms;
}

static void release(struct model *model) {
    for (int field = 0; field < STREAM_CONTROLS_FIELDS; field++)
        buf_release(&model->controls.values[field]);
    buf_release(&model->controls.said);
    command_free(model->controls.pending);
    model->controls.pending = NULL;
}

static void save(const struct model *model, struct json_node *object) {
    for (int i = 0; i < STREAM_CONTROLS_FIELDS; i++) {
        const struct str value = buf_str(&model->controls.values[i]);
        if (value.len)
            json_add_text(object, stream_controls_label((enum stream_controls_field)i), value);
    }
    json_add_integer(object, "rate", model->stream.rate);
}

static void load(struct model *model, const struct json_node *object) {
    int64_t rate = 0;
    struct error ignored;
    for (int i = 0; i < STREAM_CONTROLS_FIELDS; i++) {
        const enum stream_controls_field field = (enum stream_controls_field)i;
        const struct str value = json_get_text(object, stream_controls_label(field));
        if (field == STREAM_CONTROLS_RATE || !value.len) continue;
        if (!stream_controls_check(field, value, &ignored)) continue;
        buf_reset(&model->controls.values[field]);
        buf_add(&model->controls.values[field], value);
    }
    if (!json_integer(json_get(object, "rate"), &rate)) return;
    for (size_t i = 0; i < ARRAY_COUNT(rates); i++)
        if (rates[i] == rate) model->stream.rate = rates[i];
}

const struct feature stream_controls_feature = {
    .name = "generator",
    .release = release,
    .apply = apply,
    .leave = leave,
    .wake_ms = wake_ms,
    .wake = wake,
    .save = save,
    .load = load,
};
