// recommend_handler — see the header. Three kinds of events arrive here:
//
//     REST API (format 1)   {"httpMethod":"GET","queryStringParameters":{…}|null, …}
//     HTTP API (format 2)   {"version":"2.0","requestContext":{"http":{"method":"GET"}}, …}
//     direct invocation     {"userId":"…","numResults":5}
#include "handler/recommend_handler.h"

#include "internal.h"

#include <math.h>

#define ID_CHARACTERS 256 // of Personalize
#define LOG_TEXT_BYTES 400

void recommend_handler_reply_release(struct recommend_handler_reply *reply) {
    if (!reply) return;
    buf_release(&reply->body);
    *reply = (struct recommend_handler_reply){0};
}

static const struct recommend_handler_header headers[] = {
    {
        .name = {.ptr = "Content-Type", .len = 12},
        .value = {.ptr = "application/json", .len = 16},
    },
    {
        .name = {.ptr = "Access-Control-Allow-Origin", .len = 27},
        .value = {.ptr = "*", .len = 1},
    },
    {
        .name = {.ptr = "Access-Control-Allow-Methods", .len = 28},
        .value = {.ptr = "GET, OPTIONS", .len = 12},
    },
    {
        .name = {.ptr = "Access-Control-Allow-Headers", .len = 28},
        .value = {.ptr = "content-type, x-api-key, authorization", .len = 38},
    },
    {
        .name = {.ptr = "Access-Control-Max-Age", .len = 22},
        .value = {.ptr = "600", .len = 3},
    },
};

const struct recommend_handler_header *recommend_handler_headers(size_t *count) {
    *count = ARRAY_COUNT(headers);
    return headers;
}

void recommend_handler_encode(const struct recommend_handler_reply *reply, struct buf *out) {
    CLEANUP(json_release) struct json document = {0};
    struct json_node *root = json_new_object(&document);
    json_add_integer(root, "statusCode", reply->status);
    struct json_node *fields = json_add_object(root, "headers");
    for (size_t i = 0; i < ARRAY_COUNT(headers); i++) {
        json_add_text(fields, headers[i].name.ptr, headers[i].value);
    }
    json_add_text(root, "body", buf_str(&reply->body));
    json_add_bool(root, "isBase64Encoded", false);
    json_print(root, out);
}

static void refuse(
    struct recommend_handler_reply *reply,
    int status,
    const char *code,
    const char *message,
    const char *hint) {
    CLEANUP(json_release) struct json document = {0};
    struct json_node *error = json_add_object(json_new_object(&document), "error");
    json_add_text(error, "code", str_from(code));
    json_add_text(error, "message", str_from(message));
    if (hint[0]) json_add_text(error, "hint", str_from(hint));
    reply->status = status;
    buf_reset(&reply->body);
    json_print(document.root, &reply->body);
}

// What a refused or failed service call means to the caller of the endpoint.
static int status_of(enum error_code code) {
    switch (code) {
    case ERROR_INVALID:
    case ERROR_LIMIT:
    case ERROR_USAGE: return 400;
    case ERROR_REFUSED: return 403;
    case ERROR_NOT_FOUND: return 404;
    case ERROR_THROTTLED: return 429;
    case ERROR_UNREACHABLE:
    case ERROR_BUSY: return 503;
    case ERROR_TIMEOUT: return 504;
    case ERROR_NONE:
    case ERROR_CONFIG:
    case ERROR_EXPIRED:
    case ERROR_CANCELLED:
    case ERROR_IO:
    case ERROR_INTERNAL: break;
    }
    return 500;
}

struct parameters {
    struct str user_id, item_id;
    int count;
    bool filters;
};

struct call {
    struct json document;          // owned
    const struct json_node *query; // where the parameters are; may be NULL
    struct str method;
    struct str request_id;
};

static void call_release(struct call *call) {
    json_release(&call->document);
}

static bool read_call(struct str event_json, struct call *out) {
    struct error ignored = {0}; // the reply says what is expected
    if (!json_parse(event_json, &out->document, &ignored)) return false;
    const struct json_node *root = out->document.root;
    if (json_kind(root) != JSON_OBJECT) return false;
    const struct json_node *context = json_get(root, "requestContext");
    const bool is_gateway =
        context || json_get(root, "httpMethod") || json_get(root, "queryStringParameters");
    // A gateway sends null where there is no query at all: the workshop's function broke on that.
    out->query = is_gateway ? json_get(root, "queryStringParameters") : root;
    out->method = json_get_text(root, "httpMethod");
    if (out->method.len == 0) {
        out->method = json_get_text(json_get(context, "http"), "method");
    }
    out->request_id = json_get_text(context, "requestId");
    return true;
}

// Text, or the whole number of a direct invocation.
static bool read_count(const struct json_node *node, int *out) {
    int64_t count = 0;
    const bool is_number = json_kind(node) == JSON_STRING
                               ? str_parse_int64(str_trim(json_text(node)), &count)
                               : json_integer(node, &count);
    if (!is_number || count < 1 || count > RECOMMEND_HANDLER_MAX_RESULTS) return false;
    *out = (int)count;
    return true;
}

static bool read_id(
    const struct json_node *query,
    const char *key,
    struct str *out,
    struct recommend_handler_reply *reply) {
    const struct json_node *node = json_get(query, key);
    const enum json_kind kind = json_kind(node);
    if (kind == JSON_ABSENT || kind == JSON_NULL) return true;
    *out = json_text(node);
    if (kind == JSON_STRING && str_count_runes(*out) <= ID_CHARACTERS) return true;
    refuse(
        reply, 400, "invalid_parameter", "userId and itemId are texts of at most 256 characters",
        "");
    return false;
}

static bool read_filter(
    const struct json_node *query, bool always, bool *out, struct recommend_handler_reply *reply) {
    const struct json_node *filter = json_get(query, "filter");
    *out = always;
    if (json_kind(filter) == JSON_ABSENT || json_kind(filter) == JSON_NULL) return true;
    if (str_equal(json_text(filter), STR("none"))) *out = false;
    if (str_equal(json_text(filter), STR("exclude-purchased"))) *out = true;
    if (str_equal(json_text(filter), STR("none")) ||
        str_equal(json_text(filter), STR("exclude-purchased"))) {
        return true;
    }
    refuse(
        reply, 400, "invalid_parameter", "that filter is unknown",
        "filter is exclude-purchased or none.");
    return false;
}

static bool read_parameters(
    const struct json_node *query,
    const struct recommend_handler_settings *settings,
    struct parameters *out,
    struct recommend_handler_reply *reply) {
    const struct json_node *count = json_get(query, "numResults");
    out->count = RECOMMEND_HANDLER_DEFAULT_RESULTS;
    if (!read_id(query, "userId", &out->user_id, reply)) return false;
    if (!read_id(query, "itemId", &out->item_id, reply)) return false;
    if (!read_filter(query, settings->filters_purchased, &out->filters, reply)) return false;
    if (out->user_id.len == 0 && out->item_id.len == 0) {
        refuse(
            reply, 400, "missing_parameter", "neither userId nor itemId is given",
            "Call it with ?userId=2941404340.");
        return false;
    }
    if (json_kind(count) == JSON_ABSENT || json_kind(count) == JSON_NULL) return true;
    if (read_count(count, &out->count)) return true;
    refuse(
        reply, 400, "invalid_parameter", "numResults is not a whole number from 1 to 500",
        "Leave it out for 25 results.");
    return false;
}

// The whole answer as the workshop's Python SDK gave it.
static void write_items(
    const struct shortlist *shortlist, bool was_filtered, struct recommend_handler_reply *reply) {
    CLEANUP(json_release) struct json document = {0};
    const struct services_items *items = &shortlist->items;
    struct json_node *root = json_new_object(&document);
    struct json_node *metadata = json_add_object(root, "ResponseMetadata");
    json_add_text(metadata, "RequestId", str_from(items->request_id));
    json_add_integer(metadata, "HTTPStatusCode", items->http_status ? items->http_status : 200);
    (void)json_add_object(metadata, "HTTPHeaders");
    json_add_integer(metadata, "RetryAttempts", items->retries);
    struct json_node *list = json_add_array(root, "itemList");
    for (size_t i = 0; i < items->count; i++) {
        struct json_node *item = json_add_object(list, NULL);
        json_add_text(item, "itemId", str_from(items->items[i].item_id));
        if (isfinite(items->items[i].score)) {
            json_add_number(item, "score", items->items[i].score);
        }
    }
    if (items->recommendation_id) {
        json_add_text(root, "recommendationId", str_from(items->recommendation_id));
    }
    // Asked to filter: say whether it could be done, instead of failing or pretending.
    if (was_filtered) json_add_bool(root, "filtered", !shortlist->purchases_unknown);
    reply->status = 200;
    json_print(root, &reply->body);
}

static void answer(
    const struct services *services,
    const struct recommend_handler_settings *settings,
    const struct parameters *parameters,
    struct recommend_handler_reply *reply) {
    CLEANUP(shortlist_release) struct shortlist shortlist = {0};
    struct error err = {0};
    const bool is_related = parameters->user_id.len == 0 && settings->related_campaign_arn.len;
    const struct services_query query = {
        .region = settings->region,
        .campaign_arn = is_related ? settings->related_campaign_arn : settings->campaign_arn,
        .user_id = parameters->user_id,
        .item_id = parameters->item_id,
        .count = parameters->count,
    };
    const bool filters = parameters->filters && parameters->user_id.len;
    if (shortlist_get(services, &query, filters, &shortlist, &err)) {
        write_items(&shortlist, filters, reply);
        return;
    }
    refuse(reply, status_of(err.code), error_code_name(err.code), err.message, err.hint);
}

static void log_reply(
    const struct services *services,
    struct str request_id,
    const struct recommend_handler_reply *reply) {
    CLEANUP(buf_release) struct buf line = {0};
    const char *level = reply->status < 400 ? "INFO" : "WARNING";
    buf_add_format(&line, "%d ", reply->status);
    buf_add(&line, str_slice(buf_str(&reply->body), 0, LOG_TEXT_BYTES));
    function_log(services, level, request_id, buf_str(&line));
}

void recommend_handler_run(
    const struct services *services,
    const struct recommend_handler_settings *settings,
    struct str event_json,
    struct recommend_handler_reply *out) {
    CLEANUP(call_release) struct call call = {0};
    struct parameters parameters = {0};
    recommend_handler_reply_release(out);
    if (!read_call(event_json, &call)) {
        refuse(
            out, 400, "invalid_event", "the event is not a JSON object",
            "Send an API Gateway event, or {\"userId\":\"2941404340\"}.");
    } else if (str_equal(call.method, STR("OPTIONS"))) {
        out->status = 204;
    } else if (settings->campaign_arn.len == 0) {
        refuse(
            out, 500, "not_configured",
            "the function's variable personalize_campaign_arn is not set",
            "Set it on the function to the ARN of the campaign.");
    } else if (read_parameters(call.query, settings, &parameters, out)) {
        answer(services, settings, &parameters, out);
    }
    log_reply(services, call.request_id, out);
}
