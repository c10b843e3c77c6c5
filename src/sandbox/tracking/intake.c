// intake — see the header.
#include "tracking/intake.h"

#include "operations/metrics.h"
#include "profiles/profiles.h"
#include "segment/products.h"
#include "tracking/figures.h"
#include "tracking/sources.h"

static void
normalise(struct cloud *cloud, struct event *event, const struct ingest_options *normal) {
    struct ingest_options options = *normal;
    options.received_at_ms = cloud->now_ms;
    options.rng = &cloud->rng;
    options.project_id = STR(IDENTITIES_PROJECT_ID);
    ingest_normalise(event, &options);
}

static void store(
    struct cloud *cloud,
    enum source_id source,
    const struct event *event,
    enum ingest_discard discard,
    int64_t sequence,
    int64_t profile) {
    struct buf *body = &cloud->text;
    struct store_event row = {
        .sequence = sequence,
        .source = (int)source,
        .type = (int)event->type,
        .discard = (int)discard,
        .name = event->name,
        .user_id = event->user_id,
        .anonymous_id = event->anonymous_id,
        .sku = products_first(event_properties(event)),
        .message_id = event->message_id,
        .received_at_ms = cloud->now_ms,
        .profile = event->type == EVENT_TRACK ? profile : 0};
    if (!event_timestamp_ms(event, &row.at_ms)) row.at_ms = cloud->now_ms;
    buf_reset(body);
    event_encode(event, body);
    row.body = buf_str(body);
    store_add_event(cloud->store, &row);
}

void intake_discard(
    struct cloud *cloud,
    enum source_id source,
    struct event *event,
    enum ingest_discard discard,
    const struct ingest_options *normal) {
    normalise(cloud, event, normal);
    cloud->counters.discarded++;
    figures_count_discard(cloud, source, discard);
    metrics_count_discard(cloud, discard);
    store(cloud, source, event, discard, store_last_sequence(cloud->store) + 1, 0);
}

void intake_accept(
    struct cloud *cloud,
    enum source_id source,
    struct event *event,
    const struct ingest_options *normal,
    struct intake_result *out) {
    *out = (struct intake_result){.discard = ingest_check(event)};
    if (!sources_is_on(cloud, source)) out->discard = INGEST_SOURCE_DISABLED;
    if (out->discard != INGEST_ACCEPTED) {
        intake_discard(cloud, source, event, out->discard, normal);
        out->sequence = store_last_sequence(cloud->store);
        return;
    }
    // messageId alone decides, whatever source or content: as Segment does
    if (event->message_id.len && store_knows_message(cloud->store, event->message_id)) {
        out->is_duplicate = true;
        cloud->counters.duplicates++;
        figures_count_duplicate(cloud, source);
        return;
    }
    normalise(cloud, event, normal);
    out->sequence = store_last_sequence(cloud->store) + 1;
    int64_t profile = 0;
    if (!ingest_profile_discard(event)) {
        profile = profiles_apply(
            cloud, &(struct profiles_event){
                       .event = event, .source = (int)source, .sequence = out->sequence});
    }
    store(cloud, source, event, INGEST_ACCEPTED, out->sequence, profile);
    if (source == SOURCE_WEBSITE) {
        cloud->destination.newest = out->sequence;
        cloud->destination.pending++;
    }
    cloud->counters.accepted++;
    figures_count_received(cloud, source);
}
