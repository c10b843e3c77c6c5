// response — an HTTP response as a value: received by net, or built by the sandbox.
//
// Owns     everything; release with response_release.
// Threads  one at a time.
#pragma once

#include "base/buf.h"
#include "http/headers.h"

struct response {
    int status; // 200; 0 when there is none
    struct headers headers;
    struct buf body;
};

void response_release(struct response *response);
void response_set_body(struct response *response, struct str content_type, struct str body);
bool response_is_success(const struct response *response); // 2xx
const char *response_reason(int status);                   // "Not Found"; "" for an unknown number
