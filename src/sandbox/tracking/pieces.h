// pieces — texts and numbers written one after the other into a buf, and read back in the same order: for
// what is recorded often and read seldom.
//
// Shape    in memory only, never stored. A writer that ran out of room ends in the middle of a piece; a
//          reader then finds nothing from there on: empty texts, zeros, and is_broken.
// Threads  one at a time.
#pragma once

#include "base/buf.h"

void pieces_add_text(struct buf *out, struct str text);
void pieces_add_cut(
    struct buf *out, struct str text, size_t bytes); // at most so many, and how many it was
void pieces_add_int(struct buf *out, int64_t number);
void pieces_add_double(struct buf *out, double number);

struct pieces {
    struct str rest;
    bool is_broken;
};
struct str pieces_text(struct pieces *pieces);
struct str pieces_cut(struct pieces *pieces, size_t *whole_bytes);
int64_t pieces_int(struct pieces *pieces);
double pieces_double(struct pieces *pieces);
