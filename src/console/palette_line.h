// palette_line — what palette.c needs of the language of its line.
#pragma once

#include "console/palette.h"

#define PALETTE_LINE_THEME "theme"
#define PALETTE_LINE_OUTPUT "output"

// The console's own and the program's; NULL past the last.
const struct descriptor *palette_line_at(const struct model *model, size_t at);
// Where the last word of a line starts, and whether it has quotes that are not closed.
size_t palette_line_last(struct str line, bool *out_is_open);
// The next word, its quotes taken off; false at the end.
bool palette_line_next(struct str *rest, struct buf *out);
// Which parameter a word is for, and the value it gives; NULL: none.
const struct parameter *palette_line_parameter(
    const struct descriptor *descriptor,
    struct str word,
    const struct arguments *before,
    struct str *out_value);
