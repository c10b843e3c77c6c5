// look_check — what must hold of every screen, in every theme and depth.
//
// Readable   4.5 : 1 on the cell's own ground for what is read, 3 : 1 for lines, bars and plots, wherever the theme
//            paints both; nothing that is read is drawn in a role of lines.
// Colour     nothing is told by colour alone: without colour what was selected looks otherwise than before, and the
//            same words after the same symbol do not stand in two roles of which one tells a state.
// Themes     change looks alone: every cell has the same text and role in all of them.
// SVG        is well-formed, and has the text, colours and attributes of every cell where they stand.
// Shape      complaints are added as lines; none: all is well.
// Threads    one at a time.
#pragma once

#include "screens/script.h"

void look_check_contrast(const struct canvas *canvas, struct buf *complaints);
void look_check_without_color(const struct canvas *canvas, struct buf *complaints);
void look_check_themes(struct script *script, struct buf *complaints);
void look_check_svg(const struct canvas *canvas, enum theme_id theme, struct buf *complaints);
