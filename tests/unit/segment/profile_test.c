// The Profile API, from both ends.
#include "segment/profile.h"

#include "support/test.h"

static void set_token(struct secret *token) {
    secret_set(token, STR("0123456789abcdef"));
}

static void profile_requests_lower_and_escape_the_id(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(secret_release) struct secret token = {0};
    struct error err = {0};
    set_token(&token);
    struct profile_query query = {
        .space_id = STR("SPC1"),
        .id_type = STR("email"),
        .id_value = STR("Dragon+Pike@gmailx.com"),
        .resource = PROFILE_TRAITS,
        .limit = 100,
        .include = STR("recommended_products,plan"),
        .verbose = true,
    };
    assert_ok(profile_request(&query, STR(PROFILE_URL_US), &token, &request, &err), err);
    assert_str(
        buf_str(&request.url),
        "https://profiles.segment.com/v1/spaces/SPC1/collections/users/profiles/"
        "email:dragon%2Bpike%40gmailx.com/traits"
        "?limit=100&include=recommended_products%2Cplan&verbose=true");
    assert_str(request_method(&request), "GET");
    assert_str(
        headers_get(&request.headers, STR("Authorization")), "Basic MDEyMzQ1Njc4OWFiY2RlZjo=");

    query = (struct profile_query){
        .space_id = STR("s"),
        .id_value = STR("use_9Qe"),
        .resource = PROFILE_METADATA,
    };
    assert_ok(profile_request(&query, STR("http://h/"), &token, &request, &err), err);
    assert_str(
        buf_str(&request.url), "http://h/v1/spaces/s/collections/users/profiles/use_9Qe/metadata");
}

static void profile_requests_name_the_missing_setting(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(secret_release) struct secret token = {0};
    struct error err = {0};
    struct profile_query query = {.id_value = STR("1")};
    assert_false(profile_request(&query, STR("http://h"), &token, &request, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_contains(str_from(err.hint), "profile_space_id");
    query.space_id = STR("s");
    assert_false(profile_request(&query, STR("http://h"), &token, &request, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_contains(str_from(err.hint), "profile_api_token");
    set_token(&token);
    query.id_value = STR("");
    assert_false(profile_request(&query, STR("http://h"), &token, &request, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    assert_contains(str_from(err.hint), "user_id");
}

static void profile_targets_read_back_what_requests_say(void **state) {
    (void)state;
    CLEANUP(profile_target_release) struct profile_target target = {0};
    struct error err = {0};
    assert_ok(
        profile_target_decode(
            STR("/v1/spaces/SPC1/collections/users/profiles/email:dragon%2Bpike%40gmailx.com/"
                "events"),
            STR("limit=7&include=Product%20Clicked%2CX&sort=asc&start=2026-01-01&verbose=true&odd="
                "1"),
            &target, &err),
        err);
    assert_str(target.query.space_id, "SPC1");
    assert_str(target.query.id_type, "email");
    assert_str(target.query.id_value, "dragon+pike@gmailx.com");
    assert_int_equal(target.query.resource, PROFILE_EVENTS);
    assert_int_equal(target.query.limit, 7);
    assert_str(target.query.include, "Product Clicked,X");
    assert_str(target.query.sort, "asc");
    assert_str(target.query.start, "2026-01-01");
    assert_true(target.start_ms == 1767225600000 && target.end_ms == INT64_MAX);
    assert_true(target.query.verbose);
    assert_true(profile_list_has(target.query.include, STR("X")));
    assert_false(profile_list_has(target.query.include, STR("Product")));
    assert_false(profile_list_has(STR(""), STR("")));
    assert_ok(
        profile_target_decode(
            STR("/v1/spaces/S/collections/accounts/profiles/acc_9Qe/external_ids"), STR(""),
            &target, &err),
        err);
    assert_true(target.query.is_accounts);
    assert_str(target.query.id_type, NULL);
    assert_str(target.query.id_value, "acc_9Qe");
}

#define USER_PATH "/v1/spaces/S/collections/users/profiles/user_id:1/"

static void profile_targets_refuse_the_rest(void **state) {
    (void)state;
    static const struct {
        const char *path, *query;
        enum profile_refusal refusal;
        const char *says;
    } cases[] = {
        {USER_PATH "nothing", "", PROFILE_REFUSAL_NOT_FOUND, "doesn't exist"},
        {"/v1/spaces/S/collections/cats/profiles/user_id:1/traits", "", PROFILE_REFUSAL_NOT_FOUND,
         "doesn't exist"},
        {"/v1/spaces/S/collections/users/profiles/user_id:1", "", PROFILE_REFUSAL_NOT_FOUND, ""},
        {USER_PATH "traits/x", "", PROFILE_REFUSAL_NOT_FOUND, ""},
        {"/", "", PROFILE_REFUSAL_NOT_FOUND, ""},
        {"", "", PROFILE_REFUSAL_NOT_FOUND, ""},
        {"/v1/spaces/S/collections/us!er!s/profiles/user_id:1/traits", "",
         PROFILE_REFUSAL_VALIDATION, "The parameter `collection` has invalid character(s) `!`"},
        {"/v1/spaces/S%20/collections/users/profiles/user_id:1/traits", "",
         PROFILE_REFUSAL_VALIDATION, "The parameter `namespace` has invalid character(s) ` `"},
        {"/v1/spaces/S/collections/users/profiles/user_id:/traits", "", PROFILE_REFUSAL_VALIDATION,
         "`id` has no value"},
        {"/v1/spaces/S/collections/users/profiles/:1/traits", "", PROFILE_REFUSAL_VALIDATION,
         "`id` has no type"},
        {"/v1/spaces/S/collections/users/profiles/user$id:1/traits", "", PROFILE_REFUSAL_VALIDATION,
         "`id` has invalid character(s) `$`"},
        {"/v1/spaces/S/collections/users/profiles/1234/traits", "", PROFILE_REFUSAL_VALIDATION,
         "user_id:1234"},
        {"/v1/spaces/S/collections/accounts/profiles/use_1/traits", "", PROFILE_REFUSAL_VALIDATION,
         "group_id:1234"},
        {"/v1/spaces/S/collections/users/profiles/user_id:%zz/traits", "",
         PROFILE_REFUSAL_VALIDATION, "`id` is not percent-encoded"},
        {USER_PATH "traits", "limit=0", PROFILE_REFUSAL_INVALID_REQUEST, "`limit`"},
        {USER_PATH "traits", "limit=201", PROFILE_REFUSAL_INVALID_REQUEST, "from 1 to 200"},
        {USER_PATH "traits", "limit=many", PROFILE_REFUSAL_INVALID_REQUEST, "`limit`"},
        {USER_PATH "events", "limit=101", PROFILE_REFUSAL_INVALID_REQUEST, "from 1 to 100"},
        {USER_PATH "external_ids", "limit=101", PROFILE_REFUSAL_INVALID_REQUEST, "from 1 to 100"},
        {USER_PATH "links", "limit=21", PROFILE_REFUSAL_INVALID_REQUEST, "from 1 to 20"},
        {USER_PATH "events", "sort=up", PROFILE_REFUSAL_INVALID_REQUEST,
         "`sort` must be asc or desc"},
        {USER_PATH "traits", "class=sql", PROFILE_REFUSAL_INVALID_REQUEST, "`class`"},
        {USER_PATH "traits", "verbose=yes", PROFILE_REFUSAL_INVALID_REQUEST, "`verbose`"},
        {USER_PATH "events", "start=yesterday", PROFILE_REFUSAL_INVALID_REQUEST, "`start`"},
        {USER_PATH "events", "end=2026-02-30", PROFILE_REFUSAL_INVALID_REQUEST, "`end`"},
        {USER_PATH "events", "next=!", PROFILE_REFUSAL_INVALID_REQUEST, "`next`"},
        {USER_PATH "traits", "next=%zz", PROFILE_REFUSAL_INVALID_REQUEST, "percent-encoded"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct profile_target target = {0};
        struct error err = {0};
        print_message("%s?%s\n", cases[i].path, cases[i].query);
        assert_false(profile_target_decode(
            str_from(cases[i].path), str_from(cases[i].query), &target, &err));
        assert_int_equal(profile_refusal_of(&err), cases[i].refusal);
        assert_contains(str_from(err.message), cases[i].says);
        assert_null(target.memory.ptr);
    }
}

static void profile_targets_read_a_plus_sign_as_a_blank(void **state) {
    (void)state;
    static const struct {
        const char *path, *value;
    } cases[] = {
        {"/v1/spaces/S/collections/users/profiles/phone:%2B5555550123/traits", "+5555550123"},
        {"/v1/spaces/S/collections/users/profiles/phone:+5555550123/traits", " 5555550123"},
        {"/v1/spaces/S/collections/users/profiles/crm:a:b/traits", "a:b"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(profile_target_release) struct profile_target target = {0};
        struct error err = {0};
        assert_ok(
            profile_target_decode(str_from(cases[i].path), STR("next=abc"), &target, &err), err);
        assert_str(target.query.id_value, cases[i].value);
        assert_str(target.query.next, "abc");
        assert_true(target.start_ms == INT64_MIN && target.end_ms == INT64_MAX);
    }
}

static void profile_traits_are_read_plain_and_verbose(void **state) {
    (void)state;
    CLEANUP(profile_traits_release) struct profile_traits traits = {0};
    struct error err = {0};
    assert_ok(
        profile_traits_decode(
            STR("{\"traits\":{\"plan\":\"gold\",\"address\":{\"value\":1},"
                "\"recommended_products\":[\"zipped-jacket\",\"led-high-tops\"]},"
                "\"cursor\":{\"url\":\"/v1/x\",\"has_more\":true,\"next\":\"zip\",\"limit\":10}}"),
            &traits, &err),
        err);
    assert_int_equal(traits.count, 3);
    const struct profile_trait *trait = profile_traits_find(&traits, STR("recommended_products"));
    assert_non_null(trait);
    assert_int_equal(json_count(trait->value), 2);
    assert_int_equal(trait->source_id.len, 0);
    assert_int_equal(json_kind(profile_traits_find(&traits, STR("address"))->value), JSON_OBJECT);
    assert_null(profile_traits_find(&traits, STR("purchased_products")));
    assert_true(traits.cursor.has_more);
    assert_str(traits.cursor.next, "zip");
    assert_int_equal(traits.cursor.limit, 10);

    assert_ok(
        profile_traits_decode(
            STR("{\"traits\":{\"plan\":{\"value\":\"gold\",\"source_id\":\"SRC1\","
                "\"updated_at\":\"2026-01-05T10:00:00Z\"}},\"cursor\":{}}"),
            &traits, &err),
        err);
    assert_str(json_text(traits.items[0].value), "gold");
    assert_str(traits.items[0].source_id, "SRC1");
    assert_true(traits.items[0].updated_at_ms == 1767607200000);
    assert_false(traits.cursor.has_more);
}

static void profile_traits_survive_the_round_trip(void **state) {
    (void)state;
    CLEANUP(json_release) struct json value = {0};
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(profile_traits_release) struct profile_traits traits = {0};
    struct error err = {0};
    json_add_text(json_new_array(&value), NULL, STR("zipped-jacket"));
    const struct profile_trait items[] = {
        {
            .name = STR("recommended_products"),
            .value = value.root,
            .source_id = STR("personas"),
            .updated_at_ms = 1551110105905,
        },
    };
    const struct profile_cursor cursor = {.url = STR("/v1/traits"), .limit = 10};
    profile_traits_encode(items, 1, false, &cursor, &text);
    assert_str(
        buf_str(&text), "{\"traits\":{\"recommended_products\":[\"zipped-jacket\"]},\"cursor\":"
                        "{\"url\":\"/v1/traits\",\"has_more\":false,\"next\":\"\",\"limit\":10}}");
    buf_reset(&text);
    profile_traits_encode(items, 1, true, &cursor, &text);
    assert_ok(profile_traits_decode(buf_str(&text), &traits, &err), err);
    assert_str(traits.items[0].updated_at, "2019-02-25T15:55:05.905Z");
    assert_true(traits.items[0].updated_at_ms == 1551110105905);
    assert_str(traits.items[0].source_id, "personas");
}

static void profile_ids_survive_the_round_trip(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(profile_ids_release) struct profile_ids ids = {0};
    struct error err = {0};
    const struct profile_id items[] = {
        {
            .type = STR("user_id"),
            .id = STR("9254558480"),
            .source_id = STR("SRC1"),
            .collection = STR("users"),
            .created_at = STR("2026-01-05T10:00:00Z"),
            .encoding = STR("none"),
            .first_message_id = STR("m-1"),
        },
        {.type = STR("email"), .id = STR("x@y")},
    };
    const struct profile_cursor cursor = {.next = STR("map_1"), .has_more = true};
    profile_ids_encode(items, 2, &cursor, &text);
    assert_contains(
        buf_str(&text),
        "{\"source_id\":\"SRC1\",\"collection\":\"users\",\"id\":\"9254558480\","
        "\"type\":\"user_id\",\"created_at\":\"2026-01-05T10:00:00Z\",\"encoding\":\"none\","
        "\"first_message_id\":\"m-1\"}");
    assert_ok(profile_ids_decode(buf_str(&text), &ids, &err), err);
    assert_int_equal(ids.count, 2);
    assert_str(ids.items[1].type, "email");
    assert_str(ids.items[0].first_message_id, "m-1");
    assert_str(ids.cursor.next, "map_1");
    assert_int_equal(ids.cursor.limit, 0);
}

static void profile_events_and_metadata_survive_the_round_trip(void **state) {
    (void)state;
    CLEANUP(json_release) struct json properties = {0};
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(profile_events_release) struct profile_events events = {0};
    CLEANUP(profile_metadata_release) struct profile_metadata metadata = {0};
    struct error err = {0};
    json_add_text(json_new_object(&properties), "sku", STR("led-high-tops"));
    const struct profile_event item = {
        .name = STR("Product Clicked"),
        .type = STR("track"),
        .message_id = STR("m"),
        .source_id = STR("website-prod"),
        .timestamp = STR("2019-02-25T15:55:05.905Z"),
        .properties = properties.root,
        .related_user = STR("use_1"),
    };
    const struct profile_cursor cursor = {0};
    profile_events_encode(&item, 1, &cursor, &text);
    assert_contains(buf_str(&text), "\"related\":{\"users\":\"use_1\"}");
    assert_ok(profile_events_decode(buf_str(&text), &events, &err), err);
    assert_int_equal(events.count, 1);
    assert_str(events.items[0].name, "Product Clicked");
    assert_true(events.items[0].timestamp_ms == 1551110105905);
    assert_str(json_get_text(events.items[0].properties, "sku"), "led-high-tops");
    assert_int_equal(json_kind(events.items[0].external_ids), JSON_ARRAY);

    buf_reset(&text);
    const struct profile_metadata known = {
        .created_at = STR("2026-01-05T10:00:00Z"),
        .last_source_id = STR("personas"),
    };
    profile_metadata_encode(&known, &text);
    assert_contains(buf_str(&text), "\"expires_at\":null");
    assert_ok(profile_metadata_decode(buf_str(&text), &metadata, &err), err);
    assert_str(metadata.created_at, "2026-01-05T10:00:00Z");
    assert_str(metadata.last_source_id, "personas");
    assert_int_equal(metadata.updated_at.len, 0);
}

static void profile_links_survive_the_round_trip(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(profile_links_release) struct profile_links links = {0};
    struct error err = {0};
    const struct profile_id ids[] = {
        {.type = STR("group_id"), .id = STR("acme"), .collection = STR("accounts")},
        {.type = STR("crm"), .id = STR("7")},
    };
    const struct profile_link items[] = {
        {.to_collection = STR("accounts"), .ids = ids, .id_count = 2},
        {.to_collection = STR("accounts"), .ids = ids, .id_count = 1},
    };
    const struct profile_cursor cursor = {.has_more = true, .next = STR("acc_3")};
    profile_links_encode(items, 2, &cursor, &text);
    assert_ok(profile_links_decode(buf_str(&text), &links, &err), err);
    assert_int_equal(links.count, 2);
    assert_int_equal(links.items[0].id_count, 2);
    assert_str(links.items[0].to_collection, "accounts");
    assert_str(links.items[0].ids[1].type, "crm");
    assert_str(links.items[1].ids[0].id, "acme");
    assert_str(links.cursor.next, "acc_3");
    assert_true(links.cursor.has_more);
    assert_false(profile_links_decode(STR("{\"data\":{}}"), &links, &err));
}

static void profile_event_cursors_are_those_of_the_docs(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf message = {0};
    CLEANUP(buf_release) struct buf text = {0};
    int64_t at_ms = 0;
    const struct str documented =
        STR("MTUxMzc1NTQzNjg2NzAwMDAwMDo6YWpzLTcyMWFhNzFjNDM2ZWJhOTUyYmI1ZmN"
            "iMzJlZWI3MWMzLWNsZWFu");
    assert_true(profile_event_cursor_decode(documented, &at_ms, &message));
    assert_true(at_ms == 1513755436867);
    assert_str(buf_str(&message), "ajs-721aa71c436eba952bb5fcb32eeb71c3-clean");
    profile_event_cursor_encode(at_ms, buf_str(&message), &text);
    assert_true(str_equal(buf_str(&text), documented));
    static const struct {
        int64_t at_ms, read_ms;
    } times[] = {
        {-1, -1}, {0, 0}, {INT64_MAX, INT64_MAX / 1000000}, {INT64_MIN, -(INT64_MAX / 1000000)}};
    for (size_t i = 0; i < ARRAY_COUNT(times); i++) {
        buf_reset(&text);
        buf_reset(&message);
        profile_event_cursor_encode(times[i].at_ms, STR("a::b"), &text);
        assert_true(profile_event_cursor_decode(buf_str(&text), &at_ms, &message));
        assert_true(at_ms == times[i].read_ms);
        assert_str(buf_str(&message), "a::b");
    }
    static const char *const wrong[] = {"", "MTIz", "eDo6bQ==", "MTo6", "%%"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        const bool is_read = profile_event_cursor_decode(str_from(wrong[i]), &at_ms, &message);
        assert_int_equal(is_read, str_equal(str_from(wrong[i]), STR("MTo6"))); // an empty id is one
    }
}

static void profile_refuses_replies_that_are_none(void **state) {
    (void)state;
    struct profile_traits traits = {0};
    struct profile_ids ids = {0};
    struct profile_metadata metadata = {0};
    struct error err = {0};
    assert_false(profile_traits_decode(STR("{\"traits\":[]}"), &traits, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    assert_contains(str_from(err.hint), "profile_url");
    assert_false(profile_traits_decode(STR("<html>"), &traits, &err));
    assert_contains(str_from(err.message), "the Profile API's answer");
    assert_false(profile_ids_decode(STR("{\"data\":{}}"), &ids, &err));
    assert_false(profile_metadata_decode(STR("[]"), &metadata, &err));
}

static void profile_errors_carry_cause_and_next_step(void **state) {
    (void)state;
    static const struct {
        enum profile_refusal refusal;
        int status;
        enum error_code code;
        const char *name, *hint;
    } cases[] = {
        {PROFILE_REFUSAL_VALIDATION, 400, ERROR_INVALID, "validation_error", "identifier"},
        {PROFILE_REFUSAL_INVALID_REQUEST, 400, ERROR_INVALID, "invalid_request_error", "parameter"},
        {PROFILE_REFUSAL_AUTHENTICATION, 401, ERROR_REFUSED, "authentication_error",
         "profile_api_token"},
        {PROFILE_REFUSAL_NOT_FOUND, 404, ERROR_NOT_FOUND, "not_found", "no profile yet"},
        {PROFILE_REFUSAL_METHOD, 405, ERROR_INVALID, "invalid_request_error", "GET"},
        {PROFILE_REFUSAL_RATE_LIMIT, 429, ERROR_THROTTLED, "rate_limit_error", "less often"},
        {PROFILE_REFUSAL_INTERNAL, 500, ERROR_UNREACHABLE, "internal_error", "again"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(buf_release) struct buf body = {0};
        struct error err = {0};
        print_message("%d\n", cases[i].status);
        assert_int_equal(profile_refusal_status(cases[i].refusal), cases[i].status);
        profile_error_encode(cases[i].refusal, STR("what \"happened\""), &body);
        assert_false(profile_decode_error(cases[i].status, buf_str(&body), &err));
        assert_int_equal(err.code, cases[i].code);
        assert_contains(str_from(err.message), cases[i].name);
        assert_contains(str_from(err.message), "what \"happened\"");
        assert_contains(str_from(err.hint), cases[i].hint);
    }
    struct error err = {0};
    assert_false(profile_decode_error(403, STR(""), &err));
    assert_contains(str_from(err.hint), "profile_api_token");
    assert_false(profile_decode_error(404, STR("\x1b[2J"), &err));
    assert_contains(str_from(err.message), "\\e[2J");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(profile_requests_lower_and_escape_the_id),
    cmocka_unit_test(profile_requests_name_the_missing_setting),
    cmocka_unit_test(profile_targets_read_back_what_requests_say),
    cmocka_unit_test(profile_targets_refuse_the_rest),
    cmocka_unit_test(profile_targets_read_a_plus_sign_as_a_blank),
    cmocka_unit_test(profile_links_survive_the_round_trip),
    cmocka_unit_test(profile_event_cursors_are_those_of_the_docs),
    cmocka_unit_test(profile_traits_are_read_plain_and_verbose),
    cmocka_unit_test(profile_traits_survive_the_round_trip),
    cmocka_unit_test(profile_ids_survive_the_round_trip),
    cmocka_unit_test(profile_events_and_metadata_survive_the_round_trip),
    cmocka_unit_test(profile_refuses_replies_that_are_none),
    cmocka_unit_test(profile_errors_carry_cause_and_next_step),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
