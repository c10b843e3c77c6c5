// The fifty products.
#include "segment/catalog.h"

#include "base/attributes.h"
#include "support/test.h"

static void catalog_is_sorted_and_found(void **state) {
    (void)state;
    for (size_t i = 0; i < CATALOG_COUNT; i++) {
        const struct catalog_product *product = catalog_at(i);
        const struct str sku = str_from(product->sku);
        if (i) assert_true(str_compare(str_from(catalog_at(i - 1)->sku), sku) < 0);
        assert_ptr_equal(catalog_find(sku), product);
        assert_true(product->name[0] != '\0');
        assert_true(product->price_cents > 0);
    }
}

static void catalog_knows_the_workshops_product_and_no_other(void **state) {
    (void)state;
    const struct catalog_product *shirt = catalog_find(STR("ocean-blue-shirt"));
    assert_non_null(shirt);
    assert_int_equal(shirt->family, CATALOG_TOPS);
    assert_null(catalog_find(STR("ocean-blue-shir")));
    assert_null(catalog_find(STR("")));
    assert_null(catalog_find(STR("zzz")));
}

static void catalog_every_family_has_at_least_three_products(void **state) {
    (void)state;
    size_t counts[CATALOG_FAMILY_COUNT] = {0};
    for (size_t i = 0; i < CATALOG_COUNT; i++)
        counts[catalog_at(i)->family]++;
    for (int i = 0; i < CATALOG_FAMILY_COUNT; i++) {
        print_message("%s: %zu\n", catalog_family_name((enum catalog_family)i), counts[i]);
        assert_true(counts[i] >= 3);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(catalog_is_sorted_and_found),
    cmocka_unit_test(catalog_knows_the_workshops_product_and_no_other),
    cmocka_unit_test(catalog_every_family_has_at_least_three_products),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
