// sandbox reset — back to the seeded state.
#include "base/memory.h"
#include "run.h"
#include "sandbox/own_routes.h"

#include "registry.h"

static bool ask(struct run *run, struct error *err) {
    const struct client_call_route route = {.method = "POST", .path = OWN_ROUTES_RESET};
    return client_call_sandbox(run_client(run), &route, &run->call, err);
}

static bool answer(struct run *run, const struct task_event *event, struct error *err) {
    CLEANUP(json_release) struct json reply = {0};
    if (!client_reply_json(&run->call, event, &reply, err)) return false;
    struct message *message = message_new(MESSAGE_VALUES, run->run_id);
    message->as.values.title = mem_copy_string("reset");
    for (const struct json_node *node = json_first(reply.root); node; node = json_next(node)) {
        CLEANUP(buf_release) struct buf key = {0};
        CLEANUP(buf_release) struct buf value = {0};
        buf_add(&key, json_key(node));
        json_print(node, &value);
        message_add_value_json(message, buf_text(&key), buf_str(&value));
    }
    run_emit(run, message);
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    static const struct run_call_functions functions = {
        .name = "sandbox reset", .ask = ask, .answer = answer};
    return run_new_call(context, arguments, run_id, &functions, err);
}

const struct action sandbox_reset_action = {
    .descriptor =
        {
            .name = "sandbox reset",
            .summary = "take the sandbox back to its seeded state",
            .writes = DESCRIPTOR_WRITES_LOCAL,
            .details = "Events, profiles, deliveries and imported interactions are forgotten.",
            .in_palette = true,
            .takes_away = true,
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
};
