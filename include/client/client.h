// client — what every call to AWS and Segment needs to know: settings, region, endpoints, keys.
//
// Shape    built from a loaded config; calls are made with client_call.h, answers read with
//          client_reply.h. Nothing is read from disk until a call needs it, and a missing key is an
//          error of the calls that need it, not of the client.
// Region   setting `region`; where that is only the default, the AWS profile's region.
// Endpoint command line > AWS_ENDPOINT_URL_<SERVICE> > setting aws_endpoint_url > AWS profile >
//          computed from the region.
// Owns     its key cache and credentials, wiped by client_free. Borrows config, environment and the
//          texts of the options: they outlive the client.
// Threads  one at a time, with the tasks that use it.
#pragma once

#include "aws/credentials.h"
#include "base/buf.h"
#include "config/config.h"
#include "net/task.h"

struct client;

struct client_options {
    const struct config *config;
    credentials_lookup_fn *lookup; // the environment; NULL: nothing is set
    const void *environment;
    // Keys that win over the whole chain: the sandbox's. Empty: none.
    struct str access_key_id, secret_access_key;
    struct str sandbox_url; // "http://127.0.0.1:7780", for its own routes; empty: no sandbox
};

struct client *client_new(const struct client_options *options);
void client_free(struct client *client);
DEFINE_CLEANUP(struct client, client_free);
// getenv, as a credentials_lookup_fn.
const char *client_process_environment(const void *environment, const char *name);

const struct config *client_config(const struct client *client);
bool client_is_sandbox(const struct client *client); // has a sandbox_url
struct str client_sandbox_url(const struct client *client);
struct str client_region(struct client *client);
// Resolved at the first call and kept. NULL with err when there are none. `origin` of the result
// tells where they came from, for diagnostics.
const struct credentials *client_credentials(struct client *client, struct error *err);
// After keys expired or files changed: the next call looks again.
void client_forget_credentials(struct client *client);
// Base URL of an AWS service ("personalize-runtime") in a region (empty: the client's); `origin`
// (may be NULL) says where it comes from.
bool client_endpoint(
    struct client *client,
    struct str service,
    struct str region,
    struct buf *out,
    struct buf *origin,
    struct error *err) MUST_CHECK;
struct str client_tracking_url(const struct client *client);
struct str client_profile_url(const struct client *client);
// The transfers' options that the settings imply: trusted certificates (AWS_CA_BUNDLE).
struct transfers_options client_transfers_options(const struct client *client);

// Sources of the workshop, each with its write key in the settings.
enum client_source {
    CLIENT_SOURCE_WEBSITE,
    CLIENT_SOURCE_ANDROID,
    CLIENT_SOURCE_IOS,
    CLIENT_SOURCE_EMAIL,
    CLIENT_SOURCE_PERSONAS,
    CLIENT_SOURCE_COUNT,
};
const char *client_source_name(enum client_source source); // "website-prod"
// ERROR_CONFIG with the `config set` line when it is missing.
const struct secret *
client_write_key(const struct client *client, enum client_source source, struct error *err);
