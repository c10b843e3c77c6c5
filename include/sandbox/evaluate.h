// evaluate — how good the recommender is on a list of interactions: asked first, told after.
//
// Shape    fill a log (from a file or row by row), run a protocol on it, read the figures. The
//          engine runs in process and nothing is stored.
//            replay   warm up on the first part, then ask before each event (unless it repeats the
//                     user's last item), then feed it; unknown users are counted apart (cold)
//            loo      feed all but each user's last event (users with ≥ 3), then ask; seen items
//            are
//                     left out of the answers
//            popular  replay, answering everybody with the most popular items
//            related  replay, asking for items related to the user's current item alone, for events
//                     of the same session
// Units    times of calls in µs; model size in MiB.
// Limits   EVALUATE_MAX_ROWS rows; more is ERROR_LIMIT. Memory: 16 bytes a row and the ids once.
// Threads  one at a time. Reads the monotonic clock (to time the calls), nothing else.
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "recommender/recommender.h"

#define EVALUATE_MAX_ROWS ((size_t)100 << 20)
#define EVALUATE_MAX_K 500

enum evaluate_protocol {
    EVALUATE_REPLAY,
    EVALUATE_LEAVE_LAST_OUT,
    EVALUATE_RELATED,
    EVALUATE_POPULAR
};
bool evaluate_protocol_parse(struct str name, enum evaluate_protocol *out); // "replay", "loo" …
const char *evaluate_protocol_name(enum evaluate_protocol protocol);

struct evaluate_options {
    enum evaluate_protocol protocol;
    double train;   // share of rows to warm up on; 0 means 0.8
    size_t k;       // items to ask for; 0 means 25; figures beyond k see only the k items
    uint64_t every; // ask at every n-th possible question; 0 means 1
    bool (*cancelled)(void *context); // asked every now and then; may be NULL
    void *cancelled_context;
};
// ERROR_USAGE with the allowed range.
bool evaluate_options_check(const struct evaluate_options *options, struct error *err) MUST_CHECK;

struct evaluate_log; // interactions in the order given; sorted by time (stable) when run
struct evaluate_log *evaluate_log_new(void);
void evaluate_log_free(struct evaluate_log *log);
DEFINE_CLEANUP(struct evaluate_log, evaluate_log_free);
bool evaluate_log_add(
    struct evaluate_log *log, struct str user, struct str item, int64_t time_s, struct error *err)
    MUST_CHECK;
bool evaluate_log_add_file(struct evaluate_log *log, const char *path, struct error *err)
    MUST_CHECK;

struct evaluate_timing {
    double p50, p99, max;
};

struct evaluate_result {
    enum evaluate_protocol protocol;
    uint64_t events, users, items, queries; // queries leaves the cold ones out
    double hit_rate_at_5, hit_rate_at_10, hit_rate_at_20, hit_rate_at_25;
    double mean_reciprocal_rank_at_20, mean_reciprocal_rank_at_25;
    double ndcg_at_5, ndcg_at_10, ndcg_at_25; // normalized discounted cumulative gain
    double precision_at_5, precision_at_10, precision_at_25;
    double coverage_at_25;     // distinct items in the answers / distinct items seen
    uint64_t new_item_queries; // the item is new to this user (not in the newest 100)
    double new_item_hit_rate_at_20;
    uint64_t cold_queries; // users without history
    double cold_hit_rate_at_20;
    struct evaluate_timing recommend_us, update_us;
    double model_mib;
};

// Sorts the log, runs a fresh recommender over it. ERROR_INVALID when there is nothing to ask,
// ERROR_CANCELLED when the options say so.
bool evaluate_run(
    struct evaluate_log *log,
    const struct evaluate_options *options,
    struct evaluate_result *out,
    struct error *err) MUST_CHECK;

struct json_node;
// Every figure under its name of recommender.md section 6 (ndcg_… in full words).
void evaluate_add_json(const struct evaluate_result *result, struct json_node *object);
// Only what GetSolutionMetrics reports, under the service's names.
void evaluate_add_solution_metrics(const struct evaluate_result *result, struct json_node *object);
