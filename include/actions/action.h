// action — what the program can do, once: the same row serves the command line, the console's palette
// and the worker.
//
// Shape    a row is a descriptor (name, help, parameters) and `start`, which makes a task. The task
//          emits messages while it runs and ends through task_finish or task_fail; whoever runs it turns
//          that into MESSAGE_DONE. Rows stand in one table sorted by name, one file each in src/actions.
// Local    actions that need no network (version, config …) are tasks which finish in their first step.
// Recipe   a new action = src/actions/<name>.c with one const row, its line in registry.c, one e2e test.
// Owns     start returns an owned task; `arguments` is borrowed for the call (copy what is kept);
//          `context` outlives the task.
// Errors   start: ERROR_USAGE for arguments that contradict each other, ERROR_CONFIG for settings.
// Threads  all on the thread that runs the tasks.
#pragma once

#include "net/task.h"
#include "protocol/arguments.h"
#include "protocol/descriptor.h"
#include "protocol/message.h"

struct backend;

struct action_context;
typedef void action_emit_fn(void *context, struct message *take_message);
// Sees each message before the surface does, and those of action_observe, which no surface shows.
typedef void action_observe_fn(
    void *observe_context, const struct action_context *context, const struct message *message);

struct sent_note;
typedef void action_tell_sent_fn(void *emit_context, const struct sent_note *note);

struct action_context {
    struct backend *backend; // settings, sandbox and client
    action_emit_fn *emit;
    void *emit_context;
    // An event goes out to the real services (actions/sent_note.h); may be NULL.
    action_tell_sent_fn *tell_sent;
    action_observe_fn *observe; // may be NULL
    void *observe_context;
    // Standard output is the action's, for what is no message (stream --out -).
    bool may_write_output;
    bool wants_json; // the surface prints JSON: emit values where people would get prepared text
    // For the few actions that work inside one step: should they stop? May be NULL.
    task_cancelled_fn *cancelled;
    void *cancelled_context;
};

enum action_output {
    ACTION_OBJECT, // --json prints one object when the run ends
    ACTION_LINES,  // --json prints one object per line as things happen
};

struct action {
    struct descriptor descriptor;
    struct task *(*start)(
        struct action_context *context,
        const struct arguments *arguments,
        uint64_t run_id,
        struct error *err);
    // Changes a task of `start` while it runs, between its steps (the surface's thread). NULL: it takes no
    // changes. ERROR_USAGE for an argument that cannot be changed or a wrong value; nothing is changed then.
    bool (*adjust)(struct task *task, const struct arguments *arguments, struct error *err);
    // What Ctrl-C asks of a task with `adjust` first: to end in good order, soon. NULL: it is cancelled.
    const char *stop_argument;
    enum action_output output;   // with --watch every ACTION_OBJECT turns into ACTION_LINES
    enum message_kind main_kind; // whose members stand at the top of the JSON object
    bool is_endless;             // runs until it is stopped: Ctrl-C is its regular end
    bool is_cli_only;            // the worker refuses it
    bool is_private; // the console's own: not on the command line; what it says is in no record
};

size_t action_count(void);
const struct action *action_at(size_t at);
const struct action *action_find(const char *name); // NULL: unknown
// Those that are private, too: for the worker. They are in no list.
const struct action *action_find_any(const char *name);
// Are there actions "name …"?
bool action_is_group(const char *name);

// For the files of src/actions: emits when somebody listens.
void action_emit(const struct action_context *context, struct message *take_message);
// For what only a recording wants to know: the whole event that is sent, all traits, the end of a run. Also
// for surfaces, who tell the end (MESSAGE_DONE) here. Look before making a message: action_is_observed.
void action_observe(const struct action_context *context, const struct message *message);
bool action_is_observed(const struct action_context *context);
