// url — parsing to views, authority, percent-encoding, query strings.
#include "http/url.h"

#include "base/attributes.h"
#include "support/test.h"

static void url_parse_takes_apart(void **state) {
    (void)state;
    static const struct {
        const char *text, *host, *path, *query, *authority;
        int port;
        bool is_https;
    } cases[] = {
        {"https://A.Example", "A.Example", "", "", "a.example", 443, true},
        {"http://a.example:80/", "a.example", "/", "", "a.example", 80, false},
        {"https://a.example:80/x?y=1&z#f", "a.example", "/x", "y=1&z", "a.example:80", 80, true},
        {"HTTP://127.0.0.1:4599?q", "127.0.0.1", "", "q", "127.0.0.1:4599", 4599, false},
        {"http://[::1]:4599/a%2Fb", "::1", "/a%2Fb", "", "[::1]:4599", 4599, false},
        {"http://[fd00:ec2::254]/", "fd00:ec2::254", "/", "", "[fd00:ec2::254]", 80, false},
        {"http://a.example:/", "a.example", "/", "", "a.example", 80, false},
        {"http://a/b?c=http://d/?e", "a", "/b", "c=http://d/?e", "a", 80, false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct url url;
        struct error err = {0};
        CLEANUP(buf_release) struct buf authority = {0};
        assert_ok(url_parse(str_from(cases[i].text), &url, &err), err);
        assert_str(url.host, cases[i].host);
        assert_str(url.path, cases[i].path);
        assert_str(url.query, cases[i].query);
        assert_int_equal(url.port, cases[i].port);
        assert_int_equal(url_is_https(&url), cases[i].is_https);
        url_add_authority(&authority, &url);
        assert_str(buf_str(&authority), cases[i].authority);
    }
}

static void url_parse_refuses_with_a_next_step(void **state) {
    (void)state;
    static const struct {
        const char *text, *hint;
    } cases[] = {
        {"", "https://"},
        {"a.example/x", "whole address"},
        {"ftp://a.example", "https://"},
        {"://a.example", "https://"},
        {"https://", "host.example"},
        {"https:///x", "host.example"},
        {"https://user:pw@a.example", "settings"},
        {"https://a.example:0", "4599"},
        {"https://a.example:65536", "4599"},
        {"https://a.example:8o", "4599"},
        {"https://a b.example", "one line"},
        {"https://a.example/\n", "one line"},
        {"https://a%2e.example", "typing"},
        {"http://[::1", "[::1]"},
        {"http://[::1]x", "[::1]"},
        {"http://[g::1]", "typing"},
        {"http://[]", "host.example"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct url url = {.port = 7};
        struct error err = {0};
        if (url_parse(str_from(cases[i].text), &url, &err)) fail_msg("took %s", cases[i].text);
        assert_int_equal(err.code, ERROR_INVALID);
        assert_contains(str_from(err.hint), cases[i].hint);
        assert_int_equal(url.port, 7);
    }
}

static void url_parse_refuses_endless_text(void **state) {
    (void)state;
    struct url url;
    struct error err = {0};
    CLEANUP(buf_release) struct buf text = {0};
    buf_add(&text, STR("https://a.example/"));
    while (text.len <= URL_MAX_BYTES)
        buf_add(&text, STR("aaaaaaaaaaaaaaaa"));
    assert_false(url_parse(buf_str(&text), &url, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
}

static void url_parse_target_takes_both_forms(void **state) {
    (void)state;
    struct url url;
    struct error err = {0};
    assert_ok(url_parse_target(STR("//a/../b?x"), &url, &err), err);
    assert_str(url.path, "//a/../b");
    assert_str(url.query, "x");
    assert_true(url.has_query);
    assert_int_equal(url.host.len, 0);
    assert_ok(url_parse_target(STR("http://h/p"), &url, &err), err);
    assert_str(url.host, "h");
    assert_false(url.has_query);
    assert_false(url_parse_target(STR("*"), &url, &err));
}

static void url_knows_loopback_from_its_imitations(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool is_loopback;
    } cases[] = {
        {"http://localhost:1", true},      {"http://127.0.0.1", true},
        {"http://127.9.9.9", true},        {"http://[::1]", true},
        {"http://127.0.0.1.a.com", false}, {"http://localhost.a.com", false},
        {"http://127.0.0.1.", false},      {"http://127.0.0", false},
        {"http://[::2]", false},           {"http://10.0.0.1", false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct url url;
        struct error err = {0};
        assert_ok(url_parse(str_from(cases[i].text), &url, &err), err);
        if (url_is_loopback(&url) != cases[i].is_loopback) fail_msg("%s", cases[i].text);
    }
}

static void url_encode_follows_rfc_3986(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf out = {0};
    url_encode(&out, STR("aZ09-._~/ *!'():@$,+=%\xE1\x88\xB4"), URL_ENCODE_SLASH);
    assert_str(buf_str(&out), "aZ09-._~%2F%20%2A%21%27%28%29%3A%40%24%2C%2B%3D%25%E1%88%B4");
    buf_reset(&out);
    url_encode(&out, STR("/a b/"), URL_KEEP_SLASH);
    assert_str(buf_str(&out), "/a%20b/");
}

static void url_decode_is_strict(void **state) {
    (void)state;
    static const char *const bad[] = {"%", "a%2", "%zz", "%2", "%%20"};
    struct error err = {0};
    CLEANUP(buf_release) struct buf out = {0};
    assert_ok(url_decode(&out, STR("a+b%20%2f%00c"), &err), err);
    assert_int_equal(out.len, 7);
    assert_memory_equal(out.ptr, "a+b /\0c", 7);
    buf_reset(&out);
    assert_ok(url_decode_form(&out, STR("a+b%2B"), &err), err);
    assert_str(buf_str(&out), "a b+");
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        if (url_decode(&out, str_from(bad[i]), &err)) fail_msg("took %s", bad[i]);
        assert_int_equal(err.code, ERROR_INVALID);
        assert_contains(str_from(err.hint), "%25");
        assert_str(buf_str(&out), "a b+");
    }
}

static void url_next_pair_keeps_the_bytes(void **state) {
    (void)state;
    struct str rest = STR("&a=1&&b&c=&=d&e=f=g&");
    struct url_pair pair;
    assert_true(url_next_pair(&rest, &pair));
    assert_str(pair.name, "a");
    assert_str(pair.value, "1");
    assert_true(url_next_pair(&rest, &pair));
    assert_str(pair.name, "b");
    assert_false(pair.has_value);
    assert_true(url_next_pair(&rest, &pair));
    assert_true(pair.has_value);
    assert_int_equal(pair.value.len, 0);
    assert_true(url_next_pair(&rest, &pair));
    assert_int_equal(pair.name.len, 0);
    assert_str(pair.value, "d");
    assert_true(url_next_pair(&rest, &pair));
    assert_str(pair.value, "f=g");
    assert_false(url_next_pair(&rest, &pair));
}

static void url_query_get_decodes(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf out = {0};
    const struct str query = STR("bad%=1&user%49d=a+b%2Fc&x&userId=second");
    assert_true(url_query_get(query, STR("userId"), true, &out));
    assert_str(buf_str(&out), "a b/c");
    buf_reset(&out);
    assert_true(url_query_get(query, STR("userId"), false, &out));
    assert_str(buf_str(&out), "a+b/c");
    assert_true(url_query_has(query, STR("x")));
    assert_false(url_query_has(query, STR("y")));
}

static void url_query_add_round_trips(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf query = {0};
    CLEANUP(buf_release) struct buf value = {0};
    url_query_add(&query, STR("a b"), STR("1&2=3"));
    url_query_add(&query, STR("c"), STR("\xC3\xA9+/"));
    assert_str(buf_str(&query), "a%20b=1%262%3D3&c=%C3%A9%2B%2F");
    assert_true(url_query_get(buf_str(&query), STR("a b"), true, &value));
    assert_str(buf_str(&value), "1&2=3");
}

static void url_join_puts_one_slash(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf out = {0};
    url_join(&out, STR("http://h/prefix//"), STR("/x"));
    assert_str(buf_str(&out), "http://h/prefix/x");
    buf_reset(&out);
    url_join(&out, STR("http://h"), STR("x"));
    assert_str(buf_str(&out), "http://h/x");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(url_parse_takes_apart),
    cmocka_unit_test(url_parse_refuses_with_a_next_step),
    cmocka_unit_test(url_parse_refuses_endless_text),
    cmocka_unit_test(url_parse_target_takes_both_forms),
    cmocka_unit_test(url_knows_loopback_from_its_imitations),
    cmocka_unit_test(url_encode_follows_rfc_3986),
    cmocka_unit_test(url_decode_is_strict),
    cmocka_unit_test(url_next_pair_keeps_the_bytes),
    cmocka_unit_test(url_query_get_decodes),
    cmocka_unit_test(url_query_add_round_trips),
    cmocka_unit_test(url_join_puts_one_slash),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
