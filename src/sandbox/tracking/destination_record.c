// destination_record — see the header.
#include "tracking/destination_record.h"

static void copy(char *out, size_t cap, const char *text) {
    const size_t length = strlen(text) < cap ? strlen(text) : cap - 1;
    memcpy(out, text, length);
    out[length] = '\0';
}

void destination_record_fail(
    struct destination_record *record, enum outcome outcome, const char *reason, const char *hint) {
    const struct outcome_row *row = outcome_get(outcome);
    record->outcome = outcome;
    copy(record->reason, sizeof(record->reason), reason && *reason ? reason : row->description);
    copy(record->hint, sizeof(record->hint), hint && *hint ? hint : row->action);
}

void destination_record_refuse(
    struct destination_record *record,
    const struct aws_error *refusal,
    enum destination_stage stage) {
    const char *hint = NULL;
    // A name that cannot be a role's or a function's is a setting that is wrong, not a message.
    const enum outcome found = outcome_from_status(refusal->status);
    const enum outcome outcome = found == OUTCOME_REJECTED ? OUTCOME_SETTINGS : found;
    if (stage == DESTINATION_AT_ROLE) {
        hint = "Compare Role Address with the role SegmentExecutePersonalizeLambda, and External "
               "ID with its trust policy.";
    } else if (outcome == OUTCOME_NOT_FOUND) {
        hint = "The destination's Region must be the region in the function's ARN; Segment's "
               "default is us-west-2.";
    } else if (outcome == OUTCOME_DENIED || outcome == OUTCOME_SETTINGS) {
        hint = "The role may invoke only SegmentPersonalizeDestinationHandler, without alias or "
               "version, in its own region.";
    }
    destination_record_fail(record, outcome, refusal->message, hint);
    copy(record->aws_code, sizeof(record->aws_code), refusal->code);
    record->status = refusal->status;
    if (stage == DESTINATION_AT_FUNCTION) record->lambda_state = DESTINATION_HOP_FAILED;
}

struct str destination_record_error(const struct destination_record *record) {
    return str_from(outcome_get(record->outcome)->error);
}

struct hop_row {
    const char *name;
    enum destination_hop_state state;
    int64_t us;
    int status;
    const char *detail, *hint;
};

static void add_hop(struct writer *writer, const struct hop_row *hop) {
    static const char *const states[] = {
        [DESTINATION_HOP_SKIPPED] = "skipped",
        [DESTINATION_HOP_DONE] = "done",
        [DESTINATION_HOP_FAILED] = "failed",
    };
    const bool is_skipped = hop->state == DESTINATION_HOP_SKIPPED;
    writer_open(writer, NULL, '{');
    writer_text(writer, "name", str_from(hop->name));
    writer_text(writer, "state", str_from(states[hop->state]));
    writer_number(writer, "ms", is_skipped ? 0 : (double)hop->us / 1000.0);
    writer_int(writer, "status", is_skipped ? 0 : hop->status);
    writer_text(writer, "detail", str_from(is_skipped ? "" : hop->detail));
    writer_text(writer, "hint", str_from(hop->state == DESTINATION_HOP_FAILED ? hop->hint : ""));
    writer_close(writer, '}');
}

static void add_service_hop(
    struct writer *writer,
    const struct destination_record *record,
    const char *name,
    enum functions_service service) {
    const struct functions_hop *hop = record->run ? &record->run->hops[service] : NULL;
    add_hop(
        writer, &(struct hop_row){
                    .name = name,
                    .state = !hop || !hop->was_called ? DESTINATION_HOP_SKIPPED
                             : hop->has_failed        ? DESTINATION_HOP_FAILED
                                                      : DESTINATION_HOP_DONE,
                    .us = hop ? hop->us : 0,
                    .status = hop ? hop->status : 0,
                    .detail = hop ? hop->detail : "",
                    .hint = record->hint});
}

static void add_hops(struct writer *writer, const struct destination_record *record) {
    const bool has_role_failed = record->assume_state == DESTINATION_HOP_FAILED;
    const bool has_lambda_failed = record->lambda_state == DESTINATION_HOP_FAILED;
    writer_open(writer, "hops", '[');
    add_hop(
        writer, &(struct hop_row){
                    .name = "destination",
                    .state = record->assume_state,
                    .us = record->assume_us,
                    .status = has_role_failed ? record->status : 200,
                    .detail = has_role_failed ? record->reason : "role assumed",
                    .hint = record->hint});
    add_hop(
        writer, &(struct hop_row){
                    .name = "lambda",
                    .state = record->lambda_state,
                    .us = record->lambda_us,
                    .status = record->run ? 200 : record->status,
                    .detail = has_lambda_failed                     ? record->reason
                              : record->run && record->run->outcome ? record->run->outcome
                                                                    : "",
                    .hint = record->hint});
    add_service_hop(writer, record, "put_events", FUNCTIONS_PUT_EVENTS);
    add_service_hop(writer, record, "recommendations", FUNCTIONS_RECOMMENDATIONS);
    add_service_hop(writer, record, "identify", FUNCTIONS_IDENTIFY);
    writer_close(writer, ']');
}

static void add_request(struct writer *writer, const struct destination_settings *settings) {
    writer_open(writer, "request", '{');
    writer_text(writer, "function", settings->function);
    writer_text(writer, "roleAddress", settings->role);
    writer_text(writer, "region", settings->region);
    writer_text(writer, "logType", settings->log_type);
    writer_json(
        writer, "clientContext",
        settings->client_context.len ? settings->client_context : STR("{}"));
    writer_close(writer, '}');
}

static void add_run(struct writer *writer, const struct destination_record *record) {
    const struct invoke_reply *reply = record->run ? &record->run->reply : NULL;
    const bool wants_log = str_equal(record->settings->log_type, STR("Tail"));
    struct str log = reply && wants_log ? buf_str(&reply->log) : STR("");
    if (log.len > INVOKE_LOG_BYTES) log = str_skip(log, log.len - INVOKE_LOG_BYTES);
    writer_int(writer, "status_code", record->status);
    writer_text_or_null(
        writer, "function_error", reply ? buf_str(&reply->function_error) : STR(""));
    writer_text_or_null(writer, "request_id", reply ? buf_str(&reply->request_id) : STR(""));
    add_request(writer, record->settings);
    writer_text(writer, "payload", reply ? buf_str(&reply->payload) : STR(""));
    writer_text(writer, "log", log);
}

static struct str status_of(const struct outcome_row *row) {
    switch (row->step) {
    case OUTCOME_STEP_DELIVERED: return STR("delivered");
    case OUTCOME_STEP_DESTINATION: return STR("not_sent");
    case OUTCOME_STEP_RECEIVED:
    case OUTCOME_STEP_INGEST:
    case OUTCOME_STEP_SOURCE:
    case OUTCOME_STEP_FAILED:
    case OUTCOME_STEP_COUNT: break;
    }
    return STR("failed");
}

static void add_attempts(struct writer *writer, const struct destination_record *record) {
    writer_int(writer, "attempts", record->attempts);
    writer_time(writer, "first_attempt_at", record->first_ms);
    if (record->next_ms)
        writer_time(writer, "next_attempt_at", record->next_ms);
    else
        writer_null(writer, "next_attempt_at");
}

void destination_record_add_json(const struct destination_record *record, struct buf *out) {
    struct writer writer = {.out = out};
    const struct store_event *event = record->event;
    const struct outcome_row *row = outcome_get(record->outcome);
    writer_open(&writer, NULL, '{');
    writer_int(&writer, "sequence", event->sequence);
    writer_text(&writer, "message_id", event->message_id);
    writer_text(&writer, "source", STR("website-prod"));
    writer_text(&writer, "destination", STR(IDENTITIES_DESTINATION));
    writer_text(&writer, "type", str_from(event_type_name((enum event_type)event->type)));
    writer_text_or_null(&writer, "user_id", event->user_id);
    writer_text(&writer, "status", status_of(row));
    writer_text(&writer, "code", str_from(row->code));
    writer_text_or_null(&writer, "error", str_from(row->error));
    writer_text_or_null(&writer, "reason", str_from(record->reason));
    writer_text_or_null(&writer, "hint", str_from(record->hint));
    add_attempts(&writer, record);
    writer_time(&writer, "at", record->at_ms);
    writer_number(&writer, "ms", (double)record->total_us / 1000.0);
    add_run(&writer, record);
    add_hops(&writer, record);
    writer_close(&writer, '}');
}
