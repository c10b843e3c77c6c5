// invocation — one run of a function from its beginning to the lines in its log.
//
// Shape    invocation_begin fills it; the code runs (built in, or in a runtime); invocation_finish writes
//          END and REPORT, stores the log as one row and hands the result over. In between one of
//          invocation_succeed, …_fail, …_crash, …_time_out says what came of it.
// Owns     views are of whatever started the run; invocation_keep copies them for a run that has to wait.
// Threads  the sandbox's.
// Source   aws.md 3.5 (payloads of failures), 4.3 (lines).
#pragma once

#include "functions/function.h"
#include "functions/functions.h"

struct functions_invocation {
    struct functions_invocation *next;
    struct cloud *cloud;
    char function[FUNCTION_NAME_BYTES];      // it may be deleted meanwhile
    struct str label, log_group, log_stream; // views, as those below
    struct str role_name, log_arn;
    struct str arn, qualifier, payload, client_context, trace_id;
    struct buf storage, own_stream; // owned; the second is log_stream's, of a runtime's environment
    int64_t timeout_ms, memory_mb;
    void (*done)(void *context, struct functions_run *run); // NULL: forgotten
    void *context;
    struct functions_run run; // request id and log so far
    int64_t queued_us;        // monotonic
    int64_t started_us;       // monotonic; 0: waits for an environment
    int64_t deadline_ms;      // monotonic
    int64_t init_us;          // its environment began with it and took so long; -1: it was there
    int64_t used_mib;         // of its runtime's process; 0: our own
    const char *status,
        *error_type; // of the report: "timeout", "Runtime.ExitError"; NULL: all went well
    bool has_json_log;
};

void invocation_begin(
    struct functions_invocation *invocation,
    struct cloud *cloud,
    const struct functions_call *call);
void invocation_keep(struct functions_invocation *invocation);
void invocation_release(struct functions_invocation *invocation);

// Lines as Lambda writes them, text or JSON. INIT_START and INIT_REPORT are of environments.
void invocation_add_start(struct functions_invocation *invocation);
// "INIT_REPORT Init Duration: …"; phase "init" or "invoke".
void invocation_add_init_report(
    struct functions_invocation *invocation, const char *phase, struct str error_type);
void invocation_add_init_start(const struct functions_invocation *invocation, struct buf *out);
void invocation_add_report(struct functions_invocation *invocation);
void invocation_add_line(struct functions_invocation *invocation, struct str line);

// The function failed: payload as given, X-Amz-Function-Error: Unhandled.
void invocation_fail(struct functions_invocation *invocation, struct str payload);
void invocation_fail_with(
    struct functions_invocation *invocation, struct str type, struct str message);
void invocation_crash(struct functions_invocation *invocation, struct str how);
void invocation_time_out(struct functions_invocation *invocation);
// Calls done, unless it was forgotten, and releases.
void invocation_finish(struct functions_invocation *invocation);
// Without having run, and without a log.
void invocation_refuse(
    struct functions_invocation *invocation,
    int status,
    const char *throttle,
    const char *message,
    const char *hint);

// Of functions.c, for those that stay under way.
void functions_end(struct functions_invocation *invocation); // takes it out, finishes, frees
// The oldest that waits for an environment of that function; NULL: none.
struct functions_invocation *functions_find_waiting(const struct cloud *cloud, struct str function);
