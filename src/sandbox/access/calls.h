// calls — every AWS request: routed by operation, its signature verified, its caller known, then given
// to the function of that operation; errors in the protocol's shape, the request id.
//
// Shape    a service's file exports its rows (operation, function). A function decodes exchange->body or
//          operation_form, asks access_allows, fills exchange->response and returns a verdict as routes do.
// Owns     the call belongs to the dispatcher; good until the function returns.
// Threads  the sandbox's.
#pragma once

#include "access/access.h"
#include "routes.h"

struct call {
    struct request request;
    const struct operation *operation;
    struct access_caller caller;
    struct str region; // where the request arrived
};

typedef enum server_verdict
call_fn(struct cloud *cloud, struct exchange *exchange, const struct call *call);
struct calls {
    const struct calls_row {
        enum operation_id operation;
        call_fn *run;
    } * rows;
    size_t count;
};
struct calls calls_personalize_runtime(void); // and -events
struct calls calls_personalize_control(void);
struct calls calls_lambda(void); // Invoke
struct calls calls_lambda_control(void);
struct calls calls_lambda_versions(void);
struct calls calls_sts(void);
struct calls calls_iam(void);
struct calls calls_logs(void);

// Code and status of a denial as that operation's protocol has them.
void calls_fit_denial(const struct operation *operation, struct aws_error *error);
// Refusals replace what is in the response.
void calls_refuse(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct operation *operation,
    const struct aws_error *refusal);
void calls_refuse_input(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct operation *operation,
    const char *code,
    const struct error *err);
void calls_add_request_id(struct cloud *cloud, struct exchange *exchange);
