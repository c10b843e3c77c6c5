// outcome — see the header.
#include "tracking/outcome.h"

#include "base/attributes.h"

static const struct outcome_row rows[OUTCOME_COUNT] = {
#define X(id, name, at, retried, text, what, remedy)                                               \
    [id] = {                                                                                       \
        .code = (name),                                                                            \
        .step = (at),                                                                              \
        .is_retried = (retried),                                                                   \
        .error = (text),                                                                           \
        .description = (what),                                                                     \
        .action = (remedy)},
    OUTCOMES(X)
#undef X
};

const struct outcome_row *outcome_get(enum outcome outcome) {
    ASSERT(outcome < OUTCOME_COUNT);
    return &rows[outcome];
}

bool outcome_parse(struct str code, enum outcome *out) {
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (!str_equal(code, str_from(rows[i].code))) continue;
        *out = (enum outcome)i;
        return true;
    }
    return false;
}

const char *outcome_step_name(enum outcome_step step) {
    static const char *const names[OUTCOME_STEP_COUNT] = {
        [OUTCOME_STEP_RECEIVED] = "successfully_received",
        [OUTCOME_STEP_INGEST] = "failed_on_ingest",
        [OUTCOME_STEP_SOURCE] = "filtered_at_source",
        [OUTCOME_STEP_DESTINATION] = "filtered_at_destination",
        [OUTCOME_STEP_FAILED] = "failed_delivery",
        [OUTCOME_STEP_DELIVERED] = "successful_delivery",
    };
    ASSERT(step < OUTCOME_STEP_COUNT);
    return names[step];
}

enum outcome outcome_from_status(int status) {
    switch (status) {
    case 401:
    case 403: return OUTCOME_DENIED;
    case 404: return OUTCOME_NOT_FOUND;
    case 408: return OUTCOME_TIMEOUT;
    case 429: return OUTCOME_THROTTLED;
    default: return status >= 500 ? OUTCOME_SERVICE_ERROR : OUTCOME_REJECTED;
    }
}
