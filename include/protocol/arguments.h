// arguments — the values given to an action: from a command line, a palette or a pane.
//
// Shape    name/value pairs in order of arrival; a repeated parameter has several. Flags have the
// value "1". Owns     its strings; release with arguments_release, copy with arguments_copy.
// Threads  one at a time.
#pragma once

#include "base/error.h"
#include "base/str.h"

#define ARGUMENTS_MAX 512 // values of one call; past it arguments_add refuses

struct arguments {
    struct arguments_pair {
        char *name, *value;
    } * pairs;
    size_t count;
};

bool arguments_add(struct arguments *arguments, struct str name, struct str value);
void arguments_set(struct arguments *arguments, const char *name, struct str value); // replaces
void arguments_copy(const struct arguments *from, struct arguments *to);
void arguments_release(struct arguments *arguments);
bool arguments_has(const struct arguments *arguments, const char *name);
// The last value of that name; the empty str when absent.
struct str arguments_get(const struct arguments *arguments, const char *name);
struct str arguments_get_at(const struct arguments *arguments, const char *name, size_t nth);
size_t arguments_count(const struct arguments *arguments, const char *name);
// `fallback` when absent; ERROR_USAGE when it is no number or outside the range.
bool arguments_number(
    const struct arguments *arguments,
    const char *name,
    int64_t fallback,
    int64_t minimum,
    int64_t maximum,
    int64_t *out,
    struct error *err) MUST_CHECK;
