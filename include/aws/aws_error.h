// aws_error — error replies of AWS: reading them as a client, writing them as a server, and what
// follows from each code.
//
// Shape    one plain value for all three protocols; texts longer than the fields are cut.
// Errors   none: any reply becomes an aws_error, if only "HTTP 502 Bad Gateway".
// Threads  any.
// Source   protocols/aws.md 5; botocore's parsers and retry tables.
#pragma once

#include "aws/operation.h"
#include "base/error.h"
#include "http/response.h"

struct aws_error {
    int status;
    char code[96];          // "ThrottlingException"; "HTTP 502" when the reply named none
    char message[1024];     // may be empty
    char request_id[80];    // may be empty
    char reason[96];        // of Lambda's 429
    bool is_server_side;    // query protocol: <Type>Receiver</Type>
    int64_t retry_after_ms; // -1 when the reply did not say
};

// Fills in an error of our own making; retry_after_ms becomes -1, the rest empty.
void aws_error_set(struct aws_error *error, int status, struct str code, struct str message);
// "ns#Code" and "Code:http://…" → "Code".
struct str aws_error_strip(struct str code);
void aws_error_decode(
    enum operation_protocol protocol, const struct response *response, struct aws_error *out);
// Sets status, headers (x-amzn-ErrorType, x-amzn-RequestId, Content-Type) and body. `service` names
// the XML namespace: "sts" or "iam".
void aws_error_encode(
    enum operation_protocol protocol,
    struct str service,
    const struct aws_error *error,
    struct response *response);

enum aws_error_retry {
    AWS_ERROR_FINAL,       // the same request will fail again
    AWS_ERROR_TRANSIENT,   // 5xx and the like
    AWS_ERROR_THROTTLING,  // later, more slowly
    AWS_ERROR_CLOCK,       // signature refused: correct the clock offset, sign again
    AWS_ERROR_CREDENTIALS, // expired or unknown token: refresh the credentials, sign again
};
enum aws_error_retry
aws_error_retry_class(const struct operation *operation, const struct aws_error *error);
bool aws_error_is_throttling(struct str code);
bool aws_error_is_access_denied(struct str code);
// Our error with code, message and a next step for the codes people meet.
bool aws_error_to_error(
    const struct operation *operation, const struct aws_error *error, struct error *err);
