// keymap — which key means what, where. One table: dispatch, footer and help all read it, so help
// cannot lie.
//
// Shape    a row is context, key, intent, help, and a short label when it belongs in the footer.
//          The contexts in force are asked innermost first. An alias row gives one more key to the
//          row before it.
// Threads  constant data.
#pragma once

#include "console/input.h"
#include "console/intent.h"

enum keymap_context {
    KEYMAP_EDITOR, // a line is being edited: alone in force
    KEYMAP_HELP,   // the help is open: alone in force, with what leaves it
    KEYMAP_PRESENTER,
    KEYMAP_JOURNEY,
    KEYMAP_COPY,     // the forms of a copy
    KEYMAP_REQUEST,  // of the log, with its answer
    KEYMAP_CONTROLS, // the generator's
    KEYMAP_CONFIRM,  // a question
    KEYMAP_LEAVE,    // … whether to leave what runs
    KEYMAP_OUTPUT,   // what an action says
    KEYMAP_TEXT,     // the JSON of the event is being edited
    KEYMAP_GUIDE,    // where a setting is found
    KEYMAP_PROFILES,
    KEYMAP_OVERLAY, // what all overlays share
    KEYMAP_DETAIL,  // the detail fills the pane
    KEYMAP_SETUP,
    KEYMAP_EVENT,
    KEYMAP_STREAM,
    KEYMAP_RECOMMENDATIONS,
    KEYMAP_PROFILE,
    KEYMAP_LOG,
    KEYMAP_LIST,
    KEYMAP_EVERYWHERE,
    KEYMAP_CONTEXT_COUNT
};

struct keymap_row {
    enum keymap_context context;
    uint32_t key;
    enum intent intent;
    const char *help;     // a sentence part; NULL on an alias
    const char *label;    // footer; NULL: not there
    const char *label_on; // in its place while what the key switches is on; NULL: the same
    bool is_alias;
};

const struct keymap_row *keymap_rows(size_t *out_count);
const char *keymap_context_title(enum keymap_context context);
enum intent keymap_find(const enum keymap_context *contexts, size_t context_count, uint32_t key);
// "↑ k": the keys of a row, its aliases included.
void keymap_add_keys(struct buf *out, const struct keymap_row *row);
