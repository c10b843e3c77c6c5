// copy_request — a redacted HTTP request taken apart, and what AWS or Segment it is.
//
// Owns     `body` and `form_values`; copy_request_release. The rest are views of the text.
// Threads  any; pure.
#pragma once

#include "base/json.h"
#include "console/copy_as.h"

#define COPY_REQUEST_HEADERS 48

struct copy_request {
    struct str method, host, path, query; // path with its leading slash, query without its mark
    bool is_plain;                        // http, not https
    struct copy_request_header {
        struct str name, value;
    } headers[COPY_REQUEST_HEADERS];
    size_t header_count;
    struct str text;  // of the body
    struct json body; // when it is JSON
    bool is_json;
    bool is_aws, is_signed;
    struct str region, signer;     // "us-east-1", "personalize"
    struct buf service, operation; // "personalize-runtime", "GetRecommendations"; empty: not known
};

// False with the reason when the text is no request or was not kept whole.
bool copy_request_parse(
    struct copy_request *request,
    const struct copy_as_source *source,
    struct error *err) MUST_CHECK;
void copy_request_release(struct copy_request *request);
struct str copy_request_header(const struct copy_request *request, struct str name);
void copy_request_add_origin(const struct copy_request *request, struct buf *out); // "https://host"
// The name in a path of the shape prefix NAME suffix, percent-decoded; false: another shape.
bool copy_request_name_in_path(
    const struct copy_request *request, struct str prefix, struct str suffix, struct buf *out);
void copy_request_decode(struct buf *out, struct str encoded, bool is_form);

// The forms for AWS (copy_aws.c).
bool copy_aws_cli(const struct copy_request *request, struct buf *out, struct error *err)
    MUST_CHECK;
bool copy_aws_boto3(const struct copy_request *request, struct buf *out, struct error *err)
    MUST_CHECK;
