// usage — see the header.
#include "actions/usage.h"

#include "actions/action.h"
#include "actions/global.h"

#include <string.h>

#define COLUMNS 80
#define INDENT 2

// Words of `text`, broken before COLUMNS; the cursor stands at `column`.
static void add_wrapped(struct buf *out, struct str text, size_t column, size_t indent) {
    bool is_first = true;
    while (text.len) {
        struct str word = {0};
        str_split(text, ' ', &word, &text);
        if (!is_first && column + 1 + word.len > COLUMNS) {
            buf_add_char(out, '\n');
            for (size_t i = 0; i < indent; i++)
                buf_add_char(out, ' ');
            column = indent;
            is_first = true;
        }
        if (!is_first) buf_add_char(out, ' ');
        column += word.len + (is_first ? 0 : 1);
        buf_add(out, word);
        is_first = false;
    }
    buf_add_char(out, '\n');
}

static void add_choices(struct buf *out, const struct parameter *parameter) {
    for (size_t i = 0; parameter->choices && parameter->choices[i]; i++)
        buf_add_format(out, "%s%s", i ? "|" : "", parameter->choices[i]);
}

// "--user U", "--via segment|destination", "ITEM..."
static void add_form(struct buf *out, const struct parameter *parameter) {
    if (!parameter->positional) buf_add_format(out, "--%s", parameter->name);
    if (parameter->kind != PARAMETER_FLAG) {
        if (!parameter->positional) buf_add_char(out, ' ');
        if (parameter->kind == PARAMETER_CHOICE)
            add_choices(out, parameter);
        else
            buf_add(out, str_from(parameter->metavar ? parameter->metavar : "VALUE"));
    }
    if (parameter->repeats) buf_add(out, STR("..."));
}

void usage_add_synopsis(struct buf *out, const struct descriptor *descriptor) {
    CLEANUP(buf_release) struct buf line = {0};
    buf_add_format(&line, "usage: recloop %s", descriptor->name);
    size_t column = line.len;
    const size_t indent = column + 1;
    buf_add(out, buf_str(&line));
    for (size_t i = 0; i < descriptor->parameter_count; i++) {
        const struct parameter *parameter = &descriptor->parameters[i];
        CLEANUP(buf_release) struct buf part = {0};
        if (!parameter->required) buf_add_char(&part, '[');
        add_form(&part, parameter);
        if (!parameter->required) buf_add_char(&part, ']');
        if (column + 1 + part.len > COLUMNS && column > indent) {
            buf_add_char(out, '\n');
            for (size_t at = 0; at + 1 < indent; at++)
                buf_add_char(out, ' ');
            column = indent - 1;
        }
        buf_add_char(out, ' ');
        buf_add(out, buf_str(&part));
        column += 1 + part.len;
    }
    buf_add_char(out, '\n');
}

#define FORM_WIDTH 26

static void add_parameter(struct buf *out, const struct parameter *parameter) {
    CLEANUP(buf_release) struct buf form = {0};
    add_form(&form, parameter);
    CLEANUP(buf_release) struct buf text = {0};
    buf_add(&text, str_from(parameter->help));
    if (parameter->initial) buf_add_format(&text, " (default: %s)", parameter->initial);
    buf_add_format(out, "  %-*s", FORM_WIDTH, buf_text(&form));
    size_t column = INDENT + FORM_WIDTH;
    if (form.len >= FORM_WIDTH) {
        buf_add_format(out, "\n  %*s", FORM_WIDTH, "");
    }
    add_wrapped(out, buf_str(&text), column, column);
}

static void add_paragraphs(struct buf *out, struct str text) {
    while (text.len) {
        struct str line = {0};
        str_split(text, '\n', &line, &text);
        if (line.len == 0)
            buf_add_char(out, '\n');
        else
            add_wrapped(out, line, 0, 0);
    }
}

void usage_add_command(struct buf *out, const struct descriptor *descriptor) {
    buf_add_format(out, "recloop %s - %s\n\n", descriptor->name, descriptor->summary);
    usage_add_synopsis(out, descriptor);
    if (descriptor->details) {
        buf_add_char(out, '\n');
        add_paragraphs(out, str_from(descriptor->details));
    }
    if (descriptor->parameter_count) buf_add(out, STR("\nOptions and arguments\n"));
    for (size_t i = 0; i < descriptor->parameter_count; i++)
        add_parameter(out, &descriptor->parameters[i]);
    if (descriptor->examples) buf_add(out, STR("\nExamples\n"));
    for (size_t i = 0; descriptor->examples && descriptor->examples[i]; i++)
        buf_add_format(out, "  %s\n", descriptor->examples[i]);
    if (action_is_group(descriptor->name)) buf_add_char(out, '\n');
    usage_add_group(out, descriptor->name);
    buf_add(out, STR("\nGlobal flags are listed by `recloop help`.\n"));
}

static void add_command_line(struct buf *out, const struct descriptor *descriptor) {
    buf_add_format(out, "  %-20s ", descriptor->name);
    add_wrapped(out, str_from(descriptor->summary), INDENT + 21, INDENT + 21);
}

void usage_add_group(struct buf *out, const char *name) {
    const size_t len = strlen(name);
    bool has_title = false;
    for (size_t i = 0; i < action_count(); i++) {
        const struct descriptor *descriptor = &action_at(i)->descriptor;
        if (strncmp(descriptor->name, name, len) != 0 || descriptor->name[len] != ' ') continue;
        if (!has_title) buf_add_format(out, "Commands below %s\n", name);
        has_title = true;
        add_command_line(out, descriptor);
    }
}

void usage_add_overview(struct buf *out) {
    buf_add(
        out, STR("recloop - the recommendation loop, live in your terminal\n\n"
                 "usage: recloop [GLOBAL FLAGS] [COMMAND] [OPTIONS] [ARGUMENTS]\n\n"
                 "Without a command the console opens; with nothing configured it works on a\n"
                 "sandbox of its own, without account or network.\n\nCommands\n"));
    for (size_t i = 0; i < action_count(); i++)
        add_command_line(out, &action_at(i)->descriptor);
    buf_add(out, STR("\nGlobal flags, before or after the command\n"));
    for (size_t i = 0; i < global_count(); i++)
        add_parameter(out, &global_parameters[i]);
    buf_add(
        out, STR("\nExit status\n"
                 "  0 done   1 refused or failed   2 wrong usage   3 configuration\n"
                 "  4 not reachable or timed out   5 internal error   130 interrupted\n"
                 "\nExamples\n"
                 "  recloop                            the console\n"
                 "  recloop send --wait 10             one click, followed round the loop\n"
                 "  recloop recommend --user 2941404340 --num 5\n"
                 "  recloop help send                  more about one command\n"));
}

static const char *kind_name(enum parameter_kind kind) {
    switch (kind) {
    case PARAMETER_FLAG: return "flag";
    case PARAMETER_TEXT: return "text";
    case PARAMETER_NUMBER: return "number";
    case PARAMETER_FILE: return "file";
    case PARAMETER_CHOICE: return "choice";
    }
    return "text";
}

static void add_parameter_json(struct json_node *list, const struct parameter *parameter) {
    struct json_node *object = json_add_object(list, NULL);
    json_add_text(object, "name", str_from(parameter->name));
    json_add_text(object, "kind", str_from(kind_name(parameter->kind)));
    json_add_text(object, "help", str_from(parameter->help));
    if (parameter->initial) json_add_text(object, "default", str_from(parameter->initial));
    json_add_bool(object, "positional", parameter->positional);
    json_add_bool(object, "required", parameter->required);
    json_add_bool(object, "repeats", parameter->repeats);
    if (!parameter->choices) return;
    struct json_node *choices = json_add_array(object, "choices");
    for (size_t i = 0; parameter->choices[i]; i++)
        json_add_text(choices, NULL, str_from(parameter->choices[i]));
}

void usage_add_json(struct json_node *object, const struct descriptor *descriptor) {
    json_add_text(object, "name", str_from(descriptor->name));
    json_add_text(object, "summary", str_from(descriptor->summary));
    struct json_node *parameters = json_add_array(object, "parameters");
    for (size_t i = 0; i < descriptor->parameter_count; i++)
        add_parameter_json(parameters, &descriptor->parameters[i]);
}
