// scripted_console — the console without the rest of the program: a thread answers its commands from
// the scripts of the screen tests. Test program only.
//
// RECLOOP_TEST_CRASH=segv|assert|abort makes it crash when an event is fired.
#include "console/console.h"
#include "screens/script.h"
#include "terminal/flood.h"

#include "base/files.h"
#include "base/memory.h"

#include <pthread.h>
#include <signal.h>

#define MESSAGES 4096 // as the program has

struct worker {
    struct queue *commands, *messages;
    struct buf calm, turned; // what is answered before and after the event was fired
    bool has_fired;
};

static void crash(void) {
    const char *how = getenv("RECLOOP_TEST_CRASH");
    if (!how) return;
    if (strcmp(how, "segv") == 0) raise(SIGSEGV);
    if (strcmp(how, "abort") == 0) abort();
    ASSERT(strcmp(how, "assert") != 0);
}

// Posts every "message ACTION {…}" line of the script that answers that action.
static void answer(struct worker *worker, const struct command *command, struct str script) {
    struct buf prefix = {0};
    buf_add_format(&prefix, "message %s {", command->action);
    while (script.len) {
        struct str line;
        struct error err;
        str_split(script, '\n', &line, &script);
        if (!str_starts_with(line, buf_str(&prefix))) continue;
        struct message *message =
            script_decode(str_skip(line, prefix.len - 1), command->run_id, &err);
        if (message) queue_push_wait(worker->messages, message);
    }
    buf_release(&prefix);
}

static void handle(struct worker *worker, const struct command *command) {
    if (command->kind != COMMAND_RUN) return;
    const bool is_send = strcmp(command->action, "send") == 0;
    if (is_send) crash();
    worker->has_fired |= is_send;
    answer(worker, command, buf_str(worker->has_fired ? &worker->turned : &worker->calm));
    if (strcmp(command->action, "watch") == 0) return; // goes on for ever
    queue_push_wait(worker->messages, message_new_done(command->run_id, NULL));
}

static void *run(void *context) {
    struct worker *worker = context;
    for (;;) {
        struct command *command = queue_pop_wait(worker->commands);
        if (!command) return NULL;
        handle(worker, command);
        command_free(command);
    }
}

static void read_script(const char *folder, const char *name, struct buf *out) {
    struct error err;
    struct buf path = {0};
    buf_add_format(&path, "%s/%s", folder, name);
    ASSERT(files_read(buf_text(&path), 1 << 20, out, &err));
    buf_release(&path);
}

static bool has_flag(int argc, char **argv, const char *flag) {
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], flag) == 0) return true;
    }
    return false;
}

// Before any thread.
static struct term *open_terminal(int argc, char **argv) {
    const char *no_color = getenv("NO_COLOR");
    const struct term_options options = {
        .no_color = no_color && no_color[0],
        .is_ascii = has_flag(argc, argv, "--ascii"),
    };
    struct term *term = NULL;
    struct error err;
    if (!term_open(&options, &term, &err)) fprintf(stderr, "%s\n%s\n", err.message, err.hint);
    return term;
}

// term NULL: in lines.
static int
run_console(struct worker *worker, struct console_wake *wake, struct term *term, bool is_ascii) {
    struct console_options options = {
        .commands = worker->commands,
        .messages = worker->messages,
        .wake = wake,
        .term = term,
    };
    options.model.products = script_products(&options.model.product_count);
    options.actions = script_actions(&options.action_count);
    int status = 0;
    struct error err;
    options.is_ascii = is_ascii;
    if (term ? console_run(&options, &status, &err) : console_run_linear(&options, &status, &err))
        return status;
    fprintf(stderr, "%s\n%s\n", err.message, err.hint);
    return 1;
}

// What follows the flag; NULL: it is not given.
static const char *value_of(int argc, char **argv, const char *flag) {
    for (int i = 2; i + 1 < argc; i++) {
        if (strcmp(argv[i], flag) == 0) return argv[i + 1];
    }
    return NULL;
}

static struct flood *start_flood(struct worker *worker, int argc, char **argv) {
    const char *count = value_of(argc, argv, "--flood");
    int64_t events = 0;
    if (!count || !str_parse_int64(str_from(count), &events)) return NULL;
    return flood_start(&(struct flood_options){
        .messages = worker->messages,
        .count = (uint64_t)events,
        .report = value_of(argc, argv, "--report"),
    });
}

// scripted_console FOLDER [--linear] [--hostile] [--journey] [--ascii] [--flood COUNT [--report FILE]]; a flood of
// 0 has no end
int main(int argc, char **argv) {
    struct console_wake wake;
    struct error err;
    if (argc < 2 || !console_wake_open(&wake, &err)) return 2;
    const bool is_linear = has_flag(argc, argv, "--linear");
    struct term *term = is_linear ? NULL : open_terminal(argc, argv);
    if (!term && !is_linear) return 1;
    signal(SIGPIPE, SIG_IGN); // as the program does
    struct worker worker = {0};
    const char *calm = has_flag(argc, argv, "--hostile") ? "hostile.script" : "seeded.script";
    read_script(argv[1], calm, &worker.calm);
    read_script(argv[1], "turn.script", &worker.turned);
    if (has_flag(argc, argv, "--journey")) {
        struct buf journey = {0};
        read_script(argv[1], "journey.script", &journey);
        buf_add(&worker.turned, buf_str(&journey));
        buf_release(&journey);
    }
    worker.commands = queue_new(&(struct queue_options){
        .capacity = 32,
        .free_item = command_free_item,
    });
    worker.messages = queue_new(&(struct queue_options){
        .capacity = MESSAGES,
        .free_item = message_free_item,
        .same_source = message_same_source,
        .wake = console_wake_signal,
        .wake_context = &wake,
    });
    pthread_t thread;
    pthread_create(&thread, NULL, run, &worker);
    struct flood *flood = start_flood(&worker, argc, argv);
    const int status = run_console(&worker, &wake, term, has_flag(argc, argv, "--ascii"));
    queue_close(worker.commands);
    queue_close(worker.messages);
    pthread_join(thread, NULL);
    flood_stop(flood);
    queue_free(worker.commands);
    queue_free(worker.messages);
    console_wake_close(&wake);
    buf_release(&worker.calm);
    buf_release(&worker.turned);
    return status;
}
