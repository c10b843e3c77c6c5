#include "support/model_fixture.h"
#include "support/test.h"

#include "base/memory.h"

#define START_MS 1767607200000
#define USER "2941404340"

static int set_up(void **state) {
    (void)fixture_set_up(state);
    struct fixture *fixture = *state;
    model_set_now(&fixture->model, START_MS);
    return 0;
}

static void profile(struct fixture *fixture, struct str list, int64_t at_ms) {
    struct message *message = message_new(MESSAGE_PROFILE, 0);
    message->as.profile.user_id = message_copy_text(STR(USER));
    struct message_trait *trait = message_add_trait(message, STR(TRAIT_HISTORY_TRAIT), list);
    trait->updated_at_ms = at_ms;
    fixture_receive(fixture, message);
}

static void click(struct fixture *fixture, const char *user, int64_t at_ms) {
    struct message *message = message_new(MESSAGE_EVENT, 0);
    struct message_event *event = &message->as.event;
    event->type = message_copy_text(STR("track"));
    event->name = message_copy_text(STR("Product Clicked"));
    event->sku = message_copy_text(STR("a"));
    event->user_id = message_copy_text(str_from(user));
    event->received_at_ms = at_ms;
    fixture_receive(fixture, message);
}

// So much later, with what fell due meanwhile; returns how often something did.
static int pass(struct fixture *fixture, int64_t ms) {
    const int64_t end_ms = fixture->model.now_ms + ms;
    int wakes = 0;
    for (;; wakes++) {
        const int64_t wake_ms = model_wake_ms(&fixture->model);
        if (!wake_ms || wake_ms > end_ms) break;
        assert_true(wakes < 1000);
        model_set_now(&fixture->model, wake_ms);
        effects_release(&fixture->effects);
        model_wake(&fixture->model, &fixture->effects);
    }
    model_set_now(&fixture->model, end_ms);
    return wakes;
}

static const struct trait_history_change *newest(const struct fixture *fixture) {
    return trait_history_at(&fixture->model, 0);
}

static void trait_history_tells_cause_and_lag(void **state) {
    struct fixture *fixture = *state;
    profile(fixture, STR("[\"a\"]"), START_MS - 1000);
    assert_int_equal(fixture->model.traits.count, 0); // the first one is no change
    click(fixture, USER, START_MS);
    pass(fixture, 700);
    profile(fixture, STR("[\"b\"]"), START_MS + 412);
    assert_int_equal(fixture->model.traits.count, 1);
    assert_string_equal(newest(fixture)->cause, "Product Clicked a");
    assert_int_equal(newest(fixture)->lag_ms, 412);
    // without a time of its own: when it was seen
    click(fixture, USER, START_MS + 1000);
    pass(fixture, 2300);
    profile(fixture, STR("[\"c\"]"), 0);
    assert_int_equal(newest(fixture)->lag_ms, 2000);
    // nobody's click
    profile(fixture, STR("[\"d\"]"), START_MS + 3100);
    assert_null(newest(fixture)->cause);
    assert_int_equal(newest(fixture)->lag_ms, -1);
}

static void trait_history_alarms_after_a_second_look_only(void **state) {
    struct fixture *fixture = *state;
    profile(fixture, STR("[\"a\"]"), START_MS - 1000);
    click(fixture, "somebody else", START_MS);
    click(fixture, USER, START_MS - 60000); // long ago
    assert_int_equal(fixture->model.traits.wait, TRAIT_HISTORY_CALM);
    click(fixture, USER, START_MS);
    pass(fixture, TRAIT_HISTORY_BOUND_MS - 1);
    assert_int_equal(fixture->model.traits.wait, TRAIT_HISTORY_AWAITED);
    pass(fixture, 1);
    assert_int_equal(fixture->model.traits.wait, TRAIT_HISTORY_CHECKING);
    assert_false(trait_history_is_stale(&fixture->model));
    profile(fixture, STR("[\"a\"]"), START_MS - 1000);
    assert_true(trait_history_is_stale(&fixture->model));
    profile(fixture, STR("[\"a\"]"), START_MS + 12000); // written again, the same
    assert_false(trait_history_is_stale(&fixture->model));
}

static void trait_history_wakes_up_while_ages_change_and_not_after(void **state) {
    struct fixture *fixture = *state;
    const struct input key = {.key = '5'};
    model_handle(&fixture->model, &key, &fixture->effects);
    profile(fixture, STR("[\"a\"]"), 0);
    pass(fixture, 60000); // what others wake up for
    profile(fixture, STR("[\"b\"]"), 0);
    assert_int_equal(pass(fixture, 600000), 10 + 10); // to the second, then in fives
    assert_int_equal(model_wake_ms(&fixture->model), 0);
}

static void trait_history_sleeps_while_nobody_looks(void **state) {
    struct fixture *fixture = *state;
    profile(fixture, STR("[\"a\"]"), 0);
    profile(fixture, STR("[\"b\"]"), 0);
    assert_int_equal(fixture->model.traits.count, 1);
    pass(fixture, 1000);
    assert_int_equal(pass(fixture, 600000), 0); // the pane in focus is another, and alone
}

static void trait_history_is_bounded(void **state) {
    struct fixture *fixture = *state;
    const struct trait_history *history = &fixture->model.traits;
    profile(fixture, STR("0"), 0);
    for (int i = 1; i <= TRAIT_HISTORY_CHANGES + 6; i++) {
        struct buf value = {0};
        buf_add_int(&value, i);
        profile(fixture, buf_str(&value), 0);
        buf_release(&value);
    }
    assert_int_equal(history->count, TRAIT_HISTORY_CHANGES);
    assert_int_equal(history->left, 6);
    struct buf large = {0};
    for (size_t i = 0; i < TRAIT_HISTORY_BYTES / 2; i++)
        buf_add_char(&large, '7');
    for (int i = 0; i < 8; i++) {
        profile(fixture, STR("1"), 0);
        profile(fixture, buf_str(&large), 0);
        assert_true(history->bytes <= TRAIT_HISTORY_BYTES);
    }
    buf_release(&large);
}

static void trait_history_sums_lists_up(void **state) {
    (void)state;
    static const struct {
        const char *before, *after, *wanted;
    } cases[] = {
        {"[\"a\",\"b\",\"c\"]", "[\"c\",\"a\",\"d\"]", "▲1 ▼1 +1 –1"},
        {"[\"a\"]", "[\"a\"]", "same elements"},
        {NULL, "[\"a\",\"b\"]", "+2"},
        {"\"gold\"", "\"silver\"", "\"gold\" → \"silver\""},
        {"[\"a\"]", NULL, "[\"a\"] → not set"},
        {"[\"a\"]", "7", "[\"a\"] → 7"},
        {"{broken", "[", "{broken → ["},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct trait_history_change change = {
            .before = cases[i].before ? mem_copy_string(cases[i].before) : NULL,
            .after = cases[i].after ? mem_copy_string(cases[i].after) : NULL,
        };
        struct buf text = {0};
        trait_history_add_summary(&change, &text);
        mem_free(change.before);
        mem_free(change.after);
        assert_str(buf_str(&text), cases[i].wanted);
        buf_release(&text);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    TEST(trait_history_tells_cause_and_lag),
    TEST(trait_history_alarms_after_a_second_look_only),
    TEST(trait_history_wakes_up_while_ages_change_and_not_after),
    TEST(trait_history_sleeps_while_nobody_looks),
    TEST(trait_history_is_bounded),
    TEST(trait_history_sums_lists_up),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
