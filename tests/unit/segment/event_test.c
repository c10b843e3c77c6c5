// Segment messages: read, kept whole, built.
#include "segment/event.h"

#include "support/test.h"

static void decode(const char *text, enum event_type implied, struct event *out) {
    struct error err = {0};
    assert_ok(event_decode(str_from(text), implied, out, &err), err);
}

static void assert_encoded(const struct event *event, const char *expected) {
    CLEANUP(buf_release) struct buf text = {0};
    event_encode(event, &text);
    assert_str(buf_str(&text), expected);
}

static void event_keeps_what_it_does_not_know(void **state) {
    (void)state;
    static const char text[] =
        "{\"zebra\":[1,{\"a\":null}],\"type\":\"track\",\"event\":\"X\",\"userId\":\"u\","
        "\"_metadata\":{\"nodeVersion\":\"20\"}}";
    CLEANUP(event_release) struct event event = {0};
    decode(text, EVENT_TYPE_COUNT, &event);
    assert_int_equal(event.type, EVENT_TRACK);
    assert_str(event.name, "X");
    assert_str(event.user_id, "u");
    assert_int_equal(event.anonymous_id.len, 0);
    assert_encoded(&event, text);
}

static void event_takes_its_type_from_the_route_only_when_it_names_none(void **state) {
    (void)state;
    CLEANUP(event_release) struct event event = {0};
    decode("{\"name\":\"Home\"}", EVENT_PAGE, &event);
    assert_int_equal(event.type, EVENT_PAGE);
    assert_str(event.name, "Home");
    assert_encoded(&event, "{\"name\":\"Home\",\"type\":\"page\"}");
    decode("{\"type\":\"alias\"}", EVENT_PAGE, &event);
    assert_int_equal(event.type, EVENT_ALIAS);
}

static void event_refuses_what_is_no_message(void **state) {
    (void)state;
    static const struct {
        const char *text, *message, *hint;
        enum error_code code;
    } cases[] = {
        {
            .text = "[]",
            .code = ERROR_INVALID,
            .message = "not an object: array",
            .hint = "one JSON object",
        },
        {
            .text = "{\"type\":\"purchase\"}",
            .code = ERROR_INVALID,
            .message = "type \"purchase\"",
            .hint = "track, identify",
        },
        {
            .text = "{\"type\":7}",
            .code = ERROR_INVALID,
            .message = "type is number",
            .hint = "track, identify",
        },
        {
            .text = "{}",
            .code = ERROR_INVALID,
            .message = "type is absent",
            .hint = "track, identify",
        },
        {
            .text = "{\"type\":",
            .code = ERROR_INVALID,
            .message = "reading the message",
            .hint = "",
        },
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct event event = {0};
        struct error err = {0};
        print_message("%s\n", cases[i].text);
        assert_false(event_decode(str_from(cases[i].text), EVENT_TYPE_COUNT, &event, &err));
        assert_int_equal(err.code, cases[i].code);
        assert_contains(str_from(err.message), cases[i].message);
        assert_contains(str_from(err.hint), cases[i].hint);
        assert_null(event.document.root);
    }
}

static void event_refuses_more_than_32_kb(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(event_release) struct event event = {0};
    struct error err = {0};
    buf_add(&text, STR("{\"type\":\"track\",\"event\":\""));
    while (text.len < EVENT_MAX_BYTES - 2)
        buf_add_char(&text, 'x');
    buf_add(&text, STR("\"}"));
    assert_int_equal(text.len, EVENT_MAX_BYTES);
    assert_ok(event_decode(buf_str(&text), EVENT_TYPE_COUNT, &event, &err), err);
    buf_add_char(&text, ' ');
    assert_false(event_decode(buf_str(&text), EVENT_TYPE_COUNT, &event, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_contains(str_from(err.hint), "fewer or shorter");
}

static void event_reads_times_with_their_offset(void **state) {
    (void)state;
    CLEANUP(event_release) struct event event = {0};
    int64_t utc_ms = 0;
    int64_t offset_ms = 0;
    decode("{\"type\":\"track\",\"timestamp\":\"2019-02-25T15:55:05.905Z\"}", EVENT_TRACK, &event);
    assert_true(event_timestamp_ms(&event, &utc_ms));
    assert_true(utc_ms == 1551110105905);
    decode(
        "{\"type\":\"track\",\"timestamp\":\"2019-02-25T17:55:05.905+02:00\"}", EVENT_TRACK,
        &event);
    assert_true(event_timestamp_ms(&event, &offset_ms));
    assert_true(offset_ms == utc_ms);
    decode("{\"type\":\"track\",\"timestamp\":\"yesterday\"}", EVENT_TRACK, &event);
    assert_false(event_timestamp_ms(&event, &offset_ms));
    assert_false(event_time_ms(&event, "sentAt", &offset_ms));
}

static void event_asks_integrations_by_exact_name(void **state) {
    (void)state;
    static const struct {
        const char *integrations;
        bool is_allowed;
    } cases[] = {
        {.integrations = "{}", .is_allowed = true},
        {.integrations = "null", .is_allowed = true},
        {.integrations = "{\"All\":true}", .is_allowed = true},
        {.integrations = "{\"All\":false}", .is_allowed = false},
        {.integrations = "{\"All\":false,\"Amazon Personalize\":true}", .is_allowed = true},
        {.integrations = "{\"All\":false,\"Amazon Personalize\":{\"x\":1}}", .is_allowed = true},
        {.integrations = "{\"All\":false,\"amazon personalize\":true}", .is_allowed = false},
        {.integrations = "{\"All\":true,\"Amazon Personalize\":false}", .is_allowed = false},
        {.integrations = "{\"Amazon Personalize\":false}", .is_allowed = false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(buf_release) struct buf text = {0};
        CLEANUP(event_release) struct event event = {0};
        buf_add_format(&text, "{\"type\":\"track\",\"integrations\":%s}", cases[i].integrations);
        decode(buf_text(&text), EVENT_TRACK, &event);
        print_message("%s\n", cases[i].integrations);
        assert_int_equal(event_allows(&event, "Amazon Personalize"), cases[i].is_allowed);
    }
}

static void event_is_built_from_a_draft(void **state) {
    (void)state;
    CLEANUP(event_release) struct event event = {0};
    const struct event_draft draft = {
        .type = EVENT_TRACK,
        .user_id = STR("u1"),
        .anonymous_id = STR("a1"),
        .name = STR("Product Clicked"),
        .message_id = STR("m1"),
        .timestamp_ms = 1551110105905,
    };
    event_build(&draft, &event);
    json_add_text(event_add_body(&event), "sku", STR("zipped-jacket"));
    assert_encoded(
        &event, "{\"type\":\"track\",\"event\":\"Product Clicked\",\"userId\":\"u1\","
                "\"anonymousId\":\"a1\",\"messageId\":\"m1\","
                "\"timestamp\":\"2019-02-25T15:55:05.905Z\","
                "\"properties\":{\"sku\":\"zipped-jacket\"}}");
    assert_str(event.message_id, "m1");

    // from its own views: the old message goes only after the new one stands
    const struct event_draft again = {.type = EVENT_IDENTIFY, .user_id = event.user_id};
    event_build(&again, &event);
    json_add_text(event_add_body(&event), "plan", STR("gold"));
    assert_encoded(
        &event, "{\"type\":\"identify\",\"userId\":\"u1\",\"traits\":{\"plan\":\"gold\"}}");
    assert_str(json_get_text(event_traits(&event), "plan"), "gold");
}

static void event_copies_stand_alone(void **state) {
    (void)state;
    CLEANUP(event_release) struct event copy = {0};
    struct event event = {0};
    decode("{\"type\":\"group\",\"groupId\":\"g\",\"userId\":\"u\"}", EVENT_TRACK, &event);
    event_copy(&event, &copy);
    event_release(&event);
    assert_int_equal(copy.type, EVENT_GROUP);
    assert_str(copy.group_id, "g");
    event_copy(&copy, &copy);
    assert_str(copy.user_id, "u");
}

static void event_knows_the_letters_of_the_browser(void **state) {
    (void)state;
    static const char letters[] = "tipsga";
    for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
        enum event_type type = EVENT_TYPE_COUNT;
        assert_true(event_type_from_letter(letters[i], &type));
        assert_int_equal(type, i);
    }
    enum event_type type = EVENT_TYPE_COUNT;
    assert_false(event_type_from_letter('x', &type));
    assert_int_equal(type, EVENT_TYPE_COUNT);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(event_keeps_what_it_does_not_know),
    cmocka_unit_test(event_takes_its_type_from_the_route_only_when_it_names_none),
    cmocka_unit_test(event_refuses_what_is_no_message),
    cmocka_unit_test(event_refuses_more_than_32_kb),
    cmocka_unit_test(event_reads_times_with_their_offset),
    cmocka_unit_test(event_asks_integrations_by_exact_name),
    cmocka_unit_test(event_is_built_from_a_draft),
    cmocka_unit_test(event_copies_stand_alone),
    cmocka_unit_test(event_knows_the_letters_of_the_browser),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
