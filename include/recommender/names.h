// names — strings to dense numbers and back.
//
// Shape    `{0}` is empty. A new string gets the lowest number never used, or one given back by
//          names_remove (last given back first). Numbers do not depend on hash order.
// Owns     copies of the strings; a names_text is good until its number is removed.
// Threads  one at a time; lookups alone may be concurrent.
#pragma once

#include "base/str.h"

struct names_entry {
    char *text; // owned; NULL: the number is free
    uint32_t len;
    uint32_t hash; // of a free number: the next free one
};

struct names {
    struct names_entry *entries; // owned
    uint32_t *slots;             // owned; number + 1, 0 is empty
    uint32_t count;              // strings held
    uint32_t used;               // numbers ever given out: every number is below
    uint32_t cap, slot_count;
    uint32_t next_free; // number + 1, 0: none
    size_t text_bytes;
};

void names_release(struct names *names);
bool names_find(const struct names *names, struct str text, uint32_t *number);
uint32_t names_add(struct names *names, struct str text); // finds, or adds
void names_reserve(struct names *names, uint32_t count);
void names_remove(struct names *names, uint32_t number);
struct str names_text(const struct names *names, uint32_t number);
size_t names_bytes(const struct names *names);
// A 64-bit hash that is the same in every run; not for keeping enemies out.
uint64_t names_hash(struct str text);
