// built_in — see the header.
#include "functions/built_in.h"

#include "base/clock.h"
#include "functions/local_services.h"
#include "handler/event_handler.h"
#include "handler/recommend_handler.h"

#define WRITE_KEY "connections_source_write_key"

static void run_destination(
    struct functions_invocation *invocation,
    const struct services *services,
    const struct function_settings *from) {
    struct functions_run *run = &invocation->run;
    const struct event_handler_settings settings = {
        .campaign_arn = from->campaign_arn,
        .tracking_id = from->tracking_id,
        .region = from->region,
        .filter_arn = from->filter_arn,
        .request_id = buf_str(&run->reply.request_id),
        .has_personas_write_key = true,
    };
    struct event_handler_result result = {0};
    const bool has_returned =
        event_handler_run(services, &settings, invocation->payload, &result, &run->failure);
    run->outcome = event_handler_outcome_name(result.outcome);
    if (has_returned) {
        buf_add(&run->reply.payload, STR("null"));
    } else {
        struct buf payload = {0};
        event_handler_add_failure(&payload, &run->failure);
        invocation_fail(invocation, buf_str(&payload));
        buf_release(&payload);
    }
    event_handler_result_release(&result);
}

static void run_endpoint(
    struct functions_invocation *invocation,
    const struct services *services,
    const struct function_settings *from) {
    const struct recommend_handler_settings settings = {
        .campaign_arn = from->campaign_arn,
        .related_campaign_arn = from->related_campaign_arn,
        .region = from->region,
    };
    struct recommend_handler_reply reply = {0};
    recommend_handler_run(services, &settings, invocation->payload, &reply);
    recommend_handler_encode(&reply, &invocation->run.reply.payload);
    recommend_handler_reply_release(&reply);
}

// The workshop's code reads the key while it is loaded: without it every environment fails to start, first
// by itself, then again for the invocation. The lines and the payload are Python's.
static void fail_to_load(struct functions_invocation *invocation) {
    struct error *failure = &invocation->run.failure;
    invocation->init_us = clock_monotonic_us() - invocation->started_us;
    error_set(failure, ERROR_CONFIG, "the function's variable " WRITE_KEY " is not set");
    error_hint(failure, "Set it on the function to the write key of personas-event-source.");
    static const char *const phases[] = {"init", "invoke"};
    for (size_t i = 0; i < ARRAY_COUNT(phases); i++) {
        invocation_add_line(invocation, STR("[ERROR] KeyError: '" WRITE_KEY "'"));
        invocation_add_init_report(invocation, phases[i], STR("Runtime.Unknown"));
    }
    invocation_add_start(invocation);
    invocation_add_line(invocation, STR("Unknown application error occurred"));
    invocation_add_line(invocation, STR("Runtime.Unknown"));
    invocation_fail(
        invocation,
        STR("{\"errorMessage\":\"'" WRITE_KEY "'\",\"errorType\":\"KeyError\",\"requestId\":\"\","
            "\"stackTrace\":[]}"));
}

void built_in_run(
    struct functions_invocation *invocation, struct function *function, size_t version) {
    struct function_version *at = &function->versions[version];
    struct local_services context = {
        .cloud = invocation->cloud,
        .invocation = invocation,
        .run = &invocation->run,
        .settings = &at->settings,
        .function = str_from(function->name)};
    const struct services services = local_services_make(&context);
    const bool is_destination = function->code == FUNCTION_CODE_DESTINATION;
    invocation->run.has_used_tape = invocation->run.tape != NULL;
    invocation->started_us = clock_monotonic_us();
    if (is_destination && !at->settings.has_write_key) {
        fail_to_load(invocation); // and the next one begins anew
        return;
    }
    if (!at->is_warm) invocation->init_us = clock_monotonic_us() - invocation->started_us;
    at->is_warm = true;
    invocation_add_start(invocation);
    if (is_destination)
        run_destination(invocation, &services, &at->settings);
    else
        run_endpoint(invocation, &services, &at->settings);
}
