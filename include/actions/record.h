// record — `--record FILE`: what a session's actions send and tell, written as recording/recording.h has it.
//
// Shape    a surface opens it from the arguments, attaches it to the context of each run, and closes it at
//          the end. Messages reach it in action_emit and action_observe: one place for all surfaces.
// Secrets  every secret of the settings, of the sandbox and of the AWS chain is masked by value, whatever
//          message it hides in, beside what is masked by name.
// Errors   those of recording_open. A write that fails is told once, as a line, and by record_close.
// Threads  opened and closed by one thread, in between used by the one that runs the tasks.
#pragma once

#include "actions/action.h"

struct record;

#define RECORD_PARAMETER                                                                           \
    {                                                                                              \
        .name = "record", .kind = PARAMETER_FILE, .metavar = "FILE",                               \
        .help = "write the session to a new file, for `recloop replay`; it holds no secret",       \
    }

// *out is NULL without --record.
bool record_open(const struct arguments *arguments, struct record **out, struct error *err)
    MUST_CHECK;
void record_attach(struct record *record, struct action_context *context); // NULL is fine
// False: the recording is not complete. NULL is fine.
bool record_close(struct record *record, struct error *err) MUST_CHECK;
