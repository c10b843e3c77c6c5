// prompt — a line that is being typed: what it is for, where it is shown, and what happens with it.
//
// Shape    one prompt at a time; model.editing names it and model.editor holds the text. A row per prompt in
//          src/console/prompt.c. Prompts with a label are drawn in the status row; the others are drawn in
//          place by the pane they belong to. Each kind keeps a history of its own (↑ ↓), not secrets.
// Threads  constant data.
#pragma once

#include "console/effects.h"
#include "console/feature.h"
#include "console/intent.h"
#include "console/sheet.h"

struct model;

enum model_editing {
    MODEL_EDITING_NOTHING,
    MODEL_EDITING_USER,
    MODEL_EDITING_SETTING,
    MODEL_EDITING_FIELD,
    MODEL_EDITING_JOURNEY_SEARCH,
    MODEL_EDITING_REQUEST_SEARCH,
    MODEL_EDITING_BESIDE, // the shopper to compare with
    MODEL_EDITING_PALETTE,
    MODEL_EDITING_PROFILE_NAME,
    MODEL_EDITING_EXPORT,
    MODEL_EDITING_HELP_SEARCH,
    MODEL_EDITING_STREAM_FILTER,
    MODEL_EDITING_NARROW,    // the filter of a pane's list
    MODEL_EDITING_GENERATOR, // a value of its panel
    MODEL_EDITING_COUNT
};

struct prompt {
    enum model_editing id;
    const char *label; // NULL: the pane draws it in place
    void (*submit)(struct model *model, struct str value, struct effects *effects);
    void (*change)(struct model *model, struct str value); // after every key; may be NULL
    void (*cancel)(struct model *model);                   // may be NULL
    // Keys that move in what is offered instead of the line. May be NULL; false: not mine.
    bool (*handle)(struct model *model, enum intent intent);
    // Tab: the text completed as far as it is certain. May be NULL.
    void (*complete)(const struct model *model, struct str text, struct buf *out);
    // Below the line, while typing: matches, an error, help. May be NULL. Measured as status rows.
    void (*assist)(const struct model *model, struct sheet *sheet);
    // A click on a row of what assist wrote, from 0. May be NULL.
    void (*click)(struct model *model, int row, struct effects *effects);
    bool has_history;
    bool keeps_blanks; // at the ends of its text: they mean something
    // Whose lines the history holds; NULL: the prompt has one for all. May give NULL: none.
    const char *(*history_of)(const struct model *model);
};

const struct prompt *prompt_get(enum model_editing id); // not for MODEL_EDITING_NOTHING
void prompt_submit(struct model *model, struct effects *effects);
void prompt_cancel(struct model *model);
void prompt_complete(struct model *model);
// Lines typed before, kept between starts.
extern const struct feature prompt_feature;
// Older or newer lines of its history in place of the one being typed.
void prompt_recall(struct model *model, bool is_older);
