// The Profile API over HTTP: pages to the end, shapes, refusals, methods, and how often it may be asked.
#include "http/url.h"
#include "profile_client.h"
#include "segment/profile.h"
#include "segment/tracking.h"

#include <sqlite3.h>

static int start_with(void **state, const struct sandbox_options *options) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_with(fixture, options);
    *state = fixture;
    return 0;
}

static int start(void **state) {
    static const struct sandbox_options options = {.seed_file = "none", .profile_limit = -1};
    return start_with(state, &options);
}

static int start_limited(void **state) {
    static const struct sandbox_options options = {.seed_file = "none", .profile_limit = 3};
    return start_with(state, &options);
}

static int start_seeded(void **state) {
    static const struct sandbox_options options = {0};
    return start_with(state, &options);
}

static int start_on_disk(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_on_disk(fixture);
    *state = fixture;
    return 0;
}

static struct str cursor_next(const struct fixture *fixture) {
    const struct json_node *cursor = json_get(fixture->json.root, "cursor");
    const struct str next = json_get_text(cursor, "next");
    assert_int_equal(json_bool(json_get(cursor, "has_more"), false), next.len > 0);
    return next;
}

// `resource` and the cursor of the answer before, percent-encoded.
static void next_page(struct fixture *fixture, const char *resource, struct buf *out) {
    const struct str next = cursor_next(fixture);
    buf_reset(out);
    if (!next.len) return;
    buf_add(out, str_from(resource));
    buf_add_char(out, '&');
    struct buf pair = {0};
    url_query_add(&pair, STR("next"), next);
    buf_add(out, buf_str(&pair));
    buf_release(&pair);
}

// ---- traits ----

#define TRAITS 2500

static void add_traits(struct fixture *fixture) {
    struct buf json = {0};
    for (int from = 0; from < TRAITS; from += 250) {
        buf_reset(&json);
        buf_add(&json, STR("{\"userId\":\"rich\",\"traits\":{"));
        for (int i = from; i < from + 250; i++) {
            const int mixed = (i * 1237) % TRAITS; // not in order
            buf_add_format(
                &json, "%s\"%s%d\":%d", i > from ? "," : "", mixed % 2 ? "Tr " : "tr_", mixed,
                mixed);
        }
        buf_add(&json, STR("}}"));
        profile_client_send(fixture, "identify", buf_text(&json));
    }
    buf_release(&json);
}

static void thousands_of_traits_are_paged_in_order_of_bytes(void **state) {
    static const int limits[] = {200, 7};
    struct fixture *fixture = *state;
    add_traits(fixture);
    for (size_t i = 0; i < ARRAY_COUNT(limits); i++) {
        struct buf page = {0}, last = {0}, first_page = {0};
        size_t count = 0;
        buf_add_format(&first_page, "traits?limit=%d", limits[i]);
        buf_add(&page, buf_str(&first_page));
        while (page.len) {
            assert_int_equal(
                profile_client_get(fixture, "users", "user_id:rich", buf_text(&page)), 200);
            const struct json_node *at = json_first(json_get(fixture->json.root, "traits"));
            for (; at; at = json_next(at), count++) {
                if (last.len) assert_true(str_compare(buf_str(&last), json_key(at)) < 0);
                buf_reset(&last);
                buf_add(&last, json_key(at));
            }
            next_page(fixture, buf_text(&first_page), &page);
        }
        assert_int_equal(count, TRAITS);
        buf_release(&page);
        buf_release(&last);
        buf_release(&first_page);
    }
}

static void included_traits_come_once_sorted_and_paged(void **state) {
    struct fixture *fixture = *state;
    profile_client_send(
        fixture, "identify",
        "{\"userId\":\"u\",\"traits\":{\"b\":2,\"a\":1,\"Plan "
        "Name\":\"gold\",\"c\":[1],\"d\":null}}");
    static const struct {
        const char *query, *body;
    } cases[] = {
        {"traits?include=c,b,a,b,zzz", "{\"a\":1,\"b\":2,\"c\":[1]}"},
        {"traits?include=Plan%20Name", "{\"Plan Name\":\"gold\"}"},
        {"traits?include=Plan+Name,d", "{\"Plan Name\":\"gold\"}"},
        {"traits?include=a,b,c&limit=2", "{\"a\":1,\"b\":2}"},
        {"traits?include=a,b,c&limit=2&next=c", "{\"c\":[1]}"},
        {"traits?include=a&class=computed_trait", "{}"},
        {"traits?include=,", "{}"},
        {"traits?next=bb", "{\"c\":[1]}"},
        {"traits", "{\"Plan Name\":\"gold\",\"a\":1,\"b\":2,\"c\":[1]}"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf traits = {0};
        print_message("%s\n", cases[i].query);
        assert_int_equal(profile_client_get(fixture, "users", "user_id:u", cases[i].query), 200);
        json_print(json_get(fixture->json.root, "traits"), &traits);
        assert_str(buf_str(&traits), cases[i].body);
        buf_release(&traits);
    }
}

// ---- events ----

#define EVENTS 1200

// Many of one millisecond: the order among them is that of arrival.
static void add_events(struct fixture *fixture) {
    struct buf json = {0};
    for (int from = 0; from < EVENTS; from += 300) {
        buf_reset(&json);
        buf_add(&json, STR("{\"batch\":["));
        for (int i = from; i < from + 300; i++) {
            buf_add_format(
                &json,
                "%s{\"type\":\"track\",\"event\":\"%s\",\"userId\":\"busy\",\"messageId\":\"m-%d\","
                "\"timestamp\":\"2026-01-01T00:00:00.%03dZ\"}",
                i > from ? "," : "", i % 100 ? "Often" : "Rare", i, i / 50);
        }
        buf_add(&json, STR("]}"));
        profile_client_send(fixture, "batch", buf_text(&json));
    }
    buf_release(&json);
}

static void events_are_paged_in_both_directions(void **state) {
    static const struct {
        const char *query;
        size_t count;
        bool is_ascending;
    } cases[] = {
        {"events?limit=100", EVENTS, false},
        {"events?limit=37&sort=asc", EVENTS, true},
        {"events?limit=37&sort=desc", EVENTS, false},
        {"events?limit=5&include=Rare", EVENTS / 100, false},
        {"events?limit=100&exclude=Rare&sort=asc", EVENTS - EVENTS / 100, true},
        {"events?limit=7&sort=asc&start=2026-01-01T00:00:00.001Z&end=2026-01-01T00:00:00.003Z", 100,
         true},
        {"events?limit=7&start=2026-01-01T00:00:00.001Z&end=2026-01-01T00:00:00.003Z", 100, false},
        {"events?limit=7&start=2026-01-02", 0, false},
        {"events?limit=7&end=2026-01-01", 0, false},
    };
    struct fixture *fixture = *state;
    add_events(fixture);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf page = {0};
        size_t count = 0;
        int64_t last = -1;
        print_message("%s\n", cases[i].query);
        buf_add(&page, str_from(cases[i].query));
        while (page.len) {
            assert_int_equal(
                profile_client_get(fixture, "users", "user_id:busy", buf_text(&page)), 200);
            const struct json_node *at = json_first(json_get(fixture->json.root, "data"));
            for (; at; at = json_next(at), count++) {
                int64_t number = 0;
                assert_true(str_parse_int64(str_skip(json_get_text(at, "message_id"), 2), &number));
                if (last >= 0) assert_true(cases[i].is_ascending ? number > last : number < last);
                last = number;
            }
            next_page(fixture, cases[i].query, &page);
        }
        assert_int_equal(count, cases[i].count);
        buf_release(&page);
    }
}

static void the_cursor_of_events_is_time_and_message_id(void **state) {
    struct fixture *fixture = *state;
    struct buf message_id = {0};
    int64_t at_ms = 0;
    add_events(fixture);
    assert_int_equal(
        profile_client_get(fixture, "users", "user_id:busy", "events?limit=1&sort=asc"), 200);
    assert_true(profile_event_cursor_decode(cursor_next(fixture), &at_ms, &message_id));
    assert_true(at_ms == 1767225600000);
    assert_str(buf_str(&message_id), "m-1");
    buf_release(&message_id);
    // one whose event is gone goes on at its time
    struct buf query = {0};
    buf_add(&query, STR("events?limit=1&sort=asc&next="));
    profile_event_cursor_encode(1767225600001, STR("nobody"), &query);
    assert_int_equal(profile_client_get(fixture, "users", "user_id:busy", buf_text(&query)), 200);
    assert_str(
        json_get_text(json_first(json_get(fixture->json.root, "data")), "message_id"), "m-50");
    buf_release(&query);
}

// Rare names must not stop everybody else: such a page ends early, and says where to go on.
static void a_page_looks_at_so_many_events_only(void **state) {
    struct fixture *fixture = *state;
    struct buf json = {0}, page = {0};
    size_t pages = 0, count = 0;
    profile_client_send(fixture, "track", "{\"event\":\"Rare\",\"userId\":\"busy\"}");
    for (int from = 0; from < 22000; from += 2000) {
        buf_reset(&json);
        buf_add(&json, STR("{\"batch\":["));
        for (int i = 0; i < 2000; i++) {
            buf_add_format(
                &json, "%s{\"type\":\"track\",\"event\":\"Often\",\"userId\":\"busy\"}",
                i ? "," : "");
        }
        buf_add(&json, STR("]}"));
        profile_client_send(fixture, "batch", buf_text(&json));
    }
    buf_add(&page, STR("events?include=Rare"));
    while (page.len) {
        assert_int_equal(
            profile_client_get(fixture, "users", "user_id:busy", buf_text(&page)), 200);
        pages++;
        count += json_count(json_get(fixture->json.root, "data"));
        next_page(fixture, "events?include=Rare", &page);
    }
    assert_int_equal(pages, 2);
    assert_int_equal(count, 1);
    buf_release(&json);
    buf_release(&page);
}

static void events_show_for_fourteen_days_after_they_came(void **state) {
    struct fixture *fixture = *state;
    sqlite3 *database = NULL;
    char path[300];
    // as old as can be, but just arrived
    profile_client_send(
        fixture, "track",
        "{\"event\":\"Old\",\"userId\":\"u\",\"timestamp\":\"2019-05-19T09:00:00Z\"}");
    profile_client_send(fixture, "track", "{\"event\":\"Gone\",\"userId\":\"u\"}");
    sandbox_stop(fixture->sandbox);
    temp_folder_path(&fixture->folder, "sandbox.db", path, sizeof(path));
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(
            database,
            "UPDATE events SET received_ms=received_ms-14*86400000-1000 WHERE name='Gone'", NULL,
            NULL, NULL),
        SQLITE_OK);
    sqlite3_close(database);
    fixture->sandbox = NULL;
    fixture_restart(fixture);
    assert_int_equal(profile_client_get(fixture, "users", "user_id:u", "events"), 200);
    const struct json_node *data = json_get(fixture->json.root, "data");
    assert_int_equal(json_count(data), 1);
    assert_str(json_get_text(json_first(data), "event"), "Old");
}

static void an_event_has_the_keys_of_the_docs(void **state) {
    struct fixture *fixture = *state;
    struct buf keys = {0}, ids = {0};
    profile_client_send(
        fixture, "track",
        "{\"event\":\"Page Viewed\",\"userId\":\"U1\",\"anonymousId\":\"a\",\"messageId\":\"m-1\","
        "\"properties\":{\"section\":\"Spec\"},\"context\":{\"ip\":\"73.92.233.78\"}}");
    profile_client_send(fixture, "identify", "{\"userId\":\"U1\",\"traits\":{\"email\":\"e@x\"}}");
    assert_int_equal(profile_client_get(fixture, "users", "user_id:u1", "events"), 200);
    const struct json_node *event = json_first(json_get(fixture->json.root, "data"));
    for (const struct json_node *at = json_first(event); at; at = json_next(at)) {
        buf_add(&keys, json_key(at));
        buf_add_char(&keys, ' ');
    }
    assert_str(
        buf_str(&keys),
        "external_ids context type message_id source_id timestamp event properties related ");
    assert_str(json_get_text(json_get(event, "properties"), "section"), "Spec");
    assert_str(json_get_text(json_get(event, "context"), "ip"), "73.92.233.78");
    assert_str(json_get_text(event, "source_id"), "srcIosProd000003");
    // what the event brought, not all that is known by now
    json_print(json_get(event, "external_ids"), &ids);
    assert_str(
        buf_str(&ids), "[{\"collection\":\"users\",\"type\":\"user_id\",\"id\":\"U1\",\"encoding\":"
                       "\"none\"},{\"collection\":\"users\",\"type\":\"anonymous_id\",\"id\":\"a\","
                       "\"encoding\":\"none\"}]");
    const struct str user = json_get_text(json_get(event, "related"), "users");
    const struct str url = json_get_text(json_get(fixture->json.root, "cursor"), "url");
    assert_true(str_starts_with(user, STR("use_")));
    assert_true(str_contains(url, user));
    buf_release(&keys);
    buf_release(&ids);
}

// ---- external ids, metadata ----

static void external_ids_are_paged_and_chosen(void **state) {
    struct fixture *fixture = *state;
    struct buf page = {0}, types = {0};
    profile_client_send(
        fixture, "identify",
        "{\"userId\":\"u\",\"anonymousId\":\"a1\",\"traits\":{\"email\":\"e@x\"}}");
    profile_client_send(fixture, "identify", "{\"userId\":\"u\",\"anonymousId\":\"a2\"}");
    buf_add(&page, STR("external_ids?limit=1"));
    while (page.len) {
        assert_int_equal(profile_client_get(fixture, "users", "user_id:u", buf_text(&page)), 200);
        const struct json_node *id = json_first(json_get(fixture->json.root, "data"));
        assert_int_equal(json_count(json_get(fixture->json.root, "data")), 1);
        assert_str(json_get_text(id, "collection"), "users");
        assert_str(json_get_text(id, "encoding"), "none");
        assert_true(json_get_text(id, "first_message_id").len > 0);
        assert_true(json_get_text(id, "created_at").len > 0);
        buf_add(&types, json_get_text(id, "type"));
        buf_add_char(&types, ' ');
        if (cursor_next(fixture).len)
            assert_true(str_starts_with(cursor_next(fixture), STR("map_")));
        next_page(fixture, "external_ids?limit=1", &page);
    }
    assert_str(buf_str(&types), "anonymous_id anonymous_id email user_id ");
    assert_int_equal(
        profile_client_get(fixture, "users", "user_id:u", "external_ids?include=email,user_id"),
        200);
    assert_int_equal(json_count(json_get(fixture->json.root, "data")), 2);
    assert_int_equal(
        profile_client_get(fixture, "users", "user_id:u", "external_ids?next=map_none"), 400);
    assert_str(
        json_get_text(json_get(fixture->json.root, "error"), "code"), "invalid_request_error");
    buf_release(&page);
    buf_release(&types);
}

static void metadata_has_the_keys_of_the_docs(void **state) {
    struct fixture *fixture = *state;
    struct buf keys = {0};
    profile_client_send(fixture, "identify", "{\"userId\":\"u\",\"messageId\":\"m-1\"}");
    assert_int_equal(
        profile_client_get(fixture, "users", "user_id:u", "metadata?verbose=true"), 200);
    const struct json_node *metadata = json_get(fixture->json.root, "metadata");
    for (const struct json_node *at = json_first(metadata); at; at = json_next(at)) {
        buf_add(&keys, json_key(at));
        buf_add_char(&keys, ' ');
    }
    assert_str(
        buf_str(&keys), "created_at updated_at expires_at first_message_id first_source_id "
                        "last_message_id last_source_id ");
    assert_int_equal(json_kind(json_get(metadata, "expires_at")), JSON_NULL);
    buf_release(&keys);
}

// ---- refusals ----

static void refusals_name_what_is_wrong(void **state) {
    static const struct {
        const char *collection, *id, *resource;
        int status;
        const char *code, *says;
    } cases[] = {
        {"users", "user_id:nobody", "traits", 404, "not_found", "Profile was not found."},
        {"users", "user_id:2941404340", "nonsense", 404, "not_found", "doesn't exist"},
        {"cats", "user_id:2941404340", "traits", 404, "not_found", "doesn't exist"},
        {"us!ers", "user_id:2941404340", "traits", 400, "validation_error",
         "The parameter `collection` has invalid character(s) `!`"},
        {"users", "2941404340", "traits", 400, "validation_error", "`id`"},
        {"users", "user_id:", "traits", 400, "validation_error", "`id`"},
        {"users", "use_nobody", "traits", 404, "not_found", "Profile was not found."},
        {"accounts", "group_id:nobody", "traits", 404, "not_found", "Profile was not found."},
        {"users", "user_id:2941404340", "traits?limit=0", 400, "invalid_request_error", "`limit`"},
        {"users", "user_id:2941404340", "traits?limit=201", 400, "invalid_request_error", "200"},
        {"users", "user_id:2941404340", "links?limit=21", 400, "invalid_request_error", "20"},
        {"users", "user_id:2941404340", "traits?class=sql", 400, "invalid_request_error",
         "`class`"},
        {"users", "user_id:2941404340", "traits?verbose=1", 400, "invalid_request_error",
         "`verbose`"},
        {"users", "user_id:2941404340", "events?start=x", 400, "invalid_request_error", "`start`"},
        {"users", "user_id:2941404340", "events?end=x", 400, "invalid_request_error", "`end`"},
        {"users", "user_id:2941404340", "events?sort=x", 400, "invalid_request_error", "`sort`"},
        {"users", "user_id:2941404340", "events?next=x", 400, "invalid_request_error", "`next`"},
        {"users", "user_id:2941404340", "links?next=x", 400, "invalid_request_error", "`next`"},
        {"users", "user_id:2941404340", "traits?limit=200&unknown=1", 200, "", ""},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s %s %s\n", cases[i].collection, cases[i].id, cases[i].resource);
        assert_int_equal(
            profile_client_get(fixture, cases[i].collection, cases[i].id, cases[i].resource),
            cases[i].status);
        const struct json_node *error = json_get(fixture->json.root, "error");
        assert_str(json_get_text(error, "code"), cases[i].code);
        assert_contains(json_get_text(error, "message"), cases[i].says);
        assert_true(headers_get(&fixture->response.headers, STR("Request-Id")).len > 0);
    }
}

static void every_method_but_get_is_refused_without_cors(void **state) {
    static const struct {
        const char *method;
        int status;
    } cases[] = {{"POST", 405},    {"PUT", 405},  {"DELETE", 405},
                 {"OPTIONS", 405}, {"HEAD", 200}, {"GET", 200}};
    struct fixture *fixture = *state;
    struct buf target = {0}, basic = {0}, before = {0};
    buf_add_format(
        &target, "/v1/spaces/%s/collections/users/profiles/user_id:2941404340/traits",
        fixture_get_identity(fixture, "profile_space_id"));
    tracking_add_basic(&basic, str_from(fixture_get_identity(fixture, "profile_api_token")));
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct fixture_call call = {
            .method = cases[i].method,
            .target = buf_text(&target),
            .authorization = buf_text(&basic),
            .origin = "https://shop.example"};
        const struct headers *headers = &fixture->response.headers;
        print_message("%s\n", cases[i].method);
        assert_int_equal(fixture_call(fixture, &call), cases[i].status);
        for (size_t j = 0; j < headers_count(headers); j++) {
            assert_false(str_starts_with(headers_at(headers, j)->name, STR("Access-Control-")));
        }
        const struct str id = headers_get(headers, STR("Request-Id"));
        assert_true(id.len > 0 && !str_equal(id, buf_str(&before)));
        buf_reset(&before);
        buf_add(&before, id);
        if (cases[i].status == 405) {
            assert_str(headers_get(headers, STR("Allow")), "GET, HEAD");
            assert_str(
                json_get_text(json_get(fixture->json.root, "error"), "code"),
                "invalid_request_error");
        }
        if (str_equal(str_from(cases[i].method), STR("HEAD")))
            assert_int_equal(fixture->response.body.len, 0);
    }
    buf_release(&target);
    buf_release(&basic);
    buf_release(&before);
}

// At most three in any second of the clock: among many asked at once one is refused, and after the second is
// over, at the latest, one is answered again.
static void a_space_is_asked_so_often_and_no_more(void **state) {
    struct fixture *fixture = *state;
    int refused = 0, answered = 0;
    profile_client_send(fixture, "identify", "{\"userId\":\"u\",\"traits\":{\"a\":1}}");
    for (int i = 0; i < 1000000 && !(refused && answered); i++) {
        const int status = profile_client_get(fixture, "users", "user_id:u", "traits");
        assert_true(status == 200 || status == 429);
        answered += refused && status == 200;
        if (status == 200) continue;
        refused++;
        assert_str(headers_get(&fixture->response.headers, STR("Retry-After")), "1");
        assert_true(headers_get(&fixture->response.headers, STR("Request-Id")).len > 0);
        assert_str(
            json_get_text(json_get(fixture->json.root, "error"), "code"), "rate_limit_error");
    }
    assert_true(refused > 0 && answered > 0);
}

#define WITH(setup, test) cmocka_unit_test_setup_teardown(test, setup, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    WITH(start, thousands_of_traits_are_paged_in_order_of_bytes),
    WITH(start, included_traits_come_once_sorted_and_paged),
    WITH(start, events_are_paged_in_both_directions),
    WITH(start, the_cursor_of_events_is_time_and_message_id),
    WITH(start, a_page_looks_at_so_many_events_only),
    WITH(start_on_disk, events_show_for_fourteen_days_after_they_came),
    WITH(start, an_event_has_the_keys_of_the_docs),
    WITH(start, external_ids_are_paged_and_chosen),
    WITH(start, metadata_has_the_keys_of_the_docs),
    WITH(start_seeded, refusals_name_what_is_wrong),
    WITH(start_seeded, every_method_but_get_is_refused_without_cors),
    WITH(start_limited, a_space_is_asked_so_often_and_no_more),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
