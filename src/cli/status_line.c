// status_line — see the header.
#include "cli/status_line.h"

static void add_blanks(struct buf *out, size_t count) {
    for (size_t i = 0; i < count; i++)
        buf_add_char(out, ' ');
}

void status_line_add_text(
    struct status_line *status, struct str text, size_t columns, struct buf *out) {
    struct str rest = text;
    size_t width = 0;
    for (bool is_valid = true; rest.len && width + 1 < columns; width++)
        (void)str_next_rune(&rest, &is_valid);
    buf_add_char(out, '\r');
    buf_add(out, str_slice(text, 0, text.len - rest.len));
    if (status->shown > width) add_blanks(out, status->shown - width);
    status->shown = width;
}

void status_line_add_clear(struct status_line *status, struct buf *out) {
    if (!status->shown) return;
    buf_add_char(out, '\r');
    add_blanks(out, status->shown);
    buf_add_char(out, '\r');
    status->shown = 0;
}
