// What was answered is there after kill -9, once; and a rebuilt model answers like the one before.
#include "fixture.h"
#include "support/plain_client.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

#define ROUNDS 12

// A process that serves the folder until it is killed. Its port comes through the pipe.
static pid_t serve_in_child(const char *folder, char *out_url, size_t cap) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct sandbox *sandbox = NULL;
        struct error err = {0};
        close(ends[0]);
        if (!sandbox_start(&(struct sandbox_options){.data_folder = folder}, &sandbox, &err))
            _exit(1);
        const char *url = sandbox_url(sandbox);
        if (write(ends[1], url, strlen(url) + 1) < 0) _exit(1);
        for (;;)
            pause();
    }
    close(ends[1]);
    const ssize_t got = read(ends[0], out_url, cap);
    close(ends[0]);
    assert_true(got > 0);
    return child;
}

static void kill_child(pid_t child) {
    int status = 0;
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
}

static void post_click(const char *url, int round) {
    struct request request = {0};
    struct response response = {0};
    struct sandbox_identities identities = {0};
    struct buf body = {0};
    sandbox_identities_make(&identities, url, NULL, NULL);
    buf_add_format(
        &body,
        "{\"event\":\"Product "
        "Clicked\",\"userId\":\"2941404340\",\"anonymousId\":\"2941404340-anon\","
        "\"messageId\":\"kill-%d\",\"writeKey\":\"%s\",\"properties\":{\"sku\":\"led-high-tops\"}}",
        round, sandbox_identities_get(&identities, "write_keys.website-prod"));
    request_set_method(&request, STR("POST"));
    request_set_url(&request, STR("/v1/track"));
    request_set_body(&request, buf_str(&body));
    plain_client_send(url, &request, &response);
    assert_int_equal(response.status, 200);
    request_release(&request);
    response_release(&response);
    buf_release(&body);
    sandbox_identities_release(&identities);
}

static int64_t health(struct fixture *fixture, const char *key) {
    int64_t count = -1;
    assert_int_equal(fixture_get(fixture, "/_recloop/health"), 200);
    assert_true(json_integer(json_get(fixture->json.root, key), &count));
    return count;
}

static void an_acknowledged_event_survives_kill_and_counts_once(void **state) {
    struct fixture fixture;
    fixture_start_on_disk(&fixture);
    const int64_t before = health(&fixture, "interactions");
    sandbox_stop(fixture.sandbox);
    for (int round = 0; round < ROUNDS; round++) {
        char url[64] = "";
        const pid_t child = serve_in_child(fixture.folder.path, url, sizeof(url));
        post_click(url, round); // killed the moment the 200 is here: delivered or not yet
        kill_child(child);
    }
    fixture.sandbox = NULL;
    fixture_restart(&fixture);
    for (int round = 0; round < ROUNDS; round++) {
        struct buf id = {0};
        buf_add_format(&id, "kill-%d", round);
        assert_str(json_get_text(fixture_delivery(&fixture, buf_text(&id)), "status"), "delivered");
        post_click(
            sandbox_url(fixture.sandbox), round); // the sender repeats what it is not sure of
        buf_release(&id);
    }
    assert_int_equal(health(&fixture, "interactions"), before + ROUNDS);
    assert_int_equal(fixture_get(&fixture, "/_recloop/debugger?source=website-prod"), 200);
    assert_int_equal(json_count(json_get(fixture.json.root, "events")), ROUNDS);
    assert_int_equal(fixture_get(&fixture, "/_recloop/debugger?source=personas-event-source"), 200);
    assert_int_equal(json_count(json_get(fixture.json.root, "events")), ROUNDS);
    fixture_stop(&fixture);
    (void)state;
}

static void a_restart_answers_the_same(void **state) {
    struct fixture fixture;
    fixture_start_on_disk(&fixture);
    fixture_click(&fixture, "2941404340", "led-high-tops", "same-1");
    fixture_click(&fixture, "new-shopper", "herschel-iona", "same-2");
    static const char *const users[] = {"2941404340", "new-shopper", "nobody"};
    char *before[3];
    for (size_t i = 0; i < 3; i++)
        before[i] = fixture_recommendations(&fixture, users[i]);
    fixture_restart(&fixture); // from the snapshot that stopping wrote
    for (size_t i = 0; i < 3; i++) {
        char *after = fixture_recommendations(&fixture, users[i]);
        assert_string_equal(before[i], after);
        free(after);
    }
    sandbox_stop(fixture.sandbox);
    char path[300];
    sqlite3 *database = NULL;
    temp_folder_path(&fixture.folder, "sandbox.db", path, sizeof(path));
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(database, "UPDATE snapshot SET blob=x'00'", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    fixture.sandbox = NULL;
    fixture_restart(&fixture); // a broken snapshot: from the log
    for (size_t i = 0; i < 3; i++) {
        char *after = fixture_recommendations(&fixture, users[i]);
        assert_string_equal(before[i], after);
        free(after);
        free(before[i]);
    }
    fixture_stop(&fixture);
    (void)state;
}

// Some hundred rows of a made shop, all different from those of other parts.
static void write_part(int part, struct buf *out) {
    buf_reset(out);
    buf_add(out, STR("USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n"));
    for (int i = 0; i < 700; i++) {
        const int at = part * 700 + i;
        buf_add_format(
            out, "walker-%d,thing-%d,%s,%d\n", at * at % 23, at * 7 % 61,
            at % 5 ? "Product Clicked" : "Order Completed", 1770000000 + at * 40);
    }
}

static void import_part(const char *url, int part) {
    struct request request = {0};
    struct response response = {0};
    struct buf text = {0};
    write_part(part, &text);
    request_set_method(&request, STR("POST"));
    request_set_url(&request, STR("/_recloop/import"));
    request_set_body(&request, buf_str(&text));
    plain_client_send(url, &request, &response);
    assert_int_equal(response.status, 200);
    assert_contains(buf_str(&response.body), "\"imported\":700");
    request_release(&request);
    response_release(&response);
    buf_release(&text);
}

// Items, scores and every reason for them, for some users, as bytes.
static void read_answers(struct fixture *fixture, struct buf *out) {
    static const char *const users[] = {"2941404340", "walker-3", "walker-17", "nobody"};
    buf_reset(out);
    for (size_t i = 0; i < ARRAY_COUNT(users); i++) {
        struct buf target = {0};
        buf_add_format(&target, "/_recloop/reasons?user=%s&num=100", users[i]);
        assert_int_equal(fixture_get(fixture, buf_text(&target)), 200);
        buf_add(out, buf_str(&fixture->response.body));
        buf_release(&target);
    }
}

static void killed_restarted_and_never_stopped_answer_the_same_bytes(void **state) {
    struct fixture stopped, never;
    struct buf left = {0}, right = {0};
    char url[64] = "";
    fixture_start_on_disk(&stopped);
    sandbox_stop(stopped.sandbox);
    stopped.sandbox = NULL;
    const pid_t child = serve_in_child(stopped.folder.path, url, sizeof(url));
    import_part(url, 0);
    kill_child(child);
    fixture_start_in_memory(&never);
    import_part(sandbox_url(never.sandbox), 0);
    fixture_restart(&stopped); // an older snapshot, and the log from there on
    for (int part = 1; part < 4; part++) {
        read_answers(&stopped, &left);
        read_answers(&never, &right);
        assert_true(left.len > 10000);
        assert_true(str_equal(buf_str(&left), buf_str(&right)));
        import_part(sandbox_url(stopped.sandbox), part);
        import_part(sandbox_url(never.sandbox), part);
        fixture_restart(&stopped); // the snapshot that stopping wrote
    }
    read_answers(&stopped, &left);
    read_answers(&never, &right);
    assert_true(str_equal(buf_str(&left), buf_str(&right)));
    buf_release(&left);
    buf_release(&right);
    fixture_stop(&stopped);
    fixture_stop(&never);
    (void)state;
}

// The client holds the write lock: every commit of the sandbox fails, as with a full disk.
static void what_cannot_be_stored_is_not_acknowledged(void **state) {
    struct fixture fixture;
    sqlite3 *database = NULL;
    char path[300];
    const char *json = "{\"event\":\"Product Clicked\",\"userId\":\"2941404340\",\"anonymousId\":"
                       "\"2941404340-anon\",\"messageId\":\"full-1\",\"properties\":{\"sku\":"
                       "\"led-high-tops\"}}";
    fixture_start_on_disk(&fixture);
    char *before = fixture_recommendations(&fixture, "2941404340");
    temp_folder_path(&fixture.folder, "sandbox.db", path, sizeof(path));
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(fixture_track(&fixture, "website-prod", "track", json), 500);
    assert_true(json_get_text(fixture.json.root, "code").len > 0);
    assert_true(json_get_text(fixture.json.root, "message").len > 0);
    char *during = fixture_recommendations(&fixture, "2941404340");
    assert_string_equal(before, during); // nothing of it stayed in the model
    assert_int_equal(sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    assert_int_equal(fixture_track(&fixture, "website-prod", "track", json), 200);
    assert_str(json_get_text(fixture_delivery(&fixture, "full-1"), "status"), "delivered");
    char *after = fixture_recommendations(&fixture, "2941404340");
    assert_string_not_equal(before, after);
    free(before);
    free(during);
    free(after);
    fixture_stop(&fixture);
    (void)state;
}

static void settings_and_sessions_survive_a_restart(void **state) {
    struct fixture fixture;
    fixture_start_on_disk(&fixture);
    assert_int_equal(
        fixture_call(
            &fixture,
            &(struct fixture_call){
                .method = "PUT",
                .target = "/_recloop/destination",
                .body = "{\"enabled\":false,\"settings\":{\"region\":\"eu-west-1\"}}"}),
        200);
    fixture_restart(&fixture);
    assert_int_equal(fixture_get(&fixture, "/_recloop/destination"), 200);
    assert_false(json_bool(json_get(fixture.json.root, "enabled"), true));
    assert_str(json_get_text(json_get(fixture.json.root, "settings"), "region"), "eu-west-1");
    fixture_stop(&fixture);
    (void)state;
}

static void data_of_a_newer_version_is_left_alone(void **state) {
    struct temp_folder folder = temp_folder_make();
    struct sandbox *sandbox = NULL;
    struct error err = {0};
    char path[300];
    sqlite3 *database = NULL;
    temp_folder_path(&folder, "sandbox.db", path, sizeof(path));
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(database, "PRAGMA user_version=99; CREATE TABLE x(y)", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(database);
    assert_false(
        sandbox_start(&(struct sandbox_options){.data_folder = folder.path}, &sandbox, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    assert_contains(str_from(err.message), "newer recloop");
    assert_contains(str_from(err.hint), "--data");
    temp_folder_remove(&folder);
    (void)state;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_acknowledged_event_survives_kill_and_counts_once),
    cmocka_unit_test(a_restart_answers_the_same),
    cmocka_unit_test(killed_restarted_and_never_stopped_answer_the_same_bytes),
    cmocka_unit_test(what_cannot_be_stored_is_not_acknowledged),
    cmocka_unit_test(settings_and_sessions_survive_a_restart),
    cmocka_unit_test(data_of_a_newer_version_is_left_alone),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
