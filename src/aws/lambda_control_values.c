// lambda_control_values — the values that are more than a range: the names and the size of an environment,
// the runtimes there are.
#include "aws/lambda_control.h"
#include "lambda_control_internal.h"

#define SHOWN_BYTES 80

static bool refuse(struct aws_error *refusal, const char *code, struct buf *take_text) {
    aws_error_set(refusal, 400, str_from(code), buf_str(take_text));
    buf_release(take_text);
    return false;
}

static const char *const reserved[] = {
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
};

#define UNABLE                                                                                     \
    "Lambda was unable to configure your environment variables because the environment "           \
    "variables you have provided "

static bool is_reserved(struct str name) {
    for (size_t i = 0; i < ARRAY_COUNT(reserved); i++) {
        if (str_equal(name, str_from(reserved[i]))) return true;
    }
    return false;
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_variable_name(struct str name) {
    if (name.len < 2 || !is_letter(name.ptr[0])) return false;
    for (size_t i = 1; i < name.len; i++) {
        const char c = name.ptr[i];
        if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '_') return false;
    }
    return true;
}

bool lambda_control_check_environment(
    const struct json_node *environment, struct aws_error *refusal) {
    struct buf text = {0}, taken = {0};
    size_t bytes = 0;
    bool is_well_named = true;
    const struct json_node *variables = json_get(environment, "Variables");
    for (const struct json_node *at = json_first(variables); at; at = json_next(at)) {
        const struct str name = json_key(at);
        if (json_kind(at) != JSON_STRING) {
            buf_release(&taken);
            buf_add(&text, STR("Expected a text at 'environment.variables'"));
            return refuse(refusal, "SerializationException", &text);
        }
        bytes += name.len + json_text(at).len;
        if (is_reserved(name)) {
            buf_add(&taken, taken.len ? STR(", ") : STR(""));
            buf_add(&taken, name);
        } else if (!is_variable_name(name)) {
            is_well_named = false;
        }
    }
    if (!is_well_named) {
        buf_add(
            &text,
            STR("1 validation error detected: Value at 'environment.variables' failed to satisfy "
                "constraint: Map keys must satisfy constraint: [Member must satisfy regular "
                "expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]"));
        buf_release(&taken);
        return refuse(refusal, "ValidationException", &text);
    }
    if (taken.len)
        buf_add_format(
            &text,
            UNABLE "contains reserved keys that are currently not supported for modification. "
                   "Reserved keys used in this request: %s",
            buf_text(&taken));
    else if (bytes > LAMBDA_CONTROL_MAX_ENVIRONMENT_BYTES)
        buf_add(&text, STR(UNABLE "exceeded the 4KB limit."));
    buf_release(&taken);
    return !text.len || refuse(refusal, "InvalidParameterValueException", &text);
}

static const struct runtime {
    const char *name;
    bool is_over; // no longer accepted for new functions
} runtimes[] = {
    {"nodejs24.x", false},   {"nodejs22.x", false},
    {"nodejs20.x", false},   {"nodejs18.x", false},
    {"nodejs16.x", true},    {"nodejs14.x", true},
    {"nodejs12.x", true},    {"python3.14", false},
    {"python3.13", false},   {"python3.12", false},
    {"python3.11", false},   {"python3.10", false},
    {"python3.9", false},    {"python3.8", false},
    {"python3.7", true},     {"python3.6", true},
    {"python2.7", true},     {"java25", false},
    {"java21", false},       {"java17", false},
    {"java11", false},       {"java8.al2", false},
    {"java8", true},         {"dotnet10", false},
    {"dotnet8", false},      {"dotnet6", true},
    {"ruby3.4", false},      {"ruby3.3", false},
    {"ruby3.2", false},      {"ruby2.7", true},
    {"go1.x", true},         {"provided.al2023", false},
    {"provided.al2", false}, {"provided", true},
};

bool lambda_control_check_runtime(struct str name, bool is_new, struct aws_error *refusal) {
    struct buf text = {0};
    const struct runtime *found = NULL;
    if (!name.len) return true;
    for (size_t i = 0; i < ARRAY_COUNT(runtimes); i++) {
        if (str_equal(name, str_from(runtimes[i].name))) found = &runtimes[i];
    }
    if (found && (!found->is_over || !is_new)) return true;
    if (found) {
        buf_add_format(
            &text,
            "The runtime parameter of %s is no longer supported for creating or updating AWS "
            "Lambda functions. We recommend you use a supported runtime while creating or "
            "updating functions.",
            found->name);
        return refuse(refusal, "InvalidParameterValueException", &text);
    }
    buf_add(&text, STR("Value "));
    buf_add_printable(&text, str_slice(name, 0, SHOWN_BYTES));
    buf_add(
        &text, STR(" at 'runtime' failed to satisfy constraint: Member must satisfy enum value "
                   "set: ["));
    bool is_first = true;
    for (size_t i = 0; i < ARRAY_COUNT(runtimes); i++) {
        if (runtimes[i].is_over) continue;
        buf_add_format(&text, "%s%s", is_first ? "" : ", ", runtimes[i].name);
        is_first = false;
    }
    buf_add(&text, STR("] or be a valid ARN"));
    return refuse(refusal, "InvalidParameterValueException", &text);
}
