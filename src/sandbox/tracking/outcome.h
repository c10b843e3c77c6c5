// outcome — what can become of an event at the destination: Segment's code, the step of the pipeline, whether
// it is tried again, and the words people meet.
//
// Retried  what may go better by itself: no answer within 5 s, a connection lost, throttling, trouble of the
//          service, and a function that raised (unpublished for Lambda; the workshop's handler raises on
//          passing trouble, so it counts as that). All else is discarded at once: settings, permissions, a
//          function that is not there, a message the service refuses.
// Source   segment.md 4.2 (retries), 4.4 (texts); Segment, "Delivery Overview" (steps).
#pragma once

#include "base/str.h"

enum outcome_step {
    OUTCOME_STEP_RECEIVED,
    OUTCOME_STEP_INGEST,      // failed on ingest
    OUTCOME_STEP_SOURCE,      // filtered at source
    OUTCOME_STEP_DESTINATION, // filtered at destination
    OUTCOME_STEP_FAILED,
    OUTCOME_STEP_DELIVERED,
    OUTCOME_STEP_COUNT,
};
const char *outcome_step_name(enum outcome_step step); // "failed_delivery"

// id, code, step, is it retried, error text (empty: none), description, action
#define OUTCOMES(X)                                                                                \
    X(OUTCOME_OK, "OK", OUTCOME_STEP_DELIVERED, false, "", "The function took the event.",         \
      "Nothing to do.")                                                                            \
    X(OUTCOME_DISABLED, "DESTINATION_DISABLED", OUTCOME_STEP_DESTINATION, false, "",               \
      "The destination is switched off.", "Switch it on.")                                         \
    X(OUTCOME_FILTERED, "FILTERED_BY_INTEGRATIONS_OBJECT", OUTCOME_STEP_DESTINATION, false, "",    \
      "The event's integrations object excludes the destination.",                                 \
      "Remove the entry, or set \"Amazon Personalize\": true; names are case-sensitive.")          \
    X(OUTCOME_UNSUPPORTED, "UNSUPPORTED_EVENT_TYPE", OUTCOME_STEP_DESTINATION, false, "",          \
      "The destination takes track, identify, page, group and alias, not screen.",                 \
      "Send one of these types.")                                                                  \
    X(OUTCOME_SETTINGS, "INVALID_SETTINGS", OUTCOME_STEP_FAILED, false, "Invalid settings",        \
      "A setting of the destination is missing or cannot be right.",                               \
      "Fill in Lambda (`function`) and Role Address (`roleAddress`) of the destination.")          \
    X(OUTCOME_DENIED, "ACCESS_DENIED", OUTCOME_STEP_FAILED, false, "Accessdenied",                 \
      "The role could not be assumed, or it may not invoke the function.",                         \
      "Compare Role Address, External ID and the function's name with the role's policies.")       \
    X(OUTCOME_NOT_FOUND, "RESOURCE_NOT_FOUND", OUTCOME_STEP_FAILED, false,                         \
      "ResourceNotFoundException", "There is no such function in that region.",                    \
      "Compare the destination's Region with the region in the function's ARN.")                   \
    X(OUTCOME_REJECTED, "MESSAGE_REJECTED", OUTCOME_STEP_FAILED, false, "Message rejected",        \
      "The service refused the request itself.", "Read its answer: it names the reason.")          \
    X(OUTCOME_FUNCTION_ERROR, "FUNCTION_ERROR", OUTCOME_STEP_FAILED, true, "Execution Error",      \
      "The function raised.", "Read the function's log; mend it, and the retry will pass.")        \
    X(OUTCOME_TIMEOUT, "ETIMEDOUT", OUTCOME_STEP_FAILED, true, "Operation timedout",               \
      "There was no answer within 5 seconds.",                                                     \
      "See in the function's log what it waits for; raise nothing but its speed.")                 \
    X(OUTCOME_LOST, "ECONNRESET", OUTCOME_STEP_FAILED, true, "Connection reset",                   \
      "The connection was lost before the answer.",                                                \
      "Nothing to do: it is tried again. The function may have run already.")                      \
    X(OUTCOME_THROTTLED, "THROTTLED", OUTCOME_STEP_FAILED, true, "TooManyRequestsException",       \
      "The service wants fewer requests at a time.",                                               \
      "Nothing to do: it is tried again. Raise the function's concurrency if it stays.")           \
    X(OUTCOME_SERVICE_ERROR, "SERVICE_ERROR", OUTCOME_STEP_FAILED, true, "ServiceException",       \
      "The service is in trouble.", "Nothing to do: it is tried again.")

enum outcome {
#define X(id, code, step, is_retried, error, description, action) id,
    OUTCOMES(X)
#undef X
        OUTCOME_COUNT
};

struct outcome_row {
    const char *code;
    enum outcome_step step;
    bool is_retried;
    const char *error, *description, *action;
};
const struct outcome_row *outcome_get(enum outcome outcome);
bool outcome_parse(struct str code, enum outcome *out);
// Of a service's refusal, by its HTTP status.
enum outcome outcome_from_status(int status);
