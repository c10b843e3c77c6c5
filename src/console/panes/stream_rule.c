// stream_rule — see the header.
#include "stream_rule.h"

#include "console/amount.h"
#include "console/model.h"
#include "console/stream_controls.h"
#include "console/view.h"
#include "console/width.h"

// The rule: what is shown and why, and at its right the account of all events

#define NARROW 60

static void add_held(const struct event_list *events, struct buf *title) {
    const uint64_t newer = event_list_newer(events);
    buf_add(title, STR(" · paused, "));
    if (newer > events->held.count) buf_add_format(title, "%zu of ", events->held.count); // kept
    buf_add_format(title, "%ju newer", (uintmax_t)newer);
}

static void add_state(const struct model *model, int columns, struct buf *title) {
    const struct model_stream *stream = &model->stream;
    const size_t above = model->lists[PANE_STREAM].selected;
    struct buf how = {0};
    if (columns >= NARROW)
        buf_add_format(
            &how, ", %s follows",
            keymap_name_of(&model->keymap, KEYMAP_STREAM, INTENT_FOLLOW).text);
    if (stream->events.is_paused) {
        add_held(&stream->events, title);
    } else if (stream->watch_problem.code != ERROR_NONE) {
        buf_add_format(
            title, " · not watching, press %s",
            keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, INTENT_REFRESH).text);
    } else if (above > 0) {
        buf_add_format(title, " · %zu newer%s", above, buf_text(&how));
    } else if (stream->is_staying) {
        buf_add_format(title, " · staying%s", buf_text(&how));
    }
    buf_release(&how);
}

static void add_cut(struct buf *out, struct str text, int columns) {
    if (width_of_text(text) <= columns) {
        buf_add(out, text);
        return;
    }
    for (int used = 0; text.len;) {
        bool valid = true;
        const uint32_t rune = str_next_rune(&text, &valid);
        used += width_of_rune(rune);
        if (used >= columns) break;
        buf_add_rune(out, rune);
    }
    buf_add(out, STR("…"));
}

static void add_filter(const struct model *model, int columns, struct buf *title) {
    const struct event_list *events = &model->stream.events;
    if (filter_is_empty(&events->filter)) return;
    struct buf text = {0};
    filter_format(&events->filter, &text);
    buf_add(title, events->is_highlighting ? STR(" · matching ") : STR(" · only "));
    const int room = columns - width_of_text(buf_str(title));
    add_cut(title, buf_str(&text), room > 4 ? room : 4);
    buf_release(&text);
}

enum account { ACCOUNT_WHOLE, ACCOUNT_MIDDLE, ACCOUNT_SHORT, ACCOUNT_COUNT };

static void add_number(struct buf *note, uint64_t number, const char *what) {
    if (number) buf_add_format(note, " · %ju %s", (uintmax_t)number, what);
}

// Everything received is shown, filtered, held back or dropped; what was missed was never received.
static void add_account(const struct event_list *events, enum account account, struct buf *note) {
    const size_t shown = event_list_count(events);
    if (account == ACCOUNT_SHORT) { // of all there were
        buf_add_format(note, "%zu of %ju", shown, (uintmax_t)(events->received + events->missed));
        return;
    }
    if (account == ACCOUNT_MIDDLE)
        buf_add_format(note, "%zu of %ju", shown, (uintmax_t)events->received);
    else
        buf_add_format(note, "%ju received", (uintmax_t)events->received);
    if (account == ACCOUNT_WHOLE && shown != events->received)
        buf_add_format(note, " · %zu shown", shown);
    add_number(note, events->seen.count - shown, "filtered");
    add_number(note, events->dropped, "dropped");
    add_number(note, events->missed, "missed");
    add_number(note, events->mark_count, "marked");
    add_number(note, events->marks_dropped, "marks gone");
}

static void add_generator(const struct model *model, struct buf *note) {
    const struct model_stream *stream = &model->stream;
    struct buf rate = {0};
    stream_controls_add_rate(model, &rate);
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

// The account in rows of its own

// What is said of the view on the rule comes and goes; the account stays where it is all the same.
#define STATE_COLUMNS 20
#define STATE_COLUMNS_NARROW 10
#define RULE_FRAME 9 // columns of the rule that are neither title nor note
#define ACCOUNT_ROWS_MOST 2

static int rule_columns(const struct model *model) {
    const struct layout_cell *cell = layout_find(&model->layout, PANE_STREAM);
    return cell ? cell->list_rule.columns : model->columns;
}

static void add_base(int columns, struct buf *title) {
    buf_add(title, columns < NARROW ? STR("Events") : STR("Events (UTC)"));
}

static bool has_room(const struct model *model, int columns) {
    struct buf title = {0}, note = {0};
    add_base(columns, &title);
    add_filter(model, columns, &title);
    add_account(&model->stream.events, ACCOUNT_MIDDLE, &note);
    const int state = columns < NARROW ? STATE_COLUMNS_NARROW : STATE_COLUMNS;
    const int taken = width_of_text(buf_str(&title)) + width_of_text(buf_str(&note)) + state;
    buf_release(&title);
    buf_release(&note);
    return taken + RULE_FRAME <= columns;
}

// From the longest words to the shortest numbers.
static const struct form {
    const char *received;
    void (*add)(struct buf *out, uint64_t number);
    int rows;
} forms[] = {
    {.received = "received", .add = amount_add_grouped, .rows = 1},
    {.received = "got", .add = amount_add_grouped, .rows = 1},
    {.received = "got", .add = amount_add_grouped, .rows = ACCOUNT_ROWS_MOST},
    {.received = "got", .add = amount_add_short, .rows = ACCOUNT_ROWS_MOST},
};

static void write_part(
    const struct form *form,
    uint64_t number,
    const char *what,
    bool is_always,
    enum theme_role role,
    struct sheet *sheet,
    struct canvas_pen *pen) {
    struct buf text = {0};
    if (!number && !is_always) return;
    form->add(&text, number);
    buf_add_format(&text, " %s", what);
    const bool is_first = pen->column == pen->start;
    const int columns = width_of_text(buf_str(&text)) + (is_first ? 0 : 3);
    // the room of a row that is only measured is the window's, too
    if (!is_first && canvas_room(pen) < columns) {
        *pen = sheet_line(sheet);
    } else if (!is_first) {
        canvas_write_text(pen, THEME_DIM, " · ");
    }
    canvas_write(pen, number ? role : THEME_DIM, buf_str(&text));
    buf_release(&text);
}

static void write_account(const struct model *model, const struct form *form, struct sheet *sheet) {
    const struct event_list *events = &model->stream.events;
    const size_t shown = event_list_count(events);
    struct canvas_pen pen = sheet_line(sheet);
    write_part(form, events->received, form->received, true, THEME_STRONG, sheet, &pen);
    write_part(form, shown, "shown", true, THEME_TEXT, sheet, &pen);
    if (events->is_highlighting)
        write_part(form, events->match_count, "matching", true, THEME_TEXT, sheet, &pen);
    write_part(form, events->seen.count - shown, "filtered", false, THEME_TEXT, sheet, &pen);
    write_part(form, events->held.count, "held", false, THEME_TEXT, sheet, &pen);
    write_part(form, events->dropped, "dropped", false, THEME_WARN, sheet, &pen);
    write_part(form, events->missed, "missed", false, THEME_BAD, sheet, &pen);
    write_part(form, events->mark_count, "marked", false, THEME_WARN, sheet, &pen);
    write_part(form, events->marks_dropped, "marks gone", false, THEME_BAD, sheet, &pen);
}

// The first form that fits, and its rows.
static const struct form *choose_form(const struct model *model, int columns, int *out_rows) {
    for (size_t i = 0;; i++) {
        struct sheet sheet = {.rect = {.columns = columns}};
        write_account(model, &forms[i], &sheet);
        *out_rows = sheet.row < ACCOUNT_ROWS_MOST ? sheet.row : ACCOUNT_ROWS_MOST;
        if (sheet.row <= forms[i].rows || i + 1 == ARRAY_COUNT(forms)) return &forms[i];
    }
}

int stream_rule_account_rows(const struct model *model) {
    const int columns = rule_columns(model);
    int rows = 0;
    if (has_room(model, columns)) return 0;
    (void)choose_form(model, columns - 2, &rows);
    return rows;
}

void stream_rule_draw_account(const struct model *model, struct rect rect, struct canvas *canvas) {
    int rows = 0;
    struct sheet sheet = {.canvas = canvas, .rect = rect};
    if (rect.rows > 0) write_account(model, choose_form(model, rect.columns, &rows), &sheet);
}

// The rule

// The longest account that the rule has room for. The filter leaves room for the shortest.
void stream_rule_title(const struct model *model, struct buf *title, struct buf *note) {
    const struct event_list *events = &model->stream.events;
    const struct layout_cell *cell = layout_find(&model->layout, PANE_STREAM);
    const int columns = rule_columns(model), own_rows = stream_rule_account_rows(model);
    const int head_rows = cell ? cell->head.rows : 0;
    const bool has_status = head_rows > own_rows; // which tells of the generator
    add_account(events, ACCOUNT_SHORT, note);
    const int title_columns = columns - width_of_text(buf_str(note)) - RULE_FRAME;
    add_base(columns, title);
    add_state(model, columns, title);
    add_filter(model, title_columns, title);
    const int room = columns - width_of_text(buf_str(title)) - RULE_FRAME;
    // twice the same in two rows would not be more honest
    const enum account first = own_rows && head_rows ? ACCOUNT_SHORT : ACCOUNT_WHOLE;
    for (int account = first; account < ACCOUNT_COUNT; account++) {
        for (int has_generator = !has_status; has_generator >= 0; has_generator--) {
            buf_reset(note);
            if (has_generator) add_generator(model, note);
            add_account(events, (enum account)account, note);
            if (width_of_text(buf_str(note)) <= room) return;
        }
    }
}
