// fake_services — see the header.
#include "fake_services.h"

#include "base/memory.h"

#include <math.h>

static bool fail(const struct error *wanted, struct error *err) {
    if (wanted->code == ERROR_NONE) return false;
    *err = *wanted;
    return true;
}

static bool put_events(void *context, const struct services_put_events *call, struct error *err) {
    struct fake *fake = context;
    buf_add_format(
        &fake->calls, "put %s track=%s session=%s user=" STR_FMT ":", call->region.ptr,
        call->tracking_id.ptr, call->session_id.ptr, STR_ARG(call->user_id));
    for (size_t i = 0; i < call->event_count; i++) {
        const struct services_event *event = &call->events[i];
        buf_add_format(
            &fake->calls, " " STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT "|",
            STR_ARG(event->event_id), STR_ARG(event->event_type), STR_ARG(event->item_id),
            STR_ARG(event->properties));
        buf_add_int(&fake->calls, event->sent_at_s);
    }
    buf_add_char(&fake->calls, '\n');
    return !fail(&fake->put_error, err);
}

static bool get_recommendations(
    void *context,
    const struct services_query *query,
    struct services_items *out,
    struct error *err) {
    struct fake *fake = context;
    buf_add_format(
        &fake->calls, "recommend %s %s user=" STR_FMT " item=" STR_FMT " count=%d\n",
        query->region.ptr, query->campaign_arn.ptr, STR_ARG(query->user_id),
        STR_ARG(query->item_id), query->count);
    if (fail(&fake->recommend_error, err)) return false;
    for (int i = 0; i < query->count && fake->recommended[i]; i++) {
        services_items_add(out, str_from(fake->recommended[i]), i ? (double)NAN : 0.5);
    }
    out->request_id = mem_copy_string("request-1");
    out->recommendation_id = mem_copy_string("RID-1");
    return true;
}

static bool identify(void *context, struct event *message, struct error *err) {
    struct fake *fake = context;
    buf_add(&fake->calls, STR("identify\n"));
    buf_reset(&fake->identify);
    event_encode(message, &fake->identify);
    return !fail(&fake->identify_error, err);
}

static bool purchased_products(
    void *context, struct str user_id, struct services_names *out, struct error *err) {
    struct fake *fake = context;
    buf_add_format(&fake->calls, "purchased " STR_FMT "\n", STR_ARG(user_id));
    for (size_t i = 0; fake->purchased[i]; i++) {
        services_names_add(out, str_from(fake->purchased[i]));
    }
    return !fail(&fake->purchased_error, err);
}

static void log_line(void *context, struct str line) {
    struct fake *fake = context;
    buf_add(&fake->log, line);
    buf_add_char(&fake->log, '\n');
}

static int64_t now_ms(void *context) {
    (void)context;
    return 1551110200000; // 2019-02-25T15:56:40.000Z
}

struct services fake_services(struct fake *fake) {
    return (struct services){
        .context = fake,
        .put_events = put_events,
        .get_recommendations = get_recommendations,
        .identify = identify,
        .purchased_products = purchased_products,
        .log = log_line,
        .now_ms = now_ms,
    };
}

void fake_release(struct fake *fake) {
    buf_release(&fake->calls);
    buf_release(&fake->log);
    buf_release(&fake->identify);
}
