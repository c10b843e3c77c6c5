// computed_definition — what a computed trait or audience is computed from: the language of
// /_recloop/computed-traits (sandbox/own_routes.h has its shape).
//
// Shape    JSON in, a checked definition out; values and conditions are read from an event's properties.
//          A property is a path ("price", "address.city"). It is looked for in the properties and in each
//          of products[], so that the flat events of the workshop and those of Segment's ecommerce spec
//          both count. Lists give their elements.
// Errors   ERROR_INVALID naming the member, with the next step.
// Owns     the document; release it.
// Threads  any.
// Source   Segment, "Computed Traits" (kinds, operators of conditions).
#pragma once

#include "base/json.h"

#define COMPUTED_DEFINITION_KEY_MAX ((size_t)100)
#define COMPUTED_DEFINITION_CONDITIONS_MAX ((size_t)10)
#define COMPUTED_DEFINITION_VALUES_MAX 100 // of one event; more are not read

#define COMPUTED_DEFINITION_TYPES(X)                                                               \
    X(COMPUTED_DEFINITION_EVENT_COUNTER, "event_counter")                                          \
    X(COMPUTED_DEFINITION_AGGREGATION, "aggregation")                                              \
    X(COMPUTED_DEFINITION_MOST_FREQUENT, "most_frequent")                                          \
    X(COMPUTED_DEFINITION_FIRST, "first")                                                          \
    X(COMPUTED_DEFINITION_LAST, "last")                                                            \
    X(COMPUTED_DEFINITION_UNIQUE_LIST, "unique_list")                                              \
    X(COMPUTED_DEFINITION_UNIQUE_LIST_COUNT, "unique_list_count")                                  \
    X(COMPUTED_DEFINITION_EVENT_AUDIENCE, "event_audience")                                        \
    X(COMPUTED_DEFINITION_TRAIT_AUDIENCE, "trait_audience")

enum computed_definition_type {
#define X(value, name) value,
    COMPUTED_DEFINITION_TYPES(X)
#undef X
        COMPUTED_DEFINITION_TYPE_COUNT
};

#define COMPUTED_DEFINITION_AGGREGATIONS(X)                                                        \
    X(COMPUTED_DEFINITION_SUM, "sum")                                                              \
    X(COMPUTED_DEFINITION_AVERAGE, "average")                                                      \
    X(COMPUTED_DEFINITION_MINIMUM, "minimum")                                                      \
    X(COMPUTED_DEFINITION_MAXIMUM, "maximum")

enum computed_definition_aggregation {
#define X(value, name) value,
    COMPUTED_DEFINITION_AGGREGATIONS(X)
#undef X
        COMPUTED_DEFINITION_AGGREGATION_COUNT
};

struct computed_definition {
    struct json document; // owned; everything else is a view of it
    struct str key;
    enum computed_definition_type type;
    enum computed_definition_aggregation aggregation;
    bool is_account;
    struct str event, property;
    int64_t at_least;                   // of event_audience
    struct str trait;                   // of trait_audience …
    const struct json_node *condition;  // … and what it must be
    const struct json_node *conditions; // of the event; NULL: none
};
void computed_definition_release(struct computed_definition *definition);
// `key` wins over the document's, which then has it.
bool computed_definition_parse(
    struct str key, struct str json, struct computed_definition *out, struct error *err) MUST_CHECK;
const char *computed_definition_type_name(enum computed_definition_type type);
bool computed_definition_is_audience(const struct computed_definition *definition);

// Does an event with these properties (may be NULL) count?
bool computed_definition_matches(
    const struct computed_definition *definition, const struct json_node *properties);
// Is the value (NULL: there is none) what the trait audience wants?
bool computed_definition_wants(
    const struct computed_definition *definition, const struct json_node *value);
struct computed_definition_values {
    const struct json_node *items[COMPUTED_DEFINITION_VALUES_MAX]; // texts, numbers, bools
    size_t count;
};
void computed_definition_read(
    const struct computed_definition *definition,
    const struct json_node *properties,
    struct computed_definition_values *out);
