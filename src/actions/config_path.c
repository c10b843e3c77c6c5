// config path — where the settings file is, whether it exists or not.
#include "run.h"

#include "registry.h"

static bool tell(struct run *run, struct error *err) {
    CLEANUP(buf_release) struct buf path = {0};
    if (!backend_config_path(run->context->backend, &path, err)) return false;
    struct message *message = message_new(MESSAGE_VALUES, run->run_id);
    message_add_value(message, "path", buf_str(&path));
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

const struct action config_path_action = {
    .descriptor =
        {.name = "config path",
         .summary = "where the settings file is",
         .writes = DESCRIPTOR_WRITES_NOTHING},
    .start = start,
    .main_kind = MESSAGE_VALUES,
};
