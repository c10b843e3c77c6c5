// figures — Event Delivery and Delivery Overview: how many events passed each step of the pipeline, by code,
// over time, and how late they were delivered.
//
// Shape    counted into the running minute and hour; both are written to the store at the next commit
//          (figures_save), read back by figures_read. Minutes are kept for a day, hours for two weeks.
// Units    latencies in ms from receipt to the function's answer; p95 is the bound of its bucket (a quarter
//          of an octave).
// Memory   two buckets, whatever the traffic.
// Threads  the sandbox's.
// Source   Segment, "Event Delivery", "Delivery Overview".
#pragma once

#include "cloud.h"
#include "segment/ingest.h"
#include "tracking/outcome.h"

#define FIGURES_LATENCIES 100
#define FIGURES_MINUTE_MS INT64_C(60000)
#define FIGURES_HOUR_MS INT64_C(3600000)
#define FIGURES_MINUTES_KEPT 1440
#define FIGURES_HOURS_KEPT 336

struct figures_bucket {
    int64_t start_ms;
    int64_t received[SOURCE_COUNT], duplicates[SOURCE_COUNT];
    int64_t discarded[SOURCE_COUNT][INGEST_DISCARD_COUNT];
    int64_t outcomes[OUTCOME_COUNT]; // final ones
    int64_t retried[OUTCOME_COUNT];  // attempts that failed and will be made again
    int64_t latencies[FIGURES_LATENCIES];
};

struct figures {
    struct figures_bucket minute, hour;
    bool is_changed;
};

void figures_load(struct cloud *cloud);
void figures_save(struct cloud *cloud); // when something was counted
void figures_count_received(struct cloud *cloud, enum source_id source);
void figures_count_duplicate(struct cloud *cloud, enum source_id source);
// Also for a batch as a whole: empty_batch, multi_user_error …
void figures_count_discard(struct cloud *cloud, enum source_id source, enum ingest_discard discard);
void figures_count_outcome(struct cloud *cloud, enum outcome outcome, bool is_retried);
void figures_count_latency(struct cloud *cloud, int64_t ms);

// Buckets of that length with anything in them from `from_ms` on and before `to_ms`, oldest first, the
// running one included. Views live until `each` returns.
typedef void figures_fn(void *context, const struct figures_bucket *bucket);
void figures_each(
    struct cloud *cloud,
    int64_t length_ms, // FIGURES_MINUTE_MS or FIGURES_HOUR_MS
    int64_t from_ms,
    int64_t to_ms,
    figures_fn *each,
    void *context);
void figures_add(struct figures_bucket *sum, const struct figures_bucket *bucket);
// The latency that 95 of 100 do not exceed; false when there is none.
bool figures_p95(const struct figures_bucket *bucket, double *out_ms);
