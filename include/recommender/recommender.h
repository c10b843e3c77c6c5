// recommender — ranks items from interactions: every accepted event changes the next answer.
//
// Shape    events in, answers out; no clock, no chance, no I/O. The model is a pure function of its
//          options and the sequence of accepted events: replay the log and it answers the same
//          bytes. Six simple predictors (enum recommender_reason) are mixed by weights learned as
//          events arrive; score = Σ weight · probability, so the scores of the whole catalogue sum
//          to 1.
// Units    `_s` is Unix time in whole seconds. The model's now is the newest accepted event time.
// Ids      1 … RECOMMENDER_ID_MAX_BYTES bytes, any bytes. Items have dense numbers, lower = seen
//          earlier; they never change and never leave. Users beyond the limits leave, the least
//          recently active first.
// Owns     copies of all ids. A `struct str` inside an answer lives as long as the recommender (in
//          a ranking, unknown items borrow from the caller's list).
// Errors   none but for snapshots. Questions cannot fail: an empty model gives an empty answer.
// Threads  one at a time: questions use scratch memory inside, so they take the writer's lock too.
// Cost     event O(row + log items), question ≤ 10 · ring + 200 · 50, both independent of the log;
//          no allocation on the question path after warm-up. Memory: recommender_memory_limit().
// Source   design and evidence: recommender.md of the project.
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

#define RECOMMENDER_ID_MAX_BYTES 256
#define RECOMMENDER_DEFAULT_COUNT 25
#define RECOMMENDER_SESSION_GAP_S 1800 // a longer pause ends a user's session
#define RECOMMENDER_TYPED_HISTORY 100  // newest interactions kept per user and event type

// Zero means the default in brackets. Everything here belongs to the parameters hash of a snapshot.
struct recommender_options {
    uint32_t document_limit;      // newest slices of timelines kept [2^20]
    uint32_t item_limit;          // events of further new items are refused [2^19]
    uint32_t user_limit;          // users and anonymous sessions together [2^19]
    uint64_t history_limit_bytes; // of all users' histories [128 MiB]
    uint32_t pair_limit;          // (previous, current) pairs kept; a power of two [2^17]
    uint32_t event_id_limit;      // event ids remembered at least, for duplicates [2^17]
    int64_t trending_interval_s;  // half-life of the fast rate [3 h]
    int64_t forget_after_s;       // filters ignore users silent for longer [0 = never]
};

struct recommender;
struct recommender *recommender_new(const struct recommender_options *options); // NULL: defaults
void recommender_free(struct recommender *recommender);
DEFINE_CLEANUP(struct recommender, recommender_free);

// Makes room for so many items, users and events in all, at most the limits, so that an import does not
// grow everything again and again. Changes no answer.
void recommender_reserve(
    struct recommender *recommender, size_t items, size_t users, size_t events);

// One interaction. `user` may be empty: then the history grows under `session`, which may be asked
// for as a user. An event that carries both joins the session's anonymous history to the user at
// once; afterwards that session id means the user.
struct recommender_event {
    struct str user, session; // one of the two is needed
    struct str item;
    struct str event_type; // for filters; compared without regard to ASCII case; may be empty
    struct str event_id;   // may be empty; a repeated one is not used
    int64_t time_s;
};

enum recommender_verdict {
    RECOMMENDER_ACCEPTED,
    RECOMMENDER_DUPLICATE,    // this event id was used already
    RECOMMENDER_REFUSED_ID,   // an id is empty or too long
    RECOMMENDER_REFUSED_FULL, // a new item beyond item_limit
};

// Times more than a day ahead of the wall clock become the wall clock. Store the event with this
// time; when replaying a log pass RECOMMENDER_REPLAY as the wall time.
#define RECOMMENDER_REPLAY INT64_MAX
int64_t recommender_clamp_time(int64_t time_s, int64_t wall_now_s);
// Only accepted events change anything, and only they belong into the log.
enum recommender_verdict recommender_add_event(
    struct recommender *recommender, const struct recommender_event *event, int64_t wall_now_s);
// Puts an item into the catalogue without an interaction. Like events, in a repeatable order:
// declare before the first event, or the item numbers (which break ties) differ after a rebuild.
enum recommender_verdict recommender_add_item(struct recommender *recommender, struct str item);

bool recommender_find_item(
    const struct recommender *recommender, struct str item, uint32_t *number);
struct str recommender_item_id(const struct recommender *recommender, uint32_t number);
bool recommender_has_user(const struct recommender *recommender, struct str user_or_session);
// Is the item among the user's newest 100 events?
bool recommender_has_seen(
    const struct recommender *recommender, struct str user_or_session, uint32_t item_number);

// A set of item numbers: for filters. `{0}` is empty; keeps its memory on reset.
struct recommender_items {
    uint32_t *numbers; // owned, ascending, distinct
    size_t count, cap;
};
void recommender_items_add(struct recommender_items *items, uint32_t number);
bool recommender_items_contain(const struct recommender_items *items, uint32_t number);
void recommender_items_reset(struct recommender_items *items);
void recommender_items_release(struct recommender_items *items);

// Adds the items of the user's newest RECOMMENDER_TYPED_HISTORY interactions of the event type to
// the set; an empty type means all types, each with its own newest 100. This is what `ItemID WHERE
// Interactions.EVENT_TYPE IN (…)` selects, one call per type. The newest 16 types of a user are
// kept.
void recommender_find_interactions(
    const struct recommender *recommender,
    struct str user,
    struct str event_type,
    struct recommender_items *out);

// Decides which items may appear. Called for candidates good enough to enter the answer.
typedef bool recommender_accepts_fn(const void *context, uint32_t item_number, struct str item_id);
struct recommender_filter {
    recommender_accepts_fn *accepts; // NULL accepts all
    const void *context;
};

struct recommender_question {
    struct str user; // or a session id; empty or unknown: popular items
    size_t count;    // 0 means RECOMMENDER_DEFAULT_COUNT; shorter only if the catalogue is
    bool has_time;   // else the model's now
    int64_t time_s;
    struct recommender_filter filter;
    const struct recommender_items *only;    // candidates, NULL: the catalogue
    const struct recommender_items *exclude; // never in the answer, may be NULL
    double exploration_weight;               // 0 … 1
    int64_t exploration_age_s; // items first seen longer ago are not explored; 0 means 30 days
};

enum recommender_reason {
    RECOMMENDER_REASON_KNN,   // shoppers with similar timelines
    RECOMMENDER_REASON_NEXT,  // what followed the current item
    RECOMMENDER_REASON_NEXT2, // what followed the last two items
    RECOMMENDER_REASON_AGAIN, // the user's own history
    RECOMMENDER_REASON_TREND, // popular now
    RECOMMENDER_REASON_POP,   // popular ever
    RECOMMENDER_REASON_COUNT,
};
const char *recommender_reason_name(enum recommender_reason reason); // "knn", "next" …
const char *recommender_reason_text(enum recommender_reason reason); // for people

#define RECOMMENDER_NO_ITEM UINT32_MAX
struct recommender_scored {
    uint32_t item; // RECOMMENDER_NO_ITEM: not in the catalogue (rankings only)
    struct str item_id;
    bool has_score;
    double score;
    double
        reasons[RECOMMENDER_REASON_COUNT]; // the terms; with exploration they and it make the score
    double exploration;
};
// Reusable; `{0}` is empty.
struct recommender_answer {
    struct recommender_scored *items; // owned
    size_t count, cap;
    double
        weights[RECOMMENDER_REASON_COUNT]; // v of each predictor: sum 1, or all 0 for no question
    bool is_known_user;
    size_t session_events, history_events; // the context the weights were learned in
};
void recommender_answer_release(struct recommender_answer *answer);

// Best first, ties by lower item number. Scores over the whole catalogue sum to 1.
void recommender_recommend(
    struct recommender *recommender,
    const struct recommender_question *question,
    struct recommender_answer *out);
// The listed items, scores summing to 1; those without interactions last, in input order, no score.
// `count` and `only` do not apply, the filter and `exclude` do.
void recommender_rank(
    struct recommender *recommender,
    const struct recommender_question *question,
    const struct str *items,
    size_t item_count,
    struct recommender_answer *out);
// Items found beside this one; then popular ones. No scores.
void recommender_related(
    struct recommender *recommender,
    struct str item,
    const struct recommender_question *question,
    struct recommender_answer *out);
// Most distinct users. No scores.
void recommender_popular(
    struct recommender *recommender,
    const struct recommender_question *question,
    struct recommender_answer *out);
// Largest increase over trending_interval_s. No scores.
void recommender_trending(
    struct recommender *recommender,
    const struct recommender_question *question,
    struct recommender_answer *out);

struct recommender_stats {
    uint64_t events, duplicates, documents; // ever
    uint64_t updates;                       // steps the mixture has learned from
    size_t items, users, pairs;             // now
    bool has_now;
    int64_t now_s; // newest accepted event
    size_t memory_bytes;
};
struct recommender_stats recommender_stats(const struct recommender *recommender);
size_t recommender_memory_bytes(const struct recommender *recommender);
// What memory_bytes never exceeds with these options, apart from the scratch of questions that ask
// for more than 500 items.
size_t recommender_memory_limit(const struct recommender_options *options);

// Snapshots: one blob with format version, parameters hash, the caller's last log sequence number
// and a SHA-256. Set out->limit first (recommender_memory_limit is enough). Decoding anything else
// than a blob written by this version with these options gives ERROR_INVALID and NULL: replay the
// log.
void recommender_encode_snapshot(
    const struct recommender *recommender, uint64_t log_sequence, struct buf *out);
struct recommender *recommender_decode_snapshot(
    const struct recommender_options *options,
    struct str snapshot,
    uint64_t *log_sequence,
    struct error *err) MUST_CHECK;
