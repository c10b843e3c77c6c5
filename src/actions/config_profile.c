// config profile — the profiles of the settings file: which there are, which is in use, a new one, another
// one, one less.
#include "base/json.h"
#include "settings_edit.h"

#include "registry.h"

static const char *const verbs[] = {"list", "use", "new", "delete", NULL};

static const struct parameter parameters[] = {
    {
        .name = "do",
        .kind = PARAMETER_CHOICE,
        .help = "list: those there are; use: choose NAME; new: make NAME; delete: take NAME away",
        .initial = "list",
        .choices = verbs,
        .positional = true,
    },
    {
        .name = "name",
        .kind = PARAMETER_TEXT,
        .metavar = "NAME",
        .help = "the profile",
        .positional = true,
    },
    {
        .name = "from",
        .kind = PARAMETER_TEXT,
        .metavar = "OTHER",
        .help = "new: with the values that OTHER has in the file",
    },
};

static bool list(struct run *run, struct error *err) {
    CLEANUP(settings_edit_release) struct settings_edit edit = {0};
    CLEANUP(buf_release) struct buf path = {0};
    const struct config *config = backend_config(run->context->backend, err);
    if (!config || !backend_config_path(run->context->backend, &path, err)) return false;
    if (!config_file_load(buf_text(&path), &edit.file, err)) return false;
    CLEANUP(json_release) struct json names = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct json_node *array = json_new_array(&names);
    struct str name = {0};
    json_add_text(array, NULL, STR(CONFIG_SANDBOX_PROFILE));
    for (size_t at = 0; config_file_profile_at(&edit.file, at, &name); at++) {
        if (!str_equal(name, STR(CONFIG_SANDBOX_PROFILE))) json_add_text(array, NULL, name);
    }
    json_print(names.root, &text);
    struct message *message = message_new(MESSAGE_VALUES, run->run_id);
    message_add_value(message, "in_use", str_from(config->profile));
    message_add_value_json(message, "profiles", buf_str(&text));
    run_emit(run, message);
    return true;
}

// What is chosen for this process, too: the console goes on with it although --profile or RECLOOP_PROFILE
// named another at its start. A command that comes later is told what decides there.
static bool use(struct settings_edit *edit, struct run *run, struct str name, struct error *err) {
    struct backend *backend = run->context->backend;
    if (!config_file_require_profile(&edit->file, name, err)) return false;
    if (!config_file_choose(&edit->file, name, err)) return false;
    const char *variable = backend_environment(backend, "RECLOOP_PROFILE");
    backend_choose_profile(backend, name);
    if (!settings_edit_save(edit, run, err)) return false;
    if (variable && !str_equal(str_from(variable), name))
        run_note(run, STR("In this shell RECLOOP_PROFILE names another one, which counts there."));
    return true;
}

static bool
remove_profile(struct settings_edit *edit, struct run *run, struct str name, struct error *err) {
    if (!config_file_remove_profile(&edit->file, name, err)) return false;
    if (str_equal(name, str_from(edit->profile)))
        backend_choose_profile(run->context->backend, STR(CONFIG_SANDBOX_PROFILE));
    return settings_edit_save(edit, run, err);
}

static bool work(struct run *run, struct error *err) {
    CLEANUP(settings_edit_release) struct settings_edit edit = {0};
    const struct str verb = arguments_get(&run->arguments, "do");
    const struct str name = arguments_get(&run->arguments, "name");
    const struct str from = arguments_get(&run->arguments, "from");
    if (!verb.len || str_equal(verb, STR("list"))) return list(run, err);
    if (!name.len) {
        error_set(err, ERROR_USAGE, "config profile " STR_FMT " wants a NAME", STR_ARG(verb));
        return error_hint(err, "recloop config profile " STR_FMT " work", STR_ARG(verb));
    }
    if (!settings_edit_begin(&edit, run, err)) return false;
    if (str_equal(verb, STR("use"))) return use(&edit, run, name, err);
    if (str_equal(verb, STR("delete"))) return remove_profile(&edit, run, name, err);
    return config_file_add_profile(&edit.file, name, from, err) &&
           settings_edit_save(&edit, run, err);
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)err;
    return run_new_local(context, arguments, run_id, work);
}

static const char *const examples[] = {
    "recloop config profile",
    "recloop config profile new work --from sandbox",
    "recloop config profile use work",
    NULL,
};

const struct action config_profile_action = {
    .descriptor =
        {
            .name = "config profile",
            .summary = "list, choose, make and delete profiles",
            .writes = DESCRIPTOR_WRITES_LOCAL,
            .details =
                "A profile is a section of the settings file. The profile sandbox is built in "
                "and cannot be deleted; deleting the one in use goes back to it.",
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
};
