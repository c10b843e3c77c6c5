// The token server: which requests get a token, and which tokens are good.
#include "segment/oauth.h"

#include "base/json.h"
#include "http/base64.h"
#include "http/url.h"
#include "support/test.h"

#define NOW_S INT64_C(1600000000)

struct request {
    const char *grant_type, *assertion_type, *scope, *header, *claims;
    size_t signature_bytes;
};

#define JWT_BEARER "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define HEADER "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}"
#define CLAIMS(exp)                                                                                \
    "{\"iss\":\"app\",\"sub\":\"app\",\"aud\":\"http://"                                           \
    "127.0.0.1\",\"iat\":1599999995,\"exp\":" exp ",\"jti\":\"1\"}"
#define GOOD                                                                                       \
    {                                                                                              \
        .grant_type = "client_credentials", .assertion_type = JWT_BEARER,                          \
        .scope = "tracking_api:write", .header = HEADER, .claims = CLAIMS("1600000055"),           \
        .signature_bytes = 256                                                                     \
    }

static void add_part(struct buf *out, struct str bytes) {
    if (out->len) buf_add_char(out, '.');
    base64_encode_url(out, bytes);
}

static void build(const struct request *request, struct buf *out) {
    CLEANUP(buf_release) struct buf assertion = {0};
    CLEANUP(buf_release) struct buf signature = {0};
    for (size_t i = 0; i < request->signature_bytes; i++)
        buf_add_char(&signature, 's');
    add_part(&assertion, str_from(request->header));
    add_part(&assertion, str_from(request->claims));
    add_part(&assertion, buf_str(&signature));
    if (request->grant_type) url_query_add(out, STR("grant_type"), str_from(request->grant_type));
    url_query_add(out, STR("client_assertion_type"), str_from(request->assertion_type));
    if (request->header) url_query_add(out, STR("client_assertion"), buf_str(&assertion));
    url_query_add(out, STR("scope"), str_from(request->scope));
}

static void every_missing_piece_has_its_refusal(void **state) {
    (void)state;
    struct {
        const char *name;
        struct request request;
        enum oauth_refusal refusal;
        int status;
    } cases[] = {
        {"good", GOOD, OAUTH_GRANTED, 200},
        {"several scopes", GOOD, OAUTH_GRANTED, 200},
        {"no grant type", GOOD, OAUTH_INVALID_REQUEST, 400},
        {"other grant type", GOOD, OAUTH_UNSUPPORTED_GRANT_TYPE, 400},
        {"other assertion type", GOOD, OAUTH_INVALID_REQUEST, 400},
        {"other scope", GOOD, OAUTH_INVALID_SCOPE, 400},
        {"no assertion", GOOD, OAUTH_INVALID_CLIENT, 401},
        {"HS256", GOOD, OAUTH_INVALID_CLIENT, 401},
        {"no key id", GOOD, OAUTH_INVALID_CLIENT, 401},
        {"no sub", GOOD, OAUTH_INVALID_CLIENT, 401},
        {"expired", GOOD, OAUTH_INVALID_CLIENT, 401},
        {"good for an hour", GOOD, OAUTH_INVALID_CLIENT, 401},
        {"a short signature", GOOD, OAUTH_INVALID_CLIENT, 401},
        {"claims that are no JSON", GOOD, OAUTH_INVALID_CLIENT, 401},
    };
    cases[1].request.scope = "public_api:read_write tracking_api:write";
    cases[2].request.grant_type = NULL;
    cases[3].request.grant_type = "password";
    cases[4].request.assertion_type = "jwt";
    cases[5].request.scope = "tracking_api:writer";
    cases[6].request.header = NULL;
    cases[7].request.header = "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}";
    cases[8].request.header = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";
    cases[9].request.claims = "{\"aud\":\"a\",\"exp\":1600000055,\"jti\":\"1\"}";
    cases[10].request.claims = CLAIMS("1599999940");
    cases[11].request.claims = CLAIMS("1600003600");
    cases[12].request.signature_bytes = 255;
    cases[13].request.claims = "{";
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(buf_release) struct buf form = {0};
        struct error err = {0};
        build(&cases[i].request, &form);
        print_message("%s\n", cases[i].name);
        const enum oauth_refusal refusal = oauth_judge(buf_str(&form), NOW_S, &err);
        assert_int_equal(refusal, cases[i].refusal);
        assert_int_equal(oauth_refusal_status(refusal), cases[i].status);
        assert_int_equal(refusal == OAUTH_GRANTED, err.code == ERROR_NONE);
    }
}

static void a_token_is_good_until_its_end_and_for_its_secret(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf token = {0};
    CLEANUP(buf_release) struct buf longer = {0};
    oauth_add_token(&token, STR("secret"), NOW_S + 10);
    assert_true(oauth_is_good(buf_str(&token), STR("secret"), NOW_S));
    assert_true(oauth_is_good(buf_str(&token), STR("secret"), NOW_S + 9));
    assert_false(oauth_is_good(buf_str(&token), STR("secret"), NOW_S + 10));
    assert_false(oauth_is_good(buf_str(&token), STR("Secret"), NOW_S));
    struct str end, mac;
    str_split(buf_str(&token), '.', &end, &mac);
    buf_add_format(&longer, "%lld." STR_FMT, (long long)(NOW_S + 9999), STR_ARG(mac));
    assert_false(oauth_is_good(buf_str(&longer), STR("secret"), NOW_S));
    static const char *const bad[] = {"", ".", "1600000010", "1600000010.", "x.y"};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        assert_false(oauth_is_good(str_from(bad[i]), STR("secret"), NOW_S));
}

static void replies_are_what_clients_read(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(json_release) struct json document = {0};
    struct error err = {0};
    int64_t life_s = 0;
    oauth_reply_token(&text, STR("T"));
    assert_ok(json_parse(buf_str(&text), &document, &err), err);
    assert_str(json_get_text(document.root, "access_token"), "T");
    assert_true(json_integer(json_get(document.root, "expires_in"), &life_s));
    assert_int_equal(life_s, 86400);
    buf_reset(&text);
    oauth_reply_refusal(&text, OAUTH_INVALID_CLIENT, STR("why"));
    assert_str(buf_str(&text), "{\"error\":\"invalid_client\",\"error_description\":\"why\"}");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_missing_piece_has_its_refusal),
    cmocka_unit_test(a_token_is_good_until_its_end_and_for_its_secret),
    cmocka_unit_test(replies_are_what_clients_read),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
