// Identity resolution: which identifiers an event brings, and which profiles sequences of messages make.
#include "profile_client.h"
#include "sandbox/profiles/identity.h"

static int start(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    static const struct sandbox_options options = {.seed_file = "none", .profile_limit = -1};
    fixture_start_with(fixture, &options);
    *state = fixture;
    return 0;
}

// ---- promotion ----

static const struct promotion {
    enum event_type type;
    const char *json;
    bool is_accounts;
    const char *expected; // in order of priority
} promotions[] = {
    {EVENT_TRACK, "{'userId':'U1','anonymousId':'A1'}", false, "user_id:u1 anonymous_id:a1"},
    {EVENT_IDENTIFY, "{'userId':'u','traits':{'email':'A@x.com'}}", false,
     "user_id:u email:a@x.com"},
    {EVENT_TRACK, "{'anonymousId':'a','context':{'traits':{'email':'c@x'}}}", false,
     "email:c@x anonymous_id:a"},
    {EVENT_TRACK, "{'anonymousId':'a','properties':{'email':'p@x'}}", false,
     "email:p@x anonymous_id:a"},
    // the first place counts
    {EVENT_TRACK,
     "{'userId':'u','properties':{'email':'p@x'},'context':{'traits':{'email':'c@x'}}}", false,
     "user_id:u email:c@x"},
    // a page's properties and a group's traits are not the shopper's
    {EVENT_PAGE, "{'userId':'u','properties':{'email':'p@x'}}", false, "user_id:u"},
    {EVENT_GROUP, "{'userId':'u','groupId':'g','traits':{'email':'office@x'}}", false, "user_id:u"},
    {EVENT_TRACK,
     "{'userId':'u','context':{'device':{'type':'android','id':'D','advertisingId':'AD',"
     "'adTrackingEnabled':true,'token':'T'}}}",
     false, "user_id:u android.id:d android.idfa:ad android.push_token:t"},
    {EVENT_TRACK,
     "{'anonymousId':'a','context':{'device':{'type':'iOS','id':'D','advertisingId':'AD',"
     "'token':'T'}}}",
     false, "anonymous_id:a ios.id:d ios.push_token:t"},
    {EVENT_TRACK, "{'userId':'u','context':{'device':{'type':'tv','id':'D'}}}", false, "user_id:u"},
    {EVENT_TRACK,
     "{'userId':'u','context':{'integrations':{'Google Analytics':{'clientId':'11.22'}}}}", false,
     "user_id:u ga_client_id:11.22"},
    {EVENT_TRACK, "{'userId':'u','integrations':{'Google Analytics':{'clientId':'33'}}}", false,
     "user_id:u ga_client_id:33"},
    {EVENT_TRACK, "{'userId':'u','context':{'traits':{'crossDomainId':'X-1'}}}", false,
     "user_id:u cross_domain_id:x-1"},
    {EVENT_TRACK,
     "{'userId':'u','context':{'externalIds':["
     "{'id':'123','type':'phone','collection':'users','encoding':'none'},"
     "{'id':'1','type':'app_id','collection':'users','encoding':'none'},"
     "{'id':'9','type':'phone','collection':'accounts','encoding':'none'},"
     "{'id':'4','type':'phone','collection':'users'},"          // no encoding
     "{'id':'5','type':'phone','encoding':'none'},"             // no collection
     "{'type':'phone','collection':'users','encoding':'none'}," // no id
     "{'id':'6','collection':'users','encoding':'none'},"       // no type
     "{'id':'7','type':'Phone','collection':'users','encoding':'none'},"
     "{'id':8,'type':'phone','collection':'users','encoding':'none'},"
     "'nonsense']}}",
     false, "user_id:u app_id:1 phone:123"},
    {EVENT_TRACK,
     "{'userId':'u','context':{'groupId':'G','externalIds':["
     "{'id':'9','type':'crm','collection':'accounts','encoding':'none'}]}}",
     true, "accounts:crm:9 accounts:group_id:g"},
    {EVENT_GROUP, "{'userId':'u','groupId':'G1'}", true, "accounts:group_id:g1"},
    {EVENT_TRACK, "{'userId':'u','groupId':'G1'}", true,
     ""}, // only a group call says so at its top
    {EVENT_ALIAS, "{'userId':'new','previousId':'old'}", false, "user_id:new anonymous_id:old"},
    {EVENT_ALIAS, "{'userId':'Same','previousId':'same'}", false, "user_id:same"},
    // blocked
    {EVENT_TRACK, "{'userId':'000-0','anonymousId':'-1'}", false, ""},
    {EVENT_TRACK, "{'userId':'Null','anonymousId':'anonymous'}", false, ""},
    {EVENT_TRACK, "{'userId':'0a','anonymousId':'-1'}", false, "user_id:0a"},
    // the same twice
    {EVENT_TRACK,
     "{'userId':'u','context':{'externalIds':["
     "{'id':'U','type':'user_id','collection':'users','encoding':'none'}]}}",
     false, "user_id:u"},
};

static void read_event(enum event_type type, const char *quoted, struct event *out) {
    struct error err = {0};
    struct buf json = {0};
    for (; *quoted; quoted++)
        buf_add_char(&json, *quoted == '\'' ? '"' : *quoted);
    assert_ok(event_decode(buf_str(&json), type, out, &err), err);
    buf_release(&json);
}

static void identifiers_are_promoted_in_order_of_priority(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(promotions); i++) {
        struct event event = {0};
        struct identity identity = {0};
        struct buf found = {0};
        print_message("%s\n", promotions[i].json);
        read_event(promotions[i].type, promotions[i].json, &event);
        identity_collect(&event, promotions[i].is_accounts, &identity);
        for (size_t j = 0; j < identity.count; j++) {
            buf_add_format(
                &found, "%s" STR_FMT ":" STR_FMT, j ? " " : "", STR_ARG(identity.items[j].type),
                STR_ARG(identity.items[j].key));
        }
        assert_str(buf_str(&found), promotions[i].expected);
        identity_release(&identity);
        buf_release(&found);
        event_release(&event);
    }
}

static void an_event_brings_a_bounded_number_of_identifiers(void **state) {
    (void)state;
    struct buf json = {0};
    struct event event = {0};
    struct identity identity = {0};
    buf_add(&json, STR("{'userId':'u','context':{'externalIds':["));
    for (int i = 0; i < 3 * IDENTITY_MAX; i++) {
        buf_add_format(
            &json, "%s{'id':'%d','type':'t%d','collection':'users','encoding':'none'}",
            i ? "," : "", i + 1, i);
    }
    buf_add(&json, STR("]}}"));
    read_event(EVENT_TRACK, buf_text(&json), &event);
    identity_collect(&event, false, &identity);
    assert_int_equal(identity.count, IDENTITY_MAX);
    assert_str(identity.items[0].type, "user_id");
    identity_release(&identity);
    event_release(&event);
    buf_release(&json);
}

static void add_members(struct buf *json, int count) {
    for (int i = 0; i < count; i++)
        buf_add_format(json, "%s'k%d':1", i ? "," : "", i);
}

static void what_unify_drops_reaches_no_profile(void **state) {
    (void)state;
    static const struct {
        enum event_type type;
        const char *before, *after;
        int members;
        bool is_dropped;
    } cases[] = {
        {EVENT_IDENTIFY, "{'userId':'u','traits':{", "}}", 299, false},
        {EVENT_IDENTIFY, "{'userId':'u','traits':{", "}}", 300, true},
        {EVENT_GROUP, "{'userId':'u','groupId':'g','traits':{", "}}", 300, true},
        {EVENT_TRACK, "{'userId':'u','event':'E','properties':{", "}}", 300, false},
        {EVENT_TRACK, "{'userId':'u','event':'E','properties':{", "}}", 301, true},
        {EVENT_TRACK, "{'userId':'u','context':{'groupId':''", "}}", 0, true},
        {EVENT_TRACK, "{'userId':'u','context':{'groupId':null", "}}", 0, false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf json = {0};
        struct event event = {0};
        print_message("%s %d\n", cases[i].before, cases[i].members);
        buf_add(&json, str_from(cases[i].before));
        add_members(&json, cases[i].members);
        buf_add(&json, str_from(cases[i].after));
        read_event(cases[i].type, buf_text(&json), &event);
        assert_int_equal(identity_is_dropped(&event), cases[i].is_dropped);
        event_release(&event);
        buf_release(&json);
    }
    struct event event = {0};
    struct buf json = {0};
    buf_add(&json, STR("{'userId':'u','groupId':'"));
    for (int i = 0; i < 501; i++)
        buf_add_char(&json, 'g');
    buf_add(&json, STR("'}"));
    read_event(EVENT_GROUP, buf_text(&json), &event);
    assert_true(identity_is_dropped(&event));
    event_release(&event);
    buf_release(&json);
}

// ---- sequences ----

#define MESSAGES_MAX 10
#define CHECKS_MAX 6

static const struct sequence {
    const char *name;
    const char *messages[MESSAGES_MAX]; // "route {json}", ' for "
    struct {
        const char *id, *ids;
    } checks[CHECKS_MAX]; // ids of a profile: "type:id type:id"; "404": none
} sequences[] = {
    {.name = "one shopper, two devices",
     .messages =
         {"identify {'userId':'u','anonymousId':'d1'}",
          "identify {'userId':'u','anonymousId':'d2'}"},
     .checks =
         {{"user_id:u", "anonymous_id:d1 anonymous_id:d2 user_id:u"},
          {"anonymous_id:d2", "anonymous_id:d1 anonymous_id:d2 user_id:u"}}},
    {.name = "anonymous, then known",
     .messages =
         {"track {'event':'E','anonymousId':'d'}", "identify {'userId':'u','anonymousId':'d'}"},
     .checks = {{"anonymous_id:d", "anonymous_id:d user_id:u"}}},
    {.name = "the documents' example: a second user_id on an e-mail",
     .messages =
         {"identify {'userId':'abc123','traits':{'email':'jane@example1.com'}}",
          "identify {'userId':'abc456','traits':{'email':'jane@example1.com'}}"},
     .checks =
         {{"user_id:abc123", "email:jane@example1.com user_id:abc123"},
          {"user_id:abc456", "user_id:abc456"},
          {"email:jane@example1.com", "email:jane@example1.com user_id:abc123"}}},
    {.name = "two known shoppers on one device stay two",
     .messages =
         {"identify {'userId':'a','anonymousId':'pad'}",
          "identify {'userId':'b','anonymousId':'pad'}", "track {'event':'E','anonymousId':'pad'}"},
     .checks = {{"user_id:a", "anonymous_id:pad user_id:a"}, {"user_id:b", "user_id:b"}}},
    {.name = "two known shoppers never merge, whatever joins them",
     .messages =
         {"identify {'userId':'a','traits':{'email':'one@x'}}",
          "identify {'userId':'b','traits':{'email':'two@x'}}",
          "track {'event':'E','anonymousId':'d','context':{'traits':{'email':'one@x'}}}",
          "identify {'userId':'b','anonymousId':'d'}"},
     .checks =
         {{"user_id:a", "anonymous_id:d email:one@x user_id:a"},
          {"user_id:b", "email:two@x user_id:b"}}},
    {.name = "the lowest priority is left out first",
     // e-mail outranks the device: the device's profile is left alone
     .messages =
         {"identify {'userId':'a','traits':{'email':'m@x'}}",
          "identify {'userId':'b','anonymousId':'d'}",
          "identify {'anonymousId':'d','traits':{'email':'m@x'}}"},
     .checks =
         {{"email:m@x", "email:m@x user_id:a"}, {"anonymous_id:d", "anonymous_id:d user_id:b"}}},
    {.name = "anonymous profiles merge on an e-mail",
     .messages =
         {"identify {'anonymousId':'d1','traits':{'email':'m@x'}}",
          "track {'event':'E','anonymousId':'d2'}",
          "identify {'anonymousId':'d2','traits':{'email':'m@x'}}"},
     .checks = {{"anonymous_id:d1", "anonymous_id:d1 anonymous_id:d2 email:m@x"}}},
    {.name = "the sixth device is left out",
     .messages =
         {"identify {'userId':'u','anonymousId':'d1'}",
          "identify {'userId':'u','anonymousId':'d2'}",
          "identify {'userId':'u','anonymousId':'d3'}",
          "identify {'userId':'u','anonymousId':'d4'}",
          "identify {'userId':'u','anonymousId':'d5'}",
          "identify {'userId':'u','anonymousId':'d6'}", "track {'event':'E','anonymousId':'d6'}",
          "identify {'userId':'u','anonymousId':'d6'}"},
     .checks =
         {{"user_id:u", "anonymous_id:d1 anonymous_id:d2 anonymous_id:d3 anonymous_id:d4 "
                        "anonymous_id:d5 user_id:u"},
          {"anonymous_id:d6", "anonymous_id:d6"}}},
    {.name = "a merge keeps the limit of types the event does not name",
     // three e-mails each, joined by a device: six would be too many
     .messages =
         {"identify {'anonymousId':'d1','traits':{'email':'1@x'}}",
          "identify {'anonymousId':'d1','traits':{'email':'2@x'}}",
          "identify {'anonymousId':'d1','traits':{'email':'3@x'}}",
          "identify {'userId':'u','traits':{'email':'4@x'}}",
          "identify {'userId':'u','traits':{'email':'5@x'}}",
          "identify {'userId':'u','traits':{'email':'6@x'}}",
          "track {'event':'E','userId':'u','anonymousId':'d1'}"},
     .checks =
         {{"user_id:u", "email:4@x email:5@x email:6@x user_id:u"},
          {"anonymous_id:d1", "anonymous_id:d1 email:1@x email:2@x email:3@x"}}},
    {.name = "alias joins two names",
     .messages =
         {"track {'event':'E','anonymousId':'old'}", "alias {'userId':'new','previousId':'old'}",
          "alias {'userId':'new','previousId':'new'}"},
     .checks = {{"user_id:new", "anonymous_id:old user_id:new"}}},
    {.name = "blocked values join nobody",
     .messages =
         {"identify {'userId':'a','anonymousId':'00000000-0000-0000-0000-000000000000'}",
          "identify {'userId':'b','anonymousId':'00000000-0000-0000-0000-000000000000'}",
          "identify {'userId':'null','anonymousId':'anonymous'}"},
     .checks = {{"user_id:a", "user_id:a"}, {"user_id:b", "user_id:b"}, {"user_id:null", "404"}}},
    {.name = "capitals are one person",
     .messages =
         {"identify {'userId':'Robin','traits':{'email':'R@X.com'}}",
          "identify {'userId':'ROBIN','anonymousId':'Dev'}"},
     .checks =
         {{"user_id:robin", "anonymous_id:Dev email:R@X.com user_id:Robin"},
          {"user_id:Robin", "404"}, // the API finds lower case only
          {"email:r%40x.com", "anonymous_id:Dev email:R@X.com user_id:Robin"}}},
    {.name = "devices and custom ids",
     .messages =
         {"track {'event':'E','anonymousId':'a','context':{'device':{'type':'ios','id':'I1'},"
          "'externalIds':[{'id':'+49 30','type':'phone','collection':'users','encoding':'none'}]}}",
          "track {'event':'E','userId':'u','context':{'device':{'type':'ios','id':'I1'}}}"},
     .checks =
         {{"user_id:u", "anonymous_id:a ios.id:I1 phone:+49 30 user_id:u"},
          {"phone:%2B49%2030", "anonymous_id:a ios.id:I1 phone:+49 30 user_id:u"},
          {"phone:+49%2030", "404"}, // a plain plus sign is a blank
          {"ios.id:i1", "anonymous_id:a ios.id:I1 phone:+49 30 user_id:u"}}},
};

static void send_quoted(struct fixture *fixture, const char *message) {
    struct buf json = {0}, route = {0};
    struct str name = {0}, body = {0};
    (void)str_split(str_from(message), ' ', &name, &body);
    buf_add(&route, name);
    for (size_t i = 0; i < body.len; i++)
        buf_add_char(&json, body.ptr[i] == '\'' ? '"' : body.ptr[i]);
    profile_client_send(fixture, buf_text(&route), buf_text(&json));
    buf_release(&json);
    buf_release(&route);
}

static void sequences_of_messages_make_the_profiles_expected(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(sequences); i++) {
        const struct sequence *row = &sequences[i];
        void *own = NULL;
        print_message("%s\n", row->name);
        (void)start(&own);
        for (size_t j = 0; j < MESSAGES_MAX && row->messages[j]; j++)
            send_quoted(own, row->messages[j]);
        for (size_t j = 0; j < CHECKS_MAX && row->checks[j].id; j++) {
            char *ids = profile_client_ids(own, "users", row->checks[j].id);
            assert_string_equal(ids, row->checks[j].ids);
            free(ids);
        }
        (void)fixture_tear_down(&own);
    }
}

// Shoppers of the workshop's generator: 4,356 addresses for hundreds of people a day.
static void the_generators_email_collisions_fuse_nobody(void **state) {
    struct fixture *fixture = *state;
    struct buf json = {0};
    for (int i = 0; i < 60; i++) {
        buf_reset(&json);
        buf_add_format(
            &json,
            "{\"userId\":\"%d\",\"traits\":{\"email\":\"wolf.%d@gmailx.com\",\"first_name\":\"P%"
            "d\"}}",
            1000000000 + i, i % 7, i);
        profile_client_send(fixture, "identify", buf_text(&json));
        buf_reset(&json);
        buf_add_format(
            &json, "{\"event\":\"Product Added\",\"userId\":\"%d\",\"anonymousId\":\"anon-%d\"}",
            1000000000 + i, i);
        profile_client_send(fixture, "track", buf_text(&json));
    }
    for (int i = 0; i < 60; i++) {
        struct buf id = {0}, expected = {0};
        buf_add_format(&id, "user_id:%d", 1000000000 + i);
        buf_add_format(&expected, "\"P%d\"", i);
        assert_trait(fixture, buf_text(&id), "first_name", buf_text(&expected));
        buf_reset(&expected);
        buf_add_format(&expected, "anonymous_id:anon-%d ", i);
        if (i < 7) buf_add_format(&expected, "email:wolf.%d@gmailx.com ", i);
        buf_add_format(&expected, "user_id:%d", 1000000000 + i);
        char *ids = profile_client_ids(fixture, "users", buf_text(&id));
        assert_string_equal(ids, buf_text(&expected));
        free(ids);
        buf_release(&id);
        buf_release(&expected);
    }
    buf_release(&json);
}

static void a_merged_profile_keeps_events_traits_and_its_old_name(void **state) {
    struct fixture *fixture = *state;
    struct buf url = {0};
    send_quoted(
        fixture, "identify {'anonymousId':'d','messageId':'first','traits':{'plan':'old','a':1}}");
    send_quoted(fixture, "track {'event':'E','anonymousId':'d','messageId':'t-1'}");
    assert_int_equal(profile_client_get(fixture, "users", "anonymous_id:d", "traits"), 200);
    // …/profiles/use_…/traits
    buf_add(&url, json_get_text(json_get(fixture->json.root, "cursor"), "url"));
    send_quoted(
        fixture, "identify {'userId':'u','messageId':'second','traits':{'plan':'new','b':2}}");
    send_quoted(
        fixture, "identify {'userId':'u','anonymousId':'d','messageId':'third','traits':{}}");
    assert_trait(fixture, "user_id:u", "plan", "\"new\""); // the last update wins
    assert_trait(fixture, "user_id:u", "a", "1");
    assert_trait(fixture, "user_id:u", "b", "2");
    assert_int_equal(profile_client_get(fixture, "users", "user_id:u", "events"), 200);
    assert_str(
        json_get_text(json_first(json_get(fixture->json.root, "data")), "message_id"), "t-1");
    assert_int_equal(profile_client_get(fixture, "users", "user_id:u", "metadata"), 200);
    const struct json_node *metadata = json_get(fixture->json.root, "metadata");
    assert_str(json_get_text(metadata, "first_message_id"), "first");
    assert_str(json_get_text(metadata, "last_message_id"), "third");
    struct str id = str_skip(buf_str(&url), sizeof("/v1/spaces/") - 1);
    id = str_skip(id, str_find_char(id, '/') + sizeof("/collections/users/profiles/") - 1);
    struct buf internal = {0};
    buf_add(&internal, str_slice(id, 0, str_find_char(id, '/')));
    assert_int_equal(profile_client_get(fixture, "users", buf_text(&internal), "traits"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "traits")), 3);
    buf_release(&internal);
    buf_release(&url);
}

// Profiles that share nothing but types nobody limits otherwise.
static void join(struct fixture *fixture, const char *user, int type, const char *also) {
    struct buf json = {0};
    buf_add_format(
        &json,
        "{\"event\":\"E\"%s%s%s,\"anonymousId\":\"-1\",\"context\":{\"externalIds\":["
        "{\"id\":\"x%d\",\"type\":\"t%d\",\"collection\":\"users\",\"encoding\":\"none\"}%s]}}",
        user ? ",\"userId\":\"" : "", user ? user : "", user ? "\"" : "", type, type, also);
    profile_client_send(fixture, "track", buf_text(&json));
    buf_release(&json);
}

static void a_profile_takes_a_hundred_merges(void **state) {
    struct fixture *fixture = *state;
    struct buf id = {0};
    for (int i = 0; i < 103; i++) {
        join(fixture, NULL, i, "");
        join(fixture, "big", i, "");
    }
    for (int i = 98; i < 103; i++) {
        buf_reset(&id);
        buf_add_format(&id, "t%d:x%d", i, i);
        assert_int_equal(
            profile_client_get(fixture, "users", buf_text(&id), "external_ids?include=user_id"),
            200);
        // the first one became the profile, a hundred came to it
        assert_int_equal(json_count(json_get(fixture->json.root, "data")), i <= 100 ? 1 : 0);
    }
    // the events of those that could not merge still go to the big profile
    assert_int_equal(profile_client_get(fixture, "users", "user_id:big", "events?limit=100"), 200);
    assert_true(json_bool(json_get(json_get(fixture->json.root, "cursor"), "has_more"), false));
    assert_int_equal(profile_client_get(fixture, "users", "t102:x102", "events?limit=100"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "data")), 1);
    buf_release(&id);
}

static void a_profile_takes_a_thousand_identifiers(void **state) {
    struct fixture *fixture = *state;
    struct buf also = {0};
    size_t count = 0;
    for (int i = 0; i < 1010; i += 10) {
        buf_reset(&also);
        for (int j = 1; j < 10; j++) {
            buf_add_format(
                &also,
                ",{\"id\":\"x%d\",\"type\":\"t%d\",\"collection\":\"users\",\"encoding\":\"none\"}",
                i + j, i + j);
        }
        join(fixture, "many", i, buf_text(&also));
    }
    struct buf resource = {0};
    bool has_more = true;
    buf_add(&resource, STR("external_ids?limit=100"));
    while (has_more && count < 2000) {
        assert_int_equal(
            profile_client_get(fixture, "users", "user_id:many", buf_text(&resource)), 200);
        const struct json_node *cursor = json_get(fixture->json.root, "cursor");
        count += json_count(json_get(fixture->json.root, "data"));
        has_more = json_bool(json_get(cursor, "has_more"), false);
        buf_reset(&resource);
        buf_add_format(
            &resource, "external_ids?limit=100&next=" STR_FMT,
            STR_ARG(json_get_text(cursor, "next")));
    }
    assert_int_equal(count, 1000);
    // what found no room is nobody's, and the event was counted all the same
    assert_int_equal(profile_client_get(fixture, "users", "t1005:x1005", "traits"), 404);
    buf_release(&resource);
    buf_release(&also);
}

static void a_rejected_identify_changes_nothing(void **state) {
    struct fixture *fixture = *state;
    struct buf json = {0};
    buf_add(&json, STR("{'userId':'full','traits':{"));
    add_members(&json, 300);
    buf_add(&json, STR("}}"));
    struct buf message = {0};
    buf_add_format(&message, "identify %s", buf_text(&json));
    send_quoted(fixture, buf_text(&message));
    assert_int_equal(profile_client_get(fixture, "users", "user_id:full", "traits"), 404);
    buf_release(&json);
    buf_release(&message);
}

static void context_traits_of_a_track_give_identifiers_only(void **state) {
    struct fixture *fixture = *state;
    send_quoted(
        fixture,
        "track {'event':'E','userId':'ct','context':{'traits':{'email':'ct@x','plan':'p'}}}");
    assert_int_equal(profile_client_get(fixture, "users", "email:ct%40x", "traits"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "traits")), 0);
}

#define WITH_SANDBOX(test) cmocka_unit_test_setup_teardown(test, start, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    cmocka_unit_test(identifiers_are_promoted_in_order_of_priority),
    cmocka_unit_test(an_event_brings_a_bounded_number_of_identifiers),
    cmocka_unit_test(what_unify_drops_reaches_no_profile),
    cmocka_unit_test(sequences_of_messages_make_the_profiles_expected),
    WITH_SANDBOX(the_generators_email_collisions_fuse_nobody),
    WITH_SANDBOX(a_merged_profile_keeps_events_traits_and_its_old_name),
    WITH_SANDBOX(a_profile_takes_a_hundred_merges),
    WITH_SANDBOX(a_profile_takes_a_thousand_identifiers),
    WITH_SANDBOX(a_rejected_identify_changes_nothing),
    WITH_SANDBOX(context_traits_of_a_track_give_identifiers_only),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
