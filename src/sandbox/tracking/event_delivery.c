// event_delivery — see the header.
#include "tracking/event_delivery.h"

#include "base/clock.h"
#include "base/memory.h"
#include "tracking/dispatch.h"
#include "tracking/figures.h"
#include "tracking/sources.h"
#include "writer.h"

#define DAY_MS (INT64_C(24) * FIGURES_HOUR_MS)

struct report {
    struct cloud *cloud;
    enum source_id source;
    int64_t from_ms, to_ms, bucket_ms;
    size_t samples;
    struct figures_bucket sum;
    struct writer *writer;
};

static bool has_destination(const struct report *report) {
    return report->source == SOURCE_WEBSITE;
}

// ---- the question ----

static bool read_source(const struct exchange *exchange, enum source_id *out, struct error *err) {
    struct buf name = {0};
    *out = SOURCE_WEBSITE;
    const bool is_known =
        !routes_query_text(exchange, "source", &name) || sources_find(buf_str(&name), out);
    buf_release(&name);
    if (is_known) return true;
    error_set(err, ERROR_NOT_FOUND, "there is no source of that name");
    return error_hint(err, "GET /_recloop/sources lists them.");
}

// The time picker of the real page.
static bool read_window(const struct exchange *exchange, struct report *out, struct error *err) {
    static const struct {
        const char *name;
        int64_t ms;
    } windows[] = {
        {"10m", 10 * FIGURES_MINUTE_MS},
        {"1h", FIGURES_HOUR_MS},
        {"24h", DAY_MS},
        {"7d", 7 * DAY_MS},
        {"14d", 14 * DAY_MS},
    };
    struct buf name = {0};
    size_t at = 1;
    if (routes_query_text(exchange, "window", &name)) {
        at = 0;
        while (at < ARRAY_COUNT(windows) && !str_equal(buf_str(&name), str_from(windows[at].name)))
            at++;
    }
    buf_release(&name);
    if (at == ARRAY_COUNT(windows)) {
        error_set(err, ERROR_INVALID, "there is no such window");
        return error_hint(err, "window is 10m, 1h, 24h, 7d or 14d.");
    }
    out->to_ms = out->cloud->now_ms + 1;
    out->from_ms = out->to_ms - windows[at].ms;
    out->bucket_ms = windows[at].ms <= DAY_MS ? FIGURES_MINUTE_MS : FIGURES_HOUR_MS;
    return true;
}

// ---- figures ----

static int64_t count_step(const struct report *report, enum outcome_step step) {
    const struct figures_bucket *sum = &report->sum;
    int64_t count = 0;
    if (step == OUTCOME_STEP_RECEIVED) return sum->received[report->source];
    if (step == OUTCOME_STEP_INGEST) {
        // what is said of a batch as a whole is said of its messages too
        for (int i = INGEST_NO_USER_ANON_ID; i < INGEST_DISCARD_COUNT; i++)
            count += sum->discarded[report->source][i];
        return count + sum->discarded[report->source][INGEST_EMPTY_BATCH];
    }
    if (!has_destination(report)) return 0;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (outcome_get((enum outcome)i)->step == step) count += sum->outcomes[i];
    }
    return count;
}

static void add_p95(struct writer *writer, const struct figures_bucket *bucket, bool is_known) {
    double ms = 0;
    if (is_known && figures_p95(bucket, &ms))
        writer_number(writer, "p95_latency_ms", ms);
    else
        writer_null(writer, "p95_latency_ms");
}

static void add_steps(const struct report *report) {
    struct writer *writer = report->writer;
    writer_open(writer, "steps", '[');
    for (int i = 0; i < OUTCOME_STEP_COUNT; i++) {
        const enum outcome_step step = (enum outcome_step)i;
        writer_open(writer, NULL, '{');
        writer_text(writer, "step", str_from(outcome_step_name(step)));
        writer_int(writer, "count", count_step(report, step));
        writer_close(writer, '}');
    }
    writer_close(writer, ']');
}

// ---- samples ----

struct samples {
    const struct report *report;
    struct str code;
    enum ingest_discard discard;
    struct buf *found; // EVENT_DELIVERY_SAMPLES of them, a ring
    size_t count;
};

// The code of a record without reading it: quotes inside texts are escaped, so this is the member.
static bool has_code(struct str record, struct str code) {
    struct buf member = {0};
    buf_add_format(&member, "\"code\":\"" STR_FMT "\"", STR_ARG(code));
    const bool has_it = str_contains(record, buf_str(&member));
    buf_release(&member);
    return has_it;
}

static struct buf *next_place(struct samples *samples) {
    struct buf *place = &samples->found[samples->count++ % samples->report->samples];
    buf_reset(place);
    return place;
}

static bool keep_record(void *context, int64_t sequence, struct str record) {
    struct samples *samples = context;
    (void)sequence;
    if (has_code(record, samples->code)) buf_add(next_place(samples), record);
    return true;
}

static bool keep_body(void *context, const struct store_event *event) {
    buf_add(context, event->body);
    return false;
}

static void add_node(struct writer *writer, const char *key, const struct json_node *node) {
    struct buf text = {0};
    if (json_kind(node) == JSON_ABSENT)
        writer_null(writer, key);
    else
        json_print(node, &text);
    if (text.len) writer_json(writer, key, buf_str(&text));
    buf_release(&text);
}

// You Sent, Request to Destination, Response from Destination.
static void add_sample(struct writer *writer, struct cloud *cloud, struct str record) {
    struct json read = {0};
    struct error ignored = {0};
    struct buf body = {0};
    int64_t sequence = 0;
    if (!json_parse(record, &read, &ignored)) return;
    const struct json_node *root = read.root;
    (void)json_integer(json_get(root, "sequence"), &sequence);
    store_each_event(
        cloud->store,
        &(struct store_event_query){
            .source = SOURCE_WEBSITE,
            .after = sequence - 1,
            .message_id = json_get_text(root, "message_id"),
            .limit = 1},
        keep_body, &body);
    writer_open(writer, NULL, '{');
    writer_int(writer, "sequence", sequence);
    writer_text(writer, "message_id", json_get_text(root, "message_id"));
    writer_text(writer, "at", json_get_text(root, "at"));
    add_node(writer, "reason", json_get(root, "reason"));
    writer_json(writer, "sent", body.len ? buf_str(&body) : STR("null"));
    add_node(writer, "request", json_get(root, "request"));
    writer_open(writer, "response", '{');
    add_node(writer, "statusCode", json_get(root, "status_code"));
    add_node(writer, "functionError", json_get(root, "function_error"));
    add_node(writer, "body", json_get(root, "payload"));
    writer_close(writer, '}');
    writer_close(writer, '}');
    json_release(&read);
    buf_release(&body);
}

static bool keep_refused(void *context, const struct store_event *event) {
    struct samples *samples = context;
    if (event->discard != (int)samples->discard) return true;
    struct writer writer = {.out = next_place(samples)};
    writer_open(&writer, NULL, '{');
    writer_int(&writer, "sequence", event->sequence);
    writer_text(&writer, "message_id", event->message_id);
    writer_time(&writer, "at", event->received_at_ms);
    writer_null(&writer, "reason");
    writer_json(&writer, "sent", event->body);
    writer_null(&writer, "request");
    writer_null(&writer, "response");
    writer_close(&writer, '}');
    return true;
}

// Newest first.
static void add_samples(const struct report *report, enum ingest_discard discard, struct str code) {
    struct buf found[EVENT_DELIVERY_SAMPLES] = {0};
    struct samples samples = {.report = report, .code = code, .discard = discard, .found = found};
    const bool is_ingest = discard != INGEST_ACCEPTED;
    writer_open(report->writer, "samples", '[');
    if (report->samples && is_ingest) {
        const struct store_event_query query = {.source = (int)report->source, .limit = 500};
        store_each_event(report->cloud->store, &query, keep_refused, &samples);
    } else if (report->samples) {
        store_each_delivery(
            report->cloud->store, 0, 0, STORE_DELIVERIES_KEPT, keep_record, &samples);
    }
    for (size_t i = 0; i < report->samples && i < samples.count; i++) {
        const struct buf *at = &found[(samples.count - 1 - i) % report->samples];
        if (is_ingest)
            writer_json(report->writer, NULL, buf_str(at));
        else
            add_sample(report->writer, report->cloud, buf_str(at));
    }
    writer_close(report->writer, ']');
    for (size_t i = 0; i < EVENT_DELIVERY_SAMPLES; i++)
        buf_release(&found[i]);
}

// ---- codes ----

static void add_ingest_codes(const struct report *report) {
    struct writer *writer = report->writer;
    for (int i = INGEST_ACCEPTED + 1; i < INGEST_DISCARD_COUNT; i++) {
        const enum ingest_discard discard = (enum ingest_discard)i;
        const int64_t count = report->sum.discarded[report->source][i];
        if (!count) continue;
        writer_open(writer, NULL, '{');
        writer_text(writer, "code", str_from(ingest_discard_name(discard)));
        writer_text(writer, "step", str_from(outcome_step_name(OUTCOME_STEP_INGEST)));
        writer_int(writer, "count", count);
        writer_int(writer, "retried", 0);
        writer_text(writer, "description", STR("The message was refused at the door."));
        writer_text(writer, "action", str_from(ingest_discard_remedy(discard)));
        add_samples(report, discard, STR(""));
        writer_close(writer, '}');
    }
}

static void add_outcome_codes(const struct report *report) {
    struct writer *writer = report->writer;
    for (int i = OUTCOME_OK + 1; i < OUTCOME_COUNT; i++) {
        const struct outcome_row *row = outcome_get((enum outcome)i);
        if (!report->sum.outcomes[i] && !report->sum.retried[i]) continue;
        writer_open(writer, NULL, '{');
        writer_text(writer, "code", str_from(row->code));
        writer_text(writer, "step", str_from(outcome_step_name(row->step)));
        writer_int(writer, "count", report->sum.outcomes[i]);
        writer_int(writer, "retried", report->sum.retried[i]);
        writer_text(writer, "description", str_from(row->description));
        writer_text(writer, "action", str_from(row->action));
        add_samples(report, INGEST_ACCEPTED, str_from(row->code));
        writer_close(writer, '}');
    }
}

// ---- the answer ----

static void add_to_sum(void *context, const struct figures_bucket *bucket) {
    struct report *report = context;
    figures_add(&report->sum, bucket);
}

static void add_point(void *context, const struct figures_bucket *bucket) {
    const struct report *report = context;
    struct report one = *report;
    one.sum = *bucket;
    writer_open(report->writer, NULL, '{');
    writer_time(report->writer, "at", bucket->start_ms);
    writer_int(report->writer, "received", bucket->received[report->source]);
    writer_int(report->writer, "delivered", count_step(&one, OUTCOME_STEP_DELIVERED));
    writer_int(report->writer, "not_delivered", count_step(&one, OUTCOME_STEP_FAILED));
    add_p95(report->writer, bucket, has_destination(report));
    writer_close(report->writer, '}');
}

static void add_head(struct report *report) {
    struct writer *writer = report->writer;
    const struct cloud *cloud = report->cloud;
    const bool has_any = has_destination(report);
    writer_text(writer, "source", str_from(identities_source(report->source)->name));
    writer_text_or_null(writer, "destination", has_any ? STR(IDENTITIES_DESTINATION) : STR(""));
    writer_bool(writer, "enabled", has_any && cloud->destination.is_enabled);
    writer_time(writer, "from", report->from_ms);
    writer_time(writer, "to", report->to_ms - 1);
    writer_int(writer, "bucket_ms", report->bucket_ms);
    writer_int(writer, "delivered", count_step(report, OUTCOME_STEP_DELIVERED));
    writer_int(writer, "not_delivered", count_step(report, OUTCOME_STEP_FAILED));
    writer_int(writer, "duplicates", report->sum.duplicates[report->source]);
    writer_int(writer, "pending", has_any ? cloud->destination.pending : 0);
    writer_int(writer, "pending_retry", has_any ? cloud->dispatch->queued : 0);
    add_p95(writer, &report->sum, has_any);
}

enum server_verdict event_delivery_route_get(struct cloud *cloud, struct exchange *exchange) {
    struct buf json = {0};
    struct writer writer = {.out = &json};
    struct error err = {0};
    struct report report = {
        .cloud = cloud,
        .samples = (size_t)routes_query_int(exchange, "samples", 3, 0, EVENT_DELIVERY_SAMPLES),
        .writer = &writer};
    if (!read_source(exchange, &report.source, &err) || !read_window(exchange, &report, &err)) {
        routes_answer_error(exchange, &err);
        return SERVER_ANSWER;
    }
    figures_each(cloud, report.bucket_ms, report.from_ms, report.to_ms, add_to_sum, &report);
    writer_open(&writer, NULL, '{');
    add_head(&report);
    add_steps(&report);
    writer_open(&writer, "codes", '[');
    add_ingest_codes(&report);
    if (has_destination(&report)) add_outcome_codes(&report);
    writer_close(&writer, ']');
    writer_open(&writer, "trend", '[');
    figures_each(cloud, report.bucket_ms, report.from_ms, report.to_ms, add_point, &report);
    writer_close(&writer, ']');
    writer_close(&writer, '}');
    routes_answer_json(exchange, 200, buf_str(&json));
    buf_release(&json);
    return SERVER_ANSWER;
}
