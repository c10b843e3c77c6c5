// journey_walk — from one journey to the next without closing it: along the events that the Stream pane lists.
#pragma once

#include "console/model.h"

// 1: the next older event that is listed, -1: the next newer one; a note where there is none. The list's selection
// goes along; the tab, reading and what was searched for stay.
void journey_walk(struct model *model, int step, struct effects *effects);
