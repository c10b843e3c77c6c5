// personalize — PutEvents: visits together, ten items a call, and what its answers mean.
#include "aws/personalize.h"
#include "rig.h"

static struct rig rig; // of the test that runs; large

static int tear_down(void **state) {
    (void)state;
    rig_stop(&rig);
    return 0;
}

static void start(uint64_t count) {
    rig_start(&rig, count);
    rig.options.target = DELIVERY_PERSONALIZE;
}

// Every call is of one visitor, whole (four events each), and reads as the service reads it.
static struct loopback_exchange check_call(struct rig *with, struct rig_request *request) {
    CLEANUP(personalize_events_release) struct personalize_events events = {0};
    struct error err = {0};
    (void)with;
    if (!personalize_decode_events(request->body, &events, &err))
        return (struct loopback_exchange){.status = 403};
    bool is_good = events.count <= PERSONALIZE_MAX_EVENTS &&
                   str_equal(events.user_id, events.session_id) &&
                   str_equal(events.tracking_id, STR("0c3e7e52-58c0-4a77-9a35-2f9b6f8e1d10"));
    for (size_t i = 0; i < events.count; i++) {
        const struct personalize_event *event = &events.events[i];
        int64_t number, user;
        is_good = is_good && str_parse_int64(str_skip(event->event_id, 2), &number) &&
                  str_parse_int64(str_skip(events.user_id, 2), &user) && number / 4 == user &&
                  str_equal(event->item_id, STR("led-high-tops")) &&
                  str_equal(event->properties, STR("{\"itemId\":\"led-high-tops\"}")) &&
                  str_equal(event->event_type, STR("Product Clicked")) &&
                  event->sent_at_s == 1548061200;
    }
    return is_good ? RIG_USUAL : (struct loopback_exchange){.status = 403};
}

static void a_call_is_of_one_visit(void **state) {
    (void)state;
    start(2000);
    rig.decide = check_call;
    assert_true(rig_run(&rig));
    rig_assert_taken(&rig, 0, 2000, 1);
    assert_int_equal(rig.counts.requests, 500); // four events of each visitor
    assert_int_equal(rig.mark.ordinal, 2000);
}

static void be_one_visit(struct rig *with, uint64_t number, struct delivery_message *message) {
    (void)with;
    (void)number;
    message->user_id = message->session_id = STR("u-0");
}

static void long_visits_go_in_tens(void **state) {
    (void)state;
    start(995);
    rig.shape = be_one_visit;
    assert_true(rig_run(&rig));
    assert_int_equal(rig.counts.requests, 100);
    assert_int_equal(rig.largest_batch, 10);
    rig_assert_taken(&rig, 0, 995, 1);
}

static void have_items(struct rig *with, uint64_t number, struct delivery_message *message) {
    static const struct str items[] = {{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}, {"e", 1}, {"f", 1},
                                       {"g", 1}, {"h", 1}, {"i", 1}, {"j", 1}, {"k", 1}, {"l", 1},
                                       {"m", 1}, {"n", 1}, {"o", 1}, {"p", 1}, {"q", 1}, {"r", 1},
                                       {"s", 1}, {"t", 1}, {"u", 1}, {"v", 1}, {"w", 1}};
    (void)with;
    message->items = items;
    message->item_count = number % (ARRAY_COUNT(items) + 1); // also none, also more than ten
}

// "m-7", "m-7-2", "m-7-3" …: the workshop's function would give the same.
static void every_item_is_an_event_of_its_own(void **state) {
    uint64_t skipped = 0;
    (void)state;
    start(480);
    rig.shape = have_items;
    assert_true(rig_run(&rig));
    for (uint64_t i = 0; i < 480; i++) {
        assert_int_equal(rig.taken[i], i % 24);
        skipped += i % 24 == 0;
    }
    assert_int_equal(rig.largest_batch, 10);
    assert_int_equal(rig.counts.skipped, skipped);
    assert_int_equal(rig.counts.accepted, 480 - skipped);
    assert_int_equal(rig.mark.ordinal, 480);
    struct delivery_counts settled = rig.settled;
    assert_int_equal(settled.taken, 480);
    assert_int_equal(settled.skipped, skipped);
    assert_int_equal(settled.accepted, 480 - skipped);
}

static struct loopback_exchange refuse_item(struct rig *with, struct rig_request *request) {
    (void)with;
    if (!str_contains(request->body, STR("\"m-15-12\""))) return RIG_USUAL;
    return (struct loopback_exchange){
        .status = 400,
        .headers = "x-amzn-ErrorType: InvalidInputException\r\n",
        .body = "{\"message\":\"odd item\"}"};
}

static void a_message_with_a_bad_item_is_one_dead_letter(void **state) {
    CLEANUP(buf_release) struct buf letters = {0};
    (void)state;
    start(24);
    rig.shape = have_items;
    rig.decide = refuse_item;
    assert_true(rig_run(&rig));
    assert_int_equal(rig.counts.refused, 1);
    assert_int_equal(rig.counts.accepted, 22);
    assert_int_equal(rig.taken[15], 14); // the others of it have arrived
    rig_read_letters(&rig, &letters);
    assert_contains(buf_str(&letters), "\"code\":\"InvalidInputException\"");
    assert_contains(buf_str(&letters), "\"messageId\":\"m-15\"");
}

static void be_too_long(struct rig *with, uint64_t number, struct delivery_message *message) {
    static char name[300];
    (void)with;
    memset(name, 'n', sizeof(name));
    if (number == 5) message->event_name = (struct str){.ptr = name, .len = sizeof(name)};
    if (number == 6) message->session_id = (struct str){0};
}

static void what_breaks_a_limit_is_refused_before_it_is_sent(void **state) {
    (void)state;
    start(12);
    rig.shape = be_too_long;
    assert_true(rig_run(&rig));
    assert_int_equal(rig.counts.refused, 2);
    assert_int_equal(rig.counts.accepted, 10);
    assert_int_equal(rig.taken[5] + rig.taken[6], 0);
    CLEANUP(buf_release) struct buf letters = {0};
    rig_read_letters(&rig, &letters);
    assert_contains(buf_str(&letters), "\"status\":0");
    assert_contains(buf_str(&letters), "eventType");
    assert_contains(buf_str(&letters), "sessionId");
}

#define ERROR_ANSWER(number, name)                                                                 \
    (struct loopback_exchange) {                                                                   \
        .status = (number), .headers = "x-amzn-ErrorType: " name "\r\n",                           \
        .body = "{\"message\":\"so it is\"}"                                                       \
    }

static struct loopback_exchange trouble(struct rig *with, struct rig_request *request) {
    (void)with;
    switch (request->number) {
    case 1: return ERROR_ANSWER(400, "ThrottlingException");
    case 3: return ERROR_ANSWER(500, "InternalServerException");
    case 5: return (struct loopback_exchange){.raw = "", .after = LOOPBACK_CLOSE};
    case 6: return (struct loopback_exchange){.status = 503, .body = "<html>"};
    case 7: return (struct loopback_exchange){.status = 200, .body = "<html>log in</html>"};
    case 8: return (struct loopback_exchange){.status = 200, .body = "{\"success\":true}"};
    case 10:
        request->is_taken = true;
        return (struct loopback_exchange){.status = 200, .body = "{}"};
    case 9: return ERROR_ANSWER(403, "ExpiredTokenException");
    default: return RIG_USUAL;
    }
}

static void trouble_passes_and_everything_arrives_once(void **state) {
    (void)state;
    start(200);
    rig.decide = trouble;
    assert_true(rig_run(&rig));
    rig_assert_taken(&rig, 0, 200, 1);
    assert_int_equal(rig.counts.accepted, 200);
    assert_true(rig.counts.retried >= 5);
}

static const struct loopback_exchange *final_answer;
static struct loopback_exchange refuse_all(struct rig *with, struct rig_request *request) {
    (void)with;
    (void)request;
    return *final_answer;
}

static void what_will_always_be_no_ends_it(void **state) {
    static const struct {
        struct loopback_exchange answer;
        const char *says;
    } cases[] = {
        {{.status = 400, .headers = "x-amzn-ErrorType: ResourceNotFoundException\r\n"}, "tracking"},
        {{.status = 403, .headers = "x-amzn-ErrorType: AccessDeniedException\r\n"}, "PutEvents"},
        {{.status = 403, .headers = "x-amzn-ErrorType: InvalidSignatureException\r\n"}, "secret"},
        {{.status = 403, .headers = "x-amzn-ErrorType: ExpiredTokenException\r\n"}, "session"},
        {{.status = 404}, ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%d %s\n", cases[i].answer.status, cases[i].answer.headers);
        start(400);
        final_answer = &cases[i].answer;
        rig.decide = refuse_all;
        assert_false(rig_run(&rig));
        assert_true(rig.has_ended);
        assert_true(rig.outcome.code != ERROR_NONE);
        assert_contains(str_from(rig.outcome.hint), cases[i].says);
        assert_int_equal(rig.counts.accepted + rig.counts.refused, 0);
        assert_int_equal(rig.mark.ordinal, 0);
        rig_stop(&rig);
    }
}

static void without_a_tracking_id_nothing_begins(void **state) {
    static const struct client_fixture_pair settings[] = {
        {"website_write_key", "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"}, {NULL, NULL}};
    (void)state;
    rig_start_with(
        &rig, 5, &(struct client_fixture_options){.settings = settings, .is_empty = true});
    rig.options.target = DELIVERY_PERSONALIZE;
    assert_false(rig_run(&rig));
    assert_int_equal(rig.outcome.code, ERROR_CONFIG);
    assert_contains(str_from(rig.outcome.hint), "tracking_id");
    assert_int_equal(rig.asked, 0);
}

#define WITH_RIG(test) cmocka_unit_test_teardown(test, tear_down)
static const struct CMUnitTest tests[] = {
    WITH_RIG(a_call_is_of_one_visit),
    WITH_RIG(long_visits_go_in_tens),
    WITH_RIG(every_item_is_an_event_of_its_own),
    WITH_RIG(a_message_with_a_bad_item_is_one_dead_letter),
    WITH_RIG(what_breaks_a_limit_is_refused_before_it_is_sent),
    WITH_RIG(trouble_passes_and_everything_arrives_once),
    WITH_RIG(what_will_always_be_no_ends_it),
    WITH_RIG(without_a_tracking_id_nothing_begins),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
