// overlay — what opens over the panes: help, journey, palette, a question. A stack; the top one has the
// keys, and `q` or Esc closes it before anything below hears of it.
//
// Shape    a const row of functions per overlay, listed in src/console/overlays/registry.c. Its state is a
//          struct of its own inside the model. A new overlay = a file there, a row, a context in keymap.h.
// Threads  constant data.
#pragma once

#include "console/canvas.h"
#include "console/effects.h"
#include "console/keymap.h"

struct model;

enum overlay_id {
    OVERLAY_PRESENTER,
    OVERLAY_HELP,
    OVERLAY_CONTROLS, // the generator's
    OVERLAY_LOOP,     // the hops with their figures
    OVERLAY_JOURNEY,  // one event's way round the loop
    OVERLAY_OUTPUT,   // what an action of the palette says
    OVERLAY_REQUEST,  // one request of the log and its answer
    OVERLAY_EVENT,    // its JSON, edited in place
    OVERLAY_COPY,     // the forms in which a request is copied
    OVERLAY_GUIDE,    // where a setting is found
    OVERLAY_PROFILES, // of the settings file
    OVERLAY_LEAVE,    // a question before leaving while something runs
    OVERLAY_CONFIRM,  // … before something that cannot be taken back
    OVERLAY_COUNT
};

struct overlay {
    enum overlay_id id;
    enum keymap_context context;
    // The rows it wants of the body and how wide at most; NULL: the whole body. A box stands in the middle.
    void (*measure)(const struct model *model, int columns, int *out_rows, int *out_columns);
    void (*draw)(const struct model *model, struct rect rect, struct canvas *canvas);
    // After every update, with the place it will be drawn at: scrolls and selections made right.
    void (*settle)(struct model *model, struct rect rect); // may be NULL
    // False: not mine. INTENT_CLOSE is answered by the stack itself when this does not take it.
    bool (*handle)(struct model *model, enum intent intent, struct effects *effects);
    // Text that is typed, keys the keymap does not know. NULL: nothing is typed here.
    bool (*type)(struct model *model, uint32_t rune, struct effects *effects);
    // A click inside, at a place of the screen. May be NULL.
    void (*click)(
        struct model *model, struct rect rect, int column, int row, struct effects *effects);
    void (*closed)(struct model *model);                        // may be NULL
    bool (*can)(const struct model *model, enum intent intent); // for the footer; NULL: all
    void (*paste)(struct model *model, struct str text);        // NULL: nothing can be pasted
    bool may_cover;        // a box that is higher than the body stands over strip and summary, too
    bool takes_text;       // every character is its own: of the shared keys none works
    bool keeps_everywhere; // keys of KEYMAP_EVERYWHERE go on working while it is open
    bool is_whole;         // over the whole window: no header, strip or footer beside it
};

const struct overlay *overlay_get(enum overlay_id id);
// Opens on top; one that is open already comes to the top.
void overlay_open(struct model *model, enum overlay_id id);
void overlay_close(struct model *model); // the top one
void overlay_close_all(struct model *model);
const struct overlay *overlay_top(const struct model *model); // NULL: none
bool overlay_is_open(const struct model *model, enum overlay_id id);
// What is to be seen is an overlay over the whole window, and nothing but boxes on it.
bool overlay_is_whole(const struct model *model);
struct rect overlay_place(const struct model *model, const struct overlay *overlay);
void overlay_draw_all(const struct model *model, struct canvas *canvas);
void overlay_settle_all(struct model *model);
// A frame with its title on the upper line, cleared inside; returns the inside.
struct rect
overlay_frame(struct canvas *canvas, struct rect rect, struct str title, struct str note);

// Asks before `take_command` is given to the worker: `y` or Enter gives it, anything that closes does not.
// The text names what will happen and, in a LIVE account, the account and region. `yes` is what is on the
// key: "send", "delete". NULL command: `then` is called instead.
// "Account 123456789012, us-east-1" for such a question, of a LIVE account.
void overlay_add_account(const struct model *model, struct buf *out);
typedef void overlay_then_fn(struct model *model, struct effects *effects);
void overlay_confirm(
    struct model *model,
    struct str title,
    struct str text,
    const char *yes,
    struct command *take_command,
    overlay_then_fn *then);

// Leaves, or asks first when something would be cut off.
void overlay_leave(struct model *model, struct effects *effects);

struct overlay_question { // state of OVERLAY_CONFIRM
    struct buf title, text;
    const char *yes;
    int top;                     // scroll of the text
    enum keymap_context context; // whose keys answer
    struct command *command;     // owned
    overlay_then_fn *then;
};
