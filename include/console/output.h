// output — what an action from the palette says: lines, values, progress, its end; shown by OVERLAY_OUTPUT.
//
// Shape    one run at a time is listened to; it goes on when the overlay is closed. The view follows the end
//          until somebody scrolls.
// Bounds   OUTPUT_LINES lines; older ones leave and are counted.
// Owns     its lines; the feature releases them.
// Threads  one: the UI.
#pragma once

#include "console/feature.h"
#include "console/theme.h"

#define OUTPUT_LINES 1000

struct output {
    uint64_t run_id; // listened to; 0: none yet
    bool is_over, has_scrolled;
    struct buf title;
    struct output_line {
        char *text;
        enum theme_role role;
    } lines[OUTPUT_LINES]; // ring, oldest first
    size_t first, count, left;
    char *progress; // the newest, in place of the one before; NULL: none
    int top;
};

extern const struct feature output_feature;
// Forgets what was there and opens the overlay.
void output_follow(struct model *model, uint64_t run_id, struct str title);
// A list or a profile that was asked for in the palette: so many items, of another item, through another filter.
// It is no news of the panes.
bool output_is_own(const struct model *model, const struct message *message);
