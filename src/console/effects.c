// effects — see the header.
#include "console/effects.h"

#include "base/attributes.h"

void effects_add(struct effects *effects, struct command *take_command) {
    ASSERT(effects->command_count < EFFECTS_COMMANDS);
    effects->commands[effects->command_count++] = take_command;
}

void effects_release(struct effects *effects) {
    if (!effects) return;
    for (size_t i = 0; i < effects->command_count; i++)
        command_free(effects->commands[i]);
    buf_release(&effects->copy);
    buf_release(&effects->file_path);
    buf_release(&effects->file_text);
    buf_release(&effects->edit_text);
    *effects = (struct effects){0};
}
