// credential_source — where AWS keys come from, each place behind the same two functions.
//
// Shape    a source answers fetch with one of three: keys; "I have none" (true, and
//          credentials_are_set(out) is false); or an error that ends the search. The chain is
//          itself a source: it asks its members in order and stops at the first that has keys or
//          fails.
// Order    enum credentials_source of aws/credentials.h: explicit, environment, web identity, profile,
//          container. A profile chosen explicitly leaves the environment out; AWS_PROFILE does not.
// Not yet  roles, web identity, SSO, credential_process, container and instance: a profile or
//          environment that asks for one of them is an ERROR_CONFIG that names it and says how to
//          get plain keys from it. Each will be a file of its own and a row in client.c's chain.
// Owns     credential_source_free releases a source; a chain owns its members.
// Errors   ERROR_CONFIG, ERROR_NOT_FOUND for an unknown profile, ERROR_IO for an unreadable file.
// Threads  one at a time.
#pragma once

#include "aws/credentials.h"

struct credential_source;
struct credential_source_ops {
    bool (*fetch)(struct credential_source *source, struct credentials *out, struct error *err);
    void (*free)(struct credential_source *source);
};
// First member of every concrete source.
struct credential_source {
    const struct credential_source_ops *ops;
};

bool credential_source_fetch(
    struct credential_source *source, struct credentials *out, struct error *err) MUST_CHECK;
void credential_source_free(struct credential_source *source); // NULL is fine

// Keys given by us: those of the sandbox. Empty texts: the source has none. Copied.
struct credential_source *credential_source_explicit(
    struct str access_key_id, struct str secret_access_key, struct str session_token);
struct credential_source *
credential_source_environment(credentials_lookup_fn *lookup, const void *environment);
// `files` is borrowed. A profile that was named (is_chosen) must exist; "default" may be missing.
struct credential_source *credential_source_profile(
    const struct credentials_files *files, struct str profile, bool is_chosen);
// Has no keys; fails when the environment points at a source we cannot use yet: `which` is
// CREDENTIALS_WEB_IDENTITY or CREDENTIALS_CONTAINER, each with its own place in the order.
struct credential_source *credential_source_unsupported(
    enum credentials_source which, credentials_lookup_fn *lookup, const void *environment);
struct credential_source *credential_source_chain(void);
void credential_source_chain_add(
    struct credential_source *chain, struct credential_source *take_member);

// Reads ~/.aws/credentials and ~/.aws/config, or the files that AWS_SHARED_CREDENTIALS_FILE and
// AWS_CONFIG_FILE name; a missing file is no error.
bool credential_source_read_files(
    credentials_lookup_fn *lookup,
    const void *environment,
    struct credentials_files *out,
    struct error *err) MUST_CHECK;
