// own_editor — a console in a pseudo terminal whose person has an editor of their own ($VISUAL), and a folder.
#pragma once

#include "base/buf.h"
#include "support/temp_folder.h"
#include "terminal/harness.h"

struct own_editor {
    struct harness *harness; // NULL: not started
    struct temp_folder folder;
};

void own_editor_begin(struct own_editor *here); // makes the folder
void own_editor_end(struct own_editor *here);   // kills what still runs
// An editor that is a script of these lines; its text's path is $1. Appends the value for $VISUAL.
void own_editor_write(const struct own_editor *here, const char *lines, struct buf *out);
void own_editor_start(
    struct own_editor *here, char *const *arguments, const char *visual, int columns, int rows);
