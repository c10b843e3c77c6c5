// later — invocations of type Event: accepted now, run after the answer, tried again when they fail.
//
// Shape    a record each (kind "invocation", id: the request id) until it succeeded or was given up; here
//          only what is needed to find the next one. A failed run is repeated after 1 and after 2 minutes
//          (at once with instant statuses), a throttled one after a while, for LATER_AGE_MS at the most.
// Bounds   LATER_LIMIT runs and LATER_BYTES of payloads wait; more are refused as Lambda throttles.
// Threads  the sandbox's.
// Source   Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation".
#pragma once

#include "functions/functions.h"

#define LATER_LIMIT 1000
#define LATER_BYTES ((size_t)16 << 20)
#define LATER_AGE_MS (INT64_C(6) * 3600 * 1000)
#define LATER_RETRIES 2

struct later {
    struct later_run *first; // oldest first
    size_t count, bytes;
};
void later_release(struct later *later);
void later_load(struct later *later, struct cloud *cloud);
// `call` has a request id; `done` is not used. False: refused.
bool later_add(
    struct later *later,
    struct cloud *cloud,
    const struct functions_call *call,
    struct aws_error *refusal);
void later_work(struct later *later, struct cloud *cloud);
int64_t later_due_ms(const struct later *later, const struct cloud *cloud); // monotonic
