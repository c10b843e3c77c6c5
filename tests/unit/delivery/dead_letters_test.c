// dead_letters — refused messages on disk: whole lines, each id once, nobody else's file touched.
#include "delivery/dead_letters.h"

#include "base/files.h"
#include "base/json.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct temp_folder folder;
static char path[400];

static int set_up(void **state) {
    (void)state;
    folder = temp_folder_make();
    temp_folder_path(&folder, "dead.ndjson", path, sizeof(path));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    temp_folder_remove(&folder);
    return 0;
}

static struct dead_letters *open_letters(void) {
    struct dead_letters *letters = NULL;
    struct error err = {0};
    assert_ok(dead_letters_open(path, &letters, &err), err);
    return letters;
}

static bool add(struct dead_letters *letters, const char *id, const char *text, struct error *err) {
    return dead_letters_add(
        letters,
        &(struct dead_letter){
            .source = STR("website-prod"),
            .message_id = str_from(id),
            .text = str_from(text),
            .status = 400,
            .code = STR("bad \"code\""),
            .reason = STR("no\ngood"),
            .at_ms = 1767607200000,
        },
        err);
}

static void add_good(struct dead_letters *letters, const char *id) {
    struct error err = {0};
    assert_ok(add(letters, id, "{\"type\":\"track\",\n \"n\":12345678901234567890}", &err), err);
}

static void read_file(struct buf *out) {
    struct error err = {0};
    buf_reset(out);
    assert_ok(files_read(path, 1 << 20, out, &err), err);
}

static size_t count_lines(struct str text) {
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    return lines;
}

static void a_letter_is_one_line_with_the_message_as_it_was(void **state) {
    CLEANUP(buf_release) struct buf text = {0};
    struct error err = {0};
    (void)state;
    struct dead_letters *letters = open_letters();
    add_good(letters, "m-1");
    assert_ok(add(letters, "m-2", "not json\n", &err), err);
    assert_ok(add(letters, "", "{}", &err), err);
    assert_ok(dead_letters_sync(letters, &err), err);
    assert_int_equal(dead_letters_count(letters), 3);
    dead_letters_close(letters);
    read_file(&text);
    assert_str(
        buf_str(&text),
        "{\"at\":\"2026-01-05T10:00:00.000Z\",\"source\":\"website-prod\",\"status\":400,"
        "\"code\":\"bad \\\"code\\\"\",\"reason\":\"no\\ngood\",\"messageId\":\"m-1\","
        "\"message\":{\"type\":\"track\",  \"n\":12345678901234567890}}\n"
        "{\"at\":\"2026-01-05T10:00:00.000Z\",\"source\":\"website-prod\",\"status\":400,"
        "\"code\":\"bad \\\"code\\\"\",\"reason\":\"no\\ngood\",\"messageId\":\"m-2\","
        "\"message\":\"not json\\n\"}\n"
        "{\"at\":\"2026-01-05T10:00:00.000Z\",\"source\":\"website-prod\",\"status\":400,"
        "\"code\":\"bad "
        "\\\"code\\\"\",\"reason\":\"no\\ngood\",\"messageId\":\"\",\"message\":{}}\n");
}

static void an_id_is_written_once_also_after_a_restart(void **state) {
    CLEANUP(buf_release) struct buf id = {0};
    CLEANUP(buf_release) struct buf text = {0};
    (void)state;
    for (int round = 0; round < 3; round++) {
        struct dead_letters *letters = open_letters();
        for (int i = 0; i < 500; i++) {
            buf_reset(&id);
            buf_add_format(&id, "m-%d", i % 300 + 100 * round);
            add_good(letters, buf_text(&id));
        }
        assert_int_equal(dead_letters_count(letters), 300 + 100 * round);
        dead_letters_close(letters);
    }
    read_file(&text);
    assert_int_equal(count_lines(buf_str(&text)), 500);
}

static void a_torn_last_line_is_cut_off(void **state) {
    static const char *const torn[] = {
        "{", "{\"at\":\"2026-01-05T10:", "{\"at\":\"x\",\"message\":{}}"};
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(torn); i++) {
        CLEANUP(buf_release) struct buf before = {0};
        CLEANUP(buf_release) struct buf after = {0};
        struct dead_letters *letters = open_letters();
        struct error err = {0};
        add_good(letters, "m-1");
        dead_letters_close(letters);
        read_file(&before);
        buf_add(&after, buf_str(&before));
        buf_add(&after, str_from(torn[i]));
        assert_ok(files_write(path, 0600, buf_str(&after), &err), err);
        letters = open_letters();
        assert_int_equal(dead_letters_count(letters), 1);
        read_file(&after);
        assert_true(str_equal(buf_str(&after), buf_str(&before)));
        add_good(letters, "m-2");
        dead_letters_close(letters);
        read_file(&after);
        assert_int_equal(count_lines(buf_str(&after)), 2);
        assert_int_equal(remove(path), 0);
    }
}

static void zeros_of_a_power_failure_are_cut_off(void **state) {
    CLEANUP(buf_release) struct buf text = {0};
    (void)state;
    struct dead_letters *letters = open_letters();
    add_good(letters, "m-1");
    dead_letters_close(letters);
    read_file(&text);
    assert_int_equal(truncate(path, (off_t)text.len + 4096), 0);
    letters = open_letters();
    add_good(letters, "m-2");
    dead_letters_close(letters);
    read_file(&text);
    assert_int_equal(count_lines(buf_str(&text)), 2);
    assert_int_equal(str_find_char(buf_str(&text), '\0'), text.len);
}

static void somebody_elses_file_is_left_alone(void **state) {
    static const char *const texts[] = {
        "{\"type\":\"track\",\"event\":\"a\"}\n", "no line end", "{\"type\":\"track\"", "\n",
        "a\nb"};
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        CLEANUP(buf_release) struct buf kept = {0};
        struct dead_letters *letters = NULL;
        struct error err = {0};
        assert_ok(files_write(path, 0600, str_from(texts[i]), &err), err);
        assert_false(dead_letters_open(path, &letters, &err));
        assert_int_equal(err.code, ERROR_INVALID);
        assert_contains(str_from(err.hint), "--dead-letters");
        read_file(&kept);
        assert_str(buf_str(&kept), texts[i]);
    }
}

static void another_process_is_kept_out(void **state) {
    struct dead_letters *letters = open_letters();
    (void)state;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct error err = {0};
        struct dead_letters *second = NULL;
        _exit(!dead_letters_open(path, &second, &err) && err.code == ERROR_BUSY ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    dead_letters_close(letters);
}

// RLIMIT_FSIZE stands in for a full disk: the write ends in the middle of the line.
static void a_full_disk_leaves_whole_lines(void **state) {
    CLEANUP(buf_release) struct buf text = {0};
    (void)state;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit limit = {.rlim_cur = 1000, .rlim_max = 1000};
        struct dead_letters *letters = open_letters();
        struct error err = {0};
        (void)signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(1);
        char id[] = "m-a";
        while (add(letters, id, "{\"type\":\"track\"}", &err))
            id[2]++;
        _exit(err.code == ERROR_IO && strstr(err.message, path) && err.hint[0] ? 0 : 2);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    read_file(&text);
    assert_true(text.len > 500);
    assert_true(str_ends_with(buf_str(&text), STR("}\n")));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(a_letter_is_one_line_with_the_message_as_it_was),
    TEST(an_id_is_written_once_also_after_a_restart),
    TEST(a_torn_last_line_is_cut_off),
    TEST(zeros_of_a_power_failure_are_cut_off),
    TEST(somebody_elses_file_is_left_alone),
    TEST(another_process_is_kept_out),
    TEST(a_full_disk_leaves_whole_lines),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
