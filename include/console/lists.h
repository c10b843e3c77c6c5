// lists — what stands beside the list of the shopper in focus: how it moved over time and what moved it, a
// pinned state to compare with, and other lists asked for in its place (related items, a ranking, another
// shopper's).
//
// Shape    moments are the newest LISTS_MOMENTS orders of the main list, oldest first, each with its cause.
//          `mode` says what the pane shows; every mode but LISTS_MAIN is left with Esc.
// Owns     its texts and the side list; released with the model. Another shopper in focus forgets it all.
// Threads  the UI's.
#pragma once

#include "console/canvas.h"
#include "console/feature.h"
#include "protocol/message.h"

struct model;

#define LISTS_MOMENTS 24
#define LISTS_ITEMS 50 // of a moment

enum lists_mode {
    LISTS_MAIN,
    LISTS_RELATED, // items like one
    LISTS_RANKED,  // the main list, ordered by PersonalizeRanking
    LISTS_BESIDE,  // another shopper's list beside it
};

struct lists_moment {
    int64_t at_ms; // wall
    char *cause;   // "Product Clicked ocean-blue-shirt"; NULL: not known
    char *item_ids[LISTS_ITEMS];
    size_t count;
};

struct lists {
    char *user; // whose moments these are
    bool is_filtered;
    enum lists_mode mode;
    char *about;          // the item, or the other shopper
    uint64_t run_id;      // of the side list; 0: none under way
    struct message *side; // MESSAGE_RECOMMENDATIONS; NULL: not yet
    struct error problem;
    struct lists_moment moments[LISTS_MOMENTS];
    size_t moment_count;
    struct lists_moment pinned; // count 0: nothing is pinned
    char *cause;                // of the next moment
};

extern const struct feature lists_feature;

// The list that the pane shows; NULL: none yet. In LISTS_BESIDE the main one.
const struct message_recommendations *lists_shown(const struct model *model);
const struct message_recommendations *lists_beside(const struct model *model);
// Where the item stood: against what is pinned, else as the message tells. 0: nowhere; -1: nothing to
// compare with.
int lists_previous_rank(const struct model *model, const struct message_item *item);
int lists_rank_in(const struct message_recommendations *list, const char *item_id); // 0: nowhere
// Its ranks over the moments, newest at the right, as small bars: high is a good rank.
void lists_draw_history(
    const struct model *model, const char *item_id, int columns, struct canvas_pen *pen);

// What the keys of the pane do.
void lists_show_related(struct model *model, const char *item_id, struct effects *effects);
void lists_show_ranked(struct model *model, struct effects *effects);
void lists_show_beside(struct model *model, struct str user, struct effects *effects);
void lists_show_main(struct model *model);
void lists_toggle_filter(struct model *model, struct effects *effects);
void lists_toggle_pin(struct model *model);
void lists_submit_beside(struct model *model, struct str value, struct effects *effects);
