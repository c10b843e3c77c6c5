// loopback — an HTTP server for tests: answers by script, remembers what was asked.
//
// Shape    one thread on 127.0.0.1, a free port; each request that arrives, on whatever connection,
//          takes the next exchange of the script. When the script is over the answer is 500.
// Owns     copies of the requests, good until loopback_stop. The script is borrowed.
// Threads  start and stop from one thread; reading counts and requests from any.
#pragma once

#include "base/str.h"

struct loopback;

enum loopback_after {
    LOOPBACK_KEEP,  // the connection stays open for the next request
    LOOPBACK_CLOSE, // closed after the last byte
    LOOPBACK_HOLD,  // nothing more is sent; ends when the client closes
};

struct loopback_exchange {
    int status;          // 0 with raw NULL: nothing is sent
    const char *headers; // "Retry-After: 1\r\n"; may be NULL
    const char *body;    // Content-Length is added; may be NULL
    const char *raw;     // sent as it is, in place of the three above
    enum loopback_after after;
};

// In place of a script: called on the server's thread for every request, which is not remembered.
typedef struct loopback_exchange loopback_decide_fn(void *context, struct str request);
struct loopback *loopback_start_deciding(loopback_decide_fn *decide, void *context);
struct loopback *loopback_start(const struct loopback_exchange *script, size_t count);
void loopback_stop(struct loopback *loopback);             // NULL is fine
const char *loopback_url(const struct loopback *loopback); // "http://127.0.0.1:41234"
size_t loopback_request_count(struct loopback *loopback);
size_t loopback_connection_count(struct loopback *loopback);
// Head and body of the n-th request, from 0; it must have arrived.
struct str loopback_request(struct loopback *loopback, size_t at);
// A port of 127.0.0.1 that refuses connections: bound, not listening, until loopback_release_port.
int loopback_take_dead_port(int *out_port);
void loopback_release_port(int fd);
