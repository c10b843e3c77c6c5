// computed_internal — what the files of computed traits share.
#pragma once

#include "cloud.h"
#include "profiles/computed_definition.h"
#include "profiles/computed_traits.h"

enum computed_status {
    COMPUTED_LIVE,
    COMPUTED_CLEARING,  // dropped from the profiles up to `cursor`; takes no events
    COMPUTED_COMPUTING, // has the stored events up to `cursor`, and all after `upto`
    COMPUTED_REMOVING,  // made custom in the profiles up to `cursor`; takes no events
};

struct computed_entry {
    struct computed_definition definition;
    enum computed_status status;
    int64_t cursor, upto; // profiles or sequences, see the status
    int64_t created_at_ms, updated_at_ms;
};

struct computed_traits {
    struct computed_entry *entries; // owned
    size_t count;
    bool has_trait_audiences;
    struct buf text; // reused
};

bool computed_is_active(const struct computed_entry *entry);
void computed_evaluate(
    struct cloud *cloud,
    const struct computed_entry *entry,
    int64_t profile,
    const struct json_node *properties,
    int64_t at_ms);
// Is the trait audience's profile in it, as its traits are now?
void computed_judge(struct cloud *cloud, const struct computed_entry *entry, int64_t profile);
void computed_save(struct cloud *cloud, struct computed_entry *entry);
