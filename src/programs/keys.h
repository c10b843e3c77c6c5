// keys — the person's own keys: where the file is, what it says, and all keys as text.
//
// File     $XDG_CONFIG_HOME/recloop/keys.ini, else ~/.config/recloop/keys.ini; console/key_file.h reads it.
// Threads  the main thread.
#pragma once

#include "console/key_file.h"

struct key_file *keys_read(void); // mem_free
// All keys to standard output; what is wrong with the file to standard error. Returns the exit code.
int keys_print(void);
