// computed_work — definitions that are new, changed or removed, a slice at a time. See computed_traits.h.
//
//   changed: CLEARING (profiles) → COMPUTING (events) → LIVE       new: COMPUTING → LIVE
//   removed: REMOVING (profiles) → gone
//   An audience of a trait is computed over the profiles instead of the events.
//
// While it computes, a definition takes the events after `upto` as they come; the stored ones up to there
// are counted here, each once, in the profile that has them by then.
#include "base/clock.h"
#include "base/memory.h"
#include "profiles/computed_internal.h"
#include "profiles/identity.h"
#include "profiles/profiles.h"
#include "store_records.h"

#define EVENTS_PER_SLICE 1000
#define PROFILES_PER_SLICE 200

static struct computed_entry *next_job(const struct cloud *cloud) {
    struct computed_traits *traits = cloud->computed_traits;
    for (size_t i = 0; i < traits->count; i++) {
        if (traits->entries[i].status != COMPUTED_LIVE) return &traits->entries[i];
    }
    return NULL;
}

bool computed_traits_has_work(const struct cloud *cloud) {
    return cloud->computed_traits && next_job(cloud) != NULL;
}

static bool is_over_profiles(const struct computed_entry *entry) {
    return entry->status != COMPUTED_COMPUTING ||
           entry->definition.type == COMPUTED_DEFINITION_TRAIT_AUDIENCE;
}

struct slice {
    struct cloud *cloud;
    const struct computed_entry *entry;
};

static bool count_stored(void *context, const struct store_event *row) {
    const struct slice *slice = context;
    struct json document = {0};
    struct event event = {0};
    struct error ignored = {0};
    int64_t profile = row->profile;
    if (json_parse(row->body, &document, &ignored) &&
        event_from_json(&document, EVENT_TRACK, &event, &ignored)) {
        if (slice->entry->definition.is_account)
            profile = profiles_account_of(slice->cloud, &event);
        if (profile) {
            computed_evaluate(
                slice->cloud, slice->entry, profile, event_properties(&event), row->at_ms);
        }
    }
    event_release(&event);
    json_release(&document);
    return true;
}

static void judge_profiles(
    struct cloud *cloud, const struct computed_entry *entry, int64_t after, int64_t upto) {
    for (int64_t id = after + 1; id <= upto; id++) {
        struct store_profile row;
        if (!store_get_profile(cloud->store, id, &row)) continue;
        if (row.is_account == entry->definition.is_account) computed_judge(cloud, entry, id);
    }
}

static void work_slice(struct cloud *cloud, struct computed_entry *entry) {
    const int64_t step = is_over_profiles(entry) ? PROFILES_PER_SLICE : EVENTS_PER_SLICE;
    const int64_t after = entry->cursor;
    const int64_t upto = entry->upto - after > step ? after + step : entry->upto;
    const struct str key = entry->definition.key;
    struct slice slice = {.cloud = cloud, .entry = entry};
    if (entry->status == COMPUTED_CLEARING)
        store_drop_trait(cloud->store, key, after, upto);
    else if (entry->status == COMPUTED_REMOVING)
        store_uncompute_trait(cloud->store, key, after, upto);
    else if (is_over_profiles(entry))
        judge_profiles(cloud, entry, after, upto);
    else
        store_each_named_event(
            cloud->store, entry->definition.event, after, upto, count_stored, &slice);
    entry->cursor = upto;
}

// Old sequences that the store has dropped need no slices.
static void skip_trimmed(const struct cloud *cloud, struct computed_entry *entry) {
    if (is_over_profiles(entry)) return;
    const int64_t first =
        store_last_sequence(cloud->store) - store_count_events(cloud->store); // before the first
    if (entry->cursor < first) entry->cursor = first < entry->upto ? first : entry->upto;
}

static void forget(struct cloud *cloud, struct computed_entry *entry) {
    struct computed_traits *traits = cloud->computed_traits;
    store_remove_record(cloud->store, STR("computed_trait"), entry->definition.key);
    computed_definition_release(&entry->definition);
    const size_t at = (size_t)(entry - traits->entries);
    memmove(entry, entry + 1, (traits->count - at - 1) * sizeof(*entry));
    traits->count--;
}

static void finish(struct cloud *cloud, struct computed_entry *entry) {
    switch (entry->status) {
    case COMPUTED_REMOVING: forget(cloud, entry); return;
    case COMPUTED_CLEARING:
        entry->status = COMPUTED_COMPUTING;
        entry->cursor = 0;
        if (entry->definition.type != COMPUTED_DEFINITION_TRAIT_AUDIENCE)
            entry->upto = store_last_sequence(cloud->store);
        break;
    case COMPUTED_COMPUTING:
    case COMPUTED_LIVE: entry->status = COMPUTED_LIVE; break;
    }
    computed_save(cloud, entry);
}

void computed_traits_work(struct cloud *cloud, int64_t budget_us) {
    const int64_t until_us = clock_monotonic_us() + budget_us;
    struct computed_entry *entry;
    while ((entry = next_job(cloud)) != NULL) {
        skip_trimmed(cloud, entry);
        while (entry->cursor < entry->upto && clock_monotonic_us() < until_us)
            work_slice(cloud, entry);
        if (entry->cursor < entry->upto) {
            computed_save(cloud, entry);
            return;
        }
        finish(cloud, entry);
    }
}
