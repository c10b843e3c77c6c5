// place — see the header.
#include "operations/place.h"

#include "base/attributes.h"
#include "segment/profile.h"
#include "segment/tracking.h"

static const char *const service_names[PLACE_SERVICE_COUNT] = {
    [PLACE_PERSONALIZE_RUNTIME] = "personalize-runtime",
    [PLACE_PERSONALIZE_EVENTS] = "personalize-events",
    [PLACE_PERSONALIZE] = "personalize",
    [PLACE_LAMBDA] = "lambda",
    [PLACE_STS] = "sts",
    [PLACE_IAM] = "iam",
    [PLACE_LOGS] = "logs",
    [PLACE_TRACKING] = "tracking",
    [PLACE_PROFILE] = "profile",
    [PLACE_GATEWAY] = "gateway",
    [PLACE_AWS] = "aws",
    [PLACE_RECLOOP] = "recloop",
    [PLACE_NONE] = "none",
};

// The operations of AWS first, at the index of their id.
static const struct place places[] = {
#define X(id_, service_, name_, method_, path_, action_, retry_)                                   \
    [OPERATION_##id_] = {.service = PLACE_##service_, .operation = name_},
    OPERATION_LIST(X)
#undef X
#define X(value, name) {.service = PLACE_TRACKING, .operation = name},
        EVENT_TYPES(X)
#undef X
            {.service = PLACE_TRACKING, .operation = "batch"},
    {.service = PLACE_TRACKING, .operation = "metrics"},
    {.service = PLACE_TRACKING, .operation = "pixel"},
    {.service = PLACE_TRACKING, .operation = "settings"},
    {.service = PLACE_TRACKING, .operation = "token"},
    {.service = PLACE_TRACKING, .operation = "other"},
#define X(value, name) {.service = PLACE_PROFILE, .operation = name},
    PROFILE_RESOURCES(X)
#undef X
        {.service = PLACE_PROFILE, .operation = "other"},
    {.service = PLACE_GATEWAY, .operation = "recommendations"},
    {.service = PLACE_GATEWAY, .operation = "other"},
    {.service = PLACE_AWS, .operation = "other"},
    {.service = PLACE_RECLOOP, .operation = "answers"},
    {.service = PLACE_RECLOOP, .operation = "computed-traits"},
    {.service = PLACE_RECLOOP, .operation = "debugger"},
    {.service = PLACE_RECLOOP, .operation = "deliveries"},
    {.service = PLACE_RECLOOP, .operation = "destination"},
    {.service = PLACE_RECLOOP, .operation = "env"},
    {.service = PLACE_RECLOOP, .operation = "event-delivery"},
    {.service = PLACE_RECLOOP, .operation = "event-tester"},
    {.service = PLACE_RECLOOP, .operation = "faults"},
    {.service = PLACE_RECLOOP, .operation = "function-env"},
    {.service = PLACE_RECLOOP, .operation = "health"},
    {.service = PLACE_RECLOOP, .operation = "import"},
    {.service = PLACE_RECLOOP, .operation = "metrics"},
    {.service = PLACE_RECLOOP, .operation = "profile"},
    {.service = PLACE_RECLOOP, .operation = "reasons"},
    {.service = PLACE_RECLOOP, .operation = "reset"},
    {.service = PLACE_RECLOOP, .operation = "sources"},
    {.service = PLACE_RECLOOP, .operation = "other"},
    {.service = PLACE_NONE, .operation = "other"},
};

const char *place_service_name(enum place_service service) {
    return service_names[service];
}

bool place_service_parse(struct str name, enum place_service *out) {
    for (size_t i = 0; i < PLACE_SERVICE_COUNT; i++) {
        if (!str_equal(name, str_from(service_names[i]))) continue;
        *out = (enum place_service)i;
        return true;
    }
    return false;
}

bool place_service_is_aws(enum place_service service) {
    return (int)service < OPERATION_SERVICE_COUNT || service == PLACE_AWS;
}

enum operation_protocol place_service_protocol(enum place_service service) {
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        if (places[i].service == service) return operation_get((enum operation_id)i)->protocol;
    }
    return OPERATION_REST_JSON;
}

size_t place_count(void) {
    return ARRAY_COUNT(places);
}

const struct place *place_at(size_t i) {
    return &places[i < ARRAY_COUNT(places) ? i : ARRAY_COUNT(places) - 1];
}

size_t place_of_operation(const struct operation *operation) {
    return (size_t)operation->id;
}

// The row of that name, else the service's "other".
static size_t find(enum place_service service, struct str name) {
    size_t other = ARRAY_COUNT(places) - 1;
    for (size_t i = OPERATION_COUNT; i < ARRAY_COUNT(places); i++) {
        if (places[i].service != service) continue;
        if (str_equal_nocase(name, str_from(places[i].operation))) return i;
        other = i; // the last of a service
    }
    return other;
}

static size_t of_tracking(struct str path) {
    struct tracking_route route = {0};
    if (tracking_route_parse(path, &route)) {
        switch (route.kind) {
        case TRACKING_ROUTE_MESSAGE:
            return find(PLACE_TRACKING, str_from(event_type_name(route.type)));
        case TRACKING_ROUTE_BATCH: return find(PLACE_TRACKING, STR("batch"));
        case TRACKING_ROUTE_METRICS: return find(PLACE_TRACKING, STR("metrics"));
        case TRACKING_ROUTE_NONE: break;
        }
    }
    if (str_starts_with(path, STR("/v1/pixel/"))) return find(PLACE_TRACKING, STR("pixel"));
    if (str_starts_with(path, STR("/v1/projects/"))) return find(PLACE_TRACKING, STR("settings"));
    return find(PLACE_TRACKING, STR("other"));
}

static struct str first_segment(struct str path) {
    return str_slice(path, 0, str_find_char(path, '/'));
}

static struct str last_segment(struct str path) {
    size_t at = path.len;
    while (at > 0 && path.ptr[at - 1] != '/')
        at--;
    return str_skip(path, at);
}

size_t place_of_path(struct str path) {
    static const struct {
        const char *prefix;
        enum place_service service;
    } roots[] = {
        {"/_recloop/", PLACE_RECLOOP},  {"/analytics.js/v1/", PLACE_TRACKING},
        {"/v1/spaces/", PLACE_PROFILE}, {"/prod/", PLACE_GATEWAY},
        {"/2015-03-31/", PLACE_AWS},    {"/2017-10-31/", PLACE_AWS},
        {"/2019-09-30/", PLACE_AWS},
    };
    if (str_starts_with(path, STR("/v1/")) && !str_starts_with(path, STR("/v1/spaces/")))
        return of_tracking(path);
    if (str_equal(path, STR("/token"))) return find(PLACE_TRACKING, STR("token"));
    for (size_t i = 0; i < ARRAY_COUNT(roots); i++) {
        if (str_starts_with(path, str_from(roots[i].prefix)))
            return find(
                roots[i].service, roots[i].service == PLACE_PROFILE
                                      ? last_segment(path)
                                      : first_segment(str_skip(path, strlen(roots[i].prefix))));
    }
    return ARRAY_COUNT(places) - 1;
}

const char *place_find_operation(enum place_service service, struct str name) {
    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        if (places[i].service == service && str_equal_nocase(name, str_from(places[i].operation)))
            return places[i].operation;
    }
    return NULL;
}
