// record — `--record FILE`: what a session's actions send and tell, written as recording/recording.h has it.
//
// Shape    a surface opens it from the arguments, attaches it to the context of each run, and closes it at
//          the end. Messages reach it in action_emit and action_observe: one place for all surfaces.
// Secrets  every secret of the settings, of the sandbox and of the AWS chain is masked by value, whatever
//          message it hides in, beside what is masked by name.
// Limit    RECORD_LIMIT_MIB, or --record-limit. That the recording stopped there is told once, as a line, and by the
//          file itself; the work goes on, and its outcome is its own.
// Errors   those of recording_open. A write that fails is told once, as a line, and by record_close.
// Threads  opened and closed by one thread, in between used by the one that runs the tasks.
#pragma once

#include "actions/action.h"

struct record;

#define RECORD_LIMIT_MIB 256 // some 700,000 events: more is no session any more
#define RECORD_LIMIT_MIB_MOST 1048576

// A file's most bytes by --record-limit; false: it is no number, or there is nothing that it limits.
bool record_limit(const struct arguments *arguments, uint64_t *out_bytes, struct error *err)
    MUST_CHECK;

#define RECORD_LIMIT_PARAMETER                                                                     \
    {                                                                                              \
        .name = "record-limit", .kind = PARAMETER_NUMBER, .metavar = "MIB", .initial = "256",      \
        .help = "the recording stops, and says so, before it is larger; 0: it may grow for ever",  \
    }

#define RECORD_PARAMETER                                                                           \
    {                                                                                              \
        .name = "record",                                                                          \
        .kind = PARAMETER_FILE,                                                                    \
        .metavar = "FILE",                                                                         \
        .help = "write the session to a new file, for `recloop replay`; it holds no secret",       \
    },                                                                                             \
        RECORD_LIMIT_PARAMETER

// *out is NULL without --record.
bool record_open(const struct arguments *arguments, struct record **out, struct error *err)
    MUST_CHECK;
void record_attach(struct record *record, struct action_context *context); // NULL is fine
// False: the recording is not complete. NULL is fine.
bool record_close(struct record *record, struct error *err) MUST_CHECK;
