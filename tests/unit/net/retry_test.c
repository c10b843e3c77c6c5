// retry — the policy as a function of outcome, time and chance.
#include "support/test.h"

#include "net/retry.h"

#define WALL_MS INT64_C(1714564800000) // Wed, 01 May 2024 12:00:00 GMT

static struct response reply(int status, const char *name, const char *value) {
    struct response response = {.status = status};
    if (name) headers_add(&response.headers, str_from(name), str_from(value));
    return response;
}

static const struct retry_times roomy = {
    .now_ms = 1000, .deadline_ms = 1000000, .wall_ms = WALL_MS};

static int64_t delay_of(
    const struct retry_policy *policy, struct retry_outcome outcome, struct retry_times times) {
    struct rng rng;
    rng_seed(&rng, 7);
    return retry_delay_ms(policy, &outcome, times, &rng);
}

static void retry_repeats_only_what_may_pass(void **state) {
    static const struct {
        int status;
        enum error_code error;
        bool repeats;
    } cases[] = {
        {.status = 200},
        {.status = 400},
        {.status = 401},
        {.status = 403},
        {.status = 404},
        {.status = 501},
        {.status = 505},
        {.status = 408, .repeats = true},
        {.status = 429, .repeats = true},
        {.status = 500, .repeats = true},
        {.status = 502, .repeats = true},
        {.status = 503, .repeats = true},
        {.status = 504, .repeats = true},
        {.error = ERROR_UNREACHABLE, .repeats = true},
        {.error = ERROR_TIMEOUT, .repeats = true},
        {.error = ERROR_LIMIT},
        {.error = ERROR_INVALID},
        {.error = ERROR_CANCELLED},
        {.error = ERROR_CONFIG},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct response response = reply(cases[i].status, NULL, NULL);
        const int64_t delay_ms = delay_of(
            &retry_standard,
            (struct retry_outcome){
                .attempt = 1,
                .response = cases[i].status ? &response : NULL,
                .error = cases[i].error},
            roomy);
        print_message("status %d, error %s\n", cases[i].status, error_code_name(cases[i].error));
        assert_int_equal(delay_ms != RETRY_GIVE_UP, cases[i].repeats);
    }
}

static void retry_ends_after_the_last_attempt(void **state) {
    (void)state;
    const struct retry_outcome second = {.attempt = 2, .error = ERROR_UNREACHABLE};
    const struct retry_outcome third = {.attempt = 3, .error = ERROR_UNREACHABLE};
    assert_true(delay_of(&retry_standard, second, roomy) >= 0);
    assert_int_equal(delay_of(&retry_standard, third, roomy), RETRY_GIVE_UP);
}

static void retry_of_what_must_not_repeat_needs_proof_that_nothing_was_done(void **state) {
    struct retry_policy policy = retry_standard;
    policy.is_unsent_only = true;
    struct response busy = reply(429, NULL, NULL);
    struct response broken = reply(502, NULL, NULL);
    (void)state;
    assert_true(
        delay_of(
            &policy, (struct retry_outcome){.attempt = 1, .error = ERROR_UNREACHABLE}, roomy) >= 0);
    assert_true(
        delay_of(
            &policy, (struct retry_outcome){.attempt = 1, .response = &busy, .was_sent = true},
            roomy) >= 0);
    assert_int_equal(
        delay_of(
            &policy, (struct retry_outcome){.attempt = 1, .error = ERROR_TIMEOUT, .was_sent = true},
            roomy),
        RETRY_GIVE_UP);
    assert_int_equal(
        delay_of(
            &policy, (struct retry_outcome){.attempt = 1, .response = &broken, .was_sent = true},
            roomy),
        RETRY_GIVE_UP);
}

static void retry_spreads_delays_below_a_doubling_ceiling(void **state) {
    struct rng rng;
    (void)state;
    rng_seed(&rng, 42);
    for (int attempt = 1; attempt <= 12; attempt++) {
        int64_t least_ms = INT64_MAX, most_ms = 0;
        int64_t ceiling_ms = INT64_C(50) << (attempt - 1);
        if (ceiling_ms > 20000) ceiling_ms = 20000;
        for (int i = 0; i < 2000; i++) {
            const int64_t delay_ms = retry_backoff_ms(50, 20000, attempt, &rng);
            if (delay_ms < least_ms) least_ms = delay_ms;
            if (delay_ms > most_ms) most_ms = delay_ms;
        }
        assert_true(most_ms <= ceiling_ms);
        assert_true(most_ms > ceiling_ms * 9 / 10); // the whole range is used
        assert_true(least_ms < ceiling_ms / 10);
    }
    assert_int_equal(retry_backoff_ms(0, 100, 3, &rng), 0);
}

static void retry_is_the_same_for_the_same_seed(void **state) {
    const struct retry_outcome outcome = {.attempt = 2, .error = ERROR_UNREACHABLE};
    (void)state;
    assert_int_equal(
        delay_of(&retry_standard, outcome, roomy), delay_of(&retry_standard, outcome, roomy));
}

static void retry_reads_what_servers_say(void **state) {
    static const struct {
        const char *name, *value;
        int64_t delay_ms; // -1: not readable
    } cases[] = {
        {.name = "Retry-After", .value = "2", .delay_ms = 2000},
        {.name = "retry-after", .value = " 1.5 ", .delay_ms = 1500},
        {.name = "Retry-After", .value = "0", .delay_ms = 0},
        {.name = "Retry-After", .value = "Wed, 01 May 2024 12:00:05 GMT", .delay_ms = 5000},
        {.name = "Retry-After", .value = "Wed, 01 May 2024 11:00:00 GMT", .delay_ms = 0},
        {.name = "Retry-After", .value = "99999999999999999999", .delay_ms = 86400000},
        {.name = "Retry-After", .value = "-3", .delay_ms = -1},
        {.name = "Retry-After", .value = "soon", .delay_ms = -1},
        {.name = "Retry-After", .value = "", .delay_ms = -1},
        {.name = "Retry-After", .value = "nan", .delay_ms = -1},
        {.name = "X-RateLimit-Reset", .value = "4", .delay_ms = 4000},
        {.name = "X-RateLimit-Reset", .value = "1714564810", .delay_ms = 10000},
        {.name = "X-Other", .value = "4", .delay_ms = -1},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct response response = reply(429, cases[i].name, cases[i].value);
        int64_t delay_ms = -1;
        print_message("%s: %s\n", cases[i].name, cases[i].value);
        assert_int_equal(
            retry_server_delay(&response.headers, WALL_MS, &delay_ms), cases[i].delay_ms >= 0);
        assert_int_equal(delay_ms, cases[i].delay_ms);
        response_release(&response);
    }
}

static void retry_obeys_the_server_up_to_the_cap(void **state) {
    struct response patient = reply(503, "Retry-After", "7");
    struct response endless = reply(429, "Retry-After", "5000");
    (void)state;
    assert_int_equal(
        delay_of(
            &retry_standard, (struct retry_outcome){.attempt = 1, .response = &patient}, roomy),
        7000);
    assert_int_equal(
        delay_of(
            &retry_standard, (struct retry_outcome){.attempt = 1, .response = &endless}, roomy),
        300000);
    response_release(&patient);
    response_release(&endless);
}

static void retry_gives_up_when_the_delay_would_pass_the_deadline(void **state) {
    struct response patient = reply(429, "Retry-After", "7");
    const struct retry_outcome outcome = {.attempt = 1, .response = &patient};
    (void)state;
    assert_int_equal(
        delay_of(
            &retry_standard, outcome,
            (struct retry_times){.now_ms = 1000, .deadline_ms = 8000, .wall_ms = WALL_MS}),
        RETRY_GIVE_UP);
    assert_int_equal(
        delay_of(
            &retry_standard, outcome,
            (struct retry_times){.now_ms = 1000, .deadline_ms = 8001, .wall_ms = WALL_MS}),
        7000);
    response_release(&patient);
}

static void retry_waits_longer_when_throttled(void **state) {
    struct response quota = reply(400, NULL, NULL);
    struct rng rng;
    int64_t most_ms = 0;
    (void)state;
    rng_seed(&rng, 1);
    for (int i = 0; i < 500; i++) {
        const int64_t delay_ms = retry_delay_ms(
            &retry_standard,
            &(struct retry_outcome){.attempt = 1, .response = &quota, .is_throttled = true}, roomy,
            &rng);
        assert_true(delay_ms >= 0 && delay_ms <= 1000);
        if (delay_ms > most_ms) most_ms = delay_ms;
    }
    assert_true(most_ms > 500);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(retry_repeats_only_what_may_pass),
    cmocka_unit_test(retry_ends_after_the_last_attempt),
    cmocka_unit_test(retry_of_what_must_not_repeat_needs_proof_that_nothing_was_done),
    cmocka_unit_test(retry_spreads_delays_below_a_doubling_ceiling),
    cmocka_unit_test(retry_is_the_same_for_the_same_seed),
    cmocka_unit_test(retry_reads_what_servers_say),
    cmocka_unit_test(retry_obeys_the_server_up_to_the_cap),
    cmocka_unit_test(retry_gives_up_when_the_delay_would_pass_the_deadline),
    cmocka_unit_test(retry_waits_longer_when_throttled),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
