// store_identifiers — the profiles of identifiers looked up lately: an event asks for four, mostly the same ones
// as the shopper's event before.
//
// Shape    what was found, never what was not: a row that is there changes only when profiles are merged, and goes
//          only with a rollback or a reset, after each of which store_identifiers_forget is called.
// Limits   STORE_IDENTIFIERS_SLOTS places of one identifier each; longer ones are not kept.
// Threads  one.
#pragma once

#include "base/str.h"

#include <stdint.h>

struct store;

#define STORE_IDENTIFIERS_SLOTS ((size_t)4096)
#define STORE_IDENTIFIERS_BYTES 80 // of type and key together

struct store_identifiers_slot {
    int64_t profile; // 0: free
    uint32_t generation;
    uint8_t type_bytes, key_bytes;
    char text[STORE_IDENTIFIERS_BYTES];
};
struct store_identifiers {
    struct store_identifiers_slot *slots; // owned; NULL: nothing was kept yet
    uint32_t generation;
};

int64_t store_identifiers_get(const struct store *store, struct str type, struct str key); // or 0
void store_identifiers_keep(struct store *store, struct str type, struct str key, int64_t profile);
void store_identifiers_forget(struct store *store);
void store_identifiers_release(struct store *store);
