// parcel — the messages that go out together: of one source for Segment, of one visit for Personalize.
//
// Shape    messages in the order they were taken, each with its place in the feed. What is sent is a run of
//          units: a message for Segment, an item of a message for Personalize. `ranges` are the runs that are
//          still to be sent; a refusal halves one.
// Owns     its bytes; parcel_free. parcel_reset keeps the memory for the next.
#pragma once

#include "delivery/delivery.h"

struct parcel_span {
    uint32_t from, to; // bytes
};

struct parcel_message {
    struct delivery_mark mark;
    uint64_t sequence;       // how many were taken before it
    uint64_t skipped_before; // of these
    struct parcel_span text; // in parcel.text
    struct parcel_span id, name;
    int64_t timestamp_ms;
    uint32_t units_left;
    bool is_refused, is_settled;
};

struct parcel_unit {
    uint32_t message;
    uint32_t number; // of the item within its message, from 0
    struct parcel_span item;
};

struct parcel_range {
    uint32_t from, to; // units
};
// Halving depth first needs one more than the doublings of the largest batch.
#define PARCEL_RANGES 24

struct parcel {
    struct parcel *next, *previous; // of all that are not settled
    enum client_source source;
    struct buf text; // messages joined by commas
    struct parcel_message *messages;
    uint32_t count, cap;
    uint32_t settled_count;
    uint32_t first_open; // messages before it are settled
    // Personalize only; else a message is its own unit.
    struct parcel_unit *units;
    uint32_t unit_count, unit_cap;
    struct buf strings, user_id, session_id;
    int64_t opened_ms;
    struct parcel_range ranges[PARCEL_RANGES]; // the next one is the last
    uint32_t range_count;
};

struct parcel *parcel_new(void);
void parcel_free(struct parcel *parcel);
void parcel_reset(struct parcel *parcel);
// The text only; `message` of the caller's gets mark and so on.
struct parcel_message *parcel_add(struct parcel *parcel, struct str text);
struct parcel_unit *parcel_add_unit(struct parcel *parcel, uint32_t message);
struct parcel_span parcel_keep(struct parcel *parcel, struct str text); // in `strings`
struct str parcel_text(const struct parcel *parcel, const struct parcel_message *message);
struct str parcel_string(const struct parcel *parcel, struct parcel_span span);

uint32_t parcel_units(const struct parcel *parcel);
uint32_t parcel_message_of(const struct parcel *parcel, uint32_t unit);
// All units, to be sent at most `most` at a time.
void parcel_seal(struct parcel *parcel);
// The next run, of at most `most` units; false: none is left.
bool parcel_take_range(struct parcel *parcel, uint32_t most, struct parcel_range *out);
void parcel_put_back(struct parcel *parcel, struct parcel_range range);
void parcel_put_back_halves(struct parcel *parcel, struct parcel_range range);
// Messages of the run, which may share the first and the last one with its neighbours.
uint32_t parcel_messages_in(const struct parcel *parcel, struct parcel_range range);
