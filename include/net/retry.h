// retry — whether to try a request again, and when. Pure: time and chance are arguments.
//
// Shape    attempt number and outcome in, delay out. Full jitter: a uniform draw from 0 to
//          min(base × 2^(attempt-1), cap). A server's Retry-After or X-RateLimit-Reset is obeyed
//          instead, up to `server_cap_ms`. A delay that would pass the deadline means no retry: the
//          caller gets the last outcome while there is still time to act on it.
// Units    `_ms`; `now_ms` and `deadline_ms` monotonic, `wall_ms` for dates in headers.
// Threads  any; the rng belongs to one.
// Source   AWS SDK retry behaviour (standard mode and its 2026 base delays); RFC 9110 10.2.3;
//          Segment SDKs for X-RateLimit-Reset and the 300 s cap.
#pragma once

#include "base/error.h"
#include "base/rng.h"
#include "http/response.h"

#define RETRY_GIVE_UP ((int64_t)-1)

struct retry_policy {
    int attempts;         // all together, the first included
    int64_t base_ms;      // after a network error or 5xx
    int64_t throttled_ms; // base after "too many requests"
    int64_t cap_ms;
    int64_t server_cap_ms; // most that a server can make us wait
    bool is_unsent_only;   // repeat nothing that may have had an effect
};

extern const struct retry_policy retry_standard; // 3 attempts, 50 ms, 1 s, 20 s, 300 s

struct retry_outcome {
    int attempt;                     // just finished; from 1
    const struct response *response; // NULL when the transfer failed
    enum error_code error;           // of the transfer; ERROR_NONE with a response
    bool is_throttled;               // the service said so in its own words
    bool was_sent;                   // some of the request left this machine
};

// 408, 429, 500, 502, 503, 504, 509 and 460 (a load balancer's "client closed").
bool retry_is_transient_status(int status);
// Unreachable or timed out; never limits, cancellation or our own mistakes.
bool retry_is_transient_error(enum error_code code);
// Retry-After (seconds, or an HTTP date) or X-RateLimit-Reset (seconds); false: none readable.
bool retry_server_delay(const struct headers *headers, int64_t wall_ms, int64_t *out_delay_ms);

struct retry_times {
    int64_t now_ms, deadline_ms, wall_ms;
};
// Milliseconds until the next attempt, or RETRY_GIVE_UP.
int64_t retry_delay_ms(
    const struct retry_policy *policy,
    const struct retry_outcome *outcome,
    struct retry_times times,
    struct rng *rng);
// The draw alone, for tasks that poll: attempt from 1.
int64_t retry_backoff_ms(int64_t base_ms, int64_t cap_ms, int attempt, struct rng *rng);
