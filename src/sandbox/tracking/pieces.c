// pieces — see the header.
#include "tracking/pieces.h"

static void add_bytes(struct buf *out, const void *from, size_t bytes) {
    buf_add(out, (struct str){.ptr = from, .len = bytes});
}

void pieces_add_int(struct buf *out, int64_t number) {
    add_bytes(out, &number, sizeof(number));
}

void pieces_add_double(struct buf *out, double number) {
    add_bytes(out, &number, sizeof(number));
}

void pieces_add_text(struct buf *out, struct str text) {
    pieces_add_int(out, (int64_t)text.len);
    if (text.len) buf_add(out, text);
}

void pieces_add_cut(struct buf *out, struct str text, size_t bytes) {
    pieces_add_int(out, (int64_t)text.len);
    pieces_add_text(out, str_slice(text, 0, bytes));
}

static bool take(struct pieces *pieces, void *into, size_t bytes) {
    if (pieces->rest.len < bytes) pieces->is_broken = true;
    if (pieces->is_broken) return false;
    memcpy(into, pieces->rest.ptr, bytes);
    pieces->rest = str_skip(pieces->rest, bytes);
    return true;
}

int64_t pieces_int(struct pieces *pieces) {
    int64_t number = 0;
    return take(pieces, &number, sizeof(number)) ? number : 0;
}

double pieces_double(struct pieces *pieces) {
    double number = 0;
    return take(pieces, &number, sizeof(number)) ? number : 0;
}

struct str pieces_text(struct pieces *pieces) {
    const int64_t length = pieces_int(pieces);
    if (length < 0 || (uint64_t)length > pieces->rest.len) pieces->is_broken = true;
    if (pieces->is_broken) return STR("");
    const struct str text = str_slice(pieces->rest, 0, (size_t)length);
    pieces->rest = str_skip(pieces->rest, (size_t)length);
    return text;
}

struct str pieces_cut(struct pieces *pieces, size_t *whole_bytes) {
    *whole_bytes = (size_t)pieces_int(pieces);
    return pieces_text(pieces);
}
