// shopper_people — who a shopper is. Ids and traits are of his number alone; habits and tastes are the
// plan's.
#include "shopper_internal.h"

#include "base/clock.h"

#define DAY_MS INT64_C(86400000)
#define TEST_USER UINT64_C(2941404340)

// Coprime to the 9,000,000,000 numbers of ten digits, near the golden section: one step after the other meets
// each number once, and never near the last ones.
#define USER_NUMBERS UINT64_C(9000000000)
#define LEAST_USER_NUMBER UINT64_C(1000000000)
#define USER_STRIDE UINT64_C(5562305899)
#define PERSON_KEY UINT64_C(0x5eed0fa11be09e01)

uint64_t shopper_user_number(uint32_t shopper) {
    const uint64_t walked = shopper * USER_STRIDE % USER_NUMBERS; // below 2^57 before the remainder
    return LEAST_USER_NUMBER + (TEST_USER - LEAST_USER_NUMBER + walked) % USER_NUMBERS;
}

size_t shopper_put_user_id(uint32_t shopper, char out[SHOPPER_ID_BYTES]) {
    return generator_put_decimal(out, shopper_user_number(shopper));
}

size_t shopper_put_anonymous_id(uint32_t shopper, char out[GENERATOR_UUID_BYTES]) {
    static const char test_user[] = "2941404340-anon"; // as the workshop names it
    if (shopper == 0) {
        memcpy(out, test_user, sizeof(test_user));
        return sizeof(test_user) - 1;
    }
    const uint64_t key = generator_draw(PERSON_KEY, shopper);
    generator_put_uuid(out, generator_draw(key, 0), generator_draw(key, 1));
    return GENERATOR_UUID_BYTES - 1;
}

// From 198.18.0.0/15, which is set aside for tests of devices (RFC 2544): nobody's address.
void shopper_put_ip(uint32_t shopper, char out[GENERATOR_IP_BYTES]) {
    const uint64_t drawn = generator_draw(generator_draw(PERSON_KEY, shopper), 2);
    const uint32_t network = UINT32_C(198) << 24 | UINT32_C(18) << 16;
    generator_put_ip(out, network + 1 + (uint32_t)generator_below(drawn, (1u << 17) - 2));
}

static const struct {
    const char *name, *country;
} cities[] = {
    {"Amsterdam", "NL"}, {"Austin", "US"},   {"Berlin", "DE"},    {"Boston", "US"},
    {"Chicago", "US"},   {"Denver", "US"},   {"Dublin", "IE"},    {"Lisbon", "PT"},
    {"London", "GB"},    {"Lyon", "FR"},     {"Madrid", "ES"},    {"Milan", "IT"},
    {"Montreal", "CA"},  {"New York", "US"}, {"Oslo", "NO"},      {"Paris", "FR"},
    {"Portland", "US"},  {"Prague", "CZ"},   {"San Diego", "US"}, {"Seattle", "US"},
    {"Sydney", "AU"},    {"Toronto", "CA"},  {"Vienna", "AT"},    {"Warsaw", "PL"},
};

// Letters alone, in lower case.
static void add_mail_name(struct buf *out, const char *text) {
    for (; *text; text++) {
        if (*text >= 'A' && *text <= 'Z') buf_add_char(out, (char)(*text + 'a' - 'A'));
        if (*text >= 'a' && *text <= 'z') buf_add_char(out, *text);
    }
}

// E-mail addresses end in the user's number, so that each is one person's, in a domain that is for examples.
void shopper_add_traits(uint32_t shopper, struct buf *out) {
    struct shopper_chance chance = {.key = generator_draw(PERSON_KEY, shopper), .number = 3};
    const char *first = generator_first_names[shopper_below(&chance, GENERATOR_FIRST_NAMES)];
    const char *last = generator_last_names[shopper_below(&chance, GENERATOR_LAST_NAMES)];
    const size_t city = shopper_below(&chance, ARRAY_COUNT(cities));
    // two dice: mostly in the middle
    const uint32_t age = 18 + shopper_below(&chance, 29) + shopper_below(&chance, 29);
    const int64_t joined = 17167 + shopper_below(&chance, 730); // in 2017 or 2018
    generator_add_member(out, STR("{\"firstName\":"), str_from(first));
    generator_add_member(out, STR(",\"lastName\":"), str_from(last));
    buf_add(out, STR(",\"name\":\""));
    buf_add(out, str_from(first));
    buf_add_char(out, ' ');
    buf_add(out, str_from(last));
    buf_add(out, STR("\",\"email\":\""));
    add_mail_name(out, first);
    buf_add_char(out, '.');
    add_mail_name(out, last);
    buf_add_char(out, '.');
    buf_add_int(out, (int64_t)shopper_user_number(shopper));
    buf_add(out, STR("@example.com\",\"age\":"));
    buf_add_int(out, age);
    generator_add_member(out, STR(",\"address\":{\"city\":"), str_from(cities[city].name));
    generator_add_member(out, STR(",\"country\":"), str_from(cities[city].country));
    buf_add(out, STR("},\"createdAt\":\""));
    clock_add_iso8601(out, joined * DAY_MS + (int64_t)shopper_below(&chance, DAY_MS));
    buf_add(out, STR("\"}"));
}

void shopper_habit_init(struct shopper_habit *habit, uint64_t people_key, uint32_t shopper) {
    const uint64_t key = generator_draw(people_key, shopper);
    struct shopper_chance chance = {.key = shopper_key(key, SHOPPER_OF_HABIT)};
    habit->key = key;
    habit->time_key = shopper_key(key, SHOPPER_OF_TIME);
    habit->level = (uint8_t)shopper_below(&chance, SHOPPER_MODEL_LEVELS);
    habit->source = (uint8_t)shopper_pick_small(
        &chance, shopper_model_sources, ARRAY_COUNT(shopper_model_sources));
    habit->hour =
        (uint8_t)shopper_pick_small(&chance, shopper_model_hours, ARRAY_COUNT(shopper_model_hours));
    if (shopper == 0) { // whom the workshop's handler must see
        habit->level = SHOPPER_MODEL_TEST_USER_LEVEL;
        habit->source = GENERATOR_WEB;
    }
    habit->activity = shopper_model_activity[habit->level];
}

// Breaks a stick: the favourite family gets about half, the next half of what is left …
void shopper_break_stick(uint64_t key, uint32_t shares[CATALOG_FAMILY_COUNT]) {
    struct shopper_chance chance = {.key = key};
    uint8_t weights[CATALOG_FAMILY_COUNT];
    memcpy(weights, shopper_model_families, sizeof(weights));
    uint32_t left = SHOPPER_STICK;
    for (size_t rank = 0; rank < CATALOG_FAMILY_COUNT; rank++) {
        const size_t family = shopper_pick_small(&chance, weights, CATALOG_FAMILY_COUNT);
        const uint32_t percent =
            SHOPPER_MODEL_TASTE_LEAST +
            shopper_below(&chance, SHOPPER_MODEL_TASTE_MOST - SHOPPER_MODEL_TASTE_LEAST + 1);
        const uint32_t share = rank + 1 < CATALOG_FAMILY_COUNT ? left * percent / 100 : left;
        shares[family] = share;
        left -= share;
        weights[family] = 0;
    }
}

// The part that drifts goes from one epoch's stick to the next one's, day by day.
static void mix_families(uint64_t key, int64_t day, uint32_t out[CATALOG_FAMILY_COUNT]) {
    uint32_t lasting[CATALOG_FAMILY_COUNT];
    uint32_t before[CATALOG_FAMILY_COUNT];
    uint32_t after[CATALOG_FAMILY_COUNT];
    const int64_t phase = (int64_t)shopper_scale(key, SHOPPER_MODEL_DRIFT_DAYS);
    const int64_t epoch = shopper_floor_divide(day - phase, SHOPPER_MODEL_DRIFT_DAYS);
    const uint32_t passed = (uint32_t)(day - phase - epoch * SHOPPER_MODEL_DRIFT_DAYS);
    shopper_break_stick(key, lasting);
    shopper_break_stick(generator_draw(rng_mix(key), (uint64_t)epoch), before);
    shopper_break_stick(generator_draw(rng_mix(key), (uint64_t)epoch + 1), after);
    const uint32_t month = shopper_month(day);
    for (size_t i = 0; i < CATALOG_FAMILY_COUNT; i++) {
        const uint32_t drifting =
            (before[i] * (SHOPPER_MODEL_DRIFT_DAYS - passed) + after[i] * passed) /
            SHOPPER_MODEL_DRIFT_DAYS;
        const uint32_t mixed =
            (lasting[i] * (100 - SHOPPER_MODEL_DRIFT) + drifting * SHOPPER_MODEL_DRIFT) / 100;
        out[i] = mixed * shopper_model_seasons[i][month] / 100 + 1;
    }
}

void shopper_tastes_init(
    struct shopper_tastes *tastes,
    const struct shopper_shop *shop,
    const struct shopper_habit *habit,
    int64_t day) {
    const uint64_t key = shopper_key(habit->key, SHOPPER_OF_TASTE);
    mix_families(key, day, tastes->families);
    struct shopper_chance chance = {.key = shopper_key(habit->key, SHOPPER_OF_LIKING)};
    tastes->style = (uint8_t)shopper_below(&chance, SHOPPER_STYLES);
    tastes->brand = (uint8_t)shopper_below(&chance, shop->brand_count);
    tastes->second_brand = (uint8_t)shopper_below(&chance, shop->brand_count);
    tastes->budget = (uint8_t)shopper_below(&chance, SHOPPER_MODEL_BUDGETS);
    tastes->liking_key = shopper_draw(&chance);
}

// At most 220 · 400 · 16 / 256 · 2.5 · 2 = 27,500: sums over lists stay far below 32 bits, weights included.
uint32_t shopper_interest(
    const struct shopper_tastes *tastes, const struct shopper_shop *shop, size_t product) {
    const uint64_t drawn = generator_draw(tastes->liking_key, product);
    uint32_t interest = shop->appeal[product] * shopper_model_likings[drawn >> 60] *
                        shopper_model_prices[tastes->budget][shop->price_band[product]] / 256;
    const uint8_t brand = shop->brand[product];
    if (brand == tastes->brand || brand == tastes->second_brand)
        interest = interest * SHOPPER_MODEL_BRAND / 100;
    if (shopper_good(product)->style == tastes->style)
        interest = interest * SHOPPER_MODEL_STYLE / 100;
    return interest + 1;
}
