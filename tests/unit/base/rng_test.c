#include "base/rng.h"
#include "support/test.h"

static void rng_repeats_with_its_seed_and_differs_with_another(void **state) {
    (void)state;
    struct rng first, second, other;
    rng_seed(&first, 7);
    rng_seed(&second, 7);
    rng_seed(&other, 8);
    size_t same = 0;
    for (int i = 0; i < 100; i++) {
        const uint64_t drawn = rng_next(&first);
        assert_true(drawn == rng_next(&second));
        same += drawn == rng_next(&other);
    }
    assert_int_equal(same, 0);
}

static void rng_draws_evenly_and_by_weight(void **state) {
    (void)state;
    struct rng rng;
    rng_seed(&rng, 1);
    size_t counts[5] = {0};
    size_t weighted[3] = {0};
    for (int i = 0; i < 50000; i++) {
        counts[rng_below(&rng, 5)]++;
        weighted[rng_pick(&rng, (const double[]){1, 0, 3}, 3)]++;
        const double unit = rng_unit(&rng);
        assert_true(unit >= 0 && unit < 1);
    }
    for (int i = 0; i < 5; i++)
        assert_in_range(counts[i], 9600, 10400); // 4 standard deviations
    assert_int_equal(weighted[1], 0);
    assert_in_range(weighted[0], 12100, 12900);
}

static void rng_uuid_has_its_version_and_variant(void **state) {
    (void)state;
    struct rng rng;
    rng_seed(&rng, 3);
    for (int i = 0; i < 100; i++) {
        CLEANUP(buf_release) struct buf uuid = {0};
        rng_add_uuid(&rng, &uuid);
        assert_int_equal(uuid.len, 36);
        assert_int_equal(uuid.ptr[14], '4');
        assert_true(str_find_char(STR("89ab"), uuid.ptr[19]) < 4);
    }
    CLEANUP(buf_release) struct buf text = {0};
    rng_add_alphanumeric(&rng, &text, 32);
    assert_int_equal(text.len, 32);
}

static void rng_mixes_as_splitmix64_does(void **state) {
    (void)state;
    assert_true(rng_mix(0) == 0);
    assert_true(rng_mix(RNG_STRIDE) == UINT64_C(0xE220A8397B1DCDAF)); // the first two of seed 0
    assert_true(rng_mix(2 * RNG_STRIDE) == UINT64_C(0x6E789E6AA1B965F4));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(rng_repeats_with_its_seed_and_differs_with_another),
    cmocka_unit_test(rng_draws_evenly_and_by_weight),
    cmocka_unit_test(rng_uuid_has_its_version_and_variant),
    cmocka_unit_test(rng_mixes_as_splitmix64_does),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
