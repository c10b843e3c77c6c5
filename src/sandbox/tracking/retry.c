// retry — see the header.
#include "tracking/retry.h"

bool retry_next(const struct retry_state *state, struct rng *rng, int64_t *out_due_ms) {
    int64_t delay_ms = state->base_ms > 0 ? state->base_ms : RETRY_BASE_MS;
    for (int64_t i = 1; i < state->attempts && delay_ms < RETRY_LIMIT_MS; i++)
        delay_ms *= 2;
    delay_ms = delay_ms / 2 + (int64_t)rng_below(rng, (uint64_t)(delay_ms - delay_ms / 2)) + 1;
    if (state->now_ms + delay_ms > state->first_ms + RETRY_LIMIT_MS) return false;
    *out_due_ms = state->now_ms + delay_ms;
    return true;
}
