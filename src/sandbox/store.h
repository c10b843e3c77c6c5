// store — the sandbox's state on disk: events, interactions, profiles, deliveries, sessions, settings.
// The only user of SQLite (store*.c).
//
// Shape    plain rows in and out, no rules: what a row means is decided above.
// Durable  WAL, synchronous=NORMAL: a committed transaction survives kill -9 (not a power cut).
// Writes   open a transaction by themselves and cannot fail at the call: the first failure sticks,
//          later writes do nothing, and store_commit reports it after rolling back.
// Reads    see what was written in the open transaction. Texts handed to callbacks live until the
//          callback returns; texts in rows read by store_get_… until the next call of any store function.
// Limits   events: STORE_EVENTS_KEPT and STORE_EVENT_BYTES_KEPT, whichever is reached first, but none that
//          store_hold_events holds. The window of duplicates outlives them: the accepted messages of at
//          least STORE_MESSAGES_KEPT_MS, but of not more than STORE_MESSAGE_RUNS_KEPT times
//          STORE_MESSAGES_KEPT messages (33 million; a store in memory 4 million); in memory the newest
//          one to two times STORE_MESSAGES_KEPT and 2 bytes for each older one, on disk 10
//          (store_messages.h, store_runs.h). Interactions: STORE_INTERACTIONS_KEPT, but none that is not in a
//          snapshot. STORE_DELIVERIES_KEPT deliveries. store_trim keeps all that, some thousand rows at a
//          time; it is cheap when there is nothing to do.
// Errors   ERROR_IO (folder, disk), ERROR_INVALID for a file of a newer version or none of ours.
// Threads  one.
#pragma once

#include "base/buf.h"
#include "base/error.h"

#include <stdint.h>

#define STORE_VERSION 6
#define STORE_FILE "sandbox.db"
#define STORE_EVENTS_KEPT 500000
#define STORE_EVENT_BYTES_KEPT (INT64_C(512) << 20)           // of their bodies …
#define STORE_EVENT_BYTES_KEPT_IN_MEMORY (INT64_C(128) << 20) // … of a store in memory
#define STORE_MESSAGES_KEPT (1u << 19)
#define STORE_MESSAGES_KEPT_MS (INT64_C(24) * 60 * 60 * 1000)
#define STORE_MESSAGE_RUNS_KEPT 64
#define STORE_MESSAGE_RUNS_KEPT_IN_MEMORY 8
#define STORE_INTERACTIONS_KEPT 2000000
#define STORE_INTERACTIONS_KEPT_IN_MEMORY 500000
#define STORE_DELIVERIES_KEPT 1000
#define STORE_SESSIONS_KEPT 5000

struct store;
bool store_open(const char *folder, struct store **out, struct error *err)
    MUST_CHECK; // NULL: memory
// With another STORE_MESSAGES_KEPT, for tests.
bool store_open_sized(
    const char *folder, uint32_t messages_kept, struct store **out, struct error *err) MUST_CHECK;
void store_close(struct store *store);            // rolls back what is open
bool store_is_writing(const struct store *store); // also: a failure is to be reported
bool store_commit(struct store *store, struct error *err) MUST_CHECK; // nothing open: true
// Makes the next commit fail for that reason: what was begun cannot be brought to its end.
void store_give_up(struct store *store, const struct error *reason);
void store_rollback(struct store *store);
void store_trim(struct store *store, int64_t now_ms);
// Events from that sequence on are not trimmed, however old they grow; 0: all may go.
void store_hold_events(struct store *store, int64_t from);
// Empties every table but the settings of `meta` that begin with "keep.".
void store_clear(struct store *store);

// Named texts: the destination's settings, the delivered mark, the kind of seed.
void store_set_meta(struct store *store, const char *key, struct str value);
bool store_get_meta(struct store *store, const char *key, struct buf *out);
void store_set_meta_int(struct store *store, const char *key, int64_t value);
int64_t store_get_meta_int(struct store *store, const char *key, int64_t fallback);

struct store_event {
    int64_t sequence;
    int source, type, discard;
    struct str name, user_id, anonymous_id, sku, message_id;
    int64_t at_ms, received_at_ms; // corrected event time, ingest time
    int64_t profile;               // 0: none
    struct str body;               // JSON as ingested
};
typedef bool store_event_fn(void *context, const struct store_event *event); // false stops
void store_add_event(struct store *store, const struct store_event *event);
// Was an event of that messageId accepted, as far as the window of duplicates goes?
bool store_knows_message(struct store *store, struct str message_id);
// The sequence of that event; 0: none of the newest STORE_MESSAGES_KEPT, among which all events are that
// are kept.
int64_t store_find_message(struct store *store, struct str message_id);
int64_t
store_count_messages(const struct store *store); // in the window; the newest with the refused
int64_t store_last_sequence(const struct store *store);
int64_t store_count_events(struct store *store);
// So much larger than the window of events that whoever holds it (store_hold_events) must let nothing more in?
bool store_is_overfull(struct store *store);
int64_t store_event_bytes(const struct store *store);
// Lets go of pages that are in memory only to be faster; returns their bytes.
size_t store_rest(struct store *store);

struct store_event_query {
    int source;            // -1: all
    int64_t after;         // sequence
    struct str message_id; // empty: all
    int limit;
};
// The newest `limit`, oldest first.
void store_each_event(
    struct store *store,
    const struct store_event_query *query,
    store_event_fn *each,
    void *context);
// Accepted events of a source after a sequence, oldest first. `each` may write meanwhile, but no events
// of that source.
void store_each_pending(
    struct store *store, int source, int64_t after, store_event_fn *each, void *context);
int64_t store_count_pending(struct store *store, int source, int64_t after);

struct store_profile_events {
    int64_t profile;
    int64_t from_ms, to_ms; // of event times: from <= time < to
    int64_t received_from_ms;
    int64_t first_sequence; // among those of the first time in the order asked for; 0: all of them
    bool is_ascending;
    bool is_account; // `profile` is one: the events that name its group
};
void store_each_profile_event(
    struct store *store,
    const struct store_profile_events *query,
    store_event_fn *each,
    void *context);

// Accepted events of a name with after < sequence <= upto, in order.
void store_each_named_event(
    struct store *store,
    struct str name,
    int64_t after,
    int64_t upto,
    store_event_fn *each,
    void *context);

struct store_interaction {
    int64_t sequence; // 0 when adding: the next
    struct str user, session, item, event_type, event_id;
    int64_t time_s;
};
typedef bool store_interaction_fn(void *context, const struct store_interaction *interaction);
int64_t store_add_interaction(struct store *store, const struct store_interaction *interaction);
void store_each_interaction(
    struct store *store, int64_t after, store_interaction_fn *each, void *context);
int64_t store_last_interaction(struct store *store);
// Those up to it may be trimmed when they are too many: a snapshot holds what they did.
void store_let_go_interactions(struct store *store, int64_t upto);

void store_set_snapshot(struct store *store, struct str blob);
bool store_get_snapshot(struct store *store, struct buf *out);

struct store_profile {
    int64_t id;
    int64_t created_at_ms, updated_at_ms, last_sequence;
    struct str first_message_id, last_message_id;
    int first_source, last_source;
    bool is_account;
    int64_t merges; // profiles that became part of this one
};
int64_t store_add_profile(struct store *store, const struct store_profile *profile);
bool store_get_profile(struct store *store, int64_t id, struct store_profile *out);
// updated_at, last message, last source, last sequence
void store_touch_profile(struct store *store, const struct store_profile *profile);
// created_at, first message, first source, merges
void store_update_profile(struct store *store, const struct store_profile *profile);
int64_t store_last_profile(const struct store *store);
// Events, identifiers and links of `from` become those of `into`; `from` is gone, its number still finds
// `into`. Traits are moved apart, for it takes rules to do so.
void store_merge_profiles(struct store *store, int64_t from, int64_t into, bool is_account);
int64_t store_find_merged(struct store *store, int64_t id); // what became of a profile; 0: unknown

// A user of an account.
struct store_link {
    int64_t user, account;
    int source;
    int64_t created_at_ms;
    struct str message_id;
};
typedef bool store_link_fn(void *context, const struct store_link *link);
void store_add_link(struct store *store, const struct store_link *link); // the first one stays
// By number of the other side, those after `after`.
void store_each_link(
    struct store *store,
    int64_t profile,
    bool is_account,
    int64_t after,
    int limit,
    store_link_fn *each,
    void *context);
void store_add_account_event(struct store *store, int64_t account, int64_t at_ms, int64_t sequence);

struct store_identifier {
    int64_t profile;
    struct str type, key, value; // key: lower case
    int source;
    int64_t created_at_ms;
    struct str message_id;
};
typedef bool store_identifier_fn(void *context, const struct store_identifier *identifier);
int64_t store_find_identifier(struct store *store, struct str type, struct str key); // profile or 0
void store_put_identifier(struct store *store, const struct store_identifier *identifier);
// Empty type: all.
int64_t store_count_identifiers(struct store *store, int64_t profile, struct str type);
void store_each_identifier(
    struct store *store, int64_t profile, store_identifier_fn *each, void *context);

enum store_trait_kind { STORE_TRAIT_CUSTOM, STORE_TRAIT_COMPUTED, STORE_TRAIT_AUDIENCE };
struct store_trait {
    int64_t profile;
    struct str name, value; // JSON text
    int source;             // -1: computed by the space
    int64_t updated_at_ms;
    enum store_trait_kind kind;
    struct str state; // what a computed one remembers
    int64_t at_ms;    // event time of a computed one's value
};
typedef bool store_trait_fn(void *context, const struct store_trait *trait);
void store_put_trait(struct store *store, const struct store_trait *trait);
// Only if the one that is there is of an earlier event, or none of the computed.
void store_put_later_trait(struct store *store, const struct store_trait *trait);
void store_remove_trait(struct store *store, int64_t profile, struct str name);
bool store_get_trait(struct store *store, int64_t profile, struct str name, struct buf *out_value);
bool store_find_trait(
    struct store *store, int64_t profile, struct str name, struct store_trait *out);

struct store_trait_query {
    int64_t profile;
    struct str from; // by name, bytewise, from here on
    int kind;        // -1: all
    int64_t limit;   // -1: all
};
void store_each_trait(
    struct store *store,
    const struct store_trait_query *query,
    store_trait_fn *each,
    void *context);
// Custom ones that are newer come over. All of `from` are gone then, values too.
void store_move_traits(struct store *store, int64_t from, int64_t to);
// Of the profiles with after < id <= upto, the computed trait of a name: away, or custom from now on.
void store_drop_trait(struct store *store, struct str name, int64_t after, int64_t upto);
void store_uncompute_trait(struct store *store, struct str name, int64_t after, int64_t upto);
// The computed trait of a name in every profile.
void store_each_computed(struct store *store, struct str name, store_trait_fn *each, void *context);

// How often a computed trait has seen a value; a value is JSON text.
typedef bool store_value_fn(void *context, struct str value, int64_t count);
int64_t store_count_value(struct store *store, int64_t profile, struct str trait, struct str value);
int64_t
store_count_values(struct store *store, int64_t profile, struct str trait); // different ones
void store_add_value(
    struct store *store, int64_t profile, struct str trait, struct str value, int64_t count);
void store_each_value(
    struct store *store, int64_t profile, struct str trait, store_value_fn *each, void *context);
// The count of the most frequent one, the first by bytes among equals; 0: there is none.
int64_t
store_most_frequent(struct store *store, int64_t profile, struct str trait, struct buf *out_value);

typedef bool store_delivery_fn(void *context, int64_t sequence, struct str record);
void store_add_delivery(struct store *store, int64_t sequence, struct str record);
// The newest `limit` after a sequence, oldest first; `only` a single one (0: all).
void store_each_delivery(
    struct store *store,
    int64_t after,
    int64_t only,
    int limit,
    store_delivery_fn *each,
    void *context);

struct store_session {
    struct str access_key_id, secret, token, role_name, session_name;
    int64_t expires_at_s;
};
void store_add_session(struct store *store, const struct store_session *session);
bool store_get_session(struct store *store, struct str access_key_id, struct store_session *out);
