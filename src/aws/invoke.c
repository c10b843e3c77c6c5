// invoke — see the header.
#include "aws/invoke.h"

#include "aws/arn.h"
#include "aws/operation.h"
#include "base/attributes.h"
#include "base/json.h"
#include "base/memory.h"
#include "http/base64.h"
#include "http/url.h"

#define FUNCTIONS_PATH "/2015-03-31/functions/"
#define MAX_FUNCTION_BYTES 256
#define MAX_NAME_BYTES 64
#define MAX_QUALIFIER_BYTES 128

static const char *const type_names[] = {
    [INVOKE_REQUEST_RESPONSE] = "RequestResponse",
    [INVOKE_EVENT] = "Event",
    [INVOKE_DRY_RUN] = "DryRun",
};

const char *invoke_type_name(enum invoke_type type) {
    return type_names[type];
}

void invoke_release(struct invoke *invoke) {
    if (!invoke) return;
    buf_release(&invoke->storage);
    *invoke = (struct invoke){0};
}

void invoke_reply_release(struct invoke_reply *reply) {
    if (!reply) return;
    buf_release(&reply->function_error);
    buf_release(&reply->executed_version);
    buf_release(&reply->log);
    buf_release(&reply->payload);
    buf_release(&reply->error_type);
    buf_release(&reply->error_message);
    buf_release(&reply->request_id);
    *reply = (struct invoke_reply){0};
}

static bool is_name(struct str text, const char *also) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (is_letter || (c >= '0' && c <= '9') || c == '-' || c == '_') continue;
        if (c == '\0' || !strchr(also, c)) return false;
    }
    return text.len > 0;
}

static bool refuse_function(struct str function, struct error *err) {
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_printable(&shown, str_slice(function, 0, 80));
    error_set(
        err, ERROR_USAGE,
        "1 validation error detected: Value '%s' at 'functionName' failed to satisfy constraint: "
        "Member must be a function name, a partial ARN or an ARN",
        buf_text(&shown));
    return error_hint(
        err, "Use the name alone, or arn:aws:lambda:REGION:ACCOUNT:function:NAME, with an optional "
             ":QUALIFIER.");
}

static bool
check_parts(struct str function, const struct invoke_function *parts, struct error *err) {
    const bool is_bare_dollar = parts->qualifier.len > 0 && parts->qualifier.ptr[0] == '$' &&
                                !str_equal(parts->qualifier, STR("$LATEST"));
    if (!is_name(parts->name, "") || parts->name.len > MAX_NAME_BYTES) {
        return refuse_function(function, err);
    }
    if (is_bare_dollar || (parts->qualifier.len && !is_name(parts->qualifier, "$"))) {
        return refuse_function(function, err);
    }
    return true;
}

// name[:qualifier], account:function:name[:qualifier], arn:…
bool invoke_split_function(struct str function, struct invoke_function *out, struct error *err) {
    struct invoke_function parts = {0};
    struct str rest = function, first;
    struct error ignored;
    struct arn arn;
    if (function.len == 0 || function.len > MAX_FUNCTION_BYTES)
        return refuse_function(function, err);
    if (arn_looks_like(function)) {
        if (!arn_parse(function, &arn, &ignored) || arn.kind != ARN_FUNCTION) {
            return refuse_function(function, err);
        }
        parts = (struct invoke_function){
            .name = arn.name,
            .qualifier = arn.qualifier,
            .account = arn.account,
            .region = arn.region,
        };
    } else {
        const size_t colon = str_find_char(rest, ':');
        first = str_slice(rest, 0, colon);
        const bool is_partial =
            arn_is_account(first) && str_starts_with(str_skip(rest, colon), STR(":function:"));
        if (is_partial) {
            parts.account = first;
            rest = str_skip(rest, colon + strlen(":function:"));
        }
        const bool has_colon = str_split(rest, ':', &parts.name, &parts.qualifier);
        if (has_colon && parts.qualifier.len == 0) return refuse_function(function, err);
    }
    if (str_ends_with(function, STR(":"))) return refuse_function(function, err);
    if (!check_parts(function, &parts, err)) return false;
    *out = parts;
    return true;
}

static bool check_qualifier(
    const struct invoke *invoke, const struct invoke_function *function, struct error *err) {
    if (invoke->qualifier.len == 0) return true;
    if (invoke->qualifier.len > MAX_QUALIFIER_BYTES || !is_name(invoke->qualifier, "$")) {
        error_set(err, ERROR_USAGE, "the qualifier is not a version or an alias");
        return error_hint(err, "Use $LATEST, a number, or the name of an alias.");
    }
    if (function->qualifier.len == 0 || str_equal(function->qualifier, invoke->qualifier))
        return true;
    error_set(
        err, ERROR_USAGE,
        "The derived qualifier from the function name does not match the specified qualifier.");
    return error_hint(err, "Give the qualifier once: in the function's ARN or beside it.");
}

static bool check_payload(const struct invoke *invoke, struct error *err) {
    const bool is_event = invoke->type == INVOKE_EVENT;
    const size_t most = is_event ? INVOKE_MAX_ASYNC_PAYLOAD_BYTES : INVOKE_MAX_PAYLOAD_BYTES;
    if (invoke->payload.len <= most) return true;
    error_set(
        err, ERROR_LIMIT, "Request must be smaller than %zu bytes for the InvokeFunction operation",
        most);
    return error_hint(err, "Send fewer events at once.");
}

static bool check(const struct invoke *invoke, struct error *err) {
    struct invoke_function function = {0};
    return invoke_split_function(invoke->function, &function, err) &&
           check_qualifier(invoke, &function, err) && check_payload(invoke, err);
}

static bool add_context(const struct invoke *invoke, struct request *out, struct error *err) {
    CLEANUP(buf_release) struct buf context = {0};
    if (invoke->client_context.len == 0) return true;
    base64_encode(&context, invoke->client_context);
    if (context.len > INVOKE_MAX_CONTEXT_BYTES) {
        error_set(
            err, ERROR_LIMIT, "the client context is larger than %d bytes as base64",
            INVOKE_MAX_CONTEXT_BYTES);
        return error_hint(err, "Put the data into the payload instead.");
    }
    headers_add(&out->headers, STR("X-Amz-Client-Context"), buf_str(&context));
    return true;
}

bool invoke_encode(
    const struct invoke *invoke, struct str endpoint, struct request *out, struct error *err) {
    CLEANUP(buf_release) struct buf path = {0};
    const struct operation *operation = operation_get(OPERATION_INVOKE);
    if (!check(invoke, err)) return false;
    buf_add(&path, STR(FUNCTIONS_PATH));
    url_encode(&path, invoke->function, URL_ENCODE_SLASH);
    buf_add(&path, STR("/invocations"));
    if (invoke->qualifier.len) {
        buf_add(&path, STR("?Qualifier="));
        url_encode(&path, invoke->qualifier, URL_ENCODE_SLASH);
    }
    if (!operation_begin(operation, endpoint, buf_str(&path), invoke->payload, out, err))
        return false;
    headers_add(
        &out->headers, STR("X-Amz-Invocation-Type"), str_from(invoke_type_name(invoke->type)));
    if (invoke->type == INVOKE_REQUEST_RESPONSE) {
        headers_add(
            &out->headers, STR("X-Amz-Log-Type"), invoke->wants_log ? STR("Tail") : STR("None"));
    }
    return add_context(invoke, out, err);
}

static bool
refuse_word(struct error *err, struct str value, const char *member, const char *words) {
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_printable(&shown, str_slice(value, 0, 80));
    error_set(
        err, ERROR_USAGE,
        "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must "
        "satisfy enum value set: [%s]",
        buf_text(&shown), member, words);
    return error_hint(err, "Send one of %s.", words);
}

static bool read_type(const struct headers *headers, enum invoke_type *out, struct error *err) {
    const struct str name = headers_get(headers, STR("X-Amz-Invocation-Type"));
    *out = INVOKE_REQUEST_RESPONSE;
    if (name.len == 0) return true;
    for (size_t i = 0; i < ARRAY_COUNT(type_names); i++) {
        if (!str_equal(name, str_from(type_names[i]))) continue;
        *out = (enum invoke_type)i;
        return true;
    }
    return refuse_word(err, name, "invocationType", "Event, RequestResponse, DryRun");
}

static bool read_log_type(const struct headers *headers, bool *out, struct error *err) {
    const struct str name = headers_get(headers, STR("X-Amz-Log-Type"));
    *out = str_equal(name, STR("Tail"));
    if (*out || name.len == 0 || str_equal(name, STR("None"))) return true;
    return refuse_word(err, name, "logType", "None, Tail");
}

static bool read_target(
    const struct request *request, struct buf *function, struct buf *qualifier, struct error *err) {
    struct url url;
    const struct str prefix = STR(FUNCTIONS_PATH);
    if (!url_parse_target(buf_str(&request->url), &url, err)) return false;
    const size_t tail = strlen("/invocations");
    if (!str_starts_with(url.path, prefix) || !str_ends_with(url.path, STR("/invocations")) ||
        url.path.len <= prefix.len + tail) {
        error_set(err, ERROR_NOT_FOUND, "this is not the path of Invoke");
        return error_hint(err, "Send to /2015-03-31/functions/NAME/invocations.");
    }
    const struct str name = str_slice(url.path, prefix.len, url.path.len - prefix.len - tail);
    (void)url_query_get(url.query, STR("Qualifier"), false, qualifier);
    return url_decode(function, name, err);
}

static bool read_context(struct str encoded, struct buf *out) {
    CLEANUP(json_release) struct json json = {0};
    struct error ignored;
    return encoded.len <= INVOKE_MAX_CONTEXT_BYTES && base64_decode(out, encoded, &ignored) &&
           json_parse(buf_str(out), &json, &ignored) && json_kind(json.root) == JSON_OBJECT;
}

bool invoke_decode(const struct request *request, struct invoke *out, struct error *err) {
    CLEANUP(buf_release) struct buf function = {0};
    CLEANUP(buf_release) struct buf qualifier = {0};
    CLEANUP(buf_release) struct buf context = {0};
    CLEANUP(buf_release) struct buf storage = {0};
    struct invoke read = {.payload = buf_str(&request->body)};
    const struct str encoded = headers_get(&request->headers, STR("X-Amz-Client-Context"));

    if (!read_target(request, &function, &qualifier, err)) return false;
    if (!read_type(&request->headers, &read.type, err)) return false;
    if (!read_log_type(&request->headers, &read.wants_log, err)) return false;
    if (encoded.len && !read_context(encoded, &context)) {
        error_set(err, ERROR_INVALID, "Client context must be a valid Base64-encoded JSON object.");
        return error_hint(err, "Encode the JSON text with base64, at most 3583 bytes.");
    }
    buf_reserve(&storage, function.len + qualifier.len + context.len);
    buf_add(&storage, buf_str(&function));
    buf_add(&storage, buf_str(&qualifier));
    buf_add(&storage, buf_str(&context));
    const struct str all = buf_str(&storage);
    read.function = str_slice(all, 0, function.len);
    read.qualifier = str_slice(all, function.len, qualifier.len);
    read.client_context = str_skip(all, function.len + qualifier.len);
    if (!check(&read, err)) return false;
    invoke_release(out);
    *out = read;
    out->storage = storage;
    storage = (struct buf){0};
    return true;
}

// A failed function's payload: {"errorMessage":…,"errorType":…}; anything may be missing.
static void read_function_error(struct invoke_reply *reply) {
    CLEANUP(json_release) struct json json = {0};
    struct error ignored;
    if (!json_parse(buf_str(&reply->payload), &json, &ignored)) return;
    buf_add(&reply->error_type, json_get_text(json.root, "errorType"));
    buf_add(&reply->error_message, json_get_text(json.root, "errorMessage"));
}

bool invoke_decode_reply(
    const struct response *response, struct invoke_reply *out, struct error *err) {
    CLEANUP(invoke_reply_release) struct invoke_reply read = {.status = response->status};
    const struct headers *headers = &response->headers;
    const struct str failure = headers_get(headers, STR("X-Amz-Function-Error"));
    const struct str log = headers_get(headers, STR("X-Amz-Log-Result"));
    if (!response_is_success(response)) {
        error_set(err, ERROR_INVALID, "HTTP %d is no reply of Invoke", response->status);
        return error_hint(err, "Read it as an AWS error.");
    }
    if (log.len && !base64_decode(&read.log, str_trim(log), err)) {
        return error_wrap(err, "the log tail of the function");
    }
    read.has_failed = failure.ptr != NULL; // presence counts, not the value
    buf_add(&read.function_error, failure);
    buf_add(&read.executed_version, headers_get(headers, STR("X-Amz-Executed-Version")));
    buf_add(&read.request_id, headers_get(headers, STR("x-amzn-RequestId")));
    buf_add(&read.payload, buf_str(&response->body));
    if (read.has_failed) read_function_error(&read);
    invoke_reply_release(out);
    *out = read;
    read = (struct invoke_reply){0};
    return true;
}

// The last bytes, from the beginning of a character.
static struct str log_tail(struct str log) {
    if (log.len <= INVOKE_LOG_BYTES) return log;
    log = str_skip(log, log.len - INVOKE_LOG_BYTES);
    while (log.len && ((unsigned char)log.ptr[0] & 0xC0) == 0x80)
        log = str_skip(log, 1);
    return log;
}

void invoke_encode_reply(const struct invoke_reply *reply, struct response *out) {
    CLEANUP(buf_release) struct buf log = {0};
    out->status = reply->status ? reply->status : 200;
    response_set_body(out, STR("application/json"), buf_str(&reply->payload));
    if (reply->has_failed) {
        headers_set(
            &out->headers, STR("X-Amz-Function-Error"),
            reply->function_error.len ? buf_str(&reply->function_error) : STR("Unhandled"));
    }
    if (reply->executed_version.len) {
        headers_set(
            &out->headers, STR("X-Amz-Executed-Version"), buf_str(&reply->executed_version));
    }
    if (reply->log.len) {
        base64_encode(&log, log_tail(buf_str(&reply->log)));
        headers_set(&out->headers, STR("X-Amz-Log-Result"), buf_str(&log));
    }
    if (reply->request_id.len) {
        headers_set(&out->headers, STR("x-amzn-RequestId"), buf_str(&reply->request_id));
    }
}
