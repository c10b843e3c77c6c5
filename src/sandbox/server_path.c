// server_path — see the header.
#include "server_path.h"

static int hex_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

static bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

bool server_path_is_unusual(struct str path) {
    if (!path.len || path.ptr[0] != '/') return true;
    for (size_t i = 0; i < path.len; i++) {
        if (path.ptr[i] == '%') return true;
        if (path.ptr[i] == '/' && i + 1 < path.len && path.ptr[i + 1] == '.') return true;
    }
    return false;
}

// "http://host/path" → "/path"
static struct str skip_authority(struct str path) {
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < 2; i++) {
        const struct str scheme = str_from(schemes[i]);
        if (!str_equal_nocase(str_slice(path, 0, scheme.len), scheme)) continue;
        const struct str rest = str_skip(path, scheme.len);
        const struct str from = str_skip(rest, str_find_char(rest, '/'));
        return from.len ? from : STR("/");
    }
    return path;
}

static bool decode_unreserved(struct str path, struct buf *out) {
    for (size_t i = 0; i < path.len; i++) {
        const int high = path.ptr[i] == '%' && i + 2 < path.len ? hex_of(path.ptr[i + 1]) : -1;
        const int low = high >= 0 ? hex_of(path.ptr[i + 2]) : -1;
        if (low < 0) { // a stray '%' must not become the beginning of an escape
            if (path.ptr[i] == '%')
                buf_add(out, STR("%25"));
            else
                buf_add_char(out, path.ptr[i]);
            continue;
        }
        const char c = (char)(high * 16 + low);
        if (c == '\0') return false;
        if (is_unreserved(c))
            buf_add_char(out, c);
        else
            buf_add(out, str_slice(path, i, 3));
        i += 2;
    }
    return true;
}

static void remove_last_segment(struct buf *out, size_t root) {
    while (out->len > root && out->ptr[out->len - 1] != '/')
        out->len--;
    if (out->len > root) out->len--;
    if (out->ptr) out->ptr[out->len] = '\0';
}

static void remove_dots(struct str path, struct buf *out) {
    const size_t root = out->len;
    while (path.len) { // at a '/'
        const size_t end = str_find_char(str_skip(path, 1), '/') + 1;
        const struct str segment = str_slice(path, 1, end - 1);
        const bool is_last = end >= path.len;
        if (str_equal(segment, STR(".."))) {
            remove_last_segment(out, root);
            if (is_last) buf_add_char(out, '/');
        } else if (str_equal(segment, STR("."))) {
            if (is_last) buf_add_char(out, '/');
        } else {
            buf_add_char(out, '/');
            buf_add(out, segment);
        }
        path = str_skip(path, end);
    }
    if (out->len == root) buf_add_char(out, '/');
}

bool server_path_normalise(struct str path, struct buf *out) {
    CLEANUP(buf_release) struct buf plain = {0};
    if (!decode_unreserved(skip_authority(path), &plain)) return false;
    if (!plain.len || plain.ptr[0] != '/') // "*" of OPTIONS, and what is no path
        buf_add(out, buf_str(&plain));
    else
        remove_dots(buf_str(&plain), out);
    return true;
}
