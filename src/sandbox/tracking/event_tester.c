// event_tester — see the header. The attempt stays with the exchange until it ends: while others are being
// committed an answer may be thrown away and asked for again, and the event must go out once.
#include "tracking/event_tester.h"

#include "base/clock.h"
#include "base/memory.h"
#include "segment/event.h"
#include "tracking/attempt.h"
#include "writer.h"

struct test {
    struct attempt attempt;
    struct event event; // as sent
    struct buf body;
};

static void test_free(struct exchange *exchange) {
    struct test *test = exchange->holder;
    exchange->holder = NULL;
    if (!test) return;
    attempt_release(&test->attempt);
    event_release(&test->event);
    buf_release(&test->body);
    mem_free(test);
}

// ---- the answer ----

// `request` and `response` of one call, as Segment's page shows them: what is secret is REDACTED.
struct shown_call {
    const char *name, *action;
    struct str body; // JSON
    int status;
    struct str response; // JSON
    int64_t us;
    struct str log, function_error;
};

static struct str status_text(int status) {
    switch (status) {
    case 200: return STR("OK");
    case 400: return STR("Bad Request");
    case 403: return STR("Forbidden");
    case 404: return STR("Not Found");
    case 429: return STR("Too Many Requests");
    default: return status >= 500 ? STR("Internal Server Error") : STR("");
    }
}

static void add_call(struct writer *writer, const struct shown_call *call) {
    writer_open(writer, NULL, '{');
    writer_text(writer, "name", str_from(call->name));
    writer_open(writer, "request", '{');
    writer_text(writer, "method", STR("POST"));
    writer_text(writer, "action", str_from(call->action));
    writer_open(writer, "headers", '{');
    writer_text(writer, "Authorization", STR("REDACTED"));
    writer_close(writer, '}');
    writer_json(writer, "body", call->body);
    writer_close(writer, '}');
    writer_open(writer, "response", '{');
    writer_open(writer, "headers", '{');
    if (call->function_error.len) writer_text(writer, "X-Amz-Function-Error", call->function_error);
    if (call->log.len) writer_text(writer, "X-Amz-Log-Result", call->log);
    writer_close(writer, '}');
    writer_int(writer, "statusCode", call->status);
    writer_text(writer, "statusMessage", status_text(call->status));
    if (call->response.len)
        writer_json(writer, "body", call->response);
    else
        writer_null(writer, "body");
    writer_close(writer, '}');
    writer_number(writer, "ms", (double)call->us / 1000.0);
    writer_close(writer, '}');
}

static void add_reason(struct buf *out, const struct destination_record *record) {
    struct writer writer = {.out = out};
    writer_open(&writer, NULL, '{');
    writer_text(&writer, "message", str_from(record->reason));
    writer_close(&writer, '}');
}

static void add_assume(struct writer *writer, const struct attempt *attempt) {
    const struct destination_record *record = &attempt->record;
    const bool has_failed = record->assume_state == DESTINATION_HOP_FAILED;
    struct buf body = {0}, reason = {0};
    struct writer inner = {.out = &body};
    writer_open(&inner, NULL, '{');
    writer_text(&inner, "RoleArn", attempt->settings.role);
    writer_text(&inner, "ExternalId", STR("REDACTED"));
    writer_close(&inner, '}');
    if (has_failed) add_reason(&reason, record);
    add_call(
        writer,
        &(struct shown_call){
            .name = "AssumeRole",
            .action = "sts:AssumeRole",
            .body = buf_str(&body),
            .status = has_failed ? record->status : 200,
            .response = has_failed ? buf_str(&reason) : STR("{\"Credentials\":\"REDACTED\"}"),
            .us = record->assume_us});
    buf_release(&body);
    buf_release(&reason);
}

static void add_invoke(struct writer *writer, const struct test *test) {
    const struct attempt *attempt = &test->attempt;
    const struct destination_record *record = &attempt->record;
    const struct invoke_reply *reply = record->run ? &record->run->reply : NULL;
    const bool wants_log = str_equal(attempt->settings.log_type, STR("Tail"));
    struct buf body = {0}, reason = {0};
    struct writer inner = {.out = &body};
    writer_open(&inner, NULL, '{');
    writer_text(&inner, "FunctionName", attempt->settings.function);
    writer_text(&inner, "Region", attempt->settings.region);
    writer_text(&inner, "InvocationType", STR("RequestResponse"));
    writer_text(&inner, "LogType", attempt->settings.log_type);
    writer_json(&inner, "Payload", buf_str(&test->body));
    writer_close(&inner, '}');
    if (!reply) add_reason(&reason, record);
    struct json read = {0};
    struct error ignored = {0};
    struct str payload = reply ? buf_str(&reply->payload) : buf_str(&reason);
    struct buf quoted = {0};
    if (!json_parse(payload, &read, &ignored)) { // code that people bring may answer anything
        json_quote(&quoted, payload);
        payload = buf_str(&quoted);
    }
    add_call(
        writer, &(struct shown_call){
                    .name = "Invoke",
                    .action = "lambda:InvokeFunction",
                    .body = buf_str(&body),
                    .status = record->status,
                    .response = payload,
                    .us = record->lambda_us,
                    .log = reply && wants_log ? buf_str(&reply->log) : STR(""),
                    .function_error = reply ? buf_str(&reply->function_error) : STR("")});
    json_release(&read);
    buf_release(&quoted);
    buf_release(&body);
    buf_release(&reason);
}

static enum server_verdict answer(struct exchange *exchange, struct test *test) {
    struct attempt *attempt = &test->attempt;
    struct destination_record *record = &attempt->record;
    struct buf json = {0}, delivery = {0};
    struct writer writer = {.out = &json};
    const struct outcome_row *row = outcome_get(record->outcome);
    record->event = &attempt->event;
    record->settings = &attempt->settings;
    record->attempts = 1;
    record->first_ms = attempt->first_ms;
    destination_record_add_json(record, &delivery);
    writer_open(&writer, NULL, '{');
    writer_bool(&writer, "success", record->outcome == OUTCOME_OK);
    writer_text(&writer, "code", str_from(row->code));
    writer_text_or_null(&writer, "error", str_from(row->error));
    writer_text_or_null(&writer, "reason", str_from(record->reason));
    writer_text_or_null(&writer, "hint", str_from(record->hint));
    writer_json(&writer, "event", buf_str(&test->body));
    writer_open(&writer, "calls", '[');
    if (record->assume_state != DESTINATION_HOP_SKIPPED) add_assume(&writer, attempt);
    if (record->lambda_state != DESTINATION_HOP_SKIPPED) add_invoke(&writer, test);
    writer_close(&writer, ']');
    writer_json(&writer, "delivery", buf_str(&delivery));
    writer_close(&writer, '}');
    routes_answer_json(exchange, 200, buf_str(&json));
    buf_release(&delivery);
    buf_release(&json);
    return SERVER_ANSWER;
}

// ---- the event ----

static void fill_text(struct json_node *root, const char *key, struct str text) {
    if (!json_get_text(root, key).len) json_set_text(root, key, text);
}

static void complete(struct cloud *cloud, struct event *event) {
    struct json_node *root = event->document.root;
    struct buf now = {0}, id = {0};
    clock_add_iso8601(&now, cloud->now_ms);
    buf_add(&id, STR("test-message-"));
    rng_add_alphanumeric(&cloud->rng, &id, 6);
    fill_text(root, "messageId", buf_str(&id));
    fill_text(root, "timestamp", buf_str(&now));
    fill_text(root, "receivedAt", buf_str(&now));
    if (!json_get(root, "version")) json_add_integer(root, "version", 2);
    event_refresh(event);
    buf_release(&now);
    buf_release(&id);
}

static bool read_event(struct str body, struct event *out, struct error *err) {
    struct json document = {0}, inner = {0};
    enum event_type type = EVENT_TYPE_COUNT;
    bool is_read = json_parse(body, &document, err);
    const struct str wanted = json_get_text(document.root, "type");
    if (is_read && !json_copy(json_get(document.root, "event"), &inner)) {
        is_read = error_set(err, ERROR_INVALID, "there is no event to send");
        error_hint(err, "Send {\"type\":\"track\",\"event\":{…}}; type may be in the event.");
    }
    if (is_read && wanted.len && !event_type_parse(wanted, &type)) {
        is_read = error_set(err, ERROR_INVALID, "the test type is track, identify, page …");
        error_hint(err, "Set \"type\" to track, identify, page, screen, group or alias.");
    }
    if (is_read && type != EVENT_TYPE_COUNT && json_kind(inner.root) == JSON_OBJECT)
        json_set_text(inner.root, "type", wanted);
    is_read = is_read && event_from_json(&inner, type, out, err);
    json_release(&inner);
    json_release(&document);
    return is_read;
}

static enum server_verdict go_on(void *context, struct exchange *exchange) {
    struct cloud *cloud = context;
    struct test *test = exchange->holder;
    const bool is_over = attempt_poll(&test->attempt, clock_monotonic_ms());
    if (store_is_writing(cloud->store)) cloud->has_pending = true; // comes to the next commit
    if (is_over) return answer(exchange, test);
    exchange->hold_until_ms = attempt_next_ms(&test->attempt);
    return SERVER_HOLD;
}

static void start(struct cloud *cloud, struct test *test) {
    const struct event *event = &test->event;
    struct store_event row = {
        .source = SOURCE_WEBSITE,
        .type = (int)event->type,
        .name = event->name,
        .user_id = event->user_id,
        .anonymous_id = event->anonymous_id,
        .message_id = event->message_id,
        .received_at_ms = cloud->now_ms,
        .body = buf_str(&test->body)};
    attempt_start(&test->attempt, cloud, &row, true);
    attempt_keep(&test->attempt);
}

enum server_verdict event_tester_route_post(struct cloud *cloud, struct exchange *exchange) {
    struct test *test = MEM_NEW(struct test);
    struct error err = {0};
    exchange->holder = test;
    exchange->let_go = test_free;
    if (!read_event(exchange->body, &test->event, &err)) {
        routes_answer_error(exchange, &err);
        return SERVER_ANSWER;
    }
    complete(cloud, &test->event);
    event_encode(&test->event, &test->body);
    if (test->body.len > EVENT_MAX_BYTES) {
        error_set(&err, ERROR_LIMIT, "the event is larger than %zu bytes", EVENT_MAX_BYTES);
        error_hint(&err, "Send fewer or shorter properties.");
        routes_answer_error(exchange, &err);
        return SERVER_ANSWER;
    }
    exchange->again = go_on;
    start(cloud, test);
    return go_on(cloud, exchange);
}
