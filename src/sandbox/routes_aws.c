// routes_aws — see the header.
#include "routes_aws.h"

void routes_aws_end(struct routes_aws_call *call) {
    request_release(&call->request);
    access_caller_release(&call->caller);
}

void routes_aws_add_request_id(struct cloud *cloud, struct exchange *exchange) {
    struct buf id = {0};
    rng_add_uuid(&cloud->rng, &id);
    headers_set(&exchange->response.headers, STR("x-amzn-RequestId"), buf_str(&id));
    buf_release(&id);
}

void routes_aws_refuse(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct operation *operation,
    const struct aws_error *refusal) {
    struct aws_error error = *refusal;
    struct buf id = {0};
    rng_add_uuid(&cloud->rng, &id);
    memcpy(error.request_id, buf_text(&id), id.len + 1);
    buf_release(&id);
    response_release(&exchange->response);
    aws_error_encode(
        operation ? operation->protocol : OPERATION_JSON11,
        operation ? str_from(operation->service) : STR(""), &error, &exchange->response);
}

void routes_aws_refuse_input(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct operation *operation,
    const char *code,
    const struct error *err) {
    struct aws_error refusal;
    access_refuse(&refusal, 400, code, str_from(err->message));
    routes_aws_refuse(cloud, exchange, operation, &refusal);
}

static void refuse_unknown(struct cloud *cloud, struct exchange *exchange) {
    struct aws_error refusal;
    if (server_header(exchange, "X-Amz-Target").len || !str_equal(exchange->path, STR("/"))) {
        access_refuse(
            &refusal, 404, "UnknownOperationException",
            STR("The sandbox does not know this operation."));
        routes_aws_refuse(cloud, exchange, NULL, &refusal);
        return;
    }
    access_refuse(
        &refusal, 400, "InvalidAction",
        STR("The sandbox knows AssumeRole and GetCallerIdentity here."));
    routes_aws_refuse(cloud, exchange, operation_get(OPERATION_GET_CALLER_IDENTITY), &refusal);
}

bool routes_aws_begin(struct cloud *cloud, struct exchange *exchange, struct routes_aws_call *out) {
    *out = (struct routes_aws_call){0};
    struct aws_error refusal;
    server_copy_request(exchange, &out->request);
    out->operation = operation_route(&out->request);
    if (!out->operation) {
        refuse_unknown(cloud, exchange);
    } else if (exchange->is_too_large) {
        access_refuse(
            &refusal, 413, "RequestTooLargeException",
            STR("The request payload exceeded the limit."));
        routes_aws_refuse(cloud, exchange, out->operation, &refusal);
    } else if (access_authenticate(cloud, &out->request, out->operation, &out->caller, &refusal)) {
        out->region = buf_str(&out->caller.region);
        return true;
    } else {
        routes_aws_refuse(cloud, exchange, out->operation, &refusal);
    }
    routes_aws_end(out);
    return false;
}
