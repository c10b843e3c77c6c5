// seed — see the header.
#include "seed.h"

#include "base/memory.h"
#include "personalize/ledger.h"
#include "sandbox/interactions_csv.h"
#include "segment/catalog.h"

#include <stdlib.h>

#define SEED 2941404340u
#define SHOPPERS 200
#define DAYS 92
#define FIRST_DAY_S INT64_C(1761955200) // 2025-11-01T00:00:00Z
#define DAY_S INT64_C(86400)
#define FIRST_USER INT64_C(1100000000)

struct planned {
    int64_t time_s;
    uint16_t shopper; // SHOPPERS: the workshop's user
    uint8_t item, kind;
};
struct plan {
    struct planned *events; // owned
    size_t count, cap;
    uint8_t families[CATALOG_FAMILY_COUNT][CATALOG_COUNT]; // products of each, in catalogue order
    size_t sizes[CATALOG_FAMILY_COUNT];
};

static const char *const kinds[] = {"Product Clicked", "Product Added", "Order Completed"};

static void plan_add(struct plan *plan, struct planned event) {
    if (plan->count == plan->cap) {
        plan->cap = plan->cap ? plan->cap * 2 : 4096;
        plan->events = mem_resize(plan->events, plan->cap, sizeof(*plan->events));
    }
    plan->events[plan->count++] = event;
}

// A family and a place in it; the walk goes to near neighbours, which gives "what follows" its sense.
struct walk {
    size_t family, at;
};

static struct walk pick_start(const struct plan *plan, struct rng *rng, const double *taste) {
    struct walk walk = {.family = rng_pick(rng, taste, CATALOG_FAMILY_COUNT)};
    walk.at = rng_below(rng, plan->sizes[walk.family]);
    return walk;
}

static struct walk
pick_next(const struct plan *plan, struct rng *rng, const double *taste, struct walk walk) {
    const uint64_t chance = rng_below(rng, 100);
    if (chance < 62)
        walk.at = (walk.at + 1 + rng_below(rng, 2)) % plan->sizes[walk.family];
    else if (chance < 85)
        walk.at = rng_below(rng, plan->sizes[walk.family]);
    else
        walk = pick_start(plan, rng, taste);
    return walk;
}

static void
plan_session(struct plan *plan, struct rng *rng, uint16_t shopper, const double *taste) {
    int64_t time_s = FIRST_DAY_S + (int64_t)rng_below(rng, DAYS) * DAY_S + INT64_C(8) * 3600 +
                     (int64_t)rng_below(rng, UINT64_C(12) * 3600);
    const size_t steps = 2 + rng_below(rng, 5);
    struct walk walk = pick_start(plan, rng, taste);
    for (size_t i = 0; i < steps; i++) {
        const uint8_t item = plan->families[walk.family][walk.at];
        const bool is_added = rng_below(rng, 100) < 30,
                   is_ordered = is_added && rng_below(rng, 100) < 35;
        const int last = is_added + is_ordered;
        for (int kind = 0; kind <= last; kind++) {
            plan_add(
                plan,
                (struct planned){
                    .time_s = time_s, .shopper = shopper, .item = item, .kind = (uint8_t)kind});
            time_s += 20 + (int64_t)rng_below(rng, 100);
        }
        walk = pick_next(plan, rng, taste, walk);
    }
}

static void plan_shoppers(struct plan *plan, struct rng *rng) {
    // Families are liked unequally, as in any shop: sneakers and tops most.
    static const double liking[CATALOG_FAMILY_COUNT] = {
        [CATALOG_SNEAKERS] = 30,  [CATALOG_BOOTS] = 15,     [CATALOG_KIDS] = 7,
        [CATALOG_TOPS] = 24,      [CATALOG_OUTERWEAR] = 14, [CATALOG_BAGS] = 6,
        [CATALOG_ACCESSORIES] = 4};
    for (uint16_t shopper = 0; shopper < SHOPPERS; shopper++) {
        double taste[CATALOG_FAMILY_COUNT];
        for (size_t i = 0; i < CATALOG_FAMILY_COUNT; i++)
            taste[i] = liking[i] * 0.04;
        taste[rng_pick(rng, liking, CATALOG_FAMILY_COUNT)] += 70;
        taste[rng_pick(rng, liking, CATALOG_FAMILY_COUNT)] += 18;
        const size_t sessions = 2 + rng_below(rng, 4);
        for (size_t i = 0; i < sessions; i++)
            plan_session(plan, rng, shopper, taste);
    }
}

static uint8_t catalog_number(const char *sku) {
    const struct catalog_product *product = catalog_find(str_from(sku));
    ASSERT(product != NULL);
    return (uint8_t)(product - catalog_at(0));
}

// A person between boots and jackets, who bought twice.
static void plan_user(struct plan *plan) {
    static const struct {
        int day, minute;
        const char *sku;
        uint8_t kind;
    } history[] = {
        {31, 0, "dr-martens-1461-dmc-3-eye-shoe-black-smooth", 0},
        {31, 3, "timberland-mens-6-inch-premium-boot", 0},
        {31, 5, "timberland-mens-6-inch-premium-boot", 1},
        {31, 9, "timberland-mens-6-inch-premium-boot", 2},
        {62, 0, "olive-green-jacket", 0},
        {62, 2, "dark-winter-jacket", 0},
        {62, 4, "dark-winter-jacket", 1},
        {62, 8, "dark-winter-jacket", 2},
        {88, 0, "dr-martens-1460z-dmc-8-eye-boot-cherry-smooth", 0},
        {88, 2, "classic-leather-jacket", 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(history); i++) {
        plan_add(
            plan, (struct planned){
                      .time_s = FIRST_DAY_S + history[i].day * DAY_S + INT64_C(18) * 3600 +
                                INT64_C(60) * history[i].minute,
                      .shopper = SHOPPERS,
                      .item = catalog_number(history[i].sku),
                      .kind = history[i].kind});
    }
}

// By time; ties by shopper and kind, so that the order does not depend on the sort.
static int compare_planned(const void *left, const void *right) {
    const struct planned *a = left, *b = right;
    if (a->time_s != b->time_s) return a->time_s < b->time_s ? -1 : 1;
    if (a->shopper != b->shopper) return a->shopper < b->shopper ? -1 : 1;
    return (int)a->kind - (int)b->kind;
}

static void add_planned(struct cloud *cloud, const struct planned *event) {
    struct buf user = {0}, session = {0};
    buf_add_int(
        &user,
        event->shopper == SHOPPERS ? (int64_t)SEED : FIRST_USER + INT64_C(7919) * event->shopper);
    buf_add_format(&session, "%s-anon", buf_text(&user));
    (void)ledger_add_past(
        cloud, &(struct recommender_event){
                   .user = buf_str(&user),
                   .session = buf_str(&session),
                   .item = str_from(catalog_at(event->item)->sku),
                   .event_type = str_from(kinds[event->kind]),
                   .time_s = event->time_s});
    buf_release(&user);
    buf_release(&session);
}

static void fill_history(struct cloud *cloud) {
    struct plan plan = {0};
    struct rng rng;
    rng_seed(&rng, SEED);
    for (size_t i = 0; i < CATALOG_COUNT; i++) {
        const enum catalog_family family = catalog_at(i)->family;
        plan.families[family][plan.sizes[family]++] = (uint8_t)i;
    }
    store_set_meta_int(cloud->store, "catalog", 1);
    ledger_clear(cloud); // again, with the catalogue
    plan_shoppers(&plan, &rng);
    plan_user(&plan);
    qsort(plan.events, plan.count, sizeof(*plan.events), compare_planned);
    for (size_t i = 0; i < plan.count; i++)
        add_planned(cloud, &plan.events[i]);
    mem_free(plan.events);
}

// The fourteen traits of a workshop shopper on the web: enough that the Profile API's default of ten
// ends before recommended_products, as it does there.
static const struct {
    const char *name, *json;
} user_traits[] = {
    {"Campaign Name", "\"Super Sale\""},
    {"Campaign Source", "\"Facebook\""},
    {"Experiment Group", "\"Group C\""},
    {"Favorite Departments", "\"Clothing\""},
    {"Invited User?", "\"Invited User?\""},
    {"Referrering Domain", "\"https://www.google.com\""},
    {"browser", "\"Firefox\""},
    {"email", "\"ranger.lantern@example.com\""},
    {"first_name", "\"Robin\""},
    {"ip", "\"203.0.113.77\""},
    {"last_name", "\"Weaver\""},
    {"lifetime_value", "2000"},
    {"likelihood_to_buy", "0.6"},
    {"operating_system", "\"Web\""},
};

// What plan_user's history makes of the space's own computed traits (profiles/computed_traits.c).
static void fill_computed(struct cloud *cloud, int64_t profile) {
    static const struct {
        const char *name, *json;
        int day; // of the event that made it
        enum store_trait_kind kind;
    } traits[] = {
        {"last_product_clicked", "\"classic-leather-jacket\"", 88, STORE_TRAIT_COMPUTED},
        {"purchased_products", "[\"dark-winter-jacket\",\"timberland-mens-6-inch-premium-boot\"]",
         62, STORE_TRAIT_COMPUTED},
        {"repeat_buyers", "true", 62, STORE_TRAIT_AUDIENCE},
        {"total_num_orders", "2", 62, STORE_TRAIT_COMPUTED},
    };
    for (size_t i = 0; i < ARRAY_COUNT(traits); i++) {
        const int64_t at_ms = (FIRST_DAY_S + traits[i].day * DAY_S + INT64_C(18) * 3600) * 1000;
        store_put_trait(
            cloud->store, &(struct store_trait){
                              .profile = profile,
                              .name = str_from(traits[i].name),
                              .value = str_from(traits[i].json),
                              .source = -1,
                              .updated_at_ms = at_ms,
                              .kind = traits[i].kind,
                              .at_ms = at_ms});
    }
    store_add_value(cloud->store, profile, STR("repeat_buyers"), STR(""), 2); // the orders counted
}

static void fill_profile(struct cloud *cloud) {
    const int64_t made_ms = (FIRST_DAY_S + 31 * DAY_S) * 1000;
    const struct str message = STR("seed-1");
    const int64_t profile = store_add_profile(
        cloud->store, &(struct store_profile){
                          .created_at_ms = made_ms,
                          .updated_at_ms = made_ms,
                          .first_message_id = message,
                          .last_message_id = message,
                          .first_source = SOURCE_WEBSITE,
                          .last_source = SOURCE_WEBSITE});
    const struct {
        const char *type, *value;
    } ids[] = {
        {"user_id", IDENTITIES_USER_ID},
        {"anonymous_id", IDENTITIES_USER_ID "-anon"},
        {"email", "ranger.lantern@example.com"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(ids); i++) {
        store_put_identifier(
            cloud->store, &(struct store_identifier){
                              .profile = profile,
                              .type = str_from(ids[i].type),
                              .key = str_from(ids[i].value),
                              .value = str_from(ids[i].value),
                              .source = SOURCE_WEBSITE,
                              .created_at_ms = made_ms,
                              .message_id = message});
    }
    for (size_t i = 0; i < ARRAY_COUNT(user_traits); i++) {
        store_put_trait(
            cloud->store, &(struct store_trait){
                              .profile = profile,
                              .name = str_from(user_traits[i].name),
                              .value = str_from(user_traits[i].json),
                              .source = SOURCE_WEBSITE,
                              .updated_at_ms = made_ms});
    }
    fill_computed(cloud, profile);
}

static bool add_row(void *context, const struct interactions_csv_row *row, struct error *err) {
    (void)err;
    (void)ledger_add_past(
        context, &(struct recommender_event){
                     .user = row->user,
                     .item = row->item,
                     .event_type = row->event_type,
                     .time_s = row->time_s});
    return true;
}

static bool pass_row(void *context, const struct interactions_csv_row *row, struct error *err) {
    (void)context, (void)row, (void)err;
    return true;
}

bool seed_check(const char *file, struct error *err) {
    if (!file || str_equal(str_from(file), STR("none"))) return true;
    return interactions_csv_read_file(file, pass_row, NULL, err);
}

bool seed_fill(struct cloud *cloud, const char *file, struct error *err) {
    if (file && str_equal(str_from(file), STR("none"))) return true;
    if (file) return interactions_csv_read_file(file, add_row, cloud, err);
    fill_history(cloud);
    fill_profile(cloud);
    return true;
}
