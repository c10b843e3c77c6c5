// copy_text — see the header.
#include "copy_text.h"

#define MASK STR("••••")

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool copy_text_has_mask(struct str text) {
    return str_contains(text, MASK);
}

void copy_text_add_hole(struct buf *out, struct str variable) {
    buf_add_char(out, '\0');
    buf_add(out, variable);
    buf_add_char(out, '\0');
}

// A mask ends with the last characters of the secret, of which there are four at most.
static size_t mask_len(struct str text) {
    size_t len = MASK.len;
    for (int more = 0; more < 4 && len < text.len; more++) {
        const char c = text.ptr[len];
        if (!is_letter(c) && !is_digit(c) && !strchr("_-+=.~", c)) break;
        len++;
    }
    return len;
}

void copy_text_add(struct buf *out, struct str text, struct str variable) {
    while (text.len) {
        if (str_starts_with(text, MASK)) {
            copy_text_add_hole(out, variable);
            text = str_skip(text, mask_len(text));
            continue;
        }
        if (text.ptr[0]) buf_add_char(out, text.ptr[0]);
        text = str_skip(text, 1);
    }
}

static const struct {
    const char *name, *variable;
} variables[] = {
    {"writeKey", "SEGMENT_WRITE_KEY"},
    {"write_key", "SEGMENT_WRITE_KEY"},
    {"SecretAccessKey", "AWS_SECRET_ACCESS_KEY"},
    {"secret_access_key", "AWS_SECRET_ACCESS_KEY"},
    {"SessionToken", "AWS_SESSION_TOKEN"},
    {"session_token", "AWS_SESSION_TOKEN"},
    {"WebIdentityToken", "AWS_WEB_IDENTITY_TOKEN"},
    {"profile_api_token", "SEGMENT_PROFILE_TOKEN"},
};

void copy_text_add_variable(struct buf *out, struct str name) {
    for (size_t i = 0; i < ARRAY_COUNT(variables); i++) {
        if (!str_equal_nocase(name, str_from(variables[i].name))) continue;
        buf_add(out, str_from(variables[i].variable));
        return;
    }
    const size_t start = out->len;
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool is_upper = c >= 'A' && c <= 'Z';
        const bool was_lower = i > 0 && name.ptr[i - 1] >= 'a' && name.ptr[i - 1] <= 'z';
        if (is_upper && was_lower) buf_add_char(out, '_');
        if (is_letter(c))
            buf_add_char(out, (char)(c & ~0x20));
        else if (is_digit(c) && out->len > start)
            buf_add_char(out, c);
        else if (out->len > start && out->ptr[out->len - 1] != '_')
            buf_add_char(out, '_');
    }
    if (out->len == start) buf_add(out, STR("SECRET"));
}

// JSON

static void add_quoted(struct buf *out, struct str text, struct str key) {
    struct buf holed = {0}, variable = {0}, piece = {0};
    copy_text_add_variable(&variable, key);
    copy_text_add(&holed, text, buf_str(&variable));
    struct str rest = buf_str(&holed), part;
    bool is_hole = false;
    buf_add_char(out, '"');
    while (rest.len || is_hole) {
        const bool has_more = str_split(rest, '\0', &part, &rest);
        if (is_hole) {
            copy_text_add_hole(out, part);
        } else {
            buf_reset(&piece);
            json_quote(&piece, part);
            buf_add(out, str_slice(buf_str(&piece), 1, piece.len - 2));
        }
        if (!has_more) break;
        is_hole = !is_hole;
    }
    buf_add_char(out, '"');
    buf_release(&holed);
    buf_release(&variable);
    buf_release(&piece);
}

void copy_text_add_json(struct buf *out, const struct json_node *node, struct str key) {
    const enum json_kind kind = json_kind(node);
    if (kind == JSON_STRING) {
        add_quoted(out, json_text(node), key);
        return;
    }
    if (kind != JSON_OBJECT && kind != JSON_ARRAY) {
        json_print(node, out);
        return;
    }
    buf_add_char(out, kind == JSON_OBJECT ? '{' : '[');
    for (const struct json_node *at = json_first(node); at; at = json_next(at)) {
        if (at != json_first(node)) buf_add_char(out, ',');
        if (kind == JSON_OBJECT) {
            add_quoted(out, json_key(at), STR("SECRET"));
            buf_add_char(out, ':');
        }
        copy_text_add_json(out, at, kind == JSON_OBJECT ? json_key(at) : key);
    }
    buf_add_char(out, kind == JSON_OBJECT ? '}' : ']');
}

void copy_text_add_pairs(struct buf *out, struct str pairs) {
    bool is_first = true;
    while (pairs.len) {
        struct str pair, name, value;
        struct buf variable = {0};
        (void)str_split(pairs, '&', &pair, &pairs);
        const bool has_value = str_split(pair, '=', &name, &value);
        copy_text_add_variable(&variable, name);
        if (!is_first) buf_add_char(out, '&');
        is_first = false;
        copy_text_add(out, name, STR("SECRET"));
        if (has_value) buf_add_char(out, '=');
        copy_text_add(out, value, buf_str(&variable));
        buf_release(&variable);
    }
}

// Shell

static bool is_plain_word(struct str text) {
    if (!text.len || text.ptr[0] == '~' || text.ptr[0] == '=') return false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (!is_letter(c) && !is_digit(c) && !(c && strchr("_@%+=:,./-", c))) return false;
    }
    return true;
}

static void add_single_quoted(struct buf *out, struct str text) {
    buf_add_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\'')
            buf_add(out, STR("'\\''"));
        else
            buf_add_char(out, text.ptr[i]);
    }
    buf_add_char(out, '\'');
}

void copy_text_add_sh(struct buf *out, struct str holed) {
    if (is_plain_word(holed)) {
        buf_add(out, holed);
        return;
    }
    struct str rest = holed, part;
    bool is_hole = false, has_more = true;
    const size_t start = out->len;
    while (has_more) {
        has_more = str_split(rest, '\0', &part, &rest);
        if (is_hole)
            buf_add_format(out, "\"$" STR_FMT "\"", STR_ARG(part));
        else if (part.len)
            add_single_quoted(out, part);
        is_hole = !is_hole;
    }
    if (out->len == start) buf_add(out, STR("''"));
}

// Python

static void add_python_literal(struct buf *out, struct str text) {
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (c == '"' || c == '\\') {
            buf_add_char(out, '\\');
            buf_add_char(out, c);
        } else if (c == '\n') {
            buf_add(out, STR("\\n"));
        } else if ((unsigned char)c < 0x20 || c == 0x7F) {
            buf_add_format(out, "\\x%02x", (unsigned)(unsigned char)c);
        } else {
            buf_add_char(out, c);
        }
    }
    buf_add_char(out, '"');
}

void copy_text_add_python(struct buf *out, struct str holed) {
    struct str rest = holed, part;
    bool is_hole = false, has_more = true;
    const size_t start = out->len;
    while (has_more) {
        has_more = str_split(rest, '\0', &part, &rest);
        if ((part.len || is_hole) && out->len > start) buf_add(out, STR(" + "));
        if (is_hole)
            buf_add_format(out, "os.environ[\"" STR_FMT "\"]", STR_ARG(part));
        else if (part.len)
            add_python_literal(out, part);
        is_hole = !is_hole;
    }
    if (out->len == start) buf_add(out, STR("\"\""));
}

static void add_line_start(struct buf *out, int indent) {
    buf_add_char(out, '\n');
    for (int i = 0; i < indent; i++)
        buf_add(out, STR("    "));
}

static void
add_python_members(struct buf *out, const struct json_node *node, struct str key, int indent) {
    const bool is_object = json_kind(node) == JSON_OBJECT;
    for (const struct json_node *at = json_first(node); at; at = json_next(at)) {
        add_line_start(out, indent + 1);
        if (is_object) {
            struct buf name = {0};
            copy_text_add(&name, json_key(at), STR("SECRET"));
            copy_text_add_python(out, buf_str(&name));
            buf_add(out, STR(": "));
            buf_release(&name);
        }
        copy_text_add_python_json(out, at, is_object ? json_key(at) : key, indent + 1);
        buf_add_char(out, ',');
    }
    if (json_first(node)) add_line_start(out, indent);
}

void copy_text_add_python_json(
    struct buf *out, const struct json_node *node, struct str key, int indent) {
    switch (json_kind(node)) {
    case JSON_STRING: {
        struct buf holed = {0}, variable = {0};
        copy_text_add_variable(&variable, key);
        copy_text_add(&holed, json_text(node), buf_str(&variable));
        copy_text_add_python(out, buf_str(&holed));
        buf_release(&holed);
        buf_release(&variable);
        break;
    }
    case JSON_OBJECT:
    case JSON_ARRAY:
        buf_add_char(out, json_kind(node) == JSON_OBJECT ? '{' : '[');
        add_python_members(out, node, key, indent);
        buf_add_char(out, json_kind(node) == JSON_OBJECT ? '}' : ']');
        break;
    case JSON_BOOL: buf_add(out, json_bool(node, false) ? STR("True") : STR("False")); break;
    case JSON_NUMBER: json_print(node, out); break;
    case JSON_NULL:
    case JSON_ABSENT: buf_add(out, STR("None")); break;
    }
}
