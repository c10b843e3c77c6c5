// transfer — one attempt at one request: everything we ask of a curl easy handle.
//
// libcurl adds headers of its own (Accept, Expect, a form Content-Type); all of them are switched
// off unless the request has them, because a signature covers what is sent and nothing else.
#include "internal.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/trace.h"
#include "http/url.h"

// NOLINTNEXTLINE(readability-non-const-parameter): the signature is curl's
static size_t keep_body(char *bytes, size_t size, size_t count, void *context) {
    struct task_internal *internal = context;
    const struct str piece = {.ptr = bytes, .len = size * count};
    buf_add(&internal->response.body, piece);
    if (!internal->response.body.overflowed) return piece.len;
    internal->is_over_limit = true;
    return 0; // curl stops with CURLE_WRITE_ERROR
}

// "HTTP/1.1 200 OK" begins a message; the headers of a 100 before it are not the answer's.
static bool keep_status_line(struct response *response, struct str line) {
    struct str version, rest, status;
    int64_t number;
    if (!str_starts_with(line, STR("HTTP/"))) return false;
    headers_release(&response->headers);
    (void)str_split(line, ' ', &version, &rest);
    (void)str_split(str_trim(rest), ' ', &status, &rest);
    response->status = str_parse_int64(status, &number) && number < 1000 ? (int)number : 0;
    return true;
}

// NOLINTNEXTLINE(readability-non-const-parameter): the signature is curl's
static size_t keep_header(char *bytes, size_t size, size_t count, void *context) {
    struct task_internal *internal = context;
    const struct str line = {.ptr = bytes, .len = size * count};
    struct str name, value;
    internal->header_bytes += line.len;
    if (internal->header_bytes > TRANSFERS_HEADER_LIMIT) {
        internal->is_over_limit = true;
        return 0;
    }
    if (keep_status_line(&internal->response, line)) return line.len;
    if (str_split(line, ':', &name, &value))
        headers_add(&internal->response.headers, str_trim(name), str_trim(value));
    return line.len;
}

static void add_field(struct task_internal *internal, const char *text) {
    struct curl_slist *longer = curl()->slist_append(internal->fields, text);
    ASSERT(longer); // out of memory
    internal->fields = longer;
}

// Content-Length is curl's to compute from the body; a second one would be a smuggling bug.
static void add_fields(struct task_internal *internal) {
    static const char *const uninvited[] = {"Accept", "Content-Type", "Expect"};
    const struct headers *headers = &internal->request.headers;
    CLEANUP(buf_release) struct buf line = {0};
    for (size_t i = 0; i < headers_count(headers); i++) {
        const struct headers_field *field = headers_at(headers, i);
        if (str_equal_nocase(field->name, STR("Content-Length"))) continue;
        buf_reset(&line);
        buf_add(&line, field->name);
        buf_add(&line, field->value.len ? STR(": ") : STR(";")); // curl's way to send it empty
        buf_add(&line, field->value);
        add_field(internal, buf_text(&line));
    }
    for (size_t i = 0; i < ARRAY_COUNT(uninvited); i++) {
        if (headers_has(headers, str_from(uninvited[i]))) continue;
        buf_reset(&line);
        buf_add_format(&line, "%s:", uninvited[i]);
        add_field(internal, buf_text(&line));
    }
}

static void set_rules(CURL *easy, const struct transfers *transfers) {
    curl()->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl()->easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl()->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl()->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl()->easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl()->easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl()->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl()->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl()->easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    // A cancel must not wait for a name server: the resolver's thread is left to end by itself.
    curl()->easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    if (transfers->ca_file) curl()->easy_setopt(easy, CURLOPT_CAINFO, transfers->ca_file);
}

static void set_method_and_body(CURL *easy, const struct request *request) {
    const char *method = request->method[0] ? request->method : "GET";
    const bool is_get = strcmp(method, "GET") == 0;
    if (strcmp(method, "HEAD") == 0) {
        curl()->easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (is_get && request->body.len == 0) return;
    // The body stays in the request until the response step; curl does not copy it.
    curl()->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
    curl()->easy_setopt(easy, CURLOPT_POSTFIELDS, buf_text(&request->body));
    curl()->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static void set_request(struct task_internal *internal, const struct url *url) {
    CURL *easy = internal->easy;
    const struct transfers *transfers = internal->transfers;
    const struct task_request_options *options = &internal->options;
    const int64_t left_ms = internal->deadline_ms - transfers->now_ms;

    curl()->easy_setopt(easy, CURLOPT_URL, buf_text(&internal->request.url));
    set_method_and_body(easy, &internal->request);
    add_fields(internal);
    curl()->easy_setopt(easy, CURLOPT_HTTPHEADER, internal->fields);
    if (!headers_has(&internal->request.headers, STR("User-Agent")))
        curl()->easy_setopt(easy, CURLOPT_USERAGENT, transfers->user_agent);
    if (url_is_loopback(url)) curl()->easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl()->easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(left_ms > 1 ? left_ms : 1));
    curl()->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_timeout_ms);
    curl()->easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)options->body_limit);
    curl()->easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_body);
    curl()->easy_setopt(easy, CURLOPT_WRITEDATA, internal);
    curl()->easy_setopt(easy, CURLOPT_HEADERFUNCTION, keep_header);
    curl()->easy_setopt(easy, CURLOPT_HEADERDATA, internal);
    curl()->easy_setopt(easy, CURLOPT_ERRORBUFFER, internal->curl_text);
    curl()->easy_setopt(easy, CURLOPT_PRIVATE, internal);
}

static CURL *take_handle(struct transfers *transfers) {
    CURL *easy =
        transfers->idle_count ? transfers->idle[--transfers->idle_count] : curl()->easy_init();
    ASSERT(easy);
    return easy;
}

bool transfer_start(struct task_internal *internal) {
    struct error *err = &internal->transfer_error;
    const struct task_request_options *options = &internal->options;
    struct request *request = &internal->request;
    struct url url;

    *err = (struct error){0};
    internal->is_transfer_ok = internal->is_over_limit = false;
    internal->header_bytes = 0;
    internal->curl_text[0] = '\0';
    response_release(&internal->response);
    internal->response.body.limit = options->body_limit;

    if (options->prepare &&
        !options->prepare(options->prepare_context, request, clock_wall_ms(), err))
        return false;
    if (!request_check(request, err) || !url_parse(buf_str(&request->url), &url, err)) return false;

    internal->attempts++;
    internal->easy = take_handle(internal->transfers);
    set_rules(internal->easy, internal->transfers);
    set_request(internal, &url);
    internal->traced_us = trace_enter("net", internal->id, "transfer");
    const CURLMcode code =
        curl()->multi_add_handle(transfers_multi(internal->transfers), internal->easy);
    if (code == CURLM_OK) return true;
    transfer_stop(internal);
    return error_set(
        err, ERROR_INTERNAL, "curl refused a transfer: %s", curl()->multi_strerror(code));
}

void transfer_stop(struct task_internal *internal) {
    struct transfers *transfers = internal->transfers;
    if (!internal->easy) return;
    curl()->multi_remove_handle(transfers_multi(transfers), internal->easy);
    curl()->easy_reset(internal->easy);
    if (transfers->idle_count < ARRAY_COUNT(transfers->idle))
        transfers->idle[transfers->idle_count++] = internal->easy;
    else
        curl()->easy_cleanup(internal->easy);
    internal->easy = NULL;
    curl()->slist_free_all(internal->fields);
    internal->fields = NULL;
}

// "POST http://127.0.0.1:7780/events 200 attempt 1": the query stays out, it may hold a signature.
static void trace_result(const struct task_internal *internal) {
    CLEANUP(buf_release) struct buf line = {0};
    if (!trace_is_on()) return;
    const struct str url = buf_str(&internal->request.url);
    buf_add(&line, request_method(&internal->request));
    buf_add_char(&line, ' ');
    buf_add_printable(&line, str_slice(url, 0, str_find_char(url, '?')));
    if (internal->is_transfer_ok)
        buf_add_format(&line, " %d", internal->response.status);
    else
        buf_add_format(&line, " %s", error_code_name(internal->transfer_error.code));
    buf_add_format(&line, " attempt %d", internal->attempts);
    trace_leave("net", internal->id, "transfer", internal->traced_us, buf_str(&line));
}

void transfer_settle(struct task_internal *internal, CURLcode code) {
    curl_off_t total_us = 0;
    long request_bytes = 0; // curl's type
    curl()->easy_getinfo(internal->easy, CURLINFO_TOTAL_TIME_T, &total_us);
    curl()->easy_getinfo(internal->easy, CURLINFO_REQUEST_SIZE, &request_bytes);
    internal->elapsed_ms = (double)total_us / 1000;
    internal->was_sent = request_bytes > 0;
    internal->is_transfer_ok = code == CURLE_OK;
    const bool is_answered = internal->is_transfer_ok && internal->response.status < 500;
    internal->is_effect_unknown |= internal->was_sent && !is_answered;
    if (!internal->is_transfer_ok)
        transfer_error(
            &internal->transfer_error, internal->is_over_limit ? CURLE_FILESIZE_EXCEEDED : code,
            &internal->request, internal->curl_text);
    trace_result(internal);
    transfer_stop(internal);
}
