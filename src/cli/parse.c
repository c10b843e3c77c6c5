// parse — see the header. One pass over the words: options go to the global flags or to the action,
// the first words name the action, the rest fill its positional parameters in order.
#include "cli/parse.h"

#include "actions/global.h"
#include "base/memory.h"

#include <string.h>

#define NAME_LIMIT 64 // longest "command subcommand"

struct reader {
    const char *const *words;
    size_t count, at;
    struct parse *out;
    char group[NAME_LIMIT]; // "config": a word that only its subcommands complete
    bool options_ended;
    bool has_own_words; // the action got an option or argument: subcommands are over
    size_t positional;  // arguments given so far
};

// Damerau–Levenshtein distance (adjacent swaps count one), for short names only.
static size_t distance(struct str left, struct str right) {
    size_t rows[3][NAME_LIMIT + 1];
    size_t *before = rows[0];
    size_t *last = rows[1];
    size_t *now = rows[2];
    for (size_t j = 0; j <= right.len; j++)
        last[j] = j;
    for (size_t i = 1; i <= left.len; i++) {
        now[0] = i;
        for (size_t j = 1; j <= right.len; j++) {
            const bool same = left.ptr[i - 1] == right.ptr[j - 1];
            size_t best = last[j - 1] + (same ? 0 : 1);
            if (last[j] + 1 < best) best = last[j] + 1;
            if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
            const bool is_swap = i > 1 && j > 1 && left.ptr[i - 1] == right.ptr[j - 2] &&
                                 left.ptr[i - 2] == right.ptr[j - 1];
            if (is_swap && before[j - 2] + 1 < best) best = before[j - 2] + 1;
            now[j] = best;
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[right.len];
}

const char *parse_nearest(struct str text, const char *const *names, size_t count) {
    if (text.len == 0 || text.len > NAME_LIMIT) return NULL;
    const char *nearest = NULL;
    size_t best = text.len <= 3 ? 2 : 3; // strictly below: one slip in short names, two in others
    for (size_t i = 0; i < count; i++) {
        const struct str name = str_from(names[i]);
        if (name.len > NAME_LIMIT) continue;
        if (text.len >= 3 && str_starts_with(name, text)) return names[i];
        const size_t slips = distance(text, name);
        if (slips >= best) continue;
        best = slips;
        nearest = names[i];
    }
    return nearest;
}

static bool unknown_command(const struct reader *reader, struct str word, struct error *err) {
    const char *names[256];
    size_t count = 0;
    CLEANUP(buf_release) struct buf wanted = {0};
    if (reader->group[0]) buf_add_format(&wanted, "%s ", reader->group);
    buf_add(&wanted, word);
    for (size_t i = 0; i < action_count() && count < ARRAY_COUNT(names); i++)
        names[count++] = action_at(i)->descriptor.name;
    error_set(err, ERROR_USAGE, "there is no command \"%s\"", buf_text(&wanted));
    const char *nearest = parse_nearest(buf_str(&wanted), names, count);
    if (nearest) return error_hint(err, "Did you mean `recloop %s`?", nearest);
    return error_hint(err, "`recloop help` lists the commands.");
}

static bool unknown_option(const struct reader *reader, struct str name, struct error *err) {
    const char *names[256];
    size_t count = 0;
    for (size_t i = 0; i < global_count(); i++)
        names[count++] = global_parameters[i].name;
    const struct action *action = reader->out->action;
    for (size_t i = 0; action && i < action->descriptor.parameter_count; i++) {
        const struct parameter *parameter = &action->descriptor.parameters[i];
        if (!parameter->positional && count < ARRAY_COUNT(names)) names[count++] = parameter->name;
    }
    if (action) {
        error_set(
            err, ERROR_USAGE, "`%s` has no option --" STR_FMT, action->descriptor.name,
            STR_ARG(name));
    } else {
        error_set(err, ERROR_USAGE, "there is no global option --" STR_FMT, STR_ARG(name));
    }
    const char *nearest = parse_nearest(name, names, count);
    if (nearest) return error_hint(err, "Did you mean --%s?", nearest);
    if (action) return error_hint(err, "`recloop help %s` lists them.", action->descriptor.name);
    return error_hint(err, "Options of a command follow its name; see `recloop help`.");
}

static bool check_choice(const struct parameter *parameter, struct str value, struct error *err) {
    CLEANUP(buf_release) struct buf known = {0};
    size_t count = 0;
    for (; parameter->choices[count]; count++) {
        if (str_equal(value, str_from(parameter->choices[count]))) return true;
        buf_add_format(&known, "%s%s", count ? ", " : "", parameter->choices[count]);
    }
    error_set(
        err, ERROR_USAGE, "%s%s cannot be \"" STR_FMT "\"", parameter->positional ? "" : "--",
        parameter->name, STR_ARG(value));
    const char *nearest = parse_nearest(value, parameter->choices, count);
    if (nearest) return error_hint(err, "Did you mean %s? Known: %s.", nearest, buf_text(&known));
    return error_hint(err, "Known: %s.", buf_text(&known));
}

static bool check_value(const struct parameter *parameter, struct str value, struct error *err) {
    int64_t number = 0;
    switch (parameter->kind) {
    case PARAMETER_FLAG:
    case PARAMETER_TEXT:
    case PARAMETER_FILE: return true;
    case PARAMETER_CHOICE: return check_choice(parameter, value, err);
    case PARAMETER_NUMBER:
        if (str_parse_int64(value, &number) && number >= 0) return true;
        error_set(
            err, ERROR_USAGE, "--%s takes a whole number, not \"" STR_FMT "\"", parameter->name,
            STR_ARG(value));
        return error_hint(err, "Write it like this: --%s 5", parameter->name);
    }
    return true;
}

static bool keep(
    struct arguments *arguments,
    const struct parameter *parameter,
    struct str value,
    struct error *err) {
    if (!check_value(parameter, value, err)) return false;
    if (!parameter->repeats) {
        arguments_set(arguments, parameter->name, value);
        return true;
    }
    if (arguments_add(arguments, str_from(parameter->name), value)) return true;
    return error_set(err, ERROR_USAGE, "more than %d arguments", ARGUMENTS_MAX);
}

static const struct parameter *
find_option(const struct reader *reader, struct str name, struct arguments **target) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add(&text, name);
    const struct action *action = reader->out->action;
    if (action) {
        const struct parameter *own =
            descriptor_find_parameter(&action->descriptor, buf_text(&text));
        *target = &reader->out->arguments;
        if (own && !own->positional) return own;
    }
    *target = &reader->out->globals;
    return global_find(buf_text(&text));
}

static bool read_option(struct reader *reader, struct str word, struct error *err) {
    struct str name = {0};
    struct str value = {0};
    const bool has_value = str_find_char(word, '=') < word.len;
    str_split(str_skip(word, 2), '=', &name, &value);
    struct arguments *target = NULL;
    const struct parameter *parameter = find_option(reader, name, &target);
    if (!parameter) return unknown_option(reader, name, err);
    if (target == &reader->out->arguments) reader->has_own_words = true;
    if (parameter->kind == PARAMETER_FLAG) {
        if (!has_value) return keep(target, parameter, STR("1"), err);
        error_set(err, ERROR_USAGE, "--%s takes no value", parameter->name);
        return error_hint(err, "Write --%s alone.", parameter->name);
    }
    if (!has_value) {
        if (reader->at >= reader->count) {
            error_set(err, ERROR_USAGE, "--%s needs a value", parameter->name);
            return error_hint(
                err, "Write it like this: --%s %s", parameter->name,
                parameter->metavar ? parameter->metavar : "VALUE");
        }
        value = str_from(reader->words[reader->at++]);
    }
    return keep(target, parameter, value, err);
}

// The n-th positional parameter; past the last, a repeating last one again.
static const struct parameter *positional_at(const struct descriptor *descriptor, size_t nth) {
    const struct parameter *last = NULL;
    for (size_t i = 0; i < descriptor->parameter_count; i++) {
        const struct parameter *parameter = &descriptor->parameters[i];
        if (!parameter->positional) continue;
        last = parameter;
        if (nth-- == 0) return parameter;
    }
    return last && last->repeats ? last : NULL;
}

// Takes the word as (part of) the action's name, if it is one.
static bool name_action(struct reader *reader, struct str word) {
    struct parse *out = reader->out;
    if (reader->has_own_words || reader->positional > 0) return false;
    CLEANUP(buf_release) struct buf name = {0};
    if (out->action) {
        buf_add_format(&name, "%s ", out->action->descriptor.name);
    } else if (reader->group[0]) {
        buf_add_format(&name, "%s ", reader->group);
    }
    buf_add(&name, word);
    const struct action *found = action_find(buf_text(&name));
    if (found) {
        out->action = found;
        return true;
    }
    if (out->action || reader->group[0] || !action_is_group(buf_text(&name))) return false;
    if (name.len >= sizeof(reader->group)) return false;
    memcpy(reader->group, buf_text(&name), name.len + 1);
    return true;
}

static bool read_argument(struct reader *reader, struct str word, struct error *err) {
    if (!reader->options_ended && name_action(reader, word)) return true;
    const struct action *action = reader->out->action;
    if (!action) return unknown_command(reader, word, err);
    const struct parameter *parameter = positional_at(&action->descriptor, reader->positional);
    if (!parameter) {
        error_set(
            err, ERROR_USAGE, "`%s` does not take the argument \"" STR_FMT "\"",
            action->descriptor.name, STR_ARG(word));
        return error_hint(err, "See `recloop help %s`.", action->descriptor.name);
    }
    reader->positional++;
    return keep(&reader->out->arguments, parameter, word, err);
}

static bool check_required(const struct parse *parse, struct error *err) {
    const struct descriptor *descriptor = &parse->action->descriptor;
    for (size_t i = 0; i < descriptor->parameter_count; i++) {
        const struct parameter *parameter = &descriptor->parameters[i];
        if (!parameter->required || arguments_has(&parse->arguments, parameter->name)) continue;
        const char *what = parameter->metavar ? parameter->metavar : parameter->name;
        if (parameter->positional) {
            error_set(err, ERROR_USAGE, "`%s` needs %s", descriptor->name, what);
        } else {
            error_set(
                err, ERROR_USAGE, "`%s` needs --%s %s", descriptor->name, parameter->name, what);
        }
        return error_hint(err, "See `recloop help %s`.", descriptor->name);
    }
    return true;
}

// --help in any place turns the line into `help COMMAND`; a group alone does as well, as an error.
static bool settle_help(struct reader *reader, struct error *err) {
    struct parse *out = reader->out;
    if (arguments_has(&out->globals, "help")) {
        CLEANUP(buf_release) struct buf name = {0};
        buf_add(&name, str_from(out->action ? out->action->descriptor.name : reader->group));
        arguments_release(&out->arguments);
        out->action = action_find("help");
        struct str rest = buf_str(&name);
        while (rest.len) {
            struct str word = {0};
            str_split(rest, ' ', &word, &rest);
            if (!arguments_add(&out->arguments, STR("command"), word)) break;
        }
        return true;
    }
    if (!out->action && reader->group[0]) {
        error_set(err, ERROR_USAGE, "`%s` needs a subcommand", reader->group);
        return error_hint(err, "`recloop help %s` lists them.", reader->group);
    }
    return !out->action || check_required(out, err);
}

static bool read_words(struct reader *reader, struct error *err) {
    while (reader->at < reader->count) {
        const struct str word = str_from(reader->words[reader->at++]);
        bool ok = true;
        if (reader->options_ended || word.len < 2 || word.ptr[0] != '-') {
            ok = read_argument(reader, word, err);
        } else if (str_equal(word, STR("--"))) {
            reader->options_ended = true;
        } else if (str_equal(word, STR("-h"))) {
            arguments_set(&reader->out->globals, "help", STR("1"));
        } else if (str_equal(word, STR("--version")) && !reader->out->action) {
            reader->out->action = action_find("version");
        } else if (str_starts_with(word, STR("--"))) {
            ok = read_option(reader, word, err);
        } else {
            error_set(err, ERROR_USAGE, "there is no option " STR_FMT, STR_ARG(word));
            ok = error_hint(err, "Options have long names, such as --json; see `recloop help`.");
        }
        if (!ok) return false;
    }
    return settle_help(reader, err);
}

bool parse_command_line(int count, const char *const *words, struct parse *out, struct error *err) {
    struct parse parsed = {0};
    struct reader reader = {.words = words, .count = count > 0 ? (size_t)count : 0, .out = &parsed};
    if (!read_words(&reader, err)) {
        parse_release(&parsed);
        return false;
    }
    *out = parsed;
    return true;
}

void parse_release(struct parse *parse) {
    arguments_release(&parse->arguments);
    arguments_release(&parse->globals);
    parse->action = NULL;
}
