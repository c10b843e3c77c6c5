// events — PutEvents: into the ledger, if the tracker is known; see campaigns.h.
#include "access/access.h"
#include "personalize/campaigns.h"
#include "personalize/ledger.h"

static bool refuse_tracker(struct str tracking_id, struct aws_error *refusal) {
    CLEANUP(buf_release) struct buf message = {0};
    buf_add_format(
        &message, "Could not find event tracker with trackingId: " STR_FMT, STR_ARG(tracking_id));
    access_refuse(refusal, 404, "ResourceNotFoundException", buf_str(&message));
    return false;
}

static const struct resource *find_tracker(struct cloud *cloud, struct str tracking_id) {
    const struct resource *one = NULL;
    while ((one = resources_next(cloud, PERSONALIZE_CONTROL_EVENT_TRACKER, one))) {
        if (str_equal(one->tracking_id, tracking_id) && resources_is_active(cloud, one)) return one;
    }
    return NULL;
}

// The item of an event: top level, else inside `properties` as before 2020.
static struct str event_item(const struct personalize_event *event, struct json *properties) {
    struct error err = {0};
    if (event->item_id.len || !event->properties.len) return event->item_id;
    if (!json_parse(event->properties, properties, &err)) return (struct str){0};
    return json_get_text(properties->root, "itemId");
}

// Which lists led to something is all that is kept of recommendationId and impression.
static void count_attribution(struct cloud *cloud, const struct personalize_event *event) {
    if (event->recommendation_id.len && resources_was_issued(cloud, event->recommendation_id))
        cloud->counters.attributed++;
    cloud->counters.impressions += (int64_t)event->impression.count;
}

bool campaigns_put_events(
    struct cloud *cloud,
    struct str region,
    const struct personalize_events *call,
    struct aws_error *refusal) {
    if (!str_equal(region, str_from(cloud_region(cloud))) ||
        !find_tracker(cloud, call->tracking_id)) {
        return refuse_tracker(call->tracking_id, refusal);
    }
    for (size_t i = 0; i < call->count; i++) {
        const struct personalize_event *event = &call->events[i];
        struct json properties = {0};
        const struct recommender_event interaction = {
            .user = call->user_id,
            .session = call->session_id,
            .item = event_item(event, &properties),
            .event_type = event->event_type,
            .event_id = event->event_id,
            .time_s = (int64_t)event->sent_at_s};
        // An event without an item, or a repeated one, is accepted and not used, as in the cloud.
        if (interaction.item.len) (void)ledger_add(cloud, &interaction);
        count_attribution(cloud, event);
        json_release(&properties);
    }
    cloud->counters.put_events += (int64_t)call->count;
    return true;
}
