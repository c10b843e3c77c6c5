// note_limit — how many notes of something frequent (requests, events) a surface is told: none while many
// messages wait for it, and so many in a second. What is left out costs nothing but a count.
//
// Threads  one at a time.
#pragma once

#include "base/str.h"

#define NOTE_LIMIT_WAITING 64 // messages before it

struct note_limit {    // `{0}` to begin with
    uint64_t sequence; // of the last one, told or not, from 1
    uint64_t left_out; // since the caller last set it to 0
    int64_t window_ms; // monotonic
    int in_window;
};
// Counts one more. False: it is left out.
bool note_limit_take(struct note_limit *limit, size_t waiting, int most_per_second);
// It was taken, and could not be handed on.
void note_limit_lost(struct note_limit *limit);
