// A messageId that comes again within 24 hours, by HTTP: what the store knows of yesterday counts.
#include "base/clock.h"
#include "base/digest.h"
#include "fixture.h"

#include <sqlite3.h>

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define MINUTE_MS 60000

// A run of one message, as if it had been accepted then.
static void add_run(sqlite3 *database, int id, const char *message_id, int64_t at_ms) {
    uint8_t digest[DIGEST_BYTES];
    uint64_t hash = 0;
    struct buf sql = {0};
    digest_sha256(str_from(message_id), digest);
    for (size_t i = 0; i < sizeof(hash); i++)
        hash = hash << 8 | digest[i];
    buf_add_format(&sql, "INSERT INTO message_runs VALUES(%d,0,0,", id);
    buf_add_int(&sql, at_ms);
    buf_add_format(&sql, ",1,x'00');INSERT INTO message_parts VALUES(%d,x'", id * 4096);
    for (size_t i = 0; i < sizeof(hash); i++)
        buf_add_format(&sql, "%02x", ((const unsigned char *)&hash)[i]);
    buf_add(&sql, STR("')"));
    assert_int_equal(sqlite3_exec(database, buf_text(&sql), NULL, NULL, NULL), SQLITE_OK);
    buf_release(&sql);
}

static void add_yesterday(struct fixture *fixture) {
    char path[300];
    sqlite3 *database = NULL;
    const int64_t now_ms = clock_wall_ms();
    sandbox_stop(fixture->sandbox);
    fixture->sandbox = NULL;
    temp_folder_path(&fixture->folder, "sandbox.db", path, sizeof(path));
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    add_run(database, 1, "more-than-a-day-ago", now_ms - DAY_MS - MINUTE_MS);
    add_run(database, 2, "less-than-a-day-ago", now_ms - DAY_MS + MINUTE_MS);
    sqlite3_close(database);
    fixture_restart(fixture);
}

static void track(struct fixture *fixture, const char *message_id) {
    struct buf json = {0};
    buf_add_format(&json, "{\"event\":\"E\",\"userId\":\"u\",\"messageId\":\"%s\"}", message_id);
    assert_int_equal(fixture_track(fixture, "website-prod", "track", buf_text(&json)), 200);
    buf_release(&json);
}

static size_t count_events(struct fixture *fixture, const char *message_id) {
    struct buf target = {0};
    buf_add_format(&target, "/_recloop/debugger?message_id=%s", message_id);
    assert_int_equal(fixture_get(fixture, buf_text(&target)), 200);
    buf_release(&target);
    return json_count(json_get(fixture->json.root, "events"));
}

static void a_message_of_yesterday_is_a_duplicate_for_a_day(void **state) {
    struct fixture fixture;
    fixture_start_on_disk(&fixture);
    add_yesterday(&fixture);
    track(&fixture, "of-now"); // the commit lets the older run go
    for (int start = 0; start < 2; start++) {
        track(&fixture, "of-now");
        track(&fixture, "less-than-a-day-ago");
        track(&fixture, "more-than-a-day-ago");
        assert_int_equal(count_events(&fixture, "of-now"), 1);
        assert_int_equal(count_events(&fixture, "less-than-a-day-ago"), 0);
        assert_int_equal(count_events(&fixture, "more-than-a-day-ago"), 1); // of its second coming
        fixture_restart(&fixture);
    }
    fixture_stop(&fixture);
    (void)state;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_message_of_yesterday_is_a_duplicate_for_a_day),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
