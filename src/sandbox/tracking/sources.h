// sources — the switch of each source. A source that is off answers as ever, and drops what it gets
// (source_disabled in the debugger and in Event Delivery).
//
// Life     stored; reset switches all on.
// Threads  the sandbox's.
// Source   segment.md 1.4.
#pragma once

#include "routes.h"

void sources_load(struct cloud *cloud);
bool sources_is_on(const struct cloud *cloud, enum source_id source);
bool sources_find(struct str name, enum source_id *out);

enum server_verdict sources_route_get(struct cloud *cloud, struct exchange *exchange);
enum server_verdict sources_route_put(struct cloud *cloud, struct exchange *exchange);
