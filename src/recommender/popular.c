// popular — how popular items are: decayed (trend), ever (pop), by distinct users (visitors), and the two
// rates behind trending. Masses hardly ever shrink between rescales, so an event costs one walk up each heap.
#include "internal.h"

#include <math.h>

static bool stands_above(const struct ranked *ranked, uint32_t left, uint32_t right) {
    if (ranked->mass[left] > ranked->mass[right]) return true;
    return !(ranked->mass[left] < ranked->mass[right]) && left < right;
}

static void put(struct ranked *ranked, uint32_t at, uint32_t item) {
    ranked->heap[at] = item;
    ranked->position[item] = at;
}

static void rise(struct ranked *ranked, uint32_t item) {
    uint32_t at = ranked->position[item];
    for (; at > 0; at = (at - 1) / 2) {
        const uint32_t parent = ranked->heap[(at - 1) / 2];
        if (!stands_above(ranked, item, parent)) break;
        put(ranked, at, parent);
    }
    put(ranked, at, item);
}

static void fall(struct ranked *ranked, uint32_t count, uint32_t item) {
    uint32_t at = ranked->position[item];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count) break;
        if (child + 1 < count && stands_above(ranked, ranked->heap[child + 1], ranked->heap[child]))
            child++;
        if (!stands_above(ranked, ranked->heap[child], item)) break;
        put(ranked, at, ranked->heap[child]);
        at = child;
    }
    put(ranked, at, item);
}

static void rebuild(struct ranked *ranked, uint32_t count) {
    for (uint32_t item = 0; item < count; item++) {
        ranked->position[item] = item;
        rise(ranked, item);
    }
}

void popular_rebuild(struct recommender *r) {
    rebuild(&r->trend, engine_item_count(r));
    rebuild(&r->pop, engine_item_count(r));
    rebuild(&r->visitors, engine_item_count(r));
    rebuild(&r->fast, engine_item_count(r));
}

void popular_add_item(struct recommender *r, uint32_t item) {
    struct ranked *const all[] = {&r->trend, &r->pop, &r->visitors, &r->fast};
    for (size_t i = 0; i < ARRAY_COUNT(all); i++) {
        all[i]->mass[item] = 0;
        all[i]->position[item] = item;
        rise(all[i], item);
    }
    r->slow[item] = 0;
}

// The mass of one event now. Far events in the past weigh nothing, never NaN.
static double
event_mass(struct recommender *r, struct decay *decay, double *masses, int64_t time_s) {
    if (!decay->has_origin) decay->origin_s = time_s;
    decay->has_origin = true;
    const double exponent = (double)(time_s - decay->origin_s) / decay->half_life_s;
    if (exponent <= 200) return exp2(exponent);
    const double scale = exp2(-exponent);
    for (uint32_t i = 0; i < engine_item_count(r); i++)
        masses[i] *= scale;
    decay->origin_s = time_s;
    return 1;
}

static void count_decayed(
    struct recommender *r,
    struct ranked *ranked,
    struct decay *decay,
    uint32_t item,
    int64_t time_s) {
    const int64_t origin_s = decay->origin_s;
    const bool had_origin = decay->has_origin;
    const double mass = event_mass(r, decay, ranked->mass, time_s);
    if (had_origin && decay->origin_s != origin_s) {
        // masses too small to tell apart became equal: their order is now by number
        rebuild(ranked, engine_item_count(r));
        ranked->total = 0;
        for (uint32_t i = 0; i < engine_item_count(r); i++)
            ranked->total += ranked->mass[i];
    }
    ranked->mass[item] += mass;
    ranked->total += mass;
    rise(ranked, item);
}

void popular_count(struct recommender *r, uint32_t item, int64_t time_s) {
    count_decayed(r, &r->trend, &r->trend_decay, item, time_s);
    r->pop.mass[item] += 1;
    r->pop.total += 1;
    rise(&r->pop, item);
    count_decayed(r, &r->fast, &r->fast_decay, item, time_s);
    r->slow[item] += event_mass(r, &r->slow_decay, r->slow, time_s);
}

void popular_add_visitor(struct recommender *r, uint32_t item) {
    r->visitors.mass[item] += 1;
    rise(&r->visitors, item);
}

void popular_remove_visitor(struct recommender *r, uint32_t item) {
    if (r->visitors.mass[item] <= 1) return;
    r->visitors.mass[item] -= 1;
    fall(&r->visitors, engine_item_count(r), item);
}
