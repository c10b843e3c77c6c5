// store_events — the rows of events, interactions and deliveries; see store.h.
#include "store.h"

#include "base/digest.h"
#include "store_sql.h"

#include <limits.h>

static int64_t message_hash(struct store *store, struct str message_id) {
    uint8_t digest[DIGEST_BYTES];
    if (message_id.len && str_equal(buf_str(&store->hashed_id), message_id)) return store->hash;
    digest_sha256(message_id, digest);
    int64_t hash = 0;
    for (size_t i = 0; i < sizeof(hash); i++)
        hash = (int64_t)((uint64_t)hash << 8 | digest[i]);
    buf_reset(&store->hashed_id);
    buf_add(&store->hashed_id, message_id);
    store->hash = hash;
    return hash;
}

static void bind_optional(struct store_sql_call *call, struct str value) {
    store_sql_text(call, value.len ? value : (struct str){0});
}

void store_add_event(struct store *store, const struct store_event *event) {
    struct store_sql_call call = store_sql_write(store, SQL_ADD_EVENT);
    store_sql_int(&call, event->sequence);
    store_sql_int(&call, event->source);
    store_sql_int(&call, event->type);
    store_sql_int(&call, event->discard);
    bind_optional(&call, event->name);
    bind_optional(&call, event->user_id);
    bind_optional(&call, event->anonymous_id);
    bind_optional(&call, event->sku);
    bind_optional(&call, event->message_id);
    store_sql_int(&call, event->at_ms);
    store_sql_int(&call, event->received_at_ms);
    if (event->profile)
        store_sql_int(&call, event->profile);
    else
        store_sql_text(&call, (struct str){0});
    store_sql_text(&call, event->body);
    store_sql_run(&call);
    if (event->sequence > store->last_sequence) store->last_sequence = event->sequence;
    const int64_t hash = event->message_id.len ? message_hash(store, event->message_id) : 0;
    store_messages_add(store, event, hash);
}

bool store_knows_message(struct store *store, struct str message_id) {
    const int64_t hash = message_hash(store, message_id);
    return store_messages_accepted(store, hash) || store_runs_has(store, hash);
}

int64_t store_find_message(struct store *store, struct str message_id) {
    return store_messages_accepted(store, message_hash(store, message_id));
}

int64_t store_last_sequence(const struct store *store) {
    return store->last_sequence;
}

int64_t store_count_events(struct store *store) {
    return store->last_sequence - store->first_sequence + 1;
}

static void read_event(const struct store_sql_call *call, struct store_event *out) {
    *out = (struct store_event){
        .sequence = store_sql_column_int(call, 0),
        .source = (int)store_sql_column_int(call, 1),
        .type = (int)store_sql_column_int(call, 2),
        .discard = (int)store_sql_column_int(call, 3),
        .name = store_sql_column_text(call, 4),
        .user_id = store_sql_column_text(call, 5),
        .anonymous_id = store_sql_column_text(call, 6),
        .sku = store_sql_column_text(call, 7),
        .message_id = store_sql_column_text(call, 8),
        .at_ms = store_sql_column_int(call, 9),
        .received_at_ms = store_sql_column_int(call, 10),
        .profile = store_sql_column_int(call, 11),
        .body = store_sql_column_text(call, 12),
    };
}

static void each_event(struct store_sql_call *call, store_event_fn *each, void *context) {
    struct store_event event;
    while (store_sql_step(call)) {
        read_event(call, &event);
        if (each(context, &event)) continue;
        store_sql_end(call);
        return;
    }
}

static void each_of_message(
    struct store *store,
    const struct store_event_query *query,
    store_event_fn *each,
    void *context) {
    int64_t sequences[MESSAGES_OF_A_MARK];
    const size_t count = store_messages_find(
        store, message_hash(store, query->message_id), sequences, MESSAGES_OF_A_MARK);
    for (size_t i = 0; i < count; i++) {
        if (sequences[i] <= query->after) continue;
        struct store_sql_call call = store_sql_begin(store, SQL_EVENT_OF_MESSAGE);
        store_sql_int(&call, sequences[i]);
        store_sql_text(&call, query->message_id);
        each_event(&call, each, context);
    }
}

void store_each_event(
    struct store *store,
    const struct store_event_query *query,
    store_event_fn *each,
    void *context) {
    if (query->message_id.len) {
        each_of_message(store, query, each, context);
        return;
    }
    struct store_sql_call call =
        store_sql_begin(store, query->source < 0 ? SQL_EVENTS_ALL : SQL_EVENTS_OF_SOURCE);
    store_sql_int(&call, query->after);
    if (query->source >= 0) store_sql_int(&call, query->source);
    store_sql_int(&call, query->limit);
    each_event(&call, each, context);
}

void store_each_pending(
    struct store *store, int source, int64_t after, store_event_fn *each, void *context) {
    struct store_sql_call call = store_sql_begin(store, SQL_PENDING);
    store_sql_int(&call, source);
    store_sql_int(&call, after);
    each_event(&call, each, context);
}

int64_t store_count_pending(struct store *store, int source, int64_t after) {
    struct store_sql_call call = store_sql_begin(store, SQL_COUNT_PENDING);
    store_sql_int(&call, source);
    store_sql_int(&call, after);
    return store_sql_single(&call, 0);
}

static enum store_sql profile_events_sql(const struct store_profile_events *query) {
    if (query->is_account)
        return query->is_ascending ? SQL_ACCOUNT_EVENTS_UP : SQL_ACCOUNT_EVENTS_DOWN;
    return query->is_ascending ? SQL_PROFILE_EVENTS_UP : SQL_PROFILE_EVENTS_DOWN;
}

void store_each_profile_event(
    struct store *store,
    const struct store_profile_events *query,
    store_event_fn *each,
    void *context) {
    struct store_sql_call call = store_sql_begin(store, profile_events_sql(query));
    const int64_t last_ms = query->to_ms > INT64_MIN ? query->to_ms - 1 : query->to_ms;
    const int64_t every_sequence = query->is_ascending ? 0 : INT64_MAX;
    store_sql_int(&call, query->profile);
    store_sql_int(&call, query->from_ms);
    store_sql_int(&call, query->is_ascending ? query->to_ms : last_ms);
    store_sql_int(&call, query->received_from_ms);
    store_sql_int(&call, query->first_sequence ? query->first_sequence : every_sequence);
    each_event(&call, each, context);
}

void store_each_named_event(
    struct store *store,
    struct str name,
    int64_t after,
    int64_t upto,
    store_event_fn *each,
    void *context) {
    struct store_sql_call call = store_sql_begin(store, SQL_NAMED_EVENTS);
    store_sql_int(&call, after);
    store_sql_int(&call, upto);
    store_sql_text(&call, name);
    each_event(&call, each, context);
}

static void run_with(struct store *store, enum store_sql sql, int64_t number) {
    struct store_sql_call call = store_sql_write(store, sql);
    store_sql_int(&call, number);
    store_sql_run(&call);
}

void store_hold_events(struct store *store, int64_t from) {
    store->held_from = from;
}

int64_t store_event_bytes(const struct store *store) {
    return store->event_bytes;
}

static int64_t bytes_to_keep(const struct store *store) {
    return store->is_in_memory ? STORE_EVENT_BYTES_KEPT_IN_MEMORY : STORE_EVENT_BYTES_KEPT;
}

bool store_is_overfull(struct store *store) {
    const int64_t bytes = bytes_to_keep(store);
    return store->event_bytes > bytes + bytes / 4 ||
           store_count_events(store) > STORE_EVENTS_KEPT + STORE_EVENTS_KEPT / 4;
}

static void trim_events(struct store *store) {
    enum { STEP = 1000, STEPS_AT_MOST = 4 };
    const int64_t bytes_kept = bytes_to_keep(store);
    int64_t keep_from = store->last_sequence - STORE_EVENTS_KEPT + 1;
    if (store->event_bytes > bytes_kept && keep_from < store->first_sequence + STEP)
        keep_from = store->first_sequence + STEP;
    if (keep_from > store->last_sequence) keep_from = store->last_sequence;
    if (store->held_from && keep_from > store->held_from) keep_from = store->held_from;
    if (store->first_sequence + STEP > keep_from) return;
    const int64_t furthest = store->first_sequence + (int64_t)STEP * STEPS_AT_MOST;
    const int64_t upto = furthest < keep_from ? furthest : keep_from;
    store->event_bytes -= store_messages_bytes(store, store->first_sequence, upto - 1);
    run_with(store, SQL_TRIM_EVENTS, upto - 1);
    run_with(store, SQL_TRIM_ACCOUNT_EVENTS, upto - 1);
    store->first_sequence = upto;
}

static void trim_interactions(struct store *store) {
    enum { STEP = 4000 };
    const int64_t kept =
        store->is_in_memory ? STORE_INTERACTIONS_KEPT_IN_MEMORY : STORE_INTERACTIONS_KEPT;
    const int64_t upto = store->first_interaction + STEP - 1;
    if (upto > store->last_interaction - kept || upto > store->interactions_let_go) return;
    run_with(store, SQL_TRIM_INTERACTIONS, upto);
    store->first_interaction = upto + 1;
}

// Works in steps of a few thousand rows, so that no single turn of the loop pays for all.
void store_trim(struct store *store, int64_t now_ms) {
    trim_events(store);
    trim_interactions(store);
    store_messages_trim(store);
    store_runs_trim(store, now_ms);
    if (store->deliveries_since_trim >= STORE_DELIVERIES_KEPT / 2) {
        run_with(store, SQL_TRIM_DELIVERIES, STORE_DELIVERIES_KEPT);
        store->deliveries_since_trim = 0;
    }
}

// ---- interactions ----

int64_t store_add_interaction(struct store *store, const struct store_interaction *interaction) {
    struct store_sql_call call = store_sql_write(store, SQL_ADD_INTERACTION);
    const int64_t sequence =
        interaction->sequence ? interaction->sequence : store->last_interaction + 1;
    store_sql_int(&call, sequence);
    bind_optional(&call, interaction->user);
    bind_optional(&call, interaction->session);
    store_sql_text(&call, interaction->item);
    bind_optional(&call, interaction->event_type);
    bind_optional(&call, interaction->event_id);
    store_sql_int(&call, interaction->time_s);
    store_sql_run(&call);
    store->last_interaction = sequence;
    return sequence;
}

void store_each_interaction(
    struct store *store, int64_t after, store_interaction_fn *each, void *context) {
    struct store_sql_call call = store_sql_begin(store, SQL_INTERACTIONS);
    store_sql_int(&call, after);
    while (store_sql_step(&call)) {
        const struct store_interaction row = {
            .sequence = store_sql_column_int(&call, 0),
            .user = store_sql_column_text(&call, 1),
            .session = store_sql_column_text(&call, 2),
            .item = store_sql_column_text(&call, 3),
            .event_type = store_sql_column_text(&call, 4),
            .event_id = store_sql_column_text(&call, 5),
            .time_s = store_sql_column_int(&call, 6),
        };
        if (each(context, &row)) continue;
        store_sql_end(&call);
        return;
    }
}

int64_t store_last_interaction(struct store *store) {
    return store->last_interaction;
}

void store_let_go_interactions(struct store *store, int64_t upto) {
    store->interactions_let_go = upto;
}

// ---- deliveries ----

void store_add_delivery(struct store *store, int64_t sequence, struct str record) {
    struct store_sql_call call = store_sql_write(store, SQL_ADD_DELIVERY);
    store_sql_int(&call, sequence);
    store_sql_text(&call, record);
    store_sql_run(&call);
    store->deliveries_since_trim++;
}

void store_each_delivery(
    struct store *store,
    int64_t after,
    int64_t only,
    int limit,
    store_delivery_fn *each,
    void *context) {
    struct store_sql_call call = store_sql_begin(store, only ? SQL_DELIVERY_AT : SQL_DELIVERIES);
    store_sql_int(&call, only ? only : after);
    if (!only) store_sql_int(&call, limit);
    while (store_sql_step(&call)) {
        if (each(context, store_sql_column_int(&call, 0), store_sql_column_text(&call, 1)))
            continue;
        store_sql_end(&call);
        return;
    }
}
