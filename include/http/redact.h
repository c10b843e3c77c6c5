// redact — requests and responses as text that anyone may see; the one place to cut secrets out.
//
// Shape    an HTTP message as people read it: start line, headers, blank line, body. Masked: the
//          values of Authorization, Proxy-Authorization, X-Amz-Security-Token, Cookie, Set-Cookie
//          and api keys; signatures and tokens in query strings; members such as writeKey,
//          SecretAccessKey and externalId in JSON, XML and form bodies. Of a secret, scheme and
//          last four characters stay (base/secret.h); of an AWS Authorization the credential scope
//          stays, the signature goes.
// Safety   bytes pass through buf_add_printable line by line, so nothing steers a terminal.
// Limits   bodies are cut at REDACT_BODY_BYTES with a note of what is missing.
// Threads  any.
#pragma once

#include "base/json.h"
#include "http/request.h"
#include "http/response.h"

#define REDACT_BODY_BYTES ((size_t)64 << 10)

void redact_add_request(struct buf *out, const struct request *request);
void redact_add_response(struct buf *out, const struct response *response);
// Single parts, for who lays out the text on its own.
void redact_add_url(struct buf *out, struct str url);
void redact_add_header_value(struct buf *out, struct str name, struct str value);
// JSON on one line, masked as in a body; for who lays it out on its own.
void redact_add_json(struct buf *out, const struct json_node *node);
// Secrets masked and nothing else changed, for log lines: not made printable.
void redact_add_text(struct buf *masked, struct str text);
// JSON is indented; other text stays as it is.
void redact_add_body(struct buf *out, struct str content_type, struct str body);
