// invoke — Lambda's Invoke: both directions of both messages.
//
// Shape    `struct invoke` borrows its text when encoding; when decoded, its views point into its
//          own `storage`. The reply owns its bytes.
// Errors   ERROR_USAGE for members beyond the limits, ERROR_INVALID for a reply that cannot be
// read. Threads  one at a time. Source   botocore service model of lambda, protocols/aws.md 3.5.
#pragma once

#include "base/buf.h"
#include "http/request.h"
#include "http/response.h"

#define INVOKE_MAX_PAYLOAD_BYTES ((size_t)6 << 20)
#define INVOKE_MAX_ASYNC_PAYLOAD_BYTES ((size_t)1 << 20)
#define INVOKE_MAX_CONTEXT_BYTES 3583 // as base64
#define INVOKE_LOG_BYTES 4096         // the tail that is sent back

enum invoke_type { INVOKE_REQUEST_RESPONSE, INVOKE_EVENT, INVOKE_DRY_RUN };
const char *invoke_type_name(enum invoke_type type); // "RequestResponse"

struct invoke {
    struct str function;  // name, name:qualifier, partial or full ARN; not encoded
    struct str qualifier; // empty: none
    enum invoke_type type;
    bool wants_log;            // X-Amz-Log-Type: Tail
    struct str client_context; // JSON text; base64 on the wire
    struct str payload;        // JSON text, may be empty
    struct buf storage;        // owned when decoded
};
void invoke_release(struct invoke *invoke);
bool invoke_encode(
    const struct invoke *invoke, struct str endpoint, struct request *out, struct error *err)
    MUST_CHECK;
// ERROR_LIMIT: the payload is too large; ERROR_INVALID: the client context is no object or too large; else
// ERROR_USAGE. `payload` is a view of the request's body. A qualifier inside the function stays there; see
// invoke_split_function.
bool invoke_decode(const struct request *request, struct invoke *out, struct error *err) MUST_CHECK;

struct invoke_function {
    struct str name, qualifier, account, region; // empty where the text did not say
};
// Takes apart any form FunctionName accepts. ERROR_USAGE with Lambda's own text.
bool invoke_split_function(struct str function, struct invoke_function *out, struct error *err)
    MUST_CHECK;

struct invoke_reply {
    int status;                // 200, 202, 204
    bool has_failed;           // X-Amz-Function-Error was there: the function failed, status is 200
    struct buf function_error; // "Unhandled"
    struct buf executed_version; // "$LATEST"
    struct buf log;              // decoded tail; text from outside
    struct buf payload;
    struct buf error_type, error_message; // of a failed function's payload, when it has them
    struct buf request_id;
};
void invoke_reply_release(struct invoke_reply *reply);
// For 2xx responses; others are aws_error's.
bool invoke_decode_reply(
    const struct response *response, struct invoke_reply *out, struct error *err) MUST_CHECK;
// Cuts the log to its last INVOKE_LOG_BYTES. error_type and error_message are not written: they are
// part of the payload.
void invoke_encode_reply(const struct invoke_reply *reply, struct response *out);
