// credentials — keys, and the two AWS files and the environment they come from, as text.
//
// Shape    text in, values out; reading files and calling processes or the metadata service is
//          client's work. The chain has a fixed order of sources: enum credentials_source lists it
//          whole, CREDENTIALS_ENVIRONMENT and CREDENTIALS_PROFILE_KEYS are read here; for the
//          others a profile tells that it asks for one (credentials_profile_source), and the rest
//          of the chain will start there.
// Owns     every struct here owns its bytes; secrets are wiped on release.
// Errors   ERROR_CONFIG, ERROR_NOT_FOUND for a profile that does not exist.
// Threads  one at a time.
// Source   botocore's credential chain and file parser (protocols/aws.md 2.1, 2.2).
#pragma once

#include "base/buf.h"
#include "base/secret.h"

#define CREDENTIALS_TEXT_MAX_BYTES ((size_t)1 << 20)

enum credentials_source {
    CREDENTIALS_NONE,
    CREDENTIALS_EXPLICIT,      // given in code or by our settings
    CREDENTIALS_ENVIRONMENT,   // AWS_ACCESS_KEY_ID …
    CREDENTIALS_ASSUME_ROLE,   // profile with role_arn
    CREDENTIALS_WEB_IDENTITY,  // profile with web_identity_token_file
    CREDENTIALS_SSO,           // profile with sso_session or sso_start_url
    CREDENTIALS_PROFILE_KEYS,  // keys in the credentials or config file
    CREDENTIALS_LOGIN_SESSION, // profile with login_session
    CREDENTIALS_PROCESS,       // profile with credential_process
    CREDENTIALS_CONTAINER,
    CREDENTIALS_INSTANCE,
    CREDENTIALS_SOURCE_COUNT,
};
const char *credentials_source_name(enum credentials_source source);

struct credentials {
    struct buf access_key_id;
    struct secret secret_access_key;
    struct secret session_token; // unset for long-lived keys
    int64_t expires_at_s;        // Unix time; 0 means never
    enum credentials_source source;
    struct buf origin; // "environment", "profile work in ~/.aws/credentials"
};

void credentials_release(struct credentials *credentials);
void credentials_copy(
    const struct credentials *from, struct credentials *to); // `to` is emptied first
bool credentials_are_set(const struct credentials *credentials);
// For tests, the sandbox and settings. An empty token means none.
void credentials_set(
    struct credentials *credentials,
    struct str access_key_id,
    struct str secret_access_key,
    struct str session_token);

// The environment as a function, so that nothing here reads the process. NULL when unset.
typedef const char *credentials_lookup_fn(const void *environment, const char *name);

// True with credentials_are_set(out) false when the environment names none. Empty values count as
// unset; a key id without a secret (or the reverse) is a hard error, not a fall-through.
bool credentials_from_environment(
    credentials_lookup_fn *lookup,
    const void *environment,
    struct credentials *out,
    struct error *err) MUST_CHECK;

struct credentials_entry {
    struct buf section, key, value; // section is the profile name, or "services local"
    struct buf parent;              // of a nested line: the key above it; else empty
    bool is_from_config;            // config file, else credentials file
    size_t line;
};

enum credentials_warning_kind {
    CREDENTIALS_WARNING_BOM,            // byte order mark: botocore fails
    CREDENTIALS_WARNING_QUOTES,         // kept as part of the value
    CREDENTIALS_WARNING_INLINE_COMMENT, // " # c": part of the value for botocore, a comment
                                        // elsewhere
    CREDENTIALS_WARNING_NO_EQUALS,      // ignored here, an error for botocore
    CREDENTIALS_WARNING_DUPLICATE_KEY,  // last wins here, an error for botocore
    CREDENTIALS_WARNING_DUPLICATE_SECTION,
    CREDENTIALS_WARNING_PROFILE_PREFIX,    // [profile x] in the credentials file
    CREDENTIALS_WARNING_NO_PROFILE_PREFIX, // [x] in the config file: ignored
    CREDENTIALS_WARNING_OUTSIDE,           // a line before the first section
    CREDENTIALS_WARNING_BAD_SECTION,
    CREDENTIALS_WARNING_INVISIBLE, // zero-width or other foreign characters in a key
};
struct credentials_warning {
    enum credentials_warning_kind kind;
    bool is_from_config;
    size_t line;
    struct buf text; // what it means, without the value
};

// Both files together, entries in order of reading.
struct credentials_files {
    struct credentials_entry *entries; // owned
    size_t entry_count, entry_cap;
    struct buf *sections; // owned; names of the profiles that exist, in order
    size_t section_count, section_cap;
    struct credentials_warning *warnings; // owned
    size_t warning_count, warning_cap;
};
void credentials_files_release(struct credentials_files *files);

enum credentials_file { CREDENTIALS_FILE_CREDENTIALS, CREDENTIALS_FILE_CONFIG };
// Adds one file's text; a missing file is simply not added. Fails for text that is no text.
bool credentials_files_add(
    struct credentials_files *files,
    enum credentials_file which,
    struct str text,
    struct error *err) MUST_CHECK;
bool credentials_files_has_profile(const struct credentials_files *files, struct str profile);
// Value of a profile's key (lower case); credentials-file values override config-file values.
// ptr NULL when absent or empty.
struct str
credentials_files_get(const struct credentials_files *files, struct str profile, const char *key);
// endpoint_url for a service ("personalize_runtime"): the profile's services section, then the
// profile; ptr NULL when absent or when the profile says ignore_configured_endpoint_urls.
struct str credentials_files_endpoint(
    const struct credentials_files *files, struct str profile, const char *service_key);
// What the profile asks for, in the order of the chain; CREDENTIALS_NONE when it holds no keys.
enum credentials_source
credentials_profile_source(const struct credentials_files *files, struct str profile);
// Static keys of the profile. ERROR_NOT_FOUND for an unknown profile, ERROR_CONFIG for half a pair
// or for a profile whose keys come from elsewhere, such as a role or SSO (the message names it).
bool credentials_from_profile(
    const struct credentials_files *files,
    struct str profile,
    struct credentials *out,
    struct error *err) MUST_CHECK;
