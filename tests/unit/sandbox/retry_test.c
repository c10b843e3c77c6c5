// When a failed delivery is tried again.
#include "sandbox/tracking/outcome.h"
#include "sandbox/tracking/retry.h"

#include "support/test.h"

static void delays_double_and_are_drawn_between_half_and_all(void **state) {
    (void)state;
    struct rng rng;
    rng_seed(&rng, 7);
    for (int64_t attempts = 1; attempts <= 8; attempts++) {
        const int64_t whole_ms = 1000 << (attempts - 1);
        int64_t least_ms = INT64_MAX, most_ms = 0;
        for (int i = 0; i < 500; i++) {
            int64_t due_ms = 0;
            const struct retry_state at = {
                .base_ms = 1000, .attempts = attempts, .first_ms = 5, .now_ms = 10};
            assert_true(retry_next(&at, &rng, &due_ms));
            const int64_t delay_ms = due_ms - 10;
            least_ms = delay_ms < least_ms ? delay_ms : least_ms;
            most_ms = delay_ms > most_ms ? delay_ms : most_ms;
        }
        assert_in_range(least_ms, whole_ms / 2, whole_ms / 2 + whole_ms / 50);
        assert_in_range(most_ms, whole_ms - whole_ms / 50, whole_ms + 1);
    }
}

static void four_hours_hold_nine_attempts_and_then_it_is_given_up(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct rng rng;
        struct retry_state at = {.attempts = 1, .first_ms = 1000, .now_ms = 1000};
        int64_t due_ms = 0;
        rng_seed(&rng, seed);
        while (retry_next(&at, &rng, &due_ms)) {
            assert_true(due_ms > at.now_ms);
            assert_true(due_ms <= at.first_ms + RETRY_LIMIT_MS);
            at.now_ms = due_ms;
            at.attempts++;
        }
        assert_in_range(at.attempts, 8, 10);
    }
}

static void a_huge_count_of_attempts_does_not_overflow(void **state) {
    (void)state;
    struct rng rng;
    int64_t due_ms = 0;
    rng_seed(&rng, 1);
    const struct retry_state at = {.base_ms = 1, .attempts = INT64_MAX, .now_ms = 1};
    (void)retry_next(&at, &rng, &due_ms);
    const struct retry_state long_ago = {
        .base_ms = INT64_MAX / 4, .attempts = 2, .first_ms = 0, .now_ms = 1};
    assert_false(retry_next(&long_ago, &rng, &due_ms));
}

static void statuses_have_the_outcome_that_segment_gives_them(void **state) {
    (void)state;
    static const struct {
        int status;
        enum outcome outcome;
        bool is_retried;
    } cases[] = {
        {400, OUTCOME_REJECTED, false},     {401, OUTCOME_DENIED, false},
        {403, OUTCOME_DENIED, false},       {404, OUTCOME_NOT_FOUND, false},
        {408, OUTCOME_TIMEOUT, true},       {413, OUTCOME_REJECTED, false},
        {429, OUTCOME_THROTTLED, true},     {500, OUTCOME_SERVICE_ERROR, true},
        {503, OUTCOME_SERVICE_ERROR, true},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%d\n", cases[i].status);
        assert_int_equal(outcome_from_status(cases[i].status), cases[i].outcome);
        assert_int_equal(outcome_get(cases[i].outcome)->is_retried, cases[i].is_retried);
    }
}

static void codes_are_found_again(void **state) {
    (void)state;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        enum outcome found = OUTCOME_COUNT;
        const struct outcome_row *row = outcome_get((enum outcome)i);
        assert_true(outcome_parse(str_from(row->code), &found));
        assert_int_equal(found, i);
        assert_true(*row->description && *row->action);
        // only what failed has an error, and only that is tried again
        assert_int_equal(*row->error != '\0', row->step == OUTCOME_STEP_FAILED);
        assert_true(row->step == OUTCOME_STEP_FAILED || !row->is_retried);
    }
    enum outcome none = OUTCOME_OK;
    assert_false(outcome_parse(STR("NOTHING"), &none));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(delays_double_and_are_drawn_between_half_and_all),
    cmocka_unit_test(four_hours_hold_nine_attempts_and_then_it_is_given_up),
    cmocka_unit_test(a_huge_count_of_attempts_does_not_overflow),
    cmocka_unit_test(statuses_have_the_outcome_that_segment_gives_them),
    cmocka_unit_test(codes_are_found_again),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
