// sigv4_claim — what a request says about its own signature: steps 1 to 3 of sigv4_verify.h.
#include "aws/sigv4_verify.h"

#include "base/attributes.h"
#include "base/clock.h"
#include "http/url.h"

void sigv4_verify_claim_release(struct sigv4_verify_claim *claim) {
    if (!claim) return;
    buf_release(&claim->storage);
    *claim = (struct sigv4_verify_claim){0};
}

// Where a text lies in the claim's storage while that still grows.
struct span {
    size_t at, len;
    bool is_set;
};

struct reading {
    const struct request *request;
    struct url url;
    struct buf storage;
    struct span credential, signed_headers, signature, timestamp, token;
    int64_t expires_s;
    const char *why;
};

static struct span store(struct reading *reading, struct str text) {
    const struct span span = {.at = reading->storage.len, .len = text.len, .is_set = true};
    buf_add(&reading->storage, text);
    return span;
}

static struct str view(const struct buf *storage, struct span span) {
    return str_slice(buf_str(storage), span.at, span.len);
}

static enum sigv4_verify_outcome incomplete(struct reading *reading, const char *why) {
    reading->why = why;
    return SIGV4_VERIFY_INCOMPLETE;
}

// "Credential=…, SignedHeaders=…, Signature=…" in any order, with or without blanks.
static enum sigv4_verify_outcome read_parts(struct reading *reading, struct str parts) {
    static const char *const bad = "Authorization header holds a part that is no key=value pair.";
    struct str part, name, value;
    while (parts.len) {
        (void)str_split(parts, ',', &part, &parts);
        part = str_trim(part);
        if (!str_split(part, '=', &name, &value)) return incomplete(reading, bad);
        struct span *span = NULL;
        if (str_equal(name, STR("Credential"))) span = &reading->credential;
        if (str_equal(name, STR("SignedHeaders"))) span = &reading->signed_headers;
        if (str_equal(name, STR("Signature"))) span = &reading->signature;
        if (!span) continue;
        if (span->is_set)
            return incomplete(reading, "Authorization header gives a parameter twice.");
        *span = store(reading, value);
    }
    return SIGV4_VERIFY_ACCEPTED;
}

static enum sigv4_verify_outcome
read_header_form(struct reading *reading, struct str authorization) {
    const struct headers *headers = &reading->request->headers;
    struct str scheme, rest;
    authorization = str_trim(authorization);
    (void)str_split(authorization, ' ', &scheme, &rest);
    if (!str_equal(scheme, STR(SIGV4_ALGORITHM))) {
        return incomplete(
            reading, "Authorization header requires the scheme '" SIGV4_ALGORITHM "'.");
    }
    const enum sigv4_verify_outcome outcome = read_parts(reading, rest);
    if (outcome) return outcome;
    const struct str token = headers_get(headers, STR("X-Amz-Security-Token"));
    if (token.ptr) reading->token = store(reading, str_trim(token));

    int64_t at_s = 0;
    const struct str date = str_trim(headers_get(headers, STR("X-Amz-Date")));
    const struct str plain_date = str_trim(headers_get(headers, STR("Date")));
    if (date.len) {
        reading->timestamp = store(reading, date);
    } else if (clock_parse_http(plain_date, &at_s)) {
        reading->timestamp.at = reading->storage.len;
        clock_add_compact(&reading->storage, at_s);
        reading->timestamp.len = reading->storage.len - reading->timestamp.at;
        reading->timestamp.is_set = true;
    } else if (plain_date.len) {
        reading->timestamp = store(reading, plain_date);
    }
    return SIGV4_VERIFY_ACCEPTED;
}

static struct span read_parameter(struct reading *reading, struct str name) {
    struct span span = {.at = reading->storage.len};
    span.is_set = url_query_get(reading->url.query, name, false, &reading->storage);
    span.len = reading->storage.len - span.at;
    return span;
}

static enum sigv4_verify_outcome read_query_form(struct reading *reading) {
    const struct span algorithm = read_parameter(reading, STR("X-Amz-Algorithm"));
    if (!str_equal(view(&reading->storage, algorithm), STR(SIGV4_ALGORITHM))) {
        return incomplete(reading, "X-Amz-Algorithm must be '" SIGV4_ALGORITHM "'.");
    }
    reading->credential = read_parameter(reading, STR("X-Amz-Credential"));
    reading->signed_headers = read_parameter(reading, STR("X-Amz-SignedHeaders"));
    reading->signature = read_parameter(reading, STR("X-Amz-Signature"));
    reading->timestamp = read_parameter(reading, STR("X-Amz-Date"));
    reading->token = read_parameter(reading, STR("X-Amz-Security-Token"));
    const struct span expires = read_parameter(reading, STR("X-Amz-Expires"));
    if (!str_parse_int64(view(&reading->storage, expires), &reading->expires_s) ||
        reading->expires_s < 1 || reading->expires_s > SIGV4_MAX_EXPIRES_S) {
        return incomplete(reading, "X-Amz-Expires must be a number of seconds from 1 to 604800.");
    }
    return SIGV4_VERIFY_ACCEPTED;
}

// keyid/date/region/service/aws4_request, from the right: a key id may hold '/'.
static bool split_credential(struct str text, struct sigv4_verify_claim *claim) {
    struct str parts[4]; // terminator, service, region, date
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        size_t slash = text.len;
        while (slash > 0 && text.ptr[slash - 1] != '/')
            slash--;
        if (slash == 0) return false;
        parts[i] = str_skip(text, slash);
        text = str_slice(text, 0, slash - 1);
        if (parts[i].len == 0) return false;
    }
    claim->access_key_id = text;
    claim->date = parts[3];
    claim->region = parts[2];
    claim->service = parts[1];
    return text.len > 0 && str_equal(parts[0], STR(SIGV4_TERMINATOR));
}

static enum sigv4_verify_outcome
fill_claim(struct reading *reading, struct sigv4_verify_claim *claim) {
    const struct buf *storage = &claim->storage;
    if (!reading->credential.is_set) {
        return incomplete(reading, "Authorization header requires 'Credential' parameter.");
    }
    if (!reading->signed_headers.is_set || reading->signed_headers.len == 0) {
        return incomplete(reading, "Authorization header requires 'SignedHeaders' parameter.");
    }
    if (!reading->signature.is_set) {
        return incomplete(reading, "Authorization header requires 'Signature' parameter.");
    }
    claim->signed_headers = view(storage, reading->signed_headers);
    claim->signature = view(storage, reading->signature);
    claim->timestamp = view(storage, reading->timestamp);
    claim->session_token = view(storage, reading->token);
    claim->expires_s = reading->expires_s;
    if (!split_credential(view(storage, reading->credential), claim)) {
        return incomplete(
            reading, "Credential must have exactly 5 slash-delimited elements, "
                     "e.g. keyid/date/region/service/aws4_request.");
    }
    if (!reading->timestamp.is_set) {
        return incomplete(
            reading, "Authorization header requires existence of either a 'X-Amz-Date' or a "
                     "'Date' header.");
    }
    if (!clock_parse_compact(claim->timestamp, &claim->signed_at_s)) {
        return incomplete(reading, "Date must be in ISO-8601 'basic format', as 20240501T120000Z.");
    }
    return SIGV4_VERIFY_ACCEPTED;
}

enum sigv4_verify_outcome sigv4_verify_read_claim(
    const struct request *request, struct sigv4_verify_claim *out, const char **why) {
    struct reading reading = {.request = request};
    struct error ignored;
    const struct str authorization = headers_get(&request->headers, STR("Authorization"));
    enum sigv4_verify_outcome outcome;
    sigv4_verify_claim_release(out);
    if (!url_parse_target(buf_str(&request->url), &reading.url, &ignored)) {
        reading.url = (struct url){0};
    }
    const bool is_presigned =
        !authorization.ptr && (url_query_has(reading.url.query, STR("X-Amz-Algorithm")) ||
                               url_query_has(reading.url.query, STR("X-Amz-Signature")));
    if (authorization.ptr) {
        outcome = read_header_form(&reading, authorization);
    } else if (is_presigned) {
        outcome = read_query_form(&reading);
    } else {
        outcome = SIGV4_VERIFY_NO_AUTHENTICATION;
        reading.why = "there is no Authorization header and no X-Amz-Signature";
    }
    out->is_presigned = is_presigned;
    out->storage = reading.storage;
    if (outcome == SIGV4_VERIFY_ACCEPTED) outcome = fill_claim(&reading, out);
    if (why) *why = reading.why;
    return outcome;
}
