// route — see internal.h: how each receiver is asked, and what its answers mean.
#include "gzip.h"
#include "internal.h"

#include "base/clock.h"
#include "base/memory.h"
#include "net/retry.h"
#include "segment/batch.h"

#include <inttypes.h>

#define MOST_GARBLED 10 // answers, before the first whole one

enum verdict route_judge_failure(struct lane *lane, const struct task_event *event) {
    if (retry_is_transient_error(event->error->code)) return VERDICT_LATER;
    if (event->attempts == 0)
        return event->error->code == ERROR_EXPIRED ? VERDICT_KEYS : VERDICT_STOP;
    // An answer may be cut or garbled: then patience counts. Where none has ever been whole, something else
    // listens.
    struct delivery *delivery = lane->delivery;
    const bool is_garbled =
        event->error->code == ERROR_INVALID || event->error->code == ERROR_LIMIT;
    const bool may_pass = delivery->has_whole || ++delivery->garbled < MOST_GARBLED;
    return is_garbled && may_pass ? VERDICT_LATER : VERDICT_STOP;
}

// ---- Segment ----

static bool build_segment(struct lane *lane, struct error *err) {
    const struct parcel *parcel = lane->parcel;
    struct client_call *call = &lane->call;
    if (!client_call_batch(lane->delivery->client, parcel->source, STR(""), call, err))
        return false;
    const uint32_t from = parcel->messages[lane->range.from].text.from;
    const uint32_t to = parcel->messages[lane->range.to - 1].text.to;
    struct buf *body = &call->request.body;
    buf_reserve(body, (size_t)(to - from) + 64);
    buf_add(body, STR("{\"batch\":["));
    buf_add(body, str_slice(buf_str(&parcel->text), from, to - from));
    buf_add(body, STR("],\"sentAt\":\""));
    clock_add_iso8601(body, clock_wall_ms());
    buf_add(body, STR("\"}"));
    if (!lane->delivery->options.compresses) return true;
    CLEANUP(buf_release) struct buf packed = {0};
    gzip_add(&packed, buf_str(body));
    headers_set(&call->request.headers, STR("Content-Encoding"), STR("gzip"));
    request_set_body(&call->request, buf_str(&packed));
    return true;
}

// Exactly success: whatever else has the status 200 has not told that anything was taken.
static bool is_success(const struct response *response) {
    const struct str body = str_trim(buf_str(&response->body));
    CLEANUP(json_release) struct json document = {0};
    struct error ignored = {0};
    if (response->status != 200) return false;
    if (str_equal(body, STR("{\"success\":true}"))) return true;
    if (!json_parse(body, &document, &ignored)) return false;
    return json_bool(json_get(document.root, "success"), false);
}

static void read_code(const struct response *response, struct refusal *refusal) {
    CLEANUP(json_release) struct json document = {0};
    struct error ignored = {0};
    (void)!json_parse(buf_str(&response->body), &document, &ignored);
    const struct str code = json_get_text(document.root, "code");
    if (code.len)
        buf_add_printable(&refusal->code, str_slice(code, 0, 96));
    else
        buf_add_format(&refusal->code, "HTTP %d", response->status);
}

static enum verdict judge_segment(
    struct lane *lane,
    const struct response *response,
    struct refusal *refusal,
    struct error *err) {
    const struct task_event event = {.kind = TASK_RESPONSE, .response = response};
    const int status = response->status;
    if (is_success(response)) return VERDICT_ACCEPTED;
    read_code(response, refusal);
    if (response_is_success(response)) {
        (void)error_set(
            err, ERROR_UNREACHABLE, "the answer was %d, but not Segment's {\"success\":true}",
            status);
        (void)error_hint(err, "Something between here and Segment answered: check tracking_url.");
        return VERDICT_LATER;
    }
    (void)!client_reply_accepted(&lane->call, &event, err);
    if (status == 429) return VERDICT_THROTTLED;
    if (status == 408) err->code = ERROR_TIMEOUT;
    if (status >= 500 || retry_is_transient_status(status)) return VERDICT_LATER;
    return status == 400 || status == 413 ? VERDICT_REFUSED : VERDICT_STOP;
}

const struct route route_segment = {
    .most_units = BATCH_MAX_EVENTS,
    .lanes = 8,
    .build = build_segment,
    .judge = judge_segment,
};

// ---- Personalize ----

struct events {
    struct personalize_events call;
    struct buf ids[PERSONALIZE_MAX_EVENTS], properties[PERSONALIZE_MAX_EVENTS];
};

static void events_release(struct events *events) {
    personalize_events_release(&events->call);
    for (size_t i = 0; i < PERSONALIZE_MAX_EVENTS; i++) {
        buf_release(&events->ids[i]);
        buf_release(&events->properties[i]);
    }
}

// Item and id where the workshop's function puts them (src/handler): at top level, and inside `properties`,
// where the workshop's schema looks.
static void add_event(struct events *events, const struct parcel *parcel, uint32_t at) {
    CLEANUP(json_release) struct json document = {0};
    const struct parcel_unit *unit = &parcel->units[at];
    const struct parcel_message *message = &parcel->messages[unit->message];
    const struct str item = parcel_string(parcel, unit->item);
    const size_t index = events->call.count;
    const int64_t sent_at_s = message->timestamp_ms / 1000;
    struct buf *id = &events->ids[index], *properties = &events->properties[index];
    buf_add(id, parcel_string(parcel, message->id));
    if (unit->number) buf_add_format(id, "-%" PRIu32, unit->number + 1);
    json_add_text(json_new_object(&document), "itemId", item);
    json_print(document.root, properties);
    *personalize_events_add(&events->call) = (struct personalize_event){
        .event_type = parcel_string(parcel, message->name),
        .item_id = item,
        .event_id = buf_str(id),
        .properties = buf_str(properties),
        .sent_at_s = (double)sent_at_s,
    };
}

static bool build_personalize(struct lane *lane, struct error *err) {
    CLEANUP(events_release) struct events events = {0};
    const struct parcel *parcel = lane->parcel;
    struct client *client = lane->delivery->client;
    events.call.tracking_id = config_text(&client_config(client)->tracking_id);
    events.call.user_id = buf_str(&parcel->user_id);
    events.call.session_id = buf_str(&parcel->session_id);
    for (uint32_t at = lane->range.from; at < lane->range.to; at++)
        add_event(&events, parcel, at);
    return client_call_put_events(client, NULL, &events.call, &lane->call, err);
}

// PutEvents answers 200 with nothing, stand-ins with an empty object; whatever says more is of somebody else.
static bool is_taken(const struct response *response) {
    const struct str body = str_trim(buf_str(&response->body));
    CLEANUP(json_release) struct json document = {0};
    struct error ignored = {0};
    if (response->status != 200 || body.len == 0) return response->status == 200;
    return json_parse(body, &document, &ignored) && json_kind(document.root) == JSON_OBJECT &&
           json_count(document.root) == 0;
}

static bool is_about_content(const struct aws_error *error) {
    static const char *const codes[] = {
        "ValidationException", "InvalidInputException", "SerializationException"};
    for (size_t i = 0; i < ARRAY_COUNT(codes); i++)
        if (strcmp(error->code, codes[i]) == 0) return true;
    return error->status == 413;
}

static enum verdict judge_personalize(
    struct lane *lane,
    const struct response *response,
    struct refusal *refusal,
    struct error *err) {
    const struct task_event event = {.kind = TASK_RESPONSE, .response = response};
    struct aws_error words;
    if (is_taken(response)) return VERDICT_ACCEPTED;
    if (client_reply_check(&lane->call, &event, &words, err)) {
        (void)error_set(
            err, ERROR_UNREACHABLE, "the answer was %d, but not PutEvents' empty one",
            response->status);
        (void)error_hint(
            err, "Something between here and Personalize answered: check aws_endpoint_url.");
        return VERDICT_LATER;
    }
    buf_add_printable(&refusal->code, str_from(words.code));
    switch (aws_error_retry_class(lane->call.operation, &words)) {
    case AWS_ERROR_THROTTLING: return VERDICT_THROTTLED;
    case AWS_ERROR_TRANSIENT: break;
    case AWS_ERROR_CREDENTIALS: return VERDICT_KEYS;
    case AWS_ERROR_CLOCK: return VERDICT_STOP;
    case AWS_ERROR_FINAL:
        if (is_about_content(&words)) return VERDICT_REFUSED;
        if (response->status < 500) return VERDICT_STOP;
        break;
    }
    err->code = response->status == 408 ? ERROR_TIMEOUT : ERROR_UNREACHABLE;
    return VERDICT_LATER;
}

const struct route route_personalize = {
    .most_units = PERSONALIZE_MAX_EVENTS,
    .lanes = 32,
    .build = build_personalize,
    .judge = judge_personalize,
};
