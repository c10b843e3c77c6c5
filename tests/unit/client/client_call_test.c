// client_call, client_reply — each call against a scripted server: the request as it arrives, signed,
// and the answer as a value or as an error with its cure.
#include "support/client_fixture.h"
#include "support/test.h"

#include "base/clock.h"
#include "client/client_reply.h"

// A task of one call, whose event is given to a function of the test.
struct exchange {
    struct task task;
    struct client_call *call;
    bool (*read)(
        const struct client_call *call,
        const struct task_event *event,
        void *out,
        struct error *err);
    void *out;
    int attempts;
};

static void exchange_step(struct task *task, const struct task_event *event) {
    struct exchange *self = (struct exchange *)task;
    struct error err = {0};
    if (event->kind == TASK_BEGIN) {
        client_call_start(self->call, task);
        return;
    }
    assert_int_equal(event->kind, TASK_RESPONSE);
    self->attempts = event->attempts;
    if (self->read(self->call, event, self->out, &err))
        task_finish(task);
    else
        task_fail(task, &err);
}

static void exchange_free(struct task *task) {
    (void)task;
}

static const struct task_ops exchange_ops = {
    .name = "exchange", .step = exchange_step, .free = exchange_free};

static bool run(struct exchange *exchange, struct error *err) {
    const struct transfers_options options = {.jitter_seed = 3};
    exchange->task.ops = &exchange_ops;
    *err = (struct error){0};
    return task_run(&exchange->task, &options, NULL, NULL, err);
}

static bool read_items(
    const struct client_call *call, const struct task_event *event, void *out, struct error *err) {
    return client_reply_items(call, event, out, err);
}
static bool read_accepted(
    const struct client_call *call, const struct task_event *event, void *out, struct error *err) {
    (void)out;
    return client_reply_accepted(call, event, err);
}
static bool read_invoke(
    const struct client_call *call, const struct task_event *event, void *out, struct error *err) {
    return client_reply_invoke(call, event, out, err);
}
static bool read_session(
    const struct client_call *call, const struct task_event *event, void *out, struct error *err) {
    return client_reply_session(call, event, out, err);
}
static bool read_identity(
    const struct client_call *call, const struct task_event *event, void *out, struct error *err) {
    return client_reply_identity(call, event, out, err);
}
static bool read_traits(
    const struct client_call *call, const struct task_event *event, void *out, struct error *err) {
    return client_reply_traits(call, event, out, err);
}
static bool read_json(
    const struct client_call *call, const struct task_event *event, void *out, struct error *err) {
    return client_reply_json(call, event, out, err);
}

#define CAMPAIGN "arn:aws:personalize:us-east-1:123456789012:campaign/segment-workshop-campaign"
#define ITEMS                                                                                      \
    "{\"itemList\":[{\"itemId\":\"sku-9\",\"score\":0.04},{\"itemId\":\"sku-3\"}],"                \
    "\"recommendationId\":\"RID-1\"}"

static const struct personalize_recommend query = {
    .campaign_arn = {CAMPAIGN, sizeof(CAMPAIGN) - 1},
    .user_id = {"u-17", 4},
    .results = 2,
};

static void client_call_recommendations_is_signed_and_decoded(void **state) {
    static const struct loopback_exchange script[] = {{.status = 200, .body = ITEMS}};
    struct client_fixture fixture;
    CLEANUP(client_call_release) struct client_call call = {0};
    CLEANUP(personalize_items_release) struct personalize_items items = {0};
    struct exchange exchange = {.call = &call, .read = read_items, .out = &items};
    struct error err = {0};
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 1});
    assert_ok(client_call_recommendations(fixture.client, NULL, &query, &call, &err), err);
    assert_ok(run(&exchange, &err), err);
    assert_int_equal(items.count, 2);
    assert_str(items.items[0].item_id, "sku-9");
    assert_false(items.items[1].has_score);
    const struct str sent = loopback_request(fixture.server, 0);
    assert_true(str_starts_with(sent, STR("POST /recommendations HTTP/1.1\r\n")));
    assert_contains(sent, "Credential=AKIDSANDBOX00000001/");
    assert_contains(sent, "/us-east-1/personalize/aws4_request");
    assert_contains(sent, "\"numResults\":2");
    client_fixture_stop(&fixture);
}

static void client_call_signs_each_attempt_and_backs_off_when_throttled(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 400,
         .headers = "x-amzn-ErrorType: ThrottlingException\r\nRetry-After: 0\r\n",
         .body = "{\"message\":\"Rate exceeded\"}"},
        {.status = 200, .body = ITEMS},
    };
    struct client_fixture fixture;
    CLEANUP(client_call_release) struct client_call call = {0};
    CLEANUP(personalize_items_release) struct personalize_items items = {0};
    struct exchange exchange = {.call = &call, .read = read_items, .out = &items};
    struct error err = {0};
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 2});
    assert_ok(client_call_recommendations(fixture.client, NULL, &query, &call, &err), err);
    assert_ok(run(&exchange, &err), err);
    assert_int_equal(exchange.attempts, 2);
    assert_contains(loopback_request(fixture.server, 1), "Signature=");
    client_fixture_stop(&fixture);
}

static void client_call_signs_for_whom_and_where_it_is_told(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200, .headers = "X-Amz-Executed-Version: $LATEST\r\n", .body = "null"}};
    struct client_fixture fixture;
    CLEANUP(client_call_release) struct client_call call = {0};
    CLEANUP(invoke_reply_release) struct invoke_reply reply = {0};
    CLEANUP(credentials_release) struct credentials session = {0};
    struct exchange exchange = {.call = &call, .read = read_invoke, .out = &reply};
    struct error err = {0};
    (void)state;
    credentials_set(&session, STR("ASIASESSION000000001"), STR("secret"), STR("the-token"));
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 1});
    const struct client_call_as as = {.region = STR("us-west-2"), .credentials = &session};
    const struct invoke invoke = {.function = STR("shoe-fn"), .payload = STR("{}")};
    assert_ok(client_call_invoke(fixture.client, &as, &invoke, &call, &err), err);
    assert_ok(run(&exchange, &err), err);
    assert_false(reply.has_failed);
    const struct str sent = loopback_request(fixture.server, 0);
    assert_contains(sent, "Credential=ASIASESSION000000001/");
    assert_contains(sent, "/us-west-2/lambda/aws4_request");
    assert_contains(sent, "the-token");
    client_fixture_stop(&fixture);
}

static void client_call_explains_refusals(void **state) {
    static const struct {
        struct loopback_exchange exchange;
        enum error_code code;
        const char *message, *hint;
    } cases[] = {
        {.exchange =
             {.status = 403,
              .headers = "x-amzn-ErrorType: InvalidSignatureException\r\n",
              .body = "{\"message\":\"The request signature we calculated does not match\"}"},
         .code = ERROR_REFUSED,
         .message = "InvalidSignatureException",
         .hint = "secret key does not belong to key id ••••0001"},
        {.exchange =
             {.status = 403,
              .headers = "x-amzn-ErrorType: InvalidSignatureException\r\n"
                         "Date: Wed, 01 May 2024 12:00:00 GMT\r\n",
              .body = "{\"message\":\"The request signature we calculated does not match\"}"},
         .code = ERROR_REFUSED,
         .message = "InvalidSignatureException",
         .hint = "clock is"},
        {.exchange =
             {.status = 403,
              .headers = "x-amzn-ErrorType: UnrecognizedClientException\r\n",
              .body = "{\"message\":\"The security token included in the request is invalid\"}"},
         .code = ERROR_REFUSED,
         .message = "UnrecognizedClientException",
         .hint = "not known there"},
        {.exchange =
             {.status = 404,
              .headers = "x-amzn-ErrorType: ResourceNotFoundException\r\n",
              .body = "{\"message\":\"no campaign \\u001b[2J\"}"},
         .code = ERROR_NOT_FOUND,
         .message = "ResourceNotFoundException",
         .hint = "There is no " CAMPAIGN " in us-east-1"},
        {.exchange = {.status = 200, .body = "<html>login</html>"},
         .code = ERROR_INVALID,
         .message = "cannot be read",
         .hint = ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct client_fixture fixture;
        CLEANUP(client_call_release) struct client_call call = {0};
        CLEANUP(personalize_items_release) struct personalize_items items = {0};
        struct exchange exchange = {.call = &call, .read = read_items, .out = &items};
        struct error err = {0};
        print_message("case %zu: %s\n", i, cases[i].hint);
        client_fixture_start(
            &fixture,
            &(struct client_fixture_options){.script = &cases[i].exchange, .script_count = 1});
        assert_ok(client_call_recommendations(fixture.client, NULL, &query, &call, &err), err);
        assert_false(run(&exchange, &err));
        assert_int_equal(err.code, cases[i].code);
        assert_contains(str_from(err.message), cases[i].message);
        assert_contains(str_from(err.hint), cases[i].hint);
        assert_true(err.hint[0] != '\0');
        assert_false(str_contains(str_from(err.message), STR("\x1b")));
        client_fixture_stop(&fixture);
    }
}

static void client_call_put_events_repeats_only_what_has_ids(void **state) {
    struct client_fixture fixture;
    CLEANUP(client_call_release) struct client_call call = {0};
    CLEANUP(personalize_events_release)
    struct personalize_events events = {
        .tracking_id = STR("0c3e7e52-58c0-4a77-9a35-2f9b6f8e1d10"), .session_id = STR("s-1")};
    struct error err = {0};
    (void)state;
    client_fixture_start(&fixture, &(struct client_fixture_options){0});
    struct personalize_event *event = personalize_events_add(&events);
    event->event_type = STR("Product Clicked");
    event->sent_at_s = 1714564800;
    assert_ok(client_call_put_events(fixture.client, NULL, &events, &call, &err), err);
    assert_int_equal(call.options.retry, TASK_RETRY_UNSENT);
    event->event_id = STR("e-1");
    assert_ok(client_call_put_events(fixture.client, NULL, &events, &call, &err), err);
    assert_int_equal(call.options.retry, TASK_RETRY_TRANSIENT);
    client_fixture_stop(&fixture);
}

static void client_call_invoke_tells_failed_functions_apart(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200,
         .headers = "X-Amz-Function-Error: Unhandled\r\nX-Amz-Log-Result: U1RBUlQ=\r\n",
         .body =
             "{\"errorType\":\"KeyError\",\"errorMessage\":\"'connections_source_write_key'\"}"}};
    struct client_fixture fixture;
    CLEANUP(client_call_release) struct client_call call = {0};
    CLEANUP(invoke_reply_release) struct invoke_reply reply = {0};
    struct exchange exchange = {.call = &call, .read = read_invoke, .out = &reply};
    struct error err = {0};
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 1});
    const struct invoke invoke = {.function = STR("shoe-fn"), .wants_log = true};
    assert_ok(client_call_invoke(fixture.client, NULL, &invoke, &call, &err), err);
    assert_int_equal(call.options.retry, TASK_RETRY_UNSENT);
    assert_ok(run(&exchange, &err), err);
    assert_true(reply.has_failed);
    assert_str(buf_str(&reply.log), "START");
    assert_false(client_reply_function_error(&call, &reply, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_contains(str_from(err.message), "KeyError: 'connections_source_write_key'");
    assert_contains(str_from(err.hint), "personas-event-source");
    client_fixture_stop(&fixture);
}

static void client_call_assume_role_reads_the_session_or_the_reason(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200,
         .body = "<AssumeRoleResponse><AssumeRoleResult><Credentials>"
                 "<AccessKeyId>ASIASESSION000000001</AccessKeyId>"
                 "<SecretAccessKey>sss</SecretAccessKey><SessionToken>ttt</SessionToken>"
                 "<Expiration>2034-05-01T13:00:00Z</Expiration></Credentials>"
                 "<AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId>"
                 "<Arn>arn:aws:sts::123456789012:assumed-role/r/x</Arn></AssumedRoleUser>"
                 "</AssumeRoleResult></AssumeRoleResponse>"},
        {.status = 403,
         .body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: "
                 "u is "
                 "not authorized to perform: sts:AssumeRole on resource: r</Message></Error>"
                 "<RequestId>q-1</RequestId></ErrorResponse>"},
    };
    struct client_fixture fixture;
    CLEANUP(client_call_release) struct client_call call = {0};
    CLEANUP(sts_session_release) struct sts_session session = {0};
    struct exchange exchange = {.call = &call, .read = read_session, .out = &session};
    const struct sts_assume_role assume = {
        .role_arn = STR("arn:aws:iam::123456789012:role/segment-execute"),
        .session_name = STR("recloop"),
        .external_id = STR("wrong"),
    };
    struct error err = {0};
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 2});
    assert_ok(client_call_assume_role(fixture.client, NULL, &assume, &call, &err), err);
    assert_ok(run(&exchange, &err), err);
    assert_str(secret_reveal(&session.credentials.session_token), "ttt");
    assert_contains(loopback_request(fixture.server, 0), "ExternalId=wrong");
    assert_contains(loopback_request(fixture.server, 0), "/us-east-1/sts/aws4_request");

    struct exchange again = {.call = &call, .read = read_session, .out = &session};
    assert_ok(client_call_assume_role(fixture.client, NULL, &assume, &call, &err), err);
    assert_false(run(&again, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_contains(str_from(err.hint), "external_id");
    client_fixture_stop(&fixture);
}

static void client_call_caller_identity_reads_who_we_are(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200,
         .body = "<GetCallerIdentityResponse><GetCallerIdentityResult>"
                 "<Arn>arn:aws:iam::123456789012:user/u</Arn><UserId>AIDA</UserId>"
                 "<Account>123456789012</Account></GetCallerIdentityResult>"
                 "</GetCallerIdentityResponse>"}};
    struct client_fixture fixture;
    CLEANUP(client_call_release) struct client_call call = {0};
    CLEANUP(sts_identity_release) struct sts_identity identity = {0};
    struct exchange exchange = {.call = &call, .read = read_identity, .out = &identity};
    struct error err = {0};
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 1});
    assert_ok(client_call_caller_identity(fixture.client, NULL, &call, &err), err);
    assert_ok(run(&exchange, &err), err);
    assert_str(buf_str(&identity.account), "123456789012");
    client_fixture_stop(&fixture);
}

static struct event make_event(void) {
    struct event event = {0};
    struct error err = {0};
    assert_ok(
        event_decode(
            STR("{\"type\":\"track\",\"event\":\"Product Clicked\",\"userId\":\"u-17\","
                "\"messageId\":\"m-1\",\"properties\":{\"sku\":\"sku-9\"}}"),
            EVENT_TYPE_COUNT, &event, &err),
        err);
    return event;
}

static void client_call_event_needs_exactly_a_success(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200, .body = "{\"success\":true}"},
        {.status = 400, .body = "{\"code\":\"invalid\",\"message\":\"bad JSON\"}"},
        {.status = 200, .body = "<html>"},
    };
    struct client_fixture fixture;
    struct event event = make_event();
    struct error err = {0};
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 3});
    for (int i = 0; i < 3; i++) {
        CLEANUP(client_call_release) struct client_call call = {0};
        struct exchange exchange = {.call = &call, .read = read_accepted};
        assert_ok(
            client_call_event(fixture.client, CLIENT_SOURCE_WEBSITE, &event, &call, &err), err);
        assert_int_equal(call.options.retry, TASK_RETRY_TRANSIENT);
        assert_int_equal(run(&exchange, &err), i == 0);
        if (i > 0) assert_true(err.hint[0] != '\0');
    }
    const struct str sent = loopback_request(fixture.server, 0);
    assert_true(str_starts_with(sent, STR("POST /v1/track HTTP/1.1\r\n")));
    assert_contains(sent, "Authorization: Basic ");
    assert_false(str_contains(sent, STR("AWS4")));
    event_release(&event);
    client_fixture_stop(&fixture);
}

static void client_call_profile_fills_in_the_settings(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200, .body = "{\"traits\":{\"plan\":\"gold\"},\"cursor\":{\"has_more\":false}}"},
        {.status = 401,
         .body = "{\"error\":{\"code\":\"authentication_error\",\"message\":\"no\"}}"},
    };
    struct client_fixture fixture;
    struct error err = {0};
    const struct profile_query traits_query = {.resource = PROFILE_TRAITS, .limit = 100};
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 2});
    for (int i = 0; i < 2; i++) {
        CLEANUP(client_call_release) struct client_call call = {0};
        CLEANUP(profile_traits_release) struct profile_traits traits = {0};
        struct exchange exchange = {.call = &call, .read = read_traits, .out = &traits};
        assert_ok(client_call_profile(fixture.client, &traits_query, &call, &err), err);
        assert_int_equal(run(&exchange, &err), i == 0);
        if (i == 0) assert_non_null(profile_traits_find(&traits, STR("plan")));
    }
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_contains(str_from(err.hint), "profile_api_token");
    assert_contains(
        loopback_request(fixture.server, 0),
        "/v1/spaces/spaSpace1/collections/users/profiles/user_id:2941404340/traits");
    client_fixture_stop(&fixture);
}

static void client_call_endpoint_asks_by_query(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200, .body = ITEMS},
        {.status = 502, .body = "{\"message\":\"Internal\"}"},
        {.status = 502},
        {.status = 502}};
    struct client_fixture fixture;
    CLEANUP(client_call_release) struct client_call call = {0};
    CLEANUP(personalize_items_release) struct personalize_items items = {0};
    struct exchange exchange = {.call = &call, .read = read_items, .out = &items};
    struct error err = {0};
    const struct client_call_endpoint_query wanted = {.user_id = STR("a b"), .results = 5};
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 4});
    assert_ok(client_call_endpoint(fixture.client, &wanted, &call, &err), err);
    assert_ok(run(&exchange, &err), err);
    assert_int_equal(items.count, 2);
    assert_contains(
        loopback_request(fixture.server, 0),
        "GET /prod/recommendations?userId=a%20b&numResults=5 HTTP/1.1\r\n");

    struct exchange again = {.call = &call, .read = read_items, .out = &items};
    assert_ok(client_call_endpoint(fixture.client, &wanted, &call, &err), err);
    assert_false(run(&again, &err));
    assert_contains(str_from(err.hint), "crashed");
    client_fixture_stop(&fixture);
}

static void client_call_sandbox_speaks_its_own_routes(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200, .body = "{\"status\":\"ok\"}"},
        {.status = 400,
         .body = "{\"error\":{\"code\":\"invalid\",\"message\":\"no such source\","
                 "\"hint\":\"Name website-prod.\"}}"},
    };
    struct client_fixture fixture;
    struct error err = {0};
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 2});
    for (int i = 0; i < 2; i++) {
        CLEANUP(client_call_release) struct client_call call = {0};
        CLEANUP(json_release) struct json reply = {0};
        struct exchange exchange = {.call = &call, .read = read_json, .out = &reply};
        const struct client_call_route route = {
            .path = "/_recloop/debugger", .query = STR("limit=5&wait=100"), .wait_ms = 100};
        assert_ok(client_call_sandbox(fixture.client, &route, &call, &err), err);
        assert_int_equal(call.options.timeout_ms, 10100);
        assert_int_equal(run(&exchange, &err), i == 0);
        if (i == 0) assert_str(json_get_text(reply.root, "status"), "ok");
    }
    assert_contains(str_from(err.message), "sandbox answered 400 Bad Request: no such source");
    assert_string_equal(err.hint, "Name website-prod.");
    assert_contains(
        loopback_request(fixture.server, 0), "GET /_recloop/debugger?limit=5&wait=100 HTTP/1.1");
    client_fixture_stop(&fixture);
}

static void client_call_names_the_setting_that_is_missing(void **state) {
    struct client_fixture fixture;
    CLEANUP(client_call_release) struct client_call call = {0};
    struct error err = {0};
    struct event event = make_event();
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.is_empty = true, .has_no_sandbox = true});
    assert_false(client_call_recommendations(
        fixture.client, NULL, &(struct personalize_recommend){0}, &call, &err));
    assert_contains(str_from(err.hint), "campaign_arn");
    assert_false(client_call_event(fixture.client, CLIENT_SOURCE_PERSONAS, &event, &call, &err));
    assert_contains(str_from(err.hint), "personas_write_key");
    assert_false(client_call_profile(fixture.client, &(struct profile_query){0}, &call, &err));
    assert_contains(str_from(err.hint), "profile_api_token");
    assert_false(
        client_call_endpoint(fixture.client, &(struct client_call_endpoint_query){0}, &call, &err));
    assert_contains(str_from(err.hint), "recommendations_url");
    assert_false(client_call_sandbox(
        fixture.client, &(struct client_call_route){.path = "/_recloop/health"}, &call, &err));
    assert_contains(str_from(err.hint), "--profile sandbox");
    assert_int_equal(err.code, ERROR_CONFIG);
    event_release(&event);
    client_fixture_stop(&fixture);
}

// Nobody listens at port 1. What was set in place of a service's own address is named, not a sandbox.
static void client_call_names_the_override_that_leads_nowhere(void **state) {
    static const struct {
        enum config_source source;
        const char *detail, *hint;
    } cases[] = {
        {CONFIG_FILE, "[profile sandbox]",
         "aws_endpoint_url of the profile sandbox sends this to http://127.0.0.1:1: correct it, or "
         "take it out with recloop --profile sandbox config unset aws_endpoint_url."},
        {CONFIG_FLAG, "--aws-endpoint-url",
         "aws_endpoint_url (--aws-endpoint-url, profile sandbox) sends this to http://127.0.0.1:1: "
         "correct it, or go without it."},
        {CONFIG_ENVIRONMENT, "AWS_ENDPOINT_URL",
         "AWS_ENDPOINT_URL sends this to http://127.0.0.1:1: correct it, or take it out."},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct client_fixture_pair environment[] = {
            {"AWS_ENDPOINT_URL", "http://127.0.0.1:1"}, {0}};
        struct client_fixture fixture;
        CLEANUP(client_call_release) struct client_call call = {0};
        CLEANUP(personalize_items_release) struct personalize_items items = {0};
        struct exchange exchange = {.call = &call, .read = read_items, .out = &items};
        struct error err = {0};
        client_fixture_start(
            &fixture, &(struct client_fixture_options){
                          .url = "http://127.0.0.1:1", .environment = environment});
        config_set(
            &fixture.config, settings_find(STR("aws_endpoint_url")), STR("http://127.0.0.1:1"),
            cases[i].source, cases[i].detail);
        assert_ok(client_call_recommendations(fixture.client, NULL, &query, &call, &err), err);
        call.options.retry = TASK_RETRY_NEVER;
        assert_false(run(&exchange, &err));
        assert_int_equal(err.code, ERROR_UNREACHABLE);
        assert_string_equal(err.hint, cases[i].hint);
        client_fixture_stop(&fixture);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(client_call_names_the_override_that_leads_nowhere),
    cmocka_unit_test(client_call_recommendations_is_signed_and_decoded),
    cmocka_unit_test(client_call_signs_each_attempt_and_backs_off_when_throttled),
    cmocka_unit_test(client_call_signs_for_whom_and_where_it_is_told),
    cmocka_unit_test(client_call_explains_refusals),
    cmocka_unit_test(client_call_put_events_repeats_only_what_has_ids),
    cmocka_unit_test(client_call_invoke_tells_failed_functions_apart),
    cmocka_unit_test(client_call_assume_role_reads_the_session_or_the_reason),
    cmocka_unit_test(client_call_caller_identity_reads_who_we_are),
    cmocka_unit_test(client_call_event_needs_exactly_a_success),
    cmocka_unit_test(client_call_profile_fills_in_the_settings),
    cmocka_unit_test(client_call_endpoint_asks_by_query),
    cmocka_unit_test(client_call_sandbox_speaks_its_own_routes),
    cmocka_unit_test(client_call_names_the_setting_that_is_missing),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
