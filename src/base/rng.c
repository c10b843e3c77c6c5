// rng — see the header.
#include "base/rng.h"

#include "base/attributes.h"
#include "base/digest.h"

static uint64_t rotate_left(uint64_t value, int by) {
    return value << by | value >> (64 - by);
}

void rng_seed(struct rng *rng, uint64_t seed) {
    for (size_t i = 0; i < ARRAY_COUNT(rng->state); i++) { // splitmix64
        seed += RNG_STRIDE;
        rng->state[i] = rng_mix(seed);
    }
}

void rng_seed_from_system(struct rng *rng) {
    uint64_t seed = 0;
    digest_random(&seed, sizeof(seed));
    rng_seed(rng, seed);
}

uint64_t rng_next(struct rng *rng) {
    uint64_t *state = rng->state;
    const uint64_t result = rotate_left(state[1] * 5, 7) * 9;
    const uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate_left(state[3], 45);
    return result;
}

uint64_t rng_below(struct rng *rng, uint64_t bound) {
    ASSERT(bound > 0);
    const uint64_t unbiased_from = (0 - bound) % bound; // reject the short first stretch
    for (;;) {
        const uint64_t drawn = rng_next(rng);
        if (drawn >= unbiased_from) return drawn % bound;
    }
}

double rng_unit(struct rng *rng) {
    return (double)(rng_next(rng) >> 11) * 0x1.0p-53;
}

size_t rng_pick(struct rng *rng, const double *weights, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    ASSERT(sum > 0);
    double left = rng_unit(rng) * sum;
    for (size_t i = 0; i + 1 < count; i++) {
        left -= weights[i];
        if (left < 0) return i;
    }
    return count - 1;
}

static void add_hex(struct buf *out, uint64_t number, size_t digits) {
    static const char hex[] = "0123456789abcdef";
    char *at = buf_extend(out, digits);
    if (!at) return;
    for (; digits; number >>= 4)
        at[--digits] = hex[number & 15];
}

void rng_add_uuid(struct rng *rng, struct buf *out) {
    const uint64_t high = (rng_next(rng) & ~UINT64_C(0xF000)) | UINT64_C(0x4000);
    const uint64_t low = (rng_next(rng) >> 2) | UINT64_C(1) << 63;
    add_hex(out, high >> 32, 8);
    buf_add_char(out, '-');
    add_hex(out, high >> 16, 4);
    buf_add_char(out, '-');
    add_hex(out, high, 4);
    buf_add_char(out, '-');
    add_hex(out, low >> 48, 4);
    buf_add_char(out, '-');
    add_hex(out, low, 12);
}

void rng_add_alphanumeric(struct rng *rng, struct buf *out, size_t count) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    while (count--)
        buf_add_char(out, alphabet[rng_below(rng, sizeof(alphabet) - 1)]);
}
