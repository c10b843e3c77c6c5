// expectation — what followed an event, in a recording or just now, and how the two differ.
//
// Shape    an expectation is filled from lines of a recording (expectation_load) or from messages as they
//          come (expectation_take). expectation_compare lists the differences as JSON, for programs;
//          expectation_describe says the same to people.
// Rules    compared are how the event ended, the ranks of the last list that followed it (the first `top`
//          of them when that is given) and each trait that followed. Of lists, items that only made room for
//          others have not moved. The trait that is the list itself is compared once. What the recording
//          does not tell is not compared; a masked value ("••••") equals everything.
// Text     of expectation_describe is printable, whatever the recording holds.
// Owns     what it points to; expectation_release, expectation_set_release.
// Limits   EXPECTATION_MAX_EVENTS, EXPECTATION_MAX_ITEMS of a list; beyond: ERROR_LIMIT, cut.
// Threads  one at a time.
#pragma once

#include "recording/recording_reader.h"

#define EXPECTATION_MAX_EVENTS ((size_t)1000000)
#define EXPECTATION_MAX_ITEMS ((size_t)1000)
#define EXPECTATION_MASK "••••"
#define EXPECTATION_LIST_TRAIT "recommended_products"

struct expectation {
    uint64_t run;
    struct buf message_id, name, sku, user_id; // of the event, as recorded
    bool is_ended, is_ok;
    struct buf code, reason; // how it failed
    struct json ranks;       // array of item ids; empty: not told
    struct json traits;      // object; empty: not told
};

struct expectation_set {
    struct expectation *items; // in the order of the events
    size_t count;
};

void expectation_release(struct expectation *expectation);
void expectation_set_release(struct expectation_set *set);
// Reads a recording to its end; ERROR_INVALID when the file is none.
bool expectation_load(
    struct recording_reader *reader, struct expectation_set *out, struct error *err) MUST_CHECK;
// What the message says about the event.
void expectation_take(struct expectation *expectation, const struct message *message);

// The differences as an array, empty when there is none; true when it is empty. `top` 0: all ranks.
// {"what":"outcome","expected":"accepted","came":"refused: …"}
// {"what":"ranks","expected":[…],"came":[…],"changes":[{"change":"moved"|"new"|"gone","item_id":"…","from":3,"to":1}]}
// {"what":"trait","name":"…","expected":…,"came":…}, null: there is none
bool expectation_compare(
    const struct expectation *expected,
    const struct expectation *came,
    size_t top,
    struct json *out);
// Lines for people, each ending in a line break and beginning with `indent` blanks.
void expectation_describe(struct buf *out, const struct json_node *differences, int indent);
