// profile_target — what the server is asked: the path and the query of a request, checked as Segment's
// error messages say.
//
// Which code  Segment has two for 400 and an example of one: "validation_error", "The parameter
//             `collection` has invalid character(s) `!`". Here fields of the path are validation errors,
//             parameters after the '?' invalid requests.
#include "segment/profile.h"

#include "base/clock.h"
#include "http/url.h"

void profile_target_release(struct profile_target *target) {
    if (!target) return;
    buf_release(&target->memory);
    *target = (struct profile_target){0};
}

enum profile_refusal profile_refusal_of(const struct error *err) {
    if (err->code == ERROR_NOT_FOUND) return PROFILE_REFUSAL_NOT_FOUND;
    return err->code == ERROR_USAGE ? PROFILE_REFUSAL_INVALID_REQUEST : PROFILE_REFUSAL_VALIDATION;
}

static bool no_such_resource(struct error *err) {
    return error_set(err, ERROR_NOT_FOUND, "The requested resource doesn't exist.");
}

// ---- the path ----

// Decodes into the memory, which was reserved for everything: views of it stay where they are.
static bool keep_decoded(
    struct profile_target *target,
    const char *name,
    struct str encoded,
    struct str *out,
    struct error *err) {
    struct error ignored = {0};
    const size_t from = target->memory.len;
    // '+' is a blank, also in the path: a plus sign has to be written %2B
    if (!url_decode_form(&target->memory, encoded, &ignored)) {
        return error_set(err, ERROR_INVALID, "The parameter `%s` is not percent-encoded", name);
    }
    *out = str_skip(buf_str(&target->memory), from);
    return true;
}

static bool is_name_char(char at) {
    return (at >= 'a' && at <= 'z') || (at >= 'A' && at <= 'Z') || (at >= '0' && at <= '9') ||
           at == '_' || at == '-' || at == '.';
}

static bool check_characters(const char *name, struct str value, struct error *err) {
    struct buf wrong = {0};
    for (size_t i = 0; i < value.len && wrong.len < 20; i++) {
        const struct str at = str_slice(value, i, 1);
        if (!is_name_char(value.ptr[i]) && !str_contains(buf_str(&wrong), at))
            buf_add_printable(&wrong, at);
    }
    if (wrong.len) {
        (void)error_set(
            err, ERROR_INVALID, "The parameter `%s` has invalid character(s) `%s`", name,
            buf_text(&wrong));
    }
    const bool is_good = wrong.len == 0;
    buf_release(&wrong);
    return is_good;
}

static bool read_id(struct profile_target *target, struct str encoded, struct error *err) {
    struct profile_query *query = &target->query;
    struct str id = {0};
    if (!keep_decoded(target, "id", encoded, &id, err)) return false;
    if (str_find_char(id, ':') < id.len) {
        (void)str_split(id, ':', &query->id_type, &query->id_value);
        if (query->id_type.len == 0) {
            return error_set(err, ERROR_INVALID, "The parameter `id` has no type before the colon");
        }
        if (!check_characters("id", query->id_type, err)) return false;
    } else {
        const struct str internal = query->is_accounts ? STR("acc_") : STR("use_");
        query->id_value = id;
        if (!str_starts_with(id, internal)) {
            return error_set(
                err, ERROR_INVALID,
                "The parameter `id` must be a type and a value joined by a colon, such as %s:1234",
                query->is_accounts ? "group_id" : "user_id");
        }
    }
    if (query->id_value.len == 0) {
        return error_set(err, ERROR_INVALID, "The parameter `id` has no value after the colon");
    }
    if (query->id_value.len <= PROFILE_ID_MAX_BYTES) return true;
    return error_set(
        err, ERROR_INVALID, "The parameter `id` is longer than %zu bytes", PROFILE_ID_MAX_BYTES);
}

static bool read_collection(struct profile_target *target, struct str encoded, struct error *err) {
    struct str name = {0};
    if (!keep_decoded(target, "collection", encoded, &name, err) ||
        !check_characters("collection", name, err)) {
        return false;
    }
    target->query.is_accounts = str_equal(name, STR("accounts"));
    return target->query.is_accounts || str_equal(name, STR("users")) || no_such_resource(err);
}

static bool read_resource(struct profile_target *target, struct str name, struct error *err) {
    for (int i = 0; i < PROFILE_RESOURCE_COUNT; i++) {
        if (!str_equal(name, str_from(profile_resource_name((enum profile_resource)i)))) continue;
        target->query.resource = (enum profile_resource)i;
        return true;
    }
    return no_such_resource(err);
}

static bool next_segment(struct str *rest, struct str *out) {
    struct str left = {0};
    struct str right = {0};
    const bool has_more = str_split(*rest, '/', &left, &right);
    *out = left;
    *rest = has_more ? right : (struct str){0};
    return left.len > 0;
}

static bool read_path(struct profile_target *target, struct str path, struct error *err) {
    static const char prefix[] = "/v1/spaces/";
    struct str space = {0};
    struct str collections = {0};
    struct str collection = {0};
    struct str profiles = {0};
    struct str id = {0};
    struct str resource = {0};
    struct str rest = str_skip(path, sizeof(prefix) - 1);
    const bool is_whole = str_starts_with(path, str_from(prefix)) && next_segment(&rest, &space) &&
                          next_segment(&rest, &collections) && next_segment(&rest, &collection) &&
                          next_segment(&rest, &profiles) && next_segment(&rest, &id) &&
                          next_segment(&rest, &resource) && rest.len == 0 &&
                          str_equal(collections, STR("collections")) &&
                          str_equal(profiles, STR("profiles"));
    if (!is_whole) return no_such_resource(err);
    return keep_decoded(target, "namespace", space, &target->query.space_id, err) &&
           check_characters("namespace", target->query.space_id, err) &&
           read_collection(target, collection, err) && read_resource(target, resource, err) &&
           read_id(target, id, err);
}

// ---- the query ----

static int limit_of(enum profile_resource resource) {
    switch (resource) {
    case PROFILE_TRAITS: return PROFILE_TRAITS_MAX_LIMIT;
    case PROFILE_LINKS: return PROFILE_LINKS_MAX_LIMIT;
    case PROFILE_EXTERNAL_IDS:
    case PROFILE_EVENTS:
    case PROFILE_METADATA:
    case PROFILE_RESOURCE_COUNT: break;
    }
    return PROFILE_MAX_LIMIT;
}

static bool read_limit(struct profile_query *query, struct str value, struct error *err) {
    const int most = limit_of(query->resource);
    int64_t limit = 0;
    if (!str_parse_int64(value, &limit) || limit < 1 || limit > most) {
        return error_set(
            err, ERROR_USAGE, "The parameter `limit` must be a whole number from 1 to %d", most);
    }
    query->limit = (int)limit;
    return true;
}

static bool read_choice(
    const char *name,
    struct str value,
    const char *first,
    const char *second,
    struct str *out,
    struct error *err) {
    *out = value;
    if (str_equal(value, str_from(first)) || str_equal(value, str_from(second))) return true;
    return error_set(err, ERROR_USAGE, "The parameter `%s` must be %s or %s", name, first, second);
}

static bool read_verbose(struct profile_query *query, struct str value, struct error *err) {
    struct str chosen = {0};
    if (!read_choice("verbose", value, "true", "false", &chosen, err)) return false;
    query->verbose = str_equal(chosen, STR("true"));
    return true;
}

static bool
read_time(const char *name, struct str value, struct str *out, int64_t *out_ms, struct error *err) {
    *out = value;
    if (clock_parse_iso8601(value, out_ms)) return true;
    return error_set(err, ERROR_USAGE, "The parameter `%s` must be a time in ISO 8601", name);
}

static bool read_next(struct profile_query *query, struct str value, struct error *err) {
    int64_t at_ms = 0;
    struct buf message_id = {0};
    query->next = value;
    bool is_good = value.len == 0 || query->resource != PROFILE_EVENTS ||
                   profile_event_cursor_decode(value, &at_ms, &message_id);
    buf_release(&message_id);
    if (is_good) return true;
    return error_set(err, ERROR_USAGE, "The parameter `next` is not a cursor of this list");
}

static bool read_parameter(
    struct profile_target *target, struct str name, struct str value, struct error *err) {
    struct profile_query *query = &target->query;
    if (str_equal(name, STR("limit"))) return read_limit(query, value, err);
    if (str_equal(name, STR("verbose"))) return read_verbose(query, value, err);
    if (str_equal(name, STR("next"))) return read_next(query, value, err);
    if (str_equal(name, STR("start")))
        return read_time("start", value, &query->start, &target->start_ms, err);
    if (str_equal(name, STR("end")))
        return read_time("end", value, &query->end, &target->end_ms, err);
    if (str_equal(name, STR("sort")))
        return read_choice("sort", value, "asc", "desc", &query->sort, err);
    if (str_equal(name, STR("class"))) {
        return read_choice("class", value, "audience", "computed_trait", &query->trait_class, err);
    }
    if (str_equal(name, STR("include"))) query->include = value;
    if (str_equal(name, STR("exclude"))) query->exclude = value;
    return true; // unknown parameters are passed over
}

bool profile_target_decode(
    struct str path, struct str query, struct profile_target *out, struct error *err) {
    CLEANUP(profile_target_release)
    struct profile_target target = {.start_ms = INT64_MIN, .end_ms = INT64_MAX};
    struct url_pair pair = {0};
    struct error ignored = {0};
    buf_reserve(&target.memory, path.len + query.len);
    if (!read_path(&target, path, err)) return false;
    while (url_next_pair(&query, &pair)) {
        const size_t from = target.memory.len;
        const bool is_decoded = url_decode_form(&target.memory, pair.name, &ignored);
        const size_t value_from = target.memory.len;
        if (!is_decoded || !url_decode_form(&target.memory, pair.value, &ignored)) {
            return error_set(err, ERROR_USAGE, "The query string is not percent-encoded");
        }
        const struct str all = buf_str(&target.memory);
        const struct str name = str_slice(all, from, value_from - from);
        if (!read_parameter(&target, name, str_skip(all, value_from), err)) return false;
    }
    profile_target_release(out);
    *out = target;
    target = (struct profile_target){0};
    return true;
}

bool profile_list_has(struct str comma_list, struct str name) {
    while (comma_list.len) {
        struct str item = {0};
        (void)str_split(comma_list, ',', &item, &comma_list);
        if (str_equal(str_trim(item), name)) return true;
    }
    return false;
}
