// routes_aws — what every AWS route begins and ends with: the signature, the caller, errors in the
// protocol's shape, the request id.
//
// Owns     the call; routes_aws_end.
// Threads  the sandbox's.
#pragma once

#include "access.h"
#include "routes.h"

struct routes_aws_call {
    struct request request;
    const struct operation *operation;
    struct access_caller caller;
    struct str region; // where the request arrived
};
// False: the refusal is in the exchange's response already.
bool routes_aws_begin(struct cloud *cloud, struct exchange *exchange, struct routes_aws_call *out);
void routes_aws_end(struct routes_aws_call *call);
void routes_aws_refuse(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct operation *operation,
    const struct aws_error *refusal);
void routes_aws_refuse_input(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct operation *operation,
    const char *code,
    const struct error *err);
void routes_aws_add_request_id(struct cloud *cloud, struct exchange *exchange);
