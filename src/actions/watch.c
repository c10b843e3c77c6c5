// watch — the sources' debugger: every Segment message as it arrives. The sandbox holds the question until
// there is something to tell, so watching costs nothing while nothing happens. For the real services see
// watch_profile.c.
#include "watch.h"
#include "base/clock.h"
#include "base/memory.h"
#include "http/redact.h"
#include "http/url.h"
#include "sandbox/own_routes.h"

#include "registry.h"

static const struct parameter parameters[] = {
    {
        .name = "source",
        .kind = PARAMETER_TEXT,
        .metavar = "NAME",
        .help = "only this source, such as website-prod",
    },
    {
        .name = "user",
        .kind = PARAMETER_TEXT,
        .metavar = "U",
        .help = "real services: whose profile shows the events; the sandbox shows everybody's",
        .initial = "setting user_id",
    },
    {
        .name = "limit",
        .kind = PARAMETER_NUMBER,
        .metavar = "N",
        .help = "how many earlier events to begin with",
        .initial = "20",
    },
};

struct watch {
    struct run run;
    int64_t first_limit, after;
    bool has_begun;
};

static bool build(struct watch *self, struct error *err) {
    struct run *run = &self->run;
    CLEANUP(buf_release) struct buf query = {0};
    CLEANUP(buf_release) struct buf number = {0};
    const struct str source = arguments_get(&run->arguments, "source");
    const int64_t limit =
        self->has_begun || !self->first_limit ? WATCH_MOST_EVENTS : self->first_limit;
    buf_add_int(&number, limit);
    url_query_add(&query, STR("limit"), buf_str(&number));
    if (source.len) url_query_add(&query, STR("source"), source);
    struct client_call_route route = {.path = OWN_ROUTES_DEBUGGER};
    if (self->has_begun) {
        buf_reset(&number);
        buf_add_int(&number, self->after);
        url_query_add(&query, STR("after"), buf_str(&number));
        buf_reset(&number);
        buf_add_int(&number, OWN_ROUTES_WAIT_LIMIT_MS);
        url_query_add(&query, STR("wait"), buf_str(&number));
        route.wait_ms = OWN_ROUTES_WAIT_LIMIT_MS;
    }
    route.query = buf_str(&query);
    return client_call_sandbox(run_client(run), &route, &run->call, err);
}

static void ask(struct watch *self) {
    struct error err = {0};
    if (build(self, &err))
        client_call_start(&self->run.call, &self->run.task);
    else
        task_fail(&self->run.task, &err);
}

static char *copy_member(const struct json_node *node, const char *key) {
    return message_copy_text(json_get_text(node, key));
}

static void emit_event(struct watch *self, const struct json_node *node) {
    struct message *message = message_new(MESSAGE_EVENT, self->run.run_id);
    struct message_event *event = &message->as.event;
    int64_t sequence = 0;
    (void)json_integer(json_get(node, "sequence"), &sequence);
    (void)clock_parse_iso8601(json_get_text(node, "received_at"), &event->received_at_ms);
    event->sequence = (uint64_t)sequence;
    event->source = copy_member(node, "source");
    event->type = copy_member(node, "type");
    event->name = copy_member(node, "event");
    event->user_id = copy_member(node, "user_id");
    event->anonymous_id = copy_member(node, "anonymous_id");
    event->sku = copy_member(node, "sku");
    event->message_id = copy_member(node, "message_id");
    event->discard_reason = copy_member(node, "discard_reason");
    CLEANUP(buf_release) struct buf raw = {0};
    if (json_get(node, "raw")) redact_add_json(&raw, json_get(node, "raw"));
    if (raw.len) event->raw = message_copy_text(buf_str(&raw));
    run_emit(&self->run, message);
}

static void read_events(struct watch *self, const struct task_event *event) {
    struct error err = {0};
    CLEANUP(json_release) struct json answer = {0};
    if (!client_reply_json(&self->run.call, event, &answer, &err)) {
        task_fail(&self->run.task, &err);
        return;
    }
    const bool is_shown = self->has_begun || self->first_limit > 0;
    for (const struct json_node *node = json_first(json_get(answer.root, "events"));
         node && is_shown; node = json_next(node))
        emit_event(self, node);
    int64_t last = 0;
    if (json_integer(json_get(answer.root, "last_sequence"), &last) && last > self->after)
        self->after = last;
    self->has_begun = true;
    ask(self);
}

static void step(struct task *task, const struct task_event *event) {
    struct watch *self = (struct watch *)(void *)task;
    switch (event->kind) {
    case TASK_BEGIN: ask(self); break;
    case TASK_RESPONSE:
        if (run_recover(&self->run, event))
            ask(self);
        else
            read_events(self, event);
        break;
    case TASK_TIMER:
    case TASK_CANCELLED: break;
    }
}

static void free_watch(struct task *task) {
    run_release(run_of(task));
    mem_free(task);
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    static const struct task_ops ops = {.name = "watch", .step = step, .free = free_watch};
    int64_t limit = 0;
    if (!arguments_number(arguments, "limit", 20, 0, WATCH_MOST_EVENTS, &limit, err)) return NULL;
    if (!backend_open(context->backend, err)) return NULL;
    if (!backend_sandbox_url(context->backend)) {
        if (!arguments_has(arguments, "source"))
            return watch_profile_start(context, arguments, run_id, limit);
        error_set(
            err, ERROR_REFUSED, "Segment offers no way to read a source's debugger from outside");
        error_hint(
            err, "Open the Debugger tab of the source at app.segment.com, or leave out --source to "
                 "watch the events of a shopper.");
        return NULL;
    }
    struct watch *self = MEM_NEW(struct watch);
    run_init(&self->run, &ops, context, arguments, run_id);
    self->first_limit = limit;
    return &self->run.task;
}

static const char *const examples[] = {
    "recloop watch", "recloop watch --source personas-event-source --limit 0 --json", NULL};

const struct action watch_action = {
    .descriptor =
        {
            .name = "watch",
            .summary = "show Segment messages as they arrive",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
            .in_palette = true,
        },
    .start = start,
    .output = ACTION_LINES,
    .main_kind = MESSAGE_EVENT,
    .is_endless = true,
};
