// store_queue — see the header.
#include "store_queue.h"

#include "store_sql.h"

void store_put_queued(struct store *store, const struct store_queued *queued) {
    struct store_sql_call call = store_sql_write(store, SQL_PUT_QUEUED);
    store_sql_int(&call, queued->sequence);
    store_sql_int(&call, queued->source);
    store_sql_int(&call, queued->type);
    store_sql_text(&call, queued->user_id);
    store_sql_text(&call, queued->message_id);
    store_sql_text(&call, queued->body);
    store_sql_int(&call, queued->received_at_ms);
    store_sql_int(&call, queued->attempts);
    store_sql_int(&call, queued->first_ms);
    store_sql_int(&call, queued->due_ms);
    store_sql_text(&call, queued->last_code);
    store_sql_run(&call);
}

void store_update_queued(struct store *store, const struct store_queued *queued) {
    struct store_sql_call call = store_sql_write(store, SQL_UPDATE_QUEUED);
    store_sql_int(&call, queued->attempts);
    store_sql_int(&call, queued->due_ms);
    store_sql_text(&call, queued->last_code);
    store_sql_int(&call, queued->sequence);
    store_sql_run(&call);
}

void store_remove_queued(struct store *store, int64_t sequence) {
    struct store_sql_call call = store_sql_write(store, SQL_REMOVE_QUEUED);
    store_sql_int(&call, sequence);
    store_sql_run(&call);
}

void store_requeue_under_way(struct store *store, int64_t due_ms) {
    struct store_sql_call call = store_sql_write(store, SQL_REQUEUE);
    store_sql_int(&call, due_ms);
    store_sql_int(&call, STORE_QUEUE_UNDER_WAY);
    store_sql_run(&call);
}

void store_each_due(
    struct store *store, int64_t now_ms, int64_t limit, store_queued_fn *each, void *context) {
    struct store_sql_call call = store_sql_begin(store, SQL_QUEUED_DUE);
    store_sql_int(&call, now_ms);
    store_sql_int(&call, limit);
    while (store_sql_step(&call)) {
        const struct store_queued row = {
            .sequence = store_sql_column_int(&call, 0),
            .source = (int)store_sql_column_int(&call, 1),
            .type = (int)store_sql_column_int(&call, 2),
            .user_id = store_sql_column_text(&call, 3),
            .message_id = store_sql_column_text(&call, 4),
            .body = store_sql_column_text(&call, 5),
            .received_at_ms = store_sql_column_int(&call, 6),
            .attempts = store_sql_column_int(&call, 7),
            .first_ms = store_sql_column_int(&call, 8),
            .due_ms = store_sql_column_int(&call, 9),
            .last_code = store_sql_column_text(&call, 10)};
        if (each(context, &row)) continue;
        store_sql_end(&call);
        return;
    }
}

bool store_is_queued(struct store *store, int64_t sequence) {
    struct store_sql_call call = store_sql_begin(store, SQL_IS_QUEUED);
    store_sql_int(&call, sequence);
    return store_sql_single(&call, 0) != 0;
}

int64_t store_count_queued(struct store *store) {
    struct store_sql_call call = store_sql_begin(store, SQL_COUNT_QUEUED);
    return store_sql_single(&call, 0);
}

int64_t store_queued_bytes(struct store *store) {
    struct store_sql_call call = store_sql_begin(store, SQL_QUEUED_BYTES);
    return store_sql_single(&call, 0);
}

int64_t store_next_due_ms(struct store *store) {
    struct store_sql_call call = store_sql_begin(store, SQL_NEXT_DUE);
    return store_sql_single(&call, STORE_QUEUE_UNDER_WAY);
}
