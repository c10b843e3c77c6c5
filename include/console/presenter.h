// presenter — the loop, the list and the trait, large and calm, for a room: over the whole window, readable
// from its last row.
//
// Shape    an overlay (OVERLAY_PRESENTER) that everywhere-keys go on working under, and the feature that
//          remembers what it shows beside the model: the keys pressed just now, how late the trait was.
// Secrets  it reads no setting, and of an account it shows the last four digits; numbers of twelve digits in
//          what failed are masked, so that a picture of it can be shared; so they are in whatever opens over it.
// Threads  the UI's.
#pragma once

#include "console/canvas.h"
#include "console/feature.h"

struct model;

#define PRESENTER_KEYS 6
#define PRESENTER_KEYS_MS 2500 // how long a pressed key is shown

struct presenter {
    uint32_t keys[PRESENTER_KEYS]; // newest last
    size_t key_count;
    int64_t keys_until_ms; // wall; 0: nothing is shown
    double lag_ms;         // from the event to the trait on the profile; below 0: not known
};

extern const struct feature presenter_feature;

// Over whatever is there, except a question; when it is on top, back to that. From what was opened on it, back to it.
void presenter_open(struct model *model);
// What was pressed; while a line is typed nothing, for it may be a secret.
void presenter_note_key(struct model *model, uint32_t key);
// Text of a service without what names an account.
void presenter_add_public(struct buf *out, struct str text);
// The same of all that is drawn: what opens over the presenter mode is seen by the room, too. A number that goes
// on in the next row is found.
void presenter_hide(struct canvas *canvas);
