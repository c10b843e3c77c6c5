// request — see the header.
#include "http/request.h"

#include "base/memory.h"

void request_release(struct request *request) {
    if (!request) return;
    buf_release(&request->url);
    headers_release(&request->headers);
    buf_release(&request->body);
    request->method[0] = '\0';
}

void request_set_method(struct request *request, struct str method) {
    const struct str cut = str_slice(method, 0, sizeof(request->method) - 1);
    if (cut.len) memcpy(request->method, cut.ptr, cut.len);
    request->method[cut.len] = '\0';
}

struct str request_method(const struct request *request) {
    return request->method[0] ? str_from(request->method) : STR("GET");
}

void request_set_url(struct request *request, struct str url) {
    struct buf fresh = {.limit = request->url.limit}; // `url` may be a view of the old one
    buf_add(&fresh, url);
    buf_release(&request->url);
    request->url = fresh;
}

void request_set_body(struct request *request, struct str body) {
    struct buf fresh = {.limit = request->body.limit};
    buf_add(&fresh, body);
    buf_release(&request->body);
    request->body = fresh;
}

void request_copy(const struct request *from, struct request *to) {
    struct request fresh = {.url.limit = to->url.limit, .body.limit = to->body.limit};
    if (from == to) return;
    memcpy(fresh.method, from->method, sizeof(fresh.method));
    request_set_url(&fresh, buf_str(&from->url));
    headers_copy(&from->headers, &fresh.headers);
    request_set_body(&fresh, buf_str(&from->body));
    request_release(to);
    *to = fresh;
}

static bool check_method(struct str method, struct error *err) {
    if (headers_is_valid_name(method) && method.len < REQUEST_METHOD_BYTES - 1) return true;
    error_set(err, ERROR_INVALID, "the request's method is not one HTTP knows");
    return error_hint(err, "Use GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS.");
}

static bool check_field(const struct headers_field *field, struct error *err) {
    if (!headers_is_valid_name(field->name)) {
        error_set(err, ERROR_INVALID, "a header name holds a character that cannot be sent");
        return error_hint(err, "Header names are letters, digits and '-'.");
    }
    if (headers_is_valid_value(field->value)) return true;
    // the value may be a secret, so it is not shown
    error_set(
        err, ERROR_INVALID,
        "the value of header " STR_FMT " holds a line break or control character",
        STR_ARG(field->name));
    return error_hint(err, "Paste the value again, on one line.");
}

bool request_check(const struct request *request, struct error *err) {
    struct str ignored;
    if (!check_method(request_method(request), err)) return false;
    if (!buf_finish(&request->url, &ignored, err)) return error_wrap(err, "the request's address");
    if (!buf_finish(&request->body, &ignored, err)) return error_wrap(err, "the request's body");
    const struct str url = buf_str(&request->url);
    for (size_t i = 0; i < url.len; i++) {
        if ((unsigned char)url.ptr[i] > 0x20 && url.ptr[i] != 0x7F) continue;
        error_set(err, ERROR_INVALID, "the request's address holds a blank or control character");
        return error_hint(err, "Percent-encode it, or paste the address again, on one line.");
    }
    for (size_t i = 0; i < request->headers.count; i++) {
        if (!check_field(&request->headers.fields[i], err)) return false;
    }
    return true;
}
