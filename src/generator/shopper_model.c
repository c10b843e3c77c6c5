// shopper_model — the tables of the header, and the shoppers' row in the walk of generator.c.
#include "generator/shopper_model.h"

#include "base/memory.h"
#include "shopper_internal.h"

#include <assert.h>
#include <math.h>

#define DAY_MS INT64_C(86400000)
#define DAY_S 86400u

// The sum is 36.2: 1.81 visits a week on the average, half of them by a tenth of the shoppers.
const uint16_t shopper_model_activity[SHOPPER_MODEL_LEVELS] = {
    10,  15,  20,  25,  30,  40,  50,  60,  70,  80, // up to one in nine days
    100, 120, 140, 170, 200, 250, 320, 420, 600, 900,
};
const uint8_t shopper_model_weekdays[7] = {92, 90, 92, 95, 98, 114, 119};
const uint8_t shopper_model_sources[3] = {30, 45, 25};
const uint8_t shopper_model_hours[24] = {
    0, 0, 0, 0, 0, 1, 2, 4, 5, 5, 5, 6, 8, 7, 5, 5, 6, 7, 9, 11, 11, 9, 5, 1,
};
const uint8_t shopper_model_families[CATALOG_FAMILY_COUNT] = {
    [CATALOG_SNEAKERS] = 24,  [CATALOG_BOOTS] = 13, [CATALOG_KIDS] = 9,         [CATALOG_TOPS] = 22,
    [CATALOG_OUTERWEAR] = 13, [CATALOG_BAGS] = 9,   [CATALOG_ACCESSORIES] = 10,
};
const uint8_t shopper_model_seasons[CATALOG_FAMILY_COUNT][12] = {
    [CATALOG_SNEAKERS] = {80, 85, 110, 125, 125, 115, 110, 115, 105, 90, 85, 90},
    [CATALOG_BOOTS] = {125, 110, 90, 70, 55, 45, 45, 70, 120, 150, 150, 140},
    [CATALOG_KIDS] = {85, 85, 100, 105, 100, 90, 105, 150, 115, 85, 90, 110},
    [CATALOG_TOPS] = {75, 80, 95, 115, 130, 140, 135, 110, 95, 80, 75, 80},
    [CATALOG_OUTERWEAR] = {150, 120, 100, 75, 50, 35, 35, 60, 115, 165, 175, 170},
    [CATALOG_BAGS] = {80, 85, 90, 95, 100, 105, 110, 145, 130, 90, 90, 110},
    [CATALOG_ACCESSORIES] = {85, 90, 95, 100, 105, 110, 110, 95, 90, 95, 105, 130},
};
const uint16_t shopper_model_likings[SHOPPER_MODEL_LIKINGS] = {
    2, 4, 6, 9, 12, 16, 21, 27, 35, 45, 58, 76, 100, 135, 200, 400,
};
const uint8_t shopper_model_prices[SHOPPER_MODEL_BUDGETS][SHOPPER_MODEL_PRICE_BANDS] = {
    {14, 16, 16, 16},
    {16, 16, 13, 8},
    {16, 14, 6, 2},
};
const uint8_t shopper_model_decisions[4] = {30, 35, 20, 15};
const uint8_t shopper_model_quantities[2][4] = {{0, 95, 5, 0}, {0, 50, 30, 20}};

static_assert(
    (SHOPPER_MOST_STEPS - 1) * SHOPPER_MODEL_PAUSE_MOST < SHOPPER_MODEL_APART,
    "a visit ends before the next one begins");
static_assert(SHOPPER_MODEL_LAST_START + SHOPPER_MODEL_APART <= DAY_S, "a visit ends on its day");
static_assert(
    5 + 3 * SHOPPER_MODEL_MOST_LOOKS + 4 <= SHOPPER_MOST_STEPS, "the longest visit has room");
static_assert(
    (uint64_t)GENERATOR_MOST_USERS * SHOPPER_MODEL_DAY_VISITS < UINT64_C(1) << SHOPPER_UNIT_BITS,
    "a unit names a visit of every shopper");

struct shopper_model { // what is made once per plan
    struct shopper_shop shop;
    struct shopper_day day;
    uint64_t people_key;
};

static void *prepare(const struct generator *generator) {
    struct shopper_model *model = MEM_NEW(struct shopper_model);
    model->people_key = shopper_key(generator->key, SHOPPER_OF_PEOPLE);
    shopper_shop_init(&model->shop, shopper_key(generator->key, SHOPPER_OF_SHOP));
    return model;
}

static void discard(void *prepared) {
    struct shopper_model *model = prepared;
    if (!model) return;
    shopper_day_release(&model->day);
    mem_free(model);
}

static void put_ids(struct shopper_session *session) {
    (void)shopper_put_user_id(session->shopper, session->user_id); // always ten digits
    session->anonymous_id_bytes = shopper_put_anonymous_id(session->shopper, session->anonymous_id);
    shopper_put_ip(session->shopper, session->ip);
}

static bool is_mute(const struct generator_plan *plan, struct shopper_origin origin) {
    return plan->is_silent[origin.source] &&
           !(origin.has_email && !plan->is_silent[GENERATOR_EMAIL]);
}

static uint32_t load(const struct generator *generator, struct generator_position *at, void *unit) {
    struct shopper_model *model = generator->prepared;
    struct shopper_session *session = unit;
    if (!model->day.is_made || model->day.day != at->day)
        shopper_day_make(&model->day, &generator->plan, model->people_key, at->day);
    uint64_t visit;
    while (shopper_day_find(&model->day, at->step, at->unit, &visit)) {
        at->step = (uint32_t)(visit >> SHOPPER_UNIT_BITS);
        at->unit = (uint32_t)(visit & ((UINT64_C(1) << SHOPPER_UNIT_BITS) - 1));
        struct shopper_habit habit;
        session->shop = &model->shop;
        session->shopper = at->unit / SHOPPER_MODEL_DAY_VISITS;
        session->number = at->unit % SHOPPER_MODEL_DAY_VISITS;
        session->start_s = at->step;
        session->day = at->day;
        shopper_habit_init(&habit, model->people_key, session->shopper);
        session->origin = shopper_visit_origin(&habit, at->day, session->number);
        if (is_mute(&generator->plan, session->origin)) {
            at->unit++;
            continue;
        }
        const bool is_new = shopper_visits_before(
                                &habit, generator->plan.from_day, at->day, session->number,
                                session->origin.source, 1) == 0;
        shopper_script(session, &habit, is_new);
        put_ids(session);
        return session->step_count;
    }
    at->step = DAY_S - 1; // nothing more today
    return 0;
}

static enum generator_source source(const void *unit, uint32_t message) {
    const struct shopper_session *session = unit;
    const uint8_t kind = session->steps[message].kind;
    if (kind == SHOPPER_EMAIL_OPENED || kind == SHOPPER_EMAIL_CLICKED) return GENERATOR_EMAIL;
    return session->origin.source;
}

static const char *const step_names[] = {
    [SHOPPER_EMAIL_OPENED] = "Email Opened",
    [SHOPPER_EMAIL_CLICKED] = "Email Link Clicked",
    [SHOPPER_IDENTIFIED] = "", // no track
    [SHOPPER_PAGE_VIEWED] = "Page Viewed",
    [SHOPPER_LIST_VIEWED] = "Product List Viewed",
    [SHOPPER_CLICKED] = "Product Clicked",
    [SHOPPER_VIEWED] = "Product Viewed",
    [SHOPPER_ADDED] = "Product Added",
    [SHOPPER_ORDERED] = "Order Completed",
};

static void fill_products(const struct shopper_step *step, struct generator_message *out) {
    const struct shopper_session *session = step->session;
    if (step->kind == SHOPPER_ORDERED) {
        for (uint32_t i = 0; i < session->cart_count; i++)
            out->products[out->product_count++] = catalog_at(session->cart[i]);
    } else if (step->kind >= SHOPPER_CLICKED) {
        out->products[out->product_count++] = catalog_at(step->product);
    }
}

static void fill(
    const struct generator *generator,
    const void *unit,
    uint32_t message,
    struct generator_message *out) {
    (void)generator;
    const struct shopper_session *session = unit;
    const struct shopper_step *step = &session->steps[message];
    out->source = source(unit, message);
    out->type = step->kind == SHOPPER_IDENTIFIED ? EVENT_IDENTIFY : EVENT_TRACK;
    out->user_id = (struct str){.ptr = session->user_id, .len = SHOPPER_ID_BYTES};
    out->anonymous_id =
        (struct str){.ptr = session->anonymous_id, .len = session->anonymous_id_bytes};
    out->name = str_from(step_names[step->kind]);
    out->timestamp_ms = session->day * DAY_MS + (int64_t)(session->start_s + step->offset_s) * 1000;
    out->internal = step;
    fill_products(step, out);
}

static void add_json(
    const struct generator *generator, const struct generator_message *message, struct buf *out) {
    (void)generator;
    shopper_print(message->internal, message, out);
}

// Messages of a visit, measured (a test compares): from the device without the identify, and by e-mail.
#define DEVICE_MESSAGES 6.71
#define EMAIL_MESSAGES (2 * SHOPPER_MODEL_EMAIL / 100.0)

// Shoppers and days beyond these are taken to be like the first ones: an estimate must be quick.
#define MOST_SHOPPERS 20000u
#define MOST_DAYS 1461

static double
visits_of_level_one(const struct generator_plan *plan) { // of one visit a day, usually
    const int64_t days = plan->to_day - plan->from_day + 1;
    const int64_t looked_at = days < MOST_DAYS ? days : MOST_DAYS;
    double visits = 0;
    for (int64_t i = 0; i < looked_at; i++)
        visits += shopper_day_percents(plan->from_day + i) / 10000.0;
    return visits * (double)days / (double)looked_at;
}

static double messages_of(
    const struct generator_plan *plan, const struct shopper_habit *habit, double visits_of_one) {
    const double visits = visits_of_one * habit->activity / 700.0;
    double messages = plan->is_silent[GENERATOR_EMAIL] ? 0 : visits * EMAIL_MESSAGES;
    for (size_t i = 0; i < ARRAY_COUNT(shopper_model_sources); i++) {
        if (plan->is_silent[i]) continue;
        const double percent = i == habit->source ? SHOPPER_MODEL_USUAL_SOURCE
                                                  : (100 - SHOPPER_MODEL_USUAL_SOURCE) / 2.0;
        const double from_here = visits * percent / 100;
        messages += from_here * DEVICE_MESSAGES + 1 - exp(-from_here); // the identify, if he comes
    }
    return messages;
}

static uint64_t estimate(const struct generator_plan *plan) {
    const uint64_t people_key = shopper_key(generator_plan_key(plan), SHOPPER_OF_PEOPLE);
    const double visits_of_one = visits_of_level_one(plan);
    double messages = 0;
    uint64_t looked_at = 0, all = 0;
    const uint64_t first = generator_first_of_shard(plan, 0, 0);
    if (first < plan->users) all = (plan->users - first - 1) / plan->shards + 1;
    for (; looked_at < all && looked_at < MOST_SHOPPERS; looked_at++) {
        struct shopper_habit habit;
        shopper_habit_init(&habit, people_key, (uint32_t)(first + looked_at * plan->shards));
        messages += messages_of(plan, &habit, visits_of_one);
    }
    return all ? (uint64_t)(messages * (double)all / (double)looked_at) : 0;
}

const struct generator_ops generator_shopper_ops = {
    .users = SHOPPER_MODEL_USERS,
    .steps = DAY_S,
    .unit_bytes = sizeof(struct shopper_session),
    .prepare = prepare,
    .discard = discard,
    .load = load,
    .fill = fill,
    .source = source,
    .add_json = add_json,
    .estimate = estimate,
};
