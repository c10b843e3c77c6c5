// colors — every cell of the console in a pseudo terminal has exactly the colours that theme.h gives its role, in as
// many colours as the terminal has: as told by TERM and COLORTERM.
#include "console/theme.h"
#include "console/view.h"
#include "screens/script.h"
#include "support/test.h"
#include "terminal/harness.h"

#include <unistd.h>

static const char *console_program, *screens;
static struct harness *current; // a failed test leaves it running
static int black;               // what is sent for it among 24 bits

#define COMMON                                                                                     \
    "LC_ALL=C.UTF-8", "NO_COLOR", "TMUX", "STY", "TERMINFO",                                       \
        "ASAN_OPTIONS=detect_leaks=1:handle_segv=0:handle_abort=0",                                \
        "UBSAN_OPTIONS=print_stacktrace=1", "TSAN_OPTIONS=halt_on_error=1"

static int stop(void **state) {
    (void)state;
    harness_free(current);
    current = NULL;
    return 0;
}

static void start(const char *const *environment) {
    char *arguments[] = {(char *)(uintptr_t)console_program, (char *)(uintptr_t) "fixtures", NULL};
    struct buf folder = {0};
    buf_add_format(&folder, "%s/fixtures", screens);
    arguments[1] = folder.ptr;
    current = harness_start(&(struct harness_options){
        .arguments = arguments,
        .environment = environment,
        .columns = 80,
        .rows = 24,
    });
    buf_release(&folder);
    harness_expect(current, "silk-summer-top");
}

static void quit(void) {
    harness_type(current, "q");
    harness_expect_exit(current, 0);
    (void)stop(NULL);
}

// What the console shows there, cell by cell: the same messages and keys without a terminal.
static void draw_expected(struct script *script, const char *keys) {
    struct error err = {0};
    struct buf line = {0};
    script_init(script, screens);
    assert_ok(script_step(script, STR("include fixtures/seeded.script"), &err), err);
    buf_add_format(&line, "type %s", keys);
    if (keys[0]) assert_ok(script_step(script, buf_str(&line), &err), err);
    buf_release(&line);
    view_draw(&script->model, &script->canvas);
}

// As the terminal tells it.
static int told(int color, enum theme_depth depth) {
    if (color == THEME_DEFAULT_COLOR) return HARNESS_DEFAULT;
    if (depth != THEME_DEPTH_TRUE) return color;
    return HARNESS_RGB + (color ? color : black);
}

static struct harness_cell
expected_cell(const struct canvas_cell *cell, enum theme_id theme, enum theme_depth depth) {
    const struct theme_style style =
        theme_style(theme, depth, (enum theme_role)cell->role, cell->is_selected != 0);
    return (struct harness_cell){
        .rune = cell->width ? cell->runes[0] : 0,
        .foreground = told(style.foreground, depth),
        .background = told(style.background, depth),
        .is_bold = style.bold,
        .is_underlined = style.underline,
        .is_reversed = style.reverse,
    };
}

// A blank has no ink; terminals and curses clear with the background alone.
static bool is_as_expected(const struct harness_cell *shown, const struct harness_cell *expected) {
    const bool is_blank = expected->rune == ' ';
    return shown->rune == expected->rune && shown->background == expected->background &&
           shown->is_reversed == expected->is_reversed &&
           (is_blank ||
            (shown->foreground == expected->foreground && shown->is_bold == expected->is_bold &&
             shown->is_underlined == expected->is_underlined));
}

static void add_cell(struct buf *out, const struct harness_cell *cell) {
    buf_add_rune(out, cell->rune);
    buf_add_format(
        out, " %x on %x%s%s%s", (unsigned)cell->foreground, (unsigned)cell->background,
        cell->is_bold ? " bold" : "", cell->is_underlined ? " underlined" : "",
        cell->is_reversed ? " reversed" : "");
}

// The first cell that looks otherwise; false: none does.
struct difference {
    int column, row;
    struct harness_cell shown, expected;
};

static bool find_difference(
    const struct canvas *canvas,
    enum theme_id theme,
    enum theme_depth depth,
    struct difference *out) {
    for (int at = 0; at < canvas->rows * canvas->columns; at++) {
        const int column = at % canvas->columns, row = at / canvas->columns;
        *out = (struct difference){
            .column = column,
            .row = row,
            .shown = harness_cell(current, column, row),
            .expected = expected_cell(canvas_at(canvas, column, row), theme, depth),
        };
        if (!is_as_expected(&out->shown, &out->expected)) return true;
    }
    return false;
}

static void expect_cells(const struct canvas *canvas, enum theme_id theme, enum theme_depth depth) {
    struct difference difference;
    while (find_difference(canvas, theme, depth, &difference)) {
        if (harness_wait_more(current)) continue; // of the frame
        struct buf text = {0};
        add_cell(&text, &difference.shown);
        buf_add(&text, STR(" is shown instead of "));
        add_cell(&text, &difference.expected);
        print_error(
            "%s in depth %d, column %d, row %d: %s\n", theme_names[theme], (int)depth,
            difference.column, difference.row, buf_text(&text));
        buf_release(&text);
        fail();
    }
}

// Every theme in turn, as T goes through them.
static void every_theme_has_its_colors(enum theme_depth depth) {
    struct buf keys = {0};
    for (int turn = 0; turn < THEME_ID_COUNT; turn++) {
        struct script script;
        struct buf note = {0};
        if (turn) {
            buf_add_char(&keys, 'T');
            harness_type(current, "T");
            buf_add_format(&note, "Theme: %s", theme_names[turn]);
            harness_expect(current, buf_text(&note));
        }
        draw_expected(&script, buf_text(&keys));
        expect_cells(&script.canvas, (enum theme_id)turn, depth);
        script_release(&script);
        buf_release(&note);
    }
    buf_release(&keys);
}

struct told {
    const char *term, *colorterm, *other;
    enum theme_depth depth;
};

static void has_colors_of_depth(const struct told *told) {
    const char *const environment[] = {COMMON, told->term, told->colorterm, told->other, NULL};
    start(environment);
    every_theme_has_its_colors(told->depth);
    quit();
}

static void colors_are_as_many_as_term_has(void **state) {
    static const struct told cases[] = {
        {"TERM=xterm-256color", "COLORTERM", NULL, THEME_DEPTH_256},
        {"TERM=tmux-256color", "COLORTERM=", NULL, THEME_DEPTH_256},
        {"TERM=screen-256color", "COLORTERM=yes", NULL, THEME_DEPTH_256},
        {"TERM=xterm", "COLORTERM", NULL, THEME_DEPTH_8},
        {"TERM=linux", "COLORTERM", NULL, THEME_DEPTH_8},
        {"TERM=screen", "COLORTERM", NULL, THEME_DEPTH_8},
        {"TERM=vt100", "COLORTERM", NULL, THEME_DEPTH_MONO},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        has_colors_of_depth(&cases[i]);
}

// No package of terminfo entries is needed for it.
static void colors_are_24_bits_where_the_terminal_says_so(void **state) {
    static const struct told cases[] = {
        {"TERM=xterm-256color", "COLORTERM=truecolor", NULL, THEME_DEPTH_TRUE},
        {"TERM=xterm-256color", "COLORTERM=24bit", "TERMINFO=/nowhere", THEME_DEPTH_TRUE},
        {"TERM=tmux-256color", "COLORTERM=truecolor", "TMUX=/nowhere,1,0", THEME_DEPTH_TRUE},
        {"TERM=screen-256color", "COLORTERM=truecolor", "TMUX=/nowhere,1,0", THEME_DEPTH_TRUE},
        {"TERM=xterm", "COLORTERM=truecolor", NULL, THEME_DEPTH_TRUE},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        has_colors_of_depth(&cases[i]);
}

// screen hands COLORTERM on and cannot keep the promise; vt100 has no colours to have more of.
static void colors_that_nobody_can_show_are_not_sent(void **state) {
    static const struct told cases[] = {
        {"TERM=screen-256color", "COLORTERM=truecolor", NULL, THEME_DEPTH_256},
        {"TERM=xterm-256color", "COLORTERM=truecolor", "STY=1.screen", THEME_DEPTH_256},
        {"TERM=vt100", "COLORTERM=truecolor", NULL, THEME_DEPTH_MONO},
        {"TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR=1", THEME_DEPTH_MONO},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        has_colors_of_depth(&cases[i]);
}

// By the entries of the package ncurses-term. Their first eight numbers are the terminal's own colours, so black is
// the darkest blue there is.
static void colors_are_24_bits_where_term_has_them(void **state) {
    static const struct told cases[] = {
        {"TERM=xterm-direct2", "COLORTERM", NULL, THEME_DEPTH_TRUE},
        {"TERM=xterm-direct", "COLORTERM=truecolor", NULL, THEME_DEPTH_TRUE},
        {"TERM=tmux-direct", "COLORTERM", NULL, THEME_DEPTH_TRUE},
    };
    (void)state;
    if (access("/usr/share/terminfo/x/xterm-direct", R_OK) != 0) {
        print_message("skipped: the package ncurses-term is not installed\n");
        skip();
    }
    black = 8;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        has_colors_of_depth(&cases[i]);
    black = 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(colors_are_as_many_as_term_has, stop),
    cmocka_unit_test_teardown(colors_are_24_bits_where_the_terminal_says_so, stop),
    cmocka_unit_test_teardown(colors_are_24_bits_where_term_has_them, stop),
    cmocka_unit_test_teardown(colors_that_nobody_can_show_are_not_sent, stop),
};

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: colors_test SCRIPTED_CONSOLE SCREENS\n");
        return 2;
    }
    console_program = argv[1];
    screens = argv[2];
    return cmocka_run_group_tests_name("terminal/colors", tests, NULL, NULL);
}
