// config export — everything set, as NAME=value lines. Secrets are masked unless revealed.
#include "base/memory.h"
#include "config/config_file.h"
#include "run.h"

#include "registry.h"

static const struct parameter parameters[] = {
    {
        .name = "reveal",
        .kind = PARAMETER_FLAG,
        .help = "print secrets in full",
    },
};

static void emit_json(struct run *run, const struct config *config, bool reveals) {
    struct message *message = message_new(MESSAGE_VALUES, run->run_id);
    size_t count = 0;
    const struct setting *settings = settings_all(&count);
    for (size_t i = 0; i < count; i++) {
        const struct config_value *value = config_get(config, &settings[i]);
        if (!config_is_set(value)) continue;
        CLEANUP(buf_release) struct buf text = {0};
        if (reveals)
            buf_add(&text, secret_reveal(&value->value));
        else
            config_add_shown(&text, value);
        message_add_value(message, settings[i].name, buf_str(&text));
        mem_wipe(text.ptr, text.len);
    }
    run_emit(run, message);
}

static bool export(struct run *run, struct error *err) {
    const struct config *config = backend_config(run->context->backend, err);
    if (!config) return false;
    const bool reveals = arguments_has(&run->arguments, "reveal");
    if (run->context->wants_json) {
        emit_json(run, config, reveals);
        return true;
    }
    CLEANUP(buf_release) struct buf text = {0};
    config_export(config, reveals, &text);
    struct str rest = buf_str(&text);
    while (rest.len) {
        struct str line = {0};
        str_split(rest, '\n', &line, &rest);
        run_emit(run, message_new_line(run->run_id, false, line));
    }
    mem_wipe(text.ptr, text.len);
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)err;
    return run_new_local(context, arguments, run_id, export);
}

static const char *const examples[] = {"recloop config export --reveal > work.env", NULL};

const struct action config_export_action = {
    .descriptor =
        {
            .name = "config export",
            .summary = "all settings as NAME=value lines",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
};
