// pane — one of the views of the console: a list and the detail of what is selected in it.
//
// Shape    a const row of facts and functions per pane, in src/console/panes/<name>.c. Frame,
//          movement and scrolling are the same for all and live in view.c and model.c; a pane says
//          what its rows are, how one is drawn, what its detail reads, and what its own intents do.
// Threads  constant data.
#pragma once

#include "base/json.h"
#include "console/canvas.h"
#include "console/effects.h"
#include "console/filter.h"
#include "console/keymap.h"
#include "console/sheet.h"

struct model;

enum pane_id {
    PANE_SETUP,
    PANE_EVENT,
    PANE_STREAM,
    PANE_RECOMMENDATIONS,
    PANE_PROFILE,
    PANE_LOG,
    PANE_COUNT
};

// Places of a body with columns, from left to right, top to bottom.
enum pane_place {
    PANE_PLACE_LEFT,
    PANE_PLACE_MIDDLE, // of three columns
    PANE_PLACE_RIGHT,
    PANE_PLACE_RIGHT_BELOW,
    PANE_PLACES
};

// What a pane's filter is asked about.
struct pane_row {
    const struct model *model;
    size_t row;
};

struct pane {
    enum pane_id id;
    enum keymap_context context;
    const char *title, *short_title;
    const char *help; // one sentence for the help page
    int list_share;   // per cent of the columns when the detail is beside it
    int list_rows;    // needed above the detail; 0: half
    int detail_rows;  // wanted below the list; 0: none there
    enum pane_place place_of_two, place_of_three; // its home in a body of two and of three columns
    // Is there at the start, in a body of two or three columns; of three only. Of one place only one pane.
    bool is_resident, is_resident_of_three;

    size_t (*count)(const struct model *model);
    bool (*is_selectable)(const struct model *model, size_t row); // NULL: all are
    // What `/` filters rows by; its subject is a struct pane_row, never a heading. NULL: not by narrow.h.
    const struct filter_schema *schema;
    void (*draw_row)(const struct model *model, size_t row, struct canvas_pen *pen);
    void (*detail)(const struct model *model, struct sheet *sheet);
    // Rows above the list for a cell of that size, and what they show. NULL: none.
    int (*head_rows)(const struct model *model, int columns, int rows);
    void (*draw_head)(const struct model *model, struct rect rect, struct canvas *canvas);
    void (*empty)(const struct model *model, struct sheet *sheet); // no rows
    // Text on the rules: title and, at the right, a note; the detail's title.
    void (*title_text)(const struct model *model, struct buf *title, struct buf *note);
    void (*detail_title)(const struct model *model, struct buf *title);
    // The selected row for the clipboard, as one would want to paste it; nothing of what is secret. NULL: none.
    void (*copy)(const struct model *model, struct buf *out);
    // A row for files (JSON, CSV): members of its object. NULL: the pane cannot be written as rows.
    void (*write_row)(const struct model *model, size_t row, struct json_node *object);
    // Its own intents; false: not mine. NULL: none.
    bool (*handle)(struct model *model, enum intent intent, struct effects *effects);
    // Would its own intent do anything now? The footer asks. NULL: always.
    bool (*can)(const struct model *model, enum intent intent);
    // Is what its own intent switches on? NULL: model_is_on knows.
    bool (*is_on)(const struct model *model, enum intent intent);
};

const struct pane *pane_get(enum pane_id id);
