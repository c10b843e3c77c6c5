// loop_screen — the loop, whole, at any size: a row per hop with its counts, errors and times, and of the chosen
// one what it failed of last.
//
// Shape    an overlay over the body (OVERLAY_LOOP); the figures are the meter's (meter.h). Where the body is low,
//          what belongs to the chosen hop stands beneath its row and all of it scrolls; else below the table.
// Threads  the UI's.
#pragma once

#include "protocol/hop.h"

struct model;

struct loop_screen {
    enum hop_id selected;
    int top;        // scroll
    bool has_moved; // the selection: what belongs to it is brought into view
};

// HOP_COUNT: the hop that was chosen last.
void loop_screen_open(struct model *model, enum hop_id id);
