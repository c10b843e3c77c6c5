// outbox send — sends what waits in the outbox for this profile.
#include "base/memory.h"
#include "outbox_drain.h"
#include "outbox_place.h"

#include "registry.h"

struct outbox_send {
    struct run run;
    struct outbox *outbox; // owned; NULL: nothing was ever kept
    struct outbox_drain drain;
};

static uint64_t count_waiting(struct outbox_send *self) {
    uint64_t waiting = 0;
    struct error ignored = {0};
    if (self->outbox)
        (void)!outbox_count(self->outbox, buf_str(&self->drain.profile), &waiting, &ignored);
    return waiting;
}

static void add_count(struct message *message, const char *key, uint64_t count) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_int(&text, (int64_t)count);
    message_add_value_json(message, key, buf_str(&text));
}

static void tell(struct outbox_send *self) {
    struct message *message = message_new(MESSAGE_VALUES, self->run.run_id);
    message->as.values.title = mem_copy_string("outbox send");
    add_count(message, "sent", self->drain.sent);
    add_count(message, "refused", self->drain.refused);
    add_count(message, "waiting", count_waiting(self));
    run_emit(&self->run, message);
}

// The way on when one event stands in the way of all others.
static void tell_first(struct outbox_send *self) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_format(
        &text, "Later ones wait for event %lld; `recloop outbox drop %lld` forgets it.",
        (long long)self->drain.id, (long long)self->drain.id);
    if (count_waiting(self) > 1) run_note(&self->run, buf_str(&text));
}

static void fail(struct outbox_send *self, const struct error *err) {
    tell(self);
    task_fail(&self->run.task, err);
}

static void go_on(struct outbox_send *self) {
    struct error err = {0};
    bool has_asked = false;
    if (self->outbox && !outbox_drain_ask(&self->drain, &self->run.call, &has_asked, &err)) {
        fail(self, &err);
    } else if (has_asked) {
        client_call_start(&self->run.call, &self->run.task);
    } else {
        tell(self);
        if (self->drain.refused)
            task_fail(&self->run.task, &self->drain.last_refusal);
        else
            task_finish(&self->run.task);
    }
}

static void begin(struct outbox_send *self) {
    struct error err = {0};
    if (outbox_place_look(&self->run, &self->outbox, &err)) {
        outbox_drain_init(&self->drain, &self->run, self->outbox);
        if (arguments_has(&self->run.arguments, "count")) {
            tell(self);
            task_finish(&self->run.task);
        } else {
            go_on(self);
        }
    } else {
        task_fail(&self->run.task, &err);
    }
}

static void take_answer(struct outbox_send *self, const struct task_event *event) {
    struct error err = {0};
    if (run_recover(&self->run, event)) {
        outbox_drain_again(&self->drain);
        go_on(self);
    } else if (outbox_drain_answer(&self->drain, &self->run.call, event, &err)) {
        go_on(self);
    } else {
        if (event->response) tell_first(self); // somebody answers: it may be this one alone
        fail(self, &err);
    }
}

static void step(struct task *task, const struct task_event *event) {
    struct outbox_send *self = (struct outbox_send *)(void *)task;
    switch (event->kind) {
    case TASK_BEGIN: begin(self); break;
    case TASK_RESPONSE: take_answer(self, event); break;
    case TASK_CANCELLED: tell(self); break;
    case TASK_TIMER: break;
    }
}

static void free_outbox_send(struct task *task) {
    struct outbox_send *self = (struct outbox_send *)(void *)task;
    outbox_drain_release(&self->drain);
    outbox_close(self->outbox);
    run_release(&self->run);
    mem_free(self);
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    static const struct task_ops ops = {
        .name = "outbox send", .step = step, .free = free_outbox_send};
    if (!backend_open(context->backend, err)) return NULL;
    struct outbox_send *self = MEM_NEW(struct outbox_send);
    run_init(&self->run, &ops, context, arguments, run_id);
    return &self->run.task;
}

static const struct parameter parameters[] = {
    {
        .name = "count",
        .kind = PARAMETER_FLAG,
        .help = "send none, only say how many wait",
    },
};

static const char *const examples[] = {
    "recloop outbox send", "recloop outbox send --profile work --json", NULL};

const struct action outbox_send_action = {
    .descriptor =
        {
            .name = "outbox send",
            .summary = "send the events of this profile that have not arrived yet",
            .writes = DESCRIPTOR_WRITES_MANY,
            .details = "In the order of firing, each with its own messageId: Segment tells a "
                       "repeat for 24 "
                       "hours. It ends at the first that cannot be sent now, so that none "
                       "overtakes; an event "
                       "that is refused for good leaves with the reason.",
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
            .in_palette = true,
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
};
