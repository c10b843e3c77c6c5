#include "base/memory.h"
#include "base/queue.h"
#include "support/test.h"

#include <pthread.h>
#include <stdatomic.h>

struct item {
    int source, value;
    bool is_progress;
};

#define RESULTS_PER_THREAD 2000

static atomic_int live_items;
static atomic_int wakes;

static struct item *item_new(int source, int value, bool is_progress) {
    struct item *item = MEM_NEW(struct item);
    *item = (struct item){.source = source, .value = value, .is_progress = is_progress};
    atomic_fetch_add(&live_items, 1);
    return item;
}

static void item_free(void *item) {
    if (item) atomic_fetch_sub(&live_items, 1);
    mem_free(item);
}

static bool item_same(const void *older, const void *newer) {
    const struct item *left = older;
    const struct item *right = newer;
    return left->is_progress && right->is_progress && left->source == right->source;
}

static void count_wake(void *context) {
    (void)context;
    atomic_fetch_add(&wakes, 1);
}

static struct queue *make_queue(size_t capacity) {
    atomic_store(&live_items, 0);
    atomic_store(&wakes, 0);
    return queue_new(&(struct queue_options){
        .capacity = capacity,
        .free_item = item_free,
        .same_source = item_same,
        .wake = count_wake});
}

static int pop_value(struct queue *queue) {
    struct item *item = queue_pop(queue);
    const int value = item ? item->value : -1;
    item_free(item);
    return value;
}

static void queue_push_now_refuses_when_full_and_frees(void **state) {
    (void)state;
    struct queue *queue = make_queue(2);
    assert_true(queue_push_now(queue, item_new(1, 1, false)));
    assert_true(queue_push_now(queue, item_new(1, 2, false)));
    assert_false(queue_push_now(queue, item_new(1, 3, false)));
    assert_int_equal(atomic_load(&live_items), 2);
    assert_int_equal(pop_value(queue), 1);
    assert_true(queue_push_now(queue, item_new(1, 4, false)));
    assert_int_equal(pop_value(queue), 2);
    assert_int_equal(pop_value(queue), 4);
    assert_int_equal(pop_value(queue), -1);
    queue_free(queue);
    assert_int_equal(atomic_load(&live_items), 0);
}

static void queue_push_latest_replaces_its_own_source_only(void **state) {
    (void)state;
    struct queue *queue = make_queue(3);
    assert_true(queue_push_latest(queue, item_new(1, 10, true)));
    assert_true(queue_push_now(queue, item_new(1, 20, false)));
    assert_true(queue_push_latest(queue, item_new(2, 30, true)));
    assert_true(queue_push_latest(queue, item_new(1, 11, true)));  // in the place of 10
    assert_false(queue_push_latest(queue, item_new(3, 40, true))); // full, nothing to replace
    assert_int_equal(queue_count(queue), 3);
    assert_int_equal(pop_value(queue), 11);
    assert_int_equal(pop_value(queue), 20);
    assert_int_equal(pop_value(queue), 30);
    queue_free(queue);
    assert_int_equal(atomic_load(&live_items), 0);
}

static void queue_closed_frees_pushes_and_still_gives_what_is_inside(void **state) {
    (void)state;
    struct queue *queue = make_queue(2);
    assert_true(queue_push_now(queue, item_new(1, 1, false)));
    queue_close(queue);
    assert_false(queue_push_now(queue, item_new(1, 2, false)));
    assert_false(queue_push_wait(queue, item_new(1, 3, false)));
    assert_false(queue_push_latest(queue, item_new(1, 4, true)));
    assert_int_equal(pop_value(queue), 1);
    assert_null(queue_pop_wait(queue));
    queue_free(queue);
    assert_int_equal(atomic_load(&live_items), 0);
    assert_int_equal(atomic_load(&wakes), 2); // the push and the close
}

static void queue_wakes_once_until_it_was_found_empty(void **state) {
    (void)state;
    struct queue *queue = make_queue(4);
    assert_true(queue_push_now(queue, item_new(1, 1, false)));
    assert_true(queue_push_wait(queue, item_new(1, 2, false)));
    assert_true(queue_push_latest(queue, item_new(1, 3, true)));
    assert_true(queue_push_latest(queue, item_new(1, 4, true)));
    assert_int_equal(atomic_load(&wakes), 1);
    assert_int_equal(pop_value(queue), 1);
    assert_int_equal(pop_value(queue), 2);
    assert_int_equal(pop_value(queue), 4);
    assert_true(queue_push_now(queue, item_new(1, 5, false))); // the receiver has not looked again
    assert_int_equal(atomic_load(&wakes), 1);
    assert_int_equal(pop_value(queue), 5);
    assert_int_equal(pop_value(queue), -1);
    assert_true(queue_push_now(queue, item_new(1, 6, false)));
    assert_int_equal(atomic_load(&wakes), 2);
    queue_free(queue);
}

static void queue_gives_several_at_once_and_fewer_only_when_empty(void **state) {
    (void)state;
    struct queue *queue = make_queue(4);
    void *items[3];
    for (int i = 0; i < 4; i++)
        assert_true(queue_push_now(queue, item_new(1, i, false)));
    assert_int_equal(queue_pop_some(queue, items, 3), 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(((struct item *)items[i])->value, i);
        item_free(items[i]);
    }
    assert_int_equal(queue_pop_some(queue, items, 3), 1);
    item_free(items[0]);
    assert_true(queue_push_now(queue, item_new(1, 9, false))); // it was found empty: a new wake
    assert_int_equal(atomic_load(&wakes), 2);
    queue_free(queue);
    assert_int_equal(atomic_load(&live_items), 0);
}

static void *produce_alone(void *context) {
    for (int i = 0; i < RESULTS_PER_THREAD; i++)
        if (!queue_push_wait(context, item_new(0, i, false))) abort();
    return NULL;
}

// Whoever waits for room is let in however small the queue is, and whichever way it is emptied.
static void queue_lets_waiting_pushes_in_at_every_capacity(void **state) {
    (void)state;
    for (size_t capacity = 1; capacity <= 5; capacity++) {
        struct queue *queue = make_queue(capacity);
        pthread_t thread;
        pthread_create(&thread, NULL, produce_alone, queue);
        for (int next = 0; next < RESULTS_PER_THREAD;) {
            void *items[2];
            const size_t count = queue_pop_some(queue, items, ARRAY_COUNT(items));
            for (size_t i = 0; i < count; i++) {
                assert_int_equal(((struct item *)items[i])->value, next++);
                item_free(items[i]);
            }
            if (!count && next < RESULTS_PER_THREAD) {
                struct item *item = queue_pop_wait(queue);
                assert_int_equal(item->value, next++);
                item_free(item);
            }
        }
        pthread_join(thread, NULL);
        queue_free(queue);
        assert_int_equal(atomic_load(&live_items), 0);
    }
}

struct producer {
    struct queue *queue;
    int source;
};

static void *produce(void *context) {
    const struct producer *producer = context;
    for (int i = 0; i < RESULTS_PER_THREAD; i++) {
        queue_push_latest(producer->queue, item_new(producer->source, -2, true));
        if (!queue_push_wait(producer->queue, item_new(producer->source, i, false))) abort();
    }
    return NULL;
}

static void queue_loses_no_result_and_keeps_order_between_threads(void **state) {
    (void)state;
    struct queue *queue = make_queue(8);
    struct producer producers[3];
    pthread_t threads[3];
    int next[3] = {0};
    for (int i = 0; i < 3; i++) {
        producers[i] = (struct producer){.queue = queue, .source = i};
        pthread_create(&threads[i], NULL, produce, &producers[i]);
    }
    for (int results = 0; results < 3 * RESULTS_PER_THREAD;) {
        struct item *item = queue_pop_wait(queue);
        assert_non_null(item);
        if (!item->is_progress) {
            assert_int_equal(item->value, next[item->source]++);
            results++;
        }
        item_free(item);
    }
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    queue_free(queue);
    assert_int_equal(atomic_load(&live_items), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(queue_push_now_refuses_when_full_and_frees),
    cmocka_unit_test(queue_push_latest_replaces_its_own_source_only),
    cmocka_unit_test(queue_closed_frees_pushes_and_still_gives_what_is_inside),
    cmocka_unit_test(queue_wakes_once_until_it_was_found_empty),
    cmocka_unit_test(queue_gives_several_at_once_and_fewer_only_when_empty),
    cmocka_unit_test(queue_lets_waiting_pushes_in_at_every_capacity),
    cmocka_unit_test(queue_loses_no_result_and_keeps_order_between_threads),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
