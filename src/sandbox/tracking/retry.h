// retry — when a failed delivery is tried again: randomised exponential backoff for four hours.
//
// Shape    after attempt n between half and all of base · 2^(n-1); with the default base that makes nine
//          attempts, as Segment tells of its own.
// Units    ms; `attempts` counts those begun, from 1.
// Threads  any.
// Source   segment.md 4.2; Segment, "Destinations: Retries" (4 hours).
#pragma once

#include "base/rng.h"

#define RETRY_BASE_MS INT64_C(60000)
#define RETRY_LIMIT_MS (INT64_C(4) * 3600 * 1000)

struct retry_state {
    int64_t base_ms; // 0: RETRY_BASE_MS
    int64_t attempts, first_ms, now_ms;
};
// False: its time is over, it is given up.
bool retry_next(const struct retry_state *state, struct rng *rng, int64_t *out_due_ms);
