// store_identifiers — see the header.
#include "store_identifiers.h"

#include "base/memory.h"
#include "store_sql.h"

static uint64_t mix(uint64_t hash, struct str text) {
    uint64_t word = 0;
    for (; text.len >= sizeof(word); text = str_skip(text, sizeof(word))) {
        memcpy(&word, text.ptr, sizeof(word));
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    word = 0;
    if (text.len) memcpy(&word, text.ptr, text.len);
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static struct store_identifiers_slot *
place_of(const struct store *store, struct str type, struct str key) {
    const uint64_t hash = mix(mix(type.len, type), key);
    return &store->identifiers.slots[hash >> 32 & (STORE_IDENTIFIERS_SLOTS - 1)];
}

int64_t store_identifiers_get(const struct store *store, struct str type, struct str key) {
    if (!store->identifiers.slots) return 0;
    const struct store_identifiers_slot *slot = place_of(store, type, key);
    const struct str kept_type = {.ptr = slot->text, .len = slot->type_bytes};
    const struct str kept_key = {.ptr = slot->text + slot->type_bytes, .len = slot->key_bytes};
    const bool is_it = slot->profile && slot->generation == store->identifiers.generation &&
                       str_equal(kept_key, key) && str_equal(kept_type, type);
    return is_it ? slot->profile : 0;
}

void store_identifiers_keep(struct store *store, struct str type, struct str key, int64_t profile) {
    if (type.len + key.len > STORE_IDENTIFIERS_BYTES) return;
    if (!store->identifiers.slots) {
        store->identifiers.slots =
            mem_zeroed(STORE_IDENTIFIERS_SLOTS, sizeof(*store->identifiers.slots));
    }
    struct store_identifiers_slot *slot = place_of(store, type, key);
    slot->profile = profile;
    slot->generation = store->identifiers.generation;
    slot->type_bytes = (uint8_t)type.len;
    slot->key_bytes = (uint8_t)key.len;
    if (type.len) memcpy(slot->text, type.ptr, type.len);
    if (key.len) memcpy(slot->text + type.len, key.ptr, key.len);
}

// A generation comes again after 2^32 of these: then the slots are emptied.
void store_identifiers_forget(struct store *store) {
    if (++store->identifiers.generation == 0) store_identifiers_release(store);
}

void store_identifiers_release(struct store *store) {
    mem_free(store->identifiers.slots);
    store->identifiers.slots = NULL;
}
