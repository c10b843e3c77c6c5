// store_traits — the rows of traits, and the values that computed ones have seen; see store.h.
#include "store.h"

#include "store_sql.h"

static void bind_trait(struct store_sql_call *call, const struct store_trait *trait) {
    store_sql_int(call, trait->profile);
    store_sql_text(call, trait->name);
    store_sql_text(call, trait->value);
    store_sql_int(call, trait->source);
    store_sql_int(call, trait->updated_at_ms);
    store_sql_int(call, (int64_t)trait->kind);
    store_sql_text(call, trait->state);
    store_sql_int(call, trait->at_ms);
    store_sql_run(call);
}

void store_put_trait(struct store *store, const struct store_trait *trait) {
    struct store_sql_call call = store_sql_write(store, SQL_PUT_TRAIT);
    bind_trait(&call, trait);
}

void store_put_later_trait(struct store *store, const struct store_trait *trait) {
    struct store_sql_call call = store_sql_write(store, SQL_PUT_LATER_TRAIT);
    bind_trait(&call, trait);
}

void store_remove_trait(struct store *store, int64_t profile, struct str name) {
    struct store_sql_call call = store_sql_write(store, SQL_REMOVE_TRAIT);
    store_sql_int(&call, profile);
    store_sql_text(&call, name);
    store_sql_run(&call);
}

static void read_trait(const struct store_sql_call *call, struct store_trait *out) {
    *out = (struct store_trait){
        .profile = store_sql_column_int(call, 0),
        .name = store_sql_column_text(call, 1),
        .value = store_sql_column_text(call, 2),
        .source = (int)store_sql_column_int(call, 3),
        .updated_at_ms = store_sql_column_int(call, 4),
        .kind = (enum store_trait_kind)store_sql_column_int(call, 5),
        .state = store_sql_column_text(call, 6),
        .at_ms = store_sql_column_int(call, 7),
    };
}

bool store_find_trait(
    struct store *store, int64_t profile, struct str name, struct store_trait *out) {
    struct store_sql_call call = store_sql_begin(store, SQL_GET_TRAIT);
    store_sql_int(&call, profile);
    store_sql_text(&call, name);
    if (!store_sql_step(&call)) return false;
    read_trait(&call, out);
    return true; // left on its row, as in store_get_profile
}

bool store_get_trait(struct store *store, int64_t profile, struct str name, struct buf *out_value) {
    struct store_trait row;
    if (!store_find_trait(store, profile, name, &row)) return false;
    buf_add(out_value, row.value);
    return true;
}

static void each_trait(struct store_sql_call *call, store_trait_fn *each, void *context) {
    struct store_trait row;
    while (store_sql_step(call)) {
        read_trait(call, &row);
        if (each(context, &row)) continue;
        store_sql_end(call);
        return;
    }
}

void store_each_trait(
    struct store *store,
    const struct store_trait_query *query,
    store_trait_fn *each,
    void *context) {
    struct store_sql_call call = store_sql_begin(store, SQL_TRAITS);
    store_sql_int(&call, query->profile);
    store_sql_text(&call, query->from.ptr ? query->from : STR(""));
    store_sql_int(&call, query->kind);
    store_sql_int(&call, query->limit);
    each_trait(&call, each, context);
}

void store_each_computed(
    struct store *store, struct str name, store_trait_fn *each, void *context) {
    struct store_sql_call call = store_sql_begin(store, SQL_COMPUTED_TRAITS);
    store_sql_text(&call, name);
    each_trait(&call, each, context);
}

static void run_with(struct store *store, enum store_sql sql, int64_t first, int64_t second) {
    struct store_sql_call call = store_sql_write(store, sql);
    store_sql_int(&call, first);
    if (second) store_sql_int(&call, second);
    store_sql_run(&call);
}

void store_move_traits(struct store *store, int64_t from, int64_t to) {
    run_with(store, SQL_MOVE_TRAITS, to, from);
    run_with(store, SQL_REMOVE_TRAITS, from, 0);
    run_with(store, SQL_MOVE_TRAIT_VALUES, to, from);
    run_with(store, SQL_REMOVE_TRAIT_VALUES, from, 0);
}

static void
run_range(struct store *store, enum store_sql sql, struct str name, int64_t after, int64_t upto) {
    struct store_sql_call call = store_sql_write(store, sql);
    store_sql_int(&call, after);
    store_sql_int(&call, upto);
    store_sql_text(&call, name);
    store_sql_run(&call);
}

void store_drop_trait(struct store *store, struct str name, int64_t after, int64_t upto) {
    run_range(store, SQL_DROP_TRAIT, name, after, upto);
    run_range(store, SQL_DROP_TRAIT_VALUES, name, after, upto);
}

void store_uncompute_trait(struct store *store, struct str name, int64_t after, int64_t upto) {
    run_range(store, SQL_UNCOMPUTE_TRAIT, name, after, upto);
    run_range(store, SQL_DROP_TRAIT_VALUES, name, after, upto);
}

// ---- values ----

int64_t
store_count_value(struct store *store, int64_t profile, struct str trait, struct str value) {
    struct store_sql_call call = store_sql_begin(store, SQL_GET_TRAIT_VALUE);
    store_sql_int(&call, profile);
    store_sql_text(&call, trait);
    store_sql_text(&call, value);
    return store_sql_single(&call, 0);
}

int64_t store_count_values(struct store *store, int64_t profile, struct str trait) {
    struct store_sql_call call = store_sql_begin(store, SQL_COUNT_TRAIT_VALUES);
    store_sql_int(&call, profile);
    store_sql_text(&call, trait);
    return store_sql_single(&call, 0);
}

void store_add_value(
    struct store *store, int64_t profile, struct str trait, struct str value, int64_t count) {
    struct store_sql_call call = store_sql_write(store, SQL_ADD_TRAIT_VALUE);
    store_sql_int(&call, profile);
    store_sql_text(&call, trait);
    store_sql_text(&call, value);
    store_sql_int(&call, count);
    store_sql_run(&call);
}

void store_each_value(
    struct store *store, int64_t profile, struct str trait, store_value_fn *each, void *context) {
    struct store_sql_call call = store_sql_begin(store, SQL_TRAIT_VALUES);
    store_sql_int(&call, profile);
    store_sql_text(&call, trait);
    while (store_sql_step(&call)) {
        if (each(context, store_sql_column_text(&call, 0), store_sql_column_int(&call, 1)))
            continue;
        store_sql_end(&call);
        return;
    }
}

int64_t
store_most_frequent(struct store *store, int64_t profile, struct str trait, struct buf *out_value) {
    struct store_sql_call call = store_sql_begin(store, SQL_MOST_FREQUENT);
    store_sql_int(&call, profile);
    store_sql_text(&call, trait);
    if (!store_sql_step(&call)) return 0;
    buf_add(out_value, store_sql_column_text(&call, 0));
    const int64_t count = store_sql_column_int(&call, 1);
    store_sql_end(&call);
    return count;
}
