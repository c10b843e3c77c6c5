// send and the outbox actions against a scripted server: what is kept, what leaves, and what is asked in which
// order. The sandbox's side, with kills, is tests/e2e/cli_outbox.sh.
#include "actions/action.h"
#include "actions/backend.h"
#include "delivery/outbox.h"

#include "support/loopback.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include "base/files.h"

#define ACCEPTED                                                                                   \
    { .status = 200, .body = "{\"success\":true}" }
#define HURRY "Retry-After: 0\r\n"

struct world {
    struct temp_folder folder;
    bool has_home;
    struct loopback *server;
    struct backend *backend;
    struct action_context context;
    struct buf notes, values; // "text\n", "key=text\n", of the last run
};

static const char *look_up(void *context, const char *name) {
    const struct world *world = context;
    if (strcmp(name, "HOME") == 0 && world->has_home) return world->folder.path;
    if (strcmp(name, "XDG_CONFIG_HOME") == 0) return world->folder.path;
    return NULL;
}

static void collect(void *context, struct message *take_message) {
    struct world *world = context;
    if (take_message->kind == MESSAGE_LINE)
        buf_add_format(&world->notes, "%s\n", take_message->as.line.text);
    const struct message_values *values = &take_message->as.values;
    for (size_t i = 0; take_message->kind == MESSAGE_VALUES && i < values->value_count; i++)
        buf_add_format(&world->values, "%s=%s\n", values->values[i].key, values->values[i].text);
    message_free(take_message);
}

static int make_world(void **state) {
    static struct world world;
    world = (struct world){.folder = temp_folder_make(), .has_home = true};
    *state = &world;
    return 0;
}

static void close_world(struct world *world) {
    backend_free(world->backend);
    loopback_stop(world->server);
    world->backend = NULL;
    world->server = NULL;
}

// Profile `work` points at a server with this script.
static void serve(struct world *world, const struct loopback_exchange *script, size_t count) {
    struct error err = {0};
    CLEANUP(buf_release) struct buf path = {0};
    CLEANUP(buf_release) struct buf text = {0};
    close_world(world);
    world->server = loopback_start(script, count);
    buf_add_format(&path, "%s/recloop", world->folder.path);
    assert_ok(files_make_folders(buf_text(&path), 0700, &err), err);
    buf_add(&path, STR("/config.ini"));
    buf_add_format(
        &text, "[profile work]\ntracking_url = %s\nwebsite_write_key = key-of-the-workshop-1\n",
        loopback_url(world->server));
    assert_ok(files_write(buf_text(&path), 0600, buf_str(&text), &err), err);
    const struct backend_options options = {
        .profile = "work", .environment = look_up, .environment_context = world};
    world->backend = backend_new(&options);
    world->context = (struct action_context){
        .backend = world->backend, .emit = collect, .emit_context = world, .wants_json = true};
}
#define SERVE(world, script) serve((world), (script), ARRAY_COUNT(script))

static int remove_world(void **state) {
    struct world *world = *state;
    close_world(world);
    buf_release(&world->notes);
    buf_release(&world->values);
    temp_folder_remove(&world->folder);
    return 0;
}

// `name` and `value` of one argument; NULL: none.
static enum error_code
run(struct world *world, const char *action, const char *name, const char *value) {
    struct arguments arguments = {0};
    struct error err = {0};
    const struct transfers_options options = {.jitter_seed = 3};
    buf_reset(&world->notes);
    buf_reset(&world->values);
    if (name) arguments_set(&arguments, name, str_from(value));
    struct task *task = action_find(action)->start(&world->context, &arguments, 1, &err);
    arguments_release(&arguments);
    if (!task) return err.code;
    const bool ok = task_run(task, &options, NULL, NULL, &err);
    if (!ok) buf_add_format(&world->notes, "%s\n%s\n", err.message, err.hint);
    return ok ? ERROR_NONE : err.code;
}

static struct outbox *open_outbox(const struct world *world) {
    CLEANUP(buf_release) struct buf path = {0};
    struct outbox *outbox = NULL;
    struct error err = {0};
    buf_add_format(&path, "%s/.local/state/recloop", world->folder.path);
    assert_ok(files_make_folders(buf_text(&path), 0700, &err), err);
    buf_add(&path, STR("/outbox.db"));
    assert_ok(outbox_open(buf_text(&path), &outbox, &err), err);
    return outbox;
}

static void keep(const struct world *world, const char *message_id, const char *text) {
    struct outbox *outbox = open_outbox(world);
    struct error err = {0};
    int64_t id = 0;
    const struct outbox_entry entry = {
        .profile = STR("work"),
        .message_id = str_from(message_id),
        .text = str_from(text),
        .put_at_ms = 1700000000000};
    assert_ok(outbox_put(outbox, &entry, OUTBOX_SURVIVES_CRASHES, &id, &err), err);
    assert_ok(outbox_note_failure(outbox, id, STR("off"), OUTBOX_HAS_NOT_ARRIVED, &err), err);
    outbox_close(outbox);
}

static void keep_track(const struct world *world, const char *message_id) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_format(
        &text, "{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u\",\"messageId\":\"%s\"}",
        message_id);
    keep(world, message_id, buf_text(&text));
}

static int waiting(const struct world *world, struct outbox_entry *out) {
    struct outbox *outbox = open_outbox(world);
    struct outbox_entry entry = {0};
    struct error err = {0};
    int count = 0;
    bool found = true;
    while (true) {
        assert_ok(outbox_next(outbox, STR("work"), entry.id, &entry, &found, &err), err);
        if (!found) break;
        if (count++ == 0)
            *out = (struct outbox_entry){.attempts = entry.attempts, .unknown = entry.unknown};
    }
    outbox_close(outbox);
    return count;
}

struct answers {
    const char *name;
    struct loopback_exchange script[3];
    enum error_code code;
    bool is_kept, may_have_arrived;
};

static const struct answers rows[] = {
    {"accepted", {ACCEPTED}, ERROR_NONE, false, false},
    {"trouble, then accepted",
     {{.status = 503, .headers = HURRY}, ACCEPTED},
     ERROR_NONE,
     false,
     false},
    {"throttled",
     {{.status = 429, .headers = HURRY}, {.status = 429, .headers = HURRY}, {.status = 429}},
     ERROR_THROTTLED,
     true,
     false},
    {"in trouble",
     {{.status = 500}, {.status = 502}, {.status = 503}},
     ERROR_UNREACHABLE,
     true,
     true},
    {"lost once, then throttled: the first may have arrived",
     {{.after = LOOPBACK_CLOSE}, {.status = 429, .headers = HURRY}, {.status = 429}},
     ERROR_THROTTLED,
     true,
     true},
    {"cut off",
     {{.raw = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", .after = LOOPBACK_CLOSE},
      {.raw = "HTTP/1.1 20", .after = LOOPBACK_CLOSE},
      {.after = LOOPBACK_CLOSE}},
     ERROR_UNREACHABLE,
     true,
     true},
    {"the page of a hotel's network",
     {{.status = 200, .body = "<html>Please log in</html>"}},
     ERROR_INVALID,
     true,
     true},
    {"sent elsewhere",
     {{.status = 302, .headers = "Location: /login\r\n"}},
     ERROR_REFUSED,
     true,
     false},
    {"wrong key", {{.status = 401, .body = "{}"}}, ERROR_REFUSED, true, false},
    {"key cut short",
     {{.status = 400, .body = "{\"code\":\"invalid_request\",\"message\":\"Invalid Write Key\"}"}},
     ERROR_REFUSED,
     true,
     false},
    {"refused for good", {{.status = 400, .body = "{}"}}, ERROR_REFUSED, false, false},
    {"too large", {{.status = 413, .body = "{}"}}, ERROR_LIMIT, false, false},
};

static void send_keeps_what_can_still_arrive(void **state) {
    const struct answers *row = *state;
    void *made = NULL;
    make_world(&made);
    struct world *world = made;
    print_message("%s\n", row->name);
    SERVE(world, row->script);
    struct outbox_entry entry = {0};
    const enum error_code code = run(world, "send", NULL, NULL);
    print_message("%s%s", buf_text(&world->notes), buf_text(&world->values));
    if (row->code != ERROR_LIMIT) assert_int_equal(code, row->code);
    assert_int_equal(waiting(world, &entry), row->is_kept);
    assert_int_equal(str_contains(buf_str(&world->notes), STR("kept in the outbox")), row->is_kept);
    assert_contains(
        buf_str(&world->values), row->is_kept ? "outbox_waiting=1\n" : "outbox_waiting=0\n");
    if (row->is_kept) {
        assert_contains(buf_str(&world->notes), "`recloop outbox send --profile work`");
        assert_int_equal(entry.unknown > 0, row->may_have_arrived);
    }
    remove_world(&made);
}

static void assert_asked(struct world *world, size_t at, const char *message_id) {
    assert_contains(loopback_request(world->server, at), message_id);
    assert_contains(loopback_request(world->server, at), "POST /v1/track ");
}

// Nobody can be asked for the trait; the event arrives all the same, and nothing of it is kept.
static void send_needs_no_profile_token_to_send(void **state) {
    struct world *world = *state;
    static const struct loopback_exchange script[] = {ACCEPTED};
    struct outbox_entry entry = {0};
    SERVE(world, script);
    assert_int_equal(run(world, "send", "wait", "1"), ERROR_CONFIG);
    assert_contains(buf_str(&world->notes), "profile_");
    assert_int_equal(loopback_request_count(world->server), 1);
    assert_asked(world, 0, "Product Clicked");
    assert_int_equal(waiting(world, &entry), 0);
}

static void send_lets_what_waits_follow_its_own_event(void **state) {
    struct world *world = *state;
    static const struct loopback_exchange script[] = {ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED};
    struct outbox_entry entry = {0};
    SERVE(world, script);
    keep_track(world, "old-1");
    keep_track(world, "old-2");
    assert_int_equal(run(world, "send", "only", "1"), ERROR_NONE);
    assert_int_equal(loopback_request_count(world->server), 1);
    assert_int_equal(waiting(world, &entry), 2);
    assert_int_equal(run(world, "send", NULL, NULL), ERROR_NONE);
    assert_int_equal(loopback_request_count(world->server), 4);
    assert_false(str_contains(loopback_request(world->server, 1), STR("old-")));
    assert_asked(world, 2, "old-1");
    assert_asked(world, 3, "old-2");
    assert_int_equal(waiting(world, &entry), 0);
}

static void send_succeeds_whatever_becomes_of_what_waits(void **state) {
    struct world *world = *state;
    static const struct loopback_exchange script[] = {ACCEPTED, {.status = 401, .body = "{}"}};
    struct outbox_entry entry = {0};
    SERVE(world, script);
    keep_track(world, "old-1");
    keep_track(world, "old-2");
    assert_int_equal(run(world, "send", NULL, NULL), ERROR_NONE);
    assert_int_equal(loopback_request_count(world->server), 2); // the second does not overtake
    assert_contains(buf_str(&world->notes), "What waits in the outbox was not sent: event 1");
    assert_int_equal(waiting(world, &entry), 2);
    assert_int_equal(entry.attempts, 2);
    assert_int_equal(entry.unknown, 0);
}

static void send_needs_no_home(void **state) {
    struct world *world = *state;
    static const struct loopback_exchange script[] = {ACCEPTED};
    world->has_home = false;
    SERVE(world, script);
    assert_int_equal(run(world, "send", NULL, NULL), ERROR_NONE);
    assert_contains(buf_str(&world->notes), "neither XDG_STATE_HOME nor HOME is set");
    assert_int_equal(run(world, "outbox list", NULL, NULL), ERROR_NONE);
    assert_int_equal(run(world, "outbox send", NULL, NULL), ERROR_NONE);
    assert_int_equal(run(world, "outbox drop", "id", "1"), ERROR_NOT_FOUND);
}

static void send_keeps_nothing_of_another_key(void **state) {
    struct world *world = *state;
    static const struct loopback_exchange script[] = {
        {.status = 429}, {.status = 429}, {.status = 429}};
    struct outbox_entry entry = {0};
    SERVE(world, script);
    assert_int_equal(run(world, "send", "write-key", "another-key"), ERROR_THROTTLED);
    assert_int_equal(waiting(world, &entry), 0);
    assert_false(str_contains(buf_str(&world->notes), STR("kept in the outbox")));
}

static void send_keeps_nothing_when_a_setting_is_missing(void **state) {
    struct world *world = *state;
    static const struct loopback_exchange script[] = {ACCEPTED};
    struct outbox_entry entry = {0};
    struct error err = {0};
    CLEANUP(buf_release) struct buf path = {0};
    SERVE(world, script);
    buf_add_format(&path, "%s/recloop/config.ini", world->folder.path);
    assert_ok(files_write(buf_text(&path), 0600, STR("[profile work]\n"), &err), err);
    assert_int_equal(run(world, "send", NULL, NULL), ERROR_CONFIG);
    assert_int_equal(waiting(world, &entry), 0);
    assert_int_equal(loopback_request_count(world->server), 0);
}

static void outbox_send_goes_on_past_a_final_refusal_and_stops_at_any_other(void **state) {
    struct world *world = *state;
    static const struct loopback_exchange script[] = {
        ACCEPTED, {.status = 400, .body = "{}"}, ACCEPTED, {.status = 403, .body = "{}"}};
    struct outbox_entry entry = {0};
    SERVE(world, script);
    keep_track(world, "w-1");
    keep_track(world, "w-2");
    keep_track(world, "w-3");
    keep_track(world, "w-4");
    keep_track(world, "w-5");
    assert_int_equal(run(world, "outbox send", NULL, NULL), ERROR_REFUSED);
    assert_str(buf_str(&world->values), "sent=2\nrefused=1\nwaiting=2\n");
    assert_contains(buf_str(&world->notes), "Event 2 (track E of u, fired 2023-11-14");
    assert_contains(buf_str(&world->notes), "`recloop outbox drop 4` forgets it");
    for (size_t i = 0; i < 4; i++) {
        char id[8];
        snprintf(id, sizeof(id), "w-%zu", i + 1);
        assert_asked(world, i, id);
    }
    assert_int_equal(loopback_request_count(world->server), 4);
    assert_int_equal(waiting(world, &entry), 2);
}

static void outbox_send_tells_a_row_that_cannot_be_read(void **state) {
    struct world *world = *state;
    static const struct loopback_exchange script[] = {ACCEPTED};
    struct outbox_entry entry = {0};
    SERVE(world, script);
    keep(world, "bad", "no JSON \033[31m");
    keep_track(world, "good");
    assert_int_equal(run(world, "outbox send", NULL, NULL), ERROR_INVALID);
    assert_contains(buf_str(&world->notes), "event 1 (an unreadable message");
    assert_contains(buf_str(&world->notes), "recloop outbox drop 1");
    assert_int_equal(run(world, "outbox list", NULL, NULL), ERROR_NONE);
    assert_contains(buf_str(&world->values), "type=unknown\n");
    assert_int_equal(run(world, "outbox drop", "id", "1"), ERROR_NONE);
    assert_int_equal(run(world, "outbox send", NULL, NULL), ERROR_NONE);
    assert_asked(world, 0, "good");
    assert_int_equal(waiting(world, &entry), 0);
}

static void outbox_send_leaves_the_turn_to_another(void **state) {
    struct world *world = *state;
    static const struct loopback_exchange script[] = {ACCEPTED, ACCEPTED};
    SERVE(world, script);
    keep_track(world, "w");
    struct outbox *other = open_outbox(world);
    assert_true(outbox_take_turn(other));
    assert_int_equal(run(world, "outbox send", NULL, NULL), ERROR_BUSY);
    assert_str(buf_str(&world->values), "sent=0\nrefused=0\nwaiting=1\n");
    assert_int_equal(run(world, "send", NULL, NULL), ERROR_NONE); // without a word
    assert_str(buf_str(&world->notes), "");
    outbox_close(other);
    assert_int_equal(run(world, "outbox send", NULL, NULL), ERROR_NONE);
    assert_asked(world, 1, "\"messageId\":\"w\"");
}

static void outbox_list_warns_of_what_segment_would_count_twice(void **state) {
    struct world *world = *state;
    static const struct loopback_exchange script[] = {{.status = 400}};
    struct error err = {0};
    int64_t id = 0;
    SERVE(world, script);
    keep_track(world, "sure");
    struct outbox *outbox = open_outbox(world);
    const struct outbox_entry entry = {
        .profile = STR("work"),
        .message_id = STR("unsure"),
        .text = STR("{\"type\":\"track\",\"event\":\"E\"}"),
        .put_at_ms = 1700000000000};
    assert_ok(outbox_put(outbox, &entry, OUTBOX_SURVIVES_CRASHES, &id, &err), err);
    outbox_close(outbox);
    assert_int_equal(run(world, "outbox list", NULL, NULL), ERROR_NONE);
    assert_contains(
        buf_str(&world->values),
        "may_have_arrived=false\nmay_be_counted_twice=false\nlast_error=off\n");
    assert_contains(
        buf_str(&world->values),
        "may_have_arrived=true\nmay_be_counted_twice=true\nlast_error=null\n");
    assert_false(str_contains(buf_str(&world->values), STR("key-of-the-workshop")));
    world->context.wants_json = false;
    assert_int_equal(run(world, "outbox list", NULL, NULL), ERROR_NONE);
    assert_contains(
        buf_str(&world->notes), "may have arrived after 1 attempt; Segment tells a repeat");
    assert_int_equal(run(world, "outbox drop", "all", "1"), ERROR_NONE);
    assert_contains(buf_str(&world->notes), "may have arrived all the same");
    assert_contains(buf_str(&world->notes), "never arrived and is lost");
}

#define OUTBOX_TEST(test) cmocka_unit_test_setup_teardown(test, make_world, remove_world)

int main(void) {
    struct CMUnitTest tests[ARRAY_COUNT(rows) + 16] = {
        OUTBOX_TEST(send_needs_no_profile_token_to_send),
        OUTBOX_TEST(send_lets_what_waits_follow_its_own_event),
        OUTBOX_TEST(send_succeeds_whatever_becomes_of_what_waits),
        OUTBOX_TEST(send_needs_no_home),
        OUTBOX_TEST(send_keeps_nothing_of_another_key),
        OUTBOX_TEST(send_keeps_nothing_when_a_setting_is_missing),
        OUTBOX_TEST(outbox_send_goes_on_past_a_final_refusal_and_stops_at_any_other),
        OUTBOX_TEST(outbox_send_tells_a_row_that_cannot_be_read),
        OUTBOX_TEST(outbox_send_leaves_the_turn_to_another),
        OUTBOX_TEST(outbox_list_warns_of_what_segment_would_count_twice),
    };
    size_t count = 0;
    while (tests[count].test_func)
        count++;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = send_keeps_what_can_still_arrive,
            .initial_state = (void *)(uintptr_t)&rows[i],
        };
    }
    return _cmocka_run_group_tests("outbox", tests, count, NULL, NULL);
}
