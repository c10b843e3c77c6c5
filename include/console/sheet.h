// sheet — text of any height, written top to bottom through a window.
//
// Shape    the same function writes and measures: with `canvas` NULL nothing is painted and `row`
//          ends as the height, which is how the update settles the scroll before drawing.
// Threads  one at a time.
#pragma once

#include "console/canvas.h"

struct sheet {
    struct canvas *canvas; // NULL: measuring
    struct rect rect;      // the window; its width wraps text
    int row;               // next row, from the top of the text
    int top;               // first row shown
};

struct canvas_pen sheet_line(struct sheet *sheet); // a pen on the next row
void sheet_blank(struct sheet *sheet);
void sheet_select(const struct sheet *sheet); // the row written last, as one that is chosen
// A paragraph, wrapped at words; line breaks in it are kept.
void sheet_text(struct sheet *sheet, enum theme_role role, struct str text);
void sheet_format(struct sheet *sheet, enum theme_role role, const char *format, ...)
    PRINTF_LIKE(3, 4);
// The same with a first line that begins with a symbol or label, and the others indented below it.
void sheet_item(
    struct sheet *sheet,
    enum theme_role mark_role,
    const char *mark,
    enum theme_role role,
    struct str text);
// The same in at most that many rows; what does not fit ends in an ellipsis.
void sheet_item_within(
    struct sheet *sheet,
    enum theme_role mark_role,
    const char *mark,
    enum theme_role role,
    struct str text,
    int most_rows);
// JSON, indented and coloured; text that is no JSON is shown as it is.
void sheet_json(struct sheet *sheet, struct str json);
