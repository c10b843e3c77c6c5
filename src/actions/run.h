// run — what every action's task begins with, and the short form for actions that are one call.
//
// Shape    a concrete task has `struct run` as its first member. run_init copies the arguments.
//          An action without network is a function given to run_new_local; an action that is one request
//          and one answer is a pair of functions given to run_new_call.
// Owns     run_release frees what run_init made; the task's free calls it.
#pragma once

#include "actions/action.h"
#include "actions/backend.h"
#include "client/client_call.h"
#include "client/client_reply.h"

struct run {
    struct task task;
    struct action_context *context; // borrowed
    struct client *client; // the one in use at the start; a change of settings does not touch a run
    uint64_t run_id;
    struct arguments arguments; // owned copy
    struct client_call call;    // owned
    struct {                    // of the hops that it tells (hops.h); borrowed, empty: not known
        struct str message_id, request_id;
    } about;
    int recoveries;
};

void run_init(
    struct run *run,
    const struct task_ops *ops,
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id);
void run_release(struct run *run);
struct run *run_of(struct task *task);
void run_emit(struct run *run, struct message *take_message);
void run_note(struct run *run, struct str text); // a diagnostic line
// This event goes out now, that way: for those who observe, and for surfaces of the real services. `text` is the whole
// Segment message.
void run_tell_sent(struct run *run, enum client_source source, const char *via, struct str text);
struct client *run_client(const struct run *run); // NULL when the backend was not open
bool run_is_sandbox(const struct run *run);
// --user, else the user in focus.
struct str run_user(const struct run *run);
// In a response step: did the process that served the sandbox go away? Then another is found or
// started, the run goes on with it, and the answer is true: ask again.
bool run_recover(struct run *run, const struct task_event *event);
const struct config *run_config(const struct run *run); // of an open backend
// Standard input to its end, or to the end of the run.
bool run_read_stdin(struct run *run, size_t limit, struct buf *out, struct error *err) MUST_CHECK;
// A setting of the loaded configuration, by key; must exist.
const struct config_value *run_setting(const struct run *run, const char *key);
bool run_require(const struct run *run, const char *key, struct error *err) MUST_CHECK;

typedef bool run_local_fn(struct run *run, struct error *err);
struct task *run_new_local(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    run_local_fn *work);

struct run_call_functions {
    const char *name;
    bool (*ask)(struct run *run, struct error *err); // builds run->call
    bool (*answer)(struct run *run, const struct task_event *event, struct error *err);
};
// Opens the backend first.
struct task *run_new_call(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    const struct run_call_functions *functions,
    struct error *err);
