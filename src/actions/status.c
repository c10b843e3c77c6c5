// status — which cloud is in use, and whether it answers.
#include "run.h"

#include "registry.h"

static bool tell(struct run *run, struct error *err) {
    const bool is_up = backend_open(run->context->backend, err);
    run_emit(run, backend_describe(run->context->backend, run->run_id));
    return is_up;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)err;
    return run_new_local(context, arguments, run_id, tell);
}

const struct action status_action = {
    .descriptor =
        {
            .name = "status",
            .summary = "which cloud is in use: the sandbox or a real account",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .in_palette = true,
        },
    .start = start,
    .main_kind = MESSAGE_BACKEND,
};
