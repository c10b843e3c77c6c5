// editing — text in a real terminal: the keys of an editor, pasted lines, and the person's own editor, which gets
// the terminal as it was and gives it back whatever becomes of it.
#include "support/temp_folder.h"
#include "support/test.h"
#include "terminal/harness.h"

#include "base/files.h"

#include <dirent.h>
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

// An editor that is a script of these lines; its text's path is $1.
static void start(const char *lines) {
    struct buf script = {0}, editor = {0}, place = {0}, path = {0};
    struct error err;
    buf_add_format(&script, "#!/bin/sh\n%s\n", lines);
    buf_add_format(&path, "%s/editor", folder.path);
    buf_add_format(&editor, "VISUAL=sh %s/editor", folder.path);
    buf_add_format(&place, "XDG_RUNTIME_DIR=%s", folder.path);
    assert_ok(files_write(buf_text(&path), 0600, buf_str(&script), &err), err);
    const char *const environment[] = {
        "TERM=xterm-256color",
        "COLORTERM=truecolor",
        "TERMINFO",
        "LC_ALL=C.UTF-8",
        "NO_COLOR",
        "ASAN_OPTIONS=detect_leaks=1:handle_segv=0:handle_abort=0",
        buf_text(&editor),
        buf_text(&place),
        NULL,
    };
    char *arguments[] = {(char *)(uintptr_t)console_program, (char *)(uintptr_t)scripts, NULL};
    current = harness_start(&(struct harness_options){
        .arguments = arguments, .environment = environment, .columns = 100, .rows = 30});
    buf_release(&script);
    buf_release(&editor);
    buf_release(&place);
    buf_release(&path);
}

static void quit(void) {
    harness_type(current, "q");
    harness_expect_exit(current, 0);
}

// Nothing of the text is left behind: only the script stands in the folder.
static void folder_holds_the_script_only(void) {
    DIR *directory = opendir(folder.path);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "editor") == 0) continue;
        fail_msg("%s was left behind", entry->d_name);
    }
    closedir(directory);
}

static void open_editor(void) {
    harness_expect(current, "silk-summer-top");
    harness_type(current, "2");
    harness_expect(current, "from the template");
    harness_type(current, "e");
}

static void own_editor_gets_the_terminal_and_a_private_file(void **state) {
    (void)state;
    start("printf '%s %s %s\\n' \"$(stat -c %a \"$1\")\" \"$(stat -c %a \"$(dirname \"$1\")\")\" "
          "\"$(stty -a | grep -o -- '-*icanon')\"\n"
          "grep -q ocean-blue-shirt \"$1\" && echo it holds the event\n"
          "read answer\nprintf '{\"event\": \"%s\", \"userId\": \"9\"}' \"$answer\" > \"$1\"");
    open_editor();
    harness_expect(current, "600 700 icanon");
    harness_expect(current, "it holds the event");
    harness_type(current, "Edited Elsewhere\n");
    harness_expect(current, "your own JSON");
    harness_expect(current, "\"Edited Elsewhere\"");
    folder_holds_the_script_only();
    quit();
}

// Curses is told of 24 bits through TERMINFO, which is nobody else's business.
static void own_editor_sees_the_environment_as_it_was(void **state) {
    (void)state;
    start("echo \"TERM is $TERM, TERMINFO is ${TERMINFO-not set}\"; read answer");
    open_editor();
    harness_expect(current, "TERM is xterm-256color, TERMINFO is not set");
    assert_contains(harness_bytes(current), "\033[38;2;");
    harness_type(current, "\n");
    harness_expect(current, "from the template");
    quit();
}

static void own_editor_that_fails_changes_nothing(void **state) {
    (void)state;
    start("echo broken > \"$1\"; exit 3");
    open_editor();
    harness_expect(current, "The editor ended with status 3");
    harness_expect(current, "from the template");
    folder_holds_the_script_only();
    quit();
}

static void own_editor_keeps_control_c_for_itself(void **state) {
    (void)state;
    start("echo waiting; read answer");
    open_editor();
    harness_expect(current, "waiting");
    harness_type(current, "\003");
    harness_expect(current, "The editor was ended by a signal");
    folder_holds_the_script_only();
    quit();
}

static void own_editor_and_console_stop_as_one_job(void **state) {
    (void)state;
    start("echo waiting; read answer; echo \"{\\\"event\\\": \\\"$answer\\\"}\" > \"$1\"");
    open_editor();
    harness_expect(current, "waiting");
    harness_type(current, "\032");
    harness_expect(current, "[stopped]");
    kill(harness_pid(current), SIGCONT);
    harness_type(current, "After All\n");
    harness_expect(current, "\"After All\"");
    quit();
}

static void own_editor_with_broken_json_shows_the_place(void **state) {
    (void)state;
    start("printf '{\"event\": \"x\"\\n \"userId\": \"9\"}' > \"$1\"");
    open_editor();
    harness_expect(current, "line 2, column 2: a comma is missing before this");
    harness_type(current, "\017"); // once more from inside: the same text comes back
    harness_expect(current, "line 2, column 2: a comma is missing before this");
    harness_type(current, "\033");
    harness_expect(current, "2:2 a comma is missing");
    quit();
}

static void pasted_lines_are_text_and_run_no_keys(void **state) {
    (void)state;
    start("");
    harness_expect(current, "silk-summer-top");
    harness_type(current, "2G\r");
    harness_expect(current, "The event as JSON");
    harness_type(current, "\033[1;5H\033[200~{\r\n\t\"q\": \"qqq\",\r\n\t\"t\": 1\r\n}\033[201~");
    harness_expect(current, "}{");
    harness_expect(current, "\"q\": \"qqq\",");
    harness_expect(current, "there is more after the end");
    harness_type(current, "\037"); // undone in one step
    harness_expect(current, "good JSON");
    harness_type(current, "\033");
    harness_expect(current, "from the template");
    quit();
}

static void words_are_moved_over_and_killed(void **state) {
    (void)state;
    start("");
    harness_expect(current, "silk-summer-top");
    harness_type(current, "u\025one two three");
    harness_expect(current, "Shopper in focus: one two three");
    harness_type(current, "\033b\033[1;5D\013"); // Alt-B, Ctrl-←, Ctrl-K
    assert_true(harness_wait_gone(current, "one two three"));
    harness_type(current, "\001\031"); // Ctrl-A, Ctrl-Y
    harness_expect(current, "Shopper in focus: two threeone");
    harness_type(current, "\033\177x\037\037\033"); // Alt-Backspace finds nothing before; undo
    harness_expect(current, "quit");
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
