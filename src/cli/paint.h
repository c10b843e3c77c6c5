// paint — colours, signs and columns of the command line's text.
//
// Shape    everything shown passes here: text from outside is made printable and cannot steer the
//          terminal. Colour only when the style says so.
// Threads  any.
#pragma once

#include "cli/as_text.h"

enum paint_colour { PAINT_PLAIN, PAINT_DIM, PAINT_GOOD, PAINT_BAD, PAINT_WARN, PAINT_STRONG };

struct paint_sign {
    const char *utf8, *ascii;
    enum paint_colour colour;
};

void paint_add_colour(struct buf *out, const struct as_text_style *style, enum paint_colour colour);
void paint_add_safe(struct buf *out, const char *text); // NULL: nothing
void paint_add_coloured(
    struct buf *out, const struct as_text_style *style, enum paint_colour colour, const char *text);
// Like %-*s, measured in characters after making the text printable.
void paint_add_padded(struct buf *out, const char *text, size_t width);
struct paint_sign paint_hop_sign(enum hop_state state);
