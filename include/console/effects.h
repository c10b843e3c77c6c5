// effects — what must happen after an update: the update returns it, the console does it.
//
// Owns     commands not yet taken; effects_release.
// Threads  one at a time.
#pragma once

#include "protocol/command.h"

#include <stdbool.h>
#include <stddef.h>

#define EFFECTS_COMMANDS 16

struct effects {
    struct command *commands[EFFECTS_COMMANDS];
    size_t command_count;
    bool bell, quit, repaint; // repaint: everything, also what should already be there
};

void effects_add(struct effects *effects, struct command *take_command);
void effects_release(struct effects *effects);
