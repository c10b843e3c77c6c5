// shopper_script — what a shopper does on one visit.
//
// Nothing of an earlier visit is stored; what must be known of it follows from plans that are drawn for
// stretches of time: an errand for each fortnight, a cycle for the basics. Which visit of its stretch this
// is tells how far the errand has come.
#include "shopper_internal.h"

struct errand {
    uint8_t family, product;
    bool buys;         // at the visit `decision`, if there are so many
    uint32_t decision, // from 0
        visit;
};

struct planner {
    struct shopper_session *session;
    const struct shopper_shop *shop;
    const struct shopper_habit *habit;
    struct shopper_tastes tastes;
    struct shopper_chance chance;
    struct errand errand;
    uint32_t offset_s;
};

// ---- choosing ----

static uint8_t pick_of_list(
    struct planner *planner,
    struct shopper_chance *chance,
    const uint8_t *products,
    const uint8_t *weights, // NULL: all alike
    size_t count) {
    uint32_t interests[CATALOG_COUNT];
    for (size_t i = 0; i < count; i++) {
        interests[i] = shopper_interest(&planner->tastes, planner->shop, products[i]);
        if (weights) interests[i] *= weights[i];
    }
    return products[shopper_pick(chance, interests, count)];
}

static uint8_t
pick_of_family(struct planner *planner, struct shopper_chance *chance, enum catalog_family family) {
    const struct shopper_shop *shop = planner->shop;
    return pick_of_list(planner, chance, shop->of_family[family], NULL, shop->family_count[family]);
}

static uint8_t pick_by_taste(struct planner *planner) {
    const size_t family =
        shopper_pick(&planner->chance, planner->tastes.families, CATALOG_FAMILY_COUNT);
    return pick_of_family(planner, &planner->chance, (enum catalog_family)family);
}

static uint8_t pick_beside(struct planner *planner, uint8_t product) {
    return pick_of_list(
        planner, &planner->chance, planner->shop->beside[product], shopper_beside_weights,
        SHOPPER_BESIDE);
}

static uint8_t pick_with(struct planner *planner, struct shopper_chance *chance, uint8_t product) {
    return pick_of_list(
        planner, chance, planner->shop->with[product], shopper_with_weights, SHOPPER_WITH);
}

// ---- plans for stretches of time ----

// The thing an errand would be for if it did not follow from the one before.
static uint8_t draw_errand(struct planner *planner, struct shopper_chance *chance) {
    const size_t family = shopper_pick(chance, planner->tastes.families, CATALOG_FAMILY_COUNT);
    return pick_of_family(planner, chance, (enum catalog_family)family);
}

static uint64_t errand_key(const struct shopper_habit *habit, int64_t number) {
    return rng_mix(generator_draw(shopper_key(habit->key, SHOPPER_OF_ERRAND), (uint64_t)number));
}

// Errands are drawn with the tastes of the day that their stretch begins, so that all its visits agree.
static void plan_errand(struct planner *planner) {
    const struct shopper_session *session = planner->session;
    const struct shopper_habit *habit = planner->habit;
    const int64_t phase = (int64_t)shopper_scale(habit->key, SHOPPER_MODEL_ERRAND_DAYS);
    const int64_t number = shopper_floor_divide(session->day + phase, SHOPPER_MODEL_ERRAND_DAYS);
    const int64_t first_day = number * SHOPPER_MODEL_ERRAND_DAYS - phase;
    shopper_tastes_init(&planner->tastes, planner->shop, habit, first_day);
    struct shopper_chance chance = {.key = errand_key(habit, number)};
    struct errand *errand = &planner->errand;
    errand->product = draw_errand(planner, &chance);
    chance.number = 8; // what follows does not depend on how the drawing went
    errand->buys = shopper_happens(&chance, SHOPPER_MODEL_ERRAND_BUYS);
    errand->decision = (uint32_t)shopper_pick_small(
        &chance, shopper_model_decisions, ARRAY_COUNT(shopper_model_decisions));
    if (shopper_happens(&chance, SHOPPER_MODEL_ERRAND_FOLLOWS)) {
        struct shopper_chance last = {.key = errand_key(habit, number - 1)};
        errand->product = pick_with(planner, &chance, draw_errand(planner, &last));
    }
    errand->family = (uint8_t)catalog_at(errand->product)->family;
    errand->visit = shopper_visits_before(
        habit, first_day, session->day, session->number, GENERATOR_SOURCE_COUNT, UINT32_MAX);
}

// Is a basic due? The first visit of each cycle is for it.
static bool is_basic_due(struct planner *planner, uint8_t *product) {
    const struct shopper_session *session = planner->session;
    struct shopper_chance chance = {.key = shopper_key(planner->habit->key, SHOPPER_OF_BASIC)};
    if (!shopper_happens(&chance, SHOPPER_MODEL_BASICS)) return false;
    const int64_t days =
        SHOPPER_MODEL_BASICS_LEAST +
        shopper_below(&chance, SHOPPER_MODEL_BASICS_MOST - SHOPPER_MODEL_BASICS_LEAST + 1);
    const int64_t phase = (int64_t)shopper_below(&chance, (uint32_t)days);
    const int64_t first_day = shopper_floor_divide(session->day + phase, days) * days - phase;
    *product =
        pick_of_list(planner, &chance, planner->shop->basics, NULL, planner->shop->basic_count);
    return shopper_visits_before(
               planner->habit, first_day, session->day, session->number, GENERATOR_SOURCE_COUNT,
               1) == 0;
}

// ---- steps ----

static struct shopper_step *add_step(struct planner *planner, enum shopper_step_kind kind) {
    struct shopper_session *session = planner->session;
    ASSERT(session->step_count < SHOPPER_MOST_STEPS);
    struct shopper_step *step = &session->steps[session->step_count];
    if (session->step_count++)
        planner->offset_s +=
            SHOPPER_MODEL_PAUSE_LEAST +
            shopper_below(
                &planner->chance, SHOPPER_MODEL_PAUSE_MOST - SHOPPER_MODEL_PAUSE_LEAST + 1);
    *step = (struct shopper_step){
        .session = session,
        .offset_s = planner->offset_s,
        .kind = (uint8_t)kind,
    };
    return step;
}

static void look_at(struct planner *planner, uint8_t product, bool from_list) {
    const bool is_clicked = from_list || shopper_happens(&planner->chance, SHOPPER_MODEL_CLICKED);
    if (is_clicked) {
        struct shopper_step *clicked = add_step(planner, SHOPPER_CLICKED);
        clicked->product = product;
        clicked->place = (uint8_t)(1 + shopper_below(&planner->chance, 12));
    }
    add_step(planner, SHOPPER_VIEWED)->product = product;
}

// False: it is in the cart already, or the cart is full.
static bool put_in_cart(struct planner *planner, uint8_t product) {
    struct shopper_session *session = planner->session;
    for (uint32_t i = 0; i < session->cart_count; i++) {
        if (session->cart[i] == product) return false;
    }
    if (session->cart_count == GENERATOR_MOST_PRODUCTS) return false;
    const uint8_t quantity = (uint8_t)shopper_pick_small(
        &planner->chance, shopper_model_quantities[shopper_good(product)->is_basic],
        ARRAY_COUNT(shopper_model_quantities[0]));
    session->cart[session->cart_count] = product;
    session->quantities[session->cart_count++] = quantity;
    struct shopper_step *added = add_step(planner, SHOPPER_ADDED);
    added->product = product;
    added->quantity = quantity;
    return true;
}

static uint8_t pick_first(struct planner *planner) {
    const struct errand *errand = &planner->errand;
    if (errand->buys && errand->visit > errand->decision) { // bought: now for what goes with it
        if (shopper_happens(&planner->chance, SHOPPER_MODEL_GOES_WITH))
            return pick_with(planner, &planner->chance, errand->product);
        return pick_by_taste(planner);
    }
    const uint32_t drawn = shopper_below(&planner->chance, 100);
    if (drawn < SHOPPER_MODEL_FIRST_ERRAND) return errand->product;
    if (drawn < SHOPPER_MODEL_FIRST_ERRAND + SHOPPER_MODEL_FIRST_FAMILY)
        return pick_of_family(planner, &planner->chance, (enum catalog_family)errand->family);
    return pick_by_taste(planner);
}

static uint8_t pick_next(struct planner *planner, uint8_t last, bool is_added) {
    if (is_added && shopper_happens(&planner->chance, SHOPPER_MODEL_GOES_WITH))
        return pick_with(planner, &planner->chance, last);
    const struct errand *errand = &planner->errand;
    const uint32_t drawn = shopper_below(&planner->chance, 100);
    uint8_t product;
    if (drawn < SHOPPER_MODEL_NEXT_BESIDE) {
        product = pick_beside(planner, last);
    } else if (drawn < SHOPPER_MODEL_NEXT_BESIDE + SHOPPER_MODEL_NEXT_FAMILY) {
        product = pick_of_family(planner, &planner->chance, (enum catalog_family)errand->family);
    } else if (
        drawn < SHOPPER_MODEL_NEXT_BESIDE + SHOPPER_MODEL_NEXT_FAMILY + SHOPPER_MODEL_NEXT_ERRAND) {
        product = errand->product;
    } else {
        product = pick_by_taste(planner);
    }
    // nobody opens the page he is on
    return product == last ? pick_beside(planner, last) : product;
}

static void begin(struct planner *planner, uint8_t first, bool is_new_to_source) {
    struct shopper_session *session = planner->session;
    if (session->origin.has_email) {
        (void)add_step(planner, SHOPPER_EMAIL_OPENED);
        (void)add_step(planner, SHOPPER_EMAIL_CLICKED);
    }
    if (is_new_to_source) (void)add_step(planner, SHOPPER_IDENTIFIED);
    session->list_family = (uint8_t)catalog_at(first)->family;
    if (shopper_happens(&planner->chance, SHOPPER_MODEL_PAGE))
        (void)add_step(planner, SHOPPER_PAGE_VIEWED);
    if (shopper_happens(&planner->chance, SHOPPER_MODEL_LIST))
        (void)add_step(planner, SHOPPER_LIST_VIEWED);
}

// Looks at one thing after the other; things that please go into the cart. Returns what was looked at last.
static uint8_t browse(struct planner *planner, uint8_t first, bool wants_first) {
    const struct shopper_session *session = planner->session;
    uint8_t last = first;
    bool is_added = false;
    for (uint32_t looks = 0;;) {
        const bool is_from_list =
            looks == 0 && session->step_count &&
            session->steps[session->step_count - 1].kind == SHOPPER_LIST_VIEWED;
        look_at(planner, last, is_from_list);
        const bool is_wanted =
            (looks == 0 && wants_first) || shopper_happens(&planner->chance, SHOPPER_MODEL_ADDED);
        is_added = is_wanted && put_in_cart(planner, last);
        if (++looks == SHOPPER_MODEL_MOST_LOOKS) return last;
        if (!shopper_happens(&planner->chance, SHOPPER_MODEL_LOOK_MORE)) return last;
        last = pick_next(planner, last, is_added);
    }
}

void shopper_script(
    struct shopper_session *session, const struct shopper_habit *habit, bool is_new_to_source) {
    session->step_count = 0;
    session->cart_count = 0;
    session->key = shopper_visit_key(habit, session->day, session->number);
    struct planner planner = {
        .session = session,
        .shop = session->shop,
        .habit = habit,
        .chance = {.key = rng_mix(session->key)},
    };
    plan_errand(&planner);
    const struct errand *errand = &planner.errand;
    uint8_t basic = 0;
    const bool is_basic = is_basic_due(&planner, &basic);
    const bool is_decision = errand->buys && errand->visit == errand->decision;
    const uint8_t first = is_basic ? basic : pick_first(&planner);
    begin(&planner, first, is_new_to_source);
    const uint8_t last = browse(&planner, first, is_basic);
    if (is_decision) {
        if (last != errand->product) look_at(&planner, errand->product, false);
        (void)put_in_cart(&planner, errand->product);
    }
    if (!session->cart_count) return;
    const uint32_t percent = is_decision ? 100
                             : is_basic  ? SHOPPER_MODEL_BASICS_BUYS
                                         : SHOPPER_MODEL_IMPULSE;
    if (shopper_happens(&planner.chance, percent)) (void)add_step(&planner, SHOPPER_ORDERED);
}
