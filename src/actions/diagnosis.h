// diagnosis — what can be told about a setting's value without asking anybody: its shape, and, for ARNs
// and ids, which pasted-value mistake it is.
//
// Threads  any.
#pragma once

#include "config/config.h"

// What the other settings say. Regions are empty when unknown or wrong themselves.
struct diagnosis_context {
    struct str region, destination_region;
    bool has_destination_region; // set, even if wrong: then the region's own does not count
};
void diagnosis_of_value(
    const struct diagnosis_context *context,
    const struct setting *setting,
    struct str value,
    struct error *err);
// ERROR_NONE in err->code when nothing is wrong with it (or it is unset).
void diagnosis_of(const struct config *config, const struct setting *setting, struct error *err);
