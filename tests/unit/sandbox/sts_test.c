// STS over HTTP: who may become a role, for how long and how narrowed, and what the keys may then do.
#include "aws_session.h"
#include "base/clock.h"
#include "base/memory.h"
#include "http/url.h"

#include <sqlite3.h>

#define DESTINATION "module-personalize-SegmentExecutePersonalizeLambda-1SANDBOX2LOOP"
#define ROLE_ARN "arn:aws:iam::123456789012:role/" DESTINATION
#define ASSUME "Action=AssumeRole&RoleSessionName=test&RoleArn=" ROLE_ARN

static int ask(struct fixture *fixture, const char *form) {
    return aws_session_form(fixture, "sts", form, NULL);
}

static struct str body(const struct fixture *fixture) {
    return buf_str(&fixture->response.body);
}

static void keys_are_temporary_and_outlive_a_restart(void **state) {
    struct fixture *fixture = *state;
    struct aws_session session = {0};
    int64_t expires_ms = 0;
    assert_int_equal(
        aws_session_assume(fixture, "&DurationSeconds=900&SourceIdentity=", NULL, &session), 400);
    assert_int_equal(aws_session_assume(fixture, "&DurationSeconds=900", NULL, &session), 200);
    assert_contains(body(fixture), "<AssumedRoleId>AROARECLOOPSANDBOXDST:test</AssumedRoleId>");
    assert_contains(
        body(fixture), "<Arn>arn:aws:sts::123456789012:assumed-role/" DESTINATION "/test</Arn>");
    assert_false(str_contains(body(fixture), STR("PackedPolicySize")));
    assert_int_equal(strlen(session.access_key_id), 20);
    assert_int_equal(strlen(session.secret), 40);
    assert_true(strlen(session.token) > 200);
    assert_int_equal(strlen(session.expiration), strlen("2024-05-01T13:00:00Z"));
    assert_true(clock_parse_iso8601(str_from(session.expiration), &expires_ms));
    const int64_t left_s = (expires_ms - clock_wall_ms()) / 1000;
    assert_true(left_s > 880 && left_s <= 900);
    fixture_restart(fixture);
    assert_int_equal(aws_session_form(fixture, "sts", "Action=GetCallerIdentity", &session), 200);
    assert_contains(body(fixture), "<UserId>AROARECLOOPSANDBOXDST:test</UserId>");
    assert_contains(body(fixture), "<Account>123456789012</Account>");
    aws_session_release(&session);
}

static void who_is_not_trusted_is_denied_in_the_same_words(void **state) {
    static const char *const forms[] = {
        ASSUME,
        ASSUME "&ExternalId=987654321",
        "Action=AssumeRole&RoleSessionName=test&ExternalId=123456789&RoleArn="
        "arn:aws:iam::123456789012:role/nobody",
        "Action=AssumeRole&RoleSessionName=test&ExternalId=123456789&RoleArn="
        "arn:aws:iam::111122223333:role/" DESTINATION,
        "Action=AssumeRole&RoleSessionName=test&ExternalId=123456789&RoleArn="
        "arn:aws:iam::123456789012:role/path/" DESTINATION,
        "Action=AssumeRole&RoleSessionName=test&RoleArn="
        "arn:aws:iam::123456789012:role/"
        "module-personalize-SegmentPersonalizeLambdaRole-3SANDBOX4LOOP",
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        print_message("%s\n", forms[i]);
        assert_int_equal(ask(fixture, forms[i]), 403);
        assert_contains(body(fixture), "<Code>AccessDenied</Code>");
        assert_contains(
            body(fixture), "User: arn:aws:iam::123456789012:user/recloop is not authorized to "
                           "perform: sts:AssumeRole on resource: arn:aws:iam::");
    }
}

static void what_is_not_trusted_to_be_tagged_is_not(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        aws_session_assume(fixture, "&Tags.member.1.Key=team&Tags.member.1.Value=shop", NULL, NULL),
        403);
    assert_contains(body(fixture), "is not authorized to perform: sts:TagSession on resource: ");
    assert_int_equal(aws_session_assume(fixture, "&SourceIdentity=me", NULL, NULL), 403);
    assert_contains(body(fixture), "is not authorized to perform: sts:SetSourceIdentity on ");
    struct buf form = {0};
    buf_add(&form, STR("Action=UpdateAssumeRolePolicy&RoleName=" DESTINATION "&PolicyDocument="));
    url_encode(
        &form,
        STR("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{"
            "\"AWS\":"
            "\"arn:aws:iam::595280932656:root\"},\"Action\":[\"sts:AssumeRole\",\"sts:TagSession\","
            "\"sts:SetSourceIdentity\"]}}"),
        URL_ENCODE_SLASH);
    assert_int_equal(aws_session_form(fixture, "iam", buf_text(&form), NULL), 200);
    buf_release(&form);
    assert_int_equal(
        aws_session_assume(
            fixture, "&Tags.member.1.Key=team&Tags.member.1.Value=shop&SourceIdentity=me", NULL,
            NULL),
        200);
    assert_contains(body(fixture), "<PackedPolicySize>1</PackedPolicySize>");
    assert_contains(body(fixture), "<SourceIdentity>me</SourceIdentity>");
    // an external id that is not asked for does no harm
    assert_int_equal(ask(fixture, ASSUME "&ExternalId=anything"), 200);
}

static void limits_are_kept_in_the_services_words(void **state) {
    static const struct {
        const char *form, *code, *text;
    } cases[] = {
        {"Action=AssumeRole&RoleSessionName=test", "ValidationError",
         "Value null at 'roleArn' failed to satisfy constraint: Member must not be null"},
        {"Action=AssumeRole&RoleSessionName=test&RoleArn=short", "ValidationError",
         "Value 'short' at 'roleArn' failed to satisfy constraint: Member must have length greater "
         "than or equal to 20"},
        {"Action=AssumeRole&RoleSessionName=test&RoleArn=not-an-arn-of-any-kind", "ValidationError",
         "not-an-arn-of-any-kind is invalid"},
        {"Action=AssumeRole&RoleArn=" ROLE_ARN, "ValidationError",
         "Value null at 'roleSessionName'"},
        {"Action=AssumeRole&RoleSessionName=a&RoleArn=" ROLE_ARN, "ValidationError",
         "greater than or equal to 2"},
        {"Action=AssumeRole&RoleSessionName=a+b&RoleArn=" ROLE_ARN, "ValidationError",
         "Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy "
         "regular "
         "expression pattern: [\\w+=,.@-]*"},
        {ASSUME "&ExternalId=x", "ValidationError", "'externalId'"},
        {ASSUME "&ExternalId=123456789&DurationSeconds=899", "ValidationError",
         "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value "
         "greater than or equal to 900"},
        {ASSUME "&ExternalId=123456789&DurationSeconds=0", "ValidationError", "Value '0'"},
        {ASSUME "&ExternalId=123456789&DurationSeconds=43201", "ValidationError",
         "less than or equal to 43200"},
        {ASSUME "&ExternalId=123456789&DurationSeconds=3601", "ValidationError",
         "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
        {ASSUME "&ExternalId=123456789&DurationSeconds=long", "ValidationError", "a number"},
        {ASSUME "&ExternalId=123456789&Policy=%7B", "MalformedPolicyDocument",
         "Syntax errors in policy."},
        {ASSUME "&ExternalId=123456789&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/None",
         "ValidationError",
         "Policy arn:aws:iam::aws:policy/None does not exist or is not attachable."},
        {ASSUME "&ExternalId=123456789&Tags.member.1.Key=", "ValidationError", "tags"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s\n", cases[i].form);
        assert_int_equal(ask(fixture, cases[i].form), 400);
        char *code = aws_session_element(fixture, "Code");
        char *message = aws_session_element(fixture, "Message");
        assert_string_equal(code, cases[i].code);
        assert_contains(str_from(message), cases[i].text);
        mem_free(code);
        mem_free(message);
    }
    assert_int_equal(
        ask(fixture, ASSUME "&ExternalId=123456789&SerialNumber=arn:aws:iam::123456789012:mfa/u"
                            "&TokenCode=123456"),
        403);
    assert_contains(body(fixture), "MultiFactorAuthentication failed");
}

static void policies_that_take_too_much_room_are_refused(void **state) {
    struct fixture *fixture = *state;
    struct buf policy = {0}, members = {0};
    buf_add(&policy, STR("{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":["));
    for (int i = 0; i < 38; i++)
        buf_add_format(
            &policy, "%s\"arn:aws:lambda:us-east-1:123:function:f%04d\"", i ? "," : "", i);
    buf_add(&policy, STR("]}}"));
    assert_true(policy.len < 2048);
    buf_add(&members, STR("&Policy="));
    url_encode(&members, buf_str(&policy), URL_ENCODE_SLASH);
    assert_int_equal(aws_session_assume(fixture, buf_text(&members), NULL, NULL), 200);
    char *packed = aws_session_element(fixture, "PackedPolicySize");
    int64_t percent = 0;
    assert_true(str_parse_int64(str_from(packed), &percent));
    assert_true(percent > 80 && percent <= 100);
    mem_free(packed);
    for (int i = 1; i <= 10; i++)
        buf_add_format(
            &members, "&PolicyArns.member.%d.arn=arn:aws:iam::aws:policy/AdministratorAccess", i);
    assert_int_equal(aws_session_assume(fixture, buf_text(&members), NULL, NULL), 400);
    assert_contains(body(fixture), "<Code>PackedPolicyTooLarge</Code>");
    assert_contains(body(fixture), "% of allotted space, please use smaller policy.");
    buf_reset(&members);
    buf_add(&members, STR("&Policy="));
    for (int i = 0; i < 2049; i++)
        buf_add_char(&members, 'x');
    assert_int_equal(aws_session_assume(fixture, buf_text(&members), NULL, NULL), 400);
    assert_contains(body(fixture), "Member must have length less than or equal to 2048");
    buf_release(&policy);
    buf_release(&members);
}

static int invoke(struct fixture *fixture, const struct aws_session *session) {
    return fixture_aws(
        fixture,
        &(struct fixture_aws){
            .service = "lambda",
            .target = "/2015-03-31/functions/SegmentPersonalizeDestinationHandler/invocations",
            .body = "{}",
            .invocation_type = "DryRun",
            .access_key_id = session->access_key_id,
            .secret = session->secret,
            .token = session->token});
}

static void a_session_policy_narrows_and_never_widens(void **state) {
    static const struct {
        const char *policy;
        int status;
        const char *text;
    } cases[] = {
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"lambda:*\",\"Resource\":\"*\"}}", 204,
         ""},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}", 403,
         "because no session policy allows the lambda:InvokeFunction action"},
        {"{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},{\"Effect\":"
         "\"Deny\",\"Action\":\"lambda:*\",\"Resource\":\"*\"}]}",
         403, "with an explicit deny in a session policy"},
        {"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
         "\"Resource\":\"*\",\"Condition\":{\"ArnLike\":{\"aws:PrincipalArn\":"
         "\"arn:aws:iam::*:role/module-*\"},\"IpAddress\":{\"aws:SourceIp\":\"127.0.0.0/8\"},"
         "\"StringEquals\":{\"aws:RequestedRegion\":\"us-east-1\"},\"DateGreaterThan\":{"
         "\"aws:CurrentTime\":\"2024-01-01T00:00:00Z\"},\"Bool\":{\"aws:SecureTransport\":"
         "\"false\"}}}}",
         204, ""},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct aws_session session = {0};
        struct buf members = {0};
        buf_add(&members, STR("&Policy="));
        url_encode(&members, str_from(cases[i].policy), URL_ENCODE_SLASH);
        print_message("%s\n", cases[i].policy);
        assert_int_equal(aws_session_assume(fixture, buf_text(&members), NULL, &session), 200);
        for (int round = 0; round < 2; round++) {
            assert_int_equal(invoke(fixture, &session), cases[i].status);
            assert_contains(body(fixture), cases[i].text);
            if (round == 0) fixture_restart(fixture);
        }
        buf_release(&members);
        aws_session_release(&session);
    }
    struct aws_session session = {0};
    assert_int_equal(
        aws_session_assume(
            fixture, "&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
            NULL, &session),
        200);
    assert_int_equal(invoke(fixture, &session), 403);
    assert_contains(body(fixture), "session policy");
    aws_session_release(&session);
}

static void chained_sessions_need_trust_and_last_an_hour(void **state) {
    struct fixture *fixture = *state;
    struct aws_session session = {0};
    struct buf form = {0};
    assert_int_equal(aws_session_assume(fixture, "", NULL, &session), 200);
    assert_int_equal(aws_session_assume(fixture, "", &session, NULL), 403);
    assert_contains(
        body(fixture), "User: arn:aws:sts::123456789012:assumed-role/" DESTINATION "/test");
    buf_add(&form, STR("Action=UpdateAssumeRolePolicy&RoleName=" DESTINATION "&PolicyDocument="));
    url_encode(
        &form,
        STR("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{"
            "\"AWS\":"
            "\"" ROLE_ARN "\"},\"Action\":\"sts:AssumeRole\"}}"),
        URL_ENCODE_SLASH);
    assert_int_equal(aws_session_form(fixture, "iam", buf_text(&form), NULL), 200);
    assert_int_equal(aws_session_assume(fixture, "", &session, NULL), 200);
    assert_int_equal(aws_session_assume(fixture, "&DurationSeconds=3601", &session, NULL), 400);
    assert_contains(
        body(fixture), "The requested DurationSeconds exceeds the 1 hour session limit for roles "
                       "assumed by role chaining");
    // the root of the account alone: then the session's own role must allow it, and does not
    buf_reset(&form);
    buf_add(&form, STR("Action=UpdateAssumeRolePolicy&RoleName=" DESTINATION "&PolicyDocument="));
    url_encode(
        &form,
        STR("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{"
            "\"AWS\":"
            "\"arn:aws:iam::123456789012:root\"},\"Action\":\"sts:AssumeRole\"}}"),
        URL_ENCODE_SLASH);
    assert_int_equal(aws_session_form(fixture, "iam", buf_text(&form), NULL), 200);
    assert_int_equal(aws_session_assume(fixture, "", &session, NULL), 403);
    assert_int_equal(aws_session_assume(fixture, "", NULL, NULL), 200); // the user's does
    buf_release(&form);
    aws_session_release(&session);
}

static void the_permanent_key_is_a_user(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(ask(fixture, "Action=GetCallerIdentity"), 200);
    assert_contains(body(fixture), "<Arn>arn:aws:iam::123456789012:user/recloop</Arn>");
    assert_contains(body(fixture), "<UserId>AIDARECLOOPSANDBOXUSR</UserId>");
    assert_int_equal(ask(fixture, "Action=GetFederationToken"), 400);
    assert_contains(
        body(fixture), "Could not find operation GetFederationToken for version 2011-06-15");
    assert_int_equal(ask(fixture, "Nothing=1"), 400);
    assert_contains(body(fixture), "<Code>MissingAction</Code>");
}

static int64_t count_records(const struct fixture *fixture, const char *before) {
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    char path[300];
    temp_folder_path(&fixture->folder, "sandbox.db", path, sizeof(path));
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, before, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(
            database, "SELECT count(*) FROM records WHERE kind='session'", -1, &statement, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const int64_t count = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return count;
}

// As after a flood of sessions: the store kept the newest, and the policies of all.
static void policies_go_with_their_sessions(void **state) {
    struct fixture *fixture = *state;
    struct buf members = {0};
    buf_add(&members, STR("&Policy="));
    url_encode(
        &members,
        STR("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
            "\"Resource\":\"*\"}}"),
        URL_ENCODE_SLASH);
    assert_true(
        count_records(
            fixture,
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<499) INSERT INTO "
            "records SELECT 'session','ASIA'||char(65+i%25,65+i/25)||'ZZZZZZZZZZZZZZ',1,1,"
            "'{\"expires_s\":99999999999,\"policies\":[]}' FROM n") >= 500);
    for (int i = 0; i < 60; i++) {
        struct aws_session session = {0};
        assert_int_equal(aws_session_assume(fixture, buf_text(&members), NULL, &session), 200);
        aws_session_release(&session);
    }
    assert_true(count_records(fixture, "") < 200); // the sixty, and what chance left
    buf_release(&members);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            keys_are_temporary_and_outlive_a_restart, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            who_is_not_trusted_is_denied_in_the_same_words, fixture_set_up_on_disk,
            fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            what_is_not_trusted_to_be_tagged_is_not, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            limits_are_kept_in_the_services_words, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            policies_that_take_too_much_room_are_refused, fixture_set_up_on_disk,
            fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            a_session_policy_narrows_and_never_widens, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            chained_sessions_need_trust_and_last_an_hour, fixture_set_up_on_disk,
            fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            policies_go_with_their_sessions, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            the_permanent_key_is_a_user, fixture_set_up_on_disk, fixture_tear_down),
    };
    return cmocka_run_group_tests_name("sandbox/sts", tests, NULL, NULL);
}
