// history — what was typed before, for the line that is being typed: ↑ and ↓.
//
// Shape    lines belong to something: a prompt's name, a setting's key. Newest last, no line twice. While
//          somebody walks through them, the line they had begun is kept and comes back at the end.
// Bounds   HISTORY_LINES of each, HISTORY_ALL together; the oldest leave.
// Secrets  are never put in; the caller sees to it.
// Owns     its texts; history_release.
// Threads  one at a time.
#pragma once

#include "base/buf.h"

#define HISTORY_LINES 32
#define HISTORY_ALL 512

struct history {
    struct history_line {
        char *of, *text;
    } * lines; // owned, oldest first
    size_t count;
    size_t back;      // how many lines of it we have gone back; 0: at the line being typed
    struct buf begun; // that line
};

void history_release(struct history *history);
void history_add(struct history *history, struct str of, struct str text); // ends the walk
void history_rest(struct history *history);                                // ends the walk
// The n-th line back, from 1; NULL: there are not so many.
const char *history_line_at(const struct history *history, struct str of, size_t back);
// `now` is what the line holds; `out` gets what it must hold. False: there is nothing further.
bool history_older(struct history *history, struct str of, struct str now, struct buf *out);
bool history_newer(struct history *history, struct str of, struct buf *out);
