// plain_client — an HTTP client for tests: one blocking request on one connection.
//
// Shape    sends the request as it is (adding Host, Content-Length and Connection: close) and reads the
//          answer to its end. Content-Length bodies only, which is what our servers send.
// Errors   fails the test run with a message: a test has no use for an unreachable server.
// Threads  any, one call each.
#pragma once

#include "http/request.h"
#include "http/response.h"

// `base_url`: "http://127.0.0.1:PORT"; request->url may be a target or the whole URL.
void plain_client_send(const char *base_url, const struct request *request, struct response *out);
// Sends bytes as they are and reads until the server closes.
void plain_client_send_raw(const char *base_url, struct str bytes, struct buf *out);
