// runtime_server — the Runtime API on a port of its own: runtimes that people start themselves attach here
// and serve the invocations.
//
// Shape    every waiting `next` is an environment of one function, so several runtimes (or several
//          connections of one) serve several invocations at once. Invocations wait in functions.c until
//          an environment is free, or their function's timeout is over.
// Paths    the destination's function without a prefix, any function under "/NAME".
// Life of an environment
//              next            answered            response, error          next
//          new ────→ idle ───────────→ busy ───────────────→ returning ────→ idle …
//          It is known by its connection; one that opens a connection per call is known by its process
//          when it comes back. It is forgotten when its invocation timed out (Lambda would have killed
//          it: a late answer is refused, the next `next` is a cold start) and when its process is gone
//          during an invocation (Runtime.ExitError).
// Init     a runtime that posts init/error fails those who wait, and those who come until one attaches.
// Unseen   what a runtime writes goes to its own standard output, not into the function's log.
// Bounds   RUNTIME_SERVER_ENVIRONMENTS at a time.
// Threads  the sandbox's.
// Source   aws.md 4.1, 4.3.
#pragma once

#include "functions/invocation.h"

#define RUNTIME_SERVER_ENVIRONMENTS 200

struct runtime_server;
// All but open take NULL: then there is nothing to do.
bool runtime_server_open(struct cloud *cloud, struct runtime_server **out, struct error *err)
    MUST_CHECK;
void runtime_server_close(struct runtime_server *runtime);
struct server *runtime_server_http(const struct runtime_server *runtime);
// Did a runtime of this function ever attach, or try to?
bool runtime_server_knows(const struct runtime_server *runtime, struct str function);
// Gives it to a free environment, or lets it wait; false: it is over already.
bool runtime_server_offer(struct runtime_server *runtime, struct functions_invocation *invocation);
// Its time is over; the caller ends it.
void runtime_server_give_up(
    struct runtime_server *runtime, struct functions_invocation *invocation);
void runtime_server_work(struct runtime_server *runtime);
int64_t runtime_server_due_ms(const struct runtime_server *runtime); // monotonic
