// shopper_visits — when shoppers come and from where, each day a pure function of the shopper; and the visits
// of one day in the order in which they begin.
//
// How many come on a day is four throws at a chance of a quarter of the day's rate: all from one draw, since
// whoever looks at earlier days looks at many.
#include "shopper_internal.h"

#include "base/memory.h"

#define HOUR_S 3600u

int64_t shopper_floor_divide(int64_t value, int64_t by) {
    return value / by - (value % by < 0);
}

// Days since 1 January at 365.2425 days a year: a day off at most, which no season notices.
static uint32_t day_of_year(int64_t day) {
    const int64_t parts = day * 10000 - shopper_floor_divide(day * 10000, 3652425) * 3652425;
    return (uint32_t)(parts / 10000);
}

uint32_t shopper_month(int64_t day) {
    return day_of_year(day) * 12 / 366;
}

static uint32_t weekday(int64_t day) { // 0: Monday; 1970-01-01 was a Thursday
    return (uint32_t)(day + 3 - shopper_floor_divide(day + 3, 7) * 7);
}

static bool is_rush(int64_t day) {
    const uint32_t in_year = day_of_year(day);
    return in_year >= 318 && in_year <= 357;
}

uint32_t shopper_day_percents(int64_t day) {
    return shopper_model_weekdays[weekday(day)] * (is_rush(day) ? SHOPPER_MODEL_RUSH : 100u);
}

// Of 65536, for one of the throws.
static uint32_t throw_chance(uint32_t activity, int64_t day) {
    const uint64_t percents = shopper_day_percents(day);
    return (
        uint32_t)(activity * percents * 65536 / (UINT64_C(100) * 7 * 100 * 100 * SHOPPER_MODEL_DAY_VISITS));
}

// The throws that hit, as bits.
static unsigned throw_visits(const struct shopper_habit *habit, int64_t day) {
    const uint32_t chance = throw_chance(habit->activity, day);
    uint64_t lanes = generator_draw(habit->time_key, (uint64_t)day);
    unsigned hits = 0;
    for (unsigned i = 0; i < SHOPPER_MODEL_DAY_VISITS; i++, lanes >>= 16)
        hits |= (unsigned)((lanes & 0xFFFF) < chance) << i;
    return hits;
}

uint64_t shopper_visit_key(const struct shopper_habit *habit, int64_t day, uint32_t number) {
    const uint64_t of_visits = shopper_key(habit->key, SHOPPER_OF_VISIT);
    return rng_mix(
        generator_draw(of_visits, (uint64_t)day * SHOPPER_MODEL_DAY_VISITS + (uint64_t)number));
}

static uint32_t start_of(const struct shopper_habit *habit, int64_t day, uint32_t number) {
    static const uint8_t around[] = {1, 2, 4, 2, 1}; // the usual hour in the middle
    struct shopper_chance chance = {
        .key = rng_mix(shopper_visit_key(habit, day, number) ^ habit->time_key)};
    uint32_t hour;
    if (shopper_happens(&chance, SHOPPER_MODEL_USUAL_HOUR)) {
        const uint32_t moved = (uint32_t)shopper_pick_small(&chance, around, ARRAY_COUNT(around));
        hour = (habit->hour + moved + 22) % 24;
    } else {
        hour = (uint32_t)shopper_pick_small(
            &chance, shopper_model_hours, ARRAY_COUNT(shopper_model_hours));
    }
    const uint32_t start = hour * HOUR_S + shopper_below(&chance, HOUR_S);
    if (start < SHOPPER_MODEL_FIRST_START) return SHOPPER_MODEL_FIRST_START + start % HOUR_S;
    if (start > SHOPPER_MODEL_LAST_START) return SHOPPER_MODEL_LAST_START - start % HOUR_S;
    return start;
}

// In order, far enough from each other; what would begin too late does not take place.
static size_t part_visits(struct shopper_visit *visits, size_t count) {
    for (size_t i = 1; i < count; i++) {
        for (size_t at = i; at && visits[at].start_s < visits[at - 1].start_s; at--) {
            const struct shopper_visit later = visits[at - 1];
            visits[at - 1] = visits[at];
            visits[at] = later;
        }
    }
    for (size_t i = 1; i < count; i++) {
        const uint32_t earliest = visits[i - 1].start_s + SHOPPER_MODEL_APART;
        if (visits[i].start_s < earliest) visits[i].start_s = earliest;
        if (visits[i].start_s > SHOPPER_MODEL_LAST_START) return i;
    }
    return count;
}

size_t shopper_visits(
    const struct shopper_habit *habit,
    int64_t day,
    struct shopper_visit out[SHOPPER_MODEL_DAY_VISITS]) {
    const unsigned hits = throw_visits(habit, day);
    size_t count = 0;
    for (uint32_t i = 0; i < SHOPPER_MODEL_DAY_VISITS; i++) {
        if (hits >> i & 1)
            out[count++] = (struct shopper_visit){.start_s = start_of(habit, day, i), .number = i};
    }
    return part_visits(out, count);
}

struct shopper_origin
shopper_visit_origin(const struct shopper_habit *habit, int64_t day, uint32_t number) {
    struct shopper_chance chance = {.key = shopper_visit_key(habit, day, number)};
    enum generator_source source = (enum generator_source)habit->source;
    if (!shopper_happens(&chance, SHOPPER_MODEL_USUAL_SOURCE)) { // one of the two others
        const uint32_t further = 1 + shopper_below(&chance, 2);
        source = (enum generator_source)((habit->source + further) % 3);
    }
    return (struct shopper_origin){
        .source = source,
        .has_email = shopper_happens(&chance, SHOPPER_MODEL_EMAIL),
    };
}

uint32_t shopper_visits_before(
    const struct shopper_habit *habit,
    int64_t from_day,
    int64_t day,
    uint32_t number,
    enum generator_source source,
    uint32_t limit) {
    uint32_t found = 0;
    struct shopper_visit visits[SHOPPER_MODEL_DAY_VISITS];
    for (int64_t at = from_day; at <= day && found < limit; at++) {
        const unsigned hits = throw_visits(habit, at);
        if (!hits) continue;
        const size_t count = shopper_visits(habit, at, visits);
        for (size_t i = 0; i < count && found < limit; i++) {
            if (at == day && visits[i].number == number) return found;
            if (source == GENERATOR_SOURCE_COUNT ||
                shopper_visit_origin(habit, at, visits[i].number).source == source)
                found++;
        }
    }
    return found;
}

// ---- a day ----

void shopper_day_release(struct shopper_day *day) {
    mem_free(day->visits);
    mem_free(day->spare);
    *day = (struct shopper_day){0};
}

static void add_visit(struct shopper_day *made, uint32_t start_s, uint64_t unit) {
    if (made->count == made->cap) {
        made->cap = made->cap ? made->cap * 2 : 1024;
        made->visits = mem_resize(made->visits, made->cap, sizeof(*made->visits));
        made->spare = mem_resize(made->spare, made->cap, sizeof(*made->spare));
    }
    made->visits[made->count++] = (uint64_t)start_s << SHOPPER_UNIT_BITS | unit;
}

#define DIGIT_BITS 9 // two digits hold the 17 bits of a second of the day
#define DIGITS (1u << DIGIT_BITS)

static void sort_by_digit(const uint64_t *from, uint64_t *to, size_t count, unsigned shift) {
    size_t places[DIGITS] = {0};
    for (size_t i = 0; i < count; i++)
        places[from[i] >> shift & (DIGITS - 1)]++;
    size_t before = 0;
    for (size_t i = 0; i < DIGITS; i++) {
        const size_t here = places[i];
        places[i] = before;
        before += here;
    }
    for (size_t i = 0; i < count; i++)
        to[places[from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

void shopper_day_make(
    struct shopper_day *made, const struct generator_plan *plan, uint64_t people_key, int64_t day) {
    made->count = 0;
    made->hint = 0;
    made->day = day;
    made->is_made = true;
    for (uint64_t i = generator_first_of_shard(plan, 0, 0); i < plan->users; i += plan->shards) {
        struct shopper_habit habit;
        shopper_habit_init(&habit, people_key, (uint32_t)i);
        struct shopper_visit visits[SHOPPER_MODEL_DAY_VISITS];
        const size_t count = shopper_visits(&habit, day, visits);
        for (size_t at = 0; at < count; at++)
            add_visit(made, visits[at].start_s, i * SHOPPER_MODEL_DAY_VISITS + visits[at].number);
    }
    if (made->count < 2) return;
    // the shoppers are in order already, and each digit's pass keeps what it finds
    sort_by_digit(made->visits, made->spare, made->count, SHOPPER_UNIT_BITS);
    sort_by_digit(made->spare, made->visits, made->count, SHOPPER_UNIT_BITS + DIGIT_BITS);
}

bool shopper_day_find(struct shopper_day *made, uint32_t step, uint32_t unit, uint64_t *out) {
    const uint64_t wanted = (uint64_t)step << SHOPPER_UNIT_BITS;
    // `unit` may be past the last shopper: then it is the next second's first
    const uint64_t place =
        wanted + (unit >> SHOPPER_UNIT_BITS ? UINT64_C(1) << SHOPPER_UNIT_BITS : unit);
    size_t low = 0;
    size_t high = made->count;
    if (made->hint < made->count && made->visits[made->hint] < place) low = made->hint + 1;
    if (low < high && made->visits[low] >= place && (low == 0 || made->visits[low - 1] < place))
        high = low; // the walk goes on where it was
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (made->visits[middle] < place) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == made->count) return false;
    made->hint = low;
    *out = made->visits[low];
    return true;
}
