// delivery_routes — the destination as people see it (own_routes.h): its settings, what became of each
// event.
//
// Threads  the sandbox's.
// Source   segment.md 4.
#pragma once

#include "routes.h"

enum server_verdict delivery_routes_get(struct cloud *cloud, struct exchange *exchange);
enum server_verdict delivery_routes_get_destination(struct cloud *cloud, struct exchange *exchange);
enum server_verdict delivery_routes_put_destination(struct cloud *cloud, struct exchange *exchange);
