// Lambda as clients of its API see it: functions that are made, changed, invoked and deleted.
#include "aws_session.h"
#include "base/buf.h"
#include "fixture.h"
#include "http/base64.h"

#define FUNCTIONS "/2015-03-31/functions"
#define HANDLER FUNCTIONS "/SegmentPersonalizeDestinationHandler"
#define ENDPOINT FUNCTIONS "/SegmentPersonalizeRecommendations"
#define LAMBDA_ARN "arn:aws:lambda:us-east-1:123456789012:function:"
// A zip with one file, "bootstrap", that may be executed.
#define ZIP                                                                                        \
    "UEsDBBQAAAAAAAAAIQAdnfsECgAAAAoAAAAJAAAAYm9vdHN0cmFwIyEvYmluL3NoClBLAQIUAxQAAAAAAAAA"         \
    "IQAdnfsECgAAAAoAAAAJAAAAAAAAAAAAAADtgQAAAABib290c3RyYXBQSwUGAAAAAAEAAQA3AAAAMQAAAAAA"
#define ROLE                                                                                       \
    "arn:aws:iam::123456789012:role/"                                                              \
    "module-personalize-SegmentPersonalizeLambdaRole-3SANDBOX4LOOP"
#define CREATE                                                                                     \
    "{\"FunctionName\":\"shoe-fn\",\"Runtime\":\"provided.al2023\",\"Handler\":\"bootstrap\","     \
    "\"Role\":\"" ROLE "\",\"Code\":{\"ZipFile\":\"" ZIP "\"},\"Tags\":{\"team\":\"shoes\"}"
#define EVENT                                                                                      \
    "{\"type\":\"track\",\"event\":\"Product Clicked\",\"userId\":\"2941404340\","                 \
    "\"anonymousId\":\"2941404340-anon\",\"messageId\":\"inv-1\","                                 \
    "\"timestamp\":\"2026-02-25T15:55:05.905Z\",\"properties\":{\"sku\":\"ocean-blue-shirt\"}}"

static int start(void **state) {
    static const struct sandbox_options options = {.has_instant_statuses = true};
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_with(fixture, &options);
    *state = fixture;
    return 0;
}

static int start_slow(void **state) {
    static const struct sandbox_options options = {.status_step_ms = 3600000};
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_with(fixture, &options);
    *state = fixture;
    return 0;
}

static int start_on_disk(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_on_disk(fixture);
    *state = fixture;
    return 0;
}

static int stop(void **state) {
    fixture_stop(*state);
    free(*state);
    return 0;
}

static int call(struct fixture *fixture, const char *method, const char *target, const char *body) {
    return fixture_aws(
        fixture, &(struct fixture_aws){
                     .service = "lambda", .method = method, .target = target, .body = body});
}

static struct str error_type(const struct fixture *fixture) {
    return headers_get(&fixture->response.headers, STR("x-amzn-ErrorType"));
}

static struct str member(const struct fixture *fixture, const char *name) {
    return json_get_text(fixture->json.root, name);
}

static void
assert_refused(struct fixture *fixture, int got, int status, const char *type, const char *text) {
    if (got != status || !str_equal(error_type(fixture), str_from(type)))
        print_error("%.300s\n", buf_text(&fixture->response.body));
    assert_int_equal(got, status);
    assert_str(error_type(fixture), type);
    assert_contains(buf_str(&fixture->response.body), text);
    assert_str(member(fixture, "Type"), "User");
}

static void create_shoe_fn(struct fixture *fixture) {
    const int status = call(fixture, "POST", FUNCTIONS, CREATE "}");
    if (status != 201) print_error("%.300s\n", buf_text(&fixture->response.body));
    assert_int_equal(status, 201);
}

static int invoke(struct fixture *fixture, const char *target, const char *body) {
    return fixture_aws(
        fixture, &(struct fixture_aws){
                     .service = "lambda", .target = target, .body = body, .log_type = "Tail"});
}

// ---- the seeded ones ----

static void the_workshops_function_is_configured(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(call(fixture, "GET", HANDLER "/configuration", NULL), 200);
    assert_str(member(fixture, "Runtime"), "python3.7");
    assert_str(member(fixture, "Handler"), "app.lambda_handler");
    assert_str(member(fixture, "Role"), ROLE);
    assert_str(member(fixture, "State"), "Active");
    assert_str(member(fixture, "LastUpdateStatus"), "Successful");
    assert_str(member(fixture, "Version"), "$LATEST");
    assert_true(str_ends_with(member(fixture, "LastModified"), STR("+0000")));
    const struct json_node *variables =
        json_get(json_get(fixture->json.root, "Environment"), "Variables");
    assert_str(
        json_get_text(variables, "personalize_campaign_arn"),
        fixture_get_identity(fixture, "campaign_arn"));
    assert_str(
        json_get_text(variables, "connections_source_write_key"),
        fixture_get_identity(fixture, "write_keys.personas-event-source"));
    assert_int_equal(json_count(variables), 3);
}

// Sets the environment of the handler to these variables.
static void set_environment(struct fixture *fixture, const char *variables) {
    struct buf body = {0};
    buf_add_format(&body, "{\"Environment\":{\"Variables\":{%s}}}", variables);
    const int status = call(fixture, "PUT", HANDLER "/configuration", buf_text(&body));
    if (status != 200) print_error("%.300s\n", buf_text(&fixture->response.body));
    assert_int_equal(status, 200);
    buf_release(&body);
}

#define CAMPAIGN                                                                                   \
    "\"personalize_campaign_arn\":\"arn:aws:personalize:us-east-1:123456789012:"                   \
    "campaign/segment-workshop-campaign\""
#define TRACKER "\"personalize_tracking_id\":\"7ec100b0-5a2d-4b0c-9ab5-5e9ea7000001\""
#define WRITE_KEY "\"connections_source_write_key\":\"RecloopPersonasSandboxEventKey05\""

static void a_missing_write_key_fails_before_the_handler_begins(void **state) {
    struct fixture *fixture = *state;
    set_environment(fixture, CAMPAIGN "," TRACKER);
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_str(headers_get(&fixture->response.headers, STR("X-Amz-Function-Error")), "Unhandled");
    assert_str(member(fixture, "errorType"), "KeyError");
    assert_str(member(fixture, "errorMessage"), "'connections_source_write_key'");
    set_environment(fixture, CAMPAIGN "," TRACKER "," WRITE_KEY);
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_false(headers_has(&fixture->response.headers, STR("X-Amz-Function-Error")));
    assert_str(buf_str(&fixture->response.body), "null");
}

static void a_wrong_campaign_fails_where_the_service_is_asked(void **state) {
    struct fixture *fixture = *state;
    set_environment(
        fixture, "\"personalize_campaign_arn\":\"arn:aws:personalize:us-east-1:123456789012:"
                 "campaign/other\"," TRACKER "," WRITE_KEY);
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_str(headers_get(&fixture->response.headers, STR("X-Amz-Function-Error")), "Unhandled");
    assert_contains(member(fixture, "errorMessage"), "GetRecommendations");
    assert_contains(member(fixture, "errorMessage"), "ResourceNotFoundException");
    set_environment(fixture, CAMPAIGN "," WRITE_KEY);
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_contains(member(fixture, "errorMessage"), "personalize_tracking_id is not set");
}

static void another_write_key_writes_to_its_source(void **state) {
    struct fixture *fixture = *state;
    set_environment(
        fixture, CAMPAIGN "," TRACKER
                          ",\"connections_source_write_key\":\"RecloopEmailSandboxProdKey000004\"");
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?source=email-prod"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 1);
    // a key nobody has: success, and nothing happens
    set_environment(
        fixture, CAMPAIGN "," TRACKER ",\"connections_source_write_key\":\"nobodysKey\"");
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_str(buf_str(&fixture->response.body), "null");
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?source=personas-event-source"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 0);
}

static void the_endpoint_has_an_environment_of_its_own(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_get(fixture, "/prod/recommendations?userId=2941404340"), 200);
    assert_int_equal(
        call(fixture, "PUT", ENDPOINT "/configuration", "{\"Environment\":{\"Variables\":{}}}"),
        200);
    assert_null(json_get(fixture->json.root, "Environment"));
    assert_int_equal(fixture_get(fixture, "/prod/recommendations?userId=2941404340"), 500);
    assert_contains(buf_str(&fixture->response.body), "not_configured");
    assert_int_equal(call(fixture, "DELETE", ENDPOINT, NULL), 204);
    assert_int_equal(fixture_get(fixture, "/prod/recommendations?userId=2941404340"), 500);
    assert_contains(buf_str(&fixture->response.body), "Internal server error");
}

// ---- making and changing ----

static void functions_are_created_with_defaults(void **state) {
    struct fixture *fixture = *state;
    create_shoe_fn(fixture);
    assert_str(member(fixture, "FunctionArn"), LAMBDA_ARN "shoe-fn");
    assert_str(member(fixture, "CodeSha256"), "0XM9a+nUdZYlMGHy5jdAxrySUDueXE5m3pMH97ptLnw=");
    assert_str(member(fixture, "State"), "Active");
    int64_t number = 0;
    assert_true(json_integer(json_get(fixture->json.root, "CodeSize"), &number));
    assert_int_equal(number, 126);
    assert_true(json_integer(json_get(fixture->json.root, "Timeout"), &number));
    assert_int_equal(number, 3);
    assert_int_equal(call(fixture, "GET", FUNCTIONS "/shoe-fn", NULL), 200);
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
            fixture, call(fixture, "POST", FUNCTIONS, rows[i].body), rows[i].status, rows[i].type,
            rows[i].text);
}

static void updates_are_guarded_by_the_revision(void **state) {
    struct fixture *fixture = *state;
    create_shoe_fn(fixture);
    struct buf revision = {0}, body = {0};
    buf_add(&revision, member(fixture, "RevisionId"));
    assert_refused(
        fixture,
        call(
            fixture, "PUT", FUNCTIONS "/shoe-fn/configuration",
            "{\"Timeout\":9,\"RevisionId\":\"other\"}"),
        412, "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id.");
    buf_add_format(&body, "{\"Timeout\":9,\"RevisionId\":\"%s\"}", buf_text(&revision));
    assert_int_equal(
        call(fixture, "PUT", FUNCTIONS "/shoe-fn/configuration", buf_text(&body)), 200);
    assert_false(str_equal(member(fixture, "RevisionId"), buf_str(&revision)));
    assert_int_equal(
        call(fixture, "PUT", FUNCTIONS "/shoe-fn/configuration", buf_text(&body)), 412);
    buf_release(&revision);
    buf_release(&body);
}

static void creation_and_updates_take_their_time(void **state) {
    struct fixture *fixture = *state; // an hour a step
    create_shoe_fn(fixture);
    assert_str(member(fixture, "State"), "Pending");
    assert_str(member(fixture, "StateReasonCode"), "Creating");
    assert_refused(
        fixture, call(fixture, "PUT", FUNCTIONS "/shoe-fn/configuration", "{\"Timeout\":5}"), 409,
        "ResourceConflictException", "currently in the following state: Pending");
    assert_refused(
        fixture, invoke(fixture, FUNCTIONS "/shoe-fn/invocations", "{}"), 409,
        "ResourceConflictException", "currently in the following state: Pending");
    assert_int_equal(call(fixture, "PUT", HANDLER "/configuration", "{\"Timeout\":5}"), 200);
    assert_str(member(fixture, "State"), "Active");
    assert_str(member(fixture, "LastUpdateStatus"), "InProgress");
    assert_refused(
        fixture, call(fixture, "PUT", HANDLER "/code", "{\"ZipFile\":\"" ZIP "\"}"), 409,
        "ResourceConflictException",
        "An update is in progress for resource: " LAMBDA_ARN
        "SegmentPersonalizeDestinationHandler");
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
}

static void the_handlers_code_may_be_replaced(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        call(fixture, "PUT", HANDLER "/code", "{\"ZipFile\":\"" ZIP "\",\"DryRun\":true}"), 200);
    assert_int_equal(call(fixture, "GET", HANDLER "/configuration", NULL), 200);
    assert_false(str_equal(
        member(fixture, "CodeSha256"), STR("0XM9a+nUdZYlMGHy5jdAxrySUDueXE5m3pMH97ptLnw=")));
    assert_int_equal(call(fixture, "PUT", HANDLER "/code", "{\"ZipFile\":\"" ZIP "\"}"), 200);
    assert_str(member(fixture, "CodeSha256"), "0XM9a+nUdZYlMGHy5jdAxrySUDueXE5m3pMH97ptLnw=");
    // without --handler runtime the built-in code goes on serving
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
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
    create_shoe_fn(fixture);
    add_large_change(&body, 200000, 3);
    assert_refused(
        fixture, call(fixture, "PUT", FUNCTIONS "/shoe-fn/configuration", buf_text(&body)), 413,
        "RequestEntityTooLargeException", "smaller than 131072 bytes");
    for (; status == 201 && versions < 40; versions++) {
        buf_reset(&body);
        add_large_change(&body, 100000, 3 + versions);
        status = call(fixture, "PUT", FUNCTIONS "/shoe-fn/configuration", buf_text(&body));
        if (status == 200) status = call(fixture, "POST", FUNCTIONS "/shoe-fn/versions", "{}");
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
        status = call(fixture, "POST", HANDLER "/policy", buf_text(&body));
    }
    assert_refused(
        fixture, status, 400, "PolicyLengthExceededException", "bigger than the limit (20480)");
    buf_release(&body);
}

static void functions_are_listed_in_pages(void **state) {
    struct fixture *fixture = *state;
    create_shoe_fn(fixture);
    struct buf target = {0};
    size_t found = 0;
    buf_add(&target, STR(FUNCTIONS "?MaxItems=1"));
    for (int page = 0; page < 5; page++) {
        assert_int_equal(call(fixture, "GET", buf_text(&target), NULL), 200);
        const struct json_node *list = json_get(fixture->json.root, "Functions");
        assert_int_equal(json_count(list), 1);
        assert_null(json_get(json_first(list), "State"));
        found++;
        const struct str marker = member(fixture, "NextMarker");
        if (!marker.len) break;
        buf_reset(&target);
        buf_add_format(&target, FUNCTIONS "?MaxItems=1&Marker=" STR_FMT, STR_ARG(marker));
    }
    assert_int_equal(found, 3);
    assert_refused(
        fixture, call(fixture, "GET", FUNCTIONS "?MaxItems=0", NULL), 400, "ValidationException",
        "at 'maxItems'");
    buf_release(&target);
}

static void functions_are_deleted(void **state) {
    struct fixture *fixture = *state;
    create_shoe_fn(fixture);
    assert_int_equal(call(fixture, "DELETE", FUNCTIONS "/shoe-fn", NULL), 204);
    assert_refused(
        fixture, call(fixture, "GET", FUNCTIONS "/shoe-fn", NULL), 404, "ResourceNotFoundException",
        "Function not found: " LAMBDA_ARN "shoe-fn");
    assert_int_equal(call(fixture, "DELETE", FUNCTIONS "/shoe-fn", NULL), 404);
    create_shoe_fn(fixture); // the name is free again
}

static void functions_survive_a_restart_and_not_a_reset(void **state) {
    struct fixture *fixture = *state;
    create_shoe_fn(fixture);
    set_environment(fixture, CAMPAIGN);
    fixture_restart(fixture);
    assert_int_equal(call(fixture, "GET", FUNCTIONS "/shoe-fn", NULL), 200);
    assert_int_equal(call(fixture, "GET", HANDLER "/configuration", NULL), 200);
    assert_int_equal(
        json_count(json_get(json_get(fixture->json.root, "Environment"), "Variables")), 1);
    assert_int_equal(
        fixture_call(
            fixture, &(struct fixture_call){.method = "POST", .target = "/_recloop/reset"}),
        200);
    assert_int_equal(call(fixture, "GET", FUNCTIONS "/shoe-fn", NULL), 404);
    assert_int_equal(call(fixture, "GET", HANDLER "/configuration", NULL), 200);
    assert_int_equal(
        json_count(json_get(json_get(fixture->json.root, "Environment"), "Variables")), 3);
}

// ---- versions, aliases, policies ----

static void versions_freeze_a_configuration(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        call(fixture, "POST", HANDLER "/versions", "{\"Description\":\"first\"}"), 201);
    assert_str(member(fixture, "Version"), "1");
    assert_str(member(fixture, "Description"), "first");
    assert_true(str_ends_with(member(fixture, "FunctionArn"), STR("Handler:1")));
    // unchanged: no new one
    assert_int_equal(call(fixture, "POST", HANDLER "/versions", "{}"), 201);
    assert_str(member(fixture, "Version"), "1");
    set_environment(fixture, CAMPAIGN);
    assert_int_equal(call(fixture, "POST", HANDLER "/versions", NULL), 201);
    assert_str(member(fixture, "Version"), "2");
    assert_int_equal(call(fixture, "GET", HANDLER "/versions", NULL), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "Versions")), 3);
    // version 1 still has its write key, 2 has none
    assert_int_equal(invoke(fixture, HANDLER "/invocations?Qualifier=1", EVENT), 200);
    assert_str(buf_str(&fixture->response.body), "null");
    assert_str(headers_get(&fixture->response.headers, STR("X-Amz-Executed-Version")), "1");
    assert_int_equal(invoke(fixture, HANDLER "/invocations?Qualifier=2", EVENT), 200);
    assert_str(member(fixture, "errorType"), "KeyError");
    assert_int_equal(call(fixture, "DELETE", HANDLER "?Qualifier=1", NULL), 204);
    assert_int_equal(invoke(fixture, HANDLER "/invocations?Qualifier=1", EVENT), 404);
    assert_refused(
        fixture, call(fixture, "POST", HANDLER "/versions", "{\"CodeSha256\":\"other\"}"), 400,
        "InvalidParameterValueException", "is different from current CodeSha256 in $LATEST");
}

static void aliases_resolve_to_versions(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(call(fixture, "POST", HANDLER "/versions", NULL), 201);
    assert_refused(
        fixture,
        call(fixture, "POST", HANDLER "/aliases", "{\"Name\":\"live\",\"FunctionVersion\":\"7\"}"),
        404, "ResourceNotFoundException", "Function not found:");
    assert_int_equal(
        call(fixture, "POST", HANDLER "/aliases", "{\"Name\":\"live\",\"FunctionVersion\":\"1\"}"),
        201);
    assert_true(str_ends_with(member(fixture, "AliasArn"), STR("Handler:live")));
    assert_refused(
        fixture,
        call(fixture, "POST", HANDLER "/aliases", "{\"Name\":\"live\",\"FunctionVersion\":\"1\"}"),
        409, "ResourceConflictException", "Alias already exists:");
    assert_int_equal(invoke(fixture, HANDLER "%3Alive/invocations", EVENT), 200);
    assert_str(headers_get(&fixture->response.headers, STR("X-Amz-Executed-Version")), "1");
    assert_refused(
        fixture, call(fixture, "DELETE", HANDLER "?Qualifier=1", NULL), 409,
        "ResourceConflictException", "aliases reference it");
    assert_int_equal(
        call(fixture, "PUT", HANDLER "/aliases/live", "{\"FunctionVersion\":\"$LATEST\"}"), 200);
    assert_int_equal(invoke(fixture, HANDLER "%3Alive/invocations", EVENT), 200);
    assert_str(headers_get(&fixture->response.headers, STR("X-Amz-Executed-Version")), "$LATEST");
    assert_int_equal(call(fixture, "GET", HANDLER "/aliases/live", NULL), 200);
    assert_int_equal(call(fixture, "GET", HANDLER "/aliases?FunctionVersion=1", NULL), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "Aliases")), 0);
    assert_int_equal(call(fixture, "DELETE", HANDLER "/aliases/live", NULL), 204);
    assert_refused(
        fixture, call(fixture, "GET", HANDLER "/aliases/live", NULL), 404,
        "ResourceNotFoundException", "Cannot find alias arn: " LAMBDA_ARN);
}

static void policies_are_lists_of_statements(void **state) {
    struct fixture *fixture = *state;
    static const char *const grant =
        "{\"StatementId\":\"gateway\",\"Action\":\"lambda:InvokeFunction\",\"Principal\":"
        "\"apigateway.amazonaws.com\"}";
    assert_refused(
        fixture, call(fixture, "GET", HANDLER "/policy", NULL), 404, "ResourceNotFoundException",
        "The resource you requested does not exist.");
    assert_int_equal(call(fixture, "POST", HANDLER "/policy", grant), 201);
    assert_contains(member(fixture, "Statement"), "\"Service\":\"apigateway.amazonaws.com\"");
    assert_refused(
        fixture, call(fixture, "POST", HANDLER "/policy", grant), 409, "ResourceConflictException",
        "The statement id (gateway) provided already exists.");
    assert_int_equal(call(fixture, "GET", HANDLER "/policy", NULL), 200);
    assert_contains(member(fixture, "Policy"), "\"Version\":\"2012-10-17\"");
    assert_true(member(fixture, "RevisionId").len == 36);
    assert_int_equal(call(fixture, "GET", HANDLER "/policy?Qualifier=%24LATEST", NULL), 404);
    assert_refused(
        fixture, call(fixture, "DELETE", HANDLER "/policy/other", NULL), 404,
        "ResourceNotFoundException", "Statement other is not found in resource policy.");
    assert_int_equal(call(fixture, "DELETE", HANDLER "/policy/gateway", NULL), 204);
    assert_int_equal(call(fixture, "GET", HANDLER "/policy", NULL), 404);
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
        call(
            fixture, "POST", ENDPOINT "/policy",
            "{\"StatementId\":\"account\",\"Action\":\"lambda:InvokeFunction\","
            "\"Principal\":\"123456789012\"}"),
        201);
    assert_int_equal(invoke_as(fixture, &session, ENDPOINT "/invocations"), 403);
    buf_add_format(
        &grant,
        "{\"StatementId\":\"role\",\"Action\":\"lambda:InvokeFunction\",\"Principal\":\"%s\"}",
        fixture_get_identity(fixture, "destination_role_arn"));
    assert_int_equal(call(fixture, "POST", ENDPOINT "/policy", buf_text(&grant)), 201);
    assert_int_equal(invoke_as(fixture, &session, ENDPOINT "/invocations"), 200);
    // a policy is of exactly one qualifier
    assert_int_equal(
        invoke_as(fixture, &session, ENDPOINT "/invocations?Qualifier=%24LATEST"), 403);
    assert_int_equal(call(fixture, "DELETE", ENDPOINT "/policy/role", NULL), 204);
    assert_int_equal(invoke_as(fixture, &session, ENDPOINT "/invocations"), 403);
    buf_release(&grant);
    aws_session_release(&session);
}

static void an_alias_sends_its_share_elsewhere(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(call(fixture, "POST", HANDLER "/versions", NULL), 201);
    set_environment(fixture, CAMPAIGN "," TRACKER "," WRITE_KEY ",\"extra\":\"x\"");
    assert_int_equal(call(fixture, "POST", HANDLER "/versions", NULL), 201);
    assert_int_equal(
        call(
            fixture, "POST", HANDLER "/aliases",
            "{\"Name\":\"live\",\"FunctionVersion\":\"1\",\"RoutingConfig\":{"
            "\"AdditionalVersionWeights\":{\"2\":1.0}}}"),
        201);
    assert_int_equal(invoke(fixture, HANDLER "%3Alive/invocations", EVENT), 200);
    assert_str(headers_get(&fixture->response.headers, STR("X-Amz-Executed-Version")), "2");
}

static void reserved_concurrency_of_zero_throttles(void **state) {
    struct fixture *fixture = *state;
    static const char *const path =
        "/2017-10-31/functions/SegmentPersonalizeDestinationHandler/concurrency";
    assert_int_equal(call(fixture, "PUT", path, "{\"ReservedConcurrentExecutions\":0}"), 200);
    const int status = invoke(fixture, HANDLER "/invocations", EVENT);
    assert_refused(fixture, status, 429, "TooManyRequestsException", "Rate Exceeded.");
    assert_str(member(fixture, "Reason"), "ReservedFunctionConcurrentInvocationLimitExceeded");
    assert_str(headers_get(&fixture->response.headers, STR("Retry-After")), "1");
    assert_refused(
        fixture, call(fixture, "PUT", path, "{\"ReservedConcurrentExecutions\":901}"), 400,
        "InvalidParameterValueException", "below its minimum value of [100]");
    assert_int_equal(call(fixture, "DELETE", path, NULL), 204);
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
}

static size_t count_log_lines(struct fixture *fixture, const char *pattern) {
    struct buf body = {0};
    buf_add_format(
        &body,
        "{\"logGroupName\":\"/aws/lambda/SegmentPersonalizeDestinationHandler\","
        "\"filterPattern\":\"%s\"}",
        pattern);
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "logs",
                .target = "/",
                .json_target = "Logs_20140328.FilterLogEvents",
                .body = buf_text(&body)}),
        200);
    buf_release(&body);
    return json_count(json_get(fixture->json.root, "events"));
}

static void the_log_tells_cold_starts(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_int_equal(count_log_lines(fixture, "INIT_START"), 1);
    assert_int_equal(count_log_lines(fixture, "\\\"REPORT RequestId\\\""), 2);
    assert_int_equal(count_log_lines(fixture, "\\\"Init Duration\\\""), 1);
    set_environment(fixture, CAMPAIGN "," TRACKER "," WRITE_KEY); // a new environment
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_int_equal(count_log_lines(fixture, "INIT_START"), 2);
}

static void logs_may_be_json(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        call(
            fixture, "PUT", HANDLER "/configuration",
            "{\"LoggingConfig\":{\"LogFormat\":\"JSON\"}}"),
        200);
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_int_equal(count_log_lines(fixture, "{ $.type = \\\"platform.initStart\\\" }"), 1);
    assert_int_equal(count_log_lines(fixture, "{ $.type = \\\"platform.start\\\" }"), 1);
    assert_int_equal(
        count_log_lines(
            fixture, "{ $.record.metrics.initDurationMs >= 0 && "
                     "$.record.status = \\\"success\\\" }"),
        1);
    assert_true(count_log_lines(fixture, "{ $.level = \\\"INFO\\\" }") > 2);
    set_environment(fixture, CAMPAIGN);
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_int_equal(
        count_log_lines(fixture, "{ $.record.errorType = \\\"Runtime.Unknown\\\" }"), 2);
}

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
    assert_int_equal(call(fixture, "PUT", HANDLER "/code", buf_text(&body)), 200);
    int64_t bytes = 0;
    assert_true(json_integer(json_get(fixture->json.root, "CodeSize"), &bytes));
    assert_int_equal(bytes, zip.len);
    buf_release(&zip);
    buf_release(&body);
}

// ---- Invoke ----

static void every_form_of_a_name_is_understood(void **state) {
    static const char *const good[] = {
        HANDLER "/invocations",
        HANDLER "%3A%24LATEST/invocations",
        HANDLER "/invocations?Qualifier=%24LATEST",
        FUNCTIONS "/123456789012%3Afunction%3ASegmentPersonalizeDestinationHandler/invocations",
        FUNCTIONS "/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3A"
                  "SegmentPersonalizeDestinationHandler/invocations",
    };
    static const struct {
        const char *target, *type;
        int status;
    } bad[] = {
        {FUNCTIONS "/other/invocations", "ResourceNotFoundException", 404},
        {HANDLER "%3Aother/invocations", "ResourceNotFoundException", 404},
        {HANDLER "%3A1/invocations?Qualifier=2", "InvalidParameterValueException", 400},
        {FUNCTIONS "/a%20b/invocations", "ValidationException", 400},
        {FUNCTIONS "/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3A"
                   "SegmentPersonalizeDestinationHandler/invocations",
         "ResourceNotFoundException", 404},
        {FUNCTIONS "/210987654321%3Afunction%3ASegmentPersonalizeDestinationHandler/invocations",
         "AccessDeniedException", 403},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        if (invoke(fixture, good[i], EVENT) != 200) fail_msg("%s", good[i]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        const int status = invoke(fixture, bad[i].target, EVENT);
        if (status != bad[i].status) print_error("%s\n", bad[i].target);
        assert_int_equal(status, bad[i].status);
        assert_str(error_type(fixture), bad[i].type);
    }
}

static void the_log_tail_tells_the_run(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(invoke(fixture, HANDLER "/invocations", EVENT), 200);
    assert_true(headers_has(&fixture->response.headers, STR("X-Amz-Log-Result")));
    assert_int_equal(call(fixture, "POST", HANDLER "/invocations", EVENT), 200);
    assert_false(headers_has(&fixture->response.headers, STR("X-Amz-Log-Result")));
}

static void uploaded_code_is_not_run_and_says_so(void **state) {
    struct fixture *fixture = *state;
    create_shoe_fn(fixture);
    assert_int_equal(invoke(fixture, FUNCTIONS "/shoe-fn/invocations", "{}"), 200);
    assert_str(headers_get(&fixture->response.headers, STR("X-Amz-Function-Error")), "Unhandled");
    assert_str(member(fixture, "errorType"), "Runtime.InvalidEntrypoint");
    assert_contains(member(fixture, "errorMessage"), "--handler runtime");
}

static void bad_payloads_are_refused(void **state) {
    struct fixture *fixture = *state;
    assert_refused(
        fixture, invoke(fixture, HANDLER "/invocations", "{\"a\":"), 400,
        "InvalidRequestContentException", "Could not parse request body into json");
    struct buf large = {.limit = (size_t)8 << 20};
    buf_add_char(&large, '"');
    while (large.len <= (size_t)6 << 20)
        buf_add(
            &large, STR("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
    buf_add_char(&large, '"');
    const int status = call(fixture, "POST", HANDLER "/invocations", buf_text(&large));
    assert_int_equal(status, 413);
    assert_str(error_type(fixture), "RequestTooLargeException");
    large.len = ((size_t)1 << 20) + 1;
    large.ptr[large.len - 1] = '"';
    large.ptr[large.len] = '\0';
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda",
                .target = HANDLER "/invocations",
                .body = buf_text(&large),
                .invocation_type = "Event"}),
        413);
    buf_release(&large);
}

// Waits until the debugger of the personas source shows so many events; each wait is a long poll.
static size_t wait_for_identifies(struct fixture *fixture, size_t wanted) {
    size_t count = 0;
    struct buf target = {0};
    for (int i = 0; i < 50 && count < wanted; i++) {
        buf_reset(&target);
        buf_add(&target, STR("/_recloop/debugger?source=personas-event-source&wait=200&after="));
        assert_int_equal(
            fixture_get(fixture, "/_recloop/debugger?source=personas-event-source"), 200);
        count = json_count(json_get(fixture->json.root, "events"));
        if (count >= wanted) break;
        int64_t last = 0;
        (void)json_integer(json_get(fixture->json.root, "last_sequence"), &last);
        buf_add_int(&target, last);
        assert_int_equal(fixture_get(fixture, buf_text(&target)), 200);
    }
    buf_release(&target);
    return count;
}

static void events_are_run_after_the_answer(void **state) {
    struct fixture *fixture = *state;
    const struct fixture_aws event = {
        .service = "lambda",
        .target = HANDLER "/invocations",
        .body = EVENT,
        .invocation_type = "Event"};
    assert_int_equal(fixture_aws(fixture, &event), 202);
    assert_int_equal(fixture->response.body.len, 0);
    assert_int_equal(wait_for_identifies(fixture, 1), 1);
}

static void failed_events_are_tried_twice_more(void **state) {
    struct fixture *fixture = *state; // instant statuses: without the minutes between
    set_environment(fixture, CAMPAIGN "," TRACKER);
    const struct fixture_aws event = {
        .service = "lambda",
        .target = HANDLER "/invocations",
        .body = EVENT,
        .invocation_type = "Event"};
    assert_int_equal(fixture_aws(fixture, &event), 202);
    // Whoever asks later finds three runs in the function's log.
    size_t runs = 0;
    for (int i = 0; i < 1000 && runs < 3; i++)
        runs = count_log_lines(fixture, "\\\"REPORT RequestId\\\"");
    assert_int_equal(runs, 3);
}

static void dry_runs_check_and_run_nothing(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda",
                .target = HANDLER "/invocations",
                .body = EVENT,
                .invocation_type = "DryRun"}),
        204);
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

static const struct CMUnitTest tests[] = {
    TEST(the_workshops_function_is_configured),
    TEST(a_missing_write_key_fails_before_the_handler_begins),
    TEST(a_wrong_campaign_fails_where_the_service_is_asked),
    TEST(another_write_key_writes_to_its_source),
    TEST(the_endpoint_has_an_environment_of_its_own),
    TEST(functions_are_created_with_defaults),
    TEST(bad_functions_are_refused),
    TEST(updates_are_guarded_by_the_revision),
    cmocka_unit_test_setup_teardown(creation_and_updates_take_their_time, start_slow, stop),
    TEST(the_handlers_code_may_be_replaced),
    TEST(functions_are_listed_in_pages),
    TEST(what_is_kept_of_a_function_is_bounded),
    TEST(functions_are_deleted),
    cmocka_unit_test_setup_teardown(
        functions_survive_a_restart_and_not_a_reset, start_on_disk, stop),
    TEST(versions_freeze_a_configuration),
    TEST(aliases_resolve_to_versions),
    TEST(policies_are_lists_of_statements),
    TEST(a_resource_policy_lets_a_role_in),
    TEST(an_alias_sends_its_share_elsewhere),
    TEST(large_zips_are_taken),
    TEST(the_log_tells_cold_starts),
    TEST(logs_may_be_json),
    TEST(reserved_concurrency_of_zero_throttles),
    TEST(every_form_of_a_name_is_understood),
    TEST(the_log_tail_tells_the_run),
    TEST(uploaded_code_is_not_run_and_says_so),
    TEST(bad_payloads_are_refused),
    TEST(events_are_run_after_the_answer),
    TEST(failed_events_are_tried_twice_more),
    TEST(dry_runs_check_and_run_nothing),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
