// shell — see the header. Each script holds the table as data, so that completing never starts
// the program.
#include "actions/shell.h"

#include "actions/action.h"
#include "actions/global.h"

#include <string.h>

// The first word of a name, and whether it is the first action with that word (the table is sorted).
static struct str first_word(const struct descriptor *descriptor) {
    struct str left = {0};
    struct str right = {0};
    str_split(str_from(descriptor->name), ' ', &left, &right);
    return left;
}

static struct str second_word(const struct descriptor *descriptor) {
    struct str left = {0};
    struct str right = {0};
    str_split(str_from(descriptor->name), ' ', &left, &right);
    return right;
}

static bool opens_group(size_t at) {
    if (at == 0) return true;
    return !str_equal(
        first_word(&action_at(at)->descriptor), first_word(&action_at(at - 1)->descriptor));
}

static void add_options(struct buf *out, const struct descriptor *descriptor) {
    for (size_t i = 0; i < descriptor->parameter_count; i++) {
        const struct parameter *parameter = &descriptor->parameters[i];
        if (!parameter->positional) buf_add_format(out, " --%s", parameter->name);
    }
    for (size_t i = 0; i < global_count(); i++)
        buf_add_format(out, " --%s", global_parameters[i].name);
}

static void add_choices(struct buf *out, const struct parameter *parameter) {
    for (size_t i = 0; parameter->choices[i]; i++)
        buf_add_format(out, "%s%s", i ? " " : "", parameter->choices[i]);
}

// What a positional parameter may be: completion's shells, help's commands.
static void add_bash_arguments(struct buf *out) {
    for (size_t i = 0; i < action_count(); i++) {
        const struct descriptor *descriptor = &action_at(i)->descriptor;
        for (size_t p = 0; p < descriptor->parameter_count; p++) {
            const struct parameter *parameter = &descriptor->parameters[p];
            if (!parameter->positional || parameter->kind != PARAMETER_CHOICE) continue;
            buf_add_format(out, "    [[ $command == \"%s\" ]] && below=\"", descriptor->name);
            add_choices(out, parameter);
            buf_add(out, STR("\"\n"));
        }
    }
    buf_add(out, STR("    [[ $command == help ]] && below=$commands\n"));
}

static void add_bash_commands(struct buf *out) {
    buf_add(out, STR("    local commands=\""));
    for (size_t i = 0; i < action_count(); i++) {
        if (!opens_group(i)) continue;
        buf_add_format(out, STR_FMT " ", STR_ARG(first_word(&action_at(i)->descriptor)));
    }
    buf_add(out, STR("\"\n    local below=\"\"\n    case \"$command\" in\n"));
    for (size_t i = 0; i < action_count(); i++) {
        const struct str sub = second_word(&action_at(i)->descriptor);
        if (!sub.len) continue;
        const struct str group = first_word(&action_at(i)->descriptor);
        buf_add_format(
            out, "    " STR_FMT ") below=\"$below " STR_FMT "\" ;;&\n", STR_ARG(group),
            STR_ARG(sub));
    }
    buf_add(out, STR("    esac\n"));
    add_bash_arguments(out);
}

static void add_bash_values(struct buf *out) {
    buf_add(out, STR("    case \"$command $previous\" in\n"));
    for (size_t i = 0; i < action_count(); i++) {
        const struct descriptor *descriptor = &action_at(i)->descriptor;
        for (size_t p = 0; p < descriptor->parameter_count; p++) {
            const struct parameter *parameter = &descriptor->parameters[p];
            if (parameter->positional) continue;
            if (parameter->kind == PARAMETER_CHOICE) {
                buf_add_format(
                    out, "    \"%s --%s\") COMPREPLY=($(compgen -W \"", descriptor->name,
                    parameter->name);
                add_choices(out, parameter);
                buf_add(out, STR("\" -- \"$current\")); return ;;\n"));
            } else if (parameter->kind == PARAMETER_FILE) {
                buf_add_format(
                    out, "    \"%s --%s\") COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n",
                    descriptor->name, parameter->name);
            }
        }
    }
    buf_add(out, STR("    esac\n"));
}

// The options whose next word is their value, and the names that words add up to.
static void add_bash_valued(struct buf *out) {
    buf_add(out, STR("    local valued=\" "));
    for (size_t i = 0; i < global_count(); i++) {
        if (global_parameters[i].kind != PARAMETER_FLAG)
            buf_add_format(out, "--%s ", global_parameters[i].name);
    }
    for (size_t i = 0; i < action_count(); i++) {
        const struct descriptor *descriptor = &action_at(i)->descriptor;
        for (size_t p = 0; p < descriptor->parameter_count; p++) {
            const struct parameter *parameter = &descriptor->parameters[p];
            if (!parameter->positional && parameter->kind != PARAMETER_FLAG)
                buf_add_format(out, "--%s ", parameter->name);
        }
    }
    buf_add(out, STR("\"\n    local names=\""));
    for (size_t i = 0; i < action_count(); i++)
        buf_add_format(out, "|%s", action_at(i)->descriptor.name);
    buf_add(out, STR("|\"\n"));
}

void shell_add_bash(struct buf *out) {
    buf_add(
        out, STR("# recloop completion for bash: source <(recloop completion bash)\n"
                 "_recloop() {\n"
                 "    local current=\"${COMP_WORDS[COMP_CWORD]}\"\n"
                 "    local previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
                 "    local command=\"\" word is_value=\"\"\n"));
    add_bash_valued(out);
    buf_add(
        out, STR("    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                 "        if [[ -n $is_value ]]; then is_value=\"\"; continue; fi\n"
                 "        if [[ $word == -* ]]; then\n"
                 "            [[ $valued == *\" $word \"* ]] && is_value=1\n"
                 "            continue\n"
                 "        fi\n"
                 "        [[ -z $command || $names == *\"|$command $word\"[\\ \\|]* ]] &&\n"
                 "            command=\"${command:+$command }$word\"\n"
                 "    done\n"));
    add_bash_commands(out);
    add_bash_values(out);
    buf_add(out, STR("    local options=\"\"\n    case \"$command\" in\n"));
    for (size_t i = 0; i < action_count(); i++) {
        const struct descriptor *descriptor = &action_at(i)->descriptor;
        buf_add_format(out, "    \"%s\"*) options=\"", descriptor->name);
        add_options(out, descriptor);
        buf_add(out, STR("\" ;;&\n"));
    }
    buf_add(
        out, STR("    esac\n"
                 "    if [[ -z $command ]]; then\n"
                 "        COMPREPLY=($(compgen -W \"$commands\" -- \"$current\"))\n"
                 "    elif [[ $current == -* ]]; then\n"
                 "        COMPREPLY=($(compgen -W \"$options\" -- \"$current\"))\n"
                 "    else\n"
                 "        COMPREPLY=($(compgen -W \"$below\" -- \"$current\"))\n"
                 "    fi\n"
                 "}\n"
                 "complete -o default -F _recloop recloop\n"));
}

// A text inside single quotes of zsh or fish.
static void add_quoted(struct buf *out, struct str text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\'')
            buf_add(out, STR("'\\''"));
        else
            buf_add_char(out, text.ptr[i]);
    }
}

// Colons and brackets mean something to _arguments and _describe.
static void add_zsh_text(struct buf *out, struct str text) {
    CLEANUP(buf_release) struct buf escaped = {0};
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == ':' || text.ptr[i] == '[' || text.ptr[i] == ']')
            buf_add_char(&escaped, '\\');
        buf_add_char(&escaped, text.ptr[i]);
    }
    add_quoted(out, buf_str(&escaped));
}

static void add_zsh_option(struct buf *out, const struct parameter *parameter) {
    if (parameter->positional) return;
    buf_add_format(out, "            '--%s[", parameter->name);
    add_zsh_text(out, str_from(parameter->help));
    buf_add_char(out, ']');
    if (parameter->kind == PARAMETER_CHOICE) {
        buf_add_format(out, ":%s:(", parameter->name);
        add_choices(out, parameter);
        buf_add_char(out, ')');
    } else if (parameter->kind == PARAMETER_FILE) {
        buf_add_format(out, ":%s:_files", parameter->name);
    } else if (parameter->kind != PARAMETER_FLAG) {
        buf_add_format(out, ":%s: ", parameter->name);
    }
    buf_add(out, STR("' \\\n"));
}

static void add_zsh_group(struct buf *out, struct str group) {
    buf_add_format(out, "        " STR_FMT ")\n            local -a below=(", STR_ARG(group));
    for (size_t i = 0; i < action_count(); i++) {
        const struct descriptor *descriptor = &action_at(i)->descriptor;
        const struct str sub = second_word(descriptor);
        if (!sub.len || !str_equal(first_word(descriptor), group)) continue;
        buf_add_format(out, " '" STR_FMT ":", STR_ARG(sub));
        add_zsh_text(out, str_from(descriptor->summary));
        buf_add_char(out, '\'');
    }
    buf_add(
        out, STR(" )\n            (( $#below )) && _describe subcommand below\n"
                 "            _arguments \\\n"));
    // options of the command and of everything below it: offering one too many is no harm
    for (size_t i = 0; i < action_count(); i++) {
        const struct descriptor *descriptor = &action_at(i)->descriptor;
        if (!str_equal(first_word(descriptor), group)) continue;
        for (size_t p = 0; p < descriptor->parameter_count; p++)
            add_zsh_option(out, &descriptor->parameters[p]);
    }
    for (size_t i = 0; i < global_count(); i++)
        add_zsh_option(out, &global_parameters[i]);
    buf_add(out, STR("            '*:file:_files' ;;\n"));
}

void shell_add_zsh(struct buf *out) {
    buf_add(
        out, STR("#compdef recloop\n"
                 "# recloop completion for zsh: source <(recloop completion zsh)\n"
                 "_recloop() {\n"
                 "    if (( CURRENT == 2 )); then\n"
                 "        local -a commands=(\n"));
    for (size_t i = 0; i < action_count(); i++) {
        if (!opens_group(i)) continue;
        const struct descriptor *descriptor = &action_at(i)->descriptor;
        buf_add_format(out, "            '" STR_FMT ":", STR_ARG(first_word(descriptor)));
        add_zsh_text(out, str_from(descriptor->summary));
        buf_add(out, STR("'\n"));
    }
    buf_add(
        out, STR("        )\n"
                 "        _describe command commands\n"
                 "        return\n"
                 "    fi\n"
                 "    case $words[2] in\n"));
    for (size_t i = 0; i < action_count(); i++) {
        if (opens_group(i)) add_zsh_group(out, first_word(&action_at(i)->descriptor));
    }
    buf_add(out, STR("    esac\n}\ncompdef _recloop recloop\n"));
}

static void add_fish_options(struct buf *out, const struct descriptor *descriptor) {
    const struct str command = first_word(descriptor);
    for (size_t i = 0; i < descriptor->parameter_count; i++) {
        const struct parameter *parameter = &descriptor->parameters[i];
        if (parameter->positional) continue;
        buf_add_format(
            out, "complete -c recloop -n '__fish_seen_subcommand_from " STR_FMT "' -l %s",
            STR_ARG(command), parameter->name);
        if (parameter->kind == PARAMETER_CHOICE) {
            buf_add(out, STR(" -x -a '"));
            add_choices(out, parameter);
            buf_add_char(out, '\'');
        } else if (parameter->kind == PARAMETER_FILE) {
            buf_add(out, STR(" -r -F"));
        } else if (parameter->kind != PARAMETER_FLAG) {
            buf_add(out, STR(" -x"));
        }
        buf_add(out, STR(" -d '"));
        add_quoted(out, str_from(parameter->help));
        buf_add(out, STR("'\n"));
    }
}

void shell_add_fish(struct buf *out) {
    buf_add(
        out, STR("# recloop completion for fish: recloop completion fish | source\n"
                 "complete -c recloop -f\n"));
    for (size_t i = 0; i < action_count(); i++) {
        const struct descriptor *descriptor = &action_at(i)->descriptor;
        const struct str sub = second_word(descriptor);
        const struct str word = sub.len ? sub : first_word(descriptor);
        if (sub.len && opens_group(i)) { // a group without a command of its own
            buf_add_format(
                out, "complete -c recloop -n __fish_use_subcommand -a " STR_FMT "\n",
                STR_ARG(first_word(descriptor)));
        }
        if (sub.len) {
            buf_add_format(
                out, "complete -c recloop -n '__fish_seen_subcommand_from " STR_FMT "' -a " STR_FMT,
                STR_ARG(first_word(descriptor)), STR_ARG(word));
        } else {
            buf_add_format(
                out, "complete -c recloop -n __fish_use_subcommand -a " STR_FMT, STR_ARG(word));
        }
        buf_add(out, STR(" -d '"));
        add_quoted(out, str_from(descriptor->summary));
        buf_add(out, STR("'\n"));
        add_fish_options(out, descriptor);
    }
    for (size_t i = 0; i < global_count(); i++) {
        buf_add_format(out, "complete -c recloop -l %s -d '", global_parameters[i].name);
        add_quoted(out, str_from(global_parameters[i].help));
        buf_add(out, STR("'\n"));
    }
}
