// shop — a small made-up shop for the recommender's tests: families of items, shoppers with tastes.
#pragma once

#include "base/rng.h"
#include "recommender/recommender.h"

#define SHOP_START_S INT64_C(1700000000)

static inline enum recommender_verdict
shop_click(struct recommender *r, const char *user, const char *item, int64_t time_s) {
    const struct recommender_event event = {
        .user = str_from(user),
        .item = str_from(item),
        .event_type = STR("Product Clicked"),
        .time_s = time_s,
    };
    return recommender_add_event(r, &event, RECOMMENDER_REPLAY);
}

// `events` events of a repeatable log, from number `first` on: ten families of `items / 10`, each
// shopper fond of two of them; every fourth event is a purchase; sessions with pauses between.
static inline void
shop_open(struct recommender *r, uint64_t first, uint64_t events, uint64_t items, uint64_t users) {
    for (uint64_t i = first; i < first + events; i++) {
        struct rng rng;
        rng_seed(&rng, i);
        const uint64_t user = rng_below(&rng, users);
        const uint64_t family = (user + 3 * rng_below(&rng, 2)) % 10;
        const uint64_t item = family + 10 * rng_below(&rng, items / 10);
        struct buf user_id = {0}, item_id = {0}, event_id = {0};
        buf_add_format(&user_id, "user-%d", (int)user);
        buf_add_format(&item_id, "item-%d", (int)item);
        buf_add_format(&event_id, "event-%d", (int)i);
        const struct recommender_event event = {
            .user = buf_str(&user_id),
            .item = buf_str(&item_id),
            .event_type = i % 4 ? STR("Product Clicked") : STR("Order Completed"),
            .event_id = buf_str(&event_id),
            .time_s = SHOP_START_S + (int64_t)i * 20 + (int64_t)(i / 500) * 7200,
        };
        if (recommender_add_event(r, &event, RECOMMENDER_REPLAY) != RECOMMENDER_ACCEPTED) fail();
        buf_release(&user_id);
        buf_release(&item_id);
        buf_release(&event_id);
    }
}

static inline void
shop_ask(struct recommender *r, const char *user, size_t count, struct recommender_answer *out) {
    const struct recommender_question question = {.user = str_from(user), .count = count};
    recommender_recommend(r, &question, out);
}

// Everything that is in an answer, as bytes to compare.
static inline void shop_print(const struct recommender_answer *answer, struct buf *out) {
    for (size_t i = 0; i < answer->count; i++) {
        const struct recommender_scored *scored = &answer->items[i];
        buf_add(out, scored->item_id);
        buf_add(out, (struct str){(const char *)&scored->score, sizeof(scored->score)});
        buf_add(out, (struct str){(const char *)scored->reasons, sizeof(scored->reasons)});
    }
    buf_add(out, (struct str){(const char *)answer->weights, sizeof(answer->weights)});
}

// All kinds of answers for some users and items.
static inline void shop_print_all(struct recommender *r, struct buf *out) {
    struct recommender_answer answer = {0};
    static const char *const users[] = {"user-1", "user-2", "user-17", "session-1", "nobody"};
    for (size_t i = 0; i < ARRAY_COUNT(users); i++) {
        shop_ask(r, users[i], 40, &answer);
        shop_print(&answer, out);
        const struct str listed[] = {STR("item-5"), STR("unknown"), STR("item-1"), STR("item-77")};
        const struct recommender_question question = {
            .user = str_from(users[i]), .exploration_weight = 0.3};
        recommender_rank(r, &question, listed, ARRAY_COUNT(listed), &answer);
        shop_print(&answer, out);
    }
    const struct recommender_question question = {.count = 30};
    recommender_related(r, STR("item-3"), &question, &answer);
    shop_print(&answer, out);
    recommender_popular(r, &question, &answer);
    shop_print(&answer, out);
    recommender_trending(r, &question, &answer);
    shop_print(&answer, out);
    recommender_answer_release(&answer);
}
