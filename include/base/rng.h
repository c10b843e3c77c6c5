// rng — repeatable chance: one seed gives one sequence, on every machine.
//
// Source   xoshiro256** seeded through splitmix64 (Blackman, Vigna, 2018); our own code.
// Threads  one rng per thread.
#pragma once

#include "base/buf.h"

struct rng {
    uint64_t state[4];
};

// One number thoroughly mixed into another; no two give the same (splitmix64's end). A key plus multiples
// of RNG_STRIDE, mixed, is a row of draws that can be taken in any order.
#define RNG_STRIDE UINT64_C(0x9E3779B97F4A7C15)
static inline uint64_t rng_mix(uint64_t value) {
    value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
    return value ^ value >> 31;
}

void rng_seed(struct rng *rng, uint64_t seed);
void rng_seed_from_system(struct rng *rng); // unguessable; for ids and jitter, not for keys
uint64_t rng_next(struct rng *rng);
uint64_t rng_below(struct rng *rng, uint64_t bound); // 0 … bound-1 without bias; bound > 0
double rng_unit(struct rng *rng);                    // [0, 1)
// An index, drawn in proportion to the weights; their sum must be above zero.
size_t rng_pick(struct rng *rng, const double *weights, size_t count);
void rng_add_uuid(struct rng *rng, struct buf *out);                       // version 4, lower case
void rng_add_alphanumeric(struct rng *rng, struct buf *out, size_t count); // A-Z a-z 0-9
