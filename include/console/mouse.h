// mouse — what the model remembers between two things done with the mouse.
//
// Shape    a border that is being dragged; the last click, to tell a double one. What a click means is in
//          src/console/mouse.c: it focuses, selects, opens what was selected, presses what the footer and
//          the header name, and moves borders.
// Threads  a value.
#pragma once

#include "console/layout.h"

#include <stdint.h>

#define MOUSE_DOUBLE_MS 400

struct mouse {
    enum layout_border dragged;
    int column, row;    // of the last press
    int64_t pressed_ms; // wall; 0: none
};
