// request_log — see the header.
#include "console/request_log.h"

#include "base/clock.h"
#include "base/memory.h"
#include "console/model.h"
#include "internal.h"

// Requests

static size_t bytes_of(const struct message *message) {
    const struct message_request *request = &message->as.request;
    return str_from(request->request).len + str_from(request->answer).len +
           str_from(request->path).len + str_from(request->problem).len;
}

bool request_log_is_bad(const struct message_request *request) {
    return request->problem != NULL || request->status == 0 || request->status >= 400;
}

static struct list *list_of(struct model *model, enum request_log_view view) {
    struct request_log *log = &model->requests;
    return log->view == view ? &model->lists[PANE_LOG] : &log->others[view];
}

// That row left: what was selected below it is one row higher now.
static void shift(struct model *model, enum request_log_view view, size_t row) {
    struct list *list = list_of(model, view);
    if (list->selected > row) list->selected--;
    if (list->top > row) list->top--;
}

// On the newest row the selection goes with what comes.
static bool is_following(const struct model *model, enum request_log_view view) {
    const struct request_log *log = &model->requests;
    const size_t count = view == REQUEST_LOG_REQUESTS ? log->shown_count : log->line_count;
    const struct list *list = log->view == view ? &model->lists[PANE_LOG] : &log->others[view];
    if (log->view == view && narrow_is_on(model, PANE_LOG))
        return !log->is_held[view] && narrow_is_last(model, PANE_LOG, list->selected);
    return !log->is_held[view] && list->selected + 1 >= count;
}

static void follow(struct model *model, enum request_log_view view, size_t count) {
    if (count) list_of(model, view)->selected = count - 1;
}

// Polls

static bool is_quiet(const struct request_log_row *row) {
    return row->is_poll && !request_log_is_bad(&row->message->as.request);
}

static bool is_shown(const struct request_log *log, const struct request_log_row *row) {
    return !is_quiet(row) || log->wants_polls || log->is_poll_filter;
}

static bool is_poll_of(const struct model *model, uint64_t run_id) {
    if (!run_id) return false;
    return run_id == model->stream.watch_run_id || run_id == model->meter.watch_run_id ||
           run_id == model->requests.lines_run_id || run_id == model->profile.run_id;
}

// After others are shown: the selection stays at its request, or goes to the next that is shown.
static void show_rows(struct model *model) {
    struct request_log *log = &model->requests;
    struct list *list = list_of(model, REQUEST_LOG_REQUESTS);
    const bool follows = is_following(model, REQUEST_LOG_REQUESTS);
    const size_t before = list->selected < log->shown_count ? log->shown[list->selected] : 0;
    log->shown_count = 0;
    size_t selected = 0;
    for (size_t i = 0; i < log->count; i++) {
        if (!is_shown(log, &log->rows[i])) continue;
        if (i <= before) selected = log->shown_count;
        log->shown[log->shown_count++] = i;
    }
    list->selected = selected;
    if (follows) follow(model, REQUEST_LOG_REQUESTS, log->shown_count);
}

// Of what is being typed, too. In a list without a filter it may still serve n and N.
static bool speaks_of_polls(const struct model *model) {
    const struct narrow_pane *narrow = &model->narrow.of[PANE_LOG];
    return narrow->is_on && str_contains(buf_str(&narrow->text), STR("poll:"));
}

void request_log_settle(struct model *model) {
    struct request_log *log = &model->requests;
    const bool speaks = speaks_of_polls(model);
    if (log->is_poll_filter == speaks) return;
    log->is_poll_filter = speaks;
    show_rows(model);
}

bool request_log_shows_polls(const struct model *model) {
    return model->requests.wants_polls || model->requests.is_poll_filter;
}

void request_log_show_polls(struct model *model, bool wants) {
    model->requests.wants_polls = wants;
    show_rows(model);
}

// Keeping

static void drop_request(struct model *model, size_t at) {
    struct request_log *log = &model->requests;
    struct request_log_row *row = &log->rows[at];
    size_t place = 0;
    while (place < log->shown_count && log->shown[place] < at)
        place++;
    if (place < log->shown_count && log->shown[place] == at) {
        log->shown_count--;
        for (size_t i = place; i < log->shown_count; i++)
            log->shown[i] = log->shown[i + 1];
        shift(model, REQUEST_LOG_REQUESTS, place);
    }
    for (size_t i = place; i < log->shown_count; i++)
        log->shown[i]--;
    if (is_quiet(row))
        log->polls--;
    else
        log->dropped++;
    log->bytes -= bytes_of(row->message);
    message_free(row->message);
    log->count--;
    memmove(row, row + 1, (log->count - at) * sizeof(*row));
}

static void drop_poll(struct model *model) {
    size_t at = 0;
    while (!is_quiet(&model->requests.rows[at]))
        at++;
    drop_request(model, at);
}

static void keep_request(struct model *model, struct message *take_message) {
    struct request_log *log = &model->requests;
    const struct message_request *request = &take_message->as.request;
    const struct request_log_row row = {
        .message = take_message, .is_poll = is_poll_of(model, take_message->run_id)};
    log->received++;
    log->left_out += request->left_out;
    if (request_log_is_bad(request)) log->failed++;
    const bool follows = is_following(model, REQUEST_LOG_REQUESTS);
    if (is_quiet(&row)) {
        log->polled++;
        if (log->polls == REQUEST_LOG_POLLS) drop_poll(model);
        log->polls++;
    }
    if (log->count == REQUEST_LOG_ROWS) drop_request(model, 0);
    log->bytes += bytes_of(take_message);
    if (is_shown(log, &row)) log->shown[log->shown_count++] = log->count;
    log->rows[log->count++] = row;
    while (log->bytes > REQUEST_LOG_BYTES && log->count > 1)
        drop_request(model, 0);
    if (follows) follow(model, REQUEST_LOG_REQUESTS, log->shown_count);
}

// Lines

// As the managed Python runtimes write it: "[INFO]<TAB>2026-01-05T10:00:00.000Z<TAB>request id<TAB>text".
bool request_log_split_line(
    struct str line, struct str *out_level, int64_t *out_at_ms, struct str *out_text) {
    struct str level, time, id, rest;
    if (!str_starts_with(line, STR("["))) return false;
    if (!str_split(line, '\t', &level, &rest) || !str_ends_with(level, STR("]"))) return false;
    if (!str_split(rest, '\t', &time, &rest) || !str_split(rest, '\t', &id, &rest)) return false;
    if (!clock_parse_iso8601(time, out_at_ms)) return false;
    *out_level = level;
    *out_text = rest;
    return true;
}

static const char *const bad_signs[] = {"[ERROR]",     "\"errorMessage\"", "Task timed out",
                                        "Traceback ",  "Exception",        "Runtime exited",
                                        "Error Type:", "OutOfMemory",      "\"level\":\"ERROR\""};

static bool is_bad_line(struct str text) {
    for (size_t i = 0; i < ARRAY_COUNT(bad_signs); i++)
        if (str_contains(text, str_from(bad_signs[i]))) return true;
    return str_starts_with(text, STR("ERROR"));
}

static void drop_line(struct model *model) {
    struct request_log *log = &model->requests;
    struct request_log_line *line = &log->lines[log->line_first];
    log->line_bytes -= str_from(line->text).len;
    mem_free(line->text);
    *line = (struct request_log_line){0};
    log->line_first = (log->line_first + 1) % REQUEST_LOG_LINES;
    log->line_count--;
    log->lines_dropped++;
    shift(model, REQUEST_LOG_FUNCTION, 0);
}

static void keep_line(struct model *model, const struct message_line *told) {
    struct request_log *log = &model->requests;
    const struct str text = str_trim(str_from(told->text));
    if (!text.len) return;
    struct str level, rest;
    int64_t at_ms = 0;
    (void)request_log_split_line(text, &level, &at_ms, &rest);
    const bool follows = is_following(model, REQUEST_LOG_FUNCTION);
    if (log->line_count == REQUEST_LOG_LINES) drop_line(model);
    const size_t at = (log->line_first + log->line_count++) % REQUEST_LOG_LINES;
    log->lines[at] = (struct request_log_line){
        .at_ms = at_ms,
        .text = message_copy_text(text),
        .is_bad = !told->is_diagnostic && is_bad_line(text),
        .is_diagnostic = told->is_diagnostic,
    };
    log->line_bytes += text.len;
    while (log->line_bytes > REQUEST_LOG_LINE_BYTES && log->line_count > 1)
        drop_line(model);
    if (follows) follow(model, REQUEST_LOG_FUNCTION, log->line_count);
}

// Messages

static bool is_ours(const struct model *model, const struct message *message) {
    const uint64_t run_id = model->requests.lines_run_id;
    return run_id && message->run_id == run_id;
}

static bool take(struct model *model, struct message *take_message, struct effects *effects) {
    (void)effects;
    if (take_message->kind == MESSAGE_REQUEST) {
        if (is_ours(model, take_message)) model->requests.has_lines_answer = true;
        keep_request(model, take_message);
        return true;
    }
    if (take_message->kind != MESSAGE_LINE || !is_ours(model, take_message)) return false;
    keep_line(model, &take_message->as.line);
    message_free(take_message);
    return true;
}

static void apply(struct model *model, const struct message *message, struct effects *effects) {
    struct request_log *log = &model->requests;
    (void)effects;
    if (message->kind != MESSAGE_DONE || !is_ours(model, message)) return;
    log->lines_run_id = 0;
    log->lines_problem = message->as.done;
}

static void release(struct model *model) {
    struct request_log *log = &model->requests;
    for (size_t i = 0; i < log->count; i++)
        message_free(log->rows[i].message);
    for (size_t i = 0; i < REQUEST_LOG_LINES; i++)
        mem_free(log->lines[i].text);
    fold_release(&log->screen.fold);
}

// What is shown

size_t request_log_count(const struct model *model) {
    const struct request_log *log = &model->requests;
    return log->view == REQUEST_LOG_REQUESTS ? log->shown_count : log->line_count;
}

const struct message_request *request_log_at(const struct model *model, size_t row) {
    const struct request_log *log = &model->requests;
    ASSERT(row < log->shown_count);
    return &log->rows[log->shown[row]].message->as.request;
}

bool request_log_is_poll(const struct model *model, size_t row) {
    const struct request_log *log = &model->requests;
    ASSERT(row < log->shown_count);
    return log->rows[log->shown[row]].is_poll;
}

const struct request_log_line *request_log_line_at(const struct model *model, size_t row) {
    const struct request_log *log = &model->requests;
    ASSERT(row < log->line_count);
    return &log->lines[(log->line_first + row) % REQUEST_LOG_LINES];
}

const struct message_request *request_log_selected(const struct model *model) {
    const struct request_log *log = &model->requests;
    const size_t row = model->lists[PANE_LOG].selected;
    if (log->view != REQUEST_LOG_REQUESTS || row >= log->shown_count) return NULL;
    return request_log_at(model, row);
}

// Keys

void request_log_follow_lines(struct model *model, struct effects *effects) {
    struct request_log *log = &model->requests;
    if (log->lines_run_id) return;
    struct command *command = model_new_run(model, "lambda logs");
    arguments_set(&command->arguments, "follow", STR("1"));
    log->has_asked = true;
    log->lines_problem = (struct error){0};
    log->has_lines_answer = false;
    log->lines_run_id = command->run_id;
    effects_add(effects, command);
}

void request_log_show(struct model *model, enum request_log_view view, struct effects *effects) {
    struct request_log *log = &model->requests;
    if (log->view == view) return;
    log->others[log->view] = model->lists[PANE_LOG];
    log->view = view;
    model->lists[PANE_LOG] = log->others[view];
    model->detail_tops[PANE_LOG] = 0;
    if (view == REQUEST_LOG_FUNCTION && !log->has_asked) request_log_follow_lines(model, effects);
}

bool request_log_is_following(const struct model *model) {
    return is_following(model, model->requests.view);
}

void request_log_set_following(struct model *model, bool follows) {
    struct request_log *log = &model->requests;
    log->is_held[log->view] = !follows;
    if (follows) follow(model, log->view, request_log_count(model));
}

static bool is_bad_row(const struct model *model, size_t row) {
    if (model->requests.view == REQUEST_LOG_FUNCTION)
        return request_log_line_at(model, row)->is_bad;
    return request_log_is_bad(request_log_at(model, row));
}

bool request_log_find_bad(struct model *model, bool is_backwards) {
    const size_t count = request_log_count(model);
    size_t row = model->lists[PANE_LOG].selected;
    while (is_backwards ? row > 0 : row + 1 < count) {
        row = is_backwards ? row - 1 : row + 1;
        if (!is_bad_row(model, row)) continue;
        model->lists[PANE_LOG].selected = row;
        model->detail_tops[PANE_LOG] = 0;
        return true;
    }
    return false;
}

// The screen of one request

void request_log_inspect(struct model *model) {
    const struct message_request *request = request_log_selected(model);
    if (!request) return;
    struct request_log_screen *screen = &model->requests.screen;
    screen->sequence = request->sequence;
    request_log_set_tab(model, request->answer && request_log_is_bad(request));
    overlay_open(model, OVERLAY_REQUEST);
}

const struct message_request *request_log_opened(const struct model *model) {
    const struct request_log *log = &model->requests;
    for (size_t row = log->count; row > 0; row--) { // those that are not shown any more, too
        const struct message_request *request = &log->rows[row - 1].message->as.request;
        if (request->sequence == log->screen.sequence) return request;
    }
    return NULL;
}

void request_log_set_tab(struct model *model, bool is_answer) {
    struct request_log_screen *screen = &model->requests.screen;
    const struct message_request *request = request_log_opened(model);
    if (!request) return;
    screen->is_answer = is_answer;
    fold_set_http(&screen->fold, str_from(is_answer ? request->answer : request->request));
}

void request_log_copy_as(struct model *model, const struct message_request *request) {
    if (!request) {
        model_note(model, THEME_TEXT, "There is no request here to copy.");
        return;
    }
    const struct copy_as_source source = {
        .http = str_from(request->request),
        .what = str_from(request->what),
        .host = str_from(request->host),
    };
    copy_menu_open(model, &source);
}

void request_log_search(struct model *model, struct str value, struct effects *effects) {
    (void)effects;
    if (!value.len || fold_search(&model->requests.screen.fold, value, false)) return;
    model_note(model, THEME_WARN, "Nothing here reads \"" STR_FMT "\".", STR_ARG(value));
}

const struct feature request_log_feature = {
    .name = "requests",
    .release = release,
    .apply = apply,
    .take = take,
};
