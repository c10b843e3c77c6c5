// config set — one value into the profile in use, cleaned of what pasting added. `config set profile
// NAME` chooses the profile instead.
#include "base/files.h"
#include "base/memory.h"
#include "diagnosis.h"
#include "settings_edit.h"

#include "registry.h"

static const struct parameter parameters[] = {
    {
        .name = "key",
        .kind = PARAMETER_TEXT,
        .metavar = "KEY",
        .help = "the setting, or \"profile\" to choose one",
        .positional = true,
        .required = true,
    },
    {
        .name = "value",
        .kind = PARAMETER_TEXT,
        .metavar = "VALUE",
        .help = "the value; \"-\" reads it from standard input, which keeps it out of `ps`",
        .positional = true,
        .required = true,
    },
};

#define VALUE_LIMIT ((size_t)8192)

// What the new value looks like in the light of all others: told, not refused, since the next command
// may set the value it clashes with.
static void tell_problem(struct run *run, const struct setting *setting) {
    struct error problem = {0};
    const struct config *config = backend_config(run->context->backend, &problem);
    if (!config) return;
    diagnosis_of(config, setting, &problem);
    if (problem.code == ERROR_NONE) return;
    run_note(run, str_from(problem.message));
    if (problem.hint[0]) run_note(run, str_from(problem.hint));
}

static bool set_value(
    struct settings_edit *edit,
    struct run *run,
    struct str key,
    struct str value,
    struct error *err) {
    if (str_equal(key, STR("profile"))) {
        if (!config_file_choose(&edit->file, str_trim(value), err)) return false;
        return settings_edit_save(edit, run, err);
    }
    const struct setting *setting = settings_require(key, err);
    if (!setting) return false;
    CLEANUP(buf_release) struct buf note = {0};
    const struct str profile = str_from(edit->profile);
    if (!config_file_set(&edit->file, profile, key, value, &note, err)) return false;
    if (!settings_edit_save(edit, run, err)) return false;
    if (note.len) run_note(run, buf_str(&note));
    tell_problem(run, setting);
    return true;
}

static bool set(struct run *run, struct error *err) {
    CLEANUP(settings_edit_release) struct settings_edit edit = {0};
    CLEANUP(buf_release) struct buf piped = {0};
    struct str value = arguments_get(&run->arguments, "value");
    if (str_equal(value, STR("-"))) {
        if (!run_read_stdin(run, VALUE_LIMIT, &piped, err)) return false;
        value = buf_str(&piped);
    }
    const bool ok = settings_edit_begin(&edit, run, err) &&
                    set_value(&edit, run, arguments_get(&run->arguments, "key"), value, err);
    mem_wipe(piped.ptr, piped.len);
    return ok;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)err;
    return run_new_local(context, arguments, run_id, set);
}

static const char *const examples[] = {
    "recloop config set profile work",
    "recloop config set campaign_arn arn:aws:personalize:eu-west-1:210987654321:campaign/shoes",
    "pass show segment | recloop config set personas_write_key -",
    NULL,
};

const struct action config_set_action = {
    .descriptor =
        {
            .name = "config set",
            .summary = "store a setting in the profile in use",
            .writes = DESCRIPTOR_WRITES_LOCAL,
            .details = "What pasting adds (blanks, quotes, line breaks, invisible characters, a "
                       "leading KEY=) is taken off and told. In the profile `sandbox` a stored "
                       "value overrides what the sandbox provides.",
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
};
