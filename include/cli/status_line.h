// status_line — one line on a terminal that replaces itself, in nothing but carriage returns and blanks.
//
// Shape    status_line_add_text puts the text over the one before; other output clears it first. Pure: the
//          caller writes `out`.
// Units    columns; a character counts as one.
// Threads  one at a time.
#pragma once

#include "base/buf.h"

struct status_line {
    size_t shown; // columns in use at the moment
};

// `text` is printable, without its line feed; what is wider than `columns` - 1 is cut off.
void status_line_add_text(
    struct status_line *status, struct str text, size_t columns, struct buf *out);
void status_line_add_clear(struct status_line *status, struct buf *out);
