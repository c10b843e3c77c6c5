// operation — the AWS operations this program speaks, as a table.
//
// Shape    a row is everything about an operation but its members: personalize.h, invoke.h and
//          sts.h encode and decode those.
// Threads  any; rows are constant.
// Source   botocore service models (protocols/aws.md 3).
#pragma once

#include "base/buf.h"
#include "http/request.h"

enum operation_protocol { OPERATION_REST_JSON, OPERATION_JSON11, OPERATION_QUERY };

enum operation_id {
    OPERATION_GET_RECOMMENDATIONS,
    OPERATION_GET_PERSONALIZED_RANKING,
    OPERATION_PUT_EVENTS,
    OPERATION_INVOKE,
    OPERATION_ASSUME_ROLE,
    OPERATION_GET_CALLER_IDENTITY,
    OPERATION_COUNT,
};

enum operation_retry {
    OPERATION_RETRY_SAFE,     // reading, or harmless when repeated
    OPERATION_RETRY_EVENT_ID, // safe when every event carries an eventId
    OPERATION_RETRY_UNSENT,   // only while nothing was delivered, and when throttled
};

struct operation {
    const char *name;         // "GetRecommendations"
    const char *service;      // endpoint id: "personalize-runtime"
    const char *signing_name; // "personalize"
    enum operation_protocol protocol;
    const char *method;
    const char *path;          // of invoke: up to the function name
    const char *target_prefix; // JSON 1.1 only
    const char *version;       // query only
    const char *iam_action;    // "personalize:GetRecommendations"
    enum operation_retry retry;
};

const struct operation *operation_get(enum operation_id id);
const struct operation *operation_find(struct str name); // NULL when unknown
// The row a server must answer with: by path for REST-JSON, by Action in the form body for query.
// NULL when no operation matches. `url` is the raw target.
const struct operation *operation_route(const struct request *request);
// Of the query protocol: the body, or in a signed address the query. A view of the request.
struct str operation_form(const struct request *request);
// Content-Type of requests of the protocol.
const char *operation_content_type(enum operation_protocol protocol);
// Method, URL (endpoint + path, which is encoded already), Host, Content-Type and body of a request.
bool operation_begin(
    const struct operation *operation,
    struct str endpoint,
    struct str path,
    struct str body,
    struct request *out,
    struct error *err) MUST_CHECK;
