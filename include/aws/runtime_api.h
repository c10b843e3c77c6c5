// runtime_api — the Lambda Runtime API: how a runtime fetches invocations and hands back what came of
// them. Both sides need the language; here it is written from the server's.
//
// Shape    runtime_api_route takes a request's path apart; the encode functions make the answers; what a
//          runtime posts as its failure is read by runtime_api_read_failure. No I/O, no clock.
// Paths    /2018-06-01/runtime/…, before it optionally "/NAME" of the function that the runtime serves:
//          a client is then told AWS_LAMBDA_RUNTIME_API=127.0.0.1:PORT/NAME.
// Owns     views live as long as the text they were read from; the failure owns its texts.
// Errors   none: anything a runtime sends becomes a route, or a failure of type Unknown.
// Threads  any.
// Source   "Using the Lambda runtime API" of the AWS Lambda Developer Guide; protocols/aws.md 4.1;
//          texts and codes as aws-lambda-runtime-interface-emulator answers them.
#pragma once

#include "base/buf.h"
#include "http/headers.h"
#include "http/response.h"

#define RUNTIME_API_VERSION "2018-06-01"
// What the service takes from a runtime: 6 MiB and a little for its own frame.
#define RUNTIME_API_MAX_PAYLOAD_BYTES (((size_t)6 << 20) + 100)
#define RUNTIME_API_MAX_TYPE_BYTES 128

#define RUNTIME_API_REQUEST_ID "Lambda-Runtime-Aws-Request-Id"
#define RUNTIME_API_DEADLINE "Lambda-Runtime-Deadline-Ms"
#define RUNTIME_API_FUNCTION_ARN "Lambda-Runtime-Invoked-Function-Arn"
#define RUNTIME_API_TRACE_ID "Lambda-Runtime-Trace-Id"
#define RUNTIME_API_CLIENT_CONTEXT "Lambda-Runtime-Client-Context"
#define RUNTIME_API_ERROR_TYPE "Lambda-Runtime-Function-Error-Type"
#define RUNTIME_API_ERROR_BODY "Lambda-Runtime-Function-Error-Body" // trailer; base64
#define RUNTIME_API_RESPONSE_MODE "Lambda-Runtime-Function-Response-Mode"

enum runtime_api_route {
    RUNTIME_API_NEXT,       // GET  …/invocation/next
    RUNTIME_API_RESPONSE,   // POST …/invocation/ID/response
    RUNTIME_API_ERROR,      // POST …/invocation/ID/error
    RUNTIME_API_INIT_ERROR, // POST …/init/error
    RUNTIME_API_WRONG_METHOD,
    RUNTIME_API_UNKNOWN,
};
struct runtime_api_call {
    enum runtime_api_route route;
    struct str function;   // of the prefix; empty: none
    struct str request_id; // of response and error
};
struct runtime_api_call runtime_api_route(struct str method, struct str path);

struct runtime_api_invocation {
    struct str request_id, function_arn; // the ARN as it was invoked, with its qualifier
    struct str trace_id;                 // X-Amzn-Trace-Id; empty: none
    struct str client_context;           // JSON text; empty: none
    struct str payload;
    int64_t deadline_ms; // Unix
};
void runtime_api_encode_next(const struct runtime_api_invocation *invocation, struct response *out);
void runtime_api_encode_accepted(struct response *out); // 202 {"status":"OK"}

enum runtime_api_refusal {
    RUNTIME_API_WRONG_ID,    // 400 InvalidRequestID
    RUNTIME_API_WRONG_STATE, // 403 InvalidStateTransition
    RUNTIME_API_TOO_LARGE,   // 413 RequestEntityTooLarge
    RUNTIME_API_NO_ROUTE,    // 404
    RUNTIME_API_NO_METHOD,   // 405
    RUNTIME_API_STOPPING,    // 500: the runtime gives up and ends
};
// `detail` may be empty; it replaces the usual text.
void runtime_api_encode_refusal(
    enum runtime_api_refusal refusal, struct str detail, struct response *out);

// What …/error and …/init/error bring.
struct runtime_api_failure {
    struct buf type; // sanitised, as logs and metrics show it: "Runtime.Unknown"
    struct buf
        payload; // what the caller of Invoke gets: the body as it came, or one made from nothing
};
void runtime_api_failure_release(struct runtime_api_failure *failure);
// `type` is the header's value, may be empty. A body that is not JSON is wrapped.
void runtime_api_read_failure(struct str type, struct str body, struct runtime_api_failure *out);
// "Function.Kind" and "Runtime.Kind" pass; others become Function.Unknown or Runtime.Unknown.
void runtime_api_add_error_type(struct buf *out, struct str claimed);
bool runtime_api_is_streaming(struct str response_mode); // the header's value
// {"errorMessage":…,"errorType":…}; `type` empty: without errorType.
void runtime_api_add_error(struct buf *out, struct str type, struct str message);
// The text and type of a response that was too large.
#define RUNTIME_API_SIZE_TYPE "Function.ResponseSizeTooLarge"
void runtime_api_add_size_message(struct buf *out, size_t bytes);
