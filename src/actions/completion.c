// completion — completion scripts for shells, printed to be sourced.
#include "actions/shell.h"
#include "run.h"

#include "registry.h"

static const char *const shells[] = {"bash", "zsh", "fish", NULL};

static const struct parameter parameters[] = {
    {
        .name = "shell",
        .kind = PARAMETER_CHOICE,
        .help = "for which shell",
        .choices = shells,
        .positional = true,
        .required = true,
    },
};

static bool print_script(struct run *run, struct error *err) {
    (void)err;
    const struct str shell = arguments_get(&run->arguments, "shell");
    CLEANUP(buf_release) struct buf script = {0};
    if (str_equal(shell, STR("bash")))
        shell_add_bash(&script);
    else if (str_equal(shell, STR("zsh")))
        shell_add_zsh(&script);
    else
        shell_add_fish(&script);
    if (run->context->wants_json) {
        struct message *message = message_new(MESSAGE_VALUES, run->run_id);
        message_add_value(message, "shell", shell);
        message_add_value(message, "script", buf_str(&script));
        run_emit(run, message);
        return true;
    }
    struct str rest = buf_str(&script);
    while (rest.len) {
        struct str line = {0};
        str_split(rest, '\n', &line, &rest);
        run_emit(run, message_new_line(run->run_id, false, line));
    }
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)err;
    return run_new_local(context, arguments, run_id, print_script);
}

static const char *const examples[] = {
    "source <(recloop completion bash)",
    "recloop completion fish > ~/.config/fish/completions/recloop.fish",
    NULL,
};

const struct action completion_action = {
    .descriptor =
        {
            .name = "completion",
            .summary = "a completion script for your shell",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
    .is_cli_only = true,
};
