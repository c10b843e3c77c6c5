// outer_editor — a text in the person's own editor: $VISUAL, $EDITOR or vi.
//
// Shape    the terminal is left as it was found meanwhile and is ours again afterwards; the call returns when
//          the editor ends. Ctrl-Z in it stops both, as one job of the shell.
// File     in a folder of its own (0700, the file 0600) in $XDG_RUNTIME_DIR, $TMPDIR or /tmp; both are removed.
// Errors   ERROR_IO for the file; ERROR_REFUSED when the editor cannot be run or ends with a failure: the text is
//          left as it was. ERROR_LIMIT for more than OUTER_EDITOR_BYTES.
// Threads  the UI's.
#pragma once

#include "base/buf.h"
#include "console/term.h"

#define OUTER_EDITOR_BYTES ((size_t)64 << 10)

// `term` NULL: the terminal is not ours.
bool outer_editor_run(struct term *term, struct str text, struct buf *out, struct error *err)
    MUST_CHECK;
