// oauth — see the header.
#include "segment/oauth.h"

#include "base/digest.h"
#include "base/json.h"
#include "http/base64.h"
#include "http/url.h"

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define SCOPE "tracking_api:write"
#define SIGNATURE_MIN_BYTES 256 // RS256 wants keys of 2048 bits or more
#define SIGNATURE_MAX_BYTES 2048

static const struct {
    const char *name;
    int status;
} refusals[] = {
#define X(code, text, number) [code] = {.name = (text), .status = (number)},
    OAUTH_REFUSALS(X)
#undef X
};

int oauth_refusal_status(enum oauth_refusal refusal) {
    return refusals[refusal].status;
}

static bool has_field(struct str form, const char *name, struct str wanted) {
    CLEANUP(buf_release) struct buf value = {0};
    return url_query_get(form, str_from(name), true, &value) && str_equal(buf_str(&value), wanted);
}

// Scopes are words between blanks.
static bool has_scope(struct str form) {
    CLEANUP(buf_release) struct buf scopes = {0};
    if (!url_query_get(form, STR("scope"), true, &scopes)) return false;
    struct str rest = buf_str(&scopes);
    while (rest.len) {
        struct str scope;
        str_split(rest, ' ', &scope, &rest);
        if (str_equal(scope, STR(SCOPE))) return true;
    }
    return false;
}

static bool read_part(struct str text, struct json *out, struct error *err) {
    CLEANUP(buf_release) struct buf bytes = {0};
    return base64_decode_url(&bytes, text, err) && json_parse(buf_str(&bytes), out, err);
}

static bool check_header(const struct json_node *header, struct error *err) {
    if (!str_equal(json_get_text(header, "alg"), STR("RS256"))) {
        return error_set(err, ERROR_INVALID, "the assertion must be signed with RS256");
    }
    if (json_get_text(header, "kid").len == 0) {
        return error_set(err, ERROR_INVALID, "the assertion's header names no key (kid)");
    }
    const struct str type = json_get_text(header, "typ");
    if (type.len && !str_equal_nocase(type, STR("JWT"))) {
        return error_set(err, ERROR_INVALID, "the assertion's typ is not JWT");
    }
    return true;
}

static bool check_claims(const struct json_node *claims, int64_t now_s, struct error *err) {
    static const char *const needed[] = {"sub", "aud", "jti"};
    for (size_t i = 0; i < ARRAY_COUNT(needed); i++) {
        if (json_get_text(claims, needed[i]).len) continue;
        return error_set(err, ERROR_INVALID, "the assertion has no \"%s\"", needed[i]);
    }
    int64_t expires_s = 0;
    if (!json_integer(json_get(claims, "exp"), &expires_s)) {
        return error_set(err, ERROR_INVALID, "the assertion has no \"exp\"");
    }
    if (expires_s + OAUTH_SKEW_S <= now_s) {
        return error_set(err, ERROR_EXPIRED, "the assertion has expired");
    }
    if (expires_s > now_s + OAUTH_ASSERTION_LIFE_S + OAUTH_SKEW_S) {
        return error_set(err, ERROR_INVALID, "the assertion may be good for a minute at most");
    }
    return true;
}

static bool check_signature(struct str text, struct error *err) {
    CLEANUP(buf_release) struct buf signature = {0};
    if (!base64_decode_url(&signature, text, err)) return false;
    if (signature.len >= SIGNATURE_MIN_BYTES && signature.len <= SIGNATURE_MAX_BYTES) return true;
    return error_set(err, ERROR_INVALID, "the assertion's signature has not the length of RS256");
}

static bool check_assertion(struct str form, int64_t now_s, struct error *err) {
    CLEANUP(buf_release) struct buf assertion = {0};
    CLEANUP(json_release) struct json header = {0};
    CLEANUP(json_release) struct json claims = {0};
    struct str first, second, third;
    if (!url_query_get(form, STR("client_assertion"), true, &assertion)) {
        return error_set(err, ERROR_INVALID, "there is no client_assertion");
    }
    str_split(buf_str(&assertion), '.', &first, &second);
    str_split(second, '.', &second, &third);
    if (!read_part(first, &header, err) || !read_part(second, &claims, err)) {
        return error_set(err, ERROR_INVALID, "the client_assertion is no JWT");
    }
    return check_header(header.root, err) && check_claims(claims.root, now_s, err) &&
           check_signature(third, err);
}

enum oauth_refusal oauth_judge(struct str form, int64_t now_s, struct error *err) {
    if (!url_query_has(form, STR("grant_type"))) {
        (void)error_set(err, ERROR_INVALID, "there is no grant_type");
        return OAUTH_INVALID_REQUEST;
    }
    if (!has_field(form, "grant_type", STR("client_credentials"))) {
        (void)error_set(err, ERROR_INVALID, "the grant_type must be client_credentials");
        return OAUTH_UNSUPPORTED_GRANT_TYPE;
    }
    if (!has_field(form, "client_assertion_type", STR(ASSERTION_TYPE))) {
        (void)error_set(err, ERROR_INVALID, "the client_assertion_type must be " ASSERTION_TYPE);
        return OAUTH_INVALID_REQUEST;
    }
    if (!has_scope(form)) {
        (void)error_set(err, ERROR_INVALID, "the scope must hold " SCOPE);
        return OAUTH_INVALID_SCOPE;
    }
    return check_assertion(form, now_s, err) ? OAUTH_GRANTED : OAUTH_INVALID_CLIENT;
}

// ---- tokens: END.MAC, the end in decimal seconds ----

static void add_mac(struct buf *out, struct str end, struct str secret) {
    CLEANUP(buf_release) struct buf text = {0};
    uint8_t mac[DIGEST_BYTES];
    buf_add(&text, STR("tracking token until "));
    buf_add(&text, end);
    digest_hmac_sha256(secret, buf_str(&text), mac);
    base64_encode_url(out, (struct str){.ptr = (const char *)mac, .len = sizeof(mac)});
}

void oauth_add_token(struct buf *out, struct str secret, int64_t expires_s) {
    CLEANUP(buf_release) struct buf end = {0};
    buf_add_int(&end, expires_s);
    buf_add(out, buf_str(&end));
    buf_add_char(out, '.');
    add_mac(out, buf_str(&end), secret);
}

bool oauth_is_good(struct str token, struct str secret, int64_t now_s) {
    CLEANUP(buf_release) struct buf mac = {0};
    struct str end, given;
    int64_t expires_s = 0;
    if (!str_split(token, '.', &end, &given) || !str_parse_int64(end, &expires_s)) return false;
    add_mac(&mac, end, secret);
    return digest_equal(buf_str(&mac), given) && now_s < expires_s;
}

void oauth_reply_token(struct buf *out, struct str token) {
    CLEANUP(json_release) struct json document = {0};
    struct json_node *root = json_new_object(&document);
    json_add_text(root, "access_token", token);
    json_add_integer(root, "expires_in", OAUTH_TOKEN_LIFE_S);
    json_add_text(root, "scope", STR(SCOPE));
    json_add_text(root, "token_type", STR("Bearer"));
    json_print(root, out);
}

void oauth_reply_refusal(struct buf *out, enum oauth_refusal refusal, struct str description) {
    CLEANUP(json_release) struct json document = {0};
    struct json_node *root = json_new_object(&document);
    json_add_text(root, "error", str_from(refusals[refusal].name));
    json_add_text(root, "error_description", description);
    json_print(root, out);
}
