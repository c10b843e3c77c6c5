// fuzzy — does what was typed mean this name? As in the palette: letters in order, better at the starts of
// words and next to each other.
//
// Threads  any.
#pragma once

#include "base/str.h"

// 0: no; else the higher the better. Case is ignored (ASCII); blanks in the pattern part words, each of which
// must be found. An empty pattern matches everything alike.
int fuzzy_score(struct str pattern, struct str text);
