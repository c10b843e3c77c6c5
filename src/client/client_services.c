// client_services — the handler's services over the network, one call after the other.
#include "client/client_services.h"

#include "base/clock.h"
#include "base/memory.h"
#include "client/client_reply.h"
#include "net/transfers.h"

#include <math.h>

// Purchases only refine the list; the event must not wait for them (segment.md 5.4).
#define PURCHASED_TIMEOUT_MS 1000
#define PURCHASED_TRAIT "purchased_products"
#define LEAST_MS 5 // with less left, a request could only be sent for nothing

struct client_services {
    struct client *client;
    struct transfers *transfers;
    struct client_services_options options;
    struct services table;
    int64_t budget_end_ms;
    struct client_services_count counts[CLIENT_SERVICES_CALL_COUNT];
};

// A task of one call: send, note, decode.
struct one_call {
    struct task task;
    struct client_call call;
    struct client_services_count *count;
    bool (*decode)(struct one_call *self, const struct task_event *event, struct error *err);
    void *out; // of decode
};

static void step(struct task *task, const struct task_event *event) {
    struct one_call *self = (struct one_call *)task;
    struct error err = {0};
    switch (event->kind) {
    case TASK_BEGIN: client_call_start(&self->call, task); break;
    case TASK_RESPONSE:
        self->count->attempts += event->attempts;
        if (event->response) self->count->status = event->response->status;
        if (self->decode(self, event, &err))
            task_finish(task);
        else
            task_fail(task, &err);
        break;
    case TASK_TIMER:
    case TASK_CANCELLED: break;
    }
}

static void free_call(struct task *task) {
    client_call_release(&((struct one_call *)task)->call);
    mem_free(task);
}

static const struct task_ops one_call_ops = {.name = "service", .step = step, .free = free_call};

static struct one_call *new_call(void) {
    struct one_call *self = MEM_NEW(struct one_call);
    self->task.ops = &one_call_ops;
    return self;
}

static bool note_error(struct client_services_count *count, const struct error *err) {
    count->error = *err;
    return false;
}

// Takes a call that was built; runs it within what is left of the budget.
static bool
run(struct client_services *services,
    enum client_services_call which,
    struct one_call *take_call,
    struct error *err) {
    struct client_services_count *count = &services->counts[which];
    const int64_t left_ms = services->budget_end_ms - clock_monotonic_ms();
    int64_t *timeout_ms = &take_call->call.options.timeout_ms;
    if (left_ms < LEAST_MS) {
        free_call(&take_call->task);
        error_set(
            err, ERROR_TIMEOUT, "the budget of %lld ms for one event is used up",
            (long long)services->options.budget_ms);
        error_hint(
            err, "Look at the milliseconds of the calls before: one of the services is slow.");
        return note_error(count, err);
    }
    if (*timeout_ms == 0 || *timeout_ms > left_ms) *timeout_ms = left_ms;
    count->calls++;
    take_call->count = count;
    const int64_t before_us = clock_monotonic_us();
    const bool is_ok = task_run_on(
        services->transfers, &take_call->task, services->options.cancelled,
        services->options.cancelled_context, err);
    count->ms += (double)(clock_monotonic_us() - before_us) / 1000;
    if (!is_ok) return note_error(count, err);
    count->error = (struct error){0};
    return true;
}

static bool refuse(
    struct client_services *services,
    enum client_services_call which,
    struct one_call *take_call,
    const struct error *err) {
    free_call(&take_call->task);
    return note_error(&services->counts[which], err);
}

static bool
decode_accepted(struct one_call *self, const struct task_event *event, struct error *err) {
    return client_reply_accepted(&self->call, event, err);
}

static bool put_events(void *context, const struct services_put_events *call, struct error *err) {
    struct client_services *services = context;
    CLEANUP(personalize_events_release)
    struct personalize_events events = {
        .tracking_id = call->tracking_id,
        .session_id = call->session_id,
        .user_id = call->user_id,
    };
    for (size_t i = 0; i < call->event_count; i++) {
        struct personalize_event *event = personalize_events_add(&events);
        event->event_id = call->events[i].event_id;
        event->event_type = call->events[i].event_type;
        event->item_id = call->events[i].item_id;
        event->properties = call->events[i].properties;
        event->sent_at_s = (double)call->events[i].sent_at_s;
    }
    const struct client_call_as as = {.region = call->region};
    struct one_call *one = new_call();
    one->decode = decode_accepted;
    if (!client_call_put_events(services->client, &as, &events, &one->call, err))
        return refuse(services, CLIENT_SERVICES_PUT_EVENTS, one, err);
    return run(services, CLIENT_SERVICES_PUT_EVENTS, one, err);
}

static char *copy_text(struct str text) {
    CLEANUP(buf_release) struct buf copy = {0};
    buf_add(&copy, text);
    return text.len ? buf_take(&copy) : NULL;
}

static bool decode_items(struct one_call *self, const struct task_event *event, struct error *err) {
    CLEANUP(personalize_items_release) struct personalize_items items = {0};
    struct services_items *out = self->out;
    if (!client_reply_items(&self->call, event, &items, err)) return false;
    for (size_t i = 0; i < items.count; i++) {
        const struct personalize_item *item = &items.items[i];
        services_items_add(out, item->item_id, item->has_score ? item->score : (double)NAN);
    }
    out->recommendation_id = copy_text(items.recommendation_id);
    out->request_id = copy_text(headers_get(&event->response->headers, STR("x-amzn-RequestId")));
    out->http_status = event->response->status;
    out->retries = event->attempts - 1;
    return true;
}

static bool get_recommendations(
    void *context,
    const struct services_query *query,
    struct services_items *out,
    struct error *err) {
    struct client_services *services = context;
    const struct personalize_recommend recommend = {
        .campaign_arn = query->campaign_arn,
        .user_id = query->user_id,
        .item_id = query->item_id,
        .filter_arn = query->filter_arn,
        .results = query->count,
    };
    const struct client_call_as as = {.region = query->region};
    struct services_items items = {0};
    struct one_call *one = new_call();
    one->decode = decode_items;
    one->out = &items;
    if (!client_call_recommendations(services->client, &as, &recommend, &one->call, err))
        return refuse(services, CLIENT_SERVICES_RECOMMENDATIONS, one, err);
    if (!run(services, CLIENT_SERVICES_RECOMMENDATIONS, one, err)) {
        services_items_release(&items);
        return false;
    }
    *out = items;
    return true;
}

static bool identify(void *context, struct event *message, struct error *err) {
    struct client_services *services = context;
    struct one_call *one = new_call();
    one->decode = decode_accepted;
    if (!client_call_event(services->client, CLIENT_SOURCE_PERSONAS, message, &one->call, err))
        return refuse(services, CLIENT_SERVICES_IDENTIFY, one, err);
    return run(services, CLIENT_SERVICES_IDENTIFY, one, err);
}

static bool
decode_purchased(struct one_call *self, const struct task_event *event, struct error *err) {
    CLEANUP(profile_traits_release) struct profile_traits traits = {0};
    struct services_names *out = self->out;
    if (!client_reply_traits(&self->call, event, &traits, err)) return false;
    const struct profile_trait *trait = profile_traits_find(&traits, STR(PURCHASED_TRAIT));
    if (!trait) return true; // nothing bought yet
    const struct json_node *at = json_first(trait->value);
    for (; at; at = json_next(at))
        if (json_text(at).len) services_names_add(out, json_text(at));
    return true;
}

static bool purchased_products(
    void *context, struct str user_id, struct services_names *out, struct error *err) {
    struct client_services *services = context;
    const struct profile_query query = {
        .id_type = STR("user_id"),
        .id_value = user_id,
        .resource = PROFILE_TRAITS,
        .include = STR(PURCHASED_TRAIT),
    };
    struct services_names names = {0};
    struct one_call *one = new_call();
    one->decode = decode_purchased;
    one->out = &names;
    if (!client_call_profile(services->client, &query, &one->call, err))
        return refuse(services, CLIENT_SERVICES_PURCHASED, one, err);
    one->call.options.timeout_ms = PURCHASED_TIMEOUT_MS;
    if (!run(services, CLIENT_SERVICES_PURCHASED, one, err)) {
        services_names_release(&names);
        return false;
    }
    *out = names;
    return true;
}

static void write_log(void *context, struct str line) {
    const struct client_services *services = context;
    if (services->options.log) services->options.log(services->options.log_context, line);
}

static int64_t now_ms(void *context) {
    (void)context;
    return clock_wall_ms();
}

struct client_services *
client_services_new(struct client *client, const struct client_services_options *options) {
    static const struct client_services_options none = {0};
    const struct config *config = client_config(client);
    const struct transfers_options transfers_options = client_transfers_options(client);
    const bool has_profile =
        config_is_set(&config->profile_api_token) && config_is_set(&config->profile_space_id);
    struct client_services *services = MEM_NEW(struct client_services);
    services->client = client;
    services->transfers = transfers_new(&transfers_options);
    services->options = options ? *options : none;
    if (services->options.budget_ms <= 0) services->options.budget_ms = CLIENT_SERVICES_BUDGET_MS;
    services->table = (struct services){
        .context = services,
        .put_events = put_events,
        .get_recommendations = get_recommendations,
        .identify = identify,
        .purchased_products = has_profile ? purchased_products : NULL,
        .log = write_log,
        .now_ms = now_ms,
    };
    client_services_begin(services);
    return services;
}

void client_services_free(struct client_services *services) {
    if (!services) return;
    transfers_free(services->transfers);
    mem_free(services);
}

const struct services *client_services_table(const struct client_services *services) {
    return &services->table;
}

void client_services_begin(struct client_services *services) {
    services->budget_end_ms = clock_monotonic_ms() + services->options.budget_ms;
    for (size_t i = 0; i < CLIENT_SERVICES_CALL_COUNT; i++)
        services->counts[i] = (struct client_services_count){0};
}

const struct client_services_count *
client_services_at(const struct client_services *services, enum client_services_call call) {
    return &services->counts[call];
}
