// config list — every setting with its value, where it comes from, and what is wrong with it.
#include "base/memory.h"
#include "diagnosis.h"
#include "run.h"

#include "registry.h"

static void
describe(struct message *message, const struct config *config, const struct setting *setting) {
    const struct config_value *value = config_get(config, setting);
    CLEANUP(buf_release) struct buf shown = {0};
    config_add_shown(&shown, value);
    struct message_setting *row =
        message_add_setting(message, setting->name, str_from(buf_text(&shown)));
    CLEANUP(buf_release) struct buf origin = {0};
    buf_add(&origin, str_from(config_source_name(value->source)));
    if (value->detail) buf_add_format(&origin, " %s", value->detail);
    row->origin = mem_copy_string(buf_text(&origin));
    row->help = mem_copy_string(setting->help);
    if (value->note) row->note = mem_copy_string(value->note);
    row->is_secret = setting->is_secret;
    row->is_set = config_is_set(value);
    diagnosis_of(config, setting, &row->problem);
}

static bool list(struct run *run, struct error *err) {
    const struct config *config = backend_config(run->context->backend, err);
    if (!config) return false;
    struct message *message = message_new(MESSAGE_SETTINGS, run->run_id);
    message->as.settings.profile = mem_copy_string(config->profile);
    if (config->path[0]) message->as.settings.path = mem_copy_string(config->path);
    size_t count = 0;
    const struct setting *settings = settings_all(&count);
    for (size_t i = 0; i < count; i++)
        describe(message, config, &settings[i]);
    run_emit(run, message);
    if (config->warning) run_note(run, str_from(config->warning));
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)err;
    return run_new_local(context, arguments, run_id, list);
}

const struct action config_list_action = {
    .descriptor =
        {
            .name = "config list",
            .summary = "every setting, where it comes from, and what is wrong with it",
            .details = "Order of precedence: default, profile in the file, environment, command "
                       "line. Secrets show their last four characters only.",
        },
    .start = start,
    .main_kind = MESSAGE_SETTINGS,
};
