// recloop — builds the parts and connects them: a command runs on this thread; the console gets a worker
// thread, two queues and the action table.
#include "actions/action.h"
#include "actions/judgement.h"
#include "actions/record.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/queue.h"
#include "base/trace.h"
#include "cli/cli.h"
#include "console/cast.h"
#include "console/console.h"
#include "console/scene.h"
#include "segment/catalog.h"
#include "worker/worker.h"

#include "keys.h"
#include "libraries.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MESSAGES 4096 // a stream at full rate fills it only if the screen stands still

static void list_products(struct model_product products[CATALOG_COUNT]) {
    for (size_t i = 0; i < CATALOG_COUNT; i++) {
        const struct catalog_product *product = catalog_at(i);
        products[i] = (struct model_product){.sku = product->sku, .name = product->name};
    }
}

static struct descriptor *list_actions(void) {
    struct descriptor *list = mem_zeroed(action_count(), sizeof(*list));
    for (size_t i = 0; i < action_count(); i++)
        list[i] = action_at(i)->descriptor;
    return list;
}

// $XDG_STATE_HOME/recloop/console.json; false: there is no home to keep it in.
static bool find_state_file(struct buf *path) {
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    if (state && state[0] == '/')
        buf_add_format(path, "%s/recloop", state);
    else if (home && home[0] == '/')
        buf_add_format(path, "%s/.local/state/recloop", home);
    else
        return false;
    struct error ignored;
    const bool is_there = files_make_folders(buf_text(path), 0700, &ignored);
    buf_add(path, STR("/console.json"));
    return is_there;
}

struct parts {
    struct scene scene; // of --play
    bool has_scene;
    const char *cast_path; // of --record FILE.cast; NULL: none
    uint64_t cast_limit_bytes;
    struct queue *messages;
    struct console_wake wake;
    struct record *record; // NULL: --record was not given
    struct term *term;     // NULL: without a screen
};

// A terminal that cannot place its cursor is most likely one that reads out, or an editor's.
static bool is_linear(const struct arguments *arguments) {
    const char *term = getenv("TERM");
    const bool is_dumb = term && strcmp(term, "dumb") == 0 && isatty(STDIN_FILENO);
    return is_dumb || arguments_has(arguments, "linear");
}

static bool wants_no_color(const struct parse *parsed) {
    const char *no_color = getenv("NO_COLOR");
    return arguments_has(&parsed->globals, "no-color") || (no_color && *no_color);
}

static bool
run_console(const struct parse *parsed, struct parts *parts, int *status, struct error *err) {
    struct backend_options backend = {0};
    struct worker *worker = NULL;
    cli_backend_options(parsed, config_process_environment, NULL, &backend);
    const struct worker_options options = {
        .backend = &backend, .messages = parts->messages, .record = parts->record};
    if (!worker_start(&options, &worker, err)) {
        term_close(parts->term);
        return false;
    }
    struct libraries *libraries = libraries_load();

    struct model_product products[CATALOG_COUNT];
    list_products(products);
    struct descriptor *actions = list_actions();
    struct buf state = {0};
    struct key_file *keys = keys_read();
    const bool has_state = find_state_file(&state);
    const struct console_options console = {
        .state_path = has_state ? buf_text(&state) : NULL,
        .commands = worker_commands(worker),
        .messages = parts->messages,
        .wake = &parts->wake,
        .actions = actions,
        .action_count = action_count(),
        .model =
            {.judge = judgement_of,
             .products = products,
             .product_count = CATALOG_COUNT,
             .scene = parts->has_scene ? &parts->scene : NULL,
             .home = getenv("HOME"),
             .keys = keys},
        .cast_path = parts->cast_path,
        .cast_limit_bytes = parts->cast_limit_bytes,
        .term = parts->term,
        .no_color = wants_no_color(parsed),
        .is_ascii = arguments_has(&parsed->globals, "ascii"),
    };
    const bool ok = parts->term ? console_run(&console, status, err)
                                : console_run_linear(&console, status, err);
    queue_close(parts->messages); // first, so that no push of the worker waits for a reader
    worker_stop(worker);
    libraries_end(libraries);
    mem_free(actions);
    mem_free(keys);
    buf_release(&state);
    return ok;
}

// What is wrong with the files that are named must be told before the screen is ours.
static bool open_files(const struct arguments *arguments, struct parts *parts, struct error *err) {
    const struct str play = arguments_get(arguments, "play");
    const struct str record = arguments_get(arguments, "record");
    if (play.len && !scene_load(play.ptr, &parts->scene, err)) return false;
    parts->has_scene = play.len > 0;
    if (cast_is_name(record)) {
        parts->cast_path = record.ptr; // arguments are NUL-terminated
        return record_limit(arguments, &parts->cast_limit_bytes, err);
    }
    return record_open(arguments, &parts->record, err);
}

// Before any thread: term.h says why.
static bool open_terminal(const struct parse *parsed, struct parts *parts, struct error *err) {
    const struct term_options options = {
        .no_color = wants_no_color(parsed),
        .is_ascii = arguments_has(&parsed->globals, "ascii"),
    };
    return is_linear(&parsed->arguments) || term_open(&options, &parts->term, err);
}

static bool open_parts(const struct parse *parsed, struct parts *parts, struct error *err) {
    if (!open_files(&parsed->arguments, parts, err)) return false;
    if (!console_wake_open(&parts->wake, err)) return false;
    if (!open_terminal(parsed, parts, err)) {
        console_wake_close(&parts->wake);
        return false;
    }
    const struct queue_options options = {
        .capacity = MESSAGES,
        .free_item = message_free_item,
        .same_source = message_same_source,
        .wake = console_wake_signal,
        .wake_context = &parts->wake,
    };
    parts->messages = queue_new(&options);
    return true;
}

static int open_console(const struct parse *parsed) {
    struct error err = {0};
    struct error failure = {0};
    struct parts parts = {0};
    int status = 0;
    bool ok = open_parts(parsed, &parts, &err);
    if (ok) {
        ok = run_console(parsed, &parts, &status, &err);
        queue_free(parts.messages);
        console_wake_close(&parts.wake);
    }
    scene_release(&parts.scene);
    if (!record_close(parts.record, &failure) && ok) {
        ok = false;
        err = failure;
    }
    if (ok) return status;
    cli_print_error(&err);
    return cli_exit_code(err.code);
}

// A standard stream that the caller closed must stay unusable: else the next file or socket opened, such
// as the sandbox's database, gets its number and what we print. The wrong mode makes each use fail.
static void hold_standard_streams(void) {
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) == -1) (void)open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
    }
}

static bool wants_console(const struct parse *parsed) {
    return !parsed->action || strcmp(parsed->action->descriptor.name, "console") == 0;
}

int main(int argc, char **argv) {
    struct error err = {0};
    struct parse parsed = {0};
    hold_standard_streams();
    (void)setlocale(LC_CTYPE, ""); // characters only: numbers stay as they are everywhere
    (void)signal(SIGPIPE, SIG_IGN);
    const char *trace = getenv("RECLOOP_TRACE");
    if (trace && *trace) (void)trace_open(trace);

    const char *const *words = (const char *const *)(argv + 1);
    if (!parse_command_line(argc - 1, words, &parsed, &err)) {
        cli_refuse(argc - 1, words, &err);
        trace_close();
        return cli_exit_code(err.code);
    }
    const int status = !wants_console(&parsed) ? cli_run(&parsed, config_process_environment, NULL)
                       : arguments_has(&parsed.arguments, "keys") ? keys_print()
                                                                  : open_console(&parsed);
    parse_release(&parsed);
    trace_close();
    return status;
}
