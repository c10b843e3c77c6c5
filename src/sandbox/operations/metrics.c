// metrics — see the header.
#include "operations/metrics.h"

#include "base/memory.h"
#include "functions/functions.h"
#include "operations/answers.h"
#include "operations/faults.h"
#include "operations/metrics_text.h"
#include "operations/place.h"
#include "operations/process.h"
#include "operations/request_log.h"
#include "personalize/ledger.h"
#include "store_queue.h"

#define CLASSES 6 // 0: nothing left, 1xx … 5xx
#define CODES 32

static const double bounds_s[] = {0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                  0.05,   0.1,    0.25,  0.5,    1,     2.5,  10};
#define BOUNDS ARRAY_COUNT(bounds_s)

struct duration {
    int64_t in_bucket[BOUNDS]; // not cumulative; beyond the last: count only
    int64_t count, us;
};

struct place_row {
    int64_t by_class[CLASSES];
    struct duration duration;
};

struct metrics {
    struct place_row *places; // owned; place_count()
    int64_t discards[INGEST_DISCARD_COUNT];
    struct {
        const char *code;
        int64_t count;
    } deliveries[CODES];
    int64_t runs[METRICS_RUN_COUNT];
    struct duration run_duration;
};

void metrics_open(struct cloud *cloud) {
    cloud->metrics = MEM_NEW(struct metrics);
    cloud->metrics->places = mem_zeroed(place_count(), sizeof(struct place_row));
}

void metrics_free(struct metrics *metrics) {
    if (!metrics) return;
    mem_free(metrics->places);
    mem_free(metrics);
}

// ---- counting ----

static void add_duration(struct duration *duration, int64_t us) {
    const double seconds = (double)us / 1e6;
    duration->count++;
    duration->us += us;
    for (size_t i = 0; i < BOUNDS; i++) {
        if (seconds > bounds_s[i]) continue;
        duration->in_bucket[i]++;
        return;
    }
}

void metrics_count_request(struct cloud *cloud, size_t place, int status, int64_t us) {
    if (!cloud->metrics || place >= place_count()) return;
    struct place_row *row = &cloud->metrics->places[place];
    row->by_class[status >= 100 && status < 600 ? status / 100 : 0]++;
    add_duration(&row->duration, us);
}

void metrics_count_discard(struct cloud *cloud, enum ingest_discard discard) {
    if (cloud->metrics && discard < INGEST_DISCARD_COUNT) cloud->metrics->discards[discard]++;
}

void metrics_count_delivery(struct cloud *cloud, const char *code) {
    if (!cloud->metrics) return;
    for (size_t i = 0; i < CODES; i++) {
        if (!cloud->metrics->deliveries[i].code) cloud->metrics->deliveries[i].code = code;
        if (strcmp(cloud->metrics->deliveries[i].code, code) != 0) continue;
        cloud->metrics->deliveries[i].count++;
        return;
    }
}

void metrics_count_run(struct cloud *cloud, enum metrics_run outcome, int64_t us) {
    if (!cloud->metrics || outcome >= METRICS_RUN_COUNT) return;
    cloud->metrics->runs[outcome]++;
    add_duration(&cloud->metrics->run_duration, us);
}

// ---- the text ----

static void add_histogram(
    struct buf *out,
    const char *name,
    const struct metrics_text_label *labels,
    size_t label_count,
    const struct duration *duration) {
    struct metrics_text_label all[8] = {0};
    CLEANUP(buf_release) struct buf bound = {0};
    int64_t below = 0;
    ASSERT(label_count + 2 <= ARRAY_COUNT(all));
    if (label_count) memcpy(all, labels, label_count * sizeof(*labels));
    for (size_t i = 0; i <= BOUNDS; i++) {
        buf_reset(&bound);
        if (i < BOUNDS) {
            below += duration->in_bucket[i];
            buf_add_double(&bound, bounds_s[i]);
        } else {
            below = duration->count;
            buf_add(&bound, STR("+Inf"));
        }
        all[label_count] = (struct metrics_text_label){"le", buf_str(&bound)};
        metrics_text_sample(out, name, "_bucket", all, (double)below);
    }
    all[label_count] = (struct metrics_text_label){0};
    metrics_text_sample(out, name, "_sum", all, (double)duration->us / 1e6);
    metrics_text_sample(out, name, "_count", all, (double)duration->count);
}

static void label_place(size_t i, struct metrics_text_label *out) {
    const struct place *place = place_at(i);
    out[0] = (struct metrics_text_label){"service", str_from(place_service_name(place->service))};
    out[1] = (struct metrics_text_label){"operation", str_from(place->operation)};
}

static void add_requests(const struct metrics *metrics, struct buf *out) {
    static const char *const classes[CLASSES] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
    metrics_text_family(
        out, "recloop_requests_total", "counter",
        "Requests answered, by service, operation and class of status.");
    for (size_t i = 0; i < place_count(); i++) {
        struct metrics_text_label labels[4] = {0};
        label_place(i, labels);
        for (size_t j = 0; j < CLASSES; j++) {
            if (!metrics->places[i].by_class[j]) continue;
            labels[2] = (struct metrics_text_label){"status", str_from(classes[j])};
            metrics_text_sample(
                out, "recloop_requests_total", "", labels, (double)metrics->places[i].by_class[j]);
        }
    }
    metrics_text_family(
        out, "recloop_request_duration_seconds", "histogram",
        "From a request's headers to its answer, waits included.");
    for (size_t i = 0; i < place_count(); i++) {
        struct metrics_text_label labels[3] = {0};
        label_place(i, labels);
        if (metrics->places[i].duration.count)
            add_histogram(
                out, "recloop_request_duration_seconds", labels, 2, &metrics->places[i].duration);
    }
}

static void add_events(const struct cloud *cloud, struct buf *out) {
    const struct cloud_counters *counters = &cloud->counters;
    metrics_text_single(
        out, "recloop_events_accepted_total", "counter", "Messages accepted.",
        (double)counters->accepted);
    metrics_text_single(
        out, "recloop_events_duplicate_total", "counter", "Messages whose id was seen before.",
        (double)counters->duplicates);
    metrics_text_family(
        out, "recloop_events_discarded_total", "counter", "Messages dropped on ingest, by reason.");
    for (int i = INGEST_ACCEPTED + 1; i < INGEST_DISCARD_COUNT; i++) {
        const struct metrics_text_label labels[] = {
            {"reason", str_from(ingest_discard_name((enum ingest_discard)i))}, {0}};
        metrics_text_sample(
            out, "recloop_events_discarded_total", "", labels, (double)cloud->metrics->discards[i]);
    }
    metrics_text_single(
        out, "recloop_events_unknown_key_total", "counter", "Requests with an unknown write key.",
        (double)counters->unknown_keys);
}

static void add_deliveries(struct cloud *cloud, struct buf *out) {
    const struct cloud_counters *counters = &cloud->counters;
    metrics_text_family(
        out, "recloop_deliveries_total", "counter", "Attempts of the destination, by code.");
    for (size_t i = 0; i < CODES && cloud->metrics->deliveries[i].code; i++) {
        const struct metrics_text_label labels[] = {
            {"code", str_from(cloud->metrics->deliveries[i].code)}, {0}};
        metrics_text_sample(
            out, "recloop_deliveries_total", "", labels,
            (double)cloud->metrics->deliveries[i].count);
    }
    metrics_text_single(
        out, "recloop_delivery_retries_total", "counter", "Deliveries put off to be tried again.",
        (double)counters->delivery_retries);
    metrics_text_family(
        out, "recloop_delivery_queue", "gauge", "Events that the destination still has to do.");
    const struct metrics_text_label fresh[] = {{"state", STR("new")}, {0}};
    const struct metrics_text_label again[] = {{"state", STR("retry")}, {0}};
    metrics_text_sample(
        out, "recloop_delivery_queue", "", fresh, (double)cloud->destination.pending);
    metrics_text_sample(
        out, "recloop_delivery_queue", "", again, (double)store_count_queued(cloud->store));
}

static void add_functions(const struct metrics *metrics, struct buf *out) {
    static const char *const outcomes[METRICS_RUN_COUNT] = {"ok", "error", "throttled"};
    metrics_text_family(
        out, "recloop_function_runs_total", "counter", "Runs of functions, by outcome.");
    for (size_t i = 0; i < METRICS_RUN_COUNT; i++) {
        const struct metrics_text_label labels[] = {{"outcome", str_from(outcomes[i])}, {0}};
        metrics_text_sample(
            out, "recloop_function_runs_total", "", labels, (double)metrics->runs[i]);
    }
    metrics_text_family(
        out, "recloop_function_duration_seconds", "histogram", "How long functions ran.");
    add_histogram(out, "recloop_function_duration_seconds", NULL, 0, &metrics->run_duration);
}

static void add_personalize(struct cloud *cloud, struct buf *out) {
    metrics_text_single(
        out, "recloop_put_events_total", "counter", "Events in PutEvents calls.",
        (double)cloud->counters.put_events);
    metrics_text_single(
        out, "recloop_recommendations_total", "counter", "Lists given.",
        (double)cloud->counters.recommendations);
    metrics_text_single(
        out, "recloop_attributed_events_total", "counter",
        "Events that gave the id of a list back.", (double)cloud->counters.attributed);
    metrics_text_single(
        out, "recloop_impressions_total", "counter", "Items in impressions of events.",
        (double)cloud->counters.impressions);
    metrics_text_single(
        out, "recloop_signature_failures_total", "counter",
        "AWS requests refused for their signature.", (double)cloud->counters.signature_failures);
    metrics_text_single(
        out, "recloop_interactions", "gauge", "Interactions in the log.",
        (double)store_last_interaction(cloud->store));
    const struct recommender_stats stats = recommender_stats(cloud->recommender);
    metrics_text_single(
        out, "recloop_model_users", "gauge", "Users the recommender knows.", (double)stats.users);

    metrics_text_single(
        out, "recloop_model_items", "gauge", "Items the recommender knows.", (double)stats.items);
    metrics_text_single(
        out, "recloop_model_pairs", "gauge", "Pairs of items the recommender keeps.",
        (double)stats.pairs);
    metrics_text_single(
        out, "recloop_model_bytes", "gauge", "Memory of the recommender.",
        (double)stats.memory_bytes);
    metrics_text_single(
        out, "recloop_model_bytes_limit", "gauge", "What the recommender's memory never exceeds.",
        (double)ledger_memory_limit());
    metrics_text_single(
        out, "recloop_event_bytes", "gauge", "Bodies of the events that are kept.",
        (double)store_event_bytes(cloud->store));
    metrics_text_single(
        out, "recloop_known_messages", "gauge", "Messages whose repeats are known as such.",
        (double)store_count_messages(cloud->store));
}

static void add_fault(void *context, const struct fault *fault, int64_t hits) {
    const struct metrics_text_label labels[] = {
        {"id", str_from(fault->id)},
        {"service", str_from(fault->service)},
        {"effect", str_from(fault_effect_name(fault->effect))},
        {0}};
    metrics_text_sample(context, "recloop_fault_hits_total", "", labels, (double)hits);
}

static double count_held(const struct cloud *cloud) {
    double count = 0;
    for (const struct exchange *held = cloud->held; held; held = held->next)
        count++;
    return count;
}

static void add_server(const struct cloud *cloud, struct buf *out) {
    struct server_figures figures;
    server_get_figures(cloud->server, &figures);
    const struct {
        const char *name, *kind, *help;
        double value;
    } rows[] = {
        {"recloop_connections", "gauge", "Open connections.", (double)figures.connections},
        {"recloop_connections_limit", "gauge", "Connections that may be open at a time.",
         (double)figures.connection_limit},
        {"recloop_connections_idle", "gauge", "Connections on which nothing is under way.",
         (double)figures.idle},
        {"recloop_connections_evicted_total", "counter",
         "Connections closed to make room for others.", (double)figures.evicted},
        {"recloop_connections_timed_out_total", "counter", "Connections closed for being slow.",
         (double)figures.timed_out},
        {"recloop_held_requests", "gauge", "Requests that wait for something to happen.",
         count_held(cloud)},
        {"recloop_request_memory_bytes", "gauge", "Bodies and answers in memory.",
         (double)figures.memory_bytes},
        {"recloop_request_memory_limit_bytes", "gauge",
         "Beyond this requests are told to come later.", (double)figures.memory_limit},
        {"recloop_requests_overloaded_total", "counter",
         "Requests refused because there was no memory for them.", (double)figures.overloaded},
        {"recloop_request_log_dropped_total", "counter",
         "Lines of the request log that could not be written.",
         (double)request_log_dropped(cloud->log)},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        metrics_text_single(out, rows[i].name, rows[i].kind, rows[i].help, rows[i].value);
}

static void add_process(const struct cloud *cloud, struct buf *out) {
    struct process_figures figures;
    process_get_figures(&figures);
    const struct {
        const char *name, *kind, *help;
        double value;
    } rows[] = {
        {"process_resident_memory_bytes", "gauge", "Resident memory size in bytes.",
         (double)figures.resident_bytes},
        {"process_cpu_seconds_total", "counter", "Total user and system CPU time in seconds.",
         (double)figures.cpu_us / 1e6},
        {"process_open_fds", "gauge", "Number of open file descriptors.",
         (double)figures.open_files},
        {"process_max_fds", "gauge", "Maximum number of open file descriptors.",
         (double)figures.file_limit},
        {"process_start_time_seconds", "gauge", "When the sandbox started, since the epoch.",
         (double)cloud->started_at_ms / 1e3},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        metrics_text_single(out, rows[i].name, rows[i].kind, rows[i].help, rows[i].value);
    if (cloud->options.data_folder)
        metrics_text_single(
            out, "recloop_store_bytes", "gauge", "Size of the database's files.",
            (double)process_file_bytes(cloud->options.data_folder, STORE_FILE));
}

void metrics_add_text(struct cloud *cloud, struct buf *out) {
    add_requests(cloud->metrics, out);
    add_events(cloud, out);
    add_deliveries(cloud, out);
    add_functions(cloud->metrics, out);
    add_personalize(cloud, out);
    metrics_text_family(
        out, "recloop_fault_hits_total", "counter", "How often a fault on demand struck.");
    faults_each(cloud, add_fault, out);
    add_server(cloud, out);
    add_process(cloud, out);
}
