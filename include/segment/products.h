// products — which products an event is about.
//
// Shape    a flat `sku` (the workshop), and `products[].sku` (Segment's ecommerce spec, its
//          Order Completed): both are read, in that order, without repeats. Empty ones and ones
//          that are not text are passed over.
// Threads  any.
// Source   Segment, "Ecommerce Events"; segment.md 2 and 5.4 (accept both).
#pragma once

#include "base/json.h"

#define PRODUCTS_MAX 100 // of one event; more are not read

struct products {
    struct str skus[PRODUCTS_MAX]; // views of the document
    size_t count;
};
// `properties` may be NULL or no object: no products.
void products_read(const struct json_node *properties, struct products *out);
// The first sku; ptr NULL when there is none.
struct str products_first(const struct json_node *properties);
