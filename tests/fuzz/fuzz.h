// fuzz — what every fuzz target defines: one function that is given bytes and must survive them.
#pragma once

#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline struct str fuzz_text(const uint8_t *data, size_t size) {
    return (struct str){.ptr = (const char *)data, .len = size};
}
