// The outbox: what is put stays until it is settled, in order, whatever happens to the process or the disk.
#include "delivery/outbox.h"

#include "support/temp_folder.h"
#include "support/test.h"

#include "base/clock.h"
#include "base/files.h"
#include "segment/event.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

struct world {
    struct temp_folder folder;
    char path[300];
};

static int make_world(void **state) {
    static struct world world;
    world = (struct world){.folder = temp_folder_make()};
    temp_folder_path(&world.folder, "outbox.db", world.path, sizeof(world.path));
    *state = &world;
    return 0;
}

static int remove_world(void **state) {
    struct world *world = *state;
    temp_folder_remove(&world->folder);
    return 0;
}

static struct outbox *open_outbox(const struct world *world) {
    struct outbox *outbox = NULL;
    struct error err = {0};
    assert_ok(outbox_open(world->path, &outbox, &err), err);
    return outbox;
}

static bool try_put(
    struct outbox *outbox,
    const char *profile,
    const char *message_id,
    int64_t *id,
    struct error *err) {
    const struct outbox_entry entry = {
        .profile = str_from(profile),
        .source = CLIENT_SOURCE_WEBSITE,
        .message_id = str_from(message_id),
        .text = STR("{\"type\":\"track\",\"event\":\"Product Clicked\"}"),
        .put_at_ms = 1700000000000,
    };
    return outbox_put(outbox, &entry, OUTBOX_SURVIVES_POWER_CUTS, id, err);
}

static int64_t put(struct outbox *outbox, const char *profile, const char *message_id) {
    int64_t id = 0;
    struct error err = {0};
    assert_ok(try_put(outbox, profile, message_id, &id, &err), err);
    return id;
}

static uint64_t count(struct outbox *outbox, const char *profile) {
    uint64_t found = 0;
    struct error err = {0};
    assert_ok(outbox_count(outbox, str_from(profile), &found, &err), err);
    return found;
}

// The messageIds that wait for a profile, joined.
static void assert_waits(struct outbox *outbox, const char *profile, const char *expected) {
    CLEANUP(buf_release) struct buf ids = {0};
    struct outbox_entry entry = {0};
    struct error err = {0};
    bool found = true;
    while (true) {
        assert_ok(outbox_next(outbox, str_from(profile), entry.id, &entry, &found, &err), err);
        if (!found) break;
        if (ids.len) buf_add_char(&ids, ' ');
        buf_add(&ids, entry.message_id);
    }
    assert_str(buf_str(&ids), expected);
}

static struct outbox_entry first(struct outbox *outbox, const char *profile) {
    struct outbox_entry entry = {0};
    struct error err = {0};
    bool found = false;
    assert_ok(outbox_next(outbox, str_from(profile), 0, &entry, &found, &err), err);
    assert_true(found);
    return entry;
}

static void outbox_keeps_the_order_of_firing_for_each_profile(void **state) {
    struct outbox *outbox = open_outbox(*state);
    struct error err = {0};
    put(outbox, "work", "z");
    put(outbox, "home", "m");
    const int64_t middle = put(outbox, "work", "a");
    put(outbox, "work", "k");
    assert_waits(outbox, "work", "z a k");
    assert_waits(outbox, "home", "m");
    assert_waits(outbox, "", "z m a k");
    assert_waits(outbox, "wor", "");
    assert_ok(outbox_settle(outbox, middle, &err), err);
    assert_ok(outbox_settle(outbox, middle, &err), err); // another process was first
    outbox_close(outbox);

    outbox = open_outbox(*state);
    assert_waits(outbox, "work", "z k");
    assert_int_equal(count(outbox, "work"), 2);
    assert_int_equal(count(outbox, ""), 3);
    outbox_close(outbox);
}

static void outbox_gives_back_what_was_put(void **state) {
    struct outbox *outbox = open_outbox(*state);
    struct error err = {0};
    const struct outbox_entry entry = {
        .profile = STR("sandbox"),
        .source = CLIENT_SOURCE_IOS,
        .message_id = STR("m-'\"\n\xC3\xB6"),
        .text = (struct str){"{\"a\":\"\0b\"}", 10},
        .put_at_ms = 1700000000123,
    };
    int64_t id = 0;
    assert_ok(outbox_put(outbox, &entry, OUTBOX_SURVIVES_CRASHES, &id, &err), err);
    const struct outbox_entry read = first(outbox, "sandbox");
    assert_int_equal(read.id, id);
    assert_true(str_equal(read.profile, entry.profile));
    assert_int_equal(read.source, CLIENT_SOURCE_IOS);
    assert_true(str_equal(read.message_id, entry.message_id));
    assert_true(str_equal(read.text, entry.text));
    assert_int_equal(read.put_at_ms, entry.put_at_ms);
    assert_int_equal(read.attempts, 1);
    assert_int_equal(read.unknown, 1); // until its end is known
    assert_str(read.last_error, "");
    outbox_close(outbox);
}

static void outbox_has_one_row_for_one_message_id(void **state) {
    struct outbox *outbox = open_outbox(*state);
    struct error err = {0};
    const int64_t once = put(outbox, "work", "m");
    put(outbox, "work", "n");
    assert_int_equal(put(outbox, "work", "m"), once);
    assert_int_equal(first(outbox, "work").attempts, 2);
    assert_int_not_equal(put(outbox, "home", "m"), once); // another account has not seen it
    assert_waits(outbox, "work", "m n");
    // a number that was given stays with its event: `drop 1` can not hit another
    assert_ok(outbox_settle(outbox, once, &err), err);
    assert_true(put(outbox, "work", "m") > once);
    outbox_close(outbox);
}

static void outbox_tells_whether_an_event_may_have_arrived(void **state) {
    struct outbox *outbox = open_outbox(*state);
    struct error err = {0};
    bool is_ours = false;
    const int64_t id = put(outbox, "work", "m");
    assert_ok(
        outbox_note_failure(outbox, id, STR("nothing answers"), OUTBOX_HAS_NOT_ARRIVED, &err), err);
    assert_int_equal(first(outbox, "work").unknown, 0);
    assert_str(first(outbox, "work").last_error, "nothing answers");
    assert_ok(outbox_begin(outbox, id, &is_ours, &err), err);
    assert_true(is_ours);
    assert_int_equal(first(outbox, "work").unknown, 1);
    assert_ok(outbox_note_failure(outbox, id, STR("timeout"), OUTBOX_MAY_HAVE_ARRIVED, &err), err);
    assert_ok(outbox_begin(outbox, id, &is_ours, &err), err);
    assert_ok(outbox_note_failure(outbox, id, STR("gone"), OUTBOX_HAS_NOT_ARRIVED, &err), err);
    const struct outbox_entry entry = first(outbox, "work");
    assert_int_equal(entry.attempts, 3);
    assert_int_equal(entry.unknown, 1); // a later failure does not tell about an earlier one
    outbox_close(outbox);
}

static void outbox_lets_one_at_a_time_send_a_row(void **state) {
    struct outbox *outbox = open_outbox(*state);
    struct outbox *other = open_outbox(*state);
    struct error err = {0};
    bool is_ours = true;
    const int64_t id = put(outbox, "work", "m");
    assert_ok(outbox_begin(other, id, &is_ours, &err), err);
    assert_false(is_ours);
    assert_int_equal(first(other, "work").attempts, 1);
    assert_ok(outbox_note_failure(outbox, id, STR("no"), OUTBOX_HAS_NOT_ARRIVED, &err), err);
    assert_ok(outbox_begin(other, id, &is_ours, &err), err);
    assert_true(is_ours);
    outbox_close(other); // and with it goes its hold
    assert_ok(outbox_begin(outbox, id, &is_ours, &err), err);
    assert_true(is_ours);
    assert_ok(outbox_settle(outbox, id, &err), err);
    assert_ok(outbox_begin(outbox, id, &is_ours, &err), err);
    assert_false(is_ours); // it is gone

    other = open_outbox(*state);
    assert_true(outbox_take_turn(outbox));
    assert_true(outbox_take_turn(outbox));
    assert_false(outbox_take_turn(other));
    outbox_close(outbox);
    assert_true(outbox_take_turn(other));
    outbox_close(other);
}

static void wait_for(pid_t pid, int signal) {
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (signal) {
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), signal);
    } else {
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

static void outbox_survives_kill_between_put_and_settle(void **state) {
    struct world *world = *state;
    struct error err = {0};
    bool is_ours = false;
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct outbox *outbox = NULL;
        const struct outbox_entry entry = {
            .profile = STR("work"), .message_id = STR("m"), .text = STR("{}")};
        int64_t id = 0;
        if (!outbox_open(world->path, &outbox, &err) ||
            !outbox_put(outbox, &entry, OUTBOX_SURVIVES_CRASHES, &id, &err))
            _exit(1);
        raise(SIGKILL);
    }
    wait_for(pid, SIGKILL);
    struct outbox *outbox = open_outbox(world);
    assert_waits(outbox, "work", "m");
    assert_int_equal(first(outbox, "work").unknown, 1);
    assert_ok(outbox_begin(outbox, first(outbox, "work").id, &is_ours, &err), err);
    assert_true(is_ours); // the dead hold nothing
    outbox_close(outbox);
}

// Puts and settles as fast as it can until it is killed; each put is told on the pipe when it has returned, each
// settle before it begins.
static void churn(const char *path, int told) {
    struct outbox *outbox = NULL;
    struct error err = {0};
    if (!outbox_open(path, &outbox, &err)) _exit(1);
    for (int i = 0;; i++) {
        CLEANUP(buf_release) struct buf name = {0};
        buf_add_format(&name, "m-%d", i);
        const struct outbox_entry entry = {
            .profile = STR("work"), .message_id = buf_str(&name), .text = STR("{}")};
        int64_t id = 0;
        if (!outbox_put(outbox, &entry, OUTBOX_SURVIVES_CRASHES, &id, &err)) _exit(1);
        if (write(told, "p", 1) != 1) _exit(1);
        if (i % 2) continue; // the odd ones stay
        if (write(told, "s", 1) != 1 || !outbox_settle(outbox, id, &err)) _exit(1);
    }
}

static void outbox_loses_nothing_to_kills_at_any_moment(void **state) {
    struct world *world = *state;
    for (int round = 0; round < 10; round++) {
        int pipe_ends[2];
        size_t puts = 0;
        char path[320];
        snprintf(path, sizeof(path), "%s-%d", world->path, round);
        assert_int_equal(pipe(pipe_ends), 0);
        const pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) churn(path, pipe_ends[1]);
        close(pipe_ends[1]);
        char byte = 0;
        const size_t enough = (size_t)(3 + round * 17);
        while (puts < enough && read(pipe_ends[0], &byte, 1) == 1)
            puts += byte == 'p';
        kill(pid, SIGKILL);
        while (read(pipe_ends[0], &byte, 1) == 1)
            puts += byte == 'p';
        close(pipe_ends[0]);
        wait_for(pid, SIGKILL);

        struct outbox *outbox = NULL;
        struct error err = {0};
        assert_ok(outbox_open(path, &outbox, &err), err);
        // all the odd ones that were told, and at most two more: one in the making, one whose settle was under way
        const uint64_t waiting = count(outbox, "work");
        assert_in_range(waiting, puts / 2, puts / 2 + 2);
        outbox_close(outbox);
    }
}

#define WRITERS 4
#define EACH 100

static void write_many(const char *path, int writer) {
    struct outbox *outbox = NULL;
    struct error err = {0};
    if (!outbox_open(path, &outbox, &err)) {
        print_error("%s\n", err.message);
        _exit(1);
    }
    for (int i = 0; i < EACH; i++) {
        CLEANUP(buf_release) struct buf name = {0};
        buf_add_format(&name, "%d-%d", writer, i);
        const struct outbox_entry entry = {
            .profile = STR("work"), .message_id = buf_str(&name), .text = STR("{}")};
        int64_t id = 0;
        if (!outbox_put(outbox, &entry, OUTBOX_SURVIVES_CRASHES, &id, &err)) _exit(2);
        if (i % 2 == 0 && !outbox_settle(outbox, id, &err)) _exit(3);
    }
    outbox_close(outbox);
    _exit(0);
}

static void outbox_is_made_and_filled_by_several_processes_at_once(void **state) {
    struct world *world = *state;
    pid_t pids[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) write_many(world->path, i);
    }
    for (int i = 0; i < WRITERS; i++)
        wait_for(pids[i], 0);
    struct outbox *outbox = open_outbox(world);
    assert_int_equal(count(outbox, "work"), WRITERS * EACH / 2);
    outbox_close(outbox);
}

// Each finds it new, half made, or made.
static void outbox_is_made_once_by_many(void **state) {
    struct world *world = *state;
    for (int round = 0; round < 40; round++) {
        char path[320];
        pid_t pids[WRITERS];
        snprintf(path, sizeof(path), "%s-%d", world->path, round);
        for (int i = 0; i < WRITERS; i++) {
            pids[i] = fork();
            assert_true(pids[i] >= 0);
            if (pids[i] != 0) continue;
            struct outbox *outbox = NULL;
            struct error err = {0};
            const bool is_open = outbox_open(path, &outbox, &err);
            if (!is_open) print_error("%s\n", err.message);
            outbox_close(outbox);
            _exit(!is_open);
        }
        for (int i = 0; i < WRITERS; i++)
            wait_for(pids[i], 0);
    }
}

static void outbox_is_readable_by_its_owner_alone(void **state) {
    struct world *world = *state;
    const mode_t old = umask(0);
    struct outbox *outbox = open_outbox(world);
    put(outbox, "work", "m");
    umask(old);
    static const char *const ends[] = {"", "-wal", "-shm", ".claims"};
    for (size_t i = 0; i < ARRAY_COUNT(ends); i++) {
        char path[320];
        struct stat facts;
        snprintf(path, sizeof(path), "%s%s", world->path, ends[i]);
        print_message("%s\n", path);
        assert_int_equal(stat(path, &facts), 0);
        assert_int_equal(facts.st_mode & 0777, 0600);
    }
    outbox_close(outbox);
    // one that somebody opened to others is closed again
    struct stat facts;
    assert_int_equal(chmod(world->path, 0644), 0);
    outbox_close(open_outbox(world));
    assert_int_equal(stat(world->path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
}

static void assert_refused(const struct world *world, enum error_code code, const char *part) {
    struct outbox *outbox = NULL;
    struct error err = {0};
    assert_false(outbox_open(world->path, &outbox, &err));
    assert_int_equal(err.code, code);
    assert_contains(str_from(err.message), world->path);
    assert_contains(str_from(err.message), part);
    assert_true(err.hint[0] != 0);
}

static void run_sql(const struct world *world, const char *sql) {
    sqlite3 *database = NULL;
    assert_int_equal(sqlite3_open(world->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

static void outbox_leaves_files_alone_that_are_not_its_own(void **state) {
    struct world *world = *state;
    struct error err = {0};
    const struct str letter =
        STR("Dear diary, this is no database but it is long enough to be one, "
            "with more than one hundred bytes in it, for sure.\n");
    assert_ok(files_write(world->path, 0600, letter, &err), err);
    assert_refused(world, ERROR_INVALID, "not an outbox");
    CLEANUP(buf_release) struct buf after = {0};
    assert_ok(files_read(world->path, 4096, &after, &err), err);
    assert_true(str_equal(buf_str(&after), letter));

    assert_int_equal(unlink(world->path), 0);
    run_sql(world, "CREATE TABLE events(id INTEGER PRIMARY KEY)");
    assert_refused(world, ERROR_INVALID, "not an outbox");

    assert_int_equal(unlink(world->path), 0);
    outbox_close(open_outbox(world));
    run_sql(world, "PRAGMA user_version=9");
    assert_refused(world, ERROR_INVALID, "newer recloop (version 9");

    assert_int_equal(unlink(world->path), 0);
    assert_int_equal(mkdir(world->path, 0700), 0);
    assert_refused(world, ERROR_IO, "opening");
}

static void outbox_tells_a_damaged_file(void **state) {
    struct world *world = *state;
    struct outbox *outbox = open_outbox(world);
    struct error err = {0};
    for (int i = 0; i < 200; i++) {
        CLEANUP(buf_release) struct buf name = {0};
        buf_add_format(&name, "m-%d", i);
        put(outbox, "work", buf_text(&name));
    }
    outbox_close(outbox); // the log has grown: it is emptied
    const int fd = open(world->path, O_WRONLY);
    struct stat facts;
    assert_int_equal(fstat(fd, &facts), 0);
    assert_true(facts.st_size > 3 * 4096);
    char noise[4096];
    memset(noise, 'x', sizeof(noise));
    for (off_t at = 4096; at + 4096 <= facts.st_size; at += 4096)
        assert_int_equal(pwrite(fd, noise, sizeof(noise), at), sizeof(noise));
    close(fd);
    outbox = open_outbox(world);
    int64_t id = 0;
    assert_false(try_put(outbox, "work", "new", &id, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    assert_contains(str_from(err.message), "damaged");
    outbox_close(outbox);
}

// As root permissions do not bind: a child gives its rights away first.
static void outbox_needs_a_folder_that_can_be_written(void **state) {
    struct world *world = *state;
    assert_int_equal(chmod(world->folder.path, 0555), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct outbox *outbox = NULL;
        struct error err = {0};
        if (geteuid() == 0 && setuid(65534) != 0) _exit(77);
        const bool is_opened = outbox_open(world->path, &outbox, &err);
        const bool is_told = str_contains(str_from(err.message), str_from(world->path));
        _exit(!is_opened && err.code == ERROR_IO && is_told ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(chmod(world->folder.path, 0700), 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) skip();
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

// The disk is full: files may not grow past what the shared memory beside the log takes.
static void outbox_tells_a_full_disk_and_keeps_what_it_has(void **state) {
    struct world *world = *state;
    struct error err = {0};
    struct outbox *outbox = open_outbox(world);
    put(outbox, "work", "before");
    outbox_close(outbox);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const struct rlimit none = {.rlim_cur = 40000, .rlim_max = 40000};
        int64_t id = 0;
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &none) != 0) _exit(2);
        if (!outbox_open(world->path, &outbox, &err)) _exit(3);
        bool ok = true;
        for (int i = 0; ok && i < 100; i++) {
            CLEANUP(buf_release) struct buf name = {0};
            buf_add_format(&name, "m-%d", i);
            ok = try_put(outbox, "work", buf_text(&name), &id, &err);
        }
        const bool is_told = str_contains(str_from(err.message), str_from(world->path)) &&
                             str_contains(str_from(err.hint), STR("disk has room"));
        _exit(!ok && err.code == ERROR_IO && is_told ? 0 : 4);
    }
    wait_for(pid, 0);
    outbox = open_outbox(world);
    assert_str(first(outbox, "work").message_id, "before");
    put(outbox, "work", "after");
    outbox_close(outbox);
}

static void outbox_is_bounded(void **state) {
    struct world *world = *state;
    struct error err = {0};
    struct outbox *outbox = open_outbox(world);
    int64_t id = 0;
    CLEANUP(buf_release) struct buf text = {0};
    while (text.len <= EVENT_MAX_BYTES)
        buf_add_char(&text, 'x');
    const struct outbox_entry entry = {
        .profile = STR("work"), .message_id = STR("m"), .text = buf_str(&text)};
    assert_false(outbox_put(outbox, &entry, OUTBOX_SURVIVES_CRASHES, &id, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_int_equal(count(outbox, ""), 0);
    outbox_close(outbox);

    run_sql(
        world,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<100000)"
        " INSERT INTO events(profile,source,message_id,text,put_ms,begun,undelivered,last_error)"
        " SELECT 'work','website-prod','m-'||i,'{}',0,1,0,'' FROM n");
    outbox = open_outbox(world);
    assert_int_equal(count(outbox, "work"), OUTBOX_MOST_ROWS);
    assert_false(try_put(outbox, "work", "one more", &id, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_contains(str_from(err.message), "the outbox is full");
    assert_contains(str_from(err.hint), "recloop outbox send");
    put(outbox, "work", "m-7"); // it is there already
    assert_ok(outbox_settle(outbox, 50000, &err), err);
    put(outbox, "work", "one more");
    outbox_close(outbox);
}

static void outbox_does_not_wait_for_ever_for_another_writer(void **state) {
    struct world *world = *state;
    struct error err = {0};
    struct outbox *outbox = open_outbox(world);
    sqlite3 *other = NULL;
    int64_t id = 0;
    assert_int_equal(sqlite3_open(world->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_false(try_put(outbox, "work", "m", &id, &err));
    assert_int_equal(err.code, ERROR_BUSY);
    assert_contains(str_from(err.message), world->path);
    sqlite3_close(other);
    put(outbox, "work", "m");
    outbox_close(outbox);
}

#define OUTBOX_TEST(test) cmocka_unit_test_setup_teardown(test, make_world, remove_world)

int main(void) {
    const struct CMUnitTest tests[] = {
        OUTBOX_TEST(outbox_keeps_the_order_of_firing_for_each_profile),
        OUTBOX_TEST(outbox_gives_back_what_was_put),
        OUTBOX_TEST(outbox_has_one_row_for_one_message_id),
        OUTBOX_TEST(outbox_tells_whether_an_event_may_have_arrived),
        OUTBOX_TEST(outbox_lets_one_at_a_time_send_a_row),
        OUTBOX_TEST(outbox_survives_kill_between_put_and_settle),
        OUTBOX_TEST(outbox_loses_nothing_to_kills_at_any_moment),
        OUTBOX_TEST(outbox_is_made_and_filled_by_several_processes_at_once),
        OUTBOX_TEST(outbox_is_made_once_by_many),
        OUTBOX_TEST(outbox_is_readable_by_its_owner_alone),
        OUTBOX_TEST(outbox_leaves_files_alone_that_are_not_its_own),
        OUTBOX_TEST(outbox_tells_a_damaged_file),
        OUTBOX_TEST(outbox_needs_a_folder_that_can_be_written),
        OUTBOX_TEST(outbox_tells_a_full_disk_and_keeps_what_it_has),
        OUTBOX_TEST(outbox_is_bounded),
        OUTBOX_TEST(outbox_does_not_wait_for_ever_for_another_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
