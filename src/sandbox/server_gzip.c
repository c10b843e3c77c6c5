// server_gzip — see the header.
#include "server_gzip.h"

#include <zlib.h>

static bool inflate_body(struct str packed, struct buf *out) {
    z_stream stream = {0};
    // zlib's older callers could not say const
    memcpy(&stream.next_in, &packed.ptr, sizeof(packed.ptr));
    stream.avail_in = (uInt)packed.len;
    if (inflateInit2(&stream, 15 + 32) != Z_OK) return false; // 32: gzip or zlib header
    out->limit = SERVER_GZIP_MAX_BYTES;
    unsigned char piece[16384];
    int state = Z_OK;
    while (state == Z_OK && !out->overflowed) {
        stream.next_out = piece;
        stream.avail_out = sizeof(piece);
        state = inflate(&stream, Z_NO_FLUSH);
        buf_add(
            out, (struct str){.ptr = (const char *)piece, .len = sizeof(piece) - stream.avail_out});
        if (state == Z_OK && stream.avail_in == 0 && stream.avail_out) break; // cut short
    }
    inflateEnd(&stream);
    return state == Z_STREAM_END && !out->overflowed;
}

void server_gzip_open(struct exchange *exchange) {
    const struct str encoding = server_header(exchange, "Content-Encoding");
    if (!str_equal_nocase(encoding, STR("gzip")) && !str_equal_nocase(encoding, STR("deflate"))) {
        return;
    }
    const bool is_whole = inflate_body(exchange->body, &exchange->content);
    if (!is_whole && exchange->content.overflowed) exchange->is_too_large = true;
    exchange->body = is_whole ? buf_str(&exchange->content) : (struct str){0};
}
