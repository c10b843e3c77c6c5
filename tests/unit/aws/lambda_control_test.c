// lambda_control — what requests of the control plane may say.
#include "aws/lambda_control.h"

#include "support/test.h"

#define ROLE "\"Role\":\"arn:aws:iam::123456789012:role/svc/shoe-role\""
#define CREATE                                                                                     \
    "\"FunctionName\":\"fn\"," ROLE ",\"Code\":{},\"Runtime\":\"python3.12\",\"Handler\":\"app."   \
    "h\""

static bool check(const char *text, enum lambda_control_request kind, struct aws_error *refusal) {
    CLEANUP(json_release) struct json json = {0};
    struct error err = {0};
    assert_ok(json_parse(str_from(text), &json, &err), err);
    return lambda_control_check(json.root, kind, refusal);
}

static void lambda_control_accepts_good_requests(void **state) {
    (void)state;
    static const struct {
        enum lambda_control_request kind;
        const char *text;
    } rows[] = {
        {LAMBDA_CONTROL_CREATE, "{" CREATE "}"},
        {LAMBDA_CONTROL_CREATE, "{" CREATE ",\"Timeout\":900,\"MemorySize\":10240,\"Publish\":true,"
                                "\"Architectures\":[\"arm64\"],\"Environment\":{\"Variables\":{"
                                "\"A_1\":\"x\"}},\"TracingConfig\":{\"Mode\":\"Active\"}}"},
        {LAMBDA_CONTROL_CONFIGURE, "{}"},
        {LAMBDA_CONTROL_CONFIGURE, "{\"Timeout\":null,\"Runtime\":\"python3.7\"}"},
        {LAMBDA_CONTROL_CODE, "{\"ZipFile\":\"\",\"DryRun\":true}"},
        {LAMBDA_CONTROL_CREATE_ALIAS, "{\"Name\":\"live\",\"FunctionVersion\":\"1\"}"},
        {LAMBDA_CONTROL_CREATE_ALIAS, "{\"Name\":\"v1\",\"FunctionVersion\":\"$LATEST\"}"},
        {LAMBDA_CONTROL_PERMISSION, "{\"StatementId\":\"s\",\"Action\":\"lambda:InvokeFunction\","
                                    "\"Principal\":\"123456789012\"}"},
        {LAMBDA_CONTROL_CONCURRENCY, "{\"ReservedConcurrentExecutions\":0}"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct aws_error refusal = {0};
        if (!check(rows[i].text, rows[i].kind, &refusal))
            fail_msg("%s: %s", rows[i].text, refusal.message);
    }
}

static void lambda_control_refuses_with_the_services_words(void **state) {
    (void)state;
    static const struct {
        enum lambda_control_request kind;
        const char *text, *code, *message;
    } rows[] = {
        {LAMBDA_CONTROL_CONFIGURE, "{\"Timeout\":901}", "ValidationException",
         "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: "
         "Member must have value less than or equal to 900"},
        {LAMBDA_CONTROL_CONFIGURE, "{\"Timeout\":0,\"MemorySize\":64}", "ValidationException",
         "2 validation errors detected: Value '0' at 'timeout' failed to satisfy constraint: "
         "Member must have value greater than or equal to 1; Value '64' at 'memorySize' failed to "
         "satisfy constraint: Member must have value greater than or equal to 128"},
        {LAMBDA_CONTROL_CREATE, "{" ROLE ",\"Code\":{}}", "ValidationException",
         "1 validation error detected: Value null at 'functionName' failed to satisfy constraint: "
         "Member must not be null"},
        {LAMBDA_CONTROL_CREATE, "{\"FunctionName\":\"fn\",\"Role\":\"shoe\",\"Code\":{}}",
         "ValidationException",
         "1 validation error detected: Value 'shoe' at 'role' failed to satisfy constraint: Member "
         "must satisfy regular expression pattern: "
         "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+"},
        {LAMBDA_CONTROL_CREATE, "{\"FunctionName\":\"fn\"," ROLE ",\"Code\":{}}",
         "InvalidParameterValueException",
         "Runtime and Handler are mandatory parameters for functions created with deployment "
         "packages."},
        {LAMBDA_CONTROL_CONFIGURE, "{\"Timeout\":\"3\"}", "SerializationException",
         "Expected a number at 'timeout'"},
        {LAMBDA_CONTROL_CONFIGURE, "{\"Environment\":{\"Variables\":{\"9A\":\"x\"}}}",
         "ValidationException",
         "1 validation error detected: Value at 'environment.variables' failed to satisfy "
         "constraint: Map keys must satisfy constraint: [Member must satisfy regular expression "
         "pattern: [a-zA-Z]([a-zA-Z0-9_])+]"},
        {LAMBDA_CONTROL_CONFIGURE,
         "{\"Environment\":{\"Variables\":{\"AWS_REGION\":\"x\",\"_HANDLER\":\"y\"}}}",
         "InvalidParameterValueException",
         "Lambda was unable to configure your environment variables because the environment "
         "variables you have provided contains reserved keys that are currently not supported for "
         "modification. Reserved keys used in this request: AWS_REGION, _HANDLER"},
        {LAMBDA_CONTROL_CONFIGURE, "{\"EphemeralStorage\":{\"Size\":511}}", "ValidationException",
         "1 validation error detected: Value '511' at 'ephemeralStorage.size' failed to satisfy "
         "constraint: Member must have value greater than or equal to 512"},
        {LAMBDA_CONTROL_CREATE_ALIAS, "{\"Name\":\"12\",\"FunctionVersion\":\"1\"}",
         "ValidationException",
         "1 validation error detected: Value '12' at 'name' failed to satisfy constraint: Member "
         "must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct aws_error refusal = {0};
        assert_false(check(rows[i].text, rows[i].kind, &refusal));
        assert_str(str_from(refusal.code), rows[i].code);
        assert_str(str_from(refusal.message), rows[i].message);
        assert_int_equal(refusal.status, 400);
    }
}

static void lambda_control_bounds_the_environment(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    struct aws_error refusal = {0};
    buf_add(&text, STR("{\"Environment\":{\"Variables\":{\"AB\":\""));
    for (int i = 0; i < LAMBDA_CONTROL_MAX_ENVIRONMENT_BYTES - 2; i++)
        buf_add_char(&text, 'x');
    const size_t fits = text.len;
    buf_add(&text, STR("\"}}}"));
    assert_true(check(buf_text(&text), LAMBDA_CONTROL_CONFIGURE, &refusal));
    text.len = fits;
    buf_add(&text, STR("y\"}}}"));
    assert_false(check(buf_text(&text), LAMBDA_CONTROL_CONFIGURE, &refusal));
    assert_contains(str_from(refusal.message), "exceeded the 4KB limit");
}

static void lambda_control_knows_the_runtimes(void **state) {
    (void)state;
    struct aws_error refusal = {0};
    assert_false(check("{\"Runtime\":\"cobol\"}", LAMBDA_CONTROL_CONFIGURE, &refusal));
    assert_contains(str_from(refusal.message), "Value cobol at 'runtime' failed");
    assert_false(check(
        "{\"FunctionName\":\"fn\"," ROLE
        ",\"Code\":{},\"Runtime\":\"python3.7\",\"Handler\":\"a\"}",
        LAMBDA_CONTROL_CREATE, &refusal));
    assert_str(str_from(refusal.code), "InvalidParameterValueException");
    assert_contains(
        str_from(refusal.message), "The runtime parameter of python3.7 is no longer supported");
}

static void lambda_control_replaces_the_whole_environment(void **state) {
    (void)state;
    CLEANUP(json_release) struct json configuration = {0}, change = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct error err = {0};
    assert_ok(
        json_parse(
            STR("{\"Timeout\":3,\"LoggingConfig\":{\"LogFormat\":\"Text\",\"LogGroup\":\"/g\"},"
                "\"Environment\":{\"Variables\":{\"A1\":\"x\",\"B1\":\"y\"}}}"),
            &configuration, &err),
        err);
    assert_ok(
        json_parse(
            STR("{\"Timeout\":9,\"FunctionName\":\"no\",\"LoggingConfig\":{\"LogFormat\":\"JSON\"},"
                "\"Layers\":[\"arn:l\"],\"Environment\":{\"Variables\":{\"C1\":\"z\"}}}"),
            &change, &err),
        err);
    lambda_control_apply(change.root, configuration.root);
    json_print(configuration.root, &text);
    assert_contains(buf_str(&text), "\"Environment\":{\"Variables\":{\"C1\":\"z\"}}");
    assert_contains(
        buf_str(&text), "\"LoggingConfig\":{\"LogGroup\":\"/g\",\"LogFormat\":\"JSON\"}");
    assert_contains(buf_str(&text), "\"Timeout\":9");
    assert_contains(buf_str(&text), "\"Layers\":[{\"Arn\":\"arn:l\",\"CodeSize\":0}]");
    assert_null(json_get(configuration.root, "FunctionName"));
}

static void lambda_control_cuts_the_zip_out(void **state) {
    (void)state;
    static const struct {
        const char *body, *rest, *zip;
    } rows[] = {
        {"{\"Code\":{\"ZipFile\":\"UEsD\"},\"A\":1}", "{\"Code\":{\"ZipFile\":\"\"},\"A\":1}",
         "UEsD"},
        {"{\"ZipFile\" : \"UEsD\"}", "{\"ZipFile\" : \"\"}", "UEsD"},
        {"{\"Description\":\"\\\"ZipFile\\\":\\\"x\\\"\"}",
         "{\"Description\":\"\\\"ZipFile\\\":\\\"x\\\"\"}", ""},
        {"{\"A\":\"ZipFile\",\"B\":\"c\"}", "{\"A\":\"ZipFile\",\"B\":\"c\"}", ""},
        {"{\"ZipFile\":null}", "{\"ZipFile\":null}", ""},
        {"{\"ZipFile\":\"UEsD", "{\"ZipFile\":\"", "UEsD"},
        {"{\"ZipFile\"", "{\"ZipFile\"", ""},
        {"\"\\", "\"\\", ""},
        {"", "", ""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        CLEANUP(buf_release) struct buf rest = {0};
        struct str zip;
        lambda_control_take_zip(str_from(rows[i].body), &rest, &zip);
        assert_str(buf_str(&rest), rows[i].rest);
        assert_str(zip, rows[i].zip);
    }
}

static void lambda_control_wants_one_source_of_code(void **state) {
    (void)state;
    static const struct {
        const char *code, *zip, *refusal;
        enum lambda_control_source source;
    } rows[] = {
        {"{}", "UEsD", NULL, LAMBDA_CONTROL_ZIP},
        {"{\"S3Bucket\":\"b\",\"S3Key\":\"k\"}", "", NULL, LAMBDA_CONTROL_S3},
        {"{\"ImageUri\":\"i\"}", "", NULL, LAMBDA_CONTROL_IMAGE},
        {"{}", "", "Please provide a source for function code.", LAMBDA_CONTROL_ZIP},
        {"{\"S3Bucket\":\"b\"}", "UEsD", "Please do not provide other FunctionCode parameters",
         LAMBDA_CONTROL_ZIP},
        {"{\"S3Bucket\":\"b\"}", "", "S3Bucket and S3Key belong together.", LAMBDA_CONTROL_ZIP},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        CLEANUP(json_release) struct json code = {0};
        struct error err = {0};
        struct aws_error refusal = {0};
        enum lambda_control_source source = LAMBDA_CONTROL_ZIP;
        assert_ok(json_parse(str_from(rows[i].code), &code, &err), err);
        const bool is_good =
            lambda_control_code_source(code.root, str_from(rows[i].zip), &source, &refusal);
        assert_int_equal(is_good, rows[i].refusal == NULL);
        if (is_good)
            assert_int_equal(source, rows[i].source);
        else
            assert_contains(str_from(refusal.message), rows[i].refusal);
    }
}

static void lambda_control_writes_policy_statements(void **state) {
    (void)state;
    CLEANUP(json_release) struct json request = {0}, statements = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct error err = {0};
    assert_ok(
        json_parse(
            STR("{\"StatementId\":\"gw\",\"Action\":\"lambda:InvokeFunction\",\"Principal\":"
                "\"apigateway.amazonaws.com\",\"SourceArn\":\"arn:aws:execute-api:x\","
                "\"SourceAccount\":\"123456789012\"}"),
            &request, &err),
        err);
    lambda_control_add_statement(request.root, STR("arn:fn"), json_new_array(&statements));
    json_print(statements.root, &text);
    assert_str(
        buf_str(&text),
        "[{\"Sid\":\"gw\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":"
        "\"apigateway.amazonaws.com\"},\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"arn:"
        "fn\","
        "\"Condition\":{\"StringEquals\":{\"AWS:SourceAccount\":\"123456789012\"},\"ArnLike\":{"
        "\"AWS:SourceArn\":\"arn:aws:execute-api:x\"}}}]");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(lambda_control_accepts_good_requests),
    cmocka_unit_test(lambda_control_refuses_with_the_services_words),
    cmocka_unit_test(lambda_control_bounds_the_environment),
    cmocka_unit_test(lambda_control_knows_the_runtimes),
    cmocka_unit_test(lambda_control_replaces_the_whole_environment),
    cmocka_unit_test(lambda_control_cuts_the_zip_out),
    cmocka_unit_test(lambda_control_wants_one_source_of_code),
    cmocka_unit_test(lambda_control_writes_policy_statements),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
