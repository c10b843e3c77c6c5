// trait_watch — a task that looks at one trait of a profile until it changes.
//
// Shape    asks the Profile API (verbose, this trait only) at growing distances: first_delay_ms,
//          doubled up to delay_cap_ms; in the sandbox, after each event that touches the profile
//          (its route /_recloop/profile). Changed means another value than `before`, or the same
//          written again (a later updated_at). A profile that does not exist yet is waited for.
// Owns     the result's texts, released by the caller with trait_watch_result_release.
// Errors   the task fails with ERROR_TIMEOUT when nothing changed in time, and the hint says where
//          to look; with the API's refusal (401 …) at once.
// Threads  those of its client.
#pragma once

#include "client/client.h"

#define TRAIT_WATCH_TRAIT "recommended_products"

struct trait_watch_state {
    bool is_set;
    struct buf value;      // owned: JSON text
    struct buf source_id;  // owned
    int64_t updated_at_ms; // 0: the API did not say
};
void trait_watch_state_release(struct trait_watch_state *state);

struct trait_watch_options {
    struct str user_id; // empty: the user in focus
    struct str trait;   // empty: TRAIT_WATCH_TRAIT
    int64_t timeout_ms; // 0: 10,000
    // 0: 200 and 2,000; in the sandbox no polling at all
    int64_t first_delay_ms, delay_cap_ms;
    const struct trait_watch_state *before; // copied; NULL: just read once, whatever it is
};
struct trait_watch_result {
    struct trait_watch_state state;
    int polls;
    double last_ms; // of the last request
};
void trait_watch_result_release(struct trait_watch_result *result);

// `out` is written before the task ends with success, and outlives the task.
struct task *trait_watch_new(
    struct client *client,
    const struct trait_watch_options *options,
    struct trait_watch_result *out);
