// Accounts: profiles of groups, their traits and events, and the links between them and users.
#include "profile_client.h"

static int start(void **state) {
    static const struct sandbox_options options = {.seed_file = "none", .profile_limit = -1};
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_with(fixture, &options);
    *state = fixture;
    return 0;
}

static void
group(struct fixture *fixture, const char *user, const char *account, const char *traits) {
    struct buf json = {0};
    buf_add_format(
        &json, "{\"userId\":\"%s\",\"groupId\":\"%s\",\"traits\":%s}", user, account, traits);
    profile_client_send(fixture, "group", buf_text(&json));
    buf_release(&json);
}

static void assert_account_trait(
    struct fixture *fixture, const char *id, const char *trait, const char *expected) {
    char *found = profile_client_trait(fixture, "accounts", id, trait);
    assert_string_equal(found, expected);
    free(found);
}

static void a_group_call_makes_an_account_with_traits_of_its_own(void **state) {
    struct fixture *fixture = *state;
    group(fixture, "u", "Acme", "{\"plan\":\"gold\",\"email\":\"office@acme\",\"size\":7}");
    group(fixture, "u", "Acme", "{\"plan\":null,\"size\":8}");
    assert_account_trait(fixture, "group_id:acme", "plan", "none");
    assert_account_trait(fixture, "group_id:acme", "size", "8");
    assert_account_trait(fixture, "group_id:acme", "email", "\"office@acme\"");
    assert_trait(fixture, "user_id:u", "size", "none"); // not the user's
    char *ids = profile_client_ids(fixture, "accounts", "group_id:acme");
    assert_string_equal(ids, "group_id:Acme");
    free(ids);
    ids = profile_client_ids(fixture, "users", "user_id:u");
    assert_string_equal(ids, "user_id:u"); // nor is its e-mail
    free(ids);
    assert_int_equal(profile_client_get(fixture, "users", "group_id:acme", "traits"), 404);
    assert_int_equal(profile_client_get(fixture, "accounts", "user_id:u", "traits"), 404);
    assert_int_equal(profile_client_get(fixture, "accounts", "group_id:acme", "external_ids"), 200);
    assert_str(
        json_get_text(json_first(json_get(fixture->json.root, "data")), "collection"), "accounts");
    assert_int_equal(profile_client_get(fixture, "accounts", "group_id:acme", "metadata"), 200);
    assert_true(
        json_get_text(json_get(fixture->json.root, "metadata"), "first_message_id").len > 0);
}

static void an_account_has_an_internal_id(void **state) {
    struct fixture *fixture = *state;
    struct buf internal = {0};
    group(fixture, "u", "acme", "{\"size\":8}");
    assert_int_equal(profile_client_get(fixture, "accounts", "group_id:acme", "traits"), 200);
    const struct str url = json_get_text(json_get(fixture->json.root, "cursor"), "url");
    const size_t prefix = strlen("/v1/spaces//collections/accounts/profiles/") +
                          strlen(fixture_get_identity(fixture, "profile_space_id"));
    const struct str rest = str_skip(url, prefix);
    buf_add(&internal, str_slice(rest, 0, str_find_char(rest, '/')));
    assert_true(str_starts_with(buf_str(&internal), STR("acc_")));
    assert_account_trait(fixture, buf_text(&internal), "size", "8");
    buf_release(&internal);
}

static void links_go_both_ways(void **state) {
    struct fixture *fixture = *state;
    group(fixture, "u1", "acme", "{}");
    group(fixture, "u2", "acme", "{}");
    group(fixture, "u1", "globex", "{}");
    group(fixture, "u1", "acme", "{}"); // once is enough
    assert_int_equal(profile_client_get(fixture, "users", "user_id:u1", "links"), 200);
    const struct json_node *data = json_get(fixture->json.root, "data");
    assert_int_equal(json_count(data), 2);
    assert_str(json_get_text(json_first(data), "to_collection"), "accounts");
    const struct json_node *id = json_first(json_get(json_first(data), "external_ids"));
    assert_str(json_get_text(id, "id"), "acme");
    assert_str(json_get_text(id, "type"), "group_id");
    assert_str(json_get_text(id, "collection"), "accounts");
    assert_str(json_get_text(id, "source_id"), "srcIosProd000003");
    assert_true(json_get_text(id, "created_at").len > 0);
    assert_int_equal(profile_client_get(fixture, "accounts", "group_id:acme", "links"), 200);
    data = json_get(fixture->json.root, "data");
    assert_int_equal(json_count(data), 2);
    assert_str(json_get_text(json_first(data), "to_collection"), "users");
    assert_str(json_get_text(json_first(json_get(json_first(data), "external_ids")), "id"), "u1");
    profile_client_send(fixture, "identify", "{\"userId\":\"alone\",\"traits\":{}}");
    assert_int_equal(profile_client_get(fixture, "users", "user_id:alone", "links"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "data")), 0);
}

static void links_are_paged(void **state) {
    struct fixture *fixture = *state;
    struct buf resource = {0};
    size_t seen = 0;
    bool has_more = true;
    for (int i = 0; i < 47; i++) {
        struct buf user = {0};
        buf_add_format(&user, "u%d", i);
        group(fixture, buf_text(&user), "big", "{}");
        buf_release(&user);
    }
    assert_int_equal(profile_client_get(fixture, "accounts", "group_id:big", "links"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "data")), 10);
    buf_add(&resource, STR("links?limit=20"));
    while (has_more && seen < 100) {
        assert_int_equal(
            profile_client_get(fixture, "accounts", "group_id:big", buf_text(&resource)), 200);
        const struct json_node *cursor = json_get(fixture->json.root, "cursor");
        seen += json_count(json_get(fixture->json.root, "data"));
        has_more = json_bool(json_get(cursor, "has_more"), false);
        buf_reset(&resource);
        buf_add_format(
            &resource, "links?limit=20&next=" STR_FMT, STR_ARG(json_get_text(cursor, "next")));
    }
    assert_int_equal(seen, 47);
    buf_release(&resource);
}

static void tracks_in_a_groups_name_are_the_accounts_too(void **state) {
    struct fixture *fixture = *state;
    profile_client_send(
        fixture, "track",
        "{\"event\":\"Used\",\"userId\":\"u1\",\"context\":{\"groupId\":\"acme\"}}");
    profile_client_send(
        fixture, "track",
        "{\"event\":\"Used\",\"userId\":\"u2\",\"context\":{\"groupId\":\"acme\"}}");
    profile_client_send(fixture, "track", "{\"event\":\"Alone\",\"userId\":\"u1\"}");
    assert_int_equal(profile_client_get(fixture, "accounts", "group_id:acme", "events"), 200);
    const struct json_node *data = json_get(fixture->json.root, "data");
    assert_int_equal(json_count(data), 2);
    assert_str(json_get_text(json_first(data), "event"), "Used");
    assert_int_equal(
        profile_client_get(fixture, "accounts", "group_id:acme", "events?limit=1&sort=asc"), 200);
    assert_true(json_bool(json_get(json_get(fixture->json.root, "cursor"), "has_more"), false));
    assert_int_equal(profile_client_get(fixture, "users", "user_id:u1", "events"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "data")), 2);
    assert_int_equal(profile_client_get(fixture, "users", "user_id:u2", "links"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "data")), 1);
}

static void an_account_has_computed_traits(void **state) {
    static const char definition[] =
        "{\"type\":\"event_counter\",\"event\":\"Used\",\"collection\":\"accounts\"}";
    struct fixture *fixture = *state;
    static const char used[] =
        "{\"event\":\"Used\",\"userId\":\"u1\",\"context\":{\"groupId\":\"Acme\"}}";
    profile_client_send(fixture, "track", used);
    assert_int_equal(profile_client_define(fixture, "uses", definition), 200);
    profile_client_wait_live(fixture, "uses"); // over the old one
    profile_client_send(fixture, "track", used);
    assert_account_trait(fixture, "group_id:acme", "uses", "2");
    assert_trait(fixture, "user_id:u1", "uses", "none");
    group(fixture, "u1", "acme", "{\"uses\":99}");
    assert_account_trait(fixture, "group_id:acme", "uses", "2");
    // of users the name is free
    profile_client_send(fixture, "identify", "{\"userId\":\"u1\",\"traits\":{\"uses\":5}}");
    assert_trait(fixture, "user_id:u1", "uses", "5");
}

static void accounts_merge_on_an_id_of_their_own(void **state) {
    struct fixture *fixture = *state;
    group(fixture, "u1", "acme", "{\"a\":1}");
    group(fixture, "u2", "acme-de", "{\"b\":2}");
    static const char *const joined[] = {"acme", "acme-de"};
    for (size_t i = 0; i < ARRAY_COUNT(joined); i++) {
        struct buf json = {0};
        buf_add_format(
            &json,
            "{\"event\":\"E\",\"userId\":\"u1\",\"context\":{\"groupId\":\"%s\",\"externalIds\":["
            "{\"id\":\"77\",\"type\":\"crm\",\"collection\":\"accounts\",\"encoding\":\"none\"}]}}",
            joined[i]);
        profile_client_send(fixture, "track", buf_text(&json));
        buf_release(&json);
    }
    char *ids = profile_client_ids(fixture, "accounts", "crm:77");
    assert_string_equal(ids, "crm:77 group_id:acme group_id:acme-de");
    free(ids);
    assert_account_trait(fixture, "group_id:acme", "b", "2");
    assert_account_trait(fixture, "group_id:acme-de", "a", "1");
    assert_int_equal(profile_client_get(fixture, "accounts", "crm:77", "links"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "data")), 2);
    assert_int_equal(profile_client_get(fixture, "accounts", "crm:77", "events"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "data")), 2);
    assert_int_equal(profile_client_get(fixture, "users", "crm:77", "traits"), 404);
}

static void a_users_merge_takes_the_links_along(void **state) {
    struct fixture *fixture = *state;
    profile_client_send(fixture, "group", "{\"anonymousId\":\"d\",\"groupId\":\"acme\"}");
    group(fixture, "u", "globex", "{}");
    profile_client_send(fixture, "identify", "{\"userId\":\"u\",\"anonymousId\":\"d\"}");
    assert_int_equal(profile_client_get(fixture, "users", "user_id:u", "links"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "data")), 2);
    assert_int_equal(profile_client_get(fixture, "accounts", "group_id:acme", "links"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "data")), 1);
}

static void too_long_group_ids_are_dropped(void **state) {
    struct fixture *fixture = *state;
    struct buf id = {0};
    for (int i = 0; i < 501; i++)
        buf_add_char(&id, 'g');
    group(fixture, "long", buf_text(&id), "{\"a\":1}");
    assert_int_equal(profile_client_get(fixture, "users", "user_id:long", "traits"), 404);
    id.len = 500;
    id.ptr[500] = '\0';
    group(fixture, "long", buf_text(&id), "{\"a\":1}");
    assert_int_equal(profile_client_get(fixture, "users", "user_id:long", "links"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "data")), 1);
    buf_release(&id);
}

#define WITH_SANDBOX(test) cmocka_unit_test_setup_teardown(test, start, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    WITH_SANDBOX(a_group_call_makes_an_account_with_traits_of_its_own),
    WITH_SANDBOX(an_account_has_an_internal_id),
    WITH_SANDBOX(links_go_both_ways),
    WITH_SANDBOX(links_are_paged),
    WITH_SANDBOX(tracks_in_a_groups_name_are_the_accounts_too),
    WITH_SANDBOX(an_account_has_computed_traits),
    WITH_SANDBOX(accounts_merge_on_an_id_of_their_own),
    WITH_SANDBOX(a_users_merge_takes_the_links_along),
    WITH_SANDBOX(too_long_group_ids_are_dropped),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
