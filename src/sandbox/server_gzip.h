// server_gzip — request bodies that came compressed (older mobile SDKs, python with gzip=True).
//
// Limits   inflates to at most SERVER_GZIP_MAX_BYTES; beyond, or broken: the exchange is too large or
//          its body empty, and the route answers as for any bad body.
// Threads  the sandbox's.
#pragma once

#include "server.h"

#define SERVER_GZIP_MAX_BYTES ((size_t)4 << 20)

// Replaces exchange->body by its decoded form when Content-Encoding says gzip or deflate.
void server_gzip_open(struct exchange *exchange);
