// The workshop's test event.
#include "segment/test_event.h"

#include "segment/ingest.h"
#include "segment/products.h"
#include "support/test.h"

static void test_event_is_the_workshops_and_fresh(void **state) {
    (void)state;
    CLEANUP(event_release) struct event first = {0};
    CLEANUP(event_release) struct event second = {0};
    struct rng rng = {0};
    rng_seed(&rng, 1);
    const struct test_event_options options = {.now_ms = 1551110105905, .rng = &rng};
    test_event_build(&options, &first);
    test_event_build(&options, &second);
    assert_int_equal(ingest_check(&first), INGEST_ACCEPTED);
    assert_str(first.name, "Product Clicked");
    assert_str(first.user_id, "2941404340");
    assert_str(first.anonymous_id, "2941404340-anon");
    assert_str(first.timestamp, "2019-02-25T15:55:05.905Z");
    assert_str(products_first(event_properties(&first)), "ocean-blue-shirt");
    assert_true(str_starts_with(first.message_id, STR("test-message-")));
    assert_int_equal(first.message_id.len, 19);
    assert_false(str_equal(first.message_id, second.message_id));
}

static void test_event_takes_another_shopper_and_product(void **state) {
    (void)state;
    CLEANUP(event_release) struct event event = {0};
    struct rng rng = {0};
    rng_seed(&rng, 1);
    const struct test_event_options options = {
        .now_ms = 1,
        .rng = &rng,
        .user_id = STR("7"),
        .sku = STR("zipped-jacket"),
        .name = STR("Order Completed"),
    };
    test_event_build(&options, &event);
    assert_str(event.anonymous_id, "7-anon");
    assert_str(event.name, "Order Completed");
    assert_str(products_first(event_properties(&event)), "zipped-jacket");
    const struct test_event_options same = {
        .now_ms = 1,
        .rng = &rng,
        .user_id = event.user_id, // a view of what is replaced
        .anonymous_id = STR("phone"),
    };
    test_event_build(&same, &event);
    assert_str(event.user_id, "7");
    assert_str(event.anonymous_id, "phone");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_event_is_the_workshops_and_fresh),
    cmocka_unit_test(test_event_takes_another_shopper_and_product),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
