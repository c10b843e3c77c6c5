// computed_traits — the space's computed traits and audiences: their definitions, kept up to date with
// every event, and computed over the stored events when they are new.
//
// Real time  an event is held against the definitions of its name only, and each of those costs one or
//            two rows: what a trait must remember is beside its value, what it has seen are rows of their
//            own. Nothing is scanned.
// New ones   are computed over the events in the store, a slice of them per turn of the loop, and count
//            new events from the beginning. A changed one is dropped from all profiles first; a removed
//            one leaves its values as custom traits, as at Segment. How far it is, is written with what it
//            did: a kill in the middle counts nothing twice.
// Merging    two profiles' traits become what all their events together would have made.
// Values     purchased by nobody yet: no trait. most_frequent shows from two occurrences on, the first in
//            bytes among equals; lists are in order of bytes; an audience shows once a profile has entered
//            it. Lists take COMPUTED_TRAITS_VALUES_MAX values.
// Identify   cannot overwrite or remove a computed trait, nor a group call those of an account.
// Threads    the sandbox's.
// Source     segment.md 3.2; Segment, "Computed Traits".
#pragma once

#include "base/error.h"
#include "segment/event.h"

struct cloud;
struct computed_traits;

#define COMPUTED_TRAITS_MAX 50 // Segment's limit of a space
#define COMPUTED_TRAITS_VALUES_MAX 10000

// From the store; the first time the sandbox's own definitions are written there.
void computed_traits_load(struct cloud *cloud);
void computed_traits_free(struct computed_traits *traits);

struct computed_traits_event {
    int64_t profile;
    bool is_account;
    const struct event *event; // a track
    int64_t at_ms;
};
void computed_traits_apply(struct cloud *cloud, const struct computed_traits_event *event);
bool computed_traits_wants(const struct cloud *cloud, struct str event_name, bool is_account);
bool computed_traits_owns(const struct cloud *cloud, struct str trait, bool is_account);
// A custom trait has a new value, or none any more.
void computed_traits_changed(
    struct cloud *cloud, int64_t profile, bool is_account, struct str trait);
// All traits of `from` become those of `into`, custom ones too.
void computed_traits_merge(struct cloud *cloud, int64_t from, int64_t into, bool is_account);

// Definitions that are computed over what is stored.
bool computed_traits_has_work(const struct cloud *cloud);
void computed_traits_work(struct cloud *cloud, int64_t budget_us);

// The definitions as one JSON object each: what was PUT, and key, class, status, progress, times.
// Empty key: all. False when there is none of that key.
bool computed_traits_describe(struct cloud *cloud, struct str key, struct buf *out);
bool computed_traits_is_live(const struct cloud *cloud, struct str key); // or unknown
bool computed_traits_put(struct cloud *cloud, struct str key, struct str json, struct error *err)
    MUST_CHECK;
bool computed_traits_remove(struct cloud *cloud, struct str key, struct error *err) MUST_CHECK;
