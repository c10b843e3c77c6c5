// server — see the header. libmicrohttpd in its external form: it owns an epoll descriptor that we
// poll together with a wake pipe, so the whole sandbox sleeps in one place and wakes without delay.
//
// Life of an exchange: uri_arrived makes it (with the raw target, before libmicrohttpd decodes it for
// itself) → body collected → respond() → ready, waiting for the commit, or held (both suspended)
// → queued once → freed by completed().
#include "server.h"

#include "base/clock.h"
#include "base/memory.h"
#include "server_connections.h"
#include "server_gzip.h"
#include "server_head.h"
#include "server_library.h"
#include "server_listen.h"
#include "server_path.h"
#include "server_peers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
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
    struct server_listen place;
    struct connections connections;
    uint64_t last_connection; // its id
    size_t memory_bytes, memory_limit;
    int64_t now_ms; // monotonic, of this turn
    int64_t overloaded;
    struct exchange *uncommitted; // suspended until the commit, newest first
    bool is_leaving;              // answers say that the connection closes
    bool is_closing;              // nothing may be suspended any more: nobody would let it go
};

// ---- connections ----

static struct connection *connection_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        mhd()->get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void enter(struct exchange *exchange, enum connection_state state, size_t bytes) {
    struct server *server = exchange->server;
    connections_enter(
        &server->connections, connection_of(exchange->connection), state, bytes, server->now_ms);
}

static void connection_changed(
    void *context,
    struct MHD_Connection *connection,
    void **socket_context,
    enum MHD_ConnectionNotificationCode code) {
    struct server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        const struct connection *gone = *socket_context;
        if (gone && server->options.closed)
            server->options.closed(server->options.context, gone->id);
        connections_remove(&server->connections, *socket_context);
        *socket_context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info =
        mhd()->get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct connection *made =
        connections_add(&server->connections, info->connect_fd, server->now_ms);
    made->id = ++server->last_connection;
    *socket_context = made;
}

// Counts what an exchange keeps in memory: its body, then its answer.
static void count_memory(struct exchange *exchange) {
    const size_t bytes =
        exchange->body_bytes.cap + exchange->content.cap + exchange->response.body.cap;
    exchange->server->memory_bytes += bytes - exchange->counted_bytes;
    exchange->counted_bytes = bytes;
}

// ---- exchanges ----

static void *uri_arrived(void *context, const char *uri, struct MHD_Connection *connection) {
    struct exchange *exchange = MEM_NEW(struct exchange);
    exchange->server = context;
    exchange->target = mem_copy_string(uri);
    exchange->connection = connection;
    exchange->started_us = clock_monotonic_us();
    exchange->connection_id = connection_of(connection)->id;
    str_split(str_from(exchange->target), '?', &exchange->path, &exchange->query);
    if (server_path_is_unusual(exchange->path)) {
        exchange->is_bad_path = !server_path_normalise(exchange->path, &exchange->normal_path);
        exchange->path = buf_str(&exchange->normal_path);
    }
    enter(exchange, CONNECTION_HEAD, 0);
    return exchange;
}

static void exchange_free(struct exchange *exchange) {
    if (!exchange) return;
    if (exchange->let_go) exchange->let_go(exchange);
    exchange->server->memory_bytes -= exchange->counted_bytes;
    buf_release(&exchange->normal_path);
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
    if (*state) enter(*state, CONNECTION_IDLE, 0);
    exchange_free(*state);
    *state = NULL;
}

static int fd_of(const struct exchange *exchange) {
    const union MHD_ConnectionInfo *info =
        mhd()->get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

static void add_date(struct exchange *exchange) {
    struct buf date = {0};
    clock_add_http(&date, (clock_wall_ms() + exchange->skew_ms) / 1000);
    headers_set(&exchange->response.headers, STR("Date"), buf_str(&date));
    buf_release(&date);
}

// Half of the body, or of the headers when there is none, straight into the socket: libmicrohttpd would
// send all or nothing. What does not fit there at once was not to arrive anyway.
static void send_half(const struct exchange *exchange) {
    const struct response *answer = &exchange->response;
    struct buf text = {0};
    server_head_add(answer, &text);
    const size_t half = answer->body.len ? text.len + answer->body.len / 2 : text.len / 2;
    buf_add(&text, buf_str(&answer->body));
    (void)send(fd_of(exchange), text.ptr, half, MSG_DONTWAIT | MSG_NOSIGNAL);
    buf_release(&text);
}

// The request is over with: only its answer stays in memory, and libmicrohttpd reads it where it is, for
// `completed` comes after the last byte.
static void forget_body(struct exchange *exchange) {
    exchange->body = (struct str){0};
    buf_release(&exchange->body_bytes);
    buf_release(&exchange->content);
    count_memory(exchange);
}

static enum MHD_Result queue_answer(struct server *server, struct exchange *exchange) {
    struct response *answer = &exchange->response;
    if (server->options.leaving) server->options.leaving(server->options.context, exchange);
    forget_body(exchange);
    if (exchange->skew_ms) add_date(exchange);
    exchange->state = EXCHANGE_SENT;
    enter(exchange, CONNECTION_SENDING, answer->body.len);
    if (exchange->ending != SERVER_WHOLE) {
        if (exchange->ending == SERVER_HALF) send_half(exchange);
        return MHD_NO; // ends the connection
    }
    if (server->is_leaving) headers_set(&answer->headers, STR("Connection"), STR("close"));
    struct MHD_Response *reply = mhd()->create_response_from_buffer(
        answer->body.len, answer->body.ptr, MHD_RESPMEM_PERSISTENT);
    if (!reply) return MHD_NO;
    for (size_t i = 0; i < headers_count(&answer->headers); i++) {
        const struct headers_field *field = headers_at(&answer->headers, i);
        if (mhd()->add_response_header(reply, field->name.ptr, field->value.ptr) != MHD_YES) break;
    }
    const enum MHD_Result queued =
        mhd()->queue_response(exchange->connection, (unsigned)answer->status, reply);
    mhd()->destroy_response(reply);
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

static void set_body_limit(struct server *server, struct exchange *exchange) {
    exchange->body_limit = server->options.body_limit(server->options.context, exchange->path);
    exchange->body_bytes.limit = exchange->body_limit + 1;
}

// No memory for it. Read on and thrown away, so that the client gets to read the answer.
static void refuse_body(struct server *server, struct exchange *exchange) {
    if (!exchange->is_overloaded) server->overloaded++;
    exchange->is_overloaded = true;
    forget_body(exchange);
}

static void collect_body(struct server *server, struct exchange *exchange, struct str piece) {
    struct connection *connection = connection_of(exchange->connection);
    if (exchange->is_too_large || exchange->is_overloaded) return;
    if (piece.len > exchange->body_limit - exchange->body_bytes.len) {
        exchange->is_too_large = true; // read on, likewise
        buf_release(&exchange->body_bytes);
    } else {
        buf_add(&exchange->body_bytes, piece);
        if (connection) connection->bytes += piece.len;
    }
    count_memory(exchange);
    if (server->memory_bytes > server->memory_limit) refuse_body(server, exchange);
}

static enum MHD_Result finish_request(struct server *server, struct exchange *exchange) {
    exchange->body = buf_str(&exchange->body_bytes);
    if (!exchange->is_too_large && !exchange->is_overloaded) server_gzip_open(exchange);
    count_memory(exchange);
    enter(exchange, CONNECTION_SERVED, 0);
    if (server->memory_bytes > server->memory_limit) refuse_body(server, exchange);
    if (server->is_closing) {
        replace_answer(exchange, &stopping);
        return queue_answer(server, exchange);
    }
    switch (server->options.respond(server->options.context, exchange)) {
    case SERVER_ANSWER: return queue_answer(server, exchange);
    case SERVER_COMMIT: server_await_commit(server, exchange); break;
    case SERVER_HOLD: break;
    }
    exchange->state = EXCHANGE_SUSPENDED;
    mhd()->suspend_connection(exchange->connection);
    return MHD_YES;
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
    mhd()->get_connection_values(connection, MHD_HEADER_KIND, &count_framing, &framing);
    if (framing.hosts == 0 && strcmp(version, MHD_HTTP_VERSION_1_1) == 0) return false;
    return !framing.is_odd && framing.hosts <= 1 && framing.lengths + framing.encodings <= 1;
}

// Answered before its body is read, after which libmicrohttpd ends the connection.
static enum MHD_Result
refuse_early(struct server *server, struct exchange *exchange, int status, struct str json) {
    exchange->response.status = status;
    response_set_body(&exchange->response, STR("application/json"), json);
    headers_set(&exchange->response.headers, STR("Connection"), STR("close"));
    return queue_answer(server, exchange);
}

static enum MHD_Result
begin_request(struct server *server, struct exchange *exchange, const char *version) {
    int64_t length = 0;
    exchange->state = EXCHANGE_BODY;
    enter(exchange, CONNECTION_BODY, 0);
    if (!is_well_framed(exchange->connection, version)) {
        return refuse_early(
            server, exchange, 400,
            STR("{\"code\":\"bad_request\",\"message\":\"Host, Content-Length and "
                "Transfer-Encoding must be clear\"}"));
    }
    if (exchange->is_bad_path) {
        return refuse_early(
            server, exchange, 400,
            STR("{\"code\":\"bad_request\",\"message\":\"the path holds %00\"}"));
    }
    set_body_limit(server, exchange);
    if (!str_parse_int64(server_header(exchange, "Content-Length"), &length)) return MHD_YES;
    if (length <= (int64_t)exchange->body_limit) return MHD_YES;
    exchange->is_too_large = true;
    // Whoever asks before sending is told before sending.
    if (!str_equal_nocase(server_header(exchange, "Expect"), STR("100-continue"))) return MHD_YES;
    return refuse_early(
        server, exchange, 413,
        STR("{\"code\":\"too_large\",\"message\":\"the body is larger than this route takes\"}"));
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
    (void)url, (void)connection;
    struct server *server = context;
    struct exchange *exchange = *state;
    if (exchange->state == EXCHANGE_NEW) {
        exchange->method = str_from(method);
        return begin_request(server, exchange, version);
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

static bool open_wake_pipe(struct server *server, struct error *err) {
    if (pipe(server->wake_fds)) {
        server->wake_fds[0] = server->wake_fds[1] = server->place.fd = -1;
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

// The times of connections are ours (server_connections.h); libmicrohttpd's would start anew with every
// byte.
bool server_start(struct server *server, struct error *err) {
    if (!server_library_load(err)) return false;
    server->daemon = mhd()->start_daemon(
        MHD_USE_EPOLL | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, &handle, server,
        MHD_OPTION_LISTEN_SOCKET, server->place.fd, MHD_OPTION_URI_LOG_CALLBACK, &uri_arrived,
        server, MHD_OPTION_NOTIFY_COMPLETED, &completed, server, MHD_OPTION_NOTIFY_CONNECTION,
        &connection_changed, server, MHD_OPTION_UNESCAPE_CALLBACK, &keep_escaped, NULL,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, SERVER_HEADER_BYTES, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)server->connections.limit, MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_END);
    if (!server->daemon)
        return error_set(
            err, ERROR_IO, "the HTTP daemon did not start on %s", server->options.listen);
    const union MHD_DaemonInfo *info =
        mhd()->get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    server->epoll_fd = info->epoll_fd;
    return true;
}

bool server_open(const struct server_options *options, struct server **out, struct error *err) {
    struct server *server = MEM_NEW(struct server);
    server->options = *options;
    server->wake_fds[0] = server->wake_fds[1] = server->place.fd = -1;
    server->now_ms = clock_monotonic_ms();
    server->memory_limit = options->memory_bytes ? options->memory_bytes : SERVER_MEMORY_BYTES;
    server->connections.limit =
        connections_possible(options->connections ? options->connections : SERVER_CONNECTIONS);
    server->connections.scale = options->time_scale;
    if (!open_wake_pipe(server, err) ||
        !server_listen_open(options->listen, options->is_remote_allowed, &server->place, err)) {
        server_close(server);
        return false;
    }
    *out = server;
    return true;
}

void server_close(struct server *server) {
    if (!server) return;
    if (server->daemon) {
        server->is_closing = server->is_leaving = true;
        server_release_committed(server, &stopping);
        for (int turn = 0; turn < 4; turn++)
            server_serve(server);
        mhd()->stop_daemon(server->daemon);
    } else if (server->place.fd >= 0) {
        close(server->place.fd);
    }
    connections_release(&server->connections);
    if (server->wake_fds[0] >= 0) close(server->wake_fds[0]);
    if (server->wake_fds[1] >= 0) close(server->wake_fds[1]);
    mem_free(server);
}

void server_close_door(struct server *server) {
    const int listen_fd = mhd()->quiesce_daemon(server->daemon);
    if (listen_fd >= 0) close(listen_fd);
    server->is_leaving = true;
    connections_send_idle_away(&server->connections);
}

size_t server_connection_count(const struct server *server) {
    return server->connections.count;
}

size_t server_hold_limit(const struct server *server) {
    return server->connections.limit * 6 / 10;
}

void server_get_figures(const struct server *server, struct server_figures *out) {
    const struct connections *connections = &server->connections;
    *out = (struct server_figures){
        .connections = connections->count,
        .connection_limit = connections->limit,
        .idle = connections->in_state[CONNECTION_IDLE] + connections->in_state[CONNECTION_NEW],
        .served = connections->in_state[CONNECTION_SERVED],
        .memory_bytes = server->memory_bytes,
        .memory_limit = server->memory_limit,
        .evicted = connections->evicted,
        .timed_out = connections->timed_out,
        .overloaded = server->overloaded};
}

bool server_is_local(const struct exchange *exchange) {
    return !exchange->server->place.is_remote || server_peers_is_local(fd_of(exchange));
}

void server_add_client(const struct exchange *exchange, struct buf *out) {
    server_peers_add_four(fd_of(exchange), out);
}

bool server_is_own_address(const struct exchange *exchange, struct str host) {
    return server_peers_is_own_address(fd_of(exchange), host);
}

bool server_is_abandoned(const struct exchange *exchange) {
    return server_peers_has_left(fd_of(exchange));
}

uint16_t server_port(const struct server *server) {
    return server->place.port;
}

const char *server_host(const struct server *server) {
    return server->place.host;
}

bool server_is_remote(const struct server *server) {
    return server->place.is_remote;
}

struct str server_trailer(const struct exchange *exchange, const char *name) {
    return str_from(mhd()->lookup_connection_value(exchange->connection, MHD_FOOTER_KIND, name));
}

int server_socket(const struct exchange *exchange) {
    const union MHD_ConnectionInfo *info =
        mhd()->get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

struct str server_header(const struct exchange *exchange, const char *name) {
    return str_from(mhd()->lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name));
}

static enum MHD_Result
add_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
    (void)kind;
    headers_add(context, str_from(name), str_from(value));
    return MHD_YES;
}

static enum MHD_Result
add_header_line(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
    (void)kind;
    server_head_add_line(context, name, value);
    return MHD_YES;
}

void server_add_headers(const struct exchange *exchange, struct buf *out) {
    mhd()->get_connection_values(exchange->connection, MHD_HEADER_KIND, &add_header_line, out);
}

void server_copy_request(const struct exchange *exchange, struct request *out) {
    request_release(out);
    request_set_method(out, exchange->method);
    request_set_url(out, str_from(exchange->target));
    out->body.limit = exchange->body_bytes.len + 1;        // some may be larger than most
    request_set_body(out, buf_str(&exchange->body_bytes)); // as signed, not as decoded
    mhd()->get_connection_values(exchange->connection, MHD_HEADER_KIND, &add_header, &out->headers);
}

// Until when this server can sleep.
static int shorten(const struct server *server, int timeout_ms) {
    MHD_UNSIGNED_LONG_LONG daemon_ms = 0;
    if (mhd()->get_timeout(server->daemon, &daemon_ms) == MHD_YES &&
        (timeout_ms < 0 || daemon_ms < (MHD_UNSIGNED_LONG_LONG)timeout_ms)) {
        timeout_ms = (int)daemon_ms;
    }
    if (server->connections.due_ms) {
        const int64_t left_ms = server->connections.due_ms - clock_monotonic_ms();
        if (left_ms <= 0)
            timeout_ms = 0;
        else if (timeout_ms < 0 || left_ms < timeout_ms)
            timeout_ms = (int)left_ms;
    }
    return timeout_ms;
}

void server_wait_two(struct server *server, struct server *also, int timeout_ms) {
    timeout_ms = shorten(server, timeout_ms);
    if (also) timeout_ms = shorten(also, timeout_ms);
    struct pollfd polled[] = {
        {.fd = server->epoll_fd, .events = POLLIN},
        {.fd = server->wake_fds[0], .events = POLLIN},
        {.fd = also ? also->epoll_fd : -1, .events = POLLIN},
    };
    if (timeout_ms != 0) (void)poll(polled, ARRAY_COUNT(polled), timeout_ms);
    if (polled[1].revents) {
        char bytes[64];
        while (read(server->wake_fds[0], bytes, sizeof(bytes)) > 0)
            continue;
    }
}

void server_serve(struct server *server) {
    server->now_ms = clock_monotonic_ms();
    connections_sweep(&server->connections, server->now_ms);
    if (server->is_leaving) connections_send_idle_away(&server->connections);
    mhd()->run(server->daemon);
}

void server_wake(struct server *server) {
    // A full pipe is a wake-up under way.
    while (write(server->wake_fds[1], "!", 1) < 0 && errno == EINTR)
        continue;
}

bool server_has_uncommitted(const struct server *server) {
    return server->uncommitted != NULL;
}

void server_await_commit(struct server *server, struct exchange *exchange) {
    exchange->next_waiting = server->uncommitted;
    server->uncommitted = exchange;
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
    mhd()->resume_connection(exchange->connection);
}
