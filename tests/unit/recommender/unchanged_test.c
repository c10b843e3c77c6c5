// recommender — answers pinned: a digest over some thousand of them. A change that only makes the model faster
// or smaller leaves it; one that means to change answers says so by changing the digest here, and
// SNAPSHOT_VERSION with it.
#include "support/test.h"

#include "base/digest.h"
#include "base/memory.h"
#include "recommender/recommender.h"
#include "shop.h"

enum { ASKED_EVERY = 97, DAY_S = 86400 };

// Scores to twelve digits: the mathematics library's last one may differ between processors.
static void print_answer(const struct recommender_answer *answer, struct buf *out) {
    for (size_t i = 0; i < answer->count; i++) {
        const struct recommender_scored *scored = &answer->items[i];
        buf_add(out, scored->item_id);
        if (scored->has_score) buf_add_format(out, " %.12g", scored->score);
        for (int k = 0; scored->has_score && k < RECOMMENDER_REASON_COUNT; k++)
            buf_add_format(out, " %.9g", scored->reasons[k]);
        buf_add_char(out, '\n');
    }
    for (int k = 0; k < RECOMMENDER_REASON_COUNT; k++)
        buf_add_format(out, "%.9g ", answer->weights[k]);
    buf_add_format(out, "%zu %zu\n", answer->session_events, answer->history_events);
}

static bool is_odd(const void *context, uint32_t number, struct str id) {
    (void)context;
    (void)id;
    return number % 2 == 1;
}

static bool is_rare(const void *context, uint32_t number, struct str id) {
    (void)context;
    (void)id;
    return number % 61 == 7;
}

struct asking {
    struct recommender *r;
    struct recommender_answer answer;
    struct recommender_items some, few;
    struct buf out;
};

static void ask_lists(struct asking *asking, const struct recommender_question *question) {
    struct recommender_answer *answer = &asking->answer;
    recommender_popular(asking->r, question, answer);
    print_answer(answer, &asking->out);
    recommender_trending(asking->r, question, answer);
    print_answer(answer, &asking->out);
    recommender_related(asking->r, STR("item-3"), question, answer);
    print_answer(answer, &asking->out);
    recommender_related(asking->r, STR("never seen"), question, answer);
    print_answer(answer, &asking->out);
}

static void ask_user(struct asking *asking, const char *user, bool with_lists) {
    const struct recommender_filter filters[] = {{0}, {.accepts = is_odd}, {.accepts = is_rare}};
    const struct str listed[] = {
        STR("item-5"), STR("unknown"), STR("item-1"), STR("item-77"), STR("item-0")};
    for (size_t i = 0; i < ARRAY_COUNT(filters) * 3; i++) {
        struct recommender_question question = {
            .user = str_from(user),
            .count = i % 2 ? 40 : 500,
            .filter = filters[i / 3],
            .only = i % 3 == 1 ? &asking->some : NULL,
            .exclude = i % 3 == 2 ? &asking->few : NULL,
            .exploration_weight = i == 5 ? 0.25 : 0,
        };
        recommender_recommend(asking->r, &question, &asking->answer);
        print_answer(&asking->answer, &asking->out);
        if (with_lists) ask_lists(asking, &question);
        recommender_rank(asking->r, &question, listed, ARRAY_COUNT(listed), &asking->answer);
        print_answer(&asking->answer, &asking->out);
    }
}

static void join_sessions(struct recommender *r, uint64_t at) {
    const struct str items[] = {STR("item-9"), STR("item-19"), STR("item-9"), STR("item-4")};
    struct buf session = {0}, user = {0};
    buf_add_format(&session, "session-%d", (int)at);
    buf_add_format(&user, "user-%d", (int)(at % 40));
    for (size_t i = 0; i <= ARRAY_COUNT(items); i++) {
        const struct recommender_event event = {
            .session = buf_str(&session),
            .user = i == ARRAY_COUNT(items) ? buf_str(&user) : (struct str){0},
            .item = items[i % ARRAY_COUNT(items)],
            .time_s = recommender_stats(r).now_s};
        assert_int_equal(
            recommender_add_event(r, &event, RECOMMENDER_REPLAY), RECOMMENDER_ACCEPTED);
    }
    buf_release(&session);
    buf_release(&user);
}

static void check_digest(
    const struct recommender_options *options,
    uint64_t events,
    uint64_t items,
    uint64_t users,
    const char *wanted) {
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(options);
    if (options) recommender_reserve(r, items, users, events); // changes nothing
    struct asking asking = {.r = r, .out = {.limit = (size_t)256 << 20}};
    for (uint32_t i = 0; i < 30; i++) {
        recommender_items_add(&asking.some, i * 3);
        recommender_items_add(&asking.few, i % 9);
    }
    char name[32];
    for (uint64_t i = 0; items > 1000 && i < items; i++) { // known before anybody sees them
        const int len = snprintf(name, sizeof(name), "item-%d", (int)i);
        (void)recommender_add_item(r, (struct str){name, (size_t)len});
    }
    for (uint64_t at = 0; at < events; at += ASKED_EVERY) {
        shop_open(r, at, ASKED_EVERY, items, users);
        if (at % 5 == 0) join_sessions(r, at);
        (void)snprintf(name, sizeof(name), "user-%d", (int)(at % users));
        ask_user(&asking, name, at % 7 == 0);
    }
    // a quiet month: hardly anything trends, old masses are scaled down
    shop_click(r, "user-1", "item-2", recommender_stats(r).now_s + INT64_C(40) * DAY_S);
    ask_user(&asking, "user-1", true);
    ask_user(&asking, "nobody", true);
    char hex[DIGEST_HEX_BYTES];
    assert_true(asking.out.len > 100000 && !asking.out.overflowed);
    digest_sha256_hex(buf_str(&asking.out), hex);
    assert_string_equal(hex, wanted);
    buf_release(&asking.out);
    recommender_answer_release(&asking.answer);
    recommender_items_release(&asking.some);
    recommender_items_release(&asking.few);
}

static void answers_of_a_small_shop_are_as_ever(void **state) {
    (void)state;
    check_digest(
        NULL, 6000, 50, 40, "b9a7b4aa6f939429fe32081e9a5092952eee825d8cf3cf57740683bfd0bc3063");
}

static void answers_of_a_wide_shop_are_as_ever(void **state) {
    (void)state;
    check_digest(
        NULL, 3000, 9990, 700, "bfad2c22607561c2455dbf47d3abcffe1f71a0fa17bf404a318302f01d03d02e");
}

static void answers_at_the_limits_are_as_ever(void **state) {
    (void)state;
    static const struct recommender_options tight = {
        .document_limit = 64,
        .user_limit = 50,
        .history_limit_bytes = 40000,
        .pair_limit = 256,
        .event_id_limit = 64,
    };
    check_digest(
        &tight, 4000, 120, 90, "bc6e311705e9261f59d97f6bd7895a00db20a7b31656b4c8bab0071fd4ef2a27");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(answers_of_a_small_shop_are_as_ever),
    cmocka_unit_test(answers_of_a_wide_shop_are_as_ever),
    cmocka_unit_test(answers_at_the_limits_are_as_ever),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
