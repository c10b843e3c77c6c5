// flood — a stream of events into the console's queue, as fast as it takes them. Test programs only.
//
// Report   when `count` events have been taken, one line of JSON goes to the file `report`, and the program is
//          asked to end as its terminal's owner would (SIGTERM).
// Threads  one of its own, from flood_start to flood_stop; close the queue before the latter.
#pragma once

#include "base/queue.h"

struct flood_options {
    struct queue *messages; // borrowed
    uint64_t count;         // 0: for ever
    const char *report;     // NULL: none, and nothing ends
};

struct flood;

struct flood *flood_start(const struct flood_options *options);
void flood_stop(struct flood *flood); // NULL is fine
