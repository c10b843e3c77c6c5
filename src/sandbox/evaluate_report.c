// evaluate_report — gathers the figures of recommender.md section 6 and writes them under their names.
// Each question has one relevant item, so NDCG is 1/log2(1 + rank) and precision@k is hit rate / k.
#include "evaluate_internal.h"

#include "base/json.h"
#include "base/memory.h"

#include <math.h>
#include <stddef.h>

enum { SUB_BUCKETS = 128 };

static unsigned highest_bit(uint64_t value) {
    unsigned bit = 0;
    while (value >>= 1)
        bit++;
    return bit;
}

static size_t bucket_of(uint64_t ns) {
    if (ns < SUB_BUCKETS) return (size_t)ns;
    const unsigned shift = highest_bit(ns) - 7;
    return (size_t)(shift + 1) * SUB_BUCKETS + (size_t)((ns >> shift) - SUB_BUCKETS);
}

static double middle_us(size_t bucket) {
    if (bucket < SUB_BUCKETS) return (double)bucket / 1e3;
    const int shift = (int)(bucket / SUB_BUCKETS) - 1;
    return ldexp((double)(bucket % SUB_BUCKETS + SUB_BUCKETS) + 0.5, shift) / 1e3;
}

void evaluate_time(struct evaluate_histogram *histogram, int64_t elapsed_ns) {
    if (elapsed_ns < 0) elapsed_ns = 0;
    histogram->counts[bucket_of((uint64_t)elapsed_ns)]++;
    histogram->total++;
    if (elapsed_ns > histogram->max_ns) histogram->max_ns = elapsed_ns;
}

static double percentile_us(const struct evaluate_histogram *histogram, double share) {
    const double wanted = share * (double)histogram->total;
    uint64_t seen = 0;
    for (size_t i = 0; i < EVALUATE_BUCKETS; i++) {
        seen += histogram->counts[i];
        if (seen > 0 && (double)seen >= wanted) return middle_us(i);
    }
    return 0;
}

static struct evaluate_timing timing(const struct evaluate_histogram *histogram) {
    return (struct evaluate_timing){
        .p50 = percentile_us(histogram, 0.50),
        .p99 = percentile_us(histogram, 0.99),
        .max = (double)histogram->max_ns / 1e3,
    };
}

void evaluate_count(struct evaluate_figures *figures, size_t rank, bool is_new_item) {
    figures->result->queries++;
    figures->result->new_item_queries += is_new_item;
    if (rank == 0) return;
    const double gain = 1 / log2(1 + (double)rank);
    if (rank <= 5) {
        figures->hits_at_5++;
        figures->gain_at_5 += gain;
    }
    if (rank <= 10) {
        figures->hits_at_10++;
        figures->gain_at_10 += gain;
    }
    if (rank <= 20) {
        figures->hits_at_20++;
        figures->reciprocal_at_20 += 1 / (double)rank;
        figures->new_item_hits += is_new_item;
    }
    if (rank <= 25) {
        figures->hits_at_25++;
        figures->reciprocal_at_25 += 1 / (double)rank;
        figures->gain_at_25 += gain;
    }
}

void evaluate_cover(struct evaluate_figures *figures, const struct recommender_answer *answer) {
    for (size_t i = 0; i < answer->count && i < 25; i++) {
        bool *covered = &figures->covered[answer->items[i].item];
        figures->covered_count += !*covered;
        *covered = true;
    }
}

static double share(double part, uint64_t of) {
    return of ? part / (double)of : 0;
}

void evaluate_finish(struct evaluate_figures *figures) {
    struct evaluate_result *result = figures->result;
    const uint64_t queries = result->queries;
    result->hit_rate_at_5 = share((double)figures->hits_at_5, queries);
    result->hit_rate_at_10 = share((double)figures->hits_at_10, queries);
    result->hit_rate_at_20 = share((double)figures->hits_at_20, queries);
    result->hit_rate_at_25 = share((double)figures->hits_at_25, queries);
    result->mean_reciprocal_rank_at_20 = share(figures->reciprocal_at_20, queries);
    result->mean_reciprocal_rank_at_25 = share(figures->reciprocal_at_25, queries);
    result->ndcg_at_5 = share(figures->gain_at_5, queries);
    result->ndcg_at_10 = share(figures->gain_at_10, queries);
    result->ndcg_at_25 = share(figures->gain_at_25, queries);
    result->precision_at_5 = result->hit_rate_at_5 / 5;
    result->precision_at_10 = result->hit_rate_at_10 / 10;
    result->precision_at_25 = result->hit_rate_at_25 / 25;
    result->coverage_at_25 = share((double)figures->covered_count, result->items);
    result->new_item_hit_rate_at_20 =
        share((double)figures->new_item_hits, result->new_item_queries);
    result->cold_hit_rate_at_20 = share((double)figures->cold_hits, result->cold_queries);
    result->recommend_us = timing(&figures->recommend);
    result->update_us = timing(&figures->update);
}

struct figure {
    const char *name;
    size_t at;           // of a double in struct evaluate_result
    bool is_in_solution; // GetSolutionMetrics reports it
};
#define FIGURE(field) .at = offsetof(struct evaluate_result, field)
static const struct figure figures_of_answers[] = {
    {.name = "hit_rate_at_5", FIGURE(hit_rate_at_5)},
    {.name = "hit_rate_at_10", FIGURE(hit_rate_at_10)},
    {.name = "hit_rate_at_20", FIGURE(hit_rate_at_20)},
    {.name = "hit_rate_at_25", FIGURE(hit_rate_at_25)},
    {.name = "mean_reciprocal_rank_at_20", FIGURE(mean_reciprocal_rank_at_20)},
    {.name = "mean_reciprocal_rank_at_25",
     FIGURE(mean_reciprocal_rank_at_25),
     .is_in_solution = true},
    {.name = "normalized_discounted_cumulative_gain_at_5",
     FIGURE(ndcg_at_5),
     .is_in_solution = true},
    {.name = "normalized_discounted_cumulative_gain_at_10",
     FIGURE(ndcg_at_10),
     .is_in_solution = true},
    {.name = "normalized_discounted_cumulative_gain_at_25",
     FIGURE(ndcg_at_25),
     .is_in_solution = true},
    {.name = "precision_at_5", FIGURE(precision_at_5), .is_in_solution = true},
    {.name = "precision_at_10", FIGURE(precision_at_10), .is_in_solution = true},
    {.name = "precision_at_25", FIGURE(precision_at_25), .is_in_solution = true},
    {.name = "coverage_at_25", FIGURE(coverage_at_25)},
};

static double value_of(const struct evaluate_result *result, const struct figure *figure) {
    double value;
    memcpy(&value, (const char *)result + figure->at, sizeof(value));
    return value;
}

static void
add_timing(struct json_node *object, const char *name, const struct evaluate_timing *timing) {
    struct json_node *node = json_add_object(object, name);
    json_add_number(node, "p50", timing->p50);
    json_add_number(node, "p99", timing->p99);
    json_add_number(node, "max", timing->max);
}

void evaluate_add_json(const struct evaluate_result *result, struct json_node *object) {
    json_add_text(object, "protocol", str_from(evaluate_protocol_name(result->protocol)));
    json_add_integer(object, "events", (int64_t)result->events);
    json_add_integer(object, "users", (int64_t)result->users);
    json_add_integer(object, "items", (int64_t)result->items);
    json_add_integer(object, "queries", (int64_t)result->queries);
    for (size_t i = 0; i < ARRAY_COUNT(figures_of_answers); i++) {
        const struct figure *figure = &figures_of_answers[i];
        json_add_number(object, figure->name, value_of(result, figure));
    }
    json_add_integer(object, "new_item_queries", (int64_t)result->new_item_queries);
    json_add_number(object, "new_item_hit_rate_at_20", result->new_item_hit_rate_at_20);
    json_add_integer(object, "cold_queries", (int64_t)result->cold_queries);
    json_add_number(object, "cold_hit_rate_at_20", result->cold_hit_rate_at_20);
    add_timing(object, "recommend_us", &result->recommend_us);
    add_timing(object, "update_us", &result->update_us);
    json_add_number(object, "model_mib", result->model_mib);
}

void evaluate_add_solution_metrics(const struct evaluate_result *result, struct json_node *object) {
    json_add_number(object, "coverage", result->coverage_at_25);
    for (size_t i = 0; i < ARRAY_COUNT(figures_of_answers); i++) {
        const struct figure *figure = &figures_of_answers[i];
        if (figure->is_in_solution) json_add_number(object, figure->name, value_of(result, figure));
    }
}
