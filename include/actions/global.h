// global — the flags every command takes, before or after its name. Constant data for the parser, the
// help and the completion.
#pragma once

#include "protocol/descriptor.h"

extern const struct parameter global_parameters[];
size_t global_count(void);
const struct parameter *global_find(const char *name); // NULL: no such flag
