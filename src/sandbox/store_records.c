// store_records — see the header.
#include "store_records.h"

#include "store_sql.h"

void store_put_record(struct store *store, const struct store_record *record) {
    struct store_sql_call call = store_sql_write(store, SQL_PUT_RECORD);
    store_sql_text(&call, record->kind);
    store_sql_text(&call, record->id);
    store_sql_int(&call, record->created_at_ms);
    store_sql_int(&call, record->updated_at_ms);
    store_sql_text(&call, record->body);
    store_sql_run(&call);
}

static void read_record(const struct store_sql_call *call, struct store_record *out) {
    *out = (struct store_record){
        .kind = store_sql_column_text(call, 0),
        .id = store_sql_column_text(call, 1),
        .created_at_ms = store_sql_column_int(call, 2),
        .updated_at_ms = store_sql_column_int(call, 3),
        .body = store_sql_column_text(call, 4)};
}

bool store_get_record(
    struct store *store,
    struct str kind,
    struct str id,
    struct buf *out_body,
    struct store_record *out) {
    struct store_record record;
    struct store_sql_call call = store_sql_begin(store, SQL_GET_RECORD);
    store_sql_text(&call, kind);
    store_sql_text(&call, id);
    if (!store_sql_step(&call)) return false;
    read_record(&call, &record);
    if (out_body) buf_add(out_body, record.body);
    if (out) {
        *out = (struct store_record){
            .created_at_ms = record.created_at_ms, .updated_at_ms = record.updated_at_ms};
    }
    store_sql_end(&call);
    return true;
}

void store_remove_record(struct store *store, struct str kind, struct str id) {
    struct store_sql_call call = store_sql_write(store, SQL_REMOVE_RECORD);
    store_sql_text(&call, kind);
    store_sql_text(&call, id);
    store_sql_run(&call);
}

void store_each_record(
    struct store *store,
    struct str kind,
    struct str after,
    int64_t limit,
    store_record_fn *each,
    void *context) {
    struct store_sql_call call = store_sql_begin(store, SQL_RECORDS);
    store_sql_text(&call, kind);
    store_sql_text(&call, after.ptr ? after : STR(""));
    store_sql_int(&call, limit > 0 ? limit : -1);
    while (store_sql_step(&call)) {
        struct store_record record;
        read_record(&call, &record);
        if (each(context, &record)) continue;
        store_sql_end(&call);
        return;
    }
}

int64_t store_count_records(struct store *store, struct str kind) {
    struct store_sql_call call = store_sql_begin(store, SQL_COUNT_RECORDS);
    store_sql_text(&call, kind);
    return store_sql_single(&call, 0);
}
