// answered — see the header.
#include "operations/answered.h"

#include "base/clock.h"
#include "operations/fault.h"
#include "operations/metrics.h"
#include "operations/place.h"
#include "operations/request_log.h"
#include "routes.h"

static struct str request_id_of(const struct exchange *exchange) {
    static const char *const names[] = {"x-amzn-RequestId", "Request-Id"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        const struct str id = headers_get(&exchange->response.headers, str_from(names[i]));
        if (id.len) return id;
    }
    return (struct str){0};
}

static const char *ending_of(const struct exchange *exchange) {
    switch (exchange->ending) {
    case SERVER_WHOLE: return "whole";
    case SERVER_HALF: return "half";
    case SERVER_LOST: return "lost";
    }
    return "whole";
}

static void log_request(
    struct cloud *cloud, const struct exchange *exchange, const struct place *place, int64_t us) {
    request_log_add(
        cloud->log, &(struct request_log_line){
                        .at_ms = cloud->now_ms,
                        .service = place_service_name(place->service),
                        .operation = place->operation,
                        .method = exchange->method,
                        .path = exchange->path,
                        .request_id = request_id_of(exchange),
                        .user_agent = server_header(exchange, "User-Agent"),
                        .fault = exchange->fault ? exchange->fault->id : NULL,
                        .ending = ending_of(exchange),
                        .status = exchange->response.status,
                        .us = us,
                        .bytes = (int64_t)exchange->response.body.len});
}

static void tell_observer(const struct cloud *cloud, const struct exchange *exchange, int64_t us) {
    CLEANUP(buf_release) struct buf method = {0};
    CLEANUP(buf_release) struct buf path = {0};
    buf_add_printable(&method, exchange->method);
    request_log_add_path(&path, exchange->path);
    cloud->options.observe(
        cloud->options.observe_context, &(struct sandbox_request_note){
                                            .method = buf_text(&method),
                                            .path = buf_text(&path),
                                            .status = exchange->response.status,
                                            .ms = (double)us / 1000.0});
}

void answered_note(struct cloud *cloud, struct exchange *exchange) {
    const int64_t us = clock_monotonic_us() - exchange->started_us;
    const size_t at = routes_place(exchange);
    metrics_count_request(cloud, at, exchange->response.status, us);
    if (cloud->log) log_request(cloud, exchange, place_at(at), us);
    if (cloud->options.observe) tell_observer(cloud, exchange, us);
}
