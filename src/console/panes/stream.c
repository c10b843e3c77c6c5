// stream — events as they happen at the sources, newest first, and the generator.
#include "base/clock.h"
#include "console/model.h"
#include "console/width.h"
#include "panes.h"
#include "stream_keys.h"
#include "stream_rule.h"

#define TIME_COLUMNS 8
#define TYPE_COLUMNS 8
#define NAME_COLUMNS 17
#define USER_COLUMNS 10
#define SOURCE_FROM 84
#define USER_FROM 56
#define TYPE_FROM 84

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

// What the filter passes over is still there, but not looked at.
static enum theme_role
role_of(const struct model *model, const struct event_list_entry *entry, enum theme_role role) {
    const bool is_aside = model->stream.events.is_highlighting && !entry->is_match;
    return is_aside ? THEME_DIM : role;
}

static void draw_when(const struct event_list_entry *entry, struct canvas_pen *pen) {
    struct buf time = {0};
    add_time(&time, entry->message->as.event.received_at_ms);
    canvas_write_column(pen, THEME_DIM, buf_str(&time), TIME_COLUMNS);
    canvas_write_text(pen, THEME_WARN, entry->is_marked ? "◆" : " ");
    buf_release(&time);
}

// On the real services an event of ours is sent, until it is found on the profile.
static void draw_state(const struct message_event *event, struct canvas_pen *pen) {
    if (event->discard_reason)
        canvas_write_text(pen, THEME_BAD, "✗ ");
    else if (event->is_sent)
        canvas_write_text(pen, THEME_RUNNING, "→ ");
    else
        canvas_write_text(pen, THEME_GOOD, "✓ ");
}

static void draw_row(const struct model *model, size_t row, struct canvas_pen *pen) {
    const struct event_list_entry *entry = event_list_at(&model->stream.events, row);
    const struct message_event *event = &entry->message->as.event;
    const int room = canvas_room(pen);
    draw_when(entry, pen);
    draw_state(event, pen);
    const bool has_type = room >= TYPE_FROM, has_name = event->name && event->name[0];
    if (has_type) {
        canvas_write_column(
            pen, role_of(model, entry, THEME_NAME), str_from(event->type), TYPE_COLUMNS);
        canvas_write_text(pen, THEME_TEXT, " ");
    }
    const bool is_track = str_equal(str_from(event->type), STR("track"));
    const enum theme_role name_role = is_track ? THEME_STRONG : THEME_NAME;
    const struct str name = has_type && !has_name ? (struct str){0} : what(event); // not twice
    canvas_write_column(pen, role_of(model, entry, name_role), name, NAME_COLUMNS);
    canvas_write_text(pen, THEME_TEXT, " ");
    const int user = room >= USER_FROM ? USER_COLUMNS + 1 : 0;
    const int source = room >= SOURCE_FROM ? 14 : 0;
    canvas_write_column(
        pen, role_of(model, entry, THEME_VALUE), str_from(event->sku),
        canvas_room(pen) - user - source);
    if (user) {
        canvas_write_text(pen, THEME_TEXT, " ");
        canvas_write_column(pen, THEME_DIM, who(event), USER_COLUMNS);
    }
    if (source) {
        canvas_write_text(pen, THEME_TEXT, " ");
        canvas_write_column(pen, THEME_DIM, str_from(event->source), source - 1);
    }
}

// The selection of a pane that nobody sees is not settled: there may be fewer rows by now.
static const struct message_event *selected(const struct model *model) {
    const size_t row = model->lists[PANE_STREAM].selected, count_now = model_event_count(model);
    return model_event_at(model, row < count_now ? row : count_now - 1);
}

static const char *sent_text(const struct model *model, const struct message_event *event) {
    const struct str user = str_from(event->user_id);
    if (!str_equal(str_from(event->via), STR("segment"))) return "Sent from here, past Segment";
    return user.len && str_equal(user, str_from(model->user))
               ? "Sent from here; not found on the profile yet"
               : "Sent from here; the profile watched is another shopper's";
}

static void detail(const struct model *model, struct sheet *sheet) {
    const struct message_event *event = selected(model);
    if (event->discard_reason) {
        sheet_item(sheet, THEME_BAD, "✗ ", THEME_STRONG, str_from(event->discard_reason));
    } else if (event->is_sent) {
        sheet_item(sheet, THEME_RUNNING, "→ ", THEME_TEXT, str_from(sent_text(model, event)));
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
    const struct event_list *events = &model->stream.events;
    if (events->seen.count > 0) {
        sheet_format(
            sheet, THEME_DIM,
            "None of %zu events passes the filter. %s takes it off, %s changes it.",
            events->seen.count, keymap_name_of(&model->keymap, KEYMAP_STREAM, INTENT_CLOSE).text,
            keymap_name_of(&model->keymap, KEYMAP_STREAM, INTENT_FILTER).text);
        return;
    }
    if (problem->code != ERROR_NONE) {
        sheet_item(sheet, THEME_BAD, "✗ ", THEME_STRONG, str_from(problem->message));
        if (problem->hint[0]) {
            sheet_item(sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(problem->hint));
        }
        sheet_format(
            sheet, THEME_DIM, "Press %s to watch again.",
            keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, INTENT_REFRESH).text);
        return;
    }
    sheet_format(
        sheet, THEME_DIM, "No event yet. Press %s to fire one, or %s to generate shoppers.",
        keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, INTENT_FIRE).text,
        keymap_name_of(&model->keymap, KEYMAP_STREAM, INTENT_GENERATE).text);
    if (!model_is_live(model)) return;
    sheet_format(
        sheet, THEME_DIM,
        "Here come the events sent from here and those on the profile of %s: Segment shows a "
        "source's debugger on its own pages only.",
        model->user);
}

static void detail_title(const struct model *model, struct buf *title) {
    buf_add(title, what(selected(model)));
    if (selected(model)->source) buf_add_format(title, " at %s", selected(model)->source);
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

// The generator's status above the list: more of it the higher the window is.
static int status_rows(const struct model *model, int rows) {
    if (!stream_controls_has_status(model) || rows < 20) return 0;
    const int most = rows < 30 ? 3 : rows < 40 ? 6 : 9;
    return stream_controls_status_rows(model, most);
}

static int head_rows(const struct model *model, int columns, int rows) {
    (void)columns;
    return stream_rule_account_rows(model) + status_rows(model, rows);
}

static void draw_head(const struct model *model, struct rect rect, struct canvas *canvas) {
    struct rect inner = rect_inset(rect, 1);
    const struct rect account = rect_take_top(&inner, stream_rule_account_rows(model));
    stream_rule_draw_account(model, account, canvas);
    if (status_rows(model, model->rows)) stream_controls_draw_status(model, inner, canvas);
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    if (intent == INTENT_JOURNEY_OF_ROW) {
        open_journey(model, effects);
    } else if (intent == INTENT_COPY_AS) {
        if (count(model)) copy_menu_open_event(model, selected(model)->type, selected(model)->raw);
    } else if (intent == INTENT_GENERATE) {
        stream_controls_start_or_stop(model, effects);
    } else if (intent == INTENT_RATE_UP || intent == INTENT_RATE_DOWN) {
        stream_controls_change_rate(model, intent == INTENT_RATE_UP ? 1 : -1, effects);
    } else if (intent == INTENT_GENERATE_PAUSE) {
        stream_controls_pause(model, effects);
    } else if (intent == INTENT_STEP) {
        stream_controls_step(model, effects);
    } else if (intent == INTENT_CONTROLS) {
        overlay_open(model, OVERLAY_CONTROLS);
    } else {
        return stream_keys_handle(model, intent);
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
    .head_rows = head_rows,
    .draw_head = draw_head,
    .detail = detail,
    .empty = empty,
    .title_text = stream_rule_title,
    .detail_title = detail_title,
    .copy = copy,
    .write_row = write_row,
    .handle = handle,
};
