// event_handler — Exercise 4's Lambda: one Segment event becomes PutEvents, GetRecommendations
// and an identify that writes `recommended_products`.
//
// Shape    event JSON in, outcome out; every effect goes through services. One event per call.
// Mended   against the workshop's app.py (segment.md 5.3): timestamps are read with their offset;
//          itemId at top level and inside properties; the region override reaches both AWS
//          clients; failures of the identify are reported as themselves; every refusal has an
//          outcome of its own; service failures are raised, so that Segment retries instead of
//          reporting 200; purchased items are taken out in order and never added; `sku` is read
//          from products[] too; the identify carries messageId, timestamp and context.
// Errors   false = the function failed, as Lambda's "Unhandled": Segment will retry. That is for
//          what a retry or the owner can mend: missing settings, services that fail. Bad events
//          return true with their outcome: the same event would be as bad the second time.
// Log      lines as Python's runtime writes them: "[INFO]\t<time>\t<request id>\t<text>". No
//          secrets.
// Threads  one call, one thread.
#pragma once

#include "handler/services.h"

#define EVENT_HANDLER_DEFAULT_COUNT 25
#define EVENT_HANDLER_TRAIT "recommended_products"
#define EVENT_HANDLER_PURCHASED_TRAIT "purchased_products"

// code, name for machines, sentence for people
#define EVENT_HANDLER_OUTCOMES(X)                                                                  \
    X(EVENT_HANDLER_RECOMMENDED, "recommended", "event recorded, recommendations written")         \
    X(EVENT_HANDLER_RECORDED, "recorded", "event recorded; no userId, so nobody to write to")      \
    X(EVENT_HANDLER_NO_ITEMS, "no_items", "event recorded; Personalize recommended nothing")       \
    X(EVENT_HANDLER_FAILED, "failed", "the function raised an error")                              \
    X(EVENT_HANDLER_NOT_TRACK, "not_a_track", "ignored: only track events feed Personalize")       \
    X(EVENT_HANDLER_NOT_JSON, "not_json", "refused: the event is not a JSON object")               \
    X(EVENT_HANDLER_NO_ANONYMOUS_ID, "no_anonymous_id", "refused: anonymousId is the session id")  \
    X(EVENT_HANDLER_BAD_ANONYMOUS_ID, "bad_anonymous_id", "refused: anonymousId is not text")      \
    X(EVENT_HANDLER_BAD_USER_ID, "bad_user_id", "refused: userId is not text")                     \
    X(EVENT_HANDLER_TOO_LONG, "too_long", "refused: an id or name is longer than 256 characters")  \
    X(EVENT_HANDLER_NO_EVENT, "no_event", "refused: the track has no event name")                  \
    X(EVENT_HANDLER_NO_PROPERTIES, "no_properties", "refused: properties is missing or null")      \
    X(EVENT_HANDLER_NO_SKU, "no_sku", "refused: neither properties.sku nor products[].sku")        \
    X(EVENT_HANDLER_NO_TIMESTAMP, "no_timestamp", "refused: timestamp is missing or null")         \
    X(EVENT_HANDLER_BAD_TIMESTAMP, "bad_timestamp", "refused: timestamp is not ISO 8601")

enum event_handler_outcome {
#define X(code, name, text) code,
    EVENT_HANDLER_OUTCOMES(X)
#undef X
        EVENT_HANDLER_OUTCOME_COUNT
};
const char *event_handler_outcome_name(enum event_handler_outcome outcome);
const char *event_handler_outcome_text(enum event_handler_outcome outcome);

struct event_handler_settings {
    struct str campaign_arn, tracking_id;
    struct str region;           // override for both AWS clients; empty: the services' own
    struct str filter_arn;       // server-side filter; empty: none
    struct str request_id;       // of this invocation, for the log
    bool has_personas_write_key; // is connections_source_write_key set?
    bool keeps_purchased;        // true: do not take purchased items out
    int count;                   // recommendations to write; 0: 25
};

struct event_handler_result {
    enum event_handler_outcome outcome;
    size_t events_put; // one for each sku
    bool wrote_trait;
    struct services_names items; // owned: the list written (or to be written), in rank order
    size_t purchased_removed;    // recommended items the shopper already has
    bool purchases_unknown;      // the profile did not answer: the list is unfiltered
};
void event_handler_result_release(struct event_handler_result *result);

// `out` is filled in either case; outcome is EVENT_HANDLER_FAILED when false is returned.
bool event_handler_run(
    const struct services *services,
    const struct event_handler_settings *settings,
    struct str event_json,
    struct event_handler_result *out,
    struct error *err) MUST_CHECK;

// The payload of a failed function: {"errorMessage":…,"errorType":…,"stackTrace":[]}.
void event_handler_add_failure(struct buf *out, const struct error *err);
const char *event_handler_error_type(enum error_code code); // "ConfigurationError" …
