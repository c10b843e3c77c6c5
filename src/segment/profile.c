// profile — the client's query, and errors. The server reads queries in profile_target.c, replies are in
// profile_reply.c.
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
    return query->id_type.len == 0 && (str_starts_with(query->id_value, STR("use_")) ||
                                       str_starts_with(query->id_value, STR("acc_")));
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
    const struct str usual = query->is_accounts ? STR("group_id") : STR("user_id");
    url_encode(path, query->id_type.len ? query->id_type : usual, URL_ENCODE_SLASH);
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
    buf_add(
        &path, query->is_accounts ? STR("/collections/accounts/profiles/")
                                  : STR("/collections/users/profiles/"));
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

// What a status means: to the client that reads it, and how the server words it.
static const struct refusal {
    int status;
    enum error_code code;
    const char *name; // Segment's
    const char *hint;
} refusals[PROFILE_REFUSAL_COUNT] = {
    [PROFILE_REFUSAL_VALIDATION] =
        {
            .status = 400,
            .code = ERROR_INVALID,
            .name = "validation_error",
            .hint = "Check the identifier's type and value.",
        },
    [PROFILE_REFUSAL_INVALID_REQUEST] =
        {
            .status = 400,
            .code = ERROR_INVALID,
            .name = "invalid_request_error",
            .hint = "Check the parameter that the message names.",
        },
    [PROFILE_REFUSAL_AUTHENTICATION] =
        {
            .status = 401,
            .code = ERROR_REFUSED,
            .name = "authentication_error",
            .hint = "Check profile_api_token and profile_space_id: a token belongs to one space.",
        },
    [PROFILE_REFUSAL_NOT_FOUND] =
        {
            .status = 404,
            .code = ERROR_NOT_FOUND,
            .name = "not_found",
            .hint = "The shopper has no profile yet: send an event, or connect the source to the "
                    "space.",
        },
    [PROFILE_REFUSAL_METHOD] =
        {
            .status = 405,
            .code = ERROR_INVALID,
            .name = "invalid_request_error",
            .hint = "The Profile API only reads: ask with GET.",
        },
    [PROFILE_REFUSAL_RATE_LIMIT] =
        {
            .status = 429,
            .code = ERROR_THROTTLED,
            .name = "rate_limit_error",
            .hint = "A space answers about 100 requests a second: ask less often.",
        },
    [PROFILE_REFUSAL_INTERNAL] =
        {
            .status = 500,
            .code = ERROR_REFUSED,
            .name = "internal_error",
            .hint = "Check profile_url: it must lead to Segment's Profile API.",
        },
};

// Statuses that no row has: 403 is 401 under another number, all else is somebody else's answer.
static const struct refusal *find_refusal(int status, struct str name) {
    const struct refusal *found = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(refusals); i++) {
        const bool is_named = str_equal(name, str_from(refusals[i].name));
        if (refusals[i].status == status && (!found || is_named)) found = &refusals[i];
    }
    if (found) return found;
    return &refusals[status == 403 ? PROFILE_REFUSAL_AUTHENTICATION : PROFILE_REFUSAL_INTERNAL];
}

int profile_refusal_status(enum profile_refusal refusal) {
    return refusals[refusal].status;
}

void profile_error_encode(enum profile_refusal refusal, struct str message, struct buf *out) {
    CLEANUP(json_release) struct json document = {0};
    struct json_node *error = json_add_object(json_new_object(&document), "error");
    json_add_text(error, "code", str_from(refusals[refusal].name));
    json_add_text(error, "message", message);
    json_print(document.root, out);
}

bool profile_decode_error(int status, struct str body, struct error *err) {
    CLEANUP(json_release) struct json document = {0};
    CLEANUP(buf_release) struct buf words = {0};
    struct error ignored = {0};
    struct str name = {0};
    if (json_parse(body, &document, &ignored)) {
        const struct json_node *error = json_get(document.root, "error");
        const struct str message = json_get_text(error, "message");
        name = json_get_text(error, "code");
        buf_add_printable(&words, name);
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
    const struct refusal *row = find_refusal(status, name);
    (void)error_set(
        err, row->code, "the Profile API answered HTTP %d %s", status, buf_text(&words));
    return error_hint(err, "%s", row->hint);
}
