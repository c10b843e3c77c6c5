// The AWS side: signatures, campaigns and their needs, Invoke, AssumeRole and what its keys may do.
#include "aws/invoke.h"
#include "fixture.h"

#define CAMPAIGN "arn:aws:personalize:us-east-1:123456789012:campaign/"
#define ASK "{\"campaignArn\":\"" CAMPAIGN "segment-workshop-campaign\",\"userId\":\"2941404340\"}"
#define INVOKE(function) "/2015-03-31/functions/" function "/invocations"
#define HANDLER "SegmentPersonalizeDestinationHandler"
#define EVENT                                                                                      \
    "{\"type\":\"track\",\"event\":\"Product "                                                     \
    "Clicked\",\"userId\":\"2941404340\",\"anonymousId\":\"2941404340-anon\","                     \
    "\"messageId\":\"inv-1\",\"timestamp\":\"2026-02-25T15:55:05.905Z\",\"properties\":{\"sku\":"  \
    "\"ocean-blue-shirt\"}}"

static struct str error_type(const struct fixture *fixture) {
    return headers_get(&fixture->response.headers, STR("x-amzn-ErrorType"));
}

static void signatures_are_verified(void **state) {
    static const struct {
        const char *name;
        struct fixture_aws call;
        const char *type, *text;
    } cases[] = {
        {"wrong secret",
         {.service = "personalize", .secret = "notARealSecret/OnlyForTheLocalSandbox+02"},
         "InvalidSignatureException",
         "The request signature we calculated does not match"},
        {"unknown key",
         {.service = "personalize", .access_key_id = "AKIAAAAAAAAAAAAAAAAA"},
         "UnrecognizedClientException",
         "The security token included in the request is invalid"},
        {"wrong service",
         {.service = "personalize-runtime"},
         "InvalidSignatureException",
         "Credential should be scoped to correct service: 'personalize'."},
        {"clock behind",
         {.service = "personalize", .clock_offset_s = -3600},
         "InvalidSignatureException",
         "Signature expired"},
        {"clock ahead",
         {.service = "personalize", .clock_offset_s = 3600},
         "InvalidSignatureException",
         "Signature not yet current"},
        {"stale token",
         {.service = "personalize", .token = "x"},
         "UnrecognizedClientException",
         "invalid"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct fixture_aws call = cases[i].call;
        print_message("%s\n", cases[i].name);
        call.target = "/recommendations";
        call.body = ASK;
        const int status = fixture_aws(fixture, &call);
        assert_true(status == 403 || status == 400);
        assert_contains(error_type(fixture), cases[i].type);
        assert_contains(buf_str(&fixture->response.body), cases[i].text);
    }
    assert_int_equal(
        fixture_call(
            fixture,
            &(struct fixture_call){.method = "POST", .target = "/recommendations", .body = ASK}),
        403);
    assert_contains(error_type(fixture), "MissingAuthenticationToken");
}

static int ask(struct fixture *fixture, const char *target, const char *body, const char *region) {
    return fixture_aws(
        fixture, &(struct fixture_aws){
                     .service = "personalize", .target = target, .body = body, .region = region});
}

static void each_campaign_has_its_needs(void **state) {
    static const struct {
        const char *target, *body, *region;
        int status;
        const char *part;
    } cases[] = {
        {"/recommendations", ASK, NULL, 200, "\"recommendationId\":\"RID-"},
        {"/recommendations", "{\"campaignArn\":\"" CAMPAIGN "segment-workshop-campaign\"}", NULL,
         400, "userId is required"},
        {"/recommendations",
         "{\"campaignArn\":\"" CAMPAIGN "segment-workshop-related\",\"itemId\":\"led-high-tops\"}",
         NULL, 200, "itemList"},
        {"/recommendations",
         "{\"campaignArn\":\"" CAMPAIGN "segment-workshop-related\",\"userId\":\"u\"}", NULL, 400,
         "itemId is required"},
        {"/recommendations", "{\"campaignArn\":\"" CAMPAIGN "segment-workshop-popular\"}", NULL,
         200, "itemList"},
        {"/recommendations",
         "{\"campaignArn\":\"" CAMPAIGN "segment-workshop-ranking\",\"userId\":\"u\"}", NULL, 400,
         "GetPersonalizedRanking"},
        {"/recommendations", "{\"campaignArn\":\"" CAMPAIGN "other\",\"userId\":\"u\"}", NULL, 404,
         "Could not find campaign"},
        {"/recommendations", ASK, "us-west-2", 404, "Could not find campaign"},
        {"/recommendations",
         "{\"campaignArn\":\"" CAMPAIGN
         "segment-workshop-campaign\",\"userId\":\"u\",\"numResults\":501}",
         NULL, 400, ""},
        {"/recommendations", "{", NULL, 400, ""},
        {"/personalize-ranking",
         "{\"campaignArn\":\"" CAMPAIGN "segment-workshop-ranking\",\"userId\":\"2941404340\","
         "\"inputList\":[\"led-high-tops\",\"no-such-item\",\"herschel-iona\"]}",
         NULL, 200, "personalizedRanking"},
        {"/personalize-ranking",
         "{\"campaignArn\":\"" CAMPAIGN
         "segment-workshop-campaign\",\"userId\":\"u\",\"inputList\":[\"a\"]}",
         NULL, 400, "aws-personalized-ranking"},
        {"/events",
         "{\"trackingId\":\"00000000-0000-4000-8000-000000000000\",\"sessionId\":\"s\","
         "\"eventList\":[{\"eventType\":\"E\",\"sentAt\":1}]}",
         NULL, 404, "event tracker"},
        {"/events", "{\"trackingId\":\"x\",\"sessionId\":\"s\",\"eventList\":[]}", NULL, 400, ""},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s %s\n", cases[i].target, cases[i].body);
        assert_int_equal(
            ask(fixture, cases[i].target, cases[i].body, cases[i].region), cases[i].status);
        assert_contains(buf_str(&fixture->response.body), cases[i].part);
        assert_int_equal(headers_get(&fixture->response.headers, STR("x-amzn-RequestId")).len, 36);
    }
}

static void scores_sum_to_one_and_unknown_items_rank_last(void **state) {
    struct fixture *fixture = *state;
    double sum = 0, score = 0;
    assert_int_equal(
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" CAMPAIGN
            "segment-workshop-campaign\",\"userId\":\"2941404340\",\"numResults\":500}",
            NULL),
        200);
    const struct json_node *item = json_first(json_get(fixture->json.root, "itemList"));
    for (; item; item = json_next(item)) {
        assert_true(json_number(json_get(item, "score"), &score));
        sum += score;
    }
    assert_true(sum > 0.999999 && sum < 1.000001);
    assert_int_equal(
        ask(fixture, "/personalize-ranking",
            "{\"campaignArn\":\"" CAMPAIGN "segment-workshop-ranking\",\"userId\":\"2941404340\","
            "\"inputList\":[\"no-such-item\",\"led-high-tops\"]}",
            NULL),
        200);
    item = json_first(json_get(fixture->json.root, "personalizedRanking"));
    assert_str(json_get_text(item, "itemId"), "led-high-tops");
    assert_str(json_get_text(json_next(item), "itemId"), "no-such-item");
    assert_false(json_number(json_get(json_next(item), "score"), &score));
}

static void the_filter_takes_out_what_was_ordered(void **state) {
    struct fixture *fixture = *state;
    const char *all = "{\"campaignArn\":\"" CAMPAIGN
                      "segment-workshop-campaign\",\"userId\":\"2941404340\",\"numResults\":500}";
    const char *filtered =
        "{\"campaignArn\":\"" CAMPAIGN
        "segment-workshop-campaign\",\"userId\":\"2941404340\",\"numResults\":500,"
        "\"filterArn\":\"arn:aws:personalize:us-east-1:123456789012:filter/exclude-purchased\"}";
    assert_int_equal(ask(fixture, "/recommendations", all, NULL), 200);
    const size_t count = json_count(json_get(fixture->json.root, "itemList"));
    assert_contains(buf_str(&fixture->response.body), "dark-winter-jacket");
    assert_int_equal(ask(fixture, "/recommendations", filtered, NULL), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "itemList")), count - 2);
    assert_false(str_contains(buf_str(&fixture->response.body), STR("dark-winter-jacket")));
    assert_false(
        str_contains(buf_str(&fixture->response.body), STR("timberland-mens-6-inch-premium-boot")));
    assert_int_equal(
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" CAMPAIGN
            "segment-workshop-campaign\",\"userId\":\"u\",\"filterArn\":\"arn:aws:personalize:us-"
            "east-1:123456789012:filter/none\"}",
            NULL),
        404);
}

static void put_events_count_at_once_and_once(void **state) {
    struct fixture *fixture = *state;
    struct buf body = {0};
    char *before = fixture_recommendations(fixture, "px");
    buf_add_format(
        &body,
        "{\"trackingId\":\"%s\",\"userId\":\"px\",\"sessionId\":\"px-s\",\"eventList\":[{"
        "\"eventId\":\"e-1\","
        "\"eventType\":\"Product "
        "Clicked\",\"sentAt\":1767225600,\"properties\":\"{\\\"itemId\\\":\\\"led-high-tops\\\"}\"}"
        "]}",
        fixture_get_identity(fixture, "tracking_id"));
    assert_int_equal(ask(fixture, "/events", buf_text(&body), NULL), 200);
    assert_int_equal(fixture->response.body.len, 0);
    char *after = fixture_recommendations(fixture, "px");
    assert_string_not_equal(before, after);
    assert_int_equal(ask(fixture, "/events", buf_text(&body), NULL), 200); // the same eventId
    char *again = fixture_recommendations(fixture, "px");
    assert_string_equal(after, again);
    free(before);
    free(after);
    free(again);
    buf_release(&body);
}

static void invoke_answers_as_lambda_does(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda", .target = INVOKE(HANDLER), .body = EVENT, .log_type = "Tail"}),
        200);
    assert_str(buf_str(&fixture->response.body), "null");
    const struct headers *headers = &fixture->response.headers;
    assert_false(headers_has(headers, STR("X-Amz-Function-Error")));
    assert_str(headers_get(headers, STR("X-Amz-Executed-Version")), "$LATEST");
    assert_true(headers_get(headers, STR("X-Amz-Log-Result")).len > 100);
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda",
                .target =
                    INVOKE("arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3A" HANDLER),
                .body = EVENT}),
        200);
    assert_false(headers_has(&fixture->response.headers, STR("X-Amz-Log-Result")));
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda", .target = INVOKE(HANDLER), .body = "not json"}),
        400);
    assert_contains(error_type(fixture), "InvalidRequestContentException");
    struct buf large = {0};
    buf_add_char(&large, '"');
    while (large.len <= INVOKE_MAX_ASYNC_PAYLOAD_BYTES)
        buf_add(&large, STR("0123456789abcdef"));
    buf_add_char(&large, '"');
    struct fixture_aws call = {
        .service = "lambda",
        .target = INVOKE(HANDLER),
        .body = buf_text(&large),
        .invocation_type = "Event"};
    assert_int_equal(fixture_aws(fixture, &call), 413);
    assert_str(error_type(fixture), "RequestTooLargeException");
    call.invocation_type = NULL;
    assert_int_equal(fixture_aws(fixture, &call), 200);
    buf_release(&large);
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda", .target = INVOKE("NoSuchFunction"), .body = "{}"}),
        404);
    assert_contains(
        buf_str(&fixture->response.body),
        "Function not found: arn:aws:lambda:us-east-1:123456789012:function:NoSuchFunction");
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda",
                .region = "us-west-2",
                .target = INVOKE(HANDLER),
                .body = "{}"}),
        404);
    assert_contains(
        buf_str(&fixture->response.body), "Function not found: arn:aws:lambda:us-west-2:");
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda",
                .target = INVOKE("SegmentPersonalizeRecommendations"),
                .body = "{\"userId\":\"2941404340\",\"numResults\":\"5\"}"}),
        200);
    assert_contains(buf_str(&fixture->response.body), "statusCode");
}

static int assume(struct fixture *fixture, const char *role, const char *external_id) {
    struct buf body = {0};
    buf_add_format(
        &body, "Action=AssumeRole&Version=2011-06-15&RoleArn=%s&RoleSessionName=test%s%s", role,
        external_id ? "&ExternalId=" : "", external_id ? external_id : "");
    const int status = fixture_aws(
        fixture, &(struct fixture_aws){
                     .service = "sts", .target = "/", .body = buf_text(&body), .is_form = true});
    buf_release(&body);
    return status;
}

static void xml_value(const struct fixture *fixture, const char *name, struct buf *out) {
    struct buf open = {0};
    buf_add_format(&open, "<%s>", name);
    const char *at = strstr(buf_text(&fixture->response.body), buf_text(&open));
    assert_non_null(at);
    at += open.len;
    buf_add(out, (struct str){.ptr = at, .len = strcspn(at, "<")});
    buf_release(&open);
}

static void the_trust_policy_wants_its_external_id(void **state) {
    struct fixture *fixture = *state;
    const char *role = fixture_get_identity(fixture, "destination_role_arn");
    assert_int_equal(assume(fixture, role, "123456789"), 200);
    assert_contains(buf_str(&fixture->response.body), "<AccessKeyId>ASIA");
    static const char *const wrong[] = {"987654321", NULL};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        assert_int_equal(assume(fixture, role, wrong[i]), 403);
        assert_contains(buf_str(&fixture->response.body), "<Code>AccessDenied</Code>");
        assert_contains(
            buf_str(&fixture->response.body),
            "is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::");
    }
    assert_int_equal(
        assume(fixture, fixture_get_identity(fixture, "execution_role_arn"), "123456789"), 403);
    assert_int_equal(assume(fixture, "arn:aws:iam::123456789012:role/none", "123456789"), 403);
    assert_int_equal(assume(fixture, "x", "123456789"), 400);
    assert_contains(buf_str(&fixture->response.body), "ValidationError");
}

static void an_assumed_role_invokes_one_function_and_nothing_else(void **state) {
    struct fixture *fixture = *state;
    struct buf key = {0}, secret = {0}, token = {0};
    assert_int_equal(
        assume(fixture, fixture_get_identity(fixture, "destination_role_arn"), "123456789"), 200);
    xml_value(fixture, "AccessKeyId", &key);
    xml_value(fixture, "SecretAccessKey", &secret);
    xml_value(fixture, "SessionToken", &token);
    struct fixture_aws call = {
        .service = "lambda",
        .target = INVOKE(HANDLER),
        .body = EVENT,
        .access_key_id = buf_text(&key),
        .secret = buf_text(&secret),
        .token = buf_text(&token)};
    assert_int_equal(fixture_aws(fixture, &call), 200);
    call.target = INVOKE("SegmentPersonalizeRecommendations");
    assert_int_equal(fixture_aws(fixture, &call), 403);
    assert_contains(
        buf_str(&fixture->response.body),
        "is not authorized to perform: lambda:InvokeFunction on resource: "
        "arn:aws:lambda:us-east-1:123456789012:function:SegmentPersonalizeRecommendations because "
        "no "
        "identity-based policy allows the lambda:InvokeFunction action");
    call.target = INVOKE(HANDLER);
    call.region = "us-west-2";
    assert_int_equal(fixture_aws(fixture, &call), 403);
    call.region = NULL;
    call.service = "personalize";
    call.target = "/recommendations";
    call.body = ASK;
    assert_int_equal(fixture_aws(fixture, &call), 403);
    assert_contains(error_type(fixture), "AccessDeniedException");
    call.token = NULL;
    assert_int_not_equal(fixture_aws(fixture, &call), 200);
    call = (struct fixture_aws){
        .service = "sts",
        .target = "/",
        .body = "Action=GetCallerIdentity&Version=2011-06-15",
        .is_form = true,
        .access_key_id = buf_text(&key),
        .secret = buf_text(&secret),
        .token = buf_text(&token)};
    assert_int_equal(fixture_aws(fixture, &call), 200);
    assert_contains(
        buf_str(&fixture->response.body),
        ":assumed-role/module-personalize-SegmentExecutePersonalizeLambda");
    buf_release(&key);
    buf_release(&secret);
    buf_release(&token);
}

static void unknown_operations_are_named_so(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "iam",
                .target = "/",
                .body = "Action=GetUser&Version=2010-05-08&UserName=x",
                .is_form = true}),
        400);
    assert_contains(buf_str(&fixture->response.body), "InvalidAction");
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda", .target = "/2015-03-31/functions/x/nonsense", .body = "{}"}),
        404);
}

static void unknown_paths_are_named_so_to_aws_clients(void **state) {
    struct fixture *fixture = *state;
    static const struct {
        const char *target;
        int status;
    } cases[] = {{"/nothing", 404}, {"/v2/recommendations", 404}, {"/_recloop/health", 405}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct fixture_aws call = {
            .service = "personalize", .target = cases[i].target, .body = "{}"};
        assert_int_equal(fixture_aws(fixture, &call), cases[i].status);
        assert_str(error_type(fixture), "UnknownOperationException");
        assert_contains(json_get_text(fixture->json.root, "message"), cases[i].target);
    }
}

static void sts_allows_a_quarter_of_an_hour_and_an_hour_of_session(void **state) {
    struct fixture *fixture = *state;
    struct buf body = {0};
    struct fixture_aws call = {
        .service = "sts",
        .target = "/",
        .body = "Action=GetCallerIdentity&Version=2011-06-15",
        .is_form = true};
    static const struct {
        int64_t offset_s;
        int status;
    } clocks[] = {{-800, 200}, {800, 200}, {-1000, 403}, {1000, 403}};
    for (size_t i = 0; i < ARRAY_COUNT(clocks); i++) {
        call.clock_offset_s = clocks[i].offset_s;
        assert_int_equal(fixture_aws(fixture, &call), clocks[i].status);
    }
    assert_contains(buf_str(&fixture->response.body), " + 15 min.)");
    call.clock_offset_s = 0;
    static const struct {
        const char *seconds;
        int status;
    } durations[] = {{"3600", 200}, {"3601", 400}};
    for (size_t i = 0; i < ARRAY_COUNT(durations); i++) {
        buf_reset(&body);
        buf_add_format(
            &body,
            "Action=AssumeRole&Version=2011-06-15&RoleArn=%s&RoleSessionName=test&"
            "ExternalId=123456789&DurationSeconds=%s",
            fixture_get_identity(fixture, "destination_role_arn"), durations[i].seconds);
        call.body = buf_text(&body);
        assert_int_equal(fixture_aws(fixture, &call), durations[i].status);
    }
    assert_contains(buf_str(&fixture->response.body), "MaxSessionDuration");
    buf_release(&body);
}

static void sts_takes_its_form_from_the_query_too(void **state) {
    struct fixture *fixture = *state;
    const struct fixture_aws call = {
        .service = "sts",
        .target = "/?Action=GetCallerIdentity&Version=2011-06-15",
        .body = "",
        .is_form = true};
    assert_int_equal(fixture_aws(fixture, &call), 200);
    assert_contains(buf_str(&fixture->response.body), "<Account>123456789012</Account>");
    assert_int_equal(fixture_get(fixture, "/?Action=GetCallerIdentity&Version=2011-06-15"), 403);
    assert_contains(buf_str(&fixture->response.body), "<Code>MissingAuthenticationToken</Code>");
    assert_int_equal(fixture_get(fixture, "/"), 404);
    assert_contains(buf_str(&fixture->response.body), "/_recloop/health");
}

static void the_endpoint_of_exercise_3_answers(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        fixture_get(fixture, "/prod/recommendations?userId=2941404340&numResults=7"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "itemList")), 7);
    assert_true(headers_has(&fixture->response.headers, STR("Access-Control-Allow-Origin")));
    const int status =
        fixture_get(fixture, "/prod/recommendations?userId=2941404340&numResults=many");
    assert_true(status >= 400 && status < 500);
    assert_true(fixture_get(fixture, "/prod/recommendations") < 500);
}

#define WITH_SANDBOX(test)                                                                         \
    cmocka_unit_test_setup_teardown(test, fixture_set_up_in_memory, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    WITH_SANDBOX(signatures_are_verified),
    WITH_SANDBOX(each_campaign_has_its_needs),
    WITH_SANDBOX(scores_sum_to_one_and_unknown_items_rank_last),
    WITH_SANDBOX(the_filter_takes_out_what_was_ordered),
    WITH_SANDBOX(put_events_count_at_once_and_once),
    WITH_SANDBOX(invoke_answers_as_lambda_does),
    WITH_SANDBOX(the_trust_policy_wants_its_external_id),
    WITH_SANDBOX(an_assumed_role_invokes_one_function_and_nothing_else),
    WITH_SANDBOX(unknown_operations_are_named_so),
    WITH_SANDBOX(unknown_paths_are_named_so_to_aws_clients),
    WITH_SANDBOX(sts_allows_a_quarter_of_an_hour_and_an_hour_of_session),
    WITH_SANDBOX(sts_takes_its_form_from_the_query_too),
    WITH_SANDBOX(the_endpoint_of_exercise_3_answers),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
