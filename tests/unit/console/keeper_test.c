// keeper — whatever line a scene is stopped at, and however, what it promised to put back is put back. The worker is
// played here: it stores settings, and a wrong external id fails the event as the services do.
#include "console/keeper.h"

#include "base/memory.h"
#include "console/model.h"
#include "support/test.h"

#define LINES_MOST 200
#define TURNS 4000

struct fixture {
    struct model model;
    struct effects effects;
    struct scene scene;
    char stored[32];  // external_id in the file; empty: it is not
    char profile[16]; // in use
    char origin[16];  // of what is stored
    int writes;       // of settings
    bool is_refusing; // settings cannot be written
};

static struct fixture *here;

static void put(char *out, size_t size, const char *text) {
    assert_true(strlen(text) < size);
    memset(out, 0, size);
    memcpy(out, text, strlen(text));
}

static void parse(const char *text) {
    struct error err = {0};
    scene_release(&here->scene);
    assert_ok(scene_parse(STR("a.scene"), str_from(text), &here->scene, &err), err);
}

static void begin(void) {
    const struct model_options options = {.scene = &here->scene};
    model_init(&here->model, &options);
    model_resize(&here->model, 100, 30);
    model_set_now(&here->model, 1);
}

static void start(const char *stored) {
    begin();
    buf_release(&here->effects.copy);
    put(here->stored, sizeof(here->stored), stored);
    model_start(&here->model, &here->effects);
}

static void stop(void) {
    effects_release(&here->effects);
    model_release(&here->model);
}

static int set_up(void **state) {
    (void)state;
    here = MEM_NEW(struct fixture);
    put(here->profile, sizeof(here->profile), "sandbox");
    put(here->origin, sizeof(here->origin), "file");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    stop();
    scene_release(&here->scene);
    mem_free(here);
    return 0;
}

// The worker

static void tell_value(uint64_t run_id) {
    struct message *message = message_new(MESSAGE_VALUES, run_id);
    message_add_value(message, "external_id", str_from(here->stored));
    model_apply(&here->model, message, &here->effects);
}

static struct message *tell_settings(uint64_t run_id) {
    struct message *message = message_new(MESSAGE_SETTINGS, run_id);
    message->as.settings.profile = mem_copy_string(here->profile);
    struct message_setting *setting = message_add_setting(message, "region", str_from("eu-west-1"));
    setting->origin = mem_copy_string("default");
    const bool is_stored = here->stored[0] != 0;
    setting = message_add_setting(message, "external_id", STR("••••")); // masked, as it comes
    setting->origin = mem_copy_string(is_stored ? here->origin : "sandbox");
    setting->is_set = setting->is_secret = true;
    return message;
}

static void answer(const struct command *command) {
    struct model *model = &here->model;
    const struct str action = str_from(command->action);
    const uint64_t run_id = command->run_id;
    struct error err = {0};
    if (str_equal(action, STR("config list"))) {
        model_apply(model, tell_settings(run_id), &here->effects);
    } else if (str_equal(action, STR("config reveal"))) {
        if (here->is_refusing)
            error_set(&err, ERROR_IO, "the file cannot be read");
        else
            tell_value(run_id);
    } else if (str_equal(action, STR("status"))) {
        struct message *backend = message_new(MESSAGE_BACKEND, 0);
        backend->as.backend.kind = MESSAGE_BACKEND_SANDBOX_OWN;
        backend->as.backend.is_up = true;
        model_apply(model, backend, &here->effects);
    } else if (str_equal(action, STR("config set")) || str_equal(action, STR("config unset"))) {
        here->writes++;
        const struct str value = arguments_get(&command->arguments, "value");
        assert_str(arguments_get(&command->arguments, "key"), "external_id");
        if (here->is_refusing) {
            error_set(&err, ERROR_IO, "the file cannot be written");
        } else {
            memset(here->stored, 0, sizeof(here->stored));
            memcpy(here->stored, value.len ? value.ptr : "", value.len);
        }
    } else if (str_equal(action, STR("send"))) {
        const bool is_wrong = here->stored[0] && strcmp(here->stored, "123456789") != 0;
        for (int id = 0; id < HOP_COUNT; id++) {
            struct hop hop = {.id = (enum hop_id)id, .state = HOP_DONE, .ms = 1};
            if (is_wrong && id == HOP_DESTINATION) hop.state = HOP_FAILED;
            model_apply(model, message_new_hop(run_id, &hop), &here->effects);
        }
    }
    model_apply(model, message_new_done(run_id, &err), &here->effects);
}

static void answer_all(void) {
    while (here->effects.command_count) {
        const size_t last = here->effects.command_count - 1;
        struct command *first = here->effects.commands[0];
        for (size_t i = 0; i < last; i++)
            here->effects.commands[i] = here->effects.commands[i + 1];
        here->effects.command_count--;
        if (first->kind == COMMAND_RUN) answer(first);
        command_free(first);
    }
}

static void press(uint32_t key) {
    const struct input input = {.key = key};
    model_handle(&here->model, &input, &here->effects);
    answer_all();
}

// Time goes on to the next thing that is due; false: nothing is.
static bool turn(void) {
    struct model *model = &here->model;
    const int64_t wake_ms = model_wake_ms(model);
    answer_all();
    if (!wake_ms) return false;
    if (wake_ms > model->now_ms) model_set_now(model, wake_ms);
    model_wake(model, &here->effects);
    answer_all();
    return true;
}

static size_t line_of(void) {
    const struct player *player = &here->model.player;
    return player->at < here->scene.count ? (size_t)here->scene.steps[player->at].line : LINES_MOST;
}

// Until that line is to be played; pauses are gone on from.
static bool play_to(size_t line) {
    for (int i = 0; i < TURNS; i++) {
        const struct player *player = &here->model.player;
        if (player->state == PLAYER_OVER || line_of() >= line) return true;
        if (player->state == PLAYER_HELD)
            press(INPUT_SPACE);
        else
            (void)turn();
    }
    return false;
}

static void settle(void) {
    for (int i = 0; i < 40; i++)
        (void)turn();
}

#define SCENE                                                                                      \
    "restore external_id via shopper\n"                                                            \
    "pace 100ms\n"                                                                                 \
    "setting external_id\n"                                                                        \
    "key e Ctrl-U\n"                                                                               \
    "type 123456780\n"                                                                             \
    "key Enter\n"                                                                                  \
    "pause\n"                                                                                      \
    "user somebody\n"                                                                              \
    "via destination\n"                                                                            \
    "key P t\n"                                                                                    \
    "wait hop destination failed\n"                                                                \
    "pause\n"                                                                                      \
    "key P\n"                                                                                      \
    "setting external_id\n"                                                                        \
    "key e Ctrl-U\n"                                                                               \
    "type 123456789\n"                                                                             \
    "key Enter t\n"                                                                                \
    "wait hop destination done\n"                                                                  \
    "say done\n"

static void assert_put_back(const char *stored, size_t line) {
    if (strcmp(here->stored, stored) != 0)
        fail_msg("stopped at line %zu, \"%s\" is stored, not \"%s\"", line, here->stored, stored);
    assert_int_equal(here->model.event.via, MODEL_VIA_SEGMENT);
    assert_str(str_from(here->model.user), "2941404340");
    assert_false(keeper_is_busy(&here->model));
}

static void scene_is_put_back_when_it_is_over(void **state) {
    (void)state;
    parse(SCENE);
    start("");
    assert_true(play_to(LINES_MOST));
    settle();
    assert_int_equal(here->model.player.state, PLAYER_OVER);
    assert_put_back("", 0);
}

// Every line is one to be stopped at, with a value stored before and without.
static void scene_is_put_back_at_whatever_line_it_is_stopped(void **state) {
    static const char *const before[] = {"", "before"};
    (void)state;
    parse(SCENE);
    bool was_wrong = false;
    for (size_t i = 0; i < ARRAY_COUNT(before); i++) {
        for (size_t line = 1; line <= 20; line++) {
            start(before[i]);
            assert_true(play_to(line));
            was_wrong = was_wrong || strcmp(here->stored, "123456780") == 0;
            press(INPUT_ESCAPE);
            assert_int_equal(here->model.player.state, PLAYER_OVER);
            settle();
            assert_put_back(before[i], line);
            stop();
        }
    }
    assert_true(was_wrong);
    start("");
}

// Who leaves instead: what outside_put_back does, without anything that is due.
static void scene_is_put_back_at_whatever_line_the_console_is_left(void **state) {
    (void)state;
    parse(SCENE);
    for (size_t line = 1; line <= 20; line++) {
        start("before");
        assert_true(play_to(line));
        if (keeper_is_busy(&here->model)) keeper_put_back(&here->model, &here->effects);
        answer_all();
        if (strcmp(here->stored, "before") != 0) fail_msg("left at line %zu", line);
        stop();
    }
    start("");
}

// A change that is under way when the scene stops comes first, and is undone.
static void scene_is_put_back_behind_a_change_under_way(void **state) {
    (void)state;
    parse(SCENE);
    start("before");
    assert_true(play_to(6));
    while (here->model.change_run_id == 0) { // the command is given, not yet answered
        model_set_now(&here->model, model_wake_ms(&here->model));
        model_wake(&here->model, &here->effects);
    }
    const struct input escape = {.key = INPUT_ESCAPE};
    model_handle(&here->model, &escape, &here->effects);
    model_wake(&here->model, &here->effects);
    answer_all();
    settle();
    assert_put_back("before", 6);
}

// kill -9 in the middle, and the console is started again.
static void cut_off(struct buf *text, bool plays_again) {
    assert_true(play_to(8));
    assert_string_equal(here->stored, "123456780");
    model_save(&here->model, text);
    stop();
    const struct model_options options = {.scene = plays_again ? &here->scene : NULL};
    model_init(&here->model, &options);
    model_resize(&here->model, 100, 30);
    model_set_now(&here->model, 1);
    model_load(&here->model, buf_str(text));
    buf_reset(text);
    model_start(&here->model, &here->effects);
}

static void state_remembers_what_a_cut_off_scene_left(void **state) {
    struct buf text = {0};
    (void)state;
    parse(SCENE);
    start("");
    cut_off(&text, false);
    answer_all();
    settle();
    assert_string_equal(here->stored, "");
    assert_true(str_contains(buf_str(&here->model.notice.text), STR("cut off: external_id")));
    model_save(&here->model, &text);
    assert_false(str_contains(buf_str(&text), STR("external_id"))); // once is enough
    buf_release(&text);
}

// The scene that is started again takes nothing of the one before for its own start.
static void scene_that_follows_a_cut_off_one_waits(void **state) {
    struct buf text = {0};
    (void)state;
    parse(SCENE);
    start("");
    cut_off(&text, true);
    assert_true(play_to(8));
    assert_string_equal(here->stored, "123456780");
    press(INPUT_ESCAPE);
    settle();
    assert_put_back("", 8);
    buf_release(&text);
}

// A secret is in no file but its own: that it must be set again is told.
static void state_holds_no_secret(void **state) {
    struct buf text = {0};
    (void)state;
    parse(SCENE);
    start("before");
    assert_true(play_to(8));
    model_save(&here->model, &text);
    assert_false(str_contains(buf_str(&text), STR("before")));
    buf_reset(&text);
    cut_off(&text, false);
    answer_all();
    settle();
    assert_true(str_contains(buf_str(&here->model.notice.text), STR("is not known any more")));
    assert_false(keeper_is_busy(&here->model));
    buf_release(&text);
}

static void what_cannot_be_put_back_is_told_with_the_command(void **state) {
    (void)state;
    parse(SCENE);
    start("before");
    assert_true(play_to(8));
    put(here->profile, sizeof(here->profile), "work");
    model_apply(&here->model, tell_settings(0), &here->effects);
    press(INPUT_ESCAPE);
    settle();
    assert_string_equal(here->stored, "123456780"); // of another profile: not touched
    assert_true(str_contains(buf_str(&here->model.notice.text), STR("another profile is in use")));
    assert_str(
        buf_str(&here->model.notice.hint), "recloop --profile sandbox config set external_id -");
    stop();
    put(here->profile, sizeof(here->profile), "sandbox");
    start("before");
    assert_true(play_to(8));
    here->is_refusing = true;
    press(INPUT_ESCAPE);
    settle();
    assert_true(str_contains(buf_str(&here->model.notice.text), STR("cannot be written")));
    assert_false(keeper_is_busy(&here->model));
}

static void scene_stops_where_the_value_is_not_told(void **state) {
    (void)state;
    parse(SCENE);
    start("before");
    here->is_refusing = true;
    assert_true(play_to(LINES_MOST));
    settle();
    assert_int_equal(here->writes, 0);
    assert_true(str_contains(buf_str(&here->model.notice.text), STR("cannot be put back")));
}

static void scene_stops_where_the_environment_rules(void **state) {
    (void)state;
    parse(SCENE);
    put(here->origin, sizeof(here->origin), "environment X");
    start("before");
    assert_true(play_to(LINES_MOST));
    settle();
    assert_int_equal(here->writes, 0);
    assert_true(str_contains(buf_str(&here->model.notice.text), STR("given by the environment X")));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(scene_is_put_back_when_it_is_over, set_up, tear_down),
    cmocka_unit_test_setup_teardown(
        scene_is_put_back_at_whatever_line_it_is_stopped, set_up, tear_down),
    cmocka_unit_test_setup_teardown(
        scene_is_put_back_at_whatever_line_the_console_is_left, set_up, tear_down),
    cmocka_unit_test_setup_teardown(scene_is_put_back_behind_a_change_under_way, set_up, tear_down),
    cmocka_unit_test_setup_teardown(state_remembers_what_a_cut_off_scene_left, set_up, tear_down),
    cmocka_unit_test_setup_teardown(
        what_cannot_be_put_back_is_told_with_the_command, set_up, tear_down),
    cmocka_unit_test_setup_teardown(scene_stops_where_the_environment_rules, set_up, tear_down),
    cmocka_unit_test_setup_teardown(scene_stops_where_the_value_is_not_told, set_up, tear_down),
    cmocka_unit_test_setup_teardown(scene_that_follows_a_cut_off_one_waits, set_up, tear_down),
    cmocka_unit_test_setup_teardown(state_holds_no_secret, set_up, tear_down),
};

int main(void) {
    return cmocka_run_group_tests_name("console/keeper", tests, NULL, NULL);
}
