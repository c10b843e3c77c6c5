// lambda_routes — Invoke: synchronous, queued and dry.
#include "access/calls.h"
#include "base/clock.h"
#include "base/json.h"
#include "functions/function.h"
#include "functions/held_run.h"

#define LOOK_AGAIN_MS INT64_C(60000)
#define RETRY_AFTER_MS 1000

static enum server_verdict refuse(
    struct cloud *cloud, struct exchange *exchange, int status, const char *code, struct str text) {
    struct aws_error refusal;
    access_refuse(&refusal, status, code, text);
    refusal.is_server_side = status >= 500;
    calls_refuse(cloud, exchange, operation_get(OPERATION_INVOKE), &refusal);
    return SERVER_ANSWER;
}

static bool is_json(struct str payload, struct buf *why) {
    struct json document = {0};
    struct error err = {0};
    if (!payload.len) return true; // as boto sends it: the function gets {}
    const bool is_read = json_parse(payload, &document, &err);
    json_release(&document);
    if (!is_read) buf_add_format(why, "Could not parse request body into json: %s", err.message);
    return is_read;
}

static void
refuse_throttled(struct cloud *cloud, struct exchange *exchange, const struct functions_run *run) {
    struct aws_error refusal;
    const struct str reason = str_from(run->throttle);
    access_refuse(&refusal, 429, "TooManyRequestsException", str_from(run->failure.message));
    if (reason.len < sizeof(refusal.reason)) memcpy(refusal.reason, reason.ptr, reason.len);
    refusal.retry_after_ms = RETRY_AFTER_MS;
    calls_refuse(cloud, exchange, operation_get(OPERATION_INVOKE), &refusal);
}

static enum server_verdict answer_run(void *cloud, struct exchange *exchange) {
    struct held_run *held = exchange->holder;
    struct invoke_reply *reply = &held->run.reply;
    if (!held->is_done) {
        if (clock_monotonic_ms() >= exchange->hold_until_ms)
            exchange->hold_until_ms = clock_monotonic_ms() + LOOK_AGAIN_MS;
        return SERVER_HOLD;
    }
    if (reply->status == 429) {
        refuse_throttled(cloud, exchange, &held->run);
    } else if (reply->status != 200) {
        (void)refuse(cloud, exchange, 500, "ServiceException", str_from(held->run.failure.message));
    } else {
        if (!held->wants_log) buf_reset(&reply->log);
        invoke_encode_reply(reply, &exchange->response);
    }
    return SERVER_ANSWER;
}

static void answer_without_run(
    struct cloud *cloud, struct exchange *exchange, int status, struct str request_id) {
    struct invoke_reply nothing = {.status = status};
    if (request_id.len)
        buf_add(&nothing.request_id, request_id);
    else
        rng_add_uuid(&cloud->rng, &nothing.request_id);
    invoke_encode_reply(&nothing, &exchange->response);
    invoke_reply_release(&nothing);
}

static void
start_later(struct cloud *cloud, struct exchange *exchange, struct functions_call *call) {
    struct aws_error refusal;
    struct buf request_id = {0};
    rng_add_uuid(&cloud->rng, &request_id);
    call->request_id = buf_str(&request_id);
    if (functions_start_later(cloud, call, &refusal))
        answer_without_run(cloud, exchange, 202, call->request_id);
    else
        calls_refuse(cloud, exchange, operation_get(OPERATION_INVOKE), &refusal);
    buf_release(&request_id);
}

static enum server_verdict
run(struct cloud *cloud,
    struct exchange *exchange,
    const struct invoke *input,
    const struct functions_target *target) {
    struct buf why = {0};
    struct functions_call call = {
        .target = *target,
        .payload = input->payload.len ? input->payload : STR("{}"),
        .client_context = input->client_context,
        .trace_id = server_header(exchange, "X-Amzn-Trace-Id")};
    if (!is_json(input->payload, &why)) {
        (void)refuse(cloud, exchange, 400, "InvalidRequestContentException", buf_str(&why));
    } else if (input->type == INVOKE_DRY_RUN) {
        answer_without_run(cloud, exchange, 204, STR(""));
    } else if (function_is_pending(cloud, target->function)) {
        (void)refuse(
            cloud, exchange, 409, "ResourceConflictException",
            STR("The operation cannot be performed at this time. The function is currently in the "
                "following state: Pending"));
    } else if (input->type == INVOKE_EVENT) {
        start_later(cloud, exchange, &call);
    } else {
        struct held_run *held = held_run_start(cloud, exchange, call, LOOK_AGAIN_MS);
        held->wants_log = input->wants_log;
        exchange->again = answer_run;
        return answer_run(cloud, exchange);
    }
    buf_release(&why);
    return SERVER_ANSWER;
}

// boto sends none; a form or a text is what the service cannot read.
static bool is_supported_type(const struct exchange *exchange) {
    struct str type, parameters;
    str_split(server_header(exchange, "Content-Type"), ';', &type, &parameters);
    type = str_trim(type);
    return !type.len || str_starts_with(type, STR("application/")) ||
           str_equal(type, STR("text/plain"));
}

static const char *name_refusal(const struct error *err) {
    if (err->code == ERROR_INVALID) return "InvalidRequestContentException"; // a broken header
    // whatever a service's own model forbids has one name, with Lambda
    return str_starts_with(str_from(err->message), STR("1 validation error"))
               ? "ValidationException"
               : "InvalidParameterValueException";
}

static enum server_verdict
invoke(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct invoke input = {0};
    struct aws_error refusal;
    struct error err = {0};
    struct functions_target target = {0};
    enum server_verdict verdict = SERVER_ANSWER;
    if (!is_supported_type(exchange)) {
        (void)refuse(
            cloud, exchange, 415, "UnsupportedMediaTypeException",
            STR("The content type of the Invoke request body is not JSON."));
    } else if (!invoke_decode(&call->request, &input, &err)) {
        if (err.code == ERROR_LIMIT)
            (void)refuse(cloud, exchange, 413, "RequestTooLargeException", str_from(err.message));
        else
            calls_refuse_input(cloud, exchange, call->operation, name_refusal(&err), &err);
    } else if (!functions_resolve(
                   cloud, &call->caller, input.function, input.qualifier, &target, &refusal)) {
        calls_refuse(cloud, exchange, call->operation, &refusal);
    } else {
        verdict = run(cloud, exchange, &input, &target);
    }
    invoke_release(&input);
    return verdict;
}

static const struct calls_row rows[] = {
    {OPERATION_INVOKE, invoke},
};

struct calls calls_lambda(void) {
    return (struct calls){.rows = rows, .count = ARRAY_COUNT(rows)};
}
