// Journeys and requests as printed: the waterfall's columns, the JSON's keys, and that foreign bytes
// steer nothing.
#include "cli/as_json.h"
#include "cli/as_text.h"
#include "support/test.h"

static const struct as_text_style ascii = {.is_ascii = true};
static const struct as_text_style verbose = {.is_ascii = true, .is_verbose = true};

static struct journey_exchange *
add(struct message *message, enum hop_id hop, const char *title, double start_ms, double ms) {
    struct journey_exchange *exchange =
        journey_add_exchange(&message->as.journey, hop, str_from(title));
    exchange->start_ms = start_ms;
    exchange->ms = ms;
    exchange->state = HOP_DONE;
    return exchange;
}

static struct message *new_journey(void) {
    struct message *message = message_new_journey(1);
    struct journey *journey = &message->as.journey;
    journey->message_id = message_copy_text(STR("m-1"));
    journey->name = message_copy_text(STR("Product Clicked"));
    journey->sku = message_copy_text(STR("ocean-blue-shirt"));
    journey->started_at_ms = 1700000000000.25;
    journey->total_ms = 8;
    add(message, HOP_SEGMENT, "Segment tracking", 0, 2)->status = 200;
    struct journey_exchange *put = add(message, HOP_PUT_EVENTS, "PutEvents", 4, 4);
    put->status = 400;
    put->state = HOP_FAILED;
    put->problem = message_copy_text(STR("no such tracker"));
    put->hint = message_copy_text(STR("set it"));
    put->request = message_copy_text(STR("POST /events HTTP/1.1\nHost: p\n\n{}"));
    struct journey_exchange *hidden = add(message, HOP_IDENTIFY, "Segment tracking", -1, -1);
    hidden->state = HOP_HIDDEN;
    hidden->note = message_copy_text(STR("only the function knows"));
    journey_list_add(&journey->before, STR("a"));
    journey_list_add(&journey->before, STR("b"));
    journey->trait_after.is_known = true;
    journey->trait_after.value = message_copy_text(STR("[\"a\"]"));
    journey->trait_after.updated_at_ms = 1700000000010;
    journey->lag_ms = 9.75;
    journey_add_line(journey, 1700000000001, STR("START RequestId: 1"));
    return message;
}

static void a_journey_is_a_waterfall(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    struct message *message = new_journey();
    as_text_add(&text, message, &ascii);
    assert_str(
        buf_str(&text),
        "Product Clicked  ocean-blue-shirt  2023-11-14T22:13:20.000Z\n"
        "message m-1\n"
        "     0.00 ms   |######                  |     2.00 ms   + Segment      Segment tracking"
        "     200\n"
        "     4.00 ms   |            ############|     4.00 ms   x PutEvents    PutEvents        "
        "    400\n"
        "      no such tracker\n"
        "      set it\n"
        "           -   |                        |           -   ? Identify     Segment tracking "
        "    hidden\n"
        "      only the function knows\n"
        "List before  a, b\n"
        "List after   not known\n"
        "Trait before not known\n"
        "Trait after  [\"a\"]  2023-11-14T22:13:20.010Z\n"
        "Lag          9.75 ms from the event to the trait\n");
    buf_reset(&text);
    as_text_add(&text, message, &verbose);
    assert_contains(buf_str(&text), "      > POST /events HTTP/1.1\n      > Host: p\n");
    assert_contains(buf_str(&text), "  START RequestId: 1\n");
    message_free(message);
}

// A start behind the end, spans of nothing: no bar leaves its columns.
static void bars_stay_in_their_columns(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    struct message *message = message_new_journey(1);
    message->as.journey.total_ms = 0;
    add(message, HOP_SEGMENT, "a", 0, 0);
    add(message, HOP_PROFILE, "b", 0, 0);
    as_text_add(&text, message, &ascii);
    add(message, HOP_PROFILE, "c", 1e12, 0);
    add(message, HOP_PROFILE, "d", 0, 1e15);
    as_text_add(&text, message, &ascii);
    for (struct str rest = buf_str(&text); rest.len;) {
        struct str line = {0};
        str_split(rest, '\n', &line, &rest);
        const size_t from = str_find_char(line, '|');
        if (from < line.len) assert_int_equal(line.ptr[from + 25], '|');
    }
    message_free(message);
}

// What was asked to tell the journey is no part of the event's way: its time is told apart.
static void what_is_asked_now_has_no_time_on_the_way(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    struct message *message = message_new_journey(1);
    struct journey *journey = &message->as.journey;
    add(message, HOP_SEGMENT, "a", 0, 0.5);
    add(message, HOP_PROFILE, "Profile API", -1, 4.6);
    journey->exchanges[journey->exchange_count - 1].is_asked_now = true;
    as_text_add(&text, message, &ascii);
    assert_contains(
        buf_str(&text), "asked for this journey, in 4.60 ms: no part of the event's way\n");
    assert_false(str_contains(buf_str(&text), STR("     4.60 ms")));
    message_free(message);
}

static void a_journey_says_the_same_in_json(void **state) {
    (void)state;
    CLEANUP(json_release) struct json root = {0};
    CLEANUP(buf_release) struct buf text = {0};
    const struct error ok = {0};
    struct message *message = new_journey();
    json_new_object(&root);
    as_json_collect(root.root, message, MESSAGE_JOURNEY);
    as_json_finish(root.root, &ok);
    json_print(root.root, &text);
    assert_contains(buf_str(&text), "{\"message_id\":\"m-1\",\"type\":null,");
    assert_contains(
        buf_str(&text), "\"started_at\":\"2023-11-14T22:13:20.000Z\",\"started_at_ms\":");
    assert_contains(buf_str(&text), "\"total_ms\":8,\"lag_ms\":9.75,\"is_complete\":false,");
    assert_contains(
        buf_str(&text), "{\"hop\":\"put_events\",\"title\":\"PutEvents\",\"state\":\"failed\","
                        "\"start_ms\":4,\"ms\":4,\"status\":400,\"attempts\":0,");
    assert_contains(buf_str(&text), "\"state\":\"hidden\",\"start_ms\":null,\"ms\":null,");
    assert_contains(
        buf_str(&text), "\"before\":{\"at\":null,\"note\":null,\"item_ids\":[\"a\",\"b\"]}");
    assert_contains(buf_str(&text), "\"after\":null,\"trait_before\":null,");
    assert_contains(buf_str(&text), "\"value\":[\"a\"]}");
    message_free(message);
}

static struct message *new_request(void) {
    struct message *message = message_new(MESSAGE_REQUEST, 3);
    struct message_request *request = &message->as.request;
    *request = (struct message_request){.sequence = 5, .status = 200, .ms = 1.5, .attempts = 2};
    request->what = message_copy_text(STR("personalize-runtime GetRecommendations"));
    request->method = message_copy_text(STR("POST"));
    request->host = message_copy_text(STR("127.0.0.1:1"));
    request->path = message_copy_text(STR("/recommendations"));
    request->is_final = true;
    return message;
}

static void a_request_is_one_line(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    struct message *message = new_request();
    as_text_add(&text, message, &ascii);
    assert_str(
        buf_str(&text), "> 200      1.50 ms  personalize-runtime GetRecommendations  POST "
                        "127.0.0.1:1/recommendations  (2 attempts)\n");
    assert_true(as_text_is_diagnostic(message));
    buf_reset(&text);
    message->as.request.left_out = 12;
    as_text_add(&text, message, &ascii);
    assert_contains(buf_str(&text), "> 12 requests are not shown: they came too fast\n");
    buf_reset(&text);
    as_json_add_line(&text, message);
    assert_contains(buf_str(&text), "{\"kind\":\"request\",\"sequence\":5,\"left_out\":12,");
    message_free(message);
}

static void foreign_bytes_steer_nothing(void **state) {
    (void)state;
    static const char evil[] = "\033]0;owned\007\xff\xc2\x9b"
                               "31m\xe2\x80\xae";
    CLEANUP(buf_release) struct buf text = {0};
    struct message *message = message_new_journey(1);
    struct journey *journey = &message->as.journey;
    char **const heads[] = {&journey->name, &journey->sku, &journey->note, &journey->message_id};
    for (size_t i = 0; i < ARRAY_COUNT(heads); i++)
        *heads[i] = message_copy_text(str_from(evil));
    struct journey_exchange *exchange = add(message, HOP_LAMBDA, evil, 0, 1);
    char **const texts[] = {&exchange->request, &exchange->answer,     &exchange->problem,
                            &exchange->hint,    &exchange->request_id, &exchange->note};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        *texts[i] = message_copy_text(str_from(evil));
    journey_add_line(journey, 1, str_from(evil));
    journey_list_add(&journey->after, str_from(evil));
    journey->trait_before =
        (struct journey_trait){.is_known = true, .value = message_copy_text(str_from(evil))};
    as_text_add(&text, message, &verbose);
    message_free(message);
    for (size_t i = 0; i < text.len; i++)
        assert_true((unsigned char)text.ptr[i] >= 0x20 || text.ptr[i] == '\n');
    assert_false(str_contains(buf_str(&text), STR("\xe2\x80\xae")));
    assert_true(str_is_utf8(buf_str(&text)));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_journey_is_a_waterfall),
    cmocka_unit_test(bars_stay_in_their_columns),
    cmocka_unit_test(what_is_asked_now_has_no_time_on_the_way),
    cmocka_unit_test(a_journey_says_the_same_in_json),
    cmocka_unit_test(a_request_is_one_line),
    cmocka_unit_test(foreign_bytes_steer_nothing),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
