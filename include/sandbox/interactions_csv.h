// interactions_csv — reads USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP files row by row.
//
// Shape    the header is required, in any order and case; further columns are skipped. EVENT_TYPE
//          may be missing. Fields may be quoted, with "" for a quote and line breaks inside; LF or
//          CRLF; a UTF-8 byte order mark is skipped. Empty lines are skipped.
// Units    TIMESTAMP is Unix time in whole seconds.
// Limits   INTERACTIONS_CSV_MAX_ROW_BYTES per row; memory is one row, whatever the file holds.
// Errors   ERROR_INVALID with file and line number and what was expected; ERROR_NOT_FOUND,
// ERROR_IO. Threads  any, one file each.
#pragma once

#include "base/error.h"
#include "base/str.h"

#define INTERACTIONS_CSV_MAX_ROW_BYTES ((size_t)64 << 10)

struct interactions_csv_row {
    struct str user, item, event_type; // good until the callback returns
    int64_t time_s;
    uint64_t line; // of the file, from 1
};

// Returns false with err set to stop reading.
typedef bool
interactions_csv_fn(void *context, const struct interactions_csv_row *row, struct error *err);

// The same in pieces of any size, as they come. After an error only free it.
struct interactions_csv;
struct interactions_csv *interactions_csv_new(interactions_csv_fn *each, void *context);
void interactions_csv_free(struct interactions_csv *reader);
bool interactions_csv_feed(struct interactions_csv *reader, struct str piece, struct error *err)
    MUST_CHECK;
bool interactions_csv_finish(struct interactions_csv *reader, struct error *err) MUST_CHECK;

bool interactions_csv_read_file(
    const char *path, interactions_csv_fn *each, void *context, struct error *err) MUST_CHECK;
bool interactions_csv_read_text(
    struct str text, interactions_csv_fn *each, void *context, struct error *err) MUST_CHECK;
