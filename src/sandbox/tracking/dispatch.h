// dispatch — what waits for the destination, and giving it to it: first attempts in the order of the events,
// retries when they are due.
//
// Shape    dispatch_work does a slice of it and moves the mark `delivered`: events of the source up to it
//          have been attempted. What is not over after that (the function has yet to answer, or it will be
//          tried again) is a row of the store's queue; all in one transaction, so that a kill loses nothing
//          and repeats at most what was under way.
// Bounds   `places` at a time: they grow while answers come within a second and shrink when they take half the
//          budget or more, so that one runtime at work is not handed more than it can do in 5 s. While
//          DISPATCH_QUEUE_LIMIT rows or DISPATCH_QUEUE_BYTES wait, the mark stands still; while
//          DISPATCH_PENDING_LIMIT events (a start option) wait behind the mark, dispatch_is_behind tells the
//          tracking API to ask its clients for patience. Memory: the attempts under way.
// Errors   none: what goes wrong is in the record (own_routes.h), in the words users of Segment meet.
// Threads  the sandbox's.
// Source   segment.md 4.2.
#pragma once

#include "cloud.h"
#include "tracking/attempt.h"
#include "tracking/figures.h"

#define DISPATCH_UNDER_WAY 64 // places at most …
#define DISPATCH_PLACES 8     // … at least, and to begin with
#define DISPATCH_QUEUE_LIMIT 10000
#define DISPATCH_QUEUE_BYTES (INT64_C(64) << 20)
#define DISPATCH_PENDING_LIMIT 100000

struct dispatch {
    struct attempt *under_way[DISPATCH_UNDER_WAY];
    size_t under_way_count, places;
    struct attempt *spare; // for the next event
    int64_t queued;        // rows of the store's queue, those under way included
    int64_t queued_bytes;  // of their events
    int64_t rate_from_us, rate_count;
    int64_t per_second; // lately; 0: not known
    struct figures figures;
    bool is_source_off[SOURCE_COUNT]; // of sources.h
};

// From the store, forgetting what is under way: at the start, after a reset, after a commit that failed.
void dispatch_load(struct cloud *cloud);
void dispatch_free(struct cloud *cloud);
// Delivers for at most `budget_us`; true when some of it was done. `is_idle`: nothing can be done before
// cloud->delivery_at_ms or until a function answers.
bool dispatch_work(struct cloud *cloud, int64_t budget_us, bool *is_idle);
// Has so much piled up that more of that source must not come in? Then so many seconds. Of other sources only
// so much may come in that the window of events does not lose what the destination has yet to see.
bool dispatch_is_behind(
    const struct cloud *cloud, enum source_id source, int64_t *out_retry_after_s);
