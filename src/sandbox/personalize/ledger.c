// ledger — see the header.
#include "personalize/ledger.h"

#include "base/clock.h"
#include "base/log.h"
#include "segment/catalog.h"

#define SNAPSHOT_EVERY 100000

// The sandbox must stay small beside a terminal: bounds far above any demonstration, below the engine's own.
// What they come to at the very most, ledger_memory_limit says.
static const struct recommender_options model_options = {
    .document_limit = 1 << 18,
    .item_limit = 1 << 17,
    .user_limit = 1 << 18,
    .history_limit_bytes = (uint64_t)64 << 20,
};

size_t ledger_memory_limit(void) {
    return recommender_memory_limit(&model_options);
}

static enum recommender_verdict
add(struct cloud *cloud, const struct recommender_event *event, int64_t wall_now_s) {
    const enum recommender_verdict verdict =
        recommender_add_event(cloud->recommender, event, wall_now_s);
    if (verdict != RECOMMENDER_ACCEPTED) return verdict;
    store_add_interaction(
        cloud->store, &(struct store_interaction){
                          .user = event->user,
                          .session = event->session,
                          .item = event->item,
                          .event_type = event->event_type,
                          .event_id = event->event_id,
                          .time_s = recommender_clamp_time(event->time_s, wall_now_s)});
    return verdict;
}

enum recommender_verdict ledger_add(struct cloud *cloud, const struct recommender_event *event) {
    return add(cloud, event, cloud->now_ms / 1000);
}

enum recommender_verdict
ledger_add_past(struct cloud *cloud, const struct recommender_event *event) {
    return add(cloud, event, RECOMMENDER_REPLAY);
}

void ledger_add_item(struct cloud *cloud, struct str item) {
    uint32_t number;
    if (recommender_find_item(cloud->recommender, item, &number)) return;
    if (recommender_add_item(cloud->recommender, item) != RECOMMENDER_ACCEPTED) return;
    store_add_interaction(
        cloud->store, &(struct store_interaction){.item = item, .time_s = cloud->now_ms / 1000});
}

bool ledger_is_item_row(const struct store_interaction *row) {
    return !row->user.len && !row->session.len;
}

static bool replay(void *context, const struct store_interaction *row) {
    if (ledger_is_item_row(row)) {
        (void)recommender_add_item(context, row->item);
        return true;
    }
    (void)recommender_add_event(
        context,
        &(struct recommender_event){
            .user = row->user,
            .session = row->session,
            .item = row->item,
            .event_type = row->event_type,
            .event_id = row->event_id,
            .time_s = row->time_s},
        RECOMMENDER_REPLAY);
    return true;
}

// In memory there are no snapshots: nothing outlives the process, and its log need not grow for ever.
static void note_snapshot(struct cloud *cloud, int64_t sequence) {
    cloud->snapshot_at = sequence;
    store_let_go_interactions(cloud->store, cloud->options.data_folder ? sequence : INT64_MAX);
}

void ledger_clear(struct cloud *cloud) {
    recommender_free(cloud->recommender);
    cloud->recommender = recommender_new(&model_options);
    note_snapshot(cloud, 0);
    // Items are numbered by first sight and numbers break ties: the catalogue always comes first.
    const bool has_catalog = store_get_meta_int(cloud->store, "catalog", 0) != 0;
    for (size_t i = 0; has_catalog && i < CATALOG_COUNT; i++) {
        (void)recommender_add_item(cloud->recommender, str_from(catalog_at(i)->sku));
    }
}

void ledger_load(struct cloud *cloud) {
    struct buf blob = {0};
    uint64_t sequence = 0;
    ledger_clear(cloud);
    if (store_get_snapshot(cloud->store, &blob)) {
        struct error err = {0};
        struct recommender *loaded =
            recommender_decode_snapshot(&model_options, buf_str(&blob), &sequence, &err);
        // A snapshot that does not fit costs a replay, nothing else.
        if (!loaded) log_note(LOG_LEVEL_INFO, "sandbox", "snapshot not used: %s", err.message);
        if (loaded && sequence <= (uint64_t)store_last_interaction(cloud->store)) {
            recommender_free(cloud->recommender);
            cloud->recommender = loaded;
            note_snapshot(cloud, (int64_t)sequence);
        } else {
            recommender_free(loaded);
            sequence = 0;
        }
    }
    buf_release(&blob);
    store_each_interaction(cloud->store, (int64_t)sequence, replay, cloud->recommender);
}

void ledger_save(struct cloud *cloud) {
    const int64_t sequence = store_last_interaction(cloud->store);
    if (sequence == cloud->snapshot_at) return;
    struct buf blob = {.limit = recommender_memory_limit(&model_options)};
    struct str bytes;
    struct error err = {0};
    recommender_encode_snapshot(cloud->recommender, (uint64_t)sequence, &blob);
    if (buf_finish(&blob, &bytes, &err)) {
        store_set_snapshot(cloud->store, bytes);
        if (store_commit(cloud->store, &err)) note_snapshot(cloud, sequence);
    }
    if (err.code) log_note(LOG_LEVEL_WARN, "sandbox", "no snapshot: %s", err.message);
    buf_release(&blob);
}

void ledger_save_when_due(struct cloud *cloud) {
    if (!cloud->options.data_folder) return;
    if (store_last_interaction(cloud->store) - cloud->snapshot_at >= SNAPSHOT_EVERY)
        ledger_save(cloud);
}
