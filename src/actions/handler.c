// handler — runs the Lambda's logic once on this machine against the configured services.
#include "base/clock.h"
#include "base/memory.h"
#include "event_source.h"
#include "handler_run.h"

#include "registry.h"

static const struct parameter parameters[] = {
    {
        .name = "event",
        .kind = PARAMETER_FILE,
        .metavar = "FILE",
        .help = "the event as JSON; \"-\" is standard input",
        .initial = "the workshop's test event",
    },
    {
        .name = "user",
        .kind = PARAMETER_TEXT,
        .metavar = "U",
        .help = "the event's userId",
    },
};

static void emit_result(
    struct run *run, const struct event_handler_result *result, struct str payload, double ms) {
    struct message *message = message_new(MESSAGE_VALUES, run->run_id);
    message->as.values.title = mem_copy_string("handler");
    message_add_value(message, "outcome", str_from(event_handler_outcome_name(result->outcome)));
    message_add_value(message, "meaning", str_from(event_handler_outcome_text(result->outcome)));
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_format(&text, "%.3f", ms);
    message_add_value_json(message, "ms", buf_str(&text));
    CLEANUP(json_release) struct json items = {0};
    struct json_node *list = json_new_array(&items);
    for (size_t i = 0; i < result->items.count; i++)
        json_add_text(list, NULL, str_from(result->items.names[i]));
    buf_reset(&text);
    json_print(items.root, &text);
    message_add_value_json(message, "items", buf_str(&text));
    message_add_value_json(message, "payload", payload);
    run_emit(run, message);
}

static bool run_once(struct run *run, struct error *err) {
    CLEANUP(event_release) struct event event = {0};
    CLEANUP(buf_release) struct buf json = {0};
    CLEANUP(event_handler_result_release) struct event_handler_result result = {0};
    CLEANUP(buf_release) struct buf payload = {0};
    if (!event_source_make(run, &event, err)) return false;
    event_encode(&event, &json);
    const int64_t began_us = clock_monotonic_us();
    enum hop_id last = HOP_LAMBDA;
    const bool ok = handler_run(run, buf_str(&json), &result, &last, err);
    const double ms = (double)(clock_monotonic_us() - began_us) / 1000;
    if (ok)
        buf_add(&payload, STR("null"));
    else
        event_handler_add_failure(&payload, err);
    emit_result(run, &result, buf_str(&payload), ms);
    return ok;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    if (!backend_open(context->backend, err)) return NULL;
    return run_new_local(context, arguments, run_id, run_once);
}

static const char *const examples[] = {
    "recloop handler", "recloop handler --event click.json --json", NULL};

const struct action handler_action = {
    .descriptor =
        {
            .name = "handler",
            .summary = "run the Lambda's logic once on this machine",
            .writes = DESCRIPTOR_WRITES_ONE,
            .details =
                "The same code that runs in the cloud: PutEvents, GetRecommendations, and an "
                "identify that writes recommended_products. An event that the function "
                "refuses is no failure, as in Lambda; the outcome names the reason.",
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
            .in_palette = true,
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
};
