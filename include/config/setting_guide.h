// setting_guide — where a value is found, which step of the workshop sets it, and what people get wrong
// there. For the console's `?` on a setting; a table beside settings.c, a row per key (asserted by its test).
//
// Source   the workshop's steps (exercise 4, parts 1 to 3; exercise 3), Segment's and AWS' pages.
// Threads  constant data.
#pragma once

#include "base/str.h"

struct setting_guide {
    const char *key;
    const char *where;   // the page, as a path of what to click
    const char *step;    // of the workshop; NULL: none sets it
    const char *mistake; // the usual one; NULL: none is known
};

const struct setting_guide *setting_guide_find(struct str key); // NULL: unknown key
