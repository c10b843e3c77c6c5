// query — see the header.
#include "aws/query.h"

#include "base/memory.h"
#include "http/url.h"

void query_release(struct query *query) {
    if (!query) return;
    mem_free(query->pairs);
    buf_release(&query->storage);
    *query = (struct query){0};
}

static size_t count_pairs(struct str form) {
    size_t count = 1;
    for (size_t i = 0; i < form.len; i++)
        count += form.ptr[i] == '&';
    return count;
}

bool query_parse(struct str form, struct query *out, struct error *err) {
    CLEANUP(query_release) struct query query = {0};
    struct url_pair pair;
    const size_t cap = count_pairs(form);
    if (cap > QUERY_MAX_PAIRS)
        return error_set(err, ERROR_LIMIT, "a form of more than %d members", QUERY_MAX_PAIRS);
    query.pairs = mem_zeroed(cap, sizeof(*query.pairs));
    buf_reserve(&query.storage, form.len + 1); // decoding never makes longer: the views stay good
    while (url_next_pair(&form, &pair)) {
        const size_t name_at = query.storage.len;
        if (!url_decode_form(&query.storage, pair.name, err)) return false;
        const size_t value_at = query.storage.len;
        if (!url_decode_form(&query.storage, pair.value, err)) return false;
        const struct str all = buf_str(&query.storage);
        query.pairs[query.count++] = (struct query_pair){
            .name = str_slice(all, name_at, value_at - name_at), .value = str_skip(all, value_at)};
    }
    query_release(out);
    *out = query;
    query = (struct query){0};
    return true;
}

static struct str get(const struct query *query, struct str name) {
    for (size_t i = 0; i < query->count; i++) {
        if (!str_equal(query->pairs[i].name, name)) continue;
        const struct str value = query->pairs[i].value;
        return value.ptr ? value : STR("");
    }
    return (struct str){0};
}

struct str query_get(const struct query *query, const char *name) {
    return get(query, str_from(name));
}

struct str query_get_nested(
    const struct query *query, const char *list, size_t n, const char *field, size_t m) {
    CLEANUP(buf_release) struct buf name = {0};
    buf_add_format(&name, "%s.member.%zu", list, n);
    if (field) buf_add_format(&name, ".%s", field);
    if (m) buf_add_format(&name, ".member.%zu", m);
    return get(query, buf_str(&name));
}

struct str
query_get_member(const struct query *query, const char *list, size_t n, const char *field) {
    return query_get_nested(query, list, n, field, 0);
}

size_t query_count_members(const struct query *query, const char *list, const char *field) {
    size_t count = 0;
    while (query_get_member(query, list, count + 1, field).ptr)
        count++;
    return count;
}

bool query_get_integer(
    const struct query *query, const char *name, int64_t fallback, int64_t *out) {
    const struct str text = query_get(query, name);
    *out = fallback;
    return !text.ptr || str_parse_int64(text, out);
}
