// canvas — a grid of cells that panes paint and the terminal shows. Pure data: prints itself as
// text, so that screens are tested without a terminal.
//
// Shape    a cell holds one grapheme: a base character, at most two combining marks, its width and
//          a colour role. The right half of a wide character is a cell of width 0. Writing over
//          half of a wide character blanks the other half.
// Text     whatever is written goes through the printable pass: control characters, escape
//          sequences, direction overrides and invalid bytes appear as visible escapes. One row per
//          write. Variation selectors are dropped: terminals disagree about their width.
// Pen      writes a row from left to right inside a rect; what does not fit ends in an ellipsis.
// Owns     `cells`; canvas_release.
// Threads  one at a time.
#pragma once

#include "base/buf.h"
#include "console/rect.h"
#include "console/theme.h"

#define CANVAS_RUNES 3 // base and two marks

struct canvas_cell {
    uint32_t runes[CANVAS_RUNES]; // unused ones are 0
    uint8_t width;                // 1, 2; 0: right half of the cell before
    uint8_t role;                 // enum theme_role
    uint8_t is_selected;
    uint8_t is_secret; // for the terminal only: whatever else is made of cells shows a bullet
};

struct canvas {
    struct canvas_cell *cells; // rows × columns
    int columns, rows;
    bool is_ascii; // symbols become ASCII stand-ins as they are written
    bool has_cursor;
    int cursor_column, cursor_row;
};

void canvas_resize(struct canvas *canvas, int columns, int rows); // also clears
void canvas_clear(struct canvas *canvas);
void canvas_release(struct canvas *canvas);
const struct canvas_cell *canvas_at(const struct canvas *canvas, int column, int row);
struct rect canvas_rect(const struct canvas *canvas);
void canvas_fill(struct canvas *canvas, struct rect rect, uint32_t rune, enum theme_role role);
void canvas_select(struct canvas *canvas, struct rect rect); // marks the cells as selected
void canvas_deselect(struct canvas *canvas, struct rect rect);
// A secret stands there for a moment: cells that records and exports must not show.
void canvas_keep_secret(struct canvas *canvas, struct rect rect);
// Rows as UTF-8 lines without trailing blanks; a bullet for what is secret.
void canvas_print(const struct canvas *canvas, struct buf *out);

struct canvas_pen {
    struct canvas *canvas;       // NULL: everything written is dropped
    int start, column, end, row; // first cell, next cell, first cell past the room
    bool is_full;                // an ellipsis was written; further text is dropped
};

// Row `row` of the rect, counted from 0; outside of it the pen has no room.
struct canvas_pen canvas_pen(struct canvas *canvas, struct rect rect, int row);
int canvas_room(const struct canvas_pen *pen); // columns left
void canvas_write(struct canvas_pen *pen, enum theme_role role, struct str text);
void canvas_write_text(struct canvas_pen *pen, enum theme_role role, const char *text);
void canvas_write_rune(struct canvas_pen *pen, enum theme_role role, uint32_t rune);
void canvas_write_format(struct canvas_pen *pen, enum theme_role role, const char *format, ...)
    PRINTF_LIKE(3, 4);
void canvas_repeat(struct canvas_pen *pen, enum theme_role role, uint32_t rune, int count);
// A column of a table: cut to `columns` with an ellipsis, padded to `columns`.
void canvas_write_column(
    struct canvas_pen *pen, enum theme_role role, struct str text, int columns);
void canvas_write_column_right(
    struct canvas_pen *pen, enum theme_role role, struct str text, int columns);
void canvas_move_to(struct canvas_pen *pen, int column); // absolute; never backwards
