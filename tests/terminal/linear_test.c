// linear — the console that is read out, on a real terminal: the person's own editor, the clipboard, the job's
// keys, the end of what is typed, and a reader that goes away.
#include "support/test.h"
#include "terminal/own_editor.h"

#include "base/files.h"

#include <signal.h>
#include <sys/wait.h>

static const char *console_program, *scripts;
static struct own_editor here;

static int make_folder(void **state) {
    (void)state;
    own_editor_begin(&here);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    own_editor_end(&here);
    return 0;
}

static void start_program(char *const *arguments, const char *visual) {
    own_editor_start(&here, arguments, visual, 120, 60);
}

static void start_with(const char *flag, const char *editor) {
    char linear[] = "--linear";
    char *arguments[] = {
        (char *)(uintptr_t)console_program, (char *)(uintptr_t)scripts, linear,
        (char *)(uintptr_t)flag, NULL};
    start_program(arguments, editor);
    harness_expect(here.harness, "and 15 more further down"); // the list is told
}

// An editor that is a script of these lines; its text's path is $1.
static void start(const char *lines) {
    struct buf visual = {0};
    own_editor_write(&here, lines, &visual);
    start_with(NULL, buf_text(&visual));
    buf_release(&visual);
}

static void quit(void) {
    harness_type(here.harness, "q\n");
    harness_expect_exit(here.harness, 0);
}

static void open_editor(void) {
    harness_type(here.harness, "2\n");
    harness_expect(here.harness, "2 Event.");
    harness_type(here.harness, "e\n");
}

static size_t count_escapes(void) {
    const struct str bytes = harness_bytes(here.harness);
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
    harness_expect(here.harness, "it holds the event");
    harness_type(here.harness, "Edited Elsewhere\n");
    harness_expect(here.harness, "The text of the editor is taken.");
    harness_type(here.harness, "t\n");
    harness_expect(here.harness, "Event fired: your own JSON");
    harness_expect(here.harness, "The loop turned."); // or leaving would ask
    assert_int_equal(count_escapes(), 0);
    quit();
}

static void an_editor_that_fails_changes_nothing(void **state) {
    (void)state;
    start("echo broken > \"$1\"; exit 3");
    open_editor();
    harness_expect(here.harness, "The editor ended with status 3");
    harness_expect(here.harness, "The event is as it was.");
    harness_type(here.harness, "t\n");
    harness_expect(here.harness, "Event fired: Product Clicked");
    harness_expect(here.harness, "The loop turned.");
    quit();
}

static void an_editor_that_is_not_there_is_told(void **state) {
    (void)state;
    start_with(NULL, "/no/such/editor");
    open_editor();
    harness_expect(here.harness, "The editor was not found");
    harness_expect(here.harness, "VISUAL and EDITOR name the editor.");
    quit();
}

static void broken_json_of_the_editor_is_told_with_its_place(void **state) {
    (void)state;
    start("printf '{\"event\": \"x\"\\n \"userId\": \"9\"}' > \"$1\"");
    open_editor();
    harness_expect(here.harness, "line 2, column 2");
    assert_false(
        str_contains(harness_bytes(here.harness), STR("The text of the editor is taken.")));
    harness_type(here.harness, "event = \"Y\"\n"); // in its lines
    harness_expect(here.harness, "The event is no JSON, so it has no members");
    harness_type(here.harness, "{\"type\": \"track\", \"event\": \"Z\", \"userId\": \"9\"}\n");
    harness_expect(here.harness, "Taken; it is good JSON.");
    harness_type(here.harness, "\n");
    harness_expect(here.harness, "Closed; in Event.");
    quit();
}

// The only escape sequence there is.
static void a_terminal_has_a_clipboard(void **state) {
    (void)state;
    start("");
    harness_type(here.harness, "4\n");
    harness_expect(here.harness, "4 Recommendations.");
    assert_int_equal(count_escapes(), 0);
    harness_type(here.harness, "y\n");
    harness_expect(here.harness, "opied");
    assert_contains(harness_bytes(here.harness), "\033]52;c;");
    assert_int_equal(count_escapes(), 1);
    quit();
}

static void nothing_hostile_reaches_the_terminal(void **state) {
    (void)state;
    char linear[] = "--linear", hostile[] = "--hostile";
    char *arguments[] = {
        (char *)(uintptr_t)console_program, (char *)(uintptr_t)scripts, linear, hostile, NULL};
    start_program(arguments, "true");
    harness_type(here.harness, "3\n");
    harness_expect(here.harness, "\\e[31mred");
    harness_type(here.harness, "1\n2\n3\n4\n5\n\n6\n\n?\nq\n");
    harness_expect_exit(here.harness, 0);
    assert_int_equal(count_escapes(), 0);
}

static void control_c_leaves(void **state) {
    (void)state;
    start("");
    harness_type(here.harness, "\003");
    harness_expect_exit(here.harness, 130);
}

static void control_z_stops_and_it_goes_on(void **state) {
    (void)state;
    start("");
    harness_type(here.harness, "\032");
    harness_expect(here.harness, "[stopped]");
    kill(harness_pid(here.harness), SIGCONT);
    harness_resize(here.harness, 60, 20);
    harness_type(here.harness, "3\n");
    harness_expect(here.harness, "3 Stream.");
    quit();
}

static void the_end_of_what_is_typed_is_the_end(void **state) {
    (void)state;
    start("");
    harness_type(here.harness, "t\n\004"); // Ctrl-D: what was asked for is still told
    harness_expect_exit(here.harness, 0);
    assert_contains(harness_bytes(here.harness), "The loop turned.");
}

static void a_terminal_that_goes_away_ends_it(void **state) {
    (void)state;
    int status = 0;
    start("");
    harness_hang_up(here.harness);
    assert_true(harness_wait_end(here.harness, &status));
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
    buf_add_format(&report, "%s/report", here.folder.path);
    char *arguments[] = {shell,
                         option,
                         text,
                         name,
                         (char *)(uintptr_t)console_program,
                         (char *)(uintptr_t)scripts,
                         report.ptr,
                         NULL};
    start_program(arguments, "true");
    harness_expect(here.harness, "recloop, read out line by line.");
    harness_type(here.harness, "3\n4\n"); // said to nobody
    harness_expect(here.harness, "its reader left");
    harness_expect_exit(here.harness, 0);
    struct buf told = {0};
    struct error err;
    assert_ok(files_read(buf_text(&report), 100, &told, &err), err);
    assert_str(buf_str(&told), "ended with 0\n");
    assert_false(str_contains(harness_bytes(here.harness), STR("roken pipe")));
    buf_release(&told);
    buf_release(&report);
}

static void an_open_journey_is_read_hop_by_hop(void **state) {
    (void)state;
    start_with("--journey", "true");
    harness_type(here.harness, "t\n");
    harness_expect(here.harness, "The loop turned.");
    harness_type(here.harness, "v\n");
    harness_expect(here.harness, "Journey of Product Clicked");
    harness_expect(here.harness, "Request:");
    harness_expect(here.harness, "Selected: ok Segment tracking");
    harness_type(here.harness, "j\n");
    harness_expect(here.harness, "Selected: ok AssumeRole");
    harness_type(here.harness, "Tab\n");
    harness_expect(here.harness, "Answer:");
    harness_type(here.harness, "Tab\n");
    harness_expect(here.harness, "Log:");
    harness_type(here.harness, "Enter\n");
    harness_expect(here.harness, "Log, read line by line:");
    harness_type(here.harness, "/\n");
    harness_expect(here.harness, "Find: type it");
    harness_type(here.harness, "REPORT\n");
    harness_expect(here.harness, "REPORT RequestId: 8a6f, Duration: 5.40");
    harness_type(here.harness, "q q\n");
    harness_expect(here.harness, "Closed; in ");
    assert_false(str_contains(harness_bytes(here.harness), STR("0, |")));
    assert_false(str_contains(harness_bytes(here.harness), STR("\xe2\x94"))); // box lines
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
