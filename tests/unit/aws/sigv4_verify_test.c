// sigv4 and sigv4_verify — what is refused, in which order, under which name on the wire.
#include "aws/sigv4_verify.h"

#include "base/attributes.h"
#include "http/url.h"
#include "support/test.h"

#define NOW_S 1714564800 // 2024-05-01T12:00:00Z
#define KEY_ID "AKIDSANDBOX00000001"
#define SECRET "s4ndb0x/Secret+Key=NotReal0123456789abcd"

struct fixture {
    struct request request;
    struct credentials credentials;
    struct sigv4_options options;
    struct sigv4_verify_key key;
    struct sigv4_verify_policy policy;
    struct sigv4_verify_result result;
};

static bool find_key(void *context, struct str id, struct sigv4_verify_key *out) {
    const struct fixture *fixture = context;
    if (!str_equal(id, STR(KEY_ID))) return false;
    *out = fixture->key;
    return true;
}

static void set_up(struct fixture *fixture) {
    *fixture = (struct fixture){
        .options =
            {.region = STR("eu-west-1"),
             .service = STR("personalize"),
             .now_s = NOW_S,
             .expires_s = 600},
        .key = {.secret_access_key = STR(SECRET)},
        .policy =
            {.region = STR("eu-west-1"),
             .service = STR("personalize"),
             .now_s = NOW_S,
             .lookup = find_key},
    };
    fixture->policy.lookup_context = fixture;
    credentials_set(&fixture->credentials, STR(KEY_ID), STR(SECRET), (struct str){0});
    request_set_method(&fixture->request, STR("POST"));
    request_set_url(&fixture->request, STR("http://127.0.0.1:4599/recommendations?b=2&a=1"));
    headers_add(&fixture->request.headers, STR("Content-Type"), STR("application/json"));
    request_set_body(&fixture->request, STR("{\"userId\":\"u-17\"}"));
}

static void tear_down(struct fixture *fixture) {
    request_release(&fixture->request);
    credentials_release(&fixture->credentials);
    sigv4_verify_result_release(&fixture->result);
}

static void sign(struct fixture *fixture) {
    struct error err = {0};
    assert_ok(
        sigv4_sign_request(&fixture->request, &fixture->credentials, &fixture->options, NULL, &err),
        err);
}

static void expect(struct fixture *fixture, enum sigv4_verify_outcome outcome) {
    const bool is_accepted = sigv4_verify(&fixture->request, &fixture->policy, &fixture->result);
    if (fixture->result.outcome != outcome) {
        fail_msg(
            "got %s (%s), wanted %s", sigv4_verify_outcome_name(fixture->result.outcome),
            fixture->result.detail, sigv4_verify_outcome_name(outcome));
    }
    assert_int_equal(is_accepted, outcome == SIGV4_VERIFY_ACCEPTED);
}

// Code, status and a part of the text, for the three protocols.
static void expect_reply(
    struct fixture *fixture, const char *json_code, const char *query_code, const char *part) {
    struct aws_error error;
    sigv4_verify_to_aws_error(&fixture->result, OPERATION_REST_JSON, &fixture->policy, &error);
    assert_string_equal(error.code, json_code);
    assert_int_equal(error.status, 403);
    assert_contains(str_from(error.message), part);
    sigv4_verify_to_aws_error(&fixture->result, OPERATION_JSON11, &fixture->policy, &error);
    assert_string_equal(error.code, json_code);
    assert_int_equal(error.status, 400);
    sigv4_verify_to_aws_error(&fixture->result, OPERATION_QUERY, &fixture->policy, &error);
    assert_string_equal(error.code, query_code);
    assert_int_equal(error.status, strcmp(query_code, "IncompleteSignature") == 0 ? 400 : 403);
}

static void sigv4_verify_accepts_both_forms_with_and_without_token(void **state) {
    (void)state;
    for (int round = 0; round < 4; round++) {
        struct fixture fixture;
        struct error err = {0};
        set_up(&fixture);
        if (round & 1) {
            credentials_set(&fixture.credentials, STR(KEY_ID), STR(SECRET), STR("tok//en+=="));
            fixture.key.session_token = STR("tok//en+==");
        }
        if (round & 2) {
            assert_ok(
                sigv4_presign_request(
                    &fixture.request, &fixture.credentials, &fixture.options, NULL, &err),
                err);
            assert_false(headers_has(&fixture.request.headers, STR("Authorization")));
            fixture.policy.now_s = NOW_S + 599; // good for as long as it says
        } else {
            sign(&fixture);
        }
        expect(&fixture, SIGV4_VERIFY_ACCEPTED);
        assert_str(fixture.result.claim.access_key_id, KEY_ID);
        tear_down(&fixture);
    }
}

static void sigv4_verify_refuses_any_change_to_what_was_signed(void **state) {
    (void)state;
    for (int change = 0; change < 6; change++) {
        struct fixture fixture;
        set_up(&fixture);
        sign(&fixture);
        switch (change) {
        case 0: request_set_body(&fixture.request, STR("{}")); break;
        case 1: request_set_method(&fixture.request, STR("PUT")); break;
        case 2: request_set_url(&fixture.request, STR("/recommendation?b=2&a=1")); break;
        case 3: request_set_url(&fixture.request, STR("/recommendations?b=2&a=2")); break;
        case 4: headers_set(&fixture.request.headers, STR("Host"), STR("other")); break;
        default: fixture.key.secret_access_key = STR("another"); break;
        }
        expect(&fixture, SIGV4_VERIFY_SIGNATURE);
        expect_reply(
            &fixture, "InvalidSignatureException", "SignatureDoesNotMatch",
            "The request signature we calculated does not match");
        tear_down(&fixture);
    }
}

static void sigv4_verify_accepts_equivalent_urls(void **state) {
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    sign(&fixture);
    request_set_url(&fixture.request, STR("/recommendations?a=1&b=2")); // order is not signed
    expect(&fixture, SIGV4_VERIFY_ACCEPTED);
    request_set_url(&fixture.request, STR("/./x/..//recommendations?%61=1&b=2"));
    expect(&fixture, SIGV4_VERIFY_ACCEPTED);
    tear_down(&fixture);
}

static void sigv4_verify_wants_authentication(void **state) {
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    expect(&fixture, SIGV4_VERIFY_NO_AUTHENTICATION);
    expect_reply(
        &fixture, "MissingAuthenticationTokenException", "MissingAuthenticationToken",
        "Missing Authentication Token");
    tear_down(&fixture);
}

static void sigv4_verify_names_the_missing_part(void **state) {
    (void)state;
    static const char credential[] =
        "Credential=" KEY_ID "/20240501/eu-west-1/personalize/aws4_request";
    static const struct {
        const char *format, *part;
    } cases[] = {
        {"AWS4-HMAC-SHA512 %s, SignedHeaders=host, Signature=00",
         "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'"},
        {"Basic abc",
         "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with "
         "SHA-256 and encoded with Base64): "
         "'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='."},
        {"token",
         "Authorization header requires 'Credential' parameter. Authorization header requires "
         "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "
         "(Hashed with SHA-256 and encoded with Base64) "
         "Authorization=PEaenWxYddN6Q/NT1PiOYfz4EsZu7jRXRlpAsNpBU+A="},
        {"AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00", "'Credential'"},
        {"AWS4-HMAC-SHA256 %s, Signature=00", "'SignedHeaders'"},
        {"AWS4-HMAC-SHA256 %s, SignedHeaders=host", "'Signature'"},
        {"AWS4-HMAC-SHA256 %s, SignedHeaders, Signature=00", "Invalid key=value pair"},
        {"AWS4-HMAC-SHA256 %s, SignedHeaders=host, SignedHeaders=host, Signature=00", "twice"},
        {"AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=00",
         "keyid/date/region/service/term, got 'a/b/c'"},
        {"AWS4-HMAC-SHA256 %s, SignedHeaders=x-amz-date;host, Signature=00", "not a sorted list"},
        {"AWS4-HMAC-SHA256 %s, SignedHeaders=Host;x-amz-date, Signature=00", "lower case"},
        {"AWS4-HMAC-SHA256 %s, SignedHeaders=host;;x-amz-date, Signature=00", "not a sorted list"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct fixture fixture;
        CLEANUP(buf_release) struct buf value = {0};
        set_up(&fixture);
        sign(&fixture);
        struct str before, after;
        (void)str_split(str_from(cases[i].format), '%', &before, &after);
        buf_add(&value, before);
        if (after.len) buf_add(&value, str_from(credential));
        buf_add(&value, str_skip(after, 1));
        headers_set(&fixture.request.headers, STR("Authorization"), buf_str(&value));
        expect(&fixture, SIGV4_VERIFY_INCOMPLETE);
        expect_reply(
            &fixture, "IncompleteSignatureException", "IncompleteSignature", cases[i].part);
        tear_down(&fixture);
    }
}

static void sigv4_verify_wants_a_readable_date(void **state) {
    (void)state;
    static const char *const dates[] = {"yesterday", "2024-05-01T12:00:00Z", "20240501"};
    for (size_t i = 0; i < ARRAY_COUNT(dates); i++) {
        struct fixture fixture;
        set_up(&fixture);
        sign(&fixture);
        headers_set(&fixture.request.headers, STR("X-Amz-Date"), str_from(dates[i]));
        expect(&fixture, SIGV4_VERIFY_INCOMPLETE);
        expect_reply(
            &fixture, "IncompleteSignatureException", "IncompleteSignature",
            "Date must be in ISO-8601 'basic format'. Got '");
        tear_down(&fixture);
    }
    struct fixture fixture;
    set_up(&fixture);
    sign(&fixture);
    headers_remove(&fixture.request.headers, STR("X-Amz-Date"));
    expect(&fixture, SIGV4_VERIFY_INCOMPLETE);
    expect_reply(
        &fixture, "IncompleteSignatureException", "IncompleteSignature",
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
        "(Hashed");
    headers_set(&fixture.request.headers, STR("X-Amz-Date"), STR("20240430T235900Z"));
    expect(&fixture, SIGV4_VERIFY_WRONG_DATE);
    expect_reply(
        &fixture, "InvalidSignatureException", "SignatureDoesNotMatch", "'20240501' != '20240430'");
    tear_down(&fixture);
}

static void sigv4_verify_wants_what_matters_signed(void **state) {
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    sign(&fixture);
    headers_add(&fixture.request.headers, STR("X-Amz-Target"), STR("Evil"));
    expect(&fixture, SIGV4_VERIFY_UNSIGNED_HEADER);
    expect_reply(&fixture, "InvalidSignatureException", "SignatureDoesNotMatch", "X-Amz-Target");
    headers_remove(&fixture.request.headers, STR("X-Amz-Target"));
    headers_remove(&fixture.request.headers, STR("Content-Type")); // signed, did not arrive
    expect(&fixture, SIGV4_VERIFY_UNSIGNED_HEADER);
    headers_set(
        &fixture.request.headers, STR("Authorization"),
        STR("AWS4-HMAC-SHA256 Credential=" KEY_ID
            "/20240501/eu-west-1/personalize/aws4_request,SignedHeaders=x-amz-date,Signature=00"));
    expect(&fixture, SIGV4_VERIFY_UNSIGNED_HEADER);
    expect_reply(&fixture, "InvalidSignatureException", "SignatureDoesNotMatch", "'Host'");
    tear_down(&fixture);
}

static void sigv4_verify_keeps_the_window(void **state) {
    (void)state;
    static const struct {
        int64_t offset_s;
        enum sigv4_verify_outcome outcome;
        const char *text;
    } cases[] = {
        {300, SIGV4_VERIFY_ACCEPTED, NULL},
        {-300, SIGV4_VERIFY_ACCEPTED, NULL},
        {301, SIGV4_VERIFY_TOO_OLD,
         "Signature expired: 20240501T120000Z is now earlier than 20240501T120001Z "
         "(20240501T120501Z - 5 min.)"},
        {-301, SIGV4_VERIFY_TOO_NEW,
         "Signature not yet current: 20240501T120000Z is still later than 20240501T115959Z "
         "(20240501T115459Z + 5 min.)"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct fixture fixture;
        set_up(&fixture);
        sign(&fixture);
        fixture.policy.now_s = NOW_S + cases[i].offset_s;
        expect(&fixture, cases[i].outcome);
        if (cases[i].text) {
            expect_reply(
                &fixture, "InvalidSignatureException", "SignatureDoesNotMatch", cases[i].text);
        }
        tear_down(&fixture);
    }
}

static void sigv4_verify_keeps_to_a_presigned_expiry(void **state) {
    (void)state;
    struct fixture fixture;
    struct error err = {0};
    set_up(&fixture);
    fixture.options.expires_s = 604801;
    assert_false(sigv4_presign_request(
        &fixture.request, &fixture.credentials, &fixture.options, NULL, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    assert_contains(str_from(err.hint), "604800");
    fixture.options.expires_s = 60;
    assert_ok(
        sigv4_presign_request(&fixture.request, &fixture.credentials, &fixture.options, NULL, &err),
        err);
    fixture.policy.now_s = NOW_S + 61;
    expect(&fixture, SIGV4_VERIFY_TOO_OLD);
    tear_down(&fixture);
}

static void sigv4_verify_checks_scope_and_keys_in_order(void **state) {
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    sign(&fixture);
    fixture.policy.region = STR("us-west-2");
    expect(&fixture, SIGV4_VERIFY_WRONG_REGION);
    expect_reply(
        &fixture, "InvalidSignatureException", "SignatureDoesNotMatch",
        "Credential should be scoped to a valid region");
    fixture.policy.region = (struct str){0};
    fixture.policy.service = STR("lambda");
    expect(&fixture, SIGV4_VERIFY_WRONG_SERVICE);
    expect_reply(
        &fixture, "InvalidSignatureException", "SignatureDoesNotMatch",
        "Credential should be scoped to correct service: 'lambda'.");
    fixture.policy.service = (struct str){0};
    fixture.key.session_token = STR("issued");
    expect(&fixture, SIGV4_VERIFY_TOKEN_INVALID);
    credentials_set(&fixture.credentials, STR(KEY_ID), STR(SECRET), STR("issued"));
    sign(&fixture);
    fixture.key.expires_at_s = NOW_S;
    expect(&fixture, SIGV4_VERIFY_TOKEN_EXPIRED);
    expect_reply(
        &fixture, "ExpiredTokenException", "ExpiredToken",
        "The security token included in the request is expired");
    fixture.key.session_token = STR("another");
    expect(&fixture, SIGV4_VERIFY_TOKEN_INVALID);
    credentials_set(&fixture.credentials, STR("AKIDUNKNOWN"), STR(SECRET), (struct str){0});
    sign(&fixture);
    expect(&fixture, SIGV4_VERIFY_UNKNOWN_KEY);
    expect_reply(
        &fixture, "UnrecognizedClientException", "InvalidClientTokenId",
        "The security token included in the request is invalid");
    tear_down(&fixture);
}

static void sigv4_verify_checks_the_body_hash(void **state) {
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    fixture.options.add_body_hash = true;
    sign(&fixture);
    expect(&fixture, SIGV4_VERIFY_ACCEPTED);
    request_set_body(&fixture.request, STR("{}"));
    expect(&fixture, SIGV4_VERIFY_BODY_HASH);
    tear_down(&fixture);
}

static void sigv4_sign_request_refuses_expired_and_absent_keys(void **state) {
    (void)state;
    struct fixture fixture;
    struct error err = {0};
    set_up(&fixture);
    fixture.credentials.expires_at_s = NOW_S;
    assert_false(
        sigv4_sign_request(&fixture.request, &fixture.credentials, &fixture.options, NULL, &err));
    assert_int_equal(err.code, ERROR_EXPIRED);
    assert_contains(str_from(err.hint), "temporary keys");
    credentials_release(&fixture.credentials);
    assert_false(
        sigv4_sign_request(&fixture.request, &fixture.credentials, &fixture.options, NULL, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_contains(str_from(err.hint), "AWS_ACCESS_KEY_ID");
    assert_false(headers_has(&fixture.request.headers, STR("Authorization")));
    tear_down(&fixture);
}

static void sigv4_sign_request_replaces_an_older_signature(void **state) {
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    credentials_set(&fixture.credentials, STR(KEY_ID), STR(SECRET), STR("old"));
    sign(&fixture);
    credentials_set(&fixture.credentials, STR(KEY_ID), STR(SECRET), (struct str){0});
    fixture.options.now_s = fixture.policy.now_s = NOW_S + 86400;
    sign(&fixture);
    assert_false(headers_has(&fixture.request.headers, STR("X-Amz-Security-Token")));
    expect(&fixture, SIGV4_VERIFY_ACCEPTED);
    size_t count = 0;
    for (size_t i = 0; i < headers_count(&fixture.request.headers); i++) {
        count +=
            str_equal_nocase(headers_at(&fixture.request.headers, i)->name, STR("authorization"));
    }
    assert_int_equal(count, 1);
    tear_down(&fixture);
}

static void sigv4_key_cache_tells_secrets_and_scopes_apart(void **state) {
    (void)state;
    CLEANUP(sigv4_key_cache_release) struct sigv4_key_cache cache = {0};
    uint8_t macs[2 * SIGV4_CACHED_KEYS + 2][DIGEST_BYTES];
    for (int round = 0; round < 2; round++) { // the second finds some and remakes others
        for (size_t i = 0; i < SIGV4_CACHED_KEYS + 1; i++) {
            CLEANUP(buf_release) struct buf scope = {0};
            buf_add_format(&scope, "20240501/eu-west-%zu/personalize", i / 2);
            const struct str secret = i % 2 ? STR("one secret") : STR("two secret");
            digest_hmac_key_sign(
                sigv4_key_cache_get(&cache, secret, buf_str(&scope)), STR("text"),
                macs[(size_t)round * (SIGV4_CACHED_KEYS + 1) + i]);
        }
    }
    for (size_t i = 0; i < SIGV4_CACHED_KEYS + 1; i++) {
        assert_memory_equal(macs[i], macs[SIGV4_CACHED_KEYS + 1 + i], DIGEST_BYTES);
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(macs[i], macs[k], DIGEST_BYTES);
    }
}

static void sigv4_leaves_unstable_headers_unsigned(void **state) {
    (void)state;
    assert_true(sigv4_is_unsigned_header(STR("User-Agent")));
    assert_true(sigv4_is_unsigned_header(STR("proxy-anything")));
    assert_true(sigv4_is_unsigned_header(STR("X-Amzn-Trace-Id")));
    assert_false(sigv4_is_unsigned_header(STR("Host")));
    assert_false(sigv4_is_unsigned_header(STR("X-Amz-Date")));
    assert_false(sigv4_is_unsigned_header(STR("proxy")));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(sigv4_verify_accepts_both_forms_with_and_without_token),
    cmocka_unit_test(sigv4_verify_refuses_any_change_to_what_was_signed),
    cmocka_unit_test(sigv4_verify_accepts_equivalent_urls),
    cmocka_unit_test(sigv4_verify_wants_authentication),
    cmocka_unit_test(sigv4_verify_names_the_missing_part),
    cmocka_unit_test(sigv4_verify_wants_a_readable_date),
    cmocka_unit_test(sigv4_verify_wants_what_matters_signed),
    cmocka_unit_test(sigv4_verify_keeps_the_window),
    cmocka_unit_test(sigv4_verify_keeps_to_a_presigned_expiry),
    cmocka_unit_test(sigv4_verify_checks_scope_and_keys_in_order),
    cmocka_unit_test(sigv4_verify_checks_the_body_hash),
    cmocka_unit_test(sigv4_sign_request_refuses_expired_and_absent_keys),
    cmocka_unit_test(sigv4_sign_request_replaces_an_older_signature),
    cmocka_unit_test(sigv4_key_cache_tells_secrets_and_scopes_apart),
    cmocka_unit_test(sigv4_leaves_unstable_headers_unsigned),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
