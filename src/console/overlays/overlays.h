// overlays — the rows that the registry lists.
#pragma once

#include "console/overlay.h"

extern const struct overlay help_overlay, confirm_overlay, leave_overlay, output_overlay;
extern const struct overlay controls_overlay, loop_overlay;
extern const struct overlay journey_overlay, request_overlay, guide_overlay, profiles_overlay;
extern const struct overlay copy_overlay, event_overlay;

// Of the prompt that searches the help.
struct model;
void help_search(struct model *model, struct str text);
void help_search_submit(struct model *model, struct str text, struct effects *effects);
void help_search_cancel(struct model *model);
extern const struct overlay presenter_overlay;
