// own_routes — the sandbox's routes of its own; own_routes.h is their contract.
#include "sandbox/own_routes.h"
#include "base/clock.h"
#include "operations/answers.h"
#include "operations/faults.h"
#include "operations/metrics.h"
#include "operations/process.h"
#include "personalize/campaigns.h"
#include "personalize/import_route.h"
#include "personalize/ledger.h"
#include "profiles/profiles.h"
#include "routes.h"
#include "store_queue.h"
#include "tracking/debugger.h"
#include "tracking/delivery_routes.h"
#include "tracking/event_delivery.h"
#include "tracking/event_tester.h"
#include "tracking/sources.h"
#include "writer.h"

#include <unistd.h>

static enum server_verdict finish(struct exchange *exchange, struct buf *take_json) {
    routes_answer_json(exchange, 200, buf_str(take_json));
    buf_release(take_json);
    return SERVER_ANSWER;
}

static void write_engines(struct cloud *cloud, struct writer *writer) {
    const struct recommender_stats stats = recommender_stats(cloud->recommender);
    writer_text(
        writer, "handler", cloud->options.has_runtime_handler ? STR("runtime") : STR("builtin"));
    writer_text_or_null(writer, "runtime_api", cloud_identity(cloud, "runtime_api"));
    writer_bool(writer, "instant_statuses", cloud->options.has_instant_statuses);
    writer_int(writer, "status_step_ms", cloud->options.status_step_ms);
    writer_open(writer, "recommender", '{');
    writer_int(writer, "users", (int64_t)stats.users);
    writer_int(writer, "items", (int64_t)stats.items);
    writer_int(writer, "pairs", (int64_t)stats.pairs);
    writer_int(writer, "memory_bytes", (int64_t)stats.memory_bytes);
    writer_int(writer, "memory_limit_bytes", (int64_t)ledger_memory_limit());
    writer_close(writer, '}');
}

static void write_queues(struct cloud *cloud, struct writer *writer) {
    writer_open(writer, "queues", '{');
    writer_int(writer, "deliveries", cloud->destination.pending);
    writer_int(writer, "delivery_retries", store_count_queued(cloud->store));
    writer_int(writer, "held_requests", (int64_t)cloud->held_count);
    writer_close(writer, '}');
}

static void write_bounds(const struct cloud *cloud, struct writer *writer) {
    struct server_figures figures;
    struct process_figures process;
    server_get_figures(cloud->server, &figures);
    process_get_figures(&process);
    writer_open(writer, "connections", '{');
    writer_int(writer, "open", (int64_t)figures.connections);
    writer_int(writer, "idle", (int64_t)figures.idle);
    writer_int(writer, "limit", (int64_t)figures.connection_limit);
    writer_close(writer, '}');
    writer_open(writer, "memory", '{');
    writer_int(writer, "request_bytes", (int64_t)figures.memory_bytes);
    writer_int(writer, "request_limit_bytes", (int64_t)figures.memory_limit);
    writer_int(writer, "resident_bytes", process.resident_bytes);
    writer_close(writer, '}');
    writer_bool(writer, "has_faults", !faults_is_empty(cloud));
}

static enum server_verdict health(struct cloud *cloud, struct exchange *exchange) {
    struct buf json = {0};
    struct writer writer = {.out = &json};
    writer_open(&writer, NULL, '{');
    const bool is_failing = cloud->store_failure.code != ERROR_NONE;
    writer_text(&writer, "status", is_failing ? STR("failing") : STR("ok"));
    writer_text_or_null(&writer, "store_failure", str_from(cloud->store_failure.message));
    writer_int(&writer, "pid", getpid());
    writer_text(&writer, "url", buf_str(&cloud->url));
    writer_text(&writer, "region", str_from(cloud_region(cloud)));
    writer_text(&writer, "account", str_from(cloud_account(cloud)));
    writer_bool(&writer, "in_memory", cloud->options.data_folder == NULL);
    writer_time(&writer, "started_at", cloud->started_at_ms);
    writer_int(&writer, "interactions", store_last_interaction(cloud->store));
    writer_int(&writer, "events", store_count_events(cloud->store));
    writer_int(&writer, "last_sequence", store_last_sequence(cloud->store));
    writer_int(&writer, "pending_deliveries", cloud->destination.pending);
    write_engines(cloud, &writer);
    write_queues(cloud, &writer);
    write_bounds(cloud, &writer);
    writer_close(&writer, '}');
    return finish(exchange, &json);
}

static enum server_verdict env(struct cloud *cloud, struct exchange *exchange) {
    struct buf json = {0};
    struct writer writer = {.out = &json};
    bool is_inside = false; // of write_keys
    writer_open(&writer, NULL, '{');
    for (size_t i = 0; i < cloud->identities.count; i++) {
        const struct sandbox_identity *row = &cloud->identities.rows[i];
        struct str group, name;
        const bool is_nested = str_split(str_from(row->key), '.', &group, &name);
        if (is_nested && !is_inside) writer_open(&writer, "write_keys", '{');
        if (!is_nested && is_inside) writer_close(&writer, '}');
        is_inside = is_nested;
        writer_text(&writer, is_nested ? name.ptr : row->key, str_from(row->value));
    }
    writer_close(&writer, '}');
    return finish(exchange, &json);
}

// ---- profile, reasons ----

static enum server_verdict profile(struct cloud *cloud, struct exchange *exchange) {
    struct buf json = {0}, user = {0};
    struct store_profile row = {0};
    struct writer writer = {.out = &json};
    const int64_t after = routes_query_int(exchange, "after", -1, -1, INT64_MAX);
    (void)routes_query_text(exchange, "user_id", &user);
    const int64_t found = profiles_find(cloud, STR("user_id"), buf_str(&user));
    if (found) (void)store_get_profile(cloud->store, found, &row);
    if (row.last_sequence <= after && routes_may_hold(cloud, exchange)) {
        buf_release(&user);
        return SERVER_HOLD;
    }
    writer_open(&writer, NULL, '{');
    writer_text(&writer, "user_id", buf_str(&user));
    writer_int(&writer, "sequence", row.last_sequence);
    writer_close(&writer, '}');
    buf_release(&user);
    return finish(exchange, &json);
}

static void add_reasons(struct writer *writer, const struct recommender_answer *answer) {
    writer_open(writer, "predictors", '[');
    for (int i = 0; i < RECOMMENDER_REASON_COUNT; i++) {
        writer_text(writer, NULL, str_from(recommender_reason_name((enum recommender_reason)i)));
    }
    writer_close(writer, ']');
    writer_open(writer, "items", '[');
    for (size_t i = 0; i < answer->count; i++) {
        writer_open(writer, NULL, '{');
        writer_text(writer, "item_id", answer->items[i].item_id);
        writer_number(writer, "score", answer->items[i].score);
        writer_open(writer, "reasons", '[');
        for (int j = 0; j < RECOMMENDER_REASON_COUNT; j++)
            writer_number(writer, NULL, answer->items[i].reasons[j]);
        writer_close(writer, ']');
        writer_close(writer, '}');
    }
    writer_close(writer, ']');
}

static enum server_verdict reasons(struct cloud *cloud, struct exchange *exchange) {
    struct buf json = {0}, user = {0}, filter = {0};
    struct writer writer = {.out = &json};
    (void)routes_query_text(exchange, "user", &user);
    (void)routes_query_text(exchange, "filter", &filter);
    const size_t count = (size_t)routes_query_int(exchange, "num", 25, 1, 500);
    campaigns_explain(
        cloud, buf_str(&user), count, str_equal(buf_str(&filter), STR(IDENTITIES_FILTER)));
    writer_open(&writer, NULL, '{');
    writer_text(&writer, "user_id", buf_str(&user));
    add_reasons(&writer, &cloud->answer);
    writer_close(&writer, '}');
    buf_release(&user);
    buf_release(&filter);
    return finish(exchange, &json);
}

// ---- reset ----

static enum server_verdict reset(struct cloud *cloud, struct exchange *exchange) {
    struct buf json = {0};
    struct writer writer = {.out = &json};
    struct error err = {0};
    if (!cloud_reset(cloud, &err)) {
        routes_answer_error(exchange, &err);
        return SERVER_ANSWER;
    }
    writer_open(&writer, NULL, '{');
    writer_bool(&writer, "reset", true);
    writer_int(&writer, "interactions", store_last_interaction(cloud->store));
    writer_close(&writer, '}');
    return finish(exchange, &json);
}

// ---- metrics ----

static enum server_verdict metrics(struct cloud *cloud, struct exchange *exchange) {
    struct buf text = {0};
    metrics_add_text(cloud, &text);
    exchange->response.status = 200;
    response_set_body(
        &exchange->response, STR("text/plain; version=0.0.4; charset=utf-8"), buf_str(&text));
    buf_release(&text);
    return SERVER_ANSWER;
}

static const struct route rows[] = {
    {.method = "GET", .path = OWN_ROUTES_HEALTH, .run = health},
    {.method = "GET", .path = OWN_ROUTES_ENV, .run = env},
    {.method = "GET", .path = OWN_ROUTES_DEBUGGER, .run = debugger_route_get},
    {.method = "GET", .path = OWN_ROUTES_DELIVERIES, .run = delivery_routes_get},
    {.method = "GET", .path = OWN_ROUTES_DESTINATION, .run = delivery_routes_get_destination},
    {.method = "PUT", .path = OWN_ROUTES_DESTINATION, .run = delivery_routes_put_destination},
    {.method = "GET", .path = OWN_ROUTES_SOURCES, .run = sources_route_get},
    {.method = "PUT", .path = OWN_ROUTES_SOURCES, .run = sources_route_put},
    {.method = "POST", .path = OWN_ROUTES_EVENT_TESTER, .run = event_tester_route_post},
    {.method = "GET", .path = OWN_ROUTES_EVENT_DELIVERY, .run = event_delivery_route_get},
    {.method = "GET", .path = OWN_ROUTES_PROFILE, .run = profile},
    {.method = "GET", .path = OWN_ROUTES_REASONS, .run = reasons},
    {.method = "POST",
     .path = OWN_ROUTES_IMPORT,
     .body_limit = IMPORT_ROUTE_BODY_LIMIT,
     .run = import_route_post},
    {.method = "POST", .path = OWN_ROUTES_RESET, .run = reset},
    {.method = "GET", .path = OWN_ROUTES_METRICS, .run = metrics},
    {.method = "GET", .path = OWN_ROUTES_ANSWERS, .run = answers_route_get},
    {.method = "PUT", .path = OWN_ROUTES_ANSWERS, .run = answers_route_put},
    {.method = "DELETE", .path = OWN_ROUTES_ANSWERS, .run = answers_route_delete},
    {.method = "GET", .path = OWN_ROUTES_FAULTS, .run = faults_route_get},
    {.method = "PUT", .path = OWN_ROUTES_FAULTS, .run = faults_route_put},
    {.method = "DELETE", .path = OWN_ROUTES_FAULTS, .run = faults_route_delete},
};

struct routes routes_own(void) {
    return (struct routes){.rows = rows, .count = ARRAY_COUNT(rows)};
}
