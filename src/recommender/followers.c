// followers — what came after an item (rows) and after two items (pairs), in bounded space: a full row
// wears down its weakest entry until a newcomer takes its place, and so does a full bucket of pairs.
// The pair table starts small and doubles when a bucket is full, up to pair_limit.
#include "internal.h"

#include "base/memory.h"

#include <string.h>

// The place of the item among the first `count`, or `count`.
static uint32_t find(const uint32_t *items, uint32_t count, uint32_t item) {
    uint32_t at = 0;
    while (at < count && items[at] != item)
        at++;
    return at;
}

static uint32_t weakest(const uint32_t *weights, uint32_t count) {
    uint32_t at = 0;
    for (uint32_t i = 1; i < count; i++) {
        if (weights[i] < weights[at]) at = i;
    }
    return at;
}

static void strengthen(uint32_t *weight, uint32_t by) {
    *weight = *weight > UINT32_MAX - by ? UINT32_MAX : *weight + by;
}

static void
wear_down(uint32_t *items, uint32_t *weights, uint32_t count, uint32_t item, uint32_t by) {
    const uint32_t at = weakest(weights, count);
    if (weights[at] > by) {
        weights[at] -= by;
        return;
    }
    items[at] = item;
    weights[at] = by;
}

void followers_reserve_row(struct recommender *r, struct item *item, uint32_t count) {
    uint32_t cap = item->row_cap ? item->row_cap : 4;
    while (cap < count)
        cap *= 2;
    if (cap == item->row_cap) return;
    item->row = engine_resize(
        &r->bytes, item->row, (size_t)item->row_cap * 2, (size_t)cap * 2, sizeof(*item->row));
    memmove(item->row + cap, item->row + item->row_cap, item->row_count * sizeof(*item->row));
    item->row_cap = cap;
}

static void add_to_row(struct recommender *r, struct item *from, uint32_t item, uint32_t weight) {
    const uint32_t at = find(from->row, from->row_count, item);
    if (at < from->row_count) {
        strengthen(&from->row[from->row_cap + at], weight);
    } else if (from->row_count < ROW_CAP) {
        followers_reserve_row(r, from, at + 1);
        from->row[at] = item;
        from->row[from->row_cap + at] = weight;
        from->row_count++;
    } else {
        wear_down(from->row, from->row + from->row_cap, ROW_CAP, item, weight);
    }
}

static uint32_t bucket_of(uint32_t before, uint32_t current, uint32_t cap) {
    uint64_t hash = ((uint64_t)before << 32 | current) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(hash >> 32) & (cap / PAIR_BUCKET - 1);
}

// The pair's slot; else an empty one of its bucket; else NULL.
static struct pair *find_slot(struct pair *pairs, uint32_t cap, uint32_t before, uint32_t current) {
    struct pair *bucket = pairs + (size_t)bucket_of(before, current, cap) * PAIR_BUCKET;
    struct pair *empty = NULL;
    for (int i = 0; i < PAIR_BUCKET; i++) {
        if (bucket[i].strength == 0) {
            if (!empty) empty = &bucket[i];
        } else if (bucket[i].before == before && bucket[i].current == current) {
            return &bucket[i];
        }
    }
    return empty;
}

const struct pair *
followers_find_pair(const struct recommender *r, uint32_t before, uint32_t current) {
    if (r->pair_cap == 0) return NULL;
    const struct pair *pair = find_slot(r->pairs, r->pair_cap, before, current);
    return pair && pair->strength ? pair : NULL;
}

// Doubling splits each bucket in two, so every pair finds room.
void followers_set_pair_cap(struct recommender *r, uint32_t cap) {
    struct pair *pairs = mem_zeroed(cap, sizeof(*pairs));
    for (uint32_t i = 0; i < r->pair_cap; i++) {
        const struct pair *pair = &r->pairs[i];
        if (pair->strength) *find_slot(pairs, cap, pair->before, pair->current) = *pair;
    }
    mem_free(r->pairs);
    r->bytes += cap * sizeof(*pairs) - r->pair_cap * sizeof(*pairs);
    r->pairs = pairs;
    r->pair_cap = cap;
}

// The slot to count in, or NULL when the bucket's weakest pair still resists.
static struct pair *claim_pair(struct recommender *r, uint32_t before, uint32_t current) {
    if (r->pair_cap == 0) followers_set_pair_cap(r, PAIR_START);
    struct pair *pair = find_slot(r->pairs, r->pair_cap, before, current);
    while (!pair && r->pair_cap < r->options.pair_limit) {
        followers_set_pair_cap(r, r->pair_cap * 2);
        pair = find_slot(r->pairs, r->pair_cap, before, current);
    }
    if (pair && pair->strength) return pair;
    if (!pair) {
        struct pair *bucket =
            r->pairs + (size_t)bucket_of(before, current, r->pair_cap) * PAIR_BUCKET;
        pair = bucket;
        for (int i = 1; i < PAIR_BUCKET; i++) {
            if (bucket[i].strength < pair->strength) pair = &bucket[i];
        }
        if (--pair->strength > 0) return NULL;
        r->pair_count--;
    }
    *pair = (struct pair){.before = before, .current = current};
    r->pair_count++;
    return pair;
}

static void add_to_pair(struct recommender *r, uint32_t before, uint32_t current, uint32_t item) {
    struct pair *pair = claim_pair(r, before, current);
    if (!pair) return;
    strengthen(&pair->strength, 1);
    const uint32_t at = find(pair->items, pair->count, item);
    if (at < pair->count) {
        strengthen(&pair->weights[at], 1);
    } else if (pair->count < PAIR_CAP) {
        pair->items[at] = item;
        pair->weights[at] = 1;
        pair->count++;
    } else {
        wear_down(pair->items, pair->weights, PAIR_CAP, item, 1);
    }
}

void followers_learn(
    struct recommender *r, const struct user *user, uint32_t item, int64_t time_s) {
    struct recent recent[3];
    const uint32_t count = users_recent(user, time_s, recent, 3);
    if (count == 0 || recent[0].item == item) return;
    for (uint32_t i = 0; i < count; i++) {
        if (recent[i].item == item) continue;
        const uint32_t weight = WEIGHT_ONE / (i + 1) / (recent[i].in_session ? 1 : 2);
        add_to_row(r, &r->items[recent[i].item], item, weight);
    }
    if (count >= 2 && recent[1].in_session) add_to_pair(r, recent[1].item, recent[0].item, item);
}
