// routes_lambda — Invoke, synchronous and asynchronous, for both functions.
#include "base/json.h"
#include "functions.h"
#include "routes_aws.h"

static enum server_verdict refuse(
    struct cloud *cloud, struct exchange *exchange, int status, const char *code, struct str text) {
    struct aws_error refusal;
    access_refuse(&refusal, status, code, text);
    routes_aws_refuse(cloud, exchange, operation_get(OPERATION_INVOKE), &refusal);
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

static enum server_verdict
run(struct cloud *cloud,
    struct exchange *exchange,
    const struct invoke *call,
    enum functions_id id) {
    struct functions_run run = {0};
    struct buf why = {0};
    if (!is_json(call->payload, &why)) {
        (void)refuse(cloud, exchange, 400, "InvalidRequestContentException", buf_str(&why));
        buf_release(&why);
        return SERVER_ANSWER;
    }
    if (call->type != INVOKE_DRY_RUN) {
        functions_run(cloud, id, call->payload.len ? call->payload : STR("{}"), &run);
    }
    if (call->type != INVOKE_REQUEST_RESPONSE) { // what it answered goes nowhere
        functions_run_release(&run);
        rng_add_uuid(&cloud->rng, &run.reply.request_id);
        run.reply.status = call->type == INVOKE_EVENT ? 202 : 204;
    } else if (!call->wants_log) {
        buf_release(&run.reply.log);
    }
    invoke_encode_reply(&run.reply, &exchange->response);
    functions_run_release(&run);
    return SERVER_ANSWER;
}

static enum server_verdict invoke(struct cloud *cloud, struct exchange *exchange) {
    struct routes_aws_call call;
    struct invoke input = {0};
    struct aws_error refusal;
    struct error err = {0};
    enum functions_id id = FUNCTIONS_DESTINATION;
    if (!routes_aws_begin(cloud, exchange, &call)) return SERVER_ANSWER;
    if (!invoke_decode(&call.request, &input, &err)) {
        if (err.code == ERROR_LIMIT)
            (void)refuse(cloud, exchange, 413, "RequestTooLargeException", str_from(err.message));
        else
            routes_aws_refuse_input(
                cloud, exchange, call.operation, "InvalidParameterValueException", &err);
    } else if (!functions_resolve(
                   cloud, &call.caller, input.function, input.qualifier, &id, &refusal)) {
        routes_aws_refuse(cloud, exchange, call.operation, &refusal);
    } else {
        (void)run(cloud, exchange, &input, id);
    }
    invoke_release(&input);
    routes_aws_end(&call);
    return SERVER_ANSWER;
}

static const struct route rows[] = {
    {.method = "POST",
     .path = "/2015-03-31/functions/",
     .is_prefix = true,
     .body_limit = INVOKE_MAX_PAYLOAD_BYTES,
     .run = invoke},
};

struct routes routes_lambda(void) {
    return (struct routes){.rows = rows, .count = ARRAY_COUNT(rows)};
}
