// play — the program as it is, its sandbox included, plays the scenes that come with it, in a pseudo terminal.
#include "base/files.h"
#include "support/temp_folder.h"
#include "support/test.h"
#include "terminal/harness.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

static const char *program, *scenes;
static struct temp_folder home;
static struct harness *current; // a failed test leaves it running

static char *fresh(const char *text) { // arguments are not changed, but their type says so
    return (char *)(uintptr_t)text;
}

static struct harness *
start_in(char *const *arguments, const char *term, const char *color_term, int columns, int rows) {
    struct buf variables[5] = {{0}};
    const char *const names[] = {"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"};
    const char *environment[16] = {
        "LC_ALL=C.UTF-8",
        "NO_COLOR",
        "RECLOOP_CONFIG",
        color_term,
        "ASAN_OPTIONS=detect_leaks=1:handle_segv=0:handle_abort=0",
        "TSAN_OPTIONS=halt_on_error=1",
    };
    size_t at = 6;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        buf_add_format(&variables[i], "%s=%s", names[i], home.path);
        environment[at++] = buf_text(&variables[i]);
    }
    buf_add_format(&variables[4], "TERM=%s", term);
    environment[at] = buf_text(&variables[4]);
    current = harness_start(&(struct harness_options){
        .arguments = arguments,
        .environment = environment,
        .columns = columns,
        .rows = rows,
    });
    for (size_t i = 0; i < ARRAY_COUNT(variables); i++)
        buf_release(&variables[i]);
    return current;
}

static struct harness *start(char *const *arguments, const char *term, int columns, int rows) {
    return start_in(arguments, term, "COLORTERM", columns, rows);
}

static void ends_with_exit(struct harness *harness, int code) {
    harness_expect_exit(harness, code);
    harness_free(harness);
    current = NULL;
}

static int set_up(void **state) {
    (void)state;
    home = temp_folder_make();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    harness_free(current);
    current = NULL;
    temp_folder_remove(&home);
    return 0;
}

static void path_of(struct buf *out, const char *folder, const char *name) {
    buf_add_format(out, "%s/%s", folder, name);
}

// The last state of the recording is the one before leaving, and every line of it is JSON.
static void check_cast(const char *path) {
    struct buf text = {0};
    struct error err = {0};
    assert_ok(files_read(path, 64 << 20, &text, &err), err);
    assert_true(str_starts_with(buf_str(&text), STR("{\"version\":2,\"width\":100,")));
    assert_true(str_ends_with(buf_str(&text), STR("\"]\n")));
    assert_true(str_contains(buf_str(&text), STR("The loop turned in")));
    buf_release(&text);
}

static void the_loop_is_played_and_recorded(void **state) {
    (void)state;
    struct buf scene = {0}, cast = {0};
    path_of(&scene, scenes, "loop.scene");
    path_of(&cast, home.path, "loop.cast");
    char *const arguments[] = {
        fresh(program),
        fresh("console"),
        fresh("--play"),
        fresh(buf_text(&scene)),
        fresh("--record"),
        fresh(buf_text(&cast)),
        NULL};
    struct harness *harness = start(arguments, "xterm-256color", 100, 30);
    harness_expect(harness, "A shop, a shopper");
    harness_expect(harness, "Space goes on");
    harness_type(harness, " ");
    harness_expect(harness, "The loop turned in");
    harness_expect(harness, "every channel knows the new list");
    harness_expect(harness, "on the profile after");
    harness_expect(harness, "Space goes on");
    harness_type(harness, " ");
    harness_expect(harness, "Journey of Product Clicked");
    harness_type(harness, " ");
    harness_expect(harness, "the scene is over");
    harness_type(harness, "q");
    harness_expect(harness, "? help  q quit");
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
    check_cast(buf_text(&cast));
    buf_release(&scene);
    buf_release(&cast);
}

static void goes_on(struct harness *harness) {
    harness_expect(harness, "Space goes on");
    harness_type(harness, " ");
    assert_true(harness_wait_gone(harness, "Space goes on"));
}

static void a_role_is_broken_and_repaired(void **state) {
    (void)state;
    struct buf scene = {0};
    path_of(&scene, scenes, "role.scene");
    char *const arguments[] = {
        fresh(program), fresh("console"), fresh("--play"), fresh(buf_text(&scene)), NULL};
    struct harness *harness = start(arguments, "xterm-256color", 120, 40);
    harness_expect(harness, "Saved");
    harness_type(harness, " ");
    harness_expect(harness, "external_id (");
    harness_expect(harness, "Nothing behind the role was reached");
    goes_on(harness);
    harness_expect(harness, "Saved");
    harness_type(harness, " ");
    harness_expect(harness, "The same event, all the way round");
    harness_expect(harness, "The loop turned in");
    goes_on(harness);
    harness_expect(harness, "The scene is over");
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
    buf_release(&scene);
}

// What is stored in the settings file; empty: there is none.
static void read_settings(struct buf *out) {
    struct buf path = {0};
    struct error ignored;
    path_of(&path, home.path, "recloop/config.ini");
    (void)!files_read(buf_text(&path), 1 << 20, out, &ignored);
    buf_release(&path);
}

static struct harness *play_until_saved(const char *scene) {
    char *const arguments[] = {
        fresh(program), fresh("console"), fresh("--play"), fresh(scene), NULL};
    struct harness *harness = start(arguments, "xterm-256color", 120, 40);
    struct buf settings = {0};
    harness_expect(harness, "Saved");
    read_settings(&settings);
    assert_true(str_contains(buf_str(&settings), STR("123456780")));
    buf_release(&settings);
    return harness;
}

static void assert_nothing_is_left(void) {
    struct buf settings = {0};
    read_settings(&settings);
    assert_false(str_contains(buf_str(&settings), STR("external_id")));
    buf_release(&settings);
}

// The wrong value is stored by then: who leaves, in whatever way, leaves nothing of it.
static void what_a_scene_changed_is_put_back_when_the_console_is_left(void **state) {
    (void)state;
    struct buf scene = {0};
    struct harness *harness = NULL;
    path_of(&scene, scenes, "role.scene");
    harness = play_until_saved(buf_text(&scene));
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
    assert_nothing_is_left();
    harness = play_until_saved(buf_text(&scene));
    harness_type(harness, "\003");
    ends_with_exit(harness, 130);
    assert_nothing_is_left();
    harness = play_until_saved(buf_text(&scene));
    harness_type(harness, "\033");
    harness_expect(harness, "Put back as it was before the scene: external_id");
    assert_nothing_is_left();
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
    buf_release(&scene);
}

static void what_a_killed_console_left_is_put_back_at_the_next_start(void **state) {
    (void)state;
    struct buf scene = {0};
    int status = 0;
    path_of(&scene, scenes, "role.scene");
    struct harness *harness = play_until_saved(buf_text(&scene));
    kill(harness_pid(harness), SIGKILL);
    assert_true(harness_wait_end(harness, &status));
    harness_free(harness);
    current = NULL;
    char *const arguments[] = {fresh(program), NULL};
    harness = start(arguments, "xterm-256color", 120, 40);
    harness_expect(harness, "the scene that was cut off: external_id");
    assert_nothing_is_left();
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
    buf_release(&scene);
}

// A scene that comes with the program is played to its end by a test above.
static void every_scene_has_its_test(void **state) {
    static const char *const played[] = {"loop.scene", "role.scene"};
    (void)state;
    DIR *folder = opendir(scenes);
    assert_non_null(folder);
    size_t count = 0;
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (entry->d_name[0] == '.') continue;
        bool is_played = false;
        for (size_t i = 0; i < ARRAY_COUNT(played); i++)
            is_played = is_played || strcmp(entry->d_name, played[i]) == 0;
        if (!is_played) fail_msg("%s is not played here", entry->d_name);
        count++;
    }
    closedir(folder);
    assert_int_equal(count, ARRAY_COUNT(played));
}

static void any_key_pauses_and_esc_gives_the_keys_back(void **state) {
    (void)state;
    struct buf scene = {0};
    path_of(&scene, scenes, "loop.scene");
    char *const arguments[] = {
        fresh(program), fresh("console"), fresh("--play"), fresh(buf_text(&scene)), NULL};
    struct harness *harness = start(arguments, "xterm-256color", 100, 30);
    harness_expect(harness, "Space goes on");
    harness_type(harness, " ");
    harness_expect(harness, "She clicks a product");
    harness_type(harness, "q");
    harness_expect(harness, "paused: Space goes on, Esc stops");
    harness_type(harness, "\033");
    harness_expect(harness, "the scene is over");
    harness_type(harness, "q");
    harness_expect(harness, "? help  q quit");
    harness_type(harness, "qq"); // the event may be under way: it is asked
    ends_with_exit(harness, 0);
    buf_release(&scene);
}

static void a_broken_scene_is_told_before_the_screen_is_taken(void **state) {
    (void)state;
    struct buf scene = {0};
    struct error err = {0};
    path_of(&scene, home.path, "broken.scene");
    assert_ok(files_write(buf_text(&scene), 0600, STR("key t\nwait hop end done\n"), &err), err);
    char *const arguments[] = {
        fresh(program), fresh("console"), fresh("--play"), fresh(buf_text(&scene)), NULL};
    struct harness *harness = start(arguments, "xterm-256color", 100, 30);
    harness_expect(harness, "broken.scene:2:10: No hop is called \"end\"");
    harness_expect(harness, "put_events");
    ends_with_exit(harness, 3);
    char *const missing[] = {
        fresh(program), fresh("console"), fresh("--play"), fresh("/nowhere/a.scene"), NULL};
    harness = start(missing, "xterm-256color", 100, 30);
    harness_expect(harness, "/nowhere/a.scene");
    ends_with_exit(harness, 2);
    buf_release(&scene);
}

static void a_recording_never_replaces_a_file(void **state) {
    (void)state;
    struct buf cast = {0};
    struct error err = {0};
    path_of(&cast, home.path, "there.cast");
    assert_ok(files_write(buf_text(&cast), 0600, STR("mine"), &err), err);
    char *const arguments[] = {
        fresh(program), fresh("console"), fresh("--record"), fresh(buf_text(&cast)), NULL};
    struct harness *harness = start(arguments, "xterm-256color", 100, 30);
    harness_expect(harness, "choose another name");
    ends_with_exit(harness, 1);
    buf_release(&cast);
}

// What is recorded has the colours that were looked at.
static void check_colors(const char *name, const char *color_term, const char *wanted) {
    struct buf cast = {0}, text = {0};
    struct error err = {0};
    path_of(&cast, home.path, name);
    char *const arguments[] = {
        fresh(program), fresh("console"), fresh("--record"), fresh(buf_text(&cast)), NULL};
    struct harness *harness = start_in(arguments, "xterm-256color", color_term, 100, 30);
    harness_expect(harness, "? help  q quit");
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
    assert_ok(files_read(buf_text(&cast), 64 << 20, &text, &err), err);
    assert_int_equal(
        str_contains(buf_str(&text), STR(";38;2;")), str_equal(str_from(wanted), STR("true")));
    assert_int_equal(
        str_contains(buf_str(&text), STR(";38;5;")), str_equal(str_from(wanted), STR("256")));
    buf_release(&cast);
    buf_release(&text);
}

static void a_recording_has_the_colours_of_the_screen(void **state) {
    (void)state;
    check_colors("true.cast", "COLORTERM=truecolor", "true");
    check_colors("palette.cast", "COLORTERM", "256");
}

// Nothing but lines may reach a terminal that reads out.
static void has_no_escapes(struct harness *harness) {
    const struct str bytes = harness_bytes(harness);
    assert_false(str_contains(bytes, STR("\033")));
    assert_false(str_contains(bytes, STR("\u2500")));
}

static void a_dumb_terminal_is_read_to(void **state) {
    (void)state;
    char *const arguments[] = {fresh(program), NULL};
    struct harness *harness = start(arguments, "dumb", 80, 40);
    harness_expect(harness, "read out line by line");
    harness_expect(harness, "Recommended for");
    harness_type(harness, "t\n");
    harness_expect(harness, "The loop turned.");
    harness_expect(harness, "Trait recommended_products");
    harness_type(harness, "2\n");
    harness_expect(harness, "Selected, row 1 of");
    has_no_escapes(harness);
    harness_type(harness, "q\n");
    ends_with_exit(harness, 0);
}

static void interrupted_it_ends_with_130(void **state) {
    (void)state;
    char *const arguments[] = {fresh(program), fresh("console"), fresh("--linear"), NULL};
    struct harness *harness = start(arguments, "xterm-256color", 80, 40);
    harness_expect(harness, "Recommended for");
    harness_type(harness, "\003");
    ends_with_exit(harness, 130);
}

// At the end of a pipe what was asked for is waited for.
static void a_pipe_is_a_session(void **state) {
    (void)state;
    struct buf command = {0};
    buf_add_format(&command, "printf 't\\n' | '%s' console --linear", program);
    char *const arguments[] = {fresh("/bin/sh"), fresh("-c"), fresh(buf_text(&command)), NULL};
    struct harness *harness = start(arguments, "xterm-256color", 80, 60);
    harness_expect(harness, "The loop turned.");
    ends_with_exit(harness, 0);
    buf_release(&command);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(the_loop_is_played_and_recorded, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_role_is_broken_and_repaired, set_up, tear_down),
    cmocka_unit_test_setup_teardown(
        what_a_scene_changed_is_put_back_when_the_console_is_left, set_up, tear_down),
    cmocka_unit_test_setup_teardown(
        what_a_killed_console_left_is_put_back_at_the_next_start, set_up, tear_down),
    cmocka_unit_test(every_scene_has_its_test),
    cmocka_unit_test_setup_teardown(any_key_pauses_and_esc_gives_the_keys_back, set_up, tear_down),
    cmocka_unit_test_setup_teardown(
        a_broken_scene_is_told_before_the_screen_is_taken, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_recording_has_the_colours_of_the_screen, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_recording_never_replaces_a_file, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_dumb_terminal_is_read_to, set_up, tear_down),
    cmocka_unit_test_setup_teardown(interrupted_it_ends_with_130, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_pipe_is_a_session, set_up, tear_down),
};

// play_test SCENES RECLOOP
int main(int argc, char **argv) {
    if (argc < 3) {
        print_message("skipped: recloop is not built\n");
        return 77;
    }
    scenes = argv[1];
    program = argv[2];
    return cmocka_run_group_tests_name("play", tests, NULL, NULL);
}
