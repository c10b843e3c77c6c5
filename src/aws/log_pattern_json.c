// log_pattern_json — { $.selector = value && (…) } against messages that are JSON objects.
#include "log_pattern_internal.h"

#include "base/json.h"

#define MOST_DEPTH 32

static bool read_or(struct log_pattern_reader *reader, size_t *out);

static bool is_key_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || (unsigned char)c >= 0x80;
}

// Behind '$': ".key", "[3]", "[*]", "[\"odd key\"]", any number of them.
static bool skip_steps(struct log_pattern_reader *reader) {
    const struct str text = reader->text;
    while (reader->at < text.len) {
        if (text.ptr[reader->at] == '.') {
            const size_t start = ++reader->at;
            while (reader->at < text.len && is_key_byte(text.ptr[reader->at]))
                reader->at++;
            if (reader->at == start) return log_pattern_refuse(reader, "A key is wanted after '.'");
        } else if (text.ptr[reader->at] == '[') {
            const struct str inside = str_skip(text, reader->at + 1);
            const bool is_key = str_starts_with(inside, STR("\""));
            const size_t from = is_key ? 1 + str_find_char(str_skip(inside, 1), '"') : 0;
            const size_t end = from + str_find_char(str_skip(inside, from), ']');
            int64_t index = 0;
            const struct str step = str_slice(inside, 0, end);
            if (end >= inside.len || (!is_key && !str_equal(step, STR("*")) &&
                                      (!str_parse_int64(step, &index) || index < 0)))
                return log_pattern_refuse(reader, "Behind '[' stands a number, * or a \"key\".");
            if (is_key && (step.len < 3 || !str_ends_with(step, STR("\""))))
                return log_pattern_refuse(reader, "Behind '[' stands a number, * or a \"key\".");
            reader->at += end + 2;
        } else {
            break;
        }
    }
    return true;
}

static bool read_word_operator(struct log_pattern_reader *reader, struct log_pattern_node *node) {
    static const struct {
        const char *first, *second;
        enum log_pattern_operator comparison;
    } words[] = {
        {"IS", "NULL", LOG_PATTERN_IS_NULL},   {"IS", "TRUE", LOG_PATTERN_IS_TRUE},
        {"IS", "FALSE", LOG_PATTERN_IS_FALSE}, {"NOT", "EXISTS", LOG_PATTERN_NOT_EXISTS},
        {"EXISTS", "", LOG_PATTERN_EXISTS},
    };
    const size_t start = reader->at;
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (log_pattern_take(reader, words[i].first) && log_pattern_take(reader, words[i].second)) {
            node->comparison = words[i].comparison;
            return true;
        }
        reader->at = start;
    }
    return false;
}

static bool read_one(struct log_pattern_reader *reader, size_t *out) {
    struct log_pattern_node node = {.kind = LOG_PATTERN_COMPARE};
    if (log_pattern_take(reader, "(")) {
        if (++reader->depth > MOST_DEPTH)
            return log_pattern_refuse(reader, "The parentheses nest too deep.");
        if (!read_or(reader, out)) return false;
        reader->depth--;
        return log_pattern_take(reader, ")") ? true
                                             : log_pattern_refuse(reader, "A ')' is missing.");
    }
    if (!log_pattern_take(reader, "$"))
        return log_pattern_refuse(reader, "A selector is wanted: $.key");
    const size_t start = reader->at;
    if (!skip_steps(reader)) return false;
    node.subject = str_slice(reader->text, start, reader->at - start);
    if (node.subject.len == 0) return log_pattern_refuse(reader, "A selector is wanted: $.key");
    if (!read_word_operator(reader, &node) && !log_pattern_read_comparison(reader, ")}", &node))
        return false;
    *out = log_pattern_add(reader, &node);
    return true;
}

static bool read_and(struct log_pattern_reader *reader, size_t *out) {
    if (!read_one(reader, out)) return false;
    while (log_pattern_take(reader, "&&")) {
        struct log_pattern_node node = {.kind = LOG_PATTERN_AND, .left = *out};
        if (!read_one(reader, &node.right)) return false;
        *out = log_pattern_add(reader, &node);
    }
    return true;
}

static bool read_or(struct log_pattern_reader *reader, size_t *out) {
    if (!read_and(reader, out)) return false;
    while (log_pattern_take(reader, "||")) {
        struct log_pattern_node node = {.kind = LOG_PATTERN_OR, .left = *out};
        if (!read_and(reader, &node.right)) return false;
        *out = log_pattern_add(reader, &node);
    }
    return true;
}

bool log_pattern_read_json(struct log_pattern_reader *reader) {
    (void)log_pattern_take(reader, "{");
    if (!read_or(reader, &reader->pattern->root)) return false;
    if (!log_pattern_take(reader, "}")) return log_pattern_refuse(reader, "A '}' is missing.");
    log_pattern_skip_blanks(reader);
    return log_pattern_at_end(reader)
               ? true
               : log_pattern_refuse(reader, "Nothing stands behind the closing '}'.");
}

// ---- matching ----

static bool compare(const struct log_pattern_node *node, const struct json_node *value) {
    CLEANUP(buf_release) struct buf text = {0};
    double number = 0;
    switch (node->comparison) {
    case LOG_PATTERN_IS_NULL: return json_kind(value) == JSON_NULL;
    case LOG_PATTERN_IS_TRUE: return json_kind(value) == JSON_BOOL && json_bool(value, false);
    case LOG_PATTERN_IS_FALSE: return json_kind(value) == JSON_BOOL && !json_bool(value, true);
    case LOG_PATTERN_EXISTS: return value != NULL;
    case LOG_PATTERN_NOT_EXISTS: return value == NULL;
    case LOG_PATTERN_EQUAL:
    case LOG_PATTERN_NOT_EQUAL:
    case LOG_PATTERN_LESS:
    case LOG_PATTERN_LESS_OR_EQUAL:
    case LOG_PATTERN_GREATER:
    case LOG_PATTERN_GREATER_OR_EQUAL: break;
    }
    if (json_number(value, &number)) {
        if (node->is_number) return log_pattern_compare_number(node, number);
        buf_add_double(&text, number);
        return log_pattern_compare_text(node, buf_str(&text));
    }
    if (json_kind(value) == JSON_STRING) return log_pattern_compare_text(node, json_text(value));
    if (json_kind(value) == JSON_BOOL)
        return log_pattern_compare_text(node, json_bool(value, false) ? STR("true") : STR("false"));
    return false;
}

static const struct json_node *find_key(const struct json_node *object, struct str key) {
    if (json_kind(object) != JSON_OBJECT) return NULL;
    for (const struct json_node *member = json_first(object); member; member = json_next(member)) {
        if (str_equal(json_key(member), key)) return member;
    }
    return NULL;
}

static bool
follows(const struct log_pattern_node *node, struct str steps, const struct json_node *value);

static bool follows_element(
    const struct log_pattern_node *node,
    struct str step,
    struct str rest,
    const struct json_node *list) {
    int64_t index = 0;
    const bool is_list = json_kind(list) == JSON_ARRAY;
    const struct json_node *element = is_list ? json_first(list) : NULL;
    if (str_starts_with(step, STR("\"")))
        return follows(node, rest, find_key(list, str_slice(step, 1, step.len - 2)));
    if (str_equal(step, STR("*"))) {
        for (; element; element = json_next(element)) {
            if (follows(node, rest, element)) return true;
        }
        return false;
    }
    (void)str_parse_int64(step, &index);
    while (element && index-- > 0)
        element = json_next(element);
    return follows(node, rest, element);
}

// Along the selector, as deep as it goes.
static bool
follows(const struct log_pattern_node *node, struct str steps, const struct json_node *value) {
    if (steps.len == 0) return compare(node, value);
    if (!value) return compare(node, NULL);
    if (steps.ptr[0] == '.') {
        size_t len = 0;
        const struct str rest = str_skip(steps, 1);
        while (len < rest.len && is_key_byte(rest.ptr[len]))
            len++;
        return follows(node, str_skip(rest, len), find_key(value, str_slice(rest, 0, len)));
    }
    const struct str inside = str_skip(steps, 1);
    const size_t from = inside.ptr[0] == '"' ? 1 + str_find_char(str_skip(inside, 1), '"') : 0;
    const size_t end = from + str_find_char(str_skip(inside, from), ']');
    return follows_element(node, str_slice(inside, 0, end), str_skip(inside, end + 1), value);
}

static bool holds(const struct log_pattern *pattern, size_t at, const struct json_node *root) {
    const struct log_pattern_node *node = &pattern->nodes[at];
    if (node->kind == LOG_PATTERN_AND)
        return holds(pattern, node->left, root) && holds(pattern, node->right, root);
    if (node->kind == LOG_PATTERN_OR)
        return holds(pattern, node->left, root) || holds(pattern, node->right, root);
    return follows(node, node->subject, root);
}

bool log_pattern_json_matches(const struct log_pattern *pattern, struct str message) {
    CLEANUP(json_release) struct json document = {0};
    struct error ignored;
    message = str_trim(message);
    if (!str_starts_with(message, STR("{")) || !json_parse(message, &document, &ignored))
        return false;
    return holds(pattern, pattern->root, document.root);
}
