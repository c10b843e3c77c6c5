// xml, aws_error and operation — reading and writing what services answer, and what follows from it.
#include "aws/aws_error.h"
#include "aws/operation.h"
#include "aws/xml.h"
#include "base/attributes.h"
#include "support/test.h"

static void xml_reads_elements_text_and_entities(void **state) {
    (void)state;
    CLEANUP(xml_release) struct xml xml = {0};
    struct error err = {0};
    assert_ok(
        xml_parse(
            STR("\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<!-- c --><a:Root xmlns:a='u' b = \"x>y\">\n"
                "  <One> &lt;&amp;&#65;&#x1F600;<![CDATA[<raw>]]> "
                "</One><Empty/><Two><One>in</One></Two>\n"
                "</a:Root >\n"),
            &xml, &err),
        err);
    assert_str(xml_name(&xml, 0), "Root");
    assert_str(xml_text(&xml, xml_child(&xml, 0, "One")), "<&A\xF0\x9F\x98\x80<raw>");
    assert_str(xml_text(&xml, xml_child(&xml, xml_child(&xml, 0, "Two"), "One")), "in");
    assert_int_equal(xml_text(&xml, xml_child(&xml, 0, "Empty")).len, 0);
    assert_true(xml_child(&xml, xml_child(&xml, 0, "Nothing"), "One") == XML_NO_NODE);
    assert_true(xml_find(&xml, "Two") != XML_NO_NODE);
}

static void xml_refuses_what_is_broken(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "text",
        "<a>",
        "<a></b>",
        "</a>",
        "<a/><b/>",
        "<a/>x",
        "<a b></a>",
        "<a b=c></a>",
        "<a b='c></a>",
        "<a>&x;</a>",
        "<a>&amp</a>",
        "<a>&#0;</a>",
        "<a>&#xD800;</a>",
        "<!DOCTYPE a><a/>",
        "<a><!-- </a>",
        "<a \xFF=''/>",
        "<a>&#x110000;</a>",
        "<a><![CDATA[x</a>",
        "<>x</>",
        "<a b='1'c='2'/>",
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        CLEANUP(xml_release) struct xml xml = {0};
        struct error err = {0};
        if (xml_parse(str_from(bad[i]), &xml, &err)) fail_msg("took %s", bad[i]);
        assert_int_equal(err.code, ERROR_INVALID);
        assert_contains(str_from(err.hint), "AWS service");
    }
}

static void xml_limits_depth(void **state) {
    (void)state;
    CLEANUP(xml_release) struct xml xml = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct error err = {0};
    for (int i = 0; i < XML_MAX_DEPTH + 1; i++)
        buf_add(&text, STR("<a>"));
    assert_false(xml_parse(buf_str(&text), &xml, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
}

static void xml_writes_what_it_reads(void **state) {
    (void)state;
    static const char text[] = "a<b>&\"c'\r\n\xE2\x82\xAC";
    CLEANUP(xml_release) struct xml xml = {0};
    CLEANUP(buf_release) struct buf out = {0};
    struct error err = {0};
    xml_add_element(&out, "T", str_from(text));
    assert_ok(xml_parse(buf_str(&out), &xml, &err), err);
    assert_str(xml_text(&xml, 0), text);
    buf_reset(&out);
    xml_add_escaped(&out, STR("\x01\xFFz"));
    assert_str(buf_str(&out), "\xEF\xBF\xBD\xEF\xBF\xBDz");
}

static const struct reply_case {
    enum operation_protocol protocol;
    int status;
    const char *type, *body; // type: x-amzn-ErrorType
    const char *code, *message;
} replies[] = {
    {OPERATION_REST_JSON, 400, "InvalidInputException:http://x/", "{\"message\":\"m\"}",
     "InvalidInputException", "m"},
    {OPERATION_REST_JSON, 404, NULL, "{\"Message\":\"m\",\"code\":\"ResourceNotFoundException\"}",
     "ResourceNotFoundException", "m"},
    {OPERATION_REST_JSON, 403, NULL, "{\"__type\":\"ns#AccessDeniedException\",\"Message\":\"m\"}",
     "AccessDeniedException", "m"},
    {OPERATION_REST_JSON, 429, "TooManyRequestsException", "{\"Reason\":\"r\"}",
     "TooManyRequestsException", ""},
    {OPERATION_REST_JSON, 502, NULL, "<html>bad</html>", "HTTP 502", "Bad Gateway"},
    {OPERATION_REST_JSON, 503, NULL, "", "HTTP 503", "Service Unavailable"},
    {OPERATION_REST_JSON, 400, NULL, "plain words", "HTTP 400", "plain words"},
    {OPERATION_JSON11, 400, "Other", "{\"__type\":\"com.amazon#InvalidInputException\"}",
     "InvalidInputException", ""},
    {OPERATION_JSON11, 400, "FromHeader", "{}", "FromHeader", ""},
    {OPERATION_QUERY, 403, NULL,
     "<ErrorResponse xmlns=\"u\"><Error><Type>Sender</Type><Code>AccessDenied</Code>"
     "<Message>no &amp; never</Message></Error><RequestId>rid</RequestId></ErrorResponse>",
     "AccessDenied", "no & never"},
    {OPERATION_QUERY, 500, NULL, "oops", "HTTP 500", "oops"},
    {OPERATION_QUERY, 504, NULL, "<html>x", "HTTP 504", "Gateway Timeout"},
};

static void aws_error_decode_reads_every_shape(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(replies); i++) {
        CLEANUP(response_release) struct response response = {.status = replies[i].status};
        struct aws_error error;
        if (replies[i].type) {
            headers_add(&response.headers, STR("X-Amzn-ErrorType"), str_from(replies[i].type));
        }
        buf_add(&response.body, str_from(replies[i].body));
        aws_error_decode(replies[i].protocol, &response, &error);
        assert_string_equal(error.code, replies[i].code);
        assert_string_equal(error.message, replies[i].message);
        assert_int_equal(error.status, replies[i].status);
        assert_int_equal(error.retry_after_ms, -1);
    }
}

static void aws_error_decode_reads_when_to_come_back(void **state) {
    (void)state;
    static const struct {
        const char *name, *value;
        int64_t ms;
    } cases[] = {
        {"Retry-After", "2", 2000}, {"x-amz-retry-after", "150", 150}, {"Retry-After", "soon", -1},
        {"Retry-After", "-1", -1},  {"Retry-After", "99999999", -1},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(response_release) struct response response = {.status = 429};
        struct aws_error error;
        headers_add(&response.headers, str_from(cases[i].name), str_from(cases[i].value));
        aws_error_decode(OPERATION_REST_JSON, &response, &error);
        assert_int_equal(error.retry_after_ms, cases[i].ms);
    }
}

static void aws_error_round_trips_in_every_protocol(void **state) {
    (void)state;
    static const enum operation_protocol protocols[] = {
        OPERATION_REST_JSON, OPERATION_JSON11, OPERATION_QUERY};
    static const char *const services[] = {"lambda", "personalize", "sts"};
    for (size_t i = 0; i < ARRAY_COUNT(protocols); i++) {
        CLEANUP(response_release) struct response response = {0};
        struct aws_error error, again;
        aws_error_set(&error, 403, STR("AccessDenied"), STR("a <b> & \"c\" \xE2\x82\xAC"));
        memcpy(error.request_id, "rid-1", sizeof("rid-1"));
        error.is_server_side = protocols[i] != OPERATION_JSON11;
        aws_error_encode(protocols[i], str_from(services[i]), &error, &response);
        assert_int_equal(response.status, 403);
        assert_str(headers_get(&response.headers, STR("x-amzn-requestid")), "rid-1");
        aws_error_decode(protocols[i], &response, &again);
        assert_string_equal(again.code, error.code);
        assert_string_equal(again.message, error.message);
        assert_string_equal(again.request_id, "rid-1");
        assert_int_equal(again.is_server_side, error.is_server_side);
    }
}

static void aws_error_cuts_long_texts_between_characters(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    struct aws_error error;
    for (int i = 0; i < 600; i++)
        buf_add(&text, STR("\xE2\x82\xAC"));
    aws_error_set(&error, 400, STR("C"), buf_str(&text));
    assert_true(str_is_utf8(str_from(error.message)));
    assert_true(strlen(error.message) > 1000);
}

static void aws_error_retry_class_follows_the_tables(void **state) {
    (void)state;
    static const struct {
        enum operation_id operation;
        int status;
        const char *code;
        enum aws_error_retry retry;
    } cases[] = {
        {OPERATION_PUT_EVENTS, 400, "ThrottlingException", AWS_ERROR_THROTTLING},
        {OPERATION_PUT_EVENTS, 400, "LimitExceededException", AWS_ERROR_FINAL},
        {OPERATION_INVOKE, 400, "LimitExceededException", AWS_ERROR_THROTTLING},
        {OPERATION_INVOKE, 429, "Whatever", AWS_ERROR_THROTTLING},
        {OPERATION_INVOKE, 503, "HTTP 503", AWS_ERROR_TRANSIENT},
        {OPERATION_INVOKE, 500, "ServiceException", AWS_ERROR_TRANSIENT},
        {OPERATION_INVOKE, 501, "HTTP 501", AWS_ERROR_FINAL},
        {OPERATION_ASSUME_ROLE, 403, "SignatureDoesNotMatch", AWS_ERROR_CLOCK},
        {OPERATION_ASSUME_ROLE, 403, "ExpiredToken", AWS_ERROR_CREDENTIALS},
        {OPERATION_ASSUME_ROLE, 403, "AccessDenied", AWS_ERROR_FINAL},
        {OPERATION_ASSUME_ROLE, 400, "IDPCommunicationError", AWS_ERROR_TRANSIENT},
        {OPERATION_GET_RECOMMENDATIONS, 400, "InvalidInputException", AWS_ERROR_FINAL},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct aws_error error;
        aws_error_set(&error, cases[i].status, str_from(cases[i].code), (struct str){0});
        if (aws_error_retry_class(operation_get(cases[i].operation), &error) != cases[i].retry) {
            fail_msg("%s", cases[i].code);
        }
    }
}

static void aws_error_to_error_gives_the_next_step(void **state) {
    (void)state;
    static const struct {
        enum operation_id operation;
        int status;
        const char *code;
        enum error_code expected;
        const char *hint;
    } cases[] = {
        {OPERATION_GET_RECOMMENDATIONS, 404, "ResourceNotFoundException", ERROR_NOT_FOUND,
         "campaign_arn"},
        {OPERATION_INVOKE, 404, "ResourceNotFoundException", ERROR_NOT_FOUND, "lambda_function"},
        {OPERATION_ASSUME_ROLE, 403, "AccessDenied", ERROR_REFUSED, "external_id"},
        {OPERATION_PUT_EVENTS, 400, "ThrottlingException", ERROR_THROTTLED, "slowly"},
        {OPERATION_PUT_EVENTS, 403, "ExpiredTokenException", ERROR_EXPIRED, "temporary keys"},
        {OPERATION_PUT_EVENTS, 503, "HTTP 503", ERROR_REFUSED, "try again"},
        {OPERATION_PUT_EVENTS, 400, "NeverHeardOf", ERROR_REFUSED, "documentation"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct aws_error error;
        struct error err = {0};
        aws_error_set(&error, cases[i].status, str_from(cases[i].code), STR("bad \x1b[31m"));
        assert_false(aws_error_to_error(operation_get(cases[i].operation), &error, &err));
        assert_int_equal(err.code, cases[i].expected);
        assert_contains(str_from(err.hint), cases[i].hint);
        assert_contains(str_from(err.message), cases[i].code);
        assert_int_equal(str_find_char(str_from(err.message), '\x1b'), strlen(err.message));
    }
}

static void operation_route_finds_the_row(void **state) {
    (void)state;
    static const struct {
        const char *method, *url, *body, *name;
    } cases[] = {
        {"POST", "/recommendations", "{}", "GetRecommendations"},
        {"POST", "/personalize-ranking?x=1", "{}", "GetPersonalizedRanking"},
        {"POST", "/events", "{}", "PutEvents"},
        {"POST", "/2015-03-31/functions/arn%3Aaws%3Alambda/invocations?Qualifier=1", "", "Invoke"},
        {"POST", "/", "Action=AssumeRole&Version=2011-06-15&RoleArn=x", "AssumeRole"},
        {"POST", "/", "Version=2011-06-15&Action=GetCallerIdentity", "GetCallerIdentity"},
        {"GET", "/?Action=GetCallerIdentity&Version=2011-06-15", "", "GetCallerIdentity"},
        {"POST", "/?Action=AssumeRole&Version=2011-06-15", "", "AssumeRole"},
        {"POST", "/?Action=AssumeRole&Version=2011-06-15", "x", NULL},
        {"GET", "/", "", NULL},
        {"GET", "/recommendations", "", NULL},
        {"POST", "/2015-03-31/functions//invocations", "", NULL},
        {"POST", "/", "Action=GetRole&Version=2010-05-08", "GetRole"},
        {"POST", "/", "Action=GetRole&Version=2011-06-15", NULL},
        {"GET", "/2015-03-31/functions/", "", "ListFunctions"},
        {"GET", "/2015-03-31/functions/shoe-fn/configuration", "", "GetFunctionConfiguration"},
        {"DELETE", "/2015-03-31/functions/shoe-fn/aliases/live", "", "DeleteAlias"},
        {"GET", "/2015-03-31/functions/shoe-fn/nothing", "", NULL},
        {"POST", "/", "Action=AssumeRole&Version=2010-05-08", NULL},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(request_release) struct request request = {0};
        request_set_method(&request, str_from(cases[i].method));
        request_set_url(&request, str_from(cases[i].url));
        request_set_body(&request, str_from(cases[i].body));
        const struct operation *operation = operation_route(&request);
        if (cases[i].name == NULL) {
            if (operation) fail_msg("%s is %s", cases[i].url, operation->name);
        } else {
            assert_non_null(operation);
            assert_string_equal(operation->name, cases[i].name);
            assert_ptr_equal(operation, operation_find(str_from(cases[i].name)));
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(xml_reads_elements_text_and_entities),
    cmocka_unit_test(xml_refuses_what_is_broken),
    cmocka_unit_test(xml_limits_depth),
    cmocka_unit_test(xml_writes_what_it_reads),
    cmocka_unit_test(aws_error_decode_reads_every_shape),
    cmocka_unit_test(aws_error_decode_reads_when_to_come_back),
    cmocka_unit_test(aws_error_round_trips_in_every_protocol),
    cmocka_unit_test(aws_error_cuts_long_texts_between_characters),
    cmocka_unit_test(aws_error_retry_class_follows_the_tables),
    cmocka_unit_test(aws_error_to_error_gives_the_next_step),
    cmocka_unit_test(operation_route_finds_the_row),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
