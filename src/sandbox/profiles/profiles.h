// profiles — who an event belongs to, and what it changes there.
//
// Matching  the identifiers of an event (identity.h) are looked up. No match: new profile; one: add; several:
//           merge, if no limit is broken (one user_id, five of any other type). Otherwise the identifier of
//           the lowest priority is left out and matching repeats: two user_ids never merge.
// Merging   into the profile of the identifier of the highest priority; events, links and internal id go
//           with it. 100 merges and 1,000 identifiers a profile: beyond them nothing is added, and events
//           go to the profile that was found first.
// Accounts  group calls, context.groupId and externalIds of the collection accounts make profiles of their
//           own, link the user to them, and give them the track.
// Traits    identify sets a user's, group an account's. null removes one, the empty text stays. What came
//           last wins, by arrival: Segment says "last updated". context.traits give identifiers only.
//           Computed ones are computed_traits.h.
// Threads   the sandbox's.
// Source    segment.md 3.1, 3.2.
#pragma once

#include "cloud.h"
#include "segment/event.h"

#define PROFILES_PURCHASED "purchased_products"
#define PROFILES_MAX_MERGES 100
#define PROFILES_MAX_IDENTIFIERS 1000

struct profiles_event {
    const struct event *event; // normalised
    int source;
    int64_t sequence;
};
// The user's profile; 0 when every identifier is blocked or profiles drop the event.
int64_t profiles_apply(struct cloud *cloud, const struct profiles_event *event);
// 0: unknown. The value is compared without regard to ASCII case; empty type: the internal "use_…" id.
int64_t profiles_find(struct cloud *cloud, struct str type, struct str value);
int64_t profiles_find_account(struct cloud *cloud, struct str type, struct str value); // "acc_…"
int64_t profiles_account_of(struct cloud *cloud, const struct event *event); // 0: none, or unknown
void profiles_add_internal_id(struct buf *out, int64_t profile, bool is_account);
// Of an internal id's form, whether there is such a profile or not; 0: it is none.
int64_t profiles_number_of(struct str internal_id, bool is_account);
