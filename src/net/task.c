// task — what a step may ask for, and running one task to its end.
#include "internal.h"

#include "base/memory.h"
#include "net/task.h"

static struct task_internal *settle(struct task *task, enum task_state state) {
    struct task_internal *internal = task->internal;
    // Outside a step, or a second wish in one step: the task's mistake.
    ASSERT(internal && internal->state == TASK_STATE_STEPPING);
    ASSERT(!internal->is_ending || state == TASK_STATE_DONE);
    internal->state = state;
    return internal;
}

void task_request(
    struct task *task, struct request *take_request, const struct task_request_options *options) {
    static const struct task_request_options none = {0};
    struct task_internal *internal = settle(task, TASK_STATE_WANTS);
    const struct transfers *transfers = internal->transfers;
    struct task_request_options *kept = &internal->options;

    *kept = options ? *options : none;
    if (kept->timeout_ms <= 0) kept->timeout_ms = transfers->timeout_ms;
    if (kept->connect_timeout_ms <= 0) kept->connect_timeout_ms = transfers->connect_timeout_ms;
    if (kept->body_limit == 0) kept->body_limit = TRANSFERS_BODY_LIMIT;
    request_release(&internal->request);
    internal->request = *take_request;
    *take_request = (struct request){0};
    internal->attempts = 0;
    internal->is_effect_unknown = false;
    internal->elapsed_ms = 0;
    internal->deadline_ms = transfers->now_ms + kept->timeout_ms;
}

void task_wait(struct task *task, int64_t delay_ms) {
    struct task_internal *internal = settle(task, TASK_STATE_WAITING);
    internal->due_ms = internal->transfers->now_ms + (delay_ms > 0 ? delay_ms : 0);
}

void task_finish(struct task *task) {
    settle(task, TASK_STATE_DONE)->outcome = (struct error){0};
}

void task_fail(struct task *task, const struct error *err) {
    ASSERT(err->code != ERROR_NONE);
    settle(task, TASK_STATE_DONE)->outcome = *err;
}

void task_start(struct task *host, struct task *take_task) {
    ASSERT(host->internal);
    transfers_start(host->internal->transfers, take_task);
}

void task_stop(struct task *host, struct task *other) {
    ASSERT(host->internal);
    transfers_cancel(host->internal->transfers, other);
}

void task_nudge(struct task *task) {
    struct task_internal *internal = task->internal;
    if (internal && internal->state == TASK_STATE_WAITING) internal->due_ms = 0;
}

// on_done of a task that somebody waits for; passes the call on to the creator's own.
struct waiter {
    bool is_done;
    struct error outcome;
    void (*on_done)(void *context, struct task *task, const struct error *err);
    void *on_done_context;
};

static void note_done(void *context, struct task *task, const struct error *err) {
    struct waiter *waiter = context;
    waiter->is_done = true;
    waiter->outcome = *err;
    if (waiter->on_done) waiter->on_done(waiter->on_done_context, task, err);
}

bool task_run_on(
    struct transfers *transfers,
    struct task *take_task,
    task_cancelled_fn *cancelled,
    void *cancelled_context,
    struct error *err) {
    struct waiter waiter = {
        .on_done = take_task->on_done,
        .on_done_context = take_task->on_done_context,
    };
    const int64_t look_ms = cancelled ? 100 : -1;
    take_task->on_done = note_done;
    take_task->on_done_context = &waiter;
    transfers_start(transfers, take_task);
    while (!waiter.is_done) {
        if (cancelled && cancelled(cancelled_context)) transfers_cancel(transfers, take_task);
        // Its own failure leaves no way to end the task but this; the transfers are spent anyway.
        ASSERT(transfers_run_once(transfers, look_ms));
    }
    if (waiter.outcome.code == ERROR_NONE) return true;
    *err = waiter.outcome;
    return false;
}

bool task_run(
    struct task *take_task,
    const struct transfers_options *options,
    task_cancelled_fn *cancelled,
    void *cancelled_context,
    struct error *err) {
    struct transfers *transfers = transfers_new(options);
    const bool is_ok = task_run_on(transfers, take_task, cancelled, cancelled_context, err);
    transfers_free(transfers);
    return is_ok;
}
