// log_pattern — terms, and what the three forms share; see the header.
#include "log_pattern_internal.h"

#include "aws/policy.h"
#include "base/memory.h"

void log_pattern_release(struct log_pattern *pattern) {
    if (!pattern) return;
    buf_release(&pattern->text);
    mem_free(pattern->nodes);
    mem_free(pattern->fields);
    *pattern = (struct log_pattern){0};
}

size_t log_pattern_add(struct log_pattern_reader *reader, const struct log_pattern_node *node) {
    struct log_pattern *pattern = reader->pattern;
    pattern->nodes = mem_resize(pattern->nodes, pattern->count + 1, sizeof(*pattern->nodes));
    pattern->nodes[pattern->count] = *node;
    return pattern->count++;
}

bool log_pattern_refuse(struct log_pattern_reader *reader, const char *hint) {
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_printable(&shown, str_slice(str_skip(reader->text, reader->at), 0, 60));
    error_set(
        reader->err, ERROR_USAGE, "Invalid filter pattern: at character %zu, near '%s'",
        reader->at + 1, buf_text(&shown));
    return error_hint(reader->err, "%s", hint);
}

void log_pattern_skip_blanks(struct log_pattern_reader *reader) {
    while (reader->at < reader->text.len && strchr(" \t\r\n", reader->text.ptr[reader->at]) &&
           reader->text.ptr[reader->at])
        reader->at++;
}

bool log_pattern_at_end(const struct log_pattern_reader *reader) {
    return reader->at >= reader->text.len;
}

bool log_pattern_take(struct log_pattern_reader *reader, const char *literal) {
    log_pattern_skip_blanks(reader);
    if (!str_starts_with(str_skip(reader->text, reader->at), str_from(literal))) return false;
    reader->at += strlen(literal);
    return true;
}

// At a quote: what is between it and the next one.
static bool read_quoted(struct log_pattern_reader *reader, struct str *out) {
    const struct str inside = str_skip(reader->text, reader->at + 1);
    const size_t end = str_find_char(inside, '"');
    if (end == inside.len) return log_pattern_refuse(reader, "A quote has no end.");
    *out = str_slice(inside, 0, end);
    reader->at += end + 2;
    return true;
}

// ---- comparisons, of JSON and fields ----

static bool
read_value(struct log_pattern_reader *reader, const char *stops, struct log_pattern_node *node) {
    log_pattern_skip_blanks(reader);
    const size_t start = reader->at;
    if (!log_pattern_at_end(reader) && reader->text.ptr[start] == '"') {
        node->is_quoted = true;
        return read_quoted(reader, &node->value);
    }
    while (!log_pattern_at_end(reader)) {
        const char c = reader->text.ptr[reader->at];
        if (c == '\0' || strchr(stops, c)) break;
        if (str_starts_with(str_skip(reader->text, reader->at), STR("&&")) ||
            str_starts_with(str_skip(reader->text, reader->at), STR("||")))
            break;
        reader->at++;
    }
    node->value = str_trim(str_slice(reader->text, start, reader->at - start));
    if (node->value.len == 0) return log_pattern_refuse(reader, "A value is wanted here.");
    if (node->value.ptr[0] == '%')
        return log_pattern_refuse(reader, "The sandbox knows no regular expressions here.");
    node->is_number = str_parse_double(node->value, &node->number);
    return true;
}

bool log_pattern_read_comparison(
    struct log_pattern_reader *reader, const char *stops, struct log_pattern_node *node) {
    static const struct {
        const char *text;
        enum log_pattern_operator comparison;
    } operators[] = {
        {"!=", LOG_PATTERN_NOT_EQUAL},
        {"<=", LOG_PATTERN_LESS_OR_EQUAL},
        {">=", LOG_PATTERN_GREATER_OR_EQUAL},
        {"=", LOG_PATTERN_EQUAL},
        {"<", LOG_PATTERN_LESS},
        {">", LOG_PATTERN_GREATER},
    };
    for (size_t i = 0; i < ARRAY_COUNT(operators); i++) {
        if (!log_pattern_take(reader, operators[i].text)) continue;
        node->comparison = operators[i].comparison;
        if (!read_value(reader, stops, node)) return false;
        if (node->comparison >= LOG_PATTERN_LESS && !node->is_number)
            return log_pattern_refuse(reader, "Only numbers are smaller or larger.");
        return true;
    }
    return log_pattern_refuse(reader, "An operator is wanted: = != < <= > >=");
}

bool log_pattern_compare_number(const struct log_pattern_node *node, double number) {
    switch (node->comparison) {
    case LOG_PATTERN_EQUAL: return number >= node->number && number <= node->number;
    case LOG_PATTERN_NOT_EQUAL: return number < node->number || number > node->number;
    case LOG_PATTERN_LESS: return number < node->number;
    case LOG_PATTERN_LESS_OR_EQUAL: return number <= node->number;
    case LOG_PATTERN_GREATER: return number > node->number;
    case LOG_PATTERN_GREATER_OR_EQUAL: return number >= node->number;
    case LOG_PATTERN_IS_NULL:
    case LOG_PATTERN_IS_TRUE:
    case LOG_PATTERN_IS_FALSE:
    case LOG_PATTERN_EXISTS:
    case LOG_PATTERN_NOT_EXISTS: break;
    }
    return false;
}

// The wildcards of policies have a '?' besides, which here is a character.
static bool fits_stars(struct str pattern, struct str text) {
    if (str_find_char(pattern, '?') == pattern.len) {
        return policy_wildcard_matches(pattern, text, false);
    }
    struct str part, rest = pattern;
    bool is_first = true;
    while (str_split(rest, '*', &part, &rest)) {
        size_t at = 0;
        while (at + part.len <= text.len && !str_equal(str_slice(text, at, part.len), part))
            at++;
        if (at + part.len > text.len || (is_first && at)) return false;
        text = str_skip(text, at + part.len);
        is_first = false;
    }
    return is_first ? str_equal(part, text) : str_ends_with(text, part);
}

bool log_pattern_compare_text(const struct log_pattern_node *node, struct str text) {
    double number = 0;
    if (node->is_number && str_parse_double(str_trim(text), &number))
        return log_pattern_compare_number(node, number);
    const bool is_equal = fits_stars(node->value, text);
    if (node->comparison == LOG_PATTERN_EQUAL) return is_equal;
    return node->comparison == LOG_PATTERN_NOT_EQUAL && !is_equal;
}

// ---- terms ----

static bool refuse_term(struct log_pattern_reader *reader, struct str term) {
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_printable(&shown, str_slice(term, 0, 100));
    error_set(reader->err, ERROR_USAGE, "Invalid character(s) in term '%s'", buf_text(&shown));
    return error_hint(
        reader->err,
        "Put terms with other characters than letters, digits and _ in double quotes.");
}

static bool read_word(struct log_pattern_reader *reader, struct str *out) {
    const struct str rest = str_skip(reader->text, reader->at);
    size_t len = 0;
    bool is_proper = true;
    while (len < rest.len && !strchr(" \t\r\n", rest.ptr[len])) {
        const unsigned char c = (unsigned char)rest.ptr[len++];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
        is_proper = is_proper && (is_letter || (c >= '0' && c <= '9') || c == '_');
    }
    *out = str_slice(rest, 0, len);
    if (!is_proper || len == 0) return refuse_term(reader, *out);
    reader->at += len;
    return true;
}

static bool read_term(struct log_pattern_reader *reader, char *out_sign) {
    struct log_pattern_node node = {.kind = LOG_PATTERN_HAS};
    const char sign = reader->text.ptr[reader->at];
    *out_sign = sign == '-' || sign == '?' ? sign : '+';
    if (*out_sign != '+') reader->at++;
    if (*out_sign == '-') node.kind = LOG_PATTERN_LACKS;
    const bool is_quoted = !log_pattern_at_end(reader) && reader->text.ptr[reader->at] == '"';
    const bool is_read =
        is_quoted ? read_quoted(reader, &node.value) : read_word(reader, &node.value);
    if (!is_read) return false;
    node.left = *out_sign == '?';
    log_pattern_add(reader, &node);
    return true;
}

// `root` says whether question marks count.
static bool read_terms(struct log_pattern_reader *reader) {
    bool has_other = false;
    for (;;) {
        char sign = '+';
        log_pattern_skip_blanks(reader);
        if (log_pattern_at_end(reader)) break;
        if (!read_term(reader, &sign)) return false;
        has_other = has_other || sign != '?';
    }
    reader->pattern->root = !has_other;
    return true;
}

static bool terms_match(const struct log_pattern *pattern, struct str message) {
    const bool is_any = pattern->root;
    for (size_t i = 0; i < pattern->count; i++) {
        const struct log_pattern_node *node = &pattern->nodes[i];
        const bool has = str_contains(message, node->value);
        if (is_any && has) return true;
        if (is_any || node->left) continue;
        if (has != (node->kind == LOG_PATTERN_HAS)) return false;
    }
    return !is_any;
}

bool log_pattern_parse(struct str text, struct log_pattern *out, struct error *err) {
    CLEANUP(log_pattern_release) struct log_pattern pattern = {0};
    if (text.len > LOG_PATTERN_MAX_BYTES) {
        error_set(
            err, ERROR_USAGE,
            "1 validation error detected: Value at 'filterPattern' failed to satisfy constraint: "
            "Member must have length less than or equal to %d",
            LOG_PATTERN_MAX_BYTES);
        return error_hint(err, "Shorten the pattern.");
    }
    buf_add(&pattern.text, str_trim(text));
    struct log_pattern_reader reader = {
        .pattern = &pattern, .text = buf_str(&pattern.text), .err = err};
    bool is_read = true;
    if (reader.text.len == 0) {
        pattern.kind = LOG_PATTERN_ALL;
    } else if (reader.text.ptr[0] == '{') {
        pattern.kind = LOG_PATTERN_JSON;
        is_read = log_pattern_read_json(&reader);
    } else if (reader.text.ptr[0] == '[') {
        pattern.kind = LOG_PATTERN_FIELDS;
        is_read = log_pattern_read_fields(&reader);
    } else {
        pattern.kind = LOG_PATTERN_TERMS;
        is_read = read_terms(&reader);
    }
    if (!is_read) return false;
    log_pattern_release(out);
    *out = pattern;
    pattern = (struct log_pattern){0};
    return true;
}

bool log_pattern_matches(const struct log_pattern *pattern, struct str message) {
    switch (pattern->kind) {
    case LOG_PATTERN_ALL: return true;
    case LOG_PATTERN_TERMS: return terms_match(pattern, message);
    case LOG_PATTERN_JSON: return log_pattern_json_matches(pattern, message);
    case LOG_PATTERN_FIELDS: return log_pattern_fields_match(pattern, message);
    }
    UNREACHABLE("a pattern of no kind");
}
