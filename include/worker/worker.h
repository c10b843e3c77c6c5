// worker — the thread behind the console: takes commands, runs actions as tasks on one set of
// transfers, posts messages.
//
// Shape    commands come on a bounded queue whose pushes wake the transfers; messages go up on the
//          queue given. A refused command (unknown action, too many runs, wrong arguments) is answered
//          by its MESSAGE_DONE, as a failed one is. At the start the worker opens the backend, and so a
//          sandbox if none is configured, and posts MESSAGE_BACKEND: the first screen need not wait.
// Order    a run's messages arrive in order; MESSAGE_DONE is its last.
// Requests every request that a run makes is told when it is over, as MESSAGE_REQUEST, within the limits of
//          actions/request_note.h: what is left out is counted.
// Cancel   and deadlines reach a run also while it works inside one step (the handler), where it waits.
// Owns     the command queue, the transfers, the backend's client and sandbox while it runs.
//          `messages` is borrowed and must outlive it.
// Stop     worker_stop closes the command queue, cancels what runs, wakes and joins. Never detached.
//          The caller closes `messages` first (or keeps draining it), so that no push waits for ever.
// Threads  worker_command may be called by any thread; start and stop by one.
#pragma once

#include "actions/backend.h"
#include "base/queue.h"
#include "protocol/command.h"

#define WORKER_MAX_RUNS 16
#define WORKER_MAX_COMMANDS 64

struct record;
struct worker;

struct worker_options {
    const struct backend_options *backend; // copied
    struct queue *messages;                // of struct message
    struct record *record;                 // borrowed; sees what the runs tell; NULL: none
};

bool worker_start(const struct worker_options *options, struct worker **out, struct error *err)
    MUST_CHECK;
// False: the queue is full ("busy") or closed; the command has been freed.
bool worker_command(struct worker *worker, struct command *take_command);
// The queue itself, for a console that knows queues only. Commands pushed there are the worker's.
struct queue *worker_commands(struct worker *worker);
void worker_stop(struct worker *worker); // NULL is fine
