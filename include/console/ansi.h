// ansi — what turns one picture of the console into the next, as text for a terminal: made from our own cells,
// so that a recording does not depend on the terminal it was made in.
//
// Shape    cursor moves, SGR and UTF-8; ECMA-48 only, as every player of recordings knows it. The cursor is
//          placed anew behind every character whose width players see differently.
// Secrets  cells that are secret become bullets.
// Threads  any.
#pragma once

#include "console/canvas.h"

// `before` NULL or of another size: everything is painted. Nothing is added when nothing changed.
void ansi_add_difference(
    struct buf *out,
    const struct canvas *before,
    const struct canvas *now,
    enum theme_id theme,
    enum theme_depth depth);
