// store_queue — deliveries that are not over: those under way, and those that failed and will be tried
// again. A row holds its event, because the window of events may pass it by meanwhile.
//
// Shape    one row a sequence; `due_ms` (wall) is when it is to be tried next, STORE_QUEUE_UNDER_WAY while
//          that is going on. Whoever opens the store makes those due again: they were cut short.
// Writes, Reads, Threads as in store.h: views handed to `each` live until it returns.
#pragma once

#include "store.h"

#define STORE_QUEUE_UNDER_WAY INT64_MAX

struct store_queued {
    int64_t sequence;
    int source, type;
    struct str user_id, message_id, body;
    int64_t received_at_ms;
    int64_t attempts; // begun so far
    int64_t first_ms; // when the first one was
    int64_t due_ms;
    struct str last_code; // of the newest failure; empty: none yet
};
typedef bool store_queued_fn(void *context, const struct store_queued *queued); // false stops

void store_put_queued(struct store *store, const struct store_queued *queued); // a new one
// attempts, due_ms and last_code of one that is there
void store_update_queued(struct store *store, const struct store_queued *queued);
void store_remove_queued(struct store *store, int64_t sequence);
void store_requeue_under_way(struct store *store, int64_t due_ms);
// Due at `now_ms`, the longest waiting first. `each` must not write to the queue.
void store_each_due(
    struct store *store, int64_t now_ms, int64_t limit, store_queued_fn *each, void *context);
bool store_is_queued(struct store *store, int64_t sequence);
int64_t store_count_queued(struct store *store);
int64_t store_queued_bytes(struct store *store); // of their bodies
int64_t store_next_due_ms(struct store *store);  // STORE_QUEUE_UNDER_WAY: nothing waits
