// linear — the console that is read out, on a real terminal: the person's own editor, the clipboard, the job's
// keys, the end of what is typed, and a reader that goes away.
#include "support/temp_folder.h"
#include "support/test.h"
#include "terminal/harness.h"

#include "base/files.h"

#include <signal.h>
#include <sys/wait.h>

static const char *console_program, *scripts;
static struct harness *current;
static struct temp_folder folder;

static int make_folder(void **state) {
    (void)state;
    folder = temp_folder_make();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    harness_free(current);
    current = NULL;
    temp_folder_remove(&folder);
    return 0;
}

static void start_program(char *const *arguments, const char *editor) {
    struct buf visual = {0}, place = {0};
    buf_add_format(&visual, "VISUAL=%s", editor);
    buf_add_format(&place, "XDG_RUNTIME_DIR=%s", folder.path);
    const char *const environment[] = {
        "TERM=xterm-256color",
        "COLORTERM=truecolor",
        "TMUX",
        "STY",
        "LC_ALL=C.UTF-8",
        "NO_COLOR",
        "ASAN_OPTIONS=detect_leaks=1:handle_segv=0:handle_abort=0",
        buf_text(&visual),
        buf_text(&place),
        NULL,
    };
    current = harness_start(&(struct harness_options){
        .arguments = arguments, .environment = environment, .columns = 120, .rows = 60});
    buf_release(&visual);
    buf_release(&place);
}

static void start_with(const char *flag, const char *editor) {
    char linear[] = "--linear";
    char *arguments[] = {
        (char *)(uintptr_t)console_program, (char *)(uintptr_t)scripts, linear,
        (char *)(uintptr_t)flag, NULL};
    start_program(arguments, editor);
    harness_expect(current, "and 15 more further down"); // the list is told
}

// An editor that is a script of these lines; its text's path is $1.
static void start(const char *lines) {
    struct buf script = {0}, path = {0}, editor = {0};
    struct error err;
    buf_add_format(&script, "#!/bin/sh\n%s\n", lines);
    buf_add_format(&path, "%s/editor", folder.path);
    buf_add_format(&editor, "sh %s", buf_text(&path));
    assert_ok(files_write(buf_text(&path), 0600, buf_str(&script), &err), err);
    start_with(NULL, buf_text(&editor));
    buf_release(&script);
    buf_release(&path);
    buf_release(&editor);
}

static void quit(void) {
    harness_type(current, "q\n");
    harness_expect_exit(current, 0);
}

static void open_editor(void) {
    harness_type(current, "2\n");
    harness_expect(current, "2 Event.");
    harness_type(current, "e\n");
}

static size_t count_escapes(void) {
    const struct str bytes = harness_bytes(current);
    size_t count = 0;
    for (size_t i = 0; i < bytes.len; i++)
        count += bytes.ptr[i] == '\033';
    return count;
}

static void own_editors_text_is_taken(void **state) {
    (void)state;
    start("grep -q ocean-blue-shirt \"$1\" && echo it holds the event\nread answer\n"
          "printf '{\"event\": \"%s\", \"userId\": \"9\"}' \"$answer\" > \"$1\"");
    open_editor();
    harness_expect(current, "it holds the event");
    harness_type(current, "Edited Elsewhere\n");
    harness_expect(current, "The text of the editor is taken.");
    harness_type(current, "t\n");
    harness_expect(current, "Event fired: your own JSON");
    harness_expect(current, "The loop turned."); // or leaving would ask
    assert_int_equal(count_escapes(), 0);
    quit();
}

static void an_editor_that_fails_changes_nothing(void **state) {
    (void)state;
    start("echo broken > \"$1\"; exit 3");
    open_editor();
    harness_expect(current, "The editor ended with status 3");
    harness_expect(current, "The event is as it was.");
    harness_type(current, "t\n");
    harness_expect(current, "Event fired: Product Clicked");
    harness_expect(current, "The loop turned.");
    quit();
}

static void an_editor_that_is_not_there_is_told(void **state) {
    (void)state;
    start_with(NULL, "/no/such/editor");
    open_editor();
    harness_expect(current, "The editor was not found");
    harness_expect(current, "VISUAL and EDITOR name the editor.");
    quit();
}

static void broken_json_of_the_editor_is_told_with_its_place(void **state) {
    (void)state;
    start("printf '{\"event\": \"x\"\\n \"userId\": \"9\"}' > \"$1\"");
    open_editor();
    harness_expect(current, "line 2, column 2");
    assert_false(str_contains(harness_bytes(current), STR("The text of the editor is taken.")));
    harness_type(current, "event = \"Y\"\n"); // in its lines
    harness_expect(current, "The event is no JSON, so it has no members");
    harness_type(current, "{\"type\": \"track\", \"event\": \"Z\", \"userId\": \"9\"}\n");
    harness_expect(current, "Taken; it is good JSON.");
    harness_type(current, "\n");
    harness_expect(current, "Closed; in Event.");
    quit();
}

// The only escape sequence there is.
static void a_terminal_has_a_clipboard(void **state) {
    (void)state;
    start("");
    harness_type(current, "4\n");
    harness_expect(current, "4 Recommendations.");
    assert_int_equal(count_escapes(), 0);
    harness_type(current, "y\n");
    harness_expect(current, "opied");
    assert_contains(harness_bytes(current), "\033]52;c;");
    assert_int_equal(count_escapes(), 1);
    quit();
}

static void nothing_hostile_reaches_the_terminal(void **state) {
    (void)state;
    char linear[] = "--linear", hostile[] = "--hostile";
    char *arguments[] = {
        (char *)(uintptr_t)console_program, (char *)(uintptr_t)scripts, linear, hostile, NULL};
    start_program(arguments, "true");
    harness_type(current, "3\n");
    harness_expect(current, "\\e[31mred");
    harness_type(current, "1\n2\n3\n4\n5\n\n6\n\n?\nq\n");
    harness_expect_exit(current, 0);
    assert_int_equal(count_escapes(), 0);
}

static void control_c_leaves(void **state) {
    (void)state;
    start("");
    harness_type(current, "\003");
    harness_expect_exit(current, 130);
}

static void control_z_stops_and_it_goes_on(void **state) {
    (void)state;
    start("");
    harness_type(current, "\032");
    harness_expect(current, "[stopped]");
    kill(harness_pid(current), SIGCONT);
    harness_resize(current, 60, 20);
    harness_type(current, "3\n");
    harness_expect(current, "3 Stream.");
    quit();
}

static void the_end_of_what_is_typed_is_the_end(void **state) {
    (void)state;
    start("");
    harness_type(current, "t\n\004"); // Ctrl-D: what was asked for is still told
    harness_expect_exit(current, 0);
    assert_contains(harness_bytes(current), "The loop turned.");
}

static void a_terminal_that_goes_away_ends_it(void **state) {
    (void)state;
    int status = 0;
    start("");
    harness_hang_up(current);
    assert_true(harness_wait_end(current, &status));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

// As `recloop console --linear | head -n 3`: nobody reads any more, and that is no trouble.
static void a_reader_that_has_enough_ends_it_quietly(void **state) {
    (void)state;
    static char shell[] = "/bin/sh", option[] = "-c", name[] = "sh";
    static char text[] =
        "{ \"$1\" \"$2\" --linear; echo \"ended with $?\" >\"$3\"; } 2>&1 | head -n 1; "
        "echo its reader left";
    struct buf report = {0};
    buf_add_format(&report, "%s/report", folder.path);
    char *arguments[] = {shell,
                         option,
                         text,
                         name,
                         (char *)(uintptr_t)console_program,
                         (char *)(uintptr_t)scripts,
                         report.ptr,
                         NULL};
    start_program(arguments, "true");
    harness_expect(current, "recloop, read out line by line.");
    harness_type(current, "3\n4\n"); // said to nobody
    harness_expect(current, "its reader left");
    harness_expect_exit(current, 0);
    struct buf told = {0};
    struct error err;
    assert_ok(files_read(buf_text(&report), 100, &told, &err), err);
    assert_str(buf_str(&told), "ended with 0\n");
    assert_false(str_contains(harness_bytes(current), STR("roken pipe")));
    buf_release(&told);
    buf_release(&report);
}

static void an_open_journey_is_read_hop_by_hop(void **state) {
    (void)state;
    start_with("--journey", "true");
    harness_type(current, "t\n");
    harness_expect(current, "The loop turned.");
    harness_type(current, "v\n");
    harness_expect(current, "Journey of Product Clicked");
    harness_expect(current, "Request:");
    harness_expect(current, "Selected: ok Segment tracking");
    harness_type(current, "j\n");
    harness_expect(current, "Selected: ok AssumeRole");
    harness_type(current, "Tab\n");
    harness_expect(current, "Answer:");
    harness_type(current, "Tab\n");
    harness_expect(current, "Log:");
    harness_type(current, "Enter\n");
    harness_expect(current, "Log, read line by line:");
    harness_type(current, "/\n");
    harness_expect(current, "Find: type it");
    harness_type(current, "REPORT\n");
    harness_expect(current, "REPORT RequestId: 8a6f, Duration: 5.40");
    harness_type(current, "q q\n");
    harness_expect(current, "Closed; in ");
    assert_false(str_contains(harness_bytes(current), STR("0, |")));
    assert_false(str_contains(harness_bytes(current), STR("\xe2\x94"))); // box lines
    assert_int_equal(count_escapes(), 0);
    quit();
}

#define LINEAR_TEST(test) cmocka_unit_test_setup_teardown(test, make_folder, tear_down)
static const struct CMUnitTest tests[] = {
    LINEAR_TEST(own_editors_text_is_taken),
    LINEAR_TEST(an_editor_that_fails_changes_nothing),
    LINEAR_TEST(an_editor_that_is_not_there_is_told),
    LINEAR_TEST(broken_json_of_the_editor_is_told_with_its_place),
    LINEAR_TEST(a_terminal_has_a_clipboard),
    LINEAR_TEST(nothing_hostile_reaches_the_terminal),
    LINEAR_TEST(control_c_leaves),
    LINEAR_TEST(control_z_stops_and_it_goes_on),
    LINEAR_TEST(the_end_of_what_is_typed_is_the_end),
    LINEAR_TEST(a_terminal_that_goes_away_ends_it),
    LINEAR_TEST(a_reader_that_has_enough_ends_it_quietly),
    LINEAR_TEST(an_open_journey_is_read_hop_by_hop),
};

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: linear_test SCRIPTED_CONSOLE SCRIPTS\n");
        return 2;
    }
    console_program = argv[1];
    scripts = argv[2];
    return cmocka_run_group_tests_name("linear", tests, NULL, NULL);
}
