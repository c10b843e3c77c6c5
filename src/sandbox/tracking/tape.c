// tape — see the header. What is written here is read in passages_calls.c, in the same order.
#include "tracking/tape.h"

#include "tracking/pieces.h"

void tape_reset(struct tape *tape) {
    buf_reset(&tape->calls);
    buf_reset(&tape->sent);
    buf_reset(&tape->before);
    tape->has_before = tape->was_set = tape->has_written = false;
    tape->before_at_ms = tape->written_at_ms = 0;
}

void tape_release(struct tape *tape) {
    buf_release(&tape->calls);
    buf_release(&tape->sent);
    buf_release(&tape->before);
}

static void add_head(struct buf *out, enum tape_call call, const struct tape_end *end) {
    out->limit = TAPE_BYTES;
    pieces_add_int(out, (int64_t)call);
    pieces_add_int(out, end->start_us);
    pieces_add_int(out, end->us);
    pieces_add_int(out, end->status);
    pieces_add_text(out, end->lost);
    pieces_add_text(out, str_from(end->refusal ? end->refusal->code : NULL));
    pieces_add_text(out, str_from(end->refusal ? end->refusal->message : NULL));
}

void tape_put_events(
    struct tape *tape, const struct personalize_events *call, const struct tape_end *end) {
    if (!tape) return;
    struct buf *out = &tape->calls;
    add_head(out, TAPE_PUT_EVENTS, end);
    pieces_add_text(out, call->tracking_id);
    pieces_add_text(out, call->session_id);
    pieces_add_text(out, call->user_id);
    pieces_add_int(out, (int64_t)call->count);
    for (size_t i = 0; i < call->count; i++) {
        const struct personalize_event *event = &call->events[i];
        pieces_add_text(out, event->event_type);
        pieces_add_text(out, event->item_id);
        pieces_add_text(out, event->event_id);
        pieces_add_text(out, event->properties);
        pieces_add_double(out, event->sent_at_s);
    }
}

// Declared answers may say more of an item than id and score; what the sandbox finds does not.
static bool has_more(const struct personalize_items *items) {
    for (size_t i = 0; i < items->count; i++) {
        const struct personalize_item *item = &items->items[i];
        if (item->promotion_name.len || item->metadata.count || item->reasons.count) return true;
    }
    return false;
}

static void add_items(struct buf *out, const struct personalize_items *items) {
    struct response whole = {0};
    if (has_more(items)) personalize_encode_items(items, PERSONALIZE_REPLY_RECOMMENDATIONS, &whole);
    pieces_add_text(out, buf_str(&whole.body));
    response_release(&whole);
    pieces_add_text(out, items->recommendation_id);
    pieces_add_int(out, (int64_t)items->count);
    for (size_t i = 0; i < items->count; i++) {
        const struct personalize_item *item = &items->items[i];
        pieces_add_text(out, item->item_id);
        pieces_add_int(out, item->has_score);
        pieces_add_double(out, item->score);
    }
}

void tape_recommend(
    struct tape *tape,
    const struct personalize_recommend *call,
    const struct personalize_items *items,
    const struct tape_end *end) {
    if (!tape) return;
    struct buf *out = &tape->calls;
    add_head(out, TAPE_RECOMMEND, end);
    pieces_add_text(out, call->campaign_arn);
    pieces_add_text(out, call->user_id);
    pieces_add_text(out, call->item_id);
    pieces_add_text(out, call->filter_arn);
    pieces_add_int(out, call->results);
    add_items(out, items ? items : &(struct personalize_items){0});
}

void tape_set_before(struct tape *tape, bool was_set, struct str value, int64_t updated_at_ms) {
    if (!tape || tape->has_before) return; // of the run's first
    tape->has_before = true;
    tape->was_set = was_set;
    tape->before_at_ms = updated_at_ms;
    tape->before.limit = TAPE_BYTES;
    buf_add(&tape->before, value);
}

void tape_begin_identify(struct tape *tape, const struct event *message) {
    if (!tape) return;
    buf_reset(&tape->sent);
    event_encode(message, &tape->sent);
}

void tape_end_identify(struct tape *tape, int source, const struct tape_end *end) {
    if (!tape) return;
    add_head(&tape->calls, TAPE_IDENTIFY, end);
    pieces_add_int(&tape->calls, source);
    pieces_add_text(&tape->calls, buf_str(&tape->sent));
}

void tape_set_written(struct tape *tape, int64_t at_ms) {
    if (!tape) return;
    tape->has_written = true;
    tape->written_at_ms = at_ms;
}
