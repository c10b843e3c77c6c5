// recommender snapshots — rebuilt from the log, from a snapshot, or never stopped: the same bytes.
#include "support/test.h"

#include "base/digest.h"
#include "base/memory.h"
#include "recommender/recommender.h"
#include "shop.h"

enum { HASH_BYTES = 32, EVENT_ID_COUNT = 3001 };

static const struct recommender_options tight = {
    .document_limit = 256,
    .user_limit = 50,
    .history_limit_bytes = 60000,
    .pair_limit = 512,
    .event_id_limit = 64,
};

static void sessions(struct recommender *r) {
    struct recommender_event event = {
        .session = STR("session-1"), .item = STR("item-9"), .time_s = recommender_stats(r).now_s};
    (void)recommender_add_event(r, &event, RECOMMENDER_REPLAY);
    event.session = STR("session-2");
    (void)recommender_add_event(r, &event, RECOMMENDER_REPLAY);
    event.user = STR("user-2");
    (void)recommender_add_event(r, &event, RECOMMENDER_REPLAY);
}

static struct recommender *
through_snapshot(const struct recommender *r, const struct recommender_options *options) {
    struct buf blob = {.limit = (size_t)64 << 20};
    struct error err;
    uint64_t sequence = 0;
    recommender_encode_snapshot(r, 77, &blob);
    struct recommender *restored =
        recommender_decode_snapshot(options, buf_str(&blob), &sequence, &err);
    assert_ok(restored != NULL, err);
    assert_int_equal(sequence, 77);
    // written again it is the same, up to the order of event ids, which come last
    struct buf again = {.limit = (size_t)64 << 20};
    recommender_encode_snapshot(restored, 77, &again);
    const size_t ordered_bytes = blob.len - 8 * (size_t)EVENT_ID_COUNT - 8 - HASH_BYTES;
    assert_int_equal(blob.len, again.len);
    assert_true(str_equal(
        str_slice(buf_str(&blob), 0, ordered_bytes), str_slice(buf_str(&again), 0, ordered_bytes)));
    buf_release(&blob);
    buf_release(&again);
    return restored;
}

static void check_same(struct recommender *left, struct recommender *right) {
    struct buf first = {0}, second = {0};
    shop_print_all(left, &first);
    shop_print_all(right, &second);
    assert_true(first.len > 1000);
    assert_true(str_equal(buf_str(&first), buf_str(&second)));
    buf_release(&first);
    buf_release(&second);
}

static void check_three_ways(const struct recommender_options *options) {
    CLEANUP(recommender_freep) struct recommender *stayed = recommender_new(options);
    shop_open(stayed, 0, 3001, 120, 90);
    sessions(stayed);
    CLEANUP(recommender_freep) struct recommender *restored = through_snapshot(stayed, options);
    check_same(stayed, restored);
    CLEANUP(recommender_freep) struct recommender *rebuilt = recommender_new(options);
    shop_open(rebuilt, 0, 3001, 120, 90);
    sessions(rebuilt);
    for (uint64_t i = 0; i < 4; i++) {
        shop_open(stayed, 3001 + i * 555, 555, 120, 90);
        shop_open(restored, 3001 + i * 555, 555, 120, 90);
        shop_open(rebuilt, 3001 + i * 555, 555, 120, 90);
        check_same(stayed, restored);
        check_same(stayed, rebuilt);
    }
    assert_int_equal(recommender_stats(stayed).users, recommender_stats(restored).users);
}

static void the_three_ways_to_a_model_agree(void **state) {
    (void)state;
    check_three_ways(NULL);
}

static void the_three_ways_agree_at_the_limits_too(void **state) {
    (void)state;
    check_three_ways(&tight);
}

static void questions_change_nothing(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *asked = recommender_new(&tight);
    CLEANUP(recommender_freep) struct recommender *left_alone = recommender_new(&tight);
    struct buf ignored = {0};
    for (uint64_t i = 0; i < 50; i++) {
        shop_open(asked, i * 20, 20, 60, 90);
        shop_open(left_alone, i * 20, 20, 60, 90);
        shop_print_all(asked, &ignored);
        buf_reset(&ignored);
    }
    check_same(asked, left_alone);
    buf_release(&ignored);
}

static void event_ids_survive_a_restart(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    shop_open(r, 0, EVENT_ID_COUNT, 50, 9);
    CLEANUP(recommender_freep) struct recommender *restored = through_snapshot(r, NULL);
    struct recommender_event event = {
        .user = STR("u"), .item = STR("i"), .event_id = STR("event-9")};
    assert_int_equal(recommender_add_event(restored, &event, 0), RECOMMENDER_DUPLICATE);
    event.event_id = STR("event-3001");
    assert_int_equal(recommender_add_event(restored, &event, 0), RECOMMENDER_ACCEPTED);
}

static void an_empty_model_survives(void **state) {
    (void)state;
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    struct buf blob = {0};
    struct error err;
    uint64_t sequence;
    recommender_encode_snapshot(r, 0, &blob);
    CLEANUP(recommender_freep)
    struct recommender *restored =
        recommender_decode_snapshot(NULL, buf_str(&blob), &sequence, &err);
    assert_ok(restored != NULL, err);
    assert_int_equal(recommender_stats(restored).events, 0);
    assert_int_equal(sequence, 0);
    buf_release(&blob);
}

static void
check_refused(const struct recommender_options *options, struct str blob, const char *why) {
    struct error err = {0};
    uint64_t sequence = 5;
    struct recommender *restored = recommender_decode_snapshot(options, blob, &sequence, &err);
    assert_null(restored);
    assert_int_equal(sequence, 5);
    assert_int_equal(err.code, ERROR_INVALID);
    assert_contains(str_from(err.message), why);
    assert_contains(str_from(err.hint), "built again");
}

static void small_snapshot(struct buf *out) {
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(NULL);
    shop_open(r, 0, 60, 20, 5);
    recommender_encode_snapshot(r, 3, out);
}

static void whatever_does_not_match_is_refused(void **state) {
    (void)state;
    struct buf blob = {0};
    small_snapshot(&blob);
    check_refused(NULL, STR(""), "is not one");
    check_refused(
        NULL,
        STR("hello, this is some other file, longer than a snapshot's head is, "
            "certainly so, and then some more of it to be sure"),
        "is not one");
    check_refused(NULL, str_slice(buf_str(&blob), 0, blob.len - 1), "another length");
    const struct recommender_options other = {.pair_limit = 4096};
    check_refused(&other, buf_str(&blob), "other parameters");
    blob.ptr[8]++;
    check_refused(NULL, buf_str(&blob), "another format version");
    blob.ptr[8]--;
    for (size_t at = 64; at < blob.len; at += 97) {
        blob.ptr[at] ^= 1;
        check_refused(NULL, buf_str(&blob), "is damaged");
        blob.ptr[at] ^= 1;
    }
    buf_release(&blob);
}

// With a right checksum over wrong numbers: whatever is accepted must still be safe to use.
static void forged_numbers_are_harmless(void **state) {
    (void)state;
    struct buf blob = {0};
    small_snapshot(&blob);
    struct rng rng;
    rng_seed(&rng, 7);
    int refused = 0;
    for (int i = 0; i < 1500; i++) {
        // the contexts' weights are most of a small blob, and any value is a value: skip them
        const size_t at = 3300 + (size_t)rng_below(&rng, blob.len - HASH_BYTES - 3300);
        const char kept = blob.ptr[at];
        blob.ptr[at] = (char)rng_next(&rng);
        digest_sha256(
            str_slice(buf_str(&blob), 0, blob.len - HASH_BYTES),
            (uint8_t *)blob.ptr + blob.len - HASH_BYTES);
        struct error err;
        uint64_t sequence;
        struct recommender *r = recommender_decode_snapshot(NULL, buf_str(&blob), &sequence, &err);
        if (r) {
            struct buf ignored = {0};
            shop_print_all(r, &ignored);
            shop_open(r, 1000, 20, 20, 5);
            shop_print_all(r, &ignored);
            buf_release(&ignored);
        }
        refused += r == NULL;
        recommender_free(r);
        blob.ptr[at] = kept;
    }
    assert_true(refused > 100);
    buf_release(&blob);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_three_ways_to_a_model_agree),
    cmocka_unit_test(the_three_ways_agree_at_the_limits_too),
    cmocka_unit_test(questions_change_nothing),
    cmocka_unit_test(event_ids_survive_a_restart),
    cmocka_unit_test(an_empty_model_survives),
    cmocka_unit_test(whatever_does_not_match_is_refused),
    cmocka_unit_test(forged_numbers_are_harmless),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
