// endpoint — the base URL of a service: computed from the region, or overridden.
//
// Shape    precedence: explicit setting, AWS_ENDPOINT_URL_<ID>, AWS_ENDPOINT_URL, profile's
//          services section, profile's endpoint_url, computed.
//          AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true disables the middle four.
// Errors   ERROR_CONFIG for an override that is no URL.
// Threads  any.
// Source   protocols/aws.md 2.7.
#pragma once

#include "aws/credentials.h"
#include "base/buf.h"

struct endpoint_service {
    const char *id;         // "personalize-runtime": as in the host name
    const char *env_suffix; // "PERSONALIZE_RUNTIME"
    const char *key;        // "personalize_runtime": in services sections
};
const struct endpoint_service *endpoint_service_find(struct str id); // NULL when unknown
// "https://personalize-runtime.eu-west-1.amazonaws.com"
void endpoint_default(struct buf *out, struct str service_id, struct str region);
// The region to sign for: IAM has one region per partition, others the client's.
struct str endpoint_signing_region(struct str service_id, struct str region);

struct endpoint_sources {
    struct str override;           // setting or option; empty when not given
    credentials_lookup_fn *lookup; // may be NULL
    const void *environment;
    const struct credentials_files *files; // may be NULL
    struct str profile;
};
// Base URL without '/' at the end. `origin` (may be NULL) says where it came from.
bool endpoint_resolve(
    struct buf *out,
    struct str service_id,
    struct str region,
    const struct endpoint_sources *sources,
    struct buf *origin,
    struct error *err) MUST_CHECK;
