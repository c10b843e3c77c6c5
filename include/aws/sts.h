// sts — AssumeRole and GetCallerIdentity: both directions of both messages.
//
// Shape    requests are forms, replies XML. Request structs borrow when encoding and own `storage`
//          when decoded; replies own their bytes.
// Errors   ERROR_USAGE when a member breaks a limit (a server answers ValidationError with the
//          message), ERROR_INVALID for a reply that cannot be read.
// Threads  one at a time.
// Source   botocore service model of sts 2011-06-15, protocols/aws.md 3.6.
#pragma once

#include "aws/credentials.h"
#include "aws/query.h"
#include "base/buf.h"
#include "http/request.h"
#include "http/response.h"

#define STS_NAMESPACE "https://sts.amazonaws.com/doc/2011-06-15/"
#define STS_DEFAULT_DURATION_S 3600
#define STS_MAX_POLICY_BYTES 2048 // also what packed policies and tags may take together
#define STS_MAX_POLICY_ARNS 10
#define STS_MAX_TAGS 50

struct sts_assume_role {
    struct str role_arn, session_name;
    struct str external_id; // empty: none
    int64_t duration_s;     // 0: not sent
    struct str policy;      // JSON text; empty: none
    struct str serial_number, token_code, source_identity;
    struct str policy_arns[STS_MAX_POLICY_ARNS];
    size_t policy_arn_count;
    struct sts_tag {
        struct str key, value;
    } tags[STS_MAX_TAGS];
    size_t tag_count;
    struct query form; // owned when decoded
};
void sts_assume_role_release(struct sts_assume_role *assume);
bool sts_check_assume_role(const struct sts_assume_role *assume, struct error *err) MUST_CHECK;
bool sts_encode_assume_role(
    const struct sts_assume_role *assume,
    struct str endpoint,
    struct request *out,
    struct error *err) MUST_CHECK;
bool sts_decode_assume_role(struct str body, struct sts_assume_role *out, struct error *err)
    MUST_CHECK;

struct sts_session {
    struct credentials credentials; // expires_at_s is set
    struct buf assumed_role_id;     // "AROA…:session"
    struct buf arn;                 // "arn:aws:sts::210987654321:assumed-role/shoe-role/sbx"
    int64_t packed_percent;         // of what policies and tags may take; 0: none were sent
    struct buf source_identity;     // empty: none
    struct buf request_id;
};
void sts_session_release(struct sts_session *session);
void sts_encode_session(const struct sts_session *session, struct response *out);
bool sts_decode_session(struct str body, struct sts_session *out, struct error *err) MUST_CHECK;

struct sts_identity {
    struct buf arn, user_id, account, request_id;
};
void sts_identity_release(struct sts_identity *identity);
bool sts_encode_get_caller_identity(struct str endpoint, struct request *out, struct error *err)
    MUST_CHECK;
void sts_encode_identity(const struct sts_identity *identity, struct response *out);
bool sts_decode_identity(struct str body, struct sts_identity *out, struct error *err) MUST_CHECK;
