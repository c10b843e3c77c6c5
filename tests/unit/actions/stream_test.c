// The generator's runs: what they refuse before anything is opened, and that a job is done once and whole,
// however often it is stopped.
#include "stream_cases.h"

// ---- what is refused before anything is opened ----

static const struct {
    const char *words, *message, *hint;
} wrong[] = {
    {"from_date=2019-02-29", "FROM_DATE cannot be \"2019-02-29\"", "2019-05-19"},
    {"from_date=2019-5-19", "FROM_DATE cannot be", "2019-05-19"},
    {"from_date=yesterday", "FROM_DATE cannot be", "2019-05-19"},
    {"from_date=0000-01-01", "FROM_DATE cannot be", "2019-05-19"},
    {"from_date=2019-05-19 to=2019-13-01", "--to cannot be \"2019-13-01\"", "last day"},
    {"from_date=2019-05-19 to=2019-05-20 to=2019-05-21", "--to names two days", "one last day"},
    {"to=segment to=personalize", "--to names two receivers", "one receiver"},
    {"to=2019-05-20", "has no last one", "recloop stream 2019-05-19 --to"},
    {"rate=0", "--rate cannot be \"0\"", "max"},
    {"rate=quick", "--rate cannot be", "max"},
    {"rate=1000001", "--rate cannot be", "1 to 1000000"},
    {"platforms=web,fridge", "no platform \"fridge\"", "web, android, ios, email"},
    {"platforms=", "no platform", "Known"},
    {"shard=4/4", "--shard cannot be", "counted from 0"},
    {"shard=1", "--shard cannot be", "I/N"},
    {"shard=-1/4", "--shard cannot be", "I/N"},
    {"shard=0/0", "--shard cannot be", "I/N"},
    {"limit=0", "limit", ""},
    {"users=99999999", "users", ""},
    {"model=robots", "no model", "workshop, shopper"},
    {"format=csv", "--format is for files", "--out"},
    {"from_date=2019-05-19 to=personalize out=HOME/x", "sends nothing", "--to RECEIVER"},
    {"from_date=2019-05-19 out=HOME/x lanes=3", "sends nothing", "--lanes"},
    {"cursor=HOME/c", "--cursor is for jobs", "2019-05-19"},
    {"restart=1", "--restart is for jobs", "2019-05-19"},
    {"from_date=2019-05-19 out=- cursor=HOME/c", "--cursor is for jobs", "--out FILE"},
    {"from_date=2019-05-19 out=-", "standard output is not free", "--out FILE"},
    {"from_date=2019-05-19 out=HOME/.", "is not of this job", "another file"},
    {"from_date=2019-05-19 out=HOME/x cursor=HOME/x",
     "--cursor and --out would write the same file", "file of its own"},
    {"from_date=2019-05-19 out=HOME/x.new cursor=HOME/./x", "--cursor and --out", "of its own"},
    {"from_date=2019-05-19 out=HOME/x record=HOME/x", "--out and --record", "of its own"},
    {"from_date=2019-05-19 out=HOME/x cursor=HOME/y record=HOME/y.lock", "--cursor and --record",
     "of its own"},
};

static void stream_refuses_what_cannot_be_meant(void **state) {
    struct world *world = *state;
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        struct error err = {0};
        print_message("%s\n", wrong[i].words);
        const enum error_code code = run(world, "work", wrong[i].words, &err);
        assert_int_equal(code, ERROR_USAGE);
        assert_contains(str_from(err.message), wrong[i].message);
        assert_contains(str_from(err.hint), wrong[i].hint);
        assert_null(world->progress);
    }
}

static void stream_names_the_setting_that_is_missing(void **state) {
    struct world *world = *state;
    struct error err = {0};
    world->has_keys = false;
    assert_int_equal(run(world, "work", "from_date=2019-05-19", &err), ERROR_CONFIG);
    assert_contains(str_from(err.message), "android_write_key");
    assert_contains(str_from(err.hint), "recloop config set android_write_key");
    assert_int_equal(run(world, "work", "from_date=2019-05-19 to=personalize", &err), ERROR_CONFIG);
    assert_contains(str_from(err.hint), "recloop config set tracking_id");
    assert_null(world->progress);
}

static void stream_says_when_there_is_nothing_to_do(void **state) {
    struct world *world = *state;
    struct error err = {0};
    assert_int_equal(run(world, "work", "from_date=9999-01-01", &err), ERROR_NONE);
    assert_contains(notes(world), "Nothing to do");
    assert_int_equal(
        run(world, "work", "from_date=2019-05-19 to=2019-05-18 out=HOME/x", &err), ERROR_NONE);
    assert_contains(notes(world), "Nothing to do");
    assert_null(world->progress);
}

// ---- a job ----

static void stream_does_a_job_once_and_then_says_so(void **state) {
    struct world *world = *state;
    struct error err = {0};
    assert_int_equal(run(world, "work", JOB, &err), ERROR_NONE);
    const size_t count = taken(world);
    assert_true(count > 300);
    assert_int_equal(distinct(world), count);
    const struct message_progress *progress = &world->progress->as.progress;
    assert_int_equal(accepted(world), count);
    assert_int_equal(progress->done, count);
    assert_int_equal(progress->total, count);
    assert_false(progress->is_total_about || progress->is_running);
    assert_int_equal(progress->in_flight, 0);
    assert_string_equal(progress->where, "2019-05-20, the end");
    assert_false(world->is_told_backwards || world->has_overstated);
    assert_contains(notes(world), "LIVE: to Segment (us, http://127.0.0.1:");
    assert_contains(notes(world), "sources of android,web,ios; profile work.");
    assert_contains(notes(world), "platform email are left out");
    assert_contains(notes(world), "The job is complete.");

    assert_int_equal(run(world, "work", JOB, &err), ERROR_NONE);
    assert_contains(notes(world), "the job is complete");
    assert_int_equal(taken(world), count);
    // another rate is no other job, other shoppers are
    assert_int_equal(run(world, "work", JOB " rate=1 lanes=2", &err), ERROR_NONE);
    assert_int_equal(taken(world), count);
    assert_int_equal(run(world, "work", JOB " seed=2", &err), ERROR_NONE);
    assert_int_equal(distinct(world), taken(world));
    assert_true(taken(world) > count);

    const size_t both = taken(world);
    assert_int_equal(run(world, "work", JOB " restart=1", &err), ERROR_NONE);
    assert_contains(notes(world), "24 hours");
    assert_int_equal(taken(world), both + count);
    assert_int_equal(distinct(world), both); // the same ids again
}

static void stream_goes_on_behind_a_limit(void **state) {
    struct world *world = *state;
    struct error err = {0};
    uint64_t before = 0;
    assert_int_equal(run(world, "work", JOB " limit=100", &err), ERROR_NONE);
    assert_int_equal(taken(world), 100);
    assert_int_equal(world->progress->as.progress.total, 100);
    assert_contains(notes(world), "100 of about ");
    assert_contains(notes(world), "the same command goes on from there");
    for (int i = 0; i < 20 && taken(world) != before; i++) {
        before = taken(world);
        assert_int_equal(run(world, "work", JOB " limit=100", &err), ERROR_NONE);
        if (i == 0) assert_contains(notes(world), "Resuming at 2019-05-19 Web, 100 of about");
        assert_int_equal(accepted(world), taken(world)); // it counts on
    }
    assert_contains(notes(world), "the job is complete");
    assert_int_equal(distinct(world), taken(world));
    const size_t in_pieces = taken(world);
    assert_int_equal(run(world, "work", JOB " cursor=HOME/other", &err), ERROR_NONE);
    assert_int_equal(taken(world), 2 * in_pieces);
    assert_int_equal(distinct(world), in_pieces);
}

static void stream_refuses_the_cursor_of_another_job(void **state) {
    struct world *world = *state;
    struct error err = {0};
    assert_int_equal(run(world, "work", JOB " limit=10 cursor=HOME/c", &err), ERROR_NONE);
    assert_int_equal(run(world, "work", JOB " seed=2 cursor=HOME/c", &err), ERROR_USAGE);
    assert_contains(str_from(err.message), "another job");
    assert_contains(str_from(err.hint), "--restart");
    assert_int_equal(taken(world), 10);
    assert_int_equal(
        run(world, "work", JOB " seed=2 limit=5 restart=1 cursor=HOME/c", &err), ERROR_NONE);
    assert_int_equal(taken(world), 15);
    assert_int_equal(run(world, "work", JOB " seed=2 limit=5 cursor=HOME/c", &err), ERROR_NONE);
    assert_int_equal(accepted(world), 10);
}

static void stream_stops_in_good_order_and_goes_on(void **state) {
    struct world *world = *state;
    struct error err = {0};
    world->adjust_name = "stop";
    world->adjust_value = "yes";
    world->adjust_at = 20;
    assert_int_equal(run(world, "work", JOB " rate=400 lanes=1", &err), ERROR_CANCELLED);
    const uint64_t stopped_at = accepted(world);
    assert_true(stopped_at >= 20 && stopped_at < 600);
    assert_int_equal(taken(world), stopped_at); // what was in flight has arrived
    assert_contains(notes(world), "It stands at 2019-05-19");
    assert_int_equal(run(world, "work", JOB, &err), ERROR_NONE);
    assert_contains(notes(world), "Resuming at 2019-05-19");
    assert_false(world->is_told_backwards);
    assert_int_equal(distinct(world), taken(world));
    assert_int_equal(accepted(world), taken(world));
}

static void stream_keeps_what_is_refused_and_fails(void **state) {
    struct world *world = *state;
    struct error err = {0};
    CLEANUP(buf_release) struct buf letters = {0};
    CLEANUP(buf_release) struct buf path = {0};
    world->refuses_each = 50;
    assert_int_equal(run(world, "work", JOB " dead-letters=HOME/dead", &err), ERROR_REFUSED);
    const struct message_progress *progress = &world->progress->as.progress;
    assert_true(progress->refused > 0);
    assert_int_equal(progress->failed, progress->refused);
    assert_int_equal(progress->accepted, taken(world));
    assert_int_equal(distinct(world), taken(world));
    assert_contains(str_from(err.message), "refused; the last: ");
    assert_contains(str_from(err.hint), "recloop replay ");
    assert_contains(notes(world), "/dead, with the reasons");
    buf_add_format(&path, "%s/dead", world->folder.path);
    assert_ok(files_read(buf_text(&path), 1 << 20, &letters, &err), err);
    uint64_t lines = 0;
    for (size_t i = 0; i < letters.len; i++)
        lines += letters.ptr[i] == '\n';
    assert_int_equal(lines, progress->refused);
    assert_int_equal(run(world, "work", JOB " dead-letters=HOME/dead", &err), ERROR_NONE);
    assert_contains(notes(world), "refused. --restart");
}

static void stream_gives_up_and_goes_on_where_it_stood(void **state) {
    struct world *world = *state;
    struct error err = {0};
    world->silent_after = 2;
    const enum error_code code = run(world, "work", JOB " lanes=1 patience=1 rate=1000", &err);
    assert_true(code == ERROR_UNREACHABLE || code == ERROR_TIMEOUT || code == ERROR_REFUSED);
    assert_int_equal(accepted(world), taken(world));
    assert_non_null(world->progress->as.progress.trouble);
    world->silent_after = 0;
    assert_int_equal(run(world, "work", JOB, &err), ERROR_NONE);
    assert_int_equal(distinct(world), taken(world));
    assert_int_equal(accepted(world), taken(world));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_WITH_SERVER(name) cmocka_unit_test_setup_teardown(name, set_up_with_server, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(stream_refuses_what_cannot_be_meant),
    TEST(stream_names_the_setting_that_is_missing),
    TEST(stream_says_when_there_is_nothing_to_do),
    TEST_WITH_SERVER(stream_does_a_job_once_and_then_says_so),
    TEST_WITH_SERVER(stream_goes_on_behind_a_limit),
    TEST_WITH_SERVER(stream_refuses_the_cursor_of_another_job),
    TEST_WITH_SERVER(stream_stops_in_good_order_and_goes_on),
    TEST_WITH_SERVER(stream_keeps_what_is_refused_and_fails),
    TEST_WITH_SERVER(stream_gives_up_and_goes_on_where_it_stood),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
