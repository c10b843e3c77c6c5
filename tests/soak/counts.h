// counts — reads along in the sandbox's database and counts what became of every numbered message: as an
// event of a profile, as an interaction, and as the identify that brings the trait back. Each must be there
// exactly once, ever; so rows are counted while they are there, for the sandbox keeps the newest ones only.
//
// Shape    messages are named "soak-RUN-N", N from 0. counts_scan reads on from where it stopped, in short
//          transactions, so that the write-ahead log can still be cut back.
// Errors   a gap (rows gone before they were read) is reported as lost_rows.
#pragma once

#include "base/error.h"
#include "base/str.h"

#include <stdint.h>

enum { COUNTS_EVENT, COUNTS_INTERACTION, COUNTS_IDENTIFY, COUNTS_KINDS };

struct counts {
    struct sqlite3 *database;
    uint8_t *seen[COUNTS_KINDS]; // owned; per message, up to 255
    uint64_t cap;                // of messages
    uint64_t distinct[COUNTS_KINDS];
    int64_t event_at, interaction_at;
    int64_t lost_rows, without_profile;
    char prefix[64], identify_prefix[80];
};

bool counts_open(struct counts *counts, const char *path, const char *run, struct error *err)
    MUST_CHECK;
void counts_close(struct counts *counts);
void counts_release(struct counts *counts);
// At most so many rows of each table; true when it came to the end.
bool counts_scan(struct counts *counts, int64_t rows);
bool counts_is_whole(struct counts *counts, struct error *err) MUST_CHECK; // PRAGMA integrity_check
