// linear — the console as lines that are read out: what is new is appended, nothing is drawn again. The model,
// its panes and its keys are those of the screen.
//
//   after an update   linear_tell   hops as they end, how the list moved, the trait, notices, what opened
//   before a message  linear_hear   events, while Stream is in focus or they are followed
//   a line typed      linear_line   keys by their names, `:command`, text for what is asked
//
// Shape    pure: text out. Pictures of panes are made on a page of its own and turned into words: no boxes, no
//          bars, a word for every symbol, commas between columns.
// Secrets  as canvas.h has them: bullets.
// Owns     what was said; linear_release.
// Threads  the UI's.
#pragma once

#include "console/canvas.h"
#include "console/effects.h"
#include "console/model.h"

#define LINEAR_COLUMNS 99 // one pane, whatever the terminal
#define LINEAR_ROWS 160
#define LINEAR_ITEMS 50 // of a list
#define LINEAR_EVENTS 5 // told in a turn; more are counted

struct linear {
    struct canvas page;
    uint64_t fire_run_id; // told
    struct hop hops[HOP_COUNT];
    bool is_turn_told;
    char *items[LINEAR_ITEMS];
    size_t item_count;
    char *trait, *user;
    bool has_pane;
    enum pane_id pane;
    size_t selected;
    bool is_detail_open, follows;
    int overlay_count;
    struct buf overlay, notice, caption;
    enum model_editing editing;
    size_t events_told, events_left;
};

void linear_init(struct linear *linear, struct model *model);
void linear_release(struct linear *linear);
// How to begin, by the keys in use.
void linear_add_greeting(const struct model *model, struct buf *out);
void linear_hear(
    struct linear *linear,
    const struct model *model,
    const struct message *message,
    struct buf *out);
void linear_tell(struct linear *linear, struct model *model, struct buf *out);
// Effects of each key are handed to `then` before the next key is pressed.
typedef void linear_then_fn(void *context, struct effects *effects);
void linear_line(
    struct linear *linear,
    struct model *model,
    struct str text,
    linear_then_fn *then,
    void *context,
    struct buf *out);
// A picture's line in words.
void linear_add_words(struct buf *out, struct str text);
