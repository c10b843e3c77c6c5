// hotspot — the header's tabs and the footer's labels: they are drawn here and, when clicked, do what the key
// does that they name. Drawing and finding walk the same way, so that both agree.
//
// Threads  any; reads the model only.
#pragma once

#include "console/canvas.h"
#include "console/intent.h"

struct model;

void hotspot_draw_header(const struct model *model, struct canvas *canvas);
void hotspot_draw_footer(const struct model *model, struct canvas *canvas);
// What stands at that place of the screen; INTENT_NONE: nothing.
enum intent hotspot_find(const struct model *model, int column, int row);
