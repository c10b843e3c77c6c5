// clipboard — text for the clipboard of the person's terminal, which may be far away (OSC 52).
//
// Shape    the sequence for the terminal itself; inside tmux also wrapped to be passed through, inside GNU screen
//          wrapped in the pieces it takes. Whether the terminal obeys cannot be known.
// Limit    CLIPBOARD_MAX_BYTES of text; terminals drop longer ones without a word.
// Threads  any.
#pragma once

#include "base/buf.h"

#define CLIPBOARD_MAX_BYTES 74000

enum clipboard_way { CLIPBOARD_DIRECT, CLIPBOARD_TMUX, CLIPBOARD_SCREEN };

// By what these variables of the environment say; NULL: not set.
enum clipboard_way clipboard_way_for(const char *tmux, const char *sty);
void clipboard_add(struct buf *out, struct str text, enum clipboard_way way);
