// help — the commands, or one of them, from the action table.
#include "actions/usage.h"
#include "run.h"

#include "registry.h"

#include <string.h>

static const struct parameter parameters[] = {
    {
        .name = "command",
        .kind = PARAMETER_TEXT,
        .metavar = "COMMAND",
        .help = "the command to explain, with its subcommand if it has one",
        .positional = true,
        .repeats = true,
    },
};

static void emit_text(struct run *run, struct str text) {
    while (text.len) {
        struct str line = {0};
        str_split(text, '\n', &line, &text);
        run_emit(run, message_new_line(run->run_id, false, line));
    }
}

static void emit_json(struct run *run, const struct descriptor *only) {
    CLEANUP(json_release) struct json made = {0};
    struct json_node *list = json_new_array(&made);
    for (size_t i = 0; i < action_count(); i++) {
        const struct descriptor *descriptor = &action_at(i)->descriptor;
        if (!only || only == descriptor) usage_add_json(json_add_object(list, NULL), descriptor);
    }
    CLEANUP(buf_release) struct buf text = {0};
    json_print(made.root, &text);
    struct message *message = message_new(MESSAGE_VALUES, run->run_id);
    message_add_value_json(message, "commands", buf_str(&text));
    run_emit(run, message);
}

static bool explain(struct run *run, struct error *err) {
    CLEANUP(buf_release) struct buf name = {0};
    for (size_t i = 0; i < arguments_count(&run->arguments, "command"); i++) {
        if (i) buf_add_char(&name, ' ');
        buf_add(&name, arguments_get_at(&run->arguments, "command", i));
    }
    const struct action *action = name.len ? action_find(buf_text(&name)) : NULL;
    const bool is_group = name.len && !action && action_is_group(buf_text(&name));
    if (name.len && !action && !is_group) {
        error_set(err, ERROR_USAGE, "there is no command \"%s\"", buf_text(&name));
        return error_hint(err, "`recloop help` lists the commands.");
    }
    if (run->context->wants_json) {
        emit_json(run, action ? &action->descriptor : NULL);
        return true;
    }
    CLEANUP(buf_release) struct buf text = {0};
    if (action)
        usage_add_command(&text, &action->descriptor);
    else if (is_group)
        usage_add_group(&text, buf_text(&name));
    else
        usage_add_overview(&text);
    emit_text(run, buf_str(&text));
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)err;
    return run_new_local(context, arguments, run_id, explain);
}

static const char *const examples[] = {"recloop help", "recloop help config set", NULL};

const struct action help_action = {
    .descriptor =
        {
            .name = "help",
            .summary = "what the commands do and take",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
    .is_cli_only = true,
};
