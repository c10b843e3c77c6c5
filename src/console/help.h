// help — the help page, drawn from the keymap and the panes.
#pragma once

#include "console/model.h"

void help_draw(const struct model *model, struct rect rect, struct canvas *canvas);
