// outbox — see the header.
//
// Why a write-ahead log: to put an event is then one wait for the disk, and to take it out none; a rollback
// journal waits three times for each (a consumer's SSD takes a few milliseconds every time). What a power cut can
// take is a removal: the row comes back, is sent again with the same messageId, and Segment tells the repeat.
//
// Why the put may also not wait: the sandbox answers faster than a disk under load, and keeps its own events in
// the same way. A killed process loses nothing then either, since the log is with the kernel.
//
// The log is emptied when an outbox is closed after it has grown, never while an event waits to be sent.
#include "delivery/outbox.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/memory.h"
#include "outbox_claims.h"
#include "segment/event.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID 0x72636f62 // "rcob"
#define VERSION 1
#define VERSION_SQL "PRAGMA user_version=1"
#define BUSY_MS 2000       // another process's commit takes a few
#define LOG_MOST_PAGES 256 // of the write-ahead log, before a close empties it: to open it reads it
#define MOST_REASON_BYTES ((size_t)400)
#define TURN 0 // the claim of who sends what waits; rows count from 1

static const char schema[] =
    "CREATE TABLE events(id INTEGER PRIMARY KEY AUTOINCREMENT, profile TEXT NOT NULL,"
    " source TEXT NOT NULL, message_id TEXT NOT NULL, text TEXT NOT NULL, put_ms INT NOT NULL,"
    " begun INT NOT NULL, undelivered INT NOT NULL, last_error TEXT NOT NULL,"
    " UNIQUE(profile, source, message_id));";

// undelivered: attempts of which it is known that the event did not arrive.
enum sql {
    SQL_BEGIN,
    SQL_COMMIT,
    SQL_FIND,
    SQL_IS_FULL,
    SQL_PUT,
    SQL_AGAIN,
    SQL_ATTEMPT,
    SQL_SETTLE,
    SQL_FAILURE,
    SQL_NEXT,
    SQL_COUNT,
    SQL_COUNT_ALL,
    STATEMENTS
};
static const char *const texts[STATEMENTS] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_FIND] = "SELECT id FROM events WHERE profile=? AND source=? AND message_id=?",
    // ids are never given twice, so that few of them mean few rows: the count is for the rest
    [SQL_IS_FULL] = "SELECT CASE WHEN (SELECT max(id)-min(id)+1 FROM events)<?1 THEN 0 "
                    "ELSE (SELECT count(*) FROM events)>=?1 END",
    [SQL_PUT] = "INSERT INTO events(profile,source,message_id,text,put_ms,begun,undelivered,"
                "last_error) VALUES(?,?,?,?,?,1,0,'')",
    [SQL_AGAIN] = "UPDATE events SET text=?,begun=begun+1 WHERE id=?",
    [SQL_ATTEMPT] = "UPDATE events SET begun=begun+1 WHERE id=?",
    [SQL_SETTLE] = "DELETE FROM events WHERE id=?",
    [SQL_FAILURE] = "UPDATE events SET last_error=?,undelivered=undelivered+? WHERE id=?",
    [SQL_NEXT] =
        "SELECT id,profile,source,message_id,text,put_ms,begun,begun-undelivered,last_error"
        " FROM events WHERE (?1='' OR profile=?1) AND id>?2 ORDER BY id LIMIT 1",
    [SQL_COUNT] = "SELECT count(*) FROM events WHERE profile=?",
    [SQL_COUNT_ALL] = "SELECT count(*) FROM events",
};

struct outbox {
    sqlite3 *database;
    sqlite3_stmt *statements[STATEMENTS];
    char *path;
    int claims_fd;
    int log_pages;
    struct buf profile, message_id, text, last_error; // behind the views of the last row read
};

// ---- errors ----

static bool from_sqlite(struct outbox *outbox, const char *doing, struct error *err) {
    const int code = sqlite3_extended_errcode(outbox->database) & 0xFF;
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        error_set(err, ERROR_BUSY, "%s %s: another process is writing to it", doing, outbox->path);
        return error_hint(err, "Try again; a recloop that was stopped (Ctrl-Z) may hold it.");
    }
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) {
        error_set(err, ERROR_INVALID, "%s is not an outbox of recloop, or damaged", outbox->path);
        return error_hint(err, "Move it away; the next event begins a new one.");
    }
    if (code == SQLITE_FULL) {
        error_set(err, ERROR_IO, "%s %s: the disk is full", doing, outbox->path);
        return error_hint(err, "Make room there: until then no event is kept.");
    }
    error_set(err, ERROR_IO, "%s %s: %s", doing, outbox->path, sqlite3_errmsg(outbox->database));
    return error_hint(err, "Check that the folder can be written and the disk has room.");
}

// ---- statements ----

struct call {
    struct outbox *outbox;
    sqlite3_stmt *statement;
    const char *doing;
    int at;
};

static struct call prepare(struct outbox *outbox, enum sql sql, const char *doing) {
    struct call call = {.outbox = outbox, .doing = doing};
    if (!outbox->statements[sql]) {
        (void)sqlite3_prepare_v2(outbox->database, texts[sql], -1, &outbox->statements[sql], NULL);
    }
    call.statement = outbox->statements[sql]; // NULL: the step tells
    return call;
}

static void bind_int(struct call *call, int64_t value) {
    (void)sqlite3_bind_int64(call->statement, ++call->at, value);
}

// STATIC is right: every statement ends before the caller's text can go.
static void bind_text(struct call *call, struct str value) {
    (void)sqlite3_bind_text64(
        call->statement, ++call->at, value.len ? value.ptr : "", value.len, SQLITE_STATIC,
        SQLITE_UTF8);
}

static void end(struct call *call) {
    (void)sqlite3_reset(call->statement);
    (void)sqlite3_clear_bindings(call->statement);
}

// *has_row true: its columns can be read, then end() is due.
static bool step(struct call *call, bool *has_row, struct error *err) {
    const int stepped = call->statement ? sqlite3_step(call->statement) : SQLITE_ERROR;
    *has_row = stepped == SQLITE_ROW;
    if (*has_row) return true;
    const bool ok = stepped == SQLITE_DONE || from_sqlite(call->outbox, call->doing, err);
    end(call);
    return ok;
}

static bool run(struct call *call, struct error *err) {
    bool has_row = false;
    if (!step(call, &has_row, err)) return false;
    if (has_row) end(call);
    return true;
}

static bool run_single(struct call *call, int64_t *out, bool *found, struct error *err) {
    if (!step(call, found, err)) return false;
    if (!*found) return true;
    *out = sqlite3_column_int64(call->statement, 0);
    end(call);
    return true;
}

static bool execute(struct outbox *outbox, const char *sql, struct error *err) {
    if (sqlite3_exec(outbox->database, sql, NULL, NULL, NULL) == SQLITE_OK) return true;
    return from_sqlite(outbox, "preparing", err);
}

static void roll_back(struct outbox *outbox) {
    if (sqlite3_get_autocommit(outbox->database)) return;
    (void)sqlite3_exec(outbox->database, "ROLLBACK", NULL, NULL, NULL);
}

static bool begin_writing(struct outbox *outbox, const char *doing, struct error *err) {
    struct call call = prepare(outbox, SQL_BEGIN, doing);
    return run(&call, err);
}

static bool commit(struct outbox *outbox, const char *doing, struct error *err) {
    struct call call = prepare(outbox, SQL_COMMIT, doing);
    return run(&call, err);
}

static bool set_safety(struct outbox *outbox, enum outbox_safety safety, struct error *err) {
    const bool waits = safety == OUTBOX_SURVIVES_POWER_CUTS;
    return execute(outbox, waits ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", err);
}

// ---- opening ----

static bool read_pragma(struct outbox *outbox, const char *sql, int64_t *out, struct error *err) {
    struct call call = {.outbox = outbox, .doing = "opening"};
    bool found = false;
    if (sqlite3_prepare_v2(outbox->database, sql, -1, &call.statement, NULL) != SQLITE_OK)
        return from_sqlite(outbox, "opening", err);
    const bool ok = run_single(&call, out, &found, err);
    sqlite3_finalize(call.statement);
    return ok;
}

static bool check_version(struct outbox *outbox, bool *is_new, struct error *err) {
    int64_t application = 0;
    int64_t version = 0;
    int64_t objects = 0;
    if (!read_pragma(outbox, "PRAGMA application_id", &application, err) ||
        !read_pragma(outbox, "PRAGMA user_version", &version, err) ||
        !read_pragma(outbox, "SELECT count(*) FROM sqlite_schema", &objects, err))
        return false;
    *is_new = application == 0 && version == 0 && objects == 0;
    if (*is_new) return true;
    if (application != APPLICATION_ID || version < 1) {
        error_set(err, ERROR_INVALID, "%s is not an outbox of recloop", outbox->path);
        return error_hint(err, "Move it away; the next event begins a new one.");
    }
    if (version == VERSION) return true;
    error_set(
        err, ERROR_INVALID, "%s was written by a newer recloop (version %d, this one knows %d)",
        outbox->path, (int)version, VERSION);
    return error_hint(err, "Update recloop.");
}

// Of two that find it new, one makes it and the other finds it made.
static bool make_schema(struct outbox *outbox, struct error *err) {
    CLEANUP(buf_release) struct buf sql = {0};
    bool is_new = false;
    if (!begin_writing(outbox, "preparing", err)) return false;
    buf_add(&sql, str_from(schema));
    buf_add_format(&sql, "PRAGMA application_id=%d;", APPLICATION_ID);
    buf_add(&sql, STR(VERSION_SQL));
    if (check_version(outbox, &is_new, err) && (!is_new || execute(outbox, buf_text(&sql), err)) &&
        commit(outbox, "preparing", err))
        return true;
    roll_back(outbox);
    return false;
}

// SQLite makes files as the umask says, and gives its log the mode of the database. A file that exists is not
// opened here: to close it would end SQLite's locks on it in this process.
static void make_private(const char *path) {
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) close(fd); // if not, it is there, or SQLite will say why
}

static void keep_private(const char *path) {
    struct stat facts;
    if (stat(path, &facts) == 0 && (facts.st_mode & 077) != 0) (void)!chmod(path, 0600);
}

static int count_log(void *context, sqlite3 *database, const char *name, int pages) {
    struct outbox *outbox = context;
    (void)database;
    (void)name;
    outbox->log_pages = pages;
    return SQLITE_OK;
}

static bool open_database(struct outbox *outbox, struct error *err) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    make_private(outbox->path);
    const int opened = sqlite3_open_v2(outbox->path, &outbox->database, flags, NULL);
    if (!outbox->database) return error_set(err, ERROR_IO, "opening %s: no memory", outbox->path);
    if (opened != SQLITE_OK) return from_sqlite(outbox, "opening", err);
    (void)sqlite3_extended_result_codes(outbox->database, 1);
    (void)sqlite3_busy_timeout(outbox->database, BUSY_MS);
    (void)sqlite3_db_config(outbox->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
    (void)sqlite3_wal_hook(outbox->database, count_log, outbox); // in place of SQLite's own
    return true;
}

// Where the file system has no shared memory the file keeps its rollback journal, which is slower and as safe.
static bool prepare_file(struct outbox *outbox, struct error *err) {
    bool is_new = false;
    // in one transaction: another process may be making it between two looks
    const bool is_known = execute(outbox, "BEGIN", err) && check_version(outbox, &is_new, err);
    roll_back(outbox);
    if (!is_known) return false;
    keep_private(outbox->path);
    (void)sqlite3_exec(outbox->database, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
    return !is_new || make_schema(outbox, err);
}

bool outbox_open(const char *path, struct outbox **out, struct error *err) {
    CLEANUP(buf_release) struct buf claims = {0};
    struct outbox *outbox = MEM_NEW(struct outbox);
    outbox->path = mem_copy_string(path);
    outbox->claims_fd = -1;
    buf_add_format(&claims, "%s.claims", path);
    if (!open_database(outbox, err) || !prepare_file(outbox, err) ||
        !outbox_claims_open(buf_text(&claims), &outbox->claims_fd, err)) {
        outbox_close(outbox);
        return false;
    }
    *out = outbox;
    return true;
}

// Whoever is last to have it open may not be waited for: what others read stays.
static void empty_log(struct outbox *outbox) {
    if (outbox->log_pages < LOG_MOST_PAGES) return;
    (void)sqlite3_busy_timeout(outbox->database, 0);
    const int emptied =
        sqlite3_wal_checkpoint_v2(outbox->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    // whoever writes the first page of a log waits for the disk: not the next event
    if (emptied == SQLITE_OK) (void)sqlite3_exec(outbox->database, VERSION_SQL, NULL, NULL, NULL);
}

void outbox_close(struct outbox *outbox) {
    if (!outbox) return;
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(outbox->statements[i]);
    if (outbox->database) empty_log(outbox);
    sqlite3_close(outbox->database);
    outbox_claims_close(outbox->claims_fd);
    buf_release(&outbox->profile);
    buf_release(&outbox->message_id);
    buf_release(&outbox->text);
    buf_release(&outbox->last_error);
    mem_free(outbox->path);
    mem_free(outbox);
}

// ---- putting ----

static bool check_room(struct outbox *outbox, struct error *err) {
    struct call call = prepare(outbox, SQL_IS_FULL, "reading");
    int64_t has_too_many = 0;
    bool found = false;
    bind_int(&call, OUTBOX_MOST_ROWS);
    if (!run_single(&call, &has_too_many, &found, err)) return false;
    if (!has_too_many) return true;
    error_set(
        err, ERROR_LIMIT, "the outbox is full: %d events wait in %s", OUTBOX_MOST_ROWS,
        outbox->path);
    return error_hint(
        err, "Send them with `recloop outbox send`, or take some out: `outbox drop`.");
}

static bool insert(
    struct outbox *outbox, const struct outbox_entry *entry, int64_t *out_id, struct error *err) {
    if (!check_room(outbox, err)) return false;
    struct call call = prepare(outbox, SQL_PUT, "writing to");
    bind_text(&call, entry->profile);
    bind_text(&call, str_from(client_source_name(entry->source)));
    bind_text(&call, entry->message_id);
    bind_text(&call, entry->text);
    bind_int(&call, entry->put_at_ms);
    if (!run(&call, err)) return false;
    *out_id = sqlite3_last_insert_rowid(outbox->database);
    return true;
}

static bool
put_again(struct outbox *outbox, int64_t id, const struct outbox_entry *entry, struct error *err) {
    struct call call = prepare(outbox, SQL_AGAIN, "writing to");
    bind_text(&call, entry->text);
    bind_int(&call, id);
    return run(&call, err);
}

static bool find(
    struct outbox *outbox,
    const struct outbox_entry *entry,
    int64_t *out_id,
    bool *found,
    struct error *err) {
    struct call call = prepare(outbox, SQL_FIND, "reading");
    bind_text(&call, entry->profile);
    bind_text(&call, str_from(client_source_name(entry->source)));
    bind_text(&call, entry->message_id);
    return run_single(&call, out_id, found, err);
}

static bool
put(struct outbox *outbox, const struct outbox_entry *entry, int64_t *out_id, struct error *err) {
    bool found = false;
    if (!find(outbox, entry, out_id, &found, err)) return false;
    const bool ok =
        found ? put_again(outbox, *out_id, entry, err) : insert(outbox, entry, out_id, err);
    if (!ok) return false;
    // before anybody can see the row. Of an event put twice at the same time the second goes as well, unheld.
    (void)outbox_claims_take(outbox->claims_fd, *out_id);
    if (commit(outbox, "writing to", err)) return true;
    outbox_claims_let_go(outbox->claims_fd, *out_id);
    return false;
}

bool outbox_put(
    struct outbox *outbox,
    const struct outbox_entry *entry,
    enum outbox_safety safety,
    int64_t *out_id,
    struct error *err) {
    if (entry->text.len > EVENT_MAX_BYTES) {
        error_set(
            err, ERROR_LIMIT, "the event has %zu bytes; %s takes %zu", entry->text.len,
            outbox->path, EVENT_MAX_BYTES);
        return error_hint(err, "Shorten its properties or context.");
    }
    int64_t id = 0;
    if (!set_safety(outbox, safety, err) || !begin_writing(outbox, "writing to", err)) return false;
    if (!put(outbox, entry, &id, err)) {
        roll_back(outbox);
        return false;
    }
    *out_id = id;
    return true;
}

// ---- attempts ----

bool outbox_begin(struct outbox *outbox, int64_t id, bool *out_is_ours, struct error *err) {
    if (!outbox_claims_take(outbox->claims_fd, id)) {
        *out_is_ours = false;
        return true;
    }
    struct call call = prepare(outbox, SQL_ATTEMPT, "writing to");
    bind_int(&call, id);
    const bool ok = set_safety(outbox, OUTBOX_SURVIVES_POWER_CUTS, err) && run(&call, err);
    const bool is_there = ok && sqlite3_changes(outbox->database) > 0;
    if (!is_there) outbox_claims_let_go(outbox->claims_fd, id);
    if (ok) *out_is_ours = is_there;
    return ok;
}

// Not waited for: a removal that a power cut takes back is a repeat that Segment tells.
bool outbox_settle(struct outbox *outbox, int64_t id, struct error *err) {
    struct call call = prepare(outbox, SQL_SETTLE, "writing to");
    bind_int(&call, id);
    const bool ok = set_safety(outbox, OUTBOX_SURVIVES_CRASHES, err) && run(&call, err);
    outbox_claims_let_go(outbox->claims_fd, id);
    return ok;
}

bool outbox_note_failure(
    struct outbox *outbox,
    int64_t id,
    struct str reason,
    enum outbox_fate fate,
    struct error *err) {
    struct call call = prepare(outbox, SQL_FAILURE, "writing to");
    bind_text(&call, str_slice(reason, 0, MOST_REASON_BYTES));
    bind_int(&call, fate == OUTBOX_HAS_NOT_ARRIVED);
    bind_int(&call, id);
    const bool ok = set_safety(outbox, OUTBOX_SURVIVES_POWER_CUTS, err) && run(&call, err);
    outbox_claims_let_go(outbox->claims_fd, id);
    return ok;
}

bool outbox_take_turn(struct outbox *outbox) {
    return outbox_claims_take(outbox->claims_fd, TURN);
}

// ---- reading ----

// Copied, for a row left open would be a transaction that keeps the log from being emptied.
static struct str column_text(struct call *call, int column, struct buf *copy) {
    const void *bytes = sqlite3_column_blob(call->statement, column);
    const int length = sqlite3_column_bytes(call->statement, column);
    buf_reset(copy);
    if (bytes) buf_add(copy, (struct str){.ptr = bytes, .len = (size_t)length});
    return buf_str(copy);
}

static enum client_source column_source(struct call *call, int column) {
    const char *name = (const char *)sqlite3_column_text(call->statement, column);
    for (size_t i = 0; name && i < CLIENT_SOURCE_COUNT; i++) {
        if (strcmp(name, client_source_name((enum client_source)i)) == 0)
            return (enum client_source)i;
    }
    return CLIENT_SOURCE_COUNT;
}

static void read_row(struct call *call, struct outbox_entry *out) {
    struct outbox *outbox = call->outbox;
    *out = (struct outbox_entry){
        .id = sqlite3_column_int64(call->statement, 0),
        .profile = column_text(call, 1, &outbox->profile),
        .source = column_source(call, 2),
        .message_id = column_text(call, 3, &outbox->message_id),
        .text = column_text(call, 4, &outbox->text),
        .put_at_ms = sqlite3_column_int64(call->statement, 5),
        .attempts = sqlite3_column_int(call->statement, 6),
        .unknown = sqlite3_column_int(call->statement, 7),
        .last_error = column_text(call, 8, &outbox->last_error),
    };
}

bool outbox_next(
    struct outbox *outbox,
    struct str profile,
    int64_t after_id,
    struct outbox_entry *out,
    bool *found,
    struct error *err) {
    struct call call = prepare(outbox, SQL_NEXT, "reading");
    bind_text(&call, profile);
    bind_int(&call, after_id);
    if (!step(&call, found, err)) return false;
    if (!*found) return true;
    read_row(&call, out);
    end(&call);
    return true;
}

bool outbox_count(struct outbox *outbox, struct str profile, uint64_t *out, struct error *err) {
    struct call call = prepare(outbox, profile.len ? SQL_COUNT : SQL_COUNT_ALL, "reading");
    int64_t count = 0;
    bool found = false;
    if (profile.len) bind_text(&call, profile);
    if (!run_single(&call, &count, &found, err)) return false;
    *out = (uint64_t)count;
    return true;
}
