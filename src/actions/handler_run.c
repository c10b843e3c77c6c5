// handler_run — see the header.
#include "handler_run.h"

#include "base/clock.h"
#include "base/rng.h"
#include "client/client_services.h"
#include "hops.h"

// The real services, with a hop told around each call.
struct told_services {
    struct run *run;
    struct client_services *client;
    const struct services *inner;
    enum hop_id last;
};

static void tell_end(
    struct told_services *told,
    enum hop_id id,
    enum client_services_call call,
    struct str detail,
    const struct error *err) {
    const struct client_services_count *count = client_services_at(told->client, call);
    told->last = id;
    if (err)
        hops_failed(told->run, id, count->ms, count->status, err);
    else
        hops_done(told->run, id, count->ms, count->status, detail);
}

static bool put_events(void *context, const struct services_put_events *call, struct error *err) {
    struct told_services *told = context;
    hops_begin(told->run, HOP_PUT_EVENTS);
    const bool ok = told->inner->put_events(told->inner->context, call, err);
    CLEANUP(buf_release) struct buf detail = {0};
    if (call->event_count) buf_add(&detail, call->events[0].item_id);
    tell_end(told, HOP_PUT_EVENTS, CLIENT_SERVICES_PUT_EVENTS, buf_str(&detail), ok ? NULL : err);
    return ok;
}

static bool get_recommendations(
    void *context,
    const struct services_query *query,
    struct services_items *out,
    struct error *err) {
    struct told_services *told = context;
    hops_begin(told->run, HOP_RECOMMENDATIONS);
    const bool ok = told->inner->get_recommendations(told->inner->context, query, out, err);
    CLEANUP(buf_release) struct buf detail = {0};
    if (ok) {
        buf_add_format(&detail, "%zu items", out->count);
        if (out->count) buf_add_format(&detail, ", first: %s", out->items[0].item_id);
    }
    tell_end(
        told, HOP_RECOMMENDATIONS, CLIENT_SERVICES_RECOMMENDATIONS, buf_str(&detail),
        ok ? NULL : err);
    return ok;
}

static bool identify(void *context, struct event *message, struct error *err) {
    struct told_services *told = context;
    hops_begin(told->run, HOP_IDENTIFY);
    const bool ok = told->inner->identify(told->inner->context, message, err);
    tell_end(
        told, HOP_IDENTIFY, CLIENT_SERVICES_IDENTIFY, STR(EVENT_HANDLER_TRAIT " sent"),
        ok ? NULL : err);
    return ok;
}

static bool purchased_products(
    void *context, struct str user_id, struct services_names *out, struct error *err) {
    struct told_services *told = context;
    return told->inner->purchased_products(told->inner->context, user_id, out, err);
}

static void log_line(void *context, struct str line) {
    struct told_services *told = context;
    const bool is_diagnostic = !told->run->context->wants_json;
    run_emit(told->run, message_new_line(told->run->run_id, is_diagnostic, line));
}

static int64_t now_ms(void *context) {
    struct told_services *told = context;
    return told->inner->now_ms(told->inner->context);
}

bool handler_run(
    struct run *run,
    struct str event_json,
    struct event_handler_result *out,
    enum hop_id *last,
    struct error *err) {
    const struct config *config = run_config(run);
    const struct client_services_options options = {
        .cancelled = run->context->cancelled, .cancelled_context = run->context->cancelled_context};
    CLEANUP(client_services_freep)
    struct client_services *client = client_services_new(run_client(run), &options);
    struct told_services told = {
        .run = run, .client = client, .inner = client_services_table(client), .last = *last};
    const struct services services = {
        .context = &told,
        .put_events = put_events,
        .get_recommendations = get_recommendations,
        .identify = identify,
        .purchased_products = told.inner->purchased_products ? purchased_products : NULL,
        .log = log_line,
        .now_ms = now_ms,
    };
    struct rng rng;
    rng_seed_from_system(&rng);
    CLEANUP(buf_release) struct buf request_id = {0};
    rng_add_uuid(&rng, &request_id);
    const struct event_handler_settings settings = {
        .campaign_arn = config_text(&config->campaign_arn),
        .tracking_id = config_text(&config->tracking_id),
        .filter_arn = config_text(&config->filter_arn),
        .request_id = buf_str(&request_id),
        .has_personas_write_key = config_is_set(&config->personas_write_key),
    };
    client_services_begin(client);
    const bool ok = event_handler_run(&services, &settings, event_json, out, err);
    *last = told.last;
    return ok;
}
