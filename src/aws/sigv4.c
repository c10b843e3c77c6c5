// sigv4 — see the header. The parts of the canonical request are made in sigv4_canonical.c.
//
// Written for speed where it costs nothing: buffers are reserved once, the prepared key is cached, so
// that signing stays near its floor of two hashes and one HMAC (tests/bench/sigv4_bench.c).
#include "aws/sigv4.h"

#include "base/attributes.h"
#include "base/clock.h"
#include "base/memory.h"
#include "http/url.h"

#define MAX_SIGNED_HEADERS 128
#define SCOPE_BYTES 160

static const struct str date_header = {.ptr = "X-Amz-Date", .len = 10};
static const struct str token_header = {.ptr = "X-Amz-Security-Token", .len = 20};
static const struct str hash_header = {.ptr = "x-amz-content-sha256", .len = 20};

// Changed or added on the way by proxies and HTTP libraries (the list of the SDKs).
static const struct str unsigned_headers[] = {
    {.ptr = "authorization", .len = 13},
    {.ptr = "connection", .len = 10},
    {.ptr = "expect", .len = 6},
    {.ptr = "keep-alive", .len = 10},
    {.ptr = "te", .len = 2},
    {.ptr = "trailer", .len = 7},
    {.ptr = "transfer-encoding", .len = 17},
    {.ptr = "upgrade", .len = 7},
    {.ptr = "user-agent", .len = 10},
    {.ptr = "x-amzn-trace-id", .len = 15},
};

bool sigv4_is_unsigned_header(struct str name) {
    for (size_t i = 0; i < ARRAY_COUNT(unsigned_headers); i++) {
        if (str_equal_nocase(name, unsigned_headers[i])) return true;
    }
    return str_equal_nocase(str_slice(name, 0, 6), STR("proxy-"));
}

void sigv4_stages_release(struct sigv4_stages *stages) {
    if (!stages) return;
    buf_release(&stages->canonical_request);
    buf_release(&stages->string_to_sign);
    buf_release(&stages->signed_headers);
    *stages = (struct sigv4_stages){0};
}

void sigv4_key_cache_release(struct sigv4_key_cache *cache) {
    if (!cache) return;
    for (size_t i = 0; i < SIGV4_CACHED_KEYS; i++) {
        secret_release(&cache->slots[i].secret);
        digest_hmac_key_release(&cache->slots[i].key);
    }
    sigv4_stages_release(&cache->stages);
    buf_release(&cache->work);
    *cache = (struct sigv4_key_cache){0};
}

void sigv4_string_to_sign(
    struct buf *out, struct str timestamp, struct str scope, struct str canonical_request) {
    char hash[DIGEST_HEX_BYTES];
    digest_sha256_hex(canonical_request, hash);
    buf_reserve(out, 256);
    buf_add(out, STR(SIGV4_ALGORITHM "\n"));
    buf_add(out, timestamp);
    buf_add_char(out, '\n');
    buf_add(out, scope);
    buf_add_char(out, '\n');
    buf_add(out, (struct str){.ptr = hash, .len = DIGEST_HEX_BYTES - 1});
}

void sigv4_derive_key(
    struct str secret,
    struct str date,
    struct str region,
    struct str service,
    struct sigv4_key *out) {
    const struct str steps[] = {date, region, service, STR(SIGV4_TERMINATOR)};
    struct buf first = {0};
    buf_reserve(&first, secret.len + 4); // one allocation, so that one wipe is enough
    buf_add(&first, STR("AWS4"));
    buf_add(&first, secret);
    struct str key = buf_str(&first);
    struct sigv4_key derived;
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        digest_hmac_sha256(key, steps[i], derived.bytes);
        key = (struct str){.ptr = (const char *)derived.bytes, .len = sizeof(derived.bytes)};
    }
    *out = derived;
    mem_wipe(&derived, sizeof(derived));
    if (first.ptr) mem_wipe(first.ptr, first.cap);
    buf_release(&first);
}

void sigv4_signature(
    const struct sigv4_key *key, struct str string_to_sign, char out[DIGEST_HEX_BYTES]) {
    uint8_t mac[DIGEST_BYTES];
    const struct str bytes = {.ptr = (const char *)key->bytes, .len = sizeof(key->bytes)};
    digest_hmac_sha256(bytes, string_to_sign, mac);
    digest_hex(mac, out);
}

static void make_slot(struct sigv4_cached_key *slot, struct str secret, struct str scope) {
    struct str date, region, service;
    struct sigv4_key key;
    (void)str_split(scope, '/', &date, &service);
    (void)str_split(service, '/', &region, &service);
    sigv4_derive_key(secret, date, region, service, &key);
    digest_hmac_key_init(
        &slot->key, (struct str){.ptr = (const char *)key.bytes, .len = sizeof(key.bytes)});
    mem_wipe(&key, sizeof(key));
    secret_set(&slot->secret, secret);
    // a scope too long to be kept is never found again, which is only slow
    const size_t kept = scope.len < sizeof(slot->scope) ? scope.len : 0;
    memcpy(slot->scope, scope.ptr, kept);
    slot->scope[kept] = '\0';
}

const struct digest_hmac_key *
sigv4_key_cache_get(struct sigv4_key_cache *cache, struct str secret, struct str scope) {
    for (size_t i = 0; i < SIGV4_CACHED_KEYS; i++) {
        const struct sigv4_cached_key *slot = &cache->slots[i];
        if (slot->scope[0] == '\0' || !str_equal(str_from(slot->scope), scope)) continue;
        if (digest_equal(secret_reveal(&slot->secret), secret)) return &slot->key;
    }
    struct sigv4_cached_key *slot = &cache->slots[cache->next];
    cache->next = (cache->next + 1) % SIGV4_CACHED_KEYS;
    make_slot(slot, secret, scope);
    return &slot->key;
}

// One signing under way: everything the stages hand to each other.
struct signing {
    struct request *request;
    const struct credentials *credentials;
    const struct sigv4_options *options;
    struct str path, query; // of the request's URL
    char timestamp[SIGV4_TIMESTAMP_BYTES];
    struct sigv4_key_cache *cache; // the caller's, or one for this call
    struct sigv4_stages *stages;   // the cache's
    struct str scope;              // date/region/service/aws4_request, in scope_text
    char scope_text[SCOPE_BYTES];
};

static struct str timestamp_of(const struct signing *signing) {
    return (struct str){.ptr = signing->timestamp, .len = SIGV4_TIMESTAMP_BYTES - 1};
}

static void put_digits(char *out, int value, size_t digits) {
    while (digits--) {
        out[digits] = (char)('0' + value % 10);
        value /= 10;
    }
}

static bool write_timestamp(int64_t now_s, char out[SIGV4_TIMESTAMP_BYTES], struct error *err) {
    const struct clock_date date = clock_date_from_s(now_s);
    if (date.year < 1970 || date.year > 9999) {
        error_set(err, ERROR_INVALID, "the clock shows the year %d", date.year);
        return error_hint(
            err, "Set this machine's clock: AWS accepts signatures of 5 minutes around now.");
    }
    memcpy(out, "00000000T000000Z", SIGV4_TIMESTAMP_BYTES);
    put_digits(out, date.year, 4);
    put_digits(out + 4, date.month, 2);
    put_digits(out + 6, date.day, 2);
    put_digits(out + 9, date.hour, 2);
    put_digits(out + 11, date.minute, 2);
    put_digits(out + 13, date.second, 2);
    return true;
}

static bool
check_credentials(const struct credentials *credentials, int64_t now_s, struct error *err) {
    if (!credentials_are_set(credentials)) {
        error_set(err, ERROR_CONFIG, "there are no AWS credentials to sign with");
        return error_hint(
            err,
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or aws_profile, or use the sandbox.");
    }
    if (credentials->expires_at_s && credentials->expires_at_s <= now_s) {
        error_set(err, ERROR_EXPIRED, "the AWS credentials have expired");
        return error_hint(
            err, "Get new temporary keys from where these came from: %s.",
            buf_text(&credentials->origin));
    }
    return true;
}

static bool ensure_host(struct request *request, struct error *err) {
    struct url url;
    if (headers_has(&request->headers, STR("Host"))) return true;
    if (!url_parse(buf_str(&request->url), &url, err)) return false;
    CLEANUP(buf_release) struct buf host = {0};
    url_add_authority(&host, &url);
    headers_add(&request->headers, STR("Host"), buf_str(&host));
    return true;
}

static bool write_scope(struct signing *signing, struct error *err) {
    const struct str parts[] = {
        str_slice(timestamp_of(signing), 0, 8),
        STR("/"),
        signing->options->region,
        STR("/"),
        signing->options->service,
        STR("/" SIGV4_TERMINATOR)};
    size_t len = 0;
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        if (parts[i].len >= sizeof(signing->scope_text) - len) {
            error_set(err, ERROR_INVALID, "the region or service name is far too long");
            return error_hint(err, "A region reads like eu-west-1.");
        }
        memcpy(signing->scope_text + len, parts[i].ptr, parts[i].len);
        len += parts[i].len;
    }
    signing->scope = (struct str){.ptr = signing->scope_text, .len = len};
    return true;
}

static bool begin(struct signing *signing, struct error *err) {
    const struct sigv4_options *options = signing->options;
    ASSERT(options->region.len > 0 && options->service.len > 0);
    if (!check_credentials(signing->credentials, options->now_s, err)) return false;
    if (!write_timestamp(options->now_s, signing->timestamp, err)) return false;
    if (!write_scope(signing, err)) return false;
    headers_remove(&signing->request->headers, STR("Authorization"));
    url_split_target(buf_str(&signing->request->url), &signing->path, &signing->query);
    return ensure_host(signing->request, err);
}

static int compare_nocase(struct str left, struct str right) {
    for (size_t i = 0; i < left.len && i < right.len; i++) {
        const int a = left.ptr[i] >= 'A' && left.ptr[i] <= 'Z' ? left.ptr[i] + 32 : left.ptr[i];
        const int b = right.ptr[i] >= 'A' && right.ptr[i] <= 'Z' ? right.ptr[i] + 32 : right.ptr[i];
        if (a != b) return a < b ? -1 : 1;
    }
    return (left.len > right.len) - (left.len < right.len);
}

// Lower-case names, sorted, each once, joined by ';'.
static bool list_signed_headers(struct signing *signing, struct error *err) {
    const struct headers *headers = &signing->request->headers;
    struct buf *out = &signing->stages->signed_headers;
    struct str names[MAX_SIGNED_HEADERS];
    size_t count = 0;
    for (size_t i = 0; i < headers->count; i++) {
        const struct str name = headers->fields[i].name;
        if (sigv4_is_unsigned_header(name)) continue;
        if (signing->options->leave_token_unsigned && str_equal_nocase(name, token_header))
            continue;
        size_t at = count;
        int order = 1;
        while (at > 0 && (order = compare_nocase(names[at - 1], name)) > 0)
            at--;
        if (at > 0 && order == 0) continue;
        if (count == MAX_SIGNED_HEADERS) {
            return error_set(err, ERROR_LIMIT, "more than %d headers to sign", MAX_SIGNED_HEADERS);
        }
        memmove(names + at + 1, names + at, (count - at) * sizeof(names[0]));
        names[at] = name;
        count++;
    }
    buf_reserve(out, 128);
    for (size_t i = 0; i < count; i++) {
        if (i) buf_add_char(out, ';');
        const size_t start = out->len;
        buf_add(out, names[i]);
        for (size_t k = start; k < out->len; k++) {
            if (out->ptr[k] >= 'A' && out->ptr[k] <= 'Z') out->ptr[k] = (char)(out->ptr[k] + 32);
        }
    }
    return true;
}

static void choose_payload_hash(struct signing *signing, bool is_header_form) {
    struct sigv4_stages *stages = signing->stages;
    const struct str given = headers_get(&signing->request->headers, hash_header);
    digest_sha256_hex(buf_str(&signing->request->body), stages->payload_hash);
    if (signing->options->add_body_hash && is_header_form) {
        headers_set(&signing->request->headers, hash_header, str_from(stages->payload_hash));
    } else if (given.len > 0 && given.len < DIGEST_HEX_BYTES) {
        memcpy(stages->payload_hash, given.ptr, given.len); // UNSIGNED-PAYLOAD is shorter
        stages->payload_hash[given.len] = '\0';
    }
}

static bool make_canonical_request(struct signing *signing, struct str query, struct error *err) {
    struct sigv4_stages *stages = signing->stages;
    struct buf *out = &stages->canonical_request;
    buf_reserve(out, 1024);
    buf_add(out, request_method(signing->request));
    buf_add_char(out, '\n');
    sigv4_canonical_path(out, signing->path, !signing->options->keep_path);
    buf_add_char(out, '\n');
    if (!sigv4_canonical_query(out, query, (struct str){0}, err)) return false;
    buf_add_char(out, '\n');
    sigv4_canonical_headers(out, &signing->request->headers, buf_str(&stages->signed_headers));
    buf_add_char(out, '\n');
    buf_add(out, buf_str(&stages->signed_headers));
    buf_add_char(out, '\n');
    buf_add(out, str_from(stages->payload_hash));
    struct str ignored;
    return buf_finish(out, &ignored, err);
}

static void sign(struct signing *signing) {
    struct sigv4_stages *stages = signing->stages;
    uint8_t mac[DIGEST_BYTES];
    const size_t key_scope_bytes = signing->scope.len - strlen("/" SIGV4_TERMINATOR);
    sigv4_string_to_sign(
        &stages->string_to_sign, timestamp_of(signing), signing->scope,
        buf_str(&stages->canonical_request));
    digest_hmac_key_sign(
        sigv4_key_cache_get(
            signing->cache, secret_reveal(&signing->credentials->secret_access_key),
            str_slice(signing->scope, 0, key_scope_bytes)),
        buf_str(&stages->string_to_sign), mac);
    digest_hex(mac, stages->signature);
}

static void add_authorization(struct signing *signing) {
    struct buf *value = &signing->cache->work;
    buf_reserve(value, 320);
    buf_add(value, STR(SIGV4_ALGORITHM " Credential="));
    buf_add(value, buf_str(&signing->credentials->access_key_id));
    buf_add_char(value, '/');
    buf_add(value, signing->scope);
    buf_add(value, STR(", SignedHeaders="));
    buf_add(value, buf_str(&signing->stages->signed_headers));
    buf_add(value, STR(", Signature="));
    buf_add(value, str_from(signing->stages->signature));
    headers_add(&signing->request->headers, STR("Authorization"), buf_str(value));
}

static bool sign_header_form(struct signing *signing, struct error *err) {
    struct headers *headers = &signing->request->headers;
    const struct str token = secret_reveal(&signing->credentials->session_token);
    if (!begin(signing, err)) return false;
    headers_remove(headers, token_header);
    if (token.len) headers_add(headers, token_header, token);
    headers_set(headers, date_header, timestamp_of(signing));
    choose_payload_hash(signing, true);
    if (!list_signed_headers(signing, err)) return false;
    if (!make_canonical_request(signing, signing->query, err)) return false;
    sign(signing);
    add_authorization(signing);
    return true;
}

static bool is_signing_parameter(struct str name) {
    static const char *const names[] = {
        "X-Amz-Algorithm",     "X-Amz-Credential", "X-Amz-Date",           "X-Amz-Expires",
        "X-Amz-SignedHeaders", "X-Amz-Signature",  "X-Amz-Security-Token",
    };
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (str_equal(name, str_from(names[i]))) return true;
    }
    return false;
}

// The query of the request without what an earlier signing added.
static void add_own_query(struct buf *out, struct str query) {
    struct url_pair pair;
    while (url_next_pair(&query, &pair)) {
        if (is_signing_parameter(pair.name)) continue;
        if (out->len) buf_add_char(out, '&');
        buf_add(out, pair.name);
        if (!pair.has_value) continue;
        buf_add_char(out, '=');
        buf_add(out, pair.value);
    }
}

static void add_signing_parameters(const struct signing *signing, struct buf *query) {
    CLEANUP(buf_release) struct buf text = {0};
    url_query_add(query, STR("X-Amz-Algorithm"), STR(SIGV4_ALGORITHM));
    buf_add(&text, buf_str(&signing->credentials->access_key_id));
    buf_add_char(&text, '/');
    buf_add(&text, signing->scope);
    url_query_add(query, STR("X-Amz-Credential"), buf_str(&text));
    url_query_add(query, date_header, timestamp_of(signing));
    url_query_add(query, STR("X-Amz-SignedHeaders"), buf_str(&signing->stages->signed_headers));
    buf_reset(&text);
    buf_add_int(&text, signing->options->expires_s);
    url_query_add(query, STR("X-Amz-Expires"), buf_str(&text));
}

static void set_query(struct signing *signing, const struct buf *query) {
    CLEANUP(buf_release) struct buf url = {0};
    const struct str old = buf_str(&signing->request->url);
    buf_add(
        &url, str_slice(old, 0, str_find_char(str_slice(old, 0, str_find_char(old, '#')), '?')));
    buf_add_char(&url, '?');
    buf_add(&url, buf_str(query));
    request_set_url(signing->request, buf_str(&url));
}

static bool sign_query_form(struct signing *signing, struct error *err) {
    CLEANUP(buf_release) struct buf query = {0};
    const struct str token = secret_reveal(&signing->credentials->session_token);
    const bool is_late = signing->options->leave_token_unsigned;
    const int64_t expires_s = signing->options->expires_s;
    if (expires_s < 1 || expires_s > SIGV4_MAX_EXPIRES_S) {
        error_set(
            err, ERROR_INVALID, "a signed address cannot be good for %lld s", (long long)expires_s);
        return error_hint(err, "Choose 1 to %d seconds.", SIGV4_MAX_EXPIRES_S);
    }
    if (!begin(signing, err)) return false;
    choose_payload_hash(signing, false);
    if (!list_signed_headers(signing, err)) {
        return false;
    }
    add_own_query(&query, signing->query);
    add_signing_parameters(signing, &query);
    if (token.len && !is_late) url_query_add(&query, token_header, token);
    if (!make_canonical_request(signing, buf_str(&query), err)) return false;
    sign(signing);
    if (token.len && is_late) url_query_add(&query, token_header, token);
    url_query_add(&query, STR("X-Amz-Signature"), str_from(signing->stages->signature));
    set_query(signing, &query);
    return true;
}

typedef bool form_fn(struct signing *signing, struct error *err);

static void copy_stages(const struct sigv4_stages *from, struct sigv4_stages *to) {
    sigv4_stages_release(to);
    buf_add(&to->canonical_request, buf_str(&from->canonical_request));
    buf_add(&to->string_to_sign, buf_str(&from->string_to_sign));
    buf_add(&to->signed_headers, buf_str(&from->signed_headers));
    memcpy(to->payload_hash, from->payload_hash, sizeof(to->payload_hash));
    memcpy(to->signature, from->signature, sizeof(to->signature));
}

static bool
run(form_fn *form,
    struct request *request,
    const struct credentials *credentials,
    const struct sigv4_options *options,
    struct sigv4_stages *stages,
    struct error *err) {
    struct sigv4_key_cache own_cache;
    if (!options->cache) own_cache = (struct sigv4_key_cache){0};
    struct signing signing = {
        .request = request,
        .credentials = credentials,
        .options = options,
        .cache = options->cache ? options->cache : &own_cache,
    };
    signing.stages = &signing.cache->stages;
    buf_reset(&signing.stages->canonical_request);
    buf_reset(&signing.stages->string_to_sign);
    buf_reset(&signing.stages->signed_headers);
    buf_reset(&signing.cache->work);
    const bool is_ok = form(&signing, err);
    if (is_ok && stages) copy_stages(signing.stages, stages);
    if (!options->cache) sigv4_key_cache_release(&own_cache);
    return is_ok;
}

bool sigv4_sign_request(
    struct request *request,
    const struct credentials *credentials,
    const struct sigv4_options *options,
    struct sigv4_stages *stages,
    struct error *err) {
    return run(sign_header_form, request, credentials, options, stages, err);
}

bool sigv4_presign_request(
    struct request *request,
    const struct credentials *credentials,
    const struct sigv4_options *options,
    struct sigv4_stages *stages,
    struct error *err) {
    return run(sign_query_form, request, credentials, options, stages, err);
}
