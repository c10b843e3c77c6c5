// evaluate_job — see the header.
#include "evaluate_job.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdatomic.h>

struct evaluate_job {
    pthread_t thread;
    bool has_thread;
    struct evaluate_log *log; // owned
    struct evaluate_options options;
    void (*done)(void *context);
    void *done_context;
    atomic_bool is_cancelled;
    // written by the thread before is_over, read by others after it
    struct evaluate_result result;
    struct error err;
    bool has_result;
    atomic_bool is_over;
};

static bool is_cancelled(void *context) {
    const struct evaluate_job *job = context;
    return atomic_load(&job->is_cancelled);
}

static void *run(void *context) {
    struct evaluate_job *job = context;
    job->has_result = evaluate_run(job->log, &job->options, &job->result, &job->err);
    atomic_store(&job->is_over, true);
    if (job->done) job->done(job->done_context);
    return NULL;
}

struct evaluate_job *evaluate_job_start(
    struct evaluate_log *take_log,
    const struct evaluate_options *options,
    void (*done)(void *context),
    void *done_context) {
    struct evaluate_job *job = MEM_NEW(struct evaluate_job);
    job->log = take_log;
    job->options = *options;
    job->options.cancelled = is_cancelled;
    job->options.cancelled_context = job;
    job->done = done;
    job->done_context = done_context;
    job->has_thread = pthread_create(&job->thread, NULL, run, job) == 0;
    if (!job->has_thread) {
        error_set(&job->err, ERROR_BUSY, "no thread for an evaluation");
        atomic_store(&job->is_over, true);
    }
    return job;
}

bool evaluate_job_is_over(const struct evaluate_job *job) {
    return atomic_load(&job->is_over);
}

bool evaluate_job_result(
    const struct evaluate_job *job, struct evaluate_result *out, struct error *err) {
    ASSERT(evaluate_job_is_over(job));
    if (!job->has_result) {
        *err = job->err;
        return false;
    }
    *out = job->result;
    return true;
}

void evaluate_job_free(struct evaluate_job *job) {
    if (!job) return;
    atomic_store(&job->is_cancelled, true);
    if (job->has_thread) (void)pthread_join(job->thread, NULL);
    evaluate_log_free(job->log);
    mem_free(job);
}
