// url — URLs, percent-encoding and query strings.
//
// Shape    parsing gives borrowed views of the text, still encoded: nothing is decoded, lowered or
//          normalised, because signatures are made over the bytes on the wire.
// Errors   ERROR_INVALID with the next step as hint.
// Threads  any.
// Source   RFC 3986; application/x-www-form-urlencoded as in the WHATWG URL standard.
#pragma once

#include "base/buf.h"

#define URL_MAX_BYTES ((size_t)16 * 1024)

struct url {
    struct str scheme; // "http" or "https", in any case
    struct str host;   // without brackets
    struct str path;   // "" or begins with '/'
    struct str query;  // without '?'
    int port;          // as written, or 80 / 443
    bool has_query;    // tells "?" from nothing
    bool is_bracketed; // IPv6 literal
};

// Absolute http or https URL. User names in URLs are refused; a fragment is cut off.
bool url_parse(struct str text, struct url *out, struct error *err) MUST_CHECK;
// Request target: "/path?query" (scheme and host stay empty) or an absolute URL.
bool url_parse_target(struct str text, struct url *out, struct error *err) MUST_CHECK;
// Path and query of either form, unchecked: signatures are made over whatever is there.
void url_split_target(struct str text, struct str *path, struct str *query);
bool url_is_https(const struct url *url);
// host[:port] as in the Host header: lower case, brackets, no default port.
void url_add_authority(struct buf *out, const struct url *url);
// True for localhost, 127.0.0.0/8 and ::1.
bool url_is_loopback(const struct url *url);

enum url_slash { URL_ENCODE_SLASH, URL_KEEP_SLASH };
// Escapes all but A-Z a-z 0-9 - . _ ~ (upper-case hex).
void url_encode(struct buf *out, struct str text, enum url_slash slash);
// A '%' that does not begin an escape is an error; '+' stays '+'.
bool url_decode(struct buf *out, struct str text, struct error *err) MUST_CHECK;
// '+' becomes a space. For form bodies and for query strings that browsers wrote.
bool url_decode_form(struct buf *out, struct str text, struct error *err) MUST_CHECK;

struct url_pair {
    struct str name, value; // still encoded
    bool has_value;         // "b=" and "b" differ here only
};
// Takes one pair off the front of a query; empty pieces between '&' are skipped. False at the end.
bool url_next_pair(struct str *rest, struct url_pair *out);
// Appends the decoded value of the first pair of that (decoded) name; false when there is none or
// it cannot be decoded. `is_form` reads '+' as a space.
bool url_query_get(struct str query, struct str name, bool is_form, struct buf *out);
bool url_query_has(struct str query, struct str name);
// Appends "name=value" encoded, with '&' before it unless `query` is empty.
void url_query_add(struct buf *query, struct str name, struct str value);
// base URL + path: exactly one '/' between them; `path` is already encoded.
void url_join(struct buf *out, struct str base, struct str path);
