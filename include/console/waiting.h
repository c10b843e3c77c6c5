// waiting — the fired events that have not arrived: sent at the start, after a success and after a change of the
// settings, quietly; the status line tells how many wait.
//
// Shape    a feature of the console. It runs the action `outbox send`, at most one at a time, after it has counted.
// LIVE     into a real account more than one event goes only with a yes: at the start several are asked about, after
//          a key any.
// Threads  one: the UI.
#pragma once

#include "console/feature.h"

struct waiting {
    uint64_t run_id; // of `outbox send`; 0: none is under way
    uint64_t count_run_id;
    bool is_due, is_by_key; // to be decided about; because of a key
    uint64_t asked;         // about so many, last
    bool again;             // once more when that one ends
    uint64_t count;         // as last told
};

extern const struct feature waiting_feature;

// "1 event waits in the outbox"; nothing when none does.
void waiting_add_text(const struct waiting *waiting, struct buf *out);
