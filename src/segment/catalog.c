// catalog — see the header. Names, families and prices are our own; a row that is added must keep the
// order, because catalog_find searches by halves (a test watches it).
#include "segment/catalog.h"

#include "base/attributes.h"

#include <assert.h>

static const struct catalog_product products[] = {
    {
        .sku = "adidas-classic-backpack",
        .name = "Adidas Classic Backpack",
        .family = CATALOG_BAGS,
        .price_cents = 4500,
    },
    {
        .sku = "adidas-classic-backpack-legend-ink-multicolour",
        .name = "Adidas Classic Backpack, Legend Ink",
        .family = CATALOG_BAGS,
        .price_cents = 5000,
    },
    {
        .sku = "adidas-kids-stan-smith",
        .name = "Adidas Kids Stan Smith",
        .family = CATALOG_KIDS,
        .price_cents = 5500,
    },
    {
        .sku = "adidas-superstar-80s",
        .name = "Adidas Superstar 80s",
        .family = CATALOG_SNEAKERS,
        .price_cents = 10000,
    },
    {
        .sku = "asics-tiger-gel-lyte-v-30-years-of-gel-pack",
        .name = "Asics Tiger Gel-Lyte V \"30 Years\"",
        .family = CATALOG_SNEAKERS,
        .price_cents = 13000,
    },
    {
        .sku = "black-leather-bag",
        .name = "Black Leather Bag",
        .family = CATALOG_BAGS,
        .price_cents = 12900,
    },
    {
        .sku = "blue-silk-tuxedo",
        .name = "Blue Silk Tuxedo",
        .family = CATALOG_OUTERWEAR,
        .price_cents = 24900,
    },
    {
        .sku = "chequered-red-shirt",
        .name = "Chequered Red Shirt",
        .family = CATALOG_TOPS,
        .price_cents = 4900,
    },
    {
        .sku = "classic-leather-jacket",
        .name = "Classic Leather Jacket",
        .family = CATALOG_OUTERWEAR,
        .price_cents = 22900,
    },
    {
        .sku = "classic-varsity-top",
        .name = "Classic Varsity Top",
        .family = CATALOG_TOPS,
        .price_cents = 5900,
    },
    {
        .sku = "converse-chuck-taylor-all-star-ii-hi",
        .name = "Converse Chuck Taylor All Star II Hi",
        .family = CATALOG_SNEAKERS,
        .price_cents = 7500,
    },
    {
        .sku = "converse-chuck-taylor-all-star-lo",
        .name = "Converse Chuck Taylor All Star Lo",
        .family = CATALOG_SNEAKERS,
        .price_cents = 5500,
    },
    {
        .sku = "converse-toddler-chuck-taylor-all-star-axel-mid",
        .name = "Converse Toddler All Star Axel Mid",
        .family = CATALOG_KIDS,
        .price_cents = 4500,
    },
    {
        .sku = "dark-denim-top",
        .name = "Dark Denim Top",
        .family = CATALOG_TOPS,
        .price_cents = 5400,
    },
    {
        .sku = "dark-winter-jacket",
        .name = "Dark Winter Jacket",
        .family = CATALOG_OUTERWEAR,
        .price_cents = 15900,
    },
    {
        .sku = "dr-martens-1460z-dmc-8-eye-boot-cherry-smooth",
        .name = "Dr. Martens 1460 Boot, Cherry",
        .family = CATALOG_BOOTS,
        .price_cents = 15000,
    },
    {
        .sku = "dr-martens-1461-dmc-3-eye-shoe-black-smooth",
        .name = "Dr. Martens 1461 Shoe, Black",
        .family = CATALOG_BOOTS,
        .price_cents = 12500,
    },
    {
        .sku = "dr-martens-cavendish-3-eye-shoe-black",
        .name = "Dr. Martens Cavendish Shoe, Black",
        .family = CATALOG_BOOTS,
        .price_cents = 11500,
    },
    {
        .sku = "flex-fit-mini-ottoman-black",
        .name = "Flexfit Mini Ottoman Cap, Black",
        .family = CATALOG_ACCESSORIES,
        .price_cents = 2400,
    },
    {
        .sku = "floral-white-top",
        .name = "Floral White Top",
        .family = CATALOG_TOPS,
        .price_cents = 4400,
    },
    {
        .sku = "herschel-iona",
        .name = "Herschel Iona",
        .family = CATALOG_BAGS,
        .price_cents = 6500,
    },
    {
        .sku = "led-high-tops",
        .name = "LED High Tops",
        .family = CATALOG_SNEAKERS,
        .price_cents = 8900,
    },
    {
        .sku = "longsleeve-cotton-top",
        .name = "Long-sleeve Cotton Top",
        .family = CATALOG_TOPS,
        .price_cents = 3400,
    },
    {
        .sku = "navy-sport-jacket",
        .name = "Navy Sport Jacket",
        .family = CATALOG_OUTERWEAR,
        .price_cents = 8900,
    },
    {
        .sku = "nike-crackle-print-tb-tee",
        .name = "Nike Crackle Print Tee",
        .family = CATALOG_TOPS,
        .price_cents = 3000,
    },
    {
        .sku = "nike-swoosh-pro-flat-peak-cap",
        .name = "Nike Swoosh Pro Flat Peak Cap",
        .family = CATALOG_ACCESSORIES,
        .price_cents = 2600,
    },
    {
        .sku = "nike-toddler-roshe-one",
        .name = "Nike Toddler Roshe One",
        .family = CATALOG_KIDS,
        .price_cents = 4800,
    },
    {
        .sku = "ocean-blue-shirt",
        .name = "Ocean Blue Shirt",
        .family = CATALOG_TOPS,
        .price_cents = 4900,
    },
    {
        .sku = "olive-green-jacket",
        .name = "Olive Green Jacket",
        .family = CATALOG_OUTERWEAR,
        .price_cents = 9900,
    },
    {
        .sku = "palladium-pallatech-hi-tx-chevron",
        .name = "Palladium Pallatech Hi TX Chevron",
        .family = CATALOG_BOOTS,
        .price_cents = 9500,
    },
    {
        .sku = "puma-suede-classic-regal",
        .name = "Puma Suede Classic, Regal",
        .family = CATALOG_SNEAKERS,
        .price_cents = 6500,
    },
    {
        .sku = "red-sports-tee",
        .name = "Red Sports Tee",
        .family = CATALOG_TOPS,
        .price_cents = 2900,
    },
    {
        .sku = "silk-summer-top",
        .name = "Silk Summer Top",
        .family = CATALOG_TOPS,
        .price_cents = 6900,
    },
    {
        .sku = "striped-silk-blouse",
        .name = "Striped Silk Blouse",
        .family = CATALOG_TOPS,
        .price_cents = 7900,
    },
    {
        .sku = "striped-skirt-and-top",
        .name = "Striped Skirt and Top",
        .family = CATALOG_TOPS,
        .price_cents = 8400,
    },
    {
        .sku = "supra-mens-vaider",
        .name = "Supra Men's Vaider",
        .family = CATALOG_SNEAKERS,
        .price_cents = 9000,
    },
    {
        .sku = "timberland-mens-6-inch-premium-boot",
        .name = "Timberland 6 Inch Premium Boot",
        .family = CATALOG_BOOTS,
        .price_cents = 19800,
    },
    {
        .sku = "vans-apparel-and-accessories-classic-super-no-show-socks-3-pack-white",
        .name = "Vans No-show Socks, 3 Pack",
        .family = CATALOG_ACCESSORIES,
        .price_cents = 1400,
    },
    {
        .sku = "vans-authentic-butterfly-true-white-black",
        .name = "Vans Authentic Butterfly",
        .family = CATALOG_SNEAKERS,
        .price_cents = 5500,
    },
    {
        .sku = "vans-authentic-lo-pro-burgandy-white",
        .name = "Vans Authentic Lo Pro, Burgundy",
        .family = CATALOG_SNEAKERS,
        .price_cents = 5500,
    },
    {
        .sku = "vans-authentic-multi-eyelets-gradient-crimson",
        .name = "Vans Authentic Multi Eyelets",
        .family = CATALOG_SNEAKERS,
        .price_cents = 5800,
    },
    {
        .sku = "vans-classic-slip-on-perforated-suede",
        .name = "Vans Classic Slip-On, Perforated Suede",
        .family = CATALOG_SNEAKERS,
        .price_cents = 6200,
    },
    {
        .sku = "vans-era-59-desert-cowboy",
        .name = "Vans Era 59 Desert Cowboy",
        .family = CATALOG_SNEAKERS,
        .price_cents = 6000,
    },
    {
        .sku = "vans-era-59-moroccan-geo-dress-blues",
        .name = "Vans Era 59 Moroccan Geo",
        .family = CATALOG_SNEAKERS,
        .price_cents = 6000,
    },
    {
        .sku = "vans-old-skool-butterfly-true-white-black",
        .name = "Vans Old Skool Butterfly",
        .family = CATALOG_SNEAKERS,
        .price_cents = 6500,
    },
    {
        .sku = "vans-sh-8-hi",
        .name = "Vans SH-8 Hi",
        .family = CATALOG_SNEAKERS,
        .price_cents = 7000,
    },
    {
        .sku = "vans-sk8-hi-decon-cutout-leaves-white",
        .name = "Vans Sk8-Hi Decon Cutout Leaves",
        .family = CATALOG_SNEAKERS,
        .price_cents = 7500,
    },
    {
        .sku = "white-cotton-shirt",
        .name = "White Cotton Shirt",
        .family = CATALOG_TOPS,
        .price_cents = 3900,
    },
    {
        .sku = "yellow-wool-jumper",
        .name = "Yellow Wool Jumper",
        .family = CATALOG_TOPS,
        .price_cents = 7400,
    },
    {
        .sku = "zipped-jacket",
        .name = "Zipped Jacket",
        .family = CATALOG_OUTERWEAR,
        .price_cents = 7900,
    },
};
static_assert(ARRAY_COUNT(products) == CATALOG_COUNT, "the header promises this many products");

const char *catalog_family_name(enum catalog_family family) {
    switch (family) {
#define X(value, name)                                                                             \
    case value: return name;
        CATALOG_FAMILIES(X)
#undef X
    case CATALOG_FAMILY_COUNT: break;
    }
    return "unknown";
}

const struct catalog_product *catalog_at(size_t at) {
    ASSERT(at < CATALOG_COUNT);
    return &products[at];
}

const struct catalog_product *catalog_find(struct str sku) {
    size_t low = 0;
    size_t high = CATALOG_COUNT;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = str_compare(sku, str_from(products[middle].sku));
        if (order == 0) return &products[middle];
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}
