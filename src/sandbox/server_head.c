// server_head — see the header.
#include "server_head.h"

void server_head_add(const struct response *answer, struct buf *out) {
    buf_add_format(
        out, "HTTP/1.1 %d %s\r\nContent-Length: %zu\r\n", answer->status,
        response_reason(answer->status), answer->body.len);
    for (size_t i = 0; i < headers_count(&answer->headers); i++) {
        const struct headers_field *field = headers_at(&answer->headers, i);
        buf_add_format(
            out, STR_FMT ": " STR_FMT "\r\n", STR_ARG(field->name), STR_ARG(field->value));
    }
    buf_add(out, STR("\r\n"));
}

void server_head_add_line(struct buf *out, const char *name, const char *value) {
    buf_add(out, str_from(name));
    buf_add(out, STR(": "));
    buf_add(out, str_from(value));
    buf_add_char(out, '\n');
}
