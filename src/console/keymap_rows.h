// keymap_rows — rows of the keymap that several contexts share, and those of the Setup and Event panes.
#pragma once

#define KEY(where, code, what, text)                                                               \
    { .context = where, .key = code, .intent = what, .help = text }
#define ALIAS_OVER(where, code, what, why)                                                         \
    { .context = where, .key = code, .intent = what, .hides = why, .is_alias = true }
#define LABELLED(where, code, what, text, short)                                                   \
    { .context = where, .key = code, .intent = what, .help = text, .label = short }
#define ALIAS(where, code, what)                                                                   \
    { .context = where, .key = code, .intent = what, .is_alias = true }

// What moves in a line and changes it, as readline has it: in every editor.
#define LINE_KEYS(where)                                                                           \
    LABELLED(where, INPUT_CONTROL('u'), INTENT_ERASE_HEAD, "erase to the start", "erase"),         \
        KEY(where, INPUT_CONTROL('k'), INTENT_ERASE_TAIL, "erase to the end"),                     \
        KEY(where, INPUT_CONTROL('w'), INTENT_ERASE_WORD, "erase what stands before"),             \
        KEY(where, INPUT_ALT(0x7F), INTENT_ERASE_WORD_LEFT, "erase the word before"),              \
        KEY(where, INPUT_ALT('d'), INTENT_ERASE_WORD_RIGHT, "erase the word behind"),              \
        KEY(where, INPUT_CONTROL('y'), INTENT_YANK, "put back what was erased"),                   \
        LABELLED(where, INPUT_CONTROL('_'), INTENT_UNDO, "undo", "undo"),                          \
        KEY(where, INPUT_ALT('_'), INTENT_REDO, "do it again"),                                    \
        KEY(where, INPUT_ALT('b'), INTENT_CURSOR_WORD_LEFT, "one word left"),                      \
        ALIAS(where, INPUT_CONTROL_LEFT, INTENT_CURSOR_WORD_LEFT),                                 \
        KEY(where, INPUT_ALT('f'), INTENT_CURSOR_WORD_RIGHT, "one word right"),                    \
        ALIAS(where, INPUT_CONTROL_RIGHT, INTENT_CURSOR_WORD_RIGHT),                               \
        KEY(where, INPUT_CONTROL('t'), INTENT_TRANSPOSE, "swap two characters"),                   \
        KEY(where, INPUT_BACKSPACE, INTENT_ERASE, "erase before the cursor"),                      \
        KEY(where, INPUT_DELETE, INTENT_ERASE_AHEAD, "erase under the cursor"),                    \
        ALIAS(where, INPUT_CONTROL('d'), INTENT_ERASE_AHEAD),                                      \
        KEY(where, INPUT_LEFT, INTENT_CURSOR_LEFT, "one character left"),                          \
        ALIAS(where, INPUT_CONTROL('b'), INTENT_CURSOR_LEFT),                                      \
        KEY(where, INPUT_RIGHT, INTENT_CURSOR_RIGHT, "one character right"),                       \
        ALIAS(where, INPUT_CONTROL('f'), INTENT_CURSOR_RIGHT),                                     \
        KEY(where, INPUT_HOME, INTENT_CURSOR_HOME, "to the start"),                                \
        ALIAS(where, INPUT_CONTROL('a'), INTENT_CURSOR_HOME),                                      \
        KEY(where, INPUT_END, INTENT_CURSOR_END, "to the end"),                                    \
        ALIAS(where, INPUT_CONTROL('e'), INTENT_CURSOR_END)

#define SETUP_KEYS                                                                                 \
    LABELLED(                                                                                      \
        KEYMAP_SETUP, INPUT_ENTER, INTENT_EDIT,                                                    \
        "edit the value; pasting into the list does so, too", "edit"),                             \
        ALIAS(KEYMAP_SETUP, 'e', INTENT_EDIT),                                                     \
        {                                                                                          \
            .context = KEYMAP_SETUP,                                                               \
            .key = '?',                                                                            \
            .intent = INTENT_EXPLAIN,                                                              \
            .help = "where the value is found, and which step sets it; again: this help",          \
            .label = "where",                                                                      \
            .hides = "it is the help of the setting, and again the help of all",                   \
        },                                                                                         \
        LABELLED(KEYMAP_SETUP, 'x', INTENT_UNSET, "unset: back to the default", "unset"),          \
        LABELLED(KEYMAP_SETUP, 's', INTENT_REVEAL, "show a secret for five seconds", "show"),      \
        LABELLED(                                                                                  \
            KEYMAP_SETUP, 'o', INTENT_PROFILES, "open another profile; make, copy, delete one",    \
            "profiles"),                                                                           \
        LABELLED(KEYMAP_GUIDE, INPUT_ENTER, INTENT_EDIT, "edit the value", "edit"),                \
        KEY(KEYMAP_GUIDE, INPUT_DOWN, INTENT_DOWN, "scroll on"),                                   \
        ALIAS(KEYMAP_GUIDE, 'j', INTENT_DOWN),                                                     \
        KEY(KEYMAP_GUIDE, INPUT_UP, INTENT_UP, "scroll back"),                                     \
        ALIAS(KEYMAP_GUIDE, 'k', INTENT_UP),                                                       \
        LABELLED(KEYMAP_GUIDE, '?', INTENT_HELP, "all keys", "help"),                              \
        LABELLED(KEYMAP_PROFILES, INPUT_ENTER, INTENT_PROFILE_USE, "use this profile", "use"),     \
        LABELLED(KEYMAP_PROFILES, 'n', INTENT_PROFILE_NEW, "make an empty one", "new"),            \
        LABELLED(KEYMAP_PROFILES, 'c', INTENT_PROFILE_COPY, "make a copy of this one", "copy"),    \
        LABELLED(KEYMAP_PROFILES, 'd', INTENT_PROFILE_DELETE, "delete it; asks first", "delete"),  \
        KEY(KEYMAP_PROFILES, INPUT_DOWN, INTENT_DOWN, "one row down"),                             \
        ALIAS(KEYMAP_PROFILES, 'j', INTENT_DOWN),                                                  \
        KEY(KEYMAP_PROFILES, INPUT_UP, INTENT_UP, "one row up"),                                   \
        ALIAS(KEYMAP_PROFILES, 'k', INTENT_UP)

#define EVENT_KEYS                                                                                 \
    LABELLED(KEYMAP_EVENT, INPUT_RIGHT, INTENT_VALUE_NEXT, "next choice", "choose"),               \
        KEY(KEYMAP_EVENT, INPUT_LEFT, INTENT_VALUE_PREVIOUS, "previous choice"),                   \
        LABELLED(                                                                                  \
            KEYMAP_EVENT, INPUT_ENTER, INTENT_EDIT, "type a value; edit the JSON in place",        \
            "type"),                                                                               \
        LABELLED(                                                                                  \
            KEYMAP_EVENT, 'e', INTENT_OUTER_EDITOR, "the JSON in $VISUAL or $EDITOR", "editor"),   \
        LABELLED(                                                                                  \
            KEYMAP_EVENT, 'r', INTENT_RESEND, "resend the last one with a new messageId",          \
            "resend"),                                                                             \
        KEY(KEYMAP_EVENT, 'S', INTENT_RESEND_SAME, "resend the very same message: a repeat"),      \
        LABELLED(KEYMAP_TEXT, INPUT_ESCAPE, INTENT_CLOSE, "done: the event is this", "done"),      \
        LABELLED(KEYMAP_TEXT, INPUT_CONTROL('s'), INTENT_FIRE, "fire it", "fire"),                 \
        LABELLED(                                                                                  \
            KEYMAP_TEXT, INPUT_CONTROL('g'), INTENT_GO_TO_ERROR, "to what is wrong", "error"),     \
        LABELLED(                                                                                  \
            KEYMAP_TEXT, INPUT_CONTROL('o'), INTENT_OUTER_EDITOR, "in $VISUAL or $EDITOR",         \
            "editor"),                                                                             \
        KEY(KEYMAP_TEXT, INPUT_ENTER, INTENT_NEWLINE, "a new line, indented"),                     \
        KEY(KEYMAP_TEXT, INPUT_UP, INTENT_UP, "one line up"),                                      \
        ALIAS(KEYMAP_TEXT, INPUT_CONTROL('p'), INTENT_UP),                                         \
        KEY(KEYMAP_TEXT, INPUT_DOWN, INTENT_DOWN, "one line down"),                                \
        ALIAS(KEYMAP_TEXT, INPUT_CONTROL('n'), INTENT_DOWN),                                       \
        KEY(KEYMAP_TEXT, INPUT_PAGE_UP, INTENT_PAGE_UP, "page up"),                                \
        KEY(KEYMAP_TEXT, INPUT_PAGE_DOWN, INTENT_PAGE_DOWN, "page down"),                          \
        KEY(KEYMAP_TEXT, INPUT_CONTROL_HOME, INTENT_FIRST, "to the start of the text"),            \
        KEY(KEYMAP_TEXT, INPUT_CONTROL_END, INTENT_LAST, "to the end of the text")
