// popular — how popular items are: decayed (trend), ever (pop), and the two rates behind trending. Masses
// only grow between rescales, so an event costs one walk up each heap.
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

static void rebuild(struct ranked *ranked, uint32_t count) {
    for (uint32_t item = 0; item < count; item++) {
        ranked->position[item] = item;
        rise(ranked, item);
    }
}

void popular_rebuild(struct recommender *r) {
    rebuild(&r->trend, engine_item_count(r));
    rebuild(&r->pop, engine_item_count(r));
}

void popular_add_item(struct recommender *r, uint32_t item) {
    r->trend.mass[item] = r->pop.mass[item] = r->fast[item] = r->slow[item] = 0;
    r->trend.position[item] = r->pop.position[item] = item;
    rise(&r->trend, item);
    rise(&r->pop, item);
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

static void count_trend(struct recommender *r, uint32_t item, int64_t time_s) {
    const int64_t origin_s = r->trend_decay.origin_s;
    const bool had_origin = r->trend_decay.has_origin;
    const double mass = event_mass(r, &r->trend_decay, r->trend.mass, time_s);
    if (had_origin && r->trend_decay.origin_s != origin_s) {
        // masses too small to tell apart became equal: their order is now by number
        rebuild(&r->trend, engine_item_count(r));
        r->trend.total = 0;
        for (uint32_t i = 0; i < engine_item_count(r); i++)
            r->trend.total += r->trend.mass[i];
    }
    r->trend.mass[item] += mass;
    r->trend.total += mass;
    rise(&r->trend, item);
}

void popular_count(struct recommender *r, uint32_t item, int64_t time_s) {
    count_trend(r, item, time_s);
    r->pop.mass[item] += 1;
    r->pop.total += 1;
    rise(&r->pop, item);
    r->fast[item] += event_mass(r, &r->fast_decay, r->fast, time_s);
    r->slow[item] += event_mass(r, &r->slow_decay, r->slow, time_s);
}
