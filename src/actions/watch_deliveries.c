// watch deliveries — every hop of every delivery, as the sandbox records it: what the loop's meters and people
// who look for a slow hop live on. In a flood the newest deliveries of each turn stand for all.
#include "base/memory.h"
#include "hops.h"
#include "http/url.h"
#include "sandbox/own_routes.h"

#include "registry.h"

#define MOST_RECORDS 50 // of one answer
#define PAUSE_MS 100    // between two answers while they come full

struct watch_deliveries {
    struct run run;
    int64_t after;
    bool has_begun, has_left_out;
};

static void add_number(struct buf *query, struct str name, int64_t number) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_int(&text, number);
    url_query_add(query, name, buf_str(&text));
}

static void ask(struct watch_deliveries *self) {
    struct error err = {0};
    CLEANUP(buf_release) struct buf query = {0};
    add_number(&query, STR("limit"), self->has_begun ? MOST_RECORDS : 1);
    struct client_call_route route = {.path = OWN_ROUTES_DELIVERIES};
    if (self->has_begun) {
        add_number(&query, STR("after"), self->after);
        add_number(&query, STR("wait"), OWN_ROUTES_WAIT_LIMIT_MS);
        route.wait_ms = OWN_ROUTES_WAIT_LIMIT_MS;
    }
    route.query = buf_str(&query);
    if (client_call_sandbox(run_client(&self->run), &route, &self->run.call, &err))
        client_call_start(&self->run.call, &self->run.task);
    else
        task_fail(&self->run.task, &err);
}

static void tell_record(struct watch_deliveries *self, const struct json_node *record) {
    if (str_equal(json_get_text(record, "status"), STR("not_sent"))) return; // nothing passed
    for (size_t id = HOP_DESTINATION; id <= HOP_IDENTIFY; id++)
        hops_tell_recorded(&self->run, (enum hop_id)id, record);
}

// What was there at the start is the past.
static void read_records(struct watch_deliveries *self, const struct task_event *event) {
    struct error err = {0};
    CLEANUP(json_release) struct json answer = {0};
    if (!client_reply_json(&self->run.call, event, &answer, &err)) {
        task_fail(&self->run.task, &err);
        return;
    }
    const struct json_node *records = json_get(answer.root, "deliveries");
    for (const struct json_node *node = json_first(records); node && self->has_begun;
         node = json_next(node))
        tell_record(self, node);
    int64_t last = 0;
    if (json_integer(json_get(answer.root, "last_sequence"), &last) && last > self->after)
        self->after = last;
    const bool is_full = self->has_begun && json_count(records) >= MOST_RECORDS;
    self->has_begun = true;
    if (is_full && !self->has_left_out) {
        self->has_left_out = true;
        run_note(&self->run, STR("More deliveries than can be told: the newest stand for all."));
    }
    if (is_full)
        task_wait(&self->run.task, PAUSE_MS);
    else
        ask(self);
}

static void step(struct task *task, const struct task_event *event) {
    struct watch_deliveries *self = (struct watch_deliveries *)(void *)task;
    switch (event->kind) {
    case TASK_BEGIN:
    case TASK_TIMER: ask(self); break;
    case TASK_RESPONSE:
        if (run_recover(&self->run, event))
            ask(self);
        else
            read_records(self, event);
        break;
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
    static const struct task_ops ops = {
        .name = "watch deliveries", .step = step, .free = free_watch};
    if (!backend_open(context->backend, err)) return NULL;
    if (!backend_sandbox_url(context->backend)) {
        error_set(err, ERROR_REFUSED, "Segment tells nobody about each of its deliveries");
        error_hint(
            err, "Open the Event Delivery tab of the destination at app.segment.com, or follow one "
                 "event: recloop send --wait 10");
        return NULL;
    }
    struct watch_deliveries *self = MEM_NEW(struct watch_deliveries);
    run_init(&self->run, &ops, context, arguments, run_id);
    return &self->run.task;
}

const struct action watch_deliveries_action = {
    .descriptor =
        {
            .name = "watch deliveries",
            .summary = "show every hop of every delivery as it happens (sandbox)",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .in_palette = false,
        },
    .start = start,
    .output = ACTION_LINES,
    .main_kind = MESSAGE_HOP,
    .is_endless = true,
};
