// Searching the source debugger, and its views.
#include "fixture.h"

static int start(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_in_memory(fixture);
    for (int i = 0; i < 6; i++) {
        struct buf json = {0};
        buf_add_format(
            &json,
            "{\"event\":\"%s\",\"userId\":\"user-%d\",\"anonymousId\":\"anon-%d\",\"messageId\":"
            "\"m-%d\",\"properties\":{\"note\":\"Number %d\"}}",
            i % 2 ? "Odd" : "Even", i, i % 3, i, i);
        assert_int_equal(fixture_track(fixture, "ios-prod", "track", buf_text(&json)), 200);
        buf_release(&json);
    }
    assert_int_equal(
        fixture_track(
            fixture, "ios-prod", "identify", "{\"userId\":\"user-1\",\"messageId\":\"m-6\"}"),
        200);
    *state = fixture;
    return 0;
}

static void check(struct fixture *fixture, const char *query, const char *ids) {
    struct buf target = {0}, found = {0};
    buf_add_format(&target, "/_recloop/debugger?source=ios-prod%s", query);
    assert_int_equal(fixture_get(fixture, buf_text(&target)), 200);
    const struct json_node *event = json_first(json_get(fixture->json.root, "events"));
    for (; event; event = json_next(event)) {
        if (found.len) buf_add_char(&found, ' ');
        buf_add(&found, json_get_text(event, "message_id"));
    }
    print_message("%s\n", query);
    assert_str(buf_str(&found), ids);
    buf_release(&target);
    buf_release(&found);
}

static void events_are_found_by_each_field(void **state) {
    static const struct {
        const char *query, *ids;
    } cases[] = {
        {"", "m-0 m-1 m-2 m-3 m-4 m-5 m-6"},
        {"&event=Odd", "m-1 m-3 m-5"},
        {"&event=odd", ""},
        {"&user=user-1", "m-1 m-6"},
        {"&user=anon-2", "m-2 m-5"},
        {"&type=identify", "m-6"},
        {"&text=nUMBER%204", "m-4"},
        {"&text=number", "m-0 m-1 m-2 m-3 m-4 m-5"},
        {"&event=Odd&user=anon-0", "m-3"},
        {"&event=Even&limit=2", "m-2 m-4"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        check(*state, cases[i].query, cases[i].ids);
}

// Every byte of every event is compared with it.
static void a_text_to_search_for_is_short(void **state) {
    struct fixture *fixture = *state;
    struct buf target = {0};
    buf_add(&target, STR("/_recloop/debugger?text="));
    for (int i = 0; i < 201; i++)
        buf_add_char(&target, 'a');
    assert_int_equal(fixture_get(fixture, buf_text(&target)), 400);
    assert_contains(buf_str(&fixture->response.body), "more than 200 bytes");
    buf_release(&target);
}

static void a_paused_view_stays_as_it_was(void **state) {
    struct fixture *fixture = *state;
    struct buf query = {0};
    int64_t last = 0;
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?message_id=m-3"), 200);
    const struct json_node *event = json_first(json_get(fixture->json.root, "events"));
    assert_true(json_integer(json_get(event, "sequence"), &last));
    buf_add_format(&query, "&before=%lld", (long long)last);
    check(fixture, buf_text(&query), "m-0 m-1 m-2 m-3");
    buf_add(&query, STR("&event=Even"));
    check(fixture, buf_text(&query), "m-0 m-2");
    buf_release(&query);
}

static void details_are_the_call_and_what_profiles_think(void **state) {
    struct fixture *fixture = *state;
    struct buf json = {0};
    buf_add(&json, STR("{\"userId\":\"u\",\"messageId\":\"m-long\",\"traits\":{"));
    for (size_t i = 0; i < 300; i++)
        buf_add_format(&json, "%s\"t%zu\":1", i ? "," : "", i);
    buf_add(&json, STR("}}"));
    assert_int_equal(fixture_track(fixture, "ios-prod", "identify", buf_text(&json)), 200);
    buf_release(&json);
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?message_id=m-long&detail=1"), 200);
    const struct json_node *event = json_first(json_get(fixture->json.root, "events"));
    assert_str(json_get_text(event, "profile_discard_reason"), "too_many_traits");
    assert_int_equal(json_kind(json_get(event, "discard_reason")), JSON_NULL);
    assert_true(
        str_starts_with(json_get_text(event, "pretty"), STR("analytics.identify(\"u\", {")));
    assert_int_equal(fixture_profile(fixture, "u", "traits"), 404);
    check(fixture, "&event=Odd&limit=1&detail=1", "m-5");
    event = json_first(json_get(fixture->json.root, "events"));
    assert_str(
        json_get_text(event, "pretty"), "analytics.track(\"Odd\", {\"note\":\"Number 5\"});");
    assert_int_equal(json_kind(json_get(event, "profile_discard_reason")), JSON_NULL);
}

// One messageId may be refused any number of times, and asked for all the same: some of them are shown.
static void a_message_refused_a_thousand_times_can_be_asked_for(void **state) {
    struct fixture *fixture = *state;
    struct buf batch = {0};
    buf_add(&batch, STR("{\"batch\":["));
    for (size_t i = 0; i < 1000; i++) {
        buf_add_format(
            &batch, "%s{\"type\":\"track\",\"userId\":\"u\",\"messageId\":\"bad\"}", i ? "," : "");
    }
    buf_add(&batch, STR("]}"));
    assert_int_equal(fixture_track(fixture, "ios-prod", "batch", buf_text(&batch)), 200);
    buf_release(&batch);
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?message_id=bad&limit=500"), 200);
    const struct json_node *events = json_get(fixture->json.root, "events");
    assert_in_range(json_count(events), 1, 500);
    assert_str(json_get_text(json_first(events), "discard_reason"), "event_not_defined");
}

#define WITH_SANDBOX(test) cmocka_unit_test_setup_teardown(test, start, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    WITH_SANDBOX(events_are_found_by_each_field),
    WITH_SANDBOX(a_paused_view_stays_as_it_was),
    WITH_SANDBOX(a_text_to_search_for_is_short),
    WITH_SANDBOX(details_are_the_call_and_what_profiles_think),
    WITH_SANDBOX(a_message_refused_a_thousand_times_can_be_asked_for),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
