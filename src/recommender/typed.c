// typed — per user the newest interactions of each event type, for filters such as
// `EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("Order Completed")`. Types are told apart by a hash
// of their lower-case text: a type costs nothing outside the users who have it, so hostile type names
// fill no table. The most recently used TYPED_CAP types of a user stay.
#include "internal.h"

#include "base/memory.h"

#include <string.h>

uint64_t typed_hash(struct str event_type) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < event_type.len; i++) {
        unsigned char byte = (unsigned char)event_type.ptr[i];
        if (byte >= 'A' && byte <= 'Z') byte = (unsigned char)(byte + 32);
        hash = (hash ^ byte) * UINT64_C(0x100000001b3);
    }
    return hash;
}

// Capacity is a function of the count alone, so that a restored user weighs what the living did.
static void reserve(struct typed *typed, uint32_t count) {
    if (count <= typed->cap) return;
    uint32_t cap = typed->cap ? typed->cap : 4;
    while (cap < count)
        cap *= 2;
    if (cap > RECOMMENDER_TYPED_HISTORY) cap = RECOMMENDER_TYPED_HISTORY;
    typed->items = mem_resize(typed->items, cap, sizeof(*typed->items));
    typed->cap = cap;
}

// A new list at the end, the most recent place; the least recently used leaves when there are too many.
struct typed *typed_add(struct user *user, uint64_t type, uint32_t count) {
    if (user->typed_count == TYPED_CAP) {
        mem_free(user->typed[0].items);
        user->typed_count--;
        memmove(user->typed, user->typed + 1, user->typed_count * sizeof(*user->typed));
    }
    if (user->typed_count == user->typed_cap) {
        user->typed_cap = user->typed_cap ? user->typed_cap * 2 : 1;
        user->typed = mem_resize(user->typed, user->typed_cap, sizeof(*user->typed));
    }
    struct typed *typed = &user->typed[user->typed_count++];
    *typed = (struct typed){.type = type};
    reserve(typed, count);
    return typed;
}

static struct typed *find_or_add(struct user *user, uint64_t type) {
    for (uint32_t i = 0; i < user->typed_count; i++) {
        if (user->typed[i].type != type) continue;
        const struct typed found = user->typed[i];
        memmove(
            user->typed + i, user->typed + i + 1,
            (user->typed_count - 1 - i) * sizeof(*user->typed));
        user->typed[user->typed_count - 1] = found;
        return &user->typed[user->typed_count - 1];
    }
    return typed_add(user, type, 1);
}

static void push(struct typed *typed, uint32_t item) {
    if (typed->count == RECOMMENDER_TYPED_HISTORY) {
        typed->count--;
        memmove(typed->items, typed->items + 1, typed->count * sizeof(*typed->items));
    }
    reserve(typed, typed->count + 1);
    typed->items[typed->count++] = item;
}

void typed_append(struct user *user, uint64_t type, uint32_t item) {
    push(find_or_add(user, type), item);
}

// The session's interactions count as the newer ones: it is what the person did last before joining.
void typed_join(struct user *into, struct user *from) {
    for (uint32_t i = 0; i < from->typed_count; i++) {
        const struct typed *typed = &from->typed[i];
        for (uint32_t k = 0; k < typed->count; k++)
            typed_append(into, typed->type, typed->items[k]);
    }
}

void typed_release(struct user *user) {
    for (uint32_t i = 0; i < user->typed_count; i++)
        mem_free(user->typed[i].items);
    mem_free(user->typed);
    user->typed = NULL;
    user->typed_count = user->typed_cap = 0;
}

static void add_all(const struct typed *typed, struct recommender_items *out) {
    for (uint32_t i = 0; i < typed->count; i++)
        recommender_items_add(out, typed->items[i]);
}

void recommender_find_interactions(
    const struct recommender *r,
    struct str user,
    struct str event_type,
    struct recommender_items *out) {
    const uint32_t number = users_find(r, user);
    if (number == NOBODY) return;
    const struct user *found = &r->users[number];
    const bool is_forgotten =
        r->options.forget_after_s > 0 && found->count > 0 &&
        r->now_s - found->history[found->count - 1].time_s > r->options.forget_after_s;
    if (is_forgotten) return;
    const uint64_t type = typed_hash(event_type);
    for (uint32_t i = 0; i < found->typed_count; i++) {
        if (event_type.len == 0 || found->typed[i].type == type) add_all(&found->typed[i], out);
    }
}
