// functions — see the header.
#include "functions/functions.h"

#include "base/clock.h"
#include "base/memory.h"
#include "functions/local_services.h"
#include "handler/event_handler.h"
#include "handler/recommend_handler.h"

#include <sys/resource.h>

#define MEMORY_SIZE_MB 128 // Lambda's default, which the workshop keeps
#define LOG_LIMIT ((size_t)64 << 10)

void functions_run_release(struct functions_run *run) {
    invoke_reply_release(&run->reply);
    *run = (struct functions_run){0};
}

static bool refuse(struct aws_error *refusal, int status, const char *code, struct buf *take_text) {
    access_refuse(refusal, status, code, buf_str(take_text));
    buf_release(take_text);
    return false;
}

static void add_arn(
    const struct cloud *cloud,
    struct str region,
    const struct invoke_function *function,
    struct str qualifier,
    struct buf *out) {
    const struct str account =
        function->account.len ? function->account : str_from(cloud_account(cloud));
    buf_add_format(
        out, "arn:aws:lambda:" STR_FMT ":" STR_FMT ":function:" STR_FMT, STR_ARG(region),
        STR_ARG(account), STR_ARG(function->name));
    if (qualifier.len) buf_add_format(out, ":" STR_FMT, STR_ARG(qualifier));
}

static bool find_function(
    const struct cloud *cloud,
    struct str region,
    const struct invoke_function *function,
    struct str qualifier,
    enum functions_id *out) {
    static const char *const names[FUNCTIONS_COUNT] = {
        [FUNCTIONS_DESTINATION] = IDENTITIES_FUNCTION,
        [FUNCTIONS_ENDPOINT] = IDENTITIES_ENDPOINT_FUNCTION,
    };
    if (!str_equal(region, str_from(cloud_region(cloud)))) return false;
    if (qualifier.len && !str_equal(qualifier, STR("$LATEST"))) return false;
    for (int id = 0; id < FUNCTIONS_COUNT; id++) {
        if (!str_equal(function->name, str_from(names[id]))) continue;
        *out = (enum functions_id)id;
        return true;
    }
    return false;
}

bool functions_resolve(
    struct cloud *cloud,
    const struct access_caller *caller,
    struct str text,
    struct str qualifier,
    struct functions_target *out,
    struct aws_error *refusal) {
    struct invoke_function function = {0};
    struct error err = {0};
    struct buf why = {0}, arn = {0};
    const struct str region = buf_str(&caller->region);
    if (!invoke_split_function(text, &function, &err)) {
        buf_add(&why, str_from(err.message));
        return refuse(refusal, 400, "ValidationException", &why);
    }
    if (qualifier.len && function.qualifier.len && !str_equal(qualifier, function.qualifier)) {
        buf_add(
            &why, STR("The derived qualifier from the function name does not match the specified "
                      "qualifier."));
        return refuse(refusal, 400, "InvalidParameterValueException", &why);
    }
    if (function.qualifier.len) qualifier = function.qualifier;
    if (function.region.len && !str_equal(function.region, region)) {
        buf_add_format(
            &why, "Functions from '" STR_FMT "' are not reachable in this region ('" STR_FMT "')",
            STR_ARG(function.region), STR_ARG(region));
        return refuse(refusal, 404, "ResourceNotFoundException", &why);
    }
    add_arn(cloud, region, &function, qualifier, &arn);
    bool is_allowed = access_allows(cloud, caller, "lambda:InvokeFunction", buf_str(&arn), refusal);
    if (is_allowed && function.account.len &&
        !str_equal(function.account, str_from(cloud_account(cloud)))) {
        buf_add_format(
            &why,
            "User: %s is not authorized to perform: lambda:InvokeFunction on resource: %s "
            "because no resource-based policy allows the lambda:InvokeFunction action",
            buf_text(&caller->arn), buf_text(&arn));
        is_allowed = refuse(refusal, 403, "AccessDeniedException", &why);
    } else if (is_allowed && !find_function(cloud, region, &function, qualifier, &out->id)) {
        buf_add_format(&why, "Function not found: %s", buf_text(&arn));
        is_allowed = refuse(refusal, 404, "ResourceNotFoundException", &why);
    }
    out->qualifier = qualifier;
    buf_release(&arn);
    return is_allowed;
}

// Lambda runs where its environment says; the same settings the workshop pastes into the console.
static bool run_destination(
    struct cloud *cloud,
    const struct services *services,
    struct str payload,
    struct functions_run *out) {
    const struct event_handler_settings settings = {
        .campaign_arn = cloud_identity(cloud, "campaign_arn"),
        .tracking_id = STR(IDENTITIES_TRACKING_ID),
        .request_id = buf_str(&out->reply.request_id),
        .has_personas_write_key = true,
    };
    struct event_handler_result result = {0};
    const bool has_returned =
        event_handler_run(services, &settings, payload, &result, &out->failure);
    out->outcome = event_handler_outcome_name(result.outcome);
    if (has_returned)
        buf_add(&out->reply.payload, STR("null"));
    else
        event_handler_add_failure(&out->reply.payload, &out->failure);
    event_handler_result_release(&result);
    return has_returned;
}

static bool run_endpoint(
    struct cloud *cloud,
    const struct services *services,
    struct str payload,
    struct functions_run *out) {
    const struct recommend_handler_settings settings = {
        .campaign_arn = cloud_identity(cloud, "campaign_arn"),
        .related_campaign_arn = cloud_identity(cloud, "related_campaign_arn"),
    };
    struct recommend_handler_reply reply = {0};
    recommend_handler_run(services, &settings, payload, &reply);
    recommend_handler_encode(&reply, &out->reply.payload);
    recommend_handler_reply_release(&reply);
    return true;
}

// Asked of the kernel once a turn: in a flood hundreds of runs share one.
static int64_t used_mib(struct cloud *cloud) {
    struct rusage usage = {0};
    if (cloud->used_at_ms != cloud->now_ms && getrusage(RUSAGE_SELF, &usage) == 0) {
        cloud->used_mib = usage.ru_maxrss / 1024;
        cloud->used_at_ms = cloud->now_ms;
    }
    return cloud->used_mib;
}

static void add_report(struct cloud *cloud, struct functions_run *out) {
    const int64_t billed_ms = out->us / 1000 + 1;
    const double ms = (double)out->us / 1000.0;
    const char *id = buf_text(&out->reply.request_id);
    buf_add(&out->reply.log, STR("END RequestId: "));
    buf_add(&out->reply.log, buf_str(&out->reply.request_id));
    buf_add_format(
        &out->reply.log,
        "\nREPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %lld ms\tMemory Size: %d MB\t"
        "Max Memory Used: %lld MB\t\n",
        id, ms, (long long)billed_ms, MEMORY_SIZE_MB, (long long)used_mib(cloud));
}

static void run_built_in(
    struct cloud *cloud, enum functions_id id, struct str payload, struct functions_run *out) {
    out->reply.status = 200;
    out->reply.log.limit = LOG_LIMIT;
    rng_add_uuid(&cloud->rng, &out->reply.request_id);
    buf_add(&out->reply.executed_version, STR("$LATEST"));
    buf_add(&out->reply.log, STR("START RequestId: "));
    buf_add(&out->reply.log, buf_str(&out->reply.request_id));
    buf_add(&out->reply.log, STR(" Version: $LATEST\n"));
    struct local_services context = {.cloud = cloud, .run = out};
    const struct services services = local_services_make(&context);
    const int64_t started_us = clock_monotonic_us();
    const bool has_returned = id == FUNCTIONS_DESTINATION
                                  ? run_destination(cloud, &services, payload, out)
                                  : run_endpoint(cloud, &services, payload, out);
    out->us = clock_monotonic_us() - started_us;
    if (!has_returned) {
        out->reply.has_failed = true;
        buf_add(&out->reply.function_error, STR("Unhandled"));
    }
    add_report(cloud, out);
}

struct functions_invocation *
functions_start(struct cloud *cloud, const struct functions_call *call) {
    struct functions_run run = {0};
    run_built_in(cloud, call->target.id, call->payload, &run);
    call->done(call->context, &run);
    functions_run_release(&run);
    return NULL;
}

void functions_forget(struct functions_invocation *invocation) {
    (void)invocation; // nobody but the built-in code runs yet
}
