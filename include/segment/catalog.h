// catalog — the workshop's fifty products, with names, families and prices of our own.
//
// Shape    a const table sorted by sku. Families group what a shopper would see side by side;
//          they give the made history its tastes and the console its colours.
// Units    cents of a US dollar.
// Threads  any.
// Source   the skus are those of the workshop's event generator (segment.md 6.3).
#pragma once

#include "base/str.h"

#define CATALOG_COUNT 50

#define CATALOG_FAMILIES(X)                                                                        \
    X(CATALOG_SNEAKERS, "sneakers")                                                                \
    X(CATALOG_BOOTS, "boots and shoes")                                                            \
    X(CATALOG_KIDS, "kids' shoes")                                                                 \
    X(CATALOG_TOPS, "tops and shirts")                                                             \
    X(CATALOG_OUTERWEAR, "outerwear")                                                              \
    X(CATALOG_BAGS, "bags")                                                                        \
    X(CATALOG_ACCESSORIES, "accessories")

enum catalog_family {
#define X(value, name) value,
    CATALOG_FAMILIES(X)
#undef X
        CATALOG_FAMILY_COUNT
};

struct catalog_product {
    const char *sku, *name;
    enum catalog_family family;
    int price_cents;
};

const char *catalog_family_name(enum catalog_family family);
const struct catalog_product *catalog_at(size_t at);        // at < CATALOG_COUNT
const struct catalog_product *catalog_find(struct str sku); // NULL: not one of the fifty
