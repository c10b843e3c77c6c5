// products — see the header.
#include "segment/products.h"

static void add_once(struct products *products, struct str sku) {
    if (sku.len == 0 || products->count == PRODUCTS_MAX) return;
    for (size_t i = 0; i < products->count; i++) {
        if (str_equal(products->skus[i], sku)) return;
    }
    products->skus[products->count++] = sku;
}

void products_read(const struct json_node *properties, struct products *out) {
    out->count = 0;
    add_once(out, json_get_text(properties, "sku"));
    const struct json_node *products = json_get(properties, "products");
    if (json_kind(products) != JSON_ARRAY) return;
    for (const struct json_node *at = json_first(products); at; at = json_next(at)) {
        add_once(out, json_get_text(at, "sku"));
    }
}

struct str products_first(const struct json_node *properties) {
    struct products products;
    products_read(properties, &products);
    return products.count ? products.skus[0] : (struct str){0};
}
