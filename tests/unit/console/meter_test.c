#include "support/model_fixture.h"
#include "support/test.h"

#include "console/amount.h"
#include "console/strip.h"

static int set_up(void **state) {
    (void)fixture_set_up(state);
    struct fixture *fixture = *state;
    model_set_now(&fixture->model, 1000);
    model_start(&fixture->model, &fixture->effects);
    return 0;
}

static void pass(struct fixture *fixture, enum hop_state state, double ms, const char *message_id) {
    struct hop hop = {.id = HOP_LAMBDA, .state = state, .ms = ms};
    hop_set_message_id(&hop, str_from(message_id));
    if (state == HOP_FAILED) hop_set_detail(&hop, STR("Task timed out after 3.00 seconds"));
    model_apply(
        &fixture->model, message_new_hop(fixture->model.meter.watch_run_id, &hop),
        &fixture->effects);
}

static void meter_keeps_the_last_failure_while_others_pass(void **state) {
    struct fixture *fixture = *state;
    const struct meter_hop *hop = &fixture->model.meter.hops[HOP_LAMBDA];
    pass(fixture, HOP_DONE, 2, "first");
    pass(fixture, HOP_FAILED, 3000, "second");
    model_set_now(&fixture->model, 9000);
    pass(fixture, HOP_DONE, 4, "third");
    assert_int_equal(hop->passed, 2);
    assert_int_equal(hop->failed, 1);
    assert_string_equal(hop->message_id, "third");
    assert_string_equal(hop->failure.message_id, "second");
    assert_string_equal(hop->failure.detail, "Task timed out after 3.00 seconds");
    assert_int_equal(hop->failed_ms, 1000);
    assert_int_equal(hop->seen_ms, 9000);
    assert_false(hop->has_failed_last);
}

static void meter_recent_times_come_oldest_first_past_the_end_of_the_ring(void **state) {
    struct fixture *fixture = *state;
    const struct meter_hop *hop = &fixture->model.meter.hops[HOP_LAMBDA];
    double values[4] = {0};
    assert_int_equal(meter_recent(hop, values, 4), 0);
    pass(fixture, HOP_DONE, 1, "");
    assert_int_equal(meter_recent(hop, values, 4), 1);
    for (int i = 2; i <= METER_KEPT + 2; i++)
        pass(fixture, HOP_DONE, i, "");
    assert_int_equal(meter_recent(hop, values, 3), 3);
    assert_true(values[0] == METER_KEPT && values[2] == METER_KEPT + 2);
}

static void meter_sees_inside_only_where_deliveries_are_told(void **state) {
    struct fixture *fixture = *state;
    struct model *model = &fixture->model;
    assert_true(meter_sees_inside(model));
    meter_watch(model, &fixture->effects);
    const size_t asked = fixture->effects.command_count;
    model_apply(model, message_new_done(model->meter.watch_run_id, NULL), &fixture->effects);
    assert_false(meter_sees_inside(model));
    meter_watch(model, &fixture->effects);
    assert_int_equal(fixture->effects.command_count, asked + 1);
    assert_true(meter_sees_inside(model));
    struct message *live = message_new(MESSAGE_BACKEND, 0);
    live->as.backend.kind = MESSAGE_BACKEND_CLOUD;
    model_apply(model, live, &fixture->effects);
    assert_false(meter_sees_inside(model));
}

static void strip_finds_the_hop_under_a_column(void **state) {
    (void)state;
    const struct rect wide = {.column = 0, .row = 1, .columns = 120, .rows = 3};
    const struct rect narrow = {.column = 0, .row = 1, .columns = 40, .rows = 2};
    assert_int_equal(strip_hop_at(wide, 0), HOP_COUNT);
    assert_int_equal(strip_hop_at(wide, 1), HOP_SEGMENT);
    assert_int_equal(strip_hop_at(wide, 105), HOP_PROFILE);
    assert_int_equal(strip_hop_at(narrow, 1), HOP_SEGMENT);
    assert_int_equal(strip_hop_at(narrow, 11), HOP_LAMBDA);
    enum hop_id before = HOP_SEGMENT;
    for (int column = 1; column < 106; column++) {
        const enum hop_id here = strip_hop_at(wide, column);
        assert_true(here == before || here == before + 1);
        before = here;
    }
    assert_int_equal(before, HOP_PROFILE);
}

static void amounts_are_cut_never_rounded_up(void **state) {
    (void)state;
    static const struct {
        uint64_t number;
        const char *shown, *grouped;
    } rows[] = {
        {0, "0", "0"},
        {9999, "9999", "9,999"},
        {10000, "10k", "10,000"},
        {10999, "10k", "10,999"},
        {999999, "999k", "999,999"},
        {1000000, "1.0M", "1,000,000"},
        {1999999, "1.9M", "1,999,999"},
        {12345678, "12M", "12,345,678"},
        {UINT64_MAX, "18E", "18,446,744,073,709,551,615"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct buf text = {0};
        amount_add_short(&text, rows[i].number);
        assert_string_equal(buf_text(&text), rows[i].shown);
        assert_true(text.len <= 4);
        buf_reset(&text);
        amount_add_grouped(&text, rows[i].number);
        assert_string_equal(buf_text(&text), rows[i].grouped);
        buf_release(&text);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(
        meter_keeps_the_last_failure_while_others_pass, set_up, fixture_tear_down),
    cmocka_unit_test_setup_teardown(
        meter_recent_times_come_oldest_first_past_the_end_of_the_ring, set_up, fixture_tear_down),
    cmocka_unit_test_setup_teardown(
        meter_sees_inside_only_where_deliveries_are_told, set_up, fixture_tear_down),
    cmocka_unit_test(strip_finds_the_hop_under_a_column),
    cmocka_unit_test(amounts_are_cut_never_rounded_up),
};

int main(void) {
    return cmocka_run_group_tests_name("console/meter", tests, NULL, NULL);
}
