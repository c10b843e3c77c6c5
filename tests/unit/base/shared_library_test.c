#include "support/test.h"

#include "base/shared_library.h"

typedef size_t length_fn(const char *text);

static void shared_library_gives_the_functions_of_the_first_that_is_there(void **state) {
    (void)state;
    static const char *const names[] = {"librecloop-none.so.1", "libc.so.6", NULL};
    length_fn *length = NULL;
    const struct shared_library_function functions[] = {{"strlen", &length}};
    struct error err = {0};
    assert_ok(shared_library_load(names, functions, 1, &err), err);
    assert_int_equal(length("four"), 4);
}

static void shared_library_names_what_is_not_there(void **state) {
    (void)state;
    static const char *const none[] = {"librecloop-none.so.1", NULL};
    static const char *const some[] = {"libc.so.6", NULL};
    length_fn *length = NULL;
    const struct shared_library_function functions[] = {{"recloop_no_such_function", &length}};
    struct error err = {0};
    assert_false(shared_library_load(none, functions, 0, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.message, "librecloop-none.so.1"));
    assert_false(shared_library_load(some, functions, 1, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.message, "recloop_no_such_function"));
    assert_null(length);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(shared_library_gives_the_functions_of_the_first_that_is_there),
    cmocka_unit_test(shared_library_names_what_is_not_there),
};

int main(void) {
    return cmocka_run_group_tests_name("base/shared_library", tests, NULL, NULL);
}
