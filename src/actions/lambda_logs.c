// lambda logs — the function's lines in CloudWatch, and with --follow those that come.
//
// Asking    FilterLogEvents from a time on, page by page. While following, the same again from the newest
//           line's time on, for lines arrive late and out of order: those already shown are known by their
//           eventId. Idle, the distance between two questions grows to POLL_CAP_MS.
#include "base/clock.h"
#include "base/memory.h"
#include "run.h"

#include "registry.h"

#define POLL_FIRST_MS 1000
#define POLL_CAP_MS 10000
#define LATE_MS 10000  // a line may become visible so long after younger ones
#define KNOWN_IDS 4096 // of the newest lines shown
#define DEFAULT_SINCE "5m"

static const struct parameter parameters[] = {
    {
        .name = "follow",
        .kind = PARAMETER_FLAG,
        .help = "go on with what comes, until Ctrl-C",
    },
    {
        .name = "since",
        .kind = PARAMETER_TEXT,
        .metavar = "AGE",
        .help = "how far back: 30s, 5m, 2h, 3d",
        .initial = DEFAULT_SINCE,
    },
    {
        .name = "pattern",
        .kind = PARAMETER_TEXT,
        .metavar = "P",
        .help =
            "a filter pattern of CloudWatch: words, \"quoted text\", ?either ?or, { $.level = … }",
    },
    {
        .name = "function",
        .kind = PARAMETER_TEXT,
        .metavar = "NAME",
        .help = "name or ARN",
        .initial = "setting lambda_function",
    },
};

struct lambda_logs {
    struct run run;
    bool is_following;
    int64_t from_ms, newest_ms, wait_ms;
    struct buf next;           // owned: token of the next page
    struct buf group;          // owned; empty: the setting's
    uint64_t known[KNOWN_IDS]; // of the lines shown, by digest of their ids; a ring
    size_t known_count;
    bool has_news; // in this round
};

// FNV-1a: ids are the service's own, nobody gains by making two alike.
static uint64_t digest_of(struct str id) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < id.len; i++)
        hash = (hash ^ (unsigned char)id.ptr[i]) * UINT64_C(1099511628211);
    return hash ? hash : 1;
}

static bool is_known(struct lambda_logs *self, struct str id) {
    const uint64_t hash = digest_of(id);
    for (size_t i = 0; i < KNOWN_IDS && i < self->known_count; i++) {
        if (self->known[i] == hash) return true;
    }
    self->known[self->known_count++ % KNOWN_IDS] = hash;
    return false;
}

static void ask(struct lambda_logs *self) {
    struct error err = {0};
    const struct log_events_filter filter = {
        .group = buf_str(&self->group),
        .pattern = arguments_get(&self->run.arguments, "pattern"),
        .from_ms = self->from_ms,
        .next_token = buf_str(&self->next),
    };
    if (client_call_log_events(run_client(&self->run), NULL, &filter, &self->run.call, &err))
        client_call_start(&self->run.call, &self->run.task);
    else
        task_fail(&self->run.task, &err);
}

static void show(struct lambda_logs *self, const struct log_events_page *page) {
    for (size_t i = 0; i < page->count; i++) {
        const struct log_events_line *line = &page->lines[i];
        if (self->is_following && line->event_id.len && is_known(self, line->event_id)) continue;
        if (line->at_ms > self->newest_ms) self->newest_ms = line->at_ms;
        self->has_news = true;
        run_emit(&self->run, message_new_line(self->run.run_id, false, line->message));
    }
}

static void begin_round(struct lambda_logs *self) {
    self->has_news = false;
    buf_reset(&self->next);
    if (self->newest_ms - LATE_MS > self->from_ms) self->from_ms = self->newest_ms - LATE_MS;
    ask(self);
}

static void end_round(struct lambda_logs *self) {
    if (!self->is_following) {
        task_finish(&self->run.task);
        return;
    }
    const int64_t longer_ms = self->wait_ms * 2 < POLL_CAP_MS ? self->wait_ms * 2 : POLL_CAP_MS;
    self->wait_ms = self->has_news || !self->wait_ms ? POLL_FIRST_MS : longer_ms;
    task_wait(&self->run.task, self->wait_ms);
}

static void read_page(struct lambda_logs *self, const struct task_event *event) {
    struct error err = {0};
    struct log_events_page page = {0};
    if (!client_reply_log_events(&self->run.call, event, &page, &err)) {
        // a function that has not run yet has no group: whoever follows waits for it
        if (self->is_following && err.code == ERROR_NOT_FOUND)
            end_round(self);
        else
            task_fail(&self->run.task, &err);
        return;
    }
    show(self, &page);
    const bool is_same = str_equal(page.next_token, buf_str(&self->next)); // would go on for ever
    const bool has_more = page.next_token.len && !is_same;
    buf_reset(&self->next);
    if (has_more) buf_add(&self->next, page.next_token);
    log_events_page_release(&page);
    if (has_more)
        ask(self);
    else
        end_round(self);
}

static void step(struct task *task, const struct task_event *event) {
    struct lambda_logs *self = (struct lambda_logs *)(void *)task;
    switch (event->kind) {
    case TASK_BEGIN:
    case TASK_TIMER: begin_round(self); break;
    case TASK_RESPONSE:
        if (run_recover(&self->run, event))
            begin_round(self);
        else
            read_page(self, event);
        break;
    case TASK_CANCELLED: break;
    }
}

static void free_logs(struct task *task) {
    struct lambda_logs *self = (struct lambda_logs *)(void *)task;
    buf_release(&self->next);
    buf_release(&self->group);
    run_release(&self->run);
    mem_free(self);
}

static bool read_age(struct str text, int64_t *out_ms, struct error *err) {
    static const struct {
        char letter;
        int64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
    int64_t count = 0;
    for (size_t i = 0; text.len && i < ARRAY_COUNT(units); i++) {
        if (text.ptr[text.len - 1] != units[i].letter) continue;
        if (!str_parse_int64(str_slice(text, 0, text.len - 1), &count)) break;
        if (count <= 0 || count > 36500) break;
        *out_ms = count * units[i].ms;
        return true;
    }
    error_set(err, ERROR_USAGE, "--since " STR_FMT " is no age", STR_ARG(text));
    return error_hint(err, "Write a number and s, m, h or d: --since 5m.");
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    static const struct task_ops ops = {.name = "lambda_logs", .step = step, .free = free_logs};
    int64_t age_ms = 0;
    const struct str since = arguments_get(arguments, "since");
    if (!read_age(since.len ? since : STR(DEFAULT_SINCE), &age_ms, err)) return NULL;
    if (!backend_open(context->backend, err)) return NULL;
    struct lambda_logs *self = MEM_NEW(struct lambda_logs);
    run_init(&self->run, &ops, context, arguments, run_id);
    self->is_following = arguments_has(arguments, "follow");
    self->from_ms = clock_wall_ms() - age_ms;
    const struct str function = arguments_get(arguments, "function");
    if (function.len) log_events_add_group(&self->group, function);
    return &self->run.task;
}

static const char *const examples[] = {
    "recloop lambda logs --since 1h", "recloop lambda logs --follow --pattern ERROR",
    "recloop lambda logs --function SegmentPersonalizeRecommendations", NULL};

const struct action lambda_logs_action = {
    .descriptor =
        {
            .name = "lambda logs",
            .summary = "show the function's lines in CloudWatch Logs",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .details = "Needs logs:FilterLogEvents on the function's log group. Lines become "
                       "visible some seconds after the run.",
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
            .in_palette = true,
        },
    .start = start,
    .output = ACTION_LINES,
    .main_kind = MESSAGE_LINE,
    .is_endless = true, // with --follow
};
