// Signatures over HTTP: every way to be refused, with the code, status and words of each protocol; the
// header form and the signed address; and that what is signed properly is let in.
#include "aws/aws_error.h"
#include "aws/sigv4.h"
#include "aws_session.h"
#include "base/clock.h"
#include "http/url.h"
#include "support/plain_client.h"

// One call of each protocol that the permanent key may make.
static const struct service {
    const char *name, *signing_name, *target, *json_target, *body;
    enum operation_protocol protocol;
} services[] = {
    {"rest-json", "personalize", "/recommendations", NULL,
     "{\"campaignArn\":\"arn:aws:personalize:us-east-1:123456789012:campaign/"
     "segment-workshop-popular\"}",
     OPERATION_REST_JSON},
    {"json 1.1", "logs", "/", "Logs_20140328.DescribeLogGroups", "{}", OPERATION_JSON11},
    {"query", "sts", "/", NULL, "Action=GetCallerIdentity&Version=2011-06-15", OPERATION_QUERY},
};

struct signing {
    const char *key, *secret, *token, *region, *service; // NULL: the right ones
    int64_t offset_s, expires_s;                         // expires_s: a signed address
    bool has_body_hash;
};

static void make(
    struct fixture *fixture,
    const struct service *service,
    const struct signing *signing,
    struct request *out) {
    struct credentials credentials = {0};
    struct buf url = {0};
    struct error err = {0};
    buf_add_format(&url, "%s%s", sandbox_url(fixture->sandbox), service->target);
    request_set_method(out, STR("POST"));
    request_set_url(out, buf_str(&url));
    request_set_body(out, str_from(service->body));
    headers_set(
        &out->headers, STR("Content-Type"), str_from(operation_content_type(service->protocol)));
    if (service->json_target)
        headers_set(&out->headers, STR("X-Amz-Target"), str_from(service->json_target));
    credentials_set(
        &credentials,
        str_from(signing->key ? signing->key : fixture_get_identity(fixture, "access_key_id")),
        str_from(
            signing->secret ? signing->secret : fixture_get_identity(fixture, "secret_access_key")),
        str_from(signing->token));
    const struct sigv4_options options = {
        .region = str_from(signing->region ? signing->region : "us-east-1"),
        .service = str_from(signing->service ? signing->service : service->signing_name),
        .add_body_hash = signing->has_body_hash,
        .expires_s = signing->expires_s,
        .now_s = clock_wall_ms() / 1000 + signing->offset_s};
    if (signing->expires_s) {
        headers_set(
            &out->headers, STR("Host"),
            str_skip(str_from(sandbox_url(fixture->sandbox)), strlen("http://")));
        assert_ok(sigv4_presign_request(out, &credentials, &options, NULL, &err), err);
    } else {
        assert_ok(sigv4_sign_request(out, &credentials, &options, NULL, &err), err);
    }
    credentials_release(&credentials);
    buf_release(&url);
}

static int send(struct fixture *fixture, struct request *take_request) {
    plain_client_send(sandbox_url(fixture->sandbox), take_request, &fixture->response);
    request_release(take_request);
    return fixture->response.status;
}

// ---- what is done to a request after it was signed ----

static void set_authorization(struct request *request, const char *value) {
    headers_set(&request->headers, STR("Authorization"), str_from(value));
}

static void replace(struct request *request, const char *name, const char *part, const char *by) {
    struct buf value = {0};
    const struct str old = headers_get(&request->headers, str_from(name));
    size_t at = 0;
    while (at < old.len && !str_starts_with(str_skip(old, at), str_from(part)))
        at++;
    assert_true(at < old.len);
    buf_add(&value, str_slice(old, 0, at));
    buf_add(&value, str_from(by));
    buf_add(&value, str_skip(old, at + strlen(part)));
    headers_set(&request->headers, str_from(name), buf_str(&value));
    buf_release(&value);
}

static void drop_authorization(struct request *request) {
    headers_remove(&request->headers, STR("Authorization"));
}
static void bare_token(struct request *request) {
    set_authorization(request, "eyJhbGciOi.J9");
}
static void bearer(struct request *request) {
    set_authorization(request, "Bearer eyJhbGciOi.J9");
}
static void no_signature(struct request *request) {
    replace(request, "Authorization", ", Signature=", ", Signatur=");
}
static void other_algorithm(struct request *request) {
    replace(request, "Authorization", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1");
}
static void short_credential(struct request *request) {
    replace(request, "Authorization", "/aws4_request", "");
}
static void other_terminator(struct request *request) {
    replace(request, "Authorization", "/aws4_request", "/aws5_request");
}
static void no_date(struct request *request) {
    headers_remove(&request->headers, STR("X-Amz-Date"));
}
static void odd_date(struct request *request) {
    headers_set(&request->headers, STR("X-Amz-Date"), STR("2024-05-01 12:00"));
}
static void other_day(struct request *request) {
    headers_set(&request->headers, STR("X-Amz-Date"), STR("20010101T000000Z"));
}
static void unsorted_list(struct request *request) {
    replace(
        request, "Authorization", "SignedHeaders=content-type;host",
        "SignedHeaders=host;content-type");
}
static void unsigned_host(struct request *request) {
    replace(request, "Authorization", ";host;", ";");
}
static void unsigned_header(struct request *request) {
    headers_set(&request->headers, STR("X-Amz-Extra"), STR("1"));
}
static void lost_header(struct request *request) {
    replace(request, "Authorization", ";host;", ";host;x-amz-apart;");
}
static void other_body(struct request *request) {
    request_set_body(request, STR("Action=GetCallerIdentity&Version=2011-06-15&x=1"));
}
static void other_signature(struct request *request) {
    replace(request, "Authorization", "Signature=", "Signature=0");
}
static void both_forms(struct request *request) {
    struct buf url = {0};
    buf_add(&url, buf_str(&request->url));
    buf_add(&url, STR("?X-Amz-Algorithm=AWS4-HMAC-SHA256"));
    request_set_url(request, buf_str(&url));
    buf_release(&url);
}

#define MISMATCH                                                                                   \
    "The request signature we calculated does not match the signature you provided. Check your "   \
    "AWS Secret Access Key and signing method."
#define INVALID "InvalidSignatureException", "SignatureDoesNotMatch"
#define INCOMPLETE "IncompleteSignatureException", "IncompleteSignature"
#define UNKNOWN "UnrecognizedClientException", "InvalidClientTokenId"

static const struct refusal {
    const char *name;
    struct signing signing;
    void (*change)(struct request *request);
    const char *json_code, *query_code, *text;
} refusals[] = {
    {"no authentication",
     {0},
     drop_authorization,
     "MissingAuthenticationTokenException",
     "MissingAuthenticationToken",
     "Authentication Token"},
    {"a token alone",
     {0},
     bare_token,
     INCOMPLETE,
     "Authorization header requires 'Credential' parameter. Authorization header requires "
     "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. (Hashed with "
     "SHA-256 and encoded with Base64) Authorization="},
    {"bearer",
     {0},
     bearer,
     INCOMPLETE,
     "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256"},
    {"no signature",
     {0},
     no_signature,
     INCOMPLETE,
     "Authorization header requires 'Signature' parameter. (Hashed"},
    {"other algorithm",
     {0},
     other_algorithm,
     INCOMPLETE,
     "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1' (only AWS4-HMAC-SHA256 for now)."},
    {"short credential",
     {0},
     short_credential,
     INCOMPLETE,
     "Credential must have exactly 5 slash-delimited elements, e.g. "
     "keyid/date/region/service/term, got 'AKIA"},
    {"other terminator",
     {0},
     other_terminator,
     INVALID,
     "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'."},
    {"no date",
     {0},
     no_date,
     INCOMPLETE,
     "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."},
    {"unreadable date",
     {0},
     odd_date,
     INCOMPLETE,
     "Date must be in ISO-8601 'basic format'. Got '2024-05-01 12:00'. See "
     "http://en.wikipedia.org/wiki/ISO_8601"},
    {"another day",
     {0},
     other_day,
     INVALID,
     "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"},
    {"unsorted list", {0}, unsorted_list, INCOMPLETE, "SignedHeaders is not a sorted list"},
    {"unsigned host",
     {0},
     unsigned_host,
     INVALID,
     "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
    {"unsigned header",
     {0},
     unsigned_header,
     INVALID,
     "'X-Amz-Extra' must be a 'SignedHeader' in the AWS Authorization."},
    {"lost header", {0}, lost_header, INVALID, MISMATCH},
    {"clock behind", {.offset_s = -3600}, NULL, INVALID, "Signature expired: "},
    {"clock ahead", {.offset_s = 3600}, NULL, INVALID, "Signature not yet current: "},
    {"other region",
     {.region = "moon-1"},
     NULL,
     INVALID,
     "Credential should be scoped to a valid region, not 'moon-1'."},
    {"other service",
     {.service = "s3"},
     NULL,
     INVALID,
     "Credential should be scoped to correct service: '"},
    {"unknown key",
     {.key = "AKIAAAAAAAAAAAAAAAAA"},
     NULL,
     UNKNOWN,
     "The security token included in the request is invalid"},
    {"token with a permanent key",
     {.token = "IQoJ"},
     NULL,
     UNKNOWN,
     "The security token included in the request is invalid"},
    {"other secret",
     {.secret = "notARealSecret/OnlyForTheLocalSandbox+02"},
     NULL,
     INVALID,
     MISMATCH},
    {"replay with another body", {0}, other_body, INVALID, MISMATCH},
    {"body that is not the hashed one",
     {.has_body_hash = true},
     other_body,
     INVALID,
     "The value passed in as x-amz-content-sha256 does not match"},
    {"other signature", {0}, other_signature, INVALID, MISMATCH},
    {"both forms",
     {0},
     both_forms,
     INVALID,
     "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."},
};

static int wanted_status(const struct service *service, const char *query_code) {
    if (service->protocol == OPERATION_JSON11) return 400;
    if (service->protocol == OPERATION_REST_JSON) return 403;
    return strcmp(query_code, "IncompleteSignature") == 0 ? 400 : 403;
}

static void expect_refusal(
    struct fixture *fixture,
    const struct service *service,
    const char *json_code,
    const char *query_code,
    const char *text) {
    struct aws_error error;
    aws_error_decode(service->protocol, &fixture->response, &error);
    assert_int_equal(fixture->response.status, wanted_status(service, query_code));
    assert_string_equal(error.code, service->protocol == OPERATION_QUERY ? query_code : json_code);
    assert_contains(str_from(error.message), text);
    assert_int_equal(strlen(error.request_id), 36);
    if (service->protocol == OPERATION_JSON11) // clients read either
        assert_contains(buf_str(&fixture->response.body), json_code);
}

static void every_flaw_has_its_code_status_and_words(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(refusals); i++) {
        for (size_t j = 0; j < ARRAY_COUNT(services); j++) {
            struct request request = {0};
            print_message("%s, %s\n", refusals[i].name, services[j].name);
            make(fixture, &services[j], &refusals[i].signing, &request);
            if (refusals[i].change) refusals[i].change(&request);
            (void)send(fixture, &request);
            expect_refusal(
                fixture, &services[j], refusals[i].json_code, refusals[i].query_code,
                refusals[i].text);
        }
    }
}

static void what_is_signed_properly_is_let_in(void **state) {
    static const struct signing proper[] = {
        {0},
        {.offset_s = 200},
        {.offset_s = -200},
        {.has_body_hash = true},
        {.expires_s = 1000},
        {.expires_s = 604800, .offset_s = -604000},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(proper); i++) {
        for (size_t j = 0; j < ARRAY_COUNT(services); j++) {
            struct request request = {0};
            print_message("%zu, %s\n", i, services[j].name);
            make(fixture, &services[j], &proper[i], &request);
            if (services[j].protocol == OPERATION_JSON11 && proper[i].expires_s) {
                request_release(&request); // X-Amz-Target is not part of an address
                continue;
            }
            assert_int_equal(send(fixture, &request), 200);
        }
    }
}

static void queries_have_fifteen_minutes_the_others_five(void **state) {
    struct fixture *fixture = *state;
    for (size_t j = 0; j < ARRAY_COUNT(services); j++) {
        const bool is_query = services[j].protocol == OPERATION_QUERY;
        for (int ahead = -1; ahead <= 1; ahead += 2) {
            struct request request = {0};
            make(fixture, &services[j], &(struct signing){.offset_s = ahead * 600}, &request);
            const int status = send(fixture, &request);
            assert_int_equal(status == 200, is_query);
            if (!is_query) assert_contains(buf_str(&fixture->response.body), "5 min.)");
        }
        struct request request = {0};
        make(fixture, &services[j], &(struct signing){.offset_s = -1000}, &request);
        assert_int_not_equal(send(fixture, &request), 200);
        assert_contains(buf_str(&fixture->response.body), is_query ? " - 15 min.)" : " - 5 min.)");
    }
}

static void an_address_is_good_for_as_long_as_it_says(void **state) {
    static const struct {
        const char *name, *part, *by; // of the address
        struct signing signing;
        const char *json_code, *query_code, *text;
    } cases[] = {
        {"expired", NULL, NULL, {.expires_s = 60, .offset_s = -61}, INVALID, "Signature expired: "},
        {"not yet",
         NULL,
         NULL,
         {.expires_s = 60, .offset_s = 1000},
         INVALID,
         "Signature not yet current: "},
        {"too long",
         "X-Amz-Expires=60",
         "X-Amz-Expires=604801",
         {.expires_s = 60},
         INCOMPLETE,
         "X-Amz-Expires must be less than a week (in seconds)"},
        {"negative",
         "X-Amz-Expires=60",
         "X-Amz-Expires=-1",
         {.expires_s = 60},
         INCOMPLETE,
         "X-Amz-Expires must be non-negative"},
        {"no number",
         "X-Amz-Expires=60",
         "X-Amz-Expires=6x",
         {.expires_s = 60},
         INCOMPLETE,
         "X-Amz-Expires should be a number"},
        {"longer than signed",
         "X-Amz-Expires=60",
         "X-Amz-Expires=61",
         {.expires_s = 60},
         INVALID,
         MISMATCH},
        {"no signature",
         "X-Amz-Signature=",
         "Y-Amz-Signature=",
         {.expires_s = 60},
         INCOMPLETE,
         "AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string "
         "parameters."},
        {"no credential",
         "X-Amz-Credential=",
         "Y-Amz-Credential=",
         {.expires_s = 60},
         INCOMPLETE,
         "AWS query-string parameters must include 'X-Amz-Credential'. Re-examine"},
        {"other algorithm",
         "AWS4-HMAC-SHA256",
         "AWS4-HMAC-SHA1",
         {.expires_s = 60},
         INCOMPLETE,
         "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'"},
        {"one more parameter",
         "X-Amz-Expires=60",
         "X-Amz-Expires=60&a=b",
         {.expires_s = 60},
         INVALID,
         MISMATCH},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        for (size_t j = 0; j < ARRAY_COUNT(services); j += 2) {
            struct request request = {0};
            struct buf url = {0};
            print_message("%s, %s\n", cases[i].name, services[j].name);
            make(fixture, &services[j], &cases[i].signing, &request);
            struct str rest = buf_str(&request.url);
            const struct str part = str_from(cases[i].part ? cases[i].part : "?");
            while (rest.len && !str_starts_with(rest, part)) {
                buf_add_char(&url, rest.ptr[0]);
                rest = str_skip(rest, 1);
            }
            assert_true(rest.len);
            buf_add(&url, str_from(cases[i].by ? cases[i].by : "?"));
            buf_add(&url, str_skip(rest, part.len));
            request_set_url(&request, buf_str(&url));
            (void)send(fixture, &request);
            expect_refusal(
                fixture, &services[j], cases[i].json_code, cases[i].query_code, cases[i].text);
            buf_release(&url);
        }
    }
}

// As people paste it into a browser: everything in the address, nothing in the body.
static void a_presigned_get_tells_who_one_is(void **state) {
    struct fixture *fixture = *state;
    struct credentials credentials = {0};
    struct request request = {0};
    struct buf url = {0};
    struct error err = {0};
    buf_add_format(
        &url, "%s/?Action=GetCallerIdentity&Version=2011-06-15", sandbox_url(fixture->sandbox));
    request_set_url(&request, buf_str(&url));
    headers_set(
        &request.headers, STR("Host"),
        str_skip(str_from(sandbox_url(fixture->sandbox)), strlen("http://")));
    credentials_set(
        &credentials, str_from(fixture_get_identity(fixture, "access_key_id")),
        str_from(fixture_get_identity(fixture, "secret_access_key")), (struct str){0});
    const struct sigv4_options options = {
        .region = STR("eu-west-1"),
        .service = STR("sts"),
        .expires_s = 900,
        .now_s = clock_wall_ms() / 1000};
    assert_ok(sigv4_presign_request(&request, &credentials, &options, NULL, &err), err);
    assert_int_equal(send(fixture, &request), 200);
    assert_contains(buf_str(&fixture->response.body), ":user/recloop</Arn>");
    credentials_release(&credentials);
    buf_release(&url);
}

// Signed by hand over the Date header, for our own signer sends X-Amz-Date.
static void a_date_header_will_do(void **state) {
    struct fixture *fixture = *state;
    struct request request = {0};
    struct buf date = {0}, timestamp = {0}, canonical = {0}, to_sign = {0}, scope = {0},
               value = {0};
    struct sigv4_key key;
    char hash[DIGEST_HEX_BYTES], signature[DIGEST_HEX_BYTES];
    const int64_t now_s = clock_wall_ms() / 1000;
    clock_add_http(&date, now_s);
    clock_add_compact(&timestamp, now_s);
    request_set_method(&request, STR("POST"));
    request_set_url(&request, STR("/"));
    request_set_body(&request, STR("Action=GetCallerIdentity&Version=2011-06-15"));
    headers_set(&request.headers, STR("Date"), buf_str(&date));
    headers_set(
        &request.headers, STR("Host"),
        str_skip(str_from(sandbox_url(fixture->sandbox)), strlen("http://")));
    digest_sha256_hex(buf_str(&request.body), hash);
    buf_add(&canonical, STR("POST\n/\n\n"));
    sigv4_canonical_headers(&canonical, &request.headers, STR("date;host"));
    buf_add_format(&canonical, "\ndate;host\n%s", hash);
    buf_add(&scope, str_slice(buf_str(&timestamp), 0, 8));
    buf_add(&scope, STR("/us-east-1/sts/aws4_request"));
    sigv4_string_to_sign(&to_sign, buf_str(&timestamp), buf_str(&scope), buf_str(&canonical));
    sigv4_derive_key(
        str_from(fixture_get_identity(fixture, "secret_access_key")),
        str_slice(buf_str(&timestamp), 0, 8), STR("us-east-1"), STR("sts"), &key);
    sigv4_signature(&key, buf_str(&to_sign), signature);
    buf_add_format(
        &value, "AWS4-HMAC-SHA256 Signature=%s,SignedHeaders=date;host,Credential=%s/%s", signature,
        fixture_get_identity(fixture, "access_key_id"), buf_text(&scope));
    headers_set(&request.headers, STR("Authorization"), buf_str(&value));
    assert_int_equal(send(fixture, &request), 200);
    buf_release(&date);
    buf_release(&timestamp);
    buf_release(&canonical);
    buf_release(&to_sign);
    buf_release(&scope);
    buf_release(&value);
}

static void a_session_needs_its_own_living_token(void **state) {
    struct fixture *fixture = *state;
    struct aws_session session = {0}, other = {0};
    static const char who[] = "Action=GetCallerIdentity";
    assert_int_equal(aws_session_assume(fixture, "&DurationSeconds=900", NULL, &session), 200);
    assert_int_equal(aws_session_assume(fixture, "", NULL, &other), 200);
    assert_int_equal(aws_session_form(fixture, "sts", who, &session), 200);
    struct aws_session wrong = session;
    wrong.token = other.token;
    assert_int_equal(aws_session_form(fixture, "sts", who, &wrong), 403);
    assert_contains(buf_str(&fixture->response.body), "<Code>InvalidClientTokenId</Code>");
    wrong.token = NULL;
    assert_int_equal(aws_session_form(fixture, "sts", who, &wrong), 403);
    assert_contains(buf_str(&fixture->response.body), "<Code>InvalidClientTokenId</Code>");
    // sixteen minutes later, by the service's clock and the client's
    assert_int_equal(
        fixture_call(
            fixture,
            &(struct fixture_call){
                .method = "PUT",
                .target = "/_recloop/faults",
                .body = "{\"faults\":[{\"spec\":\"*:skew=16m\"}]}"}),
        200);
    for (size_t j = 0; j < ARRAY_COUNT(services); j++) {
        struct request request = {0};
        make(
            fixture, &services[j],
            &(struct signing){
                .key = session.access_key_id,
                .secret = session.secret,
                .token = session.token,
                .offset_s = 16 * 60},
            &request);
        (void)send(fixture, &request);
        expect_refusal(
            fixture, &services[j], "ExpiredTokenException", "ExpiredToken",
            "The security token included in the request is expired");
    }
    aws_session_release(&session);
    aws_session_release(&other);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            every_flaw_has_its_code_status_and_words, fixture_set_up_in_memory, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            what_is_signed_properly_is_let_in, fixture_set_up_in_memory, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            queries_have_fifteen_minutes_the_others_five, fixture_set_up_in_memory,
            fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            an_address_is_good_for_as_long_as_it_says, fixture_set_up_in_memory, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            a_presigned_get_tells_who_one_is, fixture_set_up_in_memory, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            a_date_header_will_do, fixture_set_up_in_memory, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            a_session_needs_its_own_living_token, fixture_set_up_in_memory, fixture_tear_down),
    };
    return cmocka_run_group_tests_name("sandbox/signatures", tests, NULL, NULL);
}
