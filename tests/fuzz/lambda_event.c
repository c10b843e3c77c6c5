// Lambda events: the event handler and the recommendations endpoint, over services that always answer.
#include "base/memory.h"
#include "fuzz.h"
#include "handler/event_handler.h"
#include "handler/recommend_handler.h"

static bool put_events(void *context, const struct services_put_events *call, struct error *err) {
    (void)context;
    (void)err;
    ASSERT(call->event_count >= 1 && call->event_count <= SERVICES_MAX_PUT_EVENTS);
    ASSERT(call->session_id.len > 0 && call->events[0].item_id.len > 0);
    return true;
}

static bool get_recommendations(
    void *context,
    const struct services_query *query,
    struct services_items *out,
    struct error *err) {
    (void)context;
    (void)err;
    ASSERT(query->count >= 1 && query->count <= 500);
    services_items_add(out, STR("ocean-blue-shirt"), 0.5);
    services_items_add(out, STR("zipped-jacket"), 0.25);
    return true;
}

static bool identify(void *context, struct event *message, struct error *err) {
    (void)context;
    (void)err;
    ASSERT(message->user_id.len > 0);
    ASSERT(message->message_id.len < EVENT_MAX_MESSAGE_ID_BYTES);
    return true;
}

static bool purchased_products(
    void *context, struct str user_id, struct services_names *out, struct error *err) {
    (void)context;
    (void)user_id;
    (void)err;
    services_names_add(out, STR("zipped-jacket"));
    return true;
}

static void log_line(void *context, struct str line) {
    (void)context;
    ASSERT(str_starts_with(line, STR("[")));
    ASSERT(str_find_char(line, '\n') == line.len && str_find_char(line, '\x1b') == line.len);
}

static int64_t now_ms(void *context) {
    (void)context;
    return 1551110200000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct services services = {
        .put_events = put_events,
        .get_recommendations = get_recommendations,
        .identify = identify,
        .purchased_products = purchased_products,
        .log = log_line,
        .now_ms = now_ms,
    };
    const struct event_handler_settings settings = {
        .campaign_arn = STR("CAMPAIGN"),
        .tracking_id = STR("TRACKER"),
        .has_personas_write_key = true,
    };
    const struct recommend_handler_settings recommend_handler_settings = {
        .campaign_arn = STR("CAMPAIGN"),
        .filters_purchased = true,
    };
    CLEANUP(event_handler_result_release) struct event_handler_result result = {0};
    CLEANUP(recommend_handler_reply_release) struct recommend_handler_reply reply = {0};
    CLEANUP(buf_release) struct buf encoded = {0};
    struct error err = {0};
    // No service fails, so the handler must not either.
    ASSERT(event_handler_run(&services, &settings, fuzz_text(data, size), &result, &err));
    recommend_handler_run(&services, &recommend_handler_settings, fuzz_text(data, size), &reply);
    ASSERT(reply.status >= 200 && reply.status < 500);
    recommend_handler_encode(&reply, &encoded);
    return 0;
}
