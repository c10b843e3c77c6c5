// journey_waterfall — the exchanges of a journey over time: a row each with its bar, and the axis below.
//
// Shape    of the journey that the screen shows; there must be one. The chosen exchange is always among the rows.
// Threads  any; reads the model only.
#pragma once

#include "console/canvas.h"
#include "console/model.h"

#define JOURNEY_WATERFALL_NARROW_BELOW 60 // columns: short titles, no starts

#define JOURNEY_WATERFALL_AXIS_FROM 4 // rows: below, they are for the exchanges alone

int journey_waterfall_rows(int rows); // for exchanges, of so many
void journey_waterfall_draw(const struct model *model, struct rect rect, struct canvas *canvas);
// The first exchange shown in so many rows.
size_t journey_waterfall_top(const struct model *model, int rows);
// Both ends of the loop are calls of the same API: what was called there tells them apart.
const char *journey_waterfall_title(const struct journey_exchange *exchange);
