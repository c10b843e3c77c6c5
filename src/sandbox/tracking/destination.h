// destination — the Amazon Personalize destination of website-prod: settings, and delivering what
// waits.
//
// Shape    destination_work takes accepted events from the store in their order, assumes the role,
//          invokes the function, writes a record (own_routes.h, /_recloop/deliveries) and moves the
//          mark `delivered`, all in one transaction: after a kill the work is done again, once.
// Errors   none: what goes wrong is in the record, in the words users of Segment meet.
// Threads  the sandbox's.
// Source   segment.md 4.
#pragma once

#include "cloud.h"

#define DESTINATION_BUDGET_MS 5000
#define DESTINATION_DEFAULT_REGION "us-west-2" // Segment's, and the classic mistake

void destination_load(struct cloud *cloud); // from the store, or the workshop's values
void destination_release(struct cloud_destination *destination);
// Applies a settings object (own_routes.h); ERROR_INVALID names the key, and nothing is changed.
bool destination_change(struct cloud *cloud, struct str json, struct error *err) MUST_CHECK;
void destination_add_json(const struct cloud *cloud, struct buf *out);
// Delivers for at most `budget_us`; true when some of it was done. `is_idle`: nothing waits any more.
bool destination_work(struct cloud *cloud, int64_t budget_us, bool *is_idle);
