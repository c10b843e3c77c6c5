// parse — a command line as an action with its arguments.
//
// Shape    recloop [GLOBAL…] COMMAND [SUBCOMMAND] [OPTION…] [ARGUMENT…]. Global flags stand anywhere.
//          `--x=y` and `--x y`; `--` ends the options; "-" alone is an argument. Names come from the
//          action table. No command at all means the console.
// Values   checked for their kind here (numbers, choices), for their meaning by the action.
// Errors   ERROR_USAGE with the nearest known name or the help command as hint.
// Owns     `arguments` and `globals`; parse_release.
// Threads  any.
#pragma once

#include "actions/action.h"

struct parse {
    const struct action *action; // NULL: the console
    struct arguments arguments;  // of the action
    struct arguments globals;    // global flags by name
};

bool parse_command_line(int count, const char *const *words, struct parse *out, struct error *err)
    MUST_CHECK;
void parse_release(struct parse *parse);
// The known name nearest to `text`, or NULL when none is near.
const char *parse_nearest(struct str text, const char *const *names, size_t count);
