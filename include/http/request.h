// request — an HTTP request as a value: to be sent by net, or received by the sandbox.
//
// Shape    `url` is absolute when we send ("https://host/path?query") and the raw request target
//          ("/path?query") when we received; always percent-encoded as on the wire.
// Owns     everything; release with request_release.
// Threads  one at a time.
#pragma once

#include "base/buf.h"
#include "http/headers.h"

#define REQUEST_METHOD_BYTES 16

struct request {
    char method[REQUEST_METHOD_BYTES]; // "POST"; empty means GET
    struct buf url;
    struct headers headers;
    struct buf body;
};

void request_release(struct request *request);
// Longer methods than any that exists are cut, and then refused by request_check.
void request_set_method(struct request *request, struct str method);
struct str request_method(const struct request *request); // "GET" when none was set
void request_set_url(struct request *request, struct str url);
void request_set_body(struct request *request, struct str body);
void request_copy(const struct request *from, struct request *to); // `to` is emptied first
// Refuses what must not reach the wire: bad method or header text, overflowed buffers.
bool request_check(const struct request *request, struct error *err) MUST_CHECK;
