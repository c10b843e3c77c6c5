// key_file — a person's own keys, as text: sections are contexts, lines give an intent its keys.
//
//     # comments begin a line, as do those with a semicolon
//     [stream]
//     generate = x
//     pause = p, Space        one key or several: "," between them, the comma itself is called Comma
//     invert = none           no key: the palette still has it
//
// Shape    pure: text in, a whole keymap out. What a line says replaces all keys of that intent in that context;
//          what is wrong keeps the keys it has without the line. Several lines may trade their keys.
// Wrong    is what cannot be read, a key with two meanings in one context, a character where text is typed, and
//          whatever would leave no key to quit, to get help, to close or to answer with.
// Notes    are about lines that count and yet may surprise: a key that hides another thing's further out, or that
//          is hidden further in (keymap_find_hidden), where the defaults do not do so themselves. Both lines are named.
// Errors   ERROR_CONFIG, "NAME:LINE:COLUMN: what is wrong" with the next step; columns in characters from 1. The first
//          KEY_FILE_PROBLEMS in the order of the file; all are counted.
// Threads  a value.
#pragma once

#include "base/error.h"
#include "console/keymap.h"

#define KEY_FILE_MAX_BYTES ((size_t)64 << 10)
#define KEY_FILE_PROBLEMS 16
#define KEY_FILE_KEYS 8 // of an intent in a context

struct key_file_problem {
    int line, column; // 0: of the file as a whole
    bool is_note;     // the line counts all the same
    struct error error;
};

struct key_file {
    struct keymap keymap; // the defaults with what the file changes
    struct key_file_problem problems[KEY_FILE_PROBLEMS];
    size_t problem_count;
};

void key_file_read(struct str name, struct str text, struct key_file *out);
// The file cannot be read: the defaults, and why.
void key_file_refuse(struct key_file *out, const struct error *err);
// Every context, intent and key, as a file that says just that. `path` is told in its first lines.
void key_file_list(const struct keymap *keymap, struct str path, struct buf *out);
