// shell — shell completion scripts, made from the action table.
//
// Threads  any.
#pragma once

#include "base/buf.h"

void shell_add_bash(struct buf *out);
void shell_add_zsh(struct buf *out);
void shell_add_fish(struct buf *out);
