// store_logs — streams of logs and their chunks: all lines of one invocation, or of one PutLogEvents, in a
// row.
//
// Shape    plain rows; groups are records (logs/logs.h). Chunks are numbered in order of arrival, and go in
//          that order. A stream remembers its first and last time when its chunks have gone.
// Writes, Reads, Threads as in store.h: views handed to `each` live until it returns.
#pragma once

#include "store.h"

struct store_log_stream {
    int64_t id, created_ms;
    int64_t first_ms, last_ms, ingested_ms; // 0: never written to
    struct str name;
};
typedef bool store_log_stream_fn(void *context, const struct store_log_stream *stream);
int64_t store_find_log_stream(struct store *store, struct str group, struct str name); // 0: none
int64_t
store_add_log_stream(struct store *store, struct str group, struct str name, int64_t created_ms);
// By name; `each` must not ask for streams.
void store_each_log_stream(
    struct store *store, struct str group, store_log_stream_fn *each, void *context);

struct store_log_chunk {
    int64_t id, stream, at_ms, ingested_ms;
    struct str lines;
};
typedef bool store_log_chunk_fn(void *context, const struct store_log_chunk *chunk);
void store_add_log_chunk(struct store *store, const struct store_log_chunk *chunk);
struct store_log_query {
    struct str group;
    int64_t stream;         // 0: every stream of the group
    int64_t from_ms, to_ms; // both included
    int64_t at_ms, id;      // from this chunk on, itself included, in the direction asked for
    bool is_descending;
    int limit;
};
// By time, then by arrival.
void store_each_log_chunk(
    struct store *store,
    const struct store_log_query *query,
    store_log_chunk_fn *each,
    void *context);

struct store_log_sizes {
    int64_t bytes, chunks;
};
struct store_log_sizes store_count_logs(struct store *store);
typedef void store_log_group_fn(void *context, struct str group, int64_t bytes);
void store_each_log_group(struct store *store, store_log_group_fn *each, void *context);
void store_remove_log_group(struct store *store, struct str group); // streams and chunks
void store_remove_empty_log_streams(struct store *store, int64_t kept);
// Takes the oldest chunks out until at least so many bytes and chunks are gone; tells what went.
struct store_log_sizes store_trim_logs(struct store *store, struct store_log_sizes least);
