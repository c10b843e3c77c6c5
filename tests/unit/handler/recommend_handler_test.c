// Exercise 3's endpoint: every kind of event, every refusal.
#include "handler/recommend_handler.h"

#include "fake_services.h"
#include "support/test.h"

static const struct recommend_handler_settings workshop = {
    .campaign_arn = {.ptr = "CAMPAIGN", .len = 8},
    .related_campaign_arn = {.ptr = "RELATED", .len = 7},
    .region = {.ptr = "eu-west-1", .len = 9},
};

struct setup {
    struct fake fake;
    struct services services;
    struct recommend_handler_reply reply;
    struct json body; // of the reply
};

static void setup_release(struct setup *setup) {
    fake_release(&setup->fake);
    recommend_handler_reply_release(&setup->reply);
    json_release(&setup->body);
}

static void
run(struct setup *setup, const struct recommend_handler_settings *settings, const char *event) {
    struct error err = {0};
    setup->services = fake_services(&setup->fake);
    recommend_handler_run(&setup->services, settings, str_from(event), &setup->reply);
    if (setup->reply.body.len == 0) return;
    assert_ok(json_parse(buf_str(&setup->reply.body), &setup->body, &err), err);
}

static void recommend_handler_understands_all_three_kinds_of_events(void **state) {
    (void)state;
    static const char *const events[] = {
        "{\"resource\":\"/x\",\"httpMethod\":\"GET\","
        "\"queryStringParameters\":{\"userId\":\"2941404340\",\"numResults\":\"2\"}}",
        "{\"version\":\"2.0\",\"requestContext\":{\"requestId\":\"g-1\",\"http\":"
        "{\"method\":\"GET\"}},\"queryStringParameters\":{\"userId\":\"2941404340\","
        "\"numResults\":\"2\"}}",
        "{\"userId\":\"2941404340\",\"numResults\":2}",
    };
    for (size_t i = 0; i < ARRAY_COUNT(events); i++) {
        CLEANUP(setup_release) struct setup setup = {.fake.recommended = {"a", "b", "c"}};
        print_message("%s\n", events[i]);
        run(&setup, &workshop, events[i]);
        assert_int_equal(setup.reply.status, 200);
        assert_str(
            buf_str(&setup.fake.calls),
            "recommend eu-west-1 CAMPAIGN user=2941404340 item= count=2\n");
        assert_str(
            buf_str(&setup.reply.body),
            "{\"ResponseMetadata\":{\"RequestId\":\"request-1\",\"HTTPStatusCode\":200,"
            "\"HTTPHeaders\":{},\"RetryAttempts\":0},"
            "\"itemList\":[{\"itemId\":\"a\",\"score\":0.5},{\"itemId\":\"b\"}],"
            "\"recommendationId\":\"RID-1\"}");
    }
}

static void recommend_handler_uses_the_related_campaign_for_items(void **state) {
    (void)state;
    CLEANUP(setup_release) struct setup setup = {.fake.recommended = {"a"}};
    run(&setup, &workshop, "{\"itemId\":\"zipped-jacket\"}");
    assert_int_equal(setup.reply.status, 200);
    assert_str(
        buf_str(&setup.fake.calls),
        "recommend eu-west-1 RELATED user= item=zipped-jacket count=25\n");
}

static void recommend_handler_answers_bad_requests_with_4xx(void **state) {
    (void)state;
    static const struct {
        const char *event, *code;
        int status;
    } cases[] = {
        {.event = "nonsense", .status = 400, .code = "invalid_event"},
        {.event = "[1]", .status = 400, .code = "invalid_event"},
        {.event = "{}", .status = 400, .code = "missing_parameter"},
        {
            // the workshop's 502: no query string at all
            .event = "{\"httpMethod\":\"GET\",\"queryStringParameters\":null}",
            .status = 400,
            .code = "missing_parameter",
        },
        {.event = "{\"userId\":\"\"}", .status = 400, .code = "missing_parameter"},
        {.event = "{\"userId\":5}", .status = 400, .code = "invalid_parameter"},
        {
            .event = "{\"userId\":\"u\",\"numResults\":\"many\"}",
            .status = 400,
            .code = "invalid_parameter",
        },
        {.event = "{\"userId\":\"u\",\"numResults\":0}",
         .status = 400,
         .code = "invalid_parameter"},
        {
            .event = "{\"userId\":\"u\",\"numResults\":501}",
            .status = 400,
            .code = "invalid_parameter",
        },
        {
            .event = "{\"userId\":\"u\",\"numResults\":1.5}",
            .status = 400,
            .code = "invalid_parameter",
        },
        {
            .event = "{\"userId\":\"u\",\"filter\":\"all\"}",
            .status = 400,
            .code = "invalid_parameter",
        },
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(setup_release) struct setup setup = {0};
        print_message("%s\n", cases[i].event);
        run(&setup, &workshop, cases[i].event);
        const struct json_node *error = json_get(setup.body.root, "error");
        assert_int_equal(setup.reply.status, cases[i].status);
        assert_str(json_get_text(error, "code"), cases[i].code);
        assert_true(json_get_text(error, "message").len > 0);
        assert_int_equal(setup.fake.calls.len, 0);
    }
}

static void recommend_handler_without_a_campaign_is_not_configured(void **state) {
    (void)state;
    CLEANUP(setup_release) struct setup setup = {0};
    const struct recommend_handler_settings none = {0};
    run(&setup, &none, "{\"userId\":\"u\"}");
    const struct json_node *error = json_get(setup.body.root, "error");
    assert_int_equal(setup.reply.status, 500);
    assert_str(json_get_text(error, "code"), "not_configured");
    assert_contains(json_get_text(error, "message"), "personalize_campaign_arn");
    assert_true(json_get_text(error, "hint").len > 0);
}

static void recommend_handler_turns_service_errors_into_statuses(void **state) {
    (void)state;
    static const struct {
        enum error_code code;
        int status;
    } cases[] = {
        {.code = ERROR_INVALID, .status = 400},     {.code = ERROR_REFUSED, .status = 403},
        {.code = ERROR_NOT_FOUND, .status = 404},   {.code = ERROR_THROTTLED, .status = 429},
        {.code = ERROR_UNREACHABLE, .status = 503}, {.code = ERROR_TIMEOUT, .status = 504},
        {.code = ERROR_EXPIRED, .status = 500},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(setup_release)
        struct setup setup = {
            .fake.recommend_error = {.code = cases[i].code, .message = "why", .hint = "how"},
        };
        print_message("%s\n", error_code_name(cases[i].code));
        run(&setup, &workshop, "{\"userId\":\"u\"}");
        const struct json_node *error = json_get(setup.body.root, "error");
        assert_int_equal(setup.reply.status, cases[i].status);
        assert_str(json_get_text(error, "code"), error_code_name(cases[i].code));
        assert_str(json_get_text(error, "message"), "why");
        assert_str(json_get_text(error, "hint"), "how");
        assert_contains(buf_str(&setup.fake.log), "[WARNING]\t");
    }
}

static void recommend_handler_excludes_purchases_on_request(void **state) {
    (void)state;
    CLEANUP(setup_release)
    struct setup setup = {
        .fake.recommended = {"a", "b", "c", "d"},
        .fake.purchased = {"a", "x"},
    };
    run(&setup, &workshop, "{\"userId\":\"u\",\"numResults\":2,\"filter\":\"exclude-purchased\"}");
    assert_str(
        buf_str(&setup.fake.calls), "purchased u\n"
                                    "recommend eu-west-1 CAMPAIGN user=u item= count=4\n");
    assert_contains(
        buf_str(&setup.reply.body), "\"itemList\":[{\"itemId\":\"b\"},{\"itemId\":\"c\"}]");
    assert_contains(buf_str(&setup.reply.body), "\"filtered\":true");
}

static void recommend_handler_says_when_it_could_not_filter(void **state) {
    (void)state;
    CLEANUP(setup_release)
    struct setup setup = {
        .fake.recommended = {"a"},
        .fake.purchased_error = {.code = ERROR_UNREACHABLE},
    };
    struct recommend_handler_settings settings = workshop;
    settings.filters_purchased = true;
    run(&setup, &settings, "{\"userId\":\"u\"}");
    assert_int_equal(setup.reply.status, 200);
    assert_contains(buf_str(&setup.reply.body), "\"filtered\":false");

    // no profile access at all
    struct fake fake = {.recommended = {"a"}};
    struct services services = fake_services(&fake);
    services.purchased_products = NULL;
    recommend_handler_run(&services, &settings, STR("{\"userId\":\"u\"}"), &setup.reply);
    assert_contains(buf_str(&setup.reply.body), "\"filtered\":false");
    fake_release(&fake);
}

static void recommend_handler_answers_preflights_and_always_allows_origins(void **state) {
    (void)state;
    CLEANUP(setup_release) struct setup setup = {0};
    CLEANUP(buf_release) struct buf proxy = {0};
    CLEANUP(json_release) struct json document = {0};
    struct error err = {0};
    run(&setup, &workshop, "{\"httpMethod\":\"OPTIONS\",\"queryStringParameters\":null}");
    assert_int_equal(setup.reply.status, 204);
    assert_int_equal(setup.reply.body.len, 0);
    recommend_handler_encode(&setup.reply, &proxy);
    assert_ok(json_parse(buf_str(&proxy), &document, &err), err);
    const struct json_node *headers = json_get(document.root, "headers");
    int64_t status = 0;
    assert_true(json_integer(json_get(document.root, "statusCode"), &status));
    assert_int_equal(status, 204);
    assert_str(json_get_text(headers, "Access-Control-Allow-Origin"), "*");
    assert_str(json_get_text(headers, "Content-Type"), "application/json");
    assert_contains(json_get_text(headers, "Access-Control-Allow-Methods"), "OPTIONS");
    assert_false(json_bool(json_get(document.root, "isBase64Encoded"), true));
    assert_int_equal(json_kind(json_get(document.root, "body")), JSON_STRING);

    size_t count = 0;
    const struct recommend_handler_header *rows = recommend_handler_headers(&count);
    assert_int_equal(count, json_count(headers));
    for (size_t i = 0; i < count; i++) { // lengths are written by hand in the table
        assert_str(rows[i].name, rows[i].name.ptr);
        assert_str(rows[i].value, rows[i].value.ptr);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(recommend_handler_understands_all_three_kinds_of_events),
    cmocka_unit_test(recommend_handler_uses_the_related_campaign_for_items),
    cmocka_unit_test(recommend_handler_answers_bad_requests_with_4xx),
    cmocka_unit_test(recommend_handler_without_a_campaign_is_not_configured),
    cmocka_unit_test(recommend_handler_turns_service_errors_into_statuses),
    cmocka_unit_test(recommend_handler_excludes_purchases_on_request),
    cmocka_unit_test(recommend_handler_says_when_it_could_not_filter),
    cmocka_unit_test(recommend_handler_answers_preflights_and_always_allows_origins),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
