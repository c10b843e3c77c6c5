// The store: bounds, rollback, and failures that stick until the commit.
#include "sandbox/store.h"

#include "base/memory.h"
#include "support/temp_folder.h"
#include "support/test.h"

static struct store *open_store(void) {
    struct store *store = NULL;
    struct error err = {0};
    assert_ok(store_open(NULL, &store, &err), err);
    return store;
}

static void add_event(struct store *store, int64_t sequence, const char *message_id) {
    store_add_event(
        store, &(struct store_event){
                   .sequence = sequence, .message_id = str_from(message_id), .body = STR("{}")});
}

static void commit(struct store *store) {
    struct error err = {0};
    assert_ok(store_commit(store, &err), err);
}

static bool count_event(void *context, const struct store_event *event) {
    (void)event;
    ++*(int *)context;
    return true;
}

static int count_of_message(struct store *store, const char *message_id) {
    int count = 0;
    const struct store_event_query query = {
        .source = -1, .message_id = str_from(message_id), .limit = 100};
    store_each_event(store, &query, count_event, &count);
    return count;
}

static void a_message_is_known_longer_than_its_event_is_kept(void **state) {
    struct store *store = open_store();
    add_event(store, 1, "old");
    add_event(store, STORE_EVENTS_KEPT - 10, "young");
    commit(store);
    assert_int_equal(count_of_message(store, "old"), 1);
    add_event(store, STORE_EVENTS_KEPT + 20000, "newest");
    for (int turn = 0; turn < 10; turn++)
        store_trim(store, 0);
    commit(store);
    assert_int_equal(count_of_message(store, "old"), 0);
    assert_int_equal(count_of_message(store, "young"), 1);
    assert_int_equal(store_find_message(store, STR("old")), 1);
    assert_int_equal(store_find_message(store, STR("young")), STORE_EVENTS_KEPT - 10);
    assert_int_equal(store_find_message(store, STR("never")), 0);
    store_close(store);
    (void)state;
}

static void add_numbered(struct store *store, int64_t from, int64_t to) {
    char id[32];
    for (int64_t i = from; i <= to; i++) {
        (void)snprintf(id, sizeof(id), "message-%d", (int)i);
        add_event(store, i, id);
        if (i % 1000 == 0) store_trim(store, 0);
    }
    commit(store);
}

static void at_rest_it_lets_go_of_its_cache_and_nothing_else(void **state) {
    struct temp_folder folder = temp_folder_make();
    struct store *store = NULL;
    struct error err = {0};
    assert_ok(store_open(folder.path, &store, &err), err);
    add_numbered(store, 1, 3000);
    assert_true(store_rest(store) > 100000);
    assert_int_equal(store_rest(store), 0);
    assert_int_equal(store_find_message(store, STR("message-2999")), 2999);
    assert_int_equal(count_of_message(store, "message-2999"), 1);
    add_numbered(store, 3001, 3002);
    assert_int_equal(store_count_events(store), 3002);
    store_close(store);
    temp_folder_remove(&folder);
    (void)state;
}

static void check_window(struct store *store, int64_t last) {
    char id[32];
    const int64_t sure = last - STORE_MESSAGES_KEPT + 1;
    const int64_t probes[] = {sure, sure + 1, (sure + last) / 2, last - 1, last};
    for (size_t i = 0; i < ARRAY_COUNT(probes); i++) {
        (void)snprintf(id, sizeof(id), "message-%d", (int)probes[i]);
        assert_int_equal(store_find_message(store, str_from(id)), probes[i]);
    }
    assert_int_equal(store_find_message(store, STR("message-1")), 0);
    for (int64_t i = 1; i <= last; i += 997) { // runs of full size
        (void)snprintf(id, sizeof(id), "message-%d", (int)i);
        assert_true(store_knows_message(store, str_from(id)));
        (void)snprintf(id, sizeof(id), "other-%d", (int)i);
        assert_false(store_knows_message(store, str_from(id)));
    }
}

static void the_window_of_duplicates_survives_a_restart(void **state) {
    struct temp_folder folder = temp_folder_make();
    struct store *store = NULL;
    struct error err = {0};
    const int64_t last = 2 * (int64_t)STORE_MESSAGES_KEPT + 5000;
    assert_ok(store_open(folder.path, &store, &err), err);
    add_numbered(store, 1, last);
    check_window(store, last);
    assert_true(store_count_events(store) <= STORE_EVENTS_KEPT + 5000);
    assert_int_equal(store_event_bytes(store), 2 * store_count_events(store)); // "{}" each
    const int64_t bytes = store_event_bytes(store);
    store_close(store);
    assert_ok(store_open(folder.path, &store, &err), err);
    check_window(store, last);
    assert_int_equal(store_event_bytes(store), bytes);
    store_close(store);
    temp_folder_remove(&folder);
    (void)state;
}

static void events_are_bounded_by_size_too(void **state) {
    struct store *store = open_store();
    const size_t size = 30000;
    char *body = mem_zeroed(size, 1);
    memset(body, ' ', size);
    const int64_t enough = STORE_EVENT_BYTES_KEPT_IN_MEMORY / (int64_t)size + 2500;
    for (int64_t i = 1; i <= enough; i++) {
        store_add_event(
            store, &(struct store_event){
                       .sequence = i, .message_id = STR("m"), .body = {.ptr = body, .len = size}});
        store_trim(store, 0);
        if (i % 100 == 0) commit(store);
    }
    commit(store);
    assert_true(
        store_event_bytes(store) <= STORE_EVENT_BYTES_KEPT_IN_MEMORY + 1000 * (int64_t)size);
    assert_true(store_count_events(store) < enough - 1000);
    store_hold_events(store, enough - store_count_events(store) + 1); // the oldest of them
    for (int64_t i = enough + 1; i <= enough + 2100; i++) {
        store_add_event(
            store, &(struct store_event){
                       .sequence = i, .message_id = STR("m"), .body = {.ptr = body, .len = size}});
        store_trim(store, 0);
    }
    assert_true(store_event_bytes(store) > STORE_EVENT_BYTES_KEPT_IN_MEMORY + 1000 * (int64_t)size);
    mem_free(body);
    store_close(store);
    (void)state;
}

static void a_refused_message_makes_no_duplicate(void **state) {
    struct store *store = open_store();
    for (int64_t i = 1; i <= 5000; i++) { // … however often it comes
        store_add_event(
            store, &(struct store_event){
                       .sequence = i, .discard = 3, .message_id = STR("m"), .body = STR("{}")});
    }
    assert_int_equal(store_find_message(store, STR("m")), 0);
    assert_true(count_of_message(store, "m") > 0);
    add_event(store, 5001, "m");
    assert_int_equal(store_find_message(store, STR("m")), 5001);
    commit(store);
    store_close(store);
    (void)state;
}

static bool note_interaction(void *context, const struct store_interaction *interaction) {
    int64_t *range = context;
    if (!range[0]) range[0] = interaction->sequence;
    range[1] = interaction->sequence;
    return true;
}

static void interactions_go_only_when_a_snapshot_has_them(void **state) {
    struct store *store = open_store();
    const int64_t count = STORE_INTERACTIONS_KEPT_IN_MEMORY + 20000;
    const struct store_interaction row = {.user = STR("u"), .item = STR("i")};
    for (int64_t i = 0; i < count; i++)
        store_add_interaction(store, &row);
    for (int turn = 0; turn < 10; turn++)
        store_trim(store, 0);
    int64_t range[2] = {0};
    store_each_interaction(store, 0, note_interaction, range);
    assert_int_equal(range[0], 1);
    store_let_go_interactions(store, 9000);
    for (int turn = 0; turn < 10; turn++)
        store_trim(store, 0);
    range[0] = 0;
    store_each_interaction(store, 0, note_interaction, range);
    assert_true(range[0] > 1 && range[0] <= 9001);
    assert_int_equal(range[1], count);
    commit(store);
    store_close(store);
    (void)state;
}

static bool count_delivery(void *context, int64_t sequence, struct str record) {
    (void)sequence, (void)record;
    ++*(int *)context;
    return true;
}

static void deliveries_are_bounded(void **state) {
    struct store *store = open_store();
    for (int64_t i = 1; i <= 3 * STORE_DELIVERIES_KEPT; i++) {
        store_add_delivery(store, i, STR("{}"));
        store_trim(store, 0);
    }
    commit(store);
    int count = 0;
    store_each_delivery(store, 0, 0, 1 << 20, count_delivery, &count);
    assert_true(count >= STORE_DELIVERIES_KEPT && count <= 2 * STORE_DELIVERIES_KEPT);
    count = 0;
    store_each_delivery(store, 3 * STORE_DELIVERIES_KEPT - 5, 0, 3, count_delivery, &count);
    assert_int_equal(count, 3);
    store_close(store);
    (void)state;
}

static void rolling_back_undoes_all_but_used_numbers(void **state) {
    struct store *store = open_store();
    add_event(store, 1, "kept");
    commit(store);
    add_event(store, 2, "undone");
    store_add_interaction(store, &(struct store_interaction){.user = STR("u"), .item = STR("i")});
    store_set_meta(store, "key", STR("value"));
    store_rollback(store);
    assert_false(store_is_writing(store));
    assert_int_equal(store_find_message(store, STR("kept")), 1);
    assert_int_equal(store_find_message(store, STR("undone")), 0);
    assert_int_equal(store_last_interaction(store), 0);
    assert_int_equal(store_last_sequence(store), 1); // nobody was told of number 2
    assert_int_equal(store_count_events(store), 1);
    struct buf value = {0};
    assert_false(store_get_meta(store, "key", &value));
    buf_release(&value);
    store_close(store);
    (void)state;
}

static void put_email(struct store *store, int64_t profile, const char *email) {
    store_put_identifier(
        store, &(struct store_identifier){
                   .profile = profile,
                   .type = STR("email"),
                   .key = str_from(email),
                   .value = str_from(email)});
}

static int64_t find_email(struct store *store, const char *email) {
    return store_find_identifier(store, STR("email"), str_from(email));
}

static void an_identifier_looked_up_before_follows_its_profile(void **state) {
    (void)state;
    struct store *store = open_store();
    const int64_t ann = store_add_profile(store, &(struct store_profile){.created_at_ms = 1});
    put_email(store, ann, "ann@example.org");
    assert_int_equal(find_email(store, "ann@example.org"), ann);
    commit(store);
    const int64_t bob = store_add_profile(store, &(struct store_profile){.created_at_ms = 2});
    assert_int_equal(find_email(store, "bob@example.org"), 0); // and is looked for again
    put_email(store, bob, "bob@example.org");
    assert_int_equal(find_email(store, "bob@example.org"), bob);
    store_merge_profiles(store, ann, bob, false);
    assert_int_equal(find_email(store, "ann@example.org"), bob);
    store_rollback(store);
    assert_int_equal(find_email(store, "ann@example.org"), ann);
    assert_int_equal(find_email(store, "bob@example.org"), 0);
    assert_int_equal(store_find_identifier(store, STR("emai"), STR("lann@example.org")), 0);
    store_clear(store);
    assert_int_equal(find_email(store, "ann@example.org"), 0);
    store_close(store);
}

static void a_failed_write_is_reported_by_the_commit_alone(void **state) {
    struct store *store = open_store();
    struct error err = {0};
    add_event(store, 1, "one");
    add_event(store, 1, "the same sequence"); // breaks the primary key
    add_event(store, 2, "two");
    assert_false(store_commit(store, &err));
    assert_int_equal(err.code, ERROR_IO);
    assert_contains(str_from(err.hint), "data folder");
    assert_int_equal(store_find_message(store, STR("one")), 0);
    assert_int_equal(store_find_message(store, STR("two")), 0);
    add_event(store, 3, "three"); // and goes on
    commit(store);
    assert_int_equal(store_find_message(store, STR("three")), 3);
    store_close(store);
    (void)state;
}

static void a_session_may_be_read_twice_in_a_row(void **state) {
    struct store *store = open_store();
    struct store_session session;
    store_add_session(
        store, &(struct store_session){
                   .access_key_id = STR("ASIA"),
                   .secret = STR("s"),
                   .token = STR("t"),
                   .role_name = STR("r"),
                   .session_name = STR("n"),
                   .expires_at_s = 7});
    for (int i = 0; i < 3; i++) {
        assert_true(store_get_session(store, STR("ASIA"), &session));
        assert_str(session.role_name, "r");
        assert_int_equal(session.expires_at_s, 7);
    }
    assert_false(store_get_session(store, STR("AKIA"), &session));
    commit(store);
    store_close(store);
    (void)state;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_message_is_known_longer_than_its_event_is_kept),
    cmocka_unit_test(at_rest_it_lets_go_of_its_cache_and_nothing_else),
    cmocka_unit_test(the_window_of_duplicates_survives_a_restart),
    cmocka_unit_test(events_are_bounded_by_size_too),
    cmocka_unit_test(a_refused_message_makes_no_duplicate),
    cmocka_unit_test(interactions_go_only_when_a_snapshot_has_them),
    cmocka_unit_test(deliveries_are_bounded),
    cmocka_unit_test(rolling_back_undoes_all_but_used_numbers),
    cmocka_unit_test(an_identifier_looked_up_before_follows_its_profile),
    cmocka_unit_test(a_failed_write_is_reported_by_the_commit_alone),
    cmocka_unit_test(a_session_may_be_read_twice_in_a_row),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
