// evaluate_job — an evaluation on a thread of its own, for those who must not wait.
//
// Shape    start takes the log over; look every now and then, or be woken: `done` is called on the job's
//          thread when it is over. Free cancels what runs and joins.
// Threads  start, look and free from one thread; `done` must be callable from any.
#pragma once

#include "sandbox/evaluate.h"

struct evaluate_job;
struct evaluate_job *evaluate_job_start(
    struct evaluate_log *take_log,
    const struct evaluate_options *options, // without `cancelled`, which is the job's
    void (*done)(void *context),
    void *done_context);
bool evaluate_job_is_over(const struct evaluate_job *job);
// Once it is over: false with the evaluation's error.
bool evaluate_job_result(
    const struct evaluate_job *job, struct evaluate_result *out, struct error *err) MUST_CHECK;
void evaluate_job_free(struct evaluate_job *job);
