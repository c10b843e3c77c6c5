// operation — see the header.
#include "aws/operation.h"

#include "http/url.h"

static const struct operation operations[] = {
    [OPERATION_GET_RECOMMENDATIONS] =
        {
            .name = "GetRecommendations",
            .service = "personalize-runtime",
            .signing_name = "personalize",
            .protocol = OPERATION_REST_JSON,
            .method = "POST",
            .path = "/recommendations",
            .iam_action = "personalize:GetRecommendations",
            .retry = OPERATION_RETRY_SAFE,
        },
    [OPERATION_GET_PERSONALIZED_RANKING] =
        {
            .name = "GetPersonalizedRanking",
            .service = "personalize-runtime",
            .signing_name = "personalize",
            .protocol = OPERATION_REST_JSON,
            .method = "POST",
            .path = "/personalize-ranking",
            .iam_action = "personalize:GetPersonalizedRanking",
            .retry = OPERATION_RETRY_SAFE,
        },
    [OPERATION_PUT_EVENTS] =
        {
            .name = "PutEvents",
            .service = "personalize-events",
            .signing_name = "personalize",
            .protocol = OPERATION_REST_JSON,
            .method = "POST",
            .path = "/events",
            .iam_action = "personalize:PutEvents",
            .retry = OPERATION_RETRY_EVENT_ID,
        },
    [OPERATION_INVOKE] =
        {
            .name = "Invoke",
            .service = "lambda",
            .signing_name = "lambda",
            .protocol = OPERATION_REST_JSON,
            .method = "POST",
            .path = "/2015-03-31/functions/",
            .iam_action = "lambda:InvokeFunction",
            .retry = OPERATION_RETRY_UNSENT,
        },
    [OPERATION_ASSUME_ROLE] =
        {
            .name = "AssumeRole",
            .service = "sts",
            .signing_name = "sts",
            .protocol = OPERATION_QUERY,
            .method = "POST",
            .path = "/",
            .version = "2011-06-15",
            .iam_action = "sts:AssumeRole",
            .retry = OPERATION_RETRY_SAFE,
        },
    [OPERATION_GET_CALLER_IDENTITY] =
        {
            .name = "GetCallerIdentity",
            .service = "sts",
            .signing_name = "sts",
            .protocol = OPERATION_QUERY,
            .method = "POST",
            .path = "/",
            .version = "2011-06-15",
            .iam_action = "sts:GetCallerIdentity",
            .retry = OPERATION_RETRY_SAFE,
        },
};
_Static_assert(ARRAY_COUNT(operations) == OPERATION_COUNT, "every operation has a row");

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

// Invoke's path holds the function between the prefix and "/invocations".
static bool fits_path(const struct operation *operation, struct str path) {
    if (operation != &operations[OPERATION_INVOKE])
        return str_equal(path, str_from(operation->path));
    const struct str prefix = str_from(operation->path);
    return str_starts_with(path, prefix) && str_ends_with(path, STR("/invocations")) &&
           path.len > prefix.len + strlen("/invocations");
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

const struct operation *operation_route(const struct request *request) {
    struct url url;
    struct error ignored;
    if (!url_parse_target(buf_str(&request->url), &url, &ignored)) return NULL;
    const struct str path = url.path.len ? url.path : STR("/");
    for (size_t i = 0; i < ARRAY_COUNT(operations); i++) {
        const struct operation *operation = &operations[i];
        const bool is_form = operation->protocol == OPERATION_QUERY;
        // a signed address holds its form in the query, and may be opened with GET
        const bool is_get = is_form && str_equal(request_method(request), STR("GET"));
        if (!is_get && !str_equal(request_method(request), str_from(operation->method))) continue;
        if (!fits_path(operation, path)) continue;
        if (!is_form) return operation;
        if (fits_action(operation, operation_form(request))) return operation;
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
    request_set_body(out, body);
    struct str ignored;
    return buf_finish(&out->body, &ignored, err);
}
