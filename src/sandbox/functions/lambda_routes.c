// lambda_routes — Invoke, synchronous and asynchronous, for both functions.
#include "access/calls.h"
#include "base/json.h"
#include "functions/functions.h"

static enum server_verdict refuse(
    struct cloud *cloud, struct exchange *exchange, int status, const char *code, struct str text) {
    struct aws_error refusal;
    access_refuse(&refusal, status, code, text);
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

struct waiting {
    struct cloud *cloud;
    struct exchange *exchange;
    const struct invoke *call;
};

static void take_run(void *context, struct functions_run *run) {
    const struct waiting *waiting = context;
    const struct invoke *call = waiting->call;
    if (call->type == INVOKE_EVENT) { // what it answered goes nowhere
        functions_run_release(run);
        rng_add_uuid(&waiting->cloud->rng, &run->reply.request_id);
        run->reply.status = 202;
    } else if (!call->wants_log) {
        buf_release(&run->reply.log);
    }
    invoke_encode_reply(&run->reply, &waiting->exchange->response);
}

static void answer_dry_run(struct cloud *cloud, struct exchange *exchange) {
    struct functions_run nothing = {.reply = {.status = 204}};
    rng_add_uuid(&cloud->rng, &nothing.reply.request_id);
    invoke_encode_reply(&nothing.reply, &exchange->response);
    functions_run_release(&nothing);
}

static enum server_verdict
run(struct cloud *cloud,
    struct exchange *exchange,
    const struct invoke *call,
    const struct functions_target *target) {
    struct waiting waiting = {.cloud = cloud, .exchange = exchange, .call = call};
    struct buf why = {0};
    if (!is_json(call->payload, &why)) {
        (void)refuse(cloud, exchange, 400, "InvalidRequestContentException", buf_str(&why));
        buf_release(&why);
    } else if (call->type == INVOKE_DRY_RUN) {
        answer_dry_run(cloud, exchange);
    } else {
        (void)functions_start(
            cloud, &(struct functions_call){
                       .target = *target,
                       .payload = call->payload.len ? call->payload : STR("{}"),
                       .client_context = call->client_context,
                       .done = take_run,
                       .context = &waiting});
    }
    return SERVER_ANSWER;
}

static enum server_verdict
invoke(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct invoke input = {0};
    struct aws_error refusal;
    struct error err = {0};
    struct functions_target target = {0};
    if (!invoke_decode(&call->request, &input, &err)) {
        if (err.code == ERROR_LIMIT)
            (void)refuse(cloud, exchange, 413, "RequestTooLargeException", str_from(err.message));
        else
            calls_refuse_input(
                cloud, exchange, call->operation, "InvalidParameterValueException", &err);
    } else if (!functions_resolve(
                   cloud, &call->caller, input.function, input.qualifier, &target, &refusal)) {
        calls_refuse(cloud, exchange, call->operation, &refusal);
    } else {
        (void)run(cloud, exchange, &input, &target);
    }
    invoke_release(&input);
    return SERVER_ANSWER;
}

static const struct calls_row rows[] = {
    {OPERATION_INVOKE, invoke},
};

struct calls calls_lambda(void) {
    return (struct calls){.rows = rows, .count = ARRAY_COUNT(rows)};
}
