// config list — every setting with its value, where it comes from, and what is wrong with it.
#include "base/memory.h"
#include "config/config_file.h"
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
    row->group = mem_copy_string(settings_group_title(setting->group));
    row->help = mem_copy_string(setting->help);
    if (value->note) row->note = mem_copy_string(value->note);
    row->is_secret = setting->is_secret;
    row->is_set = config_is_set(value);
    diagnosis_of(config, setting, &row->problem);
}

// The built-in one first; those of the file that can be read. What keeps it from being read, the settings
// have said already.
static void add_profiles(struct message *message, const struct config *config) {
    CLEANUP(config_file_release) struct config_file file = {0};
    struct error ignored = {0};
    struct str name = {0};
    bool has_own = config_is_sandbox(config);
    message_add_profile_name(message, STR(CONFIG_SANDBOX_PROFILE));
    if (!config->path[0] || !config_file_load(config->path, &file, &ignored)) return;
    for (size_t at = 0; config_file_profile_at(&file, at, &name); at++) {
        has_own = has_own || str_equal(name, str_from(config->profile));
        if (!str_equal(name, STR(CONFIG_SANDBOX_PROFILE))) message_add_profile_name(message, name);
    }
    if (!has_own) message_add_profile_name(message, str_from(config->profile)); // not made yet
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
    add_profiles(message, config);
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
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .details = "Order of precedence: default, profile in the file, environment, command "
                       "line. Secrets show their last four characters only.",
        },
    .start = start,
    .main_kind = MESSAGE_SETTINGS,
};
