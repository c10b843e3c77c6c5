// collector — asks the feed and fills parcels: for Segment one per source, closed at the limits of a batch;
// for Personalize one per visit, closed at ten items or when another visitor comes.
//
// A parcel leaves when it is full. When the feed has nothing just now, it leaves after DELIVERY_LINGER_MS, or at
// once if nothing will come within that time: so a slow stream feels live and a fast one fills its batches.
#include "internal.h"

#include "base/digest.h"
#include "segment/batch.h"
#include "segment/ingest.h"

// In one step: messages that come to nothing must not keep the other tasks waiting.
#define MOST_PULLS 10000

#define OLD_AFTER (4 * BATCH_MAX_EVENTS) // messages that came later

static const int64_t never = PACE_NEVER;

static struct parcel *take_filling(struct delivery *delivery, size_t at) {
    struct parcel *parcel = delivery->filling[at];
    delivery->filling[at] = NULL;
    parcel_seal(parcel);
    return parcel;
}

// One that may not, or need not, wait any longer. `next_ms`: when the next message can come.
static struct parcel *take_ripe(struct delivery *delivery, int64_t next_ms) {
    for (size_t i = 0; i < CLIENT_SOURCE_COUNT; i++) {
        const struct parcel *parcel = delivery->filling[i];
        if (!parcel) continue;
        const int64_t due_ms = parcel->opened_ms + DELIVERY_LINGER_MS;
        if (delivery->now_ms >= due_ms || next_ms >= due_ms) return take_filling(delivery, i);
    }
    return NULL;
}

static int64_t earliest(const struct delivery *delivery, int64_t next_ms) {
    for (size_t i = 0; i < CLIENT_SOURCE_COUNT; i++) {
        const struct parcel *parcel = delivery->filling[i];
        if (parcel && parcel->opened_ms + DELIVERY_LINGER_MS < next_ms)
            next_ms = parcel->opened_ms + DELIVERY_LINGER_MS;
    }
    return next_ms;
}

static struct parcel *open_filling(struct delivery *delivery, size_t at) {
    struct parcel **filling = &delivery->filling[at];
    if (!*filling) {
        *filling = ledger_open_parcel(delivery);
        (*filling)->opened_ms = delivery->now_ms;
    }
    return *filling;
}

static struct parcel_message *add_message(
    struct delivery *delivery, struct parcel *parcel, const struct delivery_message *message) {
    struct parcel_message *added = parcel_add(parcel, message->text);
    parcel->source = message->source;
    added->mark = delivery->latest.mark;
    added->sequence = delivery->latest.sequence;
    added->skipped_before = delivery->latest.skipped_before;
    return added;
}

static struct parcel *
fill_segment(struct delivery *delivery, const struct delivery_message *message) {
    struct parcel *full = NULL;
    const size_t at = message->source;
    const struct parcel *filling = delivery->filling[at];
    if (filling && (filling->count == BATCH_MAX_EVENTS ||
                    filling->text.len + message->text.len + 1 > BATCH_BUILD_BYTES))
        full = take_filling(delivery, at);
    (void)add_message(delivery, open_filling(delivery, at), message);
    return full;
}

static bool
is_of_visit(const struct parcel *parcel, const struct delivery_message *message, uint32_t most) {
    return parcel->unit_count + message->item_count <= most &&
           str_equal(buf_str(&parcel->user_id), message->user_id) &&
           str_equal(buf_str(&parcel->session_id), message->session_id);
}

// As the workshop's function does it (handler/event_handler.h), so that an event that comes both ways is one.
static struct parcel_span
keep_event_id(struct parcel *parcel, const struct delivery_message *message) {
    static const size_t most = 248; // of 256, to leave room for the item's number
    if (message->message_id.len && message->message_id.len <= most)
        return parcel_keep(parcel, message->message_id);
    char hex[DIGEST_HEX_BYTES];
    digest_sha256_hex(message->text, hex);
    return parcel_keep(parcel, str_from(hex));
}

static struct parcel *
fill_personalize(struct delivery *delivery, const struct delivery_message *message) {
    struct parcel *full = NULL;
    const struct parcel *filling = delivery->filling[0];
    if (filling && !is_of_visit(filling, message, delivery->route->most_units))
        full = take_filling(delivery, 0);
    const bool is_new = !delivery->filling[0];
    struct parcel *parcel = open_filling(delivery, 0);
    if (is_new) {
        buf_add(&parcel->user_id, message->user_id);
        buf_add(&parcel->session_id, message->session_id);
    }
    struct parcel_message *added = add_message(delivery, parcel, message);
    added->id = keep_event_id(parcel, message);
    added->name = parcel_keep(parcel, message->event_name);
    added->timestamp_ms = message->timestamp_ms;
    added->units_left = (uint32_t)message->item_count;
    const uint32_t index = parcel->count - 1;
    for (size_t i = 0; i < message->item_count; i++) {
        const struct parcel_span item = parcel_keep(parcel, message->items[i]);
        struct parcel_unit *unit = parcel_add_unit(parcel, index);
        unit->number = (uint32_t)i;
        unit->item = item;
    }
    return full;
}

// What Segment would drop without a word.
static enum ingest_discard check(const struct delivery_message *message) {
    if (message->text.len > EVENT_MAX_BYTES) return INGEST_MESSAGE_TOO_LARGE;
    if (message->is_checked) return INGEST_ACCEPTED;
    struct event event = {0};
    struct error ignored = {0};
    if (!event_decode(message->text, EVENT_TYPE_COUNT, &event, &ignored))
        return INGEST_TYPE_UNKNOWN;
    const enum ingest_discard discard = ingest_check(&event);
    event_release(&event);
    return discard;
}

static void discard(
    struct delivery *delivery, const struct delivery_message *message, enum ingest_discard why) {
    struct error reason = {0};
    (void)error_set(
        &reason, ERROR_REFUSED, "Segment would drop the message: %s", ingest_discard_name(why));
    (void)error_hint(&reason, "%s.", ingest_discard_remedy(why));
    ledger_discard(delivery, message, ingest_discard_name(why), &reason);
}

// A parcel that became full by it, else NULL.
static struct parcel *take(struct delivery *delivery, const struct delivery_message *message) {
    const enum ingest_discard why = check(message);
    if (why != INGEST_ACCEPTED) {
        discard(delivery, message, why);
        return NULL;
    }
    if (delivery->options.target == DELIVERY_SEGMENT) return fill_segment(delivery, message);
    if (message->item_count == 0) {
        delivery->counts.skipped++;
        return NULL;
    }
    return fill_personalize(delivery, message);
}

static void note_latest(struct delivery *delivery, const struct delivery_mark *mark) {
    delivery->latest = (struct settled_point){
        .mark = *mark,
        .sequence = delivery->counts.taken,
        .skipped_before = delivery->counts.skipped,
    };
    delivery->has_latest = true;
}

// Asks once. *out_next_ms: when to ask again.
static struct parcel *pull(struct delivery *delivery, int64_t *out_next_ms) {
    static const struct delivery_mark unknown = {.ordinal = UINT64_MAX};
    const struct delivery_feed *feed = &delivery->options.feed;
    struct delivery_message message = {0};
    struct delivery_mark mark = unknown;
    int64_t due_ms = 0;
    const enum delivery_pull got =
        feed->next(feed->context, delivery->now_ms, &message, &mark, &due_ms);
    if (got == DELIVERY_MESSAGE || mark.ordinal != unknown.ordinal) note_latest(delivery, &mark);
    *out_next_ms = delivery->now_ms;
    switch (got) {
    case DELIVERY_MESSAGE:
        delivery->counts.taken++;
        pace_take(&delivery->pace);
        return take(delivery, &message);
    case DELIVERY_NOT_YET:
        *out_next_ms = due_ms > delivery->now_ms ? due_ms : delivery->now_ms + 1;
        return NULL;
    case DELIVERY_END:
        delivery->feed_ended = true;
        *out_next_ms = never;
        return NULL;
    }
    return NULL;
}

// When the feed may be asked; `now_ms`: at once.
static int64_t next_pull_ms(const struct delivery *delivery) {
    const uint64_t span = delivery->has_settled
                              ? delivery->counts.taken - delivery->settled.sequence
                              : delivery->counts.taken;
    if (delivery->feed_ended || span >= DELIVERY_MOST_SPAN) return never;
    const int64_t due_ms = pace_due_ms(&delivery->pace);
    return due_ms > delivery->now_ms ? due_ms : delivery->now_ms;
}

// While the feed has more, parcels fill; but a source with few messages must not hold back the mark for ever.
static struct parcel *take_old(struct delivery *delivery) {
    for (size_t i = 0; i < CLIENT_SOURCE_COUNT; i++) {
        const struct parcel *parcel = delivery->filling[i];
        if (parcel && delivery->counts.taken - parcel->messages[0].sequence > OLD_AFTER)
            return take_filling(delivery, i);
    }
    return NULL;
}

struct parcel *collector_collect(struct delivery *delivery, int64_t *out_due_ms) {
    struct parcel *parcel = take_old(delivery);
    for (int pulls = 0; !parcel && !delivery->has_ended && pulls < MOST_PULLS; pulls++) {
        int64_t next_ms = next_pull_ms(delivery);
        if (next_ms <= delivery->now_ms) parcel = pull(delivery, &next_ms);
        if (parcel || next_ms <= delivery->now_ms) continue;
        parcel = take_ripe(delivery, next_ms);
        if (parcel) break;
        *out_due_ms = earliest(delivery, next_ms);
        return NULL;
    }
    *out_due_ms = delivery->now_ms;
    return parcel;
}

bool collector_is_done(const struct delivery *delivery) {
    for (size_t i = 0; i < CLIENT_SOURCE_COUNT; i++)
        if (delivery->filling[i]) return false;
    return delivery->feed_ended;
}
