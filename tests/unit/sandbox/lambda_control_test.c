// Lambda as clients of its control plane see it: functions that are made, changed, published and deleted.
#include "aws_session.h"
#include "http/base64.h"
#include "lambda_calls.h"

#define LAMBDA_ARN "arn:aws:lambda:us-east-1:123456789012:function:"

static int start_slow(void **state) {
    static const struct sandbox_options options = {.status_step_ms = 3600000};
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_with(fixture, &options);
    *state = fixture;
    return 0;
}

// ---- making and changing ----

static void functions_are_created_with_defaults(void **state) {
    struct fixture *fixture = *state;
    lambda_create_shoe_fn(fixture);
    assert_str(lambda_member(fixture, "FunctionArn"), LAMBDA_ARN "shoe-fn");
    assert_str(
        lambda_member(fixture, "CodeSha256"), "0XM9a+nUdZYlMGHy5jdAxrySUDueXE5m3pMH97ptLnw=");
    assert_str(lambda_member(fixture, "State"), "Active");
    int64_t number = 0;
    assert_true(json_integer(json_get(fixture->json.root, "CodeSize"), &number));
    assert_int_equal(number, 126);
    assert_true(json_integer(json_get(fixture->json.root, "Timeout"), &number));
    assert_int_equal(number, 3);
    assert_int_equal(lambda_call(fixture, "GET", FUNCTIONS "/shoe-fn", NULL), 200);
    assert_str(json_get_text(json_get(fixture->json.root, "Tags"), "team"), "shoes");
    assert_str(json_get_text(json_get(fixture->json.root, "Code"), "RepositoryType"), "S3");
    const struct str location = json_get_text(json_get(fixture->json.root, "Code"), "Location");
    assert_contains(location, "/_recloop/code/shoe-fn");
    assert_int_equal(fixture_get(fixture, "/_recloop/code/shoe-fn"), 200);
    assert_int_equal(fixture->response.body.len, 126);
    assert_true(str_starts_with(buf_str(&fixture->response.body), STR("PK\3\4")));
}

static void bad_functions_are_refused(void **state) {
    static const struct {
        int status;
        const char *body, *type, *text;
    } rows[] = {
        {400, "{", "InvalidRequestContentException", "Could not parse request body into json"},
        {400, "{\"FunctionName\":\"shoe-fn\"}", "ValidationException",
         "2 validation errors detected: Value null at 'role'"},
        {400,
         "{\"FunctionName\":\"shoe-fn\",\"Runtime\":\"python3.12\",\"Handler\":\"a.b\","
         "\"Role\":\"arn:aws:iam::123456789012:role/nobody\",\"Code\":{\"ZipFile\":\"" ZIP "\"}}",
         "InvalidParameterValueException",
         "The role defined for the function cannot be assumed by Lambda."},
        {400,
         "{\"FunctionName\":\"shoe-fn\",\"Runtime\":\"python3.12\",\"Handler\":\"a.b\","
         "\"Role\":\"" ROLE "\",\"Code\":{\"ZipFile\":\"UEsDBA==\"}}",
         "InvalidParameterValueException", "Could not unzip uploaded file."},
        {400,
         "{\"FunctionName\":\"shoe-fn\",\"Runtime\":\"python3.12\",\"Handler\":\"a.b\","
         "\"Role\":\"" ROLE "\",\"Code\":{\"S3Bucket\":\"b-1\",\"S3Key\":\"k\"}}",
         "InvalidParameterValueException", "S3 Error Code: NoSuchBucket"},
        {400,
         "{\"FunctionName\":\"shoe-fn\",\"Runtime\":\"python3.12\",\"Handler\":\"a.b\","
         "\"Role\":\"" ROLE "\",\"Code\":{}}",
         "InvalidParameterValueException", "Please provide a source for function code."},
        {409,
         "{\"FunctionName\":\"SegmentPersonalizeDestinationHandler\",\"Runtime\":\"python3.12\","
         "\"Handler\":\"a.b\",\"Role\":\"" ROLE "\",\"Code\":{\"ZipFile\":\"" ZIP "\"}}",
         "ResourceConflictException",
         "Function already exist: SegmentPersonalizeDestinationHandler"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        assert_refused(
            fixture, lambda_call(fixture, "POST", FUNCTIONS, rows[i].body), rows[i].status,
            rows[i].type, rows[i].text);
}

static void updates_are_guarded_by_the_revision(void **state) {
    struct fixture *fixture = *state;
    lambda_create_shoe_fn(fixture);
    struct buf revision = {0}, body = {0};
    buf_add(&revision, lambda_member(fixture, "RevisionId"));
    assert_refused(
        fixture,
        lambda_call(
            fixture, "PUT", FUNCTIONS "/shoe-fn/configuration",
            "{\"Timeout\":9,\"RevisionId\":\"other\"}"),
        412, "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id.");
    buf_add_format(&body, "{\"Timeout\":9,\"RevisionId\":\"%s\"}", buf_text(&revision));
    assert_int_equal(
        lambda_call(fixture, "PUT", FUNCTIONS "/shoe-fn/configuration", buf_text(&body)), 200);
    assert_false(str_equal(lambda_member(fixture, "RevisionId"), buf_str(&revision)));
    assert_int_equal(
        lambda_call(fixture, "PUT", FUNCTIONS "/shoe-fn/configuration", buf_text(&body)), 412);
    buf_release(&revision);
    buf_release(&body);
}

static void creation_and_updates_take_their_time(void **state) {
    struct fixture *fixture = *state; // an hour a step
    lambda_create_shoe_fn(fixture);
    assert_str(lambda_member(fixture, "State"), "Pending");
    assert_str(lambda_member(fixture, "StateReasonCode"), "Creating");
    assert_refused(
        fixture, lambda_call(fixture, "PUT", FUNCTIONS "/shoe-fn/configuration", "{\"Timeout\":5}"),
        409, "ResourceConflictException", "currently in the following state: Pending");
    assert_refused(
        fixture, lambda_invoke(fixture, FUNCTIONS "/shoe-fn/invocations", "{}"), 409,
        "ResourceConflictException", "currently in the following state: Pending");
    assert_int_equal(lambda_call(fixture, "PUT", HANDLER "/configuration", "{\"Timeout\":5}"), 200);
    assert_str(lambda_member(fixture, "State"), "Active");
    assert_str(lambda_member(fixture, "LastUpdateStatus"), "InProgress");
    assert_refused(
        fixture, lambda_call(fixture, "PUT", HANDLER "/code", "{\"ZipFile\":\"" ZIP "\"}"), 409,
        "ResourceConflictException",
        "An update is in progress for resource: " LAMBDA_ARN
        "SegmentPersonalizeDestinationHandler");
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
}

static void the_handlers_code_may_be_replaced(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        lambda_call(fixture, "PUT", HANDLER "/code", "{\"ZipFile\":\"" ZIP "\",\"DryRun\":true}"),
        200);
    assert_int_equal(lambda_call(fixture, "GET", HANDLER "/configuration", NULL), 200);
    assert_false(str_equal(
        lambda_member(fixture, "CodeSha256"), STR("0XM9a+nUdZYlMGHy5jdAxrySUDueXE5m3pMH97ptLnw=")));
    assert_int_equal(
        lambda_call(fixture, "PUT", HANDLER "/code", "{\"ZipFile\":\"" ZIP "\"}"), 200);
    assert_str(
        lambda_member(fixture, "CodeSha256"), "0XM9a+nUdZYlMGHy5jdAxrySUDueXE5m3pMH97ptLnw=");
    // without --handler runtime the built-in code goes on serving
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_str(buf_str(&fixture->response.body), "null");
}

// `{"VpcConfig":{"x":"xxx…"},"Timeout":n}`
static void add_large_change(struct buf *out, size_t bytes, int timeout_s) {
    buf_add(out, STR("{\"VpcConfig\":{\"x\":\""));
    for (size_t i = 0; i < bytes; i++)
        buf_add_char(out, 'x');
    buf_add_format(out, "\"},\"Timeout\":%d}", timeout_s);
}

// A document that grows without end would not be read again after a restart.
static void what_is_kept_of_a_function_is_bounded(void **state) {
    struct fixture *fixture = *state;
    struct buf body = {0};
    int status = 201, versions = 0;
    lambda_create_shoe_fn(fixture);
    add_large_change(&body, 200000, 3);
    assert_refused(
        fixture, lambda_call(fixture, "PUT", FUNCTIONS "/shoe-fn/configuration", buf_text(&body)),
        413, "RequestEntityTooLargeException", "smaller than 131072 bytes");
    for (; status == 201 && versions < 40; versions++) {
        buf_reset(&body);
        add_large_change(&body, 100000, 3 + versions);
        status = lambda_call(fixture, "PUT", FUNCTIONS "/shoe-fn/configuration", buf_text(&body));
        if (status == 200)
            status = lambda_call(fixture, "POST", FUNCTIONS "/shoe-fn/versions", "{}");
    }
    assert_true(versions > 10);
    assert_refused(
        fixture, status, 400, "CodeStorageExceededException", "Code storage limit exceeded.");
    status = 201;
    for (int i = 0; status == 201 && i < 200; i++) {
        buf_reset(&body);
        buf_add_format(
            &body,
            "{\"StatementId\":\"s%d\",\"Action\":\"lambda:InvokeFunction\",\"Principal\":"
            "\"events.amazonaws.com\"}",
            i);
        status = lambda_call(fixture, "POST", HANDLER "/policy", buf_text(&body));
    }
    assert_refused(
        fixture, status, 400, "PolicyLengthExceededException", "bigger than the limit (20480)");
    buf_release(&body);
}

static void functions_are_listed_in_pages(void **state) {
    struct fixture *fixture = *state;
    lambda_create_shoe_fn(fixture);
    struct buf target = {0};
    size_t found = 0;
    buf_add(&target, STR(FUNCTIONS "?MaxItems=1"));
    for (int page = 0; page < 5; page++) {
        assert_int_equal(lambda_call(fixture, "GET", buf_text(&target), NULL), 200);
        const struct json_node *list = json_get(fixture->json.root, "Functions");
        assert_int_equal(json_count(list), 1);
        assert_null(json_get(json_first(list), "State"));
        found++;
        const struct str marker = lambda_member(fixture, "NextMarker");
        if (!marker.len) break;
        buf_reset(&target);
        buf_add_format(&target, FUNCTIONS "?MaxItems=1&Marker=" STR_FMT, STR_ARG(marker));
    }
    assert_int_equal(found, 3);
    assert_refused(
        fixture, lambda_call(fixture, "GET", FUNCTIONS "?MaxItems=0", NULL), 400,
        "ValidationException", "at 'maxItems'");
    buf_release(&target);
}

static void functions_are_deleted(void **state) {
    struct fixture *fixture = *state;
    lambda_create_shoe_fn(fixture);
    assert_int_equal(lambda_call(fixture, "DELETE", FUNCTIONS "/shoe-fn", NULL), 204);
    assert_refused(
        fixture, lambda_call(fixture, "GET", FUNCTIONS "/shoe-fn", NULL), 404,
        "ResourceNotFoundException", "Function not found: " LAMBDA_ARN "shoe-fn");
    assert_int_equal(lambda_call(fixture, "DELETE", FUNCTIONS "/shoe-fn", NULL), 404);
    lambda_create_shoe_fn(fixture); // the name is free again
}

static void functions_survive_a_restart_and_not_a_reset(void **state) {
    struct fixture *fixture = *state;
    lambda_create_shoe_fn(fixture);
    lambda_set_environment(fixture, CAMPAIGN);
    fixture_restart(fixture);
    assert_int_equal(lambda_call(fixture, "GET", FUNCTIONS "/shoe-fn", NULL), 200);
    assert_int_equal(lambda_call(fixture, "GET", HANDLER "/configuration", NULL), 200);
    assert_int_equal(
        json_count(json_get(json_get(fixture->json.root, "Environment"), "Variables")), 1);
    assert_int_equal(
        fixture_call(
            fixture, &(struct fixture_call){.method = "POST", .target = "/_recloop/reset"}),
        200);
    assert_int_equal(lambda_call(fixture, "GET", FUNCTIONS "/shoe-fn", NULL), 404);
    assert_int_equal(lambda_call(fixture, "GET", HANDLER "/configuration", NULL), 200);
    assert_int_equal(
        json_count(json_get(json_get(fixture->json.root, "Environment"), "Variables")), 3);
}

// ---- versions, aliases, policies ----

static void versions_freeze_a_configuration(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        lambda_call(fixture, "POST", HANDLER "/versions", "{\"Description\":\"first\"}"), 201);
    assert_str(lambda_member(fixture, "Version"), "1");
    assert_str(lambda_member(fixture, "Description"), "first");
    assert_true(str_ends_with(lambda_member(fixture, "FunctionArn"), STR("Handler:1")));
    // unchanged: no new one
    assert_int_equal(lambda_call(fixture, "POST", HANDLER "/versions", "{}"), 201);
    assert_str(lambda_member(fixture, "Version"), "1");
    lambda_set_environment(fixture, CAMPAIGN);
    assert_int_equal(lambda_call(fixture, "POST", HANDLER "/versions", NULL), 201);
    assert_str(lambda_member(fixture, "Version"), "2");
    assert_int_equal(lambda_call(fixture, "GET", HANDLER "/versions", NULL), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "Versions")), 3);
    // version 1 still has its write key, 2 has none
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations?Qualifier=1", EVENT), 200);
    assert_str(buf_str(&fixture->response.body), "null");
    assert_str(headers_get(&fixture->response.headers, STR("X-Amz-Executed-Version")), "1");
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations?Qualifier=2", EVENT), 200);
    assert_str(lambda_member(fixture, "errorType"), "KeyError");
    assert_int_equal(lambda_call(fixture, "DELETE", HANDLER "?Qualifier=1", NULL), 204);
    assert_int_equal(lambda_invoke(fixture, HANDLER "/invocations?Qualifier=1", EVENT), 404);
    assert_refused(
        fixture, lambda_call(fixture, "POST", HANDLER "/versions", "{\"CodeSha256\":\"other\"}"),
        400, "InvalidParameterValueException", "is different from current CodeSha256 in $LATEST");
}

static void aliases_resolve_to_versions(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(lambda_call(fixture, "POST", HANDLER "/versions", NULL), 201);
    assert_refused(
        fixture,
        lambda_call(
            fixture, "POST", HANDLER "/aliases", "{\"Name\":\"live\",\"FunctionVersion\":\"7\"}"),
        404, "ResourceNotFoundException", "Function not found:");
    assert_int_equal(
        lambda_call(
            fixture, "POST", HANDLER "/aliases", "{\"Name\":\"live\",\"FunctionVersion\":\"1\"}"),
        201);
    assert_true(str_ends_with(lambda_member(fixture, "AliasArn"), STR("Handler:live")));
    assert_refused(
        fixture,
        lambda_call(
            fixture, "POST", HANDLER "/aliases", "{\"Name\":\"live\",\"FunctionVersion\":\"1\"}"),
        409, "ResourceConflictException", "Alias already exists:");
    assert_int_equal(lambda_invoke(fixture, HANDLER "%3Alive/invocations", EVENT), 200);
    assert_str(headers_get(&fixture->response.headers, STR("X-Amz-Executed-Version")), "1");
    assert_refused(
        fixture, lambda_call(fixture, "DELETE", HANDLER "?Qualifier=1", NULL), 409,
        "ResourceConflictException", "aliases reference it");
    assert_int_equal(
        lambda_call(fixture, "PUT", HANDLER "/aliases/live", "{\"FunctionVersion\":\"$LATEST\"}"),
        200);
    assert_int_equal(lambda_invoke(fixture, HANDLER "%3Alive/invocations", EVENT), 200);
    assert_str(headers_get(&fixture->response.headers, STR("X-Amz-Executed-Version")), "$LATEST");
    assert_int_equal(lambda_call(fixture, "GET", HANDLER "/aliases/live", NULL), 200);
    assert_int_equal(lambda_call(fixture, "GET", HANDLER "/aliases?FunctionVersion=1", NULL), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "Aliases")), 0);
    assert_int_equal(lambda_call(fixture, "DELETE", HANDLER "/aliases/live", NULL), 204);
    assert_refused(
        fixture, lambda_call(fixture, "GET", HANDLER "/aliases/live", NULL), 404,
        "ResourceNotFoundException", "Cannot find alias arn: " LAMBDA_ARN);
}

static void policies_are_lists_of_statements(void **state) {
    struct fixture *fixture = *state;
    static const char *const grant =
        "{\"StatementId\":\"gateway\",\"Action\":\"lambda:InvokeFunction\",\"Principal\":"
        "\"apigateway.amazonaws.com\"}";
    assert_refused(
        fixture, lambda_call(fixture, "GET", HANDLER "/policy", NULL), 404,
        "ResourceNotFoundException", "The resource you requested does not exist.");
    assert_int_equal(lambda_call(fixture, "POST", HANDLER "/policy", grant), 201);
    assert_contains(
        lambda_member(fixture, "Statement"), "\"Service\":\"apigateway.amazonaws.com\"");
    assert_refused(
        fixture, lambda_call(fixture, "POST", HANDLER "/policy", grant), 409,
        "ResourceConflictException", "The statement id (gateway) provided already exists.");
    assert_int_equal(lambda_call(fixture, "GET", HANDLER "/policy", NULL), 200);
    assert_contains(lambda_member(fixture, "Policy"), "\"Version\":\"2012-10-17\"");
    assert_true(lambda_member(fixture, "RevisionId").len == 36);
    assert_int_equal(lambda_call(fixture, "GET", HANDLER "/policy?Qualifier=%24LATEST", NULL), 404);
    assert_refused(
        fixture, lambda_call(fixture, "DELETE", HANDLER "/policy/other", NULL), 404,
        "ResourceNotFoundException", "Statement other is not found in resource policy.");
    assert_int_equal(lambda_call(fixture, "DELETE", HANDLER "/policy/gateway", NULL), 204);
    assert_int_equal(lambda_call(fixture, "GET", HANDLER "/policy", NULL), 404);
}

static int
invoke_as(struct fixture *fixture, const struct aws_session *session, const char *target) {
    return fixture_aws(
        fixture, &(struct fixture_aws){
                     .service = "lambda",
                     .target = target,
                     .body = "{\"userId\":\"2941404340\"}",
                     .access_key_id = session->access_key_id,
                     .secret = session->secret,
                     .token = session->token});
}

static void a_resource_policy_lets_a_role_in(void **state) {
    struct fixture *fixture = *state;
    struct aws_session session = {0};
    struct buf grant = {0};
    assert_int_equal(aws_session_assume(fixture, "", NULL, &session), 200);
    assert_int_equal(invoke_as(fixture, &session, ENDPOINT "/invocations"), 403);
    // the account by its number leaves it to the role's own policies
    assert_int_equal(
        lambda_call(
            fixture, "POST", ENDPOINT "/policy",
            "{\"StatementId\":\"account\",\"Action\":\"lambda:InvokeFunction\","
            "\"Principal\":\"123456789012\"}"),
        201);
    assert_int_equal(invoke_as(fixture, &session, ENDPOINT "/invocations"), 403);
    buf_add_format(
        &grant,
        "{\"StatementId\":\"role\",\"Action\":\"lambda:InvokeFunction\",\"Principal\":\"%s\"}",
        fixture_get_identity(fixture, "destination_role_arn"));
    assert_int_equal(lambda_call(fixture, "POST", ENDPOINT "/policy", buf_text(&grant)), 201);
    assert_int_equal(invoke_as(fixture, &session, ENDPOINT "/invocations"), 200);
    // a policy is of exactly one qualifier
    assert_int_equal(
        invoke_as(fixture, &session, ENDPOINT "/invocations?Qualifier=%24LATEST"), 403);
    assert_int_equal(lambda_call(fixture, "DELETE", ENDPOINT "/policy/role", NULL), 204);
    assert_int_equal(invoke_as(fixture, &session, ENDPOINT "/invocations"), 403);
    buf_release(&grant);
    aws_session_release(&session);
}

static void an_alias_sends_its_share_elsewhere(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(lambda_call(fixture, "POST", HANDLER "/versions", NULL), 201);
    lambda_set_environment(fixture, CAMPAIGN "," TRACKER "," WRITE_KEY ",\"extra\":\"x\"");
    assert_int_equal(lambda_call(fixture, "POST", HANDLER "/versions", NULL), 201);
    assert_int_equal(
        lambda_call(
            fixture, "POST", HANDLER "/aliases",
            "{\"Name\":\"live\",\"FunctionVersion\":\"1\",\"RoutingConfig\":{"
            "\"AdditionalVersionWeights\":{\"2\":1.0}}}"),
        201);
    assert_int_equal(lambda_invoke(fixture, HANDLER "%3Alive/invocations", EVENT), 200);
    assert_str(headers_get(&fixture->response.headers, STR("X-Amz-Executed-Version")), "2");
}

// ---- zips ----

// One file of zeros, stored.
static void make_large_zip(struct buf *zip, uint32_t bytes) {
    static const char local[] = "PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0";
    static const char central[] = "PK\1\2\x14\3\x14\0\0\0\0\0\0\0\0\0\0\0\0\0";
    const char size[] = {(char)bytes, (char)(bytes >> 8), (char)(bytes >> 16), (char)(bytes >> 24)};
    const struct str four = {.ptr = size, .len = 4};
    buf_add(zip, (struct str){.ptr = local, .len = 18});
    buf_add(zip, four);
    buf_add(zip, four);
    buf_add(zip, (struct str){.ptr = "\1\0\0\0z", .len = 5});
    memset(buf_extend(zip, bytes), 0, bytes);
    const uint32_t at = (uint32_t)zip->len;
    const char offset[] = {(char)at, (char)(at >> 8), (char)(at >> 16), (char)(at >> 24)};
    buf_add(zip, (struct str){.ptr = central, .len = 20});
    buf_add(zip, four);
    buf_add(zip, four);
    buf_add(zip, (struct str){.ptr = "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0z", .len = 19});
    buf_add(zip, (struct str){.ptr = "PK\5\6\0\0\0\0\1\0\1\0\x2f\0\0\0", .len = 16});
    buf_add(zip, (struct str){.ptr = offset, .len = 4});
    buf_add(zip, (struct str){.ptr = "\0\0", .len = 2});
}

static void large_zips_are_taken(void **state) {
    struct fixture *fixture = *state;
    struct buf zip = {.limit = (size_t)64 << 20}, body = {.limit = (size_t)64 << 20};
    make_large_zip(&zip, UINT32_C(12) << 20); // the whole request is beyond the JSON reader's limit
    buf_add(&body, STR("{\"ZipFile\":\""));
    base64_encode(&body, buf_str(&zip));
    buf_add(&body, STR("\"}"));
    assert_int_equal(lambda_call(fixture, "PUT", HANDLER "/code", buf_text(&body)), 200);
    int64_t bytes = 0;
    assert_true(json_integer(json_get(fixture->json.root, "CodeSize"), &bytes));
    assert_int_equal(bytes, zip.len);
    buf_release(&zip);
    buf_release(&body);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lambda_set_up, fixture_tear_down)

static const struct CMUnitTest tests[] = {
    TEST(functions_are_created_with_defaults),
    TEST(bad_functions_are_refused),
    TEST(updates_are_guarded_by_the_revision),
    cmocka_unit_test_setup_teardown(
        creation_and_updates_take_their_time, start_slow, fixture_tear_down),
    TEST(the_handlers_code_may_be_replaced),
    TEST(functions_are_listed_in_pages),
    TEST(what_is_kept_of_a_function_is_bounded),
    TEST(functions_are_deleted),
    cmocka_unit_test_setup_teardown(
        functions_survive_a_restart_and_not_a_reset, fixture_set_up_on_disk, fixture_tear_down),
    TEST(versions_freeze_a_configuration),
    TEST(aliases_resolve_to_versions),
    TEST(policies_are_lists_of_statements),
    TEST(a_resource_policy_lets_a_role_in),
    TEST(an_alias_sends_its_share_elsewhere),
    TEST(large_zips_are_taken),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
