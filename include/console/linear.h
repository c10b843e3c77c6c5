// linear — the console as lines that are read out: what is new is appended, nothing is drawn again. The model,
// its panes and its keys are those of the screen.
//
//   after an update   linear_tell   hops as they end, how the list moved, the trait, notices, what opened
//   before a message  linear_hear   events, while Stream is in focus or they are followed
//   a line typed      linear_line   keys by their names, `:command`, text for what is asked, the event's JSON
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
#define LINEAR_ITEMS 50        // of a list
#define LINEAR_EVENTS 3        // told one by one; in a stream they are summed up
#define LINEAR_WINDOW_MS 10000 // every so often
#define LINEAR_NAMES 8

struct linear_name {
    char *name; // of events; owned
    size_t count;
};

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
    struct buf overlay, chosen, notice, caption; // said
    size_t exchange;                             // of the journey, and its tab
    enum journey_tab tab;
    bool is_reading;
    enum model_editing editing;
    size_t events_told, events_left, events_discarded;
    struct linear_name names[LINEAR_NAMES]; // of those left
    int64_t window_ms;                      // when the first of those told or left came
    enum request_log_view log_view;
    bool shows_polls;
    bool is_asked;   // what is told now answers a line
    struct buf json; // lines of an object that goes on
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
// When linear_tell has something to say although nothing happens; 0: never.
int64_t linear_wake_ms(const struct linear *linear);
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
