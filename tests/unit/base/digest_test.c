#include "base/digest.h"
#include "support/test.h"

// FIPS 180-4 examples and RFC 4231 cases 1, 2, 6.
static void digest_sha256_matches_the_published_examples(void **state) {
    (void)state;
    char hex[DIGEST_HEX_BYTES];
    digest_sha256_hex(STR(""), hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    digest_sha256_hex(STR("abc"), hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void digest_hmac_matches_rfc_4231(void **state) {
    (void)state;
    char long_key[131];
    memset(long_key, 0xaa, sizeof(long_key));
    const struct {
        struct str key, text;
        const char *hex;
    } cases[] = {
        {STR("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"),
         STR("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {STR("Jefe"), STR("what do ya want for nothing?"),
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {{long_key, sizeof(long_key)},
         STR("Test Using Larger Than Block-Size Key - Hash Key First"),
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        uint8_t bytes[DIGEST_BYTES];
        char hex[DIGEST_HEX_BYTES];
        digest_hmac_sha256(cases[i].key, cases[i].text, bytes);
        digest_hex(bytes, hex);
        assert_string_equal(hex, cases[i].hex);

        struct digest_hmac_key key = {0};
        for (int use = 0; use < 2; use++) { // prepared, and again after it was used
            digest_hmac_key_init(&key, cases[i].key);
            for (int again = 0; again < 2; again++) {
                digest_hmac_key_sign(&key, cases[i].text, bytes);
                digest_hex(bytes, hex);
                assert_string_equal(hex, cases[i].hex);
            }
        }
        digest_hmac_key_release(&key);
        digest_hmac_key_release(&key);
    }
}

static void digest_equal_compares_length_and_bytes(void **state) {
    (void)state;
    assert_true(digest_equal(STR("abc"), STR("abc")));
    assert_false(digest_equal(STR("abc"), STR("abd")));
    assert_false(digest_equal(STR("abc"), STR("ab")));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(digest_sha256_matches_the_published_examples),
    cmocka_unit_test(digest_hmac_matches_rfc_4231),
    cmocka_unit_test(digest_equal_compares_length_and_bytes),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
