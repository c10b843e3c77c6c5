// pace — the schedule alone, in a time of its own.
#include "delivery/pace.h"

#include "support/test.h"

// Takes all that is due, millisecond by millisecond, up to and including `to_ms`.
static uint64_t take_until(struct pace *pace, int64_t from_ms, int64_t to_ms) {
    uint64_t taken = 0;
    for (int64_t now_ms = from_ms; now_ms <= to_ms; now_ms++) {
        for (; pace_due_ms(pace) <= now_ms; taken++)
            pace_take(pace);
    }
    return taken;
}

static void the_schedule_is_exact_over_an_hour(void **state) {
    static const double rates[] = {0.5, 1, 3, 7, 33.3, 999, 1000, 1001, 12345.678};
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rates); i++) {
        struct pace pace = {0};
        pace_begin(&pace, rates[i], 1000);
        const uint64_t taken = take_until(&pace, 1000, 1000 + 3600000);
        const uint64_t wanted = (uint64_t)(rates[i] * 3600 + 1e-6) + 1; // the first is at once
        assert_true(taken == wanted);
    }
}

static void what_was_late_is_caught_up(void **state) {
    struct pace pace = {0};
    (void)state;
    pace_begin(&pace, 10, 0);
    assert_int_equal(take_until(&pace, 0, 999), 10);
    assert_int_equal(take_until(&pace, 5000, 5000), 41); // nobody asked for four seconds
    assert_int_equal(take_until(&pace, 5001, 6000), 10);
}

static void a_pause_is_not_caught_up(void **state) {
    struct pace pace = {0};
    (void)state;
    pace_begin(&pace, 10, 0);
    assert_int_equal(take_until(&pace, 0, 950), 10);
    pace_set_paused(&pace, true, 950); // half way to the next
    assert_true(pace_due_ms(&pace) == PACE_NEVER);
    pace_set_paused(&pace, false, 100000);
    assert_int_equal(pace_due_ms(&pace), 100050);
    assert_int_equal(take_until(&pace, 100000, 101000), 10);
    // nor what was owed before it
    pace_set_paused(&pace, true, 200000);
    pace_set_paused(&pace, true, 250000);
    pace_set_paused(&pace, false, 300000);
    assert_int_equal(take_until(&pace, 300000, 300099), 1);
}

static void a_rest_moves_the_schedule(void **state) {
    struct pace pace = {0};
    (void)state;
    pace_begin(&pace, 10, 0);
    assert_int_equal(take_until(&pace, 0, 999), 10);
    pace_shift(&pace, 60000);
    assert_int_equal(pace_due_ms(&pace), 61000);
    assert_int_equal(take_until(&pace, 61000, 61999), 10);
}

static void a_new_rate_counts_from_now(void **state) {
    struct pace pace = {0};
    (void)state;
    pace_begin(&pace, 0.01, 0);
    assert_int_equal(take_until(&pace, 0, 0), 1);
    assert_int_equal(pace_due_ms(&pace), 100000);
    pace_set_rate(&pace, 10, 50000); // half of the hundred seconds have passed
    assert_int_equal(pace_due_ms(&pace), 50050);
    assert_int_equal(take_until(&pace, 50000, 51000), 10);
    pace_set_rate(&pace, 0, 51000);
    assert_int_equal(pace_due_ms(&pace), 0);
    pace_set_rate(&pace, 1, 60000);
    assert_int_equal(take_until(&pace, 60000, 60999), 1);
    // asking again and again makes nothing due
    uint64_t taken = 0;
    for (int64_t now_ms = 61000; now_ms < 71000; now_ms++) {
        pace_set_rate(&pace, now_ms % 2 ? 1 : 1.001, now_ms);
        taken += take_until(&pace, now_ms, now_ms);
    }
    assert_in_range(taken, 9, 11);
}

static void a_rate_may_change_while_paused(void **state) {
    struct pace pace = {0};
    (void)state;
    pace_begin(&pace, 1, 0);
    assert_int_equal(take_until(&pace, 0, 500), 1);
    pace_set_paused(&pace, true, 500);
    pace_set_rate(&pace, 100, 700);
    assert_true(pace_due_ms(&pace) == PACE_NEVER);
    pace_set_paused(&pace, false, 1000);
    assert_int_equal(pace_due_ms(&pace), 1005);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_schedule_is_exact_over_an_hour),
    cmocka_unit_test(what_was_late_is_caught_up),
    cmocka_unit_test(a_pause_is_not_caught_up),
    cmocka_unit_test(a_rest_moves_the_schedule),
    cmocka_unit_test(a_new_rate_counts_from_now),
    cmocka_unit_test(a_rate_may_change_while_paused),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
