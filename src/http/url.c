// url — see the header.
#include "http/url.h"

#include "base/memory.h"

static bool refuse(struct error *err, const char *message, const char *hint) {
    error_set(err, ERROR_INVALID, "%s", message);
    return error_hint(err, "%s", hint);
}

// What every form of URL needs: printable ASCII-or-UTF-8 bytes, not too many.
static bool check_text(struct str text, struct error *err) {
    if (text.len == 0) {
        return refuse(
            err, "the address is empty", "Give one that begins with https:// or http://.");
    }
    if (text.len > URL_MAX_BYTES) {
        error_set(err, ERROR_LIMIT, "the address is longer than %zu bytes", URL_MAX_BYTES);
        return error_hint(err, "Paste the address alone.");
    }
    unsigned char is_bad = 0; // one pass without a way out: compilers take many bytes at a time
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char byte = (unsigned char)text.ptr[i];
        is_bad |= (unsigned char)((byte <= 0x20) | (byte == 0x7F));
    }
    if (is_bad) {
        return refuse(
            err, "the address holds a blank or control character",
            "Paste it again, on one line, without blanks.");
    }
    return true;
}

// path?query#fragment
static void split_target(struct str text, struct url *url) {
    struct str fragment;
    (void)str_split(text, '#', &text, &fragment);
    url->has_query = str_split(text, '?', &url->path, &url->query);
}

static bool parse_port(struct str text, struct url *url, struct error *err) {
    int64_t port = 0;
    if (text.len == 0) return true; // "host:" means the default (RFC 3986 3.2.3)
    if (!str_parse_int64(text, &port) || port < 1 || port > 65535) {
        return refuse(
            err, "the port in the address is not a number from 1 to 65535",
            "Write it like http://127.0.0.1:4599.");
    }
    url->port = (int)port;
    return true;
}

// Without a way out of the loop, as above.
static bool is_host_text(struct str host, bool is_bracketed) {
    const unsigned char letters = is_bracketed ? 'f' - 'a' : 'z' - 'a';
    const unsigned char third = is_bracketed ? ':' : '-';
    const unsigned char fourth = is_bracketed ? ':' : '_';
    unsigned char is_bad = 0;
    for (size_t i = 0; i < host.len; i++) {
        const unsigned char c = (unsigned char)host.ptr[i];
        const unsigned char letter = (unsigned char)((c | 0x20) - 'a');
        const unsigned char digit = (unsigned char)(c - '0');
        const unsigned char is_good =
            (unsigned char)((letter <= letters) | (digit <= 9) | (c == '.') | (c == third) | (c == fourth));
        is_bad |= (unsigned char)!is_good;
    }
    return !is_bad;
}

static bool check_host(const struct url *url, struct error *err) {
    if (url->host.len == 0) {
        return refuse(
            err, "the address has no host name", "Write it like https://host.example/path.");
    }
    if (is_host_text(url->host, url->is_bracketed)) return true;
    return refuse(
        err, "the host name in the address holds a character that no host name has",
        "Check the part after // for typing mistakes.");
}

static bool parse_authority(struct str authority, struct url *url, struct error *err) {
    struct str port = {0};
    if (str_find_char(authority, '@') < authority.len) {
        return refuse(
            err, "the address holds a user name or password before '@'",
            "Remove it: keys and passwords belong in the settings.");
    }
    if (str_starts_with(authority, STR("["))) {
        const size_t close = str_find_char(authority, ']');
        const struct str rest = str_skip(authority, close + 1);
        if (close == authority.len || (rest.len && rest.ptr[0] != ':')) {
            return refuse(
                err, "the IPv6 address is not closed by ']'", "Write it like http://[::1]:4599.");
        }
        url->is_bracketed = true;
        url->host = str_slice(authority, 1, close - 1);
        port = str_skip(rest, 1);
    } else {
        (void)str_split(authority, ':', &url->host, &port);
    }
    return check_host(url, err) && parse_port(port, url, err);
}

bool url_parse(struct str text, struct url *out, struct error *err) {
    struct url url = {0};
    if (!check_text(text, err)) return false;
    const size_t scheme = str_find_char(text, ':');
    if (!str_starts_with(str_skip(text, scheme), STR("://"))) {
        return refuse(
            err, "the address does not begin with https:// or http://",
            "Write the whole address, for example https://api.example.com.");
    }
    url.scheme = str_slice(text, 0, scheme);
    if (!str_equal_nocase(url.scheme, STR("https")) && !str_equal_nocase(url.scheme, STR("http"))) {
        return refuse(
            err, "the address is neither https:// nor http://", "Use an https:// address.");
    }
    url.port = url_is_https(&url) ? 443 : 80;

    const struct str rest = str_skip(text, scheme + 3);
    size_t end = 0;
    while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?' && rest.ptr[end] != '#') {
        end++;
    }
    if (!parse_authority(str_slice(rest, 0, end), &url, err)) return false;
    split_target(str_skip(rest, end), &url);
    *out = url;
    return true;
}

bool url_parse_target(struct str text, struct url *out, struct error *err) {
    if (!str_starts_with(text, STR("/"))) return url_parse(text, out, err);
    if (text.len > URL_MAX_BYTES) {
        return error_set(
            err, ERROR_LIMIT, "the request target is longer than %zu bytes", URL_MAX_BYTES);
    }
    struct url url = {0};
    split_target(text, &url);
    *out = url;
    return true;
}

void url_split_target(struct str text, struct str *path, struct str *query) {
    struct url url = {0};
    const size_t colon = str_starts_with(text, STR("/")) ? text.len : str_find_char(text, ':');
    if (str_starts_with(str_skip(text, colon), STR("://"))) {
        text = str_skip(text, colon + 3);
        const size_t slash = str_find_char(text, '/');
        const size_t mark = str_find_char(str_slice(text, 0, slash), '?');
        text = str_skip(text, mark);
    }
    split_target(text, &url);
    *path = url.path;
    *query = url.query;
}

bool url_is_https(const struct url *url) {
    return str_equal_nocase(url->scheme, STR("https"));
}

void url_add_authority(struct buf *out, const struct url *url) {
    if (url->is_bracketed) buf_add_char(out, '[');
    for (size_t i = 0; i < url->host.len; i++) {
        const char c = url->host.ptr[i];
        buf_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
    }
    if (url->is_bracketed) buf_add_char(out, ']');
    if (url->port && url->port != (url_is_https(url) ? 443 : 80)) {
        buf_add_char(out, ':');
        buf_add_int(out, url->port);
    }
}

// 127.a.b.c with four numbers: "127.0.0.1.example.com" is a name anyone may own.
static bool is_loopback_ipv4(struct str host) {
    int parts = 0;
    if (!str_starts_with(host, STR("127."))) return false;
    while (host.len) {
        struct str part;
        int64_t number;
        const bool has_more = str_split(host, '.', &part, &host);
        if (part.len > 3 || !str_parse_int64(part, &number) || number < 0 || number > 255) {
            return false;
        }
        parts++;
        if (has_more && host.len == 0) return false;
    }
    return parts == 4;
}

bool url_is_loopback(const struct url *url) {
    if (url->is_bracketed) {
        return str_equal(url->host, STR("::1")) || str_equal(url->host, STR("0:0:0:0:0:0:0:1"));
    }
    return str_equal_nocase(url->host, STR("localhost")) || is_loopback_ipv4(url->host);
}

void url_encode(struct buf *out, struct str text, enum url_slash slash) {
    static const char digits[] = "0123456789ABCDEF";
    size_t plain = 0; // start of the run that needs no escape: one append per run
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '.' || c == '_' || c == '~' || (c == '/' && slash == URL_KEEP_SLASH)) {
            continue;
        }
        buf_add(out, str_slice(text, plain, i - plain));
        const char escape[3] = {'%', digits[c >> 4], digits[c & 15]};
        buf_add(out, (struct str){.ptr = escape, .len = 3});
        plain = i + 1;
    }
    buf_add(out, str_skip(text, plain));
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool decode(struct buf *out, struct str text, bool is_form, struct error *err) {
    const size_t start = out->len;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (c != '%') {
            buf_add_char(out, c == '+' && is_form ? ' ' : c);
            continue;
        }
        const int high = i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
        const int low = i + 2 < text.len ? hex_value(text.ptr[i + 2]) : -1;
        if (high < 0 || low < 0) {
            if (!out->overflowed && out->ptr) {
                out->len = start;
                out->ptr[start] = '\0';
            }
            return refuse(
                err, "a '%' in the address does not begin an escape like %2F",
                "Write a literal percent sign as %25.");
        }
        buf_add_char(out, (char)(high << 4 | low));
        i += 2;
    }
    return true;
}

bool url_decode(struct buf *out, struct str text, struct error *err) {
    return decode(out, text, false, err);
}

bool url_decode_form(struct buf *out, struct str text, struct error *err) {
    return decode(out, text, true, err);
}

bool url_next_pair(struct str *rest, struct url_pair *out) {
    while (rest->len) {
        struct str piece;
        (void)str_split(*rest, '&', &piece, rest);
        if (piece.len == 0) continue;
        out->has_value = str_split(piece, '=', &out->name, &out->value);
        return true;
    }
    return false;
}

static bool find_pair(struct str query, struct str name, bool is_form, struct str *out_value) {
    struct buf decoded = {0};
    struct url_pair pair;
    struct error ignored;
    bool is_found = false;
    while (!is_found && url_next_pair(&query, &pair)) {
        buf_reset(&decoded);
        if (!decode(&decoded, pair.name, is_form, &ignored)) continue;
        is_found = str_equal(buf_str(&decoded), name);
        if (is_found) *out_value = pair.value;
    }
    buf_release(&decoded);
    return is_found;
}

bool url_query_get(struct str query, struct str name, bool is_form, struct buf *out) {
    struct str value;
    struct error ignored;
    return find_pair(query, name, is_form, &value) && decode(out, value, is_form, &ignored);
}

bool url_query_has(struct str query, struct str name) {
    struct str ignored;
    return find_pair(query, name, false, &ignored);
}

void url_query_add(struct buf *query, struct str name, struct str value) {
    if (query->len) buf_add_char(query, '&');
    url_encode(query, name, URL_ENCODE_SLASH);
    buf_add_char(query, '=');
    url_encode(query, value, URL_ENCODE_SLASH);
}

void url_join(struct buf *out, struct str base, struct str path) {
    while (base.len && base.ptr[base.len - 1] == '/')
        base.len--;
    buf_add(out, base);
    if (!str_starts_with(path, STR("/"))) buf_add_char(out, '/');
    buf_add(out, path);
}
