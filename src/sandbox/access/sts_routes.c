// sts_routes — AssumeRole and GetCallerIdentity: forms in the body or, presigned, in the query.
#include "access/calls.h"

static enum server_verdict
assume_role(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct sts_assume_role input = {0};
    struct sts_session session = {0};
    struct aws_error refusal;
    struct error err = {0};
    if (!sts_decode_assume_role(operation_form(&call->request), &input, &err)) {
        calls_refuse_input(cloud, exchange, call->operation, "ValidationError", &err);
    } else if (!access_assume_role(cloud, &call->caller, &input, &session, &refusal)) {
        calls_refuse(cloud, exchange, call->operation, &refusal);
    } else {
        rng_add_uuid(&cloud->rng, &session.request_id);
        sts_encode_session(&session, &exchange->response);
    }
    sts_session_release(&session);
    sts_assume_role_release(&input);
    return SERVER_ANSWER;
}

static enum server_verdict
get_caller_identity(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct sts_identity identity = {0};
    access_identity(cloud, &call->caller, &identity);
    rng_add_uuid(&cloud->rng, &identity.request_id);
    sts_encode_identity(&identity, &exchange->response);
    sts_identity_release(&identity);
    return SERVER_ANSWER;
}

static const struct calls_row rows[] = {
    {OPERATION_ASSUME_ROLE, assume_role},
    {OPERATION_GET_CALLER_IDENTITY, get_caller_identity},
};

struct calls calls_sts(void) {
    return (struct calls){.rows = rows, .count = ARRAY_COUNT(rows)};
}
