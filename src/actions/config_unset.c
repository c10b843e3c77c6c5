// config unset — takes a stored setting out of the profile in use; the value below it counts again.
#include "settings_edit.h"

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
};

static bool unset(struct run *run, struct error *err) {
    CLEANUP(settings_edit_release) struct settings_edit edit = {0};
    const struct str key = arguments_get(&run->arguments, "key");
    if (!settings_require(key, err) || !settings_edit_begin(&edit, run, err)) return false;
    if (config_file_unset(&edit.file, str_from(edit.profile), key))
        return settings_edit_save(&edit, run, err);
    run_note(run, STR("It was not stored in this profile; nothing to remove."));
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)err;
    return run_new_local(context, arguments, run_id, unset);
}

const struct action config_unset_action = {
    .descriptor =
        {
            .name = "config unset",
            .summary = "remove a stored setting from the profile in use",
            .writes = DESCRIPTOR_WRITES_LOCAL,
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
};
