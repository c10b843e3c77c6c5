// response — see the header. Reason phrases: RFC 9110 and the IANA registry.
#include "http/response.h"

#include "base/attributes.h"

void response_release(struct response *response) {
    if (!response) return;
    headers_release(&response->headers);
    buf_release(&response->body);
    response->status = 0;
}

void response_set_body(struct response *response, struct str content_type, struct str body) {
    struct buf fresh = {.limit = response->body.limit}; // `body` may be a view of the old one
    buf_add(&fresh, body);
    buf_release(&response->body);
    response->body = fresh;
    headers_set(&response->headers, STR("Content-Type"), content_type);
}

bool response_is_success(const struct response *response) {
    return response->status >= 200 && response->status < 300;
}

static const struct reason {
    int status;
    const char *text;
} reasons[] = {
    {.status = 100, .text = "Continue"},
    {.status = 200, .text = "OK"},
    {.status = 201, .text = "Created"},
    {.status = 202, .text = "Accepted"},
    {.status = 204, .text = "No Content"},
    {.status = 301, .text = "Moved Permanently"},
    {.status = 302, .text = "Found"},
    {.status = 303, .text = "See Other"},
    {.status = 304, .text = "Not Modified"},
    {.status = 307, .text = "Temporary Redirect"},
    {.status = 308, .text = "Permanent Redirect"},
    {.status = 400, .text = "Bad Request"},
    {.status = 401, .text = "Unauthorized"},
    {.status = 402, .text = "Payment Required"},
    {.status = 403, .text = "Forbidden"},
    {.status = 404, .text = "Not Found"},
    {.status = 405, .text = "Method Not Allowed"},
    {.status = 406, .text = "Not Acceptable"},
    {.status = 407, .text = "Proxy Authentication Required"},
    {.status = 408, .text = "Request Timeout"},
    {.status = 409, .text = "Conflict"},
    {.status = 410, .text = "Gone"},
    {.status = 411, .text = "Length Required"},
    {.status = 412, .text = "Precondition Failed"},
    {.status = 413, .text = "Content Too Large"},
    {.status = 414, .text = "URI Too Long"},
    {.status = 415, .text = "Unsupported Media Type"},
    {.status = 417, .text = "Expectation Failed"},
    {.status = 421, .text = "Misdirected Request"},
    {.status = 422, .text = "Unprocessable Content"},
    {.status = 425, .text = "Too Early"},
    {.status = 429, .text = "Too Many Requests"},
    {.status = 431, .text = "Request Header Fields Too Large"},
    {.status = 500, .text = "Internal Server Error"},
    {.status = 501, .text = "Not Implemented"},
    {.status = 502, .text = "Bad Gateway"},
    {.status = 503, .text = "Service Unavailable"},
    {.status = 504, .text = "Gateway Timeout"},
    {.status = 509, .text = "Bandwidth Limit Exceeded"},
};

const char *response_reason(int status) {
    for (size_t i = 0; i < ARRAY_COUNT(reasons); i++) {
        if (reasons[i].status == status) return reasons[i].text;
    }
    return "";
}
