// terminal — the console in a real pseudo terminal: it starts, resizes, and leaves the terminal as it
// found it, however it ends.
#include "support/test.h"
#include "terminal/harness.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *console_program, *scripts, *whole_program;
static struct harness *current; // a failed test leaves it running

// The environment of every run: nothing of the machine's, and sanitizers that let signals kill.
#define COMMON                                                                                     \
    "TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR", "RECLOOP_TEST_CRASH",                     \
        "ASAN_OPTIONS=detect_leaks=1:handle_segv=0:handle_abort=0",                                \
        "UBSAN_OPTIONS=print_stacktrace=1",                                                        \
        "TSAN_OPTIONS=halt_on_error=1:handle_segv=0:handle_abort=0"

static const char *const plain[] = {COMMON, NULL};

static struct harness *
start(const char *const *environment, const char *flag, int columns, int rows) {
    char *arguments[] = {
        (char *)(uintptr_t)console_program, (char *)(uintptr_t)scripts, (char *)(uintptr_t)flag,
        NULL};
    const struct harness_options options = {
        .arguments = arguments,
        .environment = environment,
        .columns = columns,
        .rows = rows,
    };
    current = harness_start(&options);
    return current;
}

static void stop(struct harness *harness) {
    harness_free(harness);
    current = NULL;
}

static int stop_what_is_left(void **state) {
    (void)state;
    stop(current);
    return 0;
}

static void ends_with_exit(struct harness *harness, int code) {
    harness_expect_exit(harness, code);
    stop(harness);
}

static void first_screen_shows_list_and_backend(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "1      silk-summer-top");
    harness_expect(harness, "sandbox in this process");
    harness_expect(harness, "? help  q quit");
    assert_true(harness_has_color(harness));
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

static void firing_turns_the_loop_on_screen(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    harness_type(harness, "t");
    harness_expect(harness, "The loop turned in 9.3 ms");
    harness_expect(harness, "1 ▲8 ");
    harness_type(harness, "5");
    harness_expect(harness, "● recommended_products");
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

// A terminal in its usual state takes Ctrl-S for itself and the screen stands still.
static void control_s_does_not_freeze_the_screen(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    harness_type(harness, "\x13");
    harness_type(harness, "t");
    harness_expect(harness, "The loop turned in 9.3 ms");
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

static void resize_is_followed_down_to_too_small_and_back(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    harness_resize(harness, 120, 40);
    harness_expect(harness, "SANDBOX us-east-1");
    harness_resize(harness, 40, 12);
    harness_expect(harness, "Seg──Dst──Lam");
    harness_resize(harness, 30, 8);
    harness_expect(harness, "recloop needs 40 x 12");
    harness_resize(harness, 80, 24);
    harness_expect(harness, "Segment ─ Destination");
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

static void resize_storm_ends_on_the_last_size(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    for (int i = 0; i < 60; i++)
        harness_resize(harness, 40 + i, 12 + i % 30);
    harness_resize(harness, 120, 40);
    harness_expect(harness, "SANDBOX us-east-1");
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

static void signal_ends_in_order(int number, int code) {
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    kill(harness_pid(harness), number);
    ends_with_exit(harness, code);
}

static void sigterm_ends_in_order(void **state) {
    (void)state;
    signal_ends_in_order(SIGTERM, 0);
}

static void sighup_ends_in_order(void **state) {
    (void)state;
    signal_ends_in_order(SIGHUP, 0);
}

static void vanished_terminal_ends_the_program(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    int status = 0;
    harness_hang_up(harness);
    assert_true(harness_wait_end(harness, &status));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    stop(harness);
}

static void control_c_ends_with_130(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    harness_type(harness, "\003");
    ends_with_exit(harness, 130);
}

static void crash_restores_the_terminal(const char *how, int number) {
    struct buf variable = {0};
    buf_add_format(&variable, "RECLOOP_TEST_CRASH=%s", how);
    const char *const environment[] = {COMMON, buf_text(&variable), NULL};
    struct harness *harness = start(environment, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    harness_type(harness, "t");
    const int status = harness_expect_end(harness);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), number);
    stop(harness);
    buf_release(&variable);
}

static void segmentation_fault_restores_the_terminal(void **state) {
    (void)state;
    crash_restores_the_terminal("segv", SIGSEGV);
}

static void abort_restores_the_terminal(void **state) {
    (void)state;
    crash_restores_the_terminal("abort", SIGABRT);
}

static void failed_assertion_restores_the_terminal(void **state) {
    (void)state;
    crash_restores_the_terminal("assert", SIGABRT);
}

static void suspend_and_resume_show_the_screen_again(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    harness_type(harness, "\032");
    harness_expect(harness, "[stopped]");
    assert_null(harness_complaint(harness));
    kill(harness_pid(harness), SIGCONT);
    harness_expect(harness, "silk-summer-top");
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

static void no_color_means_no_color(void **state) {
    (void)state;
    const char *const environment[] = {COMMON, "NO_COLOR=1", NULL};
    struct harness *harness = start(environment, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    assert_false(harness_has_color(harness));
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

static bool is_ascii(struct harness *harness) {
    struct buf screen = {0};
    harness_screen(harness, &screen);
    bool is_all = true;
    for (size_t i = 0; i < screen.len; i++)
        is_all &= (unsigned char)screen.ptr[i] < 0x80;
    buf_release(&screen);
    return is_all;
}

static void ascii_flag_shows_ascii_only(void **state) {
    (void)state;
    struct harness *harness = start(plain, "--ascii", 80, 24);
    harness_expect(harness, "silk-summer-top");
    assert_true(is_ascii(harness));
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

static void locale_without_utf8_shows_ascii_only(void **state) {
    (void)state;
    const char *const environment[] = {COMMON, "LC_ALL=C", NULL};
    struct harness *harness = start(environment, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    assert_true(is_ascii(harness));
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

static void no_locale_at_all_still_shows_utf8(void **state) {
    (void)state;
    const char *const environment[] = {COMMON, "LC_ALL", "LC_CTYPE", "LANG", NULL};
    struct harness *harness = start(environment, NULL, 80, 24);
    harness_expect(harness, "Segment ─ Destination");
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

static void hostile_text_reaches_the_screen_as_text(void **state) {
    (void)state;
    struct harness *harness = start(plain, "--hostile", 80, 24);
    harness_expect(harness, "sandbox in this process");
    harness_type(harness, "3");
    harness_expect(harness, "\\e[31mred");
    harness_expect(harness, "商品を");
    harness_type(harness, "q");
    const int status = harness_expect_end(harness);
    assert_true(WIFEXITED(status));
    // the clipboard and the title must not have been touched
    assert_false(str_contains(harness_bytes(harness), STR("\033]52")));
    assert_false(str_contains(harness_bytes(harness), STR("\033]0;")));
    stop(harness);
}

static void bracketed_paste_is_one_value_and_runs_no_keys(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    harness_type(harness, "1");
    harness_expect(harness, "campaign_arn");
    harness_type(harness, "\033[200~  qqq-from-the-clipboard\r\n\033[201~");
    harness_expect(harness, "qqq-from-the-clipboard");
    harness_expect(harness, "Removed from the paste");
    harness_type(harness, "\033");
    assert_true(harness_wait_gone(harness, "qqq-from-the-clipboard"));
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

static void function_keys_and_utf8_input_arrive(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "▸  1");
    harness_type(harness, "\033[B\033OB"); // both forms of the down arrow
    harness_expect(harness, "▸  3");
    harness_type(harness, "u\025köln");
    harness_expect(harness, "Shopper in focus: köln");
    harness_type(harness, "\177");
    assert_true(harness_wait_gone(harness, "köln"));
    harness_expect(harness, "Shopper in focus: köl");
    harness_type(harness, "\033");
    harness_expect(harness, "? help  q quit");
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

static void click(struct harness *harness, int column, int row) {
    harness_mouse(harness, column, row, 1, true);
    harness_mouse(harness, column, row, 1, false);
}

// On the text, wherever the newest layout puts it: columns count characters, none of them wide here.
static void click_text(struct harness *harness, const char *text) {
    struct buf screen = {0};
    harness_screen(harness, &screen);
    const char *found = strstr(buf_text(&screen), text);
    assert_non_null(found);
    const char *start = found;
    int row = 0;
    while (start > buf_text(&screen) && start[-1] != '\n')
        start--;
    for (const char *at = buf_text(&screen); at < start; at++)
        row += *at == '\n';
    const struct str before = {.ptr = start, .len = (size_t)(found - start)};
    click(harness, (int)str_count_runes(before), row);
    buf_release(&screen);
}

static void mouse_selects_scrolls_and_presses_what_it_is_on(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "▸  1      silk-summer-top");
    click(harness, 10, 7);
    harness_expect(harness, "▸  3      black-leather-bag");
    harness_mouse(harness, 10, 7, 5, true);
    harness_expect(harness, "▸  4      zipped-jacket"); // what was selected went out at the top
    click_text(harness, "t fire");                      // in the footer
    harness_expect(harness, "The loop turned in 9.3 ms");
    click_text(harness, "5 Profile"); // its tab
    harness_expect(harness, "● recommended_products");
    harness_type(harness, "\033[M !!"); // the old form: a press at the top left is nothing here
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

static void mouse_dragged_moves_a_border(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 160, 50);
    harness_expect(harness, "sandbox in this process");
    harness_expect(harness, "5 Profile of 2941404340 ───");
    harness_mouse(harness, 107, 20, 1, true);
    harness_mouse(harness, 90, 20, 1, false);
    harness_expect(harness, "5 Profile of 2941404340 ─────────────────────────────────");
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

static void mouse_is_given_back_by_a_key_and_while_stopped(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    assert_true(harness_has_mouse(harness));
    harness_type(harness, "\032");
    harness_expect(harness, "[stopped]");
    assert_false(harness_has_mouse(harness));
    kill(harness_pid(harness), SIGCONT);
    harness_expect(harness, "? help  q quit");
    assert_true(harness_has_mouse(harness));
    harness_type(harness, "M");
    harness_expect(harness, "Mouse off");
    assert_false(harness_has_mouse(harness));
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
}

// The bytes say in which form colours are sent: 38;5 of the 256, 3x of the eight.
static void theme_uses_the_colours_that_the_terminal_has(void **state) {
    (void)state;
    static const struct {
        const char *term;
        bool has_256;
    } cases[] = {{"TERM=xterm-256color", true}, {"TERM=xterm", false}, {"TERM=linux", false}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const char *const environment[] = {COMMON, cases[i].term, "COLORTERM", NULL};
        struct harness *harness = start(environment, NULL, 80, 24);
        harness_expect(harness, "silk-summer-top");
        harness_type(harness, "T");
        harness_expect(harness, "Theme: dark");
        assert_true(harness_has_color(harness));
        assert_int_equal(
            str_contains(harness_bytes(harness), STR("48;5;234m")) ||
                str_contains(harness_bytes(harness), STR("48;5;233m")),
            cases[i].has_256);
        harness_type(harness, "TTTT");
        harness_expect(harness, "Theme: mono");
        assert_false(harness_has_color(harness));
        harness_type(harness, "q");
        ends_with_exit(harness, 0);
    }
}

static void copying_reaches_the_clipboard_through_tmux_and_screen(void **state) {
    (void)state;
    static const struct {
        const char *variable, *sequence;
    } cases[] = {
        {"RECLOOP_TEST=", "\033]52;c;c2lsay1zdW1tZXItdG9w\a"},
        {"TMUX=/tmp/tmux-0/default,1,0", "\033Ptmux;\033\033]52;c;c2lsay1zdW1tZXItdG9w\a\033\\"},
        {"STY=1.screen", "\033P\033]52;c;c2lsay1zdW1tZXItdG9w\a\033\\"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const char *const environment[] = {COMMON, "TMUX", "STY", cases[i].variable, NULL};
        struct harness *harness = start(environment, NULL, 80, 24);
        harness_expect(harness, "silk-summer-top");
        harness_type(harness, "y");
        harness_expect(harness, "Copied: silk-summer-top (15 characters)");
        assert_contains(harness_bytes(harness), cases[i].sequence);
        harness_type(harness, "q");
        ends_with_exit(harness, 0);
    }
}

static void terminal_without_cursor_addressing_is_refused_with_a_hint(void **state) {
    (void)state;
    const char *const environment[] = {COMMON, "TERM=dumb", NULL};
    struct harness *harness = start(environment, NULL, 80, 24);
    const int status = harness_expect_end(harness);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_contains(harness_bytes(harness), "TERM=xterm-256color");
    stop(harness);
}

static void older_terminals_work(void **state) {
    (void)state;
    static const char *const terms[] = {
        "TERM=vt100", "TERM=linux", "TERM=xterm", "TERM=screen", "TERM=tmux-256color",
    };
    for (size_t i = 0; i < ARRAY_COUNT(terms); i++) {
        const char *const environment[] = {COMMON, terms[i], NULL};
        struct harness *harness = start(environment, NULL, 80, 24);
        harness_expect(harness, "silk-summer-top");
        harness_type(harness, "q");
        ends_with_exit(harness, 0);
    }
}

static void whole_program_turns_the_loop(void **state) {
    (void)state;
    if (!whole_program || access(whole_program, X_OK) != 0) {
        print_message("skipped: recloop is not built\n");
        skip();
    }
    char home[] = "/tmp/recloop-terminal-XXXXXX";
    assert_non_null(mkdtemp(home));
    struct buf variables[4] = {{0}};
    const char *const names[] = {"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"};
    const char *environment[16] = {COMMON};
    size_t at = 0;
    while (environment[at])
        at++;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        buf_add_format(&variables[i], "%s=%s", names[i], home);
        environment[at++] = buf_text(&variables[i]);
    }
    char *arguments[] = {(char *)(uintptr_t)whole_program, NULL};
    struct harness *harness = current = harness_start(&(struct harness_options){
        .arguments = arguments,
        .environment = environment,
        .columns = 100,
        .rows = 30,
    });
    harness_expect(harness, "sandbox in this process");
    harness_expect(harness, "1 ");
    harness_type(harness, "t");
    harness_expect(harness, "The loop turned in");
    harness_type(harness, "5");
    harness_expect(harness, "recommended_products");
    harness_type(harness, "q");
    ends_with_exit(harness, 0);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        buf_release(&variables[i]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(first_screen_shows_list_and_backend, stop_what_is_left),
    cmocka_unit_test_teardown(firing_turns_the_loop_on_screen, stop_what_is_left),
    cmocka_unit_test_teardown(control_s_does_not_freeze_the_screen, stop_what_is_left),
    cmocka_unit_test_teardown(resize_is_followed_down_to_too_small_and_back, stop_what_is_left),
    cmocka_unit_test_teardown(resize_storm_ends_on_the_last_size, stop_what_is_left),
    cmocka_unit_test_teardown(sigterm_ends_in_order, stop_what_is_left),
    cmocka_unit_test_teardown(sighup_ends_in_order, stop_what_is_left),
    cmocka_unit_test_teardown(vanished_terminal_ends_the_program, stop_what_is_left),
    cmocka_unit_test_teardown(control_c_ends_with_130, stop_what_is_left),
    cmocka_unit_test_teardown(segmentation_fault_restores_the_terminal, stop_what_is_left),
    cmocka_unit_test_teardown(abort_restores_the_terminal, stop_what_is_left),
    cmocka_unit_test_teardown(failed_assertion_restores_the_terminal, stop_what_is_left),
    cmocka_unit_test_teardown(suspend_and_resume_show_the_screen_again, stop_what_is_left),
    cmocka_unit_test_teardown(no_color_means_no_color, stop_what_is_left),
    cmocka_unit_test_teardown(ascii_flag_shows_ascii_only, stop_what_is_left),
    cmocka_unit_test_teardown(locale_without_utf8_shows_ascii_only, stop_what_is_left),
    cmocka_unit_test_teardown(no_locale_at_all_still_shows_utf8, stop_what_is_left),
    cmocka_unit_test_teardown(hostile_text_reaches_the_screen_as_text, stop_what_is_left),
    cmocka_unit_test_teardown(bracketed_paste_is_one_value_and_runs_no_keys, stop_what_is_left),
    cmocka_unit_test_teardown(function_keys_and_utf8_input_arrive, stop_what_is_left),
    cmocka_unit_test_teardown(mouse_selects_scrolls_and_presses_what_it_is_on, stop_what_is_left),
    cmocka_unit_test_teardown(mouse_dragged_moves_a_border, stop_what_is_left),
    cmocka_unit_test_teardown(mouse_is_given_back_by_a_key_and_while_stopped, stop_what_is_left),
    cmocka_unit_test_teardown(theme_uses_the_colours_that_the_terminal_has, stop_what_is_left),
    cmocka_unit_test_teardown(
        copying_reaches_the_clipboard_through_tmux_and_screen, stop_what_is_left),
    cmocka_unit_test_teardown(
        terminal_without_cursor_addressing_is_refused_with_a_hint, stop_what_is_left),
    cmocka_unit_test_teardown(older_terminals_work, stop_what_is_left),
    cmocka_unit_test_teardown(whole_program_turns_the_loop, stop_what_is_left),
};

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: terminal_test SCRIPTED_CONSOLE SCRIPTS [RECLOOP]\n");
        return 2;
    }
    console_program = argv[1];
    scripts = argv[2];
    whole_program = argc > 3 ? argv[3] : NULL;
    return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
