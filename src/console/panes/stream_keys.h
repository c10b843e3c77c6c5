// stream_keys — what the keys of the events' list do to it.
#pragma once

#include "console/intent.h"

#include <stdbool.h>

struct model;

bool stream_keys_handle(struct model *model, enum intent intent); // false: not mine
