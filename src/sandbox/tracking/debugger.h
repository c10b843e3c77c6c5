// debugger — the source debugger: what came in lately, as it was ingested (own_routes.h).
//
// Shape    the newest DEBUGGER_EVENTS events of a source, live through long polls; a sample, no record.
// Threads  the sandbox's.
// Source   segment.md 1.8.
#pragma once

#include "routes.h"

#define DEBUGGER_EVENTS 500

enum server_verdict debugger_route_get(struct cloud *cloud, struct exchange *exchange);
