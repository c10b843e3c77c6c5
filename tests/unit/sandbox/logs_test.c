// CloudWatch Logs over HTTP: what functions write, groups and streams, tokens there and back, filters,
// refusals, and that the oldest go when there is too much.
#include "aws_session.h"
#include "base/clock.h"
#include "base/memory.h"

#define GROUP "/aws/lambda/SegmentPersonalizeDestinationHandler"

static int ask(struct fixture *fixture, const char *operation, const char *body) {
    struct buf target = {0};
    buf_add_format(&target, "Logs_20140328.%s", operation);
    const int status = fixture_aws(
        fixture,
        &(struct fixture_aws){
            .service = "logs", .target = "/", .json_target = buf_text(&target), .body = body});
    buf_release(&target);
    return status;
}

static int askf(struct fixture *fixture, const char *operation, const char *format, ...)
    PRINTF_LIKE(3, 4);
static int askf(struct fixture *fixture, const char *operation, const char *format, ...) {
    struct buf body = {0};
    va_list args;
    va_start(args, format);
    buf_add_vformat(&body, format, args);
    va_end(args);
    const int status = ask(fixture, operation, buf_text(&body));
    buf_release(&body);
    return status;
}

static struct str body(const struct fixture *fixture) {
    return buf_str(&fixture->response.body);
}

static char *text_of(const struct json_node *object, const char *key) {
    struct buf text = {0};
    buf_add(&text, json_get_text(object, key));
    return buf_take(&text);
}

// The messages of the last answer, joined by '|'.
static char *messages(const struct fixture *fixture) {
    struct buf joined = {0};
    const struct json_node *event = json_first(json_get(fixture->json.root, "events"));
    for (; event; event = json_next(event)) {
        if (joined.len) buf_add_char(&joined, '|');
        buf_add(&joined, json_get_text(event, "message"));
    }
    return buf_take(&joined);
}

static void expect_messages(const struct fixture *fixture, const char *wanted) {
    char *joined = messages(fixture);
    assert_string_equal(joined, wanted);
    mem_free(joined);
}

// Group "g" with streams "a" and "b"; events 0 … count-1 alternate between them, one a millisecond.
static int64_t fill(struct fixture *fixture, int count) {
    const int64_t first_ms = clock_wall_ms() - 100000;
    assert_int_equal(ask(fixture, "CreateLogGroup", "{\"logGroupName\":\"g\"}"), 200);
    assert_int_equal(fixture->response.body.len, 0);
    for (int stream = 0; stream < 2; stream++) {
        struct buf events = {0};
        assert_int_equal(
            askf(
                fixture, "CreateLogStream", "{\"logGroupName\":\"g\",\"logStreamName\":\"%c\"}",
                'a' + stream),
            200);
        for (int i = stream; i < count; i += 2)
            buf_add_format(
                &events, "%s{\"timestamp\":%lld,\"message\":\"m%d\"}", events.len ? "," : "",
                (long long)(first_ms + i), i);
        assert_int_equal(
            askf(
                fixture, "PutLogEvents",
                "{\"logGroupName\":\"g\",\"logStreamName\":\"%c\",\"logEvents\":[%s]}",
                'a' + stream, buf_text(&events)),
            200);
        assert_non_null(json_get_text(fixture->json.root, "nextSequenceToken").ptr);
        buf_release(&events);
    }
    return first_ms;
}

static void what_a_function_writes_is_there_after_a_restart(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(ask(fixture, "FilterLogEvents", "{\"logGroupName\":\"" GROUP "\"}"), 400);
    assert_contains(body(fixture), "ResourceNotFoundException");
    assert_contains(body(fixture), "The specified log group does not exist.");
    fixture_click(fixture, "u", "ocean-blue-shirt", "log-1");
    fixture_restart(fixture);
    assert_int_equal(
        ask(fixture, "DescribeLogGroups", "{\"logGroupNamePrefix\":\"/aws/lambda/Seg\"}"), 200);
    const struct json_node *group = json_first(json_get(fixture->json.root, "logGroups"));
    assert_str(json_get_text(group, "logGroupName"), GROUP);
    assert_str(
        json_get_text(group, "arn"), "arn:aws:logs:us-east-1:123456789012:log-group:" GROUP ":*");
    assert_str(
        json_get_text(group, "logGroupArn"),
        "arn:aws:logs:us-east-1:123456789012:log-group:" GROUP);
    int64_t bytes = 0;
    assert_true(json_integer(json_get(group, "storedBytes"), &bytes) && bytes > 100);
    assert_int_equal(
        ask(fixture, "FilterLogEvents",
            "{\"logGroupName\":\"" GROUP
            "\",\"filterPattern\":\"?\\\"START RequestId\\\" ?REPORT\"}"),
        200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 2);
    char *joined = messages(fixture);
    assert_true(str_starts_with(str_from(joined), STR("START RequestId: ")));
    assert_contains(str_from(joined), " Version: $LATEST\n|REPORT RequestId: ");
    mem_free(joined);
    char *stream = text_of(json_first(json_get(fixture->json.root, "events")), "logStreamName");
    assert_contains(str_from(stream), "/[$LATEST]");
    assert_int_equal(
        askf(
            fixture, "GetLogEvents",
            "{\"logGroupName\":\"" GROUP "\",\"logStreamName\":\"%s\",\"startFromHead\":true}",
            stream),
        200);
    assert_true(json_count(json_get(fixture->json.root, "events")) >= 3);
    mem_free(stream);
}

static void groups_and_streams_come_in_order_and_pages(void **state) {
    struct fixture *fixture = *state;
    const int64_t first_ms = fill(fixture, 5); // a: 0 2 4, b: 1 3
    assert_int_equal(ask(fixture, "CreateLogGroup", "{\"logGroupName\":\"h\"}"), 200);
    assert_int_equal(
        ask(fixture, "CreateLogStream", "{\"logGroupName\":\"g\",\"logStreamName\":\"c\"}"), 200);
    assert_int_equal(ask(fixture, "DescribeLogGroups", "{\"limit\":1}"), 200);
    assert_contains(body(fixture), "\"logGroupName\":\"g\"");
    char *token = text_of(fixture->json.root, "nextToken");
    assert_int_equal(
        askf(fixture, "DescribeLogGroups", "{\"limit\":1,\"nextToken\":\"%s\"}", token), 200);
    assert_contains(body(fixture), "\"logGroupName\":\"h\"");
    assert_null(json_get(fixture->json.root, "nextToken"));
    mem_free(token);
    assert_int_equal(ask(fixture, "DescribeLogGroups", "{\"logGroupNamePattern\":\"x\"}"), 200);
    assert_contains(body(fixture), "\"logGroups\":[]");
    static const struct {
        const char *members, *names;
    } orders[] = {
        {"", "abc"},
        {",\"descending\":true", "cba"},
        {",\"orderBy\":\"LastEventTime\"", "cba"}, // c was never written to, b ended before a
        {",\"orderBy\":\"LastEventTime\",\"descending\":true", "abc"},
        {",\"logStreamNamePrefix\":\"b\"", "b"},
        {",\"limit\":2", "ab"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(orders); i++) {
        struct buf names = {0};
        assert_int_equal(
            askf(fixture, "DescribeLogStreams", "{\"logGroupName\":\"g\"%s}", orders[i].members),
            200);
        const struct json_node *stream = json_first(json_get(fixture->json.root, "logStreams"));
        for (; stream; stream = json_next(stream))
            buf_add(&names, json_get_text(stream, "logStreamName"));
        assert_str(buf_str(&names), orders[i].names);
        buf_release(&names);
    }
    assert_int_equal(
        ask(fixture, "DescribeLogStreams",
            "{\"logGroupName\":\"g\",\"logStreamNamePrefix\":\"a\"}"),
        200);
    const struct json_node *stream = json_first(json_get(fixture->json.root, "logStreams"));
    int64_t first = 0, last = 0;
    assert_true(json_integer(json_get(stream, "firstEventTimestamp"), &first));
    assert_true(json_integer(json_get(stream, "lastEventTimestamp"), &last));
    assert_int_equal(first, first_ms);
    assert_int_equal(last, first_ms + 4);
    assert_str(
        json_get_text(stream, "arn"),
        "arn:aws:logs:us-east-1:123456789012:log-group:g:log-stream:a");
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "logs",
                .region = "eu-west-1",
                .target = "/",
                .json_target = "Logs_20140328.DescribeLogGroups",
                .body = "{}"}),
        200);
    assert_contains(body(fixture), "\"logGroups\":[]"); // elsewhere is nothing
}

#define GET "{\"logGroupName\":\"g\",\"logStreamName\":\"a\""

static void tokens_lead_to_the_end_and_back(void **state) {
    struct fixture *fixture = *state;
    const int64_t first_ms = fill(fixture, 14); // a: 0 2 … 12
    assert_int_equal(ask(fixture, "GetLogEvents", GET ",\"limit\":3}"), 200);
    expect_messages(fixture, "m8|m10|m12"); // the newest ones, oldest first
    char *back = text_of(fixture->json.root, "nextBackwardToken");
    char *forward = text_of(fixture->json.root, "nextForwardToken");
    assert_int_equal(strlen(back), 58);
    assert_int_equal(askf(fixture, "GetLogEvents", GET ",\"nextToken\":\"%s\"}", forward), 200);
    expect_messages(fixture, "");
    assert_str(json_get_text(fixture->json.root, "nextForwardToken"), forward); // the end
    assert_int_equal(
        askf(fixture, "GetLogEvents", GET ",\"limit\":3,\"nextToken\":\"%s\"}", back), 200);
    expect_messages(fixture, "m2|m4|m6");
    mem_free(back);
    back = text_of(fixture->json.root, "nextBackwardToken");
    assert_int_equal(
        askf(fixture, "GetLogEvents", GET ",\"limit\":3,\"nextToken\":\"%s\"}", back), 200);
    expect_messages(fixture, "m0");
    mem_free(back);
    back = text_of(fixture->json.root, "nextBackwardToken");
    assert_int_equal(askf(fixture, "GetLogEvents", GET ",\"nextToken\":\"%s\"}", back), 200);
    expect_messages(fixture, "");
    assert_str(json_get_text(fixture->json.root, "nextBackwardToken"), back);
    mem_free(forward);
    forward = text_of(fixture->json.root, "nextForwardToken"); // over the same place again
    assert_int_equal(
        askf(fixture, "GetLogEvents", GET ",\"limit\":2,\"nextToken\":\"%s\"}", forward), 200);
    expect_messages(fixture, "m0|m2");
    assert_int_equal(ask(fixture, "GetLogEvents", GET ",\"limit\":2,\"startFromHead\":true}"), 200);
    expect_messages(fixture, "m0|m2");
    assert_int_equal(
        askf(
            fixture, "GetLogEvents",
            GET ",\"startFromHead\":true,\"startTime\":%lld,\"endTime\":%lld}",
            (long long)(first_ms + 4), (long long)(first_ms + 8)),
        200);
    expect_messages(fixture, "m4|m6"); // the start belongs to it, the end does not
    mem_free(back);
    mem_free(forward);
}

#define FILTER "{\"logGroupName\":\"g\""

static void filters_go_over_streams_times_and_patterns(void **state) {
    struct fixture *fixture = *state;
    const int64_t first_ms = fill(fixture, 6);
    struct buf page = {0}, seen = {0};
    assert_int_equal(ask(fixture, "FilterLogEvents", FILTER "}"), 200);
    expect_messages(fixture, "m0|m1|m2|m3|m4|m5");
    assert_contains(body(fixture), "\"searchedLogStreams\":[]");
    const struct json_node *event = json_first(json_get(fixture->json.root, "events"));
    assert_int_equal(json_get_text(event, "eventId").len, 56);
    assert_int_equal(ask(fixture, "FilterLogEvents", FILTER ",\"logStreamNames\":[\"b\"]}"), 200);
    expect_messages(fixture, "m1|m3|m5");
    assert_int_equal(
        ask(fixture, "FilterLogEvents", FILTER ",\"logStreamNamePrefix\":\"a\"}"), 200);
    expect_messages(fixture, "m0|m2|m4");
    assert_int_equal(
        ask(fixture, "FilterLogEvents",
            "{\"logGroupIdentifier\":\"arn:aws:logs:us-east-1:123456789012:log-group:g\","
            "\"filterPattern\":\"?m1 ?m4\"}"),
        200);
    expect_messages(fixture, "m1|m4");
    assert_int_equal(
        askf(
            fixture, "FilterLogEvents", FILTER ",\"startTime\":%lld,\"endTime\":%lld}",
            (long long)(first_ms + 2), (long long)(first_ms + 4)),
        200);
    expect_messages(fixture, "m2|m3|m4"); // here the end belongs to it
    buf_add(&page, STR(FILTER ",\"limit\":4}"));
    for (int pages = 0;; pages++) {
        assert_true(pages < 5);
        assert_int_equal(ask(fixture, "FilterLogEvents", buf_text(&page)), 200);
        char *joined = messages(fixture);
        buf_add(&seen, str_from(joined));
        buf_add_char(&seen, ';');
        mem_free(joined);
        const struct str token = json_get_text(fixture->json.root, "nextToken");
        if (!token.len) break;
        buf_reset(&page);
        buf_add_format(&page, FILTER ",\"limit\":4,\"nextToken\":\"" STR_FMT "\"}", STR_ARG(token));
    }
    assert_str(buf_str(&seen), "m0|m1|m2|m3;m4|m5;");
    buf_release(&page);
    buf_release(&seen);
}

static void messages_keep_their_line_breaks_and_their_order(void **state) {
    struct fixture *fixture = *state;
    const int64_t now_ms = clock_wall_ms();
    fill(fixture, 2);
    assert_int_equal(
        askf(
            fixture, "PutLogEvents",
            "{\"logGroupName\":\"g\",\"logStreamName\":\"b\",\"logEvents\":[{\"timestamp\":%lld,"
            "\"message\":\"first\\nsecond\"},{\"timestamp\":%lld,\"message\":\"{\\\"a\\\":1}\"}]}",
            (long long)now_ms, (long long)now_ms),
        200);
    assert_int_equal(
        ask(fixture, "GetLogEvents",
            "{\"logGroupName\":\"g\",\"logStreamName\":\"b\",\"startFromHead\":true}"),
        200);
    expect_messages(fixture, "m1|first\nsecond|{\"a\":1}");
    assert_int_equal(
        ask(fixture, "FilterLogEvents", FILTER ",\"filterPattern\":\"{ $.a = 1 }\"}"), 200);
    expect_messages(fixture, "{\"a\":1}");
    assert_int_equal(
        askf(
            fixture, "PutLogEvents",
            "{\"logGroupName\":\"g\",\"logStreamName\":\"b\",\"logEvents\":[{\"timestamp\":%lld,"
            "\"message\":\"late\"}]}",
            (long long)(now_ms + INT64_C(3) * 3600 * 1000)),
        200);
    assert_contains(body(fixture), "\"tooNewLogEventStartIndex\":0");
    assert_int_equal(
        ask(fixture, "PutLogEvents",
            "{\"logGroupName\":\"g\",\"logStreamName\":\"b\",\"logEvents\":[{\"timestamp\":1,"
            "\"message\":\"old\"}]}"),
        200);
    assert_contains(body(fixture), "\"tooOldLogEventEndIndex\":1");
}

static void wrong_questions_are_refused_as_in_the_cloud(void **state) {
    static const struct {
        const char *operation, *body, *code, *text;
    } cases[] = {
        {"FilterLogEvents", "{", "SerializationException", ""},
        {"FilterLogEvents", "[]", "SerializationException", ""},
        {"FilterLogEvents", "{\"logGroupName\":1}", "SerializationException",
         "NUMBER_VALUE can not be converted to a String"},
        {"FilterLogEvents", "{}", "InvalidParameterException",
         "Value null at 'logGroupName' failed to satisfy constraint: Member must not be null"},
        {"FilterLogEvents", "{\"logGroupName\":\"a b\"}", "InvalidParameterException",
         "Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular "
         "expression pattern: [\\\\.\\\\-_/#A-Za-z0-9]+"},
        {"FilterLogEvents", "{\"logGroupName\":\"\"}", "InvalidParameterException",
         "greater than or equal to 1"},
        {"FilterLogEvents", "{\"logGroupName\":\"g\",\"logGroupIdentifier\":\"g\"}",
         "InvalidParameterException", "but not both"},
        {"FilterLogEvents", "{\"logGroupName\":\"none\"}", "ResourceNotFoundException",
         "The specified log group does not exist."},
        {"FilterLogEvents", FILTER ",\"limit\":10001}", "InvalidParameterException",
         "Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than "
         "or "
         "equal to 10000"},
        {"FilterLogEvents", FILTER ",\"limit\":0}", "InvalidParameterException", "'limit'"},
        {"FilterLogEvents", FILTER ",\"filterPattern\":\"a-b\"}", "InvalidParameterException",
         "Invalid character(s) in term 'a-b'"},
        {"FilterLogEvents", FILTER ",\"filterPattern\":\"{ $.a\"}", "InvalidParameterException",
         "Invalid filter pattern"},
        {"FilterLogEvents", FILTER ",\"logStreamNames\":[\"a\"],\"logStreamNamePrefix\":\"a\"}",
         "InvalidParameterException", "mutually exclusive"},
        {"FilterLogEvents", FILTER ",\"logStreamNames\":[]}", "InvalidParameterException",
         "'logStreamNames'"},
        {"FilterLogEvents", FILTER ",\"logStreamNames\":[\"none\"]}", "ResourceNotFoundException",
         "The specified log stream does not exist."},
        {"FilterLogEvents", FILTER ",\"nextToken\":\"x\"}", "InvalidParameterException",
         "The specified nextToken is invalid."},
        {"GetLogEvents", FILTER "}", "InvalidParameterException", "Value null at 'logStreamName'"},
        {"GetLogEvents", FILTER ",\"logStreamName\":\"none\"}", "ResourceNotFoundException",
         "The specified log stream does not exist."},
        {"GetLogEvents", FILTER ",\"logStreamName\":\"a:b\"}", "InvalidParameterException",
         "[^:*]*"},
        {"GetLogEvents", GET ",\"nextToken\":\"f/12\"}", "InvalidParameterException",
         "The specified nextToken is invalid."},
        {"DescribeLogStreams", FILTER ",\"limit\":51}", "InvalidParameterException", "'limit'"},
        {"DescribeLogStreams", FILTER ",\"orderBy\":\"Size\"}", "InvalidParameterException",
         "enum value set: [LogStreamName, LastEventTime]"},
        {"DescribeLogStreams",
         FILTER ",\"orderBy\":\"LastEventTime\",\"logStreamNamePrefix\":\"a\"}",
         "InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix."},
        {"DescribeLogGroups", "{\"logGroupNamePrefix\":\"a\",\"logGroupNamePattern\":\"b\"}",
         "InvalidParameterException", "mutually exclusive"},
        {"CreateLogGroup", FILTER "}", "ResourceAlreadyExistsException",
         "The specified log group already exists"},
        {"CreateLogStream", GET "}", "ResourceAlreadyExistsException",
         "The specified log stream already exists"},
        {"PutLogEvents", GET "}", "InvalidParameterException", "Value null at 'logEvents'"},
        {"PutLogEvents", GET ",\"logEvents\":[]}", "InvalidParameterException",
         "greater than or equal to 1"},
        {"PutLogEvents",
         GET ",\"logEvents\":[{\"timestamp\":2,\"message\":\"x\"},{\"timestamp\":1,\"message\":"
             "\"x\"}]}",
         "InvalidParameterException", "must be in chronological order."},
        {"PutLogEvents", GET ",\"logEvents\":[{\"timestamp\":2,\"message\":\"\"}]}",
         "InvalidParameterException", "message"},
        {"PutLogEvents",
         "{\"logGroupName\":\"g\",\"logStreamName\":\"none\",\"logEvents\":[{\"timestamp\":1,"
         "\"message\":\"x\"}]}",
         "ResourceNotFoundException", "The specified log stream does not exist."},
        {"DeleteLogGroup", "{\"logGroupName\":\"none\"}", "ResourceNotFoundException", "group"},
        {"StartLiveTail", "{}", "UnknownOperationException", ""},
    };
    struct fixture *fixture = *state;
    fill(fixture, 2);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s %s\n", cases[i].operation, cases[i].body);
        const int status = ask(fixture, cases[i].operation, cases[i].body);
        assert_int_equal(
            status, strcmp(cases[i].code, "UnknownOperationException") == 0 ? 404 : 400);
        assert_str(json_get_text(fixture->json.root, "__type"), cases[i].code);
        assert_contains(body(fixture), cases[i].text);
    }
    assert_int_equal(ask(fixture, "DeleteLogGroup", FILTER "}"), 200);
    assert_int_equal(ask(fixture, "FilterLogEvents", FILTER "}"), 400);
}

static void a_session_without_rights_reads_nothing(void **state) {
    struct fixture *fixture = *state;
    struct aws_session session = {0};
    assert_int_equal(aws_session_assume(fixture, "", NULL, &session), 200);
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "logs",
                .target = "/",
                .json_target = "Logs_20140328.FilterLogEvents",
                .body = FILTER "}",
                .access_key_id = session.access_key_id,
                .secret = session.secret,
                .token = session.token}),
        400);
    assert_str(json_get_text(fixture->json.root, "__type"), "AccessDeniedException");
    assert_contains(
        body(fixture), "is not authorized to perform: logs:FilterLogEvents on resource: "
                       "arn:aws:logs:us-east-1:123456789012:log-group:g:log-stream:");
    aws_session_release(&session);
}

// Thirty-four times a megabyte, where thirty-two are kept.
static void the_oldest_go_when_there_is_too_much(void **state) {
    struct fixture *fixture = *state;
    const int64_t first_ms = fill(fixture, 2);
    struct buf line = {0}, events = {0};
    for (int i = 0; i < 200000; i++)
        buf_add_char(&line, 'x');
    for (int round = 0; round < 36; round++) {
        buf_reset(&events);
        for (int i = 0; i < 5; i++)
            buf_add_format(
                &events, "%s{\"timestamp\":%lld,\"message\":\"n%d %s\"}", i ? "," : "",
                (long long)(first_ms + 100 + round), round, buf_text(&line));
        assert_int_equal(
            askf(fixture, "PutLogEvents", GET ",\"logEvents\":[%s]}", buf_text(&events)), 200);
    }
    assert_int_equal(ask(fixture, "FilterLogEvents", FILTER ",\"limit\":1}"), 200);
    assert_false(str_contains(body(fixture), STR("\"m0\"")));
    assert_int_equal(
        ask(fixture, "FilterLogEvents", FILTER ",\"filterPattern\":\"n35\",\"limit\":1}"), 200);
    assert_contains(body(fixture), "n35 xxx");
    assert_int_equal(ask(fixture, "DescribeLogGroups", "{}"), 200);
    int64_t bytes = 0;
    const struct json_node *group = json_first(json_get(fixture->json.root, "logGroups"));
    assert_true(json_integer(json_get(group, "storedBytes"), &bytes));
    assert_true(bytes > 31 << 20 && bytes < 34 << 20);
    assert_int_equal(
        ask(fixture, "DescribeLogStreams",
            "{\"logGroupName\":\"g\",\"logStreamNamePrefix\":\"a\"}"),
        200);
    int64_t first = 0; // remembered, though the events are gone
    const struct json_node *stream = json_first(json_get(fixture->json.root, "logStreams"));
    assert_true(json_integer(json_get(stream, "firstEventTimestamp"), &first));
    assert_int_equal(first, first_ms);
    buf_release(&line);
    buf_release(&events);
}

static void a_page_beyond_every_list_is_no_page(void **state) {
    struct fixture *fixture = *state;
    static const char token[] =
        "cmVjbG9vcC1wYWdlLTkyMjMzNzIwMzY4NTQ3NzU4MDc"; // of the page at 2^63 - 1
    (void)fill(fixture, 2);
    assert_int_equal(
        askf(fixture, "DescribeLogStreams", "{\"logGroupName\":\"g\",\"nextToken\":\"%s\"}", token),
        400);
    assert_contains(buf_str(&fixture->response.body), "The specified nextToken is invalid.");
    assert_int_equal(askf(fixture, "DescribeLogGroups", "{\"nextToken\":\"%s\"}", token), 400);
}

static void groups_are_bounded(void **state) {
    struct fixture *fixture = *state;
    int status = 200, made = 0;
    for (; status == 200 && made < 1100; made++) {
        status = askf(fixture, "CreateLogGroup", "{\"logGroupName\":\"many-%d\"}", made);
    }
    assert_int_equal(status, 400);
    assert_contains(buf_str(&fixture->response.body), "LimitExceededException");
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_a_function_writes_is_there_after_a_restart, fixture_set_up_on_disk,
            fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            groups_and_streams_come_in_order_and_pages, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            tokens_lead_to_the_end_and_back, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            filters_go_over_streams_times_and_patterns, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            messages_keep_their_line_breaks_and_their_order, fixture_set_up_on_disk,
            fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            wrong_questions_are_refused_as_in_the_cloud, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            a_session_without_rights_reads_nothing, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            the_oldest_go_when_there_is_too_much, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            a_page_beyond_every_list_is_no_page, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            groups_are_bounded, fixture_set_up_on_disk, fixture_tear_down),
    };
    return cmocka_run_group_tests_name("sandbox/logs", tests, NULL, NULL);
}
