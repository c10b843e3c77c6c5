// names — see the header. Open addressing with linear probing at no more than half load; removal
// shifts the following entries back, so there are no tombstones to fill the table over time.
#include "recommender/names.h"

#include "base/memory.h"

#include <string.h>

static uint64_t mix(uint64_t value) {
    value ^= value >> 32;
    value *= UINT64_C(0xd6e8feb86659fd93);
    value ^= value >> 32;
    value *= UINT64_C(0xd6e8feb86659fd93);
    return value ^ value >> 32;
}

uint64_t names_hash(struct str text) {
    uint64_t hash = UINT64_C(0x9e3779b97f4a7c15) ^ text.len;
    size_t at = 0;
    for (; at + 8 <= text.len; at += 8) {
        uint64_t word;
        memcpy(&word, text.ptr + at, 8);
        hash = mix(hash ^ word);
    }
    uint64_t rest = 0;
    if (at < text.len) memcpy(&rest, text.ptr + at, text.len - at);
    return mix(hash ^ rest);
}

void names_release(struct names *names) {
    if (!names) return;
    for (uint32_t i = 0; i < names->used; i++)
        mem_free(names->entries[i].text);
    mem_free(names->entries);
    mem_free(names->slots);
    *names = (struct names){0};
}

struct str names_text(const struct names *names, uint32_t number) {
    ASSERT(number < names->used);
    return (struct str){.ptr = names->entries[number].text, .len = names->entries[number].len};
}

// The slot that holds the text, or the empty one where it belongs.
static uint32_t slot_of(const struct names *names, struct str text, uint32_t hash) {
    const uint32_t mask = names->slot_count - 1;
    uint32_t slot = hash & mask;
    for (; names->slots[slot]; slot = (slot + 1) & mask) {
        const struct names_entry *entry = &names->entries[names->slots[slot] - 1];
        if (entry->hash == hash && entry->len == text.len &&
            memcmp(entry->text, text.ptr, text.len) == 0) {
            break;
        }
    }
    return slot;
}

bool names_find(const struct names *names, struct str text, uint32_t *number) {
    if (names->count == 0 || text.len == 0 || text.len > UINT32_MAX) return false;
    const uint32_t slot = slot_of(names, text, (uint32_t)names_hash(text));
    if (!names->slots[slot]) return false;
    *number = names->slots[slot] - 1;
    return true;
}

static void set_slots(struct names *names, uint32_t slot_count) {
    uint32_t *slots = mem_zeroed(slot_count, sizeof(*slots));
    for (uint32_t i = 0; i < names->used; i++) {
        if (!names->entries[i].text) continue;
        uint32_t slot = names->entries[i].hash & (slot_count - 1);
        while (slots[slot])
            slot = (slot + 1) & (slot_count - 1);
        slots[slot] = i + 1;
    }
    mem_free(names->slots);
    names->slots = slots;
    names->slot_count = slot_count;
}

static void grow_slots(struct names *names) {
    set_slots(names, names->slot_count ? names->slot_count * 2 : 64);
}

void names_reserve(struct names *names, uint32_t count) {
    uint32_t slot_count = names->slot_count ? names->slot_count : 64;
    ASSERT(count < UINT32_MAX / 4);
    while (slot_count / 2 < count)
        slot_count *= 2;
    if (slot_count > names->slot_count) set_slots(names, slot_count);
    if (count <= names->cap) return;
    names->cap = count;
    names->entries = mem_resize(names->entries, names->cap, sizeof(*names->entries));
}

static uint32_t take_number(struct names *names) {
    if (names->next_free) {
        const uint32_t number = names->next_free - 1;
        names->next_free = names->entries[number].hash;
        return number;
    }
    if (names->used == names->cap) {
        names->cap = names->cap ? names->cap * 2 : 32;
        names->entries = mem_resize(names->entries, names->cap, sizeof(*names->entries));
    }
    return names->used++;
}

uint32_t names_add(struct names *names, struct str text) {
    ASSERT(text.len > 0 && text.len < UINT32_MAX && names->count < UINT32_MAX / 4);
    if ((names->count + 1) * 2 > names->slot_count) grow_slots(names);
    const uint32_t hash = (uint32_t)names_hash(text);
    const uint32_t slot = slot_of(names, text, hash);
    if (names->slots[slot]) return names->slots[slot] - 1;

    const uint32_t number = take_number(names);
    char *copy = mem_alloc(text.len);
    memcpy(copy, text.ptr, text.len);
    names->entries[number] =
        (struct names_entry){.text = copy, .len = (uint32_t)text.len, .hash = hash};
    names->slots[slot] = number + 1;
    names->count++;
    names->text_bytes += text.len;
    return number;
}

// Closes the gap at `slot`: an entry further on moves back unless that would put it before its home.
static void shift_back(struct names *names, uint32_t slot) {
    const uint32_t mask = names->slot_count - 1;
    for (uint32_t next = (slot + 1) & mask; names->slots[next]; next = (next + 1) & mask) {
        const uint32_t home = names->entries[names->slots[next] - 1].hash & mask;
        if (((next - home) & mask) < ((next - slot) & mask)) continue;
        names->slots[slot] = names->slots[next];
        slot = next;
    }
    names->slots[slot] = 0;
}

void names_remove(struct names *names, uint32_t number) {
    struct names_entry *entry = &names->entries[number];
    ASSERT(number < names->used && entry->text);
    shift_back(names, slot_of(names, names_text(names, number), entry->hash));
    names->text_bytes -= entry->len;
    names->count--;
    mem_free(entry->text);
    *entry = (struct names_entry){.hash = names->next_free};
    names->next_free = number + 1;
}

size_t names_bytes(const struct names *names) {
    return names->cap * sizeof(*names->entries) + names->slot_count * sizeof(*names->slots) +
           names->text_bytes;
}
