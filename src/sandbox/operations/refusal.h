// refusal — an answer that says no in a service's own protocol and shape: faults on demand, and the
// throttling of a sandbox that has too much to do.
//
// Shape    what the caller leaves out is the service's own: ThrottlingException or
//          TooManyRequestsException with its Reason, Segment's 429 with both of its headers, and so on.
// Threads  the sandbox's.
// Source   protocols/aws.md 3 and 5, segment.md 1.4, 1.7 and 3.
#pragma once

#include "aws/aws_error.h"
#include "cloud.h"
#include "operations/place.h"

struct refusal {
    bool is_throttling;
    int64_t status;                      // 0: the service's own
    const char *code, *message, *reason; // NULL or empty: the service's own
    int64_t retry_after_s, reset_s;      // -1: the service's own, which may be none
};

// `place` as in place.h.
void refusal_answer(
    struct cloud *cloud, struct exchange *exchange, size_t place, const struct refusal *refusal);
// The same as a value, for callers inside the process.
void refusal_describe(size_t place, const struct refusal *refusal, struct aws_error *out);
// The status that goes with a code alone.
int refusal_status_of_code(enum place_service service, struct str code);
// "Too many requests", as the service of this request says it.
void refusal_throttle(struct cloud *cloud, struct exchange *exchange, int64_t retry_after_s);
