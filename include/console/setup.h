// setup — what the Setup pane knows beyond the settings themselves: the judgement of the value being typed, a
// secret that is shown for a moment, and the profiles.
//
// Rows     headings of groups stand among the settings; setup_setting_at gives NULL for one.
// Secrets  a revealed value comes with a message of its own, is drawn in cells that no record and no export
//          shows (canvas.h), and is wiped after SETUP_REVEAL_MS or with the next key.
// Threads  one: the UI.
#pragma once

#include "base/secret.h"
#include "console/feature.h"

#define SETUP_REVEAL_MS 5000

struct model;

struct setup {
    struct error judged; // of what is being typed; code ERROR_NONE: looks right
    bool is_typed;       // something stands there
    uint64_t reveal_run_id, switch_run_id;
    struct secret revealed; // empty: none
    char *revealed_key;     // owned
    int64_t revealed_until_ms;
    size_t profile; // selected in the overlay of profiles
    char *copied;   // owned: the profile that the next one is made from; NULL: none
    char *made;     // owned: the newest one, to be selected when it is told of; NULL: none
    uint64_t make_run_id;
    struct command *asked; // owned: what a yes gives to the worker; NULL: nothing
    const char *asked_said;
    bool leaves_profile;
    bool has_left; // the account of the settings that are shown; those of the next one come
};

extern const struct feature setup_feature;

size_t setup_row_count(const struct model *model);
// NULL: a heading, whose text is in *out_group (may be NULL).
const struct message_setting *
setup_setting_at(const struct model *model, size_t row, struct str *out_group);
const struct message_setting *setup_selected(const struct model *model); // NULL: none

void setup_judge(struct model *model, struct str value); // of the selected setting
// Of a pasted block of KEY=value lines the one of the selected setting; any other text stays as it is. False with a
// note: the block has none of it.
bool setup_pick_line(struct model *model, struct str *text);
void setup_submit(struct model *model, struct str value, struct effects *effects);
struct setup_question {
    struct str title, text;
    const char *yes, *said; // on the key; when it is done
    bool leaves_profile;    // the one in use is not any more
};
// Before a change that cannot be taken back.
void setup_ask(
    struct model *model, const struct setup_question *question, struct command *take_command);
// Of the selected setting; asks first where it is a secret.
void setup_unset(struct model *model, struct effects *effects);
const char *setup_history_of(const struct model *model);
void setup_reveal(struct model *model, struct effects *effects);
void setup_conceal(struct model *model); // at every key
// The plain value of the setting, when it is being shown now.
bool setup_is_revealed(const struct model *model, const struct message_setting *setting);
void setup_submit_profile(struct model *model, struct str name, struct effects *effects);
void setup_use_profile(struct model *model, const char *name, struct effects *effects);
