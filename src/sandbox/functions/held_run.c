// held_run — see the header.
#include "functions/held_run.h"

#include "base/clock.h"
#include "base/memory.h"

static void take_run(void *context, struct functions_run *run) {
    struct held_run *held = context;
    held->run = *run;
    *run = (struct functions_run){0};
    held->is_done = true;
    held->invocation = NULL;
    held->exchange->hold_until_ms = 0; // due
}

static void let_go(struct exchange *exchange) {
    struct held_run *held = exchange->holder;
    if (!held) return;
    functions_forget(held->invocation);
    functions_run_release(&held->run);
    mem_free(held);
    exchange->holder = NULL;
}

struct held_run *held_run_start(
    struct cloud *cloud, struct exchange *exchange, struct functions_call call, int64_t wait_ms) {
    struct held_run *held = MEM_NEW(struct held_run);
    held->exchange = exchange;
    exchange->holder = held;
    exchange->let_go = let_go;
    exchange->hold_until_ms = clock_monotonic_ms() + wait_ms;
    call.done = take_run;
    call.context = held;
    held->invocation = functions_start(cloud, &call);
    return held;
}
