// event_ids — the event ids used lately, as 64-bit fingerprints in two generations: when the young
// one is full it becomes the old one and the older is dropped. So between one and two times
// `event_id_limit` ids are remembered, without a queue of what to delete.
#include "internal.h"

#include "base/memory.h"

uint64_t event_ids_fingerprint(struct str id) {
    const uint64_t hash = names_hash(id);
    return hash ? hash : 1;
}

static uint32_t slot_of(const uint64_t *table, uint32_t cap, uint64_t fingerprint) {
    uint32_t slot = (uint32_t)(fingerprint >> 7) & (cap - 1);
    while (table[slot] && table[slot] != fingerprint)
        slot = (slot + 1) & (cap - 1);
    return slot;
}

bool event_ids_contain(const struct event_ids *ids, uint64_t fingerprint) {
    return (ids->young && ids->young[slot_of(ids->young, ids->young_cap, fingerprint)]) ||
           (ids->old && ids->old[slot_of(ids->old, ids->old_cap, fingerprint)]);
}

static void grow(struct recommender *r) {
    struct event_ids *ids = &r->event_ids;
    const uint32_t cap = ids->young_cap ? ids->young_cap * 2 : 64;
    uint64_t *table = mem_zeroed(cap, sizeof(*table));
    for (uint32_t i = 0; i < ids->young_cap; i++) {
        if (ids->young[i]) table[slot_of(table, cap, ids->young[i])] = ids->young[i];
    }
    mem_free(ids->young);
    r->bytes += (cap - ids->young_cap) * sizeof(*table);
    ids->young = table;
    ids->young_cap = cap;
}

void event_ids_turn_over(struct recommender *r) {
    struct event_ids *ids = &r->event_ids;
    mem_free(ids->old);
    r->bytes -= ids->old_cap * sizeof(*ids->old);
    ids->old = ids->young;
    ids->old_cap = ids->young_cap;
    ids->young = NULL;
    ids->young_cap = ids->young_count = 0;
}

void event_ids_add(struct recommender *r, uint64_t fingerprint) {
    struct event_ids *ids = &r->event_ids;
    if (ids->young_count >= r->options.event_id_limit) event_ids_turn_over(r);
    if ((ids->young_count + 1) * 2 > ids->young_cap) grow(r);
    ids->young[slot_of(ids->young, ids->young_cap, fingerprint)] = fingerprint;
    ids->young_count++;
}
