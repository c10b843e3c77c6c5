#include "walked.h"

#include "base/clock.h"
#include "generator/shopper_internal.h"

// Chi-square checks are at ALPHA (walked.h): one in ten thousand right models would fail each.

#define KEY UINT64_C(0x0123456789abcdef)
#define PEOPLE 20000

static void goods_stand_in_the_order_of_the_catalogue(void **state) {
    (void)state;
    size_t basics = 0;
    for (size_t i = 0; i < CATALOG_COUNT; i++) {
        assert_str(str_from(shopper_good(i)->sku), catalog_at(i)->sku);
        basics += shopper_good(i)->is_basic;
    }
    assert_int_equal(basics, 5);
}

static struct shopper_shop *new_shop(void) {
    struct shopper_shop *shop = MEM_NEW(struct shopper_shop);
    shopper_shop_init(shop, KEY);
    return shop;
}

static void goods_have_neighbours_and_company(void **state) {
    (void)state;
    struct shopper_shop *shop = new_shop();
    size_t same_family = 0;
    for (size_t i = 0; i < CATALOG_COUNT; i++) {
        for (size_t k = 0; k < SHOPPER_BESIDE; k++) {
            assert_true(shop->beside[i][k] < CATALOG_COUNT && shop->beside[i][k] != i);
            same_family += catalog_at(shop->beside[i][k])->family == catalog_at(i)->family;
            for (size_t other = 0; other < k; other++)
                assert_true(shop->beside[i][k] != shop->beside[i][other]);
        }
        for (size_t k = 0; k < SHOPPER_WITH; k++)
            assert_true(shop->with[i][k] < CATALOG_COUNT && shop->with[i][k] != i);
    }
    assert_true(same_family > (size_t)CATALOG_COUNT * SHOPPER_BESIDE / 2);
    mem_free(shop);
}

static void the_first_shopper_is_the_workshops_test_user(void **state) {
    (void)state;
    char user_id[SHOPPER_ID_BYTES], anonymous_id[GENERATOR_UUID_BYTES];
    assert_int_equal(shopper_put_user_id(0, user_id), 10);
    assert_memory_equal(user_id, "2941404340", 10);
    const size_t len = shopper_put_anonymous_id(0, anonymous_id);
    assert_str(((struct str){.ptr = anonymous_id, .len = len}), "2941404340-anon");
    for (uint64_t key = 1; key < 50; key++) { // of every population
        struct shopper_habit habit;
        shopper_habit_init(&habit, key, 0);
        assert_int_equal(habit.source, GENERATOR_WEB);
        assert_int_equal(habit.level, SHOPPER_MODEL_TEST_USER_LEVEL);
    }
}

static int compare_numbers(const void *left, const void *right) {
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static void shoppers_have_ids_of_their_own(void **state) {
    (void)state;
    enum { MANY = 200000 };
    uint64_t *numbers = mem_zeroed(MANY, sizeof(*numbers));
    for (uint32_t i = 0; i < MANY; i++) // the last ones too
        numbers[i] =
            shopper_user_number(i < MANY / 2 ? i : GENERATOR_MOST_USERS - 1 - (i - MANY / 2));
    qsort(numbers, MANY, sizeof(*numbers), compare_numbers);
    assert_true(numbers[0] >= UINT64_C(1000000000));
    assert_true(numbers[MANY - 1] <= UINT64_C(9999999999));
    for (size_t i = 1; i < MANY; i++)
        assert_true(numbers[i - 1] != numbers[i]);
    mem_free(numbers);
}

static void habits_are_distributed_as_the_tables_say(void **state) {
    (void)state;
    uint64_t levels[SHOPPER_MODEL_LEVELS] = {0}, sources[3] = {0}, hours[24] = {0};
    double even[SHOPPER_MODEL_LEVELS], source_weights[3], hour_weights[24];
    for (uint32_t i = 1; i <= PEOPLE; i++) {
        struct shopper_habit habit;
        shopper_habit_init(&habit, KEY, i);
        levels[habit.level]++;
        sources[habit.source]++;
        hours[habit.hour]++;
        assert_int_equal(habit.activity, shopper_model_activity[habit.level]);
    }
    for (size_t i = 0; i < SHOPPER_MODEL_LEVELS; i++)
        even[i] = 1;
    for (size_t i = 0; i < 3; i++)
        source_weights[i] = shopper_model_sources[i];
    for (size_t i = 5; i < 24; i++)
        hour_weights[i] = shopper_model_hours[i];
    assert_distributed("activity", levels, even, SHOPPER_MODEL_LEVELS);
    assert_distributed("usual device", sources, source_weights, 3);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(hours[i], 0);
    assert_distributed("usual hour", hours + 5, hour_weights + 5, 19);
}

static void favourite_families_follow_their_weights(void **state) {
    (void)state;
    uint64_t favourites[CATALOG_FAMILY_COUNT] = {0};
    double weights[CATALOG_FAMILY_COUNT];
    for (size_t i = 0; i < CATALOG_FAMILY_COUNT; i++)
        weights[i] = shopper_model_families[i];
    for (uint64_t key = 0; key < PEOPLE; key++) {
        uint32_t shares[CATALOG_FAMILY_COUNT];
        shopper_break_stick(rng_mix(key), shares);
        size_t best = 0;
        uint32_t sum = 0;
        for (size_t i = 0; i < CATALOG_FAMILY_COUNT; i++) {
            if (shares[i] > shares[best]) best = i;
            sum += shares[i];
        }
        assert_int_equal(sum, SHOPPER_STICK);
        assert_in_range(
            shares[best], SHOPPER_STICK / 100 * SHOPPER_MODEL_TASTE_LEAST,
            SHOPPER_STICK / 100 * SHOPPER_MODEL_TASTE_MOST);
        favourites[best]++;
    }
    assert_distributed("favourite family", favourites, weights, CATALOG_FAMILY_COUNT);
}

// How much two days' tastes differ, of 2.
static double distance(const struct shopper_tastes *left, const struct shopper_tastes *right) {
    double left_sum = 0, right_sum = 0, sum = 0;
    for (size_t i = 0; i < CATALOG_FAMILY_COUNT; i++) {
        left_sum += left->families[i];
        right_sum += right->families[i];
    }
    for (size_t i = 0; i < CATALOG_FAMILY_COUNT; i++)
        sum += fabs(left->families[i] / left_sum - right->families[i] / right_sum);
    return sum;
}

static void tastes_drift_slowly(void **state) {
    (void)state;
    struct shopper_shop *shop = new_shop();
    double a_day = 0, years = 0, others = 0;
    enum { SHOPPERS = 500 };
    for (uint32_t i = 0; i < SHOPPERS; i++) {
        struct shopper_habit habit, other;
        struct shopper_tastes first, next_day, later, of_other;
        shopper_habit_init(&habit, KEY, i);
        shopper_habit_init(&other, KEY, i + SHOPPERS);
        shopper_tastes_init(&first, shop, &habit, 18000);
        shopper_tastes_init(&next_day, shop, &habit, 18001);
        shopper_tastes_init(&later, shop, &habit, 18000 + 1461); // the same day of the year
        shopper_tastes_init(&of_other, shop, &other, 18000);
        assert_int_equal(first.liking_key, later.liking_key);
        a_day += distance(&first, &next_day) / SHOPPERS;
        years += distance(&first, &later) / SHOPPERS;
        others += distance(&first, &of_other) / SHOPPERS;
    }
    assert_true(a_day < 0.02);
    assert_true(years > 0.1 && years < others / 2);
    mem_free(shop);
}

static void likings_are_even_and_steady(void **state) {
    (void)state;
    struct shopper_shop *shop = new_shop();
    struct shopper_tastes tastes = {.liking_key = KEY, .style = SHOPPER_STYLES};
    tastes.brand = tastes.second_brand = UINT8_MAX; // of no brand
    for (size_t i = 0; i < CATALOG_COUNT; i++)
        shop->appeal[i] = 256;
    uint64_t counts[SHOPPER_MODEL_LIKINGS] = {0};
    double even[SHOPPER_MODEL_LIKINGS];
    const size_t product = 0; // of a price that every budget likes alike
    assert_int_equal(shopper_model_prices[1][shop->price_band[product]], 16);
    tastes.budget = 1;
    for (uint64_t i = 0; i < PEOPLE; i++) {
        tastes.liking_key = rng_mix(i);
        const uint32_t interest = shopper_interest(&tastes, shop, product);
        assert_int_equal(interest, shopper_interest(&tastes, shop, product));
        for (size_t k = 0; k < SHOPPER_MODEL_LIKINGS; k++)
            counts[k] += interest == shopper_model_likings[k] * 16u + 1;
    }
    uint64_t total = 0;
    for (size_t k = 0; k < SHOPPER_MODEL_LIKINGS; k++) {
        total += counts[k];
        even[k] = 1;
    }
    assert_int_equal(total, PEOPLE);
    assert_distributed("liking", counts, even, SHOPPER_MODEL_LIKINGS);
    mem_free(shop);
}

static void the_dear_is_not_for_the_careful(void **state) {
    (void)state;
    struct shopper_shop *shop = new_shop();
    const size_t cheap = 37, dear = 8; // socks, a leather jacket
    assert_true(shop->price_band[cheap] == 0 && shop->price_band[dear] == 3);
    shop->appeal[cheap] = shop->appeal[dear] = 100;
    double ratios[SHOPPER_MODEL_BUDGETS];
    for (uint8_t budget = 0; budget < SHOPPER_MODEL_BUDGETS; budget++) {
        double sums[2] = {0};
        for (uint64_t i = 0; i < 4000; i++) {
            struct shopper_tastes tastes = {.liking_key = rng_mix(i), .budget = budget};
            sums[0] += shopper_interest(&tastes, shop, cheap);
            sums[1] += shopper_interest(&tastes, shop, dear);
        }
        ratios[budget] = sums[1] / sums[0];
    }
    assert_true(ratios[0] > 1.5 * ratios[1] && ratios[1] > 2 * ratios[2]);
    mem_free(shop);
}

// ---- visits ----

enum { FIRST_DAY = 18262, DAYS = 280 }; // 2020-01-01, a Wednesday; before the rush

static void visits_are_as_many_as_the_table_says(void **state) {
    (void)state;
    uint64_t counts[SHOPPER_MODEL_LEVELS] = {0}, people[SHOPPER_MODEL_LEVELS] = {0};
    uint64_t weekdays[7] = {0};
    double weights[7];
    for (uint32_t i = 1; i <= 1200; i++) {
        struct shopper_habit habit;
        shopper_habit_init(&habit, KEY, i);
        people[habit.level]++;
        for (int64_t day = FIRST_DAY; day < FIRST_DAY + DAYS; day++) {
            struct shopper_visit visits[SHOPPER_MODEL_DAY_VISITS];
            const size_t count = shopper_visits(&habit, day, visits);
            counts[habit.level] += count;
            if (habit.level < 15) weekdays[(day - FIRST_DAY + 2) % 7] += count;
        }
    }
    for (size_t i = 0; i < SHOPPER_MODEL_LEVELS; i++) {
        const double expected = (double)people[i] * (DAYS / 7.0) * shopper_model_activity[i] / 100;
        // four standard deviations; visits that come too close to midnight fall away: 2 % at most
        assert_true((double)counts[i] < expected + 4 * sqrt(expected));
        assert_true((double)counts[i] > expected * 0.98 - 4 * sqrt(expected));
    }
    for (size_t i = 0; i < 7; i++)
        weights[i] = shopper_model_weekdays[i];
    assert_distributed("weekday", weekdays, weights, 7);
}

static void visits_keep_apart_and_within_the_day(void **state) {
    (void)state;
    size_t several = 0;
    for (uint32_t i = 1; i <= 2000; i++) {
        struct shopper_habit habit;
        shopper_habit_init(&habit, KEY, i);
        habit.activity = 900;
        for (int64_t day = FIRST_DAY; day < FIRST_DAY + 20; day++) {
            struct shopper_visit visits[SHOPPER_MODEL_DAY_VISITS];
            const size_t count = shopper_visits(&habit, day, visits);
            several += count > 1;
            for (size_t at = 0; at < count; at++) {
                assert_in_range(
                    visits[at].start_s, SHOPPER_MODEL_FIRST_START, SHOPPER_MODEL_LAST_START);
                if (at > 0)
                    assert_true(visits[at].start_s >= visits[at - 1].start_s + SHOPPER_MODEL_APART);
            }
        }
    }
    assert_true(several > 5000);
}

static void visits_come_from_the_usual_device_mostly(void **state) {
    (void)state;
    uint64_t usual = 0, emails = 0, others[3] = {0};
    for (uint32_t i = 1; i <= PEOPLE; i++) {
        struct shopper_habit habit;
        shopper_habit_init(&habit, KEY, i);
        const struct shopper_origin origin = shopper_visit_origin(&habit, i % 97, i % 4);
        assert_in_range(origin.source, GENERATOR_ANDROID, GENERATOR_IOS);
        usual += origin.source == habit.source;
        emails += origin.has_email;
        others[(origin.source + 3u - habit.source) % 3]++;
    }
    assert_rate("usual device", usual, PEOPLE, SHOPPER_MODEL_USUAL_SOURCE / 100.0);
    assert_rate("e-mail", emails, PEOPLE, SHOPPER_MODEL_EMAIL / 100.0);
    assert_rate("the other devices", others[1], others[1] + others[2], 0.5);
}

static void earlier_visits_are_counted_without_walking_the_plan(void **state) {
    (void)state;
    struct shopper_habit habit;
    shopper_habit_init(&habit, KEY, 0);
    uint32_t all = 0, from_web = 0;
    for (int64_t day = FIRST_DAY; day < FIRST_DAY + 100; day++) {
        struct shopper_visit visits[SHOPPER_MODEL_DAY_VISITS];
        const size_t count = shopper_visits(&habit, day, visits);
        for (size_t i = 0; i < count; i++) {
            const uint32_t number = visits[i].number;
            assert_int_equal(
                shopper_visits_before(
                    &habit, FIRST_DAY, day, number, GENERATOR_SOURCE_COUNT, UINT32_MAX),
                all);
            assert_int_equal(
                shopper_visits_before(&habit, FIRST_DAY, day, number, GENERATOR_WEB, UINT32_MAX),
                from_web);
            assert_int_equal(
                shopper_visits_before(&habit, FIRST_DAY, day, number, GENERATOR_SOURCE_COUNT, 1),
                all ? 1 : 0);
            all++;
            from_web += shopper_visit_origin(&habit, day, number).source == GENERATOR_WEB;
        }
    }
    assert_true(from_web > 10 && all > from_web);
}

static void months_are_found_in_every_century(void **state) {
    (void)state;
    static const struct {
        struct clock_date date;
        uint32_t month;
    } cases[] = {
        {{.year = 1, .month = 1, .day = 15}, 0},      {{.year = 1969, .month = 12, .day = 20}, 11},
        {{.year = 1970, .month = 1, .day = 1}, 0},    {{.year = 2019, .month = 5, .day = 19}, 4},
        {{.year = 2024, .month = 7, .day = 15}, 6},   {{.year = 2026, .month = 11, .day = 20}, 10},
        {{.year = 9999, .month = 12, .day = 20}, 11},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const int64_t second = clock_date_to_s(cases[i].date);
        assert_int_equal(shopper_month(shopper_floor_divide(second, 86400)), cases[i].month);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(goods_stand_in_the_order_of_the_catalogue),
    cmocka_unit_test(goods_have_neighbours_and_company),
    cmocka_unit_test(the_first_shopper_is_the_workshops_test_user),
    cmocka_unit_test(shoppers_have_ids_of_their_own),
    cmocka_unit_test(habits_are_distributed_as_the_tables_say),
    cmocka_unit_test(favourite_families_follow_their_weights),
    cmocka_unit_test(tastes_drift_slowly),
    cmocka_unit_test(likings_are_even_and_steady),
    cmocka_unit_test(the_dear_is_not_for_the_careful),
    cmocka_unit_test(visits_are_as_many_as_the_table_says),
    cmocka_unit_test(visits_keep_apart_and_within_the_day),
    cmocka_unit_test(visits_come_from_the_usual_device_mostly),
    cmocka_unit_test(earlier_visits_are_counted_without_walking_the_plan),
    cmocka_unit_test(months_are_found_in_every_century),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
