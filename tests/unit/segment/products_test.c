// Which products an event is about.
#include "segment/products.h"

#include "support/test.h"

static void products_are_read_from_both_places(void **state) {
    (void)state;
    static const struct {
        const char *properties, *joined;
    } cases[] = {
        {.properties = "{\"sku\":\"a\"}", .joined = "a,"},
        {.properties = "{\"products\":[{\"sku\":\"a\"},{\"sku\":\"b\"}]}", .joined = "a,b,"},
        {.properties = "{\"sku\":\"b\",\"products\":[{\"sku\":\"a\"},{\"sku\":\"b\"}]}",
         .joined = "b,a,"},
        {.properties = "{\"sku\":7,\"products\":[7,{},{\"sku\":\"\"},{\"sku\":\"c\"}]}",
         .joined = "c,"},
        {.properties = "{\"products\":{\"x\":{\"sku\":\"a\"}}}", .joined = ""},
        {.properties = "{\"SKU\":\"a\"}", .joined = ""},
        {.properties = "null", .joined = ""},
        {.properties = "[]", .joined = ""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(json_release) struct json document = {0};
        CLEANUP(buf_release) struct buf joined = {0};
        struct products products = {0};
        struct error err = {0};
        assert_ok(json_parse(str_from(cases[i].properties), &document, &err), err);
        products_read(document.root, &products);
        for (size_t j = 0; j < products.count; j++) {
            buf_add(&joined, products.skus[j]);
            buf_add_char(&joined, ',');
        }
        print_message("%s\n", cases[i].properties);
        assert_str(buf_str(&joined), cases[i].joined);
        assert_str(products_first(document.root), products.count ? products.skus[0].ptr : NULL);
    }
}

static void products_stop_at_their_limit(void **state) {
    (void)state;
    CLEANUP(json_release) struct json document = {0};
    struct products products = {0};
    struct json_node *list = json_add_array(json_new_object(&document), "products");
    for (int i = 0; i < PRODUCTS_MAX + 5; i++) {
        CLEANUP(buf_release) struct buf sku = {0};
        buf_add_int(&sku, i);
        json_add_text(json_add_object(list, NULL), "sku", buf_str(&sku));
    }
    products_read(document.root, &products);
    assert_int_equal(products.count, PRODUCTS_MAX);
    products_read(NULL, &products);
    assert_int_equal(products.count, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(products_are_read_from_both_places),
    cmocka_unit_test(products_stop_at_their_limit),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
