// copy_as — the forms, curl and the Segment event; AWS's are in copy_aws.c. See the header.
#include "console/copy_as.h"

#include "copy_request.h"
#include "copy_text.h"

#include <assert.h>

static const char *const titles[] = {
    [COPY_AS_CURL] = "curl",
    [COPY_AS_AWS] = "AWS CLI",
    [COPY_AS_BOTO3] = "Python (boto3)",
    [COPY_AS_SEGMENT] = "Segment JSON",
};
static_assert(ARRAY_COUNT(titles) == COPY_AS_COUNT, "a title per form");

const char *copy_as_title(enum copy_as_form form) {
    ASSERT(form < COPY_AS_COUNT);
    return titles[form];
}

// curl

// Made by curl itself, or by signing; what would be wrong the next time.
static bool is_left_out(struct str name) {
    static const char *const names[] = {
        "Host",       "Content-Length",       "User-Agent",           "Accept-Encoding",
        "Connection", "Transfer-Encoding",    "Authorization",        "X-Amz-Date",
        "Expect",     "X-Amz-Security-Token", "X-Amz-Content-Sha256", "Content-Encoding",
        "Accept",
    };
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (str_equal_nocase(name, str_from(names[i]))) return true;
    return str_starts_with(name, STR("amz-sdk-")) || str_starts_with(name, STR("Amz-Sdk-"));
}

static void begin_option(struct buf *out, const char *option) {
    buf_add_format(out, " \\\n  %s", option);
}

static void add_header(struct buf *out, struct str name, struct str value) {
    struct buf holed = {0}, variable = {0};
    copy_text_add_variable(&variable, name);
    copy_text_add(&holed, name, STR("SECRET"));
    buf_add(&holed, STR(": "));
    copy_text_add(&holed, value, buf_str(&variable));
    begin_option(out, "-H ");
    copy_text_add_sh(out, buf_str(&holed));
    buf_release(&holed);
    buf_release(&variable);
}

static void add_signing(const struct copy_request *request, struct buf *out) {
    struct buf provider = {0};
    buf_add_format(
        &provider, "aws:amz:" STR_FMT ":" STR_FMT, STR_ARG(request->region),
        STR_ARG(request->signer));
    begin_option(out, "--aws-sigv4 ");
    copy_text_add_sh(out, buf_str(&provider));
    begin_option(out, "--user \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\"");
    // one word whatever the shell splits, and none without temporary credentials
    begin_option(out, "${AWS_SESSION_TOKEN:+-H\"X-Amz-Security-Token: $AWS_SESSION_TOKEN\"}");
    buf_release(&provider);
}

static void add_authorization(const struct copy_request *request, struct buf *out) {
    const struct str value = copy_request_header(request, STR("Authorization"));
    if (request->is_aws) {
        add_signing(request, out);
    } else if (str_starts_with(value, STR("Basic "))) {
        const bool is_profile = str_starts_with(request->path, STR("/v1/spaces/"));
        begin_option(
            out, is_profile ? "-u \"$SEGMENT_PROFILE_TOKEN:\"" : "-u \"$SEGMENT_WRITE_KEY:\"");
    } else if (value.len) {
        struct buf holed = {0};
        buf_add(&holed, STR("Authorization: "));
        copy_text_add(&holed, value, STR("SEGMENT_API_TOKEN"));
        begin_option(out, "-H ");
        copy_text_add_sh(out, buf_str(&holed));
        buf_release(&holed);
    }
}

// A function's ARN in the path becomes its name: curl before 8 signs paths as they are written, and AWS wants
// the colons of an ARN encoded in what is signed.
static void add_path(const struct copy_request *request, struct buf *url) {
    static const char mark[] = ":function:";
    const struct str functions = STR("/2015-03-31/functions/");
    struct buf path = {0};
    copy_request_decode(&path, request->path, false);
    const char *found = request->is_aws && str_starts_with(buf_str(&path), functions)
                            ? strstr(buf_text(&path), mark)
                            : NULL;
    const struct str rest = str_from(found ? found + sizeof(mark) - 1 : NULL);
    if (found && str_find_char(rest, ':') == rest.len) {
        copy_text_add(url, functions, STR("SECRET"));
        copy_text_add(url, rest, STR("SECRET"));
    } else {
        copy_text_add(url, request->path, STR("SECRET"));
    }
    buf_release(&path);
}

static void add_url(const struct copy_request *request, struct buf *out) {
    struct buf url = {0};
    copy_request_add_origin(request, &url);
    add_path(request, &url);
    if (request->query.len) {
        buf_add_char(&url, '?');
        copy_text_add_pairs(&url, request->query);
    }
    const bool is_pattern = strpbrk(buf_text(&url), "[]{}") != NULL; // curl would expand it
    buf_add(out, is_pattern ? STR("-g ") : STR(""));
    copy_text_add_sh(out, buf_str(&url));
    buf_release(&url);
}

static void add_body(const struct copy_request *request, struct buf *out) {
    if (!request->text.len) return;
    struct buf body = {0};
    const struct str type = copy_request_header(request, STR("Content-Type"));
    const bool is_form = str_starts_with(type, STR("application/x-www-form-urlencoded"));
    if (request->is_json)
        copy_text_add_json(&body, request->body.root, STR("SECRET"));
    else if (is_form || str_starts_with(request->text, STR("Action=")))
        copy_text_add_pairs(&body, request->text);
    else
        copy_text_add(&body, request->text, STR("SECRET"));
    // without one curl says that it is a form; a header taken out is signed all the same by curl before 8
    if (!type.len && request->is_json)
        begin_option(out, "-H 'Content-Type: application/json'");
    else if (!type.len && !request->is_aws)
        begin_option(out, "-H 'Content-Type:'");
    begin_option(out, "--data-raw ");
    copy_text_add_sh(out, buf_str(&body));
    buf_release(&body);
}

static bool add_curl(const struct copy_request *request, struct buf *out, struct error *err) {
    (void)err;
    const bool is_head = str_equal(request->method, STR("HEAD"));
    const struct str usual = request->text.len ? STR("POST") : STR("GET");
    buf_add(out, STR("curl -sS "));
    if (is_head) {
        buf_add(out, STR("-I "));
    } else if (!str_equal(request->method, usual)) {
        struct buf method = {0};
        copy_text_add(&method, request->method, STR("SECRET"));
        buf_add(out, STR("-X "));
        copy_text_add_sh(out, buf_str(&method));
        buf_add_char(out, ' ');
        buf_release(&method);
    }
    add_url(request, out);
    add_authorization(request, out);
    for (size_t i = 0; i < request->header_count; i++) {
        if (is_left_out(request->headers[i].name)) continue;
        add_header(out, request->headers[i].name, request->headers[i].value);
    }
    add_body(request, out);
    buf_add_char(out, '\n');
    return true;
}

// Segment

static bool is_event_type(struct str type) {
    static const char *const types[] = {"track", "identify", "page", "screen", "group", "alias"};
    for (size_t i = 0; i < ARRAY_COUNT(types); i++)
        if (str_equal(type, str_from(types[i]))) return true;
    return false;
}

// An event has no place for variables: what was masked goes out.
static void remove_masked(struct json_node *object, const struct json_node *from) {
    for (const struct json_node *at = json_first(from); at; at = json_next(at))
        if (copy_text_has_mask(json_text(at))) json_remove(object, json_key(at).ptr);
}

static void add_pretty(struct buf *out, const struct json_node *node) {
    struct buf text = {0};
    json_print_pretty(node, &text);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '\t')
            buf_add_char(out, text.ptr[i]);
        else
            buf_add(out, i && text.ptr[i - 1] == ':' ? STR(" ") : STR("  "));
    }
    buf_add_char(out, '\n');
    buf_release(&text);
}

static bool add_segment(const struct copy_request *request, struct buf *out, struct error *err) {
    const struct json_node *body = request->is_json ? request->body.root : NULL;
    const struct str last =
        str_starts_with(request->path, STR("/v1/")) ? str_skip(request->path, 4) : (struct str){0};
    const bool is_typed = is_event_type(json_get_text(body, "type"));
    const bool is_batch = json_kind(json_get(body, "batch")) == JSON_ARRAY;
    if (json_kind(body) != JSON_OBJECT || (!is_typed && !is_batch && !is_event_type(last))) {
        error_set(err, ERROR_INVALID, "This request carries no Segment event");
        return error_hint(err, "Choose one to the tracking API, or an Invoke of the function.");
    }
    struct json event = {0};
    if (json_copy(body, &event)) {
        remove_masked(event.root, body);
        if (!is_typed && !is_batch) json_set_text(event.root, "type", last);
        add_pretty(out, event.root);
    }
    json_release(&event);
    return true;
}

// All

static bool (*const forms[])(const struct copy_request *, struct buf *, struct error *) = {
    [COPY_AS_CURL] = add_curl,
    [COPY_AS_AWS] = copy_aws_cli,
    [COPY_AS_BOTO3] = copy_aws_boto3,
    [COPY_AS_SEGMENT] = add_segment,
};
static_assert(ARRAY_COUNT(forms) == COPY_AS_COUNT, "a function per form");

bool copy_as(
    enum copy_as_form form,
    const struct copy_as_source *source,
    struct buf *out,
    struct error *err) {
    ASSERT(form < COPY_AS_COUNT);
    struct copy_request request;
    const bool is_made =
        copy_request_parse(&request, source, err) && forms[form](&request, out, err);
    copy_request_release(&request);
    return is_made;
}

void copy_as_add_event_request(
    struct buf *out, struct str base_url, struct str type, struct str json) {
    buf_add(out, STR("POST "));
    buf_add(out, base_url);
    buf_add(out, STR("/v1/"));
    buf_add(out, is_event_type(type) ? type : STR("track"));
    buf_add(out, STR("\nAuthorization: Basic ••••\nContent-Type: application/json\n\n"));
    buf_add(out, json);
}
