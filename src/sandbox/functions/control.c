// control — see the header.
#include "functions/control.h"

#include "http/base64.h"

#define MAX_PAGE 50
#define REQUEST_BYTES ((size_t)128 << 10) // but for the zip; ours, there is no documented one

void control_subject_release(struct control_subject *subject) {
    buf_release(&subject->name);
    buf_release(&subject->qualifier);
}

bool control_refuse(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    int status,
    const char *code,
    const char *format,
    ...) {
    struct aws_error refusal;
    struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_add_vformat(&text, format, args);
    va_end(args);
    access_refuse(&refusal, status, code, buf_str(&text));
    calls_refuse(cloud, exchange, call->operation, &refusal);
    buf_release(&text);
    return false;
}

// ---- whom it is about ----

bool control_find(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    enum control_qualifier qualifier,
    struct control_subject *out) {
    struct aws_error refusal;
    if (!operation_path_segment(call->operation, &call->request, 0, &out->name))
        return control_refuse(
            cloud, exchange, call, 400, "ValidationException",
            "The function name in the path cannot be read.");
    (void)routes_query_text(exchange, "Qualifier", &out->qualifier);
    const struct functions_question question = {
        .caller = &call->caller,
        .name = buf_str(&out->name),
        .qualifier = buf_str(&out->qualifier),
        .action = call->operation->iam_action,
        .is_new_qualifier = qualifier == CONTROL_PENDING};
    if (!functions_name(cloud, &question, &out->target, &refusal)) {
        calls_refuse(cloud, exchange, call->operation, &refusal);
        return false;
    }
    if (qualifier != CONTROL_NONE || !out->target.qualifier.len) return true;
    return control_refuse(
        cloud, exchange, call, 400, "InvalidParameterValueException",
        "This operation does not permit a qualifier on the function name");
}

bool control_is_settled(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    const struct function *function) {
    const struct str arn = json_get_text(function->versions[0].configuration, "FunctionArn");
    if (function_is_pending(cloud, function))
        return control_refuse(
            cloud, exchange, call, 409, "ResourceConflictException",
            "The operation cannot be performed at this time. The function is currently in the "
            "following state: Pending");
    if (function_is_updating(cloud, function))
        return control_refuse(
            cloud, exchange, call, 409, "ResourceConflictException",
            "The operation cannot be performed at this time. An update is in progress for "
            "resource: " STR_FMT,
            STR_ARG(arn));
    return true;
}

bool control_has_revision(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    struct str wanted,
    struct str present) {
    if (!wanted.len || str_equal(wanted, present)) return true;
    return control_refuse(
        cloud, exchange, call, 412, "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. Call the "
        "GetFunction/GetAlias API to retrieve the latest Revision Id");
}

bool control_has_room(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    const struct function *function,
    size_t bytes) {
    if (function_has_room(cloud, function, bytes)) return true;
    return control_refuse(
        cloud, exchange, call, 400, "CodeStorageExceededException", "Code storage limit exceeded.");
}

bool control_has_version_room(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    const struct function *function) {
    struct buf text = {0};
    json_print(function->versions[0].configuration, &text);
    const bool has_room = control_has_room(cloud, exchange, call, function, text.len + 512);
    buf_release(&text);
    return has_room;
}

// ---- requests and answers ----

bool control_read(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    struct str text,
    struct json *out) {
    struct error err = {0};
    if (!text.len) {
        (void)json_new_object(out);
        return true;
    }
    if (text.len > REQUEST_BYTES)
        return control_refuse(
            cloud, exchange, call, 413, "RequestEntityTooLargeException",
            "Request must be smaller than %zu bytes for the %s operation", REQUEST_BYTES,
            call->operation->name);
    if (!json_parse(text, out, &err))
        return control_refuse(
            cloud, exchange, call, 400, "InvalidRequestContentException",
            "Could not parse request body into json: %s", err.message);
    if (json_kind(out->root) == JSON_OBJECT) return true;
    json_release(out);
    return control_refuse(
        cloud, exchange, call, 400, "InvalidRequestContentException",
        "Could not parse request body into json: it is no object");
}

void control_answer(
    struct cloud *cloud, struct exchange *exchange, int status, const struct json_node *root) {
    struct buf text = {0};
    json_print(root, &text);
    exchange->response.status = status;
    response_set_body(&exchange->response, STR("application/json"), buf_str(&text));
    calls_add_request_id(cloud, exchange);
    buf_release(&text);
}

void control_answer_nothing(struct cloud *cloud, struct exchange *exchange) {
    exchange->response.status = 204;
    calls_add_request_id(cloud, exchange);
}

static void add_status(
    const struct cloud *cloud,
    const struct function *function,
    bool is_latest,
    struct json_node *out) {
    if (function_is_pending(cloud, function)) {
        json_add_text(out, "State", STR("Pending"));
        json_add_text(out, "StateReason", STR("The function is being created."));
        json_add_text(out, "StateReasonCode", STR("Creating"));
        return;
    }
    json_add_text(out, "State", STR("Active"));
    if (!is_latest || !function_is_updating(cloud, function)) {
        json_add_text(out, "LastUpdateStatus", STR("Successful"));
        return;
    }
    json_add_text(out, "LastUpdateStatus", STR("InProgress"));
    json_add_text(out, "LastUpdateStatusReason", STR("The function is being created."));
    json_add_text(out, "LastUpdateStatusReasonCode", STR("Creating"));
}

void control_add_configuration(
    const struct cloud *cloud,
    const struct function *function,
    size_t version,
    struct str qualifier,
    enum control_status status,
    struct json_node *out) {
    struct buf key = {0}, arn = {0};
    const struct json_node *at = json_first(function->versions[version].configuration);
    for (; at; at = json_next(at)) {
        buf_reset(&key);
        buf_add(&key, json_key(at));
        json_add_copy(out, buf_text(&key), at);
    }
    if (qualifier.len) {
        function_add_arn(cloud, str_from(function->name), qualifier, &arn);
        json_set_text(out, "FunctionArn", buf_str(&arn));
    }
    if (status == CONTROL_WITH_STATUS) add_status(cloud, function, version == 0, out);
    buf_release(&key);
    buf_release(&arn);
}

// ---- changes ----

void control_set_revision(struct cloud *cloud, struct json_node *object) {
    struct buf revision = {0};
    rng_add_uuid(&cloud->rng, &revision);
    json_set_text(object, "RevisionId", buf_str(&revision));
    buf_release(&revision);
}

void control_edit(struct cloud *cloud, const struct function *function, struct json *out) {
    struct buf time = {0};
    (void)json_copy(json_get(function->document.root, "configuration"), out);
    function_add_time(&time, cloud->now_ms);
    json_set_text(out->root, "LastModified", buf_str(&time));
    control_set_revision(cloud, out->root);
    buf_release(&time);
}

void control_put(struct function *function, const char *member, const struct json_node *edited) {
    json_set_copy(function->document.root, member, edited);
}

// What a version freezes: everything but what every change renews.
static void add_frozen(const struct json_node *configuration, struct buf *out) {
    static const char *const renewed[] = {
        "RevisionId", "LastModified", "Version", "FunctionArn", "Description"};
    struct json copy = {0};
    (void)json_copy(configuration, &copy);
    for (size_t i = 0; i < ARRAY_COUNT(renewed); i++)
        json_remove(copy.root, renewed[i]);
    json_print(copy.root, out);
    json_release(&copy);
}

static bool is_unchanged(const struct function *function) {
    struct buf latest = {0}, last = {0};
    if (function->version_count == 1) return false;
    add_frozen(function->versions[0].configuration, &latest);
    add_frozen(function->versions[function->version_count - 1].configuration, &last);
    // Members may stand in another order after an edit: then it counts as a change, which is harmless.
    const bool is_same = str_equal(buf_str(&latest), buf_str(&last));
    buf_release(&latest);
    buf_release(&last);
    return is_same;
}

size_t control_publish(struct cloud *cloud, struct function *function, struct str description) {
    struct json version = {0}, versions = {0};
    struct buf label = {0}, arn = {0};
    int64_t last = 0;
    if (is_unchanged(function)) return function->version_count - 1;
    (void)json_integer(json_get(function->document.root, "last_version"), &last);
    buf_add_int(&label, ++last);
    function_add_arn(cloud, str_from(function->name), buf_str(&label), &arn);
    control_edit(cloud, function, &version);
    json_set_text(version.root, "Version", buf_str(&label));
    json_set_text(version.root, "FunctionArn", buf_str(&arn));
    if (description.len) json_set_text(version.root, "Description", description);
    if (!json_copy(json_get(function->document.root, "versions"), &versions))
        (void)json_new_array(&versions);
    json_add_copy(versions.root, NULL, version.root);
    control_put(function, "versions", versions.root);
    json_remove(function->document.root, "last_version");
    json_add_integer(function->document.root, "last_version", last);
    function_save(cloud, function);
    json_release(&version);
    json_release(&versions);
    buf_release(&label);
    buf_release(&arn);
    return function->version_count - 1;
}

// ---- pages ----

bool control_read_page(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    struct control_page *out) {
    struct buf text = {0};
    struct error ignored = {0};
    int64_t limit = MAX_PAGE;
    bool is_read = !routes_query_text(exchange, "MaxItems", &text) ||
                   (str_parse_int64(buf_str(&text), &limit) && limit >= 1 && limit <= 10000);
    if (!is_read) {
        struct buf shown = {0};
        buf_add_printable(&shown, str_slice(buf_str(&text), 0, 40));
        (void)control_refuse(
            cloud, exchange, call, 400, "ValidationException",
            "1 validation error detected: Value '%s' at 'maxItems' failed to satisfy constraint: "
            "Member must have value %s",
            buf_text(&shown),
            limit > 10000 ? "less than or equal to 10000" : "greater than or equal to 1");
        buf_release(&shown);
    }
    out->limit = limit < MAX_PAGE ? limit : MAX_PAGE;
    buf_reset(&text);
    if (is_read && routes_query_text(exchange, "Marker", &text) && text.len) {
        is_read = base64_decode_url(&out->after, buf_str(&text), &ignored);
        if (!is_read)
            (void)control_refuse(
                cloud, exchange, call, 400, "InvalidParameterValueException",
                "Marker is invalid. Please use the marker from the previous response.");
    }
    buf_release(&text);
    return is_read;
}

void control_add_marker(struct json_node *root, struct str last) {
    struct buf marker = {0};
    base64_encode_url(&marker, last);
    json_add_text(root, "NextMarker", buf_str(&marker));
    buf_release(&marker);
}
