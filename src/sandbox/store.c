// store — opening, the schema, transactions, and the statement helpers of store_sql.h.
//
// Why one database and not files: the events, what they did to the profiles and the recommender's log
// must become true together, or a kill between two of them would count an event half.
#include "store.h"

#include "base/files.h"
#include "base/memory.h"
#include "store_sql.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const sql_texts[STORE_SQL_COUNT] = {
#define X(id, sql) [id] = (sql),
    STORE_SQL(X)
#undef X
};

// message_hash: the first eight bytes of the SHA-256 of the messageId. An index over
// integers is a third of one over UUID text; the text is compared after a hit.
static const char schema_1[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
    "CREATE TABLE events(sequence INTEGER PRIMARY KEY, source INT, type INT, discard INT, name "
    "TEXT,"
    " user_id TEXT, anonymous_id TEXT, sku TEXT, message_id TEXT, at_ms INT, received_ms INT,"
    " profile INT, body TEXT, message_hash INT);"
    "CREATE INDEX events_source ON events(source, sequence);"
    "CREATE INDEX events_message ON events(message_hash);"
    "CREATE INDEX events_profile ON events(profile, at_ms) WHERE profile IS NOT NULL;"
    "CREATE TABLE interactions(sequence INTEGER PRIMARY KEY, user TEXT, session TEXT, item TEXT,"
    " event_type TEXT, event_id TEXT, time_s INT);"
    "CREATE TABLE snapshot(id INTEGER PRIMARY KEY, blob BLOB);"
    "CREATE TABLE profiles(id INTEGER PRIMARY KEY, created_ms INT, updated_ms INT, last_sequence "
    "INT,"
    " first_message TEXT, last_message TEXT, first_source INT, last_source INT);"
    "CREATE TABLE identifiers(type TEXT, key TEXT, value TEXT, profile INT, source INT,"
    " created_ms INT, message_id TEXT, PRIMARY KEY(type, key)) WITHOUT ROWID;"
    "CREATE INDEX identifiers_profile ON identifiers(profile);"
    "CREATE TABLE traits(profile INT, name TEXT, value TEXT, source INT, updated_ms INT,"
    " computed INT, PRIMARY KEY(profile, name)) WITHOUT ROWID;"
    "CREATE TABLE deliveries(sequence INTEGER PRIMARY KEY, record TEXT);"
    "CREATE TABLE sessions(access_key_id TEXT PRIMARY KEY, secret TEXT, token TEXT, role_name TEXT,"
    " session_name TEXT, expires_s INT);";

// log_chunks: all lines of one invocation, or of one PutLogEvents, in one row.
static const char schema_2[] =
    "CREATE TABLE records(kind TEXT, id TEXT, created_ms INT, updated_ms INT, body TEXT,"
    " PRIMARY KEY(kind, id)) WITHOUT ROWID;"
    "CREATE TABLE log_streams(id INTEGER PRIMARY KEY, log_group TEXT, name TEXT, created_ms INT,"
    " first_ms INT, last_ms INT, ingested_ms INT, UNIQUE(log_group, name));"
    "CREATE TABLE log_chunks(id INTEGER PRIMARY KEY, stream INT, at_ms INT, ingested_ms INT,"
    " lines TEXT);"
    "CREATE TABLE delivery_queue(sequence INTEGER PRIMARY KEY, source INT, type INT, user_id TEXT,"
    " message_id TEXT, body TEXT, received_ms INT, attempts INT, first_ms INT, due_ms INT,"
    " last_code TEXT);"
    "CREATE INDEX delivery_queue_due ON delivery_queue(due_ms);"
    // profiles: accounts beside users, what merged into what, and what computed traits remember
    "ALTER TABLE profiles ADD COLUMN is_account INT NOT NULL DEFAULT 0;"
    "ALTER TABLE profiles ADD COLUMN merges INT NOT NULL DEFAULT 0;"
    "ALTER TABLE traits ADD COLUMN state TEXT;"
    "ALTER TABLE traits ADD COLUMN at_ms INT;"
    "CREATE TABLE trait_values(profile INT, trait TEXT, value TEXT, count INT,"
    " PRIMARY KEY(profile, trait, value)) WITHOUT ROWID;"
    "CREATE TABLE links(profile INT, account INT, source INT, created_ms INT, message_id TEXT,"
    " PRIMARY KEY(profile, account)) WITHOUT ROWID;"
    "CREATE INDEX links_account ON links(account, profile);"
    "CREATE TABLE account_events(account INT, at_ms INT, sequence INT,"
    " PRIMARY KEY(account, at_ms, sequence)) WITHOUT ROWID;"
    "CREATE INDEX account_events_sequence ON account_events(sequence);"
    "CREATE TABLE merged_profiles(id INTEGER PRIMARY KEY, profile INT);"
    "CREATE INDEX merged_profiles_into ON merged_profiles(profile);";

// imported: rows of imported files by the hash of their content; how many of them were counted, and how many
// of them the newest import that had one has shown so far.
static const char schema_3[] =
    "CREATE TABLE imported(hash INTEGER PRIMARY KEY, count INT, import INT, seen INT, is_new INT);";

// By time first: files are mostly in that order, and rows that follow each other then share their pages.
static const char schema_5[] =
    "DROP TABLE imported;"
    "CREATE TABLE imported(time_s INT, hash INT, count INT, import INT, seen INT, is_new INT,"
    " PRIMARY KEY(time_s, hash)) WITHOUT ROWID;";

// messages: one small row per event, read at the start (store_messages.h). The index over the hashes of
// messageIds went: to add to it cost a page per event.
static const char schema_4[] =
    "CREATE TABLE messages(sequence INTEGER PRIMARY KEY, hash INT, accepted INT, bytes INT);"
    "INSERT INTO messages SELECT sequence,message_hash,discard=0,length(body) FROM events;"
    "DROP INDEX events_message;";

// message_runs, message_parts: see store_runs.h.
static const char schema_6[] =
    "CREATE TABLE message_runs(id INTEGER PRIMARY KEY, first INT, upto INT, "
    "last_ms INT, count INT, filter BLOB);"
    "CREATE TABLE message_parts(id INTEGER PRIMARY KEY, hashes BLOB);";

static const char *const schemas[STORE_VERSION] = {schema_1, schema_2, schema_3,
                                                   schema_4, schema_5, schema_6};

static bool from_sqlite(struct store *store, const char *doing, struct error *err) {
    error_set(err, ERROR_IO, "%s: %s", doing, sqlite3_errmsg(store->database));
    error_hint(
        err, "Check that the data folder is writable and the disk has room, or start with --data "
             ":memory:");
    return false;
}

static bool execute(struct store *store, const char *sql, struct error *err) {
    if (sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK) return true;
    return from_sqlite(store, "preparing the sandbox's store", err);
}

static bool read_version(struct store *store, int64_t *out, struct error *err) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->database, "PRAGMA user_version", -1, &statement, NULL) !=
            SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        sqlite3_finalize(statement);
        error_set(
            err, ERROR_INVALID, "the sandbox's store is not readable: %s",
            sqlite3_errmsg(store->database));
        error_hint(err, "Move the file " STORE_FILE " of the data folder away to begin anew.");
        return false;
    }
    *out = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return true;
}

static bool prepare_schema(struct store *store, struct error *err) {
    int64_t version = 0;
    if (!read_version(store, &version, err)) return false;
    if (version > STORE_VERSION) {
        error_set(
            err, ERROR_INVALID,
            "the sandbox's data was written by a newer recloop (version %d, this one knows %d)",
            (int)version, STORE_VERSION);
        return error_hint(err, "Update recloop, or name another folder with --data.");
    }
    if (version == STORE_VERSION) return true;
    struct buf sql = {0};
    buf_add(&sql, STR("BEGIN;"));
    for (int64_t at = version; at < STORE_VERSION; at++)
        buf_add(&sql, str_from(schemas[at]));
    buf_add_format(&sql, "PRAGMA user_version=%d;COMMIT;", STORE_VERSION);
    const bool is_done = execute(store, buf_text(&sql), err);
    buf_release(&sql);
    return is_done;
}

static int64_t single(struct store *store, enum store_sql sql) {
    struct store_sql_call call = store_sql_begin(store, sql);
    return store_sql_single(&call, 0);
}

// SQLite makes files as the umask says, and gives its journals the mode of the database. In it are the
// shoppers' events and the keys of sessions, and --data may name a folder that others can enter.
static void make_private(const char *path) {
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return; // SQLite will say why
    (void)!fchmod(fd, 0600);
    close(fd);
}

// Nobody asks SQLite how much memory it uses, and to count it takes a lock for every piece.
static void configure(void) {
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static bool open_database(struct store *store, const char *folder, struct error *err) {
    struct buf path = {0};
    if (folder)
        buf_add_format(&path, "%s/" STORE_FILE, folder);
    else
        buf_add(&path, STR(":memory:"));
    if (folder) make_private(buf_text(&path));
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int opened = sqlite3_open_v2(buf_text(&path), &store->database, flags, NULL);
    if (opened != SQLITE_OK) {
        error_set(
            err, ERROR_IO, "opening %s: %s", buf_text(&path), sqlite3_errmsg(store->database));
        error_hint(err, "Name a writable folder with --data, or use --data :memory:");
    }
    buf_release(&path);
    return opened == SQLITE_OK;
}

// What is known without asking each time. The last number of an event that was committed never falls: numbers
// once given to an answer are not given again, not after a reset either. Those of events that were rolled
// back are, for nobody was told of them, and the window of events is measured in numbers.
static void read_numbers(struct store *store) {
    const int64_t newest = single(store, SQL_LAST_SEQUENCE);
    const int64_t kept = store_get_meta_int(store, "keep.sequence", 0);
    store->first_sequence = newest - single(store, SQL_COUNT_EVENTS) + 1;
    if (newest > store->last_sequence) store->last_sequence = newest;
    if (kept > store->last_sequence) store->last_sequence = kept;
    if (!newest) store->first_sequence = store->last_sequence + 1;
    store->last_interaction = single(store, SQL_LAST_INTERACTION);
    store->first_interaction = single(store, SQL_FIRST_INTERACTION);
    store->last_profile = single(store, SQL_LAST_PROFILE);
    store_messages_load(store);
}

bool store_open(const char *folder, struct store **out, struct error *err) {
    return store_open_sized(folder, STORE_MESSAGES_KEPT, out, err);
}

bool store_open_sized(
    const char *folder, uint32_t messages_kept, struct store **out, struct error *err) {
    static pthread_once_t configured = PTHREAD_ONCE_INIT;
    struct store *store = MEM_NEW(struct store);
    (void)pthread_once(&configured, configure);
    store->messages_kept = messages_kept;
    // Pages of 8 KB, where the file is new: an event with its indices then dirties fewer of them, which is
    // worth a tenth of the loop; one click's commit costs the same. The write-ahead log is cut back after
    // each checkpoint, so that a burst does not keep the disk.
    if (!open_database(store, folder, err) ||
        !execute(
            store,
            "PRAGMA page_size=8192;PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
            "PRAGMA journal_size_limit=67108864;PRAGMA wal_autocheckpoint=4000;PRAGMA "
            "cache_size=-8192;PRAGMA temp_store=MEMORY;",
            err) ||
        !prepare_schema(store, err)) {
        store_close(store);
        return false;
    }
    store->is_in_memory = folder == NULL;
    read_numbers(store);
    store->committed_sequence = store->last_sequence;
    *out = store;
    return true;
}

void store_close(struct store *store) {
    if (!store) return;
    store_rollback(store);
    for (size_t i = 0; i < STORE_SQL_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->database);
    store_messages_forget(store);
    store_identifiers_release(store);
    buf_release(&store->hashed_id);
    mem_free(store);
}

size_t store_rest(struct store *store) {
    int before = 0, after = 0, ignored = 0;
    sqlite3_db_status(store->database, SQLITE_DBSTATUS_CACHE_USED, &before, &ignored, 0);
    sqlite3_db_release_memory(store->database);
    sqlite3_db_status(store->database, SQLITE_DBSTATUS_CACHE_USED, &after, &ignored, 0);
    return before > after ? (size_t)(before - after) : 0;
}

bool store_is_writing(const struct store *store) {
    return store->is_writing || store->has_failed;
}

static void fail(struct store *store) {
    if (store->has_failed) return;
    store->has_failed = true;
    from_sqlite(store, "writing to the sandbox's store", &store->failure);
}

void store_give_up(struct store *store, const struct error *reason) {
    if (store->has_failed) return;
    store->has_failed = true;
    store->failure = *reason;
}

// Rows left open by store_get_… would keep the write-ahead log from being cut back.
static void close_rows(struct store *store) {
    sqlite3_reset(store->statements[SQL_GET_PROFILE]);
    sqlite3_reset(store->statements[SQL_GET_SESSION]);
    sqlite3_reset(store->statements[SQL_GET_TRAIT]);
}

bool store_commit(struct store *store, struct error *err) {
    close_rows(store);
    if (!store->is_writing && !store->has_failed) return true;
    if (!store->has_failed) {
        struct store_sql_call call = store_sql_begin(store, SQL_COMMIT);
        store_sql_run(&call);
    }
    if (store->has_failed) {
        *err = store->failure;
        store_rollback(store);
        return false;
    }
    store->is_writing = false;
    store->committed_sequence = store->last_sequence;
    return true;
}

void store_rollback(struct store *store) {
    store_identifiers_forget(store);
    if (store->is_writing && !sqlite3_get_autocommit(store->database)) {
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    }
    const bool was_writing = store->is_writing;
    store->is_writing = store->has_failed = false;
    if (!was_writing) return;
    store->last_sequence = store->committed_sequence;
    read_numbers(store);
}

void store_clear(struct store *store) {
    store_set_meta_int(store, "keep.sequence", store->last_sequence); // opens the transaction
    const char *const sql =
        "DELETE FROM events;DELETE FROM messages;DELETE FROM message_runs;DELETE FROM "
        "message_parts;"
        "DELETE FROM interactions;DELETE FROM "
        "imported;DELETE FROM "
        "snapshot;DELETE FROM profiles;"
        "DELETE FROM identifiers;DELETE FROM traits;DELETE FROM deliveries;DELETE FROM sessions;"
        "DELETE FROM records;DELETE FROM log_streams;DELETE FROM log_chunks;"
        "DELETE FROM delivery_queue;DELETE FROM trait_values;DELETE FROM links;"
        "DELETE FROM account_events;DELETE FROM merged_profiles;"
        "DELETE FROM meta WHERE key NOT LIKE 'keep.%'";
    if (sqlite3_exec(store->database, sql, NULL, NULL, NULL) != SQLITE_OK) fail(store);
    store->last_interaction = store->last_profile = store->first_interaction = 0;
    store->first_sequence = store->last_sequence + 1;
    store_messages_forget(store);
    store_identifiers_forget(store);
}

// ---- statements ----

struct store_sql_call store_sql_begin(struct store *store, enum store_sql sql) {
    struct store_sql_call call = {.store = store};
    if (!store->statements[sql]) {
        const int made = sqlite3_prepare_v3(
            store->database, sql_texts[sql], -1, SQLITE_PREPARE_PERSISTENT, &store->statements[sql],
            NULL);
        if (made != SQLITE_OK) fail(store);
    }
    call.statement = store->statements[sql];
    sqlite3_reset(call.statement); // may still stand on the row of a store_get_…
    return call;
}

struct store_sql_call store_sql_write(struct store *store, enum store_sql sql) {
    if (!store->is_writing) {
        store->is_writing = true;
        struct store_sql_call begin = store_sql_begin(store, SQL_BEGIN);
        store_sql_run(&begin);
    }
    return store_sql_begin(store, sql);
}

void store_sql_int(struct store_sql_call *call, int64_t value) {
    sqlite3_bind_int64(call->statement, ++call->at, value);
}

// STATIC is right: every call runs to its end before the caller's text can go.
void store_sql_text(struct store_sql_call *call, struct str value) {
    sqlite3_bind_text(call->statement, ++call->at, value.ptr, (int)value.len, SQLITE_STATIC);
}

void store_sql_blob(struct store_sql_call *call, struct str value) {
    sqlite3_bind_blob64(call->statement, ++call->at, value.ptr, value.len, SQLITE_STATIC);
}

bool store_sql_step(struct store_sql_call *call) {
    if (call->store->has_failed) {
        store_sql_end(call);
        return false;
    }
    const int stepped = sqlite3_step(call->statement);
    if (stepped == SQLITE_ROW) return true;
    if (stepped != SQLITE_DONE) fail(call->store);
    store_sql_end(call);
    return false;
}

void store_sql_end(struct store_sql_call *call) {
    if (!call->statement) return;
    sqlite3_reset(call->statement);
    sqlite3_clear_bindings(call->statement);
}

void store_sql_run(struct store_sql_call *call) {
    while (store_sql_step(call))
        continue;
}

int64_t store_sql_column_int(const struct store_sql_call *call, int column) {
    return sqlite3_column_int64(call->statement, column);
}

struct str store_sql_column_text(const struct store_sql_call *call, int column) {
    const void *bytes = sqlite3_column_blob(call->statement, column);
    const int length = sqlite3_column_bytes(call->statement, column);
    return (struct str){.ptr = bytes, .len = bytes ? (size_t)length : 0};
}

int64_t store_sql_single(struct store_sql_call *call, int64_t fallback) {
    if (!store_sql_step(call)) return fallback;
    const int64_t found = sqlite3_column_type(call->statement, 0) == SQLITE_NULL
                              ? fallback
                              : sqlite3_column_int64(call->statement, 0);
    store_sql_end(call);
    return found;
}
