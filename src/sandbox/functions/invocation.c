// invocation — see the header.
#include "functions/invocation.h"

#include "aws/runtime_api.h"
#include "base/clock.h"
#include "base/memory.h"
#include "logs/logs.h"
#include "operations/metrics.h"

#define LOG_LIMIT ((size_t)64 << 10)

void functions_run_release(struct functions_run *run) {
    invoke_reply_release(&run->reply);
    *run = (struct functions_run){0};
}

void invocation_begin(
    struct functions_invocation *invocation,
    struct cloud *cloud,
    const struct functions_call *call) {
    const struct function *function = call->target.function;
    const struct function_version *version = &function->versions[call->target.version];
    *invocation = (struct functions_invocation){
        .cloud = cloud,
        .label = buf_str(&version->label),
        .log_group = buf_str(&version->log_group),
        .log_stream = buf_str(&version->log_stream),
        .role_name = version->settings.role_name,
        .log_arn = buf_str(&version->log_arn),
        .qualifier = call->target.qualifier,
        .payload = call->payload,
        .client_context = call->client_context,
        .trace_id = call->trace_id,
        .timeout_ms = version->timeout_ms,
        .memory_mb = version->memory_mb,
        .has_json_log = version->has_json_log,
        .done = call->done,
        .context = call->context,
        .init_us = -1};
    memcpy(invocation->function, function->name, sizeof(invocation->function));
    invocation->run.reply.status = 200;
    invocation->run.tape = call->tape;
    invocation->run.reply.log.limit = LOG_LIMIT;
    if (call->request_id.len)
        buf_add(&invocation->run.reply.request_id, call->request_id);
    else
        rng_add_uuid(&cloud->rng, &invocation->run.reply.request_id);
    buf_add(&invocation->run.reply.executed_version, invocation->label);
}

static void add_trace_id(struct cloud *cloud, struct buf *out) {
    buf_add_format(
        out, "Root=1-%08llx-%08llx%016llx;Parent=%016llx;Sampled=0",
        (unsigned long long)(cloud->now_ms / 1000),
        (unsigned long long)(rng_next(&cloud->rng) >> 32),
        (unsigned long long)rng_next(&cloud->rng), (unsigned long long)rng_next(&cloud->rng));
}

void invocation_keep(struct functions_invocation *invocation) {
    invocation->run.tape = NULL; // is of this turn only
    struct str *const views[] = {
        &invocation->label,     &invocation->log_group, &invocation->log_stream,
        &invocation->role_name, &invocation->log_arn,   &invocation->arn,
        &invocation->qualifier, &invocation->payload,   &invocation->client_context,
        &invocation->trace_id,
    };
    struct buf trace = {0};
    size_t bytes = 0, at = 0;
    if (!invocation->trace_id.len) {
        add_trace_id(invocation->cloud, &trace);
        invocation->trace_id = buf_str(&trace);
    }
    for (size_t i = 0; i < ARRAY_COUNT(views); i++)
        bytes += views[i]->len;
    struct buf storage = {.limit = bytes + 1};
    buf_reserve(&storage, bytes);
    for (size_t i = 0; i < ARRAY_COUNT(views); i++)
        buf_add(&storage, *views[i]);
    for (size_t i = 0; i < ARRAY_COUNT(views); i++) {
        *views[i] = str_slice(buf_str(&storage), at, views[i]->len);
        at += views[i]->len;
    }
    buf_release(&invocation->storage);
    invocation->storage = storage;
    buf_release(&trace);
}

void invocation_release(struct functions_invocation *invocation) {
    functions_run_release(&invocation->run);
    buf_release(&invocation->storage);
    buf_release(&invocation->own_stream);
}

// ---- what came of it ----

static void mark_failed(struct functions_invocation *invocation) {
    struct invoke_reply *reply = &invocation->run.reply;
    reply->has_failed = true;
    buf_reset(&reply->function_error);
    buf_add(&reply->function_error, STR("Unhandled"));
    buf_reset(&reply->payload);
}

void invocation_fail(struct functions_invocation *invocation, struct str payload) {
    mark_failed(invocation);
    buf_add(&invocation->run.reply.payload, payload);
}

void invocation_fail_with(
    struct functions_invocation *invocation, struct str type, struct str message) {
    mark_failed(invocation);
    runtime_api_add_error(&invocation->run.reply.payload, type, message);
    if (invocation->run.failure.code == ERROR_NONE)
        error_set(&invocation->run.failure, ERROR_REFUSED, STR_FMT, STR_ARG(message));
}

void invocation_crash(struct functions_invocation *invocation, struct str how) {
    struct buf text = {0};
    buf_add_format(
        &text, "RequestId: %s Error: " STR_FMT, buf_text(&invocation->run.reply.request_id),
        STR_ARG(how));
    error_set(&invocation->run.failure, ERROR_REFUSED, "Runtime.ExitError: " STR_FMT, STR_ARG(how));
    error_hint(&invocation->run.failure, "See what the function wrote before it ended.");
    invocation_fail_with(invocation, STR("Runtime.ExitError"), buf_str(&text));
    buf_add(&text, STR("\nRuntime.ExitError"));
    invocation_add_line(invocation, buf_str(&text));
    invocation->status = "error";
    invocation->error_type = "Runtime.ExitError";
    buf_release(&text);
}

void invocation_time_out(struct functions_invocation *invocation) {
    struct buf text = {0}, line = {0};
    buf_add_format(
        &text, "Task timed out after %lld.%02lld seconds",
        (long long)(invocation->timeout_ms / 1000),
        (long long)(invocation->timeout_ms % 1000 / 10));
    clock_add_iso8601(&line, invocation->cloud->now_ms);
    buf_add_format(&line, " %s %s", buf_text(&invocation->run.reply.request_id), buf_text(&text));
    invocation_add_line(invocation, buf_str(&line));
    error_set(&invocation->run.failure, ERROR_TIMEOUT, "%s", buf_text(&text));
    error_hint(
        &invocation->run.failure,
        "Raise the function's Timeout, or see in its log what it waited for.");
    buf_reset(&line);
    buf_add_format(
        &line, "RequestId: %s Error: %s", buf_text(&invocation->run.reply.request_id),
        buf_text(&text));
    invocation_fail_with(invocation, STR("Sandbox.Timedout"), buf_str(&line));
    invocation->status = "timeout";
    buf_release(&text);
    buf_release(&line);
}

static void store_log(const struct functions_invocation *invocation) {
    const struct invoke_reply *reply = &invocation->run.reply;
    struct aws_error refusal;
    // As there: without the right to write it, nobody is told, and the log stays empty.
    if (!access_role_allows(
            invocation->cloud, invocation->role_name, str_from(invocation->function),
            "logs:PutLogEvents", invocation->log_arn, &refusal))
        return;
    if (invocation->init_us < 0) {
        logs_add(
            invocation->cloud, invocation->log_group, invocation->log_stream,
            invocation->cloud->now_ms, buf_str(&reply->log));
        return;
    }
    struct buf text = {0};
    invocation_add_init_start(invocation, &text);
    buf_add(&text, buf_str(&reply->log));
    logs_add(
        invocation->cloud, invocation->log_group, invocation->log_stream, invocation->cloud->now_ms,
        buf_str(&text));
    buf_release(&text);
}

void invocation_finish(struct functions_invocation *invocation) {
    if (invocation->started_us) invocation->run.us = clock_monotonic_us() - invocation->started_us;
    invocation_add_report(invocation);
    store_log(invocation);
    metrics_count_run(
        invocation->cloud, invocation->run.reply.has_failed ? METRICS_RUN_ERROR : METRICS_RUN_OK,
        invocation->run.us);
    invocation->cloud->has_pending = true; // what was written is committed, whoever waits is told
    if (invocation->done) invocation->done(invocation->context, &invocation->run);
    invocation_release(invocation);
}

void invocation_refuse(
    struct functions_invocation *invocation,
    int status,
    const char *throttle,
    const char *message,
    const char *hint) {
    struct functions_run *run = &invocation->run;
    run->reply.status = status;
    run->throttle = throttle;
    error_set(&run->failure, status == 429 ? ERROR_THROTTLED : ERROR_CANCELLED, "%s", message);
    error_hint(&run->failure, "%s", hint);
    metrics_count_run(invocation->cloud, METRICS_RUN_THROTTLED, 0);
    if (invocation->done) invocation->done(invocation->context, run);
    invocation_release(invocation);
}
