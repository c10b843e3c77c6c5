#include "base/secret.h"
#include "support/test.h"

static void secret_shows_four_characters_of_a_long_one_only(void **state) {
    (void)state;
    static const struct {
        const char *secret, *shown;
    } cases[] = {
        {"", ""},
        {"123456789", "••••"}, // the workshop's external id: four of nine would be too much
        {"abcdefgh1234", "••••1234"},
        {"abcdefgh12\x1b[", "••••12\\e["},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(secret_release) struct secret secret = {0};
        CLEANUP(buf_release) struct buf shown = {0};
        secret_set(&secret, str_from(cases[i].secret));
        assert_int_equal(secret_is_set(&secret), cases[i].secret[0] != '\0');
        secret_add_masked(&shown, &secret);
        assert_str(buf_str(&shown), cases[i].shown);
        assert_str(secret_reveal(&secret), cases[i].secret);
    }
}

static void secret_may_be_set_from_its_own_view(void **state) {
    (void)state;
    CLEANUP(secret_release) struct secret secret = {0};
    secret_set(&secret, STR("prefix-the-key"));
    secret_set(&secret, str_skip(secret_reveal(&secret), 7));
    assert_str(secret_reveal(&secret), "the-key");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(secret_shows_four_characters_of_a_long_one_only),
    cmocka_unit_test(secret_may_be_set_from_its_own_view),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
