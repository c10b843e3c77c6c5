// sigv4_claim — what a request says about its own signature: steps 1 to 3 of sigv4_verify.h.
#include "aws/sigv4_verify.h"

#include "base/attributes.h"
#include "base/clock.h"
#include "http/base64.h"
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
    struct span credential, signed_headers, signature, timestamp, token, algorithm;
    int64_t expires_s;
    bool is_presigned;
    struct str authorization; // the whole header; empty in the query form
    struct buf *why;
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
    buf_add(reading->why, str_from(why));
    return SIGV4_VERIFY_INCOMPLETE;
}

// Since 2023 the services tell what they got in this form only.
static void add_hashed(struct buf *out, struct str text) {
    uint8_t hash[DIGEST_BYTES];
    digest_sha256(text, hash);
    base64_encode(out, (struct str){.ptr = (const char *)hash, .len = sizeof(hash)});
}

static enum sigv4_verify_outcome
incomplete_with(struct reading *reading, const char *before, struct str text, const char *after) {
    buf_add(reading->why, str_from(before));
    buf_add_printable(reading->why, str_slice(text, 0, 200));
    return incomplete(reading, after);
}

static enum sigv4_verify_outcome refuse_part(struct reading *reading, struct str part) {
    buf_add(
        reading->why, STR("Invalid key=value pair (missing equal-sign) in Authorization header "
                          "(hashed with SHA-256 and encoded with Base64): '"));
    add_hashed(reading->why, part);
    return incomplete(reading, "'.");
}

// "Credential=…, SignedHeaders=…, Signature=…" in any order, with or without blanks.
static enum sigv4_verify_outcome read_parts(struct reading *reading, struct str parts) {
    struct str part, name, value;
    while (parts.len) {
        (void)str_split(parts, ',', &part, &parts);
        part = str_trim(part);
        if (!str_split(part, '=', &name, &value)) return refuse_part(reading, part);
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
    reading->authorization = authorization;
    reading->algorithm = store(reading, scheme);
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

// Without X-Amz-Expires it is good as long as a signed request is.
static enum sigv4_verify_outcome read_expires(struct reading *reading) {
    const struct span expires = read_parameter(reading, STR("X-Amz-Expires"));
    if (!expires.is_set) return SIGV4_VERIFY_ACCEPTED;
    if (!str_parse_int64(view(&reading->storage, expires), &reading->expires_s))
        return incomplete(reading, "X-Amz-Expires should be a number");
    if (reading->expires_s < 1) return incomplete(reading, "X-Amz-Expires must be non-negative");
    if (reading->expires_s > SIGV4_MAX_EXPIRES_S)
        return incomplete(
            reading, "X-Amz-Expires must be less than a week (in seconds); that is, the given "
                     "X-Amz-Expires must be less than 604800 seconds");
    return SIGV4_VERIFY_ACCEPTED;
}

static enum sigv4_verify_outcome read_query_form(struct reading *reading) {
    reading->algorithm = read_parameter(reading, STR("X-Amz-Algorithm"));
    reading->credential = read_parameter(reading, STR("X-Amz-Credential"));
    reading->signed_headers = read_parameter(reading, STR("X-Amz-SignedHeaders"));
    reading->signature = read_parameter(reading, STR("X-Amz-Signature"));
    reading->timestamp = read_parameter(reading, STR("X-Amz-Date"));
    reading->token = read_parameter(reading, STR("X-Amz-Security-Token"));
    return read_expires(reading);
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
    claim->terminator = parts[0];
    return text.len > 0;
}

// All that is missing, in the service's order.
static enum sigv4_verify_outcome check_presence(struct reading *reading) {
    const struct {
        struct span span;
        const char *header, *query;
    } wanted[] = {
        {reading->algorithm, NULL, "X-Amz-Algorithm"},
        {reading->credential, "Credential", "X-Amz-Credential"},
        {reading->signature, "Signature", "X-Amz-Signature"},
        {reading->signed_headers, "SignedHeaders", "X-Amz-SignedHeaders"},
        {reading->timestamp, NULL, "X-Amz-Date"},
    };
    struct buf *why = reading->why;
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++) {
        if (wanted[i].span.is_set && wanted[i].span.len) continue;
        if (reading->is_presigned)
            buf_add_format(why, "AWS query-string parameters must include '%s'. ", wanted[i].query);
        else if (wanted[i].header)
            buf_add_format(why, "Authorization header requires '%s' parameter. ", wanted[i].header);
        else if (i)
            buf_add(
                why, STR("Authorization header requires existence of either a 'X-Amz-Date' or a "
                         "'Date' header. "));
    }
    if (!why->len) return SIGV4_VERIFY_ACCEPTED;
    if (reading->is_presigned)
        return incomplete(reading, "Re-examine the query-string parameters.");
    buf_add(why, STR("(Hashed with SHA-256 and encoded with Base64) Authorization="));
    add_hashed(why, reading->authorization);
    return SIGV4_VERIFY_INCOMPLETE;
}

static enum sigv4_verify_outcome
fill_claim(struct reading *reading, struct sigv4_verify_claim *claim) {
    const struct buf *storage = &claim->storage;
    const enum sigv4_verify_outcome outcome = check_presence(reading);
    if (outcome) return outcome;
    claim->signed_headers = view(storage, reading->signed_headers);
    claim->signature = view(storage, reading->signature);
    claim->timestamp = view(storage, reading->timestamp);
    claim->session_token = view(storage, reading->token);
    claim->expires_s = reading->expires_s;
    if (!clock_parse_compact(claim->timestamp, &claim->signed_at_s))
        return incomplete_with(
            reading, "Date must be in ISO-8601 'basic format'. Got '", claim->timestamp,
            "'. See http://en.wikipedia.org/wiki/ISO_8601");
    if (!str_equal(view(storage, reading->algorithm), STR(SIGV4_ALGORITHM)))
        return incomplete_with(
            reading, "Unsupported AWS 'algorithm': '", view(storage, reading->algorithm),
            "' (only " SIGV4_ALGORITHM " for now). ");
    if (!split_credential(view(storage, reading->credential), claim))
        return incomplete_with(
            reading,
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            "keyid/date/region/service/term, got '",
            view(storage, reading->credential), "'");
    return SIGV4_VERIFY_ACCEPTED;
}

enum sigv4_verify_outcome sigv4_verify_read_claim(
    const struct request *request, struct sigv4_verify_claim *out, struct buf *why) {
    struct reading reading = {.request = request, .why = why};
    struct error ignored;
    const struct str authorization = headers_get(&request->headers, STR("Authorization"));
    enum sigv4_verify_outcome outcome;
    sigv4_verify_claim_release(out);
    if (!url_parse_target(buf_str(&request->url), &reading.url, &ignored)) {
        reading.url = (struct url){0};
    }
    const bool has_query = url_query_has(reading.url.query, STR("X-Amz-Algorithm")) ||
                           url_query_has(reading.url.query, STR("X-Amz-Signature"));
    reading.is_presigned = has_query && !authorization.ptr;
    if (authorization.ptr && has_query) {
        buf_add(
            why, STR("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as "
                     "HTTP header."));
        outcome = SIGV4_VERIFY_AMBIGUOUS;
    } else if (authorization.ptr) {
        outcome = read_header_form(&reading, authorization);
    } else if (has_query) {
        outcome = read_query_form(&reading);
    } else {
        outcome = SIGV4_VERIFY_NO_AUTHENTICATION;
        buf_add(why, STR("there is no Authorization header and no X-Amz-Signature"));
    }
    out->is_presigned = reading.is_presigned;
    out->storage = reading.storage;
    if (outcome == SIGV4_VERIFY_ACCEPTED) outcome = fill_claim(&reading, out);
    return outcome;
}
