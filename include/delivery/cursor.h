// cursor — the file that says where a job is, so that kill -9 and the same command go on without a gap.
//
// Shape    one JSON object: what the job is (a text that two different jobs never share), the mark, and how
//          much has been written. Replaced as a whole: a crash leaves the old place or the new one.
// Durable  against kill -9 at every save; against power failure about once a second, and when it is closed.
//          A failure of power leaves an older place, never a torn one.
// Files    PATH, and while it is open PATH.lock; PATH.safe, the last durable place; PATH.new.
// Rule     a cursor of another job is refused, never overwritten; but by cursor_open_anew. Any other file is left
//          alone by both.
// Errors   ERROR_USAGE for another job's, ERROR_BUSY another process has it, ERROR_INVALID unreadable,
//          ERROR_IO; each names the file and the way out (--restart, another --cursor).
// Threads  one at a time; locked while open.
#pragma once

#include "delivery/delivery.h"

struct cursor;

struct cursor_place {
    struct delivery_mark mark;
    uint64_t accepted, refused, skipped; // of the messages before the mark
    uint64_t bytes;                      // of an output file, up to the mark
    bool is_complete;
};

// `job` describes it; folders are made. *place is all zero when the file is new.
bool cursor_open(
    const char *path,
    struct str job,
    struct cursor **out,
    struct cursor_place *place,
    struct error *err) MUST_CHECK;
// The same, from the beginning: *place is not asked for, and a cursor of another job, or one that cannot be read,
// gives way, under the lock. What is no cursor is refused and left as it is.
bool cursor_open_anew(const char *path, struct str job, struct cursor **out, struct error *err)
    MUST_CHECK;
// Will the next save be made durable? Then first make durable what the place tells of (an output file).
bool cursor_wants_sync(const struct cursor *cursor, const struct cursor_place *place);
bool cursor_save(struct cursor *cursor, const struct cursor_place *place, struct error *err)
    MUST_CHECK;
void cursor_close(struct cursor *cursor); // NULL is fine
