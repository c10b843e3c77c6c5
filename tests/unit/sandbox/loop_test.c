// The loop inside one process: a click goes in, a changed list and a changed trait come out; and each
// way the destination can be broken says so.
#include "fixture.h"

static int64_t interactions(struct fixture *fixture) {
    int64_t count = 0;
    assert_int_equal(fixture_get(fixture, "/_recloop/health"), 200);
    assert_true(json_integer(json_get(fixture->json.root, "interactions"), &count));
    return count;
}

static size_t trait_count(struct fixture *fixture, const char *user, struct buf *first) {
    assert_int_equal(fixture_profile(fixture, user, "traits?include=recommended_products"), 200);
    const struct json_node *list =
        json_get(json_get(fixture->json.root, "traits"), "recommended_products");
    if (first) buf_add(first, json_text(json_first(list)));
    return json_count(list);
}

static void a_click_changes_list_and_trait(void **state) {
    struct fixture *fixture = *state;
    struct buf first = {0};
    char *before = fixture_recommendations(fixture, "2941404340");
    fixture_click(fixture, "2941404340", "ocean-blue-shirt", "m-click-1");
    char *after = fixture_recommendations(fixture, "2941404340");
    assert_string_not_equal(before, after);
    assert_true(trait_count(fixture, "2941404340", &first) > 0);
    // the head of the trait is the head of the list, unless that was bought before
    assert_true(strstr(after, buf_text(&first)) != NULL);
    free(before);
    free(after);
    buf_release(&first);
}

static void each_click_on_another_product_moves_the_top(void **state) {
    static const char *const skus[] = {"ocean-blue-shirt", "led-high-tops", "herschel-iona"};
    struct fixture *fixture = *state;
    char *before = fixture_recommendations(fixture, "2941404340");
    for (size_t i = 0; i < ARRAY_COUNT(skus); i++) {
        struct buf id = {0};
        buf_add_format(&id, "m-move-%zu", i);
        fixture_click(fixture, "2941404340", skus[i], buf_text(&id));
        char *after = fixture_recommendations(fixture, "2941404340");
        // the first three, not only some tail
        const size_t head = strcspn(strchr(strchr(after, ',') + 1, ',') + 1, ",") +
                            (size_t)(strchr(strchr(after, ',') + 1, ',') + 1 - after);
        assert_int_not_equal(strncmp(before, after, head), 0);
        free(before);
        before = after;
        buf_release(&id);
    }
    free(before);
}

static void a_delivery_tells_every_hop(void **state) {
    static const char *const names[] = {
        "destination", "lambda", "put_events", "recommendations", "identify"};
    struct fixture *fixture = *state;
    fixture_click(fixture, "2941404340", "ocean-blue-shirt", "m-hops");
    const struct json_node *delivery = fixture_delivery(fixture, "m-hops");
    assert_str(json_get_text(delivery, "status"), "delivered");
    assert_str(json_get_text(delivery, "code"), "OK");
    assert_str(json_get_text(delivery, "payload"), "null");
    assert_contains(json_get_text(delivery, "log"), "START RequestId: ");
    assert_contains(json_get_text(delivery, "log"), "\nREPORT RequestId: ");
    assert_int_equal(json_kind(json_get(delivery, "error")), JSON_NULL);
    const struct json_node *hop = json_first(json_get(delivery, "hops"));
    for (size_t i = 0; i < ARRAY_COUNT(names); i++, hop = json_next(hop)) {
        double ms = -1;
        assert_str(json_get_text(hop, "name"), names[i]);
        assert_str(json_get_text(hop, "state"), "done");
        assert_true(json_number(json_get(hop, "ms"), &ms) && ms >= 0);
    }
    assert_null(hop);
}

static void the_identify_shows_in_its_sources_debugger(void **state) {
    struct fixture *fixture = *state;
    fixture_click(fixture, "2941404340", "ocean-blue-shirt", "m-debugger");
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?source=personas-event-source"), 200);
    const struct json_node *event = json_first(json_get(fixture->json.root, "events"));
    assert_str(json_get_text(event, "type"), "identify");
    assert_str(json_get_text(event, "user_id"), "2941404340");
    const struct json_node *traits = json_get(json_get(event, "raw"), "traits");
    assert_true(json_count(json_get(traits, "recommended_products")) > 0);
    assert_null(json_next(event));
}

static void the_same_message_id_counts_once(void **state) {
    struct fixture *fixture = *state;
    const int64_t before = interactions(fixture);
    fixture_click(fixture, "2941404340", "ocean-blue-shirt", "m-twice");
    fixture_click(fixture, "2941404340", "ocean-blue-shirt", "m-twice");
    assert_int_equal(interactions(fixture), before + 1);
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 2); // track and identify
    assert_int_equal(fixture_get(fixture, "/_recloop/deliveries"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "deliveries")), 1);
    // also from another source: ids are not scoped
    assert_int_equal(
        fixture_track(
            fixture, "ios-prod", "track",
            "{\"event\":\"Product Clicked\",\"userId\":\"u\",\"messageId\":\"m-twice\"}"),
        200);
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?source=ios-prod"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 0);
}

static void only_web_events_reach_the_function(void **state) {
    struct fixture *fixture = *state;
    const int64_t before = interactions(fixture);
    assert_int_equal(
        fixture_track(
            fixture, "android-prod", "track",
            "{\"event\":\"Product "
            "Clicked\",\"userId\":\"u\",\"anonymousId\":\"a\",\"messageId\":\"m-android\","
            "\"properties\":{\"sku\":\"led-high-tops\"}}"),
        200);
    fixture_click(fixture, "2941404340", "ocean-blue-shirt", "m-web"); // a later one is through
    assert_int_equal(interactions(fixture), before + 1);
    assert_int_equal(fixture_get(fixture, "/_recloop/deliveries?message_id=m-android"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "deliveries")), 0);
}

static void events_that_are_held_back_say_why(void **state) {
    static const struct {
        const char *route, *json, *message_id, *code;
    } cases[] = {
        {"screen", "{\"name\":\"Home\",\"userId\":\"u\",\"messageId\":\"m-s\"}", "m-s",
         "UNSUPPORTED_EVENT_TYPE"},
        {"track",
         "{\"event\":\"E\",\"userId\":\"u\",\"messageId\":\"m-i\",\"integrations\":{\"Amazon "
         "Personalize\":false}}",
         "m-i", "FILTERED_BY_INTEGRATIONS_OBJECT"},
        {"track",
         "{\"event\":\"E\",\"userId\":\"u\",\"messageId\":\"m-all\",\"integrations\":{\"All\":"
         "false}}",
         "m-all", "FILTERED_BY_INTEGRATIONS_OBJECT"},
        {"track",
         "{\"event\":\"E\",\"userId\":\"u\",\"messageId\":\"m-own\",\"integrations\":{\"All\":"
         "false,\"Amazon Personalize\":true}}",
         "m-own", "OK"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_int_equal(
            fixture_track(fixture, "website-prod", cases[i].route, cases[i].json), 200);
        assert_str(
            json_get_text(fixture_delivery(fixture, cases[i].message_id), "code"), cases[i].code);
    }
}

static void a_broken_destination_names_cause_and_fix(void **state) {
    static const struct {
        const char *name, *setting, *error, *code, *reason, *hint, *hop;
    } cases[] = {
        {"external id", "\"settings\":{\"externalId\":\"123\"}", "Accessdenied", "ACCESS_DENIED",
         "is not authorized to perform: sts:AssumeRole on resource: "
         "arn:aws:iam::123456789012:role/",
         "External ID", "destination"},
        {"execution role pasted",
         "\"settings\":{\"roleAddress\":\"arn:aws:iam::123456789012:role/"
         "module-personalize-SegmentPersonalizeLambdaRole-3SANDBOX4LOOP\"}",
         "Accessdenied", "ACCESS_DENIED", "sts:AssumeRole", "SegmentExecutePersonalizeLambda",
         "destination"},
        {"other function", "\"settings\":{\"function\":\"SegmentPersonalizeRecommendations\"}",
         "Accessdenied", "ACCESS_DENIED",
         "lambda:InvokeFunction on resource: "
         "arn:aws:lambda:us-east-1:123456789012:function:SegmentPersonalizeRecommendations because "
         "no identity-based policy",
         "SegmentPersonalizeDestinationHandler", "lambda"},
        {"version suffix", "\"settings\":{\"function\":\"SegmentPersonalizeDestinationHandler:1\"}",
         "Accessdenied", "ACCESS_DENIED", "function:SegmentPersonalizeDestinationHandler:1 because",
         "alias or version", "lambda"},
        {"region left at the default", "\"settings\":{\"region\":\"\"}",
         "ResourceNotFoundException", "RESOURCE_NOT_FOUND",
         "Functions from 'us-east-1' are not reachable in this region ('us-west-2')", "us-west-2",
         "lambda"},
        {"name alone in another region",
         "\"settings\":{\"region\":\"us-west-2\",\"function\":"
         "\"SegmentPersonalizeDestinationHandler\"}",
         "Accessdenied", "ACCESS_DENIED",
         "arn:aws:lambda:us-west-2:123456789012:function:", "region", "lambda"},
        {"no role", "\"settings\":{\"roleAddress\":\"\"}", "Invalid settings", "INVALID_SETTINGS",
         "Role Address", "roleAddress", NULL},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct fixture fixture;
        struct buf body = {0};
        fixture_start_in_memory(&fixture);
        print_message("%s\n", cases[i].name);
        buf_add_format(&body, "{%s}", cases[i].setting);
        assert_int_equal(
            fixture_call(
                &fixture,
                &(struct fixture_call){
                    .method = "PUT", .target = "/_recloop/destination", .body = buf_text(&body)}),
            200);
        const int64_t before = interactions(&fixture);
        fixture_click(&fixture, "2941404340", "ocean-blue-shirt", "m-broken");
        const struct json_node *delivery = fixture_delivery(&fixture, "m-broken");
        assert_str(json_get_text(delivery, "status"), "failed");
        assert_str(json_get_text(delivery, "error"), cases[i].error);
        assert_str(json_get_text(delivery, "code"), cases[i].code);
        assert_contains(json_get_text(delivery, "reason"), cases[i].reason);
        assert_contains(json_get_text(delivery, "hint"), cases[i].hint);
        const struct json_node *hop = json_first(json_get(delivery, "hops"));
        while (hop && !str_equal(json_get_text(hop, "state"), STR("failed")))
            hop = json_next(hop);
        if (cases[i].hop)
            assert_str(json_get_text(hop, "name"), cases[i].hop);
        else
            assert_null(hop);
        assert_int_equal(interactions(&fixture), before);
        buf_release(&body);
        fixture_stop(&fixture);
    }
    (void)state;
}

static void the_switch_turns_the_destination_off_and_on(void **state) {
    struct fixture *fixture = *state;
    const struct fixture_call off = {
        .method = "PUT", .target = "/_recloop/destination", .body = "{\"enabled\":false}"};
    const struct fixture_call on = {
        .method = "PUT", .target = "/_recloop/destination", .body = "{\"enabled\":true}"};
    assert_int_equal(fixture_call(fixture, &off), 200);
    assert_false(json_bool(json_get(fixture->json.root, "enabled"), true));
    fixture_click(fixture, "2941404340", "ocean-blue-shirt", "m-off");
    assert_str(json_get_text(fixture_delivery(fixture, "m-off"), "code"), "DESTINATION_DISABLED");
    assert_int_equal(fixture_call(fixture, &on), 200);
    fixture_click(fixture, "2941404340", "ocean-blue-shirt", "m-on");
    assert_str(json_get_text(fixture_delivery(fixture, "m-on"), "code"), "OK");
}

static void unknown_destination_settings_are_refused(void **state) {
    static const char *const bodies[] = {
        "[]", "{\"enabled\":\"yes\"}", "{\"settings\":{\"nonsense\":\"1\"}}",
        "{\"settings\":{\"logType\":\"All\"}}", "not json"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(bodies); i++) {
        assert_int_equal(
            fixture_call(
                fixture,
                &(struct fixture_call){
                    .method = "PUT", .target = "/_recloop/destination", .body = bodies[i]}),
            400);
        assert_str(json_get_text(json_get(fixture->json.root, "error"), "code"), "invalid");
    }
}

static void an_order_takes_the_product_out_of_the_trait(void **state) {
    struct fixture *fixture = *state;
    fixture_click(fixture, "2941404340", "ocean-blue-shirt", "m-before-order");
    struct buf first = {0}, json = {0};
    assert_true(trait_count(fixture, "2941404340", &first) > 0);
    buf_add_format(
        &json,
        "{\"event\":\"Order "
        "Completed\",\"userId\":\"2941404340\",\"anonymousId\":\"2941404340-anon\","
        "\"messageId\":\"m-order\",\"properties\":{\"products\":[{\"sku\":\"%s\"}]}}",
        buf_text(&first));
    assert_int_equal(fixture_track(fixture, "website-prod", "track", buf_text(&json)), 200);
    (void)fixture_delivery(fixture, "m-order");
    assert_int_equal(fixture_profile(fixture, "2941404340", "traits?limit=100"), 200);
    const struct json_node *traits = json_get(fixture->json.root, "traits");
    bool is_bought = false, is_recommended = false;
    const struct json_node *sku = json_first(json_get(traits, "purchased_products"));
    for (; sku; sku = json_next(sku))
        is_bought |= str_equal(json_text(sku), buf_str(&first));
    sku = json_first(json_get(traits, "recommended_products"));
    for (; sku; sku = json_next(sku))
        is_recommended |= str_equal(json_text(sku), buf_str(&first));
    assert_true(is_bought);
    assert_false(is_recommended);
    buf_release(&first);
    buf_release(&json);
}

#define FLOOD_BATCHES 4
#define FLOOD_BATCH 800

static void a_flood_is_delivered_whole_and_once(void **state) {
    struct fixture *fixture = *state;
    struct buf batch = {0}, last = {0};
    const int64_t before = interactions(fixture);
    for (int i = 0; i < FLOOD_BATCHES; i++) {
        buf_reset(&batch);
        buf_add(&batch, STR("{\"batch\":["));
        for (int j = 0; j < FLOOD_BATCH; j++) {
            buf_add_format(
                &batch,
                "%s{\"type\":\"track\",\"event\":\"Product Clicked\",\"userId\":\"f-%d\","
                "\"anonymousId\":\"f-%d\",\"messageId\":\"flood-%d-%d\",\"properties\":{\"sku\":"
                "\"led-high-tops\"}}",
                j ? "," : "", j % 40, j % 40, i, j);
        }
        buf_add(&batch, STR("]}"));
        for (int times = 0; times < 2; times++) { // each batch is sent again, as after a timeout
            assert_int_equal(
                fixture_track(fixture, "website-prod", "batch", buf_text(&batch)), 200);
        }
    }
    buf_add_format(&last, "flood-%d-%d", FLOOD_BATCHES - 1, FLOOD_BATCH - 1);
    assert_str(json_get_text(fixture_delivery(fixture, buf_text(&last)), "status"), "delivered");
    assert_int_equal(interactions(fixture), before + FLOOD_BATCHES * FLOOD_BATCH);
    assert_true(trait_count(fixture, "f-7", NULL) > 0);
    // a message whose record was not kept is answered at once, not held to the end
    assert_int_equal(
        fixture_get(fixture, "/_recloop/deliveries?message_id=flood-0-400&wait=30000"), 200);
    buf_release(&batch);
    buf_release(&last);
}

#define WITH_SANDBOX(test)                                                                         \
    cmocka_unit_test_setup_teardown(test, fixture_set_up_in_memory, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    WITH_SANDBOX(a_click_changes_list_and_trait),
    WITH_SANDBOX(each_click_on_another_product_moves_the_top),
    WITH_SANDBOX(a_delivery_tells_every_hop),
    WITH_SANDBOX(the_identify_shows_in_its_sources_debugger),
    WITH_SANDBOX(the_same_message_id_counts_once),
    WITH_SANDBOX(only_web_events_reach_the_function),
    WITH_SANDBOX(events_that_are_held_back_say_why),
    cmocka_unit_test(a_broken_destination_names_cause_and_fix),
    WITH_SANDBOX(the_switch_turns_the_destination_off_and_on),
    WITH_SANDBOX(unknown_destination_settings_are_refused),
    WITH_SANDBOX(an_order_takes_the_product_out_of_the_trait),
    WITH_SANDBOX(a_flood_is_delivered_whole_and_once),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
