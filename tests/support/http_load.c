// http_load — see the header.
#include "support/http_load.h"

#include "base/clock.h"
#include "base/memory.h"
#include "http/base64.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
    int fd; // -1: broken
    bool is_busy;
    struct buf out, in;
    size_t sent, head_bytes, body_bytes; // head_bytes 0: the head is not whole yet
    int64_t started_us;
    struct http_load_answer answer;
};

struct http_load {
    struct http_load_options options;
    struct connection *connections;
    int epoll_fd;
    size_t busy;
};

struct http_load *http_load_new(const struct http_load_options *options) {
    struct http_load *load = MEM_NEW(struct http_load);
    load->options = *options;
    load->connections = mem_zeroed(options->connections, sizeof(*load->connections));
    for (size_t i = 0; i < options->connections; i++) {
        load->connections[i].fd = -1;
        load->connections[i].in.limit = HTTP_LOAD_ANSWER_BYTES;
        load->connections[i].out.limit = HTTP_LOAD_ANSWER_BYTES * 16;
    }
    load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    return load;
}

void http_load_free(struct http_load *load) {
    if (!load) return;
    for (size_t i = 0; i < load->options.connections; i++) {
        if (load->connections[i].fd >= 0) close(load->connections[i].fd);
        buf_release(&load->connections[i].out);
        buf_release(&load->connections[i].in);
    }
    close(load->epoll_fd);
    mem_free(load->connections);
    mem_free(load);
}

static bool connect_one(struct http_load *load, size_t i) {
    struct connection *connection = &load->connections[i];
    const int one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(load->options.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u64 = i};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
        epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        close(fd);
        return false;
    }
    connection->fd = fd;
    return true;
}

bool http_load_connect(struct http_load *load) {
    bool are_all = true;
    for (size_t i = 0; i < load->options.connections; i++) {
        if (load->connections[i].fd < 0) are_all &= connect_one(load, i);
    }
    return are_all;
}

static void finish(struct http_load *load, size_t i, struct str body) {
    struct connection *connection = &load->connections[i];
    connection->answer.us = clock_monotonic_us() - connection->started_us;
    connection->answer.body = body;
    connection->is_busy = false;
    load->busy--;
    load->options.done(load->options.context, i, &connection->answer);
}

static void break_off(struct http_load *load, size_t i) {
    struct connection *connection = &load->connections[i];
    close(connection->fd);
    connection->fd = -1;
    connection->answer = (struct http_load_answer){.retry_after_s = -1};
    if (connection->is_busy) finish(load, i, (struct str){0});
}

static void send_more(struct http_load *load, size_t i) {
    struct connection *connection = &load->connections[i];
    while (connection->fd >= 0 && connection->is_busy && connection->sent < connection->out.len) {
        const ssize_t put = send(
            connection->fd, connection->out.ptr + connection->sent,
            connection->out.len - connection->sent, MSG_NOSIGNAL);
        if (put < 0 && errno == EAGAIN) return;
        if (put <= 0)
            break_off(load, i);
        else
            connection->sent += (size_t)put;
    }
}

static bool read_number(struct str head, const char *name, int64_t *out) {
    for (struct str line = head; line.len;) {
        const size_t end = str_find_char(line, '\n');
        struct str field, value;
        if (str_split(str_slice(line, 0, end), ':', &field, &value) &&
            str_equal_nocase(field, str_from(name))) {
            return str_parse_int64(str_trim(value), out);
        }
        line = str_skip(line, end < line.len ? end + 1 : line.len);
    }
    return false;
}

// The head is whole when an empty line is there. False: this is no HTTP.
static bool read_head(struct connection *connection) {
    const char *text = buf_text(&connection->in), *empty_line = strstr(text, "\r\n\r\n");
    if (!empty_line) return true;
    int64_t status = 0, length = 0;
    const size_t end = (size_t)(empty_line - text);
    const struct str head = str_slice(buf_str(&connection->in), 0, end);
    if (!str_starts_with(head, STR("HTTP/1.1 ")) ||
        !str_parse_int64(str_slice(head, 9, 3), &status)) {
        return false;
    }
    connection->answer = (struct http_load_answer){.status = (int)status, .retry_after_s = -1};
    (void)read_number(head, "Retry-After", &connection->answer.retry_after_s);
    if (!read_number(head, "Content-Length", &length) && status != 204) return false;
    connection->head_bytes = end + 4;
    connection->body_bytes = (size_t)length;
    return length >= 0;
}

static void receive(struct http_load *load, size_t i) {
    struct connection *connection = &load->connections[i];
    static char chunk[256 << 10];
    while (connection->fd >= 0) {
        const ssize_t got = recv(connection->fd, chunk, sizeof(chunk), 0);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0 || !connection->is_busy) { // hung up, or speaks unasked
            break_off(load, i);
            return;
        }
        buf_add(&connection->in, (struct str){chunk, (size_t)got});
        if (!connection->head_bytes && !read_head(connection)) {
            break_off(load, i);
            return;
        }
        const size_t whole = connection->head_bytes + connection->body_bytes;
        if (connection->head_bytes && connection->in.len >= whole)
            finish(load, i, str_skip(buf_str(&connection->in), connection->head_bytes));
    }
}

static void begin_more(struct http_load *load) {
    for (size_t i = 0; i < load->options.connections; i++) {
        struct connection *connection = &load->connections[i];
        if (connection->fd < 0 || connection->is_busy) continue;
        buf_reset(&connection->out);
        if (!load->options.next(load->options.context, i, &connection->out)) continue;
        buf_reset(&connection->in);
        connection->sent = connection->head_bytes = connection->body_bytes = 0;
        connection->started_us = clock_monotonic_us();
        connection->is_busy = true;
        load->busy++;
        send_more(load, i);
    }
}

size_t http_load_turn(struct http_load *load, int timeout_ms) {
    struct epoll_event events[64];
    begin_more(load);
    const int count = epoll_wait(load->epoll_fd, events, ARRAY_COUNT(events), timeout_ms);
    for (int k = 0; k < count; k++) {
        const size_t i = (size_t)events[k].data.u64;
        if (events[k].events & EPOLLOUT) send_more(load, i);
        if (events[k].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(load, i);
    }
    return load->busy;
}

void http_load_write_request(
    struct buf *out, const char *method, const char *path, const char *key, struct str body) {
    buf_add_format(out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n", method, path);
    if (key) {
        struct buf pair = {0};
        buf_add_format(&pair, "%s:", key);
        buf_add(out, STR("Authorization: Basic "));
        base64_encode(out, buf_str(&pair));
        buf_add(out, STR("\r\n"));
        buf_release(&pair);
    }
    buf_add_format(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n", body.len);
    buf_add(out, body);
}
