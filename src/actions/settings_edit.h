// settings_edit — a change to the settings file: lock, load, change, save, tell the
// backend.
//
// Errors   those of config_file; nothing is saved when the change fails.
#pragma once

#include "config/config_file.h"
#include "run.h"

struct settings_edit {
    struct config_file file; // owned
    struct buf path;         // owned
    char *profile;           // owned: the one in use
    int lock_fd;             // held from begin to release
    bool is_locked;
};
bool settings_edit_begin(struct settings_edit *edit, struct run *run, struct error *err) MUST_CHECK;
bool settings_edit_save(struct settings_edit *edit, struct run *run, struct error *err) MUST_CHECK;
void settings_edit_release(struct settings_edit *edit);
