// store_runs — the accepted messages of the last 24 hours that are no longer in memory, on disk.
//
// Shape    a run is what one generation of store_messages accepted: the 64-bit hashes of the messageIds, in
//          parts by their upper bits, each sorted, a row of `message_parts` of about 2 KiB, so that to look for
//          one hash reads one page. In memory a run is a Bloom filter of 16 bits a hash in blocks of a
//          cache line: of 900 messages that are new about one asks a run's disk. A run's row in
//          `message_runs` (with the filter) is written last: without it the parts are none.
// Work     a run is made in small steps, one for each so many messages added: rows are gathered, put in
//          order by part, written. Its messages are in the old generation all the while. A kill or a
//          rollback begins it anew: the generation's rows are still there.
// Bounds   STORE_MESSAGE_RUNS_KEPT runs: 64 MiB of filters and 340 MiB on disk when all are full; while a
//          run is made 5 MiB more. Numbers on disk are in this machine's byte order.
// Threads  one. Only store*.c read this.
#pragma once

#include "store.h"

#define STORE_RUNS_PARTS 4096 // at most; rows of a run are numbered from id times this

struct store_run {
    int64_t id;
    int64_t from, upto; // sequences of its events
    int64_t last_ms;    // received not after
    uint32_t count;
    void *memory;     // owned
    uint64_t *filter; // in it, on a cache line
};

enum store_runs_stage { STORE_RUNS_IDLE, STORE_RUNS_GATHER, STORE_RUNS_ORDER, STORE_RUNS_WRITE };
struct store_runs_job {
    enum store_runs_stage stage;
    struct store_run run;
    int64_t at;       // the last row gathered
    uint64_t *hashes; // owned
    uint32_t cap, part, waited;
    uint32_t ends[STORE_RUNS_PARTS]; // of the parts among the hashes
};
struct store_runs {
    struct store_run list[STORE_MESSAGE_RUNS_KEPT]; // oldest first
    uint32_t count;
    int64_t first_part; // rows of `message_parts` before it are gone
    struct store_runs_job job;
};

void store_runs_load(struct store *store);
void store_runs_forget(struct store *store);
const struct store_run *store_runs_newest(const struct store *store); // all 0: there is none
// The messages of the events from..upto, about `count`. What was begun before is dropped.
void store_runs_begin(struct store *store, int64_t from, int64_t upto, uint32_t count);
bool store_runs_is_busy(const struct store *store);
void store_runs_step(struct store *store, int64_t now_ms); // once for each message added
void store_runs_finish(struct store *store, int64_t now_ms);
bool store_runs_has(struct store *store, int64_t hash);
void store_runs_trim(struct store *store, int64_t now_ms); // one run, some hundred rows at a time
