// profiles — who an event belongs to, and what it changes there.
//
// Rules    identifiers in order of priority: user_id, email, then the others. No match: new profile; one:
//          add; several: merge, if no limit is broken (user_id 1, others 5). Otherwise the identifier of
//          the lowest priority is left out and matching repeats: two user_ids never merge.
//          identify sets traits, null removes one; the newest wins. Order Completed feeds the computed
//          trait purchased_products (unique, alphabetical).
// Threads  the sandbox's.
// Source   segment.md 3.1, 3.2.
#pragma once

#include "cloud.h"
#include "segment/event.h"

#define PROFILES_PURCHASED "purchased_products"

struct profiles_event {
    const struct event *event; // normalised
    int source;
    int64_t sequence;
};
// The profile's number; 0 when every identifier is blocked.
int64_t profiles_apply(struct cloud *cloud, const struct profiles_event *event);
// 0: unknown. The value is compared without regard to ASCII case; empty type: the internal "use_…" id.
int64_t profiles_find(struct cloud *cloud, struct str type, struct str value);
void profiles_add_internal_id(struct buf *out, int64_t profile); // "use_…"
