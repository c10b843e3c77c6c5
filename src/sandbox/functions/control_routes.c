// control_routes — making, telling, changing and deleting functions.
#include "aws/code_archive.h"
#include "aws/lambda_control.h"
#include "base/digest.h"
#include "functions/control.h"
#include "http/base64.h"
#include "store_records.h"

#define CODE_KIND STR("function-code")
#define NAME_LIMIT 64

// ---- code ----

struct code {
    struct buf sha256; // owned; base64
    int64_t bytes;
    struct str zip; // base64, of the request
};

static bool read_zip(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    struct str zip,
    struct code *out) {
    struct buf bytes = {.limit = CODE_ARCHIVE_MAX_BYTES + 1024};
    struct error err = {0};
    struct code_archive archive;
    uint8_t digest[DIGEST_BYTES];
    if (zip.len > CODE_ARCHIVE_MAX_BYTES / 3 * 4 + 8)
        return control_refuse(
            cloud, exchange, call, 413, "RequestEntityTooLargeException",
            "Request must be smaller than 69905067 bytes for the %s operation",
            call->operation->name);
    bool is_good = base64_decode(&bytes, zip, &err);
    if (!is_good)
        (void)control_refuse(
            cloud, exchange, call, 400, "SerializationException",
            "The ZipFile is not base64: send the bytes through the SDK, or base64-encoded.");
    else if (!(is_good = code_archive_read(buf_str(&bytes), &archive, &err)))
        (void)control_refuse(
            cloud, exchange, call, 400, "InvalidParameterValueException", "%s", err.message);
    if (is_good) {
        digest_sha256(buf_str(&bytes), digest);
        base64_encode(
            &out->sha256, (struct str){.ptr = (const char *)digest, .len = sizeof(digest)});
        out->bytes = (int64_t)bytes.len;
        out->zip = zip;
    }
    buf_release(&bytes);
    return is_good;
}

static bool has_code_room(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    const struct function *function,
    const struct code *code) {
    if (function_has_code_room(cloud, function, code->bytes)) return true;
    return control_refuse(
        cloud, exchange, call, 400, "CodeStorageExceededException", "Code storage limit exceeded.");
}

static bool read_code(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    const struct json_node *members,
    struct str zip,
    struct code *out) {
    enum lambda_control_source source;
    struct aws_error refusal;
    if (!lambda_control_code_source(members, zip, &source, &refusal)) {
        calls_refuse(cloud, exchange, call->operation, &refusal);
        return false;
    }
    switch (source) {
    case LAMBDA_CONTROL_ZIP: return read_zip(cloud, exchange, call, zip, out);
    case LAMBDA_CONTROL_S3: // there is no S3 here: no bucket exists
        return control_refuse(
            cloud, exchange, call, 400, "InvalidParameterValueException",
            "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The "
            "specified bucket does not exist");
    case LAMBDA_CONTROL_IMAGE: break;
    }
    return control_refuse(
        cloud, exchange, call, 400, "InvalidParameterValueException",
        "Source image " STR_FMT " does not exist. Provide a valid source image.",
        STR_ARG(json_get_text(members, "ImageUri")));
}

static void
put_code(struct cloud *cloud, const struct function *function, const struct code *code) {
    store_put_record(
        cloud->store, &(struct store_record){
                          .kind = CODE_KIND,
                          .id = str_from(function->name),
                          .body = code->zip,
                          .created_at_ms = cloud->now_ms,
                          .updated_at_ms = cloud->now_ms});
}

static void set_code(const struct code *code, struct json_node *configuration) {
    json_remove(configuration, "CodeSize");
    json_add_integer(configuration, "CodeSize", code->bytes);
    json_set_text(configuration, "CodeSha256", buf_str(&code->sha256));
}

// ---- CreateFunction ----

static bool check_role(
    struct cloud *cloud, struct exchange *exchange, const struct call *call, struct str role) {
    struct aws_error refusal;
    if (!role.len) return true;
    if (!access_allows(cloud, &call->caller, "iam:PassRole", role, &refusal)) {
        calls_refuse(cloud, exchange, call->operation, &refusal);
        return false;
    }
    if (access_role_serves(cloud, role, STR("lambda.amazonaws.com"))) return true;
    return control_refuse(
        cloud, exchange, call, 400, "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.");
}

// The new function's bare name.
static bool read_name(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    struct str text,
    struct str *out) {
    struct invoke_function parts = {0};
    struct error err = {0};
    struct aws_error refusal;
    struct buf arn = {0};
    if (!invoke_split_function(text, &parts, &err) || parts.name.len > NAME_LIMIT)
        return control_refuse(cloud, exchange, call, 400, "ValidationException", "%s", err.message);
    const bool is_ours =
        (!parts.account.len || str_equal(parts.account, str_from(cloud_account(cloud)))) &&
        (!parts.region.len || str_equal(parts.region, call->region));
    if (parts.qualifier.len || !is_ours)
        return control_refuse(
            cloud, exchange, call, 400, "InvalidParameterValueException",
            "A new function is named by its name alone, or by an ARN of this account and region "
            "without a qualifier.");
    if (!str_equal(call->region, str_from(cloud_region(cloud))))
        return control_refuse(
            cloud, exchange, call, 400, "InvalidParameterValueException",
            "The sandbox keeps functions in %s only.", cloud_region(cloud));
    function_add_arn(cloud, parts.name, STR(""), &arn);
    const bool is_allowed =
        access_allows(cloud, &call->caller, call->operation->iam_action, buf_str(&arn), &refusal);
    if (!is_allowed) calls_refuse(cloud, exchange, call->operation, &refusal);
    buf_release(&arn);
    *out = parts.name;
    return is_allowed;
}

static void add_defaults(
    struct cloud *cloud, const struct function *function, struct json_node *configuration) {
    struct buf arn = {0}, group = {0};
    function_add_arn(cloud, str_from(function->name), STR(""), &arn);
    buf_add_format(&group, "/aws/lambda/%s", function->name);
    json_add_text(configuration, "FunctionName", str_from(function->name));
    json_add_text(configuration, "FunctionArn", buf_str(&arn));
    json_add_text(configuration, "Description", STR(""));
    json_add_integer(configuration, "Timeout", LAMBDA_CONTROL_DEFAULT_TIMEOUT_S);
    json_add_integer(configuration, "MemorySize", LAMBDA_CONTROL_DEFAULT_MEMORY_MB);
    json_add_text(configuration, "Version", STR(FUNCTION_LATEST));
    json_add_text(configuration, "PackageType", STR("Zip"));
    json_add_text(json_add_array(configuration, "Architectures"), NULL, STR("x86_64"));
    json_add_text(json_add_object(configuration, "TracingConfig"), "Mode", STR("PassThrough"));
    json_add_integer(json_add_object(configuration, "EphemeralStorage"), "Size", 512);
    struct json_node *logging = json_add_object(configuration, "LoggingConfig");
    json_add_text(logging, "LogFormat", STR("Text"));
    json_add_text(logging, "LogGroup", buf_str(&group));
    buf_release(&arn);
    buf_release(&group);
}

static struct function *make(
    struct cloud *cloud,
    struct str name,
    const struct json_node *request,
    const struct code *code) {
    struct function *function = function_add(cloud, name);
    struct json edited = {0};
    json_add_integer(function->document.root, "created_ms", cloud->now_ms);
    json_add_integer(function->document.root, "changed_ms", cloud->now_ms);
    (void)json_add_object(function->document.root, "configuration");
    control_edit(cloud, function, &edited);
    add_defaults(cloud, function, edited.root);
    lambda_control_apply(request, edited.root);
    set_code(code, edited.root);
    control_put(function, "configuration", edited.root);
    if (json_count(json_get(request, "Tags")))
        json_add_copy(function->document.root, "tags", json_get(request, "Tags"));
    function_save(cloud, function);
    put_code(cloud, function, code);
    json_release(&edited);
    return function;
}

static void answer_configuration(
    struct cloud *cloud,
    struct exchange *exchange,
    int status,
    const struct function *function,
    size_t version,
    struct str qualifier) {
    struct json answer = {0};
    control_add_configuration(
        cloud, function, version, qualifier, CONTROL_WITH_STATUS, json_new_object(&answer));
    control_answer(cloud, exchange, status, answer.root);
    json_release(&answer);
}

static void create_from(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    const struct json_node *request,
    struct str zip) {
    struct aws_error refusal;
    struct code code = {0};
    struct str name = {0};
    if (!lambda_control_check(request, LAMBDA_CONTROL_CREATE, &refusal)) {
        calls_refuse(cloud, exchange, call->operation, &refusal);
        return;
    }
    if (!read_name(cloud, exchange, call, json_get_text(request, "FunctionName"), &name)) return;
    if (function_find(cloud, name)) {
        (void)control_refuse(
            cloud, exchange, call, 409, "ResourceConflictException",
            "Function already exist: " STR_FMT, STR_ARG(name));
        return;
    }
    if (functions_list(cloud)->count >= FUNCTION_LIMIT) {
        (void)control_refuse(
            cloud, exchange, call, 400, "CodeStorageExceededException",
            "Code storage limit exceeded.");
        return;
    }
    if (check_role(cloud, exchange, call, json_get_text(request, "Role")) &&
        read_code(cloud, exchange, call, json_get(request, "Code"), zip, &code) &&
        has_code_room(cloud, exchange, call, NULL, &code) &&
        control_has_room(cloud, exchange, call, NULL, exchange->body.len - zip.len + 2048)) {
        struct function *function = make(cloud, name, request, &code);
        size_t version = 0;
        if (json_bool(json_get(request, "Publish"), false))
            version = control_publish(cloud, function, STR(""));
        answer_configuration(cloud, exchange, 201, function, version, STR(""));
    }
    buf_release(&code.sha256);
}

static enum server_verdict
create_function(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct buf rest = {0};
    struct json request = {0};
    struct str zip;
    lambda_control_take_zip(exchange->body, &rest, &zip);
    if (control_read(cloud, exchange, call, buf_str(&rest), &request))
        create_from(cloud, exchange, call, request.root, zip);
    json_release(&request);
    buf_release(&rest);
    return SERVER_ANSWER;
}

// ---- telling ----

static void add_code_location(
    const struct cloud *cloud, const struct function *function, struct json_node *root) {
    struct json_node *code = json_add_object(root, "Code");
    struct buf location = {0};
    json_add_text(code, "RepositoryType", STR("S3"));
    if (function->code == FUNCTION_CODE_UPLOADED ||
        store_get_record(cloud->store, CODE_KIND, str_from(function->name), NULL, NULL)) {
        buf_add_format(&location, "%s/_recloop/code/%s", buf_text(&cloud->url), function->name);
        json_add_text(code, "Location", buf_str(&location));
    }
    buf_release(&location);
}

static enum server_verdict
get_function(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    struct json answer = {0};
    if (control_find(cloud, exchange, call, CONTROL_ANY, &subject)) {
        const struct function *function = subject.target.function;
        struct json_node *root = json_new_object(&answer);
        control_add_configuration(
            cloud, function, subject.target.version, subject.target.qualifier, CONTROL_WITH_STATUS,
            json_add_object(root, "Configuration"));
        add_code_location(cloud, function, root);
        const struct json_node *tags = json_get(function->document.root, "tags");
        if (tags) json_add_copy(root, "Tags", tags);
        if (function->reserved >= 0)
            json_add_integer(
                json_add_object(root, "Concurrency"), "ReservedConcurrentExecutions",
                function->reserved);
        control_answer(cloud, exchange, 200, root);
    }
    json_release(&answer);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

static enum server_verdict
get_configuration(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    if (control_find(cloud, exchange, call, CONTROL_ANY, &subject))
        answer_configuration(
            cloud, exchange, 200, subject.target.function, subject.target.version,
            subject.target.qualifier);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

static void add_page(
    const struct cloud *cloud,
    const struct control_page *page,
    bool has_all,
    struct json_node *root) {
    struct json_node *list = json_add_array(root, "Functions");
    const struct function *at = functions_list(cloud)->first;
    const struct function *last = NULL;
    int64_t left = page->limit;
    while (at && str_compare(str_from(at->name), buf_str(&page->after)) <= 0)
        at = at->next;
    for (; at && left > 0; at = at->next) {
        const size_t versions = has_all ? at->version_count : 1;
        for (size_t i = 0; i < versions; i++, left--)
            control_add_configuration(
                cloud, at, i, has_all ? buf_str(&at->versions[i].label) : STR(""),
                CONTROL_WITHOUT_STATUS, json_add_object(list, NULL));
        last = at;
    }
    if (at && last) control_add_marker(root, str_from(last->name));
}

static enum server_verdict
list_functions(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_page page = {0};
    struct aws_error refusal;
    struct json answer = {0};
    struct buf which = {0};
    (void)routes_query_text(exchange, "FunctionVersion", &which);
    if (!access_allows(cloud, &call->caller, call->operation->iam_action, STR("*"), &refusal)) {
        calls_refuse(cloud, exchange, call->operation, &refusal);
    } else if (control_read_page(cloud, exchange, call, &page)) {
        struct json_node *root = json_new_object(&answer);
        if (str_equal(call->region, str_from(cloud_region(cloud))))
            add_page(cloud, &page, str_equal(buf_str(&which), STR("ALL")), root);
        else
            (void)json_add_array(root, "Functions");
        control_answer(cloud, exchange, 200, root);
    }
    json_release(&answer);
    buf_release(&which);
    buf_release(&page.after);
    return SERVER_ANSWER;
}

// ---- changing ----

static void mark_changed(struct cloud *cloud, struct function *function) {
    json_remove(function->document.root, "changed_ms");
    json_add_integer(function->document.root, "changed_ms", cloud->now_ms);
}

static bool may_change(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    const struct function *function,
    const struct json_node *request,
    enum lambda_control_request kind) {
    struct aws_error refusal;
    if (!lambda_control_check(request, kind, &refusal)) {
        calls_refuse(cloud, exchange, call->operation, &refusal);
        return false;
    }
    return control_has_revision(
               cloud, exchange, call, json_get_text(request, "RevisionId"),
               json_get_text(function->versions[0].configuration, "RevisionId")) &&
           control_is_settled(cloud, exchange, call, function);
}

static enum server_verdict
update_configuration(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    struct json request = {0}, edited = {0};
    if (control_find(cloud, exchange, call, CONTROL_NONE, &subject) &&
        control_read(cloud, exchange, call, exchange->body, &request) &&
        may_change(
            cloud, exchange, call, subject.target.function, request.root,
            LAMBDA_CONTROL_CONFIGURE) &&
        control_has_room(cloud, exchange, call, subject.target.function, exchange->body.len) &&
        check_role(cloud, exchange, call, json_get_text(request.root, "Role"))) {
        struct function *function = subject.target.function;
        control_edit(cloud, function, &edited);
        lambda_control_apply(request.root, edited.root);
        control_put(function, "configuration", edited.root);
        mark_changed(cloud, function);
        function_save(cloud, function);
        answer_configuration(cloud, exchange, 200, function, 0, STR(""));
    }
    json_release(&request);
    json_release(&edited);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

static void change_code(
    struct cloud *cloud,
    struct exchange *exchange,
    struct function *function,
    const struct json_node *request,
    const struct code *code) {
    struct json edited = {0};
    size_t version = 0;
    control_edit(cloud, function, &edited);
    const struct json_node *architectures = json_get(request, "Architectures");
    if (json_kind(architectures) == JSON_ARRAY)
        json_set_copy(edited.root, "Architectures", architectures);
    set_code(code, edited.root);
    if (!json_bool(json_get(request, "DryRun"), false)) {
        control_put(function, "configuration", edited.root);
        mark_changed(cloud, function);
        function_save(cloud, function);
        put_code(cloud, function, code);
        if (json_bool(json_get(request, "Publish"), false))
            version = control_publish(cloud, function, STR(""));
        answer_configuration(cloud, exchange, 200, function, version, STR(""));
    } else {
        control_answer(cloud, exchange, 200, edited.root);
    }
    json_release(&edited);
}

static enum server_verdict
update_code(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    struct buf rest = {0};
    struct json request = {0};
    struct code code = {0};
    struct str zip;
    lambda_control_take_zip(exchange->body, &rest, &zip);
    if (control_find(cloud, exchange, call, CONTROL_NONE, &subject) &&
        control_read(cloud, exchange, call, buf_str(&rest), &request) &&
        may_change(
            cloud, exchange, call, subject.target.function, request.root, LAMBDA_CONTROL_CODE) &&
        read_code(cloud, exchange, call, request.root, zip, &code) &&
        has_code_room(cloud, exchange, call, subject.target.function, &code) &&
        control_has_version_room(cloud, exchange, call, subject.target.function))
        change_code(cloud, exchange, subject.target.function, request.root, &code);
    buf_release(&code.sha256);
    buf_release(&rest);
    json_release(&request);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

// ---- DeleteFunction ----

static bool is_aliased(const struct function *function, struct str version) {
    const struct json_node *at = json_first(json_get(function->document.root, "aliases"));
    while (at && !str_equal(version, json_get_text(at, "FunctionVersion")))
        at = json_next(at);
    return at != NULL;
}

static void delete_version(struct cloud *cloud, struct function *function, size_t version) {
    struct json left = {0};
    struct json_node *list = json_new_array(&left);
    for (size_t i = 1; i < function->version_count; i++) {
        if (i != version) json_add_copy(list, NULL, function->versions[i].configuration);
    }
    control_put(function, "versions", list);
    function_save(cloud, function);
    json_release(&left);
}

static enum server_verdict
delete_function(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    if (!control_find(cloud, exchange, call, CONTROL_ANY, &subject)) {
        control_subject_release(&subject);
        return SERVER_ANSWER;
    }
    struct function *function = subject.target.function;
    const struct str qualifier = subject.target.qualifier;
    if (qualifier.len && (!subject.target.version || function_find_alias(function, qualifier))) {
        (void)control_refuse(
            cloud, exchange, call, 400, "InvalidParameterValueException",
            "$LATEST version cannot be deleted without deleting the function, and aliases are "
            "deleted by DeleteAlias.");
    } else if (qualifier.len && is_aliased(function, qualifier)) {
        (void)control_refuse(
            cloud, exchange, call, 409, "ResourceConflictException",
            "Unable to delete version because the following aliases reference it");
    } else if (qualifier.len) {
        delete_version(cloud, function, subject.target.version);
        control_answer_nothing(cloud, exchange);
    } else {
        store_remove_record(cloud->store, CODE_KIND, str_from(function->name));
        function_remove(cloud, function);
        control_answer_nothing(cloud, exchange);
    }
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

static const struct calls_row rows[] = {
    {OPERATION_CREATE_FUNCTION, create_function},
    {OPERATION_GET_FUNCTION, get_function},
    {OPERATION_GET_FUNCTION_CONFIGURATION, get_configuration},
    {OPERATION_LIST_FUNCTIONS, list_functions},
    {OPERATION_UPDATE_FUNCTION_CONFIGURATION, update_configuration},
    {OPERATION_UPDATE_FUNCTION_CODE, update_code},
    {OPERATION_DELETE_FUNCTION, delete_function},
};

struct calls calls_lambda_control(void) {
    return (struct calls){.rows = rows, .count = ARRAY_COUNT(rows)};
}
