// descriptor — what an action is called, what it takes and what it is for. Constant data that the
// command line, its help and completion, and the console's palette all read.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum parameter_kind {
    PARAMETER_FLAG,   // --watch
    PARAMETER_TEXT,   // --user U
    PARAMETER_NUMBER, // --num N
    PARAMETER_FILE,   // --event FILE, "-" is standard input
    PARAMETER_CHOICE, // --via segment|destination
};

struct parameter {
    const char *name; // "user"; on the command line --user
    enum parameter_kind kind;
    const char *metavar; // "U"; NULL for flags and choices
    const char *help;
    const char *initial;        // shown as the default; NULL: none
    const char *const *choices; // NULL-terminated; PARAMETER_CHOICE only
    bool positional, required, repeats;
};

// What it changes, at most. In a real account one event is one call that writes: Segment's or PutEvents.
enum descriptor_writes {
    DESCRIPTOR_WRITES_UNTOLD, // nobody has said: asked about like many
    DESCRIPTOR_WRITES_NOTHING,
    DESCRIPTOR_WRITES_LOCAL, // files of this machine, the sandbox
    DESCRIPTOR_WRITES_ONE,   // one event
    DESCRIPTOR_WRITES_MANY,  // more than one: asked about before it goes to a real account
};

struct descriptor {
    const char *name;    // "send", or "sandbox env" for an action below another
    const char *summary; // one line, no full stop
    const char *details; // paragraphs for `help NAME`; may be NULL
    const struct parameter *parameters;
    size_t parameter_count;
    const char *const *examples; // NULL-terminated; may be NULL
    bool in_palette;             // offered in the console
    enum descriptor_writes writes;
    bool takes_away; // something that cannot be brought back: always asked about
};

const struct parameter *
descriptor_find_parameter(const struct descriptor *descriptor, const char *name);
