// hotspot — the header's tabs and the footer's labels: they are drawn here and, when clicked, press the key
// that they name. Drawing and finding walk the same way, so that both agree.
//
// Threads  any; reads the model only.
#pragma once

#include "console/canvas.h"

struct model;

void hotspot_draw_header(const struct model *model, struct canvas *canvas);
void hotspot_draw_footer(const struct model *model, struct canvas *canvas);
// The key of what stands at that place of the screen; 0: none.
uint32_t hotspot_find(const struct model *model, int column, int row);
