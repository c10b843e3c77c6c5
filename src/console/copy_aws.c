// copy_aws — a request to AWS as a command of its CLI and as a program with boto3: what the wire holds, put
// back into the names of the operation's parameters.
#include "copy_request.h"
#include "copy_text.h"

#define PARAMETERS 32

struct parameter {
    struct buf name;              // as botocore has it: "campaignArn"
    const struct json_node *node; // NULL: `text`
    struct buf text;              // with holes
    bool is_payload;              // of Invoke
};

struct parameters {
    struct parameter all[PARAMETERS];
    size_t count;
};

static void release(struct parameters *parameters) {
    for (size_t i = 0; i < parameters->count; i++) {
        buf_release(&parameters->all[i].name);
        buf_release(&parameters->all[i].text);
    }
}

static struct parameter *add(struct parameters *parameters, struct str name) {
    ASSERT(parameters->count < PARAMETERS);
    struct parameter *parameter = &parameters->all[parameters->count++];
    *parameter = (struct parameter){0};
    buf_add(&parameter->name, name);
    return parameter;
}

// Names of the operation's parameters are words; anything else is not what we take it for.
static bool is_word(struct str name) {
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(i && c >= '0' && c <= '9')) return false;
    }
    return name.len > 0;
}

static bool refuse(struct str name, struct error *err) {
    error_set(err, ERROR_INVALID, "\"" STR_FMT "\" is no parameter we can name", STR_ARG(name));
    return error_hint(err, "Copy the request as curl.");
}

static bool
read_json(const struct copy_request *request, struct parameters *parameters, struct error *err) {
    if (!request->is_json) return true;
    const struct json_node *at = json_first(request->body.root);
    for (; at; at = json_next(at)) {
        if (!is_word(json_key(at)) || parameters->count == PARAMETERS)
            return refuse(json_key(at), err);
        add(parameters, json_key(at))->node = at;
    }
    return true;
}

static bool
read_pairs(struct str pairs, bool is_form, struct parameters *parameters, struct error *err) {
    while (pairs.len) {
        struct str pair, name, value;
        (void)str_split(pairs, '&', &pair, &pairs);
        (void)str_split(pair, '=', &name, &value);
        if (is_form && (str_equal(name, STR("Action")) || str_equal(name, STR("Version"))))
            continue;
        if (!is_word(name) || parameters->count == PARAMETERS) return refuse(name, err);
        struct parameter *parameter = add(parameters, name);
        struct buf plain = {0}, variable = {0};
        copy_text_add_variable(&variable, name);
        copy_request_decode(&plain, value, is_form);
        copy_text_add(&parameter->text, buf_str(&plain), buf_str(&variable));
        buf_release(&plain);
        buf_release(&variable);
    }
    return true;
}

static void read_header(
    const struct copy_request *request,
    struct str header,
    struct str name,
    struct parameters *parameters) {
    const struct str value = copy_request_header(request, header);
    if (value.len) copy_text_add(&add(parameters, name)->text, value, STR("SECRET"));
}

static bool read_function(
    const struct copy_request *request, struct parameters *parameters, struct error *err) {
    static const char *const suffixes[] = {"/invocations", "/configuration", "/policy", ""};
    struct buf name = {0};
    bool is_found = false;
    for (size_t i = 0; !is_found && i < ARRAY_COUNT(suffixes); i++)
        is_found = copy_request_name_in_path(
            request, STR("/2015-03-31/functions/"), str_from(suffixes[i]), &name);
    if (is_found)
        copy_text_add(&add(parameters, STR("FunctionName"))->text, buf_str(&name), STR("FUNCTION"));
    buf_release(&name);
    if (!read_pairs(request->query, false, parameters, err)) return false;
    if (!str_equal(buf_str(&request->operation), STR("Invoke"))) return true;
    read_header(request, STR("X-Amz-Invocation-Type"), STR("InvocationType"), parameters);
    read_header(request, STR("X-Amz-Log-Type"), STR("LogType"), parameters);
    read_header(request, STR("X-Amz-Client-Context"), STR("ClientContext"), parameters);
    if (!request->text.len) return true;
    struct parameter *payload = add(parameters, STR("Payload"));
    payload->is_payload = true;
    if (request->is_json)
        copy_text_add_json(&payload->text, request->body.root, STR("SECRET"));
    else
        copy_text_add(&payload->text, request->text, STR("SECRET"));
    return true;
}

static bool read_parameters(
    const struct copy_request *request, struct parameters *parameters, struct error *err) {
    if (!request->operation.len || !is_word(buf_str(&request->operation))) {
        const bool is_aws = request->is_aws;
        error_set(
            err, ERROR_INVALID, "%s",
            is_aws ? "No operation is known for this request" : "This request is not for AWS");
        return error_hint(err, "Copy it as curl.");
    }
    const struct str service = buf_str(&request->service);
    if (str_equal(service, STR("lambda"))) return read_function(request, parameters, err);
    if (str_equal(service, STR("sts")) || str_equal(service, STR("iam")))
        return read_pairs(request->text, true, parameters, err);
    return read_json(request, parameters, err);
}

// Names as botocore writes them: GetRecommendations → get-recommendations, get_recommendations.
static void add_name(struct buf *out, struct str camel, char between) {
    for (size_t i = 0; i < camel.len; i++) {
        const char c = camel.ptr[i], before = i ? camel.ptr[i - 1] : 0;
        const char after = i + 1 < camel.len ? camel.ptr[i + 1] : 0;
        const bool is_upper = c >= 'A' && c <= 'Z';
        const bool was_upper = before >= 'A' && before <= 'Z';
        const bool is_start = before && (!was_upper || (after >= 'a' && after <= 'z'));
        if (is_upper && is_start) buf_add_char(out, between);
        buf_add_char(out, is_upper ? (char)(c | 0x20) : c);
    }
}

static bool is_at_aws(const struct copy_request *request) {
    return str_ends_with(request->host, STR(".amazonaws.com"));
}

// The CLI

// It reads files and addresses in place of such values, and options.
static bool is_magic(struct str text) {
    return str_starts_with(text, STR("file://")) || str_starts_with(text, STR("fileb://")) ||
           str_starts_with(text, STR("http://")) || str_starts_with(text, STR("https://")) ||
           str_starts_with(text, STR("-"));
}

static bool has_magic(const struct parameters *parameters) {
    for (size_t i = 0; i < parameters->count; i++) {
        const struct parameter *at = &parameters->all[i];
        if (is_magic(at->node ? json_text(at->node) : buf_str(&at->text))) return true;
    }
    return false;
}

static void begin_option(struct buf *out, const char *option) {
    buf_add_format(out, " \\\n  %s", option);
}

static void add_option(struct buf *out, const struct parameter *parameter) {
    const struct str name = buf_str(&parameter->name);
    const enum json_kind kind = json_kind(parameter->node);
    struct buf value = {0};
    const bool is_off = kind == JSON_BOOL && !json_bool(parameter->node, false);
    begin_option(out, is_off ? "--no-" : "--");
    add_name(out, name, '-');
    if (kind == JSON_STRING) {
        struct buf variable = {0};
        copy_text_add_variable(&variable, name);
        copy_text_add(&value, json_text(parameter->node), buf_str(&variable));
        buf_release(&variable);
    } else if (parameter->node) {
        copy_text_add_json(&value, parameter->node, name);
    } else {
        buf_add(&value, buf_str(&parameter->text));
    }
    if (kind != JSON_BOOL) {
        buf_add_char(out, ' ');
        copy_text_add_sh(out, buf_str(&value));
    }
    buf_release(&value);
}

// All of them as one JSON text, in which nothing is magic.
static void add_input(struct buf *out, const struct parameters *parameters) {
    struct buf input = {0};
    buf_add_char(&input, '{');
    for (size_t i = 0; i < parameters->count; i++) {
        const struct parameter *at = &parameters->all[i];
        if (at->is_payload) continue;
        if (input.len > 1) buf_add_char(&input, ',');
        json_quote(&input, buf_str(&at->name));
        buf_add_char(&input, ':');
        if (at->node) {
            copy_text_add_json(&input, at->node, buf_str(&at->name));
            continue;
        }
        // a hole inside stays one: only what stands around it is escaped
        struct str rest = buf_str(&at->text), part;
        bool is_hole = false, has_more = true;
        buf_add_char(&input, '"');
        while (has_more) {
            struct buf piece = {0};
            has_more = str_split(rest, '\0', &part, &rest);
            json_quote(&piece, part);
            if (is_hole)
                copy_text_add_hole(&input, part);
            else
                buf_add(&input, str_slice(buf_str(&piece), 1, piece.len - 2));
            is_hole = !is_hole;
            buf_release(&piece);
        }
        buf_add_char(&input, '"');
    }
    buf_add_char(&input, '}');
    begin_option(out, "--cli-input-json ");
    copy_text_add_sh(out, buf_str(&input));
    buf_release(&input);
}

static void add_payload(struct buf *out, const struct parameters *parameters) {
    for (size_t i = 0; i < parameters->count; i++) {
        if (!parameters->all[i].is_payload) continue;
        begin_option(out, "--cli-binary-format raw-in-base64-out");
        begin_option(out, "--payload ");
        copy_text_add_sh(out, buf_str(&parameters->all[i].text));
    }
}

static void add_place(const struct copy_request *request, struct buf *out) {
    struct buf origin = {0};
    begin_option(out, "--region ");
    copy_text_add_sh(out, request->region);
    if (!is_at_aws(request)) {
        copy_request_add_origin(request, &origin);
        begin_option(out, "--endpoint-url ");
        copy_text_add_sh(out, buf_str(&origin));
    }
    buf_release(&origin);
}

static void write_cli(
    const struct copy_request *request, const struct parameters *parameters, struct buf *out) {
    buf_add(out, STR("aws "));
    buf_add(out, buf_str(&request->service));
    buf_add_char(out, ' ');
    add_name(out, buf_str(&request->operation), '-');
    add_place(request, out);
    if (has_magic(parameters)) {
        add_input(out, parameters);
    } else {
        for (size_t i = 0; i < parameters->count; i++)
            if (!parameters->all[i].is_payload) add_option(out, &parameters->all[i]);
    }
    add_payload(out, parameters);
    // the answer's body goes to a file
    if (str_equal(buf_str(&request->operation), STR("Invoke"))) begin_option(out, "/dev/stdout");
    buf_add_char(out, '\n');
}

bool copy_aws_cli(const struct copy_request *request, struct buf *out, struct error *err) {
    struct parameters parameters = {0};
    bool is_made = read_parameters(request, &parameters, err);
    for (size_t i = 0; is_made && i < parameters.count; i++) {
        const struct parameter *at = &parameters.all[i];
        if (!at->is_payload || !is_magic(buf_str(&at->text))) continue;
        error_set(err, ERROR_INVALID, "The AWS CLI would take the payload for a file's name");
        is_made = error_hint(err, "Copy it as Python or as curl.");
    }
    if (is_made) write_cli(request, &parameters, out);
    release(&parameters);
    return is_made;
}

// boto3

static bool is_reserved(struct str name) {
    static const char *const words[] = {
        "and",    "as",   "assert", "async",  "await",    "break", "class", "continue", "def",
        "del",    "elif", "else",   "except", "finally",  "for",   "from",  "global",   "if",
        "import", "in",   "is",     "lambda", "nonlocal", "not",   "or",    "pass",     "raise",
        "return", "try",  "while",  "with",   "yield",    "None",  "True",  "False",
    };
    for (size_t i = 0; i < ARRAY_COUNT(words); i++)
        if (str_equal(name, str_from(words[i]))) return true;
    return false;
}

// The query protocol and query strings know no numbers; Python does.
static bool is_number(const struct parameter *parameter) {
    static const char *const names[] = {"DurationSeconds", "MaxItems", "MaxSessionDuration"};
    int64_t unused = 0;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (str_equal(buf_str(&parameter->name), str_from(names[i])))
            return str_parse_int64(buf_str(&parameter->text), &unused);
    return false;
}

static void add_argument(struct buf *out, const struct parameter *parameter) {
    const struct str name = buf_str(&parameter->name);
    buf_add(out, STR("    "));
    buf_add(out, name);
    buf_add_char(out, '=');
    if (parameter->node)
        copy_text_add_python_json(out, parameter->node, name, 1);
    else if (is_number(parameter))
        buf_add(out, buf_str(&parameter->text));
    else
        copy_text_add_python(out, buf_str(&parameter->text));
    buf_add(out, STR(",\n"));
}

static void write_client(const struct copy_request *request, struct buf *out) {
    struct buf origin = {0};
    buf_add(out, STR("client = boto3.client("));
    copy_text_add_python(out, buf_str(&request->service));
    buf_add(out, STR(", region_name="));
    copy_text_add_python(out, request->region);
    if (!is_at_aws(request)) {
        copy_request_add_origin(request, &origin);
        buf_add(out, STR(", endpoint_url="));
        copy_text_add_python(out, buf_str(&origin));
    }
    buf_add(out, STR(")\n"));
    buf_release(&origin);
}

static void write_call(
    const struct copy_request *request, const struct parameters *parameters, struct buf *out) {
    buf_add(out, STR("answer = client."));
    add_name(out, buf_str(&request->operation), '_');
    buf_add(out, STR("(\n"));
    for (size_t i = 0; i < parameters->count; i++)
        add_argument(out, &parameters->all[i]);
    buf_add(out, STR(")\n"));
    if (str_equal(buf_str(&request->operation), STR("Invoke")))
        buf_add(out, STR("print(answer[\"Payload\"].read().decode())\n"));
    else
        buf_add(out, STR("answer.pop(\"ResponseMetadata\", None)\nprint(answer)\n"));
}

bool copy_aws_boto3(const struct copy_request *request, struct buf *out, struct error *err) {
    struct parameters parameters = {0};
    struct buf program = {0};
    bool is_made = read_parameters(request, &parameters, err);
    for (size_t i = 0; is_made && i < parameters.count; i++)
        if (is_reserved(buf_str(&parameters.all[i].name)))
            is_made = refuse(buf_str(&parameters.all[i].name), err);
    if (is_made) {
        write_client(request, &program);
        write_call(request, &parameters, &program);
        const bool has_variables = str_contains(buf_str(&program), STR("os.environ["));
        buf_add(
            out, has_variables ? STR("import os\n\nimport boto3\n\n") : STR("import boto3\n\n"));
        buf_add(out, buf_str(&program));
    }
    release(&parameters);
    buf_release(&program);
    return is_made;
}
