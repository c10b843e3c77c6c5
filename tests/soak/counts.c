// counts — see the header.
#include "counts.h"

#include "base/memory.h"

#include <sqlite3.h>
#include <stdio.h>

enum { ROWS_PER_TRANSACTION = 2000 };

bool counts_open(struct counts *counts, const char *path, const char *run, struct error *err) {
    (void)snprintf(counts->prefix, sizeof(counts->prefix), "soak-%s-", run);
    (void)snprintf(
        counts->identify_prefix, sizeof(counts->identify_prefix), "recommended-soak-%s-", run);
    if (sqlite3_open_v2(path, &counts->database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(counts->database, "PRAGMA query_only=1", NULL, NULL, NULL) != SQLITE_OK) {
        return error_set(err, ERROR_IO, "%s: %s", path, sqlite3_errmsg(counts->database));
    }
    sqlite3_busy_timeout(counts->database, 10000);
    return true;
}

void counts_close(struct counts *counts) {
    sqlite3_close(counts->database);
    counts->database = NULL;
}

void counts_release(struct counts *counts) {
    counts_close(counts);
    for (int kind = 0; kind < COUNTS_KINDS; kind++)
        mem_free(counts->seen[kind]);
}

static void count(struct counts *counts, int kind, struct str id, const char *prefix) {
    int64_t number = 0;
    const struct str start = str_from(prefix);
    if (!str_starts_with(id, start) || !str_parse_int64(str_skip(id, start.len), &number)) return;
    if ((uint64_t)number >= counts->cap) {
        uint64_t cap = counts->cap ? counts->cap : 1 << 20;
        while (cap <= (uint64_t)number)
            cap *= 2;
        for (int k = 0; k < COUNTS_KINDS; k++) {
            counts->seen[k] = mem_resize(counts->seen[k], cap, 1);
            memset(counts->seen[k] + counts->cap, 0, cap - counts->cap);
        }
        counts->cap = cap;
    }
    if (counts->seen[kind][number] == 0) counts->distinct[kind]++;
    if (counts->seen[kind][number] < UINT8_MAX) counts->seen[kind][number]++;
}

static struct str column(sqlite3_stmt *statement, int at) {
    const char *text = (const char *)sqlite3_column_text(statement, at);
    return text ? str_from(text) : (struct str){0};
}

// Reads on after *at. Sequence numbers have no gaps but those of rows that are gone.
static int64_t read_rows(
    struct counts *counts,
    const char *sql,
    int64_t *at,
    void (*each)(struct counts *counts, sqlite3_stmt *row)) {
    sqlite3_stmt *statement = NULL;
    int64_t rows = 0;
    if (sqlite3_prepare_v2(counts->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        fprintf(stderr, "soak: %s\n", sqlite3_errmsg(counts->database));
        return 0;
    }
    sqlite3_bind_int64(statement, 1, *at);
    sqlite3_bind_int64(statement, 2, ROWS_PER_TRANSACTION);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const int64_t sequence = sqlite3_column_int64(statement, 0);
        if (*at > 0 && sequence > *at + 1) counts->lost_rows += sequence - *at - 1;
        *at = sequence;
        rows++;
        each(counts, statement);
    }
    sqlite3_finalize(statement);
    return rows;
}

static void count_event(struct counts *counts, sqlite3_stmt *row) {
    const struct str id = column(row, 1);
    count(counts, COUNTS_IDENTIFY, id, counts->identify_prefix);
    count(counts, COUNTS_EVENT, id, counts->prefix);
    const bool is_ours = str_starts_with(id, str_from(counts->prefix));
    if (is_ours && sqlite3_column_int64(row, 2) == 0) counts->without_profile++;
}

static void count_interaction(struct counts *counts, sqlite3_stmt *row) {
    count(counts, COUNTS_INTERACTION, column(row, 1), counts->prefix);
}

bool counts_scan(struct counts *counts, int64_t rows) {
    int64_t got = ROWS_PER_TRANSACTION;
    for (int64_t left = rows; left > 0 && got == ROWS_PER_TRANSACTION; left -= got) {
        got = read_rows(
            counts,
            "SELECT sequence,message_id,profile FROM events WHERE sequence>? AND discard=0 ORDER "
            "BY sequence LIMIT ?",
            &counts->event_at, count_event);
    }
    int64_t more = ROWS_PER_TRANSACTION;
    for (int64_t left = rows; left > 0 && more == ROWS_PER_TRANSACTION; left -= more) {
        more = read_rows(
            counts,
            "SELECT sequence,event_id FROM interactions WHERE sequence>? ORDER BY sequence LIMIT ?",
            &counts->interaction_at, count_interaction);
    }
    return got < ROWS_PER_TRANSACTION && more < ROWS_PER_TRANSACTION;
}

bool counts_is_whole(struct counts *counts, struct error *err) {
    sqlite3_stmt *statement = NULL;
    bool is_whole = false;
    if (sqlite3_prepare_v2(counts->database, "PRAGMA integrity_check", -1, &statement, NULL) ==
            SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        const struct str found = column(statement, 0);
        is_whole = str_equal(found, STR("ok"));
        if (!is_whole) error_set(err, ERROR_INVALID, "integrity_check: " STR_FMT, STR_ARG(found));
    } else {
        error_set(err, ERROR_IO, "integrity_check: %s", sqlite3_errmsg(counts->database));
    }
    sqlite3_finalize(statement);
    return is_whole;
}
