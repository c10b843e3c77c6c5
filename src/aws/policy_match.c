// policy_match — wildcards and variables.
#include "policy_internal.h"

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

// With one point to return to, the newest wildcard: linear in memory, and never more than length times
// length steps.
static bool
matches(struct str pattern, struct str text, char any_text, char any_character, bool ignores_case) {
    size_t p = 0, t = 0, star = pattern.len, mark = 0;
    while (t < text.len) {
        const char wanted = p < pattern.len ? pattern.ptr[p] : '\0';
        const char is = text.ptr[t];
        if (p < pattern.len && wanted == any_text) {
            star = p++;
            mark = t;
        } else if (
            p < pattern.len && (wanted == any_character || wanted == is ||
                                (ignores_case && lower(wanted) == lower(is)))) {
            p++;
            t++;
        } else if (star < pattern.len) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == any_text)
        p++;
    return p == pattern.len;
}

bool policy_wildcard_matches(struct str pattern, struct str text, bool ignores_case) {
    return matches(pattern, text, '*', '?', ignores_case);
}

bool policy_matches_filled(struct str filled, struct str text, bool ignores_case) {
    return matches(filled, text, POLICY_ANY_TEXT, POLICY_ANY_CHARACTER, ignores_case);
}

const struct policy_fact *policy_find_fact(const struct policy_request *request, struct str key) {
    for (size_t i = 0; i < request->fact_count; i++) {
        if (str_equal_nocase(request->facts[i].key, key)) return &request->facts[i];
    }
    return NULL;
}

bool policy_next_variable(struct str *rest, struct str *before, struct policy_variable *out) {
    struct str body;
    for (size_t i = 0; i + 1 < rest->len; i++) {
        if (rest->ptr[i] != '$' || rest->ptr[i + 1] != '{') continue;
        const struct str inside = str_skip(*rest, i + 2);
        const size_t end = str_find_char(inside, '}');
        if (end == inside.len) break;
        *before = str_slice(*rest, 0, i);
        *rest = str_skip(inside, end + 1);
        body = str_slice(inside, 0, end);
        *out = (struct policy_variable){.key = body};
        out->has_fallback = str_split(body, ',', &out->key, &out->fallback);
        out->key = str_trim(out->key);
        out->fallback = str_trim(out->fallback);
        if (out->fallback.len >= 2 && out->fallback.ptr[0] == '\'')
            out->fallback = str_slice(out->fallback, 1, out->fallback.len - 2);
        return true;
    }
    *before = *rest;
    *rest = (struct str){0};
    return false;
}

static void add_pattern(struct buf *out, struct str text, bool with_wildcards) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (with_wildcards && c == '*')
            buf_add_char(out, POLICY_ANY_TEXT);
        else if (with_wildcards && c == '?')
            buf_add_char(out, POLICY_ANY_CHARACTER);
        else
            buf_add_char(out, c == POLICY_ANY_TEXT || c == POLICY_ANY_CHARACTER ? '\x03' : c);
    }
}

bool policy_fill_in(
    const struct policy *policy,
    struct str pattern,
    const struct policy_request *request,
    bool with_wildcards,
    struct buf *out) {
    struct str rest = pattern, before;
    struct policy_variable variable;
    if (!policy->has_variables) {
        add_pattern(out, pattern, with_wildcards);
        return true;
    }
    while (policy_next_variable(&rest, &before, &variable)) {
        add_pattern(out, before, with_wildcards);
        if (variable.key.len == 1 && strchr("*?$", variable.key.ptr[0])) {
            buf_add(out, variable.key);
            continue;
        }
        const struct policy_fact *fact = policy_find_fact(request, variable.key);
        if (fact && fact->count == 1)
            add_pattern(out, fact->values[0], false);
        else if (variable.has_fallback)
            add_pattern(out, variable.fallback, false);
        else
            return false;
    }
    add_pattern(out, before, with_wildcards);
    return true;
}
