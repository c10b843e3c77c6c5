// Forms of the query protocol: members, lists, structures in lists, numbers, and what cannot be read.
#include "aws/query.h"
#include "support/test.h"

static void members_lists_and_nested_lists_are_found(void **state) {
    static const char form[] =
        "Action=SimulatePrincipalPolicy&Empty=&ActionNames.member.1=a%3Ab&ActionNames.member.2=c+d"
        "&ActionNames.member.4=skipped&ContextEntries.member.1.ContextKeyName=aws:x"
        "&ContextEntries.member.1.ContextKeyValues.member.1=v1"
        "&ContextEntries.member.1.ContextKeyValues.member.2=v2&MaxItems=12&Bad=1x";
    CLEANUP(query_release) struct query query = {0};
    struct error err = {0};
    int64_t number = 0;
    (void)state;
    assert_ok(query_parse(str_from(form), &query, &err), err);
    assert_str(query_get(&query, "Action"), "SimulatePrincipalPolicy");
    assert_non_null(query_get(&query, "Empty").ptr);
    assert_int_equal(query_get(&query, "Empty").len, 0);
    assert_null(query_get(&query, "Nothing").ptr);
    assert_int_equal(query_count_members(&query, "ActionNames", NULL), 2);
    assert_str(query_get_member(&query, "ActionNames", 1, NULL), "a:b");
    assert_str(query_get_member(&query, "ActionNames", 2, NULL), "c d");
    assert_int_equal(query_count_members(&query, "ContextEntries", "ContextKeyName"), 1);
    assert_str(query_get_nested(&query, "ContextEntries", 1, "ContextKeyValues", 2), "v2");
    assert_null(query_get_nested(&query, "ContextEntries", 1, "ContextKeyValues", 3).ptr);
    assert_true(query_get_integer(&query, "MaxItems", 1, &number));
    assert_int_equal(number, 12);
    assert_true(query_get_integer(&query, "Nothing", 7, &number));
    assert_int_equal(number, 7);
    assert_false(query_get_integer(&query, "Bad", 7, &number));
}

static void what_cannot_be_read_is_refused(void **state) {
    struct query query = {0};
    struct error err = {0};
    struct buf form = {0};
    (void)state;
    assert_false(query_parse(STR("a=%zz"), &query, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    for (int i = 0; i <= QUERY_MAX_PAIRS; i++)
        buf_add(&form, STR("a=b&"));
    assert_false(query_parse(buf_str(&form), &query, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    buf_release(&form);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_lists_and_nested_lists_are_found),
        cmocka_unit_test(what_cannot_be_read_is_refused),
    };
    return cmocka_run_group_tests_name("aws/query", tests, NULL, NULL);
}
