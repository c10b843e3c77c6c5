// cli — see the header.
#include "cli/cli.h"

#include "actions/record.h"
#include "actions/request_note.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/transfers.h"
#include "printer.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define RUN_ID 1 // there is only one

int cli_exit_code(enum error_code code) {
    switch (code) {
    case ERROR_NONE: return CLI_EXIT_OK;
    case ERROR_USAGE: return CLI_EXIT_USAGE;
    case ERROR_CONFIG: return CLI_EXIT_CONFIG;
    case ERROR_UNREACHABLE:
    case ERROR_TIMEOUT: return CLI_EXIT_UNREACHABLE;
    case ERROR_CANCELLED: return CLI_EXIT_INTERRUPTED;
    case ERROR_INTERNAL: return CLI_EXIT_INTERNAL;
    case ERROR_INVALID:
    case ERROR_LIMIT:
    case ERROR_NOT_FOUND:
    case ERROR_REFUSED:
    case ERROR_THROTTLED:
    case ERROR_EXPIRED:
    case ERROR_BUSY:
    case ERROR_IO: return CLI_EXIT_FAILED;
    }
    return CLI_EXIT_INTERNAL;
}

// Set by the handler, asked by the running task at least every 100 ms. The second signal kills.
static volatile sig_atomic_t signal_seen;

static void note_signal(int number) {
    signal_seen = number;
}

static void catch_signals(void) {
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++)
        (void)sigaction(numbers[i], &action, NULL);
}

struct cli_run {
    struct printer printer;
    const struct action *action;
    struct task *task; // owned by its transfers
    bool is_stopping;
    struct record *record; // NULL: --record was not given
    int64_t give_up_ms;    // 0: no deadline
    bool is_late;
    struct note_limit requests;
};

static bool is_cancelled(void *context) {
    struct cli_run *run = context;
    if (run->give_up_ms && clock_monotonic_ms() >= run->give_up_ms) run->is_late = true;
    return run->is_late || signal_seen != 0 || run->printer.is_reader_gone ||
           run->printer.out_errno != 0;
}

// Asked between steps. What can end in good order is asked to, once; its end then comes by itself.
static bool must_cancel(void *context) {
    struct cli_run *run = context;
    if (!is_cancelled(run)) return false;
    const struct action *action = run->action;
    if (!action->adjust || !action->stop_argument) return true;
    if (run->is_stopping) return false;
    struct error ignored = {0};
    struct arguments stop = {0};
    arguments_set(&stop, action->stop_argument, STR("yes"));
    run->is_stopping = action->adjust(run->task, &stop, &ignored);
    arguments_release(&stop);
    return !run->is_stopping;
}

static void emit(void *context, struct message *take_message) {
    struct cli_run *run = context;
    printer_take(&run->printer, take_message);
}

void cli_print_error(const struct error *err) {
    struct printer printer = {0};
    printer_error(&printer, err);
}

void cli_refuse(int count, const char *const *words, const struct error *err) {
    struct printer printer = {0};
    for (int i = 0; i < count && strcmp(words[i], "--") != 0; i++)
        printer.is_json |= strcmp(words[i], "--json") == 0;
    if (printer.is_json) json_new_object(&printer.object);
    printer_finish(&printer, err);
    printer_error(&printer, err);
    printer_release(&printer);
}

// Arguments are NUL-terminated.
static const char *text_or_null(const struct arguments *arguments, const char *name) {
    const struct str text = arguments_get(arguments, name);
    return text.len ? text.ptr : NULL;
}

void cli_backend_options(
    const struct parse *parsed,
    config_environment_fn *environment,
    void *context,
    struct backend_options *out) {
    *out = (struct backend_options){
        .profile = text_or_null(&parsed->globals, "profile"),
        .config_path = text_or_null(&parsed->globals, "config"),
        .environment = environment,
        .environment_context = context,
    };
}

static bool read_timeout(const struct parse *parsed, struct cli_run *run, struct error *err) {
    int64_t timeout_ms = 0;
    if (!arguments_number(&parsed->globals, "timeout", 0, 1, INT64_MAX / 2, &timeout_ms, err))
        return false;
    if (timeout_ms) run->give_up_ms = clock_monotonic_ms() + timeout_ms;
    return true;
}

static void observe(void *context, const struct transfers_observation *seen) {
    struct cli_run *run = context;
    struct message *message = request_note_new(seen, 0, &run->requests);
    if (message) printer_take(&run->printer, message);
}

static bool run_action(
    const struct parse *parsed,
    struct cli_run *run,
    struct action_context *context,
    struct error *err) {
    if (!read_timeout(parsed, run, err)) return false;
    if (!record_open(&parsed->arguments, &run->record, err)) return false;
    record_attach(run->record, context);
    struct task *task = parsed->action->start(context, &parsed->arguments, RUN_ID, err);
    const char *note = backend_note(context->backend);
    if (note) printer_note(&run->printer, note);
    if (!task) return false;
    run->action = parsed->action;
    run->task = task;
    struct transfers_options options = backend_transfers_options(context->backend);
    if (arguments_has(&parsed->globals, "verbose")) options.observe = observe;
    options.observe_context = run;
    return task_run(task, &options, must_cancel, run, err);
}

// What the run's end means to the caller: a deadline is a timeout, a reader that left is no failure,
// and stopping is how endless actions end. Output that did not arrive is a failure, whatever was done.
static void judge(const struct parse *parsed, const struct cli_run *run, struct error *err) {
    if (err->code != ERROR_CANCELLED) return;
    if (run->is_late) {
        error_set(
            err, ERROR_TIMEOUT, "`%s` did not end in its time", parsed->action->descriptor.name);
        error_hint(err, "Give it more with --timeout MS.");
    } else if (run->printer.is_reader_gone || (parsed->action->is_endless && signal_seen)) {
        *err = (struct error){0};
    }
}

// An interrupt ends a write that waits for a slow reader: that is an interrupt still.
static void check_output(const struct printer *printer, struct error *err) {
    struct error failure = {0};
    if (signal_seen && printer->out_errno == EINTR)
        error_set(err, ERROR_CANCELLED, "interrupted");
    else if (!printer_check(printer, &failure))
        *err = failure;
}

// The end belongs into the recording; a recording that is not complete is a failure, whatever was done.
static void
end_record(struct record *record, const struct action_context *context, struct error *err) {
    struct error failure = {0};
    struct message *done = message_new_done(RUN_ID, err);
    action_observe(context, done);
    message_free(done);
    if (!record_close(record, &failure) && err->code == ERROR_NONE) *err = failure;
}

int cli_run(const struct parse *parsed, config_environment_fn *environment, void *context) {
    struct cli_run run = {0};
    struct error err = {0};
    struct backend_options options = {0};
    const char *no_color = environment ? environment(context, "NO_COLOR") : NULL;
    printer_init(&run.printer, parsed, no_color);
    cli_backend_options(parsed, environment, context, &options);
    struct backend *backend = backend_new(&options);
    struct action_context action_context = {
        .backend = backend,
        .emit = emit,
        .emit_context = &run,
        .may_write_output = true,
        .wants_json = run.printer.is_json,
        .cancelled = is_cancelled,
        .cancelled_context = &run,
    };
    catch_signals();
    // What runs until it is stopped has only this way to say that something goes wrong meanwhile.
    if (parsed->action->is_endless)
        log_to_stderr(run.printer.is_quiet ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN);
    if (run_action(parsed, &run, &action_context, &err)) err = (struct error){0};
    judge(parsed, &run, &err);
    end_record(run.record, &action_context, &err);
    // what is stopped from outside has no result to tell: `sandbox --json` prints its one line
    const bool is_told = parsed->action->is_endless && err.code == ERROR_NONE;
    if (!is_told) printer_finish(&run.printer, &err);
    if (err.code == ERROR_CANCELLED) error_set(&err, ERROR_CANCELLED, "interrupted");
    check_output(&run.printer, &err);
    if (err.code != ERROR_NONE) printer_error(&run.printer, &err);
    backend_free(backend);
    printer_release(&run.printer);
    return cli_exit_code(err.code);
}
