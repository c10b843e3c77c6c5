// held_run — a run that an HTTP request waits for.
//
// Shape    held_run_start starts it and makes it the exchange's holder; when it is done the exchange is due.
//          Whoever holds answers through exchange->again, any number of times: the result stays.
// Owns     itself: freed with the exchange; a run that outlives it is forgotten.
// Threads  the sandbox's.
#pragma once

#include "functions/functions.h"

struct held_run {
    struct exchange *exchange;
    struct functions_run run;
    bool is_done, wants_log;
    struct functions_invocation *invocation; // while it is under way
};
// `call` without done and context. Asked again after `wait_ms` at the latest.
struct held_run *held_run_start(
    struct cloud *cloud, struct exchange *exchange, struct functions_call call, int64_t wait_ms);
