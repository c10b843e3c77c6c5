// shopper_internal — the parts of the shopper model among themselves.
//
//   goods     what the things are to a shopper, and how the shop is laid out     once per plan
//   people    who somebody is: ids, traits, habits, tastes                       once per visit
//   visits    when he comes, from which device; the visits of a day in order     once per day
//   script    what he does: the steps of one visit                               once per visit
//   print     a step as JSON                                                     once per message
//   model     ties them to the walk of generator.c
#pragma once

#include "generator/shopper_model.h"
#include "internal.h"

// ---- chance ----

enum shopper_purpose {
    SHOPPER_OF_SHOP,
    SHOPPER_OF_PEOPLE,
    SHOPPER_OF_HABIT,
    SHOPPER_OF_TIME,
    SHOPPER_OF_VISIT,
    SHOPPER_OF_TASTE,
    SHOPPER_OF_LIKING,
    SHOPPER_OF_ERRAND,
    SHOPPER_OF_BASIC,
};

// A row of draws, taken one after the other.
struct shopper_chance {
    uint64_t key, number;
};

static inline uint64_t shopper_draw(struct shopper_chance *chance) {
    return generator_draw(chance->key, chance->number++);
}

// 0 … bound-1 for bounds of 32 bits, from the upper half of a draw: no division in the inner loops.
static inline uint32_t shopper_scale(uint64_t draw, uint32_t bound) {
    return (uint32_t)((draw >> 32) * bound >> 32);
}

static inline uint32_t shopper_below(struct shopper_chance *chance, uint32_t bound) {
    return shopper_scale(shopper_draw(chance), bound);
}

static inline bool shopper_happens(struct shopper_chance *chance, uint32_t percent) {
    return shopper_below(chance, 100) < percent;
}

// The key of one purpose under another key.
static inline uint64_t shopper_key(uint64_t key, enum shopper_purpose purpose) {
    return rng_mix(key ^ rng_mix((uint64_t)purpose + 1));
}

// In proportion to the weights; the first one if all are zero.
size_t shopper_pick(struct shopper_chance *chance, const uint32_t *weights, size_t count);
size_t shopper_pick_small(struct shopper_chance *chance, const uint8_t *weights, size_t count);

// ---- goods ----

#define SHOPPER_BESIDE 6
#define SHOPPER_WITH 4
#define SHOPPER_STYLES 4
#define SHOPPER_FAMILY_MOST CATALOG_COUNT

struct shopper_good {
    const char *sku; // of the catalogue's row of the same number
    const char *brand;
    uint8_t style;
    bool is_basic;
};
const struct shopper_good *shopper_good(size_t product);

struct shopper_shop {
    uint32_t appeal[CATALOG_COUNT];                          // a few hits
    uint8_t price_band[CATALOG_COUNT], brand[CATALOG_COUNT]; // brand: a small number
    uint8_t beside[CATALOG_COUNT][SHOPPER_BESIDE];           // nearest first
    uint8_t with[CATALOG_COUNT][SHOPPER_WITH];               // what goes with it, best first
    uint8_t of_family[CATALOG_FAMILY_COUNT][SHOPPER_FAMILY_MOST];
    uint8_t family_count[CATALOG_FAMILY_COUNT];
    uint8_t basics[CATALOG_COUNT];
    uint8_t basic_count, brand_count;
    uint16_t printed_at[CATALOG_COUNT + 1]; // the product's fields as JSON, made once
    char printed[16 * 1024];
};
void shopper_shop_init(struct shopper_shop *shop, uint64_t key);
struct str shopper_shop_fields(const struct shopper_shop *shop, size_t product);
extern const uint8_t shopper_beside_weights[SHOPPER_BESIDE];
extern const uint8_t shopper_with_weights[SHOPPER_WITH];

// ---- people ----

#define SHOPPER_ID_BYTES 10

// What the visits need; cheap, because every day asks it of everybody.
struct shopper_habit {
    uint64_t key, time_key;
    uint32_t activity; // visits a week in hundredths
    uint8_t level, source, hour;
};
void shopper_habit_init(struct shopper_habit *habit, uint64_t people_key, uint32_t shopper);

struct shopper_tastes {
    uint32_t families[CATALOG_FAMILY_COUNT]; // season and drift included
    uint64_t liking_key;
    uint8_t style, brand, second_brand, budget;
};
void shopper_tastes_init(
    struct shopper_tastes *tastes,
    const struct shopper_shop *shop,
    const struct shopper_habit *habit,
    int64_t day);
// Shares of the families that sum up to SHOPPER_STICK.
#define SHOPPER_STICK 10000u
void shopper_break_stick(uint64_t key, uint32_t shares[CATALOG_FAMILY_COUNT]);
// How much he is drawn to the thing, families apart.
uint32_t shopper_interest(
    const struct shopper_tastes *tastes, const struct shopper_shop *shop, size_t product);

// Of the number alone.
uint64_t shopper_user_number(uint32_t shopper);
size_t shopper_put_user_id(uint32_t shopper, char out[SHOPPER_ID_BYTES]); // no NUL
size_t shopper_put_anonymous_id(uint32_t shopper, char out[GENERATOR_UUID_BYTES]);
void shopper_put_ip(uint32_t shopper, char out[GENERATOR_IP_BYTES]);
void shopper_add_traits(uint32_t shopper, struct buf *out); // a JSON object

// ---- visits ----

struct shopper_visit {
    uint32_t start_s; // of the day
    uint32_t number;  // of the shopper's day; a name, not an order
};
// In the order of time. Returns how many.
size_t shopper_visits(
    const struct shopper_habit *habit,
    int64_t day,
    struct shopper_visit out[SHOPPER_MODEL_DAY_VISITS]);
uint64_t shopper_visit_key(const struct shopper_habit *habit, int64_t day, uint32_t number);
struct shopper_origin {
    enum generator_source source;
    bool has_email; // begins with one
};
struct shopper_origin
shopper_visit_origin(const struct shopper_habit *habit, int64_t day, uint32_t number);
// Visits from `from_day` on before the one given, counted up to `limit`; with `source` below COUNT only
// those from it.
uint32_t shopper_visits_before(
    const struct shopper_habit *habit,
    int64_t from_day,
    int64_t day,
    uint32_t number,
    enum generator_source source,
    uint32_t limit);
int64_t shopper_floor_divide(int64_t value, int64_t by);
uint32_t shopper_month(int64_t day);        // 0: January
uint32_t shopper_day_percents(int64_t day); // of the usual visits: 10,000 is a usual day

// The visits of a day, as numbers in the order of the walk: start second, shopper, visit.
#define SHOPPER_UNIT_BITS 26
struct shopper_day {
    int64_t day;
    bool is_made;
    uint64_t *visits, *spare; // owned
    size_t count, cap;
    size_t hint; // where the last search ended
};
void shopper_day_release(struct shopper_day *day);
void shopper_day_make(
    struct shopper_day *made, const struct generator_plan *plan, uint64_t people_key, int64_t day);
// The first one at or after the place; false: none is left.
bool shopper_day_find(struct shopper_day *made, uint32_t step, uint32_t unit, uint64_t *out);

// ---- script ----

#define SHOPPER_MOST_STEPS 36

enum shopper_step_kind {
    SHOPPER_EMAIL_OPENED,
    SHOPPER_EMAIL_CLICKED,
    SHOPPER_IDENTIFIED,
    SHOPPER_PAGE_VIEWED,
    SHOPPER_LIST_VIEWED,
    SHOPPER_CLICKED,
    SHOPPER_VIEWED,
    SHOPPER_ADDED,
    SHOPPER_ORDERED,
};

struct shopper_session;
struct shopper_step {
    const struct shopper_session *session;  // the one it is of
    uint32_t offset_s;                      // after the visit's start
    uint8_t kind, product, quantity, place; // place: in the list it was clicked in, from 1
};

struct shopper_session {
    const struct shopper_shop *shop;
    uint32_t shopper, start_s, number;
    int64_t day;
    struct shopper_origin origin;
    uint64_t key;
    struct shopper_step steps[SHOPPER_MOST_STEPS];
    uint32_t step_count;
    uint8_t list_family;
    uint8_t cart[GENERATOR_MOST_PRODUCTS], quantities[GENERATOR_MOST_PRODUCTS];
    uint32_t cart_count;
    char user_id[SHOPPER_ID_BYTES], anonymous_id[GENERATOR_UUID_BYTES], ip[GENERATOR_IP_BYTES];
    size_t anonymous_id_bytes;
};

// shop, shopper, day, number, start_s and origin are set; fills in the rest but the ids.
void shopper_script(
    struct shopper_session *session, const struct shopper_habit *habit, bool is_new_to_source);

// ---- print ----

void shopper_print(
    const struct shopper_step *step, const struct generator_message *message, struct buf *out);
