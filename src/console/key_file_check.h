// key_file_check — changes of keys, made together; those that cannot stand are taken out again.
//
// Owns     key_changes_release.
// Threads  a value.
#pragma once

#include "console/key_file.h"

struct key_change {
    enum keymap_context context;
    enum intent intent;
    uint32_t keys[KEY_FILE_KEYS];
    int columns[KEY_FILE_KEYS]; // where each stands
    size_t key_count;
    int line, column; // of the intent
    bool is_wrong;
};

struct key_changes {
    struct key_change *list; // in the order of the file
    size_t count, cap;
};

struct key_finding {
    const struct key_change *change;
    size_t key;           // which of its keys; 0 when it has none
    struct str why, hint; // borrowed
    bool is_note;         // it stands; else it was taken out
};
typedef void key_changes_tell_fn(void *context, const struct key_finding *finding);

void key_changes_add(struct key_changes *changes, const struct key_change *change);
void key_changes_make(
    struct key_changes *changes, struct keymap *out, key_changes_tell_fn *tell, void *context);
void key_changes_release(struct key_changes *changes);
