// editor — one line of text being edited, with the keys people know from readline.
//
// Shape    UTF-8 with a cursor between characters as people see them (a byte offset, grapheme.h). Text up to
//          EDITOR_MAX_BYTES; more is refused. A paste is cleaned of what browsers and mails add
//          (base/buf.h says what) and, when nothing was typed yet, replaces the old value instead of
//          landing inside it.
// Words    letters and digits for moves and Alt-keys; for Ctrl-W what blanks, '/' and ':' part.
// Killed   what Ctrl-K, Ctrl-U, Ctrl-W, Alt-D and Alt-Backspace take away comes back with Ctrl-Y; kills
//          that follow each other add up.
// Secrets  an editor that is_secret draws a bullet for every character.
// Owns     its texts, wiped on release; editor_release.
// Threads  one at a time.
#pragma once

#include "console/canvas.h"
#include "console/edit_log.h"
#include "console/keymap.h"

#define EDITOR_MAX_BYTES 2048

struct editor {
    struct buf text;
    size_t cursor; // bytes
    bool is_secret, is_touched;
    struct edit_log log;
    struct buf killed;
    bool has_just_killed;
};

void editor_start(struct editor *editor, struct str value, bool is_secret);
void editor_release(struct editor *editor);
void editor_type(struct editor *editor, uint32_t rune);
// `note` receives what was taken out, empty for nothing.
void editor_paste(struct editor *editor, struct str text, struct buf *note);
// Another text in its place (history, completion); can be undone. Too long a one is cut.
void editor_replace(struct editor *editor, struct str text);
bool editor_handle(struct editor *editor, enum intent intent); // false: not an editing intent
// Into the pen's room, scrolled so that the cursor is visible; places the canvas' cursor.
void editor_draw(const struct editor *editor, struct canvas_pen *pen);
