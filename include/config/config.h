// config — every setting with its value and where the value came from.
//
// Order    built-in default < sandbox identities (profile `sandbox` only) < profile in the file <
//          environment < command line. The environment wins over the sandbox too, as the contract
//          says without exception: AWS_REGION in the shell counts in the profile `sandbox` as
//          anywhere. The value then carries a note that names the variable and what the sandbox
//          would have given.
// Profile  command line > $RECLOOP_PROFILE > the file's choice > `sandbox`.
// Values   cleaned of what pasting adds (blanks, quotes, line breaks, invisible characters,
//          "KEY="); `note` says what was removed. An empty value in the environment counts as not
//          set.
// Checked  a value that is wrong for its kind is kept, with its `problem`: the console must be
//          able to show and mend it. config_require refuses it.
// Owns     all texts, wiped on release.
// Unknown  a profile that nobody has made yet is empty, and `warning` says so: `config set` makes
//          it.
// Errors   config_load: ERROR_CONFIG for an unknown key on the command line, ERROR_IO for an
//          unreadable file that was named. In the usual place it is a `warning`, since a home
//          that cannot be entered must not keep the sandbox from running. Unknown keys in the
//          file are kept there and reported in `warning`.
// Threads  one at a time; read-only use from any.
#pragma once

#include "base/secret.h"
#include "config/settings.h"

#define CONFIG_SANDBOX_PROFILE "sandbox"

enum config_source {
    CONFIG_UNSET,
    CONFIG_DEFAULT,
    CONFIG_SANDBOX,
    CONFIG_FILE,
    CONFIG_ENVIRONMENT,
    CONFIG_FLAG,
};
const char *config_source_name(enum config_source source); // "unset", "default", "sandbox" …

struct config_value {
    struct secret value; // of every setting, secret or not, so that all are wiped
    bool is_secret;
    enum config_source source;
    char *detail;  // owned: "AWS_REGION", "[profile NAME]", "--region"; NULL for the rest
    char *note;    // owned: what was removed, or whom the value overrides; NULL: nothing
    char *problem; // owned: why the value cannot be right; NULL: looks right
    char *remedy;  // owned: the hint that goes with `problem`
};

struct config {
    char *profile; // owned
    char *path;    // owned: the file, whether it exists or not; "" when there is no home
    char *warning; // owned: unknown keys in the file and the like; NULL: none

    struct config_value region, aws_profile;
    struct config_value campaign_arn, related_campaign_arn, ranking_campaign_arn, filter_arn;
    struct config_value tracking_id;
    struct config_value lambda_function, destination_role_arn, external_id, destination_region;
    struct config_value log_type;
    struct config_value website_write_key, android_write_key, ios_write_key, email_write_key;
    struct config_value personas_write_key;
    struct config_value profile_space_id, profile_api_token;
    struct config_value recommendations_url, user_id, segment_region;
    struct config_value tracking_url, profile_url, aws_endpoint_url;
};

struct config_pair {
    const char *key, *value; // key as in the settings table
};
typedef const char *config_environment_fn(void *context, const char *name);

struct config_options {
    const char *path;                   // NULL: config_file_path
    const char *profile;                // --profile; NULL: not given
    config_environment_fn *environment; // NULL: an empty environment
    void *environment_context;          // borrowed for the call
    const struct config_pair *flags;    // command line
    size_t flag_count;
    const struct config_pair
        *sandbox; // identities the sandbox provides; unknown keys are passed over
    size_t sandbox_count;
};

bool config_load(const struct config_options *options, struct config *out, struct error *err)
    MUST_CHECK;
void config_release(struct config *config);
// The lookup of the real process environment, for config_options.
const char *config_process_environment(void *context, const char *name);

bool config_is_sandbox(const struct config *config);
struct config_value *config_at(struct config *config, const struct setting *setting);
const struct config_value *config_get(const struct config *config, const struct setting *setting);
bool config_is_set(const struct config_value *value);
// The text of a setting that is no secret (asserted); empty when unset.
struct str config_text(const struct config_value *value);
const struct secret *config_secret(const struct config_value *value);
// As people may see it: secrets masked, other text printable.
void config_add_shown(struct buf *out, const struct config_value *value);
// Changes a loaded value: cleans it, notes what was removed, checks it. An empty text unsets.
void config_set(
    struct config *config,
    const struct setting *setting,
    struct str text,
    enum config_source source,
    const char *detail);
// ERROR_CONFIG with the `recloop config set` line when unset or wrong.
bool config_require(const struct config *config, const struct setting *setting, struct error *err)
    MUST_CHECK;
// Cleans a pasted value into `out`; appends to `note` (may be NULL) what was removed, in words.
void config_clean(struct str pasted, struct buf *out, struct buf *note);
