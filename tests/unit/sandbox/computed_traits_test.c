// Computed traits and audiences: every kind live, over old events and through a merge gives the same.
#include "profile_client.h"

#include <sqlite3.h>

static const struct sandbox_options empty = {.seed_file = "none", .profile_limit = -1};

static int start(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_with(fixture, &empty);
    *state = fixture;
    return 0;
}

static int start_seeded(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_in_memory(fixture);
    *state = fixture;
    return 0;
}

static int start_on_disk(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_on_disk(fixture);
    *state = fixture;
    return 0;
}

static void unquote(struct buf *out, const char *quoted) {
    for (; *quoted; quoted++)
        buf_add_char(out, *quoted == '\'' ? '"' : *quoted);
}

static void define(struct fixture *fixture, const char *key, const char *quoted) {
    struct buf json = {0};
    unquote(&json, quoted);
    assert_int_equal(profile_client_define(fixture, key, buf_text(&json)), 200);
    buf_release(&json);
}

// `who` is a piece of JSON: 'userId':'u'
static void track(struct fixture *fixture, const char *who, int at_s, const char *properties) {
    struct buf text = {0}, json = {0};
    buf_add_format(
        &text, "{%s,'event':'E','timestamp':'2026-01-01T00:00:%02dZ','properties':%s}", who, at_s,
        properties);
    unquote(&json, buf_text(&text));
    profile_client_send(fixture, "track", buf_text(&json));
    buf_release(&text);
    buf_release(&json);
}

// ---- every kind, four ways ----

#define EVENTS_MAX 6

static const struct kind {
    const char *definition;
    struct {
        int at_s;
        const char *properties;
    } events[EVENTS_MAX];
    const char *expected; // "none": no trait
} kinds[] = {
    {.definition = "{'type':'event_counter','event':'E'}",
     .events = {{1, "{}"}, {2, "{}"}, {3, "{}"}, {4, "{}"}},
     .expected = "4"},
    {.definition = "{'type':'event_counter','event':'Other'}",
     .events = {{1, "{}"}},
     .expected = "none"},
    {.definition =
         "{'type':'event_counter','event':'E','conditions':[{'property':'price','operator':"
         "'greater_than','value':30}]}",
     .events = {{1, "{'price':31}"}, {2, "{'price':30}"}, {3, "{'price':99}"}, {4, "{}"}},
     .expected = "2"},
    {.definition = "{'type':'aggregation','aggregation':'sum','event':'E','property':'revenue'}",
     .events = {{1, "{'revenue':10.5}"}, {2, "{'revenue':'7'}"}, {3, "{}"}, {4, "{'revenue':2}"}},
     .expected = "12.5"},
    {.definition =
         "{'type':'aggregation','aggregation':'average','event':'E','property':'revenue'}",
     .events = {{1, "{'revenue':1}"}, {2, "{'revenue':2}"}, {3, "{'revenue':6}"}, {4, "{}"}},
     .expected = "3"},
    {.definition = "{'type':'aggregation','aggregation':'minimum','event':'E','property':'n'}",
     .events = {{1, "{'n':5}"}, {2, "{'n':-2}"}, {3, "{'n':7}"}},
     .expected = "-2"},
    {.definition = "{'type':'aggregation','aggregation':'maximum','event':'E','property':'n'}",
     .events = {{1, "{'n':-5}"}, {2, "{'n':-2}"}, {3, "{'n':-7}"}},
     .expected = "-2"},
    {.definition = "{'type':'aggregation','aggregation':'sum','event':'E','property':'quantity'}",
     .events = {{1, "{'products':[{'quantity':2},{'quantity':3}]}"}, {2, "{'quantity':1}"}},
     .expected = "6"},
    {.definition = "{'type':'aggregation','aggregation':'sum','event':'E','property':'n'}",
     .events = {{1, "{'n':'no number'}"}},
     .expected = "none"},
    {.definition = "{'type':'most_frequent','event':'E','property':'category'}",
     .events = {{1, "{'category':'b'}"}, {2, "{'category':'a'}"}, {3, "{'category':'b'}"}},
     .expected = "\"b\""},
    {.definition = "{'type':'most_frequent','event':'E','property':'category'}",
     .events = {{1, "{'category':'a'}"}, {2, "{'category':'b'}"}},
     .expected = "none"}, // once each
    {.definition = "{'type':'most_frequent','event':'E','property':'category'}",
     .events =
         {{1, "{'category':'b'}"},
          {2, "{'category':'b'}"},
          {3, "{'category':'a'}"},
          {4, "{'category':'a'}"}},
     .expected = "\"a\""}, // a tie: the first in the alphabet
    {.definition = "{'type':'most_frequent','event':'E','property':'size'}",
     .events = {{1, "{'size':42}"}, {2, "{'size':'x'}"}, {3, "{'size':42}"}},
     .expected = "42"},
    {.definition = "{'type':'most_frequent','event':'E','property':'sku'}",
     // one event counts a value once
     .events = {{1, "{'sku':'a','products':[{'sku':'a'}]}"}, {2, "{'sku':'b'}"}},
     .expected = "none"},
    {.definition = "{'type':'first','event':'E','property':'page'}",
     .events = {{5, "{'page':'five'}"}, {3, "{'page':'three'}"}, {9, "{'page':'nine'}"}},
     .expected = "\"three\""}, // by event time, not arrival
    {.definition = "{'type':'last','event':'E','property':'page'}",
     .events =
         {{5, "{'page':'five'}"}, {9, "{'page':'nine'}"}, {3, "{'page':'three'}"}, {10, "{}"}},
     .expected = "\"nine\""},
    {.definition = "{'type':'last','event':'E','property':'total'}",
     .events = {{1, "{'total':1}"}, {2, "{'total':2.5}"}},
     .expected = "2.5"},
    {.definition = "{'type':'unique_list','event':'E','property':'sku'}",
     .events =
         {{1, "{'sku':'b'}"},
          {2, "{'sku':'a'}"},
          {3, "{'sku':'b'}"},
          {4, "{'products':[{'sku':'c'},{'sku':'a'}]}"}},
     .expected = "[\"a\",\"b\",\"c\"]"},
    {.definition = "{'type':'unique_list','event':'E','property':'sku'}",
     .events =
         {{1, "{'sku':'ab c'}"}, {2, "{'sku':'ab'}"}, {3, "{'sku':'a\\\\b'}"}, {4, "{'sku':7}"}},
     .expected = "[7,\"a\\\\b\",\"ab\",\"ab c\"]"},
    {.definition = "{'type':'unique_list','event':'E','property':'sku'}",
     .events = {{1, "{'products':[{'price':1}]}"}, {2, "{'sku':''}"}},
     .expected = "none"},
    {.definition = "{'type':'unique_list_count','event':'E','property':'tags'}",
     .events = {{1, "{'tags':['x','y']}"}, {2, "{'tags':['y','z']}"}, {3, "{'tags':'x'}"}},
     .expected = "3"},
    {.definition = "{'type':'event_audience','event':'E','at_least':3}",
     .events = {{1, "{}"}, {2, "{}"}, {3, "{}"}, {4, "{}"}},
     .expected = "true"},
    {.definition = "{'type':'event_audience','event':'E','at_least':3}",
     .events = {{1, "{}"}, {2, "{}"}},
     .expected = "none"},
};

enum way { LIVE, AFTERWARDS, HALFWAY, MERGED, WAY_COUNT };
static const char *const way_names[] = {"live", "afterwards", "halfway", "merged"};

static void run_way(struct fixture *fixture, const struct kind *kind, enum way way) {
    size_t count = 0;
    while (count < EVENTS_MAX && kind->events[count].properties)
        count++;
    for (size_t i = 0; i <= count; i++) {
        const bool is_time = way == AFTERWARDS ? i == count
                             : way == HALFWAY  ? i == count / 2
                                               : i == 0;
        if (is_time) define(fixture, "computed", kind->definition);
        if (i == count) break;
        const bool is_anonymous = way == MERGED && i % 2 == 0;
        track(
            fixture, is_anonymous ? "'anonymousId':'d'" : "'userId':'u'", kind->events[i].at_s,
            kind->events[i].properties);
    }
    if (way == MERGED)
        profile_client_send(fixture, "identify", "{\"userId\":\"u\",\"anonymousId\":\"d\"}");
    profile_client_wait_live(fixture, "computed");
    assert_trait(fixture, "user_id:u", "computed", kind->expected);
    if (way == MERGED) assert_trait(fixture, "anonymous_id:d", "computed", kind->expected);
}

static void every_kind_gives_the_same_whichever_way(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        for (enum way way = LIVE; way < WAY_COUNT; way++) {
            void *own = NULL;
            print_message("%s: %s\n", way_names[way], kinds[i].definition);
            (void)start(&own);
            run_way(own, &kinds[i], way);
            (void)fixture_tear_down(&own);
        }
    }
}

// ---- the space's own ----

static void the_sandbox_has_computed_traits_of_its_own(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_get(fixture, "/_recloop/computed-traits"), 200);
    const struct json_node *at = json_first(json_get(fixture->json.root, "computed_traits"));
    size_t count = 0;
    for (; at; at = json_next(at), count++) {
        assert_str(json_get_text(at, "status"), "live");
        assert_true(json_get_text(at, "created_at").len > 0);
        assert_true(json_get_text(at, "type").len > 0);
    }
    assert_int_equal(count, 6);
    assert_int_equal(fixture_get(fixture, "/_recloop/computed-traits/purchased_products"), 200);
    assert_str(json_get_text(fixture->json.root, "type"), "unique_list");
    assert_str(json_get_text(fixture->json.root, "class"), "computed_trait");
    assert_int_equal(fixture_get(fixture, "/_recloop/computed-traits/repeat_buyers"), 200);
    assert_str(json_get_text(fixture->json.root, "class"), "audience");
    assert_int_equal(fixture_get(fixture, "/_recloop/computed-traits/nonsense"), 404);
}

static void orders_feed_the_traits_of_the_workshop(void **state) {
    struct fixture *fixture = *state;
    const char *const before = "[\"dark-winter-jacket\",\"timberland-mens-6-inch-premium-boot\"]";
    assert_trait(fixture, "user_id:2941404340", "purchased_products", before);
    profile_client_send(
        fixture, "track",
        "{\"event\":\"Order Completed\",\"userId\":\"2941404340\",\"properties\":{\"revenue\":99.5,"
        "\"products\":[{\"sku\":\"led-high-tops\"},{\"sku\":\"dark-winter-jacket\"}]}}");
    assert_trait(
        fixture, "user_id:2941404340", "purchased_products",
        "[\"dark-winter-jacket\",\"led-high-tops\",\"timberland-mens-6-inch-premium-boot\"]");
    assert_trait(fixture, "user_id:2941404340", "lifetime_revenue", "99.5");
    assert_trait(fixture, "user_id:2941404340", "total_num_orders", "3"); // two before
    assert_trait(fixture, "user_id:2941404340", "repeat_buyers", "true");
    profile_client_send(
        fixture, "track",
        "{\"event\":\"Order Completed\",\"userId\":\"new-one\",\"properties\":{\"sku\":\"a\"}}");
    assert_trait(fixture, "user_id:new-one", "total_num_orders", "1");
    assert_trait(fixture, "user_id:new-one", "repeat_buyers", "none");
    profile_client_send(fixture, "track", "{\"event\":\"Order Completed\",\"userId\":\"new-one\"}");
    assert_trait(fixture, "user_id:new-one", "total_num_orders", "2");
    assert_trait(fixture, "user_id:new-one", "repeat_buyers", "true");
    assert_int_equal(
        profile_client_get(fixture, "users", "user_id:new-one", "traits?class=audience"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "traits")), 1);
    assert_int_equal(
        profile_client_get(fixture, "users", "user_id:new-one", "traits?class=computed_trait"),
        200);
    assert_int_equal(json_count(json_get(fixture->json.root, "traits")), 2);
}

static void identify_cannot_touch_a_computed_trait(void **state) {
    struct fixture *fixture = *state;
    define(fixture, "visits", "{'type':'event_counter','event':'E'}");
    track(fixture, "'userId':'u'", 1, "{}");
    profile_client_send(
        fixture, "identify", "{\"userId\":\"u\",\"traits\":{\"visits\":99,\"plan\":\"gold\"}}");
    assert_trait(fixture, "user_id:u", "visits", "1");
    profile_client_send(fixture, "identify", "{\"userId\":\"u\",\"traits\":{\"visits\":null}}");
    assert_trait(fixture, "user_id:u", "visits", "1");
    assert_int_equal(profile_client_get(fixture, "users", "user_id:u", "traits?verbose=true"), 200);
    const struct json_node *traits = json_get(fixture->json.root, "traits");
    assert_str(
        json_get_text(json_get(traits, "visits"), "source_id"),
        fixture_get_identity(fixture, "profile_space_id"));
    assert_str(json_get_text(json_get(traits, "plan"), "source_id"), "srcIosProd000003");
    // a removed one is not there for anybody
    profile_client_send(fixture, "identify", "{\"userId\":\"u\",\"traits\":{\"plan\":null}}");
    assert_int_equal(profile_client_get(fixture, "users", "user_id:u", "traits?verbose=true"), 200);
    assert_null(json_get(json_get(fixture->json.root, "traits"), "plan"));
}

// ---- changing definitions ----

static void a_changed_definition_is_computed_anew(void **state) {
    struct fixture *fixture = *state;
    define(fixture, "c", "{'type':'unique_list','event':'E','property':'a'}");
    track(fixture, "'userId':'u'", 1, "{'a':'x','b':'y'}");
    track(fixture, "'userId':'v'", 1, "{'a':'z'}");
    assert_trait(fixture, "user_id:u", "c", "[\"x\"]");
    define(fixture, "c", "{'type':'unique_list','event':'E','property':'a'}");
    assert_str(json_get_text(fixture->json.root, "status"), "live"); // nothing to do
    define(fixture, "c", "{'type':'unique_list','event':'E','property':'b'}");
    assert_str(json_get_text(fixture->json.root, "status"), "clearing");
    profile_client_wait_live(fixture, "c");
    assert_trait(fixture, "user_id:u", "c", "[\"y\"]");
    assert_trait(fixture, "user_id:v", "c", "none");
    track(fixture, "'userId':'v'", 2, "{'b':'later'}");
    assert_trait(fixture, "user_id:v", "c", "[\"later\"]");
}

static void a_removed_definition_leaves_custom_traits(void **state) {
    struct fixture *fixture = *state;
    define(fixture, "visits", "{'type':'event_counter','event':'E'}");
    track(fixture, "'userId':'u'", 1, "{}");
    const struct fixture_call remove = {
        .method = "DELETE", .target = "/_recloop/computed-traits/visits"};
    assert_int_equal(fixture_call(fixture, &remove), 200);
    assert_int_equal(fixture_get(fixture, "/_recloop/computed-traits/visits"), 404);
    assert_int_equal(fixture_call(fixture, &remove), 404);
    assert_trait(fixture, "user_id:u", "visits", "1");
    track(fixture, "'userId':'u'", 2, "{}");
    assert_trait(fixture, "user_id:u", "visits", "1");
    profile_client_send(fixture, "identify", "{\"userId\":\"u\",\"traits\":{\"visits\":\"mine\"}}");
    assert_trait(fixture, "user_id:u", "visits", "\"mine\"");
    assert_int_equal(
        profile_client_get(fixture, "users", "user_id:u", "traits?class=computed_trait"), 200);
    assert_null(json_get(json_get(fixture->json.root, "traits"), "visits"));
    // and the same key may be defined again
    define(fixture, "visits", "{'type':'event_counter','event':'E'}");
    profile_client_wait_live(fixture, "visits");
    assert_trait(fixture, "user_id:u", "visits", "2");
}

static void wrong_definitions_are_refused_with_a_next_step(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(profile_client_define(fixture, "x", "{\"type\":\"magic\"}"), 400);
    const struct json_node *error = json_get(fixture->json.root, "error");
    assert_contains(json_get_text(error, "message"), "`type`");
    assert_true(json_get_text(error, "hint").len > 0);
    assert_int_equal(profile_client_define(fixture, "x", "nonsense"), 400);
    assert_int_equal(profile_client_define(fixture, "", "{}"), 400);
    assert_int_equal(profile_client_define(fixture, "%zz", "{}"), 400);
    int status = 200, made = 0;
    for (int i = 0; status == 200 && i < 60; i++, made++) {
        struct buf key = {0};
        buf_add_format(&key, "more%d", i);
        status = profile_client_define(
            fixture, buf_text(&key), "{\"type\":\"event_counter\",\"event\":\"E\"}");
        buf_release(&key);
    }
    assert_int_equal(status, 400);
    assert_int_equal(made, 50 - 6 + 1);
}

static void a_key_may_hold_any_character(void **state) {
    struct fixture *fixture = *state;
    struct json_node const *traits = NULL;
    assert_int_equal(
        profile_client_define(
            fixture, "Orders%20%2F%20Year", "{\"type\":\"event_counter\",\"event\":\"E\"}"),
        200);
    assert_str(json_get_text(fixture->json.root, "key"), "Orders / Year");
    track(fixture, "'userId':'u'", 1, "{}");
    assert_int_equal(profile_client_get(fixture, "users", "user_id:u", "traits"), 200);
    traits = json_get(fixture->json.root, "traits");
    assert_int_equal(json_kind(json_get(traits, "Orders / Year")), JSON_NUMBER);
}

// ---- audiences ----

static void an_audience_of_a_trait_is_entered_and_left(void **state) {
    struct fixture *fixture = *state;
    profile_client_send(fixture, "identify", "{\"userId\":\"old\",\"traits\":{\"plan\":\"gold\"}}");
    profile_client_send(fixture, "identify", "{\"userId\":\"no\",\"traits\":{\"plan\":\"tin\"}}");
    define(
        fixture, "golden",
        "{'type':'trait_audience','trait':'plan','operator':'equals','value':'gold'}");
    profile_client_wait_live(fixture, "golden");
    assert_trait(fixture, "user_id:old", "golden", "true"); // computed over the profiles
    assert_trait(fixture, "user_id:no", "golden", "none");
    profile_client_send(fixture, "identify", "{\"userId\":\"no\",\"traits\":{\"plan\":\"gold\"}}");
    assert_trait(fixture, "user_id:no", "golden", "true");
    profile_client_send(fixture, "identify", "{\"userId\":\"no\",\"traits\":{\"plan\":null}}");
    assert_trait(fixture, "user_id:no", "golden", "false");
    // a merge may end it, too
    profile_client_send(
        fixture, "identify", "{\"anonymousId\":\"d\",\"traits\":{\"plan\":\"tin\"}}");
    profile_client_send(fixture, "identify", "{\"userId\":\"old\",\"anonymousId\":\"d\"}");
    assert_trait(fixture, "user_id:old", "plan", "\"tin\"");
    assert_trait(fixture, "user_id:old", "golden", "false");
}

static void an_audience_may_look_at_a_computed_trait(void **state) {
    struct fixture *fixture = *state;
    define(
        fixture, "spent",
        "{'type':'aggregation','aggregation':'sum','event':'E','property':'revenue'}");
    define(
        fixture, "big_spender",
        "{'type':'trait_audience','trait':'spent','operator':'greater_than','value':100}");
    profile_client_wait_live(fixture, "big_spender");
    track(fixture, "'userId':'u'", 1, "{'revenue':60}");
    assert_trait(fixture, "user_id:u", "big_spender", "none");
    track(fixture, "'userId':'u'", 2, "{'revenue':60}");
    assert_trait(fixture, "user_id:u", "big_spender", "true");
}

// ---- volume ----

static void send_batch(struct fixture *fixture, int from, int count) {
    struct buf json = {0};
    buf_add(&json, STR("{\"batch\":["));
    for (int i = from; i < from + count; i++) {
        buf_add_format(
            &json,
            "%s{\"type\":\"track\",\"event\":\"%s\",\"userId\":\"u%d\",\"properties\":{\"n\":%d}}",
            i > from ? "," : "", i % 2 ? "E" : "F", i % 10, i);
    }
    buf_add(&json, STR("]}"));
    profile_client_send(fixture, "batch", buf_text(&json));
    buf_release(&json);
}

static void many_old_events_are_counted_once_through_a_restart(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 6000; i += 500)
        send_batch(fixture, i, 500);
    define(fixture, "count", "{'type':'event_counter','event':'E'}");
    send_batch(fixture, 6000, 500);
    fixture_restart(fixture);
    send_batch(fixture, 6500, 500);
    fixture_restart(fixture);
    profile_client_wait_live(fixture, "count");
    fixture_restart(fixture);
    assert_trait(fixture, "user_id:u1", "count", "700"); // of 7,000, every tenth
    assert_trait(fixture, "user_id:u9", "count", "700");
    assert_trait(fixture, "user_id:u2", "count", "none");
    assert_int_equal(fixture_get(fixture, "/_recloop/computed-traits/count"), 200);
    assert_str(json_get_text(fixture->json.root, "status"), "live");
}

static void a_list_takes_ten_thousand_values(void **state) {
    struct fixture *fixture = *state;
    struct buf properties = {0};
    define(fixture, "list", "{'type':'unique_list','event':'E','property':'tags'}");
    define(fixture, "count", "{'type':'unique_list_count','event':'E','property':'tags'}");
    for (int i = 0; i < 10100; i += 100) {
        buf_reset(&properties);
        buf_add(&properties, STR("{'tags':["));
        for (int j = 0; j < 100; j++)
            buf_add_format(&properties, "%s'v%05d'", j ? "," : "", i + j);
        buf_add(&properties, STR("]}"));
        track(fixture, "'userId':'u'", 1, buf_text(&properties));
    }
    assert_trait(fixture, "user_id:u", "count", "10000");
    assert_int_equal(profile_client_get(fixture, "users", "user_id:u", "traits?include=list"), 200);
    const struct json_node *list = json_get(json_get(fixture->json.root, "traits"), "list");
    assert_int_equal(json_count(list), 10000);
    assert_str(json_text(json_first(list)), "v00000");
    buf_release(&properties);
}

static void reset_brings_back_the_sandboxs_own(void **state) {
    struct fixture *fixture = *state;
    define(fixture, "mine", "{'type':'event_counter','event':'E'}");
    const struct fixture_call remove = {
        .method = "DELETE", .target = "/_recloop/computed-traits/purchased_products"};
    assert_int_equal(fixture_call(fixture, &remove), 200);
    const struct fixture_call reset = {.method = "POST", .target = "/_recloop/reset", .body = "{}"};
    assert_int_equal(fixture_call(fixture, &reset), 200);
    assert_int_equal(fixture_get(fixture, "/_recloop/computed-traits/mine"), 404);
    assert_int_equal(fixture_get(fixture, "/_recloop/computed-traits/purchased_products"), 200);
    assert_str(json_get_text(fixture->json.root, "status"), "live");
    assert_trait(
        fixture, "user_id:2941404340", "purchased_products",
        "[\"dark-winter-jacket\",\"timberland-mens-6-inch-premium-boot\"]");
}

// ---- the store ----

static void execute(const struct temp_folder *folder, const char *sql) {
    sqlite3 *database = NULL;
    char path[300];
    temp_folder_path(folder, "sandbox.db", path, sizeof(path));
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    const int done = sqlite3_exec(database, sql, NULL, NULL, NULL);
    if (done != SQLITE_OK) print_error("%s\n", sqlite3_errmsg(database));
    assert_int_equal(done, SQLITE_OK);
    sqlite3_close(database);
}

// The tables as the first recloop made them, with one shopper in them.
static const char first_version[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
    "CREATE TABLE events(sequence INTEGER PRIMARY KEY, source INT, type INT, discard INT, name "
    "TEXT, user_id TEXT, anonymous_id TEXT, sku TEXT, message_id TEXT, at_ms INT, received_ms INT,"
    " profile INT, body TEXT, message_hash INT);"
    "CREATE INDEX events_source ON events(source, sequence);"
    "CREATE INDEX events_message ON events(message_hash);"
    "CREATE INDEX events_profile ON events(profile, at_ms) WHERE profile IS NOT NULL;"
    "CREATE TABLE interactions(sequence INTEGER PRIMARY KEY, user TEXT, session TEXT, item TEXT,"
    " event_type TEXT, event_id TEXT, time_s INT);"
    "CREATE TABLE snapshot(id INTEGER PRIMARY KEY, blob BLOB);"
    "CREATE TABLE profiles(id INTEGER PRIMARY KEY, created_ms INT, updated_ms INT, last_sequence "
    "INT, first_message TEXT, last_message TEXT, first_source INT, last_source INT);"
    "CREATE TABLE identifiers(type TEXT, key TEXT, value TEXT, profile INT, source INT,"
    " created_ms INT, message_id TEXT, PRIMARY KEY(type, key)) WITHOUT ROWID;"
    "CREATE INDEX identifiers_profile ON identifiers(profile);"
    "CREATE TABLE traits(profile INT, name TEXT, value TEXT, source INT, updated_ms INT,"
    " computed INT, PRIMARY KEY(profile, name)) WITHOUT ROWID;"
    "CREATE TABLE deliveries(sequence INTEGER PRIMARY KEY, record TEXT);"
    "CREATE TABLE sessions(access_key_id TEXT PRIMARY KEY, secret TEXT, token TEXT, role_name TEXT,"
    " session_name TEXT, expires_s INT);"
    "INSERT INTO meta VALUES('seeded','1');"
    "INSERT INTO meta VALUES('delivered','2');"
    "INSERT INTO profiles VALUES(1,1000,2000,2,'m-1','m-2',0,0);"
    "INSERT INTO identifiers VALUES('user_id','old','old',1,0,1000,'m-1');"
    "INSERT INTO traits VALUES(1,'plan','\"gold\"',0,1000,0);"
    "INSERT INTO traits VALUES(1,'purchased_products','[\"b\",\"c\"]',-1,1000,1);"
    "INSERT INTO events VALUES(1,0,0,0,'Order Completed','old',NULL,'b','m-1',1000,1000,1,"
    "'{\"type\":\"track\",\"event\":\"Order Completed\",\"userId\":\"old\",\"messageId\":\"m-1\","
    "\"timestamp\":\"1970-01-01T00:00:01.000Z\",\"properties\":{\"sku\":\"b\"}}',1);"
    "INSERT INTO events VALUES(2,0,0,0,'Order Completed','old',NULL,'c','m-2',2000,2000,1,"
    "'{\"type\":\"track\",\"event\":\"Order Completed\",\"userId\":\"old\",\"messageId\":\"m-2\","
    "\"timestamp\":\"1970-01-01T00:00:02.000Z\",\"properties\":{\"sku\":\"c\"}}',2);"
    "PRAGMA user_version=1;";

static void data_of_the_first_version_is_carried_over(void **state) {
    struct fixture fixture = {0};
    (void)state;
    fixture_start_on_disk(&fixture);
    sandbox_stop(fixture.sandbox);
    fixture.sandbox = NULL;
    temp_folder_remove(&fixture.folder);
    fixture.folder = temp_folder_make();
    execute(&fixture.folder, first_version);
    fixture_restart(&fixture);
    assert_trait(&fixture, "user_id:old", "plan", "\"gold\"");
    profile_client_wait_live(&fixture, "total_num_orders"); // new to it: over the events
    assert_trait(&fixture, "user_id:old", "total_num_orders", "2");
    profile_client_wait_live(&fixture, "repeat_buyers");
    assert_trait(&fixture, "user_id:old", "repeat_buyers", "true");
    profile_client_send(
        &fixture, "track",
        "{\"event\":\"Order Completed\",\"userId\":\"old\",\"properties\":{\"sku\":\"a\"}}");
    assert_trait(&fixture, "user_id:old", "purchased_products", "[\"a\",\"b\",\"c\"]");
    fixture_stop(&fixture);
}

// The client holds the write lock: every commit of the sandbox fails, as with a full disk.
static void a_definition_that_cannot_be_stored_is_none(void **state) {
    struct fixture *fixture = *state;
    sqlite3 *database = NULL;
    char path[300];
    static const char json[] = "{\"type\":\"event_counter\",\"event\":\"E\"}";
    temp_folder_path(&fixture->folder, "sandbox.db", path, sizeof(path));
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(profile_client_define(fixture, "x", json), 500);
    const struct fixture_call remove = {
        .method = "DELETE", .target = "/_recloop/computed-traits/purchased_products"};
    assert_int_equal(fixture_call(fixture, &remove), 500);
    assert_int_equal(sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    assert_int_equal(fixture_get(fixture, "/_recloop/computed-traits/x"), 404);
    assert_int_equal(fixture_get(fixture, "/_recloop/computed-traits/purchased_products"), 200);
    assert_str(json_get_text(fixture->json.root, "status"), "live");
    assert_int_equal(profile_client_define(fixture, "x", json), 200);
}

#define WITH(setup, test) cmocka_unit_test_setup_teardown(test, setup, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_kind_gives_the_same_whichever_way),
    WITH(start, the_sandbox_has_computed_traits_of_its_own),
    WITH(start_seeded, orders_feed_the_traits_of_the_workshop),
    WITH(start, identify_cannot_touch_a_computed_trait),
    WITH(start, a_changed_definition_is_computed_anew),
    WITH(start, a_removed_definition_leaves_custom_traits),
    WITH(start, wrong_definitions_are_refused_with_a_next_step),
    WITH(start, a_key_may_hold_any_character),
    WITH(start, an_audience_of_a_trait_is_entered_and_left),
    WITH(start, an_audience_may_look_at_a_computed_trait),
    WITH(start_on_disk, many_old_events_are_counted_once_through_a_restart),
    WITH(start, a_list_takes_ten_thousand_values),
    WITH(start_seeded, reset_brings_back_the_sandboxs_own),
    cmocka_unit_test(data_of_the_first_version_is_carried_over),
    WITH(start_on_disk, a_definition_that_cannot_be_stored_is_none),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
