// sigv4_verify — checks the signature of a request that arrived, as AWS does.
//
// Shape    request (raw target, headers as they came, body), policy and the server's clock in; an
//          outcome with the exact AWS code, text and status out. Checks run in the order of
//          protocols/aws.md 1.4; the comparison takes constant time.
// Owns     a claim owns its text: sigv4_verify_claim_release.
// Errors   outcomes, not struct error: what went wrong belongs to the client and goes on the wire.
// Threads  any.
// Source   protocols/aws.md 1.2, 1.4, 1.5.
#pragma once

#include "aws/aws_error.h"
#include "aws/sigv4.h"

enum sigv4_verify_outcome {
    SIGV4_VERIFY_ACCEPTED,
    SIGV4_VERIFY_NO_AUTHENTICATION,
    SIGV4_VERIFY_INCOMPLETE,      // header malformed, part missing
    SIGV4_VERIFY_AMBIGUOUS,       // signed in the header and in the query
    SIGV4_VERIFY_UNSIGNED_HEADER, // host or an x-amz-* header is not in SignedHeaders, or absent
    SIGV4_VERIFY_TOO_OLD,
    SIGV4_VERIFY_TOO_NEW,
    SIGV4_VERIFY_WRONG_REGION,
    SIGV4_VERIFY_WRONG_SERVICE,
    SIGV4_VERIFY_WRONG_TERMINATOR, // the scope does not end in aws4_request
    SIGV4_VERIFY_WRONG_DATE,       // scope date is not the request's date
    SIGV4_VERIFY_UNKNOWN_KEY,
    SIGV4_VERIFY_TOKEN_INVALID, // missing or not the one issued with the key
    SIGV4_VERIFY_TOKEN_EXPIRED,
    SIGV4_VERIFY_BODY_HASH, // x-amz-content-sha256 is not the body's
    SIGV4_VERIFY_SIGNATURE,
    SIGV4_VERIFY_OUTCOME_COUNT,
};
const char *sigv4_verify_outcome_name(enum sigv4_verify_outcome outcome);

// What the request says about itself; all but the signature can be shown.
struct sigv4_verify_claim {
    bool is_presigned;
    struct str access_key_id, date, region, service, terminator;
    struct str signed_headers; // "host;x-amz-date"
    struct str signature;      // hex
    struct str timestamp;      // 20240501T120000Z
    int64_t signed_at_s;
    int64_t expires_s;        // presigned only; 0: not said
    struct str session_token; // empty when none
    struct buf storage;       // owned: the views above point into it
};
void sigv4_verify_claim_release(struct sigv4_verify_claim *claim);
// Steps 1–3: reads the Authorization header or the X-Amz-… parameters. `why` gets the service's words for
// what is wrong; what was sent is told as a hash, for it may be a secret that went astray.
enum sigv4_verify_outcome sigv4_verify_read_claim(
    const struct request *request, struct sigv4_verify_claim *out, struct buf *why);

// A key as the server knows it; filled by the lookup.
struct sigv4_verify_key {
    struct str secret_access_key;
    struct str session_token; // the issued one; empty for long-lived keys
    int64_t expires_at_s;     // 0: never
};
// False when the key id is unknown. Views must live until sigv4_verify returns.
typedef bool
sigv4_verify_lookup_fn(void *context, struct str access_key_id, struct sigv4_verify_key *out);

struct sigv4_verify_policy {
    struct str region;  // accepted region; empty accepts any
    struct str service; // signing name of the routed service; empty accepts any
    int64_t now_s;
    int64_t skew_s; // 0 means 300
    sigv4_verify_lookup_fn *lookup;
    void *lookup_context;
    struct sigv4_key_cache *cache; // may be NULL
};

struct sigv4_verify_result {
    enum sigv4_verify_outcome outcome;
    struct sigv4_verify_claim claim; // what could be read, also on refusal
    struct buf canonical_request;    // ours, when it came that far
    struct buf string_to_sign;
    char detail[640]; // for our own diagnosis: which part, which header
    int64_t now_s, skew_s;
};
void sigv4_verify_result_release(struct sigv4_verify_result *result);
// True when accepted.
bool sigv4_verify(
    const struct request *request,
    const struct sigv4_verify_policy *policy,
    struct sigv4_verify_result *out);
// The reply for a refusal: status, code and text per protocol.
void sigv4_verify_to_aws_error(
    const struct sigv4_verify_result *result,
    enum operation_protocol protocol,
    const struct sigv4_verify_policy *policy,
    struct aws_error *out);
