// worker — see the header. One loop: take commands, run what is due, sleep in the transfers until a
// socket, a timer or a pushed command wakes them.
#include "worker/worker.h"

#include "actions/action.h"
#include "actions/record.h"
#include "actions/request_note.h"
#include "actions/sent_note.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/trace.h"
#include "net/transfers.h"

#include <pthread.h>
#include <stdatomic.h>

// One run: the context its task was started with, and when it must end.
struct worker_run {
    struct worker *worker;
    struct action_context context;
    uint64_t run_id;
    const struct action *action;
    struct task *task;    // owned by the transfers
    int64_t give_up_ms;   // 0: no deadline
    bool is_asked_to_end; // in good order: the next one cancels it
    bool is_cancelled, is_late;
    struct worker_run *next;
};

struct worker {
    pthread_t thread;
    struct queue *commands;
    struct queue *messages; // borrowed
    struct record *record;  // borrowed; may be NULL
    struct backend *backend;
    struct transfers *transfers;
    struct worker_run *runs;
    size_t run_count;
    struct buf told_url;                          // of the sandbox last told in MESSAGE_BACKEND
    struct command *put_off[WORKER_MAX_COMMANDS]; // owned: came while a step worked
    size_t put_off_count;
    atomic_bool is_stopping;
    struct note_limit requests, sent;
};

static void wake(void *context) {
    struct worker *worker = context;
    transfers_wake(worker->transfers);
}

static void post(const struct worker *worker, struct message *take_message) {
    if (message_is_progress(take_message))
        (void)queue_push_latest(worker->messages, take_message);
    else
        (void)queue_push_wait(worker->messages, take_message);
}

static void emit(void *context, struct message *take_message) {
    const struct worker_run *run = context;
    take_message->run_id = run->run_id;
    post(run->worker, take_message);
}

// Never waits either; the numbers that are missing tell how many were left out.
static void tell_sent(void *context, const struct sent_note *note) {
    const struct worker_run *run = context;
    struct worker *worker = run->worker;
    struct message *message = sent_note_new(note, queue_count(worker->messages), &worker->sent);
    if (!message) return;
    message->run_id = run->run_id;
    (void)queue_push_now(worker->messages, message);
}

// The tasks that a run starts beside its own have no run here.
static uint64_t run_of(const struct worker *worker, const struct task *task) {
    for (const struct worker_run *run = worker->runs; run; run = run->next) {
        if (run->task == task) return run->run_id;
    }
    return 0;
}

// Never waits for a console that does not keep up: then requests are left out, and counted.
static void observe(void *context, const struct transfers_observation *seen) {
    struct worker *worker = context;
    const size_t waiting = queue_count(worker->messages);
    struct message *message = request_note_new(seen, waiting, &worker->requests);
    if (!message) return;
    message->run_id = message->as.request.run_id = run_of(worker, seen->task);
    if (!queue_push_now(worker->messages, message)) note_limit_lost(&worker->requests);
}

static void forget(struct worker *worker, struct worker_run *ended) {
    for (struct worker_run **link = &worker->runs; *link; link = &(*link)->next) {
        if (*link != ended) continue;
        *link = ended->next;
        break;
    }
    worker->run_count--;
    mem_free(ended);
}

static void on_done(void *context, struct task *task, const struct error *err) {
    (void)task;
    struct worker_run *run = context;
    struct worker *worker = run->worker;
    struct error outcome = *err;
    if (run->is_late && outcome.code != ERROR_NONE) {
        error_set(&outcome, ERROR_TIMEOUT, "the run did not end in its time");
        error_hint(&outcome, "Try again, or look at what it waits for.");
    }
    trace_point("worker", run->run_id, "done", str_from(error_code_name(outcome.code)));
    struct message *done = message_new_done(run->run_id, &outcome);
    action_observe(&run->context, done);
    post(worker, done);
    forget(worker, run);
}

static void refuse(struct worker *worker, uint64_t run_id, const struct error *err) {
    post(worker, message_new_done(run_id, err));
}

static void cancel_run(struct worker *worker, struct worker_run *run) {
    if (run->is_cancelled) return;
    run->is_cancelled = true;
    transfers_cancel(worker->transfers, run->task);
}

// What can end in good order is asked to, as by Ctrl-C: what is in flight may still arrive.
static bool ask_to_end(struct worker_run *run) {
    const struct action *action = run->action;
    if (run->is_asked_to_end || !action->adjust || !action->stop_argument) return false;
    struct error ignored = {0};
    struct arguments stop = {0};
    arguments_set(&stop, action->stop_argument, STR("yes"));
    run->is_asked_to_end = action->adjust(run->task, &stop, &ignored);
    arguments_release(&stop);
    return run->is_asked_to_end;
}

static void cancel_by_id(struct worker *worker, uint64_t run_id) {
    for (struct worker_run *run = worker->runs; run; run = run->next) {
        if (run->run_id == run_id && !ask_to_end(run)) cancel_run(worker, run);
    }
}

static void tell_line(const struct worker *worker, uint64_t run_id, const char *text) {
    if (*text) post(worker, message_new_line(run_id, true, str_from(text)));
}

// The run goes on whatever comes of it.
static void adjust_run(const struct worker *worker, const struct command *command) {
    struct error err = {0};
    const struct worker_run *run = worker->runs;
    while (run && run->run_id != command->run_id)
        run = run->next;
    if (!run || run->is_cancelled) return;
    if (!run->action->adjust)
        error_set(&err, ERROR_USAGE, "`%s` takes no changes", run->action->descriptor.name);
    else if (run->action->adjust(run->task, &command->arguments, &err))
        return;
    tell_line(worker, run->run_id, err.message);
    tell_line(worker, run->run_id, err.hint);
}

// Cancels what is past its deadline; returns how long to sleep at most, -1 for ever.
static int64_t check_deadlines(struct worker *worker) {
    int64_t sleep_ms = -1;
    const int64_t now_ms = clock_monotonic_ms();
    for (struct worker_run *run = worker->runs; run; run = run->next) {
        if (!run->give_up_ms || run->is_cancelled) continue;
        const int64_t left_ms = run->give_up_ms - now_ms;
        if (left_ms <= 0) {
            run->is_late = true;
            cancel_run(worker, run);
            sleep_ms = 0;
        } else if (sleep_ms < 0 || left_ms < sleep_ms) {
            sleep_ms = left_ms;
        }
    }
    return sleep_ms;
}

// Is the run's beginning put off? A change of one that runs does not hold up its cancelling.
static bool is_put_off(const struct worker *worker, uint64_t run_id) {
    for (size_t i = 0; i < worker->put_off_count; i++) {
        const struct command *command = worker->put_off[i];
        if (command->kind == COMMAND_RUN && command->run_id == run_id) return true;
    }
    return false;
}

// Inside a step nothing can be started, but cancelling must not wait for its end. What else comes is put
// off, in order; when there is no more room, the queue fills and refuses.
static void take_cancels(struct worker *worker) {
    while (worker->put_off_count < ARRAY_COUNT(worker->put_off)) {
        struct command *command = queue_pop(worker->commands);
        if (!command) return;
        if (command->kind == COMMAND_CANCEL && !is_put_off(worker, command->run_id)) {
            cancel_by_id(worker, command->run_id);
            command_free(command);
        } else {
            worker->put_off[worker->put_off_count++] = command;
        }
    }
}

// For actions that work inside one step, such as the handler: they ask every now and then.
static bool must_end(void *context) {
    const struct worker_run *run = context;
    take_cancels(run->worker);
    (void)check_deadlines(run->worker);
    return run->is_cancelled || atomic_load(&run->worker->is_stopping);
}

static const struct action *
find_action(const struct worker *worker, const struct command *command, struct error *err) {
    const struct action *action = action_find_any(command->action);
    if (!action || action->is_cli_only) {
        error_set(err, ERROR_USAGE, "there is no action \"%s\" here", command->action);
        return NULL;
    }
    if (worker->run_count >= WORKER_MAX_RUNS) {
        error_set(err, ERROR_BUSY, "%d runs are under way already", WORKER_MAX_RUNS);
        error_hint(err, "Wait for one to end, or cancel one.");
        return NULL;
    }
    return action;
}

static void start_run(struct worker *worker, const struct command *command) {
    struct error err = {0};
    const struct action *action = find_action(worker, command, &err);
    if (!action) {
        refuse(worker, command->run_id, &err);
        return;
    }
    struct worker_run *run = MEM_NEW(struct worker_run);
    run->worker = worker;
    run->run_id = command->run_id;
    run->action = action;
    run->context = (struct action_context){
        .backend = worker->backend,
        .emit = emit,
        .emit_context = run,
        .tell_sent = tell_sent,
        .cancelled = must_end,
        .cancelled_context = run,
    };
    if (!action->is_private) record_attach(worker->record, &run->context);
    run->task = action->start(&run->context, &command->arguments, command->run_id, &err);
    if (!run->task) {
        mem_free(run);
        refuse(worker, command->run_id, &err);
        return;
    }
    trace_point("worker", run->run_id, "start", str_from(command->action));
    run->task->on_done = on_done;
    run->task->on_done_context = run;
    run->give_up_ms = command->deadline_ms ? clock_monotonic_ms() + command->deadline_ms : 0;
    run->next = worker->runs;
    worker->runs = run;
    worker->run_count++;
    transfers_start(worker->transfers, run->task);
}

static void obey(struct worker *worker, struct command *take_command) {
    switch (take_command->kind) {
    case COMMAND_RUN: start_run(worker, take_command); break;
    case COMMAND_CANCEL: cancel_by_id(worker, take_command->run_id); break;
    case COMMAND_ADJUST: adjust_run(worker, take_command); break;
    }
    command_free(take_command);
}

static void tell_backend(struct worker *worker) {
    buf_reset(&worker->told_url);
    buf_add(&worker->told_url, str_from(backend_sandbox_url(worker->backend)));
    post(worker, backend_describe(worker->backend, 0));
}

// Settings may have changed the profile, and a sandbox of another process may have gone.
static void tell_changed_backend(struct worker *worker) {
    if (!backend_client(worker->backend)) return;
    const struct str url = str_from(backend_sandbox_url(worker->backend));
    if (!str_equal(url, buf_str(&worker->told_url))) tell_backend(worker);
}

// The first screen is there before this has ended.
static void open_backend(struct worker *worker) {
    struct error err = {0};
    const bool is_open = backend_open(worker->backend, &err);
    tell_backend(worker);
    if (is_open) return;
    post(worker, message_new_line(0, true, str_from(err.message)));
    if (err.hint[0]) post(worker, message_new_line(0, true, str_from(err.hint)));
}

static void obey_put_off(struct worker *worker) {
    for (size_t i = 0; i < worker->put_off_count; i++)
        obey(worker, worker->put_off[i]);
    worker->put_off_count = 0;
}

static void drain_commands(struct worker *worker) {
    obey_put_off(worker);
    struct command *command = queue_pop(worker->commands);
    for (; command; command = queue_pop(worker->commands)) {
        if (atomic_load(&worker->is_stopping))
            command_free(command);
        else
            obey(worker, command);
    }
}

static void *work(void *context) {
    struct worker *worker = context;
    open_backend(worker);
    while (!atomic_load(&worker->is_stopping)) {
        drain_commands(worker);
        if (worker->run_count == 0) backend_settle(worker->backend);
        tell_changed_backend(worker);
        if (!transfers_run_once(worker->transfers, check_deadlines(worker))) break;
    }
    for (struct worker_run *run = worker->runs; run; run = run->next)
        cancel_run(worker, run);
    while (worker->runs && transfers_run_once(worker->transfers, 0)) {
    }
    return NULL;
}

bool worker_start(const struct worker_options *options, struct worker **out, struct error *err) {
    struct worker *worker = MEM_NEW(struct worker);
    worker->messages = options->messages;
    worker->record = options->record;
    worker->backend = backend_new(options->backend);
    struct transfers_options transfers = backend_transfers_options(worker->backend);
    transfers.observe = observe;
    transfers.observe_context = worker;
    worker->transfers = transfers_new(&transfers);
    const struct queue_options commands = {
        .capacity = WORKER_MAX_COMMANDS,
        .free_item = command_free_item,
        .wake = wake,
        .wake_context = worker,
    };
    worker->commands = queue_new(&commands);
    const int failure = pthread_create(&worker->thread, NULL, work, worker);
    if (failure) {
        queue_free(worker->commands);
        transfers_free(worker->transfers);
        backend_free(worker->backend);
        mem_free(worker);
        return error_from_errno(err, failure, "starting the worker thread");
    }
    *out = worker;
    return true;
}

bool worker_command(struct worker *worker, struct command *take_command) {
    return queue_push_now(worker->commands, take_command);
}

struct queue *worker_commands(struct worker *worker) {
    return worker->commands;
}

void worker_stop(struct worker *worker) {
    if (!worker) return;
    atomic_store(&worker->is_stopping, true);
    queue_close(worker->commands); // wakes the transfers
    pthread_join(worker->thread, NULL);
    transfers_free(worker->transfers);
    for (size_t i = 0; i < worker->put_off_count; i++)
        command_free(worker->put_off[i]);
    queue_free(worker->commands);
    backend_free(worker->backend);
    buf_release(&worker->told_url);
    mem_free(worker);
}
