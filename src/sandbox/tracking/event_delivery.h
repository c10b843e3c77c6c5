// event_delivery — Event Delivery and Delivery Overview of a source and its destination (own_routes.h): steps
// of the pipeline, codes with samples, the trend.
//
// Samples  from the newest delivery records and from refused messages in the debugger's sample: a code whose
//          last case is longer ago has figures without samples.
// Threads  the sandbox's.
// Source   segment.md 4.4; Segment, "Event Delivery", "Delivery Overview" (ten samples at most).
#pragma once

#include "routes.h"

#define EVENT_DELIVERY_SAMPLES 10

enum server_verdict event_delivery_route_get(struct cloud *cloud, struct exchange *exchange);
