// best — the K best of many, and the walk down a popularity heap in order. Better is a higher score,
// then a lower item number, then a lower place.
#include "internal.h"

#include "base/memory.h"

void best_reset(struct best *best, size_t wanted) {
    best->count = 0;
    best->wanted = wanted;
}

static void sink(struct best_entry *entries, size_t count, size_t at, struct best_entry entry) {
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count) break;
        if (child + 1 < count) child += best_is_worse(entries[child + 1], entries[child]);
        if (!best_is_worse(entries[child], entry)) break;
        entries[at] = entries[child];
        at = child;
    }
    entries[at] = entry;
}

// Only after best_would_enter.
void best_push(struct best *best, double score, uint32_t item, uint32_t place) {
    const struct best_entry entry = best_entry(score, item, place);
    if (best->count == best->wanted) {
        sink(best->entries, best->count, 0, entry);
        return;
    }
    if (best->count == best->cap) {
        best->cap = best->cap ? best->cap * 2 : 64;
        best->entries = mem_resize(best->entries, best->cap, sizeof(*best->entries));
    }
    size_t at = best->count++;
    for (; at > 0 && best_is_worse(entry, best->entries[(at - 1) / 2]); at = (at - 1) / 2) {
        best->entries[at] = best->entries[(at - 1) / 2];
    }
    best->entries[at] = entry;
}

// Best first. The heap is used up. (Not qsort: glibc's allocates.)
void best_sort(struct best *best) {
    for (size_t left = best->count; left > 1; left--) {
        const struct best_entry worst = best->entries[0];
        sink(best->entries, left - 1, 0, best->entries[left - 1]);
        best->entries[left - 1] = worst;
    }
}

// The frontier holds the indices into the popularity heap whose parents were taken, itself as a heap
// with the most popular on top: taking the K best costs O(K log K) and changes nothing.
static bool is_above(const struct ranked *ranked, uint32_t left, uint32_t right) {
    const uint32_t a = ranked->heap[left], b = ranked->heap[right];
    if (ranked->mass[a] > ranked->mass[b]) return true;
    return !(ranked->mass[a] < ranked->mass[b]) && a < b;
}

static void
frontier_push(struct recommender *r, int which, const struct ranked *ranked, uint32_t index) {
    struct scratch *scratch = &r->scratch;
    if (index >= engine_item_count(r)) return;
    if (scratch->frontier_count[which] == scratch->frontier_cap[which]) {
        scratch->frontier_cap[which] =
            scratch->frontier_cap[which] ? scratch->frontier_cap[which] * 2 : 64;
        scratch->frontier[which] = mem_resize(
            scratch->frontier[which], scratch->frontier_cap[which],
            sizeof(*scratch->frontier[which]));
    }
    uint32_t *frontier = scratch->frontier[which];
    uint32_t at = scratch->frontier_count[which]++;
    for (; at > 0 && is_above(ranked, index, frontier[(at - 1) / 2]); at = (at - 1) / 2) {
        frontier[at] = frontier[(at - 1) / 2];
    }
    frontier[at] = index;
}

void best_walk_begin(struct recommender *r, int which, const struct ranked *ranked) {
    r->scratch.frontier_count[which] = 0;
    frontier_push(r, which, ranked, 0);
}

uint32_t best_walk_peek(const struct recommender *r, int which, const struct ranked *ranked) {
    return r->scratch.frontier_count[which] ? ranked->heap[r->scratch.frontier[which][0]] : NOBODY;
}

void best_walk_advance(struct recommender *r, int which, const struct ranked *ranked) {
    uint32_t *frontier = r->scratch.frontier[which];
    const uint32_t taken = frontier[0];
    const uint32_t count = --r->scratch.frontier_count[which];
    const uint32_t moved = frontier[count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count) break;
        if (child + 1 < count && is_above(ranked, frontier[child + 1], frontier[child])) child++;
        if (!is_above(ranked, frontier[child], moved)) break;
        frontier[at] = frontier[child];
        at = child;
    }
    frontier[at] = moved;
    frontier_push(r, which, ranked, 2 * taken + 1);
    frontier_push(r, which, ranked, 2 * taken + 2);
}
