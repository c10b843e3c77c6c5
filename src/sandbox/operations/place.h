// place — which operation of which service a request is for: what faults are matched against, and the
// labels of metrics and the request log. A bounded set, whatever arrives.
//
// Shape    one table: the operations of AWS (by their id), those of Segment, the gateway, our own routes,
//          and what is none of them. Names live for ever.
// Threads  any; constant.
#pragma once

#include "aws/operation.h"
#include "base/str.h"

enum place_service {
    PLACE_PERSONALIZE_RUNTIME = OPERATION_PERSONALIZE_RUNTIME,
    PLACE_PERSONALIZE_EVENTS = OPERATION_PERSONALIZE_EVENTS,
    PLACE_PERSONALIZE = OPERATION_PERSONALIZE,
    PLACE_LAMBDA = OPERATION_LAMBDA,
    PLACE_STS = OPERATION_STS,
    PLACE_IAM = OPERATION_IAM,
    PLACE_LOGS = OPERATION_LOGS,
    PLACE_TRACKING,
    PLACE_PROFILE,
    PLACE_GATEWAY,
    PLACE_AWS,     // an operation nobody knows
    PLACE_RECLOOP, // our own routes
    PLACE_NONE,    // no route
    PLACE_SERVICE_COUNT,
};
const char *place_service_name(enum place_service service); // "personalize-runtime"
bool place_service_parse(struct str name, enum place_service *out);
bool place_service_is_aws(enum place_service service);
// Of that answers are shaped like; REST-JSON for everything that is not AWS.
enum operation_protocol place_service_protocol(enum place_service service);

struct place {
    enum place_service service;
    const char *operation; // "GetRecommendations", "track", "traits", "health"
};
size_t place_count(void);
const struct place *place_at(size_t i);
size_t place_of_operation(const struct operation *operation);
// By path alone: everything but the AWS operations that share "/". `path` is the normal one, without query.
size_t place_of_path(struct str path);
// The spelling of the table for a name in any case; NULL when the service has none of that name.
const char *place_find_operation(enum place_service service, struct str name);
