// base64 — see the header.
#include "http/base64.h"

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void encode(struct buf *out, struct str bytes, const char *alphabet, bool has_padding) {
    buf_reserve(out, bytes.len / 3 * 4 + 4);
    for (size_t i = 0; i < bytes.len; i += 3) {
        const size_t left = bytes.len - i;
        const unsigned char *at = (const unsigned char *)bytes.ptr + i;
        const uint32_t group = (uint32_t)at[0] << 16 | (left > 1 ? (uint32_t)at[1] << 8 : 0) |
                               (left > 2 ? (uint32_t)at[2] : 0);
        const char text[4] = {
            alphabet[group >> 18], alphabet[group >> 12 & 63], alphabet[group >> 6 & 63],
            alphabet[group & 63]};
        const size_t used = left > 2 ? 4 : left + 1;
        buf_add(out, (struct str){.ptr = text, .len = used});
        if (has_padding) buf_add(out, str_slice(STR("=="), 0, 4 - used));
    }
}

void base64_encode(struct buf *out, struct str bytes) {
    encode(out, bytes, standard, true);
}

void base64_encode_url(struct buf *out, struct str bytes) {
    encode(out, bytes, url_safe, false);
}

static bool refuse(struct error *err) {
    error_set(err, ERROR_INVALID, "this is not base64 text");
    return error_hint(err, "Take the text whole, without line breaks, padding included.");
}

// Of a character; negative: it is none of the alphabet's.
static int value_of(char c, const char *alphabet) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == alphabet[62]) return 62;
    return c == alphabet[63] ? 63 : -1;
}

// `text` without padding.
static bool decode(struct buf *out, struct str text, const char *alphabet, struct error *err) {
    uint32_t bits = 0;
    unsigned held = 0;
    const size_t start = out->len;
    if (text.len % 4 == 1) return refuse(err);
    buf_reserve(out, text.len / 4 * 3 + 3);
    for (size_t i = 0; i < text.len; i++) {
        const int value = value_of(text.ptr[i], alphabet);
        if (value < 0) goto bad;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        buf_add_char(out, (char)(bits >> held & 0xFF));
    }
    if (bits & ((1u << held) - 1)) goto bad; // two texts would mean the same bytes
    return true;
bad:
    if (!out->overflowed) {
        out->len = start;
        out->ptr[start] = '\0';
    }
    return refuse(err);
}

bool base64_decode(struct buf *out, struct str text, struct error *err) {
    if (text.len % 4) return refuse(err);
    for (int i = 0; i < 2 && str_ends_with(text, STR("=")); i++)
        text.len--;
    return decode(out, text, standard, err);
}

bool base64_decode_url(struct buf *out, struct str text, struct error *err) {
    return decode(out, text, url_safe, err);
}
