// solution_metrics — see the header.
#include "personalize/solution_metrics.h"

#include "base/log.h"
#include "base/memory.h"
#include "evaluate_job.h"
#include "personalize/ledger.h"

struct solution_metrics {
    struct evaluate_job *job;
};

void solution_metrics_free(struct solution_metrics *metrics) {
    if (!metrics) return;
    evaluate_job_free(metrics->job);
    mem_free(metrics);
}

static bool add_row(void *context, const struct store_interaction *row) {
    struct evaluate_log *log = context;
    struct error ignored;
    if (ledger_is_item_row(row)) return true;
    return evaluate_log_add(
        log, row->user.len ? row->user : row->session, row->item, row->time_s, &ignored);
}

static size_t count_running(struct cloud *cloud) {
    size_t count = 0;
    struct resource *one = NULL;
    while ((one = resources_next(cloud, PERSONALIZE_CONTROL_SOLUTION_VERSION, one)))
        count += one->metrics && !evaluate_job_is_over(one->metrics->job);
    return count;
}

static enum evaluate_protocol protocol_of(const struct resource *version) {
    const struct personalize_control_recipe *recipe =
        personalize_control_recipe_find(resources_text(version, "recipeArn"));
    if (recipe && recipe->answer == PERSONALIZE_CONTROL_RELATED) return EVALUATE_RELATED;
    if (recipe && recipe->answer == PERSONALIZE_CONTROL_POPULAR) return EVALUATE_POPULAR;
    return EVALUATE_REPLAY;
}

static void wake(void *context) {
    server_wake(context);
}

void solution_metrics_start(struct cloud *cloud, struct resource *version) {
    if (version->metrics || json_get(version->kept.root, "metrics")) return;
    if (count_running(cloud) >= SOLUTION_METRICS_JOBS) return;
    const int64_t last = store_last_interaction(cloud->store);
    struct evaluate_log *log = evaluate_log_new();
    store_each_interaction(
        cloud->store, last > SOLUTION_METRICS_ROWS ? last - SOLUTION_METRICS_ROWS : 0, add_row,
        log);
    const int64_t rows = last < SOLUTION_METRICS_ROWS ? last : SOLUTION_METRICS_ROWS;
    const struct evaluate_options options = {
        .protocol = protocol_of(version),
        .every = (uint64_t)(rows / 5 / SOLUTION_METRICS_QUESTIONS + 1)}; // a fifth is asked about
    version->metrics = MEM_NEW(struct solution_metrics);
    version->metrics->job = evaluate_job_start(log, &options, wake, cloud->server);
}

// Too few interactions to ask about: every figure is nought, as it were in the cloud before it refused
// to train at all.
static void take_result(struct cloud *cloud, struct resource *version) {
    struct evaluate_result result = {0};
    struct error err = {0};
    if (!evaluate_job_result(version->metrics->job, &result, &err))
        log_note(LOG_LEVEL_INFO, "sandbox", "no figures of a solution version: %s", err.message);
    struct json_node *root =
        version->kept.root ? version->kept.root : json_new_object(&version->kept);
    evaluate_add_solution_metrics(&result, json_add_object(root, "metrics"));
    solution_metrics_free(version->metrics);
    version->metrics = NULL;
    resources_keep(cloud, version);
    cloud->has_pending = true; // somebody must commit it
}

const struct json_node *solution_metrics_find(struct cloud *cloud, struct resource *version) {
    const struct json_node *known = json_get(version->kept.root, "metrics");
    if (known) return known;
    solution_metrics_start(cloud, version);
    if (!version->metrics || !evaluate_job_is_over(version->metrics->job)) return NULL;
    take_result(cloud, version);
    return json_get(version->kept.root, "metrics");
}
