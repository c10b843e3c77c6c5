// paint — see the header.
#include "paint.h"

void paint_add_colour(
    struct buf *out, const struct as_text_style *style, enum paint_colour colour) {
    static const char *const codes[] = {
        [PAINT_PLAIN] = "\033[0m", [PAINT_DIM] = "\033[2m",   [PAINT_GOOD] = "\033[32m",
        [PAINT_BAD] = "\033[31m",  [PAINT_WARN] = "\033[33m", [PAINT_STRONG] = "\033[1m",
    };
    if (style->has_colour) buf_add(out, str_from(codes[colour]));
}

// Everything shown passes here: text from outside cannot steer the terminal.
void paint_add_safe(struct buf *out, const char *text) {
    buf_add_printable(out, str_from(text));
}

void paint_add_coloured(
    struct buf *out,
    const struct as_text_style *style,
    enum paint_colour colour,
    const char *text) {
    paint_add_colour(out, style, colour);
    paint_add_safe(out, text);
    paint_add_colour(out, style, PAINT_PLAIN);
}

// Like %-*s, measured in characters after making the text printable.
void paint_add_padded(struct buf *out, const char *text, size_t width) {
    CLEANUP(buf_release) struct buf safe = {0};
    paint_add_safe(&safe, text);
    size_t count = 0;
    for (struct str rest = buf_str(&safe); rest.len; count++) {
        bool valid = true;
        (void)str_next_rune(&rest, &valid);
    }
    buf_add(out, buf_str(&safe));
    for (; count < width; count++)
        buf_add_char(out, ' ');
}

struct paint_sign paint_hop_sign(enum hop_state state) {
    switch (state) {
    case HOP_IDLE: return (struct paint_sign){"·", ".", PAINT_DIM};
    case HOP_RUNNING: return (struct paint_sign){"…", "~", PAINT_DIM};
    case HOP_DONE: return (struct paint_sign){"✓", "+", PAINT_GOOD};
    case HOP_FAILED: return (struct paint_sign){"✗", "x", PAINT_BAD};
    case HOP_SKIPPED: return (struct paint_sign){"-", "-", PAINT_DIM};
    case HOP_HIDDEN: return (struct paint_sign){"?", "?", PAINT_WARN};
    }
    return (struct paint_sign){"?", "?", PAINT_DIM};
}
