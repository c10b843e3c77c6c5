// http_load — many keep-alive connections to one loopback port, one request at a time on each: what the
// benchmarks and the soak put load on servers with, ours and others alike.
//
// Shape    `next` writes the next request of an idle connection, or says that there is none now; `done` gets
//          the answer. Everything happens inside http_load_turn. A broken connection reports status 0 for the
//          request under way and stays broken until http_load_connect.
// Limits   answers need a Content-Length (or 204); they are at most HTTP_LOAD_ANSWER_BYTES.
// Errors   http_load_connect tells whether all connections are there.
// Threads  one.
#pragma once

#include "base/buf.h"

#include <stdint.h>

#define HTTP_LOAD_ANSWER_BYTES ((size_t)8 << 20)

struct http_load_answer {
    int status;            // 0: the connection broke before the answer was whole
    int64_t retry_after_s; // -1: none
    int64_t us;            // from the first byte sent to the last one received
    struct str body;       // good until the callback returns
};
struct http_load_options {
    uint16_t port;
    size_t connections;
    bool (*next)(void *context, size_t connection, struct buf *out_request); // false: nothing now
    void (*done)(void *context, size_t connection, const struct http_load_answer *answer);
    void *context;
};

struct http_load;
struct http_load *http_load_new(const struct http_load_options *options);
void http_load_free(struct http_load *load);
bool http_load_connect(struct http_load *load); // those that are broken
// Sends, waits at most timeout_ms, receives. Returns the number of requests under way.
size_t http_load_turn(struct http_load *load, int timeout_ms);
// A whole request with Content-Length; `key` is the Basic authentication's user, NULL: none.
void http_load_write_request(
    struct buf *out, const char *method, const char *path, const char *key, struct str body);
