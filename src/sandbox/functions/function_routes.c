// function_routes — our own routes about functions: the zip that was uploaded, and the variables that a
// runtime of a function would find around it in Lambda.
#include "aws/sts.h"
#include "base/memory.h"
#include "functions/function.h"
#include "functions/functions.h"
#include "http/base64.h"
#include "routes.h"
#include "sandbox/own_routes.h"
#include "store_records.h"
#include "writer.h"

#define CODE_PATH "/_recloop/code/"
#define CODE_BYTES ((size_t)80 << 20)
#define SESSION_S INT64_C(43200) // of the execution role, as long as one lives

static void answer_missing(struct exchange *exchange, const char *what, const char *hint) {
    struct error err = {0};
    error_set(&err, ERROR_NOT_FOUND, "%s", what);
    error_hint(&err, "%s", hint);
    routes_answer_error(exchange, &err);
}

static enum server_verdict get_code(struct cloud *cloud, struct exchange *exchange) {
    const struct str name = str_skip(exchange->path, strlen(CODE_PATH));
    struct buf encoded = {.limit = CODE_BYTES}, zip = {.limit = CODE_BYTES};
    struct error err = {0};
    if (store_get_record(cloud->store, STR("function-code"), name, &encoded, NULL) &&
        base64_decode(&zip, buf_str(&encoded), &err)) {
        exchange->response.status = 200;
        exchange->response.body.limit = CODE_BYTES;
        response_set_body(&exchange->response, STR("application/zip"), buf_str(&zip));
    } else {
        answer_missing(
            exchange, "no code was uploaded for this function",
            "The seeded functions run code that is part of the sandbox.");
    }
    buf_release(&encoded);
    buf_release(&zip);
    return SERVER_ANSWER;
}

// ---- variables ----

struct variables {
    struct writer *writer; // JSON …
    struct buf *shell;     // … or export lines; one of them
};

static void add(const struct variables *out, const char *name, struct str value) {
    if (out->writer) {
        writer_text(out->writer, name, value);
        return;
    }
    buf_add_format(out->shell, "export %s='", name);
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '\'')
            buf_add(out->shell, STR("'\\''"));
        else
            buf_add_char(out->shell, value.ptr[i]);
    }
    buf_add(out->shell, STR("'\n"));
}

static void add_credentials(
    struct cloud *cloud,
    const struct function *function,
    const struct function_version *version,
    const struct variables *out) {
    struct sts_session session = {0};
    if (access_issue_credentials(
            cloud, version->settings.role_name, str_from(function->name), SESSION_S, &session)) {
        add(out, "AWS_ACCESS_KEY_ID", buf_str(&session.credentials.access_key_id));
        add(out, "AWS_SECRET_ACCESS_KEY", secret_reveal(&session.credentials.secret_access_key));
        add(out, "AWS_SESSION_TOKEN", secret_reveal(&session.credentials.session_token));
    }
    sts_session_release(&session);
}

static void add_runtime_api(
    const struct cloud *cloud, const struct function *function, const struct variables *out) {
    const struct str place = cloud_identity(cloud, "runtime_api");
    struct buf text = {0};
    if (!place.len) return; // built-in mode
    buf_add(&text, place);
    if (!str_equal(str_from(function->name), STR(IDENTITIES_FUNCTION)))
        buf_add_format(&text, "/%s", function->name);
    add(out, "AWS_LAMBDA_RUNTIME_API", buf_str(&text));
    buf_release(&text);
}

static void add_variables(
    struct cloud *cloud,
    const struct function *function,
    const struct function_version *version,
    const struct variables *out) {
    struct buf memory = {0}, name = {0};
    const struct json_node *own =
        json_get(json_get(version->configuration, "Environment"), "Variables");
    for (const struct json_node *at = json_first(own); at; at = json_next(at)) {
        buf_reset(&name);
        buf_add(&name, json_key(at)); // a name that lambda_control let pass
        add(out, buf_text(&name), json_text(at));
    }
    buf_add_int(&memory, version->memory_mb);
    add(out, "_HANDLER", json_get_text(version->configuration, "Handler"));
    add(out, "AWS_LAMBDA_FUNCTION_NAME", str_from(function->name));
    add(out, "AWS_LAMBDA_FUNCTION_VERSION", buf_str(&version->label));
    add(out, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", buf_str(&memory));
    add(out, "AWS_LAMBDA_LOG_GROUP_NAME", buf_str(&version->log_group));
    add(out, "AWS_LAMBDA_LOG_STREAM_NAME", buf_str(&version->log_stream));
    add(out, "AWS_LAMBDA_INITIALIZATION_TYPE", STR("on-demand"));
    add(out, "AWS_REGION", str_from(cloud_region(cloud)));
    add(out, "AWS_DEFAULT_REGION", str_from(cloud_region(cloud)));
    add(out, "AWS_ENDPOINT_URL", buf_str(&cloud->url)); // the one that Lambda does not set
    add(out, "TZ", STR(":UTC"));
    add_runtime_api(cloud, function, out);
    add_credentials(cloud, function, version, out);
    buf_release(&memory);
    buf_release(&name);
}

static enum server_verdict get_environment(struct cloud *cloud, struct exchange *exchange) {
    struct buf name = {0}, qualifier = {0}, format = {0}, text = {0};
    struct writer writer = {.out = &text};
    size_t version = 0;
    if (!routes_query_text(exchange, "function", &name)) buf_add(&name, STR(IDENTITIES_FUNCTION));
    (void)routes_query_text(exchange, "qualifier", &qualifier);
    const bool is_shell =
        routes_query_text(exchange, "format", &format) && str_equal(buf_str(&format), STR("shell"));
    const struct function *function = function_find(cloud, buf_str(&name));
    if (!function || !function_find_version(function, buf_str(&qualifier), &version)) {
        answer_missing(
            exchange, "there is no such function, or no such version of it",
            "ListFunctions shows them all; ?function=NAME&qualifier=VERSION.");
    } else if (is_shell) {
        add_variables(
            cloud, function, &function->versions[version], &(struct variables){.shell = &text});
        exchange->response.status = 200;
        response_set_body(&exchange->response, STR("text/plain; charset=utf-8"), buf_str(&text));
    } else {
        writer_open(&writer, NULL, '{');
        add_variables(
            cloud, function, &function->versions[version], &(struct variables){.writer = &writer});
        writer_close(&writer, '}');
        routes_answer_json(exchange, 200, buf_str(&text));
    }
    buf_release(&name);
    buf_release(&qualifier);
    buf_release(&format);
    mem_wipe(text.ptr, text.len);
    buf_release(&text);
    return SERVER_ANSWER;
}

static const struct route rows[] = {
    {.method = "GET", .path = CODE_PATH, .is_prefix = true, .run = get_code},
    {.method = "GET", .path = OWN_ROUTES_FUNCTION_ENV, .run = get_environment},
};

struct routes routes_functions(void) {
    return (struct routes){.rows = rows, .count = ARRAY_COUNT(rows)};
}
