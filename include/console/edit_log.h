// edit_log — what was changed in a text, so that it can be undone and done again.
//
// Shape    steps of "at that byte, these bytes were replaced by those". Typing joins into one step until
//          something else happens (edit_log_break, a blank, another place). What was undone is forgotten
//          when something new is done.
// Bounds   EDIT_LOG_STEPS steps and EDIT_LOG_BYTES of text; the oldest leave.
// Owns     its texts, wiped on release: they may be parts of secrets.
// Threads  one at a time.
#pragma once

#include "base/buf.h"

#define EDIT_LOG_STEPS 512
#define EDIT_LOG_BYTES ((size_t)1 << 20)

struct edit_log_step {
    size_t at, cursor; // cursor: where it stood before
    struct buf removed, added;
};
struct edit_log {
    struct edit_log_step *steps; // owned
    size_t count, done;          // steps behind `done` were undone
    size_t bytes;
    bool is_closed; // the next step does not join the last one
};

void edit_log_release(struct edit_log *log);
// Call it before the change. `joins`: it may become one with the step before.
void edit_log_add(
    struct edit_log *log,
    size_t at,
    struct str removed,
    struct str added,
    size_t cursor,
    bool joins);
void edit_log_break(struct edit_log *log);
// Changes text and cursor; false: there is nothing (more).
bool edit_log_undo(struct edit_log *log, struct buf *text, size_t *cursor);
bool edit_log_redo(struct edit_log *log, struct buf *text, size_t *cursor);
// Replaces the bytes [from, to) of a buffer; what it held is wiped. The caller has seen to the limit.
void edit_log_splice(struct buf *text, size_t from, size_t to, struct str with);
