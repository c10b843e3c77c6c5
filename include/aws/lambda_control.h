// lambda_control — Lambda's control plane as a language: what its requests may say, and what they make
// of a function's configuration.
//
// Shape    requests and configurations are JSON; a request is checked as a whole (lambda_control_check),
//          then written into a FunctionConfiguration (lambda_control_apply). The large text of a zip is
//          cut out of a request before it is parsed.
// Limits   those of the service: 4 KB of environment, 5 layers, 900 s, 10240 MB …
// Errors   as the service answers them: an aws_error with code and text.
// Threads  any.
// Source   botocore's model of lambda 2015-03-31; protocols/aws.md 3.5; texts as the service gives them.
#pragma once

#include "aws/aws_error.h"
#include "base/json.h"

#define LAMBDA_CONTROL_MAX_BODY_BYTES ((size_t)69905067 + 4096) // 50 MiB as base64, and the rest
#define LAMBDA_CONTROL_MAX_ENVIRONMENT_BYTES 4096
#define LAMBDA_CONTROL_DEFAULT_TIMEOUT_S 3
#define LAMBDA_CONTROL_DEFAULT_MEMORY_MB 128

enum lambda_control_request {
    LAMBDA_CONTROL_CREATE,       // CreateFunction
    LAMBDA_CONTROL_CONFIGURE,    // UpdateFunctionConfiguration
    LAMBDA_CONTROL_CODE,         // UpdateFunctionCode
    LAMBDA_CONTROL_PUBLISH,      // PublishVersion
    LAMBDA_CONTROL_CREATE_ALIAS, // CreateAlias
    LAMBDA_CONTROL_UPDATE_ALIAS, // UpdateAlias
    LAMBDA_CONTROL_PERMISSION,   // AddPermission
    LAMBDA_CONTROL_CONCURRENCY,  // PutFunctionConcurrency
};

// Every constraint of every member; unknown members are passed over.
bool lambda_control_check(
    const struct json_node *request,
    enum lambda_control_request kind,
    struct aws_error *refusal) MUST_CHECK;
// Members that a request of CREATE or CONFIGURE sets, in the shape of FunctionConfiguration. Environment
// replaces the whole map.
void lambda_control_apply(const struct json_node *request, struct json_node *configuration);

// The request without its "ZipFile" (which becomes the empty text), and the base64 text itself as a view
// of `body`; empty when there is none.
void lambda_control_take_zip(struct str body, struct buf *out_rest, struct str *out_zip);
// Where the code comes from: exactly one of zip, S3 object, image. `code` is the request's Code, or the
// whole request of UpdateFunctionCode.
enum lambda_control_source { LAMBDA_CONTROL_ZIP, LAMBDA_CONTROL_S3, LAMBDA_CONTROL_IMAGE };
bool lambda_control_code_source(
    const struct json_node *code,
    struct str zip,
    enum lambda_control_source *out,
    struct aws_error *refusal) MUST_CHECK;

// The policy statement that an AddPermission makes, as JSON.
void lambda_control_add_statement(
    const struct json_node *request, struct str resource, struct json_node *statements);
