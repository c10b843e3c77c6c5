// operation — see the header.
#include "aws/operation.h"

#include "http/url.h"

// What every operation of a service has in common.
#define SERVICE_PERSONALIZE_RUNTIME                                                                \
    .service = "personalize-runtime", .signing_name = "personalize", .protocol = OPERATION_REST_JSON
#define SERVICE_PERSONALIZE_EVENTS                                                                 \
    .service = "personalize-events", .signing_name = "personalize", .protocol = OPERATION_REST_JSON
#define SERVICE_PERSONALIZE                                                                        \
    .service = "personalize", .signing_name = "personalize", .protocol = OPERATION_JSON11,         \
    .target_prefix = "AmazonPersonalize"
#define SERVICE_LAMBDA                                                                             \
    .service = "lambda", .signing_name = "lambda", .protocol = OPERATION_REST_JSON
#define SERVICE_STS                                                                                \
    .service = "sts", .signing_name = "sts", .protocol = OPERATION_QUERY, .version = "2011-06-15"
#define SERVICE_IAM                                                                                \
    .service = "iam", .signing_name = "iam", .protocol = OPERATION_QUERY, .version = "2010-05-08"
#define SERVICE_LOGS                                                                               \
    .service = "logs", .signing_name = "logs", .protocol = OPERATION_JSON11,                       \
    .target_prefix = "Logs_20140328"

static const struct operation operations[OPERATION_COUNT] = {
#define X(id_, service_, name_, method_, path_, action_, retry_)                                   \
    [OPERATION_##id_] = {                                                                          \
        SERVICE_##service_,                                                                        \
        .id = OPERATION_##id_,                                                                     \
        .name = name_,                                                                             \
        .method = method_,                                                                         \
        .path = path_,                                                                             \
        .iam_action = action_,                                                                     \
        .retry = OPERATION_RETRY_##retry_},
    OPERATION_LIST(X)
#undef X
};

static const char *const content_types[] = {
    [OPERATION_REST_JSON] = "application/json",
    [OPERATION_JSON11] = "application/x-amz-json-1.1",
    [OPERATION_QUERY] = "application/x-www-form-urlencoded; charset=utf-8",
};

const struct operation *operation_get(enum operation_id id) {
    ASSERT((size_t)id < ARRAY_COUNT(operations));
    return &operations[id];
}

const struct operation *operation_find(struct str name) {
    for (size_t i = 0; i < ARRAY_COUNT(operations); i++) {
        if (str_equal(name, str_from(operations[i].name))) return &operations[i];
    }
    return NULL;
}

// Segment by segment; {} fits any that is not empty. A slash at the end does not count.
static bool fits_path(const struct operation *operation, struct str path) {
    struct str pattern = str_from(operation->path), want, have;
    if (path.len > 1 && path.ptr[path.len - 1] == '/') path.len--;
    while (pattern.len && path.len) {
        str_split(pattern, '/', &want, &pattern);
        str_split(path, '/', &have, &path);
        if (str_equal(want, STR("{}")) ? !have.len : !str_equal(want, have)) return false;
    }
    return !pattern.len && !path.len;
}

bool operation_path_segment(
    const struct operation *operation, const struct request *request, size_t n, struct buf *out) {
    struct str path, query, want, have;
    struct str pattern = str_from(operation->path);
    struct error ignored;
    url_split_target(buf_str(&request->url), &path, &query);
    while (pattern.len && path.len) {
        str_split(pattern, '/', &want, &pattern);
        str_split(path, '/', &have, &path);
        if (str_equal(want, STR("{}")) && n-- == 0) return url_decode(out, have, &ignored);
    }
    return false;
}

static bool fits_action(const struct operation *operation, struct str body) {
    CLEANUP(buf_release) struct buf action = {0};
    CLEANUP(buf_release) struct buf version = {0};
    return url_query_get(body, STR("Action"), true, &action) &&
           str_equal(buf_str(&action), str_from(operation->name)) &&
           url_query_get(body, STR("Version"), true, &version) &&
           str_equal(buf_str(&version), str_from(operation->version));
}

struct str operation_form(const struct request *request) {
    struct str path, query;
    if (request->body.len) return buf_str(&request->body);
    url_split_target(buf_str(&request->url), &path, &query);
    return query;
}

static bool fits_target(const struct operation *operation, struct str target) {
    struct str prefix, name;
    return str_split(target, '.', &prefix, &name) && operation->target_prefix &&
           str_equal(prefix, str_from(operation->target_prefix)) &&
           str_equal(name, str_from(operation->name));
}

static bool
fits(const struct operation *operation, const struct request *request, struct str path) {
    const struct str method = request_method(request);
    const struct str target = headers_get(&request->headers, STR("X-Amz-Target"));
    const bool is_method = str_equal(method, str_from(operation->method));
    if (!fits_path(operation, path)) return false;
    switch (operation->protocol) {
    case OPERATION_REST_JSON: return is_method;
    case OPERATION_JSON11: return is_method && fits_target(operation, target);
    case OPERATION_QUERY: // a signed address holds its form in the query, and may be opened with GET
        return (is_method || str_equal(method, STR("GET"))) && !target.len &&
               fits_action(operation, operation_form(request));
    }
    return false;
}

const struct operation *operation_route(const struct request *request) {
    struct url url;
    struct error ignored;
    if (!url_parse_target(buf_str(&request->url), &url, &ignored)) return NULL;
    const struct str path = url.path.len ? url.path : STR("/");
    for (size_t i = 0; i < ARRAY_COUNT(operations); i++) {
        if (fits(&operations[i], request, path)) return &operations[i];
    }
    return NULL;
}

const char *operation_content_type(enum operation_protocol protocol) {
    return content_types[protocol];
}

bool operation_begin(
    const struct operation *operation,
    struct str endpoint,
    struct str path,
    struct str body,
    struct request *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf text = {0};
    struct url url;
    if (!url_parse(endpoint, &url, err))
        return error_wrap(err, "endpoint of %s", operation->service);
    request_release(out);
    request_set_method(out, str_from(operation->method));
    url_join(&text, endpoint, path);
    request_set_url(out, buf_str(&text));
    buf_reset(&text);
    url_add_authority(&text, &url);
    headers_add(&out->headers, STR("Host"), buf_str(&text));
    headers_add(
        &out->headers, STR("Content-Type"), str_from(operation_content_type(operation->protocol)));
    if (operation->protocol == OPERATION_JSON11) {
        buf_reset(&text);
        buf_add_format(&text, "%s.%s", operation->target_prefix, operation->name);
        headers_add(&out->headers, STR("X-Amz-Target"), buf_str(&text));
    }
    request_set_body(out, body);
    struct str ignored;
    return buf_finish(&out->body, &ignored, err);
}
