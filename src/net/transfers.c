// transfers — the runner: a list of tasks, a curl multi handle, and one place to sleep.
//
// A turn is: deliver what is due, let curl work, collect its results, and only if nothing happened
// sleep until a socket, a timer or a wake-up. Steps run from here alone, never from inside a curl
// callback and never nested, so a step may start and cancel tasks freely.
#include "internal.h"

#include "base/clock.h"
#include "base/memory.h"
#include "net/retry.h"

#include <limits.h>

void transfers_prepare(void) {
    (void)curl();
}

CURLM *transfers_multi(struct transfers *transfers) {
    CURLM *multi = atomic_load(&transfers->multi);
    if (multi) return multi;
    multi = curl()->multi_init();
    ASSERT(multi);
    curl()->multi_setopt(multi, CURLMOPT_MAXCONNECTS, 64L);
    atomic_store(&transfers->multi, multi);
    return multi;
}

struct transfers *transfers_new(const struct transfers_options *options) {
    static const struct transfers_options none = {0};
    const struct transfers_options *chosen = options ? options : &none;
    struct transfers *transfers = MEM_NEW(struct transfers);
    transfers->timeout_ms = chosen->timeout_ms > 0 ? chosen->timeout_ms : TRANSFERS_TIMEOUT_MS;
    transfers->connect_timeout_ms =
        chosen->connect_timeout_ms > 0 ? chosen->connect_timeout_ms : TRANSFERS_CONNECT_TIMEOUT_MS;
    transfers->ca_file = chosen->ca_file ? mem_copy_string(chosen->ca_file) : NULL;
    transfers->user_agent =
        mem_copy_string(chosen->user_agent ? chosen->user_agent : "recloop/" RECLOOP_VERSION);
    transfers->observe = chosen->observe;
    transfers->observe_context = chosen->observe_context;
    if (chosen->jitter_seed)
        rng_seed(&transfers->jitter, chosen->jitter_seed);
    else
        rng_seed_from_system(&transfers->jitter);
    return transfers;
}

static void unlink_task(struct transfers *transfers, struct task_internal *internal) {
    *(internal->previous ? &internal->previous->next : &transfers->first) = internal->next;
    *(internal->next ? &internal->next->previous : &transfers->last) = internal->previous;
    transfers->count--;
}

// The task leaves the list before on_done, so that the callback sees the count without it.
static void end_task(struct task_internal *internal) {
    struct task *task = internal->task;
    unlink_task(internal->transfers, internal);
    if (task->on_done) task->on_done(task->on_done_context, task, &internal->outcome);
    request_release(&internal->request);
    response_release(&internal->response);
    mem_free(internal);
    task->internal = NULL;
    task->ops->free(task);
}

static void step_task(struct task_internal *internal, struct task_event event) {
    event.now_ms = internal->transfers->now_ms;
    internal->state = TASK_STATE_STEPPING;
    internal->transfers->is_stepping = true;
    internal->task->ops->step(internal->task, &event);
    internal->transfers->is_stepping = false;
    // A step must ask for something, or end.
    ASSERT(internal->is_ending || internal->state != TASK_STATE_STEPPING);
}

static void tell_observer(const struct task_internal *internal, bool is_final) {
    const struct transfers *transfers = internal->transfers;
    if (!transfers->observe) return;
    transfers->observe(
        transfers->observe_context,
        &(struct transfers_observation){
            .task = internal->task,
            .request = &internal->request,
            .response = internal->is_transfer_ok ? &internal->response : NULL,
            .error = internal->is_transfer_ok ? NULL : &internal->transfer_error,
            .elapsed_ms = internal->elapsed_ms,
            .attempts = internal->attempts,
            .is_final = is_final,
        });
}

static void step_answered(struct task_internal *internal) {
    tell_observer(internal, true);
    // The request and answer are moved out, for the step may begin the next request.
    struct request request = internal->request;
    struct response response = internal->response;
    internal->request = (struct request){0};
    internal->response = (struct response){0};
    const struct error error = internal->transfer_error;
    step_task(
        internal, (struct task_event){
                      .kind = TASK_RESPONSE,
                      .request = &request,
                      .response = internal->is_transfer_ok ? &response : NULL,
                      .error = internal->is_transfer_ok ? NULL : &error,
                      .elapsed_ms = internal->elapsed_ms,
                      .attempts = internal->attempts,
                      .is_effect_unknown = internal->is_effect_unknown,
                  });
    request_release(&request);
    response_release(&response);
}

static void cancel_task(struct task_internal *internal) {
    const bool has_begun = internal->state != TASK_STATE_NEW;
    transfer_stop(internal);
    error_set(&internal->outcome, ERROR_CANCELLED, "%s was cancelled", internal->task->ops->name);
    internal->is_ending = true;
    if (has_begun) step_task(internal, (struct task_event){.kind = TASK_CANCELLED});
    internal->state = TASK_STATE_DONE;
}

static void start_attempt(struct task_internal *internal) {
    internal->state = TASK_STATE_SENDING;
    if (!transfer_start(internal)) internal->state = TASK_STATE_ANSWERED;
}

// Does what is due for one task; false when nothing was.
static bool advance_task(struct task_internal *internal) {
    const bool is_due = internal->due_ms <= internal->transfers->now_ms;
    if (internal->is_cancelled && internal->state != TASK_STATE_DONE) {
        cancel_task(internal);
        return true;
    }
    switch (internal->state) {
    case TASK_STATE_NEW: step_task(internal, (struct task_event){.kind = TASK_BEGIN}); return true;
    case TASK_STATE_WANTS: start_attempt(internal); return true;
    case TASK_STATE_ANSWERED: step_answered(internal); return true;
    case TASK_STATE_WAITING:
        if (is_due) step_task(internal, (struct task_event){.kind = TASK_TIMER});
        return is_due;
    case TASK_STATE_PAUSED:
        if (is_due) start_attempt(internal);
        return is_due;
    case TASK_STATE_SENDING:
    case TASK_STATE_DONE: return false;
    case TASK_STATE_STEPPING: break;
    }
    UNREACHABLE("transfers_run_once was called from inside a step");
    return false;
}

// One pass over the tasks. Steps add tasks at the end and only mark others as cancelled, so the one
// being advanced is the only one that can leave the list.
static bool advance_all(struct transfers *transfers) {
    bool has_advanced = false;
    struct task_internal *next;
    for (struct task_internal *at = transfers->first; at; at = next) {
        has_advanced |= advance_task(at);
        if (at->state == TASK_STATE_WANTS) start_attempt(at); // in the same turn
        next = at->next;
        if (at->state != TASK_STATE_DONE) continue;
        end_task(at);
        has_advanced = true;
    }
    return has_advanced;
}

// Another attempt later, or the step's turn.
static void decide(struct task_internal *internal) {
    struct transfers *transfers = internal->transfers;
    const struct task_request_options *options = &internal->options;
    const struct response *response = internal->is_transfer_ok ? &internal->response : NULL;
    struct retry_policy policy = retry_standard;
    internal->state = TASK_STATE_ANSWERED;
    if (options->retry == TASK_RETRY_NEVER) return;

    policy.is_unsent_only = options->retry == TASK_RETRY_UNSENT;
    if (options->attempts > 0) policy.attempts = options->attempts;
    const struct retry_outcome outcome = {
        .attempt = internal->attempts,
        .response = response,
        .error = internal->transfer_error.code,
        .is_throttled = response && options->is_throttled && options->is_throttled(response),
        .was_sent = internal->was_sent,
    };
    const struct retry_times times = {
        .now_ms = transfers->now_ms,
        .deadline_ms = internal->deadline_ms,
        .wall_ms = clock_wall_ms(),
    };
    const int64_t delay_ms = retry_delay_ms(&policy, &outcome, times, &transfers->jitter);
    if (delay_ms == RETRY_GIVE_UP) return;
    internal->state = TASK_STATE_PAUSED;
    internal->due_ms = transfers->now_ms + delay_ms;
    tell_observer(internal, false);
}

// Lets curl move bytes and takes its finished transfers.
static bool perform(struct transfers *transfers) {
    int running, left;
    const CURLMsg *message;
    CURLM *multi = atomic_load(&transfers->multi);
    if (!multi) return true;
    if (curl()->multi_perform(multi, &running) != CURLM_OK) return false;
    while ((message = curl()->multi_info_read(multi, &left))) {
        struct task_internal *internal = NULL;
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode code = message->data.result; // `message` dies with its handle
        curl()->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &internal);
        transfer_settle(internal, code);
        decide(internal);
    }
    return true;
}

// Until the next timer of ours, at most max_wait_ms; curl knows its own timers.
static int sleep_ms(const struct transfers *transfers, int64_t max_wait_ms) {
    int64_t wait_ms = max_wait_ms < 0 || max_wait_ms > INT_MAX ? INT_MAX : max_wait_ms;
    for (const struct task_internal *at = transfers->first; at; at = at->next) {
        const bool has_timer = at->state == TASK_STATE_WAITING || at->state == TASK_STATE_PAUSED;
        if (!has_timer) continue;
        const int64_t left_ms = at->due_ms - transfers->now_ms;
        if (left_ms < wait_ms) wait_ms = left_ms > 0 ? left_ms : 0;
    }
    return (int)wait_ms;
}

bool transfers_run_once(struct transfers *transfers, int64_t max_wait_ms) {
    ASSERT(!transfers->is_stepping);
    transfers->now_ms = clock_monotonic_ms();
    bool has_advanced = advance_all(transfers);
    if (!perform(transfers)) return false;
    has_advanced |= advance_all(transfers);
    if (has_advanced) return true; // the caller may have messages to pass on before we sleep

    CURLM *multi = transfers_multi(transfers);
    const bool was_woken = atomic_exchange(&transfers->was_woken, false);
    const int wait_ms = was_woken ? 0 : sleep_ms(transfers, max_wait_ms);
    if (curl()->multi_poll(multi, NULL, 0, wait_ms, NULL) != CURLM_OK) return false;
    transfers->now_ms = clock_monotonic_ms();
    if (!perform(transfers)) return false;
    advance_all(transfers);
    return true;
}

void transfers_start(struct transfers *transfers, struct task *take_task) {
    struct task_internal *internal = MEM_NEW(struct task_internal);
    ASSERT(take_task->ops && !take_task->internal);
    internal->task = take_task;
    internal->transfers = transfers;
    internal->id = ++transfers->next_id;
    internal->previous = transfers->last;
    *(transfers->last ? &transfers->last->next : &transfers->first) = internal;
    transfers->last = internal;
    transfers->count++;
    take_task->internal = internal;
}

// Searched by address: the caller may not know yet that its task has ended and is gone.
void transfers_cancel(struct transfers *transfers, struct task *task) {
    for (struct task_internal *at = transfers->first; at; at = at->next)
        if (at->task == task) at->is_cancelled = true;
}

void transfers_wake(struct transfers *transfers) {
    // The mark first: whoever makes the handle looks at it before sleeping.
    atomic_store(&transfers->was_woken, true);
    CURLM *multi = atomic_load(&transfers->multi);
    if (!multi) return;
    atomic_store(&transfers->was_woken, false);
    curl()->multi_wakeup(multi);
}

size_t transfers_count(const struct transfers *transfers) {
    return transfers->count;
}

void transfers_free(struct transfers *transfers) {
    if (!transfers) return;
    ASSERT(!transfers->is_stepping);
    transfers->now_ms = clock_monotonic_ms();
    while (transfers->first) {
        if (transfers->first->state != TASK_STATE_DONE) cancel_task(transfers->first);
        end_task(transfers->first);
    }
    while (transfers->idle_count)
        curl()->easy_cleanup(transfers->idle[--transfers->idle_count]);
    if (transfers->multi) curl()->multi_cleanup(transfers->multi);
    mem_free(transfers->ca_file);
    mem_free(transfers->user_agent);
    mem_free(transfers);
}
