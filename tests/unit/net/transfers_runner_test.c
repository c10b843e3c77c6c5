// transfers_runner — many tasks on one runner: side by side, cancelled, with timers, woken from outside.
#include "probe.h"

#include "base/clock.h"

#include <pthread.h>

static void transfers_share_connections_between_tasks(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200}, {.status = 200}, {.status = 200}};
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    struct transfers *transfers = transfers_new(NULL);
    struct error err;
    (void)state;
    for (int i = 0; i < 3; i++) {
        CLEANUP(probe_release) struct probe probe = {0};
        probe_init(&probe, server);
        assert_ok(task_run_on(transfers, &probe.task, NULL, NULL, &err), err);
    }
    assert_int_equal(loopback_request_count(server), 3);
    assert_int_equal(loopback_connection_count(server), 1);
    transfers_free(transfers);
    loopback_stop(server);
}

static void transfers_run_tasks_side_by_side(void **state) {
    static const struct loopback_exchange script[] = {
        {.after = LOOPBACK_HOLD}, {.status = 200, .body = "second"}};
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    struct transfers *transfers = transfers_new(NULL);
    CLEANUP(probe_release) struct probe stuck = {0};
    CLEANUP(probe_release) struct probe quick = {0};
    (void)state;
    probe_init(&stuck, server);
    probe_init(&quick, server);
    transfers_start(transfers, &stuck.task);
    while (loopback_request_count(server) < 1)
        assert_true(transfers_run_once(transfers, 10));
    transfers_start(transfers, &quick.task);
    assert_int_equal(transfers_count(transfers), 2);
    while (!quick.done)
        assert_true(transfers_run_once(transfers, -1));
    assert_str(buf_str(&quick.reply), "second");
    assert_int_equal(stuck.done, 0);
    assert_int_equal(transfers_count(transfers), 1);
    transfers_free(transfers); // ends the other
    assert_int_equal(stuck.cancelled, 1);
    assert_int_equal(stuck.done, 1);
    assert_int_equal(stuck.freed, 1);
    assert_int_equal(stuck.outcome.code, ERROR_CANCELLED);
    loopback_stop(server);
}

static void transfers_cancel_a_request_under_way(void **state) {
    static const struct loopback_exchange script[] = {{.after = LOOPBACK_HOLD}};
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    struct transfers *transfers = transfers_new(NULL);
    CLEANUP(probe_release) struct probe probe = {0};
    (void)state;
    probe_init(&probe, server);
    transfers_start(transfers, &probe.task);
    while (loopback_request_count(server) < 1)
        assert_true(transfers_run_once(transfers, 10));
    transfers_cancel(transfers, &probe.task);
    assert_true(transfers_run_once(transfers, -1));
    assert_int_equal(probe.cancelled, 1);
    assert_int_equal(probe.answered, 0);
    assert_int_equal(probe.outcome.code, ERROR_CANCELLED);
    assert_int_equal(probe.freed, 1);
    transfers_cancel(transfers, &probe.task); // gone: nothing happens
    assert_true(transfers_run_once(transfers, 0));
    transfers_free(transfers);
    loopback_stop(server);
}

static void transfers_cancel_before_the_first_step(void **state) {
    struct transfers *transfers = transfers_new(NULL);
    CLEANUP(probe_release) struct probe probe = {.wait_ms = 1000};
    (void)state;
    probe_init(&probe, NULL);
    transfers_start(transfers, &probe.task);
    transfers_cancel(transfers, &probe.task);
    assert_true(transfers_run_once(transfers, 0));
    assert_int_equal(probe.begun, 0);
    assert_int_equal(probe.cancelled, 0);
    assert_int_equal(probe.outcome.code, ERROR_CANCELLED);
    transfers_free(transfers);
}

static void transfers_cancel_between_two_attempts(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 503, .headers = "Retry-After: 9\r\n"}};
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    struct transfers *transfers = transfers_new(NULL);
    CLEANUP(probe_release)
    struct probe probe = {.options = {.retry = TASK_RETRY_TRANSIENT, .timeout_ms = 60000}};
    (void)state;
    probe_init(&probe, server);
    transfers_start(transfers, &probe.task);
    while (loopback_request_count(server) < 1)
        assert_true(transfers_run_once(transfers, 10));
    for (int i = 0; i < 20; i++)
        assert_true(transfers_run_once(transfers, 1)); // the answer is taken; the pause begins
    transfers_cancel(transfers, &probe.task);
    assert_true(transfers_run_once(transfers, -1));
    assert_int_equal(probe.done, 1);
    assert_int_equal(probe.outcome.code, ERROR_CANCELLED);
    transfers_free(transfers);
    loopback_stop(server);
}

static void transfers_keep_timers(void **state) {
    struct transfers *transfers = transfers_new(NULL);
    CLEANUP(probe_release) struct probe probe = {.wait_ms = 20};
    (void)state;
    probe_init(&probe, NULL);
    const int64_t before_ms = clock_monotonic_ms();
    transfers_start(transfers, &probe.task);
    while (!probe.done)
        assert_true(transfers_run_once(transfers, -1));
    assert_true(clock_monotonic_ms() - before_ms >= 20);
    assert_int_equal(probe.timed, 1);
    assert_int_equal(probe.outcome.code, ERROR_NONE);
    transfers_free(transfers);
}

static void transfers_let_a_step_start_another_task(void **state) {
    static const struct loopback_exchange script[] = {{.status = 200}, {.status = 200}};
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    struct transfers *transfers = transfers_new(NULL);
    CLEANUP(probe_release) struct probe first = {.transfers = transfers};
    CLEANUP(probe_release) struct probe second = {0};
    (void)state;
    probe_init(&first, server);
    probe_init(&second, server);
    first.starts = &second.task;
    transfers_start(transfers, &first.task);
    while (!second.done)
        assert_true(transfers_run_once(transfers, -1));
    assert_int_equal(first.freed, 1);
    assert_int_equal(second.status, 200);
    transfers_free(transfers);
    loopback_stop(server);
}

static void *wake_it(void *context) {
    transfers_wake(context);
    return NULL;
}

static void transfers_wake_from_another_thread(void **state) {
    struct transfers *transfers = transfers_new(NULL);
    pthread_t thread;
    (void)state;
    // Whichever comes first, the sleep or the wake: it returns, or the test hangs and fails.
    for (int i = 0; i < 50; i++) {
        assert_int_equal(pthread_create(&thread, NULL, wake_it, transfers), 0);
        assert_true(transfers_run_once(transfers, -1));
        pthread_join(thread, NULL);
    }
    transfers_free(transfers);
}

static bool is_begun(void *context) {
    return ((struct probe *)context)->begun > 0;
}

static void task_run_asks_whether_to_stop(void **state) {
    static const struct loopback_exchange script[] = {{.after = LOOPBACK_HOLD}};
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    CLEANUP(probe_release) struct probe probe = {0};
    struct error err = {0};
    (void)state;
    probe_init(&probe, server);
    assert_false(task_run(&probe.task, NULL, is_begun, &probe, &err));
    assert_int_equal(err.code, ERROR_CANCELLED);
    assert_int_equal(probe.done, 1);
    assert_int_equal(probe.freed, 1);
    loopback_stop(server);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(transfers_share_connections_between_tasks),
    cmocka_unit_test(transfers_run_tasks_side_by_side),
    cmocka_unit_test(transfers_cancel_a_request_under_way),
    cmocka_unit_test(transfers_cancel_before_the_first_step),
    cmocka_unit_test(transfers_cancel_between_two_attempts),
    cmocka_unit_test(transfers_keep_timers),
    cmocka_unit_test(transfers_let_a_step_start_another_task),
    cmocka_unit_test(transfers_wake_from_another_thread),
    cmocka_unit_test(task_run_asks_whether_to_stop),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
