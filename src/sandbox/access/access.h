// access — who a request comes from, and what that one may do: the sandbox's STS and the questions to its
// IAM.
//
// Who      the permanent key is user/recloop with AdministratorAccess; it also stands for Segment's
//          account when it assumes a role, for the real one has no key here. A session has the rights of
//          its role, narrowed by the session's policies.
// Deciding all of it by the documents of roles.h.
// Texts    refusals in AWS's grammar (aws.md 5.1), the same for a missing role, a wrong principal and a
//          wrong external id, as in the cloud. calls_refuse gives them the code and status of the protocol.
// Threads  the sandbox's.
// Source   IAM User Guide, "Policy evaluation logic"; aws.md 1.4, 3.6; segment.md 4.3.
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
    struct buf policies;     // owned; JSON list of a session's own documents; empty: none
};
void access_caller_release(struct access_caller *caller);

// Verifies the signature and tells the caller; the refusal goes to `refusal`.
bool access_authenticate(
    struct cloud *cloud,
    const struct request *request,
    const struct operation *operation,
    struct access_caller *out,
    struct aws_error *refusal);
// May the caller do this? `resource` empty: the action has none ("*"), and the text names none. Cheap:
// what was allowed and cannot change is remembered.
bool access_allows(
    const struct cloud *cloud,
    const struct access_caller *caller,
    const char *action,
    struct str resource,
    struct aws_error *refusal);
// By the policies of a role alone: for functions, which run as their execution role. The refusal names
// the role's session `session` (a function's name).
bool access_role_allows(
    const struct cloud *cloud,
    struct str role_name,
    struct str session,
    const char *action,
    struct str resource,
    struct aws_error *refusal);
// Does the role exist, and may this service ("lambda.amazonaws.com") assume it?
bool access_role_serves(const struct cloud *cloud, struct str role_arn, struct str service);

// The trust policy alone. `principal` empty: Segment's own.
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
// New temporary credentials of a role, as AssumeRole gives them: for functions that people bring. False:
// there is no such role.
bool access_issue_credentials(
    struct cloud *cloud,
    struct str role_name,
    struct str session,
    int64_t duration_s,
    struct sts_session *out);
void access_identity(
    struct cloud *cloud, const struct access_caller *caller, struct sts_identity *out);
// A session of a role, without credentials: for deliveries inside the process. Of a role that is not there
// it may nothing.
struct access_session {
    struct str role_arn, region, name;
};
void access_make_session_caller(
    const struct cloud *cloud, const struct access_session *session, struct access_caller *out);

void access_refuse(struct aws_error *refusal, int status, const char *code, struct str message);
