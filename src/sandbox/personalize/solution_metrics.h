// solution_metrics — what GetSolutionMetrics tells: the model measured on the sandbox's own interactions.
//
// Shape    the newest SOLUTION_METRICS_ROWS interactions are replayed by a job of their own (evaluate_job.h), by the
//          protocol of the recipe's kind; its figures stay with the solution version. Started when a
//          version is created, or when the figures are asked for.
// Limits   SOLUTION_METRICS_JOBS at a time; others begin when somebody asks for them.
// Threads  the sandbox's; the evaluation has its own.
// Source   recommender.md 4 and 6.
#pragma once

#include "personalize/resources.h"

#define SOLUTION_METRICS_ROWS 100000
#define SOLUTION_METRICS_QUESTIONS 4000
#define SOLUTION_METRICS_JOBS 2

// Starts the evaluation, if the figures are not known or on their way and there is room.
void solution_metrics_start(struct cloud *cloud, struct resource *version);
// The figures under the service's names; NULL: not yet. May write to the store.
const struct json_node *solution_metrics_find(struct cloud *cloud, struct resource *version);
void solution_metrics_free(struct solution_metrics *metrics);
