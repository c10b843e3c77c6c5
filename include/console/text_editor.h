// text_editor — a text of several lines being edited: the JSON of an event.
//
// Shape    UTF-8 with a cursor between characters (a byte offset). Lines end with "\n"; tabs that come in
//          become two blanks. Enter keeps the indentation, deeper behind an opening bracket; a closing
//          bracket on a blank line stands less deep.
// Limits   TEXT_EDITOR_BYTES; more is refused and said in the note.
// Draws    in a rect with line numbers; the view follows the cursor (text_editor_settle), sideways, too.
// Owns     its texts; text_editor_release.
// Threads  one at a time.
#pragma once

#include "console/canvas.h"
#include "console/edit_log.h"
#include "console/keymap.h"

#define TEXT_EDITOR_BYTES ((size_t)64 << 10)

struct text_editor {
    struct buf text;
    size_t cursor; // bytes
    int wanted;    // column that up and down keep to; -1: the cursor's own
    size_t top;    // first line shown
    int left;      // first column shown
    int page_rows; // of the last settle
    struct edit_log log;
    struct buf killed;
    bool has_just_killed;
};

void text_editor_start(struct text_editor *editor, struct str text);
void text_editor_release(struct text_editor *editor);
void text_editor_type(struct text_editor *editor, uint32_t rune);
// Line breaks are kept, control and invisible characters are taken out; `note` says what was.
void text_editor_paste(struct text_editor *editor, struct str text, struct buf *note);
// The whole text anew (a template, the answer of another editor); can be undone.
void text_editor_replace(struct text_editor *editor, struct str text);
bool text_editor_handle(
    struct text_editor *editor, enum intent intent); // false: not an editing intent

size_t text_editor_line(const struct text_editor *editor);   // of the cursor, from 1
size_t text_editor_column(const struct text_editor *editor); // in characters, from 1
void text_editor_go_to(struct text_editor *editor, size_t offset);
// A click at that place of the screen, drawn in that rect: the cursor goes there.
void text_editor_click(struct text_editor *editor, struct rect rect, int column, int row);
void text_editor_settle(struct text_editor *editor, struct rect rect);
// `wrong` is an offset in the text to be marked, with its line; SIZE_MAX: none.
void text_editor_draw(
    const struct text_editor *editor, struct rect rect, size_t wrong, struct canvas *canvas);
