// task — the one shape of everything asynchronous: a step function that starts the next request,
// asks to be woken later, or finishes.
//
// Shape    task_ops.step is called once with TASK_BEGIN, then once for each thing it asked for:
//          TASK_RESPONSE after task_request, TASK_TIMER after task_wait. TASK_CANCELLED comes at
//          most once, instead of what was asked for, and is the last. A step does exactly one of
//          task_request, task_wait, task_finish, task_fail; in TASK_CANCELLED it may finish or
//          fail, and if it does neither the task ends with ERROR_CANCELLED. A task cancelled before
//          TASK_BEGIN ends without any step.
// Owns     the creator sets ops; whoever runs the task (transfers_start or task_run) owns it from
//          then on and calls ops->free after `on_done` has returned.
// Units    every request has a deadline; the runner passes now_ms (monotonic) into each step.
// Threads  a task lives on the thread of its transfers.
// Source   nng's aio for the shape.
#pragma once

#include "base/error.h"
#include "http/request.h"
#include "http/response.h"

#include <stdint.h>

struct task;
struct task_internal;
struct transfers;
struct transfers_options;

enum task_event_kind { TASK_BEGIN, TASK_RESPONSE, TASK_TIMER, TASK_CANCELLED };

struct task_event {
    enum task_event_kind kind;
    int64_t now_ms;
    // TASK_RESPONSE: either an answer of whatever status, or the error of the transfer.
    const struct response *response; // borrowed for the step; NULL when the transfer failed
    const struct request *request;   // as sent in the last attempt, borrowed for the step; holds
                                     // secrets, so show it through http/redact.h only
    const struct error *error;       // NULL when there is a response
    double elapsed_ms;               // of the last attempt: from request to whole answer
    int attempts;                    // 1 = no retry was needed; 0 = nothing was sent
    // Some attempt left this machine and was not answered, or with 5xx: nobody knows whether it had its effect.
    bool is_effect_unknown;
};

struct task_ops {
    const char *name; // for traces
    void (*step)(struct task *task, const struct task_event *event);
    void (*free)(struct task *task);
};

// Signs (or otherwise completes) a request just before each attempt, so that retries carry a fresh
// date. It sees its own earlier work on a retry, hence it replaces headers instead of adding them.
typedef bool
task_prepare_fn(void *context, struct request *request, int64_t wall_ms, struct error *err);

// A service's own word for "later": an answer whose status does not tell (AWS throttles with 400).
typedef bool task_throttled_fn(const struct response *response);

enum task_retry {
    TASK_RETRY_NEVER,
    TASK_RETRY_UNSENT,    // not idempotent (Lambda Invoke): when nothing was delivered, or on 429
    TASK_RETRY_TRANSIENT, // network errors, 429 and 5xx, with full-jitter backoff and Retry-After
};

struct task_request_options {
    int64_t timeout_ms;         // for all attempts together; 0: the transfers' default
    int64_t connect_timeout_ms; // of one attempt; 0: default
    size_t body_limit;          // bytes of answer accepted; 0: 1 MiB
    enum task_retry retry;
    int attempts;                    // at most, when retrying; 0: 3
    task_prepare_fn *prepare;        // may be NULL
    void *prepare_context;           // borrowed until the response step
    task_throttled_fn *is_throttled; // may be NULL
};

// Embedded as the first member of the struct of a concrete task.
struct task {
    const struct task_ops *ops;
    // Called once when the task has finished, on its thread; `err->code` is ERROR_NONE on success.
    void (*on_done)(void *context, struct task *task, const struct error *err); // may be NULL
    void *on_done_context;
    struct task_internal *internal; // the runner's; owned by it
};

// Inside a step only. `request` is taken: its content moves out, the caller's struct becomes empty.
// `options` may be NULL for the defaults.
void task_request(
    struct task *task, struct request *take_request, const struct task_request_options *options);
void task_wait(struct task *task, int64_t delay_ms);
void task_finish(struct task *task);
void task_fail(struct task *task, const struct error *err);

// Inside a step of `host`: another task beside it, on the same transfers, which own it from here on. The
// host is told nothing about it; who starts tasks watches over them and ends them (task_stop) before
// what they share goes.
void task_start(struct task *host, struct task *take_task);
// Inside a step of `host`: TASK_CANCELLED for another task of the same transfers, at the next turn.
// Nothing happens if it has ended.
void task_stop(struct task *host, struct task *other);
// On the task's thread, inside any step: if it is in task_wait, the wait is over.
void task_nudge(struct task *task);

typedef bool task_cancelled_fn(void *context);

// Runs one task to its end and frees it; returns what it finished with. `cancelled` (may be NULL)
// is asked at least every 100 ms while it waits. task_run uses a private set of transfers;
// task_run_on a shared one, so that connections live on from call to call (its other tasks advance
// as well). Not to be called from inside a step of the same transfers.
bool task_run(
    struct task *take_task,
    const struct transfers_options *options,
    task_cancelled_fn *cancelled,
    void *cancelled_context,
    struct error *err) MUST_CHECK;
bool task_run_on(
    struct transfers *transfers,
    struct task *take_task,
    task_cancelled_fn *cancelled,
    void *cancelled_context,
    struct error *err) MUST_CHECK;
