// routes_sts — AssumeRole and GetCallerIdentity: forms at the root path, in the body or,
// presigned, in the query.
#include "http/url.h"
#include "routes_aws.h"
#include "sandbox/own_routes.h"

static void
assume_role(struct cloud *cloud, struct exchange *exchange, const struct routes_aws_call *call) {
    struct sts_assume_role input = {0};
    struct sts_session session = {0};
    struct aws_error refusal;
    struct error err = {0};
    if (!sts_decode_assume_role(operation_form(&call->request), &input, &err)) {
        routes_aws_refuse_input(cloud, exchange, call->operation, "ValidationError", &err);
    } else if (!access_assume_role(cloud, &call->caller, &input, &session, &refusal)) {
        routes_aws_refuse(cloud, exchange, call->operation, &refusal);
    } else {
        rng_add_uuid(&cloud->rng, &session.request_id);
        sts_encode_session(&session, &exchange->response);
    }
    sts_session_release(&session);
    sts_assume_role_release(&input);
}

static void get_caller_identity(
    struct cloud *cloud, struct exchange *exchange, const struct routes_aws_call *call) {
    struct sts_identity identity = {0};
    access_identity(cloud, &call->caller, &identity);
    rng_add_uuid(&cloud->rng, &identity.request_id);
    sts_encode_identity(&identity, &exchange->response);
    sts_identity_release(&identity);
}

static enum server_verdict answer(struct cloud *cloud, struct exchange *exchange) {
    struct routes_aws_call call;
    // somebody who looks with a browser is no caller of STS
    if (str_equal(exchange->method, STR("GET")) && !url_query_has(exchange->query, STR("Action"))) {
        struct error err = {0};
        error_set(&err, ERROR_NOT_FOUND, "there is nothing to see at the sandbox's root");
        error_hint(&err, "GET " OWN_ROUTES_HEALTH " tells how it is; `recloop` is its console.");
        routes_answer_error(exchange, &err);
        return SERVER_ANSWER;
    }
    if (!routes_aws_begin(cloud, exchange, &call)) return SERVER_ANSWER;
    if (call.operation == operation_get(OPERATION_ASSUME_ROLE))
        assume_role(cloud, exchange, &call);
    else
        get_caller_identity(cloud, exchange, &call);
    routes_aws_end(&call);
    return SERVER_ANSWER;
}

static const struct route rows[] = {
    {.method = "POST", .path = "/", .run = answer},
    {.method = "GET", .path = "/", .run = answer}, // presigned
};

struct routes routes_sts(void) {
    return (struct routes){.rows = rows, .count = ARRAY_COUNT(rows)};
}
