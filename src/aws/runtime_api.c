// runtime_api — see the header.
#include "aws/runtime_api.h"

#include "base/json.h"

#define BASE "/" RUNTIME_API_VERSION "/runtime/"

// ---- paths ----

// Takes "/NAME" off the front where the path does not begin with the version.
static struct str take_function(struct str *path) {
    const struct str base = STR(BASE);
    if (str_starts_with(*path, base) || path->len < 2 || path->ptr[0] != '/')
        return (struct str){0};
    const struct str rest = str_skip(*path, 1);
    const struct str name = str_slice(rest, 0, str_find_char(rest, '/'));
    if (!str_starts_with(str_skip(rest, name.len), base)) return (struct str){0};
    *path = str_skip(rest, name.len);
    return name;
}

static enum runtime_api_route route_of_invocation(struct str rest, struct str *request_id) {
    struct str last;
    if (str_equal(rest, STR("next"))) return RUNTIME_API_NEXT;
    if (!str_split(rest, '/', request_id, &last) || request_id->len == 0)
        return RUNTIME_API_UNKNOWN;
    if (str_equal(last, STR("response"))) return RUNTIME_API_RESPONSE;
    return str_equal(last, STR("error")) ? RUNTIME_API_ERROR : RUNTIME_API_UNKNOWN;
}

struct runtime_api_call runtime_api_route(struct str method, struct str path) {
    const struct str invocation = STR(BASE "invocation/");
    struct runtime_api_call call = {.route = RUNTIME_API_UNKNOWN, .function = take_function(&path)};
    if (str_starts_with(path, invocation)) {
        call.route = route_of_invocation(str_skip(path, invocation.len), &call.request_id);
    } else if (str_equal(path, STR(BASE "init/error"))) {
        call.route = RUNTIME_API_INIT_ERROR;
    }
    const struct str wanted = call.route == RUNTIME_API_NEXT ? STR("GET") : STR("POST");
    if (call.route == RUNTIME_API_UNKNOWN)
        call.request_id = (struct str){0};
    else if (!str_equal(method, wanted))
        call.route = RUNTIME_API_WRONG_METHOD;
    return call;
}

// ---- answers ----

static void add_header(struct response *out, const char *name, struct str value) {
    // What came from outside is left out rather than allowed to break the header.
    if (value.len && headers_is_valid_value(value))
        headers_set(&out->headers, str_from(name), value);
}

void runtime_api_encode_next(
    const struct runtime_api_invocation *invocation, struct response *out) {
    CLEANUP(buf_release) struct buf deadline = {0};
    buf_add_int(&deadline, invocation->deadline_ms);
    out->status = 200;
    response_set_body(out, STR("application/json"), invocation->payload);
    add_header(out, RUNTIME_API_REQUEST_ID, invocation->request_id);
    add_header(out, RUNTIME_API_DEADLINE, buf_str(&deadline));
    add_header(out, RUNTIME_API_FUNCTION_ARN, invocation->function_arn);
    add_header(out, RUNTIME_API_TRACE_ID, invocation->trace_id);
    add_header(out, RUNTIME_API_CLIENT_CONTEXT, invocation->client_context);
}

void runtime_api_encode_accepted(struct response *out) {
    out->status = 202;
    response_set_body(out, STR("application/json"), STR("{\"status\":\"OK\"}\n"));
}

void runtime_api_add_error(struct buf *out, struct str type, struct str message) {
    buf_add(out, STR("{\"errorMessage\":"));
    json_quote(out, message);
    if (type.len) {
        buf_add(out, STR(",\"errorType\":"));
        json_quote(out, type);
    }
    buf_add_char(out, '}');
}

static const struct {
    int status;
    const char *type, *message;
} refusals[] = {
    [RUNTIME_API_WRONG_ID] =
        {.status = 400, .type = "InvalidRequestID", .message = "Invalid request ID"},
    [RUNTIME_API_WRONG_STATE] =
        {.status = 403,
         .type = "InvalidStateTransition",
         .message = "State transition is not allowed"},
    [RUNTIME_API_TOO_LARGE] =
        {.status = 413,
         .type = "RequestEntityTooLarge",
         .message = "Exceeded maximum allowed payload size (6291556 bytes)."},
    [RUNTIME_API_NO_ROUTE] =
        {.status = 404, .type = "NotFound", .message = "The Runtime API has no such path."},
    [RUNTIME_API_NO_METHOD] =
        {.status = 405, .type = "MethodNotAllowed", .message = "The path has another method."},
    [RUNTIME_API_STOPPING] =
        {.status = 500, .type = "InternalServerError", .message = "The sandbox is stopping."},
};
_Static_assert(RUNTIME_API_MAX_PAYLOAD_BYTES == 6291556, "the text above says so");

void runtime_api_encode_refusal(
    enum runtime_api_refusal refusal, struct str detail, struct response *out) {
    CLEANUP(buf_release) struct buf body = {0};
    ASSERT((size_t)refusal < ARRAY_COUNT(refusals));
    runtime_api_add_error(
        &body, str_from(refusals[refusal].type),
        detail.len ? detail : str_from(refusals[refusal].message));
    out->status = refusals[refusal].status;
    response_set_body(out, STR("application/json"), buf_str(&body));
}

// ---- failures ----

void runtime_api_failure_release(struct runtime_api_failure *failure) {
    if (!failure) return;
    buf_release(&failure->type);
    buf_release(&failure->payload);
}

// A capital letter, then at least one letter more.
static bool is_kind(struct str text) {
    if (text.len < 2 || text.ptr[0] < 'A' || text.ptr[0] > 'Z') return false;
    for (size_t i = 1; i < text.len; i++) {
        const char c = (char)(text.ptr[i] | 0x20);
        if (c < 'a' || c > 'z') return false;
    }
    return true;
}

void runtime_api_add_error_type(struct buf *out, struct str claimed) {
    const struct str function = STR("Function."), runtime = STR("Runtime.");
    const bool is_function = str_starts_with(claimed, function);
    const bool is_runtime = str_starts_with(claimed, runtime);
    const struct str kind = str_skip(claimed, is_function ? function.len : runtime.len);
    if ((is_function || is_runtime) && claimed.len <= RUNTIME_API_MAX_TYPE_BYTES && is_kind(kind)) {
        buf_add(out, claimed);
        return;
    }
    buf_add(out, is_function ? STR("Function.Unknown") : STR("Runtime.Unknown"));
}

void runtime_api_read_failure(struct str type, struct str body, struct runtime_api_failure *out) {
    CLEANUP(json_release) struct json json = {0};
    struct error ignored = {0};
    runtime_api_failure_release(out);
    *out = (struct runtime_api_failure){0};
    runtime_api_add_error_type(&out->type, str_trim(type));
    if (body.len && json_parse(body, &json, &ignored))
        buf_add(&out->payload, body);
    else
        runtime_api_add_error(&out->payload, buf_str(&out->type), body);
}

bool runtime_api_is_streaming(struct str response_mode) {
    return str_equal_nocase(str_trim(response_mode), STR("streaming"));
}

void runtime_api_add_size_message(struct buf *out, size_t bytes) {
    buf_add_format(
        out, "Response payload size (%zu bytes) exceeded maximum allowed payload size (%zu bytes).",
        bytes, RUNTIME_API_MAX_PAYLOAD_BYTES);
}
