// internal — what event_handler and recommend_handler share: the shortlist, and lines of the function's log.
#pragma once

#include "handler/services.h"

#define SHORTLIST_MAX_RESULTS 500 // GetRecommendations' own limit

// Recommendations a shopper may still want: rank order kept, purchased items taken out and never added.
// (The workshop's filter was a symmetric difference of sets: it added every purchased item that was
// not recommended, and lost the order. segment.md 5.4)
struct shortlist {
    struct services_items items; // owned
    size_t removed;
    bool purchases_unknown; // the profile did not answer: unfiltered
    struct error reason;    // why it did not
};
void shortlist_release(struct shortlist *shortlist);
// `query->count` results are wanted (0: 25); spare ones are asked for when items will go.
bool shortlist_get(
    const struct services *services,
    const struct services_query *query,
    bool excludes_purchased,
    struct shortlist *out,
    struct error *err) MUST_CHECK;

// "[INFO]\t<time>\t<request id>\t<text>", made printable.
void function_log(
    const struct services *services, const char *level, struct str request_id, struct str text);
