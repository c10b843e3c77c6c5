// profile_call — one call of the Profile API, for the files that answer it.
#pragma once

#include "routes.h"
#include "segment/profile.h"

struct profile_call {
    struct cloud *cloud;
    struct exchange *exchange;
    const struct profile_target *target;
    const struct profile_query *query; // of the target
    int64_t profile;
    struct buf url; // owned; for the cursor
};

// The lists: each fills the answer.
void profile_call_traits(struct profile_call *call);
void profile_call_ids(struct profile_call *call);
void profile_call_events(struct profile_call *call);
void profile_call_links(struct profile_call *call);

void profile_call_refuse(
    struct exchange *exchange, enum profile_refusal refusal, const char *message);
void profile_call_answer(struct profile_call *call, struct buf *take_body);
// A stored number of a source as clients know it; -1 is the space.
struct str profile_call_source(int source);
