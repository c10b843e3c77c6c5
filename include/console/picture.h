// picture — a canvas as SVG or HTML, in the true colours of a theme.
//
// Shape    cells stand where they stand in a terminal: every run of equal cells is placed by itself. The theme of
//          the terminal, whose background nobody knows, is drawn as the dark one.
// Threads  any.
#pragma once

#include "console/canvas.h"

void picture_svg(
    const struct canvas *canvas, enum theme_id theme, struct str title, struct buf *out);
void picture_html(
    const struct canvas *canvas, enum theme_id theme, struct str title, struct buf *out);
