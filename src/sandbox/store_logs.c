// store_logs — see the header.
#include "store_logs.h"

#include "store_sql.h"

int64_t store_find_log_stream(struct store *store, struct str group, struct str name) {
    struct store_sql_call call = store_sql_begin(store, SQL_FIND_LOG_STREAM);
    store_sql_text(&call, group);
    store_sql_text(&call, name);
    return store_sql_single(&call, 0);
}

int64_t
store_add_log_stream(struct store *store, struct str group, struct str name, int64_t created_ms) {
    struct store_sql_call call = store_sql_write(store, SQL_ADD_LOG_STREAM);
    store_sql_text(&call, group);
    store_sql_text(&call, name);
    store_sql_int(&call, created_ms);
    store_sql_run(&call);
    return store_find_log_stream(store, group, name);
}

void store_each_log_stream(
    struct store *store, struct str group, store_log_stream_fn *each, void *context) {
    struct store_sql_call call = store_sql_begin(store, SQL_LOG_STREAMS);
    store_sql_text(&call, group);
    while (store_sql_step(&call)) {
        const struct store_log_stream stream = {
            .id = store_sql_column_int(&call, 0),
            .name = store_sql_column_text(&call, 1),
            .created_ms = store_sql_column_int(&call, 2),
            .first_ms = store_sql_column_int(&call, 3),
            .last_ms = store_sql_column_int(&call, 4),
            .ingested_ms = store_sql_column_int(&call, 5)};
        if (each(context, &stream)) continue;
        store_sql_end(&call);
        return;
    }
}

void store_add_log_chunk(struct store *store, const struct store_log_chunk *chunk) {
    struct store_sql_call call = store_sql_write(store, SQL_ADD_LOG_CHUNK);
    store_sql_int(&call, chunk->stream);
    store_sql_int(&call, chunk->at_ms);
    store_sql_int(&call, chunk->ingested_ms);
    store_sql_text(&call, chunk->lines);
    store_sql_run(&call);
}

void store_each_log_chunk(
    struct store *store,
    const struct store_log_query *query,
    store_log_chunk_fn *each,
    void *context) {
    struct store_sql_call call = store_sql_begin(
        store, query->is_descending ? SQL_LOG_CHUNKS_DOWN
               : query->stream      ? SQL_LOG_CHUNKS_UP
                                    : SQL_LOG_CHUNKS_OF_GROUP);
    if (query->stream)
        store_sql_int(&call, query->stream);
    else
        store_sql_text(&call, query->group);
    store_sql_int(&call, query->from_ms);
    store_sql_int(&call, query->to_ms);
    store_sql_int(&call, query->at_ms);
    store_sql_int(&call, query->id);
    store_sql_int(&call, query->limit);
    while (store_sql_step(&call)) {
        const struct store_log_chunk chunk = {
            .id = store_sql_column_int(&call, 0),
            .stream = store_sql_column_int(&call, 1),
            .at_ms = store_sql_column_int(&call, 2),
            .ingested_ms = store_sql_column_int(&call, 3),
            .lines = store_sql_column_text(&call, 4)};
        if (each(context, &chunk)) continue;
        store_sql_end(&call);
        return;
    }
}

struct store_log_sizes store_count_logs(struct store *store) {
    struct store_sql_call call = store_sql_begin(store, SQL_COUNT_LOGS);
    struct store_log_sizes sizes = {0};
    if (!store_sql_step(&call)) return sizes;
    sizes.bytes = store_sql_column_int(&call, 0);
    sizes.chunks = store_sql_column_int(&call, 1);
    store_sql_end(&call);
    return sizes;
}

void store_each_log_group(struct store *store, store_log_group_fn *each, void *context) {
    struct store_sql_call call = store_sql_begin(store, SQL_COUNT_LOGS_BY_GROUP);
    while (store_sql_step(&call))
        each(context, store_sql_column_text(&call, 0), store_sql_column_int(&call, 1));
}

static void run_with_text(struct store *store, enum store_sql sql, struct str text) {
    struct store_sql_call call = store_sql_write(store, sql);
    store_sql_text(&call, text);
    store_sql_run(&call);
}

static void run_with_int(struct store *store, enum store_sql sql, int64_t number) {
    struct store_sql_call call = store_sql_write(store, sql);
    store_sql_int(&call, number);
    store_sql_run(&call);
}

void store_remove_log_group(struct store *store, struct str group) {
    run_with_text(store, SQL_REMOVE_LOG_CHUNKS, group);
    run_with_text(store, SQL_REMOVE_LOG_STREAMS, group);
}

void store_remove_empty_log_streams(struct store *store, int64_t kept) {
    run_with_int(store, SQL_TRIM_LOG_STREAMS, kept);
}

struct store_log_sizes store_trim_logs(struct store *store, struct store_log_sizes least) {
    struct store_log_sizes gone = {0};
    int64_t last = 0;
    struct store_sql_call call = store_sql_begin(store, SQL_OLDEST_LOG_CHUNKS);
    while ((gone.bytes < least.bytes || gone.chunks < least.chunks) && store_sql_step(&call)) {
        last = store_sql_column_int(&call, 0);
        gone.bytes += store_sql_column_int(&call, 1);
        gone.chunks++;
    }
    store_sql_end(&call);
    if (!last) return gone;
    run_with_int(store, SQL_KEEP_LOG_TIMES, last);
    run_with_int(store, SQL_TRIM_LOG_CHUNKS, last);
    return gone;
}
