// keymap_table — the keys as the program has them, before a person's own (keymap.h).
//
// Threads  constant data.
#pragma once

#include "console/keymap.h"

const struct keymap_row *keymap_table(size_t *out_count);
