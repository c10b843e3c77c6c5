// send_destination — does what Segment's Amazon Personalize destination does: assumes the customer's role
// with the external id, then invokes the function in the destination's region with the keys it got.
#include "destination_check.h"
#include "send.h"

#include "protocol/log_verdict.h"

#include "aws/sts.h"

#define SESSION_NAME "recloop-as-segment"

static bool build_assume(struct send *send, struct error *err) {
    const struct run *run = &send->run;
    if (!run_require(run, "destination_role_arn", err) || !run_require(run, "lambda_function", err))
        return false;
    const struct config *config = run_config(run);
    const struct sts_assume_role assume = {
        .role_arn = config_text(&config->destination_role_arn),
        .session_name = STR(SESSION_NAME),
        .external_id = secret_reveal(config_secret(&config->external_id)),
    };
    return client_call_assume_role(run_client(run), NULL, &assume, &send->run.call, err);
}

static void enter_assume(struct send *send) {
    struct error err = {0};
    hops_tell_range(&send->run, HOP_SEGMENT, HOP_SEGMENT, HOP_SKIPPED, STR("not on this way"));
    hops_begin(&send->run, HOP_DESTINATION);
    send_start_call(send, build_assume(send, &err), HOP_DESTINATION, &err);
}

static bool is_refusal(const struct error *err) {
    return err->code == ERROR_REFUSED || err->code == ERROR_NOT_FOUND ||
           err->code == ERROR_INVALID || err->code == ERROR_EXPIRED;
}

static void read_session(struct send *send, const struct task_event *event) {
    struct error err = {0};
    const int status = event->response ? event->response->status : 0;
    if (!client_reply_session(&send->run.call, event, &send->session, &err)) {
        if (is_refusal(&err)) destination_check_explain(&send->run, DESTINATION_CHECK_ASSUME, &err);
        send_fail(send, HOP_DESTINATION, event->elapsed_ms, status, &err);
        return;
    }
    hops_done(&send->run, HOP_DESTINATION, event->elapsed_ms, status, buf_str(&send->session.arn));
    send_enter(send, &send_invoke);
}

const struct send_phase send_assume = {
    .name = "assume", .enter = enter_assume, .answer = read_session};

static bool build_invoke(struct send *send, struct error *err) {
    const struct run *run = &send->run;
    const struct config *config = run_config(run);
    const struct client_call_as as = {
        .region = destination_check_region(run), .credentials = &send->session.credentials};
    const struct invoke invoke = {
        .function = config_text(&config->lambda_function),
        .type = INVOKE_REQUEST_RESPONSE,
        .wants_log = str_equal(config_text(&config->log_type), STR("Tail")),
        .payload = buf_str(&send->event_json),
    };
    return client_call_invoke(run_client(run), &as, &invoke, &send->run.call, err);
}

static void enter_invoke(struct send *send) {
    struct error err = {0};
    hops_begin(&send->run, HOP_LAMBDA);
    send_start_call(send, build_invoke(send, &err), HOP_LAMBDA, &err);
}

// "Duration: 12.34 ms" of the REPORT line; false when there is none.
static bool read_duration(struct str log, double *out) {
    while (log.len) {
        struct str line = {0};
        str_split(log, '\n', &line, &log);
        if (!str_starts_with(line, STR("REPORT "))) continue;
        while (line.len) {
            struct str field = {0};
            str_split(line, '\t', &field, &line);
            if (!str_starts_with(field, STR("Duration: "))) continue;
            struct str number = {0};
            struct str unit = {0};
            str_split(str_skip(field, sizeof("Duration: ") - 1), ' ', &number, &unit);
            return str_parse_double(number, out);
        }
    }
    return false;
}

static void tell_log(struct send *send, struct str log) {
    const bool is_diagnostic = !send->run.context->wants_json;
    while (log.len) {
        struct str line = {0};
        str_split(log, '\n', &line, &log);
        if (line.len) run_emit(&send->run, message_new_line(send->run.run_id, is_diagnostic, line));
    }
}

// What the function's log says about its calls: the lines of our handler. Another handler's log may not
// tell, and then the hop is hidden.
static void tell_inner_hops(struct send *send, struct str log, enum hop_id before) {
    static const struct {
        enum hop_id id;
        const char *mark;
    } marks[] = {
        {.id = HOP_PUT_EVENTS, .mark = "\tPutEvents: "},
        {.id = HOP_RECOMMENDATIONS, .mark = "\tRecommended items: "},
        {.id = HOP_IDENTIFY, .mark = "\tidentify: "},
    };
    for (size_t i = 0; i < ARRAY_COUNT(marks); i++) {
        if (marks[i].id >= before) return;
        const bool is_seen = str_contains(log, str_from(marks[i].mark));
        const struct hops_state told = {
            .id = marks[i].id,
            .state = is_seen ? HOP_DONE : HOP_HIDDEN,
            .ms = HOPS_NOT_MEASURED,
            .detail = is_seen ? STR("in the function's log") : STR("the log does not say"),
        };
        hops_tell(&send->run, &told);
    }
}

static void
fail_function(struct send *send, const struct invoke_reply *reply, const struct task_event *event) {
    struct error err = {0};
    const struct str log = buf_str(&reply->log);
    (void)client_reply_function_error(&send->run.call, reply, &err);
    struct log_verdict verdict = {0};
    const bool is_explained = log_verdict_find(log, &verdict);
    const bool is_at_call = is_explained && !verdict.is_generic && verdict.hop > HOP_LAMBDA;
    if (is_explained && (is_at_call || !err.hint[0])) error_hint(&err, "%s", verdict.fix);
    if (!is_at_call) {
        send_fail(send, HOP_LAMBDA, event->elapsed_ms, reply->status, &err);
        return;
    }
    // it died of one of its own calls, which is the hop to mend
    const bool is_put_events = str_contains(verdict.line, STR("PutEvents"));
    const enum hop_id hop = is_put_events ? HOP_PUT_EVENTS : verdict.hop;
    hops_failed(&send->run, HOP_LAMBDA, event->elapsed_ms, reply->status, &err);
    tell_inner_hops(send, log, hop);
    send_fail(send, hop, HOPS_NOT_MEASURED, 0, &err);
}

// A success with an error in the log is none: the destination shows 200, and the trait never changes. An error
// that the function went on after, up to writing the trait, did no harm.
static bool judge_log(struct send *send, struct str log) {
    struct log_verdict verdict = {0};
    if (!log_verdict_find(log, &verdict)) return false;
    if (verdict.is_generic && str_contains(log, STR("\tidentify: "))) return false;
    struct error err = {0};
    error_set(
        &err, ERROR_REFUSED, "the answer was a success, but %s: " STR_FMT, verdict.cause,
        STR_ARG(str_slice(str_trim(verdict.line), 0, 160)));
    error_hint(&err, "%s", verdict.fix);
    tell_inner_hops(send, log, verdict.hop);
    send_fail(send, verdict.hop, HOPS_NOT_MEASURED, 0, &err);
    return true;
}

static void
follow_reply(struct send *send, const struct invoke_reply *reply, const struct task_event *event) {
    double duration_ms = 0;
    const struct str log = buf_str(&reply->log);
    tell_log(send, log);
    if (reply->has_failed) {
        fail_function(send, reply, event);
        return;
    }
    CLEANUP(buf_release) struct buf detail = {0};
    buf_add_format(&detail, "%d, payload ", reply->status);
    buf_add(&detail, str_slice(buf_str(&reply->payload), 0, 60));
    if (read_duration(log, &duration_ms)) {
        buf_add_format(&detail, ", function took %.2f ms", duration_ms);
    }
    hops_done(&send->run, HOP_LAMBDA, event->elapsed_ms, reply->status, buf_str(&detail));
    if (judge_log(send, log)) return;
    tell_inner_hops(send, log, HOP_COUNT);
    send_delivered(send);
}

static void read_reply(struct send *send, const struct task_event *event) {
    struct error err = {0};
    struct invoke_reply reply = {0};
    if (client_reply_invoke(&send->run.call, event, &reply, &err)) {
        follow_reply(send, &reply, event);
    } else {
        if (is_refusal(&err)) destination_check_explain(&send->run, DESTINATION_CHECK_INVOKE, &err);
        const int status = event->response ? event->response->status : 0;
        send_fail(send, HOP_LAMBDA, event->elapsed_ms, status, &err);
    }
    invoke_reply_release(&reply);
}

const struct send_phase send_invoke = {
    .name = "invoke", .enter = enter_invoke, .answer = read_reply};
