// log — all requests of this process as they end, newest at the bottom; on a key the lines that the
// function writes.
#include "base/clock.h"
#include "base/json.h"
#include "console/model.h"
#include "console/strip.h"
#include "console/width.h"
#include "panes.h"

#define TIME_COLUMNS 8
#define TIME_COLUMNS_FINE 12 // with milliseconds
#define FINE_FROM 90
#define METHOD_FROM 40
#define METHOD_COLUMNS 6
#define HOST_FROM 110
#define HOST_COLUMNS 38
#define BYTES_FROM 64
#define BYTES_COLUMNS 7
#define MS_COLUMNS 5
#define RETRY_COLUMNS 3

static bool shows_lines(const struct model *model) {
    return model->requests.view == REQUEST_LOG_FUNCTION;
}

static size_t count(const struct model *model) {
    return request_log_count(model);
}

static void draw_time(struct canvas_pen *pen, int64_t wall_ms, bool is_fine) {
    struct buf time = {0};
    if (wall_ms > 0) {
        const struct clock_date date = clock_date_from_s(wall_ms / 1000);
        buf_add_format(&time, "%02d:%02d:%02d", date.hour, date.minute, date.second);
        if (is_fine) buf_add_format(&time, ".%03d", (int)(wall_ms % 1000));
    }
    const int columns = is_fine ? TIME_COLUMNS_FINE : TIME_COLUMNS;
    canvas_write_column(pen, THEME_DIM, buf_str(&time), columns);
    canvas_write_text(pen, THEME_TEXT, " ");
    buf_release(&time);
}

// "812", "3.4k", "1.2M": at most five columns.
static void add_bytes(struct buf *out, uint64_t bytes) {
    if (bytes < 1000) {
        buf_add_format(out, "%d", (int)bytes);
    } else if (bytes < 999500) {
        buf_add_format(out, bytes < 99950 ? "%.1fk" : "%.0fk", (double)bytes / 1e3);
    } else {
        buf_add_format(out, "%.1fM", (double)bytes / 1e6);
    }
}

static void draw_figures(const struct message_request *request, int room, struct canvas_pen *pen) {
    struct buf text = {0};
    if (request->status || request->ms > 0) strip_add_ms(&text, request->ms);
    canvas_write_column_right(pen, THEME_TEXT, buf_str(&text), MS_COLUMNS);
    buf_reset(&text);
    if (request->attempts > 1) buf_add_format(&text, "×%d", request->attempts);
    canvas_write_text(pen, THEME_TEXT, " ");
    canvas_write_column(pen, THEME_WARN, buf_str(&text), RETRY_COLUMNS);
    buf_reset(&text);
    if (room >= BYTES_FROM) {
        add_bytes(&text, request->bytes_in);
        canvas_write_column_right(pen, THEME_DIM, buf_str(&text), BYTES_COLUMNS);
    }
    buf_release(&text);
}

static void draw_status(const struct message_request *request, struct canvas_pen *pen) {
    const bool is_bad = request_log_is_bad(request);
    const bool goes_on = is_bad && !request->is_final; // it is tried again
    const enum theme_role role = goes_on ? THEME_WARN : is_bad ? THEME_BAD : THEME_GOOD;
    canvas_write_text(pen, role, goes_on ? "↻ " : is_bad ? "✗ " : "✓ ");
    if (request->status)
        canvas_write_format(pen, role, "%3d ", request->status);
    else
        canvas_write_text(pen, role, "  – ");
}

// One address says nothing where all operations share it; of a long path the end tells most.
static void draw_path(
    const struct message_request *request,
    int columns,
    enum theme_role role,
    struct canvas_pen *pen) {
    const bool is_root = str_equal(str_from(request->path), STR("/"));
    struct str text = str_from(is_root && request->what ? request->what : request->path);
    const bool is_cut = !is_root && width_of_text(text) > columns;
    while (is_cut && text.len && width_of_text(text) > columns - 1) {
        bool valid = true;
        (void)str_next_rune(&text, &valid);
    }
    if (is_cut) canvas_write_text(pen, THEME_DIM, "…");
    canvas_write_column(pen, role, text, columns - is_cut);
}

static void draw_request(const struct message_request *request, struct canvas_pen *pen) {
    const int room = canvas_room(pen);
    const bool is_bad = request_log_is_bad(request);
    draw_time(pen, (int64_t)request->at_ms, room >= FINE_FROM);
    draw_status(request, pen);
    if (room >= METHOD_FROM) {
        canvas_write_column(pen, THEME_NAME, str_from(request->method), METHOD_COLUMNS);
        canvas_write_text(pen, THEME_TEXT, " ");
    }
    if (room >= HOST_FROM) {
        canvas_write_column(pen, THEME_DIM, str_from(request->host), HOST_COLUMNS);
        canvas_write_text(pen, THEME_TEXT, " ");
    }
    const int figures = MS_COLUMNS + 1 + RETRY_COLUMNS + (room >= BYTES_FROM ? BYTES_COLUMNS : 0);
    const enum theme_role role = is_bad ? THEME_BAD : THEME_VALUE;
    draw_path(request, canvas_room(pen) - figures - 1, role, pen);
    canvas_write_text(pen, THEME_TEXT, " ");
    draw_figures(request, room, pen);
}

// Fields stand apart by tabs. Of "[INFO] TIME REQUEST-ID text" time and id are told by the row and by the
// lines around it.
static void add_shown(struct buf *out, struct str line) {
    struct str level, rest, text;
    int64_t at_ms = 0;
    if (request_log_split_line(line, &level, &at_ms, &text)) {
        buf_add(out, level);
        buf_add_char(out, ' ');
        rest = text;
    } else {
        rest = line;
    }
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.ptr[i] == '\t')
            buf_add(out, STR("  "));
        else
            buf_add_char(out, rest.ptr[i]);
    }
}

static void draw_line(const struct request_log_line *line, struct canvas_pen *pen) {
    struct str first, rest;
    const enum theme_role role = line->is_bad          ? THEME_BAD
                                 : line->is_diagnostic ? THEME_WARN
                                                       : THEME_TEXT;
    const bool has_more = str_split(str_from(line->text), '\n', &first, &rest);
    if (canvas_room(pen) >= METHOD_FROM) draw_time(pen, line->at_ms, false);
    canvas_write_text(pen, role, line->is_bad ? "✗ " : line->is_diagnostic ? "• " : "  ");
    struct buf shown = {0};
    add_shown(&shown, str_trim(first));
    canvas_write(pen, role, buf_str(&shown));
    buf_release(&shown);
    if (has_more) canvas_write_text(pen, THEME_DIM, " …");
}

static void draw_row(const struct model *model, size_t row, struct canvas_pen *pen) {
    if (shows_lines(model))
        draw_line(request_log_line_at(model, row), pen);
    else
        draw_request(request_log_at(model, row), pen);
}

// The detail: what it was, and what came back. The texts have a screen of their own (Enter).

static void add_address(const struct message_request *request, struct buf *out) {
    buf_add(out, str_from(request->method));
    buf_add_char(out, ' ');
    buf_add(out, str_from(request->host));
    buf_add(out, str_from(request->path));
}

static void add_facts(const struct message_request *request, struct buf *out) {
    add_address(request, out);
    if (request->attempts > 1) buf_add_format(out, " · %d attempts", request->attempts);
    if (!request->attempts) buf_add(out, STR(" · nothing was sent"));
    buf_add(out, STR(" · sent "));
    add_bytes(out, request->bytes_out);
    buf_add(out, STR(", received "));
    add_bytes(out, request->bytes_in);
    buf_add(out, STR(" bytes"));
    if (request->request_id) buf_add_format(out, " · request id %s", request->request_id);
}

// The body, which stands behind the headers.
static struct str body_of(const char *text) {
    struct str rest = str_from(text), line;
    while (rest.len) {
        (void)str_split(rest, '\n', &line, &rest);
        if (!str_trim(line).len) return rest;
    }
    return (struct str){0};
}

static void detail_request(const struct message_request *request, struct sheet *sheet) {
    struct buf facts = {0};
    if (request->problem)
        sheet_item(sheet, THEME_BAD, "✗ ", THEME_STRONG, str_from(request->problem));
    if (!request->is_final)
        sheet_item(sheet, THEME_WARN, "↻ ", THEME_TEXT, STR("It is tried again."));
    add_facts(request, &facts);
    sheet_text(sheet, THEME_DIM, buf_str(&facts));
    buf_release(&facts);
    const struct str body = body_of(request->answer);
    if (body.len) {
        sheet_json(sheet, body);
    } else if (!request->answer) {
        sheet_text(sheet, THEME_DIM, STR("No answer came."));
    }
}

static void detail(const struct model *model, struct sheet *sheet) {
    const size_t row = model->lists[PANE_LOG].selected;
    if (!shows_lines(model)) {
        detail_request(request_log_at(model, row), sheet);
        return;
    }
    const struct request_log_line *line = request_log_line_at(model, row);
    struct str rest = str_from(line->text), text;
    while (rest.len) {
        (void)str_split(rest, '\n', &text, &rest);
        struct buf shown = {0};
        for (size_t i = 0; i < text.len; i++)
            buf_add_char(&shown, text.ptr[i] == '\t' ? ' ' : text.ptr[i]);
        sheet_json(sheet, str_trim(buf_str(&shown)));
        buf_release(&shown);
    }
}

static void detail_title(const struct model *model, struct buf *title) {
    const size_t row = model->lists[PANE_LOG].selected;
    if (shows_lines(model)) {
        buf_add(title, STR("The whole line"));
        return;
    }
    const struct message_request *request = request_log_at(model, row);
    buf_add_format(title, "%ju ", (uintmax_t)request->sequence);
    buf_add(title, str_from(request->what ? request->what : request->method));
}

static void empty(const struct model *model, struct sheet *sheet) {
    const struct request_log *log = &model->requests;
    if (!shows_lines(model)) {
        if (!log->polled) {
            sheet_text(sheet, THEME_DIM, STR("No request has been made yet."));
            return;
        }
        sheet_format(
            sheet, THEME_DIM,
            "No request has been made yet but what the console asks by itself; %s shows those.",
            keymap_name_of(&model->keymap, KEYMAP_LOG, INTENT_LOG_POLLS).text);
        return;
    }
    if (log->lines_problem.code != ERROR_NONE) {
        const struct error *problem = &log->lines_problem;
        sheet_item(sheet, THEME_BAD, "✗ ", THEME_STRONG, str_from(problem->message));
        if (problem->hint[0])
            sheet_item(sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(problem->hint));
    }
    struct buf idle = {0};
    buf_add_format(
        &idle, "Nobody follows the function's log: press %s to follow it.",
        keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, INTENT_REFRESH).text);
    sheet_text(
        sheet, THEME_DIM,
        log->lines_run_id && !log->has_lines_answer ? STR("Asking CloudWatch …")
        : log->lines_run_id
            ? STR("The function has written nothing yet. CloudWatch shows a line some seconds "
                  "after it was written.")
            : buf_str(&idle));
    buf_release(&idle);
}

// What a person does not see must be told: what the queue left out, what the view let go.
static void add_absence(struct buf *out, uint64_t number, const char *what) {
    if (number) buf_add_format(out, "%s%ju %s", out->len ? " · " : "", (uintmax_t)number, what);
}

static void title_text(const struct model *model, struct buf *title, struct buf *note) {
    const struct request_log *log = &model->requests;
    if (shows_lines(model)) {
        buf_add(title, STR("Function's log"));
        if (!log->lines_run_id)
            buf_add_format(
                title, " · not followed, press %s",
                keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, INTENT_REFRESH).text);
        add_absence(note, log->lines_dropped, "older gone");
        add_absence(note, log->line_count, "lines");
    } else {
        buf_add(title, STR("Requests (UTC)"));
        if (log->left_out) buf_add_format(title, " · %ju not told", (uintmax_t)log->left_out);
        if (log->polled && !request_log_shows_polls(model))
            buf_add_format(title, " · %ju polls hidden", (uintmax_t)log->polled);
        add_absence(note, log->failed, "failed");
        add_absence(note, log->dropped, "older gone");
        add_absence(note, log->received, "seen");
    }
    if (note->len) buf_add(note, request_log_is_following(model) ? STR(" · follows") : STR(""));
}

static void find_bad(struct model *model, bool is_backwards) {
    if (request_log_find_bad(model, is_backwards)) return;
    model_note(
        model, THEME_TEXT, "Nothing %s this row tells of an error.",
        is_backwards ? "before" : "after");
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    const bool is_lines = shows_lines(model);
    if (intent == INTENT_LOG_VIEW) {
        request_log_show(model, is_lines ? REQUEST_LOG_REQUESTS : REQUEST_LOG_FUNCTION, effects);
    } else if (intent == INTENT_LOG_POLLS && !is_lines) {
        request_log_show_polls(model, !model->requests.wants_polls);
    } else if (intent == INTENT_FOLLOW) {
        request_log_set_following(model, !request_log_is_following(model));
    } else if (intent == INTENT_ERROR_NEXT || intent == INTENT_ERROR_PREVIOUS) {
        find_bad(model, intent == INTENT_ERROR_PREVIOUS);
    } else if (intent == INTENT_COPY_AS) {
        request_log_copy_as(model, request_log_selected(model));
    } else if (intent == INTENT_DETAIL && !is_lines) {
        request_log_inspect(model);
    } else if (intent == INTENT_REFRESH && is_lines) {
        request_log_follow_lines(model, effects);
    } else if (intent == INTENT_LAST) {
        request_log_set_following(model, true);
        return false; // the list goes there, too
    } else {
        return false;
    }
    return true;
}

static bool can(const struct model *model, enum intent intent) {
    if (intent == INTENT_LOG_POLLS) return !shows_lines(model) && model->requests.polled > 0;
    if (intent == INTENT_COPY_AS) return request_log_selected(model) != NULL;
    const bool wants_rows = intent == INTENT_FOLLOW || intent == INTENT_ERROR_NEXT;
    return !wants_rows || count(model) > 0;
}

static bool is_on(const struct model *model, enum intent intent) {
    if (intent == INTENT_LOG_VIEW) return shows_lines(model);
    if (intent == INTENT_LOG_POLLS) return model->requests.wants_polls;
    return intent == INTENT_FOLLOW && request_log_is_following(model);
}

// `y`: the address of a request, a line as it came.
static void copy(const struct model *model, struct buf *out) {
    const size_t row = model->lists[PANE_LOG].selected;
    if (shows_lines(model)) {
        buf_add(out, str_from(request_log_line_at(model, row)->text));
        return;
    }
    add_address(request_log_at(model, row), out);
}

static void add_text(struct json_node *object, const char *key, const char *text) {
    if (text) json_add_text(object, key, str_from(text));
}

static void add_time(struct json_node *object, const char *key, int64_t wall_ms) {
    struct buf text = {0};
    if (wall_ms > 0) clock_add_iso8601(&text, wall_ms);
    if (text.len) json_add_text(object, key, buf_str(&text));
    buf_release(&text);
}

enum {
    FIELD_TEXT,
    FIELD_WHAT,
    FIELD_METHOD,
    FIELD_HOST,
    FIELD_PATH,
    FIELD_PROBLEM,
    FIELD_ID,
    FIELD_POLL,
    FIELD_STATUS,
    FIELD_MS,
    FIELD_ATTEMPTS,
    FIELD_BYTES,
    FIELD_AT,
};
static const struct filter_field fields[] = {
    [FIELD_TEXT] = {.name = "text"}, // of the function's lines
    [FIELD_WHAT] = {.name = "what"},
    [FIELD_METHOD] = {.name = "method"},
    [FIELD_HOST] = {.name = "host"},
    [FIELD_PATH] = {.name = "path"},
    [FIELD_PROBLEM] = {.name = "problem"},
    [FIELD_ID] = {.name = "id"},
    [FIELD_POLL] = {.name = "poll"}, // "yes": the console asked by itself
    [FIELD_STATUS] = {.name = "status", .kind = FILTER_NUMBER},
    [FIELD_MS] = {.name = "ms", .kind = FILTER_NUMBER},
    [FIELD_ATTEMPTS] = {.name = "attempts", .kind = FILTER_NUMBER},
    [FIELD_BYTES] = {.name = "bytes", .kind = FILTER_NUMBER},
    [FIELD_AT] = {.name = "at", .kind = FILTER_TIME},
};

static bool
find_in_line(const struct request_log_line *line, size_t field, struct filter_value *out) {
    out->text = str_from(line->text);
    out->at_ms = line->at_ms;
    return field == FIELD_TEXT || (field == FIELD_AT && line->at_ms > 0);
}

static bool find(const void *subject, size_t field, struct filter_value *out) {
    const struct pane_row *at = subject;
    if (shows_lines(at->model))
        return find_in_line(request_log_line_at(at->model, at->row), field, out);
    const struct message_request *request = request_log_at(at->model, at->row);
    const char *text = NULL;
    switch (field) {
    case FIELD_WHAT: text = request->what; break;
    case FIELD_METHOD: text = request->method; break;
    case FIELD_HOST: text = request->host; break;
    case FIELD_PATH: text = request->path; break;
    case FIELD_PROBLEM: text = request->problem; break;
    case FIELD_ID: text = request->request_id; break;
    case FIELD_POLL: text = request_log_is_poll(at->model, at->row) ? "yes" : "no"; break;
    case FIELD_STATUS: out->number = request->status; return true;
    case FIELD_MS: out->number = request->ms; return true;
    case FIELD_ATTEMPTS: out->number = request->attempts; return true;
    case FIELD_BYTES: out->number = (double)request->bytes_in; return true;
    case FIELD_AT: out->at_ms = (int64_t)request->at_ms; return true;
    default: break;
    }
    out->text = str_from(text);
    return out->text.len > 0;
}

static const struct filter_schema schema = {
    .fields = fields, .field_count = ARRAY_COUNT(fields), .find = find};

static void write_row(const struct model *model, size_t row, struct json_node *object) {
    if (shows_lines(model)) {
        const struct request_log_line *line = request_log_line_at(model, row);
        add_time(object, "at", line->at_ms);
        add_text(object, "text", line->text);
        return;
    }
    const struct message_request *request = request_log_at(model, row);
    json_add_integer(object, "sequence", (int64_t)request->sequence);
    add_time(object, "at", (int64_t)request->at_ms);
    add_text(object, "what", request->what);
    add_text(object, "method", request->method);
    add_text(object, "host", request->host);
    add_text(object, "path", request->path);
    json_add_integer(object, "status", request->status);
    json_add_number(object, "ms", request->ms);
    json_add_integer(object, "attempts", request->attempts);
    json_add_integer(object, "bytes_out", (int64_t)request->bytes_out);
    json_add_integer(object, "bytes_in", (int64_t)request->bytes_in);
    add_text(object, "request_id", request->request_id);
    add_text(object, "problem", request->problem);
}

const struct pane log_pane = {
    .id = PANE_LOG,
    .context = KEYMAP_LOG,
    .title = "Log",
    .short_title = "Log",
    .help = "All requests of this program, and the lines the function writes in CloudWatch.",
    .place_of_two = PANE_PLACE_RIGHT_BELOW,
    .place_of_three = PANE_PLACE_RIGHT_BELOW,
    .is_resident_of_three = true,
    .list_share = 56,
    .detail_rows = 8,
    .count = count,
    .schema = &schema,
    .draw_row = draw_row,
    .detail = detail,
    .empty = empty,
    .title_text = title_text,
    .detail_title = detail_title,
    .handle = handle,
    .copy = copy,
    .write_row = write_row,
    .can = can,
    .is_on = is_on,
};
