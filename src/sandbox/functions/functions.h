// functions — the sandbox's Lambda: its two functions, how they are named, one run of each.
//
// Shape    functions_resolve turns what an Invoke names into a function or a refusal; functions_run runs
//          the handler layer's code over services that stay in this process, and answers as Invoke does:
//          payload, X-Amz-Function-Error, log with START, END and REPORT lines.
// Threads  the sandbox's.
// Source   aws.md 3.5, 4.3.
#pragma once

#include "access/access.h"
#include "aws/invoke.h"
#include "cloud.h"

enum functions_id { FUNCTIONS_DESTINATION, FUNCTIONS_ENDPOINT, FUNCTIONS_COUNT };

enum functions_service { FUNCTIONS_PUT_EVENTS, FUNCTIONS_RECOMMENDATIONS, FUNCTIONS_IDENTIFY };
#define FUNCTIONS_SERVICES 3

struct functions_hop { // one service the function called; the last call of each counts
    bool was_called, has_failed;
    int64_t us;
    int status;
    char detail[160];
};

struct functions_run {
    struct invoke_reply reply;
    struct functions_hop hops[FUNCTIONS_SERVICES];
    int64_t us;
    const char *outcome;  // of the destination handler; NULL for others
    struct error failure; // code ERROR_NONE: the function returned
};
void functions_run_release(struct functions_run *run);

// `qualifier` is the query parameter's, may be empty.
bool functions_resolve(
    struct cloud *cloud,
    const struct access_caller *caller,
    struct str function,
    struct str qualifier,
    enum functions_id *out,
    struct aws_error *refusal);

// One run. The built-in code answers before functions_start returns; code that others bring answers
// later, or its time is over.
struct functions_call {
    enum functions_id id;
    struct str qualifier; // as asked for; empty: none
    struct str payload, client_context;
    // Called exactly once, maybe before functions_start returns; never after functions_forget. `run` is
    // released after it.
    void (*done)(void *context, struct functions_run *run);
    void *context;
};
struct functions_invocation;
// NULL: it is done already.
struct functions_invocation *
functions_start(struct cloud *cloud, const struct functions_call *call);
void functions_forget(struct functions_invocation *invocation); // whoever started it went away
