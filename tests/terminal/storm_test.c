// storm — the console in a pseudo terminal under bad conditions: sizes that change all the time, a flood of events,
// hostile pastes, terminals of every kind, and tmux in between.
#include "support/test.h"
#include "terminal/harness.h"

#include "base/files.h"
#include "base/rng.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static char *console_program, *scripts;
static struct harness *current; // a failed test leaves it running

#define COMMON                                                                                     \
    "LC_ALL=C.UTF-8", "NO_COLOR", "COLORTERM", "TMUX", "STY",                                      \
        "ASAN_OPTIONS=detect_leaks=1:handle_segv=0:handle_abort=0",                                \
        "UBSAN_OPTIONS=print_stacktrace=1",                                                        \
        "TSAN_OPTIONS=halt_on_error=1:handle_segv=0:handle_abort=0"

static const char *const plain[] = {"TERM=xterm-256color", COMMON, NULL};

static struct harness *
start(const char *const *environment, char *const *flags, int columns, int rows) {
    char *arguments[8] = {console_program, scripts};
    for (size_t i = 0; flags && flags[i] && i + 3 < ARRAY_COUNT(arguments); i++)
        arguments[i + 2] = flags[i];
    const struct harness_options options = {
        .arguments = arguments, .environment = environment, .columns = columns, .rows = rows};
    current = harness_start(&options);
    return current;
}

static int stop_what_is_left(void **state) {
    (void)state;
    harness_free(current);
    current = NULL;
    return 0;
}

static void ends_well(struct harness *harness) {
    harness_type(harness, "q");
    harness_expect_exit(harness, 0);
    harness_free(harness);
    current = NULL;
}

static size_t count_of(struct harness *harness, const char *sequence) {
    const struct str part = str_from(sequence);
    struct str rest = harness_bytes(harness);
    size_t count = 0;
    for (; rest.len >= part.len; rest = str_skip(rest, 1))
        count += str_starts_with(rest, part);
    return count;
}

static void expect_more(struct harness *harness) {
    const size_t before = harness_bytes(harness).len;
    for (int waited_ms = 0; harness_bytes(harness).len == before; waited_ms++) {
        assert_true(waited_ms < 20000);
        poll(NULL, 0, 1);
        harness_drain(harness);
    }
}

// A frame may come in parts: the screen stands when nothing more comes.
static void settle(struct harness *harness) {
    size_t before = 0;
    do {
        before = harness_bytes(harness).len;
        poll(NULL, 0, 150);
        harness_drain(harness);
    } while (harness_bytes(harness).len != before);
}

// The screen that a start at this size shows.
static void fresh_screen(const char *const *environment, int columns, int rows, struct buf *out) {
    struct harness *harness = start(environment, NULL, columns, rows);
    harness_expect(harness, rows < 12 ? "recloop needs" : "silk-summer-top");
    if (rows >= 24) harness_expect(harness, "sandbox in this process");
    if (rows >= 12) harness_expect(harness, "q quit");
    settle(harness);
    harness_screen(harness, out);
    ends_well(harness);
}

static void resize_at_random(struct harness *harness, struct rng *rng) {
    harness_resize(harness, 1 + (int)rng_below(rng, 300), 1 + (int)rng_below(rng, 100));
}

// Sizes change while the program draws the one before: what it ends with is the screen of the last size, whole.
static void storm_of_sizes_ends_with_the_screen_of_the_last(void **state) {
    (void)state;
    struct buf wanted = {0}, got = {0};
    struct rng rng;
    rng_seed(&rng, 5);
    fresh_screen(plain, 120, 40, &wanted);
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    for (int i = 0; i < 400; i++) {
        resize_at_random(harness, &rng);
        harness_drain(harness);
    }
    harness_resize(harness, 39, 11);
    harness_expect(harness, "recloop needs");
    harness_resize(harness, 120, 40);
    harness_expect(harness, "SANDBOX us-east-1");
    harness_expect(harness, "q quit");
    settle(harness);
    harness_screen(harness, &got);
    assert_str(buf_str(&got), buf_text(&wanted));
    ends_well(harness);
    buf_release(&wanted);
    buf_release(&got);
}

static char *const flooding[] = {(char[]){"--flood"}, (char[]){"0"}, NULL};

static void storm_of_sizes_in_a_flood_leaves_it_usable(void **state) {
    (void)state;
    struct rng rng;
    rng_seed(&rng, 6);
    struct harness *harness = start(plain, flooding, 80, 24);
    harness_expect(harness, "silk-summer-top");
    for (int i = 0; i < 400; i++) {
        resize_at_random(harness, &rng);
        harness_drain(harness);
    }
    harness_resize(harness, 40, 12);
    harness_expect(harness, "Seg──Dst──Lam");
    harness_resize(harness, 80, 24);
    harness_expect(harness, "Segment ─ Destination");
    harness_type(harness, "3");
    harness_expect(harness, " received");
    harness_type(harness, "t");
    harness_expect(harness, "The loop turned in");
    ends_well(harness);
}

static void stopping_in_a_flood_gives_every_mode_back_and_takes_it_again(void **state) {
    (void)state;
    struct harness *harness = start(plain, flooding, 80, 24);
    harness_expect(harness, "silk-summer-top");
    for (size_t turn = 1; turn <= 3; turn++) {
        harness_type(harness, "\032");
        while (count_of(harness, "[stopped]") < turn) // the screen still shows the one before
            expect_more(harness);
        assert_null(harness_complaint(harness));
        assert_int_equal(count_of(harness, "\033[?2004l"), turn);
        kill(harness_pid(harness), SIGCONT);
        while (!harness_has_mouse(harness)) // what it left is shown first
            expect_more(harness);
        assert_int_equal(count_of(harness, "\033[?2004h"), turn + 1);
    }
    harness_type(harness, "1");
    harness_expect(harness, "campaign_arn");
    harness_type(harness, "\033[200~after-the-stop\033[201~");
    harness_expect(harness, "after-the-stop");
    harness_type(harness, "\033");
    assert_true(harness_wait_gone(harness, "after-the-stop"));
    ends_well(harness);
}

// Pastes

static void hostile_paste_is_a_value_and_nothing_else(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    harness_type(harness, "1");
    harness_expect(harness, "campaign_arn");
    // a title, a colour, a start inside, a lone end of UTF-8, C1, direction overrides, keys that would leave
    harness_type(
        harness, "\033[200~tame\033]0;owned\007\033[31m\033[200~\xff\xc3\xc2\x9b"
                 "31m\xe2\x80\xae\x01\x03\x1a\x1c qqyy\r\rwild\033[201~");
    harness_expect(harness, "wild");
    harness_expect(harness, "Removed from the paste");
    assert_int_equal(count_of(harness, "owned\007"), 0);
    assert_int_equal(count_of(harness, "\033]0;"), 0);
    harness_type(harness, "\033");
    assert_true(harness_wait_gone(harness, "wild"));
    harness_type(harness, "4");
    harness_expect(harness, "silk-summer-top");
    ends_well(harness);
}

static void paste_without_an_end_ends(void **state) {
    (void)state;
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    harness_type(harness, "1");
    harness_expect(harness, "campaign_arn");
    harness_type(harness, "\033[200~never-ended");
    harness_expect(harness, "never-ended");
    harness_type(harness, "\033");
    assert_true(harness_wait_gone(harness, "never-ended"));
    ends_well(harness);
}

static void paste_beyond_all_limits_is_refused_and_survived(void **state) {
    (void)state;
    struct buf bytes = {0};
    struct harness *harness = start(plain, NULL, 80, 24);
    harness_expect(harness, "silk-summer-top");
    harness_type(harness, "1");
    harness_expect(harness, "campaign_arn");
    harness_type(harness, "\033[200~begun");
    for (int i = 0; i < 300; i++) { // a terminal's own queue takes 4095 at once
        buf_reset(&bytes);
        for (int at = 0; at < 500; at++)
            buf_add(&bytes, STR("qy"));
        harness_type(harness, buf_text(&bytes));
    }
    harness_type(harness, "\033[201~");
    harness_expect(harness, "too many for a value");
    harness_type(harness, "\033");
    assert_true(harness_wait_gone(harness, "too many for a value"));
    harness_expect(harness, "q quit");
    ends_well(harness);
    buf_release(&bytes);
}

// Terminals

static const struct {
    const char *term;
    bool has_color;
} terminals[] = {
    {"TERM=vt100", false}, {"TERM=linux", true},           {"TERM=xterm", true},
    {"TERM=screen", true}, {"TERM=screen-256color", true}, {"TERM=tmux-256color", true},
    {"TERM=vt220", false}, {"TERM=xterm-256color", true},
};

static const struct { int columns, rows; } sizes[] = {{80, 24}, {120, 40}, {40, 12}, {39, 11}};

static void every_terminal_shows_the_same_screen(void **state) {
    (void)state;
    for (size_t size = 0; size < ARRAY_COUNT(sizes); size++) {
        struct buf wanted = {0};
        fresh_screen(plain, sizes[size].columns, sizes[size].rows, &wanted);
        for (size_t i = 0; i < ARRAY_COUNT(terminals); i++) {
            const char *const environment[] = {terminals[i].term, COMMON, NULL};
            struct buf got = {0};
            fresh_screen(environment, sizes[size].columns, sizes[size].rows, &got);
            if (!str_equal(buf_str(&got), buf_str(&wanted)))
                print_error(
                    "%s, %dx%d: got\n" STR_FMT, terminals[i].term, sizes[size].columns,
                    sizes[size].rows, STR_ARG(buf_str(&got)));
            assert_str(buf_str(&got), buf_text(&wanted));
            buf_release(&got);
        }
        buf_release(&wanted);
    }
}

static void colour_is_where_the_terminal_has_it(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(terminals); i++) {
        const char *const environment[] = {terminals[i].term, COMMON, NULL};
        struct harness *harness = start(environment, NULL, 80, 24);
        harness_expect(harness, "silk-summer-top");
        harness_expect(harness, "q quit");
        if (harness_has_color(harness) != terminals[i].has_color)
            fail_msg("%s: %s", terminals[i].term, terminals[i].has_color ? "no colour" : "colour");
        ends_well(harness);
    }
}

// tmux

#define SERVER "recloop-storm"

static bool has_tmux(void) {
    return system("command -v tmux >/dev/null 2>&1") == 0;
}

static int stop_tmux(void **state) {
    (void)system("tmux -L " SERVER " kill-server >/dev/null 2>&1");
    (void)system("rm -f /tmp/" SERVER ".conf");
    return stop_what_is_left(state);
}

static struct harness *start_in_tmux(struct buf *command) {
    struct error err;
    static char tmux[] = "/usr/bin/env", name[] = "tmux";
    assert_ok(
        files_write(
            "/tmp/" SERVER ".conf", 0600,
            STR("set -g default-terminal tmux-256color\nset -g allow-passthrough on\n"
                "set -g mouse on\nset -g status off\nset -g exit-empty on\n"),
            &err),
        err);
    buf_add_format(command, "exec '%s' '%s'", console_program, scripts);
    char *arguments[] = {
        tmux,
        name,
        (char[]){"-L"},
        (char[]){SERVER},
        (char[]){"-f"},
        (char[]){"/tmp/" SERVER ".conf"},
        (char[]){"new-session"},
        (char *)(uintptr_t)buf_text(command),
        NULL};
    current = harness_start(&(struct harness_options){
        .arguments = arguments, .environment = plain, .columns = 100, .rows = 30});
    return current;
}

static void tmux_passes_colours_mouse_and_the_clipboard(void **state) {
    (void)state;
    if (!has_tmux()) {
        print_message("skipped: tmux is not installed\n");
        skip();
    }
    struct buf command = {0};
    struct harness *harness = start_in_tmux(&command);
    harness_expect(harness, "silk-summer-top");
    harness_expect(harness, "q quit");
    assert_true(harness_has_color(harness));
    harness_type(harness, "y");
    harness_expect(harness, "Copied: silk-summer-top");
    assert_contains(harness_bytes(harness), "\033]52;c;c2lsay1zdW1tZXItdG9w\a");
    assert_true(harness_has_mouse(harness));
    harness_mouse(harness, 12, 0, 1, true); // "1 Setup"
    harness_mouse(harness, 12, 0, 1, false);
    harness_expect(harness, "campaign_arn");
    harness_resize(harness, 80, 24);
    harness_expect(harness, "Segment ─ Destination");
    harness_type(harness, "q");
    int status = 0;
    assert_true(harness_wait_end(harness, &status));
    harness_free(harness);
    current = NULL;
    buf_release(&command);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(storm_of_sizes_ends_with_the_screen_of_the_last, stop_what_is_left),
    cmocka_unit_test_teardown(storm_of_sizes_in_a_flood_leaves_it_usable, stop_what_is_left),
    cmocka_unit_test_teardown(
        stopping_in_a_flood_gives_every_mode_back_and_takes_it_again, stop_what_is_left),
    cmocka_unit_test_teardown(hostile_paste_is_a_value_and_nothing_else, stop_what_is_left),
    cmocka_unit_test_teardown(paste_without_an_end_ends, stop_what_is_left),
    cmocka_unit_test_teardown(paste_beyond_all_limits_is_refused_and_survived, stop_what_is_left),
    cmocka_unit_test_teardown(every_terminal_shows_the_same_screen, stop_what_is_left),
    cmocka_unit_test_teardown(colour_is_where_the_terminal_has_it, stop_what_is_left),
    cmocka_unit_test_teardown(tmux_passes_colours_mouse_and_the_clipboard, stop_tmux),
};

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: storm_test SCRIPTED_CONSOLE SCRIPTS\n");
        return 2;
    }
    console_program = argv[1];
    scripts = argv[2];
    return cmocka_run_group_tests_name("terminal_storm", tests, NULL, NULL);
}
