// config reveal — one value as it is, for the console that shows it for five seconds. Not on the command line,
// which has `config get --reveal`, and left out of every record (action.is_private).
#include "run.h"

#include "registry.h"

static bool reveal(struct run *run, struct error *err) {
    const struct config *config = backend_config(run->context->backend, err);
    const struct setting *setting =
        config ? settings_require(arguments_get(&run->arguments, "key"), err) : NULL;
    if (!setting) return false;
    const struct config_value *value = config_get(config, setting);
    if (!config_is_set(value)) return error_set(err, ERROR_CONFIG, "%s is not set", setting->name);
    struct message *message = message_new(MESSAGE_VALUES, run->run_id);
    message_add_value(message, setting->name, secret_reveal(&value->value));
    run_emit(run, message);
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)err;
    return run_new_local(context, arguments, run_id, reveal);
}

static const struct parameter parameters[] = {
    {
        .name = "key",
        .kind = PARAMETER_TEXT,
        .metavar = "KEY",
        .help = "the setting",
        .positional = true,
        .required = true,
    },
};

const struct action config_reveal_action = {
    .descriptor =
        {
            .name = "config reveal",
            .summary = "a secret as it is, for a moment",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
    .is_private = true,
};
