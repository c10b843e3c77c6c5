// Profiles: who an event belongs to, what changes there, and the Profile API's shapes.
#include "fixture.h"

static void identify(struct fixture *fixture, const char *json) {
    assert_int_equal(fixture_track(fixture, "ios-prod", "identify", json), 200);
}

static void the_default_limit_ends_before_recommended_products(void **state) {
    struct fixture *fixture = *state;
    fixture_click(fixture, "2941404340", "ocean-blue-shirt", "m-limit");
    assert_int_equal(fixture_profile(fixture, "2941404340", "traits"), 200);
    const struct json_node *traits = json_get(fixture->json.root, "traits");
    const struct json_node *cursor = json_get(fixture->json.root, "cursor");
    int64_t limit = 0;
    assert_int_equal(json_count(traits), 10);
    assert_null(json_get(traits, "recommended_products"));
    assert_true(json_bool(json_get(cursor, "has_more"), false));
    assert_true(json_integer(json_get(cursor, "limit"), &limit) && limit == 10);
    struct buf next = {0};
    buf_add_format(&next, "traits?limit=100&next=" STR_FMT, STR_ARG(json_get_text(cursor, "next")));
    assert_int_equal(fixture_profile(fixture, "2941404340", buf_text(&next)), 200);
    buf_release(&next);
    traits = json_get(fixture->json.root, "traits");
    assert_int_equal(json_count(traits), 9);
    assert_str(json_get_text(traits, "last_product_clicked"), "ocean-blue-shirt");
    assert_true(json_count(json_get(traits, "recommended_products")) > 0);
    assert_false(json_bool(json_get(json_get(fixture->json.root, "cursor"), "has_more"), true));
    assert_true(headers_get(&fixture->response.headers, STR("Request-Id")).len > 0);
}

static void traits_can_be_chosen_by_name_and_class(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        fixture_profile(fixture, "2941404340", "traits?include=browser,purchased_products"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "traits")), 2);
    assert_int_equal(fixture_profile(fixture, "2941404340", "traits?class=computed_trait"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "traits")), 3);
    assert_int_equal(fixture_profile(fixture, "2941404340", "traits?class=audience"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "traits")), 1);
    assert_int_equal(
        fixture_profile(fixture, "2941404340", "traits?include=browser&verbose=true"), 200);
    const struct json_node *browser = json_get(json_get(fixture->json.root, "traits"), "browser");
    assert_str(json_get_text(browser, "value"), "Firefox");
    assert_true(json_get_text(browser, "source_id").len > 0);
    assert_true(json_get_text(browser, "updated_at").len > 0);
}

static void null_removes_a_trait_and_empty_text_keeps_it(void **state) {
    struct fixture *fixture = *state;
    identify(
        fixture, "{\"userId\":\"t1\",\"traits\":{\"plan\":\"gold\",\"city\":\"Rome\",\"age\":33}}");
    identify(fixture, "{\"userId\":\"t1\",\"traits\":{\"plan\":null,\"city\":\"\",\"age\":34}}");
    assert_int_equal(fixture_profile(fixture, "t1", "traits"), 200);
    const struct json_node *traits = json_get(fixture->json.root, "traits");
    double age = 0;
    assert_int_equal(json_kind(json_get(traits, "plan")), JSON_ABSENT);
    assert_int_equal(json_kind(json_get(traits, "city")), JSON_STRING);
    assert_true(json_number(json_get(traits, "age"), &age) && age == 34);
}

static void ids(struct fixture *fixture, const char *user, size_t count) {
    assert_int_equal(fixture_profile(fixture, user, "external_ids"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "data")), count);
}

static void two_user_ids_never_merge(void **state) {
    struct fixture *fixture = *state;
    identify(fixture, "{\"userId\":\"u-a\",\"traits\":{\"email\":\"same@example.com\"}}");
    identify(fixture, "{\"userId\":\"u-b\",\"traits\":{\"email\":\"same@example.com\"}}");
    identify(fixture, "{\"userId\":\"u-b\",\"anonymousId\":\"dev-1\",\"traits\":{}}");
    identify(fixture, "{\"userId\":\"u-a\",\"anonymousId\":\"dev-1\",\"traits\":{}}");
    ids(fixture, "u-a", 2); // its user_id and the e-mail
    ids(fixture, "u-b", 2); // its user_id and the device
}

static void an_anonymous_history_joins_the_user(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        fixture_track(
            fixture, "ios-prod", "track",
            "{\"event\":\"Seen\",\"anonymousId\":\"dev-2\",\"messageId\":\"j-1\"}"),
        200);
    identify(fixture, "{\"userId\":\"U-Joined\",\"traits\":{\"plan\":\"gold\"}}");
    identify(fixture, "{\"userId\":\"U-Joined\",\"anonymousId\":\"dev-2\",\"traits\":{}}");
    ids(fixture, "u-joined", 2); // asked for in lower case
    assert_int_equal(fixture_profile(fixture, "u-joined", "events"), 200);
    const struct json_node *event = json_first(json_get(fixture->json.root, "data"));
    assert_str(json_get_text(event, "message_id"), "j-1");
}

static void an_alias_of_an_id_to_itself_is_survived(void **state) {
    struct fixture *fixture = *state;
    identify(fixture, "{\"userId\":\"al\",\"traits\":{\"a\":1}}");
    assert_int_equal(
        fixture_track(fixture, "ios-prod", "alias", "{\"userId\":\"al\",\"previousId\":\"al\"}"),
        200);
    ids(fixture, "al", 1);
}

static void blocked_ids_make_no_profile(void **state) {
    static const char *const blocked[] = {"000-0000", "-1", "null", "Anonymous"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(blocked); i++) {
        struct buf json = {0};
        buf_add_format(&json, "{\"userId\":\"%s\",\"traits\":{\"x\":1}}", blocked[i]);
        identify(fixture, buf_text(&json));
        buf_release(&json);
        assert_int_equal(fixture_profile(fixture, blocked[i], "traits"), 404);
    }
}

static void events_lists_tracks_and_not_identifies(void **state) {
    static const struct {
        const char *query;
        size_t count;
        const char *first;
    } cases[] = {
        {"events", 4, "C"},
        {"events?sort=asc", 4, "Old"},
        {"events?include=A,C", 2, "C"},
        {"events?exclude=A", 3, "C"},
        {"events?limit=1", 1, "C"},
        {"events?end=2020-01-01T00:00:00Z", 1, "Old"},
    };
    struct fixture *fixture = *state;
    static const char *const sent[] = {"A", "B", "C"};
    for (size_t i = 0; i < ARRAY_COUNT(sent); i++) {
        struct buf json = {0};
        buf_add_format(
            &json, "{\"event\":\"%s\",\"userId\":\"ev\",\"properties\":{\"sku\":\"x\"}}", sent[i]);
        assert_int_equal(fixture_track(fixture, "ios-prod", "track", buf_text(&json)), 200);
        buf_release(&json);
    }
    assert_int_equal(
        fixture_track(
            fixture, "ios-prod", "track",
            "{\"event\":\"Old\",\"userId\":\"ev\",\"timestamp\":\"2019-05-19T09:00:00Z\"}"),
        200);
    identify(fixture, "{\"userId\":\"ev\",\"traits\":{\"a\":1}}");
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s\n", cases[i].query);
        assert_int_equal(fixture_profile(fixture, "ev", cases[i].query), 200);
        const struct json_node *data = json_get(fixture->json.root, "data");
        assert_int_equal(json_count(data), cases[i].count);
        if (cases[i].first) assert_str(json_get_text(json_first(data), "event"), cases[i].first);
    }
}

static void events_can_be_paged_to_the_end(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 7; i++) {
        assert_int_equal(
            fixture_track(fixture, "ios-prod", "track", "{\"event\":\"E\",\"userId\":\"pg\"}"),
            200);
    }
    struct buf target = {0};
    size_t seen = 0;
    bool has_more = true;
    buf_add(&target, STR("events?limit=3"));
    while (has_more && seen < 20) {
        assert_int_equal(fixture_profile(fixture, "pg", buf_text(&target)), 200);
        const struct json_node *cursor = json_get(fixture->json.root, "cursor");
        seen += json_count(json_get(fixture->json.root, "data"));
        has_more = json_bool(json_get(cursor, "has_more"), false);
        buf_reset(&target);
        buf_add_format(
            &target, "events?limit=3&next=" STR_FMT, STR_ARG(json_get_text(cursor, "next")));
    }
    assert_int_equal(seen, 7);
    buf_release(&target);
}

static void metadata_names_first_and_last_message(void **state) {
    struct fixture *fixture = *state;
    identify(fixture, "{\"userId\":\"md\",\"messageId\":\"md-1\",\"traits\":{\"a\":1}}");
    identify(fixture, "{\"userId\":\"md\",\"messageId\":\"md-2\",\"traits\":{\"a\":2}}");
    assert_int_equal(fixture_profile(fixture, "md", "metadata"), 200);
    const struct json_node *metadata = json_get(fixture->json.root, "metadata");
    assert_str(json_get_text(metadata, "first_message_id"), "md-1");
    assert_str(json_get_text(metadata, "last_message_id"), "md-2");
    assert_true(json_get_text(metadata, "created_at").len > 0);
    assert_true(json_get_text(metadata, "last_source_id").len > 0);
}

static void refusals_have_segments_shape(void **state) {
    struct fixture *fixture = *state;
    struct buf target = {0};
    assert_int_equal(fixture_profile(fixture, "nobody", "traits"), 404);
    assert_str(json_get_text(json_get(fixture->json.root, "error"), "code"), "not_found");
    assert_int_equal(fixture_profile(fixture, "2941404340", "nonsense"), 404);
    buf_add_format(
        &target, "/v1/spaces/%s/collections/users/profiles/user_id:2941404340/traits",
        fixture_get_identity(fixture, "profile_space_id"));
    assert_int_equal(fixture_get(fixture, buf_text(&target)), 401);
    assert_str(
        json_get_text(json_get(fixture->json.root, "error"), "code"), "authentication_error");
    assert_true(headers_get(&fixture->response.headers, STR("Request-Id")).len > 0);
    static const struct {
        const char *authorization;
        int status;
    } cases[] = {
        // the name of a scheme is no matter of capitals (RFC 9110 11.1)
        {"basic cmVjbG9vcFByb2ZpbGVBcGlUb2tlbk9mVGhlU2FuZGJveDAxOg==", 200},
        {"Basic cmVjbG9vcFByb2ZpbGVBcGlUb2tlbk9mVGhlU2FuZGJveDAx", 200}, // without the colon
        {"Basic cmVjbG9vcFByb2ZpbGVBcGlUb2tlbk9mVGhlU2FuZGJveDAxeDo=", 401},
        {"Bearer recloopProfileApiTokenOfTheSandbox01", 401},
        {"Basic ", 401},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct fixture_call call = {
            .target = buf_text(&target), .authorization = cases[i].authorization};
        print_message("%s\n", cases[i].authorization);
        assert_int_equal(fixture_call(fixture, &call), cases[i].status);
    }
    buf_release(&target);
}

#define WITH_SANDBOX(test)                                                                         \
    cmocka_unit_test_setup_teardown(test, fixture_set_up_in_memory, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    WITH_SANDBOX(the_default_limit_ends_before_recommended_products),
    WITH_SANDBOX(traits_can_be_chosen_by_name_and_class),
    WITH_SANDBOX(null_removes_a_trait_and_empty_text_keeps_it),
    WITH_SANDBOX(two_user_ids_never_merge),
    WITH_SANDBOX(an_anonymous_history_joins_the_user),
    WITH_SANDBOX(an_alias_of_an_id_to_itself_is_survived),
    WITH_SANDBOX(blocked_ids_make_no_profile),
    WITH_SANDBOX(events_lists_tracks_and_not_identifies),
    WITH_SANDBOX(events_can_be_paged_to_the_end),
    WITH_SANDBOX(metadata_names_first_and_last_message),
    WITH_SANDBOX(refusals_have_segments_shape),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
