// store_profiles — the rows of profiles, identifiers, traits, sessions and named texts; see store.h.
#include "store.h"

#include "store_sql.h"

void store_set_meta(struct store *store, const char *key, struct str value) {
    struct store_sql_call call = store_sql_write(store, SQL_SET_META);
    store_sql_text(&call, str_from(key));
    store_sql_text(&call, value);
    store_sql_run(&call);
}

bool store_get_meta(struct store *store, const char *key, struct buf *out) {
    struct store_sql_call call = store_sql_begin(store, SQL_GET_META);
    store_sql_text(&call, str_from(key));
    if (!store_sql_step(&call)) return false;
    buf_add(out, store_sql_column_text(&call, 0));
    store_sql_end(&call);
    return true;
}

void store_set_meta_int(struct store *store, const char *key, int64_t value) {
    struct buf text = {0};
    buf_add_int(&text, value);
    store_set_meta(store, key, buf_str(&text));
    buf_release(&text);
}

int64_t store_get_meta_int(struct store *store, const char *key, int64_t fallback) {
    struct buf text = {0};
    int64_t value = fallback;
    if (store_get_meta(store, key, &text) && !str_parse_int64(buf_str(&text), &value))
        value = fallback;
    buf_release(&text);
    return value;
}

void store_set_snapshot(struct store *store, struct str blob) {
    struct store_sql_call call = store_sql_write(store, SQL_SET_SNAPSHOT);
    store_sql_blob(&call, blob);
    store_sql_run(&call);
}

bool store_get_snapshot(struct store *store, struct buf *out) {
    struct store_sql_call call = store_sql_begin(store, SQL_GET_SNAPSHOT);
    if (!store_sql_step(&call)) return false;
    out->limit = (size_t)1 << 30;
    buf_add(out, store_sql_column_text(&call, 0));
    store_sql_end(&call);
    return true;
}

// ---- profiles ----

int64_t store_add_profile(struct store *store, const struct store_profile *profile) {
    struct store_sql_call call = store_sql_write(store, SQL_ADD_PROFILE);
    store_sql_int(&call, store->last_profile + 1);
    store_sql_int(&call, profile->created_at_ms);
    store_sql_int(&call, profile->updated_at_ms);
    store_sql_int(&call, profile->last_sequence);
    store_sql_text(&call, profile->first_message_id);
    store_sql_text(&call, profile->last_message_id);
    store_sql_int(&call, profile->first_source);
    store_sql_int(&call, profile->last_source);
    store_sql_int(&call, profile->is_account);
    store_sql_int(&call, profile->merges);
    store_sql_run(&call);
    return ++store->last_profile;
}

bool store_get_profile(struct store *store, int64_t id, struct store_profile *out) {
    struct store_sql_call call = store_sql_begin(store, SQL_GET_PROFILE);
    store_sql_int(&call, id);
    if (!store_sql_step(&call)) return false;
    *out = (struct store_profile){
        .id = id,
        .created_at_ms = store_sql_column_int(&call, 1),
        .updated_at_ms = store_sql_column_int(&call, 2),
        .last_sequence = store_sql_column_int(&call, 3),
        .first_message_id = store_sql_column_text(&call, 4),
        .last_message_id = store_sql_column_text(&call, 5),
        .first_source = (int)store_sql_column_int(&call, 6),
        .last_source = (int)store_sql_column_int(&call, 7),
        .is_account = store_sql_column_int(&call, 8) != 0,
        .merges = store_sql_column_int(&call, 9),
    };
    return true; // left on its row: the texts live until the statement is used again
}

void store_touch_profile(struct store *store, const struct store_profile *profile) {
    struct store_sql_call call = store_sql_write(store, SQL_TOUCH_PROFILE);
    store_sql_int(&call, profile->updated_at_ms);
    store_sql_int(&call, profile->last_sequence);
    store_sql_text(&call, profile->last_message_id);
    store_sql_int(&call, profile->last_source);
    store_sql_int(&call, profile->id);
    store_sql_run(&call);
}

static void run_with(struct store *store, enum store_sql sql, int64_t first, int64_t second) {
    struct store_sql_call call = store_sql_write(store, sql);
    store_sql_int(&call, first);
    if (second) store_sql_int(&call, second);
    store_sql_run(&call);
}

int64_t store_last_profile(const struct store *store) {
    return store->last_profile;
}

void store_update_profile(struct store *store, const struct store_profile *profile) {
    struct store_sql_call call = store_sql_write(store, SQL_UPDATE_PROFILE);
    store_sql_int(&call, profile->created_at_ms);
    store_sql_text(&call, profile->first_message_id);
    store_sql_int(&call, profile->first_source);
    store_sql_int(&call, profile->merges);
    store_sql_int(&call, profile->id);
    store_sql_run(&call);
}

void store_merge_profiles(struct store *store, int64_t from, int64_t into, bool is_account) {
    run_with(store, SQL_MOVE_IDENTIFIERS, into, from);
    store_identifiers_forget(store);
    if (is_account) {
        run_with(store, SQL_MOVE_ACCOUNT_EVENTS, into, from);
        run_with(store, SQL_MOVE_LINKS_OF_ACCOUNT, into, from);
    } else {
        run_with(store, SQL_MOVE_PROFILE, into, from);
        run_with(store, SQL_MOVE_LINKS_OF_USER, into, from);
    }
    run_with(store, SQL_MOVE_MERGED, into, from);
    run_with(store, SQL_ADD_MERGED, from, into);
    run_with(store, SQL_REMOVE_PROFILE, from, 0);
}

int64_t store_find_merged(struct store *store, int64_t id) {
    struct store_sql_call call = store_sql_begin(store, SQL_FIND_MERGED);
    store_sql_int(&call, id);
    return store_sql_single(&call, 0);
}

// ---- links, and the events of accounts ----

void store_add_link(struct store *store, const struct store_link *link) {
    struct store_sql_call call = store_sql_write(store, SQL_ADD_LINK);
    store_sql_int(&call, link->user);
    store_sql_int(&call, link->account);
    store_sql_int(&call, link->source);
    store_sql_int(&call, link->created_at_ms);
    store_sql_text(&call, link->message_id);
    store_sql_run(&call);
}

void store_each_link(
    struct store *store,
    int64_t profile,
    bool is_account,
    int64_t after,
    int limit,
    store_link_fn *each,
    void *context) {
    struct store_sql_call call =
        store_sql_begin(store, is_account ? SQL_LINKS_OF_ACCOUNT : SQL_LINKS_OF_USER);
    store_sql_int(&call, profile);
    store_sql_int(&call, after);
    store_sql_int(&call, limit);
    while (store_sql_step(&call)) {
        const int64_t other = store_sql_column_int(&call, 0);
        const struct store_link row = {
            .user = is_account ? other : profile,
            .account = is_account ? profile : other,
            .source = (int)store_sql_column_int(&call, 1),
            .created_at_ms = store_sql_column_int(&call, 2),
            .message_id = store_sql_column_text(&call, 3),
        };
        if (each(context, &row)) continue;
        store_sql_end(&call);
        return;
    }
}

void store_add_account_event(
    struct store *store, int64_t account, int64_t at_ms, int64_t sequence) {
    struct store_sql_call call = store_sql_write(store, SQL_ADD_ACCOUNT_EVENT);
    store_sql_int(&call, account);
    store_sql_int(&call, at_ms);
    store_sql_int(&call, sequence);
    store_sql_run(&call);
}

// ---- identifiers ----

int64_t store_find_identifier(struct store *store, struct str type, struct str key) {
    int64_t profile = store_identifiers_get(store, type, key);
    if (profile) return profile;
    struct store_sql_call call = store_sql_begin(store, SQL_FIND_IDENTIFIER);
    store_sql_text(&call, type);
    store_sql_text(&call, key);
    profile = store_sql_single(&call, 0);
    if (profile) store_identifiers_keep(store, type, key, profile);
    return profile;
}

void store_put_identifier(struct store *store, const struct store_identifier *identifier) {
    struct store_sql_call call = store_sql_write(store, SQL_PUT_IDENTIFIER);
    store_sql_text(&call, identifier->type);
    store_sql_text(&call, identifier->key);
    store_sql_text(&call, identifier->value);
    store_sql_int(&call, identifier->profile);
    store_sql_int(&call, identifier->source);
    store_sql_int(&call, identifier->created_at_ms);
    store_sql_text(&call, identifier->message_id);
    store_sql_run(&call);
}

int64_t store_count_identifiers(struct store *store, int64_t profile, struct str type) {
    struct store_sql_call call =
        store_sql_begin(store, type.len ? SQL_COUNT_IDENTIFIERS : SQL_COUNT_ALL_IDENTIFIERS);
    store_sql_int(&call, profile);
    if (type.len) store_sql_text(&call, type);
    return store_sql_single(&call, 0);
}

void store_each_identifier(
    struct store *store, int64_t profile, store_identifier_fn *each, void *context) {
    struct store_sql_call call = store_sql_begin(store, SQL_IDENTIFIERS);
    store_sql_int(&call, profile);
    while (store_sql_step(&call)) {
        const struct store_identifier row = {
            .profile = profile,
            .type = store_sql_column_text(&call, 0),
            .key = store_sql_column_text(&call, 1),
            .value = store_sql_column_text(&call, 2),
            .source = (int)store_sql_column_int(&call, 4),
            .created_at_ms = store_sql_column_int(&call, 5),
            .message_id = store_sql_column_text(&call, 6),
        };
        if (each(context, &row)) continue;
        store_sql_end(&call);
        return;
    }
}

// ---- sessions of assumed roles ----

void store_add_session(struct store *store, const struct store_session *session) {
    struct store_sql_call call = store_sql_write(store, SQL_ADD_SESSION);
    store_sql_text(&call, session->access_key_id);
    store_sql_text(&call, session->secret);
    store_sql_text(&call, session->token);
    store_sql_text(&call, session->role_name);
    store_sql_text(&call, session->session_name);
    store_sql_int(&call, session->expires_at_s);
    store_sql_run(&call);
    run_with(store, SQL_TRIM_SESSIONS, STORE_SESSIONS_KEPT, 0);
}

bool store_get_session(struct store *store, struct str access_key_id, struct store_session *out) {
    struct store_sql_call call = store_sql_begin(store, SQL_GET_SESSION);
    store_sql_text(&call, access_key_id);
    if (!store_sql_step(&call)) return false;
    *out = (struct store_session){
        .access_key_id = store_sql_column_text(&call, 0),
        .secret = store_sql_column_text(&call, 1),
        .token = store_sql_column_text(&call, 2),
        .role_name = store_sql_column_text(&call, 3),
        .session_name = store_sql_column_text(&call, 4),
        .expires_at_s = store_sql_column_int(&call, 5),
    };
    return true; // left on its row, as in store_get_profile
}
