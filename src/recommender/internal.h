// internal — the model's state and what its files offer each other. Only src/recommender/ reads this.
//
//   engine.c     life, options, the event          predict.c   the six distributions, learned weights
//   users.c      histories, joining, leaving       question.c  recommend, rank
//   typed.c      histories per event type          lists.c     related, popular, trending
//   documents.c  slices of timelines, item rings   best.c      the K best, walking a popularity heap
//   followers.c  follower rows, pair table         popular.c   popularity masses and heaps
//   event_ids.c  ids seen                          snapshot.c, restore.c
#pragma once

#include "recommender/names.h"
#include "recommender/recommender.h"

#include <string.h>

// The numbers of recommender.md section 3. Any change belongs into a new SNAPSHOT_VERSION.
enum {
    HISTORY_KEPT = 100, // events of a user that count
    HISTORY_CAP = 128,  // … kept before the oldest are cut off in one move
    RING_CAP = 400,
    ROW_CAP = 128,
    PAIR_CAP = 16, // followers of a pair
    PAIR_BUCKET = 4,
    PAIR_START = 256,
    DOCUMENT_CAP = 50,
    DOCUMENT_SPLIT = 8, // a session gap starts a new document once the old one holds this many
    TYPED_CAP = 16,     // event types kept per user
    QUERY_CAP = 10,
    NEIGHBOUR_CAP = 200,
    MATCH_CAP = QUERY_CAP * RING_CAP,
    LEARN_EVERY = 8,
    CONTEXT_COUNT = 61, // 5 × 3 × 4, and the unknown user
    CONTEXT_UNKNOWN = 60,
    AGE_TABLE = 4096, // days
    DAY_S = 86400,
    // Follower weights are integers in twelfths, so that 1, 1/2, 1/3 and their halves are exact and
    // 4 bytes each.
    WEIGHT_ONE = 12,
};
#define NOBODY UINT32_MAX
#define POP_FLOOR 0.1

struct seen {
    int64_t time_s;
    uint32_t item;
    uint32_t zero; // padding, said aloud because snapshots write it
};

struct typed {
    uint64_t type;   // hash of the lower-case event type
    uint32_t *items; // owned; oldest first
    uint32_t count, cap;
};

struct user {
    struct seen *history; // owned; oldest first
    struct typed *typed;  // owned; most recently used last
    uint32_t count, cap;
    uint32_t typed_count, typed_cap;
    uint32_t document; // number of the open one
    bool has_document;
    bool is_person;        // was named as a user, not only as a session
    uint32_t newer, older; // in order of activity; NOBODY at the ends
    uint32_t joined;       // the user this session id means, or NOBODY
    uint32_t joined_generation;
    uint32_t generation; // rises when the number is given to somebody else
};

struct document {
    int64_t time_s;  // of the last event
    uint32_t *items; // owned; distinct, in order of last occurrence
    uint32_t number; // a slot that was reused is recognised by this
    uint8_t count, cap;
};

struct item {
    uint32_t *ring; // owned; document numbers, `ring_next` is written next
    uint32_t *row;  // owned; row_cap followers, then their row_cap weights
    uint32_t ring_count, ring_cap, ring_next;
    uint32_t row_count, row_cap;
    uint32_t documents; // ever
    int64_t first_s;
};

struct pair {
    uint32_t before, current;
    uint32_t strength; // 0: the slot is empty
    uint32_t count;
    uint32_t items[PAIR_CAP], weights[PAIR_CAP];
};

// Masses with a max-heap over the items (ties: lower number first) and each item's place in it.
struct ranked {
    double *mass;
    uint32_t *heap, *position;
    double total;
};

// Decay without touching every item: an event adds 2^((t − origin) / half-life); all masses are scaled
// down when the exponent passes 200.
struct decay {
    double half_life_s;
    double scale; // question scratch: what a mass is worth now
    int64_t origin_s;
    bool has_origin;
};

struct event_ids {
    uint64_t *young, *old; // owned; open addressing, 0 is empty; `old` may be NULL
    uint32_t young_cap, old_cap, young_count;
};

struct context {
    double weights[RECOMMENDER_REASON_COUNT];
    uint64_t updates;
};

// What a question touches: raw weights of the first four predictors. Query items come first, so that
// their place is their rank.
struct candidate {
    uint32_t item;
    double raw[RECOMMENDER_REASON_TREND];
};

// Two numbers that stand in the order of (score, lower item, lower place), so that comparing needs no
// branch: which of two entries is better follows no pattern that one could learn.
struct best_entry {
    uint64_t high; // the score's bits, made to rise with it
    uint64_t low;  // the complements of item and place
};

// A binary heap with the worst on top; sorted best first by best_sort.
struct best {
    struct best_entry *entries; // owned
    size_t count, cap, wanted;
};

// Memory that is wanted soon.
static inline void prefetch(const void *address) {
    __builtin_prefetch(address);
}

struct scratch {
    struct candidate *candidates; // owned
    double *votes;                // owned; per candidate
    uint32_t candidate_count, candidate_cap;
    uint32_t *candidate_of; // owned; per item its candidate, or NOBODY
    uint16_t
        *masks; // owned; per document slot the query ranks it holds, as bits; 0 between questions
    uint32_t *touched;    // owned; MATCH_CAP slots, those whose mask is not 0, and one to spare
    double *similarities; // owned; MATCH_CAP, of the touched
    struct best best, neighbours;
    uint32_t *frontier[2]; // owned; heap indices, see best.c
    uint32_t frontier_count[2], frontier_cap[2];
};

struct recommender {
    struct recommender_options options; // zeros resolved
    struct names item_names, user_names;
    struct item *items;
    uint32_t item_cap;
    struct ranked trend, pop;
    struct ranked visitors; // distinct users
    struct ranked fast;     // masses for trending
    double *slow;
    struct decay trend_decay, fast_decay, slow_decay;
    struct user *users;
    uint32_t user_cap, newest_user, oldest_user;
    struct document *documents;
    uint32_t document_cap;
    uint64_t document_count; // ever; the next number
    struct pair *pairs;
    uint32_t pair_cap, pair_count;
    struct event_ids event_ids;
    struct context contexts[CONTEXT_COUNT];
    uint64_t events, duplicates, updates;
    bool has_now;
    int64_t now_s;
    size_t bytes;         // of everything but users, names and scratch
    size_t history_bytes; // of users
    struct scratch scratch;
    double age_decay[AGE_TABLE], rank_decay[QUERY_CAP];
    double distance_decay[2 * DOCUMENT_CAP]; // by distance + DOCUMENT_CAP; 0 in the middle
    double length_factor[DOCUMENT_CAP + 1];
};

// engine.c
void engine_resolve_options(
    const struct recommender_options *given, struct recommender_options *out);
uint32_t engine_add_item(struct recommender *r, struct str id, int64_t now_s);
// Resizes an array and keeps the count of bytes.
void *engine_resize(size_t *bytes, void *memory, size_t old_count, size_t count, size_t each);
static inline uint32_t engine_item_count(const struct recommender *r) {
    return r->item_names.count;
}

// users.c
uint32_t users_find(const struct recommender *r, struct str id); // through joins; or NOBODY
// The user an event belongs to, made or joined as needed, now the most recently active.
uint32_t users_of_event(struct recommender *r, struct str user, struct str session);
uint32_t users_add(struct recommender *r, struct str id);
void users_reserve(struct recommender *r, uint32_t count);
void users_append(struct user *user, uint32_t item, int64_t time_s);
bool users_have_item(const struct user *user, uint32_t item);
void users_enforce_limits(struct recommender *r);
void users_release(struct recommender *r);
size_t users_bytes(const struct recommender *r, uint32_t number);
struct seen *users_reserve_history(struct user *user, uint32_t count);
static inline uint32_t users_visible(const struct user *user) {
    return user->count < HISTORY_KEPT ? user->count : HISTORY_KEPT;
}
struct recent {
    uint32_t item;
    bool in_session; // no session gap between it and the time asked for
};
// The newest distinct items, newest first.
uint32_t users_recent(const struct user *user, int64_t time_s, struct recent *out, uint32_t limit);

// typed.c
uint64_t typed_hash(struct str event_type);
void typed_append(struct user *user, uint64_t type, uint32_t item);
struct typed *typed_add(struct user *user, uint64_t type, uint32_t count);
void typed_join(struct user *into, struct user *from);
void typed_release(struct user *user);

// documents.c
static inline struct document *
documents_find(const struct recommender *r, uint32_t number) { // NULL: gone
    const uint32_t slot = number & (r->options.document_limit - 1);
    if (slot >= r->document_cap) return NULL;
    struct document *document = &r->documents[slot];
    return document->count > 0 && document->number == number ? document : NULL;
}
void documents_append(
    struct recommender *r, uint32_t number, uint32_t item, int64_t time_s, bool gap);
void documents_reserve(struct recommender *r, uint32_t count);
struct document *documents_slot(struct recommender *r, uint32_t number);
void documents_reserve_items(struct recommender *r, struct document *document, uint32_t count);
void documents_reserve_ring(struct recommender *r, struct item *item, uint32_t count);
// Numbers are given out one by one and leave in the same order: the newest so many are there.
static inline uint32_t documents_kept(const struct recommender *r) {
    return r->document_count < r->options.document_limit ? (uint32_t)r->document_count
                                                         : r->options.document_limit;
}
// The k-th newest number on the ring.
static inline uint32_t documents_on_ring(const struct item *item, uint32_t k) {
    const uint32_t next = item->ring_next + (item->ring_count == RING_CAP ? RING_CAP : 0);
    const uint32_t at = next - 1 - k;
    return item->ring[at >= RING_CAP ? at - RING_CAP : at];
}

// followers.c
void followers_learn(struct recommender *r, const struct user *user, uint32_t item, int64_t time_s);
const struct pair *
followers_find_pair(const struct recommender *r, uint32_t before, uint32_t current);
void followers_reserve_row(struct recommender *r, struct item *item, uint32_t count);
void followers_set_pair_cap(struct recommender *r, uint32_t cap);

// popular.c
void popular_count(struct recommender *r, uint32_t item, int64_t time_s);
void popular_add_visitor(struct recommender *r, uint32_t item);
void popular_remove_visitor(
    struct recommender *r, uint32_t item); // one turned out to be another; the last stays
void popular_add_item(struct recommender *r, uint32_t item);
void popular_rebuild(struct recommender *r); // heaps from the masses

// event_ids.c
bool event_ids_contain(const struct event_ids *ids, uint64_t fingerprint);
void event_ids_add(struct recommender *r, uint64_t fingerprint);
void event_ids_turn_over(struct recommender *r);
uint64_t event_ids_fingerprint(struct str id);

// predict.c
struct prediction {
    double weights[RECOMMENDER_REASON_COUNT]; // v
    double factors[RECOMMENDER_REASON_COUNT]; // v / total raw weight
    uint32_t context, current;                // NOBODY: no history
    uint32_t session_events, history_events;
};
void predict_begin(struct recommender *r); // forgets the candidates
// The next two are good until the next new candidate.
struct candidate *predict_add_candidate(struct recommender *r, uint32_t item);
static inline struct candidate *
predict_find(const struct recommender *r, uint32_t item) { // or NULL
    const struct scratch *scratch = &r->scratch;
    const uint32_t at = scratch->candidate_of[item];
    return at == NOBODY ? NULL : &scratch->candidates[at];
}
static inline struct candidate *predict_candidate(struct recommender *r, uint32_t item) {
    struct candidate *found = predict_find(r, item);
    return found ? found : predict_add_candidate(r, item);
}
void predict_user(struct recommender *r, uint32_t number, int64_t time_s, struct prediction *out);
// Writes the terms v · P of the item and returns their sum.
double predict_terms(
    const struct recommender *r,
    const struct prediction *prediction,
    const struct candidate *candidate,
    uint32_t item,
    double terms[RECOMMENDER_REASON_COUNT]);
void predict_learn(struct recommender *r, uint32_t number, uint32_t item, int64_t time_s);
void predict_start(struct recommender *r); // weights and tables

// best.c
void best_reset(struct best *best, size_t wanted);
static inline struct best_entry best_entry(double score, uint32_t item, uint32_t place) {
    uint64_t bits;
    score += 0.0; // −0 becomes 0: they are equal
    memcpy(&bits, &score, sizeof(bits));
    const uint64_t sign = (uint64_t)1 << 63;
    return (struct best_entry){
        .high = bits & sign ? ~bits : bits | sign,
        .low = (uint64_t)~item << 32 | (uint32_t)~place,
    };
}
static inline double best_score(struct best_entry entry) {
    const uint64_t sign = (uint64_t)1 << 63;
    const uint64_t bits = entry.high & sign ? entry.high ^ sign : ~entry.high;
    double score;
    memcpy(&score, &bits, sizeof(score));
    return score;
}
static inline uint32_t best_item(struct best_entry entry) {
    return ~(uint32_t)(entry.low >> 32);
}
static inline uint32_t best_place(struct best_entry entry) {
    return ~(uint32_t)entry.low;
}
static inline bool best_is_worse(struct best_entry left, struct best_entry right) {
    return (left.high < right.high) | ((left.high == right.high) & (left.low < right.low));
}
static inline bool
best_would_enter(const struct best *best, double score, uint32_t item, uint32_t place) {
    if (best->count < best->wanted) return true;
    return best->wanted > 0 && best_is_worse(best->entries[0], best_entry(score, item, place));
}
void best_push(struct best *best, double score, uint32_t item, uint32_t place);
void best_sort(struct best *best);
// Walks a popularity heap from its top: begin, then peek and advance until peek says NOBODY.
void best_walk_begin(struct recommender *r, int which, const struct ranked *ranked);
uint32_t best_walk_peek(const struct recommender *r, int which, const struct ranked *ranked);
void best_walk_advance(struct recommender *r, int which, const struct ranked *ranked);

// question.c
bool question_accepts(
    const struct recommender *r, const struct recommender_question *question, uint32_t item);
struct recommender_scored *
question_append(const struct recommender *r, struct recommender_answer *out, uint32_t item);
int64_t question_time(const struct recommender *r, const struct recommender_question *question);
static inline size_t question_count(const struct recommender_question *question) {
    return question->count ? question->count : RECOMMENDER_DEFAULT_COUNT;
}
