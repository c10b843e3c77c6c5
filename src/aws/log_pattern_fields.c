// log_pattern_fields — [ip, user, ..., status = 4*] against messages of fields between blanks.
#include "log_pattern_internal.h"

#include "base/memory.h"

#define MOST_FIELDS 128
#define REST STR("...")

static struct str read_name(struct log_pattern_reader *reader) {
    log_pattern_skip_blanks(reader);
    const size_t start = reader->at;
    while (!log_pattern_at_end(reader)) {
        const char c = reader->text.ptr[reader->at];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!is_letter && !(c >= '0' && c <= '9') && c != '-' && (unsigned char)c < 0x80) break;
        reader->at++;
    }
    return str_slice(reader->text, start, reader->at - start);
}

// `= 4*` behind the field's name, and further ones that may repeat the name: && status != 404
static bool read_condition(struct log_pattern_reader *reader, size_t field, size_t *out) {
    struct log_pattern_node node = {.kind = LOG_PATTERN_COMPARE, .field = field};
    if (!log_pattern_read_comparison(reader, ",]", &node)) return false;
    *out = log_pattern_add(reader, &node);
    return true;
}

static bool read_conditions(struct log_pattern_reader *reader, size_t field, size_t *out) {
    if (!read_condition(reader, field, out)) return false;
    for (;;) {
        struct log_pattern_node node = {.left = *out};
        if (log_pattern_take(reader, "&&"))
            node.kind = LOG_PATTERN_AND;
        else if (log_pattern_take(reader, "||"))
            node.kind = LOG_PATTERN_OR;
        else
            return true;
        const struct str name = read_name(reader);
        if (name.len && !str_equal(name, reader->pattern->fields[field]))
            return log_pattern_refuse(reader, "A condition is about the field it stands at.");
        if (!read_condition(reader, field, &node.right)) return false;
        *out = log_pattern_add(reader, &node);
    }
}

static void join(struct log_pattern_reader *reader, size_t condition) {
    struct log_pattern *pattern = reader->pattern;
    const struct log_pattern_node node = {
        .kind = LOG_PATTERN_AND, .left = pattern->root, .right = condition};
    pattern->root = log_pattern_add(reader, &node);
}

static bool read_field(struct log_pattern_reader *reader) {
    struct log_pattern *pattern = reader->pattern;
    size_t condition = 0;
    if (pattern->field_count == MOST_FIELDS)
        return log_pattern_refuse(reader, "There are too many fields.");
    const size_t field = pattern->field_count++;
    if (log_pattern_take(reader, "...")) {
        for (size_t i = 0; i < field; i++) {
            if (str_equal(pattern->fields[i], REST))
                return log_pattern_refuse(reader, "There is only one '...'.");
        }
        pattern->fields[field] = REST;
        return true;
    }
    pattern->fields[field] = read_name(reader);
    log_pattern_skip_blanks(reader);
    if (log_pattern_at_end(reader) || strchr(",]", reader->text.ptr[reader->at])) return true;
    if (!read_conditions(reader, field, &condition)) return false;
    join(reader, condition);
    return true;
}

bool log_pattern_read_fields(struct log_pattern_reader *reader) {
    struct log_pattern *pattern = reader->pattern;
    pattern->fields = mem_zeroed(MOST_FIELDS, sizeof(*pattern->fields));
    pattern->root = log_pattern_add(reader, &(struct log_pattern_node){.kind = LOG_PATTERN_TRUE});
    (void)log_pattern_take(reader, "[");
    do {
        if (!read_field(reader)) return false;
    } while (log_pattern_take(reader, ","));
    if (!log_pattern_take(reader, "]")) return log_pattern_refuse(reader, "A ']' is missing.");
    log_pattern_skip_blanks(reader);
    return log_pattern_at_end(reader)
               ? true
               : log_pattern_refuse(reader, "Nothing stands behind the closing ']'.");
}

// ---- matching ----

// The next field of a message: a word, or what is between quotes or brackets.
static bool next_field(struct str *rest, struct str *out) {
    *rest = str_trim(*rest);
    if (rest->len == 0) return false;
    const char open = rest->ptr[0];
    if (open == '"' || open == '[') {
        const struct str inside = str_skip(*rest, 1);
        const size_t end = str_find_char(inside, open == '"' ? '"' : ']');
        *out = str_slice(inside, 0, end);
        *rest = str_skip(inside, end + 1);
        return true;
    }
    (void)str_split(*rest, ' ', out, rest);
    return true;
}

static bool holds(const struct log_pattern *pattern, size_t at, const struct str *values) {
    const struct log_pattern_node *node = &pattern->nodes[at];
    switch (node->kind) {
    case LOG_PATTERN_AND:
        return holds(pattern, node->left, values) && holds(pattern, node->right, values);
    case LOG_PATTERN_OR:
        return holds(pattern, node->left, values) || holds(pattern, node->right, values);
    case LOG_PATTERN_COMPARE: return log_pattern_compare_text(node, values[node->field]);
    case LOG_PATTERN_HAS:
    case LOG_PATTERN_LACKS:
    case LOG_PATTERN_TRUE: break;
    }
    return true;
}

// As many fields as the pattern has; '...' stands for any number, also none.
bool log_pattern_fields_match(const struct log_pattern *pattern, struct str message) {
    struct str found[2 * MOST_FIELDS], values[MOST_FIELDS] = {{0}};
    size_t count = 0, at = 0;
    while (count < ARRAY_COUNT(found) && next_field(&message, &found[count]))
        count++;
    if (str_trim(message).len) return false;
    size_t rest = pattern->field_count;
    for (size_t i = 0; i < pattern->field_count; i++) {
        if (str_equal(pattern->fields[i], REST)) rest = i;
    }
    const size_t named = pattern->field_count - (rest < pattern->field_count);
    if (count < named || (count > named && rest == pattern->field_count)) return false;
    for (size_t i = 0; i < pattern->field_count; i++) {
        if (i == rest)
            at += count - named;
        else
            values[i] = found[at++];
    }
    return holds(pattern, pattern->root, values);
}
