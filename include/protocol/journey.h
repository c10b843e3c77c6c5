// journey — one event's way round the loop, exchange by exchange: the console's journey screen and
// `recloop journey`.
//
// Shape    `started_at_ms` is when the event set out (received by the source, or sent by this process).
//          Exchanges stand in the order they began; those of an unknown start stand where the loop has
//          them. A station that nobody reachable can tell of is an exchange of state HOP_HIDDEN with a
//          note and without texts; one that was not reached is HOP_SKIPPED.
// Texts    `request` and `answer` are HTTP as people read it: start line, headers, blank line, body;
//          lines end with "\n", secrets are masked, bodies cut with a note (http/redact.h). NULL: not
//          known. Strings may be NULL wherever a value may be missing.
// Units    ms with microsecond resolution; below 0: unknown. "…_at_ms" wall clock; 0: unknown.
// Owns     everything it points to; journey_release. `{0}` is an empty one.
// Threads  a value.
#pragma once

#include "base/str.h"
#include "protocol/hop.h"

#include <stdint.h>

struct journey_exchange {
    enum hop_id hop;      // the station of the loop it belongs to; several may share one
    enum hop_state state; // done, failed, skipped, hidden, running
    char *title;          // "PutEvents"
    double start_ms;      // from the journey's start; below 0: unknown
    double ms;            // from request to whole answer; below 0: unknown
    int status;           // HTTP; 0: none
    int attempts;         // 1: no retry was needed; 0: unknown
    bool is_asked_now;    // to tell this journey, after the event went its way: no part of its time
    char *request, *answer;
    char *request_id; // the service's own
    char *problem;    // what went wrong, in the words users meet; NULL: nothing
    char *hint;       // the next step; NULL: none
    char *note;       // why it is hidden; what of it was not literally on a wire
};

struct journey_line { // the function's log, of this invocation
    int64_t at_ms;    // wall
    char *text;
};

struct journey_list { // recommendations, best first
    char **item_ids;
    size_t count;
    bool is_known; // false: nobody can tell; true with count 0: there were none
    int64_t at_ms; // wall
    char *note;    // how it is known, when that is not plain ("asked now"); NULL: plain
};

struct journey_trait { // recommended_products at one time
    bool is_known;     // false: nobody can tell
    char *value;       // JSON text; NULL with is_known: it was not set
    int64_t updated_at_ms;
};

struct journey {
    char *message_id, *name, *type, *user_id, *anonymous_id, *sku, *source;
    double started_at_ms; // wall, with parts of a millisecond where they are known
    double total_ms;      // from the start to the changed trait, or to the end of what is known
    bool is_complete;     // every station was seen, the trait included
    bool is_recorded; // from a record of the whole loop (sandbox); false: put together by asking
    char *note;       // what cannot be known here; NULL: nothing
    struct journey_exchange *exchanges;
    size_t exchange_count;
    struct journey_line *lines;
    size_t line_count;
    struct journey_list before, after;
    struct journey_trait trait_before, trait_after;
    double lag_ms; // from the event to the changed trait; below 0: unknown
};

void journey_init(struct journey *journey); // empty, with the unknown times unknown
void journey_release(struct journey *journey);

// Builders, all copying. What they return is good until the next one of its kind is added.
struct journey_exchange *
journey_add_exchange(struct journey *journey, enum hop_id hop, struct str title);
void journey_add_line(struct journey *journey, int64_t at_ms, struct str text);
void journey_list_add(struct journey_list *list, struct str item_id);

void journey_drop_hop(struct journey *journey, enum hop_id hop); // all exchanges of that station

// The first station that failed; NULL: none did. Of several attempts the last one
// counts.
const struct journey_exchange *journey_failure(const struct journey *journey);
// Is that the function's own identify, which writes the list to the profile? Its messageId is made of that of
// the event which caused it: *out_cause, empty where it does not tell.
bool journey_is_own_identify(struct str message_id, struct str *out_cause);
// By start, unknown starts after the last known one of an earlier or the same station. Stable.
void journey_sort(struct journey *journey);
