// ledger — what has ended, and how; and the mark before which everything has.
//
// A message is settled when it was accepted or stands in the dead letters, durably. The mark is that of the
// first message that is not; as messages are taken in the feed's order and only leave, it never goes back.
#include "internal.h"

#include "base/clock.h"
#include "base/memory.h"

struct parcel *ledger_open_parcel(struct delivery *delivery) {
    struct parcel *parcel = delivery->spare;
    if (parcel)
        delivery->spare = parcel->next;
    else
        parcel = parcel_new();
    parcel->previous = NULL;
    parcel->next = delivery->open;
    if (delivery->open) delivery->open->previous = parcel;
    delivery->open = parcel;
    return parcel;
}

void ledger_close_parcel(struct delivery *delivery, struct parcel *parcel) {
    ASSERT(parcel->settled_count == parcel->count);
    *(parcel->previous ? &parcel->previous->next : &delivery->open) = parcel->next;
    if (parcel->next) parcel->next->previous = parcel->previous;
    parcel_reset(parcel);
    parcel->next = delivery->spare;
    delivery->spare = parcel;
}

static void note_refused(struct delivery *delivery, uint64_t sequence) {
    if (delivery->refused_ahead_count == delivery->refused_ahead_cap) {
        size_t *cap = &delivery->refused_ahead_cap;
        *cap = *cap ? *cap * 2 : 64;
        delivery->refused_ahead =
            mem_resize(delivery->refused_ahead, *cap, sizeof(*delivery->refused_ahead));
    }
    delivery->refused_ahead[delivery->refused_ahead_count++] = sequence;
    delivery->counts.refused++;
}

static void end_unit(struct delivery *delivery, struct parcel *parcel, uint32_t unit) {
    struct parcel_message *message = &parcel->messages[parcel_message_of(parcel, unit)];
    ASSERT(message->units_left > 0);
    if (--message->units_left) return;
    message->is_settled = true;
    parcel->settled_count++;
    if (message->is_refused)
        note_refused(delivery, message->sequence);
    else
        delivery->counts.accepted++;
    while (parcel->first_open < parcel->count && parcel->messages[parcel->first_open].is_settled)
        parcel->first_open++;
}

void ledger_accept(struct delivery *delivery, struct parcel *parcel, struct parcel_range range) {
    for (uint32_t unit = range.from; unit < range.to; unit++)
        end_unit(delivery, parcel, unit);
    delivery->refused_in_a_row = 0;
}

// Servers may repeat in their words what they were sent.
static void add_masked(struct buf *out, struct str text, const struct secret *secret) {
    const struct str hidden = secret ? secret_reveal(secret) : (struct str){0};
    while (text.len) {
        if (hidden.len && str_starts_with(text, hidden)) {
            secret_add_masked(out, secret);
            text = str_skip(text, hidden.len);
            continue;
        }
        buf_add_char(out, text.ptr[0]);
        text = str_skip(text, 1);
    }
}

struct refused {
    enum client_source source;
    struct str message_id, text, code;
    int status;
};

// False: it could not be written, and the delivery has ended.
static bool
bury(struct delivery *delivery, const struct refused *refused, const struct error *reason) {
    const struct delivery_options *options = &delivery->options;
    if (options->refused) options->refused(options->context, refused->message_id, reason);
    if (!delivery->letters) return true;
    CLEANUP(buf_release) struct buf masked = {0};
    struct error err = {0};
    const struct secret *key = delivery->options.target == DELIVERY_SEGMENT
                                   ? client_write_key(delivery->client, refused->source, &err)
                                   : NULL;
    add_masked(&masked, str_from(reason->message), key);
    const struct dead_letter letter = {
        .source = str_from(client_source_name(refused->source)),
        .message_id = refused->message_id,
        .text = refused->text,
        .status = refused->status,
        .code = refused->code,
        .reason = buf_str(&masked),
        .at_ms = clock_wall_ms(),
    };
    delivery->has_unsynced = true;
    if (dead_letters_add(delivery->letters, &letter, &err)) return true;
    lane_end_all(delivery, &err);
    return false;
}

void ledger_refuse(
    struct delivery *delivery,
    struct parcel *parcel,
    struct parcel_range unit,
    const struct refusal *refusal,
    const struct error *reason) {
    CLEANUP(json_release) struct json document = {0};
    struct error ignored = {0};
    struct parcel_message *message = &parcel->messages[parcel_message_of(parcel, unit.from)];
    const struct str text = parcel_text(parcel, message);
    // Of a message with several items, one letter tells.
    if (!message->is_refused) {
        (void)!json_parse(text, &document, &ignored);
        const struct refused refused = {
            .source = parcel->source,
            .message_id = json_get_text(document.root, "messageId"),
            .text = text,
            .status = refusal->status,
            .code = buf_str(&refusal->code),
        };
        if (!bury(delivery, &refused, reason)) return;
    }
    message->is_refused = true;
    end_unit(delivery, parcel, unit.from);
}

void ledger_discard(
    struct delivery *delivery,
    const struct delivery_message *message,
    const char *code,
    const struct error *reason) {
    const struct refused refused = {
        .source = message->source,
        .message_id = message->message_id,
        .text = message->text,
        .code = str_from(code),
    };
    if (bury(delivery, &refused, reason)) note_refused(delivery, delivery->latest.sequence);
}

// False while the feed has told nothing yet.
static bool find_point(const struct delivery *delivery, struct settled_point *out) {
    const struct parcel_message *first = NULL;
    for (const struct parcel *parcel = delivery->open; parcel; parcel = parcel->next) {
        if (parcel->first_open == parcel->count) continue;
        const struct parcel_message *its = &parcel->messages[parcel->first_open];
        if (!first || its->sequence < first->sequence) first = its;
    }
    if (!first) {
        *out = delivery->latest;
        return delivery->has_latest;
    }
    *out = (struct settled_point){
        .mark = first->mark,
        .sequence = first->sequence,
        .skipped_before = first->skipped_before,
    };
    return true;
}

static void forget_refused(struct delivery *delivery) {
    size_t kept = 0;
    for (size_t i = 0; i < delivery->refused_ahead_count; i++) {
        if (delivery->refused_ahead[i] < delivery->settled.sequence)
            delivery->settled_refused++;
        else
            delivery->refused_ahead[kept++] = delivery->refused_ahead[i];
    }
    delivery->refused_ahead_count = kept;
}

void ledger_settle(struct delivery *delivery) {
    struct settled_point point;
    struct error err = {0};
    if (delivery->has_ended && delivery->outcome.code != ERROR_NONE) return;
    if (delivery->has_unsynced && !dead_letters_sync(delivery->letters, &err)) {
        lane_end_all(delivery, &err);
        return;
    }
    delivery->has_unsynced = false;
    if (!find_point(delivery, &point)) return;
    const bool is_same = delivery->has_settled && point.sequence == delivery->settled.sequence &&
                         point.mark.ordinal == delivery->settled.mark.ordinal;
    if (is_same) return;
    ASSERT(!delivery->has_settled || point.sequence >= delivery->settled.sequence);
    // The collector may have been waiting for this.
    const bool was_full = delivery->counts.taken - delivery->settled.sequence >= DELIVERY_MOST_SPAN;
    if (was_full && delivery->collector) task_nudge(&delivery->collector->task);
    delivery->settled = point;
    delivery->has_settled = true;
    forget_refused(delivery);
    const struct delivery_options *options = &delivery->options;
    if (options->settled) options->settled(options->context, &delivery->settled.mark);
}
