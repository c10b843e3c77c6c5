// base64 — RFC 4648 vectors both ways, and every kind of text that must be refused.
#include "http/base64.h"

#include "base/attributes.h"
#include "support/test.h"

static const struct vector {
    const char *bytes, *text, *url_text;
} vectors[] = {
    {.bytes = "", .text = "", .url_text = ""},
    {.bytes = "f", .text = "Zg==", .url_text = "Zg"},
    {.bytes = "fo", .text = "Zm8=", .url_text = "Zm8"},
    {.bytes = "foo", .text = "Zm9v", .url_text = "Zm9v"},
    {.bytes = "foob", .text = "Zm9vYg==", .url_text = "Zm9vYg"},
    {.bytes = "fooba", .text = "Zm9vYmE=", .url_text = "Zm9vYmE"},
    {.bytes = "foobar", .text = "Zm9vYmFy", .url_text = "Zm9vYmFy"},
    {.bytes = "\xfb\xff\xbe", .text = "+/++", .url_text = "-_--"},
};

static void base64_encodes_the_rfc_vectors(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(vectors); i++) {
        CLEANUP(buf_release) struct buf text = {0};
        base64_encode(&text, str_from(vectors[i].bytes));
        assert_str(buf_str(&text), vectors[i].text);
        buf_reset(&text);
        base64_encode_url(&text, str_from(vectors[i].bytes));
        assert_str(buf_str(&text), vectors[i].url_text);
    }
}

static void base64_decodes_the_rfc_vectors(void **state) {
    (void)state;
    struct error err = {0};
    for (size_t i = 0; i < ARRAY_COUNT(vectors); i++) {
        CLEANUP(buf_release) struct buf bytes = {0};
        assert_ok(base64_decode(&bytes, str_from(vectors[i].text), &err), err);
        assert_str(buf_str(&bytes), vectors[i].bytes);
        buf_reset(&bytes);
        assert_ok(base64_decode_url(&bytes, str_from(vectors[i].url_text), &err), err);
        assert_str(buf_str(&bytes), vectors[i].bytes);
    }
}

static void base64_refuses_text_that_is_not_base64(void **state) {
    (void)state;
    static const char *const bad[] = {"Z",     "Zg",   "Zg=",     "Zm9v=", "Zm9v====",
                                      "Z===",  "====", "Zh==",    "Zm9=",  "Zm 9v",
                                      "Zm9\n", "-_--", "Zg==Zg=="};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct error err = {0};
        CLEANUP(buf_release) struct buf bytes = {0};
        buf_add(&bytes, STR("before"));
        if (base64_decode(&bytes, str_from(bad[i]), &err)) fail_msg("accepted %s", bad[i]);
        assert_int_equal(err.code, ERROR_INVALID);
        assert_contains(str_from(err.hint), "padding");
        assert_str(buf_str(&bytes), "before");
    }
}

static void base64_keeps_nul_bytes(void **state) {
    (void)state;
    struct error err = {0};
    CLEANUP(buf_release) struct buf bytes = {0};
    assert_ok(base64_decode(&bytes, STR("AAEA"), &err), err);
    assert_int_equal(bytes.len, 3);
    assert_memory_equal(bytes.ptr, "\0\1\0", 3);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(base64_encodes_the_rfc_vectors),
    cmocka_unit_test(base64_decodes_the_rfc_vectors),
    cmocka_unit_test(base64_refuses_text_that_is_not_base64),
    cmocka_unit_test(base64_keeps_nul_bytes),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
