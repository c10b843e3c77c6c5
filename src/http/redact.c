// redact — see the header.
//
// Every rule is a row: which header, which query parameter, which member of a body. A value that is
// not known to be harmless by its name is shown; hence the rows, and hence the test that sends every
// secret of the program through here.
#include "http/redact.h"

#include "base/json.h"
#include "base/secret.h"
#include "http/base64.h"
#include "http/url.h"

static const char *const secret_headers[] = {
    "Proxy-Authorization", "X-Amz-Security-Token",     "Cookie", "Set-Cookie",
    "X-Api-Key",           "X-aws-ec2-metadata-token",
};

// Query parameters, form fields, JSON members and XML elements alike; case does not count.
static const char *const secret_names[] = {
    "writeKey",
    "write_key",
    "write_keys",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "Signature",
    "SecretAccessKey",
    "SessionToken",
    "Token",
    "TokenCode",
    "WebIdentityToken",
    "ExternalId",
    "external_id",
    "access_token",
    "client_assertion",
    "password",
    "secret",
    "api_key",
    "apiKey",
    "profile_api_token",
    "secret_access_key",
    "session_token",
    "connections_source_write_key",
    "connections_source_api_key",
    "personas_api_key",
    "personas_write_key",
    "website_write_key",
    "android_write_key",
    "ios_write_key",
    "email_write_key",
};

static bool is_listed(struct str name, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (str_equal_nocase(name, str_from(list[i]))) return true;
    return false;
}

static bool is_secret_name(struct str name) {
    return is_listed(name, secret_names, ARRAY_COUNT(secret_names));
}

// Line by line, for buf_add_printable would escape the line breaks as well.
static void add_lines(struct buf *out, struct str text) {
    while (text.len) {
        const size_t at = str_find_char(text, '\n');
        const struct str line = str_slice(text, 0, at);
        const bool has_return = str_ends_with(line, STR("\r"));
        buf_add_printable(out, str_slice(line, 0, line.len - has_return));
        if (at < text.len) buf_add_char(out, '\n');
        text = str_skip(text, at + 1);
    }
}

// "AWS4-HMAC-SHA256 Credential=AKID…/20240501/…, SignedHeaders=…, Signature=…": the key id is shown by
// its last four, scope and headers whole (they explain most refusals), the signature not at all.
static void add_aws_authorization(struct buf *out, struct str value) {
    struct str left = value;
    while (left.len) {
        struct str piece, rest, name, text, scope;
        (void)str_split(left, ',', &piece, &rest);
        if (out->len && left.ptr != value.ptr) buf_add(out, STR(","));
        left = rest;
        if (!str_split(piece, '=', &name, &text)) {
            buf_add_printable(out, piece);
            continue;
        }
        buf_add_printable(out, name);
        buf_add_char(out, '=');
        if (str_ends_with(name, STR("SignedHeaders"))) {
            buf_add_printable(out, text);
        } else if (str_ends_with(name, STR("Credential"))) {
            struct str key_id;
            const bool has_scope = str_split(text, '/', &key_id, &scope);
            secret_add_masked_text(out, key_id);
            if (has_scope) buf_add_char(out, '/');
            if (has_scope) buf_add_printable(out, scope);
        } else {
            buf_add(out, STR("••••"));
        }
    }
}

// "Basic base64(user:password)": both are secrets here (write key, token).
static void add_basic(struct buf *out, struct str encoded) {
    CLEANUP(buf_release) struct buf plain = {0};
    struct error ignored = {0};
    buf_add(out, STR("Basic "));
    if (!base64_decode(&plain, str_trim(encoded), &ignored)) {
        buf_add(out, STR("••••"));
        return;
    }
    struct str user, password;
    const bool has_colon = str_split(buf_str(&plain), ':', &user, &password);
    secret_add_masked_text(out, user);
    if (has_colon) buf_add_char(out, ':');
    secret_add_masked_text(out, password);
}

static void add_authorization(struct buf *out, struct str value) {
    struct str scheme, rest;
    (void)str_split(value, ' ', &scheme, &rest);
    if (str_starts_with(scheme, STR("AWS4-HMAC-SHA256"))) {
        add_aws_authorization(out, value);
    } else if (str_equal_nocase(scheme, STR("Basic"))) {
        add_basic(out, rest);
    } else if (rest.len) {
        buf_add_printable(out, scheme);
        buf_add_char(out, ' ');
        secret_add_masked_text(out, str_trim(rest));
    } else {
        secret_add_masked_text(out, value);
    }
}

void redact_add_header_value(struct buf *out, struct str name, struct str value) {
    if (str_equal_nocase(name, STR("Authorization")))
        add_authorization(out, value);
    else if (is_listed(name, secret_headers, ARRAY_COUNT(secret_headers)))
        secret_add_masked_text(out, value);
    else
        buf_add_printable(out, value);
}

// A query string or form body; pairs stay encoded, so nothing can hide behind an escape but the name.
static void add_pairs(struct buf *out, struct str pairs) {
    struct url_pair pair;
    bool is_first = true;
    while (url_next_pair(&pairs, &pair)) {
        CLEANUP(buf_release) struct buf name = {0};
        struct error ignored = {0};
        if (!is_first) buf_add_char(out, '&');
        is_first = false;
        buf_add_printable(out, pair.name);
        if (pair.has_value) buf_add_char(out, '=');
        const bool is_readable = url_decode_form(&name, pair.name, &ignored);
        if (!is_readable || is_secret_name(buf_str(&name)))
            secret_add_masked_text(out, pair.value);
        else
            buf_add_printable(out, pair.value);
    }
}

void redact_add_url(struct buf *out, struct str url) {
    const size_t at = str_find_char(url, '?');
    buf_add_printable(out, str_slice(url, 0, at));
    if (at >= url.len) return;
    buf_add_char(out, '?');
    add_pairs(out, str_skip(url, at + 1));
}

// Copies members, masking whatever stands under a secret name, at any depth ("write_keys" holds a key
// for each source). Iteration by recursion is bounded by JSON_MAX_DEPTH.
static void
add_masked_members(struct json_node *made, const struct json_node *from, bool is_secret) {
    const bool is_object = json_kind(from) == JSON_OBJECT;
    for (const struct json_node *at = json_first(from); at; at = json_next(at)) {
        const char *key = is_object ? json_key(at).ptr : NULL;
        const bool hides = is_secret || (is_object && is_secret_name(json_key(at)));
        const enum json_kind kind = json_kind(at);
        if (kind == JSON_OBJECT) {
            add_masked_members(json_add_object(made, key), at, hides);
        } else if (kind == JSON_ARRAY) {
            add_masked_members(json_add_array(made, key), at, hides);
        } else if (hides && kind != JSON_NULL) {
            CLEANUP(buf_release) struct buf masked = {0};
            secret_add_masked_text(&masked, json_text(at));
            json_add_text(made, key, masked.len ? buf_str(&masked) : STR("••••"));
        } else {
            json_add_copy(made, key, at);
        }
    }
}

static bool mask_json(struct json *masked, const struct json_node *from) {
    const enum json_kind kind = json_kind(from);
    if (kind != JSON_OBJECT && kind != JSON_ARRAY) return false;
    add_masked_members(
        kind == JSON_OBJECT ? json_new_object(masked) : json_new_array(masked), from, false);
    return true;
}

void redact_add_json(struct buf *out, const struct json_node *node) {
    CLEANUP(json_release) struct json masked = {0};
    json_print(mask_json(&masked, node) ? masked.root : node, out);
}

// Raw tabs are the printer's own: those inside of texts are escaped. As spaces they can be shown.
static void add_indented(struct buf *out, struct str json) {
    buf_reserve(out, json.len + json.len / 4);
    for (size_t i = 0; i < json.len; i++) {
        if (json.ptr[i] != '\t')
            buf_add_char(out, json.ptr[i]);
        else
            buf_add(out, i && json.ptr[i - 1] == ':' ? STR(" ") : STR("  "));
    }
}

static bool add_json(struct buf *out, struct str body) {
    CLEANUP(buf_release) struct buf shown = {0};
    CLEANUP(json_release) struct json parsed = {0};
    CLEANUP(json_release) struct json masked = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct error ignored = {0};
    if (!json_parse(body, &parsed, &ignored)) return false;
    if (!mask_json(&masked, parsed.root)) return false;
    json_print_pretty(masked.root, &text);
    add_indented(&shown, buf_str(&text));
    add_lines(out, str_slice(buf_str(&shown), 0, REDACT_BODY_BYTES));
    return true;
}

// "<Name>value</Name>" and "Name":"value" in text that no parser took: the value up to the next '<'
// or quote is masked. Coarse on purpose; what is broken is not worth a leak.
static size_t secret_at(struct str text, size_t at, struct str *out_name) {
    for (size_t i = 0; i < ARRAY_COUNT(secret_names); i++) {
        const struct str name = str_from(secret_names[i]);
        if (!str_equal_nocase(str_slice(text, at, name.len), name)) continue;
        const struct str after = str_skip(text, at + name.len);
        if (!after.ptr || !after.len || !strchr(">\"=:'", after.ptr[0])) continue;
        *out_name = str_slice(text, at, name.len);
        return name.len;
    }
    return 0;
}

void redact_add_text(struct buf *masked, struct str text) {
    size_t at = 0;
    while (at < text.len) {
        struct str name;
        const bool is_word_start = at == 0 || !strchr("_-.", text.ptr[at - 1]);
        const size_t name_len = is_word_start ? secret_at(text, at, &name) : 0;
        if (!name_len) {
            buf_add_char(masked, text.ptr[at++]);
            continue;
        }
        buf_add(masked, name);
        at += name_len;
        while (at < text.len && strchr(">\"=: '", text.ptr[at]))
            buf_add_char(masked, text.ptr[at++]);
        const size_t from = at;
        while (at < text.len && !strchr("<\"'&,\r\n", text.ptr[at]))
            at++;
        secret_add_masked_text(masked, str_slice(text, from, at - from));
    }
}

static void add_text(struct buf *out, struct str text) {
    CLEANUP(buf_release) struct buf masked = {0};
    redact_add_text(&masked, text);
    add_lines(out, buf_str(&masked));
}

void redact_add_body(struct buf *out, struct str content_type, struct str body) {
    const struct str shown = str_slice(body, 0, REDACT_BODY_BYTES);
    const bool is_form = str_starts_with(content_type, STR("application/x-www-form-urlencoded"));
    if (is_form)
        add_pairs(out, shown);
    else if (!add_json(out, body)) // whole, or it would not parse
        add_text(out, shown);
    if (body.len > REDACT_BODY_BYTES)
        buf_add_format(out, "\n… cut: the whole body has %zu bytes", body.len);
}

static void
add_headers_and_body(struct buf *out, const struct headers *headers, const struct buf *body) {
    for (size_t i = 0; i < headers_count(headers); i++) {
        const struct headers_field *field = headers_at(headers, i);
        buf_add_printable(out, field->name);
        buf_add(out, STR(": "));
        redact_add_header_value(out, field->name, field->value);
        buf_add_char(out, '\n');
    }
    if (!body->len) return;
    buf_add_char(out, '\n');
    redact_add_body(out, headers_get(headers, STR("Content-Type")), buf_str(body));
    buf_add_char(out, '\n');
}

void redact_add_request(struct buf *out, const struct request *request) {
    buf_add_printable(out, request_method(request));
    buf_add_char(out, ' ');
    redact_add_url(out, buf_str(&request->url));
    buf_add_char(out, '\n');
    add_headers_and_body(out, &request->headers, &request->body);
}

void redact_add_response(struct buf *out, const struct response *response) {
    buf_add_format(out, "%d %s\n", response->status, response_reason(response->status));
    add_headers_and_body(out, &response->headers, &response->body);
}
