// sigv4_verify — see the header. Each step is a function that returns the outcome it decides on, or
// SIGV4_VERIFY_ACCEPTED to go on; sigv4_verify runs them in AWS's order.
#include "aws/sigv4_verify.h"

#include "base/attributes.h"
#include "base/clock.h"
#include "base/digest.h"
#include "http/url.h"

#define DEFAULT_SKEW_S 300
#define MAX_LISTED_HEADERS 128

static const char *const outcome_names[] = {
    [SIGV4_VERIFY_ACCEPTED] = "accepted",
    [SIGV4_VERIFY_NO_AUTHENTICATION] = "no_authentication",
    [SIGV4_VERIFY_INCOMPLETE] = "incomplete",
    [SIGV4_VERIFY_AMBIGUOUS] = "ambiguous",
    [SIGV4_VERIFY_UNSIGNED_HEADER] = "unsigned_header",
    [SIGV4_VERIFY_TOO_OLD] = "too_old",
    [SIGV4_VERIFY_TOO_NEW] = "too_new",
    [SIGV4_VERIFY_WRONG_REGION] = "wrong_region",
    [SIGV4_VERIFY_WRONG_SERVICE] = "wrong_service",
    [SIGV4_VERIFY_WRONG_TERMINATOR] = "wrong_terminator",
    [SIGV4_VERIFY_WRONG_DATE] = "wrong_date",
    [SIGV4_VERIFY_UNKNOWN_KEY] = "unknown_key",
    [SIGV4_VERIFY_TOKEN_INVALID] = "token_invalid",
    [SIGV4_VERIFY_TOKEN_EXPIRED] = "token_expired",
    [SIGV4_VERIFY_BODY_HASH] = "body_hash",
    [SIGV4_VERIFY_SIGNATURE] = "signature",
};
_Static_assert(
    ARRAY_COUNT(outcome_names) == SIGV4_VERIFY_OUTCOME_COUNT, "every outcome has a name");

const char *sigv4_verify_outcome_name(enum sigv4_verify_outcome outcome) {
    return outcome_names[outcome];
}

void sigv4_verify_result_release(struct sigv4_verify_result *result) {
    if (!result) return;
    sigv4_verify_claim_release(&result->claim);
    buf_release(&result->canonical_request);
    buf_release(&result->string_to_sign);
    *result = (struct sigv4_verify_result){0};
}

static bool is_hex_hash(struct str text) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    }
    return text.len == DIGEST_HEX_BYTES - 1;
}

struct check {
    const struct request *request;
    const struct sigv4_verify_policy *policy;
    struct sigv4_verify_result *result;
    struct sigv4_verify_key key;
};
typedef enum sigv4_verify_outcome check_fn(struct check *check);

static void say(struct check *check, struct str prefix, struct str text) {
    CLEANUP(buf_release) struct buf detail = {0};
    buf_add(&detail, prefix);
    buf_add_printable(&detail, text);
    const struct str cut = str_slice(buf_str(&detail), 0, sizeof(check->result->detail) - 1);
    if (cut.len) memcpy(check->result->detail, cut.ptr, cut.len);
    check->result->detail[cut.len] = '\0';
}

static enum sigv4_verify_outcome check_claim(struct check *check) {
    CLEANUP(buf_release) struct buf why = {0};
    const enum sigv4_verify_outcome outcome =
        sigv4_verify_read_claim(check->request, &check->result->claim, &why);
    if (why.len) say(check, (struct str){0}, buf_str(&why));
    return outcome;
}

static enum sigv4_verify_outcome check_date(struct check *check) {
    const struct sigv4_verify_claim *claim = &check->result->claim;
    if (str_equal(claim->date, str_slice(claim->timestamp, 0, 8))) return SIGV4_VERIFY_ACCEPTED;
    say(check, STR("the scope's date is "), claim->date);
    return SIGV4_VERIFY_WRONG_DATE;
}

static bool is_listed(struct str list, struct str name) {
    struct str listed;
    while (list.len) {
        (void)str_split(list, ';', &listed, &list);
        if (str_equal_nocase(listed, name)) return true;
    }
    return false;
}

// Sorted, lower-case, no name twice: what every SDK sends, and what the signature is made over.
static enum sigv4_verify_outcome check_list(struct check *check) {
    struct str list = check->result->claim.signed_headers;
    struct str name, before = {0};
    size_t count = 0;
    while (list.len) {
        (void)str_split(list, ';', &name, &list);
        for (size_t i = 0; i < name.len; i++) {
            if (name.ptr[i] < 'A' || name.ptr[i] > 'Z') continue;
            say(check, STR("SignedHeaders is not in lower case: "), name);
            return SIGV4_VERIFY_INCOMPLETE;
        }
        if (name.len == 0 || ++count > MAX_LISTED_HEADERS || str_compare(before, name) >= 0) {
            say(check, STR("SignedHeaders is not a sorted list: "), name);
            return SIGV4_VERIFY_INCOMPLETE;
        }
        before = name;
    }
    return SIGV4_VERIFY_ACCEPTED;
}

static enum sigv4_verify_outcome check_headers(struct check *check) {
    const struct headers *headers = &check->request->headers;
    const struct str list = check->result->claim.signed_headers;
    const enum sigv4_verify_outcome outcome = check_list(check);
    if (outcome) return outcome;
    if (!is_listed(list, STR("host"))) {
        say(check, STR("not signed: "), STR("host"));
        return SIGV4_VERIFY_UNSIGNED_HEADER;
    }
    for (size_t i = 0; i < headers->count; i++) {
        const struct str name = headers->fields[i].name;
        if (!str_equal_nocase(str_slice(name, 0, 6), STR("x-amz-")) || is_listed(list, name))
            continue;
        say(check, STR("not signed: "), name);
        return SIGV4_VERIFY_UNSIGNED_HEADER;
    }
    struct str rest = list, name;
    while (rest.len) {
        (void)str_split(rest, ';', &name, &rest);
        if (headers_has(headers, name)) continue;
        say(check, STR("signed, but did not arrive: "), name);
        return SIGV4_VERIFY_UNSIGNED_HEADER;
    }
    return SIGV4_VERIFY_ACCEPTED;
}

static enum sigv4_verify_outcome check_time(struct check *check) {
    const struct sigv4_verify_claim *claim = &check->result->claim;
    const int64_t now_s = check->policy->now_s;
    const int64_t age_s = now_s - claim->signed_at_s;
    const int64_t good_for_s = claim->expires_s ? claim->expires_s : check->result->skew_s;
    if (age_s > good_for_s) return SIGV4_VERIFY_TOO_OLD;
    if (age_s < -check->result->skew_s) return SIGV4_VERIFY_TOO_NEW;
    return SIGV4_VERIFY_ACCEPTED;
}

static enum sigv4_verify_outcome check_scope(struct check *check) {
    const struct sigv4_verify_claim *claim = &check->result->claim;
    const struct sigv4_verify_policy *policy = check->policy;
    if (policy->region.len && !str_equal(policy->region, claim->region)) {
        say(check, STR("signed for region "), claim->region);
        return SIGV4_VERIFY_WRONG_REGION;
    }
    if (policy->service.len && !str_equal(policy->service, claim->service)) {
        say(check, STR("signed for service "), claim->service);
        return SIGV4_VERIFY_WRONG_SERVICE;
    }
    if (!str_equal(claim->terminator, STR(SIGV4_TERMINATOR))) {
        say(check, STR("the scope ends in "), claim->terminator);
        return SIGV4_VERIFY_WRONG_TERMINATOR;
    }
    return SIGV4_VERIFY_ACCEPTED;
}

static enum sigv4_verify_outcome check_key(struct check *check) {
    const struct sigv4_verify_claim *claim = &check->result->claim;
    const struct sigv4_verify_policy *policy = check->policy;
    if (!policy->lookup(policy->lookup_context, claim->access_key_id, &check->key)) {
        say(check, STR("unknown access key id "), claim->access_key_id);
        return SIGV4_VERIFY_UNKNOWN_KEY;
    }
    if (!digest_equal(check->key.session_token, claim->session_token)) {
        say(check, (struct str){0},
            claim->session_token.len == 0
                ? STR("the key is temporary and its session token is missing")
            : check->key.session_token.len
                ? STR("the session token is not the one issued with the key")
                : STR("a session token came with a key that has none"));
        return SIGV4_VERIFY_TOKEN_INVALID;
    }
    if (check->key.expires_at_s && check->key.expires_at_s <= policy->now_s) {
        return SIGV4_VERIFY_TOKEN_EXPIRED;
    }
    return SIGV4_VERIFY_ACCEPTED;
}

static enum sigv4_verify_outcome make_stages(struct check *check, const char *body_hash) {
    struct sigv4_verify_result *result = check->result;
    const struct sigv4_verify_claim *claim = &result->claim;
    struct buf *out = &result->canonical_request;
    struct url url;
    struct error ignored;
    if (!url_parse_target(buf_str(&check->request->url), &url, &ignored))
        return SIGV4_VERIFY_SIGNATURE;
    buf_add(out, request_method(check->request));
    buf_add_char(out, '\n');
    sigv4_canonical_path(out, url.path, true);
    buf_add_char(out, '\n');
    const struct str except = claim->is_presigned ? STR("X-Amz-Signature") : (struct str){0};
    if (!sigv4_canonical_query(out, url.query, except, &ignored)) {
        say(check, (struct str){0}, STR("the query cannot be decoded"));
        return SIGV4_VERIFY_SIGNATURE;
    }
    buf_add_char(out, '\n');
    sigv4_canonical_headers(out, &check->request->headers, claim->signed_headers);
    buf_add_char(out, '\n');
    buf_add(out, claim->signed_headers);
    buf_add_char(out, '\n');
    buf_add(out, str_from(body_hash));

    CLEANUP(buf_release) struct buf scope = {0};
    const struct str parts[] = {claim->date, claim->region, claim->service, STR(SIGV4_TERMINATOR)};
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        if (i) buf_add_char(&scope, '/');
        buf_add(&scope, parts[i]);
    }
    sigv4_string_to_sign(&result->string_to_sign, claim->timestamp, buf_str(&scope), buf_str(out));
    return SIGV4_VERIFY_ACCEPTED;
}

static enum sigv4_verify_outcome check_signature(struct check *check) {
    const struct sigv4_verify_claim *claim = &check->result->claim;
    const struct str sent_hash = headers_get(&check->request->headers, STR("x-amz-content-sha256"));
    char body_hash[DIGEST_HEX_BYTES], signature[DIGEST_HEX_BYTES];
    uint8_t mac[DIGEST_BYTES];
    struct sigv4_key_cache own_cache = {0};
    struct sigv4_key_cache *cache = check->policy->cache ? check->policy->cache : &own_cache;
    CLEANUP(buf_release) struct buf scope = {0};

    digest_sha256_hex(buf_str(&check->request->body), body_hash);
    if (is_hex_hash(sent_hash) && !digest_equal(sent_hash, str_from(body_hash))) {
        say(check, STR("the body's SHA-256 is "), str_from(body_hash));
        return SIGV4_VERIFY_BODY_HASH;
    }
    const enum sigv4_verify_outcome outcome = make_stages(check, body_hash);
    if (outcome) return outcome;
    buf_add_format(
        &scope, STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(claim->date), STR_ARG(claim->region),
        STR_ARG(claim->service));
    digest_hmac_key_sign(
        sigv4_key_cache_get(cache, check->key.secret_access_key, buf_str(&scope)),
        buf_str(&check->result->string_to_sign), mac);
    sigv4_key_cache_release(&own_cache);
    digest_hex(mac, signature);
    return digest_equal(claim->signature, str_from(signature)) ? SIGV4_VERIFY_ACCEPTED
                                                               : SIGV4_VERIFY_SIGNATURE;
}

bool sigv4_verify(
    const struct request *request,
    const struct sigv4_verify_policy *policy,
    struct sigv4_verify_result *out) {
    static check_fn *const checks[] = {
        check_claim, check_date, check_headers, check_time, check_scope, check_key, check_signature,
    };
    sigv4_verify_result_release(out);
    out->now_s = policy->now_s;
    out->skew_s = policy->skew_s ? policy->skew_s : DEFAULT_SKEW_S;
    struct check check = {.request = request, .policy = policy, .result = out};
    for (size_t i = 0; i < ARRAY_COUNT(checks) && out->outcome == SIGV4_VERIFY_ACCEPTED; i++) {
        out->outcome = checks[i](&check);
    }
    return out->outcome == SIGV4_VERIFY_ACCEPTED;
}

// Codes by protocol family; the texts of skew and scope are made below.
static const struct refusal {
    const char *json_code, *query_code, *text;
    int query_status;
} refusals[] = {
    [SIGV4_VERIFY_NO_AUTHENTICATION] =
        {.json_code = "MissingAuthenticationTokenException",
         .query_code = "MissingAuthenticationToken",
         .text = "Missing Authentication Token",
         .query_status = 403},
    [SIGV4_VERIFY_INCOMPLETE] =
        {.json_code = "IncompleteSignatureException",
         .query_code = "IncompleteSignature",
         .query_status = 400},
    [SIGV4_VERIFY_AMBIGUOUS] =
        {.json_code = "InvalidSignatureException",
         .query_code = "SignatureDoesNotMatch",
         .query_status = 403},
    [SIGV4_VERIFY_UNSIGNED_HEADER] =
        {.json_code = "InvalidSignatureException",
         .query_code = "SignatureDoesNotMatch",
         .query_status = 403},
    [SIGV4_VERIFY_TOO_OLD] =
        {.json_code = "InvalidSignatureException",
         .query_code = "SignatureDoesNotMatch",
         .query_status = 403},
    [SIGV4_VERIFY_TOO_NEW] =
        {.json_code = "InvalidSignatureException",
         .query_code = "SignatureDoesNotMatch",
         .query_status = 403},
    [SIGV4_VERIFY_WRONG_REGION] =
        {.json_code = "InvalidSignatureException",
         .query_code = "SignatureDoesNotMatch",
         .query_status = 403},
    [SIGV4_VERIFY_WRONG_SERVICE] =
        {.json_code = "InvalidSignatureException",
         .query_code = "SignatureDoesNotMatch",
         .query_status = 403},
    [SIGV4_VERIFY_WRONG_TERMINATOR] =
        {.json_code = "InvalidSignatureException",
         .query_code = "SignatureDoesNotMatch",
         .query_status = 403},
    [SIGV4_VERIFY_WRONG_DATE] =
        {.json_code = "InvalidSignatureException",
         .query_code = "SignatureDoesNotMatch",
         .query_status = 403},
    [SIGV4_VERIFY_UNKNOWN_KEY] =
        {.json_code = "UnrecognizedClientException",
         .query_code = "InvalidClientTokenId",
         .text = "The security token included in the request is invalid",
         .query_status = 403},
    [SIGV4_VERIFY_TOKEN_INVALID] =
        {.json_code = "UnrecognizedClientException",
         .query_code = "InvalidClientTokenId",
         .text = "The security token included in the request is invalid",
         .query_status = 403},
    [SIGV4_VERIFY_TOKEN_EXPIRED] =
        {.json_code = "ExpiredTokenException",
         .query_code = "ExpiredToken",
         .text = "The security token included in the request is expired",
         .query_status = 403},
    [SIGV4_VERIFY_BODY_HASH] =
        {.json_code = "InvalidSignatureException",
         .query_code = "SignatureDoesNotMatch",
         .text = "The value passed in as x-amz-content-sha256 does not match the payload's hash.",
         .query_status = 403},
    [SIGV4_VERIFY_SIGNATURE] =
        {.json_code = "InvalidSignatureException",
         .query_code = "SignatureDoesNotMatch",
         .text =
             "The request signature we calculated does not match the signature you provided. Check "
             "your AWS Secret Access Key and signing method. Consult the service documentation for "
             "details.",
         .query_status = 403},
};
_Static_assert(ARRAY_COUNT(refusals) == SIGV4_VERIFY_OUTCOME_COUNT, "every outcome has its reply");

static void add_skew_text(const struct sigv4_verify_result *result, struct buf *out) {
    const struct sigv4_verify_claim *claim = &result->claim;
    const bool is_old = result->outcome == SIGV4_VERIFY_TOO_OLD;
    const int64_t window_s = is_old && claim->expires_s ? claim->expires_s : result->skew_s;
    buf_add(out, is_old ? STR("Signature expired: ") : STR("Signature not yet current: "));
    buf_add(out, claim->timestamp);
    buf_add(out, is_old ? STR(" is now earlier than ") : STR(" is still later than "));
    clock_add_compact(out, is_old ? result->now_s - window_s : result->now_s + window_s);
    buf_add(out, STR(" ("));
    clock_add_compact(out, result->now_s);
    buf_add_format(
        out, " %c %lld %s.)", is_old ? '-' : '+',
        (long long)(window_s % 60 ? window_s : window_s / 60), window_s % 60 ? "sec" : "min");
}

// Everything that is wrong with the scope, in one go, as the services tell it.
static void add_scope_text(
    const struct sigv4_verify_result *result,
    const struct sigv4_verify_policy *policy,
    struct buf *out) {
    const struct sigv4_verify_claim *claim = &result->claim;
    const struct str date = str_slice(claim->timestamp, 0, 8);
    const bool is_region_wrong = result->outcome == SIGV4_VERIFY_WRONG_REGION ||
                                 (policy->region.len && !str_equal(policy->region, claim->region));
    if (is_region_wrong) {
        buf_add(out, STR("Credential should be scoped to a valid region, not '"));
        buf_add_printable(out, claim->region);
        buf_add(out, STR("'. "));
    }
    if (policy->service.len && !str_equal(policy->service, claim->service))
        buf_add_format(
            out, "Credential should be scoped to correct service: '" STR_FMT "'. ",
            STR_ARG(policy->service));
    if (!str_equal(claim->terminator, STR(SIGV4_TERMINATOR))) {
        buf_add(
            out, STR("Credential should be scoped with a valid terminator: '" SIGV4_TERMINATOR
                     "', not '"));
        buf_add_printable(out, claim->terminator);
        buf_add(out, STR("'. "));
    }
    if (str_equal(claim->date, date)) return;
    buf_add(
        out, STR("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
                 "from HTTP: '"));
    buf_add_printable(out, claim->date);
    buf_add_format(
        out, "' != '" STR_FMT "', from '" STR_FMT "'.", STR_ARG(date), STR_ARG(claim->timestamp));
}

static void add_unsigned_text(const struct sigv4_verify_result *result, struct buf *out) {
    const struct str prefix = STR("not signed: "), detail = str_from(result->detail);
    if (!is_listed(result->claim.signed_headers, STR("host"))) {
        buf_add(
            out, STR("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."));
    } else if (str_starts_with(detail, prefix)) {
        buf_add_char(out, '\'');
        buf_add(out, str_skip(detail, prefix.len));
        buf_add(out, STR("' must be a 'SignedHeader' in the AWS Authorization."));
    } else { // signed, but did not arrive: to the service an empty one, hence another signature
        buf_add(out, str_from(refusals[SIGV4_VERIFY_SIGNATURE].text));
    }
}

static void add_text(
    const struct sigv4_verify_result *result,
    enum operation_protocol protocol,
    const struct sigv4_verify_policy *policy,
    struct buf *out) {
    switch (result->outcome) {
    case SIGV4_VERIFY_TOO_OLD:
    case SIGV4_VERIFY_TOO_NEW: add_skew_text(result, out); return;
    case SIGV4_VERIFY_WRONG_REGION:
    case SIGV4_VERIFY_WRONG_SERVICE:
    case SIGV4_VERIFY_WRONG_TERMINATOR:
    case SIGV4_VERIFY_WRONG_DATE: add_scope_text(result, policy, out); return;
    case SIGV4_VERIFY_UNSIGNED_HEADER: add_unsigned_text(result, out); return;
    case SIGV4_VERIFY_AMBIGUOUS:
    case SIGV4_VERIFY_INCOMPLETE: buf_add(out, str_from(result->detail)); return;
    case SIGV4_VERIFY_NO_AUTHENTICATION:
        if (protocol != OPERATION_REST_JSON) buf_add(out, STR("Request is missing "));
        buf_add(
            out, protocol != OPERATION_REST_JSON ? STR("Authentication Token")
                                                 : str_from(refusals[result->outcome].text));
        return;
    case SIGV4_VERIFY_ACCEPTED:
    case SIGV4_VERIFY_UNKNOWN_KEY:
    case SIGV4_VERIFY_TOKEN_INVALID:
    case SIGV4_VERIFY_TOKEN_EXPIRED:
    case SIGV4_VERIFY_BODY_HASH:
    case SIGV4_VERIFY_SIGNATURE:
    case SIGV4_VERIFY_OUTCOME_COUNT: break;
    }
    buf_add(out, str_from(refusals[result->outcome].text));
}

void sigv4_verify_to_aws_error(
    const struct sigv4_verify_result *result,
    enum operation_protocol protocol,
    const struct sigv4_verify_policy *policy,
    struct aws_error *out) {
    CLEANUP(buf_release) struct buf text = {0};
    ASSERT(result->outcome != SIGV4_VERIFY_ACCEPTED);
    const struct refusal *refusal = &refusals[result->outcome];
    add_text(result, protocol, policy, &text);
    int status = 403;
    if (protocol == OPERATION_JSON11) status = 400;
    if (protocol == OPERATION_QUERY) status = refusal->query_status;
    aws_error_set(
        out, status,
        str_from(protocol == OPERATION_QUERY ? refusal->query_code : refusal->json_code),
        buf_str(&text));
}
