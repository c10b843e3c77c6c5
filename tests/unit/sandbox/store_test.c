// The store: bounds, rollback, and failures that stick until the commit.
#include "sandbox/store.h"

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

static void a_message_is_found_until_it_leaves_the_window(void **state) {
    struct store *store = open_store();
    add_event(store, 1, "old");
    add_event(store, STORE_EVENTS_KEPT - 10, "young");
    commit(store);
    assert_int_equal(store_find_message(store, STR("old")), 1);
    add_event(store, STORE_EVENTS_KEPT + 20000, "newest");
    for (int turn = 0; turn < 10; turn++)
        store_trim(store, 0);
    commit(store);
    assert_int_equal(store_find_message(store, STR("old")), 0);
    assert_true(store_find_message(store, STR("young")) > 0);
    assert_true(store_find_message(store, STR("newest")) > 0);
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
    assert_int_equal(store_last_sequence(store), 2);
    struct buf value = {0};
    assert_false(store_get_meta(store, "key", &value));
    buf_release(&value);
    store_close(store);
    (void)state;
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
    cmocka_unit_test(a_message_is_found_until_it_leaves_the_window),
    cmocka_unit_test(deliveries_are_bounded),
    cmocka_unit_test(rolling_back_undoes_all_but_used_numbers),
    cmocka_unit_test(a_failed_write_is_reported_by_the_commit_alone),
    cmocka_unit_test(a_session_may_be_read_twice_in_a_row),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
