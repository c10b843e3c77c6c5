// names — numbers stay with their strings through growth and removal.
#include "support/test.h"

#include "base/memory.h"
#include "recommender/names.h"

static struct str name_of(struct buf *buf, uint32_t number) {
    buf_reset(buf);
    buf_add_format(buf, "name-%u", number);
    return buf_str(buf);
}

static void numbers_are_dense_and_stable(void **state) {
    (void)state;
    CLEANUP(names_release) struct names names = {0};
    struct buf buf = {0};
    uint32_t found;
    assert_false(names_find(&names, STR("name-0"), &found));
    for (uint32_t i = 0; i < 5000; i++)
        assert_int_equal(names_add(&names, name_of(&buf, i)), i);
    for (uint32_t i = 0; i < 5000; i++) {
        assert_int_equal(names_add(&names, name_of(&buf, i)), i);
        assert_true(names_find(&names, name_of(&buf, i), &found) && found == i);
        assert_true(str_equal(names_text(&names, i), name_of(&buf, i)));
    }
    assert_int_equal(names.count, 5000);
    assert_false(names_find(&names, STR(""), &found));
    buf_release(&buf);
}

static void removed_numbers_are_given_again(void **state) {
    (void)state;
    CLEANUP(names_release) struct names names = {0};
    struct buf buf = {0};
    uint32_t found;
    for (uint32_t i = 0; i < 1000; i++)
        (void)names_add(&names, name_of(&buf, i));
    for (uint32_t i = 0; i < 1000; i += 3)
        names_remove(&names, i);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(names_find(&names, name_of(&buf, i), &found), i % 3 != 0);
        if (i % 3) assert_int_equal(found, i);
    }
    assert_int_equal(names_add(&names, STR("newcomer")), 999); // last given back
    assert_int_equal(names_add(&names, STR("second")), 996);
    const size_t bytes = names_bytes(&names);
    for (uint32_t i = 0; i < 20000; i++) { // coming and going needs no more memory
        const uint32_t number = names_add(&names, STR("guest"));
        assert_true(number < 1000);
        names_remove(&names, number);
    }
    assert_int_equal(names_bytes(&names), bytes);
    buf_release(&buf);
}

static void hashes_do_not_change_between_runs(void **state) {
    (void)state;
    assert_true(names_hash(STR("a")) != names_hash(STR("b")));
    assert_true(names_hash(STR("a")) != names_hash((struct str){"a\0", 2}));
    assert_true(names_hash(STR("12345678x")) != names_hash(STR("12345678y")));
    assert_true(names_hash(STR("recloop")) == names_hash(str_slice(STR("a recloop"), 2, 7)));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_are_dense_and_stable),
    cmocka_unit_test(removed_numbers_are_given_again),
    cmocka_unit_test(hashes_do_not_change_between_runs),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
