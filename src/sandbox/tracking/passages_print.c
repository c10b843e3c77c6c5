// passages_print — a recorded delivery in words: the requests and answers around the function's run; the calls
// it made are passages_calls.c's.
#include "access/calls.h"
#include "aws/invoke.h"
#include "aws/sts.h"
#include "http/redact.h"
#include "tracking/destination_record.h"
#include "tracking/passages_internal.h"

#define NOTE_INSIDE                                                                                \
    "a call inside the sandbox's process: no signature, no connection of its own, no request id"

void passages_shown_release(struct passages_shown *shown) {
    buf_release(&shown->request);
    buf_release(&shown->answer);
}

static void add_ms(struct writer *writer, const char *key, bool is_known, int64_t us) {
    if (is_known)
        writer_number(writer, key, (double)us / 1000.0);
    else
        writer_null(writer, key);
}

void passages_add_shown(struct writer *writer, struct passages_shown *shown, int64_t base_us) {
    writer_open(writer, NULL, '{');
    writer_text(writer, "hop", str_from(shown->hop));
    writer_text(writer, "title", str_from(shown->title));
    writer_text(writer, "state", str_from(shown->state));
    add_ms(writer, "start_ms", shown->start_us > 0, shown->start_us - base_us);
    add_ms(writer, "ms", shown->us >= 0, shown->us);
    writer_int(writer, "status", shown->status);
    writer_int(writer, "attempts", shown->attempts);
    writer_text_or_null(writer, "request", buf_str(&shown->request));
    writer_text_or_null(writer, "answer", buf_str(&shown->answer));
    writer_text_or_null(writer, "request_id", shown->request_id);
    writer_text_or_null(writer, "problem", shown->problem);
    writer_text_or_null(writer, "note", shown->note);
    writer_close(writer, '}');
    passages_shown_release(shown);
}

static void add_cut_note(struct buf *out, struct str kept, size_t whole_bytes) {
    if (whole_bytes > kept.len)
        buf_add_format(out, "… cut: the whole body has %zu bytes\n", whole_bytes);
}

static void add_lines(struct headers *headers, struct str lines) {
    while (lines.len) {
        struct str line = {0}, name = {0}, value = {0};
        str_split(lines, '\n', &line, &lines);
        str_split(line, ':', &name, &value);
        headers_add(headers, name, str_trim(value));
    }
}

// ---- the request that brought the event ----

static const struct passages_ingest *
find_ingest(const struct passages *passages, int64_t sequence) {
    for (size_t i = 0; i < PASSAGES_KEPT; i++) {
        const struct passages_ingest *at = &passages->ingests[i];
        if (at->first && at->first <= sequence && sequence <= at->last) return at;
    }
    return NULL;
}

static void show_ingest(const struct passages_ingest *ingest, struct passages_shown *out) {
    struct pieces pieces = {.rest = buf_str(&ingest->text)};
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(response_release) struct response response = {.status = ingest->status};
    size_t whole = 0;
    request_set_method(&request, pieces_text(&pieces));
    buf_add(&request.url, pieces_text(&pieces));
    const struct str query = pieces_text(&pieces);
    if (query.len) buf_add_char(&request.url, '?');
    buf_add(&request.url, query);
    add_lines(&request.headers, pieces_text(&pieces));
    const struct str body = pieces_cut(&pieces, &whole);
    buf_add(&request.body, body);
    redact_add_request(&out->request, &request);
    add_cut_note(&out->request, body, whole);
    add_lines(&response.headers, pieces_text(&pieces));
    const struct str answer = pieces_cut(&pieces, &whole);
    buf_add(&response.body, answer);
    redact_add_response(&out->answer, &response);
    add_cut_note(&out->answer, answer, whole);
}

static void
add_ingest(struct writer *writer, const struct passages_ingest *ingest, int64_t base_us) {
    struct passages_shown shown = {
        .hop = "segment", .title = "Segment tracking", .state = "hidden", .us = -1};
    if (ingest) {
        shown.state = "done";
        shown.start_us = ingest->started_us;
        shown.us = ingest->left_us ? ingest->left_us - ingest->started_us : -1;
        shown.status = ingest->status;
        shown.attempts = 1;
        if (ingest->last > ingest->first) shown.note = STR("one request brought several events");
        show_ingest(ingest, &shown);
    } else {
        shown.note = STR("the request that brought it is no longer kept");
    }
    passages_add_shown(writer, &shown, base_us);
}

// ---- AssumeRole and Invoke ----

struct delivery_pieces { // views, in the order of passages_keep
    struct str function, role, external_id, region, log_type, client_context, reason, aws_code;
    struct str body;
    size_t body_bytes;
    bool has_run, has_failed;
    struct str function_error, version, request_id, throttle, payload, log;
    size_t payload_bytes;
};

static void read_delivery(const struct passage *passage, struct delivery_pieces *out) {
    struct pieces pieces = {.rest = buf_str(&passage->text)};
    struct str *const texts[] = {
        &out->function, &out->role,           &out->external_id, &out->region,
        &out->log_type, &out->client_context, &out->reason,      &out->aws_code,
    };
    *out = (struct delivery_pieces){0};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        *texts[i] = pieces_text(&pieces);
    out->body = pieces_cut(&pieces, &out->body_bytes);
    out->has_run = pieces_int(&pieces) != 0;
    if (!out->has_run) return;
    out->has_failed = pieces_int(&pieces) != 0;
    out->function_error = pieces_text(&pieces);
    out->version = pieces_text(&pieces);
    out->request_id = pieces_text(&pieces);
    out->throttle = pieces_text(&pieces);
    out->payload = pieces_cut(&pieces, &out->payload_bytes);
    out->log = pieces_text(&pieces);
}

static const char *state_name(int state) {
    switch ((enum destination_hop_state)state) {
    case DESTINATION_HOP_SKIPPED: return "skipped";
    case DESTINATION_HOP_DONE: return "done";
    case DESTINATION_HOP_FAILED: return "failed";
    }
    return "skipped";
}

// What the service answered instead; nothing when nobody heard an answer.
static void show_refusal(
    enum operation_id operation,
    int status,
    const struct delivery_pieces *delivery,
    struct buf *out) {
    const struct operation *row = operation_get(operation);
    CLEANUP(response_release) struct response response = {0};
    struct aws_error error;
    if (!delivery->aws_code.len || !status) return;
    aws_error_set(&error, status, delivery->aws_code, delivery->reason);
    calls_fit_denial(row, &error);
    aws_error_encode(row->protocol, str_from(row->service), &error, &response);
    redact_add_response(out, &response);
}

static void show_session(
    struct cloud *cloud,
    const struct passage *passage,
    const struct delivery_pieces *delivery,
    struct buf *out) {
    CLEANUP(access_caller_release) struct access_caller caller = {0};
    CLEANUP(sts_session_release) struct sts_session session = {0};
    CLEANUP(response_release) struct response response = {0};
    access_make_session_caller(
        cloud,
        &(struct access_session){
            .role_arn = delivery->role, .region = delivery->region, .name = STR("segment")},
        &caller);
    buf_add(&session.arn, buf_str(&caller.arn));
    buf_add(&session.assumed_role_id, buf_str(&caller.user_id));
    session.credentials.expires_at_s = passage->wall_us / 1000000 + STS_DEFAULT_DURATION_S;
    sts_encode_session(&session, &response);
    redact_add_response(out, &response);
}

static void add_assume(
    struct cloud *cloud,
    struct writer *writer,
    const struct passage *passage,
    const struct delivery_pieces *delivery,
    int64_t base_us) {
    CLEANUP(request_release) struct request request = {0};
    struct error ignored = {0};
    const bool has_failed = passage->assume_state == DESTINATION_HOP_FAILED;
    struct passages_shown shown = {
        .hop = "destination",
        .title = "AssumeRole",
        .state = state_name(passage->assume_state),
        .start_us = passage->started_us,
        .us = passage->assume_us,
        .status = has_failed ? passage->status : 200,
        .attempts = (int)passage->attempts,
        .problem = has_failed ? delivery->reason : STR(""),
        .note = STR(NOTE_INSIDE "; no credentials were made for it")};
    const struct sts_assume_role call = {
        .role_arn = delivery->role,
        .session_name = STR("segment"),
        .external_id = delivery->external_id};
    if (sts_encode_assume_role(&call, buf_str(&cloud->url), &request, &ignored))
        redact_add_request(&shown.request, &request);
    if (has_failed)
        show_refusal(OPERATION_ASSUME_ROLE, passage->status, delivery, &shown.answer);
    else
        show_session(cloud, passage, delivery, &shown.answer);
    passages_add_shown(writer, &shown, base_us);
}

static void show_reply(
    const struct passage *passage,
    const struct delivery_pieces *delivery,
    bool wants_log,
    struct buf *out) {
    CLEANUP(response_release) struct response response = {0};
    struct invoke_reply reply = {.status = passage->status, .has_failed = delivery->has_failed};
    buf_add(&reply.function_error, delivery->function_error);
    buf_add(&reply.executed_version, delivery->version);
    buf_add(&reply.request_id, delivery->request_id);
    buf_add(&reply.payload, delivery->payload);
    if (wants_log) buf_add(&reply.log, delivery->log);
    invoke_encode_reply(&reply, &response);
    if (reply.log.len) { // base64 would carry past redaction what the lines below do not
        CLEANUP(buf_release) struct buf size = {0};
        const struct str value = headers_get(&response.headers, STR("X-Amz-Log-Result"));
        buf_add_format(&size, "… %zu bytes of base64, the end of the log", value.len);
        headers_set(&response.headers, STR("X-Amz-Log-Result"), buf_str(&size));
    }
    redact_add_response(out, &response);
    add_cut_note(out, delivery->payload, delivery->payload_bytes);
    invoke_reply_release(&reply);
}

static void show_invoke_answer(
    const struct passage *passage,
    const struct delivery_pieces *delivery,
    bool wants_log,
    struct buf *out) {
    struct delivery_pieces refused = *delivery;
    if (delivery->has_run && passage->status == 200) {
        show_reply(passage, delivery, wants_log, out);
        return;
    }
    if (delivery->has_run)
        refused.aws_code =
            passage->status == 429 ? STR("TooManyRequestsException") : STR("ServiceException");
    show_refusal(OPERATION_INVOKE, passage->status, &refused, out);
}

static void add_invoke(
    struct cloud *cloud,
    struct writer *writer,
    const struct passage *passage,
    const struct delivery_pieces *delivery,
    int64_t base_us) {
    CLEANUP(request_release) struct request request = {0};
    struct error ignored = {0};
    const bool has_failed = passage->lambda_state == DESTINATION_HOP_FAILED;
    const bool wants_log = str_equal(delivery->log_type, STR("Tail"));
    struct passages_shown shown = {
        .hop = "lambda",
        .title = "Invoke",
        .state = state_name(passage->lambda_state),
        .start_us = passage->invoke_us,
        .us = passage->lambda_us,
        .status = passage->status,
        .attempts = (int)passage->attempts,
        .request_id = delivery->request_id,
        .problem = has_failed ? delivery->reason : STR(""),
        .note = STR("a call inside the sandbox's process: no signature, no connection of its own")};
    const struct invoke call = {
        .function = delivery->function,
        .wants_log = wants_log,
        .client_context = delivery->client_context,
        .payload = delivery->body};
    if (invoke_encode(&call, buf_str(&cloud->url), &request, &ignored))
        redact_add_request(&shown.request, &request);
    if (shown.request.len) add_cut_note(&shown.request, delivery->body, delivery->body_bytes);
    show_invoke_answer(passage, delivery, wants_log, &shown.answer);
    passages_add_shown(writer, &shown, base_us);
}

// ---- the whole ----

// Nobody here can tell which requests belong to a run of code that people bring.
static void add_hidden(struct writer *writer, int64_t base_us) {
    static const struct {
        const char *hop, *title;
    } calls[] = {
        {"put_events", "PutEvents"},
        {"recommendations", "GetRecommendations"},
        {"identify", "Segment tracking"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(calls); i++) {
        struct passages_shown shown = {
            .hop = calls[i].hop,
            .title = calls[i].title,
            .state = "hidden",
            .us = -1,
            .note = STR("only the built-in code's calls are recorded: those of other code come as "
                        "any other's")};
        passages_add_shown(writer, &shown, base_us);
    }
}

static void
add_trait(struct writer *writer, const char *key, bool is_known, struct str value, int64_t at_ms) {
    if (!is_known) {
        writer_null(writer, key);
        return;
    }
    writer_open(writer, key, '{');
    if (value.len)
        writer_json(writer, "value", value);
    else
        writer_null(writer, "value");
    if (at_ms)
        writer_time(writer, "updated_at", at_ms);
    else
        writer_null(writer, "updated_at");
    writer_close(writer, '}');
}

static void add_traits(struct writer *writer, const struct tape *tape, struct str sent) {
    CLEANUP(json_release) struct json message = {0};
    CLEANUP(buf_release) struct buf after = {0};
    struct error ignored = {0};
    if (tape->has_written && json_parse(sent, &message, &ignored)) {
        const struct json_node *traits = json_get(message.root, "traits");
        if (json_get(traits, TAPE_TRAIT)) json_print(json_get(traits, TAPE_TRAIT), &after);
    }
    add_trait(
        writer, "trait_before", tape->has_before, tape->was_set ? buf_str(&tape->before) : STR(""),
        tape->before_at_ms);
    add_trait(writer, "trait_after", after.len > 0, buf_str(&after), tape->written_at_ms);
}

static const struct passage *find(const struct passages *passages, int64_t sequence) {
    for (size_t i = 0; sequence > 0 && i < PASSAGES_KEPT; i++) {
        if (passages->kept[i].sequence == sequence) return &passages->kept[i];
    }
    return NULL;
}

static void add_exchanges(
    struct cloud *cloud,
    struct writer *writer,
    const struct passage *passage,
    const struct passages_ingest *ingest,
    int64_t base_us) {
    CLEANUP(buf_release) struct buf items = {0};
    CLEANUP(buf_release) struct buf sent = {0};
    CLEANUP(buf_release) struct buf log = {0};
    struct delivery_pieces delivery;
    read_delivery(passage, &delivery);
    redact_add_text(&log, delivery.log);
    writer_text(writer, "log", buf_str(&log));
    writer_open(writer, "exchanges", '[');
    add_ingest(writer, ingest, base_us);
    if (passage->assume_state != DESTINATION_HOP_SKIPPED)
        add_assume(cloud, writer, passage, &delivery, base_us);
    if (passage->lambda_state != DESTINATION_HOP_SKIPPED)
        add_invoke(cloud, writer, passage, &delivery, base_us);
    if (passage->has_tape)
        passages_add_calls(cloud, writer, &passage->tape, base_us, &items, &sent);
    else if (delivery.has_run && passage->status == 200)
        add_hidden(writer, base_us);
    writer_close(writer, ']');
    if (items.len)
        writer_json(writer, "items", buf_str(&items));
    else
        writer_null(writer, "items");
    add_traits(writer, &passage->tape, buf_str(&sent));
}

void passages_add_json(struct cloud *cloud, int64_t sequence, struct buf *out) {
    const struct passage *passage = find(cloud->passages, sequence);
    const struct passages_ingest *ingest = find_ingest(cloud->passages, sequence);
    struct writer writer = {.out = out};
    if (!passage) {
        buf_add(out, STR("null"));
        return;
    }
    const int64_t received_us = passage->received_at_ms * 1000;
    const int64_t wall_us = ingest ? ingest->wall_us : received_us;
    const int64_t base_us =
        ingest ? ingest->started_us : passage->started_us - (passage->wall_us - received_us);
    writer_open(&writer, NULL, '{');
    writer_number(&writer, "started_at_ms", (double)wall_us / 1000.0);
    add_exchanges(cloud, &writer, passage, ingest, base_us);
    writer_close(&writer, '}');
}
