// generator's inside — what the walk (generator.c) asks of a model, and the means models share.
//
// A plan is days, a day is the model's steps, a step has units (a shopper, a visit), a unit has messages.
// Every level is numbered without regard to shards, silence or where the plan begins, so that a place in
// the plan names a message for good: message ids are made of it.
//
// Chance is a pure function. A unit hashes what it is about into a key of its own (generator_hash) and
// takes its draws from that (generator_draw); nothing is carried from one unit to the next.
#pragma once

#include "base/rng.h"
#include "generator/generator.h"

#define GENERATOR_MESSAGE_ID_BYTES 64

struct generator;

// One per model, in the table of generator.c.
struct generator_ops {
    uint32_t users;    // when the plan names none
    uint32_t steps;    // of a day
    size_t unit_bytes; // of the struct a unit is loaded into, zeroed once
    // What is worth making once per plan, and who frees it. NULL: nothing; mem_free.
    void *(*prepare)(const struct generator *generator);
    void (*discard)(void *prepared);
    // Loads the first unit of at->day and at->step, from at->unit on, that this shard has and that has
    // messages; writes its number to at->unit. Returns how many messages it has, those of silent sources
    // counted; 0: no unit is left in this step. May pass over units whose messages are all silent, and over
    // steps without units: at->step is then the unit's, or the last one that is known to be empty.
    uint32_t (*load)(const struct generator *generator, struct generator_position *at, void *unit);
    // Fills all but message_id, which is made of `at`. Called once for each message told.
    void (*fill)(
        const struct generator *generator,
        const void *unit,
        uint32_t message,
        struct generator_message *out);
    enum generator_source (*source)(const void *unit, uint32_t message);
    // Of the message filled last.
    void (*add_json)(
        const struct generator *generator,
        const struct generator_message *message,
        struct buf *out);
    uint64_t (*estimate)(const struct generator_plan *plan); // of a complete plan, its shard alone
};
extern const struct generator_ops generator_workshop_ops;
extern const struct generator_ops generator_shopper_ops;

struct generator {
    struct generator_plan plan; // complete: users and shards are filled in
    const struct generator_ops *ops;
    uint64_t key;                 // of all chance: seed, model and users
    struct generator_position at; // what comes next; at the end day `end_day`, the rest 0
    int64_t end_day;
    uint32_t count;     // messages of the unit that comes next
    void *units[2];     // owned: what comes next, and what was told last, which the views are of
    unsigned next_unit; // which of the two comes next
    void *prepared;     // owned: the model's
    char message_id[GENERATOR_MESSAGE_ID_BYTES]; // of the message told last
    size_t message_id_prefix;                    // bytes that are the same for all
};

// ---- chance ----

// What a hash is for, so that two uses of the same numbers share nothing. Each model numbers its own: the
// model is in generator->key.
static inline uint64_t generator_hash(
    uint64_t key, uint64_t purpose, int64_t day, uint64_t step, uint64_t unit, uint64_t message) {
    key = rng_mix(key ^ rng_mix(purpose));
    key = rng_mix(key ^ rng_mix((uint64_t)day));
    key = rng_mix(key ^ rng_mix(step));
    key = rng_mix(key ^ rng_mix(unit));
    return rng_mix(key ^ rng_mix(message));
}

uint64_t
generator_plan_key(const struct generator_plan *plan); // what generator->key is, of a complete plan

// Draws with a number: the same whichever were taken before. `key` is a hash.
static inline uint64_t generator_draw(uint64_t key, uint64_t number) {
    return rng_mix(key + number * RNG_STRIDE);
}

// 0 … bound-1; uneven by less than bound / 2^64.
static inline uint64_t generator_below(uint64_t draw, uint64_t bound) {
    return draw % bound;
}

// [0, 1)
static inline double generator_unit(uint64_t draw) {
    return (double)(draw >> 11) * 0x1.0p-53;
}

// ---- shards ----

// Shoppers of one group (those who register in one step; all of the shopper model) are dealt round to the
// shards, beginning at a shard that `group_hash` chooses: as even as can be, and a shard need not look at the
// others' shoppers. The first shopper of this shard at or after `from`; the next is `shards` further.
static inline uint64_t
generator_first_of_shard(const struct generator_plan *plan, uint64_t group_hash, uint64_t from) {
    const uint64_t first = (plan->shard + plan->shards - group_hash % plan->shards) % plan->shards;
    if (from <= first) return first;
    return first + (from - first + plan->shards - 1) / plan->shards * plan->shards;
}

// How many of `users` this shard has of such a group, on the average.
static inline double generator_shard_part(const struct generator_plan *plan) {
    return 1.0 / (double)plan->shards;
}

// ---- identities ----

#define GENERATOR_UUID_BYTES 37 // with the closing NUL
#define GENERATOR_IP_BYTES 16

// Version 4, lower case.
void generator_put_uuid(char out[GENERATOR_UUID_BYTES], uint64_t high, uint64_t low);
void generator_put_ip(char out[GENERATOR_IP_BYTES], uint32_t address);
// Bytes written, 1 to 16 and 1 to 20; no NUL.
size_t generator_put_hex(char *out, uint64_t number);
size_t generator_put_decimal(char *out, uint64_t number);

#define GENERATOR_FIRST_NAMES 269
#define GENERATOR_LAST_NAMES 262
extern const char *const generator_first_names[GENERATOR_FIRST_NAMES];
extern const char *const generator_last_names[GENERATOR_LAST_NAMES];

// ---- printing ----

// Everything up to the body, which the caller adds, and then the closing brace:
//   {"type":"track","event":…,"userId":…,"anonymousId":…,"messageId":…,"timestamp":…,"context":{"ip":…}
// Texts that are empty are left out; `ip` too.
void generator_add_head(const struct generator_message *message, struct str ip, struct buf *out);
// `"text"`, escaped where it must be.
void generator_add_quoted(struct buf *out, struct str text);
// `before` is printed as it stands: a comma or none, the key, a colon. STR(",\"sku\":")
void generator_add_member(struct buf *out, struct str before, struct str text);
// Cents as the shortest number: 45, 4.5, 129.95
void generator_add_cents(struct buf *out, int64_t cents);
