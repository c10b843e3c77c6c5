// recommender — what answers promise, whatever was fed.
#include "support/test.h"

#include "base/memory.h"
#include "recommender/recommender.h"
#include "shop.h"

#include <math.h>

static double sum_of_scores(const struct recommender_answer *answer) {
    double sum = 0;
    for (size_t i = 0; i < answer->count; i++) {
        const struct recommender_scored *scored = &answer->items[i];
        if (!scored->has_score) continue;
        assert_true(scored->score > 0 && isfinite(scored->score)); // NaN is not above 0
        double terms = scored->exploration;
        for (int k = 0; k < RECOMMENDER_REASON_COUNT; k++) {
            assert_true(scored->reasons[k] >= 0);
            terms += scored->reasons[k];
        }
        assert_true(fabs(terms - scored->score) < 1e-9);
        sum += scored->score;
    }
    return sum;
}

static void check_sums_to_one(const struct recommender_answer *answer) {
    double weights = 0;
    for (int k = 0; k < RECOMMENDER_REASON_COUNT; k++) {
        assert_true(answer->weights[k] >= 0);
        weights += answer->weights[k];
    }
    assert_true(fabs(weights - 1) < 1e-9);
    assert_true(fabs(sum_of_scores(answer) - 1) < 1e-6);
}

static bool holds(const struct recommender_answer *answer, const char *item) {
    for (size_t i = 0; i < answer->count; i++) {
        if (str_equal(answer->items[i].item_id, str_from(item))) return true;
    }
    return false;
}

static bool
same_items(const struct recommender_answer *left, const struct recommender_answer *right) {
    if (left->count != right->count) return false;
    for (size_t i = 0; i < left->count; i++) {
        if (left->items[i].item != right->items[i].item) return false;
    }
    return true;
}

static void scores_of_the_whole_catalogue_sum_to_one(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer answer = {0};
    shop_open(r, 0, 3000, 200, 40);
    const size_t items = recommender_stats(r).items;
    static const char *const users[] = {"user-0",  "user-1", "user-2", "user-3",
                                        "user-39", "nobody", ""};
    for (size_t i = 0; i < ARRAY_COUNT(users); i++) {
        shop_ask(r, users[i], 10000, &answer);
        assert_int_equal(answer.count, items);
        check_sums_to_one(&answer);
        for (size_t k = 1; k < answer.count; k++) {
            const struct recommender_scored *above = &answer.items[k - 1], *below = above + 1;
            assert_true(above->score >= below->score);
            if (above->score <= below->score) assert_true(above->item < below->item);
        }
    }
    recommender_answer_release(&answer);
}

static void few_best_are_the_head_of_all(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer all = {0}, few = {0};
    shop_open(r, 0, 2000, 300, 60);
    for (int user = 0; user < 62; user++) { // the last two are unknown
        struct buf id = {0};
        buf_add_format(&id, "user-%d", user);
        shop_ask(r, buf_text(&id), 10000, &all);
        for (size_t count = 1; count < 60; count += 7) {
            shop_ask(r, buf_text(&id), count, &few);
            assert_int_equal(few.count, count);
            for (size_t i = 0; i < count; i++)
                assert_int_equal(few.items[i].item, all.items[i].item);
        }
        buf_release(&id);
    }
    recommender_answer_release(&all);
    recommender_answer_release(&few);
}

static void rankings_sum_to_one_and_end_with_the_unknown(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer answer = {0};
    shop_open(r, 0, 1000, 50, 20);
    assert_int_equal(recommender_add_item(r, STR("declared")), RECOMMENDER_ACCEPTED);
    const struct str listed[] = {STR("zzz"), STR("item-3"), STR("declared"), STR("item-4"),
                                 STR("aaa"), STR("item-3"), STR("item-30")};
    const struct recommender_question question = {.user = STR("user-3")};
    recommender_rank(r, &question, listed, ARRAY_COUNT(listed), &answer);
    assert_int_equal(answer.count, 7);
    assert_true(fabs(sum_of_scores(&answer) - 1) < 1e-6);
    for (size_t i = 0; i < 4; i++) {
        assert_true(answer.items[i].has_score);
        assert_true(i == 0 || answer.items[i - 1].score >= answer.items[i].score);
    }
    assert_str(answer.items[4].item_id, "zzz");
    assert_str(answer.items[5].item_id, "declared");
    assert_str(answer.items[6].item_id, "aaa");
    assert_false(answer.items[5].has_score);
    assert_int_equal(answer.items[4].item, RECOMMENDER_NO_ITEM);
    recommender_answer_release(&answer);
}

static void an_empty_model_answers_with_nothing(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer answer = {0};
    const struct recommender_question question = {.user = STR("u"), .exploration_weight = 1};
    recommender_recommend(r, &question, &answer);
    assert_int_equal(answer.count, 0);
    recommender_related(r, STR("i"), &question, &answer);
    assert_int_equal(answer.count, 0);
    recommender_popular(r, &question, &answer);
    assert_int_equal(answer.count, 0);
    recommender_trending(r, &question, &answer);
    assert_int_equal(answer.count, 0);
    const struct str listed[] = {STR("b"), STR("a")};
    recommender_rank(r, &question, listed, 2, &answer);
    assert_int_equal(answer.count, 2);
    assert_str(answer.items[0].item_id, "b");
    assert_false(answer.items[0].has_score);
    recommender_answer_release(&answer);
}

static void a_catalogue_without_interactions_has_even_scores(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer answer = {0};
    assert_int_equal(recommender_add_item(r, STR("a")), RECOMMENDER_ACCEPTED);
    assert_int_equal(recommender_add_item(r, STR("b")), RECOMMENDER_ACCEPTED);
    shop_ask(r, "u", 0, &answer);
    assert_int_equal(answer.count, 2);
    check_sums_to_one(&answer);
    assert_str(answer.items[0].item_id, "a"); // ties: the lower number
    recommender_answer_release(&answer);
}

static void a_catalogue_of_one_item_is_certain(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer answer = {0};
    for (int i = 0; i < 40; i++) {
        assert_int_equal(shop_click(r, i % 2 ? "a" : "b", "only", SHOP_START_S + i), 0);
        shop_ask(r, "a", 0, &answer);
        assert_int_equal(answer.count, 1);
        check_sums_to_one(&answer);
    }
    recommender_answer_release(&answer);
}

static void sessions_of_one_item_divide_by_nothing(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer answer = {0};
    for (int i = 0; i < 200; i++) {
        struct buf user = {0}, item = {0};
        buf_add_format(&user, "u%d", i);
        buf_add_format(&item, "i%d", i % 13);
        assert_int_equal(shop_click(r, buf_text(&user), buf_text(&item), SHOP_START_S + i), 0);
        shop_ask(r, buf_text(&user), 100, &answer);
        check_sums_to_one(&answer);
        buf_release(&user);
        buf_release(&item);
    }
    const struct recommender_question question = {.count = 5};
    recommender_related(r, STR("i3"), &question, &answer);
    assert_int_equal(answer.count, 5);
    assert_false(holds(&answer, "i3"));
    recommender_answer_release(&answer);
}

static void strangers_get_popular_items_and_each_click_changes_the_list(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer first = {0}, second = {0}, third = {0};
    shop_open(r, 0, 2000, 100, 40);
    int64_t now_s = recommender_stats(r).now_s;
    struct buf name = {0};
    for (int i = 0; i < 100; i += 9) { // any known item
        struct buf click = {0}, other = {0};
        buf_reset(&name);
        buf_add_format(&name, "stranger-%d", i);
        buf_add_format(&click, "item-%d", i);
        buf_add_format(&other, "item-%d", (i + 37) % 100);
        shop_ask(r, buf_text(&name), 0, &first);
        assert_false(first.is_known_user);
        assert_int_equal(first.count, RECOMMENDER_DEFAULT_COUNT);
        assert_true(first.items[0].reasons[RECOMMENDER_REASON_KNN] <= 0);
        assert_int_equal(shop_click(r, buf_text(&name), buf_text(&click), ++now_s), 0);
        shop_ask(r, buf_text(&name), 0, &second);
        assert_true(second.is_known_user);
        assert_false(same_items(&first, &second));
        assert_int_equal(shop_click(r, buf_text(&name), buf_text(&other), ++now_s), 0);
        shop_ask(r, buf_text(&name), 0, &third);
        assert_false(same_items(&second, &third));
        buf_release(&click);
        buf_release(&other);
    }
    buf_release(&name);
    recommender_answer_release(&first);
    recommender_answer_release(&second);
    recommender_answer_release(&third);
}

static void tastes_are_learned(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer answer = {0};
    shop_open(r, 0, 4000, 200, 50);
    int64_t now_s = recommender_stats(r).now_s;
    assert_int_equal(shop_click(r, "fresh", "item-14", ++now_s), 0);
    assert_int_equal(shop_click(r, "fresh", "item-24", ++now_s), 0);
    shop_ask(r, "fresh", 10, &answer);
    size_t of_family = 0; // shoppers fond of family 4 are fond of 7 or of 1, too
    for (size_t i = 0; i < answer.count; i++) {
        const char last = answer.items[i].item_id.ptr[answer.items[i].item_id.len - 1];
        of_family += last == '4' || last == '7' || last == '1';
    }
    assert_true(of_family >= 8); // chance: 3
    recommender_answer_release(&answer);
}

static bool refuses_even_numbers(const void *context, uint32_t number, struct str id) {
    (void)context;
    assert_true(id.len > 0);
    return number % 2 == 1;
}

static void filters_keep_the_list_full(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer answer = {0};
    shop_open(r, 0, 2000, 100, 20);
    struct recommender_question question = {
        .user = STR("user-5"), .count = 40, .filter = {.accepts = refuses_even_numbers}};
    recommender_recommend(r, &question, &answer);
    assert_int_equal(answer.count, 40);
    for (size_t i = 0; i < answer.count; i++)
        assert_int_equal(answer.items[i].item % 2, 1);
    recommender_related(r, STR("item-5"), &question, &answer);
    assert_int_equal(answer.count, 40);
    for (size_t i = 0; i < answer.count; i++)
        assert_int_equal(answer.items[i].item % 2, 1);

    struct recommender_items only = {0};
    recommender_items_add(&only, 9);
    recommender_items_add(&only, 4);
    recommender_items_add(&only, 9);
    recommender_items_add(&only, 3);
    recommender_items_add(&only, 100000); // not in the catalogue
    question.only = &only;
    recommender_recommend(r, &question, &answer);
    assert_int_equal(answer.count, 2); // 3 and 9
    recommender_popular(r, &question, &answer);
    assert_int_equal(answer.count, 2);
    recommender_items_release(&only);
    recommender_answer_release(&answer);
}

static void purchase(struct recommender *r, const char *user, int item, int64_t time_s) {
    struct buf id = {0};
    buf_add_format(&id, "p%d", item);
    const struct recommender_event event = {
        .user = str_from(user),
        .item = buf_str(&id),
        .event_type = STR("Order Completed"),
        .time_s = time_s,
    };
    assert_int_equal(recommender_add_event(r, &event, RECOMMENDER_REPLAY), RECOMMENDER_ACCEPTED);
    buf_release(&id);
}

static void excluding_purchases_removes_exactly_the_newest_hundred(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer answer = {0};
    struct recommender_items bought = {0};
    for (int i = 0; i < 150; i++)
        purchase(r, "buyer", i, SHOP_START_S + i);
    for (int i = 0; i < 300; i++) { // clicks push nothing out of the purchases
        assert_int_equal(shop_click(r, "buyer", i % 2 ? "p1" : "p2", SHOP_START_S + 200 + i), 0);
    }
    recommender_find_interactions(r, STR("buyer"), STR("oRDER completed"), &bought);
    assert_int_equal(bought.count, 100);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(bought.numbers[i], 50 + i);
    const struct recommender_question question = {
        .user = STR("buyer"), .count = 50, .exclude = &bought};
    recommender_recommend(r, &question, &answer);
    assert_int_equal(answer.count, 50); // the fifty oldest, and no more are left
    for (size_t i = 0; i < 50; i++)
        assert_true(answer.items[i].item < 50);

    recommender_items_reset(&bought);
    recommender_find_interactions(r, STR("buyer"), STR("Order Complete"), &bought);
    recommender_find_interactions(r, STR("nobody"), STR("Order Completed"), &bought);
    assert_int_equal(bought.count, 0);
    recommender_find_interactions(r, STR("buyer"), STR(""), &bought);
    assert_int_equal(bought.count, 102); // and the two clicked ones
    recommender_items_release(&bought);
    recommender_answer_release(&answer);
}

static void silent_users_can_be_forgotten_by_filters(void **state) {
    (void)state;
    const struct recommender_options options = {.forget_after_s = 90 * 86400};
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(&options);
    struct recommender_items bought = {0};
    purchase(r, "buyer", 1, SHOP_START_S);
    assert_int_equal(shop_click(r, "other", "x", SHOP_START_S + 89 * 86400), 0);
    recommender_find_interactions(r, STR("buyer"), STR("Order Completed"), &bought);
    assert_int_equal(bought.count, 1);
    recommender_items_reset(&bought);
    assert_int_equal(shop_click(r, "other", "x", SHOP_START_S + 91 * 86400), 0);
    recommender_find_interactions(r, STR("buyer"), STR("Order Completed"), &bought);
    assert_int_equal(bought.count, 0);
    recommender_items_release(&bought);
}

static enum recommender_verdict click_as(
    struct recommender *r, const char *user, const char *session, const char *item, int64_t at) {
    const struct recommender_event event = {
        .user = str_from(user),
        .session = str_from(session),
        .item = str_from(item),
        .event_type = STR("Product Clicked"),
        .time_s = SHOP_START_S + at,
    };
    return recommender_add_event(r, &event, RECOMMENDER_REPLAY);
}

static void anonymous_history_joins_the_user_at_once(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer answer = {0}, other = {0};
    struct recommender_items clicked = {0};
    assert_int_equal(click_as(r, "", "s1", "a", 0), RECOMMENDER_ACCEPTED);
    assert_int_equal(click_as(r, "", "s1", "b", 1), RECOMMENDER_ACCEPTED);
    assert_true(recommender_has_user(r, STR("s1")));
    shop_ask(r, "s1", 0, &answer);
    assert_int_equal(answer.history_events, 2);
    assert_int_equal(click_as(r, "anna", "s1", "c", 2), RECOMMENDER_ACCEPTED);
    shop_ask(r, "anna", 0, &answer);
    assert_int_equal(answer.history_events, 3);
    recommender_find_interactions(r, STR("anna"), STR("product clicked"), &clicked);
    assert_int_equal(clicked.count, 3);
    shop_ask(r, "s1", 0, &other); // the session id means the user now
    assert_true(same_items(&answer, &other));
    assert_int_equal(click_as(r, "", "s1", "d", 3), RECOMMENDER_ACCEPTED);
    shop_ask(r, "anna", 0, &answer);
    assert_int_equal(answer.history_events, 4);
    // another user's id used as a session id carries nobody off
    assert_int_equal(click_as(r, "bert", "anna", "e", 4), RECOMMENDER_ACCEPTED);
    shop_ask(r, "anna", 0, &answer);
    assert_int_equal(answer.history_events, 4);
    shop_ask(r, "bert", 0, &answer);
    assert_int_equal(answer.history_events, 1);
    // the same device, another person
    assert_int_equal(click_as(r, "bert", "s1", "a", 5), RECOMMENDER_ACCEPTED);
    assert_int_equal(click_as(r, "", "s1", "b", 6), RECOMMENDER_ACCEPTED);
    shop_ask(r, "bert", 0, &answer);
    assert_int_equal(answer.history_events, 3);
    recommender_items_release(&clicked);
    recommender_answer_release(&answer);
    recommender_answer_release(&other);
}

static void related_items_were_seen_together(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer answer = {0};
    for (int i = 0; i < 60; i++) {
        struct buf user = {0};
        buf_add_format(&user, "u%d", i);
        const int64_t at = SHOP_START_S + i * 10000;
        if (i < 6) (void)shop_click(r, buf_text(&user), "lamp", at);
        if (i < 6) (void)shop_click(r, buf_text(&user), "bulb", at + 1);
        (void)shop_click(r, buf_text(&user), "bag", at + 2); // with everything
        if (i == 7) (void)shop_click(r, buf_text(&user), "rare", at + 3);
        buf_release(&user);
    }
    (void)shop_click(r, "u1", "rare", SHOP_START_S + 600001);
    const struct recommender_question question = {.count = 10};
    recommender_related(r, STR("lamp"), &question, &answer);
    assert_int_equal(answer.count, 3);
    assert_str(answer.items[0].item_id, "bulb"); // 6 / √6 beats 6 / √60
    assert_str(answer.items[1].item_id, "bag");
    assert_str(answer.items[2].item_id, "rare"); // together once only
    assert_false(answer.items[0].has_score);
    recommender_related(r, STR("unknown"), &question, &answer);
    assert_str(answer.items[0].item_id, "bag"); // popular
    assert_int_equal(answer.count, 4);
    recommender_answer_release(&answer);
}

static void popular_counts_people_and_trending_counts_the_rise(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer answer = {0};
    for (int i = 0; i < 50; i++)
        (void)shop_click(r, "one", i % 2 ? "loud" : "noise", SHOP_START_S + i);
    for (int i = 0; i < 400; i++) {
        struct buf user = {0};
        buf_add_format(&user, "u%d", i % 7);
        (void)shop_click(r, buf_text(&user), "steady", SHOP_START_S + i * 900);
        buf_release(&user);
    }
    for (int i = 0; i < 6; i++)
        (void)shop_click(r, "two", "rising", SHOP_START_S + 400 * 900 + i);
    const struct recommender_question question = {.count = 2};
    recommender_popular(r, &question, &answer);
    assert_int_equal(answer.count, 2);
    assert_str(answer.items[0].item_id, "steady");
    assert_str(answer.items[1].item_id, "noise"); // one person each: the lower number
    recommender_trending(r, &question, &answer);
    assert_str(answer.items[0].item_id, "rising");
    recommender_answer_release(&answer);
}

static void exploration_shows_new_items_and_repeats_itself(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_answer answer = {0}, again = {0};
    shop_open(r, 0, 1000, 100, 20);
    const int64_t later_s = recommender_stats(r).now_s + 40 * 86400;
    (void)shop_click(r, "somebody", "brand-new", later_s);
    struct recommender_question question = {
        .user = STR("user-3"), .count = 1000, .exploration_weight = 0.9};
    recommender_recommend(r, &question, &answer);
    assert_str(answer.items[0].item_id, "brand-new"); // the only item of the last 30 days
    assert_true(answer.items[0].exploration > 0.89);
    check_sums_to_one(&answer);
    recommender_recommend(r, &question, &again);
    assert_true(same_items(&answer, &again));
    question.exploration_weight = 0;
    recommender_recommend(r, &question, &again);
    for (size_t i = 0; i < again.count; i++)
        assert_true(again.items[i].exploration <= 0);
    assert_true(again.items[0].score < answer.items[0].score);
    check_sums_to_one(&again);
    recommender_answer_release(&answer);
    recommender_answer_release(&again);
}

static void reasons_have_names_and_texts(void **state) {
    (void)state;
    for (int i = 0; i < RECOMMENDER_REASON_COUNT; i++) {
        assert_true(strlen(recommender_reason_name((enum recommender_reason)i)) > 2);
        assert_true(strlen(recommender_reason_text((enum recommender_reason)i)) > 5);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(scores_of_the_whole_catalogue_sum_to_one),
    cmocka_unit_test(few_best_are_the_head_of_all),
    cmocka_unit_test(rankings_sum_to_one_and_end_with_the_unknown),
    cmocka_unit_test(an_empty_model_answers_with_nothing),
    cmocka_unit_test(a_catalogue_without_interactions_has_even_scores),
    cmocka_unit_test(a_catalogue_of_one_item_is_certain),
    cmocka_unit_test(sessions_of_one_item_divide_by_nothing),
    cmocka_unit_test(strangers_get_popular_items_and_each_click_changes_the_list),
    cmocka_unit_test(tastes_are_learned),
    cmocka_unit_test(filters_keep_the_list_full),
    cmocka_unit_test(excluding_purchases_removes_exactly_the_newest_hundred),
    cmocka_unit_test(silent_users_can_be_forgotten_by_filters),
    cmocka_unit_test(anonymous_history_joins_the_user_at_once),
    cmocka_unit_test(related_items_were_seen_together),
    cmocka_unit_test(popular_counts_people_and_trending_counts_the_rise),
    cmocka_unit_test(exploration_shows_new_items_and_repeats_itself),
    cmocka_unit_test(reasons_have_names_and_texts),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
