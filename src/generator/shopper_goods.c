// shopper_goods — what the catalogue's things are to a shopper, and how the shop is laid out.
#include "shopper_internal.h"

#include <assert.h>

enum style { STYLE_SPORT, STYLE_STREET, STYLE_CLASSIC, STYLE_DRESSY, STYLE_COUNT };
static_assert(STYLE_COUNT == SHOPPER_STYLES, "the shoppers' styles are the goods'");

// Of the shop's own label, where a name says nothing else.
#define OWN "Own Label"

// In the catalogue's order (a test watches it). Basics wear out and are bought again.
static const struct shopper_good goods[] = {
    {"adidas-classic-backpack", "Adidas", STYLE_SPORT, false},
    {"adidas-classic-backpack-legend-ink-multicolour", "Adidas", STYLE_STREET, false},
    {"adidas-kids-stan-smith", "Adidas", STYLE_CLASSIC, false},
    {"adidas-superstar-80s", "Adidas", STYLE_STREET, false},
    {"asics-tiger-gel-lyte-v-30-years-of-gel-pack", "Asics", STYLE_SPORT, false},
    {"black-leather-bag", OWN, STYLE_CLASSIC, false},
    {"blue-silk-tuxedo", OWN, STYLE_DRESSY, false},
    {"chequered-red-shirt", OWN, STYLE_STREET, false},
    {"classic-leather-jacket", OWN, STYLE_CLASSIC, false},
    {"classic-varsity-top", OWN, STYLE_STREET, false},
    {"converse-chuck-taylor-all-star-ii-hi", "Converse", STYLE_STREET, false},
    {"converse-chuck-taylor-all-star-lo", "Converse", STYLE_CLASSIC, false},
    {"converse-toddler-chuck-taylor-all-star-axel-mid", "Converse", STYLE_STREET, false},
    {"dark-denim-top", OWN, STYLE_STREET, false},
    {"dark-winter-jacket", OWN, STYLE_CLASSIC, false},
    {"dr-martens-1460z-dmc-8-eye-boot-cherry-smooth", "Dr. Martens", STYLE_STREET, false},
    {"dr-martens-1461-dmc-3-eye-shoe-black-smooth", "Dr. Martens", STYLE_CLASSIC, false},
    {"dr-martens-cavendish-3-eye-shoe-black", "Dr. Martens", STYLE_CLASSIC, false},
    {"flex-fit-mini-ottoman-black", "Flexfit", STYLE_STREET, false},
    {"floral-white-top", OWN, STYLE_DRESSY, false},
    {"herschel-iona", "Herschel", STYLE_CLASSIC, false},
    {"led-high-tops", OWN, STYLE_STREET, false},
    {"longsleeve-cotton-top", OWN, STYLE_CLASSIC, true},
    {"navy-sport-jacket", OWN, STYLE_SPORT, false},
    {"nike-crackle-print-tb-tee", "Nike", STYLE_SPORT, true},
    {"nike-swoosh-pro-flat-peak-cap", "Nike", STYLE_SPORT, false},
    {"nike-toddler-roshe-one", "Nike", STYLE_SPORT, false},
    {"ocean-blue-shirt", OWN, STYLE_CLASSIC, false},
    {"olive-green-jacket", OWN, STYLE_STREET, false},
    {"palladium-pallatech-hi-tx-chevron", "Palladium", STYLE_STREET, false},
    {"puma-suede-classic-regal", "Puma", STYLE_CLASSIC, false},
    {"red-sports-tee", OWN, STYLE_SPORT, true},
    {"silk-summer-top", OWN, STYLE_DRESSY, false},
    {"striped-silk-blouse", OWN, STYLE_DRESSY, false},
    {"striped-skirt-and-top", OWN, STYLE_DRESSY, false},
    {"supra-mens-vaider", "Supra", STYLE_STREET, false},
    {"timberland-mens-6-inch-premium-boot", "Timberland", STYLE_CLASSIC, false},
    {"vans-apparel-and-accessories-classic-super-no-show-socks-3-pack-white", "Vans", STYLE_STREET,
     true},
    {"vans-authentic-butterfly-true-white-black", "Vans", STYLE_DRESSY, false},
    {"vans-authentic-lo-pro-burgandy-white", "Vans", STYLE_CLASSIC, false},
    {"vans-authentic-multi-eyelets-gradient-crimson", "Vans", STYLE_STREET, false},
    {"vans-classic-slip-on-perforated-suede", "Vans", STYLE_CLASSIC, false},
    {"vans-era-59-desert-cowboy", "Vans", STYLE_STREET, false},
    {"vans-era-59-moroccan-geo-dress-blues", "Vans", STYLE_DRESSY, false},
    {"vans-old-skool-butterfly-true-white-black", "Vans", STYLE_STREET, false},
    {"vans-sh-8-hi", "Vans", STYLE_STREET, false},
    {"vans-sk8-hi-decon-cutout-leaves-white", "Vans", STYLE_SPORT, false},
    {"white-cotton-shirt", OWN, STYLE_CLASSIC, true},
    {"yellow-wool-jumper", OWN, STYLE_CLASSIC, false},
    {"zipped-jacket", OWN, STYLE_SPORT, false},
};
static_assert(ARRAY_COUNT(goods) == CATALOG_COUNT, "one row for each of the catalogue");

#define FAMILY(name) (1u << (name))
// Families that are bought to go with a family.
static const uint8_t goes_with[CATALOG_FAMILY_COUNT] = {
    [CATALOG_SNEAKERS] = FAMILY(CATALOG_ACCESSORIES) | FAMILY(CATALOG_TOPS),
    [CATALOG_BOOTS] = FAMILY(CATALOG_OUTERWEAR) | FAMILY(CATALOG_ACCESSORIES),
    [CATALOG_KIDS] = FAMILY(CATALOG_KIDS) | FAMILY(CATALOG_SNEAKERS),
    [CATALOG_TOPS] = FAMILY(CATALOG_OUTERWEAR) | FAMILY(CATALOG_BAGS),
    [CATALOG_OUTERWEAR] = FAMILY(CATALOG_BOOTS) | FAMILY(CATALOG_TOPS),
    [CATALOG_BAGS] = FAMILY(CATALOG_ACCESSORIES) | FAMILY(CATALOG_OUTERWEAR),
    [CATALOG_ACCESSORIES] = FAMILY(CATALOG_SNEAKERS) | FAMILY(CATALOG_TOPS),
};

const uint8_t shopper_beside_weights[SHOPPER_BESIDE] = {10, 7, 5, 3, 2, 1};
const uint8_t shopper_with_weights[SHOPPER_WITH] = {8, 5, 3, 2};

const struct shopper_good *shopper_good(size_t product) {
    ASSERT(product < CATALOG_COUNT);
    return &goods[product];
}

size_t shopper_pick(struct shopper_chance *chance, const uint32_t *weights, size_t count) {
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    uint32_t left = shopper_below(chance, sum);
    for (size_t i = 0; i < count; i++) {
        if (left < weights[i]) return i;
        left -= weights[i];
    }
    return 0;
}

size_t shopper_pick_small(struct shopper_chance *chance, const uint8_t *weights, size_t count) {
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    uint32_t left = shopper_below(chance, sum);
    for (size_t i = 0; i < count; i++) {
        if (left < weights[i]) return i;
        left -= weights[i];
    }
    return 0;
}

static uint8_t price_band(int cents) {
    if (cents < 3500) return 0;
    if (cents < 6500) return 1;
    return cents < 11000 ? 2 : 3;
}

// Things of one kind stand together, of one make nearer; the rest is how the shop happens to be laid out.
static uint32_t nearness(uint64_t key, size_t left, size_t right) {
    const int left_cents = catalog_at(left)->price_cents;
    const int right_cents = catalog_at(right)->price_cents;
    uint32_t sum = (uint32_t)(generator_draw(key, left * CATALOG_COUNT + right) % 80);
    if (catalog_at(left)->family == catalog_at(right)->family) sum += 100;
    if (goods[left].brand == goods[right].brand) sum += 40;
    if (goods[left].style == goods[right].style) sum += 40;
    if (left_cents * 4 <= right_cents * 5 && right_cents * 4 <= left_cents * 5) sum += 30;
    return sum;
}

// The best few others among the families of the mask, best first.
static void
find_best(uint64_t key, size_t product, uint32_t families, uint8_t *out, size_t out_count) {
    uint32_t scores[CATALOG_COUNT];
    for (size_t other = 0; other < CATALOG_COUNT; other++) {
        const bool is_in = families & FAMILY(catalog_at(other)->family);
        scores[other] = is_in && other != product ? nearness(key, product, other) + 1 : 0;
    }
    for (size_t i = 0; i < out_count; i++) {
        size_t best = 0;
        for (size_t other = 1; other < CATALOG_COUNT; other++) {
            if (scores[other] > scores[best]) best = other;
        }
        out[i] = (uint8_t)best;
        scores[best] = 0;
    }
}

// A few hits: weights fall with the square of the rank towards a floor; which thing has which rank is chance.
static void deal_appeal(struct shopper_shop *shop, uint64_t key) {
    struct shopper_chance chance = {.key = key};
    uint8_t order[CATALOG_COUNT];
    for (size_t i = 0; i < CATALOG_COUNT; i++) {
        const size_t at = shopper_below(&chance, (uint32_t)i + 1);
        order[i] = order[at];
        order[at] = (uint8_t)i;
    }
    for (uint32_t rank = 0; rank < CATALOG_COUNT; rank++) {
        const uint32_t left = CATALOG_COUNT - rank;
        shop->appeal[order[rank]] = 20 + left * left * 80 / (CATALOG_COUNT * CATALOG_COUNT);
    }
    for (uint32_t rank = 0; rank < 3; rank++)
        shop->appeal[order[rank]] += 120 - 30 * rank;
}

static void print_fields(struct shopper_shop *shop) {
    struct buf text = {0};
    for (size_t i = 0; i < CATALOG_COUNT; i++) {
        const struct catalog_product *product = catalog_at(i);
        shop->printed_at[i] = (uint16_t)text.len;
        generator_add_member(&text, STR("\"product_id\":"), str_from(product->sku));
        generator_add_member(&text, STR(",\"sku\":"), str_from(product->sku));
        generator_add_member(&text, STR(",\"name\":"), str_from(product->name));
        generator_add_member(&text, STR(",\"brand\":"), str_from(goods[i].brand));
        generator_add_member(
            &text, STR(",\"category\":"), str_from(catalog_family_name(product->family)));
        buf_add(&text, STR(",\"price\":"));
        generator_add_cents(&text, product->price_cents);
    }
    ASSERT(text.len <= sizeof(shop->printed));
    shop->printed_at[CATALOG_COUNT] = (uint16_t)text.len;
    memcpy(shop->printed, text.ptr, text.len);
    buf_release(&text);
}

struct str shopper_shop_fields(const struct shopper_shop *shop, size_t product) {
    const size_t from = shop->printed_at[product];
    return (struct str){.ptr = shop->printed + from, .len = shop->printed_at[product + 1] - from};
}

// Brands as small numbers, in the order of their first thing.
static void number_brands(struct shopper_shop *shop) {
    for (size_t i = 0; i < CATALOG_COUNT; i++) {
        size_t same = 0;
        while (!str_equal(str_from(goods[same].brand), str_from(goods[i].brand)))
            same++;
        shop->brand[i] = same < i ? shop->brand[same] : shop->brand_count++;
    }
}

void shopper_shop_init(struct shopper_shop *shop, uint64_t key) {
    deal_appeal(shop, key);
    number_brands(shop);
    print_fields(shop);
    const uint64_t beside_key = rng_mix(key + 1);
    const uint64_t with_key = rng_mix(key + 2);
    for (size_t i = 0; i < CATALOG_COUNT; i++) {
        const enum catalog_family family = catalog_at(i)->family;
        shop->price_band[i] = price_band(catalog_at(i)->price_cents);
        shop->of_family[family][shop->family_count[family]++] = (uint8_t)i;
        if (goods[i].is_basic) shop->basics[shop->basic_count++] = (uint8_t)i;
        find_best(beside_key, i, UINT32_MAX, shop->beside[i], SHOPPER_BESIDE);
        find_best(with_key, i, goes_with[family], shop->with[i], SHOPPER_WITH);
    }
}
