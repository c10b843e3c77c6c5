// The rows of deliveries that are not over.
#include "sandbox/store_queue.h"

#include "support/test.h"

static struct store *open_store(void) {
    struct store *store = NULL;
    struct error err = {0};
    assert_ok(store_open(NULL, &store, &err), err);
    return store;
}

static void put(struct store *store, int64_t sequence, int64_t due_ms) {
    store_put_queued(
        store, &(struct store_queued){
                   .sequence = sequence,
                   .source = 1,
                   .type = 2,
                   .user_id = STR("u"),
                   .message_id = STR("m"),
                   .body = STR("{\"a\":\"\xc3\xa4\"}"),
                   .received_at_ms = 5,
                   .attempts = 1,
                   .first_ms = 6,
                   .due_ms = due_ms});
}

struct seen {
    int64_t sequences[8];
    size_t count;
    struct store_queued last; // its texts are gone
    bool has_body;
};

static bool note(void *context, const struct store_queued *row) {
    struct seen *seen = context;
    seen->sequences[seen->count++] = row->sequence;
    seen->last = *row;
    seen->has_body = str_equal(row->body, STR("{\"a\":\"\xc3\xa4\"}"));
    return seen->count < 8;
}

static void what_is_due_comes_the_longest_waiting_first(void **state) {
    struct store *store = open_store();
    struct seen seen = {0};
    (void)state;
    put(store, 1, 300);
    put(store, 2, 100);
    put(store, 3, 100);
    put(store, 4, 999);
    put(store, 5, STORE_QUEUE_UNDER_WAY);
    assert_int_equal(store_next_due_ms(store), 100);
    store_each_due(store, 300, 10, note, &seen);
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.sequences[0], 2);
    assert_int_equal(seen.sequences[1], 3);
    assert_int_equal(seen.sequences[2], 1);
    assert_true(seen.has_body);
    assert_int_equal(seen.last.received_at_ms, 5);
    assert_int_equal(seen.last.first_ms, 6);
    seen = (struct seen){0};
    store_each_due(store, 300, 2, note, &seen);
    assert_int_equal(seen.count, 2);
    store_close(store);
}

static void rows_are_counted_changed_and_removed(void **state) {
    struct store *store = open_store();
    struct seen seen = {0};
    (void)state;
    assert_int_equal(store_next_due_ms(store), STORE_QUEUE_UNDER_WAY);
    assert_int_equal(store_queued_bytes(store), 0);
    put(store, 1, 100);
    put(store, 2, 100);
    assert_int_equal(store_count_queued(store), 2);
    assert_int_equal(store_queued_bytes(store), 20); // bytes, not characters
    store_update_queued(
        store, &(struct store_queued){
                   .sequence = 1, .attempts = 4, .due_ms = 50, .last_code = STR("THROTTLED")});
    store_each_due(store, 60, 10, note, &seen);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.last.attempts, 4);
    assert_true(seen.has_body);
    assert_true(store_is_queued(store, 1));
    store_remove_queued(store, 1);
    assert_false(store_is_queued(store, 1));
    assert_int_equal(store_count_queued(store), 1);
    store_close(store);
}

static void what_was_under_way_becomes_due(void **state) {
    struct store *store = open_store();
    struct seen seen = {0};
    (void)state;
    put(store, 1, STORE_QUEUE_UNDER_WAY);
    put(store, 2, 500);
    store_requeue_under_way(store, 70);
    store_each_due(store, 100, 10, note, &seen);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.sequences[0], 1);
    store_clear(store);
    assert_int_equal(store_count_queued(store), 0);
    store_close(store);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_due_comes_the_longest_waiting_first),
    cmocka_unit_test(rows_are_counted_changed_and_removed),
    cmocka_unit_test(what_was_under_way_becomes_due),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
