// stream — events as they happen at the sources, newest first, and the generator.
#include "base/clock.h"
#include "console/model.h"
#include "panes.h"

#define TIME_COLUMNS 8
#define TYPE_COLUMNS 8
#define NAME_COLUMNS 17
#define USER_COLUMNS 10
#define SOURCE_FROM 84
#define USER_FROM 56
#define TYPE_FROM 84

// 0: as fast as it goes
static const int rates[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 0};

static size_t count(const struct model *model) {
    return model_event_count(model);
}

static void add_time(struct buf *out, int64_t wall_ms) {
    const struct clock_date date = clock_date_from_s(wall_ms / 1000);
    buf_add_format(out, "%02d:%02d:%02d", date.hour, date.minute, date.second);
}

static struct str who(const struct message_event *event) {
    return str_from(event->user_id ? event->user_id : event->anonymous_id);
}

static struct str what(const struct message_event *event) {
    return str_from(event->name && event->name[0] ? event->name : event->type);
}

static void draw_row(const struct model *model, size_t row, struct canvas_pen *pen) {
    const struct message_event *event = model_event_at(model, row);
    const int room = canvas_room(pen);
    const bool is_refused = event->discard_reason != NULL;
    struct buf time = {0};
    add_time(&time, event->received_at_ms);
    canvas_write_column(pen, THEME_DIM, buf_str(&time), TIME_COLUMNS + 1);
    buf_release(&time);
    canvas_write_text(pen, is_refused ? THEME_BAD : THEME_GOOD, is_refused ? "✗ " : "✓ ");
    if (room >= TYPE_FROM) {
        canvas_write_column(pen, THEME_NAME, str_from(event->type), TYPE_COLUMNS);
        canvas_write_text(pen, THEME_TEXT, " ");
    }
    const bool is_track = str_equal(str_from(event->type), STR("track"));
    canvas_write_column(pen, is_track ? THEME_STRONG : THEME_NAME, what(event), NAME_COLUMNS);
    canvas_write_text(pen, THEME_TEXT, " ");
    const int user = room >= USER_FROM ? USER_COLUMNS + 1 : 0;
    const int source = room >= SOURCE_FROM ? 14 : 0;
    canvas_write_column(pen, THEME_VALUE, str_from(event->sku), canvas_room(pen) - user - source);
    if (user) {
        canvas_write_text(pen, THEME_TEXT, " ");
        canvas_write_column(pen, THEME_DIM, who(event), USER_COLUMNS);
    }
    if (source) {
        canvas_write_text(pen, THEME_TEXT, " ");
        canvas_write_column(pen, THEME_DIM, str_from(event->source), source - 1);
    }
}

static const struct message_event *selected(const struct model *model) {
    return model_event_at(model, model->lists[PANE_STREAM].selected);
}

static void detail(const struct model *model, struct sheet *sheet) {
    const struct message_event *event = selected(model);
    if (event->discard_reason) {
        sheet_item(sheet, THEME_BAD, "✗ ", THEME_STRONG, str_from(event->discard_reason));
    }
    sheet_json(sheet, str_from(event->raw));
}

static void copy(const struct model *model, struct buf *out) {
    struct json document = {0};
    struct error ignored;
    const struct str raw = str_from(selected(model)->raw);
    if (json_parse(raw, &document, &ignored))
        json_print_pretty(document.root, out);
    else
        buf_add(out, raw);
    json_release(&document);
}

static void write_row(const struct model *model, size_t row, struct json_node *object) {
    const struct message_event *event = model_event_at(model, row);
    struct buf time = {0};
    clock_add_iso8601(&time, event->received_at_ms);
    json_add_text(object, "received_at", buf_str(&time));
    json_add_text(object, "source", str_from(event->source));
    json_add_text(object, "type", str_from(event->type));
    json_add_text(object, "name", str_from(event->name));
    json_add_text(object, "user_id", str_from(event->user_id));
    json_add_text(object, "sku", str_from(event->sku));
    json_add_text(object, "message_id", str_from(event->message_id));
    if (event->discard_reason) json_add_text(object, "refused", str_from(event->discard_reason));
    buf_release(&time);
}

static void empty(const struct model *model, struct sheet *sheet) {
    const struct error *problem = &model->stream.watch_problem;
    if (problem->code != ERROR_NONE) {
        sheet_item(sheet, THEME_BAD, "✗ ", THEME_STRONG, str_from(problem->message));
        if (problem->hint[0]) {
            sheet_item(sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(problem->hint));
        }
        sheet_text(sheet, THEME_DIM, STR("Press R to watch again."));
        return;
    }
    sheet_text(
        sheet, THEME_DIM, STR("No event yet. Press t to fire one, or s to generate shoppers."));
}

static void add_generator(const struct model *model, struct buf *note) {
    const struct model_stream *stream = &model->stream;
    struct buf rate = {0};
    model_add_rate(model, &rate);
    if (stream->rate) buf_add(&rate, STR("/s"));
    if (!stream->generate_run_id) {
        buf_add_format(note, "rate %s · ", buf_text(&rate));
    } else if (stream->is_generator_paused) {
        buf_add(note, STR("generator paused · "));
    } else if (!stream->progress) {
        buf_add_format(note, "generating %s · ", buf_text(&rate));
    } else {
        const struct message_progress *progress = &stream->progress->as.progress;
        buf_add_format(note, "generating %.1f/s of %s · ", progress->per_second, buf_text(&rate));
        if (progress->failed) buf_add_format(note, "%ju failed · ", (uintmax_t)progress->failed);
    }
    buf_release(&rate);
}

static void title_text(const struct model *model, struct buf *title, struct buf *note) {
    const struct model_stream *stream = &model->stream;
    buf_add(title, STR("Events (UTC)"));
    if (stream->is_paused) {
        buf_add_format(title, " · paused, %zu newer", stream->hidden);
    } else if (stream->watch_problem.code != ERROR_NONE) {
        buf_add(title, STR(" · not watching, press R"));
    }
    add_generator(model, note);
    buf_add_format(note, "%ju received", (uintmax_t)stream->received);
    if (stream->left) buf_add_format(note, " · %zu kept", stream->count);
}

static void detail_title(const struct model *model, struct buf *title) {
    buf_add(title, what(selected(model)));
    if (selected(model)->source) buf_add_format(title, " at %s", selected(model)->source);
}

static void set_pause(struct model *model) {
    struct model_stream *stream = &model->stream;
    struct list *list = &model->lists[PANE_STREAM];
    if (stream->is_paused && list->selected > 0) {
        list->selected += stream->hidden;
        list->top += stream->hidden;
    }
    stream->hidden = 0;
    stream->is_paused = !stream->is_paused;
}

// The generator takes changes while it runs.
static void
adjust(struct model *model, const char *name, struct str value, struct effects *effects) {
    if (!model->stream.generate_run_id) return;
    struct command *command = command_new_adjust(model->stream.generate_run_id);
    arguments_set(&command->arguments, name, value);
    effects_add(effects, command);
}

static void change_rate(struct model *model, int step, struct effects *effects) {
    size_t at = 0;
    while (at + 1 < ARRAY_COUNT(rates) && rates[at] != model->stream.rate)
        at++;
    if (step > 0 && at + 1 < ARRAY_COUNT(rates)) at++;
    if (step < 0 && at > 0) at--;
    model->stream.rate = rates[at];
    struct buf rate = {0};
    model_add_rate(model, &rate);
    adjust(model, "rate", buf_str(&rate), effects);
    model_note(
        model, THEME_TEXT, "Generator: %s%s", rates[at] ? buf_text(&rate) : "as fast as it goes",
        rates[at] ? " events per second" : "");
    buf_release(&rate);
}

static void pause_generator(struct model *model, struct effects *effects) {
    struct model_stream *stream = &model->stream;
    if (!stream->generate_run_id) {
        model_note(model, THEME_TEXT, "The generator does not run; s starts it.");
        return;
    }
    stream->is_generator_paused = !stream->is_generator_paused;
    adjust(model, "paused", stream->is_generator_paused ? STR("yes") : STR("no"), effects);
}

static void open_journey(struct model *model, struct effects *effects) {
    if (model_event_count(model) == 0) return;
    const struct message_event *event = selected(model);
    struct buf label = {0};
    buf_add(&label, what(event));
    if (event->sku) buf_add_format(&label, " %s", event->sku);
    journey_screen_open(model, event->message_id, buf_text(&label), effects);
    buf_release(&label);
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    if (intent == INTENT_JOURNEY) {
        open_journey(model, effects);
    } else if (intent == INTENT_PAUSE) {
        set_pause(model);
    } else if (intent == INTENT_GENERATE) {
        model_generate(model, effects);
    } else if (intent == INTENT_RATE_UP || intent == INTENT_RATE_DOWN) {
        change_rate(model, intent == INTENT_RATE_UP ? 1 : -1, effects);
    } else if (intent == INTENT_GENERATE_PAUSE) {
        pause_generator(model, effects);
    } else {
        return false;
    }
    return true;
}

const struct pane stream_pane = {
    .id = PANE_STREAM,
    .context = KEYMAP_STREAM,
    .title = "Stream",
    .short_title = "Stream",
    .help = "Events as they happen, newest first, and a generator of shoppers.",
    .place_of_two = PANE_PLACE_LEFT,
    .place_of_three = PANE_PLACE_LEFT,
    .is_resident = true,
    .list_share = 60,
    .detail_rows = 8,
    .count = count,
    .draw_row = draw_row,
    .detail = detail,
    .empty = empty,
    .title_text = title_text,
    .detail_title = detail_title,
    .copy = copy,
    .write_row = write_row,
    .handle = handle,
};
