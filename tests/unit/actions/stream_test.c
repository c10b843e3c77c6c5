// The generator's runs: what they refuse before anything is opened, and that a job is done once and whole,
// however often it is stopped.
#include "actions/action.h"
#include "actions/backend.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/memory.h"
#include "net/transfers.h"
#include "support/loopback.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_IDS 20000
#define KEY "abcdefghijklmnopqrstuvwxyz012345"

struct world {
    struct temp_folder folder;
    struct loopback *server;
    const char *url; // of Segment; NULL: the server's
    bool has_keys, has_email;
    struct buf environment[2]; // texts of look_up
    // What the server saw.
    pthread_mutex_t lock;
    char (*ids)[72]; // of messages it took
    size_t id_count, requests;
    int refuses_each;    // n: every n-th message is refused; 0: none
    size_t silent_after; // requests; then it answers 503; 0: never
    // What the run said.
    struct backend *backend;
    struct buf notes;
    struct message *progress; // the last one
    bool is_told_backwards, has_overstated;
    uint64_t last_done;
    const char *adjust_name, *adjust_value; // at the first progress
    struct task *task;
    uint64_t adjust_at; // accepted
};

static const char *look_up(void *context, const char *name) {
    struct world *world = context;
    if (strcmp(name, "HOME") == 0) return world->folder.path;
    if (strcmp(name, "RECLOOP_TRACKING_URL") == 0)
        return world->url ? world->url : world->server ? loopback_url(world->server) : NULL;
    if (world->has_email && strcmp(name, "SEGMENT_EMAIL_WRITE_KEY") == 0) return KEY;
    const bool is_key = strcmp(name, "SEGMENT_WEBSITE_WRITE_KEY") == 0 ||
                        strcmp(name, "SEGMENT_ANDROID_WRITE_KEY") == 0 ||
                        strcmp(name, "SEGMENT_IOS_WRITE_KEY") == 0;
    return world->has_keys && is_key ? KEY : NULL;
}

// ---- the server: takes batches, remembers every id ----

static bool next_id(struct str *rest, struct str *id) {
    const struct str key = STR("\"messageId\":\"");
    for (size_t i = 0; i + key.len < rest->len; i++) {
        if (memcmp(rest->ptr + i, key.ptr, key.len) != 0) continue;
        const struct str at = str_skip(*rest, i + key.len);
        *id = str_slice(at, 0, str_find_char(at, '"'));
        *rest = str_skip(at, id->len);
        return true;
    }
    return false;
}

static bool is_refused(const struct world *world, struct str id) {
    unsigned sum = 0;
    for (size_t i = 0; i < id.len; i++)
        sum = sum * 31 + (unsigned char)id.ptr[i];
    return world->refuses_each && sum % (unsigned)world->refuses_each == 0;
}

static struct loopback_exchange decide(void *context, struct str request) {
    struct world *world = context;
    struct loopback_exchange answer = {.status = 200, .body = "{\"success\":true}"};
    pthread_mutex_lock(&world->lock);
    world->requests++;
    struct str rest = request;
    struct str id = {0};
    bool has_bad = false;
    while (next_id(&rest, &id))
        has_bad |= is_refused(world, id);
    if (world->silent_after && world->requests > world->silent_after)
        answer = (struct loopback_exchange){.status = 503, .body = "{}"};
    else if (has_bad)
        answer = (struct loopback_exchange){.status = 400, .body = "{\"message\":\"bad one\"}"};
    rest = request;
    while (answer.status == 200 && next_id(&rest, &id)) {
        assert_true(id.len < sizeof(world->ids[0]) && world->id_count < MOST_IDS);
        memcpy(world->ids[world->id_count], id.ptr, id.len);
        world->ids[world->id_count++][id.len] = '\0';
    }
    pthread_mutex_unlock(&world->lock);
    return answer;
}

static int compare(const void *left, const void *right) {
    return strcmp(left, right);
}

// How many different messages arrived.
static size_t distinct(struct world *world) {
    size_t count = 0;
    pthread_mutex_lock(&world->lock);
    qsort(world->ids, world->id_count, sizeof(world->ids[0]), compare);
    for (size_t i = 0; i < world->id_count; i++)
        count += i == 0 || strcmp(world->ids[i], world->ids[i - 1]) != 0;
    pthread_mutex_unlock(&world->lock);
    return count;
}

static size_t taken(struct world *world) {
    pthread_mutex_lock(&world->lock);
    const size_t count = world->id_count;
    pthread_mutex_unlock(&world->lock);
    return count;
}

// ---- runs ----

static int set_up(void **state) {
    static struct world world;
    world = (struct world){.folder = temp_folder_make(), .has_keys = true};
    world.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    world.ids = mem_zeroed(MOST_IDS, sizeof(world.ids[0]));
    *state = &world;
    return 0;
}

static int set_up_with_server(void **state) {
    (void)set_up(state);
    struct world *world = *state;
    world->server = loopback_start_deciding(decide, world);
    return 0;
}

static int tear_down(void **state) {
    struct world *world = *state;
    loopback_stop(world->server);
    message_free(world->progress);
    buf_release(&world->notes);
    mem_free(world->ids);
    temp_folder_remove(&world->folder);
    return 0;
}

static const struct action *action(void) {
    return action_find("stream");
}

static bool
adjust(const struct world *world, const char *name, struct str value, struct error *err) {
    struct arguments arguments = {0};
    arguments_set(&arguments, name, value);
    const bool ok = action()->adjust(world->task, &arguments, err);
    arguments_release(&arguments);
    return ok;
}

static void take_progress(struct world *world, struct message *take_message) {
    const struct message_progress *progress = &take_message->as.progress;
    world->is_told_backwards |= progress->done < world->last_done;
    world->has_overstated |= world->server && progress->accepted > taken(world);
    world->last_done = progress->done;
    const bool is_due = world->adjust_name && progress->accepted >= world->adjust_at;
    message_free(world->progress);
    world->progress = take_message;
    if (!is_due) return;
    struct error err = {0};
    const char *name = world->adjust_name;
    world->adjust_name = NULL;
    assert_ok(adjust(world, name, str_from(world->adjust_value), &err), err);
}

static void emit(void *context, struct message *take_message) {
    struct world *world = context;
    if (take_message->kind == MESSAGE_PROGRESS) {
        take_progress(world, take_message);
        return;
    }
    if (take_message->kind == MESSAGE_LINE) {
        buf_add(&world->notes, str_from(take_message->as.line.text));
        buf_add_char(&world->notes, '\n');
    }
    message_free(take_message);
}

// "from_date=2019-05-19 to=2019-05-20 to=segment"; HOME/ stands for the folder.
static void read_words(const struct world *world, const char *words, struct arguments *out) {
    struct str rest = str_from(words);
    while (rest.len) {
        struct str pair = {0};
        struct str name = {0};
        struct str value = {0};
        CLEANUP(buf_release) struct buf whole = {0};
        str_split(rest, ' ', &pair, &rest);
        str_split(pair, '=', &name, &value);
        const bool is_path = str_starts_with(value, STR("HOME/"));
        if (is_path) buf_add(&whole, str_from(world->folder.path));
        buf_add(&whole, is_path ? str_skip(value, 4) : value);
        assert_true(arguments_add(out, name, buf_str(&whole)));
    }
}

static enum error_code
run(struct world *world, const char *profile, const char *words, struct error *err) {
    struct arguments arguments = {0};
    const struct backend_options options = {
        .profile = profile, .environment = look_up, .environment_context = world};
    struct action_context context = {
        .backend = backend_new(&options), .emit = emit, .emit_context = world};
    *err = (struct error){0};
    buf_reset(&world->notes);
    world->last_done = 0;
    read_words(world, words, &arguments);
    world->task = action()->start(&context, &arguments, 1, err);
    if (world->task) {
        const struct transfers_options transfers = {.jitter_seed = 1};
        if (task_run(world->task, &transfers, NULL, NULL, err)) *err = (struct error){0};
    }
    arguments_release(&arguments);
    backend_free(context.backend);
    return err->code;
}

static struct str notes(const struct world *world) {
    return buf_str(&world->notes);
}

static uint64_t accepted(const struct world *world) {
    return world->progress->as.progress.accepted;
}

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

#define JOB "from_date=2019-05-19 to=2019-05-20 users=40"

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
    TEST(stream_refuses_what_cannot_be_meant),
    TEST(stream_names_the_setting_that_is_missing),
    TEST(stream_says_when_there_is_nothing_to_do),
    TEST_WITH_SERVER(stream_does_a_job_once_and_then_says_so),
    TEST_WITH_SERVER(stream_goes_on_behind_a_limit),
    TEST_WITH_SERVER(stream_refuses_the_cursor_of_another_job),
    TEST_WITH_SERVER(stream_stops_in_good_order_and_goes_on),
    TEST_WITH_SERVER(stream_keeps_what_is_refused_and_fails),
    TEST_WITH_SERVER(stream_gives_up_and_goes_on_where_it_stood),
    TEST_WITH_SERVER(stream_changes_its_rate_at_once),
    TEST_WITH_SERVER(stream_steps_pauses_and_goes_on),
    TEST(stream_writes_in_pieces_what_it_writes_at_once),
    TEST(stream_overwrites_no_file_of_others),
    TEST(stream_feeds_the_sandbox_and_personalize_in_it),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
