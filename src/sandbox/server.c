// server — see the header. libmicrohttpd in its external form: it owns an epoll descriptor that we
// poll together with a wake pipe, so the whole sandbox sleeps in one place and wakes without delay.
//
// Life of an exchange: uri_arrived makes it (with the raw target, before libmicrohttpd decodes it for
// itself) → body collected → respond() → ready, waiting for the commit, or held (both suspended)
// → queued once → freed by completed().
#include "server.h"

#include "base/clock.h"
#include "base/memory.h"
#include "http/url.h"
#include "server_gzip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum exchange_state {
    EXCHANGE_NEW,
    EXCHANGE_BODY,
    EXCHANGE_SUSPENDED,
    EXCHANGE_READY,
    EXCHANGE_SENT
};

struct server {
    struct server_options options;
    struct MHD_Daemon *daemon;
    int epoll_fd;
    int wake_fds[2]; // read, write
    uint16_t port;
    char host[64];
    struct exchange *uncommitted; // suspended until the commit, newest first
    bool is_closing;              // nothing may be suspended any more: nobody would let it go
};

static void *uri_arrived(void *context, const char *uri, struct MHD_Connection *connection) {
    (void)context;
    struct exchange *exchange = MEM_NEW(struct exchange);
    exchange->target = mem_copy_string(uri);
    exchange->connection = connection;
    exchange->started_us = clock_monotonic_us();
    str_split(str_from(exchange->target), '?', &exchange->path, &exchange->query);
    return exchange;
}

static void exchange_free(struct exchange *exchange) {
    if (!exchange) return;
    if (exchange->let_go) exchange->let_go(exchange);
    buf_release(&exchange->body_bytes);
    buf_release(&exchange->content);
    response_release(&exchange->response);
    mem_free(exchange->fault);
    mem_free(exchange->target);
    mem_free(exchange);
}

static void completed(
    void *context,
    struct MHD_Connection *connection,
    void **state,
    enum MHD_RequestTerminationCode code) {
    (void)context, (void)connection, (void)code;
    exchange_free(*state);
    *state = NULL;
}

static void add_date(struct exchange *exchange) {
    struct buf date = {0};
    clock_add_http(&date, (clock_wall_ms() + exchange->skew_ms) / 1000);
    headers_set(&exchange->response.headers, STR("Date"), buf_str(&date));
    buf_release(&date);
}

static void add_head(const struct response *answer, struct buf *out) {
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

// Half of the body, or of the headers when there is none, straight into the socket: libmicrohttpd would
// send all or nothing. What does not fit there at once was not to arrive anyway.
static void send_half(const struct exchange *exchange) {
    const struct response *answer = &exchange->response;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct buf text = {0};
    add_head(answer, &text);
    const size_t half = answer->body.len ? text.len + answer->body.len / 2 : text.len / 2;
    buf_add(&text, buf_str(&answer->body));
    if (info) (void)send(info->connect_fd, text.ptr, half, MSG_DONTWAIT | MSG_NOSIGNAL);
    buf_release(&text);
}

static enum MHD_Result queue_answer(struct server *server, struct exchange *exchange) {
    struct response *answer = &exchange->response;
    if (server->options.leaving) server->options.leaving(server->options.context, exchange);
    if (exchange->skew_ms) add_date(exchange);
    if (exchange->ending != SERVER_WHOLE) {
        if (exchange->ending == SERVER_HALF) send_half(exchange);
        exchange->state = EXCHANGE_SENT;
        return MHD_NO; // ends the connection
    }
    struct MHD_Response *reply =
        MHD_create_response_from_buffer(answer->body.len, answer->body.ptr, MHD_RESPMEM_MUST_COPY);
    if (!reply) return MHD_NO;
    for (size_t i = 0; i < headers_count(&answer->headers); i++) {
        const struct headers_field *field = headers_at(&answer->headers, i);
        if (MHD_add_response_header(reply, field->name.ptr, field->value.ptr) != MHD_YES) break;
    }
    exchange->state = EXCHANGE_SENT;
    const enum MHD_Result queued =
        MHD_queue_response(exchange->connection, (unsigned)answer->status, reply);
    MHD_destroy_response(reply);
    return queued;
}

static const struct error stopping = {
    .code = ERROR_CANCELLED, .message = "the sandbox is stopping"};

static void replace_answer(struct exchange *exchange, const struct error *failure) {
    response_release(&exchange->response);
    exchange->response.status = failure->code == ERROR_CANCELLED ? 503 : 500;
    struct buf text = {0};
    buf_add_format(
        &text, "{\"code\":\"internal\",\"message\":\"the sandbox could not store this: ");
    for (const char *at = failure->message; *at; at++) {
        buf_add_char(&text, *at == '"' || *at == '\\' || (unsigned char)*at < ' ' ? ' ' : *at);
    }
    buf_add(&text, STR("\"}"));
    response_set_body(&exchange->response, STR("application/json"), buf_str(&text));
    buf_release(&text);
}

static enum MHD_Result finish_request(struct server *server, struct exchange *exchange) {
    exchange->body = buf_str(&exchange->body_bytes);
    if (!exchange->is_too_large) server_gzip_open(exchange);
    if (server->is_closing) {
        replace_answer(exchange, &stopping);
        return queue_answer(server, exchange);
    }
    switch (server->options.respond(server->options.context, exchange)) {
    case SERVER_ANSWER: return queue_answer(server, exchange);
    case SERVER_COMMIT:
        exchange->next_waiting = server->uncommitted;
        server->uncommitted = exchange;
        break;
    case SERVER_HOLD: break;
    }
    exchange->state = EXCHANGE_SUSPENDED;
    MHD_suspend_connection(exchange->connection);
    return MHD_YES;
}

static void collect_body(struct server *server, struct exchange *exchange, struct str piece) {
    if (exchange->is_too_large) return;
    if (!exchange->body_limit) {
        exchange->body_limit = server->options.body_limit(server->options.context, exchange->path);
        exchange->body_bytes.limit = exchange->body_limit + 1;
    }
    if (piece.len > exchange->body_limit - exchange->body_bytes.len) {
        exchange->is_too_large = true; // read on, so that the client gets to read the answer
        buf_release(&exchange->body_bytes);
        return;
    }
    buf_add(&exchange->body_bytes, piece);
}

// Headers that say where a message ends, or whom it is for. Given twice, or against each other, one
// reader takes for the next request what another takes for a body (RFC 9112 6.3, 11.2).
struct framing {
    int lengths, encodings, hosts;
    bool is_odd;
};

static enum MHD_Result
count_framing(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
    struct framing *framing = context;
    const struct str key = str_from(name);
    (void)kind;
    framing->hosts += str_equal_nocase(key, STR("Host"));
    framing->lengths += str_equal_nocase(key, STR("Content-Length"));
    if (str_equal_nocase(key, STR("Transfer-Encoding"))) {
        framing->encodings++;
        framing->is_odd |= !str_equal_nocase(str_trim(str_from(value)), STR("chunked"));
    }
    return MHD_YES;
}

static bool is_well_framed(struct MHD_Connection *connection, const char *version) {
    struct framing framing = {0};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, &count_framing, &framing);
    if (framing.hosts == 0 && strcmp(version, MHD_HTTP_VERSION_1_1) == 0) return false;
    return !framing.is_odd && framing.hosts <= 1 && framing.lengths + framing.encodings <= 1;
}

// Answered before its body is read, after which libmicrohttpd ends the connection.
static enum MHD_Result refuse_framing(struct server *server, struct exchange *exchange) {
    exchange->response.status = 400;
    response_set_body(
        &exchange->response, STR("application/json"),
        STR("{\"code\":\"bad_request\",\"message\":\"Host, Content-Length and Transfer-Encoding "
            "must be clear\"}"));
    headers_set(&exchange->response.headers, STR("Connection"), STR("close"));
    return queue_answer(server, exchange);
}

static enum MHD_Result handle(
    void *context,
    struct MHD_Connection *connection,
    const char *url,
    const char *method,
    const char *version,
    const char *data,
    size_t *data_bytes,
    void **state) {
    (void)url;
    struct server *server = context;
    struct exchange *exchange = *state;
    if (exchange->state == EXCHANGE_NEW) {
        exchange->method = str_from(method);
        exchange->state = EXCHANGE_BODY;
        return is_well_framed(connection, version) ? MHD_YES : refuse_framing(server, exchange);
    }
    if (exchange->state == EXCHANGE_READY) return queue_answer(server, exchange);
    if (exchange->state != EXCHANGE_BODY) return MHD_YES;
    if (*data_bytes) {
        collect_body(server, exchange, (struct str){.ptr = data, .len = *data_bytes});
        *data_bytes = 0;
        return MHD_YES;
    }
    return finish_request(server, exchange);
}

static bool read_listen(
    const char *listen_text, struct sockaddr_storage *out, socklen_t *out_len, struct error *err) {
    struct buf text = {0};
    buf_add_format(&text, "http://%s", listen_text);
    struct url url;
    int64_t port = 0;
    struct str rest = str_from(listen_text), tail;
    for (size_t i = rest.len; i > 0; i--) { // the last colon: hosts may hold some
        if (rest.ptr[i - 1] == ':') {
            tail = str_skip(rest, i);
            if (!str_parse_int64(tail, &port) || port < 0 || port > 65535) break;
            rest = str_slice(rest, 0, i - 1);
            buf_reset(&text);
            buf_add_format(&text, "http://" STR_FMT ":1", STR_ARG(rest));
            break;
        }
    }
    bool is_read = url_parse(buf_str(&text), &url, err);
    const bool is_six = is_read && url.is_bracketed;
    if (is_read && !url_is_loopback(&url)) {
        error_set(err, ERROR_CONFIG, "the sandbox does not listen on %s", listen_text);
        error_hint(
            err,
            "It has no passwords worth the name: use 127.0.0.1:PORT, or port 0 for a free one.");
        is_read = false;
    } else if (!is_read) {
        error_wrap(err, "reading the listen address %s", listen_text);
        err->code = ERROR_CONFIG;
        error_hint(err, "Write it as 127.0.0.1:PORT, for example 127.0.0.1:7780.");
    }
    char host[64] = "127.0.0.1";
    if (is_read && !str_equal_nocase(url.host, STR("localhost")) && url.host.len < sizeof(host)) {
        memcpy(host, url.host.ptr, url.host.len);
        host[url.host.len] = '\0';
    }
    buf_release(&text);
    if (!is_read) return false;
    memset(out, 0, sizeof(*out));
    if (is_six) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
        *six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
        inet_pton(AF_INET6, host, &six->sin6_addr);
        *out_len = sizeof(*six);
        return true;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    *four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, host, &four->sin_addr) != 1) {
        return error_set(err, ERROR_CONFIG, "%s is no address to listen on", listen_text);
    }
    *out_len = sizeof(*four);
    return true;
}

static bool open_socket(struct server *server, int *out_fd, struct error *err) {
    struct sockaddr_storage address;
    socklen_t length = 0;
    if (!read_listen(server->options.listen, &address, &length, err)) return false;
    const int fd = socket(address.ss_family, SOCK_STREAM, 0);
    if (fd < 0) return error_from_errno(err, errno, "opening a socket");
    const int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (bind(fd, (struct sockaddr *)&address, length) || listen(fd, 511)) {
        error_from_errno(err, errno, "listening on %s", server->options.listen);
        err->code = ERROR_IO;
        error_hint(
            err, "Another program may have that port: choose another with --listen 127.0.0.1:PORT, "
                 "or port 0.");
        close(fd);
        return false;
    }
    length = sizeof(address);
    getsockname(fd, (struct sockaddr *)&address, &length);
    struct buf host = {0};
    char name[INET6_ADDRSTRLEN] = "";
    if (address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address;
        server->port = ntohs(six->sin6_port);
        inet_ntop(AF_INET6, &six->sin6_addr, name, sizeof(name));
        buf_add_format(&host, "[%s]", name);
    } else {
        const struct sockaddr_in *four = (const struct sockaddr_in *)&address;
        server->port = ntohs(four->sin_port);
        inet_ntop(AF_INET, &four->sin_addr, name, sizeof(name));
        buf_add(&host, str_from(name));
    }
    memcpy(server->host, buf_text(&host), host.len + 1);
    buf_release(&host);
    *out_fd = fd;
    return true;
}

static bool open_wake_pipe(struct server *server, struct error *err) {
    if (pipe(server->wake_fds)) {
        server->wake_fds[0] = server->wake_fds[1] = -1;
        return error_from_errno(err, errno, "opening a pipe");
    }
    for (size_t i = 0; i < 2; i++) {
        fcntl(server->wake_fds[i], F_SETFD, FD_CLOEXEC);
        fcntl(server->wake_fds[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

// Percent-escapes stay: routes decode what they need, signatures are made over the raw target.
static size_t keep_escaped(void *context, struct MHD_Connection *connection, char *text) {
    (void)context, (void)connection;
    return strlen(text);
}

static bool start_daemon(struct server *server, int listen_fd, struct error *err) {
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, &handle, server,
        MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_URI_LOG_CALLBACK, &uri_arrived, server,
        MHD_OPTION_NOTIFY_COMPLETED, &completed, server, MHD_OPTION_UNESCAPE_CALLBACK,
        &keep_escaped, NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, SERVER_HEADER_BYTES,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVER_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)SERVER_IDLE_S, MHD_OPTION_END);
    if (!server->daemon) {
        close(listen_fd);
        return error_set(
            err, ERROR_IO, "the HTTP daemon did not start on %s", server->options.listen);
    }
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    server->epoll_fd = info->epoll_fd;
    return true;
}

bool server_open(const struct server_options *options, struct server **out, struct error *err) {
    struct server *server = MEM_NEW(struct server);
    server->options = *options;
    server->wake_fds[0] = server->wake_fds[1] = -1;
    int listen_fd = -1;
    if (!open_socket(server, &listen_fd, err) || !open_wake_pipe(server, err) ||
        !start_daemon(server, listen_fd, err)) {
        server_close(server);
        return false;
    }
    *out = server;
    return true;
}

void server_close(struct server *server) {
    if (!server) return;
    if (server->daemon) {
        server->is_closing = true;
        server_release_committed(server, &stopping);
        for (int turn = 0; turn < 4; turn++)
            server_serve(server);
        MHD_stop_daemon(server->daemon);
    }
    if (server->wake_fds[0] >= 0) close(server->wake_fds[0]);
    if (server->wake_fds[1] >= 0) close(server->wake_fds[1]);
    mem_free(server);
}

void server_close_door(struct server *server) {
    const int listen_fd = MHD_quiesce_daemon(server->daemon);
    if (listen_fd >= 0) close(listen_fd);
}

size_t server_connection_count(const struct server *server) {
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    return info ? info->num_connections : 0;
}

bool server_is_abandoned(const struct exchange *exchange) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    char byte = 0;
    return info && recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

uint16_t server_port(const struct server *server) {
    return server->port;
}

const char *server_host(const struct server *server) {
    return server->host;
}

struct str server_header(const struct exchange *exchange, const char *name) {
    return str_from(MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name));
}

static enum MHD_Result
add_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
    (void)kind;
    headers_add(context, str_from(name), str_from(value));
    return MHD_YES;
}

void server_copy_request(const struct exchange *exchange, struct request *out) {
    request_release(out);
    request_set_method(out, exchange->method);
    request_set_url(out, str_from(exchange->target));
    request_set_body(out, buf_str(&exchange->body_bytes)); // as signed, not as decoded
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, &add_header, &out->headers);
}

void server_wait(struct server *server, int timeout_ms) {
    MHD_UNSIGNED_LONG_LONG daemon_ms = 0;
    if (MHD_get_timeout(server->daemon, &daemon_ms) == MHD_YES &&
        (timeout_ms < 0 || daemon_ms < (MHD_UNSIGNED_LONG_LONG)timeout_ms)) {
        timeout_ms = (int)daemon_ms;
    }
    struct pollfd polled[] = {
        {.fd = server->epoll_fd, .events = POLLIN},
        {.fd = server->wake_fds[0], .events = POLLIN},
    };
    if (timeout_ms != 0) (void)poll(polled, ARRAY_COUNT(polled), timeout_ms);
    if (polled[1].revents) {
        char bytes[64];
        while (read(server->wake_fds[0], bytes, sizeof(bytes)) > 0)
            continue;
    }
}

void server_serve(struct server *server) {
    MHD_run(server->daemon);
}

void server_wake(struct server *server) {
    // A full pipe is a wake-up under way.
    while (write(server->wake_fds[1], "!", 1) < 0 && errno == EINTR)
        continue;
}

bool server_has_uncommitted(const struct server *server) {
    return server->uncommitted != NULL;
}

void server_release_committed(struct server *server, const struct error *failure) {
    struct exchange *waiting = server->uncommitted;
    server->uncommitted = NULL;
    while (waiting) {
        struct exchange *next = waiting->next_waiting;
        waiting->next_waiting = NULL;
        if (failure) replace_answer(waiting, failure);
        server_answer(waiting);
        waiting = next;
    }
}

void server_answer(struct exchange *exchange) {
    exchange->state = EXCHANGE_READY;
    MHD_resume_connection(exchange->connection);
}
