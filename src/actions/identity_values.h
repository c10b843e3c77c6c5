// identity_values — the sandbox's identities as a message: one JSON member each, write keys grouped.
#pragma once

#include "protocol/message.h"

struct sandbox_identities;
struct message *identity_values_new(uint64_t run_id, const struct sandbox_identities *identities);
