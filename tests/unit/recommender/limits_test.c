// recommender — hostile input, odd times and the bounds on memory.
#include "support/test.h"

#include "base/memory.h"
#include "recommender/recommender.h"
#include "shop.h"

#include <math.h>

static struct recommender_event event_of(const char *user, const char *item, const char *id) {
    return (struct recommender_event){
        .user = str_from(user),
        .item = str_from(item),
        .event_id = str_from(id),
        .time_s = SHOP_START_S,
    };
}

static void the_same_event_id_counts_once(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    const struct recommender_event event = event_of("u", "i", "id-1");
    assert_int_equal(recommender_add_event(r, &event, SHOP_START_S), RECOMMENDER_ACCEPTED);
    struct buf before = {0}, after = {0};
    shop_print_all(r, &before);
    assert_int_equal(recommender_add_event(r, &event, SHOP_START_S), RECOMMENDER_DUPLICATE);
    const struct recommender_event other = event_of("v", "j", "id-1");
    assert_int_equal(recommender_add_event(r, &other, SHOP_START_S), RECOMMENDER_DUPLICATE);
    shop_print_all(r, &after);
    assert_true(str_equal(buf_str(&before), buf_str(&after)));
    assert_int_equal(recommender_stats(r).events, 1);
    assert_int_equal(recommender_stats(r).duplicates, 2);
    const struct recommender_event nameless = event_of("u", "i", "");
    assert_int_equal(recommender_add_event(r, &nameless, SHOP_START_S), RECOMMENDER_ACCEPTED);
    assert_int_equal(recommender_add_event(r, &nameless, SHOP_START_S), RECOMMENDER_ACCEPTED);
    assert_int_equal(recommender_stats(r).events, 3);
    buf_release(&before);
    buf_release(&after);
}

static void event_ids_are_remembered_up_to_the_limit(void **state) {
    (void)state;
    const struct recommender_options options = {.event_id_limit = 100};
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(&options);
    shop_open(r, 0, 1000, 50, 10);
    for (int i = 999; i >= 0; i--) {
        struct buf id = {0};
        buf_add_format(&id, "event-%d", i);
        const struct recommender_event event = event_of("u", "item-1", buf_text(&id));
        if (i >= 900) {
            assert_int_equal(recommender_add_event(r, &event, INT64_MAX), RECOMMENDER_DUPLICATE);
        }
        if (i == 700) { // more than twice the limit ago
            assert_int_equal(recommender_add_event(r, &event, INT64_MAX), RECOMMENDER_ACCEPTED);
        }
        buf_release(&id);
    }
}

static void ids_may_be_any_bytes_up_to_256(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct buf id = {0}, tooth = {0};
    while (id.len + 4 <= 256)
        buf_add(&id, STR("\xF0\x9F\xA6\xB7"));
    struct recommender_event event = {
        .user = buf_str(&id),
        .session = buf_str(&id),
        .item = buf_str(&id),
        .event_id = buf_str(&id)};
    assert_int_equal(id.len, 256);
    assert_int_equal(recommender_add_event(r, &event, 0), RECOMMENDER_ACCEPTED);
    uint32_t number;
    assert_true(recommender_find_item(r, buf_str(&id), &number));
    assert_true(str_equal(recommender_item_id(r, number), buf_str(&id)));
    event.item = (struct str){"\0\xff\n", 3};
    event.event_id = (struct str){"\0", 1};
    assert_int_equal(recommender_add_event(r, &event, 0), RECOMMENDER_ACCEPTED);

    buf_add_char(&id, 'x');
    const struct recommender_event bad[] = {
        {.user = buf_str(&id), .item = STR("i")},
        {.session = buf_str(&id), .item = STR("i")},
        {.user = STR("u"), .item = buf_str(&id)},
        {.user = STR("u"), .item = STR("i"), .event_id = buf_str(&id)},
        {.user = STR("u")},
        {.item = STR("i")},
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_int_equal(recommender_add_event(r, &bad[i], 0), RECOMMENDER_REFUSED_ID);
    }
    assert_int_equal(recommender_add_item(r, buf_str(&id)), RECOMMENDER_REFUSED_ID);
    assert_int_equal(recommender_stats(r).events, 2);
    buf_release(&id);
    buf_release(&tooth);
}

static void times_ahead_of_the_clock_are_clamped(void **state) {
    (void)state;
    const int64_t now_s = SHOP_START_S, day_s = 86400;
    assert_int_equal(recommender_clamp_time(now_s + day_s, now_s), now_s + day_s);
    assert_int_equal(recommender_clamp_time(now_s + day_s + 1, now_s), now_s);
    assert_int_equal(
        recommender_clamp_time(now_s + 9 * day_s, RECOMMENDER_REPLAY), now_s + 9 * day_s);
    assert_int_equal(recommender_clamp_time(-5, now_s), -5);
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct recommender_event event = event_of("u", "i", "");
    event.time_s = INT64_MAX;
    assert_int_equal(recommender_add_event(r, &event, now_s), RECOMMENDER_ACCEPTED);
    assert_int_equal(recommender_stats(r).now_s, now_s);
}

static void check_answer(struct recommender *r, const char *user) {
    struct recommender_answer answer = {0};
    shop_ask(r, user, 10000, &answer);
    double sum = 0;
    for (size_t i = 0; i < answer.count; i++) {
        assert_true(answer.items[i].score > 0);
        sum += answer.items[i].score;
    }
    assert_true(fabs(sum - 1) < 1e-6);
    const struct recommender_question question = {.user = str_from(user), .count = 10000};
    recommender_trending(r, &question, &answer);
    assert_int_equal(answer.count, recommender_stats(r).items);
    recommender_answer_release(&answer);
}

static void any_time_is_survived(void **state) {
    (void)state;
    static const int64_t times[] = {
        0,
        -1,
        INT64_MIN,
        -86400 * 365 * 100LL,
        5,
        INT64_MAX,
        SHOP_START_S,
        SHOP_START_S,
        SHOP_START_S - 86400 * 9000LL,
        SHOP_START_S + 86400,
        INT64_MAX - 1,
        INT64_MIN + 1};
    for (size_t first = 0; first < ARRAY_COUNT(times); first++) {
        CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
        for (size_t i = 0; i < 5 * ARRAY_COUNT(times); i++) {
            struct buf item = {0};
            buf_add_format(&item, "item-%d", (int)(i % 7));
            (void)shop_click(
                r, i % 3 ? "u" : "v", buf_text(&item), times[(first + i) % ARRAY_COUNT(times)]);
            buf_release(&item);
            check_answer(r, "u");
        }
    }
}

static void late_events_count_as_now(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *late = recommender_new(NULL);
    CLEANUP(recommender_freep) struct recommender *punctual = recommender_new(NULL);
    struct buf first = {0}, second = {0};
    for (int i = 0; i < 2; i++) {
        struct recommender *r = i ? late : punctual;
        (void)shop_click(r, "user-1", "item-1", SHOP_START_S);
        (void)shop_click(r, "user-2", "item-3", SHOP_START_S + 100);
        (void)shop_click(r, "user-1", "item-2", i ? SHOP_START_S - 5000 : SHOP_START_S + 100);
        shop_print_all(r, i ? &second : &first);
    }
    assert_true(str_equal(buf_str(&first), buf_str(&second)));
    buf_release(&first);
    buf_release(&second);
}

static void a_user_of_100000_events_stays_small(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    size_t at_half = 0;
    for (int i = 0; i < 100000; i++) {
        static const char *const items[] = {"a", "b", "c", "d", "e", "f", "g"};
        const struct recommender_event event = {
            .user = STR("busy"),
            .item = str_from(items[(i / 7 + i * 3) % 7]),
            .event_type = STR("Product Clicked"),
            .time_s = SHOP_START_S + i,
        };
        assert_int_equal(
            recommender_add_event(r, &event, RECOMMENDER_REPLAY), RECOMMENDER_ACCEPTED);
        if (i == 49999) check_answer(r, "busy");
        if (i == 50000) at_half = recommender_memory_bytes(r);
    }
    check_answer(r, "busy");
    assert_int_equal(recommender_memory_bytes(r), at_half);
    assert_true(at_half < (size_t)512 << 10);
}

static void a_new_engine_is_small(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    assert_true(recommender_memory_bytes(r) < (size_t)128 << 10);
    shop_open(r, 0, 2000, 50, 20);
    assert_true(recommender_memory_bytes(r) < (size_t)3 << 20);
}

static const struct recommender_options tight = {
    .document_limit = 256,
    .item_limit = 300,
    .user_limit = 50,
    .history_limit_bytes = 60000,
    .pair_limit = 512,
    .event_id_limit = 64,
};

static void memory_stays_at_its_bound(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(&tight);
    const size_t limit = recommender_memory_limit(&tight);
    size_t at_half = 0;
    for (uint64_t i = 0; i < 20; i++) {
        shop_open(r, i * 2000, 2000, 40, 400);
        assert_true(recommender_memory_bytes(r) <= limit);
        if (i == 9) at_half = recommender_memory_bytes(r);
        check_answer(r, "user-7");
    }
    const struct recommender_stats stats = recommender_stats(r);
    assert_int_equal(stats.items, 40);
    assert_true(stats.users <= 50);
    assert_true(stats.pairs <= 512);
    assert_true(recommender_memory_bytes(r) < at_half + at_half / 50); // filled: no more growth
}

static void new_items_beyond_the_limit_are_refused(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(&tight);
    shop_open(r, 0, 10000, 300, 20);
    assert_int_equal(recommender_stats(r).items, 300);
    assert_int_equal(shop_click(r, "u", "one-more", SHOP_START_S), RECOMMENDER_REFUSED_FULL);
    assert_int_equal(recommender_add_item(r, STR("one-more")), RECOMMENDER_REFUSED_FULL);
    assert_int_equal(shop_click(r, "u", "item-7", SHOP_START_S), RECOMMENDER_ACCEPTED);
    assert_int_equal(recommender_add_item(r, STR("item-7")), RECOMMENDER_ACCEPTED);
    assert_false(recommender_has_user(r, STR("one-more")));
}

static void the_least_recently_active_leave_first(void **state) {
    (void)state;
    const struct recommender_options options = {.user_limit = 3};
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(&options);
    (void)shop_click(r, "a", "i", SHOP_START_S);
    (void)shop_click(r, "b", "i", SHOP_START_S);
    (void)shop_click(r, "c", "i", SHOP_START_S);
    (void)shop_click(r, "a", "i", SHOP_START_S);
    (void)shop_click(r, "d", "i", SHOP_START_S);
    assert_true(recommender_has_user(r, STR("a")));
    assert_false(recommender_has_user(r, STR("b")));
    assert_true(recommender_has_user(r, STR("c")));
    assert_true(recommender_has_user(r, STR("d")));
    check_answer(r, "b");
}

static void joins_survive_that_the_user_leaves(void **state) {
    (void)state;
    const struct recommender_options options = {.user_limit = 3};
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(&options);
    struct recommender_event event = event_of("", "i", "");
    event.session = STR("s");
    (void)recommender_add_event(r, &event, RECOMMENDER_REPLAY);
    event.user = STR("u");
    (void)recommender_add_event(r, &event, RECOMMENDER_REPLAY);
    for (int i = 0; i < 20; i++) { // s is kept fresh, u goes, its number is given to others
        event.user = (struct str){0};
        const char name[] = {(char)('a' + i), '\0'};
        (void)shop_click(r, name, "j", SHOP_START_S + i);
        (void)shop_click(r, i % 2 ? "x" : "y", "j", SHOP_START_S + i);
        if (i % 3 == 0) (void)recommender_add_event(r, &event, RECOMMENDER_REPLAY);
        check_answer(r, "s");
        check_answer(r, "u");
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_same_event_id_counts_once),
    cmocka_unit_test(event_ids_are_remembered_up_to_the_limit),
    cmocka_unit_test(ids_may_be_any_bytes_up_to_256),
    cmocka_unit_test(times_ahead_of_the_clock_are_clamped),
    cmocka_unit_test(any_time_is_survived),
    cmocka_unit_test(late_events_count_as_now),
    cmocka_unit_test(a_user_of_100000_events_stays_small),
    cmocka_unit_test(a_new_engine_is_small),
    cmocka_unit_test(memory_stays_at_its_bound),
    cmocka_unit_test(new_items_beyond_the_limit_are_refused),
    cmocka_unit_test(the_least_recently_active_leave_first),
    cmocka_unit_test(joins_survive_that_the_user_leaves),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
