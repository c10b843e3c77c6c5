// filter_match — asking a filter about one subject: no memory, nothing read twice without need.
#include "console/filter.h"

#include "base/clock.h"

#define DAY_MS ((int64_t)86400000)
#define DECODED_BYTES                                                                              \
    512 // of a JSON string with escapes; what is longer is compared by its beginning

static unsigned fold(char character) {
    const unsigned byte = (unsigned char)character;
    return byte - 'A' < 26u ? byte | 0x20u : byte;
}

static bool is_same_folded(const char *text, struct str part) {
    for (size_t i = 0; i < part.len; i++)
        if (fold(text[i]) != fold(part.ptr[i])) return false;
    return true;
}

// The next place from `at` on where the byte stands; text.len: none.
static size_t find_byte(struct str text, size_t at, unsigned byte) {
    if (at >= text.len) return text.len;
    const char *found = memchr(text.ptr + at, (int)byte, text.len - at);
    return found ? (size_t)(found - text.ptr) : text.len;
}

// Two searches side by side, for the first letter small and large: each as fast as the machine can.
static bool contains_folded(struct str text, struct str part) {
    if (!part.len) return true;
    if (part.len > text.len) return false;
    const struct str starts = str_slice(text, 0, text.len - part.len + 1);
    const unsigned small = fold(part.ptr[0]);
    const unsigned large = small - 'a' < 26u ? small & ~0x20u : small;
    size_t at_small = find_byte(starts, 0, small);
    size_t at_large = large == small ? starts.len : find_byte(starts, 0, large);
    while (at_small < starts.len || at_large < starts.len) {
        const size_t at = at_small < at_large ? at_small : at_large;
        if (is_same_folded(text.ptr + at, part)) return true;
        if (at == at_small)
            at_small = find_byte(starts, at + 1, small);
        else
            at_large = find_byte(starts, at + 1, large);
    }
    return false;
}

// JSON, read where it stands

static size_t skip_blanks(struct str json, size_t at) {
    while (at < json.len && (json.ptr[at] == ' ' || json.ptr[at] == '\n' || json.ptr[at] == '\t' ||
                             json.ptr[at] == '\r'))
        at++;
    return at;
}

// Past the closing quote; `at` is the opening one.
static size_t skip_string(struct str json, size_t at) {
    for (;;) {
        const size_t end = find_byte(json, at + 1, '"');
        if (end == json.len) return json.len;
        size_t escapes = 0;
        while (end - escapes > at + 1 && json.ptr[end - 1 - escapes] == '\\')
            escapes++;
        if (escapes % 2 == 0) return end + 1;
        at = end; // it belongs to the string: on from here
    }
}

static bool ends_scalar(char character) {
    return character == ',' || character == '}' || character == ']' || character == ' ' ||
           character == '\n' || character == '\t' || character == '\r';
}

static size_t skip_value(struct str json, size_t at) {
    size_t depth = 0;
    if (at < json.len && json.ptr[at] != '{' && json.ptr[at] != '[' && json.ptr[at] != '"') {
        while (at < json.len && !ends_scalar(json.ptr[at]))
            at++;
        return at;
    }
    while (at < json.len) {
        const char character = json.ptr[at];
        if (character == '"') {
            at = skip_string(json, at);
        } else {
            if (character == '{' || character == '[') depth++;
            if (character == '}' || character == ']') depth--;
            at++;
        }
        if (depth == 0) break;
    }
    return at;
}

// The value of a member, or of an element by its number; json.len: none.
static size_t find_member(struct str json, size_t at, struct str name) {
    const bool is_array = json.ptr[at] == '[';
    int64_t wanted = -1;
    if (is_array && (!str_parse_int64(name, &wanted) || wanted < 0)) return json.len;
    for (int64_t number = 0; at < json.len; number++) {
        at = skip_blanks(json, at + 1); // past { [ or ,
        if (at >= json.len || json.ptr[at] == '}' || json.ptr[at] == ']') return json.len;
        bool is_here = number == wanted;
        if (!is_array) {
            if (json.ptr[at] != '"') return json.len;
            const size_t end = skip_string(json, at);
            is_here = end - at >= 2 && str_equal(str_slice(json, at + 1, end - at - 2), name);
            at = skip_blanks(json, end);
            if (at >= json.len || json.ptr[at] != ':') return json.len;
            at = skip_blanks(json, at + 1);
        }
        if (is_here) return at;
        const size_t end = skip_value(json, at);
        if (end == at) return json.len; // no value at all
        at = skip_blanks(json, end);
        if (at >= json.len || json.ptr[at] != ',') return json.len;
    }
    return json.len;
}

bool filter_find_json(struct str json, struct str path, struct str *out) {
    size_t at = skip_blanks(json, 0);
    while (path.len) {
        struct str name;
        str_split(path, '.', &name, &path);
        if (at >= json.len || (json.ptr[at] != '{' && json.ptr[at] != '[')) return false;
        at = find_member(json, at, name);
    }
    if (at >= json.len) return false;
    const size_t end = skip_value(json, at);
    *out = str_slice(json, at, end - at);
    return out->len > 0;
}

static void add_rune(char *out, size_t *len, uint32_t rune) {
    if (rune < 0x80) {
        out[(*len)++] = (char)rune;
    } else if (rune < 0x800) {
        out[(*len)++] = (char)(0xC0u | rune >> 6);
        out[(*len)++] = (char)(0x80u | (rune & 0x3Fu));
    } else {
        out[(*len)++] = (char)(0xE0u | rune >> 12);
        out[(*len)++] = (char)(0x80u | (rune >> 6 & 0x3Fu));
        out[(*len)++] = (char)(0x80u | (rune & 0x3Fu));
    }
}

static uint32_t read_hex(struct str digits) {
    uint32_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        const unsigned digit = fold(digits.ptr[i]);
        const bool is_letter = digit >= 'a' && digit <= 'f';
        value = value << 4 | ((is_letter ? digit - 'a' + 10 : digit - '0') & 0xFu);
    }
    return value;
}

// Characters beyond the basic plane, which JSON may write in halves, stay halves: they match themselves.
static struct str decode(struct str quoted, char out[DECODED_BYTES]) {
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    size_t len = 0;
    for (size_t at = 0; at < quoted.len && len + 3 < DECODED_BYTES; at++) {
        if (quoted.ptr[at] != '\\' || at + 1 >= quoted.len) {
            out[len++] = quoted.ptr[at];
            continue;
        }
        const char letter = quoted.ptr[++at];
        const char *known = letter ? strchr(from, letter) : NULL;
        if (letter == 'u') {
            add_rune(out, &len, read_hex(str_slice(quoted, at + 1, 4)));
            at += 4;
        } else {
            out[len++] = known ? to[known - from] : letter;
        }
    }
    return (struct str){.ptr = out, .len = len};
}

// Tests

static struct str text_of(const struct filter *filter, struct filter_span span) {
    return (struct str){.ptr = filter->text + span.at, .len = span.len};
}

static bool
is_text_right(const struct filter *filter, const struct filter_node *node, struct str text) {
    const struct str wanted = text_of(filter, node->text);
    switch (node->is) {
    case FILTER_CONTAINS: return contains_folded(text, wanted);
    case FILTER_EQUALS: return str_equal_nocase(text, wanted);
    case FILTER_MATCHES: return pattern_matches(&filter->patterns[node->pattern], text);
    case FILTER_EXISTS: return true;
    case FILTER_LESS:
    case FILTER_AT_MOST:
    case FILTER_MORE:
    case FILTER_AT_LEAST:
    case FILTER_AND:
    case FILTER_OR:
    case FILTER_NOT: break;
    }
    return false;
}

static bool is_number_right(const struct filter_node *node, double number) {
    switch (node->is) {
    case FILTER_CONTAINS:
    case FILTER_EQUALS: return number == node->number;
    case FILTER_LESS: return number < node->number;
    case FILTER_AT_MOST: return number <= node->number;
    case FILTER_MORE: return number > node->number;
    case FILTER_AT_LEAST: return number >= node->number;
    case FILTER_EXISTS: return true;
    case FILTER_MATCHES:
    case FILTER_AND:
    case FILTER_OR:
    case FILTER_NOT: break;
    }
    return false;
}

static bool is_time_right(const struct filter_node *node, int64_t at_ms) {
    if (node->is_time_of_day) at_ms = (at_ms % DAY_MS + DAY_MS) % DAY_MS;
    switch (node->is) {
    case FILTER_CONTAINS:
    case FILTER_EQUALS: return at_ms >= node->from_ms && at_ms < node->to_ms;
    case FILTER_LESS: return at_ms < node->from_ms;
    case FILTER_AT_MOST: return at_ms <= node->from_ms;
    case FILTER_MORE: return at_ms > node->from_ms;
    case FILTER_AT_LEAST: return at_ms >= node->from_ms;
    case FILTER_EXISTS: return true;
    case FILTER_MATCHES:
    case FILTER_AND:
    case FILTER_OR:
    case FILTER_NOT: break;
    }
    return false;
}

static bool is_compared(const struct filter_node *node) {
    return node->is >= FILTER_LESS && node->is <= FILTER_AT_LEAST;
}

static bool is_compared_right(const struct filter_node *node, struct str text) {
    double number = 0;
    int64_t at_ms = 0;
    if (node->is_number) return str_parse_double(text, &number) && is_number_right(node, number);
    return clock_parse_iso8601(text, &at_ms) && is_time_right(node, at_ms);
}

static bool
is_json_right(const struct filter *filter, const struct filter_node *node, struct str value) {
    char decoded[DECODED_BYTES];
    if (value.len >= 2 && value.ptr[0] == '"') {
        value = str_slice(value, 1, value.len - 2);
        if (str_find_char(value, '\\') < value.len) value = decode(value, decoded);
    }
    return is_compared(node) ? is_compared_right(node, value) : is_text_right(filter, node, value);
}

// Of the field's document the member that the schema names, then the one that the filter names.
static bool find_value(
    const struct filter *filter, const struct filter_node *node, struct str json, struct str *out) {
    const struct filter_field *field = &filter->schema->fields[node->field];
    *out = json;
    if (field->path && !filter_find_json(*out, str_from(field->path), out)) return false;
    return !node->path.len || filter_find_json(*out, text_of(filter, node->path), out);
}

static bool
is_field_right(const struct filter *filter, const struct filter_node *node, const void *subject) {
    struct filter_value value = {0};
    struct str member = {0};
    if (!filter->schema->find(subject, (size_t)node->field, &value)) return false;
    switch (filter->schema->fields[node->field].kind) {
    case FILTER_TEXT:
        return is_compared(node) ? is_compared_right(node, value.text)
                                 : is_text_right(filter, node, value.text);
    case FILTER_NUMBER: return is_number_right(node, value.number);
    case FILTER_TIME: return is_time_right(node, value.at_ms);
    case FILTER_JSON:
        return find_value(filter, node, value.text, &member) && is_json_right(filter, node, member);
    }
    return false;
}

// Texts, and whole documents; what is inside a document is in it.
static bool
is_any_right(const struct filter *filter, const struct filter_node *node, const void *subject) {
    for (size_t field = 0; field < filter->schema->field_count; field++) {
        const struct filter_field *known = &filter->schema->fields[field];
        struct filter_value value = {0};
        if (known->kind == FILTER_NUMBER || known->kind == FILTER_TIME || known->path) continue;
        if (!filter->schema->find(subject, field, &value)) continue;
        if (is_text_right(filter, node, value.text)) return true;
    }
    return false;
}

static bool is_right(const struct filter *filter, int at, const void *subject) {
    const struct filter_node *node = &filter->nodes[at];
    if (node->is == FILTER_NOT) return !is_right(filter, node->left, subject);
    if (node->is == FILTER_AND)
        return is_right(filter, node->left, subject) && is_right(filter, node->right, subject);
    if (node->is == FILTER_OR)
        return is_right(filter, node->left, subject) || is_right(filter, node->right, subject);
    return node->field == FILTER_ANY_FIELD ? is_any_right(filter, node, subject)
                                           : is_field_right(filter, node, subject);
}

bool filter_matches(const struct filter *filter, const void *subject) {
    return filter_is_empty(filter) || is_right(filter, filter->root, subject);
}
