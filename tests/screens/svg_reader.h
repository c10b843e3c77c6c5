// svg_reader — an SVG of ours read back into cells, as a strict reader of XML would: everything that is not
// well-formed is refused, and so is every element that our pictures have no use for.
//
// Shape    one <text> per word, <rect> for grounds, at places of 9 x 19 pixels from 12,12 on.
// Threads  any.
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "console/canvas.h"

struct svg_cell {
    uint32_t runes[CANVAS_RUNES]; // the first is 0 where nothing is written
    uint32_t ink, ground;
    bool is_bold, is_dim, is_underlined;
};

// cells: rows × columns, zeroed.
bool svg_read(struct str text, int columns, int rows, struct svg_cell *cells, struct error *err)
    MUST_CHECK;
