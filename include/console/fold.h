// fold — text of many lines with parts that fold: an HTTP message with its headers and JSON, a log. Cursor,
// scroll and search are its state; it draws itself.
//
// Shape    fold_set_http reads a start line, headers, a blank line and a body: the headers are one foldable
//          part, a JSON body is indented and each object and array folds; JSON
//          inside a text is shown below it. fold_set_json is the body alone,
//          fold_set_text lines without parts. A folded part shows its first line with "… N lines".
// Search   case is ignored unless the pattern has a capital; a match inside a folded part opens it.
// Owns     its text; fold_release. `{0}` is empty.
// Threads  one at a time.
#pragma once

#include "console/canvas.h"

struct fold_line {
    struct str text; // view of the fold's text, without indent
    int depth;       // indent, in steps
    size_t end;      // first line after the part that begins here; 0: no part begins here
    bool is_folded, is_json, is_heading, is_start; // is_start: of an HTTP message
};

struct fold {
    struct buf text;         // owned; what the lines view
    struct fold_line *lines; // owned
    size_t count, capacity;
    size_t cursor, top;       // line numbers; never inside a folded part once settled
    struct buf pattern;       // last search; empty: none
    size_t matches, match_at; // all of them; the one under the cursor, from 1 (0: none)
};

void fold_release(struct fold *fold);
void fold_set_http(struct fold *fold, struct str message);
void fold_set_json(struct fold *fold, struct str json); // text that is no JSON: as it is
void fold_set_text(struct fold *fold, struct str text);

void fold_move(struct fold *fold, int lines); // over what is to be seen
void fold_toggle(struct fold *fold);          // the part at the cursor, else the one around it
void fold_all(struct fold *fold, bool is_folded);
// Goes to the next match after (before) the cursor, around the end; false: there is none. An empty pattern
// repeats the last one.
bool fold_search(struct fold *fold, struct str pattern, bool backwards);
// The same with the last pattern, up to the end (start) only; and from there, the line at the edge first.
bool fold_search_on(struct fold *fold, bool backwards);
bool fold_seek(struct fold *fold, bool backwards);
// Cursor and top right for a window of that size. Long lines go on below in it.
void fold_settle(struct fold *fold, int columns, int rows);
size_t fold_rows(const struct fold *fold); // lines to be seen
// A click at that row of the screen, drawn in that rect: the cursor goes there; where it is already, the part folds.
void fold_click(struct fold *fold, struct rect rect, int row);
void fold_draw(const struct fold *fold, struct rect rect, bool has_cursor, struct canvas *canvas);
