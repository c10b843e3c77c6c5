// copy_request — see the header.
#include "copy_request.h"

#include "copy_text.h"

#define FUNCTIONS STR("/2015-03-31/functions/")

static const char *const services[] = {
    "personalize", "personalize-runtime", "personalize-events", "lambda", "sts", "iam", "logs",
};

// Operations that a method and a path tell.
static const struct {
    const char *method, *path, *service, *operation;
} routes[] = {
    {"POST", "/recommendations", "personalize-runtime", "GetRecommendations"},
    {"POST", "/personalize-ranking", "personalize-runtime", "GetPersonalizedRanking"},
    {"POST", "/action-recommendations", "personalize-runtime", "GetActionRecommendations"},
    {"POST", "/events", "personalize-events", "PutEvents"},
    {"POST", "/users", "personalize-events", "PutUsers"},
    {"POST", "/items", "personalize-events", "PutItems"},
    {"GET", "/2015-03-31/functions", "lambda", "ListFunctions"},
    {"GET", "/2015-03-31/functions/", "lambda", "ListFunctions"},
};
// … of one function: what stands behind its name.
static const struct {
    const char *method, *suffix, *operation;
} function_routes[] = {
    {"POST", "/invocations", "Invoke"},
    {"GET", "/configuration", "GetFunctionConfiguration"},
    {"GET", "/policy", "GetPolicy"},
    {"GET", "", "GetFunction"},
};
static const struct {
    const char *prefix, *service;
} targets[] = {{"AmazonPersonalize.", "personalize"}, {"Logs_20140328.", "logs"}};

struct str copy_request_header(const struct copy_request *request, struct str name) {
    for (size_t i = 0; i < request->header_count; i++)
        if (str_equal_nocase(request->headers[i].name, name)) return request->headers[i].value;
    return (struct str){0};
}

void copy_request_add_origin(const struct copy_request *request, struct buf *out) {
    buf_add(out, request->is_plain ? STR("http://") : STR("https://"));
    buf_add(out, request->host);
}

static int hex_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void copy_request_decode(struct buf *out, struct str encoded, bool is_form) {
    for (size_t i = 0; i < encoded.len; i++) {
        const char c = encoded.ptr[i];
        const bool is_code = c == '%' && i + 2 < encoded.len && hex_of(encoded.ptr[i + 1]) >= 0 &&
                             hex_of(encoded.ptr[i + 2]) >= 0;
        if (is_code) {
            buf_add_char(out, (char)(hex_of(encoded.ptr[i + 1]) * 16 + hex_of(encoded.ptr[i + 2])));
            i += 2;
        } else {
            buf_add_char(out, is_form && c == '+' ? ' ' : c);
        }
    }
}

bool copy_request_name_in_path(
    const struct copy_request *request, struct str prefix, struct str suffix, struct buf *out) {
    if (!str_starts_with(request->path, prefix)) return false;
    const struct str rest = str_skip(request->path, prefix.len);
    if (!str_ends_with(rest, suffix) || rest.len <= suffix.len) return false;
    const struct str name = str_slice(rest, 0, rest.len - suffix.len);
    if (str_find_char(name, '/') < name.len) return false;
    copy_request_decode(out, name, false);
    return true;
}

// Start line: "POST https://host/path?query" or "POST /path?query HTTP/1.1" with a Host header.
static void read_start(struct copy_request *request, struct str line) {
    struct str target, rest;
    (void)str_split(line, ' ', &request->method, &target);
    (void)str_split(target, ' ', &target, &rest);
    const bool is_secure = str_starts_with(target, STR("https://"));
    const bool is_plain = str_starts_with(target, STR("http://"));
    if (is_secure || is_plain) {
        target = str_skip(target, is_secure ? 8 : 7);
        size_t end = str_find_char(target, '/');
        const size_t mark = str_find_char(target, '?');
        if (mark < end) end = mark;
        request->host = str_slice(target, 0, end);
        target = str_skip(target, end);
        request->is_plain = is_plain;
    }
    (void)str_split(target, '?', &request->path, &request->query);
    if (!request->path.len) request->path = STR("/");
}

static bool is_here(struct str host) {
    struct str name, port;
    (void)str_split(host, ':', &name, &port);
    return str_equal(name, STR("127.0.0.1")) || str_equal(name, STR("localhost")) ||
           str_starts_with(host, STR("[::1]"));
}

// Letters, digits and these: what hosts and regions are made of. Anything else is no address of anybody.
static bool is_made_of(struct str text, const char *more) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && !(c && strchr(more, c))) return false;
    }
    return text.len > 0;
}

static struct str read_headers(struct copy_request *request, struct str text) {
    struct str line;
    while (text.len) {
        (void)str_split(text, '\n', &line, &text);
        line = str_trim(line);
        if (!line.len) break;
        struct copy_request_header header;
        if (!str_split(line, ':', &header.name, &header.value)) continue;
        header.value = str_trim(header.value);
        if (request->header_count == COPY_REQUEST_HEADERS) continue;
        request->headers[request->header_count++] = header;
    }
    return text;
}

static bool read_body(struct copy_request *request, struct str text, struct error *err) {
    if (str_contains(text, STR("\n… cut: the whole body has "))) {
        error_set(err, ERROR_INVALID, "The body was cut when it was kept");
        return error_hint(err, "What is missing cannot be sent again.");
    }
    struct error ignored;
    request->text = str_trim(text);
    request->is_json = request->text.len && json_parse(request->text, &request->body, &ignored);
    if (copy_request_header(request, STR("Content-Encoding")).len && !request->is_json) {
        error_set(err, ERROR_INVALID, "The body was sent compressed");
        return error_hint(err, "Its bytes were not kept as text.");
    }
    return true;
}

// "AWS4-HMAC-SHA256 Credential=••••MPLE/20260105/us-east-1/personalize/aws4_request, …"
static void read_scope(struct copy_request *request) {
    const struct str value = copy_request_header(request, STR("Authorization"));
    if (!str_starts_with(value, STR("AWS4-HMAC-SHA256"))) return;
    request->is_signed = request->is_aws = true;
    struct str rest, part;
    if (!str_split(value, '/', &part, &rest)) return; // the key
    if (!str_split(rest, '/', &part, &rest)) return;  // the date
    struct str region, signer;
    if (!str_split(rest, '/', &region, &rest) || !str_split(rest, '/', &signer, &rest)) return;
    if (!is_made_of(region, "-") || !is_made_of(signer, "-")) return;
    request->region = region;
    request->signer = signer;
}

static void set_operation(struct copy_request *request, struct str service, struct str operation) {
    if (request->operation.len || !operation.len) return;
    buf_add(&request->service, service);
    buf_add(&request->operation, operation);
    request->is_aws = true;
}

// Told by whoever made the request, who may know an operation that we do not.
static void name_service(struct copy_request *request, struct str service) {
    request->is_aws = true;
    if (!request->service.len) buf_add(&request->service, service);
}

static void find_by_route(struct copy_request *request) {
    for (size_t i = 0; i < ARRAY_COUNT(routes); i++) {
        if (!str_equal(request->method, str_from(routes[i].method))) continue;
        if (!str_equal(request->path, str_from(routes[i].path))) continue;
        set_operation(request, str_from(routes[i].service), str_from(routes[i].operation));
    }
    for (size_t i = 0; i < ARRAY_COUNT(function_routes); i++) {
        struct buf name = {0};
        const struct str suffix = str_from(function_routes[i].suffix);
        if (str_equal(request->method, str_from(function_routes[i].method)) &&
            copy_request_name_in_path(request, FUNCTIONS, suffix, &name))
            set_operation(request, STR("lambda"), str_from(function_routes[i].operation));
        buf_release(&name);
    }
}

// The query protocol: Action=AssumeRole&Version=2011-06-15&…
static void find_by_form(struct copy_request *request) {
    struct str rest = request->text, pair, name, value, action = {0};
    bool is_iam = false;
    if (request->is_json || !str_equal(request->path, STR("/"))) return;
    while (rest.len) {
        (void)str_split(rest, '&', &pair, &rest);
        (void)str_split(pair, '=', &name, &value);
        if (str_equal(name, STR("Action"))) action = value;
        if (str_equal(name, STR("Version"))) is_iam = str_equal(value, STR("2010-05-08"));
    }
    set_operation(request, is_iam ? STR("iam") : STR("sts"), action);
}

static void find_operation(struct copy_request *request, struct str what) {
    const struct str target = copy_request_header(request, STR("X-Amz-Target"));
    for (size_t i = 0; i < ARRAY_COUNT(targets); i++) {
        const struct str prefix = str_from(targets[i].prefix);
        if (str_starts_with(target, prefix))
            set_operation(request, str_from(targets[i].service), str_skip(target, prefix.len));
    }
    find_by_route(request);
    find_by_form(request);
    struct str service, operation;
    if (!str_split(what, ' ', &service, &operation)) return;
    for (size_t i = 0; i < ARRAY_COUNT(services); i++)
        if (str_equal(service, str_from(services[i]))) name_service(request, service);
}

bool copy_request_parse(
    struct copy_request *request, const struct copy_as_source *source, struct error *err) {
    struct str line, rest;
    *request = (struct copy_request){0};
    (void)str_split(source->http, '\n', &line, &rest);
    read_start(request, str_trim(line));
    const bool has_host = request->host.len > 0;
    const struct str body = read_headers(request, rest);
    if (!has_host) request->host = copy_request_header(request, STR("Host"));
    if (!request->host.len) request->host = source->host;
    if (!has_host) request->is_plain = is_here(request->host);
    const bool has_nul = str_find_char(source->http, '\0') < source->http.len;
    if (!request->method.len || !is_made_of(request->host, ".-_:[]") || has_nul) {
        error_set(err, ERROR_INVALID, "This is no request that was kept");
        return error_hint(err, "Choose a row that has a request.");
    }
    if (!read_body(request, body, err)) return false;
    read_scope(request);
    find_operation(request, source->what);
    if (str_ends_with(request->host, STR(".amazonaws.com"))) request->is_aws = true;
    if (!request->region.len) request->region = source->region;
    if (!request->region.len) request->region = STR("us-east-1");
    if (!request->signer.len) {
        const struct str service = buf_str(&request->service);
        const bool is_personalize = str_starts_with(service, STR("personalize"));
        request->signer = is_personalize ? STR("personalize") : service;
    }
    return true;
}

void copy_request_release(struct copy_request *request) {
    json_release(&request->body);
    buf_release(&request->service);
    buf_release(&request->operation);
}
