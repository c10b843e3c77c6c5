// functions — the sandbox's Lambda: how functions are named, and one run of each.
//
// Shape    functions_resolve turns what an Invoke names into a target or a refusal; functions_start runs
//          it and hands over what came of it, once, as Invoke answers: payload, X-Amz-Function-Error,
//          log with START, END and REPORT lines. The built-in code is the handler layer's, over
//          services that stay in this process; other code comes over the Runtime API.
// Bounds   so many runs at once and so many bytes of their payloads; beyond, the run is a refusal
//          (status 429) without having run.
// Threads  the sandbox's.
// Source   aws.md 3.5, 4.
#pragma once

#include "access/access.h"
#include "aws/invoke.h"
#include "cloud.h"

#define FUNCTIONS_CONCURRENCY 100                  // runs under way at a time
#define FUNCTIONS_WAITING_BYTES ((size_t)64 << 20) // of their payloads

enum functions_service { FUNCTIONS_PUT_EVENTS, FUNCTIONS_RECOMMENDATIONS, FUNCTIONS_IDENTIFY };
#define FUNCTIONS_SERVICES 3

struct functions_hop { // one service the function called; the last call of each counts
    bool was_called, has_failed;
    int64_t us;
    int status;
    char detail[160];
};

struct functions_run {
    // status 200, whether the function failed or not; 429: too many run, 503: the sandbox stops, `failure`
    // says why
    struct invoke_reply reply;
    const char *throttle; // Reason of a 429: "ConcurrentInvocationLimitExceeded"; NULL: none
    struct functions_hop hops[FUNCTIONS_SERVICES];
    int64_t us;
    const char *outcome;  // of the destination handler; NULL for others
    struct error failure; // code ERROR_NONE: the function returned
    struct tape *tape;    // borrowed; the call's
    bool has_used_tape;   // its calls were recorded there
};
void functions_run_release(struct functions_run *run);

struct function;
struct function_list;
struct tape; // tracking/tape.h

// What a name means now: hand it to functions_start in the same turn, as it is.
struct functions_target {
    struct function *function;
    size_t version;
    struct str qualifier; // a view of the text it was resolved from; empty: none
};
// Any operation on a function: may the caller do `action` to it, and is it there?
struct functions_question {
    const struct access_caller *caller;
    struct str name, qualifier; // as the request has them
    const char *action;         // "lambda:GetFunction"
    bool is_new_qualifier;      // need not be there (yet)
};
bool functions_name(
    struct cloud *cloud,
    const struct functions_question *question,
    struct functions_target *out,
    struct aws_error *refusal);
// `qualifier` is the query parameter's, may be empty. The caller must be allowed to invoke it.
bool functions_resolve(
    struct cloud *cloud,
    const struct access_caller *caller,
    struct str function,
    struct str qualifier,
    struct functions_target *out,
    struct aws_error *refusal);

// One run. The built-in code answers before functions_start returns; code that others bring answers
// later, or its time is over.
struct functions_call {
    struct functions_target target;
    struct str payload, client_context; // copied when the run has to wait
    struct str trace_id;                // X-Amzn-Trace-Id; empty: one is made
    struct str request_id;              // of an earlier attempt; empty: a new one
    struct tape *tape;                  // borrowed; of a run of the built-in code; NULL: none
    // Called exactly once, maybe before functions_start returns; never after functions_forget. `run` is
    // released after it, unless it was moved out: *run = (struct functions_run){0}.
    void (*done)(void *context, struct functions_run *run);
    void *context;
};
struct functions_invocation;
// NULL: it is done already.
struct functions_invocation *
functions_start(struct cloud *cloud, const struct functions_call *call);
// Whoever started it went away: the run goes on, `done` is not called.
void functions_forget(struct functions_invocation *invocation);

// A queued run: as functions_start, but later and again when it fails (twice, as Lambda does). It is stored
// and survives a restart. False: too many wait; the refusal is Lambda's.
bool functions_start_later(
    struct cloud *cloud, const struct functions_call *call, struct aws_error *refusal);

// ---- the cloud's own ----

struct functions; // cloud->functions
bool functions_open(struct cloud *cloud, struct error *err)
    MUST_CHECK; // before the store is filled
// Ends what is under way: `done` is called with status 503.
void functions_close(struct cloud *cloud);
void functions_seed(struct cloud *cloud); // into an empty store
void functions_load(struct cloud *cloud); // what the store holds, after a start or a rollback
void functions_work(struct cloud *cloud); // timeouts, queued runs, the Runtime API
int64_t functions_due_ms(const struct cloud *cloud); // monotonic; INT64_MAX: nothing to come
struct function_list *functions_list(const struct cloud *cloud);
// The Runtime API's server; NULL in built-in mode.
struct server *functions_runtime_server(const struct cloud *cloud);
