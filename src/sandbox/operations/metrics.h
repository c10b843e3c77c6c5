// metrics — what the sandbox has done and how it is, as Prometheus reads it: GET /_recloop/metrics.
//
// Shape    whoever does something counts it here or in cloud->counters; everything else is asked for when
//          the text is made.
// Labels   from bounded sets only: places (place.h), status classes, ingest reasons, delivery codes,
//          outcomes of runs, ids of faults. No user, no item, no path.
// Cost     counting is a few additions; nothing is allocated after metrics_open.
// Threads  the sandbox's.
#pragma once

#include "cloud.h"
#include "segment/ingest.h"

struct metrics; // cloud->metrics
void metrics_open(struct cloud *cloud);
void metrics_free(struct metrics *metrics);

// An answer leaves.
void metrics_count_request(struct cloud *cloud, size_t place, int status, int64_t us);
void metrics_count_discard(struct cloud *cloud, enum ingest_discard discard);
// `code` as in own_routes.h ("OK", "FUNCTION_ERROR"): a constant.
void metrics_count_delivery(struct cloud *cloud, const char *code);
enum metrics_run { METRICS_RUN_OK, METRICS_RUN_ERROR, METRICS_RUN_THROTTLED, METRICS_RUN_COUNT };
void metrics_count_run(struct cloud *cloud, enum metrics_run outcome, int64_t us);

void metrics_add_text(struct cloud *cloud, struct buf *out);
