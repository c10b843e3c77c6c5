// descriptor — see the header.
#include "protocol/descriptor.h"

#include <string.h>

const struct parameter *
descriptor_find_parameter(const struct descriptor *descriptor, const char *name) {
    for (size_t i = 0; i < descriptor->parameter_count; i++) {
        if (strcmp(descriptor->parameters[i].name, name) == 0) return &descriptor->parameters[i];
    }
    return NULL;
}
