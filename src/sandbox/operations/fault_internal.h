// fault_internal — what reading a fault from a text and from JSON have in common.
#pragma once

#include "operations/fault.h"

#define FAULT_SERVICES                                                                             \
    "tracking, profile, personalize-runtime, personalize-events, personalize, lambda, sts, iam, "  \
    "logs, gateway, function, destination, or * for all that is asked over HTTP"

void fault_begin(struct fault *fault); // nothing said yet
bool fault_set_where(
    struct fault *fault, struct str service, struct str operation, struct error *err) MUST_CHECK;
// `value` without a pointer: the word stands alone.
bool fault_apply_word(struct fault *fault, struct str name, struct str value, struct error *err)
    MUST_CHECK;
// Once all is said: does it make sense?
bool fault_check(struct fault *fault, struct error *err) MUST_CHECK;
