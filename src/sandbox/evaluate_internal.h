// evaluate_internal — the log's inside and the gathering of figures, shared by evaluate*.c only.
#pragma once

#include "recommender/names.h"
#include "sandbox/evaluate.h"

struct evaluate_row {
    int64_t time_s;
    uint32_t user, item; // numbers of the log's names
};

struct evaluate_log {
    struct evaluate_row *rows; // owned
    size_t count, cap;
    struct names users, items;
};

void evaluate_log_sort(struct evaluate_log *log); // by time, stable

// Durations in buckets less than one percent wide, so that memory does not grow with the log.
#define EVALUATE_BUCKETS ((size_t)64 * 128)
struct evaluate_histogram {
    uint64_t counts[EVALUATE_BUCKETS];
    uint64_t total;
    int64_t max_ns;
};

struct evaluate_figures {
    struct evaluate_result *result;
    uint64_t hits_at_5, hits_at_10, hits_at_20, hits_at_25;
    uint64_t new_item_hits, cold_hits;
    double reciprocal_at_20, reciprocal_at_25, gain_at_5, gain_at_10, gain_at_25;
    bool *covered; // owned; by item number of the recommender
    uint64_t covered_count;
    struct evaluate_histogram recommend, update;
};

void evaluate_time(struct evaluate_histogram *histogram, int64_t elapsed_ns);
// One answered question: rank from 1, or 0 for a miss.
void evaluate_count(struct evaluate_figures *figures, size_t rank, bool is_new_item);
void evaluate_cover(struct evaluate_figures *figures, const struct recommender_answer *answer);
void evaluate_finish(struct evaluate_figures *figures);
