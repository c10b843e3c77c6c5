// plain_client — see the header.
#include "support/plain_client.h"

#include "http/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void give_up(const char *what) {
    fprintf(stderr, "plain_client: %s\n", what);
    abort();
}

static int open_connection(const char *base_url) {
    struct url url;
    struct error err = {0};
    if (!url_parse(str_from(base_url), &url, &err)) give_up(err.message);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)url.port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
        give_up("cannot connect");
    return fd;
}

static void send_all(int fd, struct str bytes) {
    while (bytes.len) {
        const ssize_t sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0) return; // a server that refused early; its answer tells
        bytes = str_skip(bytes, (size_t)sent);
    }
}

static void receive_all(int fd, struct buf *out) {
    char piece[16384];
    ssize_t got;
    out->limit = (size_t)64 << 20;
    while ((got = recv(fd, piece, sizeof(piece), 0)) > 0) {
        buf_add(out, (struct str){.ptr = piece, .len = (size_t)got});
    }
}

static void exchange_bytes(const char *base_url, struct str bytes, bool is_all, struct buf *out) {
    const int fd = open_connection(base_url);
    send_all(fd, bytes);
    if (is_all) shutdown(fd, SHUT_WR); // so that a server that wants more does not wait
    receive_all(fd, out);
    close(fd);
}

void plain_client_send_raw(const char *base_url, struct str bytes, struct buf *out) {
    exchange_bytes(base_url, bytes, true, out);
}

static void add_request(const char *base_url, const struct request *request, struct buf *out) {
    struct url base, url;
    struct error err = {0};
    if (!url_parse(str_from(base_url), &base, &err)) give_up(err.message);
    if (!url_parse_target(buf_str(&request->url), &url, &err)) give_up(err.message);
    buf_add_format(out, STR_FMT " ", STR_ARG(request_method(request)));
    buf_add(out, url.path.len ? url.path : STR("/"));
    if (url.has_query) buf_add_char(out, '?');
    buf_add(out, url.query);
    buf_add(out, STR(" HTTP/1.1\r\n"));
    if (!headers_has(&request->headers, STR("host"))) {
        buf_add_format(out, "Host: " STR_FMT ":%d\r\n", STR_ARG(base.host), base.port);
    }
    for (size_t i = 0; i < headers_count(&request->headers); i++) {
        const struct headers_field *field = headers_at(&request->headers, i);
        buf_add(out, field->name);
        buf_add(out, STR(": "));
        buf_add(out, field->value);
        buf_add(out, STR("\r\n"));
    }
    buf_add_format(out, "Content-Length: %zu\r\nConnection: close\r\n\r\n", request->body.len);
    buf_add(out, buf_str(&request->body));
}

static void read_response(struct str bytes, struct response *out) {
    struct str line, rest = bytes;
    int64_t status = 0;
    response_release(out);
    str_split(rest, '\n', &line, &rest);
    if (!str_starts_with(line, STR("HTTP/1.1 ")) ||
        !str_parse_int64(str_slice(line, 9, 3), &status)) {
        give_up("no HTTP answer");
    }
    out->status = (int)status;
    while (str_split(rest, '\n', &line, &rest) && str_trim(line).len) {
        struct str name, value;
        str_split(line, ':', &name, &value);
        headers_add(&out->headers, name, str_trim(value));
    }
    out->body.limit = (size_t)64 << 20;
    buf_add(&out->body, rest);
}

void plain_client_send(const char *base_url, const struct request *request, struct response *out) {
    struct buf sent = {.limit = (size_t)64 << 20}, got = {0};
    add_request(base_url, request, &sent);
    exchange_bytes(base_url, buf_str(&sent), false, &got);
    read_response(buf_str(&got), out);
    buf_release(&sent);
    buf_release(&got);
}
