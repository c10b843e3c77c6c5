// config get — one value, for people and shell variables. Secrets stay masked unless asked for.
#include "base/memory.h"
#include "run.h"

#include "registry.h"

static const struct parameter parameters[] = {
    {
        .name = "key",
        .kind = PARAMETER_TEXT,
        .metavar = "KEY",
        .help = "the setting",
        .positional = true,
        .required = true,
    },
    {
        .name = "reveal",
        .kind = PARAMETER_FLAG,
        .help = "print a secret in full",
    },
};

static bool get(struct run *run, struct error *err) {
    const struct config *config = backend_config(run->context->backend, err);
    if (!config) return false;
    const struct str key = arguments_get(&run->arguments, "key");
    struct message *message = message_new(MESSAGE_VALUES, run->run_id);
    if (str_equal(key, STR("profile"))) {
        message_add_value(message, "profile", str_from(config->profile));
        run_emit(run, message);
        return true;
    }
    const struct setting *setting = settings_require(key, err);
    const struct config_value *value = setting ? config_get(config, setting) : NULL;
    if (value && !config_is_set(value)) {
        error_set(err, ERROR_CONFIG, "%s is not set", setting->name);
        error_hint(
            err, "recloop config set %s %s", setting->name,
            setting->example ? setting->example : "VALUE");
    }
    if (!value || !config_is_set(value)) {
        message_free(message);
        return false;
    }
    CLEANUP(buf_release) struct buf shown = {0};
    if (arguments_has(&run->arguments, "reveal"))
        buf_add(&shown, secret_reveal(&value->value));
    else
        config_add_shown(&shown, value);
    message_add_value(message, setting->name, buf_str(&shown));
    run_emit(run, message);
    mem_wipe(shown.ptr, shown.len);
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)err;
    return run_new_local(context, arguments, run_id, get);
}

static const char *const examples[] = {"recloop config get campaign_arn", NULL};

const struct action config_get_action = {
    .descriptor =
        {
            .name = "config get",
            .summary = "the value of one setting",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
};
