#include "walked.h"

#include "sandbox/evaluate.h"

// The project's own recommender, asked before each event of a later part: it must do far better than the most
// popular things, and those better than chance.

static const struct generator_plan plan = {
    .model = GENERATOR_SHOPPER,
    .seed = 7,
    .from_day = 17897, // 2019-01-01
    .to_day = 17897 + 59,
    .users = 300,
};

static void add_events(struct evaluate_log *log) {
    CLEANUP(generator_freep) struct generator *generator = new_generator(&plan);
    struct generator_message message;
    struct error err = {0};
    while (generator_next(generator, &message)) {
        for (size_t i = 0; i < message.product_count; i++)
            assert_ok(
                evaluate_log_add(
                    log, message.user_id, str_from(message.products[i]->sku),
                    message.timestamp_ms / 1000, &err),
                err);
    }
}

static struct evaluate_result ask(struct evaluate_log *log, enum evaluate_protocol protocol) {
    const struct evaluate_options options = {.protocol = protocol, .every = 2};
    struct evaluate_result result;
    struct error err = {0};
    assert_ok(evaluate_run(log, &options, &result, &err), err);
    assert_true(result.queries > 500);
    return result;
}

static void a_recommender_learns_the_shoppers(void **state) {
    (void)state;
    CLEANUP(evaluate_log_freep) struct evaluate_log *log = evaluate_log_new();
    add_events(log);
    const struct evaluate_result learnt = ask(log, EVALUATE_REPLAY);
    const struct evaluate_result popular = ask(log, EVALUATE_POPULAR);
    const struct evaluate_result related = ask(log, EVALUATE_RELATED);
    const double by_chance = 10.0 / CATALOG_COUNT;
    print_message(
        "HR@10 %.3f, popular %.3f, related %.3f; NDCG@10 %.3f, popular %.3f\n",
        learnt.hit_rate_at_10, popular.hit_rate_at_10, related.hit_rate_at_10, learnt.ndcg_at_10,
        popular.ndcg_at_10);
    assert_true(popular.hit_rate_at_10 > 1.3 * by_chance);
    assert_true(popular.hit_rate_at_10 < 0.5); // or there would be nothing to personalise
    assert_true(learnt.hit_rate_at_10 > 1.6 * popular.hit_rate_at_10);
    assert_true(learnt.ndcg_at_10 > 2 * popular.ndcg_at_10);
    assert_true(learnt.hit_rate_at_10 < 0.95); // shoppers surprise
    assert_true(related.hit_rate_at_10 > 1.4 * popular.hit_rate_at_10);
    assert_true(learnt.new_item_hit_rate_at_20 > 20.0 / CATALOG_COUNT);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_recommender_learns_the_shoppers),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
