// headers — names without case, order of arrival, repeated fields, aliasing arguments.
#include "http/headers.h"

#include "base/attributes.h"
#include "support/test.h"

static void headers_find_names_without_case(void **state) {
    (void)state;
    CLEANUP(headers_release) struct headers headers = {0};
    headers_add(&headers, STR("Content-Type"), STR("application/json"));
    headers_add(&headers, STR("X-A"), STR("1"));
    headers_add(&headers, STR("x-a"), STR("2"));
    assert_str(headers_get(&headers, STR("content-TYPE")), "application/json");
    assert_str(headers_get(&headers, STR("X-a")), "1");
    assert_null(headers_get(&headers, STR("X-B")).ptr);
    assert_false(headers_has(&headers, STR("X-")));
    assert_int_equal(headers_count(&headers), 3);
    assert_str(headers_at(&headers, 2)->value, "2");
}

static void headers_tell_empty_from_absent(void **state) {
    (void)state;
    CLEANUP(headers_release) struct headers headers = {0};
    headers_add(&headers, STR("X-Empty"), STR(""));
    assert_true(headers_has(&headers, STR("x-empty")));
    assert_non_null(headers_get(&headers, STR("x-empty")).ptr);
}

static void headers_set_replaces_all_in_the_first_place(void **state) {
    (void)state;
    CLEANUP(headers_release) struct headers headers = {0};
    headers_add(&headers, STR("X-A"), STR("1"));
    headers_add(&headers, STR("X-B"), STR("b"));
    headers_add(&headers, STR("x-a"), STR("2"));
    headers_set(&headers, STR("X-A"), headers_at(&headers, 2)->value); // a view of what goes
    assert_int_equal(headers_count(&headers), 2);
    assert_str(headers_at(&headers, 0)->value, "2");
    headers_set(&headers, STR("X-C"), STR("c"));
    assert_str(headers_at(&headers, 2)->name, "X-C");
}

static void headers_remove_tells_how_many(void **state) {
    (void)state;
    CLEANUP(headers_release) struct headers headers = {0};
    headers_add(&headers, STR("X-A"), STR("1"));
    headers_add(&headers, STR("X-B"), STR("b"));
    headers_add(&headers, STR("x-a"), STR("2"));
    assert_int_equal(headers_remove(&headers, headers_at(&headers, 0)->name), 2);
    assert_int_equal(headers_remove(&headers, STR("X-A")), 0);
    assert_int_equal(headers_count(&headers), 1);
    assert_str(headers_at(&headers, 0)->name, "X-B");
}

static void headers_copy_appends(void **state) {
    (void)state;
    CLEANUP(headers_release) struct headers headers = {0};
    CLEANUP(headers_release) struct headers copy = {0};
    headers_add(&headers, STR("X-A"), STR("1"));
    headers_copy(&headers, &copy);
    headers_copy(&copy, &copy);
    assert_int_equal(headers_count(&copy), 2);
    headers_release(&headers);
    assert_str(headers_get(&copy, STR("x-a")), "1");
}

static void headers_know_what_the_wire_allows(void **state) {
    (void)state;
    assert_true(headers_is_valid_name(STR("X-Amz-Date")));
    assert_false(headers_is_valid_name(STR("")));
    assert_false(headers_is_valid_name(STR("X Amz")));
    assert_false(headers_is_valid_name(STR("X:")));
    assert_false(headers_is_valid_name((struct str){.ptr = "a\0b", .len = 3}));
    assert_true(headers_is_valid_value(STR("a\tb \xC3\xA9")));
    assert_false(headers_is_valid_value(STR("a\r\nX-Evil: 1")));
    assert_false(headers_is_valid_value((struct str){.ptr = "a\0b", .len = 3}));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(headers_find_names_without_case),
    cmocka_unit_test(headers_tell_empty_from_absent),
    cmocka_unit_test(headers_set_replaces_all_in_the_first_place),
    cmocka_unit_test(headers_remove_tells_how_many),
    cmocka_unit_test(headers_copy_appends),
    cmocka_unit_test(headers_know_what_the_wire_allows),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
