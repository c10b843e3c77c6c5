// tape — the calls that the built-in code makes during one run, as pieces; passages.h keeps and prints them.
//
// Shape    a call is added when it is over, in order. Of the shopper's trait `recommended_products` the tape
//          knows what it was before the identify and whether the identify changed it.
// Bounds   TAPE_BYTES; what comes after is not recorded.
// NULL     every function takes it for the tape, and does nothing.
// Threads  the sandbox's.
#pragma once

#include "aws/aws_error.h"
#include "aws/personalize.h"
#include "base/buf.h"
#include "segment/event.h"

#define TAPE_BYTES ((size_t)64 << 10)
#define TAPE_TRAIT "recommended_products"

enum tape_call { TAPE_PUT_EVENTS, TAPE_RECOMMEND, TAPE_IDENTIFY };

struct tape_end {         // how a call ended
    int64_t start_us, us; // monotonic
    int status;
    const struct aws_error *refusal; // NULL: none
    struct str lost; // why no answer was heard, or no request sent; empty: there was one
};

struct tape {
    struct buf calls;
    struct buf sent;                       // the identify under way
    bool has_before, was_set, has_written; // of the trait: asked, there, written by this run
    struct buf before;                     // JSON
    int64_t before_at_ms, written_at_ms;   // wall
};
void tape_reset(struct tape *tape);
void tape_release(struct tape *tape);

void tape_put_events(
    struct tape *tape, const struct personalize_events *call, const struct tape_end *end);
// `items` NULL: there were none.
void tape_recommend(
    struct tape *tape,
    const struct personalize_recommend *call,
    const struct personalize_items *items,
    const struct tape_end *end);

// Before the message is taken in, which changes it, and the trait.
void tape_set_before(struct tape *tape, bool was_set, struct str value, int64_t updated_at_ms);
void tape_begin_identify(struct tape *tape, const struct event *message);
void tape_end_identify(struct tape *tape, int source, const struct tape_end *end);
void tape_set_written(struct tape *tape, int64_t at_ms);
