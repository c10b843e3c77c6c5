// effects — what must happen after an update: the update returns it, the console does it.
//
// Answers  a file that was written, a text that was edited: model_wrote_file, model_edited_text.
// Owns     commands not yet taken, texts; effects_release.
// Threads  one at a time.
#pragma once

#include "base/buf.h"
#include "protocol/command.h"

#include <stdbool.h>
#include <stddef.h>

#define EFFECTS_COMMANDS 16

struct effects {
    struct command *commands[EFFECTS_COMMANDS];
    size_t command_count;
    bool bell, quit, repaint;        // repaint: everything, also what should already be there
    bool mouse_changed;              // model.is_mouse_off says how it should be
    bool theme_changed;              // model.theme says which
    bool state_changed;              // the state file must know it before anything else happens
    struct buf copy;                 // to the clipboard (OSC 52); empty: nothing
    struct buf file_path, file_text; // to be written, never over another file; empty path: nothing
    struct buf edit_text;            // to be edited in $VISUAL or $EDITOR
    bool edit;                       // … do it
};

void effects_add(struct effects *effects, struct command *take_command);
void effects_release(struct effects *effects);
