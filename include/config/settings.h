// settings — the table of everything that can be set. File keys, environment names, flags, help,
// the console's Setup pane and shell completion follow from its rows.
//
// Shape    one row per key of product.md section 3, in the order people meet them.
// Recipe   a new setting = a field in config.h and a row in settings.c.
// Errors   settings_check: ERROR_CONFIG saying what is wrong with the value, hint = what it looks
//          like. What an ARN points at is told by aws; here only that it begins as one.
// Threads  any; the table is const.
#pragma once

#include "base/buf.h"

#define SETTINGS_MAX_ENVIRONMENT 4
#define SETTINGS_MAX_VALUE_BYTES ((size_t)4096)

enum setting_kind {
    SETTING_TEXT,
    SETTING_URL,
    SETTING_ARN,
    SETTING_FUNCTION, // a function name or an ARN
    SETTING_REGION,
    SETTING_UUID,
    SETTING_KEY,    // letters and digits, no blanks
    SETTING_CHOICE, // one of `choices`
};

// As people meet them; the rows of a group stand together.
enum setting_group {
    SETTING_GROUP_CLOUD,
    SETTING_GROUP_PERSONALIZE,
    SETTING_GROUP_LAMBDA,
    SETTING_GROUP_DESTINATION,
    SETTING_GROUP_WRITE_KEYS,
    SETTING_GROUP_PROFILE,
    SETTING_GROUP_ENDPOINTS,
    SETTING_GROUP_COUNT,
};

struct setting {
    const char *name;                                  // as in the file and on the command line
    const char *environment[SETTINGS_MAX_ENVIRONMENT]; // the first that is set wins
    enum setting_group group;
    enum setting_kind kind;
    bool is_secret;
    const char *choices; // "us,eu"
    const char *initial; // NULL: unset
    const char *example; // what a right value looks like
    const char *help;    // one sentence
    size_t at;           // offset of the struct config_value in struct config
};

const struct setting *settings_all(size_t *count);
const struct setting *settings_find(struct str name); // NULL: unknown
// ERROR_CONFIG "there is no setting X", hint naming the nearest one.
const struct setting *settings_require(struct str name, struct error *err);
const char *settings_group_title(enum setting_group group); // "Segment destination"
const char *settings_kind_name(enum setting_kind kind);
// A cleaned, non-empty value.
bool settings_check(const struct setting *setting, struct str value, struct error *err) MUST_CHECK;
