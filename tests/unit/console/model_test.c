#include "support/model_fixture.h"
#include "support/test.h"

#include "base/memory.h"
#include "console/view.h"

static int previous_rank(const struct fixture *fixture, size_t row) {
    return fixture->model.recommendations.now->as.recommendations.items[row].previous_rank;
}

static void model_start_asks_for_everything_shown(void **state) {
    struct fixture *fixture = *state;
    model_start(&fixture->model, &fixture->effects);
    static const char *const actions[] = {"config list", "status", "recommend",
                                          "profile",     "watch",  "watch deliveries",
                                          "outbox send"};
    for (size_t i = 0; i < ARRAY_COUNT(actions); i++)
        assert_non_null(fixture_sent(fixture, actions[i]));
    assert_int_equal(fixture->effects.command_count, ARRAY_COUNT(actions));
    assert_str(arguments_get(&fixture_sent(fixture, "recommend")->arguments, "user"), "2941404340");
}

static void model_compares_ranks_with_the_list_before(void **state) {
    struct fixture *fixture = *state;
    fixture_receive(fixture, fixture_list(0, "2941404340", "abc"));
    assert_int_equal(previous_rank(fixture, 0), -1);
    fixture_receive(fixture, fixture_list(0, "2941404340", "cda"));
    assert_int_equal(previous_rank(fixture, 0), 3);
    assert_int_equal(previous_rank(fixture, 1), 0);
    assert_int_equal(previous_rank(fixture, 2), 1);
}

// One event changes the list in several steps; all are shown against the list before the event.
static void model_compares_with_the_list_before_the_event(void **state) {
    struct fixture *fixture = *state;
    fixture_receive(fixture, fixture_list(0, "2941404340", "abc"));
    fixture_press(fixture, 't');
    fixture_receive(fixture, fixture_list(0, "2941404340", "cab"));
    fixture_receive(fixture, fixture_list(0, "2941404340", "cba"));
    assert_int_equal(previous_rank(fixture, 0), 3);
    assert_int_equal(previous_rank(fixture, 1), 2);
    assert_int_equal(previous_rank(fixture, 2), 1);
}

static struct message *identify_of(const char *user) {
    struct message *message = message_new(MESSAGE_EVENT, 0);
    message->as.event.type = message_copy_text(STR("identify"));
    message->as.event.user_id = message_copy_text(str_from(user));
    return message;
}

static void model_asks_when_somebody_else_closes_the_loop(void **state) {
    struct fixture *fixture = *state;
    fixture_receive(fixture, identify_of("somebody"));
    assert_int_equal(fixture->effects.command_count, 0);
    fixture_receive(fixture, identify_of("2941404340"));
    assert_non_null(fixture_sent(fixture, "recommend"));
}

static void model_does_not_take_its_own_identify_for_somebody_elses(void **state) {
    struct fixture *fixture = *state;
    fixture_press(fixture, 't');
    const uint64_t run_id = fixture_sent(fixture, "send")->run_id;
    fixture_receive(fixture, message_new_done(run_id, NULL));
    fixture_receive(fixture, identify_of("2941404340"));
    assert_int_equal(fixture->effects.command_count, 0);
}

static void model_keeps_movement_when_the_same_list_comes_again(void **state) {
    struct fixture *fixture = *state;
    fixture_receive(fixture, fixture_list(0, "2941404340", "abc"));
    fixture_receive(fixture, fixture_list(0, "2941404340", "bac"));
    fixture_receive(fixture, fixture_list(0, "2941404340", "bac"));
    assert_int_equal(previous_rank(fixture, 0), 2);
}

static void model_drops_answers_for_another_shopper_and_late_ones(void **state) {
    struct fixture *fixture = *state;
    fixture_receive(fixture, fixture_list(0, "somebody", "xyz"));
    assert_null(fixture->model.recommendations.now);
    fixture_receive(fixture, fixture_list(9, "2941404340", "ab"));
    fixture_receive(fixture, fixture_list(8, "2941404340", "ba"));
    const struct message_item *first = fixture->model.recommendations.now->as.recommendations.items;
    assert_string_equal(first->item_id, "a");
}

static void model_fires_once_until_the_run_ends(void **state) {
    struct fixture *fixture = *state;
    fixture_press(fixture, 't');
    const struct command *command = fixture_sent(fixture, "send");
    assert_non_null(command);
    const uint64_t run_id = command->run_id;
    assert_str(arguments_get(&command->arguments, "via"), "segment");
    assert_str(arguments_get(&command->arguments, "wait"), MODEL_SEND_WAIT);
    assert_true(model_is_animated(&fixture->model));
    fixture_press(fixture, 't');
    assert_int_equal(fixture->effects.command_count, 0);
    fixture_receive(fixture, message_new_done(run_id, NULL));
    assert_non_null(fixture_sent(fixture, "recommend"));
    assert_non_null(fixture_sent(fixture, "profile"));
    assert_false(model_is_animated(&fixture->model));
    fixture_press(fixture, 't');
    assert_non_null(fixture_sent(fixture, "send"));
}

static void model_asks_again_once_after_the_trait_changed(void **state) {
    struct fixture *fixture = *state;
    fixture_press(fixture, 't');
    const uint64_t run_id = fixture_sent(fixture, "send")->run_id;
    const struct hop hop = {.id = HOP_PROFILE, .state = HOP_DONE, .ms = 1};
    fixture_receive(fixture, message_new_hop(run_id, &hop));
    assert_non_null(fixture_sent(fixture, "recommend"));
    const uint64_t ask = fixture_sent(fixture, "recommend")->run_id;
    fixture_receive(fixture, message_new_hop(run_id, &hop));
    fixture_receive(fixture, message_new_done(run_id, NULL));
    assert_int_equal(fixture->effects.command_count, 0);
    fixture_receive(fixture, message_new_done(ask, NULL));
    assert_int_equal(fixture->effects.command_count, 0);
}

static void model_ignores_hops_of_other_runs(void **state) {
    struct fixture *fixture = *state;
    fixture_press(fixture, 't');
    const struct hop hop = {.id = HOP_LAMBDA, .state = HOP_FAILED, .ms = 1};
    fixture_receive(fixture, message_new_hop(999, &hop));
    assert_int_equal(fixture->model.fire.hops[HOP_LAMBDA].state, HOP_IDLE);
}

static void model_asks_at_most_one_question_at_a_time(void **state) {
    struct fixture *fixture = *state;
    fixture_press(fixture, 'R');
    const uint64_t first = fixture_sent(fixture, "recommend")->run_id;
    fixture_press(fixture, 'R');
    fixture_press(fixture, 'R');
    assert_int_equal(fixture->effects.command_count, 0);
    fixture_receive(fixture, message_new_done(first, NULL));
    assert_int_equal(fixture->effects.command_count, 1); // the one question that was held back
    const uint64_t second = fixture_sent(fixture, "recommend")->run_id;
    fixture_receive(fixture, message_new_done(second, NULL));
    assert_int_equal(fixture->effects.command_count, 0);
}

static void model_turns_a_refused_command_into_an_error(void **state) {
    struct fixture *fixture = *state;
    fixture_press(fixture, 't');
    const uint64_t run_id = fixture_sent(fixture, "send")->run_id;
    effects_release(&fixture->effects);
    model_refuse(&fixture->model, run_id, &fixture->effects);
    assert_int_equal(fixture->model.fire.run_id, 0);
    assert_int_equal(fixture->model.fire.problem.code, ERROR_BUSY);
    assert_contains(str_from(fixture->model.fire.problem.hint), "press the key again");
}

static struct message *event_of(const char *name, size_t raw_bytes) {
    struct message *message = message_new(MESSAGE_EVENT, 0);
    struct buf raw = {0};
    for (size_t i = 0; i < raw_bytes; i++)
        buf_add_char(&raw, 'x');
    message->as.event.name = message_copy_text(str_from(name));
    message->as.event.raw = buf_take(&raw);
    return message;
}

static void model_keeps_a_bounded_number_of_events(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < EVENT_LIST_MOST + 20; i++)
        fixture_receive(fixture, event_of("a", 1));
    assert_int_equal(model_event_count(&fixture->model), EVENT_LIST_MOST);
    assert_int_equal(fixture->model.stream.events.received, EVENT_LIST_MOST + 20);
    assert_int_equal(fixture->model.stream.events.dropped, 20);
}

static void model_keeps_a_bounded_number_of_event_bytes(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 12; i++)
        fixture_receive(fixture, event_of("a", (size_t)1 << 20));
    assert_true(fixture->model.stream.events.bytes <= EVENT_LIST_BYTES);
    assert_int_equal(model_event_count(&fixture->model), 4);
}

static const char *selected_event(const struct fixture *fixture) {
    return model_event_at(&fixture->model, fixture->model.lists[PANE_STREAM].selected)->name;
}

static void model_selection_stays_on_its_event_and_follows_on_the_newest(void **state) {
    struct fixture *fixture = *state;
    fixture_press(fixture, '3');
    fixture_receive(fixture, event_of("a", 1));
    fixture_receive(fixture, event_of("b", 1));
    assert_string_equal(selected_event(fixture), "b");
    fixture_press(fixture, 'j');
    fixture_receive(fixture, event_of("c", 1));
    assert_string_equal(selected_event(fixture), "a");
    fixture_press(fixture, 'g');
    fixture_receive(fixture, event_of("d", 1));
    assert_string_equal(selected_event(fixture), "d");
}

static void type(struct fixture *fixture, const char *text) {
    for (; *text; text++)
        fixture_press(fixture, (unsigned char)*text);
}

static struct message *typed_event(const char *type_name, const char *name) {
    struct message *message = event_of(name, 1);
    message->as.event.type = message_copy_text(str_from(type_name));
    return message;
}

// Under a filter, too: what does not pass moves nothing, what passes moves the selection with its event.
static void model_selection_stays_on_its_event_under_a_filter(void **state) {
    struct fixture *fixture = *state;
    fixture_press(fixture, '3');
    fixture_receive(fixture, typed_event("track", "a"));
    fixture_receive(fixture, typed_event("page", "b"));
    fixture_receive(fixture, typed_event("track", "c"));
    fixture_press(fixture, 'j');
    fixture_press(fixture, 'j');
    assert_string_equal(selected_event(fixture), "a");
    fixture_press(fixture, '/');
    type(fixture, "type=track");
    assert_string_equal(selected_event(fixture), "a"); // while it is typed
    fixture_press(fixture, INPUT_ENTER);
    assert_int_equal(fixture->model.lists[PANE_STREAM].selected, 1);
    fixture_receive(fixture, typed_event("page", "d"));
    assert_int_equal(fixture->model.lists[PANE_STREAM].selected, 1);
    fixture_receive(fixture, typed_event("track", "e"));
    assert_string_equal(selected_event(fixture), "a");
    fixture_press(fixture, INPUT_ESCAPE);
    assert_string_equal(selected_event(fixture), "a");
    assert_int_equal(model_event_count(&fixture->model), 5);
}

static void model_remembers_filter_and_generator_between_starts(void **state) {
    struct fixture *fixture = *state;
    struct buf saved = {0}, again = {0};
    fixture_press(fixture, '3');
    fixture_press(fixture, '/');
    type(fixture, "type=track -page");
    fixture_press(fixture, INPUT_ENTER);
    fixture_press(fixture, 'f');
    fixture_press(fixture, 'c');
    fixture_press(fixture, INPUT_RIGHT); // workshop
    fixture_press(fixture, 'j');
    fixture_press(fixture, INPUT_ENTER);
    type(fixture, "2019-05-19");
    fixture_press(fixture, INPUT_ENTER);
    fixture_press(fixture, 'q');
    fixture_press(fixture, '>');
    model_save(&fixture->model, &saved);

    struct model *second = MEM_NEW(struct model);
    const struct model_options options = {0};
    model_init(second, &options);
    model_resize(second, 80, 24);
    model_load(second, buf_str(&saved));
    assert_str(buf_str(&second->stream_filter.text), "type=track -page");
    assert_true(second->stream.events.is_highlighting);
    assert_str(buf_str(&second->controls.values[STREAM_CONTROLS_FROM]), "2019-05-19");
    assert_int_equal(second->stream.rate, 10);
    model_save(second, &again);
    assert_true(str_equal(buf_str(&saved), buf_str(&again)));
    // what makes no sense is left out
    model_load(
        second, STR("{\"stream\":{\"filter\":\"((\"},\"generator\":{\"From\":\"2019-02-30\","
                    "\"rate\":-7}}"));
    assert_str(buf_str(&second->stream_filter.text), "type=track -page");
    assert_str(buf_str(&second->controls.values[STREAM_CONTROLS_FROM]), "2019-05-19");
    assert_int_equal(second->stream.rate, 10);
    model_release(second);
    mem_free(second);
    buf_release(&saved);
    buf_release(&again);
}

static void model_pause_hides_newer_events_until_it_ends(void **state) {
    struct fixture *fixture = *state;
    fixture_press(fixture, '3');
    fixture_receive(fixture, event_of("a", 1));
    fixture_press(fixture, 'p');
    for (size_t i = 0; i < EVENT_LIST_MOST + 3; i++)
        fixture_receive(fixture, event_of("b", 1));
    assert_int_equal(model_event_count(&fixture->model), 1); // it stays, however many come
    assert_str(str_from(model_event_at(&fixture->model, 0)->name), "a");
    fixture_press(fixture, 'p');
    assert_int_equal(model_event_count(&fixture->model), EVENT_LIST_MOST);
    assert_str(str_from(model_event_at(&fixture->model, 0)->name), "b");
}

static void model_pause_keeps_half_of_what_was_shown_when_it_began(void **state) {
    struct fixture *fixture = *state;
    fixture_press(fixture, '3');
    for (size_t i = 0; i < EVENT_LIST_MOST; i++)
        fixture_receive(fixture, event_of("a", 1));
    fixture_press(fixture, 'p');
    for (size_t i = 0; i < (size_t)3 * EVENT_LIST_MOST; i++)
        fixture_receive(
            fixture, event_of(i == (size_t)3 * EVENT_LIST_MOST - 1 ? "newest" : "b", 1));
    const struct model *model = &fixture->model;
    assert_int_equal(model_event_count(model), EVENT_LIST_MOST / 2);
    for (size_t row = 0; row < EVENT_LIST_MOST / 2; row++)
        assert_str(str_from(model_event_at(model, row)->name), "a");
    assert_int_equal(model->stream.events.dropped, (size_t)3 * EVENT_LIST_MOST);
    fixture_press(fixture, 'p');
    assert_str(str_from(model_event_at(model, 0)->name), "newest");
    assert_str(str_from(model_event_at(model, EVENT_LIST_MOST - 1)->name), "a");
}

// Before the first answer the account may be a real one, and much is asked about.
static void is_sandbox(struct fixture *fixture) {
    struct message *backend = message_new(MESSAGE_BACKEND, 0);
    backend->as.backend.kind = MESSAGE_BACKEND_SANDBOX_OWN;
    backend->as.backend.is_up = true;
    fixture_receive(fixture, backend);
}

static void model_generator_is_stopped_by_cancelling_its_run(void **state) {
    struct fixture *fixture = *state;
    is_sandbox(fixture);
    fixture_press(fixture, '3');
    fixture_press(fixture, 's');
    const uint64_t run_id = fixture_sent(fixture, "stream")->run_id;
    assert_str(arguments_get(&fixture_sent(fixture, "stream")->arguments, "rate"), "5");
    fixture_press(fixture, 's');
    assert_int_equal(fixture->effects.command_count, 1);
    assert_int_equal(fixture->effects.commands[0]->kind, COMMAND_CANCEL);
    assert_int_equal(fixture->effects.commands[0]->run_id, run_id);
    struct error err;
    error_set(&err, ERROR_CANCELLED, "stopped");
    fixture_receive(fixture, message_new_done(run_id, &err));
    assert_int_equal(fixture->model.stream.generate_run_id, 0);
    assert_int_equal(fixture->model.notice.text.len, 0);
}

static void model_changes_the_generator_while_it_runs(void **state) {
    struct fixture *fixture = *state;
    struct effects *effects = &fixture->effects;
    is_sandbox(fixture);
    fixture_press(fixture, '3');
    fixture_press(fixture, ','); // nothing runs: nothing is asked
    assert_int_equal(effects->command_count, 0);
    fixture_press(fixture, 's');
    const uint64_t run_id = fixture_sent(fixture, "stream")->run_id;
    fixture_press(fixture, '>');
    assert_int_equal(effects->command_count, 1);
    assert_int_equal(effects->commands[0]->kind, COMMAND_ADJUST);
    assert_int_equal(effects->commands[0]->run_id, run_id);
    assert_str(arguments_get(&effects->commands[0]->arguments, "rate"), "10");
    for (int i = 0; i < 20; i++)
        fixture_press(fixture, '>');
    assert_str(arguments_get(&effects->commands[0]->arguments, "rate"), "max");
    fixture_press(fixture, ',');
    assert_str(arguments_get(&effects->commands[0]->arguments, "paused"), "yes");
    assert_false(fixture->model.stream.events.is_paused); // the view goes on
    fixture_press(fixture, ',');
    assert_str(arguments_get(&effects->commands[0]->arguments, "paused"), "no");
}

static void model_asks_before_generating_into_a_real_account(void **state) {
    struct fixture *fixture = *state;
    struct message *backend = message_new(MESSAGE_BACKEND, 0);
    backend->as.backend.kind = MESSAGE_BACKEND_CLOUD;
    backend->as.backend.region = message_copy_text(STR("us-west-2"));
    backend->as.backend.account = message_copy_text(STR("123456789012"));
    fixture_receive(fixture, backend);
    fixture_press(fixture, '3');
    fixture_press(fixture, 's');
    assert_int_equal(fixture->effects.command_count, 0);
    assert_contains(buf_str(&fixture->model.question.text), "Account 123456789012, us-west-2");
    assert_contains(buf_str(&fixture->model.question.text), "18000 an hour");
    fixture_press(fixture, 'n'); // takes the question back
    assert_int_equal(fixture->effects.command_count, 0);
    assert_int_equal(fixture->model.stream.generate_run_id, 0);
    fixture_press(fixture, 's');
    fixture_press(fixture, 'y');
    const uint64_t run_id = fixture_sent(fixture, "stream")->run_id;
    assert_int_equal(fixture->model.stream.generate_run_id, run_id);
    fixture_receive(fixture, message_new_done(run_id, NULL));
    fixture_press(fixture, '.'); // one event needs no question
    assert_str(arguments_get(&fixture_sent(fixture, "stream")->arguments, "limit"), "1");
}

static void model_pasted_text_outside_an_editor_runs_no_keys(void **state) {
    struct fixture *fixture = *state;
    struct input input = {.key = INPUT_PASTE};
    buf_add(&input.paste, STR("tq"));
    model_handle(&fixture->model, &input, &fixture->effects);
    assert_int_equal(fixture->effects.command_count, 0);
    assert_false(fixture->effects.quit);
    input_release(&input);
}

static struct message *secret_setting(void) {
    struct message *message = message_new(MESSAGE_SETTINGS, 0);
    struct message_setting *setting = message_add_setting(message, "external_id", STR("••••6789"));
    setting->is_secret = true;
    setting->is_set = true;
    return message;
}

static void model_edits_a_secret_from_nothing_and_wipes_it(void **state) {
    struct fixture *fixture = *state;
    fixture_receive(fixture, secret_setting());
    fixture_press(fixture, '1');
    fixture_press(fixture, INPUT_ENTER);
    assert_int_equal(fixture->model.editor.text.len, 0);
    fixture_press(fixture, '7');
    fixture_press(fixture, INPUT_ENTER);
    assert_str(arguments_get(&fixture_sent(fixture, "config set")->arguments, "value"), "7");
    assert_null(fixture->model.editor.text.ptr);
}

static void model_help_and_editor_keep_keys_to_themselves(void **state) {
    struct fixture *fixture = *state;
    fixture_press(fixture, '?');
    fixture_press(fixture, 't');
    assert_int_equal(fixture->effects.command_count, 0);
    fixture_press(fixture, 'q');
    assert_false(fixture->effects.quit);
    fixture_press(fixture, 'u');
    fixture_press(fixture, 'q');
    assert_false(fixture->effects.quit);
    fixture_press(fixture, INPUT_ESCAPE);
    fixture_press(fixture, 'q');
    assert_true(fixture->effects.quit);
}

// Every state the keys can reach, at every size: nothing may assert, and drawing may change nothing.
// A list that is not to be seen is not laid out, and the next key may still be about it.
static void model_keeps_selections_of_hidden_lists_within_their_rows(void **state) {
    struct fixture *fixture = *state;
    fixture_receive(fixture, event_of("e", 10));
    fixture_receive(fixture, event_of("e", 10));
    fixture_press(fixture, '3');
    fixture_press(fixture, INPUT_DOWN);
    model_resize(&fixture->model, 20, 5); // too small for anything
    for (int i = 0; i < EVENT_LIST_MOST + 10; i++)
        fixture_receive(fixture, event_of("e", 10));
    assert_true(fixture->model.lists[PANE_STREAM].selected < model_event_count(&fixture->model));
    fixture_press(fixture, INPUT_ENTER);
}

static void point(struct fixture *fixture, uint32_t chance) {
    const struct input input = {
        .key = INPUT_MOUSE,
        .mouse =
            {
                .action = (enum input_mouse_action)(chance >> 9) % (INPUT_MOUSE_WHEEL_DOWN + 1),
                .column = (int)(chance >> 12) % 170,
                .row = (int)(chance >> 22) % 55,
            },
    };
    effects_release(&fixture->effects);
    model_handle(&fixture->model, &input, &fixture->effects);
}

static void model_and_view_survive_any_keys_at_any_size(void **state) {
    struct fixture *fixture = *state;
    struct canvas canvas = {0};
    uint32_t chance = 12345;
    size_t row_count = 0;
    const struct keymap_row *rows = keymap_rows(NULL, &row_count);
    fixture_receive(fixture, secret_setting());
    fixture_receive(fixture, fixture_list(0, "2941404340", "abcdefghij"));
    for (int i = 0; i < 4000; i++) {
        chance = chance * 1664525u + 1013904223u;
        fixture_press(fixture, rows[(chance >> 8) % row_count].key);
        if (i % 7 == 0) fixture_receive(fixture, event_of("e", chance % 50));
        if (i % 3 == 0) point(fixture, chance);
        if (i % 11) continue;
        const int columns = 1 + (int)(chance >> 16) % 160, lines = 1 + (int)(chance >> 20) % 50;
        model_resize(&fixture->model, columns, lines);
        canvas_resize(&canvas, columns, lines);
        view_draw(&fixture->model, &canvas);
    }
    canvas_release(&canvas);
}

#define MODEL_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
static void model_question_scrolls_and_keeps_its_keys_in_view(void **state) {
    struct fixture *fixture = *state;
    struct canvas canvas = {0};
    struct buf text = {0}, shown = {0};
    for (int i = 0; i < 60; i++)
        buf_add_format(&text, "word%02d ", i);
    model_resize(&fixture->model, 40, 12);
    overlay_confirm(&fixture->model, STR("Write?"), buf_str(&text), "write", NULL, NULL);
    for (int i = 0; i < 100; i++)
        fixture_press(fixture, INPUT_DOWN);
    const int end = fixture->model.question.top;
    assert_true(end > 0 && end < 100);
    canvas_resize(&canvas, 40, 12);
    view_draw(&fixture->model, &canvas);
    canvas_print(&canvas, &shown);
    assert_true(str_contains(buf_str(&shown), STR("word59")));
    assert_true(str_contains(buf_str(&shown), STR("y write   Esc leave it")));
    assert_false(str_contains(buf_str(&shown), STR("word00")));
    fixture_press(fixture, INPUT_UP);
    assert_int_equal(fixture->model.question.top, end - 1);
    buf_release(&text);
    buf_release(&shown);
    canvas_release(&canvas);
}

static const struct CMUnitTest tests[] = {
    MODEL_TEST(model_start_asks_for_everything_shown),
    MODEL_TEST(model_compares_ranks_with_the_list_before),
    MODEL_TEST(model_question_scrolls_and_keeps_its_keys_in_view),
    MODEL_TEST(model_compares_with_the_list_before_the_event),
    MODEL_TEST(model_asks_when_somebody_else_closes_the_loop),
    MODEL_TEST(model_does_not_take_its_own_identify_for_somebody_elses),
    MODEL_TEST(model_keeps_movement_when_the_same_list_comes_again),
    MODEL_TEST(model_drops_answers_for_another_shopper_and_late_ones),
    MODEL_TEST(model_fires_once_until_the_run_ends),
    MODEL_TEST(model_asks_again_once_after_the_trait_changed),
    MODEL_TEST(model_ignores_hops_of_other_runs),
    MODEL_TEST(model_asks_at_most_one_question_at_a_time),
    MODEL_TEST(model_turns_a_refused_command_into_an_error),
    MODEL_TEST(model_keeps_a_bounded_number_of_events),
    MODEL_TEST(model_keeps_a_bounded_number_of_event_bytes),
    MODEL_TEST(model_selection_stays_on_its_event_and_follows_on_the_newest),
    MODEL_TEST(model_selection_stays_on_its_event_under_a_filter),
    MODEL_TEST(model_remembers_filter_and_generator_between_starts),
    MODEL_TEST(model_pause_hides_newer_events_until_it_ends),
    MODEL_TEST(model_pause_keeps_half_of_what_was_shown_when_it_began),
    MODEL_TEST(model_generator_is_stopped_by_cancelling_its_run),
    MODEL_TEST(model_changes_the_generator_while_it_runs),
    MODEL_TEST(model_asks_before_generating_into_a_real_account),
    MODEL_TEST(model_pasted_text_outside_an_editor_runs_no_keys),
    MODEL_TEST(model_edits_a_secret_from_nothing_and_wipes_it),
    MODEL_TEST(model_help_and_editor_keep_keys_to_themselves),
    MODEL_TEST(model_keeps_selections_of_hidden_lists_within_their_rows),
    MODEL_TEST(model_and_view_survive_any_keys_at_any_size),
};

int main(void) {
    return cmocka_run_group_tests_name("console/model", tests, NULL, NULL);
}
