// loop — the hops as a table; see console/loop_screen.h.
#include "console/loop_screen.h"

#include "base/clock.h"
#include "console/amount.h"
#include "console/export.h"
#include "console/model.h"
#include "console/strip.h"
#include "console/view.h"
#include "overlays.h"

#include <assert.h>

#define TITLE_COLUMNS 11 // "Destination"
#define COUNT_COLUMNS 7  // " ≥9999"
#define NUMBER_COLUMNS 6
#define SEEN_COLUMNS 10 // "  10:00:05"
#define MEDIAN_FROM 46  // columns of the row
#define SEEN_FROM 57
#define TREND_FROM 72
#define TREND_MOST 60
#define DETAIL_ROWS_LEAST 5 // below the table, else they stand beneath the row

// What nobody outside of Segment and AWS can see, and who tells instead.
static const char *const unseen[] = {
    [HOP_SEGMENT] = NULL,
    [HOP_DESTINATION] =
        "Segment tells nobody of each delivery: the Event Delivery tab of the destination at "
        "app.segment.com counts them. Fired via destination, this console takes the step itself.",
    [HOP_LAMBDA] =
        "Only the function's log tells: pane Log has its lines, a journey asks for those of one "
        "event. Fired via destination, this console invokes it itself.",
    [HOP_PUT_EVENTS] =
        "Inside the function: at most its log tells, for which a journey asks. Fired via "
        "handler, the call is made here.",
    [HOP_RECOMMENDATIONS] =
        "Inside the function: at most its log tells, for which a journey asks. Fired "
        "via handler, the call is made here.",
    [HOP_IDENTIFY] =
        "Inside the function: at most its log tells, for which a journey asks. Fired via "
        "handler, the call is made here.",
    [HOP_PROFILE] = NULL,
};
static_assert(ARRAY_COUNT(unseen) == HOP_COUNT, "an explanation per hop");

void loop_screen_open(struct model *model, enum hop_id id) {
    if (id < HOP_COUNT) model->loop.selected = id;
    model->loop.has_moved = true;
    overlay_open(model, OVERLAY_LOOP);
}

static const struct meter_hop *selected(const struct model *model) {
    return &model->meter.hops[model->loop.selected];
}

// The table

static void add_time_of_day(struct buf *out, int64_t at_ms) {
    const struct clock_date date = clock_date_from_s(at_ms / 1000);
    buf_add_format(out, "%02d:%02d:%02d", date.hour, date.minute, date.second);
}

static void write_heading(struct rect rect, struct canvas *canvas) {
    struct canvas_pen pen = canvas_pen(canvas, rect, 0);
    const int room = canvas_room(&pen);
    canvas_write_text(&pen, THEME_HEADING, "   ");
    canvas_write_column(&pen, THEME_HEADING, STR("Hop"), TITLE_COLUMNS);
    canvas_write_column_right(&pen, THEME_HEADING, STR("count"), COUNT_COLUMNS);
    canvas_write_column_right(&pen, THEME_HEADING, STR("err"), NUMBER_COLUMNS - 1);
    canvas_write_column_right(&pen, THEME_HEADING, STR("last"), NUMBER_COLUMNS);
    if (room >= MEDIAN_FROM)
        canvas_write_column_right(&pen, THEME_HEADING, STR("p50"), NUMBER_COLUMNS);
    canvas_write_column_right(&pen, THEME_HEADING, STR("p99"), NUMBER_COLUMNS);
    if (room >= SEEN_FROM)
        canvas_write_column_right(&pen, THEME_HEADING, STR("seen"), SEEN_COLUMNS);
    if (room >= TREND_FROM) {
        const int trend = canvas_room(&pen) - 2;
        canvas_write_column_right(
            &pen, THEME_HEADING, STR("newest"), 2 + (trend < TREND_MOST ? trend : TREND_MOST));
    }
}

static void
write_ms(struct canvas_pen *pen, enum theme_role role, bool is_known, double ms, int columns) {
    struct buf text = {0};
    if (is_known && ms >= 0) strip_add_ms(&text, ms);
    canvas_write_column_right(pen, role, text.len ? buf_str(&text) : STR("–"), columns);
    buf_release(&text);
}

static void write_counts(const struct model *model, enum hop_id id, struct canvas_pen *pen) {
    const struct meter_hop *meter = &model->meter.hops[id];
    struct buf text = {0};
    if (meter->passed) buf_add(&text, meter_is_sample(model, id) ? STR("≥") : STR(""));
    if (meter->seen_ms)
        amount_add_short(&text, meter->passed);
    else
        buf_add(&text, STR("–"));
    canvas_write_column_right(pen, THEME_STRONG, buf_str(&text), COUNT_COLUMNS);
    buf_reset(&text);
    if (meter->failed)
        amount_add_short(&text, meter->failed);
    else
        buf_add(&text, STR("–"));
    canvas_write_column_right(
        pen, meter->failed ? THEME_BAD : THEME_DIM, buf_str(&text), NUMBER_COLUMNS - 1);
    buf_release(&text);
}

static void write_trend(const struct meter_hop *meter, struct canvas_pen *pen) {
    double values[2 * TREND_MOST];
    canvas_write_text(pen, THEME_TEXT, "  ");
    const int room = canvas_room(pen) < TREND_MOST ? canvas_room(pen) : TREND_MOST;
    if (room < 1 || !pen->canvas) return;
    const struct plot plot = {
        .values = values,
        .count = meter_recent(meter, values, 2 * (size_t)room),
        .role = THEME_BAR,
    };
    plot_draw(
        &plot, (struct rect){.column = pen->column, .row = pen->row, .columns = room, .rows = 1},
        pen->canvas);
}

static void write_hop(const struct model *model, enum hop_id id, struct canvas_pen *pen) {
    const struct meter_hop *meter = &model->meter.hops[id];
    const struct strip_last last = strip_last(model, id);
    const bool is_here = id == model->loop.selected;
    const int room = canvas_room(pen);
    canvas_write_text(pen, THEME_KEY, is_here ? "▸" : " ");
    canvas_write_rune(pen, strip_role(last.state), strip_symbol(last.state, model->tick));
    canvas_write_text(pen, THEME_TEXT, " ");
    canvas_write_column(pen, THEME_STRONG, str_from(hop_title(id)), TITLE_COLUMNS);
    write_counts(model, id, pen);
    write_ms(pen, THEME_TEXT, meter->seen_ms != 0, meter->last_ms, NUMBER_COLUMNS);
    if (room >= MEDIAN_FROM)
        write_ms(pen, THEME_TEXT, true, meter_percentile(meter, 0.5), NUMBER_COLUMNS);
    write_ms(pen, THEME_TEXT, true, meter_percentile(meter, 0.99), NUMBER_COLUMNS);
    if (room >= SEEN_FROM) {
        struct buf time = {0};
        if (meter->seen_ms) add_time_of_day(&time, meter->seen_ms);
        canvas_write_column_right(
            pen, THEME_DIM, time.len ? buf_str(&time) : STR("–"), SEEN_COLUMNS);
        buf_release(&time);
    }
    if (room >= TREND_FROM) write_trend(meter, pen);
}

// What belongs to the chosen hop

static void add_ms(struct buf *out, const char *name, double ms) {
    if (ms < 0) return;
    buf_add_format(out, " · %s ", name);
    strip_add_ms(out, ms);
    if (ms < 999.5) buf_add(out, STR(" ms"));
}

static void add_figures(const struct model *model, struct buf *text) {
    const struct meter_hop *meter = selected(model);
    if (meter_is_sample(model, model->loop.selected)) buf_add(text, STR("at least "));
    amount_add_grouped(text, meter->passed);
    buf_add(text, STR(" passed · "));
    amount_add_grouped(text, meter->failed);
    buf_add(text, STR(" failed"));
    add_ms(text, "last", meter->last_ms);
    add_ms(text, "p50", meter_percentile(meter, 0.5));
    add_ms(text, "p99", meter_percentile(meter, 0.99));
    if (meter->kept == METER_KEPT) buf_add_format(text, " of the newest %d", METER_KEPT);
    buf_add(text, STR(" · seen "));
    add_time_of_day(text, meter->seen_ms);
    buf_add(text, STR(" UTC"));
}

static void write_figures(const struct model *model, struct sheet *sheet) {
    const struct meter_hop *meter = selected(model);
    struct buf text = {0};
    const bool is_unseen = model_is_live(model) && unseen[model->loop.selected];
    if (!meter->seen_ms) {
        if (is_unseen) return; // why is said
        sheet_text(sheet, THEME_DIM, STR("Nothing was seen here yet."));
        return;
    }
    add_figures(model, &text);
    sheet_text(sheet, THEME_TEXT, buf_str(&text));
    buf_release(&text);
}

static void add_failure(const struct meter_hop *meter, struct buf *text) {
    const struct hop *failure = &meter->failure;
    add_time_of_day(text, meter->failed_ms);
    if (failure->status) buf_add_format(text, " · %d", failure->status);
    if (failure->code[0]) buf_add_format(text, " · %s", failure->code);
    buf_add_format(text, " · %s", failure->detail[0] ? failure->detail : "it did not say why");
}

static void write_failure(const struct meter_hop *meter, struct sheet *sheet) {
    const struct hop *failure = &meter->failure;
    struct buf text = {0};
    if (!meter->failed_ms) return;
    add_failure(meter, &text);
    sheet_item(sheet, THEME_BAD, "✗ ", THEME_STRONG, buf_str(&text));
    if (failure->hint[0]) sheet_item(sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(failure->hint));
    if (failure->request_id[0])
        sheet_item(sheet, THEME_DIM, "request ", THEME_TEXT, str_from(failure->request_id));
    if (failure->message_id[0])
        sheet_item(sheet, THEME_DIM, "event ", THEME_TEXT, str_from(failure->message_id));
    buf_release(&text);
}

// What the figures are of.
static void write_scope(const struct model *model, struct sheet *sheet) {
    const enum hop_id id = model->loop.selected;
    if (!unseen[id]) {
        sheet_item(
            sheet, THEME_DIM, "• ", THEME_DIM,
            id == HOP_SEGMENT ? STR("Of the events that this console fired or streamed.")
                              : STR("Of the events that this console fired and followed."));
    } else if (model_is_live(model)) {
        sheet_item(sheet, THEME_WARN, "? ", THEME_TEXT, str_from(unseen[id]));
    } else if (!meter_sees_inside(model)) {
        struct buf text = {0};
        buf_add_format(
            &text,
            "The sandbox's deliveries are not told any more: only those of this console's own "
            "events count. %s asks for them again.",
            keymap_name_of(&model->keymap, KEYMAP_LOOP, INTENT_REFRESH).text);
        sheet_item(sheet, THEME_WARN, "! ", THEME_TEXT, buf_str(&text));
        buf_release(&text);
    } else if (meter_is_sample(model, id)) {
        sheet_item(
            sheet, THEME_DIM, "• ", THEME_DIM,
            STR("Of the sandbox's deliveries. In a flood the newest stand for all: there were at "
                "least so many."));
    } else {
        sheet_item(
            sheet, THEME_DIM, "• ", THEME_DIM,
            STR("Of every delivery in the sandbox, whoever fired the event."));
    }
}

static void write_detail(const struct model *model, struct sheet *sheet) {
    write_failure(selected(model), sheet);
    write_figures(model, sheet);
    write_scope(model, sheet);
}

// The parts

struct parts {
    struct rect heading, table, rule, detail;
    bool is_inline; // detail: beneath the row; table: of both
};

static struct parts divide(struct rect rect) {
    struct parts parts = {0};
    rect_take_top(&rect, 1); // title
    parts.heading = rect_inset(rect_take_top(&rect, 1), 1);
    parts.is_inline = rect.rows < HOP_COUNT + 1 + DETAIL_ROWS_LEAST;
    parts.table = rect_inset(rect, 1);
    if (parts.is_inline) return parts;
    parts.table = rect_inset(rect_take_top(&rect, HOP_COUNT), 1);
    parts.rule = rect_take_top(&rect, 1);
    parts.detail = rect_inset(rect, 1);
    return parts;
}

static int detail_rows(const struct model *model, struct rect window) {
    struct sheet sheet = {.rect = window};
    write_detail(model, &sheet);
    return sheet.row;
}

static void write_table(const struct model *model, bool has_detail, struct sheet *sheet) {
    for (int id = 0; id < HOP_COUNT; id++) {
        struct canvas_pen pen = sheet_line(sheet);
        write_hop(model, (enum hop_id)id, &pen);
        if (id != (int)model->loop.selected) continue;
        sheet_select(sheet);
        if (has_detail) write_detail(model, sheet);
    }
}

// Rows of what scrolls, all of them.
static int rows_of(const struct model *model, const struct parts *parts) {
    const struct rect window = parts->is_inline ? parts->table : parts->detail;
    return detail_rows(model, window) + (parts->is_inline ? HOP_COUNT : 0);
}

static void add_note(const struct model *model, const struct parts *parts, struct buf *out) {
    const struct rect window = parts->is_inline ? parts->table : parts->detail;
    const int below = rows_of(model, parts) - model->loop.top - window.rows;
    if (below > 0)
        buf_add_format(
            out, "%s: %d more ↓",
            keymap_name_of(&model->keymap, KEYMAP_LOOP, INTENT_PAGE_DOWN).text, below);
    else if (model_is_live(model))
        buf_add(out, STR("LIVE: what this console fired"));
    else
        buf_add(
            out, meter_sees_inside(model) ? STR("every delivery") : STR("what this console fired"));
}

static void draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct parts parts = divide(rect);
    const enum hop_id id = model->loop.selected;
    canvas_fill(canvas, rect, ' ', THEME_TEXT);
    struct buf title = {0}, note = {0};
    add_note(model, &parts, &note);
    view_rule(canvas, rect_take_top(&rect, 1), STR("Loop (ms)"), buf_str(&note));
    buf_release(&note);
    write_heading(parts.heading, canvas);
    struct sheet table = {.canvas = canvas, .rect = parts.table};
    if (parts.is_inline) table.top = model->loop.top;
    write_table(model, parts.is_inline, &table);
    if (parts.is_inline) return;
    buf_add_format(&title, "%s: %s", hop_title(id), hop_help(id));
    view_rule(canvas, parts.rule, buf_str(&title), STR(""));
    buf_release(&title);
    struct sheet detail = {.canvas = canvas, .rect = parts.detail, .top = model->loop.top};
    write_detail(model, &detail);
}

static void settle(struct model *model, struct rect rect) {
    struct loop_screen *screen = &model->loop;
    const struct parts parts = divide(rect);
    const struct rect window = parts.is_inline ? parts.table : parts.detail;
    const int detail = detail_rows(model, window);
    const int all = rows_of(model, &parts);
    if (screen->has_moved && parts.is_inline) {
        const int first = (int)screen->selected, end = first + 1 + detail;
        if (end > screen->top + window.rows) screen->top = end - window.rows;
        if (first < screen->top) screen->top = first;
    } else if (screen->has_moved) {
        screen->top = 0;
    }
    screen->has_moved = false;
    if (screen->top > all - window.rows) screen->top = all - window.rows;
    if (screen->top < 0) screen->top = 0;
}

// Keys

static void choose(struct model *model, int step) {
    struct loop_screen *screen = &model->loop;
    const int wanted = (int)screen->selected + step;
    const int last = HOP_COUNT - 1;
    screen->selected = (enum hop_id)(wanted < 0 ? 0 : wanted > last ? last : wanted);
    screen->has_moved = true;
}

static void choose_failed(struct model *model, int step) {
    const int from = (int)model->loop.selected;
    for (int id = from + step; id >= 0 && id < HOP_COUNT; id += step) {
        if (!model->meter.hops[id].failed) continue;
        choose(model, id - from);
        return;
    }
    model_note(model, THEME_TEXT, "No hop failed %s this one.", step > 0 ? "after" : "before");
}

static bool has_failure_after(const struct model *model) {
    for (int id = (int)model->loop.selected + 1; id < HOP_COUNT; id++)
        if (model->meter.hops[id].failed) return true;
    return false;
}

static bool can(const struct model *model, enum intent intent) {
    if (intent == INTENT_ZOOM || intent == INTENT_UNZOOM) return false;
    if (intent == INTENT_JOURNEY_FAILED) return selected(model)->failure.message_id[0] != '\0';
    if (intent == INTENT_ERROR_NEXT) return has_failure_after(model);
    return true;
}

// Of a hop that nobody sees, the event that was fired last is what passed it, if any.
static void open_journey(struct model *model, struct effects *effects) {
    const enum hop_id id = model->loop.selected;
    const char *message_id = selected(model)->message_id;
    const char *label = "the last event seen there";
    if (!message_id[0]) {
        message_id = model->fire.hops[id].message_id;
        label = model->fire.label;
    }
    if (message_id[0])
        journey_screen_open(model, message_id, label, effects);
    else
        model_note(model, THEME_TEXT, "No event was seen at %s yet.", hop_title(id));
}

static void open_failed(struct model *model, struct effects *effects) {
    const char *message_id = selected(model)->failure.message_id;
    if (message_id[0])
        journey_screen_open(model, message_id, "the last event that failed there", effects);
    else
        model_note(
            model, THEME_TEXT, "No event is known that failed at %s.",
            hop_title(model->loop.selected));
}

// To be pasted into a ticket: the hop, its figures, and what failed there last.
static void copy(struct model *model, struct effects *effects) {
    const struct meter_hop *meter = selected(model);
    const struct hop *failure = &meter->failure;
    struct buf text = {0};
    buf_add_format(&text, "%s: ", hop_title(model->loop.selected));
    if (meter->seen_ms)
        add_figures(model, &text);
    else
        buf_add(&text, STR("nothing was seen here yet"));
    if (meter->failed_ms) {
        buf_add(&text, STR("\nfailed "));
        add_failure(meter, &text);
        if (failure->hint[0]) buf_add_format(&text, "\nnext: %s", failure->hint);
        if (failure->request_id[0]) buf_add_format(&text, "\nrequest %s", failure->request_id);
        if (failure->message_id[0]) buf_add_format(&text, "\nevent %s", failure->message_id);
    }
    export_copy_text(model, buf_str(&text), effects);
    buf_release(&text);
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    const int page = divide(model->layout.body).table.rows - 1;
    if (intent == INTENT_UP) {
        choose(model, -1);
    } else if (intent == INTENT_DOWN) {
        choose(model, 1);
    } else if (intent == INTENT_FIRST) {
        choose(model, -HOP_COUNT);
    } else if (intent == INTENT_LAST) {
        choose(model, HOP_COUNT);
    } else if (intent == INTENT_PAGE_UP) {
        model->loop.top -= page;
    } else if (intent == INTENT_PAGE_DOWN) {
        model->loop.top += page;
    } else if (intent == INTENT_ERROR_NEXT) {
        choose_failed(model, 1);
    } else if (intent == INTENT_ERROR_PREVIOUS) {
        choose_failed(model, -1);
    } else if (intent == INTENT_JOURNEY_OF_ROW) {
        open_journey(model, effects);
    } else if (intent == INTENT_JOURNEY_FAILED) {
        open_failed(model, effects);
    } else if (intent == INTENT_COPY) {
        copy(model, effects);
    } else if (intent == INTENT_REFRESH) {
        meter_watch(model, effects);
    } else if (intent == INTENT_LOOP) {
        overlay_close(model);
    } else {
        return false;
    }
    return true;
}

static void
click(struct model *model, struct rect rect, int column, int row, struct effects *effects) {
    const struct parts parts = divide(rect);
    const int from = (int)model->loop.selected;
    if (!rect_contains(parts.table, column, row)) return;
    int at = row - parts.table.row + (parts.is_inline ? model->loop.top : 0);
    if (parts.is_inline && at > from) {
        const int below = at - detail_rows(model, parts.table);
        if (below <= from) return; // on what belongs to it
        at = below;
    }
    if (at >= HOP_COUNT) return;
    if (at == from)
        open_journey(model, effects);
    else
        choose(model, at - from);
}

const struct overlay loop_overlay = {
    .id = OVERLAY_LOOP,
    .context = KEYMAP_LOOP,
    .draw = draw,
    .settle = settle,
    .handle = handle,
    .click = click,
    .can = can,
    .keeps_everywhere = true,
};
