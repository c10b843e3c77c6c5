// Exercise 4's function, defect by defect.
#include "handler/event_handler.h"

#include "fake_services.h"
#include "support/test.h"

#define EVENT                                                                                      \
    "{\"type\":\"track\",\"event\":\"Product Clicked\",\"messageId\":\"test-message-33dlvn\","     \
    "\"userId\":\"2941404340\",\"anonymousId\":\"2941404340-anon\","                               \
    "\"timestamp\":\"2019-02-25T15:55:05.905Z\",\"properties\":{\"sku\":\"ocean-blue-shirt\"}}"

static const struct event_handler_settings workshop = {
    .campaign_arn = {.ptr = "CAMPAIGN", .len = 8},
    .tracking_id = {.ptr = "TRACKER", .len = 7},
    .region = {.ptr = "eu-west-1", .len = 9},
    .request_id = {.ptr = "req-1", .len = 5},
    .has_personas_write_key = true,
    .count = 3,
};

struct setup {
    struct fake fake;
    struct services services;
    struct event_handler_result result;
    struct error err;
};

static void setup_release(struct setup *setup) {
    fake_release(&setup->fake);
    event_handler_result_release(&setup->result);
}

static bool
run(struct setup *setup, const struct event_handler_settings *settings, const char *event) {
    setup->services = fake_services(&setup->fake);
    return event_handler_run(
        &setup->services, settings, str_from(event), &setup->result, &setup->err);
}

static void event_handler_turns_the_loop(void **state) {
    (void)state;
    CLEANUP(setup_release)
    struct setup setup = {
        .fake.recommended = {"a", "b", "c", "d"},
    };
    assert_ok(run(&setup, &workshop, EVENT), setup.err);
    assert_int_equal(setup.result.outcome, EVENT_HANDLER_RECOMMENDED);
    assert_int_equal(setup.result.events_put, 1);
    assert_true(setup.result.wrote_trait);
    assert_int_equal(setup.result.items.count, 3);
    // the region override reaches both clients; itemId at top level and inside properties
    assert_str(
        buf_str(&setup.fake.calls),
        "put eu-west-1 track=TRACKER session=2941404340-anon user=2941404340: "
        "test-message-33dlvn|Product Clicked|ocean-blue-shirt|{\"itemId\":\"ocean-blue-shirt\"}|"
        "1551110105\n"
        "purchased 2941404340\n"
        "recommend eu-west-1 CAMPAIGN user=2941404340 item= count=3\n"
        "identify\n");
    assert_str(
        buf_str(&setup.fake.identify), "{\"type\":\"identify\",\"userId\":\"2941404340\","
                                       "\"messageId\":\"recommended-test-message-33dlvn\","
                                       "\"timestamp\":\"2019-02-25T15:56:40.000Z\","
                                       "\"traits\":{\"recommended_products\":[\"a\",\"b\",\"c\"]},"
                                       "\"context\":{\"library\":{\"name\":\"recloop-handler\"}}}");
}

static void event_handler_logs_as_lambda_does(void **state) {
    (void)state;
    CLEANUP(setup_release) struct setup setup = {.fake.recommended = {"a", "b"}};
    assert_ok(
        run(&setup, &workshop,
            "{\"type\":\"track\",\"event\":\"X\\u001b[31m\",\"writeKey\":\"SECRETKEY\","
            "\"userId\":\"u\",\"anonymousId\":\"a\",\"timestamp\":\"2019-02-25T15:55:05Z\","
            "\"properties\":{\"sku\":\"s\"}}"),
        setup.err);
    const struct str log = buf_str(&setup.fake.log);
    assert_true(str_starts_with(
        log, STR("[INFO]\t2019-02-25T15:56:40.000Z\treq-1\tSegment event: {\"type\":\"track\"")));
    assert_contains(log, "\treq-1\tPutEvents: 1 event(s) of s\n");
    assert_contains(log, "\treq-1\tRecommended items: ['a', 'b'], 0 purchased taken out\n");
    assert_contains(log, "recommended_products written for user u\n");
    assert_false(str_contains(log, STR("SECRETKEY")));
    assert_false(str_contains(log, STR("\x1b")));
}

static void event_handler_reads_timestamps_with_their_offset(void **state) {
    (void)state;
    static const struct {
        const char *timestamp, *sent_at;
    } cases[] = {
        {.timestamp = "2019-02-25T15:55:05.905Z", .sent_at = "|1551110105\n"},
        {.timestamp = "2019-02-25T17:55:05.905+02:00", .sent_at = "|1551110105\n"},
        {.timestamp = "2019-02-25T07:55:05-0800", .sent_at = "|1551110105\n"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(setup_release) struct setup setup = {0};
        CLEANUP(buf_release) struct buf event = {0};
        buf_add_format(
            &event,
            "{\"type\":\"track\",\"event\":\"X\",\"anonymousId\":\"a\",\"timestamp\":\"%s\","
            "\"properties\":{\"sku\":\"s\"}}",
            cases[i].timestamp);
        print_message("%s\n", cases[i].timestamp);
        assert_ok(run(&setup, &workshop, buf_text(&event)), setup.err);
        assert_contains(buf_str(&setup.fake.calls), cases[i].sent_at);
    }
}

// Each refusal: an outcome of its own, nothing sent, a warning in the log, no retry.
static void event_handler_names_every_refusal(void **state) {
    (void)state;
    static const struct {
        const char *event, *outcome;
    } cases[] = {
        {.event = "not json", .outcome = "not_json"},
        {.event = "[]", .outcome = "not_json"},
        {.event = "{\"type\":\"identify\",\"userId\":\"u\"}", .outcome = "not_a_track"},
        {.event = "{\"type\":\"nonsense\"}", .outcome = "not_a_track"},
        {.event = "{}", .outcome = "not_a_track"},
        {.event = "{\"type\":\"track\",\"event\":\"X\"}", .outcome = "no_anonymous_id"},
        {
            .event = "{\"type\":\"track\",\"event\":\"X\",\"anonymousId\":null}",
            .outcome = "no_anonymous_id",
        },
        {
            .event = "{\"type\":\"track\",\"event\":\"X\",\"anonymousId\":5}",
            .outcome = "bad_anonymous_id",
        },
        {
            .event = "{\"type\":\"track\",\"event\":\"X\",\"anonymousId\":\"a\",\"userId\":5}",
            .outcome = "bad_user_id",
        },
        {.event = "{\"type\":\"track\",\"anonymousId\":\"a\"}", .outcome = "no_event"},
        {
            .event = "{\"type\":\"track\",\"event\":\"X\",\"anonymousId\":\"a\"}",
            .outcome = "no_properties",
        },
        {
            .event = "{\"type\":\"track\",\"event\":\"X\",\"anonymousId\":\"a\","
                     "\"properties\":null}",
            .outcome = "no_properties",
        },
        {
            .event = "{\"type\":\"track\",\"event\":\"X\",\"anonymousId\":\"a\","
                     "\"properties\":{\"name\":\"shirt\"}}",
            .outcome = "no_sku",
        },
        {
            .event = "{\"type\":\"track\",\"event\":\"X\",\"anonymousId\":\"a\","
                     "\"properties\":{\"sku\":\"s\"}}",
            .outcome = "no_timestamp",
        },
        {
            .event = "{\"type\":\"track\",\"event\":\"X\",\"anonymousId\":\"a\","
                     "\"properties\":{\"sku\":\"s\"},\"timestamp\":null}",
            .outcome = "no_timestamp",
        },
        {
            .event = "{\"type\":\"track\",\"event\":\"X\",\"anonymousId\":\"a\","
                     "\"properties\":{\"sku\":\"s\"},\"timestamp\":\"yesterday\"}",
            .outcome = "bad_timestamp",
        },
        {
            .event = "{\"type\":\"track\",\"event\":\"X\",\"anonymousId\":\"a\","
                     "\"properties\":{\"sku\":\"s\"},\"timestamp\":1551110105}",
            .outcome = "bad_timestamp",
        },
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(setup_release) struct setup setup = {0};
        print_message("%s\n", cases[i].event);
        assert_ok(run(&setup, &workshop, cases[i].event), setup.err);
        assert_string_equal(event_handler_outcome_name(setup.result.outcome), cases[i].outcome);
        assert_int_equal(setup.fake.calls.len, 0);
        assert_contains(buf_str(&setup.fake.log), "[WARNING]\t");
        assert_contains(buf_str(&setup.fake.log), event_handler_outcome_text(setup.result.outcome));
    }
}

static void event_handler_refuses_what_personalize_never_takes(void **state) {
    (void)state;
    static const char *const fields[] = {"anonymousId", "userId", "event", "sku"};
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        CLEANUP(setup_release) struct setup setup = {0};
        CLEANUP(json_release) struct json document = {0};
        CLEANUP(buf_release) struct buf text = {0};
        CLEANUP(buf_release) struct buf lengthy = {0};
        for (int j = 0; j < 257; j++)
            buf_add_char(&lengthy, 'x');
        struct json_node *root = json_new_object(&document);
        json_add_text(root, "anonymousId", STR("a"));
        json_add_text(root, "event", STR("X"));
        json_add_text(root, "timestamp", STR("2019-02-25T15:55:05Z"));
        struct json_node *properties = json_add_object(root, "properties");
        json_add_text(properties, "sku", STR("s"));
        json_set_text(i == 3 ? properties : root, fields[i], buf_str(&lengthy));
        json_print(root, &text);
        print_message("%s\n", fields[i]);
        assert_ok(run(&setup, &workshop, buf_text(&text)), setup.err);
        assert_string_equal(event_handler_outcome_name(setup.result.outcome), "too_long");
        assert_int_equal(setup.fake.calls.len, 0);
    }
}

// Personalize counts characters: 256 emoji are a kilobyte and still an id.
static void event_handler_takes_256_characters_of_any_kind(void **state) {
    (void)state;
    CLEANUP(setup_release) struct setup setup = {0};
    CLEANUP(buf_release) struct buf text = {0};
    buf_add(&text, STR("{\"anonymousId\":\""));
    for (int i = 0; i < 256; i++)
        buf_add(&text, STR("\xF0\x9F\x98\x80"));
    buf_add(
        &text, STR("\",\"event\":\"X\",\"timestamp\":\"2019-02-25T15:55:05Z\","
                   "\"properties\":{\"sku\":\"s\"}}"));
    assert_ok(run(&setup, &workshop, buf_text(&text)), setup.err);
    assert_string_equal(event_handler_outcome_name(setup.result.outcome), "recorded");
}

static void event_handler_without_settings_fails_and_names_the_variable(void **state) {
    (void)state;
    static const struct {
        const char *variable;
        struct event_handler_settings settings;
    } cases[] = {
        {
            .variable = "personalize_tracking_id",
            .settings = {.campaign_arn = {.ptr = "C", .len = 1}, .has_personas_write_key = true},
        },
        {
            .variable = "personalize_campaign_arn",
            .settings = {.tracking_id = {.ptr = "T", .len = 1}, .has_personas_write_key = true},
        },
        {
            .variable = "connections_source_write_key",
            .settings =
                {.tracking_id = {.ptr = "T", .len = 1}, .campaign_arn = {.ptr = "C", .len = 1}},
        },
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(setup_release) struct setup setup = {0};
        assert_false(run(&setup, &cases[i].settings, EVENT));
        assert_int_equal(setup.err.code, ERROR_CONFIG);
        assert_int_equal(setup.result.outcome, EVENT_HANDLER_FAILED);
        assert_contains(str_from(setup.err.message), cases[i].variable);
        assert_contains(str_from(setup.err.hint), "Set it on the function");
        assert_contains(buf_str(&setup.fake.log), "ConfigurationError: the function's variable");
        assert_int_equal(setup.fake.calls.len, 0);
    }
}

static void event_handler_records_anonymous_events_only(void **state) {
    (void)state;
    CLEANUP(setup_release) struct setup setup = {.fake.recommended = {"a"}};
    assert_ok(
        run(&setup, &workshop,
            "{\"event\":\"X\",\"anonymousId\":\"a\",\"userId\":null,"
            "\"timestamp\":\"2019-02-25T15:55:05Z\",\"properties\":{\"sku\":\"s\"}}"),
        setup.err);
    assert_int_equal(setup.result.outcome, EVENT_HANDLER_RECORDED);
    assert_int_equal(setup.result.events_put, 1);
    assert_false(setup.result.wrote_trait);
    assert_false(str_contains(buf_str(&setup.fake.calls), STR("recommend")));
}

static void event_handler_takes_purchases_out_in_order_and_adds_none(void **state) {
    (void)state;
    // recommended A B C, purchased B X: the workshop made A, C, X of it, in any order
    CLEANUP(setup_release)
    struct setup setup = {
        .fake.recommended = {"A", "B", "C", "D", "E"},
        .fake.purchased = {"B", "X"},
    };
    assert_ok(run(&setup, &workshop, EVENT), setup.err);
    assert_contains(buf_str(&setup.fake.calls), "count=5\n"); // three wanted, two spare
    assert_contains(buf_str(&setup.fake.identify), "\"recommended_products\":[\"A\",\"C\",\"D\"]");
    assert_int_equal(setup.result.purchased_removed, 1);
    assert_false(setup.result.purchases_unknown);
}

static void event_handler_keeps_purchases_when_told_to(void **state) {
    (void)state;
    CLEANUP(setup_release)
    struct setup setup = {
        .fake.recommended = {"A", "B"},
        .fake.purchased = {"B"},
    };
    struct event_handler_settings settings = workshop;
    settings.keeps_purchased = true;
    assert_ok(run(&setup, &settings, EVENT), setup.err);
    assert_contains(buf_str(&setup.fake.identify), "[\"A\",\"B\"]");
    assert_false(str_contains(buf_str(&setup.fake.calls), STR("purchased")));
}

static void event_handler_answers_unfiltered_when_the_profile_does_not(void **state) {
    (void)state;
    CLEANUP(setup_release)
    struct setup setup = {
        .fake.recommended = {"A", "B"},
        .fake.purchased = {"B"},
        .fake.purchased_error = {.code = ERROR_TIMEOUT, .message = "no answer"},
    };
    assert_ok(run(&setup, &workshop, EVENT), setup.err);
    assert_true(setup.result.purchases_unknown);
    assert_contains(buf_str(&setup.fake.identify), "[\"A\",\"B\"]");
    assert_contains(buf_str(&setup.fake.log), "list unfiltered: no answer");
}

static void event_handler_takes_a_missing_profile_for_no_purchases(void **state) {
    (void)state;
    CLEANUP(setup_release)
    struct setup setup = {
        .fake.recommended = {"A"},
        .fake.purchased_error = {.code = ERROR_NOT_FOUND},
    };
    assert_ok(run(&setup, &workshop, EVENT), setup.err);
    assert_int_equal(setup.result.outcome, EVENT_HANDLER_RECOMMENDED);
    assert_false(setup.result.purchases_unknown);
}

static void event_handler_writes_no_empty_list(void **state) {
    (void)state;
    CLEANUP(setup_release) struct setup setup = {0};
    assert_ok(run(&setup, &workshop, EVENT), setup.err);
    assert_int_equal(setup.result.outcome, EVENT_HANDLER_NO_ITEMS);
    assert_false(str_contains(buf_str(&setup.fake.calls), STR("identify")));
}

static void event_handler_puts_every_product_of_an_order(void **state) {
    (void)state;
    CLEANUP(setup_release) struct setup setup = {.fake.recommended = {"A"}};
    CLEANUP(buf_release) struct buf event = {0};
    buf_add(
        &event, STR("{\"type\":\"track\",\"event\":\"Order Completed\",\"anonymousId\":\"a\","
                    "\"messageId\":\"m\",\"timestamp\":\"2019-02-25T15:55:05Z\","
                    "\"properties\":{\"products\":["));
    for (int i = 0; i < 12; i++) {
        buf_add_format(&event, "%s{\"sku\":\"p%d\"}", i ? "," : "", i);
    }
    buf_add(&event, STR("]}}"));
    assert_ok(run(&setup, &workshop, buf_text(&event)), setup.err);
    assert_int_equal(setup.result.events_put, 12);
    // ten in one call, two in another, each with an id that stays the same on a retry
    const struct str calls = buf_str(&setup.fake.calls);
    assert_contains(calls, " m|Order Completed|p0|");
    assert_contains(calls, " m-10|Order Completed|p9|{\"itemId\":\"p9\"}|1551110105\nput ");
    assert_contains(calls, " m-12|Order Completed|p11|");
}

static void event_handler_ids_are_the_same_for_every_delivery(void **state) {
    (void)state;
    static const char event[] =
        "{\"type\":\"track\",\"event\":\"X\",\"anonymousId\":\"a\",\"userId\":\"u\","
        "\"timestamp\":\"2019-02-25T15:55:05Z\",\"properties\":{\"sku\":\"s\"}}";
    CLEANUP(setup_release) struct setup first = {.fake.recommended = {"A"}};
    CLEANUP(setup_release) struct setup second = {.fake.recommended = {"A"}};
    assert_ok(run(&first, &workshop, event), first.err);
    assert_ok(run(&second, &workshop, event), second.err);
    assert_str(buf_str(&first.fake.calls), buf_text(&second.fake.calls));
    assert_str(buf_str(&first.fake.identify), buf_text(&second.fake.identify));

    // a long messageId must not make an identify that Unify drops
    CLEANUP(setup_release) struct setup lengthy = {.fake.recommended = {"A"}};
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(event_release) struct event message = {0};
    buf_add(&text, STR("{\"messageId\":\""));
    for (int i = 0; i < 99; i++)
        buf_add_char(&text, 'm');
    buf_add(&text, STR("\","));
    buf_add(&text, str_skip(str_from(event), 1));
    assert_ok(run(&lengthy, &workshop, buf_text(&text)), lengthy.err);
    assert_ok(
        event_decode(buf_str(&lengthy.fake.identify), EVENT_IDENTIFY, &message, &lengthy.err),
        lengthy.err);
    assert_true(message.message_id.len < EVENT_MAX_MESSAGE_ID_BYTES);
}

static void event_handler_raises_what_services_refuse(void **state) {
    (void)state;
    static const struct {
        const char *name, *message, *type;
        struct fake fake;
        size_t events_put;
    } cases[] = {
        {
            .name = "put",
            .message = "PutEvents: refused",
            .type = "ServiceRefusedError",
            .fake.put_error = {.code = ERROR_REFUSED, .message = "refused", .hint = "allow it"},
        },
        {
            .name = "put, named already",
            .message = "PutEvents was refused",
            .type = "ServiceRefusedError",
            .fake.put_error = {.code = ERROR_REFUSED, .message = "PutEvents was refused"},
        },
        {
            .name = "recommend",
            .message = "GetRecommendations: slow down",
            .type = "ThrottlingError",
            .fake.recommend_error = {.code = ERROR_THROTTLED, .message = "slow down"},
            .events_put = 1,
        },
        {
            .name = "identify", // the HTTPError path: NameError in the workshop
            .message = "identify: HTTP 400",
            .type = "ServiceRefusedError",
            .fake.recommended = {"A"},
            .fake.identify_error = {.code = ERROR_REFUSED, .message = "HTTP 400"},
            .events_put = 1,
        },
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(setup_release) struct setup setup = {.fake = cases[i].fake};
        CLEANUP(buf_release) struct buf payload = {0};
        CLEANUP(json_release) struct json document = {0};
        struct error err = {0};
        print_message("%s\n", cases[i].name);
        assert_false(run(&setup, &workshop, EVENT));
        assert_int_equal(setup.result.outcome, EVENT_HANDLER_FAILED);
        assert_int_equal(setup.result.events_put, cases[i].events_put);
        assert_false(setup.result.wrote_trait);
        assert_string_equal(setup.err.message, cases[i].message);
        assert_contains(buf_str(&setup.fake.log), "[ERROR]\t");
        event_handler_add_failure(&payload, &setup.err);
        assert_ok(json_parse(buf_str(&payload), &document, &err), err);
        assert_true(str_starts_with(
            json_get_text(document.root, "errorMessage"), str_from(cases[i].message)));
        assert_str(json_get_text(document.root, "errorType"), cases[i].type);
        assert_int_equal(json_kind(json_get(document.root, "stackTrace")), JSON_ARRAY);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(event_handler_turns_the_loop),
    cmocka_unit_test(event_handler_logs_as_lambda_does),
    cmocka_unit_test(event_handler_reads_timestamps_with_their_offset),
    cmocka_unit_test(event_handler_names_every_refusal),
    cmocka_unit_test(event_handler_refuses_what_personalize_never_takes),
    cmocka_unit_test(event_handler_takes_256_characters_of_any_kind),
    cmocka_unit_test(event_handler_without_settings_fails_and_names_the_variable),
    cmocka_unit_test(event_handler_records_anonymous_events_only),
    cmocka_unit_test(event_handler_takes_purchases_out_in_order_and_adds_none),
    cmocka_unit_test(event_handler_keeps_purchases_when_told_to),
    cmocka_unit_test(event_handler_answers_unfiltered_when_the_profile_does_not),
    cmocka_unit_test(event_handler_takes_a_missing_profile_for_no_purchases),
    cmocka_unit_test(event_handler_writes_no_empty_list),
    cmocka_unit_test(event_handler_puts_every_product_of_an_order),
    cmocka_unit_test(event_handler_ids_are_the_same_for_every_delivery),
    cmocka_unit_test(event_handler_raises_what_services_refuse),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
