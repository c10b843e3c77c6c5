// command — what the console asks of the worker.
//
// Shape    run an action by name, cancel a run, or adjust one: its arguments change while it runs (a stream's
//          rate). Stopping is closing the queue.
// Owns     its strings; command_free.
// Threads  pushed on the command queue it belongs to the receiver.
#pragma once

#include "protocol/arguments.h"

#include <stdint.h>

enum command_kind { COMMAND_RUN, COMMAND_CANCEL, COMMAND_ADJUST };

struct command {
    enum command_kind kind;
    uint64_t run_id;            // chosen by the sender, never 0; results carry it
    char *action;               // COMMAND_RUN: descriptor name
    struct arguments arguments; // COMMAND_RUN; COMMAND_ADJUST: what changes
    int64_t deadline_ms;        // budget from the start of the run; 0: the action's own
};

struct command *command_new_run(uint64_t run_id, const char *action);
struct command *command_new_cancel(uint64_t run_id);
// Nothing happens when the run has ended; what cannot be changed is told as a diagnostic line of the run.
struct command *command_new_adjust(uint64_t run_id);
void command_free(struct command *command);
void command_free_item(void *command); // for queues
