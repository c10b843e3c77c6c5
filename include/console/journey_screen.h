// journey_screen — one event's way round the loop: a waterfall of what was asked and answered, and below it
// the texts of the chosen exchange, the function's log, the list and the trait before and after.
//
// Shape    an overlay over the whole body (OVERLAY_JOURNEY) and the feature that hears its answers. Opened
//          for a message id, or for the last event that was fired; asked again while the loop still turns.
// Owns     the message it shows; released with the model.
// Threads  the UI's.
#pragma once

#include "console/feature.h"
#include "console/fold.h"
#include "protocol/message.h"

struct model;

enum journey_tab {
    JOURNEY_TAB_REQUEST,
    JOURNEY_TAB_ANSWER,
    JOURNEY_TAB_LOG,
    JOURNEY_TAB_LIST,
    JOURNEY_TAB_TRAIT,
    JOURNEY_TAB_COUNT
};

struct journey_screen {
    char *message_id;      // asked for; NULL: the last one fired
    char *label;           // what is known before the answer: "Product Clicked ocean-blue-shirt"
    uint64_t run_id;       // asked and not yet ended; 0: none
    struct message *shown; // MESSAGE_JOURNEY; NULL: not yet
    struct error problem;
    size_t selected; // exchange
    bool is_chosen;  // by the person: an answer that comes again does not move it
    enum journey_tab tab;
    bool is_reading;  // the keys are with the text, which has the whole body
    struct fold fold; // the text of the tab
    int top;          // scroll of the lists
};

extern const struct feature journey_screen_feature;

// message_id NULL: the last event fired. `label` is shown until the answer is there.
void journey_screen_open(
    struct model *model, const char *message_id, const char *label, struct effects *effects);
// Submit of the search line.
void journey_screen_search(struct model *model, struct str value, struct effects *effects);
