// evaluate — figures checked by hand on logs small enough to do so.
#include "support/test.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/evaluate.h"

static void add(struct evaluate_log *log, const char *user, const char *item, int64_t time_s) {
    struct error err;
    assert_ok(evaluate_log_add(log, str_from(user), str_from(item), time_s, &err), err);
}

static bool is_near(double left, double right) {
    return left - right < 1e-9 && right - left < 1e-9;
}

// Twenty shoppers who look at a, then b, then c; the last four are asked about.
static struct evaluate_log *walkers(void) {
    struct evaluate_log *log = evaluate_log_new();
    for (int i = 19; i >= 0; i--) { // backwards: running sorts
        const char user[] = {(char)('A' + i), '\0'};
        add(log, user, "a", i * 100);
        add(log, user, "b", i * 100);
        add(log, user, "c", i * 100 + 2);
    }
    return log;
}

static void replay_asks_before_it_tells(void **state) {
    (void)state;
    CLEANUP(evaluate_log_freep) struct evaluate_log *log = walkers();
    const struct evaluate_options options = {.k = 1};
    struct evaluate_result result;
    struct error err;
    assert_ok(evaluate_run(log, &options, &result, &err), err);
    assert_int_equal(result.events, 60);
    assert_int_equal(result.users, 20);
    assert_int_equal(result.items, 3);
    assert_int_equal(result.cold_queries, 4);
    assert_int_equal(result.queries, 8); // b after a, c after b
    assert_true(is_near(result.hit_rate_at_5, 1));
    assert_true(is_near(result.mean_reciprocal_rank_at_25, 1));
    assert_true(is_near(result.ndcg_at_10, 1));
    assert_true(is_near(result.precision_at_5, 0.2));
    assert_true(is_near(result.precision_at_25, 0.04));
    assert_int_equal(result.new_item_queries, 8);
    assert_true(result.coverage_at_25 > 0.6);
    assert_true(result.update_us.max >= result.update_us.p50 && result.update_us.p50 > 0);
    assert_true(result.recommend_us.max > 0 && result.model_mib > 0);
}

static void ranks_below_the_first_weigh_less(void **state) {
    (void)state;
    CLEANUP(evaluate_log_freep) struct evaluate_log *log = evaluate_log_new();
    for (int i = 0; i < 12; i++) { // from x mostly to y, sometimes to z
        const char user[] = {(char)('A' + i), '\0'};
        add(log, user, "x", i * 10);
        add(log, user, i % 4 == 3 ? "z" : "y", i * 10 + 1);
    }
    const struct evaluate_options options = {.train = 0.95};
    struct evaluate_result result;
    struct error err;
    assert_ok(evaluate_run(log, &options, &result, &err), err);
    assert_int_equal(result.cold_queries, 1); // the last x …
    assert_int_equal(result.queries, 1);      // … and z, second to y
    assert_true(is_near(result.mean_reciprocal_rank_at_20, 0.5));
    assert_true(is_near(result.ndcg_at_5, 0.63092975357145743)); // 1 / log2(3)
}

static void every_thins_the_questions(void **state) {
    (void)state;
    CLEANUP(evaluate_log_freep) struct evaluate_log *log = walkers();
    const struct evaluate_options options = {.every = 3};
    struct evaluate_result result;
    struct error err;
    assert_ok(evaluate_run(log, &options, &result, &err), err);
    assert_int_equal(result.queries + result.cold_queries, 4);
}

static void leaving_the_last_out_removes_seen_items(void **state) {
    (void)state;
    CLEANUP(evaluate_log_freep) struct evaluate_log *log = walkers();
    add(log, "short", "a", 9000);
    add(log, "short", "b", 9001);
    const struct evaluate_options options = {.protocol = EVALUATE_LEAVE_LAST_OUT};
    struct evaluate_result result;
    struct error err;
    assert_ok(evaluate_run(log, &options, &result, &err), err);
    assert_int_equal(result.queries, 20); // two events are not enough
    // c was fed to nobody: it cannot be found
    assert_true(is_near(result.hit_rate_at_25, 0));
    add(log, "short", "c", 9002);
    add(log, "short", "a", 9003);
    assert_ok(evaluate_run(log, &options, &result, &err), err);
    assert_int_equal(result.queries, 21);
    assert_true(is_near(result.hit_rate_at_5, 20.0 / 21)); // a was seen, so it is removed
}

static void related_asks_within_sessions_only(void **state) {
    (void)state;
    CLEANUP(evaluate_log_freep) struct evaluate_log *log = walkers();
    add(log, "A", "b", 90000); // long after
    const struct evaluate_options options = {.protocol = EVALUATE_RELATED};
    struct evaluate_result result;
    struct error err;
    assert_ok(evaluate_run(log, &options, &result, &err), err);
    assert_int_equal(result.queries, 8);
    assert_true(is_near(result.hit_rate_at_5, 1));
}

static void popular_answers_everybody_alike(void **state) {
    (void)state;
    CLEANUP(evaluate_log_freep) struct evaluate_log *log = evaluate_log_new();
    add(log, "A", "often", 1);
    add(log, "B", "often", 2);
    add(log, "C", "often", 3);
    add(log, "A", "seldom", 4);
    add(log, "B", "never", 5);  // asked: unknown so far
    add(log, "B", "often", 6);  // asked: the first of the list
    add(log, "B", "seldom", 7); // asked: below it, whatever B is like
    const struct evaluate_options options = {.protocol = EVALUATE_POPULAR, .train = 0.58};
    struct evaluate_result result;
    struct error err;
    assert_ok(evaluate_run(log, &options, &result, &err), err);
    assert_int_equal(result.queries, 3);
    assert_true(is_near(result.hit_rate_at_5, 2.0 / 3));
    const double least = (1 + 1.0 / 3) / 3,
                 most = (1 + 1.0 / 2) / 3; // two items have one user each
    assert_in_range(
        (uint64_t)(result.mean_reciprocal_rank_at_25 * 1e6), (uint64_t)(least * 1e6),
        (uint64_t)(most * 1e6) + 1);
    assert_string_equal(evaluate_protocol_name(result.protocol), "popular");
}

static void json_has_every_figure(void **state) {
    (void)state;
    static const char *const names[] = {
        "protocol",
        "events",
        "users",
        "items",
        "queries",
        "hit_rate_at_5",
        "hit_rate_at_10",
        "hit_rate_at_20",
        "hit_rate_at_25",
        "mean_reciprocal_rank_at_20",
        "mean_reciprocal_rank_at_25",
        "normalized_discounted_cumulative_gain_at_5",
        "normalized_discounted_cumulative_gain_at_10",
        "normalized_discounted_cumulative_gain_at_25",
        "precision_at_5",
        "precision_at_10",
        "precision_at_25",
        "coverage_at_25",
        "new_item_queries",
        "new_item_hit_rate_at_20",
        "cold_queries",
        "cold_hit_rate_at_20",
        "recommend_us",
        "update_us",
        "model_mib"};
    static const char *const solution[] = {
        "coverage",
        "mean_reciprocal_rank_at_25",
        "normalized_discounted_cumulative_gain_at_5",
        "normalized_discounted_cumulative_gain_at_10",
        "normalized_discounted_cumulative_gain_at_25",
        "precision_at_5",
        "precision_at_10",
        "precision_at_25"};
    const struct evaluate_result result = {.ndcg_at_10 = 0.25, .recommend_us = {1, 2, 3}};
    CLEANUP(json_release) struct json json = {0};
    evaluate_add_json(&result, json_new_object(&json));
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        assert_non_null(json_get(json.root, names[i]));
    assert_int_equal(json_count(json.root), ARRAY_COUNT(names));
    double number = 0;
    assert_true(
        json_number(json_get(json.root, "normalized_discounted_cumulative_gain_at_10"), &number));
    assert_true(is_near(number, 0.25));
    assert_true(json_number(json_get(json_get(json.root, "recommend_us"), "p99"), &number));
    assert_true(is_near(number, 2));
    CLEANUP(json_release) struct json metrics = {0};
    evaluate_add_solution_metrics(&result, json_new_object(&metrics));
    for (size_t i = 0; i < ARRAY_COUNT(solution); i++) {
        assert_non_null(json_get(metrics.root, solution[i]));
    }
    assert_int_equal(json_count(metrics.root), ARRAY_COUNT(solution));
}

static void wrong_options_and_empty_logs_are_explained(void **state) {
    (void)state;
    CLEANUP(evaluate_log_freep) struct evaluate_log *log = evaluate_log_new();
    struct evaluate_result result;
    struct error err;
    const struct evaluate_options none = {0}, all = {.train = 1}, many = {.k = 501};
    assert_false(evaluate_run(log, &none, &result, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    assert_contains(str_from(err.hint), "more rows");
    assert_false(evaluate_run(log, &all, &result, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_contains(str_from(err.hint), "0.8");
    assert_false(evaluate_run(log, &many, &result, &err));
    assert_contains(str_from(err.hint), "1 to 500");
    assert_false(evaluate_log_add(log, STR(""), STR("i"), 0, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    enum evaluate_protocol protocol = EVALUATE_REPLAY;
    assert_true(evaluate_protocol_parse(STR("loo"), &protocol));
    assert_int_equal(protocol, EVALUATE_LEAVE_LAST_OUT);
    assert_false(evaluate_protocol_parse(STR("other"), &protocol));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(replay_asks_before_it_tells),
    cmocka_unit_test(ranks_below_the_first_weigh_less),
    cmocka_unit_test(every_thins_the_questions),
    cmocka_unit_test(leaving_the_last_out_removes_seen_items),
    cmocka_unit_test(related_asks_within_sessions_only),
    cmocka_unit_test(popular_answers_everybody_alike),
    cmocka_unit_test(json_has_every_figure),
    cmocka_unit_test(wrong_options_and_empty_logs_are_explained),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
