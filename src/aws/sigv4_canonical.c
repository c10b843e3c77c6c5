// sigv4_canonical — the parts of the canonical request, shared by signing and verifying.
//
// Both sides must make the same bytes of the same message, so there is one function for each part,
// and all of them start from what stands on the wire.
#include "aws/sigv4.h"

#include "base/attributes.h"
#include "base/memory.h"
#include "http/url.h"

#include <stdlib.h>

// Removes the last segment of what stands after `start`: "/a/b" → "/a".
static void pop_segment(struct buf *path, size_t start) {
    while (path->len > start && path->ptr[path->len - 1] != '/')
        path->len--;
    if (path->len > start) path->len--;
}

// Empty segments and "." go, ".." takes its parent with it; one '/' stays at the end when there was
// one and anything is left. For paths that end in "/." implementations differ: we keep no slash.
static void add_normal_path(struct buf *out, struct str path) {
    const size_t start = out->len;
    const bool ends_in_slash = str_ends_with(path, STR("/"));
    struct str segment;
    while (path.len) {
        (void)str_split(path, '/', &segment, &path);
        if (segment.len == 0 || str_equal(segment, STR("."))) continue;
        if (str_equal(segment, STR(".."))) {
            pop_segment(out, start);
            continue;
        }
        buf_add_char(out, '/');
        buf_add(out, segment);
    }
    if (out->len == start || ends_in_slash) buf_add_char(out, '/');
}

static bool needs_normalising(struct str path) {
    for (size_t i = 0; i + 1 < path.len; i++) {
        if (path.ptr[i] == '/' && (path.ptr[i + 1] == '/' || path.ptr[i + 1] == '.')) return true;
    }
    return !str_starts_with(path, STR("/"));
}

void sigv4_canonical_path(struct buf *out, struct str raw_path, bool normalise) {
    if (!normalise || !needs_normalising(raw_path)) {
        url_encode(out, raw_path.len ? raw_path : STR("/"), URL_KEEP_SLASH);
        return;
    }
    CLEANUP(buf_release) struct buf path = {0};
    add_normal_path(&path, raw_path);
    url_encode(out, buf_str(&path), URL_KEEP_SLASH);
}

// Offsets into one buffer of encoded text: it moves while it grows.
struct parameter {
    const char *text;
    size_t name_at, name_len, value_at, value_len;
};

static struct str parameter_name(const struct parameter *parameter) {
    return (struct str){.ptr = parameter->text + parameter->name_at, .len = parameter->name_len};
}

static struct str parameter_value(const struct parameter *parameter) {
    return (struct str){.ptr = parameter->text + parameter->value_at, .len = parameter->value_len};
}

// By name, then by value: "Param=2" precedes "Param-3=3" although '-' sorts before '='.
static int compare_parameters(const void *left, const void *right) {
    const int order = str_compare(parameter_name(left), parameter_name(right));
    return order ? order : str_compare(parameter_value(left), parameter_value(right));
}

static bool recode(struct buf *out, struct buf *scratch, struct str raw, struct error *err) {
    buf_reset(scratch);
    if (!url_decode(scratch, raw, err)) return false;
    url_encode(out, buf_str(scratch), URL_ENCODE_SLASH);
    return true;
}

static size_t count_parameters(struct str query) {
    struct url_pair pair;
    size_t count = 0;
    while (url_next_pair(&query, &pair))
        count++;
    return count;
}

static void add_parameters(struct buf *out, const struct parameter *parameters, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i) buf_add_char(out, '&');
        buf_add(out, parameter_name(&parameters[i]));
        buf_add_char(out, '=');
        buf_add(out, parameter_value(&parameters[i]));
    }
}

bool sigv4_canonical_query(
    struct buf *out, struct str raw_query, struct str except, struct error *err) {
    const size_t most = count_parameters(raw_query);
    if (most == 0) return true;
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(buf_release) struct buf scratch = {0};
    struct parameter *parameters = mem_zeroed(most, sizeof(*parameters));
    struct url_pair pair;
    size_t count = 0;
    bool is_ok = true;

    while (is_ok && url_next_pair(&raw_query, &pair)) {
        struct parameter *parameter = &parameters[count];
        parameter->name_at = text.len;
        is_ok = recode(&text, &scratch, pair.name, err);
        parameter->name_len = text.len - parameter->name_at;
        if (except.len && str_equal(buf_str(&scratch), except)) continue;
        parameter->value_at = text.len;
        is_ok = is_ok && recode(&text, &scratch, pair.value, err);
        parameter->value_len = text.len - parameter->value_at;
        count++;
    }
    if (is_ok) {
        for (size_t i = 0; i < count; i++)
            parameters[i].text = buf_text(&text);
        qsort(parameters, count, sizeof(*parameters), compare_parameters);
        add_parameters(out, parameters, count);
    }
    mem_free(parameters);
    return is_ok;
}

static bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Trimmed; every inner run of white space, folded lines included, is one space.
static void add_header_value(struct buf *out, struct str value) {
    size_t blanks = 0;
    for (size_t i = 0; i < value.len; i++)
        blanks += (unsigned char)value.ptr[i] <= ' ';
    if (blanks == 0) { // nearly all of them
        buf_add(out, value);
        return;
    }
    value = str_trim(value);
    size_t start = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (!is_blank(value.ptr[i])) continue;
        size_t end = i + 1;
        while (end < value.len && is_blank(value.ptr[end]))
            end++;
        if (end == i + 1 && value.ptr[i] == ' ') continue;
        buf_add(out, str_slice(value, start, i - start));
        buf_add_char(out, ' ');
        start = end;
        i = end - 1;
    }
    buf_add(out, str_skip(value, start));
}

void sigv4_canonical_headers(
    struct buf *out, const struct headers *headers, struct str signed_headers) {
    struct str name;
    while (signed_headers.len) {
        (void)str_split(signed_headers, ';', &name, &signed_headers);
        buf_add(out, name);
        buf_add_char(out, ':');
        bool is_first = true;
        for (size_t i = 0; i < headers->count; i++) {
            if (!str_equal_nocase(headers->fields[i].name, name)) continue;
            if (!is_first) buf_add_char(out, ',');
            add_header_value(out, headers->fields[i].value);
            is_first = false;
        }
        buf_add_char(out, '\n');
    }
}
