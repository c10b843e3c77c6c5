// workshop — who does what and when; workshop_print.c says how it looks.
//
// A day has six steps: for each platform its registrations, then its usage. A unit is one shopper in one step.
// The script carries its shoppers along in files; here a shopper's whole life is in a hash of where the
// shopper registered, so the usage of any step is found by looking back at the steps before it. A shopper of
// `age` platform steps is there with a chance of 0.69^(age-1). The chance is held in 64 bits and has run
// out after some 120 steps (the remainder is below 1e-19), which bounds how far to look.
#include "workshop.h"

#include "base/memory.h"
#include "segment/catalog.h"

#define FIRST_USERS 1000
#define STEPS (2 * WORKSHOP_PLATFORMS) // registration, usage; of each platform

#define DAY_MS INT64_C(86400000)
#define OPENING_MS INT64_C(32400000) // 09:00
#define LONGEST_WAIT_S 600
#define EMAIL_WAIT_MS INT64_C(400000)

// Percents, as they come out of the script's chance(p): p-1.
#define GO_ON 69    // usage, retention, e-mail
#define RUN_AGAIN 9 // a path of the usage
static const unsigned registration_percents[] = {49, 59, 69};

#define MOST_AGE 128
// Of a shopper of so many steps, how many of 2^64 are still there.
struct lives {
    uint64_t left[MOST_AGE];
    uint32_t oldest;
};

enum purpose { PURPOSE_GROUP = 1, PURPOSE_DEAL, PURPOSE_VISIT };

static bool is_lucky(uint64_t draw, unsigned percent) {
    return generator_below(draw, 100) < percent;
}

// Those who register in one platform step; numbered through all days.
struct group {
    uint64_t key, deal;
    enum generator_source home;
};

static struct group find_group(const struct generator *generator, int64_t number) {
    const int64_t day = number / WORKSHOP_PLATFORMS - (number % WORKSHOP_PLATFORMS < 0);
    const uint64_t platform = (uint64_t)(number - day * WORKSHOP_PLATFORMS);
    return (struct group){
        .key = generator_hash(generator->key, PURPOSE_GROUP, day, platform, 0, 0),
        .deal = generator_hash(generator->key, PURPOSE_DEAL, day, platform, 0, 0),
        .home = (enum generator_source)platform,
    };
}

static void *prepare(const struct generator *generator) {
    (void)generator;
    struct lives *lives = MEM_NEW(struct lives);
    for (uint64_t left = UINT64_MAX; left && lives->oldest + 1 < MOST_AGE;) {
        lives->left[++lives->oldest] = left;
        left = left / 100 * GO_ON + left % 100 * GO_ON / 100;
    }
    return lives;
}

static void add_message(
    struct workshop_unit *unit, enum workshop_event event, int64_t timestamp_ms, uint64_t key) {
    ASSERT(unit->count < ARRAY_COUNT(unit->messages));
    unit->messages[unit->count++] = (struct workshop_message){
        .unit = unit,
        .event = event,
        .timestamp_ms = timestamp_ms,
        .key = key,
    };
}

static void set_shopper(struct workshop_unit *unit, uint64_t shopper, enum generator_source home) {
    unit->shopper = shopper;
    unit->home = home;
    unit->count = 0;
    // As in the script ids are drawn, not dealt: of n shoppers n^2 / 1.8e10 pairs share one.
    const uint64_t id =
        generator_below(generator_draw(shopper, WORKSHOP_DRAW_USER_ID), UINT64_C(9000000000));
    generator_put_decimal(unit->user_id, UINT64_C(1000000000) + id);
    generator_put_uuid(
        unit->anonymous_id, generator_draw(shopper, WORKSHOP_DRAW_UUID_HIGH),
        generator_draw(shopper, WORKSHOP_DRAW_UUID_LOW));
    const uint64_t address = generator_below(generator_draw(shopper, WORKSHOP_DRAW_IP), UINT32_MAX);
    generator_put_ip(unit->ip, (uint32_t)(address + 1));
}

static int64_t draw_wait_ms(uint64_t draw) {
    return (int64_t)(1 + generator_below(draw, LONGEST_WAIT_S)) * 1000;
}

static bool is_registered(uint64_t shopper) {
    for (unsigned i = 0; i < ARRAY_COUNT(registration_percents); i++) {
        const uint64_t draw = generator_draw(shopper, WORKSHOP_DRAW_GO_ON + i);
        if (!is_lucky(draw, registration_percents[i])) return false;
    }
    return true;
}

// Page Viewed, Signup Clicked, Signup Success; who goes on after the last is identified, and gets e-mails,
// 400 seconds apart.
static void fill_registration(struct workshop_unit *unit, int64_t day) {
    const uint64_t shopper = unit->shopper;
    int64_t time = day * DAY_MS + OPENING_MS;
    for (unsigned i = 0; i < ARRAY_COUNT(registration_percents); i++) {
        time += draw_wait_ms(generator_draw(shopper, WORKSHOP_DRAW_SECONDS + i));
        const enum workshop_event event = (enum workshop_event)(WORKSHOP_PAGE_VIEWED + i);
        add_message(unit, event, time, generator_draw(shopper, WORKSHOP_DRAW_EVENT + unit->count));
        const uint64_t draw = generator_draw(shopper, WORKSHOP_DRAW_GO_ON + i);
        if (!is_lucky(draw, registration_percents[i])) return;
    }
    add_message(unit, WORKSHOP_IDENTIFY, time, shopper);
    for (unsigned i = WORKSHOP_EMAIL_SENT; i <= WORKSHOP_UNSUBSCRIBE; i++) {
        time += EMAIL_WAIT_MS;
        const unsigned at = WORKSHOP_DRAW_EMAIL + i - WORKSHOP_EMAIL_SENT;
        if (!is_lucky(generator_draw(shopper, at), GO_ON)) return;
        const uint64_t key = generator_draw(shopper, WORKSHOP_DRAW_EVENT + unit->count);
        add_message(unit, (enum workshop_event)i, time, key);
    }
}

// Each path starts at 09:00; when it is run again the time goes on.
static void fill_usage(struct workshop_unit *unit, uint64_t visit, int64_t day) {
    uint64_t number = 0;
    for (unsigned path = 0; path < WORKSHOP_PATHS; path++) {
        const enum workshop_event event = (enum workshop_event)(WORKSHOP_PRODUCT_ADDED + path);
        int64_t time = day * DAY_MS + OPENING_MS;
        for (unsigned run = 0; run < WORKSHOP_MOST_RUNS; run++) {
            if (!is_lucky(generator_draw(visit, ++number), GO_ON)) break;
            time += draw_wait_ms(generator_draw(visit, ++number));
            add_message(unit, event, time, generator_draw(visit, ++number));
            if (!is_lucky(generator_draw(visit, ++number), RUN_AGAIN)) break;
        }
    }
}

// The unit of a registration is the shopper's number in the group.
static uint32_t load_registration(
    const struct generator *generator,
    struct generator_position *at,
    int64_t group_number,
    struct workshop_unit *unit) {
    const struct generator_plan *plan = &generator->plan;
    if (plan->is_silent[unit->platform] && plan->is_silent[GENERATOR_EMAIL]) return 0;
    const struct group group = find_group(generator, group_number);
    const uint64_t index = generator_first_of_shard(plan, group.deal, at->unit);
    if (index >= plan->users) return 0;
    at->unit = (uint32_t)index;
    set_shopper(unit, generator_draw(group.key, index), group.home);
    fill_registration(unit, at->day);
    return unit->count;
}

// The unit of a usage is that of the registration, after all those of younger groups: the order of the
// script's file, where a step's new shoppers come before the ones that stay.
static uint32_t load_usage(
    const struct generator *generator,
    struct generator_position *at,
    int64_t group_number,
    struct workshop_unit *unit) {
    const struct generator_plan *plan = &generator->plan;
    if (plan->is_silent[unit->platform]) return 0;
    const struct lives *lives = generator->prepared;
    const int64_t known =
        group_number - plan->from_day * WORKSHOP_PLATFORMS; // steps of the plan so far
    const uint64_t oldest = known < (int64_t)lives->oldest ? (uint64_t)known : lives->oldest;
    uint64_t from = at->unit % plan->users;
    for (uint64_t age = at->unit / plan->users + 1; age <= oldest; age++, from = 0) {
        const struct group group = find_group(generator, group_number - (int64_t)age);
        uint64_t index = generator_first_of_shard(plan, group.deal, from);
        for (; index < plan->users; index += plan->shards) {
            const uint64_t shopper = generator_draw(group.key, index);
            if (generator_draw(shopper, WORKSHOP_DRAW_LIFE) >= lives->left[age]) continue;
            if (!is_registered(shopper)) continue;
            set_shopper(unit, shopper, group.home);
            const uint64_t number = (age - 1) * plan->users + index;
            const uint64_t visit =
                generator_hash(shopper, PURPOSE_VISIT, at->day, unit->platform, 0, 0);
            fill_usage(unit, visit, at->day);
            if (!unit->count) continue;
            at->unit = (uint32_t)number;
            return unit->count;
        }
    }
    return 0;
}

_Static_assert(
    (uint64_t)MOST_AGE *GENERATOR_MOST_USERS < UINT32_MAX, "a usage's unit has room in a position");

static uint32_t load(const struct generator *generator, struct generator_position *at, void *out) {
    struct workshop_unit *unit = out;
    const uint32_t platform = at->step / 2;
    const int64_t group = at->day * WORKSHOP_PLATFORMS + platform;
    unit->platform = (enum generator_source)platform;
    return at->step % 2 ? load_usage(generator, at, group, unit)
                        : load_registration(generator, at, group, unit);
}

static bool is_email(enum workshop_event event) {
    return event >= WORKSHOP_EMAIL_SENT && event <= WORKSHOP_UNSUBSCRIBE;
}

static enum generator_source source(const void *from, uint32_t message) {
    const struct workshop_unit *unit = from;
    return is_email(unit->messages[message].event) ? GENERATOR_EMAIL : unit->platform;
}

static void fill(
    const struct generator *generator,
    const void *from,
    uint32_t number,
    struct generator_message *out) {
    (void)generator;
    const struct workshop_unit *unit = from;
    const struct workshop_message *message = &unit->messages[number];
    const bool is_identify = message->event == WORKSHOP_IDENTIFY;
    out->source = source(unit, number);
    out->type = is_identify ? EVENT_IDENTIFY : EVENT_TRACK;
    out->user_id = (struct str){.ptr = unit->user_id, .len = sizeof(unit->user_id)};
    if (!is_identify) {
        out->anonymous_id =
            (struct str){.ptr = unit->anonymous_id, .len = GENERATOR_UUID_BYTES - 1};
        out->name = str_from(workshop_event_name(message->event));
    }
    out->timestamp_ms = message->timestamp_ms;
    out->products[0] = workshop_product(message);
    out->product_count = out->products[0] ? 1 : 0;
    out->internal = message;
}

// ---- how many ----

// Messages a shopper's registration is expected to have.
struct expected {
    double tracks, identifies, emails;
};

static struct expected expect_registration(void) {
    struct expected expected = {.identifies = 1};
    for (size_t i = 0; i < ARRAY_COUNT(registration_percents); i++) {
        expected.tracks += expected.identifies;
        expected.identifies *= registration_percents[i] / 100.0;
    }
    double chance = expected.identifies;
    for (int i = WORKSHOP_EMAIL_SENT; i <= WORKSHOP_UNSUBSCRIBE; i++)
        expected.emails += chance *= GO_ON / 100.0;
    return expected;
}

// Summed up while the number of active shoppers still grows; after a hundred steps it stands still.
#define SETTLING_STEPS 120

static uint64_t estimate(const struct generator_plan *plan) {
    const double go_on = GO_ON / 100.0;
    const double usage = WORKSHOP_PATHS * go_on / (1 - go_on * RUN_AGAIN / 100.0);
    const struct expected each = expect_registration();
    const int64_t steps = (plan->to_day - plan->from_day + 1) * WORKSHOP_PLATFORMS;
    double total = 0, active = 0, of_platform[WORKSHOP_PLATFORMS] = {0};
    for (int64_t step = 0; step < steps; step++) {
        const int platform = (int)(step % WORKSHOP_PLATFORMS);
        if (step >= SETTLING_STEPS && platform == 0) { // whole days that are alike
            const int64_t days = (steps - step) / WORKSHOP_PLATFORMS;
            for (int i = 0; i < WORKSHOP_PLATFORMS; i++)
                total += of_platform[i] * (double)days;
            break;
        }
        double here = 0;
        if (!plan->is_silent[platform]) here += each.tracks + each.identifies + usage * active;
        if (!plan->is_silent[GENERATOR_EMAIL]) here += each.emails;
        active = active * go_on + each.identifies;
        total += of_platform[platform] = here;
    }
    return (uint64_t)(total * plan->users * generator_shard_part(plan) + 0.5);
}

const struct generator_ops generator_workshop_ops = {
    .users = FIRST_USERS,
    .steps = STEPS,
    .unit_bytes = sizeof(struct workshop_unit),
    .prepare = prepare,
    .load = load,
    .fill = fill,
    .source = source,
    .add_json = workshop_add_json,
    .estimate = estimate,
};
