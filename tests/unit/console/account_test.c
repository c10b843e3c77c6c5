// account_test — another profile is another account: nothing of the one left behind stays on the screen.
#include "support/model_fixture.h"
#include "support/test.h"

static struct message *settings_of(uint64_t run_id, const char *profile) {
    struct message *message = message_new(MESSAGE_SETTINGS, run_id);
    message->as.settings.profile = message_copy_text(str_from(profile));
    return message;
}

static int previous_rank(const struct fixture *fixture, size_t row) {
    return fixture->model.recommendations.now->as.recommendations.items[row].previous_rank;
}

// The profile in use changes: by a key of the profiles, and by a line of the palette.
static void use_profile(struct fixture *fixture, const char *name) {
    const uint64_t run_id = fixture->model.next_run_id;
    struct error none = {0};
    effects_release(&fixture->effects);
    setup_use_profile(&fixture->model, name, &fixture->effects);
    fixture_receive(fixture, message_new_done(run_id, &none));
}

static void account_shows_no_answer_of_the_one_before(void **state) {
    struct fixture *fixture = *state;
    struct model *model = &fixture->model;
    model_start(model, &fixture->effects);
    fixture_receive(fixture, settings_of(0, "sandbox"));
    const uint64_t asked = model->recommendations.run_id;
    const uint64_t watched = model->stream.watch_run_id;
    assert_true(asked && watched);
    use_profile(fixture, "work");
    assert_non_null(fixture_sent(fixture, "recommend")); // at once: nobody waits for the old answer
    fixture_receive(fixture, fixture_list(asked, model->user, "abc"));
    assert_null(model->recommendations.now);
    assert_int_equal(model->shown_lists.moment_count, 0);
    struct message *event = message_new(MESSAGE_EVENT, watched);
    event->as.event.type = message_copy_text(STR("track"));
    fixture_receive(fixture, event);
    assert_int_equal(model_event_count(model), 0);
    fixture_receive(fixture, fixture_list(model->recommendations.run_id, model->user, "cb"));
    assert_int_equal(previous_rank(fixture, 0), -1);
}

static void account_forgets_what_was_counted_and_fired_before(void **state) {
    struct fixture *fixture = *state;
    struct model *model = &fixture->model;
    model_start(model, &fixture->effects);
    fixture_receive(fixture, settings_of(0, "sandbox"));
    fixture_press(fixture, 't');
    const uint64_t fired = model->fire.run_id, watched = model->meter.watch_run_id;
    struct message *hop = message_new(MESSAGE_HOP, fired);
    hop->as.hop = (struct hop){.id = HOP_SEGMENT, .state = HOP_DONE, .ms = 1};
    fixture_receive(fixture, hop);
    assert_int_equal(model->meter.hops[HOP_SEGMENT].passed, 1);
    use_profile(fixture, "work");
    assert_int_equal(model->meter.hops[HOP_SEGMENT].passed, 0);
    assert_false(model->fire.has_fired);
    assert_true(model->meter.watch_run_id > watched);
    assert_true(str_contains(buf_str(&model->notice.text), STR("not followed any more")));
    hop = message_new(MESSAGE_HOP, fired);
    hop->as.hop = (struct hop){.id = HOP_PROFILE, .state = HOP_DONE, .ms = 1};
    fixture_receive(fixture, hop);
    assert_int_equal(model->meter.hops[HOP_PROFILE].passed, 0);
}

static void account_stops_a_stream_with_its_profile(void **state) {
    struct fixture *fixture = *state;
    struct model *model = &fixture->model;
    model_start(model, &fixture->effects);
    fixture_receive(fixture, settings_of(0, "sandbox"));
    struct message *backend = message_new(MESSAGE_BACKEND, 0);
    backend->as.backend.kind = MESSAGE_BACKEND_SANDBOX_OWN;
    backend->as.backend.is_up = true;
    fixture_receive(fixture, backend);
    stream_controls_start_or_stop(model, &fixture->effects);
    const uint64_t stream = model->stream.generate_run_id;
    assert_true(stream > 0);
    use_profile(fixture, "work");
    assert_int_equal(model->stream.generate_run_id, 0);
    bool is_cancelled = false;
    for (size_t i = 0; i < fixture->effects.command_count; i++) {
        const struct command *command = fixture->effects.commands[i];
        is_cancelled |= command->kind == COMMAND_CANCEL && command->run_id == stream;
    }
    assert_true(is_cancelled);
    assert_true(str_contains(buf_str(&model->notice.text), STR("was stopped")));
}

static void account_changes_with_settings_of_another_profile(void **state) {
    struct fixture *fixture = *state;
    struct model *model = &fixture->model;
    model_start(model, &fixture->effects);
    fixture_receive(fixture, settings_of(0, "sandbox"));
    fixture_receive(fixture, fixture_list(model->recommendations.run_id, model->user, "abc"));
    fixture_receive(fixture, settings_of(0, "sandbox"));
    assert_non_null(model->recommendations.now);
    fixture_receive(fixture, settings_of(0, "work"));
    assert_null(model->recommendations.now);
    assert_non_null(fixture_sent(fixture, "recommend"));
    assert_non_null(fixture_sent(fixture, "watch"));
}

#define ACCOUNT_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

static const struct CMUnitTest tests[] = {
    ACCOUNT_TEST(account_shows_no_answer_of_the_one_before),
    ACCOUNT_TEST(account_forgets_what_was_counted_and_fired_before),
    ACCOUNT_TEST(account_stops_a_stream_with_its_profile),
    ACCOUNT_TEST(account_changes_with_settings_of_another_profile),
};

int main(void) {
    return cmocka_run_group_tests_name("console/account", tests, NULL, NULL);
}
