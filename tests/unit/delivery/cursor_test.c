// cursor — where a job is: kept through kill -9 and power failure, never mixed up, never shared.
#include "delivery/cursor.h"

#include "base/files.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct temp_folder folder;
static char path[400];

static int set_up(void **state) {
    (void)state;
    folder = temp_folder_make();
    temp_folder_path(&folder, "deep/down/job.cursor", path, sizeof(path));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    temp_folder_remove(&folder);
    return 0;
}

static struct cursor_place place_at(uint64_t number) {
    return (struct cursor_place){
        .mark = {.ordinal = number, .words = {(int64_t)number, INT64_MIN, INT64_MAX, -7}},
        .accepted = number,
        .refused = 1,
        .skipped = 2,
        .bytes = (UINT64_C(1) << 60) + number,
    };
}

static void assert_place(const struct cursor_place *place, uint64_t number) {
    const struct cursor_place wanted = place_at(number);
    assert_int_equal(place->mark.ordinal, wanted.mark.ordinal);
    assert_memory_equal(place->mark.words, wanted.mark.words, sizeof(wanted.mark.words));
    assert_int_equal(place->accepted, wanted.accepted);
    assert_int_equal(place->refused, 1);
    assert_int_equal(place->skipped, 2);
    assert_int_equal(place->bytes, wanted.bytes);
}

static struct cursor *open_job(const char *job, struct cursor_place *place) {
    struct cursor *cursor = NULL;
    struct error err = {0};
    assert_ok(cursor_open(path, str_from(job), &cursor, place, &err), err);
    return cursor;
}

static void save(struct cursor *cursor, uint64_t number) {
    struct error err = {0};
    const struct cursor_place place = place_at(number);
    assert_ok(cursor_save(cursor, &place, &err), err);
}

static bool exists(const char *suffix) {
    CLEANUP(buf_release) struct buf name = {0};
    buf_add_format(&name, "%s%s", path, suffix);
    return files_exists(buf_text(&name));
}

static void a_place_comes_back_exactly(void **state) {
    struct cursor_place place = {.accepted = 9};
    (void)state;
    struct cursor *cursor = open_job("job", &place);
    assert_int_equal(place.mark.ordinal + place.accepted + place.bytes, 0);
    assert_false(place.is_complete);
    for (uint64_t i = 1; i <= 50; i++)
        save(cursor, i);
    cursor_close(cursor);
    assert_false(exists(".lock"));
    assert_false(exists(".safe"));
    assert_false(exists(".new"));
    cursor = open_job("job", &place);
    assert_place(&place, 50);
    struct cursor_place last = place_at(51);
    struct error err = {0};
    last.is_complete = true;
    assert_ok(cursor_save(cursor, &last, &err), err);
    cursor_close(cursor);
    cursor = open_job("job", &place);
    assert_true(place.is_complete);
    cursor_close(cursor);
}

static void a_cursor_of_another_job_is_left_alone(void **state) {
    struct cursor_place place;
    struct cursor *cursor = open_job("seed 1", &place);
    struct error err = {0};
    (void)state;
    save(cursor, 5);
    cursor_close(cursor);
    cursor = NULL;
    assert_false(cursor_open(path, STR("seed 2"), &cursor, &place, &err));
    assert_null(cursor);
    assert_int_equal(err.code, ERROR_USAGE);
    assert_contains(str_from(err.message), "job.cursor");
    assert_contains(str_from(err.hint), "--restart");
    cursor = open_job("seed 1", &place);
    assert_place(&place, 5);
    cursor_close(cursor);
}

static void another_job_may_begin_anew_but_not_while_the_first_works(void **state) {
    struct cursor_place place;
    struct cursor *first = open_job("seed 1", &place);
    struct cursor *second = NULL;
    struct error err = {0};
    (void)state;
    save(first, 5);
    const pid_t pid = fork(); // a lock is a process's
    assert_true(pid >= 0);
    if (pid == 0) {
        const bool is_open = cursor_open_anew(path, STR("seed 2"), &second, &err);
        _exit(!is_open && err.code == ERROR_BUSY ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    cursor_close(first);
    first = open_job("seed 1", &place);
    assert_place(&place, 5); // untouched by the one that was kept out
    cursor_close(first);

    assert_ok(cursor_open_anew(path, STR("seed 2"), &second, &err), err);
    cursor_close(second);
    second = open_job("seed 2", &place);
    assert_int_equal(place.mark.ordinal, 0);
    save(second, 7);
    cursor_close(second);
    // its own stays until there is a new place
    assert_ok(cursor_open_anew(path, STR("seed 2"), &second, &err), err);
    cursor_close(second);
    cursor_close(open_job("seed 2", &place));
    assert_place(&place, 7);
}

static void what_is_no_cursor_is_refused_and_kept(void **state) {
    static const struct {
        const char *text;
        bool is_left_of_one; // begin again and it goes
    } cases[] = {
        {"", true},
        {"{\n\t\"recloop\":\t\"cur", true},
        {"{\"recloop\":\"cursor\",\"job\":\"job\",\"messages\":\"-1\"}", true},
        {"not json", false},
        {"{}", false},
        {"[1]", false},
        {"{\"recloop\":\"recording\"}", false},
    };
    (void)state;
    struct cursor_place place;
    cursor_close(open_job("job", &place)); // makes the folder
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct cursor *cursor = NULL;
        struct error err = {0};
        CLEANUP(buf_release) struct buf kept = {0};
        assert_ok(files_write(path, 0644, str_from(cases[i].text), &err), err);
        assert_false(cursor_open(path, STR("job"), &cursor, &place, &err));
        assert_int_equal(err.code, ERROR_INVALID);
        assert_contains(
            str_from(err.hint), cases[i].is_left_of_one ? "--restart" : "Name another file");
        err = (struct error){0};
        const bool gives_way = cursor_open_anew(path, STR("job"), &cursor, &err);
        assert_int_equal(gives_way, cases[i].is_left_of_one);
        cursor_close(cursor);
        if (gives_way) continue;
        assert_int_equal(err.code, ERROR_INVALID);
        assert_ok(files_read(path, 1000, &kept, &err), err);
        assert_str(buf_str(&kept), cases[i].text);
    }
}

static void another_process_is_kept_out(void **state) {
    struct cursor_place place;
    struct cursor *cursor = open_job("job", &place);
    (void)state;
    save(cursor, 3);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct error err = {0};
        struct cursor *second = NULL;
        const bool is_open = cursor_open(path, STR("job"), &second, &place, &err);
        _exit(!is_open && err.code == ERROR_BUSY && strstr(err.hint, "--cursor") ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    cursor_close(cursor);
}

// The child saves as fast as it can and tells each number after its save; the parent kills it at some moment.
static void kill_9_leaves_the_last_place_told_or_the_next(void **state) {
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct cursor_place place;
        int pipe_fds[2];
        assert_int_equal(pipe(pipe_fds), 0);
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct cursor *cursor = open_job("job", &place);
            for (uint64_t i = place.mark.ordinal + 1;; i++) {
                save(cursor, i);
                if (write(pipe_fds[1], &i, sizeof(i)) != sizeof(i)) _exit(1);
            }
        }
        close(pipe_fds[1]);
        uint64_t told = 0;
        for (int i = 0; i < 37 * (round + 1); i++)
            assert_int_equal(read(pipe_fds[0], &told, sizeof(told)), sizeof(told));
        assert_int_equal(kill(child, SIGKILL), 0);
        for (uint64_t more; read(pipe_fds[0], &more, sizeof(more)) == sizeof(more);)
            told = more;
        assert_int_equal(waitpid(child, NULL, 0), child);
        close(pipe_fds[0]);
        struct cursor *cursor = open_job("job", &place);
        assert_true(place.mark.ordinal == told || place.mark.ordinal == told + 1);
        assert_place(&place, place.mark.ordinal);
        cursor_close(cursor);
    }
}

// A power failure: another boot, and what was not made durable is torn or not.
static void after_a_power_failure_the_last_durable_place_counts(void **state) {
    static const char *const newest[] = {
        "", // torn
        "{\"recloop\":\"cursor\",\"job\":\"job\",\"complete\":false,\"messages\":\"99\","
        "\"accepted\":\"99\",\"refused\":\"1\",\"skipped\":\"2\",\"bytes\":\"0\","
        "\"position\":[\"99\",\"0\",\"0\",\"0\"],\"durable\":false,\"boot\":\"another\"}",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(newest); i++) {
        struct cursor_place place;
        struct error err = {0};
        const pid_t child = fork();
        if (child == 0) {
            struct cursor *cursor = open_job("job", &place);
            save(cursor, 1); // the first is durable
            save(cursor, 2);
            save(cursor, 3);
            _exit(0); // as good as killed
        }
        assert_int_equal(waitpid(child, NULL, 0), child);
        assert_true(exists(".safe"));
        assert_ok(files_write(path, 0644, str_from(newest[i]), &err), err);
        struct cursor *cursor = open_job("job", &place);
        assert_place(&place, 1);
        save(cursor, 4);
        cursor_close(cursor);
        cursor = open_job("job", &place);
        assert_place(&place, 4);
        cursor_close(cursor);
        assert_int_equal(remove(path), 0);
    }
}

static void where_nothing_can_be_written_the_way_out_is_named(void **state) {
    struct cursor *cursor = NULL;
    struct cursor_place place;
    struct error err = {0};
    (void)state;
    assert_false(cursor_open("/proc/no/such/job.cursor", STR("job"), &cursor, &place, &err));
    assert_int_equal(err.code, ERROR_IO);
    assert_contains(str_from(err.hint), "--cursor");
    // the folder goes away under it: the save fails and says so
    cursor = open_job("job", &place);
    save(cursor, 1);
    temp_folder_remove(&folder);
    const struct cursor_place next = place_at(2);
    assert_false(cursor_save(cursor, &next, &err));
    assert_int_equal(err.code, ERROR_IO);
    cursor_close(cursor);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(a_place_comes_back_exactly),
    TEST(a_cursor_of_another_job_is_left_alone),
    TEST(another_job_may_begin_anew_but_not_while_the_first_works),
    TEST(what_is_no_cursor_is_refused_and_kept),
    TEST(another_process_is_kept_out),
    TEST(kill_9_leaves_the_last_place_told_or_the_next),
    TEST(after_a_power_failure_the_last_durable_place_counts),
    TEST(where_nothing_can_be_written_the_way_out_is_named),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
