// refusal — see the header.
#include "operations/refusal.h"

#include "access/calls.h"
#include "operations/place.h"
#include "segment/profile.h"
#include "segment/tracking.h"
#include "writer.h"

// How each service throttles.
static const struct throttling {
    int status;
    const char *code, *message, *reason;
    int64_t retry_after_s; // -1: it does not say
} throttlings[PLACE_SERVICE_COUNT] = {
#define PERSONALIZE                                                                                \
    {                                                                                              \
        .status = 400, .code = "ThrottlingException", .message = "Rate exceeded",                  \
        .retry_after_s = -1                                                                        \
    }
    [PLACE_PERSONALIZE_RUNTIME] = PERSONALIZE,
    [PLACE_PERSONALIZE_EVENTS] = PERSONALIZE,
    [PLACE_PERSONALIZE] = PERSONALIZE,
    [PLACE_LOGS] = PERSONALIZE,
    [PLACE_AWS] = PERSONALIZE,
#undef PERSONALIZE
    [PLACE_LAMBDA] =
        {.status = 429,
         .code = "TooManyRequestsException",
         .message = "Rate Exceeded.",
         .reason = "ConcurrentInvocationLimitExceeded",
         .retry_after_s = 1},
    [PLACE_STS] =
        {.status = 400, .code = "Throttling", .message = "Rate exceeded", .retry_after_s = -1},
    [PLACE_IAM] =
        {.status = 400, .code = "Throttling", .message = "Rate exceeded", .retry_after_s = -1},
    [PLACE_TRACKING] =
        {.status = 429, .code = "rate_limited", .message = "too many requests", .retry_after_s = 1},
    [PLACE_PROFILE] = {.status = 429, .message = "rate limit exceeded", .retry_after_s = -1},
    [PLACE_GATEWAY] =
        {.status = 429,
         .code = "TooManyRequestsException",
         .message = "Too Many Requests",
         .retry_after_s = -1},
    [PLACE_RECLOOP] = {.status = 503, .message = "the sandbox is busy", .retry_after_s = 1},
    [PLACE_NONE] = {.status = 503, .message = "the sandbox is busy", .retry_after_s = 1},
};

// What a bare status is called. A service of its own before the common name of its protocol.
static const struct naming {
    int status;
    int service;   // PLACE_SERVICE_COUNT: any
    bool is_query; // of the query protocol
    const char *code, *message;
} namings[] = {
#define ANY .service = PLACE_SERVICE_COUNT
    {400, PLACE_LAMBDA, false, "InvalidParameterValueException", "The request is not valid."},
    {400, PLACE_LOGS, false, "InvalidParameterException", "The request is not valid."},
    {400, PLACE_SERVICE_COUNT, false, "InvalidInputException", "The request is not valid."},
    {400, PLACE_SERVICE_COUNT, true, "ValidationError", "The request is not valid."},
    {403, PLACE_SERVICE_COUNT, false, "AccessDeniedException", "Access denied."},
    {403, PLACE_SERVICE_COUNT, true, "AccessDenied", "Access denied."},
    {404, PLACE_IAM, true, "NoSuchEntity", "The entity cannot be found."},
    {404, PLACE_SERVICE_COUNT, false, "ResourceNotFoundException", "The resource cannot be found."},
    {408, PLACE_SERVICE_COUNT, false, "RequestTimeoutException", "The request timed out."},
    {409, PLACE_LAMBDA, false, "ResourceConflictException", "The resource is being changed."},
    {409, PLACE_SERVICE_COUNT, false, "ResourceInUseException", "The resource is in use."},
    {413, PLACE_LAMBDA, false, "RequestTooLargeException", "The request is too large."},
    {500, PLACE_LAMBDA, false, "ServiceException", "An internal error occurred."},
    {500, PLACE_IAM, true, "ServiceFailure", "An internal error occurred."},
    {500, PLACE_SERVICE_COUNT, false, "InternalFailure", "An internal error occurred."},
    {503, PLACE_LOGS, false, "ServiceUnavailableException", "The service is unavailable."},
    {503, PLACE_SERVICE_COUNT, false, "ServiceUnavailable", "The service is unavailable."},
#undef ANY
};

static const struct naming *name_status(enum place_service service, bool is_query, int64_t status) {
    const struct naming *common = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(namings); i++) {
        const struct naming *row = &namings[i];
        if (row->status != status) continue;
        if (row->service == (int)service) return row;
        if (row->service == PLACE_SERVICE_COUNT && (!common || row->is_query == is_query))
            common = row;
    }
    if (common) return common;
    return name_status(service, is_query, status < 500 ? 400 : 500);
}

// The services of JSON 1.1 answer 400 to all that is not theirs.
int refusal_status_of_code(enum place_service service, struct str code) {
    static const struct {
        const char *part;
        int status;
    } rows[] = {
        {"NotFound", 404},       {"NoSuchEntity", 404},   {"AccessDenied", 403},
        {"Unauthorized", 403},   {"ExpiredToken", 403},   {"TooManyRequests", 429},
        {"Unavailable", 503},    {"Internal", 500},       {"ServiceException", 500},
        {"ServiceFailure", 500}, {"Conflict", 409},       {"TooLarge", 413},
        {"not_found", 404},      {"authentication", 401}, {"rate_limit", 429},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (!str_contains(code, str_from(rows[i].part))) continue;
        const bool is_json11 =
            place_service_is_aws(service) && place_service_protocol(service) == OPERATION_JSON11;
        return is_json11 && rows[i].status < 500 ? 400 : rows[i].status;
    }
    return 400;
}

static bool is_said(const char *text) {
    return text && *text;
}

static void add_seconds(struct exchange *exchange, struct str name, int64_t seconds) {
    CLEANUP(buf_release) struct buf text = {0};
    if (seconds < 0) return;
    buf_add_int(&text, seconds);
    headers_set(&exchange->response.headers, name, buf_str(&text));
}

// As the whole Tracking API: without these the page that asked cannot read the refusal.
static void allow_origin(struct exchange *exchange) {
    struct headers *headers = &exchange->response.headers;
    const struct str origin = server_header(exchange, "Origin");
    const bool is_named = origin.len && headers_is_valid_value(origin);
    headers_set(headers, STR("Access-Control-Allow-Origin"), is_named ? origin : STR("*"));
    if (is_named) {
        headers_set(headers, STR("Access-Control-Allow-Credentials"), STR("true"));
        headers_set(headers, STR("Vary"), STR("Origin"));
    }
    headers_set(
        headers, STR("Access-Control-Expose-Headers"), STR("Retry-After, X-RateLimit-Reset"));
}

static void answer_aws(
    struct cloud *cloud, struct exchange *exchange, size_t place, const struct refusal *refusal) {
    struct aws_error error;
    aws_error_set(
        &error, (int)refusal->status, str_from(refusal->code), str_from(refusal->message));
    if (is_said(refusal->reason) && strlen(refusal->reason) < sizeof(error.reason))
        memcpy(error.reason, refusal->reason, strlen(refusal->reason) + 1);
    error.is_server_side = refusal->status >= 500;
    const struct operation *operation =
        place < OPERATION_COUNT ? operation_get((enum operation_id)place) : NULL;
    calls_refuse(cloud, exchange, operation, &error);
}

static void answer_object(struct exchange *exchange, const struct refusal *refusal) {
    CLEANUP(buf_release) struct buf json = {0};
    struct writer writer = {.out = &json};
    writer_open(&writer, NULL, '{');
    if (is_said(refusal->code)) writer_text(&writer, "code", str_from(refusal->code));
    writer_text(&writer, "message", str_from(refusal->message));
    writer_close(&writer, '}');
    routes_answer_json(exchange, (int)refusal->status, buf_str(&json));
}

static enum profile_refusal profile_refusal_of_status(int64_t status) {
    for (int i = 0; i < PROFILE_REFUSAL_COUNT; i++) {
        if (profile_refusal_status((enum profile_refusal)i) == status)
            return (enum profile_refusal)i;
    }
    return status < 500 ? PROFILE_REFUSAL_INVALID_REQUEST : PROFILE_REFUSAL_INTERNAL;
}

static void
answer_profile(struct cloud *cloud, struct exchange *exchange, const struct refusal *refusal) {
    CLEANUP(buf_release) struct buf request_id = {0};
    CLEANUP(buf_release) struct buf json = {0};
    if (!is_said(refusal->code)) {
        profile_error_encode(
            profile_refusal_of_status(refusal->status), str_from(refusal->message), &json);
    } else {
        struct writer writer = {.out = &json};
        writer_open(&writer, NULL, '{');
        writer_open(&writer, "error", '{');
        writer_text(&writer, "code", str_from(refusal->code));
        writer_text(&writer, "message", str_from(refusal->message));
        writer_close(&writer, '}');
        writer_close(&writer, '}');
    }
    routes_answer_json(exchange, (int)refusal->status, buf_str(&json));
    rng_add_uuid(&cloud->rng, &request_id);
    headers_set(&exchange->response.headers, STR("Request-Id"), buf_str(&request_id));
}

static void answer_busy(struct exchange *exchange, const struct refusal *refusal) {
    struct error err = {0};
    error_set(&err, ERROR_BUSY, "%s", refusal->message);
    error_hint(&err, "Ask again in a moment.");
    routes_answer_error(exchange, &err);
    exchange->response.status = (int)refusal->status;
}

static void answer(
    struct cloud *cloud, struct exchange *exchange, size_t place, const struct refusal *refusal) {
    switch (place_at(place)->service) {
    case PLACE_PERSONALIZE_RUNTIME:
    case PLACE_PERSONALIZE_EVENTS:
    case PLACE_PERSONALIZE:
    case PLACE_LAMBDA:
    case PLACE_STS:
    case PLACE_IAM:
    case PLACE_LOGS:
    case PLACE_AWS: answer_aws(cloud, exchange, place, refusal); break;
    case PLACE_TRACKING:
        answer_object(exchange, refusal);
        allow_origin(exchange);
        break;
    case PLACE_PROFILE: answer_profile(cloud, exchange, refusal); break;
    case PLACE_GATEWAY: {
        struct refusal plain = *refusal; // the type stands in a header
        plain.code = NULL;
        answer_object(exchange, &plain);
        if (is_said(refusal->code))
            headers_set(
                &exchange->response.headers, STR("x-amzn-ErrorType"), str_from(refusal->code));
        calls_add_request_id(cloud, exchange);
        break;
    }
    case PLACE_RECLOOP:
    case PLACE_NONE:
    case PLACE_SERVICE_COUNT: answer_busy(exchange, refusal); break;
    }
    add_seconds(exchange, STR("Retry-After"), refusal->retry_after_s);
    add_seconds(exchange, STR("X-RateLimit-Reset"), refusal->reset_s);
}

// Throttling too, by its status or its name; but when to come back only the word throttle says, so that
// what clients do without Retry-After can be seen as well.
static bool sounds_like_throttling(const struct refusal *refusal) {
    return refusal->status == 429 || str_contains(str_from(refusal->code), STR("Throttl")) ||
           str_contains(str_from(refusal->code), STR("TooManyRequests"));
}

static void name_throttling(enum place_service service, struct refusal *whole) {
    const struct throttling *own = &throttlings[service];
    if (!whole->status) whole->status = own->status;
    if (!is_said(whole->code)) whole->code = own->code;
    if (!is_said(whole->message)) whole->message = own->message;
    if (!is_said(whole->reason)) whole->reason = own->reason;
}

static void fill_in_throttling(enum place_service service, struct refusal *whole) {
    const struct throttling *own = &throttlings[service];
    name_throttling(service, whole);
    if (whole->retry_after_s < 0) whole->retry_after_s = own->retry_after_s;
    // older Segment SDKs read this one
    if (whole->reset_s < 0 && service == PLACE_TRACKING) whole->reset_s = whole->retry_after_s;
}

static struct refusal fill_in(size_t place, const struct refusal *refusal) {
    const enum place_service service = place_at(place)->service;
    const bool is_query =
        place_service_is_aws(service) && place_service_protocol(service) == OPERATION_QUERY;
    struct refusal whole = *refusal;
    if (whole.is_throttling) {
        fill_in_throttling(service, &whole);
        return whole;
    }
    if (!whole.status) whole.status = refusal_status_of_code(service, str_from(whole.code));
    if (sounds_like_throttling(&whole)) name_throttling(service, &whole);
    const struct naming *naming = name_status(service, is_query, whole.status);
    if (!is_said(whole.code) && place_service_is_aws(service)) whole.code = naming->code;
    if (!is_said(whole.code) && service == PLACE_TRACKING)
        whole.code = whole.status < 500 ? "bad_request" : "internal";
    if (!is_said(whole.message)) whole.message = naming->message;
    return whole;
}

void refusal_answer(
    struct cloud *cloud, struct exchange *exchange, size_t place, const struct refusal *refusal) {
    const struct refusal whole = fill_in(place, refusal);
    answer(cloud, exchange, place, &whole);
}

void refusal_describe(size_t place, const struct refusal *refusal, struct aws_error *out) {
    const struct refusal whole = fill_in(place, refusal);
    aws_error_set(out, (int)whole.status, str_from(whole.code), str_from(whole.message));
    out->is_server_side = whole.status >= 500;
    if (whole.retry_after_s >= 0) out->retry_after_ms = whole.retry_after_s * 1000;
}

void refusal_throttle(struct cloud *cloud, struct exchange *exchange, int64_t retry_after_s) {
    const struct refusal refusal = {
        .is_throttling = true, .retry_after_s = retry_after_s, .reset_s = -1};
    refusal_answer(cloud, exchange, routes_place(exchange), &refusal);
}
