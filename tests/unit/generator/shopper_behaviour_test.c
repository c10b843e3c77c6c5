#include "walked.h"

#include "generator/shopper_internal.h"

// What shoppers do, seen in the messages alone. Rates are checked at ALPHA (walked.h) where the model draws
// them as they are counted, and by bounds where several things act together.

#define FIRST_DAY 18262 // 2020-01-01

static const struct generator_plan quarter = {
    .model = GENERATOR_SHOPPER,
    .seed = 5,
    .from_day = FIRST_DAY,
    .to_day = FIRST_DAY + 90,
    .users = 600,
};

static bool is_named(const struct generator_message *message, const char *name) {
    return str_equal(message->name, str_from(name));
}

static size_t number_of(const struct catalog_product *product) {
    return (size_t)(product - catalog_at(0));
}

static void visits_are_funnels(void **state) {
    (void)state;
    CLEANUP(generator_freep) struct generator *generator = new_generator(&quarter);
    struct generator_message message;
    struct generator_position at;
    uint64_t visits = 0, looks = 0, clicks = 0, adds = 0, orders = 0, lines = 0, dear = 0;
    size_t in_cart = 0;
    for (generator_tell(generator, &at); generator_next(generator, &message);
         generator_tell(generator, &at)) {
        if (at.message == 0) {
            visits++;
            in_cart = 0;
        }
        looks += is_named(&message, "Product Viewed");
        clicks += is_named(&message, "Product Clicked");
        if (is_named(&message, "Product Added")) {
            adds++;
            in_cart++;
        }
        if (!is_named(&message, "Order Completed")) continue;
        orders++;
        lines += message.product_count;
        assert_int_equal(message.product_count, in_cart); // all of the cart and nothing else
        for (size_t i = 0; i < message.product_count; i++)
            dear += message.products[i]->price_cents >= 11000;
    }
    assert_true(visits > 10000);
    assert_true(looks > 2 * visits && looks < 4 * visits);
    assert_true(clicks > looks / 2 && clicks < looks * 4 / 5);
    assert_true(adds > looks / 20 && adds < looks / 5);
    assert_true(orders > visits / 20 && orders < visits / 6);
    assert_true(orders < adds);
    assert_true(lines > orders * 11 / 10 && lines < orders * 2);
    assert_true(dear > lines / 50 && dear < lines / 3);
}

// Each user of each device once, and before all else he does there.
static void shoppers_are_identified_once_a_device(void **state) {
    (void)state;
    CLEANUP(generator_freep) struct generator *generator = new_generator(&quarter);
    struct generator_message message;
    struct generator_position at;
    bool seen[600][GENERATOR_SOURCE_COUNT] = {0};
    size_t identified = 0;
    for (generator_tell(generator, &at); generator_next(generator, &message);
         generator_tell(generator, &at)) {
        const uint32_t shopper = at.unit / SHOPPER_MODEL_DAY_VISITS;
        assert_in_range(shopper, 0, 599);
        if (message.type == EVENT_IDENTIFY) {
            assert_false(seen[shopper][message.source]);
            seen[shopper][message.source] = true;
            identified++;
        }
        if (message.source != GENERATOR_EMAIL) assert_true(seen[shopper][message.source]);
    }
    assert_true(identified > 600);
}

// Where the model draws what can be seen: from the second look on, and between any two messages.
static void steps_are_drawn_as_the_parameters_say(void **state) {
    (void)state;
    enum { PAUSES = SHOPPER_MODEL_PAUSE_MOST - SHOPPER_MODEL_PAUSE_LEAST + 1 };
    CLEANUP(generator_freep) struct generator *generator = new_generator(&quarter);
    struct generator_message message;
    struct generator_position at;
    uint64_t visits = 0, pages = 0, lists = 0, looks = 0, clicked = 0, pauses[PAUSES] = {0};
    double even[PAUSES];
    int64_t last_ms = 0;
    size_t looks_here = 0;
    bool is_clicked = false;
    for (generator_tell(generator, &at); generator_next(generator, &message);
         generator_tell(generator, &at)) {
        if (at.message == 0) {
            visits++;
            looks_here = 0;
        } else {
            const int64_t pause_s = (message.timestamp_ms - last_ms) / 1000;
            assert_in_range(pause_s, SHOPPER_MODEL_PAUSE_LEAST, SHOPPER_MODEL_PAUSE_MOST);
            pauses[pause_s - SHOPPER_MODEL_PAUSE_LEAST]++;
        }
        last_ms = message.timestamp_ms;
        pages += is_named(&message, "Page Viewed");
        lists += is_named(&message, "Product List Viewed");
        if (is_named(&message, "Product Viewed") && looks_here++) {
            looks++;
            clicked += is_clicked;
        }
        is_clicked = is_named(&message, "Product Clicked");
    }
    for (size_t i = 0; i < PAUSES; i++)
        even[i] = 1;
    assert_distributed("pauses", pauses, even, PAUSES);
    assert_rate("page viewed", pages, visits, SHOPPER_MODEL_PAGE / 100.0);
    assert_rate("list viewed", lists, visits, SHOPPER_MODEL_LIST / 100.0);
    assert_rate("clicked", clicked, looks, SHOPPER_MODEL_CLICKED / 100.0);
}

// Quantities as the cart holds them; a visit is made again and again for many shoppers.
static void quantities_are_drawn_as_the_table_says(void **state) {
    (void)state;
    struct shopper_shop *shop = MEM_NEW(struct shopper_shop);
    struct shopper_session *session = MEM_NEW(struct shopper_session);
    shopper_shop_init(shop, 3);
    uint64_t counts[2][4] = {0};
    for (uint32_t i = 0; i < 20000; i++) {
        struct shopper_habit habit;
        shopper_habit_init(&habit, 4, i);
        *session = (struct shopper_session){
            .shop = shop, .shopper = i, .day = FIRST_DAY + i % 50, .number = i % 4};
        shopper_script(session, &habit, false);
        for (uint32_t k = 0; k < session->cart_count; k++)
            counts[shopper_good(session->cart[k])->is_basic][session->quantities[k]]++;
    }
    for (size_t basic = 0; basic < 2; basic++) {
        double weights[4];
        const size_t cells = basic ? 3 : 2; // of one up; the others are never drawn
        for (size_t i = 0; i < 4; i++)
            weights[i] = shopper_model_quantities[basic][i];
        assert_int_equal(counts[basic][0], 0);
        assert_distributed("quantity", counts[basic] + 1, weights + 1, cells);
    }
    assert_int_equal(counts[0][3], 0);
    mem_free(session);
    mem_free(shop);
}

struct purchases {
    uint16_t counts[600][CATALOG_COUNT];
};

static void basics_are_bought_again(void **state) {
    (void)state;
    struct purchases *bought = MEM_NEW(struct purchases);
    CLEANUP(generator_freep) struct generator *generator = new_generator(&quarter);
    struct generator_message message;
    struct generator_position at;
    for (generator_tell(generator, &at); generator_next(generator, &message);
         generator_tell(generator, &at)) {
        if (!is_named(&message, "Order Completed")) continue;
        for (size_t i = 0; i < message.product_count; i++)
            bought->counts[at.unit / SHOPPER_MODEL_DAY_VISITS][number_of(message.products[i])]++;
    }
    size_t once[2] = {0}, again[2] = {0};
    for (size_t shopper = 0; shopper < 600; shopper++) {
        for (size_t i = 0; i < CATALOG_COUNT; i++) {
            const bool is_basic = shopper_good(i)->is_basic;
            once[is_basic] += bought->counts[shopper][i] == 1;
            again[is_basic] += bought->counts[shopper][i] > 1;
        }
    }
    assert_true(again[1] > 150);
    assert_true(again[1] > once[1]);     // of those who buy a basic, most do again
    assert_true(again[0] * 5 < once[0]); // other things one has then
    mem_free(bought);
}

static void count_looks(
    int64_t from_day, uint64_t counts[CATALOG_FAMILY_COUNT], uint64_t items[CATALOG_COUNT]) {
    struct generator_plan plan = quarter;
    plan.from_day = from_day;
    plan.to_day = from_day + 27;
    CLEANUP(generator_freep) struct generator *generator = new_generator(&plan);
    struct generator_message message;
    while (generator_next(generator, &message)) {
        if (!is_named(&message, "Product Viewed")) continue;
        counts[message.products[0]->family]++;
        items[number_of(message.products[0])]++;
    }
}

static void seasons_move_the_families_and_some_things_are_hits(void **state) {
    (void)state;
    uint64_t winter[CATALOG_FAMILY_COUNT] = {0}, summer[CATALOG_FAMILY_COUNT] = {0};
    uint64_t items[CATALOG_COUNT] = {0};
    count_looks(FIRST_DAY - 28, winter, items);  // December
    count_looks(FIRST_DAY + 180, summer, items); // July
    assert_true(winter[CATALOG_OUTERWEAR] > 2 * summer[CATALOG_OUTERWEAR]);
    assert_true(winter[CATALOG_BOOTS] > summer[CATALOG_BOOTS] * 3 / 2);
    assert_true(summer[CATALOG_TOPS] > winter[CATALOG_TOPS]);
    uint64_t sum = 0, best = 0, least = UINT64_MAX;
    for (size_t i = 0; i < CATALOG_COUNT; i++) {
        sum += items[i];
        if (items[i] > best) best = items[i];
        if (items[i] < least) least = items[i];
    }
    assert_true(best > sum / 25 && best < sum / 5); // twice the average
    assert_true(least > 0 && least < sum / 150);
}

// After something was added, what goes with it is looked at far more than otherwise.
static void what_is_added_leads_to_what_goes_with_it(void **state) {
    (void)state;
    struct shopper_shop *shop = MEM_NEW(struct shopper_shop);
    CLEANUP(generator_freep) struct generator *generator = new_generator(&quarter);
    shopper_shop_init(shop, shopper_key(generator->key, SHOPPER_OF_SHOP));
    struct generator_message message;
    struct generator_position at;
    size_t last = CATALOG_COUNT;
    bool is_added = false;
    double looks[2] = {0}, with[2] = {0}, beside[2] = {0};
    for (generator_tell(generator, &at); generator_next(generator, &message);
         generator_tell(generator, &at)) {
        if (at.message == 0) last = CATALOG_COUNT;
        if (is_named(&message, "Product Added")) is_added = true;
        if (!is_named(&message, "Product Viewed")) continue;
        const size_t product = number_of(message.products[0]);
        if (last < CATALOG_COUNT) {
            looks[is_added]++;
            for (size_t i = 0; i < SHOPPER_WITH; i++)
                with[is_added] += shop->with[last][i] == product;
            for (size_t i = 0; i < SHOPPER_BESIDE; i++)
                beside[is_added] += shop->beside[last][i] == product;
        }
        last = product;
        is_added = false;
    }
    assert_true(looks[1] > 500);
    assert_true(with[1] / looks[1] > SHOPPER_MODEL_GOES_WITH / 100.0 - 0.05);
    assert_true(with[1] / looks[1] > 3 * with[0] / looks[0]);
    assert_true(beside[0] / looks[0] > SHOPPER_MODEL_NEXT_BESIDE / 100.0 - 0.05);
    mem_free(shop);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(visits_are_funnels),
    cmocka_unit_test(steps_are_drawn_as_the_parameters_say),
    cmocka_unit_test(quantities_are_drawn_as_the_table_says),
    cmocka_unit_test(shoppers_are_identified_once_a_device),
    cmocka_unit_test(basics_are_bought_again),
    cmocka_unit_test(seasons_move_the_families_and_some_things_are_hits),
    cmocka_unit_test(what_is_added_leads_to_what_goes_with_it),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
