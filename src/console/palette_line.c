// palette_line — the language of the palette's line: NAME PARAMETER=VALUE …
#include "palette_line.h"
#include "base/memory.h"
#include "console/model.h"

// What the console itself does; actions of the program are given to it.
static const struct parameter theme_parameters[] = {
    {
        .name = "name",
        .kind = PARAMETER_CHOICE,
        .help = "what it looks like",
        .choices = theme_names,
        .positional = true,
        .required = true,
    },
};

static const struct descriptor own[] = {
    {
        .name = PALETTE_LINE_THEME,
        .summary = "choose the colours",
        .writes = DESCRIPTOR_WRITES_NOTHING,
        .parameters = theme_parameters,
        .parameter_count = ARRAY_COUNT(theme_parameters),
        .in_palette = true,
    },
    {
        .name = PALETTE_LINE_OUTPUT,
        .summary = "what the last action of the palette said",
        .writes = DESCRIPTOR_WRITES_NOTHING,
        .in_palette = true,
    },
};

const struct descriptor *palette_line_at(const struct model *model, size_t at) {
    if (at < ARRAY_COUNT(own)) return &own[at];
    at -= ARRAY_COUNT(own);
    return at < model->options.action_count ? &model->options.actions[at] : NULL;
}

const struct descriptor *
palette_descriptor(const struct model *model, struct str line, struct str *out_rest) {
    const struct descriptor *found = NULL;
    const struct descriptor *each = NULL;
    for (size_t at = 0; (each = palette_line_at(model, at)); at++) {
        const struct str name = str_from(each->name), rest = str_skip(line, name.len);
        if (!each->in_palette || !str_starts_with(line, name)) continue;
        if (rest.len && rest.ptr[0] != ' ') continue;
        if (found && strlen(found->name) >= name.len) continue;
        found = each;
        *out_rest = rest;
    }
    return found;
}

// In quotes a backslash takes a quote, or another backslash, as it is.
static bool is_escape(struct str text, size_t at) {
    return text.ptr[at] == '\\' && at + 1 < text.len &&
           (text.ptr[at + 1] == '"' || text.ptr[at + 1] == '\\');
}

size_t palette_line_last(struct str line, bool *out_is_open) {
    bool is_quoted = false;
    size_t start = 0;
    for (size_t at = 0; at < line.len; at++) {
        if (is_quoted && is_escape(line, at))
            at++;
        else if (line.ptr[at] == '"')
            is_quoted = !is_quoted;
        else if (line.ptr[at] == ' ' && !is_quoted)
            start = at + 1;
    }
    *out_is_open = is_quoted;
    return start;
}

bool palette_line_next(struct str *rest, struct buf *out) {
    bool is_quoted = false;
    size_t at = 0;
    while (at < rest->len && rest->ptr[at] == ' ')
        at++;
    const size_t start = at;
    for (; at < rest->len; at++) {
        const char character = rest->ptr[at];
        if (character == ' ' && !is_quoted) break;
        if (is_quoted && is_escape(*rest, at))
            buf_add_char(out, rest->ptr[++at]);
        else if (character == '"')
            is_quoted = !is_quoted;
        else
            buf_add_char(out, character);
    }
    const bool has_word = at > start;
    *rest = str_skip(*rest, at);
    return has_word;
}

// The next positional parameter that has no value yet.
static const struct parameter *
next_positional(const struct descriptor *descriptor, const struct arguments *arguments) {
    for (size_t i = 0; i < descriptor->parameter_count; i++) {
        const struct parameter *parameter = &descriptor->parameters[i];
        if (!parameter->positional) continue;
        if (parameter->repeats || !arguments_has(arguments, parameter->name)) return parameter;
    }
    return NULL;
}

const struct parameter *palette_line_parameter(
    const struct descriptor *descriptor,
    struct str word,
    const struct arguments *before,
    struct str *out_value) {
    struct str left, right;
    const bool has_value = str_split(word, '=', &left, &right);
    for (size_t i = 0; i < descriptor->parameter_count; i++) {
        const struct parameter *parameter = &descriptor->parameters[i];
        if (!str_equal(left, str_from(parameter->name))) continue;
        if (!has_value && parameter->kind != PARAMETER_FLAG) continue;
        *out_value = parameter->kind == PARAMETER_FLAG ? STR("1") : right;
        return parameter;
    }
    *out_value = word;
    return has_value ? NULL : next_positional(descriptor, before);
}

static bool check_value(const struct parameter *parameter, struct str value, struct error *err) {
    int64_t number = 0;
    if (parameter->kind == PARAMETER_NUMBER && !str_parse_int64(value, &number)) {
        error_set(err, ERROR_USAGE, "%s must be a number", parameter->name);
        return error_hint(err, "Write for example %s=10.", parameter->name);
    }
    if (parameter->kind != PARAMETER_CHOICE) return true;
    struct buf choices = {0};
    for (size_t i = 0; parameter->choices[i]; i++) {
        if (str_equal(value, str_from(parameter->choices[i]))) {
            buf_release(&choices);
            return true;
        }
        buf_add_format(&choices, "%s%s", i ? ", " : "", parameter->choices[i]);
    }
    error_set(err, ERROR_USAGE, "%s has no such choice", parameter->name);
    error_hint(err, "It is one of: %s.", buf_text(&choices));
    buf_release(&choices);
    return false;
}

static bool add_word(
    const struct descriptor *descriptor,
    struct str word,
    struct arguments *out,
    struct error *err) {
    struct str value;
    const struct parameter *parameter = palette_line_parameter(descriptor, word, out, &value);
    if (!parameter) {
        error_set(
            err, ERROR_USAGE, "%s does not know " STR_FMT, descriptor->name,
            STR_ARG(str_slice(word, 0, 60)));
        return error_hint(err, "What it knows is offered below the line while it is typed.");
    }
    if (!check_value(parameter, value, err)) return false;
    if (!parameter->repeats) {
        arguments_set(out, parameter->name, value);
    } else if (!arguments_add(out, str_from(parameter->name), value)) {
        return error_set(err, ERROR_LIMIT, "too many values");
    }
    return true;
}

static bool check_required(
    const struct descriptor *descriptor, const struct arguments *arguments, struct error *err) {
    for (size_t i = 0; i < descriptor->parameter_count; i++) {
        const struct parameter *parameter = &descriptor->parameters[i];
        if (!parameter->required || arguments_has(arguments, parameter->name)) continue;
        error_set(err, ERROR_USAGE, "%s needs %s", descriptor->name, parameter->name);
        return error_hint(err, "%s: %s.", parameter->name, parameter->help);
    }
    return true;
}

bool palette_parse(
    const struct descriptor *descriptor,
    struct str rest,
    struct arguments *out,
    struct error *err) {
    struct arguments arguments = {0};
    struct buf word = {0};
    bool is_good = true, is_open = false;
    (void)palette_line_last(rest, &is_open);
    if (is_open) {
        error_set(err, ERROR_USAGE, "The quotes are not closed");
        return error_hint(err, "A value with blanks stands in \"…\", a quote in it is \\\".");
    }
    while (is_good && palette_line_next(&rest, &word)) {
        is_good = add_word(descriptor, buf_str(&word), &arguments, err);
        buf_reset(&word);
    }
    is_good = is_good && check_required(descriptor, &arguments, err);
    buf_release(&word);
    if (is_good)
        *out = arguments;
    else
        arguments_release(&arguments);
    return is_good;
}
