// identity — the identifiers that an event brings, in the order of their priority.
//
// Promoted  user_id (userId), email (traits.email of an identify, context.traits.email, properties.email
//           of a track: one page of Segment's names the last), anonymous_id, the previousId of an alias
//           (an anonymous_id), android.* and ios.* (context.device by its type; the advertising id only
//           with adTrackingEnabled), ga_client_id (integrations["Google Analytics"].clientId, of the
//           context or the message), cross_domain_id (context.traits), group_id (groupId of a group,
//           context.groupId of the others) and whatever context.externalIds holds, all four keys of it,
//           in lower-case types.
// Priority  user_id, email, then the rest by name; of one type as they came.
// Blocked   only zeros and dashes, -1, null, anonymous; longer than PROFILE_ID_MAX_BYTES.
// Stored    types of the collection accounts carry IDENTITY_ACCOUNT_PREFIX, so that a value may be of a
//           user and of an account.
// Owns      the items' memory: identity_release. The values are views of the event.
// Threads   any.
// Source    segment.md 3.1; Segment, "Identity Resolution Settings", "ExternalIDs", "Unify Limits".
#pragma once

#include "segment/event.h"

#define IDENTITY_MAX 24 // of one event; more are passed over
#define IDENTITY_ACCOUNT_PREFIX "accounts:"

struct identity_item {
    struct str type;  // as stored
    struct str value; // as sent
    struct str key;   // in lower case: what is looked up
    struct buf type_memory, key_memory;
};
struct identity {
    struct identity_item items[IDENTITY_MAX];
    size_t count;
};
void identity_release(struct identity *identity);
// Of one collection. `out` is empty before; it must stay where it is afterwards.
void identity_collect(const struct event *event, bool is_accounts, struct identity *out);
void identity_drop_last(struct identity *identity); // the lowest of priority
bool identity_has_group(const struct event *event); // does it name an account?

// How many of a (stored) type one profile may have.
int64_t identity_limit(struct str type);
struct str identity_shown_type(struct str stored_type);
// Appends the stored type.
void identity_add_type(struct buf *out, bool is_account, struct str shown_type);
void identity_add_lower(struct buf *out, struct str text); // ASCII
bool identity_is_lower(struct str text);

// Events that profiles never see: Unify drops them without a word. More than 300 properties, an identify
// or group with 300 traits or more, a messageId beyond 100 bytes, a group id beyond 500 bytes, an empty
// context.groupId.
bool identity_is_dropped(const struct event *event);
