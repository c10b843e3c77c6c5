// CloudWatch Logs as a client speaks it: what is asked, and what can be read of an answer.
#include "aws/log_events.h"

#include "aws/operation.h"
#include "support/test.h"

static void a_filter_names_only_what_is_set(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {0};
    struct error err = {0};
    const struct log_events_filter bare = {.group = STR("/aws/lambda/f")};
    assert_ok(
        log_events_encode_filter(
            &bare, STR("https://logs.us-east-1.amazonaws.com"), &request, &err),
        err);
    assert_str(buf_str(&request.body), "{\"logGroupName\":\"/aws/lambda/f\"}");
    assert_str(buf_str(&request.url), "https://logs.us-east-1.amazonaws.com/");
    assert_str(headers_get(&request.headers, STR("X-Amz-Target")), "Logs_20140328.FilterLogEvents");
    assert_str(headers_get(&request.headers, STR("Content-Type")), "application/x-amz-json-1.1");
    const struct log_events_filter whole = {
        .group = STR("g"),
        .pattern = STR("\"a b\""),
        .stream = STR("s"),
        .from_ms = 5,
        .to_ms = 9,
        .limit = 2,
        .next_token = STR("t")};
    assert_ok(log_events_encode_filter(&whole, STR("http://127.0.0.1:1"), &request, &err), err);
    assert_str(
        buf_str(&request.body),
        "{\"logGroupName\":\"g\",\"logStreamNames\":[\"s\"],\"filterPattern\":\"\\\"a b\\\"\","
        "\"startTime\":5,\"endTime\":9,\"limit\":2,\"nextToken\":\"t\"}");
}

static void a_page_is_read_with_its_token(void **state) {
    (void)state;
    struct log_events_page page = {0};
    struct error err = {0};
    assert_ok(
        log_events_decode_page(
            STR("{\"events\":[{\"logStreamName\":\"s\",\"timestamp\":1700000000000,\"message\":"
                "\"START\\n\",\"ingestionTime\":1700000000001,\"eventId\":\"37\"},{}],"
                "\"searchedLogStreams\":[],\"nextToken\":\"n\"}"),
            &page, &err),
        err);
    assert_int_equal(page.count, 2);
    assert_str(page.lines[0].message, "START");
    assert_str(page.lines[0].event_id, "37");
    assert_str(page.lines[0].stream, "s");
    assert_int_equal(page.lines[0].at_ms, 1700000000000);
    assert_int_equal(page.lines[0].ingested_at_ms, 1700000000001);
    assert_int_equal(page.lines[1].message.len, 0); // whatever else it was
    assert_str(page.next_token, "n");
    log_events_page_release(&page);
    static const char *const broken[] = {"",    "[]", "{}", "{\"events\":{}}", "{\"events\":[",
                                         "null"};
    for (size_t i = 0; i < ARRAY_COUNT(broken); i++) {
        assert_false(log_events_decode_page(str_from(broken[i]), &page, &err));
        assert_int_equal(err.code, ERROR_INVALID);
        assert_null(page.lines);
    }
    assert_ok(log_events_decode_page(STR("{\"events\":[]}"), &page, &err), err);
    assert_int_equal(page.count, 0);
    assert_int_equal(page.next_token.len, 0);
    log_events_page_release(&page);
}

static void streams_are_asked_for_newest_first(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {0};
    struct log_events_streams streams = {0};
    struct error err = {0};
    assert_ok(
        log_events_encode_streams(STR("g"), 3, STR("http://127.0.0.1:1"), &request, &err), err);
    assert_str(
        buf_str(&request.body), "{\"logGroupName\":\"g\",\"orderBy\":\"LastEventTime\","
                                "\"descending\":true,\"limit\":3}");
    assert_str(
        headers_get(&request.headers, STR("X-Amz-Target")), "Logs_20140328.DescribeLogStreams");
    assert_ok(
        log_events_decode_streams(
            STR("{\"logStreams\":[{\"logStreamName\":\"a\",\"lastEventTimestamp\":7},"
                "{\"logStreamName\":\"b\"}]}"),
            &streams, &err),
        err);
    assert_int_equal(streams.count, 2);
    assert_int_equal(streams.streams[0].last_event_at_ms, 7);
    assert_str(streams.streams[1].name, "b");
    log_events_streams_release(&streams);
    assert_false(log_events_decode_streams(STR("{\"events\":[]}"), &streams, &err));
}

static void the_group_is_the_functions(void **state) {
    (void)state;
    static const struct {
        const char *function, *group;
    } cases[] = {
        {"f", "/aws/lambda/f"},
        {"arn:aws:lambda:us-east-1:123456789012:function:f:live", "/aws/lambda/f"},
        {"123456789012:function:f", "/aws/lambda/f"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(buf_release) struct buf group = {0};
        log_events_add_group(&group, str_from(cases[i].function));
        assert_str(buf_str(&group), cases[i].group);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_filter_names_only_what_is_set),
    cmocka_unit_test(a_page_is_read_with_its_token),
    cmocka_unit_test(streams_are_asked_for_newest_first),
    cmocka_unit_test(the_group_is_the_functions),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
