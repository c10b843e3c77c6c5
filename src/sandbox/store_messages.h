// store_messages — which messages have been here: the window of duplicates, and how large events are.
//
// Shape    one small row per event, appended (the number of the event, a hash of its messageId, its size), and
//          all hashes in memory: finding out that a message is new costs no page and no index. In memory there
//          are two generations: when the young one is full it becomes the old one and the older is forgotten,
//          so between one and two times STORE_MESSAGES_KEPT messages are known by number. Of the old one
//          the accepted messages go to disk as a run (store_runs.h), and are known for a day.
// Exact    a load makes the same generations from the rows again: the old one is the newest run's, the young one
//          begins where the runs end.
// Memory   16 bytes a message at most: 16 MiB when both generations are full, next to nothing before.
// Outlives the events themselves, which go by number and size (store.h).
// Threads  one. Only store*.c read this.
#pragma once

#include "base/str.h"

#define MESSAGES_OF_A_MARK 32 // looked at; more of one hash are refused ones

struct store;
struct store_event;

struct store_messages_slot {
    uint32_t mark; // upper half of the hash, never 0; 0: empty
    uint32_t sequence;
};
struct store_messages_generation {
    struct store_messages_slot *slots; // owned; open addressing
    uint32_t cap, count;
    int64_t first_sequence;
};
struct store_messages {
    struct store_messages_generation young, old;
    int64_t first_sequence; // of the rows on disk
    bool is_loading;
};

void store_messages_load(struct store *store);   // from the rows; also after a rollback
void store_messages_forget(struct store *store); // the rows are gone, or the store closes
// After the event's row. `hash`: of its messageId; 0: it has none.
void store_messages_add(struct store *store, const struct store_event *event, int64_t hash);
// The number of the accepted event of that message; 0: none that is known.
int64_t store_messages_accepted(struct store *store, int64_t hash);
// The numbers of the events that may have this hash, ascending; at most `cap`.
size_t
store_messages_find(const struct store *store, int64_t hash, int64_t *out_sequences, size_t cap);
// The size of the events from..to, both included.
int64_t store_messages_bytes(struct store *store, int64_t from, int64_t to);
void store_messages_trim(struct store *store); // rows that nobody needs, some at a time
