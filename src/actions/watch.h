// watch — the two ways to watch for events; see watch.c.
#pragma once

#include "run.h"

#define WATCH_MOST_EVENTS 500 // to begin with; the cap of the sandbox's debugger

// On the real services: those on the profile of one shopper. Of the first answer only the newest
// `first_limit` are told. Takes an open backend.
struct task *watch_profile_start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    int64_t first_limit);
