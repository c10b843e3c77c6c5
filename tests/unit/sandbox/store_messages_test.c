// The window of duplicates beyond memory: runs on disk, how long they are kept, and that neither a restart
// nor a rollback at any moment loses a message or invents one.
#include "base/memory.h"
#include "sandbox/store.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <sqlite3.h>

#define KEPT 1000 // of a generation
#define DAY_MS STORE_MESSAGES_KEPT_MS
#define MINUTE_MS 60000

struct window {
    struct temp_folder folder;
    struct store *store;
    uint32_t kept;
    bool is_in_memory;
    int64_t now_ms;
};

static void open_window(struct window *window) {
    struct error err = {0};
    const char *folder = window->is_in_memory ? NULL : window->folder.path;
    assert_ok(store_open_sized(folder, window->kept, &window->store, &err), err);
}

static struct window begin(uint32_t kept) {
    struct window window = {.folder = temp_folder_make(), .kept = kept, .now_ms = 10 * DAY_MS};
    open_window(&window);
    return window;
}

static void end(struct window *window) {
    store_close(window->store);
    temp_folder_remove(&window->folder);
}

// What is not committed is lost, as by a kill.
static void restart(struct window *window) {
    store_close(window->store);
    open_window(window);
}

static void commit(struct window *window) {
    struct error err = {0};
    store_trim(window->store, window->now_ms);
    assert_ok(store_commit(window->store, &err), err);
}

static void add(struct window *window, int64_t number, bool is_refused) {
    char id[32];
    (void)snprintf(id, sizeof(id), "message-%d", (int)number);
    store_add_event(
        window->store, &(struct store_event){
                           .sequence = store_last_sequence(window->store) + 1,
                           .discard = is_refused ? 3 : 0,
                           .message_id = str_from(id),
                           .received_at_ms = window->now_ms,
                           .body = STR("{}")});
}

static bool knows(struct window *window, const char *prefix, int64_t number) {
    char id[32];
    (void)snprintf(id, sizeof(id), "%s-%d", prefix, (int)number);
    return store_knows_message(window->store, str_from(id));
}

// Those from..to.
static void add_all(struct window *window, int64_t from, int64_t to) {
    for (int64_t number = from; number <= to; number++) {
        add(window, number, false);
        if (number % 50 == 0) commit(window);
    }
    commit(window);
}

static int64_t count_known(struct window *window, const char *prefix, int64_t from, int64_t to) {
    int64_t count = 0;
    for (int64_t number = from; number <= to; number++)
        count += knows(window, prefix, number);
    return count;
}

static void execute(struct window *window, const char *sql) {
    char path[300];
    sqlite3 *database = NULL;
    store_close(window->store);
    temp_folder_path(&window->folder, STORE_FILE, path, sizeof(path));
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    open_window(window);
}

static int64_t count_rows(struct window *window, const char *sql) {
    char path[300];
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    temp_folder_path(&window->folder, STORE_FILE, path, sizeof(path));
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const int64_t count = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return count;
}

static void messages_are_known_long_after_memory_forgot_them(void **state) {
    enum { LAST = 20 * KEPT + 301 };
    struct window window = begin(KEPT);
    for (int64_t number = 1; number <= LAST; number++) {
        add(&window, number, number % 7 == 0);
        if (number % 50 == 0) commit(&window);
    }
    commit(&window);
    for (int start = 0; start < 2; start++) {
        // the refused ones are none, and what never was is not taken for known
        assert_int_equal(count_known(&window, "message", 1, LAST), LAST - LAST / 7);
        assert_int_equal(count_known(&window, "other", 1, 2 * LAST), 0);
        // in memory, with the number, are the newest only
        assert_int_equal(store_find_message(window.store, STR("message-1")), 0);
        assert_int_equal(store_find_message(window.store, STR("message-20301")), 20301);
        assert_int_equal(store_find_message(window.store, STR("message-19302")), 19302);
        assert_true(store_count_messages(window.store) >= LAST - LAST / 7);
        assert_true(store_count_messages(window.store) <= LAST);
        restart(&window);
    }
    assert_int_equal(count_rows(&window, "SELECT count(*) FROM message_runs"), 20);
    end(&window);
    (void)state;
}

static void runs_of_more_than_a_day_ago_go_but_the_last(void **state) {
    struct window window = begin(KEPT);
    const int64_t first_ms = window.now_ms;
    add_all(&window, 1, 3 * KEPT); // two of them are runs, or will be
    window.now_ms = first_ms + DAY_MS - MINUTE_MS;
    add_all(&window, 3 * KEPT + 1, 6 * KEPT);
    assert_int_equal(count_known(&window, "message", 1, 6 * KEPT), 6 * KEPT);
    restart(&window);
    assert_int_equal(count_known(&window, "message", 1, 6 * KEPT), 6 * KEPT);
    window.now_ms = first_ms + DAY_MS + MINUTE_MS;
    add_all(&window, 6 * KEPT + 1, 6 * KEPT + 200);
    assert_int_equal(count_known(&window, "message", 1, 2 * KEPT), 0);
    assert_int_equal(count_known(&window, "message", 2 * KEPT + 1, 6 * KEPT + 200), 4 * KEPT + 200);
    window.now_ms += 30 * DAY_MS; // nobody was there for a month
    add_all(&window, 6 * KEPT + 201, 6 * KEPT + 900);
    for (int turn = 0; turn < 100; turn++)
        store_trim(window.store, window.now_ms);
    commit(&window);
    assert_int_equal(count_known(&window, "message", 1, 5 * KEPT), 0);
    assert_int_equal(count_known(&window, "message", 5 * KEPT + 1, 6 * KEPT + 900), KEPT + 900);
    restart(&window);
    assert_int_equal(count_known(&window, "message", 1, 5 * KEPT), 0);
    assert_int_equal(count_rows(&window, "SELECT count(*) FROM message_runs"), 1);
    assert_int_equal(
        count_rows(
            &window, "SELECT count(*) FROM message_parts WHERE id/4096 NOT IN "
                     "(SELECT id FROM message_runs)"),
        0);
    end(&window);
    (void)state;
}

static void runs_are_bounded(void **state) {
    enum { SMALL = 100 };
    const struct {
        bool is_in_memory;
        int runs;
    } cases[] = {{false, STORE_MESSAGE_RUNS_KEPT}, {true, STORE_MESSAGE_RUNS_KEPT_IN_MEMORY}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct window window = {
            .folder = temp_folder_make(), .kept = SMALL, .is_in_memory = cases[i].is_in_memory};
        const int64_t kept = (cases[i].runs + 1) * SMALL; // and the young generation
        const int64_t last = kept + 12 * SMALL;
        open_window(&window);
        add_all(&window, 1, last);
        assert_int_equal(count_known(&window, "message", last - kept + 1, last), kept);
        assert_int_equal(count_known(&window, "message", 1, last - kept), 0);
        assert_int_equal(store_count_messages(window.store), kept);
        end(&window);
    }
    (void)state;
}

// Batches, of which some are rolled back and some are lost by a kill; among them all stages of making a run.
static void neither_rollback_nor_kill_loses_or_invents_a_message(void **state) {
    enum { BATCHES = 700, MOST = 60 };
    struct window window = begin(KEPT);
    bool *is_there = mem_zeroed(BATCHES * MOST + 1, sizeof(*is_there));
    uint32_t random = 1;
    int64_t last = 0;
    for (int batch = 0; batch < BATCHES; batch++) {
        random = random * 1664525u + 1013904223u;
        const int64_t count = 1 + (random >> 16) % MOST;
        const uint32_t fate = (random >> 8) % 8;
        for (int64_t i = 1; i <= count; i++) {
            const bool is_refused = (last + i) % 11 == 0;
            add(&window, last + i, is_refused);
            is_there[last + i] = fate > 1 && !is_refused;
        }
        if (fate > 1)
            commit(&window);
        else if (fate == 1)
            store_rollback(window.store);
        else
            restart(&window);
        last += count;
        if (batch % 100 != 99) continue;
        for (int64_t number = 1; number <= last; number++)
            assert_int_equal(knows(&window, "message", number), is_there[number]);
    }
    restart(&window);
    for (int64_t number = 1; number <= last; number++)
        assert_int_equal(knows(&window, "message", number), is_there[number]);
    mem_free(is_there);
    end(&window);
    (void)state;
}

static void a_reset_forgets_all_of_it(void **state) {
    struct window window = begin(KEPT);
    add_all(&window, 1, 4 * KEPT + 40);
    store_clear(window.store);
    assert_int_equal(count_known(&window, "message", 1, 4 * KEPT + 40), 0);
    store_rollback(window.store);
    assert_int_equal(count_known(&window, "message", 1, 4 * KEPT + 40), 4 * KEPT + 40);
    store_clear(window.store);
    commit(&window);
    restart(&window);
    assert_int_equal(count_known(&window, "message", 1, 4 * KEPT + 40), 0);
    add_all(&window, 1, 4 * KEPT);
    restart(&window);
    assert_int_equal(count_known(&window, "message", 1, 4 * KEPT), 4 * KEPT);
    assert_int_equal(count_known(&window, "message", 4 * KEPT + 1, 5 * KEPT), 0);
    end(&window);
    (void)state;
}

static void a_store_without_runs_gets_them_from_its_rows(void **state) {
    struct window window = begin(KEPT);
    add_all(&window, 1, 2 * KEPT - 10); // a store of version 5: two generations of rows, no run
    execute(&window, "DROP TABLE message_runs; DROP TABLE message_parts; PRAGMA user_version=5");
    assert_int_equal(count_known(&window, "message", 1, 2 * KEPT - 10), 2 * KEPT - 10);
    add_all(&window, 2 * KEPT - 9, 5 * KEPT);
    restart(&window);
    assert_int_equal(count_known(&window, "message", 1, 5 * KEPT), 5 * KEPT);
    end(&window);
    // and one with more than that, as trimming left them there
    window = begin(KEPT);
    add_all(&window, 1, 3 * KEPT);
    execute(&window, "DELETE FROM message_runs; DELETE FROM message_parts");
    add_all(&window, 3 * KEPT + 1, 6 * KEPT);
    assert_int_equal(count_known(&window, "message", 1, 6 * KEPT), 6 * KEPT);
    restart(&window);
    assert_int_equal(count_known(&window, "message", 1, 6 * KEPT), 6 * KEPT);
    end(&window);
    (void)state;
}

static void a_filter_that_is_none_costs_time_only(void **state) {
    struct window window = begin(KEPT);
    add_all(&window, 1, 5 * KEPT);
    execute(&window, "UPDATE message_runs SET filter=x'00'");
    assert_int_equal(count_known(&window, "message", 1, 5 * KEPT), 5 * KEPT);
    assert_int_equal(count_known(&window, "other", 1, 5 * KEPT), 0);
    end(&window);
    (void)state;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(messages_are_known_long_after_memory_forgot_them),
    cmocka_unit_test(runs_of_more_than_a_day_ago_go_but_the_last),
    cmocka_unit_test(runs_are_bounded),
    cmocka_unit_test(neither_rollback_nor_kill_loses_or_invents_a_message),
    cmocka_unit_test(a_reset_forgets_all_of_it),
    cmocka_unit_test(a_store_without_runs_gets_them_from_its_rows),
    cmocka_unit_test(a_filter_that_is_none_costs_time_only),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
