// diagnosis — what can be told about a setting's value without asking anybody: its shape, and, for ARNs
// and ids, which pasted-value mistake it is.
//
// Threads  any.
#pragma once

#include "config/config.h"

// ERROR_NONE in err->code when nothing is wrong with it (or it is unset).
void diagnosis_of(const struct config *config, const struct setting *setting, struct error *err);
