// The generator's runs while they go on, and where they write: changes of pace, files, the sandbox.
#include "stream_cases.h"

// ---- changes ----

static void stream_changes_its_rate_at_once(void **state) {
    struct world *world = *state;
    struct error err = {0};
    const int64_t began_ms = clock_monotonic_ms();
    world->adjust_name = "rate";
    world->adjust_value = "max";
    assert_int_equal(run(world, "work", JOB " rate=1", &err), ERROR_NONE);
    assert_true(clock_monotonic_ms() - began_ms < 60000); // at one a second: more than five minutes
    assert_true(world->progress->as.progress.wanted_per_second <= 0);
    assert_int_equal(distinct(world), taken(world));
}

static bool stop_when_paused(void *context) {
    struct world *world = context;
    struct error err = {0};
    const bool is_paused = world->progress && world->progress->as.progress.is_paused;
    if (!is_paused || world->adjust_at == 1) return false;
    world->adjust_at = 1;
    assert_int_equal(accepted(world), 7);
    assert_false(adjust(world, "paused", STR("perhaps"), &err));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_contains(str_from(err.hint), "paused=yes or no");
    assert_false(adjust(world, "rate", STR("0"), &err));
    assert_false(adjust(world, "limit", STR("3"), &err));
    assert_ok(adjust(world, "paused", STR("no"), &err), err);
    return false;
}

static void stream_steps_pauses_and_goes_on(void **state) {
    struct world *world = *state;
    struct error err = {0};
    struct arguments arguments = {0};
    const struct backend_options options = {
        .profile = "work", .environment = look_up, .environment_context = world};
    struct action_context context = {
        .backend = backend_new(&options), .emit = emit, .emit_context = world};
    read_words(world, JOB " limit=50", &arguments);
    world->task = action()->start(&context, &arguments, 1, &err);
    assert_non_null(world->task);
    assert_ok(adjust(world, "step", STR("7"), &err), err);
    const bool ok = task_run(world->task, NULL, stop_when_paused, world, &err);
    assert_ok(ok, err);
    assert_int_equal(world->adjust_at, 1);
    assert_int_equal(accepted(world), 50);
    arguments_release(&arguments);
    backend_free(context.backend);
}

// ---- files ----

static void read_file(const struct world *world, const char *name, struct buf *out) {
    struct error err = {0};
    CLEANUP(buf_release) struct buf path = {0};
    buf_add_format(&path, "%s/%s", world->folder.path, name);
    assert_ok(files_read(buf_text(&path), 64 << 20, out, &err), err);
}

static void write_file(const struct world *world, const char *name, struct str text) {
    struct error err = {0};
    CLEANUP(buf_release) struct buf path = {0};
    buf_add_format(&path, "%s/%s", world->folder.path, name);
    assert_ok(files_write(buf_text(&path), 0644, text, &err), err);
}

static void stream_writes_in_pieces_what_it_writes_at_once(void **state) {
    struct world *world = *state;
    struct error err = {0};
    CLEANUP(buf_release) struct buf whole = {0};
    CLEANUP(buf_release) struct buf pieces = {0};
    static const char *const formats[] = {"ndjson", "csv"};
    for (size_t i = 0; i < ARRAY_COUNT(formats); i++) {
        CLEANUP(buf_release) struct buf words = {0};
        buf_add_format(&words, "%s format=%s out=HOME/whole.%s", JOB, formats[i], formats[i]);
        assert_int_equal(run(world, "work", buf_text(&words), &err), ERROR_NONE);
        buf_reset(&words);
        buf_add_format(
            &words, "%s format=%s out=HOME/pieces.%s limit=77", JOB, formats[i], formats[i]);
        buf_reset(&pieces);
        for (int turn = 0; turn < 20; turn++) {
            assert_int_equal(run(world, "work", buf_text(&words), &err), ERROR_NONE);
            if (turn != 1) continue;
            // what a crash leaves behind the place: cut off
            CLEANUP(buf_release) struct buf name = {0};
            buf_add_format(&name, "pieces.%s", formats[i]);
            read_file(world, buf_text(&name), &pieces);
            buf_add(&pieces, STR("{\"torn\":"));
            write_file(world, buf_text(&name), buf_str(&pieces));
        }
        assert_contains(notes(world), "the job is complete");
        CLEANUP(buf_release) struct buf name = {0};
        buf_add_format(&name, "whole.%s", formats[i]);
        buf_reset(&whole);
        buf_reset(&pieces);
        read_file(world, buf_text(&name), &whole);
        buf_reset(&name);
        buf_add_format(&name, "pieces.%s", formats[i]);
        read_file(world, buf_text(&name), &pieces);
        assert_true(whole.len > 1000);
        assert_str(buf_str(&pieces), buf_text(&whole));
    }
    assert_null(world->server); // a file needs nobody
}

// A process that has the file locked until it is killed.
static pid_t lock_elsewhere(const char *path) {
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int fd;
        struct error err = {0};
        if (!files_lock(path, &fd, &err) || write(ready[1], "x", 1) != 1) _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void stream_overwrites_no_file_of_others(void **state) {
    struct world *world = *state;
    struct error err = {0};
    CLEANUP(buf_release) struct buf text = {0};
    write_file(world, "mine", STR("keep this"));
    assert_int_equal(run(world, "work", JOB " out=HOME/mine", &err), ERROR_USAGE);
    assert_contains(str_from(err.message), "not of this job");
    assert_contains(str_from(err.hint), "--restart");
    read_file(world, "mine", &text);
    assert_str(buf_str(&text), "keep this");
    assert_int_equal(run(world, "work", JOB " out=HOME/mine limit=5 restart=1", &err), ERROR_NONE);
    buf_reset(&text);
    read_file(world, "mine", &text);
    assert_int_equal(text.ptr[0], '{');

    // another job writes it: with another cursor, but not into the same file
    CLEANUP(buf_release) struct buf busy = {0};
    buf_add_format(&busy, "%s/mine", world->folder.path);
    const pid_t pid = lock_elsewhere(buf_text(&busy));
    assert_int_equal(run(world, "work", JOB " out=HOME/mine restart=1 seed=9", &err), ERROR_BUSY);
    assert_contains(str_from(err.message), "another process writes");
    buf_reset(&busy);
    read_file(world, "mine", &busy);
    assert_str(buf_str(&busy), buf_text(&text));
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);

    // shorter than the place says, or gone: not gone on with
    write_file(world, "mine", STR("{}"));
    assert_int_equal(run(world, "work", JOB " out=HOME/mine", &err), ERROR_INVALID);
    assert_contains(str_from(err.message), "not as this job left it");
    assert_contains(str_from(err.hint), "--restart");
    CLEANUP(buf_release) struct buf path = {0};
    buf_add_format(&path, "%s/mine", world->folder.path);
    assert_int_equal(remove(buf_text(&path)), 0);
    assert_int_equal(run(world, "work", JOB " out=HOME/mine", &err), ERROR_INVALID);
}

// ---- the sandbox ----

static void stream_feeds_the_sandbox_and_personalize_in_it(void **state) {
    struct world *world = *state;
    struct error err = {0};
    world->has_keys = false;
    assert_int_equal(run(world, NULL, JOB, &err), ERROR_NONE);
    const struct message_progress *progress = &world->progress->as.progress;
    assert_int_equal(progress->accepted, progress->total);
    assert_int_equal(str_find_char(notes(world), 'L'), notes(world).len); // no LIVE
    const uint64_t messages = progress->total;
    // another sandbox process on the same data is the same receiver
    assert_int_equal(run(world, NULL, JOB, &err), ERROR_NONE);
    assert_contains(notes(world), "the job is complete");
    assert_int_equal(run(world, NULL, JOB " to=personalize", &err), ERROR_NONE);
    progress = &world->progress->as.progress;
    assert_int_equal(progress->accepted + progress->skipped, messages);
    assert_true(progress->skipped > progress->accepted && progress->accepted > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_WITH_SERVER(name) cmocka_unit_test_setup_teardown(name, set_up_with_server, tear_down)

static const struct CMUnitTest tests[] = {
    TEST_WITH_SERVER(stream_changes_its_rate_at_once),
    TEST_WITH_SERVER(stream_steps_pauses_and_goes_on),
    TEST(stream_writes_in_pieces_what_it_writes_at_once),
    TEST(stream_overwrites_no_file_of_others),
    TEST(stream_feeds_the_sandbox_and_personalize_in_it),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
