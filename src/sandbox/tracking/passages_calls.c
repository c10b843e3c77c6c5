// passages_calls — the calls on a tape in words: what the services would see and answer; see passages.h.
#include "access/calls.h"
#include "http/redact.h"
#include "segment/tracking.h"
#include "tracking/passages_internal.h"

#define NOTE                                                                                       \
    "a call inside the sandbox's process: no signature, no connection of its own, no request id"

struct taped { // the head that every one has
    int64_t kind;
    struct passages_shown shown;
    struct str lost, code, message;
};

static void read_head(struct pieces *pieces, struct taped *out) {
    *out = (struct taped){.kind = pieces_int(pieces)};
    out->shown.start_us = pieces_int(pieces);
    out->shown.us = pieces_int(pieces);
    out->shown.status = (int)pieces_int(pieces);
    out->shown.attempts = 1;
    out->shown.note = STR(NOTE);
    out->lost = pieces_text(pieces);
    out->code = pieces_text(pieces);
    out->message = pieces_text(pieces);
    out->shown.problem = out->lost.len ? out->lost : out->message;
    const bool is_done = !out->lost.len && !out->code.len;
    out->shown.state = is_done ? "done" : "failed";
}

// True: it has been answered by a refusal, or not at all.
static bool show_refusal(struct taped *taped, enum operation_id operation) {
    const struct operation *row = operation_get(operation);
    CLEANUP(response_release) struct response response = {0};
    struct aws_error error;
    if (taped->lost.len) return true;
    if (!taped->code.len) return false;
    aws_error_set(&error, taped->shown.status, taped->code, taped->message);
    calls_fit_denial(row, &error);
    aws_error_encode(row->protocol, str_from(row->service), &error, &response);
    redact_add_response(&taped->shown.answer, &response);
    return true;
}

static void show_put_events(struct cloud *cloud, struct pieces *pieces, struct taped *taped) {
    CLEANUP(personalize_events_release) struct personalize_events events = {0};
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(response_release) struct response response = {.status = 200};
    struct error ignored = {0};
    taped->shown.hop = "put_events";
    taped->shown.title = "PutEvents";
    events.tracking_id = pieces_text(pieces);
    events.session_id = pieces_text(pieces);
    events.user_id = pieces_text(pieces);
    for (int64_t left = pieces_int(pieces); left > 0 && !pieces->is_broken; left--) {
        struct personalize_event *event = personalize_events_add(&events);
        event->event_type = pieces_text(pieces);
        event->item_id = pieces_text(pieces);
        event->event_id = pieces_text(pieces);
        event->properties = pieces_text(pieces);
        event->sent_at_s = pieces_double(pieces);
    }
    if (personalize_encode_events(&events, buf_str(&cloud->url), &request, &ignored))
        redact_add_request(&taped->shown.request, &request);
    if (show_refusal(taped, OPERATION_PUT_EVENTS)) return;
    headers_set(&response.headers, STR("Content-Type"), STR("application/json"));
    redact_add_response(&taped->shown.answer, &response); // with an empty body
}

static void
read_items(struct pieces *pieces, struct personalize_items *items, struct response *response) {
    const struct str whole = pieces_text(pieces);
    items->recommendation_id = pieces_text(pieces);
    for (int64_t left = pieces_int(pieces); left > 0 && !pieces->is_broken; left--) {
        struct personalize_item *item = personalize_items_add(items);
        item->item_id = pieces_text(pieces);
        item->has_score = pieces_int(pieces) != 0;
        item->score = pieces_double(pieces);
    }
    personalize_encode_items(items, PERSONALIZE_REPLY_RECOMMENDATIONS, response);
    if (whole.len) response_set_body(response, STR("application/json"), whole);
}

static void add_ids(const struct personalize_items *items, struct buf *out) {
    struct writer writer = {.out = out};
    buf_reset(out);
    writer_open(&writer, NULL, '[');
    for (size_t i = 0; i < items->count; i++)
        writer_text(&writer, NULL, items->items[i].item_id);
    writer_close(&writer, ']');
}

static void show_recommend(
    struct cloud *cloud, struct pieces *pieces, struct taped *taped, struct buf *out_items) {
    CLEANUP(personalize_items_release) struct personalize_items items = {0};
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(response_release) struct response response = {0};
    struct error ignored = {0};
    struct personalize_recommend question = {0};
    taped->shown.hop = "recommendations";
    taped->shown.title = "GetRecommendations";
    question.campaign_arn = pieces_text(pieces);
    question.user_id = pieces_text(pieces);
    question.item_id = pieces_text(pieces);
    question.filter_arn = pieces_text(pieces);
    question.results = pieces_int(pieces);
    read_items(pieces, &items, &response);
    if (personalize_encode_recommend(&question, buf_str(&cloud->url), &request, &ignored))
        redact_add_request(&taped->shown.request, &request);
    if (show_refusal(taped, OPERATION_GET_RECOMMENDATIONS)) return;
    redact_add_response(&taped->shown.answer, &response);
    add_ids(&items, out_items);
}

// Segment's refusals are its own.
static void show_segment_answer(struct taped *taped) {
    CLEANUP(response_release) struct response response = {.status = taped->shown.status};
    CLEANUP(buf_release) struct buf body = {0};
    CLEANUP(buf_release) struct buf code = {0};
    if (taped->lost.len) return;
    buf_add(&code, taped->code);
    if (taped->code.len)
        tracking_reply_error(&body, buf_text(&code), taped->message);
    else
        tracking_reply_success(&body);
    response_set_body(&response, STR("application/json"), buf_str(&body));
    redact_add_response(&taped->shown.answer, &response);
}

static void show_identify(
    struct cloud *cloud, struct pieces *pieces, struct taped *taped, struct buf *out_sent) {
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(event_release) struct event message = {0};
    struct secret key = {0};
    struct error ignored = {0};
    const int64_t source = pieces_int(pieces);
    const struct str sent = pieces_text(pieces);
    taped->shown.hop = "identify";
    taped->shown.title = "Segment tracking";
    buf_reset(out_sent);
    buf_add(out_sent, sent);
    if (source >= 0 && source < SOURCE_COUNT)
        secret_set(&key, str_from(identities_source((enum source_id)source)->write_key));
    else
        taped->shown.note = STR(NOTE "; the key it was sent with is no source's");
    if (event_decode(sent, EVENT_TYPE_COUNT, &message, &ignored)) {
        tracking_request_event(&message, buf_str(&cloud->url), &key, &request);
        redact_add_request(&taped->shown.request, &request);
    }
    secret_release(&key);
    show_segment_answer(taped);
}

void passages_add_calls(
    struct cloud *cloud,
    struct writer *writer,
    const struct tape *tape,
    int64_t base_us,
    struct buf *items,
    struct buf *sent) {
    struct pieces pieces = {.rest = buf_str(&tape->calls)};
    while (pieces.rest.len && !pieces.is_broken) {
        struct taped taped;
        read_head(&pieces, &taped);
        switch ((enum tape_call)taped.kind) {
        case TAPE_PUT_EVENTS: show_put_events(cloud, &pieces, &taped); break;
        case TAPE_RECOMMEND: show_recommend(cloud, &pieces, &taped, items); break;
        case TAPE_IDENTIFY: show_identify(cloud, &pieces, &taped, sent); break;
        }
        if (pieces.is_broken)
            passages_shown_release(&taped.shown);
        else
            passages_add_shown(writer, &taped.shown, base_us);
    }
}
