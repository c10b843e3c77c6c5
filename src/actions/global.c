// global — see the header.
#include "actions/global.h"

#include "base/attributes.h"

#include <string.h>

const struct parameter global_parameters[] = {
    {
        .name = "profile",
        .kind = PARAMETER_TEXT,
        .metavar = "NAME",
        .help = "settings of that profile",
    },
    {
        .name = "config",
        .kind = PARAMETER_FILE,
        .metavar = "FILE",
        .help = "another settings file",
    },
    {
        .name = "json",
        .kind = PARAMETER_FLAG,
        .help = "print JSON",
    },
    {
        .name = "quiet",
        .kind = PARAMETER_FLAG,
        .help = "no notes on standard error, errors only",
    },
    {
        .name = "verbose",
        .kind = PARAMETER_FLAG,
        .help = "also what happens in between, and every request",
    },
    {
        .name = "no-color",
        .kind = PARAMETER_FLAG,
        .help = "no colour, also on a terminal (as NO_COLOR does)",
    },
    {
        .name = "ascii",
        .kind = PARAMETER_FLAG,
        .help = "no signs beyond ASCII",
    },
    {
        .name = "timeout",
        .kind = PARAMETER_NUMBER,
        .metavar = "MS",
        .help = "give up after that many milliseconds",
    },
    {
        .name = "help",
        .kind = PARAMETER_FLAG,
        .help = "what a command does and takes",
    },
};

size_t global_count(void) {
    return ARRAY_COUNT(global_parameters);
}

const struct parameter *global_find(const char *name) {
    for (size_t i = 0; i < ARRAY_COUNT(global_parameters); i++) {
        if (strcmp(global_parameters[i].name, name) == 0) return &global_parameters[i];
    }
    return NULL;
}
