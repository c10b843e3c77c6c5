// journey_text — what the tabs of the journey say.
#pragma once

#include "console/journey_screen.h"
#include "console/sheet.h"

const char *journey_tab_title(enum journey_tab tab);
// The text of a tab into the fold; nothing for the tabs that compare.
void journey_text_set(
    struct fold *fold,
    const struct journey *journey,
    const struct journey_exchange *exchange,
    enum journey_tab tab);
// Why there is no text.
struct str journey_text_absence(
    const struct journey *journey, const struct journey_exchange *exchange, enum journey_tab tab);
// List or trait, before and after, side by side.
void journey_text_compare(const struct journey *journey, enum journey_tab tab, struct sheet *sheet);
