// keymap — which key means what, where. One table of defaults; a person's own keys (key_file.h) replace some of them.
// Dispatch, footer, help and palette all read the same keymap, so help cannot lie.
//
// Shape    a row is context, key, intent, help, and a short label when it belongs in the footer.
//          The contexts in force are asked innermost first. An alias row gives one more key to the
//          row before it. A context has one row of an intent that is no alias; without a key its key is
//          KEYMAP_NO_KEY.
// Names    contexts and intents have stable names for key files.
// Keymap   NULL stands for the defaults, wherever a keymap is read.
// Threads  constant data, and values.
#pragma once

#include "console/input.h"
#include "console/intent.h"

// Context, its name, its title in the help.
#define KEYMAP_CONTEXTS(X)                                                                         \
    X(KEYMAP_EDITOR, "editor", "While typing a value") /* alone in force */                        \
    X(KEYMAP_HELP, "help", "In this help")             /* alone in force, with what leaves it */   \
    X(KEYMAP_PRESENTER, "presenter", "In presenter mode")                                          \
    X(KEYMAP_LOOP, "loop", "In the loop")                                                          \
    X(KEYMAP_JOURNEY, "journey", "In a journey")                                                   \
    X(KEYMAP_COPY, "copy", "In the forms of a copy")                                               \
    X(KEYMAP_REQUEST, "request", "In a request of the log")                                        \
    X(KEYMAP_CONTROLS, "controls", "The generator's panel")                                        \
    X(KEYMAP_CONFIRM, "confirm", "When asked")                                                     \
    X(KEYMAP_LEAVE, "leave", "When leaving while something runs")                                  \
    X(KEYMAP_OUTPUT, "output", "In the output of an action")                                       \
    X(KEYMAP_TEXT, "text", "While editing the event's JSON")                                       \
    X(KEYMAP_GUIDE, "guide", "In the explanation of a setting")                                    \
    X(KEYMAP_PROFILES, "profiles", "In the profiles")                                              \
    X(KEYMAP_OVERLAY, "overlay", "In whatever opens over the panes") /* what all overlays share */ \
    X(KEYMAP_DETAIL, "detail", "In the details")                                                   \
    X(KEYMAP_SETUP, "setup", "Setup")                                                              \
    X(KEYMAP_EVENT, "event", "Event")                                                              \
    X(KEYMAP_STREAM, "stream", "Stream")                                                           \
    X(KEYMAP_RECOMMENDATIONS, "recommendations", "Recommendations")                                \
    X(KEYMAP_PROFILE, "profile", "Profile")                                                        \
    X(KEYMAP_LOG, "log", "Log")                                                                    \
    X(KEYMAP_LIST, "list", "Lists")                                                                \
    X(KEYMAP_EVERYWHERE, "everywhere", "Everywhere")

enum keymap_context {
#define X(context, name, title) context,
    KEYMAP_CONTEXTS(X)
#undef X
        KEYMAP_CONTEXT_COUNT
};

#define KEYMAP_NO_KEY UINT32_MAX
#define KEYMAP_ROWS_MOST 640

struct keymap_row {
    enum keymap_context context;
    uint32_t key;
    enum intent intent;
    const char *help;     // a sentence part; NULL on an alias
    const char *label;    // footer; NULL: not there
    const char *label_on; // in its place while what the key switches is on; NULL: the same
    const char
        *hides; // why it may take the key of an outer row (keymap_find_hidden); NULL: it may not
    bool is_alias;
};

struct keymap {
    struct keymap_row rows[KEYMAP_ROWS_MOST];
    size_t count;
    bool is_ascii; // arrows are called by words: what stands in for them are keys of their own
};

void keymap_init(struct keymap *keymap); // the defaults
const struct keymap_row *keymap_rows(const struct keymap *keymap, size_t *out_count);
const char *keymap_context_name(enum keymap_context context);
const char *keymap_context_title(enum keymap_context context);
bool keymap_find_context(struct str name, enum keymap_context *out);
// The row that the key means; NULL: none.
const struct keymap_row *keymap_find_row(
    const struct keymap *keymap,
    const enum keymap_context *contexts,
    size_t context_count,
    uint32_t key);
enum intent keymap_find(
    const struct keymap *keymap,
    const enum keymap_context *contexts,
    size_t context_count,
    uint32_t key);
// The row of an intent, its first key; NULL: it is not in that context.
const struct keymap_row *
keymap_row_of(const struct keymap *keymap, enum keymap_context context, enum intent intent);
// The row further out that is meant by the same key where the row is in force, so by none there; NULL: none, or it
// means the same. Around a pane, the list and the details is KEYMAP_EVERYWHERE; around what opens over them
// KEYMAP_OVERLAY; around text that is typed nothing.
const struct keymap_row *
keymap_find_hidden(const struct keymap *keymap, const struct keymap_row *row);
size_t
keymap_key_count(const struct keymap *keymap, const struct keymap_row *row); // 0: it has none
// In place of its keys; none: it can be reached by the palette alone. False: there is no such row, or no room.
bool keymap_set(
    struct keymap *keymap,
    enum keymap_context context,
    enum intent intent,
    const uint32_t *keys,
    size_t key_count);
// "↓", or "Down" in ASCII, where "v" would stand for it.
void keymap_add_key_name(struct buf *out, const struct keymap *keymap, uint32_t key);
// "↑ k": the keys of a row, its aliases included; "–": it has none.
void keymap_add_keys(struct buf *out, const struct keymap *keymap, const struct keymap_row *row);
// For sentences: "t"; the palette's key when the intent has none of its own, "(no key)" without that.
struct keymap_name {
    char text[24];
};
struct keymap_name
keymap_name_of(const struct keymap *keymap, enum keymap_context context, enum intent intent);
// The first key of an intent; nothing when it has none.
void keymap_add_key(
    struct buf *out, const struct keymap *keymap, enum keymap_context context, enum intent intent);
