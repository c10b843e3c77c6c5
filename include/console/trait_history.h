// trait_history — how the traits of the shopper in focus changed in this session: what, when, by which event,
// how long after it; and an alarm when recommended_products stays as it was although an event went out.
//
// Shape    changes are newest last. A cause is an event of this shopper with a product: seen at a source, or
//          fired here. The first change of recommended_products after it is its effect; the lag is from the
//          event to the trait's own time of change where the answer tells it, else to when it was seen.
// Alarm    TRAIT_HISTORY_BOUND_MS after a cause the profile is asked for once more; when that answer, too,
//          has the trait neither changed nor written again, it is stale, until it changes.
// Time     ages are told to the second for ten seconds, in steps of five for a minute; then it is the time of
//          day and nothing wakes up any more.
// Bounds   TRAIT_HISTORY_CHANGES and TRAIT_HISTORY_BYTES of values; older ones leave and are counted.
// Owns     its texts; another shopper in focus forgets it all.
// Threads  the UI's.
#pragma once

#include "base/buf.h"
#include "console/feature.h"

struct model;

#define TRAIT_HISTORY_TRAIT "recommended_products"
#define TRAIT_HISTORY_CHANGES 64
#define TRAIT_HISTORY_BYTES ((size_t)512 << 10)
#define TRAIT_HISTORY_BOUND_MS 10000
#define TRAIT_HISTORY_FRESH_MS 60000 // told as an age

struct trait_history_change {
    int64_t at_ms; // wall, when it was seen
    char *name;
    char *before, *after; // JSON text; NULL: it was not set, it is not set any more
    char *cause;          // "Product Clicked ocean-blue-shirt"; NULL: not known
    int64_t lag_ms;       // from the cause; below 0: not known
};

enum trait_history_wait {
    TRAIT_HISTORY_CALM,
    TRAIT_HISTORY_AWAITED,  // an event went out
    TRAIT_HISTORY_CHECKING, // the bound is over: the profile is asked for
    TRAIT_HISTORY_STALE,
};

struct trait_history {
    char *user;                                                 // whose changes these are
    struct trait_history_change changes[TRAIT_HISTORY_CHANGES]; // oldest first
    size_t count, bytes;
    uint64_t left; // pushed out
    char *cause;   // of the next change; NULL: none is open
    int64_t caused_at_ms;
    enum trait_history_wait wait;
    uint64_t fire_run_id;  // of the event of ours that was looked at last
    int64_t written_at_ms; // the trait's own time, of the newest answer
};

extern const struct feature trait_history_feature;

// Row 0 is the newest.
const struct trait_history_change *trait_history_at(const struct model *model, size_t row);
// The newest change of that trait; NULL: none in this session.
const struct trait_history_change *trait_history_last(const struct model *model, const char *name);
bool trait_history_is_stale(const struct model *model);
// "3 s ago", "10:00:05"
// "Enter on the event in Stream, or v …, shows where its way ends", by the keys in use.
void trait_history_add_advice(const struct model *model, struct buf *out);
void trait_history_add_age(const struct model *model, int64_t at_ms, struct buf *out);
// "▲3 ▼5 +2 −1" of lists; else "before → after".
void trait_history_add_summary(const struct trait_history_change *change, struct buf *out);
