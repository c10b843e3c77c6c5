// store_records — named JSON texts in the store: resources of the control planes, items, functions,
// answers … One table for all kinds that are looked up by their name only.
//
// Shape    (kind, id) → body with the time it was made and last changed. What a body means is decided above.
// Writes, Reads, Threads as in store.h: views handed to `each` live until it returns.
#pragma once

#include "store.h"

struct store_record {
    struct str kind, id, body;
    int64_t created_at_ms, updated_at_ms;
};
typedef bool store_record_fn(void *context, const struct store_record *record); // false stops

// New, or in place of the old one of that name, whose created_at_ms stays.
void store_put_record(struct store *store, const struct store_record *record);
// False when there is none. The body is appended to `out_body` (may be NULL); `out` (may be NULL) gets
// the times.
bool store_get_record(
    struct store *store,
    struct str kind,
    struct str id,
    struct buf *out_body,
    struct store_record *out);
void store_remove_record(struct store *store, struct str kind, struct str id);
// By id, bytewise, those after `after` (empty: from the first), at most `limit` (0: all). `each` must not
// ask for or write records.
void store_each_record(
    struct store *store,
    struct str kind,
    struct str after,
    int64_t limit,
    store_record_fn *each,
    void *context);
int64_t store_count_records(struct store *store, struct str kind);
