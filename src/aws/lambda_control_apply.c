// lambda_control_apply — what a request that was found good makes: members of a configuration, a source of
// code, a statement of a policy.
#include "aws/arn.h"
#include "aws/lambda_control.h"
#include "base/json.h"

// ---- into a configuration ----

static void apply_layers(const struct json_node *layers, struct json_node *configuration) {
    json_remove(configuration, "Layers");
    if (!json_count(layers)) return;
    struct json_node *list = json_add_array(configuration, "Layers");
    for (const struct json_node *at = json_first(layers); at; at = json_next(at)) {
        struct json_node *layer = json_add_object(list, NULL);
        json_add_text(layer, "Arn", json_text(at));
        json_add_integer(layer, "CodeSize", 0);
    }
}

// Without variables there is no Environment, as the service answers.
static void
apply_environment(const struct json_node *environment, struct json_node *configuration) {
    json_remove(configuration, "Environment");
    if (!json_count(json_get(environment, "Variables"))) return;
    struct json_node *out = json_add_object(configuration, "Environment");
    json_add_copy(out, "Variables", json_get(environment, "Variables"));
}

// Members that are not given stay as they are.
static void apply_logging(const struct json_node *logging, struct json_node *configuration) {
    CLEANUP(json_release) struct json merged = {0};
    CLEANUP(buf_release) struct buf key = {0};
    if (json_kind(logging) != JSON_OBJECT) return;
    if (!json_copy(json_get(configuration, "LoggingConfig"), &merged))
        (void)json_new_object(&merged);
    for (const struct json_node *at = json_first(logging); at; at = json_next(at)) {
        buf_reset(&key);
        buf_add(&key, json_key(at));
        json_set_copy(merged.root, buf_text(&key), at);
    }
    json_set_copy(configuration, "LoggingConfig", merged.root);
}

void lambda_control_apply(const struct json_node *request, struct json_node *configuration) {
    // The same name and shape in requests and configurations.
    static const char *const kept[] = {
        "Role",          "Handler",          "Runtime",     "Description",      "Timeout",
        "MemorySize",    "KMSKeyArn",        "PackageType", "Architectures",    "FileSystemConfigs",
        "TracingConfig", "EphemeralStorage", "VpcConfig",   "DeadLetterConfig",
    };
    for (size_t i = 0; i < ARRAY_COUNT(kept); i++) {
        const struct json_node *value = json_get(request, kept[i]);
        if (json_kind(value) == JSON_ABSENT || json_kind(value) == JSON_NULL) continue;
        json_set_copy(configuration, kept[i], value);
    }
    if (json_get(request, "Layers")) apply_layers(json_get(request, "Layers"), configuration);
    const struct json_node *environment = json_get(request, "Environment");
    if (json_kind(environment) == JSON_OBJECT) apply_environment(environment, configuration);
    apply_logging(json_get(request, "LoggingConfig"), configuration);
}

// ---- code ----

static bool refuse(struct aws_error *refusal, struct str text) {
    aws_error_set(refusal, 400, STR("InvalidParameterValueException"), text);
    return false;
}

// The end of the JSON text that begins at `at` (after its quote): the offset of the closing quote.
static size_t end_of_text(struct str body, size_t at) {
    while (at < body.len && body.ptr[at] != '"')
        at += body.ptr[at] == '\\' ? 2 : 1;
    return at < body.len ? at : body.len;
}

static size_t skip_blanks(struct str body, size_t at) {
    while (at < body.len && strchr(" \t\r\n", body.ptr[at]) && body.ptr[at])
        at++;
    return at;
}

void lambda_control_take_zip(struct str body, struct buf *out_rest, struct str *out_zip) {
    *out_zip = (struct str){0};
    for (size_t at = 0; at < body.len; at++) {
        if (body.ptr[at] != '"') continue;
        const size_t end = end_of_text(body, at + 1);
        const bool is_key = str_equal(str_slice(body, at + 1, end - at - 1), STR("ZipFile"));
        const size_t colon = skip_blanks(body, end < body.len ? end + 1 : end);
        at = end;
        if (!is_key || colon >= body.len || body.ptr[colon] != ':') continue;
        const size_t value = skip_blanks(body, colon + 1);
        if (value >= body.len || body.ptr[value] != '"') continue;
        const size_t value_end = end_of_text(body, value + 1);
        *out_zip = str_slice(body, value + 1, value_end - value - 1);
        buf_add(out_rest, str_slice(body, 0, value + 1));
        buf_add(out_rest, str_skip(body, value_end));
        return;
    }
    buf_add(out_rest, body);
}

bool lambda_control_code_source(
    const struct json_node *code,
    struct str zip,
    enum lambda_control_source *out,
    struct aws_error *refusal) {
    const bool has_bucket = json_get_text(code, "S3Bucket").len > 0;
    const bool has_key = json_get_text(code, "S3Key").len > 0;
    const bool has_image = json_get_text(code, "ImageUri").len > 0;
    const int sources = (zip.len > 0) + (has_bucket || has_key) + has_image;
    if (sources == 0) return refuse(refusal, STR("Please provide a source for function code."));
    if (sources > 1)
        return refuse(
            refusal, STR("Please do not provide other FunctionCode parameters when providing a "
                         "ZipFile or an ImageUri."));
    if (has_bucket != has_key) return refuse(refusal, STR("S3Bucket and S3Key belong together."));
    *out = zip.len ? LAMBDA_CONTROL_ZIP : has_image ? LAMBDA_CONTROL_IMAGE : LAMBDA_CONTROL_S3;
    return true;
}

// ---- permissions ----

static bool is_service(struct str principal) {
    return str_ends_with(principal, STR(".amazonaws.com")) ||
           str_ends_with(principal, STR(".amazon.com"));
}

static void add_principal(struct json_node *statement, struct str principal) {
    CLEANUP(buf_release) struct buf root = {0};
    if (str_equal(principal, STR("*"))) {
        json_add_text(statement, "Principal", principal);
        return;
    }
    struct json_node *out = json_add_object(statement, "Principal");
    if (arn_is_account(principal))
        buf_add_format(&root, "arn:aws:iam::" STR_FMT ":root", STR_ARG(principal));
    json_add_text(
        out, is_service(principal) ? "Service" : "AWS", root.len ? buf_str(&root) : principal);
}

static void add_conditions(struct json_node *statement, const struct json_node *request) {
    static const struct {
        const char *member, *key;
    } equal[] = {
        {"SourceAccount", "AWS:SourceAccount"},
        {"EventSourceToken", "lambda:EventSourceToken"},
        {"PrincipalOrgID", "aws:PrincipalOrgID"},
    };
    CLEANUP(json_release) struct json condition = {0};
    struct json_node *root = json_new_object(&condition), *group = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(equal); i++) {
        const struct str value = json_get_text(request, equal[i].member);
        if (!value.len) continue;
        if (!group) group = json_add_object(root, "StringEquals");
        json_add_text(group, equal[i].key, value);
    }
    const struct str source = json_get_text(request, "SourceArn");
    if (source.len) json_add_text(json_add_object(root, "ArnLike"), "AWS:SourceArn", source);
    if (json_count(root)) json_add_copy(statement, "Condition", root);
}

void lambda_control_add_statement(
    const struct json_node *request, struct str resource, struct json_node *statements) {
    struct json_node *statement = json_add_object(statements, NULL);
    json_add_text(statement, "Sid", json_get_text(request, "StatementId"));
    json_add_text(statement, "Effect", STR("Allow"));
    add_principal(statement, json_get_text(request, "Principal"));
    json_add_text(statement, "Action", json_get_text(request, "Action"));
    json_add_text(statement, "Resource", resource);
    add_conditions(statement, request);
}
