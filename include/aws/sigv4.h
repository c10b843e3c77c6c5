// sigv4 — signs an HTTP request for AWS.
//
// Shape    request in, the same request with its signing headers (or query parameters) out; no I/O,
//          no clock. The URL is absolute, or a bare target when a Host header is present.
// Stages   canonical request → string to sign → key → signature → signed request; each is a
//          function here and has test vectors.
// Units    `now_s` is Unix time in seconds; one reading serves the header and the scope.
// Owns     nothing; `request` is changed in place, `credentials` are borrowed for the call.
//          A key cache owns derived keys: wipe it with sigv4_key_cache_release.
// Errors   ERROR_EXPIRED when the credentials end before `now_s`; ERROR_INVALID for a bad URL.
// Threads  any; a key cache belongs to one thread at a time.
// Source   AWS IAM User Guide, "Create a signed AWS API request"; protocols/aws.md 1.
#pragma once

#include "aws/credentials.h"
#include "base/digest.h"
#include "http/request.h"

#define SIGV4_ALGORITHM "AWS4-HMAC-SHA256"
#define SIGV4_TERMINATOR "aws4_request"
#define SIGV4_TIMESTAMP_BYTES 17 // 20240501T120000Z and the NUL
#define SIGV4_MAX_EXPIRES_S 604800
#define SIGV4_CACHED_KEYS 8

struct sigv4_key {
    uint8_t bytes[DIGEST_BYTES];
};

// What each stage made, for tests, `--explain` and error reports. Holds no secret.
struct sigv4_stages {
    struct buf canonical_request, string_to_sign, signed_headers;
    char payload_hash[DIGEST_HEX_BYTES];
    char signature[DIGEST_HEX_BYTES];
};
void sigv4_stages_release(struct sigv4_stages *stages);

// Derived keys by secret, date, region and service; the one made first goes first. The secret itself
// is held and compared in constant time: hashing it at each signing would cost a tenth of the whole.
// The cache also keeps the signer's working memory, so that signing does not allocate.
struct sigv4_key_cache {
    struct sigv4_cached_key {
        struct secret secret;
        char scope[96]; // date/region/service; empty for a free slot
        struct digest_hmac_key key;
    } slots[SIGV4_CACHED_KEYS];
    size_t next;
    struct sigv4_stages stages;
    struct buf work;
};
void sigv4_key_cache_release(struct sigv4_key_cache *cache);
// The prepared key for "date/region/service", made when it is not there; good until the next call.
const struct digest_hmac_key *
sigv4_key_cache_get(struct sigv4_key_cache *cache, struct str secret, struct str scope);

struct sigv4_options {
    struct str region, service; // signing name: "personalize" for its three hosts
    int64_t now_s;
    struct sigv4_key_cache *cache; // may be NULL
    bool keep_path;                // no normalisation of the path (S3 style)
    bool add_body_hash;            // header form: send and sign x-amz-content-sha256
    bool leave_token_unsigned;     // session token sent, but added after signing
    int64_t expires_s;             // query form: 1 … SIGV4_MAX_EXPIRES_S
};

// Header form: adds Host (if missing), X-Amz-Date, X-Amz-Security-Token, Authorization; signing
// again replaces them. `stages` may be NULL.
bool sigv4_sign_request(
    struct request *request,
    const struct credentials *credentials,
    const struct sigv4_options *options,
    struct sigv4_stages *stages,
    struct error *err) MUST_CHECK;
// Query form: the X-Amz-… parameters are added to the URL, the headers are signed as they are.
bool sigv4_presign_request(
    struct request *request,
    const struct credentials *credentials,
    const struct sigv4_options *options,
    struct sigv4_stages *stages,
    struct error *err) MUST_CHECK;
// Headers that proxies and clients change on the way; they are never signed.
bool sigv4_is_unsigned_header(struct str name);

// The stages, shared with the verifying side.
void sigv4_canonical_path(struct buf *out, struct str raw_path, bool normalise);
// `except` names one parameter to leave out (X-Amz-Signature), or is empty.
bool sigv4_canonical_query(
    struct buf *out, struct str raw_query, struct str except, struct error *err) MUST_CHECK;
// For each name of the sorted list "host;x-amz-date": name:value\n.
void sigv4_canonical_headers(
    struct buf *out, const struct headers *headers, struct str signed_headers);
void sigv4_string_to_sign(
    struct buf *out, struct str timestamp, struct str scope, struct str canonical_request);
void sigv4_derive_key(
    struct str secret,
    struct str date,
    struct str region,
    struct str service,
    struct sigv4_key *out);
void sigv4_signature(
    const struct sigv4_key *key, struct str string_to_sign, char out[DIGEST_HEX_BYTES]);
