// event_tester — sends one event straight to the destination (own_routes.h): past the source, its debugger and
// its filters, also while the destination is switched off. What the function does is real.
//
// Event    as written; where missing, type, messageId, timestamp, receivedAt and version are filled in, as no
//          source did it [inferred].
// Threads  the sandbox's.
// Source   segment.md 4.4.
#pragma once

#include "routes.h"

enum server_verdict event_tester_route_post(struct cloud *cloud, struct exchange *exchange);
