// metrics — what GetSolutionMetrics tells: the model measured on the sandbox's own interactions.
//
// Shape    the newest METRICS_ROWS interactions are replayed by a job of their own (evaluate_job.h), by the
//          protocol of the recipe's kind; its figures stay with the solution version. Started when a
//          version is created, or when the figures are asked for.
// Limits   METRICS_JOBS at a time; others begin when somebody asks for them.
// Threads  the sandbox's; the evaluation has its own.
// Source   recommender.md 4 and 6.
#pragma once

#include "personalize/resources.h"

#define METRICS_ROWS 100000
#define METRICS_QUESTIONS 4000
#define METRICS_JOBS 2

// Starts the evaluation, if the figures are not known or on their way and there is room.
void metrics_start(struct cloud *cloud, struct resource *version);
// The figures under the service's names; NULL: not yet. May write to the store.
const struct json_node *metrics_find(struct cloud *cloud, struct resource *version);
void metrics_free(struct metrics *metrics);
