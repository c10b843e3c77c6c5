// access — who a request comes from, and what that one may do: the sandbox's IAM and STS.
//
// Who      the permanent key (user/recloop) may do everything, and stands for Segment's account when it
//          assumes a role; a session of the destination role may invoke exactly the workshop's
//          function, bare, in the sandbox's region.
// Texts    refusals in AWS's grammar (aws.md 5.1), the same for a missing role, a wrong principal and a
//          wrong external id, as in the cloud.
// Threads  the sandbox's.
// Source   workshop template, segment.md 4.3.
#pragma once

#include "aws/aws_error.h"
#include "aws/sigv4_verify.h"
#include "aws/sts.h"
#include "cloud.h"

struct access_caller {
    bool is_session;
    struct buf arn, user_id; // owned
    struct buf role;         // owned; name, of a session
    struct buf region;       // owned; the one the request is scoped to
};
void access_caller_release(struct access_caller *caller);

// Verifies the signature and tells the caller; the refusal goes to `refusal`.
bool access_authenticate(
    struct cloud *cloud,
    const struct request *request,
    const struct operation *operation,
    struct access_caller *out,
    struct aws_error *refusal);
// May the caller do this? `resource` empty: no resource in the text.
bool access_allows(
    const struct cloud *cloud,
    const struct access_caller *caller,
    const char *action,
    struct str resource,
    struct aws_error *refusal);

// The trust policy alone, as Segment's account meets it.
bool access_trusts(
    const struct cloud *cloud,
    struct str role_arn,
    struct str external_id,
    struct str principal,
    struct aws_error *refusal);
bool access_assume_role(
    struct cloud *cloud,
    const struct access_caller *caller,
    const struct sts_assume_role *call,
    struct sts_session *out,
    struct aws_error *refusal);
void access_identity(
    struct cloud *cloud, const struct access_caller *caller, struct sts_identity *out);
// Does the role exist, and may this service ("lambda.amazonaws.com") assume it?
bool access_role_serves(struct cloud *cloud, struct str role_arn, struct str service);
// By the policies of a role alone: for functions, which run as their execution role. Cheap: decisions are
// remembered. The refusal names the role's session `session` (a function's name).
bool access_role_allows(
    struct cloud *cloud,
    struct str role_name,
    struct str session,
    const char *action,
    struct str resource,
    struct aws_error *refusal);
// New temporary credentials of a role, as AssumeRole gives them: for functions that people bring. False:
// there is no such role.
bool access_issue_credentials(
    struct cloud *cloud,
    struct str role_name,
    struct str session,
    int64_t duration_s,
    struct sts_session *out);
// The destination role's session, without credentials: for deliveries inside the process.
void access_make_session_caller(
    const struct cloud *cloud, struct str region, struct str session, struct access_caller *out);

void access_refuse(struct aws_error *refusal, int status, const char *code, struct str message);
