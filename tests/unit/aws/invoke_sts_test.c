// invoke and sts — requests and replies of Lambda and STS, both ways.
#include "aws/invoke.h"

#include "aws/sts.h"
#include "base/attributes.h"
#include "support/test.h"

#define LAMBDA "http://127.0.0.1:4599"
#define FUNCTION "arn:aws:lambda:eu-west-1:210987654321:function:shoe-fn"
#define ROLE "arn:aws:iam::210987654321:role/shoe-role"

static void invoke_encodes_the_function_in_the_path(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(invoke_release) struct invoke read = {0};
    struct error err = {0};
    const struct invoke ask = {
        .function = STR(FUNCTION),
        .qualifier = STR("$LATEST"),
        .wants_log = true,
        .client_context = STR("{\"a\":1}"),
        .payload = STR("{\"ping\":1}")};
    assert_ok(invoke_encode(&ask, STR(LAMBDA), &request, &err), err);
    assert_str(
        buf_str(&request.url),
        LAMBDA "/2015-03-31/functions/"
               "arn%3Aaws%3Alambda%3Aeu-west-1%3A210987654321%3Afunction%3Ashoe-fn/invocations"
               "?Qualifier=%24LATEST");
    assert_str(headers_get(&request.headers, STR("X-Amz-Log-Type")), "Tail");
    assert_str(headers_get(&request.headers, STR("X-Amz-Invocation-Type")), "RequestResponse");
    assert_str(headers_get(&request.headers, STR("X-Amz-Client-Context")), "eyJhIjoxfQ==");
    assert_ok(invoke_decode(&request, &read, &err), err);
    assert_str(read.function, FUNCTION);
    assert_str(read.qualifier, "$LATEST");
    assert_str(read.client_context, "{\"a\":1}");
    assert_str(read.payload, "{\"ping\":1}");
    assert_true(read.wants_log);
}

static void invoke_splits_every_form_of_a_function(void **state) {
    (void)state;
    static const struct {
        const char *text, *name, *qualifier, *account, *region;
    } good[] = {
        {"shoe-fn", "shoe-fn", "", "", ""},
        {"shoe-fn:live", "shoe-fn", "live", "", ""},
        {"210987654321:function:shoe-fn", "shoe-fn", "", "210987654321", ""},
        {"210987654321:function:shoe-fn:7", "shoe-fn", "7", "210987654321", ""},
        {FUNCTION, "shoe-fn", "", "210987654321", "eu-west-1"},
        {FUNCTION ":$LATEST", "shoe-fn", "$LATEST", "210987654321", "eu-west-1"},
    };
    static const char *const bad[] = {"",   "a b",    "fn:",  "fn:$OLD",  FUNCTION ":",
                                      ROLE, "fn:a:b", "../x", "f\xC3\xA9"};
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        struct invoke_function parts;
        struct error err = {0};
        assert_ok(invoke_split_function(str_from(good[i].text), &parts, &err), err);
        assert_str(parts.name, good[i].name);
        assert_str(parts.qualifier, good[i].qualifier);
        assert_str(parts.account, good[i].account);
        assert_str(parts.region, good[i].region);
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct invoke_function parts;
        struct error err = {0};
        if (invoke_split_function(str_from(bad[i]), &parts, &err)) fail_msg("took %s", bad[i]);
        assert_int_equal(err.code, ERROR_USAGE);
        assert_contains(str_from(err.hint), "arn:aws:lambda");
    }
}

static void invoke_refuses_what_lambda_refuses(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(invoke_release) struct invoke read = {0};
    CLEANUP(buf_release) struct buf big = {0};
    struct error err = {0};
    struct invoke ask = {.function = STR(FUNCTION ":live"), .qualifier = STR("test")};
    assert_false(invoke_encode(&ask, STR(LAMBDA), &request, &err));
    assert_contains(str_from(err.message), "does not match the specified qualifier");
    while (big.len <= INVOKE_MAX_ASYNC_PAYLOAD_BYTES)
        buf_add(&big, STR("0123456789abcdef"));
    ask = (struct invoke){.function = STR("f"), .type = INVOKE_EVENT, .payload = buf_str(&big)};
    assert_false(invoke_encode(&ask, STR(LAMBDA), &request, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    ask.type = INVOKE_REQUEST_RESPONSE;
    assert_ok(invoke_encode(&ask, STR(LAMBDA), &request, &err), err);
    headers_set(&request.headers, STR("X-Amz-Invocation-Type"), STR("Later"));
    assert_false(invoke_decode(&request, &read, &err));
    assert_contains(str_from(err.message), "Value 'Later' at 'invocationType'");
    assert_contains(str_from(err.message), "[Event, RequestResponse, DryRun]");
    headers_remove(&request.headers, STR("X-Amz-Invocation-Type"));
    headers_set(&request.headers, STR("X-Amz-Client-Context"), STR("!"));
    assert_false(invoke_decode(&request, &read, &err));
    assert_contains(str_from(err.message), "Base64");
}

static void invoke_reply_tells_a_failed_function(void **state) {
    (void)state;
    CLEANUP(invoke_reply_release) struct invoke_reply reply = {.status = 200, .has_failed = true};
    CLEANUP(invoke_reply_release) struct invoke_reply read = {0};
    CLEANUP(response_release) struct response response = {0};
    struct error err = {0};
    buf_add(&reply.payload, STR("{\"errorMessage\":\"boom\",\"errorType\":\"KeyError\"}"));
    buf_add(&reply.executed_version, STR("$LATEST"));
    for (int i = 0; i < 5000; i++)
        buf_add(&reply.log, STR("\xE2\x82\xAC"));
    buf_add(&reply.log, STR("END"));
    invoke_encode_reply(&reply, &response);
    assert_str(headers_get(&response.headers, STR("X-Amz-Function-Error")), "Unhandled");
    assert_ok(invoke_decode_reply(&response, &read, &err), err);
    assert_true(read.has_failed);
    assert_str(buf_str(&read.error_message), "boom");
    assert_str(buf_str(&read.error_type), "KeyError");
    assert_str(buf_str(&read.executed_version), "$LATEST");
    assert_true(read.log.len <= INVOKE_LOG_BYTES && read.log.len > INVOKE_LOG_BYTES - 4);
    assert_true(str_is_utf8(buf_str(&read.log)));
    assert_true(str_ends_with(buf_str(&read.log), STR("END")));
    response.status = 500;
    assert_false(invoke_decode_reply(&response, &read, &err));
    response.status = 200;
    headers_set(&response.headers, STR("X-Amz-Log-Result"), STR("*"));
    assert_false(invoke_decode_reply(&response, &read, &err));
    assert_int_equal(err.code, ERROR_INVALID);
}

static void sts_assume_role_round_trips(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(sts_assume_role_release) struct sts_assume_role read = {0};
    struct error err = {0};
    const struct sts_assume_role ask = {
        .role_arn = STR(ROLE),
        .session_name = STR("sbx"),
        .external_id = STR("123=456"),
        .duration_s = 900};
    assert_ok(
        sts_encode_assume_role(&ask, STR("https://sts.eu-west-1.amazonaws.com"), &request, &err),
        err);
    assert_str(
        buf_str(&request.body), "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%"
                                "3A210987654321%3Arole%2Fshoe-role"
                                "&RoleSessionName=sbx&ExternalId=123%3D456&DurationSeconds=900");
    assert_str(buf_str(&request.url), "https://sts.eu-west-1.amazonaws.com/");
    assert_ok(sts_decode_assume_role(buf_str(&request.body), &read, &err), err);
    assert_str(read.role_arn, ROLE);
    assert_str(read.external_id, "123=456");
    assert_int_equal(read.duration_s, 900);
}

static void sts_check_names_the_member(void **state) {
    (void)state;
    static const struct {
        const char *role, *session, *external_id;
        int64_t duration_s;
        const char *message;
    } cases[] = {
        {"", "sbx", "", 0, "roleArn"},
        {"short", "sbx", "", 0, "equal to 20"},
        {"not-an-arn-but-long-enough", "sbx", "", 0, "is invalid"},
        {ROLE, "", "", 0, "roleSessionName"},
        {ROLE, "x", "", 0, "equal to 2"},
        {ROLE, "a b", "", 0, "[\\w+=,.@-]*"},
        {ROLE, "sbx", "1", 0, "externalId"},
        {ROLE, "sbx", "12 34", 0, "externalId"},
        {ROLE, "sbx", "", 60, "equal to 900"},
        {ROLE, "sbx", "", 50000, "equal to 43200"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error err = {0};
        const struct sts_assume_role ask = {
            .role_arn = str_from(cases[i].role),
            .session_name = str_from(cases[i].session),
            .external_id = str_from(cases[i].external_id),
            .duration_s = cases[i].duration_s};
        assert_false(sts_check_assume_role(&ask, &err));
        assert_int_equal(err.code, ERROR_USAGE);
        assert_contains(str_from(err.message), cases[i].message);
        assert_true(strlen(err.hint) > 0);
    }
}

static void sts_session_round_trips(void **state) {
    (void)state;
    CLEANUP(sts_session_release) struct sts_session session = {0};
    CLEANUP(sts_session_release) struct sts_session read = {0};
    CLEANUP(response_release) struct response response = {0};
    struct error err = {0};
    credentials_set(&session.credentials, STR("ASIA1"), STR("a/b+c"), STR("tok<&>=="));
    session.credentials.expires_at_s = 1714568400;
    buf_add(&session.assumed_role_id, STR("AROA1:sbx"));
    buf_add(&session.arn, STR("arn:aws:sts::210987654321:assumed-role/shoe-role/sbx"));
    buf_add(&session.request_id, STR("rid"));
    sts_encode_session(&session, &response);
    assert_contains(buf_str(&response.body), "<Expiration>2024-05-01T13:00:00Z</Expiration>");
    assert_ok(sts_decode_session(buf_str(&response.body), &read, &err), err);
    assert_str(buf_str(&read.credentials.access_key_id), "ASIA1");
    assert_str(secret_reveal(&read.credentials.secret_access_key), "a/b+c");
    assert_str(secret_reveal(&read.credentials.session_token), "tok<&>==");
    assert_int_equal(read.credentials.expires_at_s, 1714568400);
    assert_int_equal(read.credentials.source, CREDENTIALS_ASSUME_ROLE);
    assert_str(buf_str(&read.assumed_role_id), "AROA1:sbx");
    assert_str(buf_str(&read.request_id), "rid");
}

static void sts_identity_round_trips(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(sts_identity_release) struct sts_identity identity = {0};
    CLEANUP(sts_identity_release) struct sts_identity read = {0};
    CLEANUP(response_release) struct response response = {0};
    struct error err = {0};
    assert_ok(sts_encode_get_caller_identity(STR(LAMBDA), &request, &err), err);
    assert_str(buf_str(&request.body), "Action=GetCallerIdentity&Version=2011-06-15");
    buf_add(&identity.arn, STR("arn:aws:iam::210987654321:user/ann"));
    buf_add(&identity.user_id, STR("AIDA1"));
    buf_add(&identity.account, STR("210987654321"));
    sts_encode_identity(&identity, &response);
    assert_ok(sts_decode_identity(buf_str(&response.body), &read, &err), err);
    assert_str(buf_str(&read.account), "210987654321");
    assert_str(buf_str(&read.user_id), "AIDA1");
}

static void sts_refuses_foreign_replies(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "{}",
        "<html></html>",
        "<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>",
        "<R><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId></Credentials></"
        "AssumeRoleResult></R>",
        "<R><GetCallerIdentityResult><Arn>a</Arn><Account>1</Account></GetCallerIdentityResult></"
        "R>",
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        CLEANUP(sts_session_release) struct sts_session session = {0};
        CLEANUP(sts_identity_release) struct sts_identity identity = {0};
        struct error err = {0};
        assert_false(sts_decode_session(str_from(bad[i]), &session, &err));
        assert_int_equal(err.code, ERROR_INVALID);
        assert_false(sts_decode_identity(str_from(bad[i]), &identity, &err));
        assert_true(strlen(err.hint) > 0);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(invoke_encodes_the_function_in_the_path),
    cmocka_unit_test(invoke_splits_every_form_of_a_function),
    cmocka_unit_test(invoke_refuses_what_lambda_refuses),
    cmocka_unit_test(invoke_reply_tells_a_failed_function),
    cmocka_unit_test(sts_assume_role_round_trips),
    cmocka_unit_test(sts_check_names_the_member),
    cmocka_unit_test(sts_session_round_trips),
    cmocka_unit_test(sts_identity_round_trips),
    cmocka_unit_test(sts_refuses_foreign_replies),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
