// Journeys: what the builders copy is freed, unknown times are unknown, and the order of exchanges.
#include "protocol/journey.h"

#include "protocol/message.h"
#include "support/test.h"

static struct journey_exchange *
add(struct journey *journey, enum hop_id hop, const char *title, double start_ms) {
    struct journey_exchange *exchange = journey_add_exchange(journey, hop, str_from(title));
    exchange->start_ms = start_ms;
    return exchange;
}

// Under the leak checker: whatever a journey holds is freed with its message.
static void a_journey_frees_what_its_builders_gave_it(void **state) {
    (void)state;
    struct message *message = message_new_journey(7);
    struct journey *journey = &message->as.journey;
    assert_int_equal(message->run_id, 7);
    assert_true(journey->lag_ms < 0 && journey->total_ms < 0);
    assert_false(journey->before.is_known || journey->trait_after.is_known);
    journey->message_id = message_copy_text(STR("m-1"));
    journey->note = message_copy_text(STR("Segment tells nobody"));
    struct journey_exchange *exchange = add(journey, HOP_LAMBDA, "Invoke", 1);
    exchange->request = message_copy_text(STR("POST / HTTP/1.1\n"));
    exchange->answer = message_copy_text(STR("HTTP/1.1 200 OK\n"));
    exchange->note = message_copy_text(STR("in process"));
    exchange->problem = message_copy_text(STR("refused"));
    exchange->hint = message_copy_text(STR("allow it"));
    exchange->request_id = message_copy_text(STR("r-1"));
    journey_add_line(journey, 5, STR("START"));
    journey_list_add(&journey->before, STR("a"));
    journey_list_add(&journey->before, STR("b"));
    journey->after.note = message_copy_text(STR("asked now"));
    journey->trait_before.value = message_copy_text(STR("[]"));
    journey->trait_after.value = message_copy_text(STR("[\"a\"]"));
    assert_true(journey->before.is_known);
    assert_int_equal(journey->before.count, 2);
    assert_string_equal(journey->before.item_ids[1], "b");
    assert_string_equal(journey->lines[0].text, "START");
    message_free(message);
}

static void a_request_frees_its_texts(void **state) {
    (void)state;
    struct message *message = message_new(MESSAGE_REQUEST, 1);
    struct message_request *request = &message->as.request;
    char **const texts[] = {&request->what,    &request->method,    &request->host,
                            &request->path,    &request->request,   &request->answer,
                            &request->problem, &request->request_id};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        *texts[i] = message_copy_text(STR("x"));
    assert_string_equal(message_kind_name(message->kind), "request");
    assert_false(message_is_progress(message));
    message_free(message);
}

static void exchanges_stand_by_start_and_unknown_ones_by_station(void **state) {
    (void)state;
    struct journey journey;
    journey_init(&journey);
    add(&journey, HOP_IDENTIFY, "late", 9);
    add(&journey, HOP_DESTINATION, "hidden", -1);
    add(&journey, HOP_SEGMENT, "first", 0);
    add(&journey, HOP_PUT_EVENTS, "put", 4);
    add(&journey, HOP_PROFILE, "unasked", -1);
    journey_sort(&journey);
    static const char *const expected[] = {"first", "hidden", "put", "late", "unasked"};
    for (size_t i = 0; i < ARRAY_COUNT(expected); i++)
        assert_string_equal(journey.exchanges[i].title, expected[i]);
    assert_null(journey_failure(&journey));
    journey.exchanges[2].state = HOP_FAILED;
    journey.exchanges[3].state = HOP_FAILED;
    assert_string_equal(journey_failure(&journey)->title, "put");
    journey_release(&journey);
    journey_release(&journey); // empty now
}

static void journey_of_a_station_that_went_well_at_last_has_not_failed(void **state) {
    (void)state;
    struct journey journey;
    journey_init(&journey);
    journey_add_exchange(&journey, HOP_SEGMENT, STR("Segment tracking"))->state = HOP_FAILED;
    journey_add_exchange(&journey, HOP_LAMBDA, STR("Invoke"))->state = HOP_DONE;
    assert_ptr_equal(journey_failure(&journey), &journey.exchanges[0]);
    journey_add_exchange(&journey, HOP_SEGMENT, STR("Segment tracking"))->state = HOP_DONE;
    assert_null(journey_failure(&journey));
    journey_add_exchange(&journey, HOP_SEGMENT, STR("Segment tracking"))->state = HOP_FAILED;
    assert_ptr_equal(journey_failure(&journey), &journey.exchanges[3]); // the last word
    journey_drop_hop(&journey, HOP_SEGMENT);
    assert_int_equal(journey.exchange_count, 1);
    assert_string_equal(journey.exchanges[0].title, "Invoke");
    journey_release(&journey);
}

static void journey_knows_the_cause_of_the_functions_own_identify(void **state) {
    (void)state;
    struct str cause = {0};
    assert_true(journey_is_own_identify(STR("recommended-test-message-1"), &cause));
    assert_str(cause, "test-message-1");
    assert_true(journey_is_own_identify(
        STR("recommended-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        &cause));
    assert_str(cause, ""); // a digest names no event
    assert_false(journey_is_own_identify(STR("api-recommended-1"), &cause));
    assert_false(journey_is_own_identify((struct str){0}, &cause));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_journey_frees_what_its_builders_gave_it),
    cmocka_unit_test(a_request_frees_its_texts),
    cmocka_unit_test(exchanges_stand_by_start_and_unknown_ones_by_station),
    cmocka_unit_test(journey_of_a_station_that_went_well_at_last_has_not_failed),
    cmocka_unit_test(journey_knows_the_cause_of_the_functions_own_identify),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
