// journey_find — a word anywhere in a journey: the requests and answers of every exchange, the log, list and trait.
#pragma once

#include "console/model.h"

// Goes to the next (previous) match of the screen's pattern: in the text that is open, then in the next text that has
// one, around the end with a note. False: it is nowhere in the journey.
bool journey_find_next(struct model *model, bool backwards);
// A new pattern: the text that is open first, all of it.
bool journey_find(struct model *model, struct str pattern);
