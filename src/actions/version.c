// version — which build this is.
#include "run.h"

#include "registry.h"

static bool tell(struct run *run, struct error *err) {
    (void)err;
    struct message *message = message_new(MESSAGE_VALUES, run->run_id);
    if (run->context->wants_json) {
        message_add_value(message, "name", STR("recloop"));
        message_add_value(message, "version", STR(RECLOOP_VERSION));
    } else {
        message_add_value(message, "version", STR("recloop " RECLOOP_VERSION));
    }
    run_emit(run, message);
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)err;
    return run_new_local(context, arguments, run_id, tell);
}

const struct action version_action = {
    .descriptor =
        {.name = "version",
         .summary = "the version of this program",
         .writes = DESCRIPTOR_WRITES_NOTHING},
    .start = start,
    .main_kind = MESSAGE_VALUES,
};
