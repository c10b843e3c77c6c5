// headers — see the header. Name and value of a field share one allocation.
#include "http/headers.h"

#include "base/memory.h"

void headers_release(struct headers *headers) {
    if (!headers) return;
    for (size_t i = 0; i < headers->count; i++)
        mem_free(headers->fields[i].memory);
    mem_free(headers->fields);
    *headers = (struct headers){0};
}

static struct headers_field make_field(struct str name, struct str value) {
    char *memory = mem_alloc(name.len + value.len + 2);
    if (name.len) memcpy(memory, name.ptr, name.len);
    memory[name.len] = '\0';
    char *value_at = memory + name.len + 1;
    if (value.len) memcpy(value_at, value.ptr, value.len);
    value_at[value.len] = '\0';
    return (struct headers_field){
        .name = {.ptr = memory, .len = name.len},
        .value = {.ptr = value_at, .len = value.len},
        .memory = memory,
    };
}

static void push_field(struct headers *headers, struct headers_field field) {
    if (headers->count == headers->cap) {
        headers->cap = headers->cap ? headers->cap * 2 : 8;
        headers->fields = mem_resize(headers->fields, headers->cap, sizeof(*headers->fields));
    }
    headers->fields[headers->count++] = field;
}

void headers_add(struct headers *headers, struct str name, struct str value) {
    push_field(headers, make_field(name, value));
}

static size_t find(const struct headers *headers, struct str name) {
    for (size_t i = 0; i < headers->count; i++) {
        if (str_equal_nocase(headers->fields[i].name, name)) return i;
    }
    return headers->count;
}

void headers_set(struct headers *headers, struct str name, struct str value) {
    const struct headers_field field =
        make_field(name, value); // the arguments may be views of ours
    size_t kept = 0;
    bool is_placed = false;
    for (size_t i = 0; i < headers->count; i++) {
        if (!str_equal_nocase(headers->fields[i].name, field.name)) {
            headers->fields[kept++] = headers->fields[i];
            continue;
        }
        mem_free(headers->fields[i].memory);
        if (!is_placed) headers->fields[kept++] = field;
        is_placed = true;
    }
    headers->count = kept;
    if (!is_placed) push_field(headers, field);
}

struct str headers_get(const struct headers *headers, struct str name) {
    const size_t at = find(headers, name);
    return at < headers->count ? headers->fields[at].value : (struct str){0};
}

bool headers_has(const struct headers *headers, struct str name) {
    return find(headers, name) < headers->count;
}

size_t headers_remove(struct headers *headers, struct str name) {
    size_t kept = find(headers, name);
    // Freed last: `name` may be a view of a field that goes.
    for (size_t i = kept; i < headers->count; i++) {
        const struct headers_field field = headers->fields[i];
        if (str_equal_nocase(field.name, name)) continue;
        headers->fields[i] = headers->fields[kept];
        headers->fields[kept++] = field;
    }
    const size_t removed = headers->count - kept;
    for (size_t i = kept; i < headers->count; i++)
        mem_free(headers->fields[i].memory);
    headers->count = kept;
    return removed;
}

size_t headers_count(const struct headers *headers) {
    return headers->count;
}

const struct headers_field *headers_at(const struct headers *headers, size_t at) {
    ASSERT(at < headers->count);
    return &headers->fields[at];
}

void headers_copy(const struct headers *from, struct headers *to) {
    const size_t count = from->count; // `to` may be `from`
    for (size_t i = 0; i < count; i++)
        headers_add(to, from->fields[i].name, from->fields[i].value);
}

bool headers_is_valid_name(struct str name) {
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool is_alnum =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_alnum && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c))) return false;
    }
    return name.len > 0;
}

bool headers_is_valid_value(struct str value) {
    for (size_t i = 0; i < value.len; i++) {
        const unsigned char c = (unsigned char)value.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F) return false;
    }
    return true;
}
