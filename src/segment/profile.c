// profile — queries for both ends, and errors. Replies are in profile_reply.c.
#include "segment/profile.h"

#include "http/url.h"
#include "segment/tracking.h"

const char *profile_resource_name(enum profile_resource resource) {
    switch (resource) {
#define X(value, name)                                                                             \
    case value: return name;
        PROFILE_RESOURCES(X)
#undef X
    case PROFILE_RESOURCE_COUNT: break;
    }
    return "unknown";
}

struct str profile_base_url(struct str segment_region, struct str override_url) {
    if (override_url.len) return override_url;
    return str_equal(segment_region, STR("eu")) ? STR(PROFILE_URL_EU) : STR(PROFILE_URL_US);
}

static bool
check_query(const struct profile_query *query, const struct secret *token, struct error *err) {
    if (query->space_id.len == 0) {
        (void)error_set(err, ERROR_CONFIG, "the profile space is not set");
        return error_hint(err, "recloop config set profile_space_id SPACE (Unify > API access)");
    }
    if (!secret_is_set(token)) {
        (void)error_set(err, ERROR_CONFIG, "the Profile API token is not set");
        return error_hint(err, "recloop config set profile_api_token TOKEN (Unify > API access)");
    }
    if (query->id_value.len == 0) {
        (void)error_set(err, ERROR_INVALID, "no shopper is named");
        return error_hint(err, "recloop config set user_id ID, or pass --user ID.");
    }
    return true;
}

static bool is_internal_id(const struct profile_query *query) {
    return query->id_type.len == 0 && str_starts_with(query->id_value, STR("use_"));
}

// External ids are stored in lower case and not found otherwise; internal ids keep their case.
static void add_id(struct buf *path, const struct profile_query *query) {
    if (is_internal_id(query)) {
        url_encode(path, query->id_value, URL_ENCODE_SLASH);
        return;
    }
    CLEANUP(buf_release) struct buf lower = {0};
    for (size_t i = 0; i < query->id_value.len; i++) {
        const char at = query->id_value.ptr[i];
        buf_add_char(&lower, at >= 'A' && at <= 'Z' ? (char)(at + 32) : at);
    }
    url_encode(path, query->id_type.len ? query->id_type : STR("user_id"), URL_ENCODE_SLASH);
    buf_add_char(path, ':');
    url_encode(path, buf_str(&lower), URL_ENCODE_SLASH);
}

static void add_unless_empty(struct buf *out, const char *name, struct str value) {
    if (value.len) url_query_add(out, str_from(name), value);
}

static void add_query(struct buf *out, const struct profile_query *query) {
    if (query->limit) {
        CLEANUP(buf_release) struct buf limit = {0};
        buf_add_int(&limit, query->limit);
        url_query_add(out, STR("limit"), buf_str(&limit));
    }
    add_unless_empty(out, "include", query->include);
    add_unless_empty(out, "exclude", query->exclude);
    add_unless_empty(out, "class", query->trait_class);
    add_unless_empty(out, "start", query->start);
    add_unless_empty(out, "end", query->end);
    add_unless_empty(out, "sort", query->sort);
    add_unless_empty(out, "next", query->next);
    if (query->verbose) url_query_add(out, STR("verbose"), STR("true"));
}

bool profile_request(
    const struct profile_query *query,
    struct str base_url,
    const struct secret *token,
    struct request *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf path = {0};
    CLEANUP(buf_release) struct buf url = {0};
    CLEANUP(buf_release) struct buf parameters = {0};
    CLEANUP(buf_release) struct buf basic = {0};
    if (!check_query(query, token, err)) return false;

    buf_add(&path, STR("/v1/spaces/"));
    url_encode(&path, query->space_id, URL_ENCODE_SLASH);
    buf_add(&path, STR("/collections/users/profiles/"));
    add_id(&path, query);
    buf_add_format(&path, "/%s", profile_resource_name(query->resource));
    url_join(&url, base_url, buf_str(&path));
    add_query(&parameters, query);
    if (parameters.len) buf_add_char(&url, '?');
    buf_add(&url, buf_str(&parameters));

    request_set_method(out, STR("GET"));
    request_set_url(out, buf_str(&url));
    tracking_add_basic(&basic, secret_reveal(token));
    headers_set(&out->headers, STR("Authorization"), buf_str(&basic));
    headers_set(&out->headers, STR("Accept"), STR("application/json"));
    return true;
}

void profile_target_release(struct profile_target *target) {
    if (!target) return;
    buf_release(&target->memory);
    *target = (struct profile_target){0};
}

// Decodes into the memory, which was reserved for everything: views of it stay where they are.
static bool keep_decoded(
    struct profile_target *target, struct str encoded, struct str *out, struct error *err) {
    const size_t from = target->memory.len;
    if (!url_decode(&target->memory, encoded, err)) return false;
    *out = str_skip(buf_str(&target->memory), from);
    return true;
}

static bool read_id(struct profile_target *target, struct str encoded, struct error *err) {
    struct str id = {0};
    if (!keep_decoded(target, encoded, &id, err)) return false;
    if (str_find_char(id, ':') == id.len) {
        target->query.id_value = id; // an internal id
    } else {
        (void)str_split(id, ':', &target->query.id_type, &target->query.id_value);
    }
    if (target->query.id_value.len) return true;
    return error_set(err, ERROR_INVALID, "the profile identifier is empty");
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
    struct str space = {0};
    struct str collections = {0};
    struct str collection = {0};
    struct str profiles = {0};
    struct str id = {0};
    struct str resource = {0};
    struct str rest = str_skip(path, sizeof("/v1/spaces/") - 1);
    bool ok = str_starts_with(path, STR("/v1/spaces/")) && next_segment(&rest, &space) &&
              next_segment(&rest, &collections) && next_segment(&rest, &collection) &&
              next_segment(&rest, &profiles) && next_segment(&rest, &id) &&
              next_segment(&rest, &resource) && rest.len == 0 &&
              str_equal(collections, STR("collections")) && str_equal(profiles, STR("profiles"));
    target->is_accounts = str_equal(collection, STR("accounts"));
    ok = ok && (target->is_accounts || str_equal(collection, STR("users")));
    target->query.resource = PROFILE_RESOURCE_COUNT;
    for (int i = 0; i < PROFILE_RESOURCE_COUNT; i++) {
        if (str_equal(resource, str_from(profile_resource_name((enum profile_resource)i)))) {
            target->query.resource = (enum profile_resource)i;
        }
    }
    if (!ok || target->query.resource == PROFILE_RESOURCE_COUNT) {
        return error_set(err, ERROR_NOT_FOUND, "there is no such resource");
    }
    return keep_decoded(target, space, &target->query.space_id, err) && read_id(target, id, err);
}

static bool read_number(struct str text, int *out, struct error *err) {
    int64_t limit = 0;
    if (!str_parse_int64(text, &limit) || limit < 1 || limit > PROFILE_MAX_LIMIT) {
        return error_set(
            err, ERROR_INVALID, "limit must be a whole number from 1 to %d", PROFILE_MAX_LIMIT);
    }
    *out = (int)limit;
    return true;
}

static bool
read_parameter(struct profile_query *query, struct str name, struct str value, struct error *err) {
    const struct {
        struct str name;
        struct str *field;
    } texts[] = {
        {.name = STR("include"), .field = &query->include},
        {.name = STR("exclude"), .field = &query->exclude},
        {.name = STR("class"), .field = &query->trait_class},
        {.name = STR("start"), .field = &query->start},
        {.name = STR("end"), .field = &query->end},
        {.name = STR("sort"), .field = &query->sort},
        {.name = STR("next"), .field = &query->next},
    };
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        if (str_equal(name, texts[i].name)) *texts[i].field = value;
    }
    if (str_equal(name, STR("verbose"))) query->verbose = str_equal_nocase(value, STR("true"));
    if (str_equal(name, STR("limit"))) return read_number(value, &query->limit, err);
    if (str_equal(name, STR("sort")) && !str_equal(value, STR("asc")) &&
        !str_equal(value, STR("desc"))) {
        return error_set(err, ERROR_INVALID, "sort must be asc or desc");
    }
    return true; // unknown parameters are passed over
}

bool profile_target_decode(
    struct str path, struct str query, struct profile_target *out, struct error *err) {
    CLEANUP(profile_target_release) struct profile_target target = {0};
    struct url_pair pair = {0};
    buf_reserve(&target.memory, path.len + query.len);
    if (!read_path(&target, path, err)) return false;
    while (url_next_pair(&query, &pair)) {
        const size_t from = target.memory.len;
        struct str name = {0};
        if (!keep_decoded(&target, pair.name, &name, err)) return false;
        const size_t value_from = target.memory.len;
        if (!url_decode_form(&target.memory, pair.value, err)) return false;
        const struct str value = str_skip(buf_str(&target.memory), value_from);
        ASSERT(name.ptr == target.memory.ptr + from); // the memory has not moved
        if (!read_parameter(&target.query, name, value, err)) return false;
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

struct profile_failure {
    int status; // 0 ends the table and stands for all others
    enum error_code code;
    const char *name; // Segment's
    const char *hint;
};
static const struct profile_failure failures[] = {
    {
        .status = 400,
        .code = ERROR_INVALID,
        .name = "validation_error",
        .hint = "Check the identifier's type and value.",
    },
    {
        .status = 401,
        .code = ERROR_REFUSED,
        .name = "authentication_error",
        .hint = "Check profile_api_token and profile_space_id: a token belongs to one space.",
    },
    {
        .status = 403,
        .code = ERROR_REFUSED,
        .name = "authentication_error",
        .hint = "Check profile_api_token: it may lack access to this space.",
    },
    {
        .status = 404,
        .code = ERROR_NOT_FOUND,
        .name = "not_found",
        .hint =
            "The shopper has no profile yet: send an event, or connect the source to the space.",
    },
    {
        .status = 429,
        .code = ERROR_THROTTLED,
        .name = "rate_limit_error",
        .hint = "A space answers about 100 requests a second: ask less often.",
    },
    {
        .code = ERROR_REFUSED,
        .name = "internal_error",
        .hint = "Check profile_url: it must lead to Segment's Profile API.",
    },
};

static const struct profile_failure *find_failure(int status) {
    const struct profile_failure *row = failures;
    while (row->status && row->status != status)
        row++;
    return row;
}

void profile_error_encode(int status, struct str message, struct buf *out) {
    CLEANUP(json_release) struct json document = {0};
    struct json_node *error = json_add_object(json_new_object(&document), "error");
    json_add_text(error, "code", str_from(find_failure(status)->name));
    json_add_text(error, "message", message);
    json_print(document.root, out);
}

bool profile_decode_error(int status, struct str body, struct error *err) {
    CLEANUP(json_release) struct json document = {0};
    CLEANUP(buf_release) struct buf words = {0};
    struct error ignored = {0};
    if (json_parse(body, &document, &ignored)) {
        const struct json_node *error = json_get(document.root, "error");
        const struct str message = json_get_text(error, "message");
        buf_add_printable(&words, json_get_text(error, "code"));
        if (words.len && message.len) buf_add(&words, STR(", "));
        buf_add_printable(&words, str_slice(message, 0, 200));
    } else {
        buf_add_printable(&words, str_slice(body, 0, 120));
    }
    if (status >= 500) {
        (void)error_set(
            err, ERROR_UNREACHABLE, "the Profile API is in trouble: HTTP %d %s", status,
            buf_text(&words));
        return error_hint(err, "Try again; status.segment.com tells about outages.");
    }
    const struct profile_failure *row = find_failure(status);
    (void)error_set(
        err, row->code, "the Profile API answered HTTP %d %s", status, buf_text(&words));
    return error_hint(err, "%s", row->hint);
}
