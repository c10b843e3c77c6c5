// lambda_control — see the header. The constraints are rows: one for each member of each request. What a
// row cannot say (maps, lists) has a function of its own.
#include "aws/lambda_control.h"

#include "aws/arn.h"
#include "lambda_control_internal.h"

#define IN(kind) (1u << LAMBDA_CONTROL_##kind)
#define SETTINGS (IN(CREATE) | IN(CONFIGURE))
#define ALIASES (IN(CREATE_ALIAS) | IN(UPDATE_ALIAS))
#define SHOWN_BYTES 80
#define MAX_LAYERS 5

// ---- forms of text ----

typedef bool form_fn(struct str text);

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool has_only(struct str text, const char *also) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (!is_letter(c) && !(c >= '0' && c <= '9') && (!c || !strchr(also, c))) return false;
    }
    return true;
}

static bool is_free_of_blanks(struct str text) {
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] <= ' ') return false;
    }
    return true;
}

static bool is_role(struct str text) {
    struct arn arn;
    struct error ignored = {0};
    return arn_parse(text, &arn, &ignored) && arn.kind == ARN_ROLE;
}

static bool is_alias(struct str text) { // not a number: those are versions
    int64_t ignored;
    return has_only(text, "-_") && !str_parse_int64(text, &ignored);
}

static bool is_version(struct str text) {
    return str_equal(text, STR("$LATEST")) || (has_only(text, "") && text.ptr[0] < 'A');
}

static bool is_sid(struct str text) {
    return has_only(text, "-_");
}

static bool is_action(struct str text) {
    if (str_equal(text, STR("*"))) return true;
    const struct str name = str_skip(text, strlen("lambda:"));
    return str_starts_with(text, STR("lambda:")) &&
           (str_equal(name, STR("*")) || has_only(name, ""));
}

static bool is_source_arn(struct str text) {
    return arn_looks_like(text);
}

// ---- rows ----

enum member_kind { MEMBER_TEXT, MEMBER_INTEGER, MEMBER_BOOL, MEMBER_OBJECT, MEMBER_LIST };

struct member {
    const char *name;
    const char *path;   // as errors name it
    unsigned in;        // the requests that may have it …
    unsigned needed_in; // … and that must
    enum member_kind kind;
    int64_t least, most; // of a number, or of a text's characters; most 0: no bound
    form_fn *form;
    const char *pattern;        // what `form` accepts, for the error
    const char *const *choices; // NULL-terminated; NULL: any
};

static const char *const tracing_modes[] = {"Active", "PassThrough", NULL};
static const char *const log_formats[] = {"JSON", "Text", NULL};
static const char *const package_types[] = {"Zip", "Image", NULL};
static const char *const architectures[] = {"x86_64", "arm64", NULL};

#define ROLE_PATTERN "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+"

static const struct member members[] = {
    {.name = "FunctionName",
     .path = "functionName",
     .in = IN(CREATE),
     .needed_in = IN(CREATE),
     .kind = MEMBER_TEXT,
     .least = 1,
     .most = 140},
    {.name = "Role",
     .path = "role",
     .in = SETTINGS,
     .needed_in = IN(CREATE),
     .kind = MEMBER_TEXT,
     .least = 1,
     .form = is_role,
     .pattern = ROLE_PATTERN},
    {.name = "Handler",
     .path = "handler",
     .in = SETTINGS,
     .kind = MEMBER_TEXT,
     .most = 128,
     .form = is_free_of_blanks,
     .pattern = "[^\\s]+"},
    {.name = "Runtime", .path = "runtime", .in = SETTINGS, .kind = MEMBER_TEXT},
    {.name = "Description",
     .path = "description",
     .in = SETTINGS | IN(PUBLISH) | ALIASES,
     .kind = MEMBER_TEXT,
     .most = 256},
    {.name = "Timeout",
     .path = "timeout",
     .in = SETTINGS,
     .kind = MEMBER_INTEGER,
     .least = 1,
     .most = 900},
    {.name = "MemorySize",
     .path = "memorySize",
     .in = SETTINGS,
     .kind = MEMBER_INTEGER,
     .least = 128,
     .most = 10240},
    {.name = "KMSKeyArn", .path = "kMSKeyArn", .in = SETTINGS, .kind = MEMBER_TEXT},
    {.name = "PackageType",
     .path = "packageType",
     .in = IN(CREATE),
     .kind = MEMBER_TEXT,
     .choices = package_types},
    {.name = "Architectures",
     .path = "architectures",
     .in = IN(CREATE) | IN(CODE),
     .kind = MEMBER_LIST,
     .least = 1,
     .most = 1,
     .choices = architectures},
    {.name = "Layers", .path = "layers", .in = SETTINGS, .kind = MEMBER_LIST, .most = MAX_LAYERS},
    {.name = "FileSystemConfigs",
     .path = "fileSystemConfigs",
     .in = SETTINGS,
     .kind = MEMBER_LIST,
     .most = 1},
    {.name = "Environment", .path = "environment", .in = SETTINGS, .kind = MEMBER_OBJECT},
    {.name = "Code",
     .path = "code",
     .in = IN(CREATE),
     .needed_in = IN(CREATE),
     .kind = MEMBER_OBJECT},
    {.name = "Tags", .path = "tags", .in = IN(CREATE), .kind = MEMBER_OBJECT},
    {.name = "TracingConfig", .path = "tracingConfig", .in = SETTINGS, .kind = MEMBER_OBJECT},
    {.name = "EphemeralStorage", .path = "ephemeralStorage", .in = SETTINGS, .kind = MEMBER_OBJECT},
    {.name = "LoggingConfig", .path = "loggingConfig", .in = SETTINGS, .kind = MEMBER_OBJECT},
    {.name = "VpcConfig", .path = "vpcConfig", .in = SETTINGS, .kind = MEMBER_OBJECT},
    {.name = "DeadLetterConfig", .path = "deadLetterConfig", .in = SETTINGS, .kind = MEMBER_OBJECT},
    {.name = "ImageConfig", .path = "imageConfig", .in = SETTINGS, .kind = MEMBER_OBJECT},
    {.name = "SnapStart", .path = "snapStart", .in = SETTINGS, .kind = MEMBER_OBJECT},
    {.name = "Publish", .path = "publish", .in = IN(CREATE) | IN(CODE), .kind = MEMBER_BOOL},
    {.name = "DryRun", .path = "dryRun", .in = IN(CODE), .kind = MEMBER_BOOL},
    {.name = "RevisionId",
     .path = "revisionId",
     .kind = MEMBER_TEXT,
     .in = IN(CONFIGURE) | IN(CODE) | IN(PUBLISH) | IN(UPDATE_ALIAS) | IN(PERMISSION)},
    {.name = "CodeSha256", .path = "codeSha256", .in = IN(PUBLISH), .kind = MEMBER_TEXT},
    {.name = "Name",
     .path = "name",
     .in = IN(CREATE_ALIAS),
     .needed_in = IN(CREATE_ALIAS),
     .kind = MEMBER_TEXT,
     .least = 1,
     .most = 128,
     .form = is_alias,
     .pattern = "(?!^[0-9]+$)([a-zA-Z0-9-_]+)"},
    {.name = "FunctionVersion",
     .path = "functionVersion",
     .in = ALIASES,
     .needed_in = IN(CREATE_ALIAS),
     .kind = MEMBER_TEXT,
     .least = 1,
     .most = 1024,
     .form = is_version,
     .pattern = "(\\$LATEST|[0-9]+)"},
    {.name = "RoutingConfig", .path = "routingConfig", .in = ALIASES, .kind = MEMBER_OBJECT},
    {.name = "StatementId",
     .path = "statementId",
     .in = IN(PERMISSION),
     .needed_in = IN(PERMISSION),
     .kind = MEMBER_TEXT,
     .least = 1,
     .most = 100,
     .form = is_sid,
     .pattern = "([a-zA-Z0-9-_]+)"},
    {.name = "Action",
     .path = "action",
     .in = IN(PERMISSION),
     .needed_in = IN(PERMISSION),
     .kind = MEMBER_TEXT,
     .least = 1,
     .form = is_action,
     .pattern = "(lambda:[*]|lambda:[a-zA-Z]+|[*])"},
    {.name = "Principal",
     .path = "principal",
     .in = IN(PERMISSION),
     .needed_in = IN(PERMISSION),
     .kind = MEMBER_TEXT,
     .least = 1,
     .form = is_free_of_blanks,
     .pattern = "[^\\s]+"},
    {.name = "SourceArn",
     .path = "sourceArn",
     .in = IN(PERMISSION),
     .kind = MEMBER_TEXT,
     .form = is_source_arn,
     .pattern = "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:"
                "(\\d{12})?:(.*)"},
    {.name = "SourceAccount",
     .path = "sourceAccount",
     .in = IN(PERMISSION),
     .kind = MEMBER_TEXT,
     .form = arn_is_account,
     .pattern = "\\d{12}"},
    {.name = "EventSourceToken",
     .path = "eventSourceToken",
     .in = IN(PERMISSION),
     .kind = MEMBER_TEXT,
     .most = 256},
    {.name = "PrincipalOrgID",
     .path = "principalOrgID",
     .in = IN(PERMISSION),
     .kind = MEMBER_TEXT,
     .least = 12,
     .most = 34},
    {.name = "ReservedConcurrentExecutions",
     .path = "reservedConcurrentExecutions",
     .in = IN(CONCURRENCY),
     .needed_in = IN(CONCURRENCY),
     .kind = MEMBER_INTEGER,
     .most = 1000},
};

// ---- one constraint after another, told together ----

struct findings {
    size_t count;
    struct buf text;          // owned; "Value … failed …; Value … failed …"
    const char *kind_refusal; // a value of another JSON kind ends the reading
};

static void find(
    struct findings *findings,
    const struct member *member,
    const struct json_node *value,
    const char *format,
    ...) PRINTF_LIKE(4, 5);

static void find(
    struct findings *findings,
    const struct member *member,
    const struct json_node *value,
    const char *format,
    ...) {
    va_list args;
    struct buf shown = {0}, printed = {0};
    json_print(value, &printed);
    const struct str text = json_kind(value) == JSON_STRING ? json_text(value) : buf_str(&printed);
    buf_add_printable(&shown, str_slice(text, 0, SHOWN_BYTES));
    if (findings->count++) buf_add(&findings->text, STR("; "));
    if (json_kind(value) == JSON_ABSENT || json_kind(value) == JSON_NULL)
        buf_add_format(&findings->text, "Value null at '%s'", member->path);
    else
        buf_add_format(&findings->text, "Value '%s' at '%s'", buf_text(&shown), member->path);
    buf_add(&findings->text, STR(" failed to satisfy constraint: Member must "));
    va_start(args, format);
    buf_add_vformat(&findings->text, format, args);
    va_end(args);
    buf_release(&shown);
    buf_release(&printed);
}

static bool is_choice(const char *const *choices, struct str text) {
    for (; *choices; choices++) {
        if (str_equal(text, str_from(*choices))) return true;
    }
    return false;
}

static void
find_choice(struct findings *findings, const struct member *member, const struct json_node *value) {
    struct buf all = {0};
    for (size_t i = 0; member->choices[i]; i++)
        buf_add_format(&all, "%s%s", i ? ", " : "", member->choices[i]);
    find(findings, member, value, "satisfy enum value set: [%s]", buf_text(&all));
    buf_release(&all);
}

static void
check_text(struct findings *findings, const struct member *member, const struct json_node *value) {
    const struct str text = json_text(value);
    const int64_t length = (int64_t)str_count_runes(text);
    if (member->most && length > member->most)
        find(
            findings, member, value, "have length less than or equal to %lld",
            (long long)member->most);
    else if (length < member->least)
        find(
            findings, member, value, "have length greater than or equal to %lld",
            (long long)member->least);
    if (text.len && member->form && !member->form(text))
        find(findings, member, value, "satisfy regular expression pattern: %s", member->pattern);
    if (member->choices && !is_choice(member->choices, text)) find_choice(findings, member, value);
}

static void check_integer(
    struct findings *findings, const struct member *member, const struct json_node *value) {
    int64_t number = 0;
    if (!json_integer(value, &number))
        findings->kind_refusal = "Expected a whole number";
    else if (number > member->most)
        find(
            findings, member, value, "have value less than or equal to %lld",
            (long long)member->most);
    else if (number < member->least)
        find(
            findings, member, value, "have value greater than or equal to %lld",
            (long long)member->least);
}

static void
check_list(struct findings *findings, const struct member *member, const struct json_node *value) {
    const int64_t count = (int64_t)json_count(value);
    if (count > member->most)
        find(
            findings, member, value, "have length less than or equal to %lld",
            (long long)member->most);
    else if (count < member->least)
        find(
            findings, member, value, "have length greater than or equal to %lld",
            (long long)member->least);
    for (const struct json_node *at = json_first(value); at && member->choices;
         at = json_next(at)) {
        if (!is_choice(member->choices, json_text(at))) find_choice(findings, member, at);
    }
}

static void check_member(
    struct findings *findings, const struct member *member, const struct json_node *value) {
    static const struct {
        enum json_kind kind;
        const char *refusal;
    } kinds[] = {
        [MEMBER_TEXT] = {JSON_STRING, "Expected a text"},
        [MEMBER_INTEGER] = {JSON_NUMBER, "Expected a number"},
        [MEMBER_BOOL] = {JSON_BOOL, "Expected true or false"},
        [MEMBER_OBJECT] = {JSON_OBJECT, "Expected an object"},
        [MEMBER_LIST] = {JSON_ARRAY, "Expected a list"},
    };
    if (json_kind(value) != kinds[member->kind].kind) {
        findings->kind_refusal = kinds[member->kind].refusal;
        return;
    }
    switch (member->kind) {
    case MEMBER_TEXT: check_text(findings, member, value); break;
    case MEMBER_INTEGER: check_integer(findings, member, value); break;
    case MEMBER_LIST: check_list(findings, member, value); break;
    case MEMBER_BOOL:
    case MEMBER_OBJECT: break;
    }
}

static bool refuse(struct aws_error *refusal, const char *code, struct buf *take_text) {
    aws_error_set(refusal, 400, str_from(code), buf_str(take_text));
    buf_release(take_text);
    return false;
}

static bool check_members(
    const struct json_node *request, enum lambda_control_request kind, struct aws_error *refusal) {
    struct findings findings = {0};
    struct buf text = {0};
    for (size_t i = 0; i < ARRAY_COUNT(members) && !findings.kind_refusal; i++) {
        const struct member *member = &members[i];
        const struct json_node *value = json_get(request, member->name);
        const bool is_given = json_kind(value) != JSON_ABSENT && json_kind(value) != JSON_NULL;
        if (!(member->in & 1u << kind)) continue;
        if (is_given)
            check_member(&findings, member, value);
        else if (member->needed_in & 1u << kind)
            find(&findings, member, value, "not be null");
        if (findings.kind_refusal)
            buf_add_format(&text, "%s at '%s'", findings.kind_refusal, member->path);
    }
    const bool is_good = !findings.count && !findings.kind_refusal;
    if (findings.kind_refusal) {
        (void)refuse(refusal, "SerializationException", &text);
    } else if (!is_good) {
        buf_add_format(
            &text, "%zu validation error%s detected: ", findings.count,
            findings.count == 1 ? "" : "s");
        buf_add(&text, buf_str(&findings.text));
        (void)refuse(refusal, "ValidationException", &text);
    }
    buf_release(&findings.text);
    return is_good;
}

// ---- what rows cannot say: see also lambda_control_values.c ----

static bool check_nested(
    const struct json_node *request,
    const char *object,
    const struct member *member,
    struct aws_error *refusal) {
    struct findings findings = {0};
    struct buf text = {0};
    const struct json_node *value = json_get(json_get(request, object), member->name);
    if (json_kind(value) == JSON_ABSENT || json_kind(value) == JSON_NULL) return true;
    check_member(&findings, member, value);
    if (findings.kind_refusal) {
        buf_add_format(&text, "%s at '%s'", findings.kind_refusal, member->path);
        (void)refuse(refusal, "SerializationException", &text);
    } else if (findings.count) {
        buf_add(&text, STR("1 validation error detected: "));
        buf_add(&text, buf_str(&findings.text));
        (void)refuse(refusal, "ValidationException", &text);
    }
    buf_release(&findings.text);
    return !findings.kind_refusal && !findings.count;
}

// A zip has a handler and a runtime, an image brings its own.
static bool check_package(const struct json_node *request, struct aws_error *refusal) {
    struct buf text = {0};
    const bool is_image = str_equal(json_get_text(request, "PackageType"), STR("Image"));
    const bool has_both =
        json_get_text(request, "Handler").len && json_get_text(request, "Runtime").len;
    if (is_image || has_both) return true;
    buf_add(
        &text, STR("Runtime and Handler are mandatory parameters for functions created with "
                   "deployment packages."));
    return refuse(refusal, "InvalidParameterValueException", &text);
}

bool lambda_control_check(
    const struct json_node *request, enum lambda_control_request kind, struct aws_error *refusal) {
    static const struct {
        const char *object;
        struct member member;
    } nested[] = {
        {"TracingConfig",
         {.name = "Mode",
          .path = "tracingConfig.mode",
          .kind = MEMBER_TEXT,
          .choices = tracing_modes}},
        {"LoggingConfig",
         {.name = "LogFormat",
          .path = "loggingConfig.logFormat",
          .kind = MEMBER_TEXT,
          .choices = log_formats}},
        {"LoggingConfig",
         {.name = "LogGroup",
          .path = "loggingConfig.logGroup",
          .kind = MEMBER_TEXT,
          .least = 1,
          .most = 512}},
        {"EphemeralStorage",
         {.name = "Size",
          .path = "ephemeralStorage.size",
          .kind = MEMBER_INTEGER,
          .least = 512,
          .most = 10240}},
        {"Environment",
         {.name = "Variables", .path = "environment.variables", .kind = MEMBER_OBJECT}},
    };
    if (!check_members(request, kind, refusal)) return false;
    if (!((1u << kind) & SETTINGS)) return true;
    for (size_t i = 0; i < ARRAY_COUNT(nested); i++) {
        if (!check_nested(request, nested[i].object, &nested[i].member, refusal)) return false;
    }
    if (!lambda_control_check_runtime(
            json_get_text(request, "Runtime"), kind == LAMBDA_CONTROL_CREATE, refusal))
        return false;
    if (kind == LAMBDA_CONTROL_CREATE && !check_package(request, refusal)) return false;
    return lambda_control_check_environment(json_get(request, "Environment"), refusal);
}
