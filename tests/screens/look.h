// look — how a screen looks: the role of every cell as a map of letters, what each role looks like in a theme, and
// whether that can be read.
//
// Shape    README.md tells the letters. Everything is printed to be compared with a file that people read.
// Threads  any.
#pragma once

#include "console/canvas.h"

// What a cell looks like where all colours are known: reversed ones are turned round.
struct look {
    uint32_t ink, ground;
    bool is_painted; // both are the theme's; else one is the terminal's own
};
struct look
look_of(enum theme_id theme, enum theme_depth depth, enum theme_role role, bool is_selected);

const char *look_role_name(enum theme_role role);
// A letter per cell, a line per row; capital where selected. Blanks that show nothing of their role are blanks.
void look_print_roles(const struct canvas *canvas, struct buf *out);
// A line per role and selection: its letter and name, then its colours and attributes in each depth.
void look_print_theme(enum theme_id theme, struct buf *out);
