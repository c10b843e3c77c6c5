// The lists that travel through services.
#include "handler/services.h"

#include "support/test.h"

#include <math.h>

static void services_lists_grow_and_empty(void **state) {
    (void)state;
    struct services_items items = {0};
    struct services_names names = {0};
    for (int i = 0; i < 33; i++) {
        CLEANUP(buf_release) struct buf id = {0};
        buf_add_int(&id, i);
        services_items_add(&items, buf_str(&id), (double)NAN);
        services_names_add(&names, buf_str(&id));
    }
    assert_int_equal(items.count, 33);
    assert_string_equal(items.items[32].item_id, "32");
    assert_true(services_names_has(&names, STR("0")));
    assert_true(services_names_has(&names, STR("32")));
    assert_false(services_names_has(&names, STR("33")));
    services_items_release(&items);
    services_items_release(&items);
    services_names_release(&names);
    services_names_release(&names);
    services_names_release(NULL);
    assert_null(items.items);
    assert_null(names.names);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(services_lists_grow_and_empty),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
