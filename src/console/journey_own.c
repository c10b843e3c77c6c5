// journey_own — see the header.
#include "journey_own.h"

#include "base/json.h"
#include "base/memory.h"

#define ATTEMPTS_MOST 16

struct attempts { // oldest first, the newest of them
    const struct message_request *requests[ATTEMPTS_MOST];
    size_t count;
};

static bool carries(const struct message_request *request, struct str quoted_id) {
    return str_equal(str_from(request->what), STR("Segment tracking")) &&
           str_contains(str_from(request->request), quoted_id);
}

static struct attempts find(const struct model *model, const char *message_id) {
    struct attempts found = {0};
    const struct request_log *log = &model->requests;
    CLEANUP(buf_release) struct buf quoted = {0};
    buf_add_format(&quoted, "\"%s\"", message_id);
    for (size_t row = 0; row < log->count; row++) {
        const struct message_request *request = &log->rows[row].message->as.request;
        if (!carries(request, buf_str(&quoted))) continue;
        if (found.count == ATTEMPTS_MOST) {
            found.count--;
            for (size_t i = 0; i < found.count; i++)
                found.requests[i] = found.requests[i + 1];
        }
        found.requests[found.count++] = request;
    }
    return found;
}

static void set(char **slot, struct str text) {
    mem_free(*slot);
    *slot = text.len ? message_copy_text(text) : NULL;
}

// The journey begins when the first attempt did.
static void begin_at(struct journey *journey, double at_ms) {
    const double later_ms = journey->started_at_ms - at_ms;
    const bool is_known = journey->started_at_ms > 0;
    if (is_known && later_ms <= 0) return;
    journey->started_at_ms = at_ms;
    if (!is_known) return;
    for (size_t i = 0; i < journey->exchange_count; i++) {
        struct journey_exchange *exchange = &journey->exchanges[i];
        if (exchange->start_ms >= 0) exchange->start_ms += later_ms;
    }
    if (journey->total_ms >= 0) journey->total_ms += later_ms;
    if (journey->lag_ms >= 0) journey->lag_ms += later_ms;
}

// What is known of its failure beside the request, and what becomes of the event.
static void
explain(const struct model *model, const char *message_id, struct journey_exchange *exchange) {
    const struct hop *failure = &model->meter.hops[HOP_SEGMENT].failure;
    if (strcmp(failure->message_id, message_id) == 0) {
        if (failure->detail[0]) set(&exchange->problem, str_from(failure->detail));
        set(&exchange->hint, str_from(failure->hint));
    }
    if (model->waiting.count)
        set(&exchange->note,
            STR("What did not arrive waits in the outbox: the next success sends it, and so does "
                "the next start."));
}

static void add_attempt(
    const struct model *model,
    const char *message_id,
    const struct message_request *request,
    struct journey *journey) {
    struct journey_exchange *made =
        journey_add_exchange(journey, HOP_SEGMENT, STR("Segment tracking"));
    made->state = request_log_is_bad(request) ? HOP_FAILED : HOP_DONE;
    made->start_ms = request->at_ms - journey->started_at_ms;
    if (made->start_ms < 0) made->start_ms = 0;
    made->ms = request->ms;
    made->status = request->status;
    made->attempts = 1;
    set(&made->request, str_from(request->request));
    set(&made->answer, str_from(request->answer));
    set(&made->request_id, str_from(request->request_id));
    set(&made->problem, str_from(request->problem));
    if (!request->is_final)
        set(&made->note, STR("It was tried again."));
    else if (made->state == HOP_FAILED)
        explain(model, message_id, made);
    else
        set(&made->note, STR("as this console sent it"));
    const double end_ms = made->start_ms + (made->ms > 0 ? made->ms : 0);
    if (end_ms > journey->total_ms) journey->total_ms = end_ms;
}

bool journey_own_add(const struct model *model, const char *message_id, struct journey *journey) {
    const struct attempts found = find(model, message_id);
    if (!found.count) return false;
    if (!journey->is_recorded) journey_drop_hop(journey, HOP_SEGMENT);
    bool has_begun = false;
    for (size_t i = 0; i < found.count; i++) {
        const struct message_request *request = found.requests[i];
        if (journey->is_recorded && !request_log_is_bad(request)) continue; // it has that one
        if (!has_begun) begin_at(journey, request->at_ms);
        has_begun = true;
        add_attempt(model, message_id, request, journey);
    }
    journey_sort(journey);
    return true;
}

// What was sent, in a message of its own or in a batch.
static const struct json_node *find_event(const struct json_node *root, struct str message_id) {
    if (str_equal(json_get_text(root, "messageId"), message_id)) return root;
    const struct json_node *node = json_first(json_get(root, "batch"));
    while (node && !str_equal(json_get_text(node, "messageId"), message_id))
        node = json_next(node);
    return node;
}

static void read_event(struct journey *journey, const struct message_request *request) {
    CLEANUP(json_release) struct json body = {0};
    struct error ignored = {0};
    struct str text = str_from(request->request), line = {0};
    do {
        str_split(text, '\n', &line, &text);
    } while (line.len && text.len); // the head
    if (!json_parse(text, &body, &ignored)) return;
    const struct json_node *event = find_event(body.root, str_from(journey->message_id));
    set(&journey->type, json_get_text(event, "type"));
    set(&journey->name, json_get_text(event, "event"));
    set(&journey->user_id, json_get_text(event, "userId"));
    set(&journey->sku, json_get_text(json_get(event, "properties"), "sku"));
}

struct message *
journey_own_make(const struct model *model, const char *message_id, const struct error *answer) {
    const struct attempts found = find(model, message_id);
    if (!found.count) return NULL;
    struct message *message = message_new_journey(0);
    struct journey *journey = &message->as.journey;
    const struct message_request *last = found.requests[found.count - 1];
    const bool has_failed = request_log_is_bad(last);
    set(&journey->message_id, str_from(message_id));
    set(&journey->note, str_from(answer->message));
    read_event(journey, last);
    for (int hop = HOP_DESTINATION; hop < HOP_COUNT; hop++) {
        struct journey_exchange *made =
            journey_add_exchange(journey, (enum hop_id)hop, str_from(hop_title((enum hop_id)hop)));
        made->state = has_failed ? HOP_SKIPPED : HOP_HIDDEN;
        set(&made->note, has_failed ? STR("an earlier hop failed") : str_from(answer->message));
    }
    (void)journey_own_add(model, message_id, journey);
    return message;
}
