// gzip — see the header. The fastest level: messages are alike, and more effort gains little.
#include "gzip.h"

#include "base/memory.h"

#include <zlib.h>

#define GZIP_WINDOW_BITS (15 + 16) // 16: with gzip's head and tail
#define MEMORY_LEVEL 8

void gzip_add(struct buf *out, struct str text) {
    z_stream stream = {0};
    Bytef *input = mem_alloc(text.len ? text.len : 1); // zlib's type is not const
    const int begun = deflateInit2(
        &stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    ASSERT(begun == Z_OK); // out of memory
    if (text.len) memcpy(input, text.ptr, text.len);
    const size_t bound = deflateBound(&stream, (uLong)text.len);
    const size_t from = out->len;
    char *room = buf_extend(out, bound);
    ASSERT(room); // bodies are far below the limit of a buffer
    stream.next_in = input;
    stream.avail_in = (uInt)text.len;
    stream.next_out = (Bytef *)room;
    stream.avail_out = (uInt)bound;
    ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out->len = from + stream.total_out;
    deflateEnd(&stream);
    mem_free(input);
}
