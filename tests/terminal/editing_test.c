// editing — text in a real terminal: the keys of an editor, pasted lines, and the person's own editor, which gets
// the terminal as it was and gives it back whatever becomes of it.
#include "support/test.h"
#include "terminal/own_editor.h"

#include "base/files.h"

#include <dirent.h>
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

// An editor that is a script of these lines; its text's path is $1.
static void start(const char *lines) {
    struct buf visual = {0};
    char *arguments[] = {(char *)(uintptr_t)console_program, (char *)(uintptr_t)scripts, NULL};
    own_editor_write(&here, lines, &visual);
    own_editor_start(&here, arguments, buf_text(&visual), 100, 30);
    buf_release(&visual);
}

static void quit(void) {
    harness_type(here.harness, "q");
    harness_expect_exit(here.harness, 0);
}

// Nothing of the text is left behind: only the script stands in the folder.
static void folder_holds_the_script_only(void) {
    DIR *directory = opendir(here.folder.path);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "editor") == 0) continue;
        fail_msg("%s was left behind", entry->d_name);
    }
    closedir(directory);
}

static void open_editor(void) {
    harness_expect(here.harness, "silk-summer-top");
    harness_type(here.harness, "2");
    harness_expect(here.harness, "from the template");
    harness_type(here.harness, "e");
}

static void own_editor_gets_the_terminal_and_a_private_file(void **state) {
    (void)state;
    start("printf '%s %s %s\\n' \"$(stat -c %a \"$1\")\" \"$(stat -c %a \"$(dirname \"$1\")\")\" "
          "\"$(stty -a | grep -o -- '-*icanon')\"\n"
          "grep -q ocean-blue-shirt \"$1\" && echo it holds the event\n"
          "read answer\nprintf '{\"event\": \"%s\", \"userId\": \"9\"}' \"$answer\" > \"$1\"");
    open_editor();
    harness_expect(here.harness, "600 700 icanon");
    harness_expect(here.harness, "it holds the event");
    harness_type(here.harness, "Edited Elsewhere\n");
    harness_expect(here.harness, "your own JSON");
    harness_expect(here.harness, "\"Edited Elsewhere\"");
    folder_holds_the_script_only();
    quit();
}

// Curses is told of 24 bits through TERMINFO, which is nobody else's business.
static void own_editor_sees_the_environment_as_it_was(void **state) {
    (void)state;
    start("echo \"TERM is $TERM, TERMINFO is ${TERMINFO-not set}\"; read answer");
    open_editor();
    harness_expect(here.harness, "TERM is xterm-256color, TERMINFO is not set");
    assert_contains(harness_bytes(here.harness), "\033[38;2;");
    harness_type(here.harness, "\n");
    harness_expect(here.harness, "from the template");
    quit();
}

static void own_editor_that_fails_changes_nothing(void **state) {
    (void)state;
    start("echo broken > \"$1\"; exit 3");
    open_editor();
    harness_expect(here.harness, "The editor ended with status 3");
    harness_expect(here.harness, "from the template");
    folder_holds_the_script_only();
    quit();
}

static void own_editor_keeps_control_c_for_itself(void **state) {
    (void)state;
    start("echo waiting; read answer");
    open_editor();
    harness_expect(here.harness, "waiting");
    harness_type(here.harness, "\003");
    harness_expect(here.harness, "The editor was ended by a signal");
    folder_holds_the_script_only();
    quit();
}

static void own_editor_and_console_stop_as_one_job(void **state) {
    (void)state;
    start("echo waiting; read answer; echo \"{\\\"event\\\": \\\"$answer\\\"}\" > \"$1\"");
    open_editor();
    harness_expect(here.harness, "waiting");
    harness_type(here.harness, "\032");
    harness_expect(here.harness, "[stopped]");
    kill(harness_pid(here.harness), SIGCONT);
    harness_type(here.harness, "After All\n");
    harness_expect(here.harness, "\"After All\"");
    quit();
}

static void own_editor_with_broken_json_shows_the_place(void **state) {
    (void)state;
    start("printf '{\"event\": \"x\"\\n \"userId\": \"9\"}' > \"$1\"");
    open_editor();
    harness_expect(here.harness, "line 2, column 2: a comma is missing before this");
    harness_type(here.harness, "\017"); // once more from inside: the same text comes back
    harness_expect(here.harness, "line 2, column 2: a comma is missing before this");
    harness_type(here.harness, "\033");
    harness_expect(here.harness, "2:2 a comma is missing");
    quit();
}

static void pasted_lines_are_text_and_run_no_keys(void **state) {
    (void)state;
    start("");
    harness_expect(here.harness, "silk-summer-top");
    harness_type(here.harness, "2G\r");
    harness_expect(here.harness, "The event as JSON");
    harness_type(
        here.harness, "\033[1;5H\033[200~{\r\n\t\"q\": \"qqq\",\r\n\t\"t\": 1\r\n}\033[201~");
    harness_expect(here.harness, "}{");
    harness_expect(here.harness, "\"q\": \"qqq\",");
    harness_expect(here.harness, "there is more after the end");
    harness_type(here.harness, "\037"); // undone in one step
    harness_expect(here.harness, "good JSON");
    harness_type(here.harness, "\033");
    harness_expect(here.harness, "from the template");
    quit();
}

static void words_are_moved_over_and_killed(void **state) {
    (void)state;
    start("");
    harness_expect(here.harness, "silk-summer-top");
    harness_type(here.harness, "u\025one two three");
    harness_expect(here.harness, "Shopper in focus: one two three");
    harness_type(here.harness, "\033b\033[1;5D\013"); // Alt-B, Ctrl-←, Ctrl-K
    assert_true(harness_wait_gone(here.harness, "one two three"));
    harness_type(here.harness, "\001\031"); // Ctrl-A, Ctrl-Y
    harness_expect(here.harness, "Shopper in focus: two threeone");
    harness_type(here.harness, "\033\177x\037\037\033"); // Alt-Backspace finds nothing before; undo
    harness_expect(here.harness, "quit");
    quit();
}

#define EDITING_TEST(test) cmocka_unit_test_setup_teardown(test, make_folder, tear_down)
static const struct CMUnitTest tests[] = {
    EDITING_TEST(own_editor_gets_the_terminal_and_a_private_file),
    EDITING_TEST(own_editor_sees_the_environment_as_it_was),
    EDITING_TEST(own_editor_that_fails_changes_nothing),
    EDITING_TEST(own_editor_keeps_control_c_for_itself),
    EDITING_TEST(own_editor_and_console_stop_as_one_job),
    EDITING_TEST(own_editor_with_broken_json_shows_the_place),
    EDITING_TEST(pasted_lines_are_text_and_run_no_keys),
    EDITING_TEST(words_are_moved_over_and_killed),
};

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: editing_test SCRIPTED_CONSOLE SCRIPTS\n");
        return 2;
    }
    console_program = argv[1];
    scripts = argv[2];
    return cmocka_run_group_tests_name("editing", tests, NULL, NULL);
}
