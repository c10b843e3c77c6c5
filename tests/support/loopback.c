// loopback — see the header.
#include "support/loopback.h"

#include "base/attributes.h"
#include "base/buf.h"
#include "base/memory.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 64, REQUESTS_MAX = 256 };

struct connection {
    int fd; // -1: free
    struct buf in;
    bool is_held;
};

struct loopback {
    const struct loopback_exchange *script;
    size_t script_count, script_at;
    loopback_decide_fn *decide; // in place of the script
    void *decide_context;
    int listener, stop_pipe[2];
    char url[64];
    pthread_t thread;
    struct connection connections[CONNECTIONS_MAX];
    pthread_mutex_t lock; // of the three below
    struct buf requests[REQUESTS_MAX];
    size_t request_count, connection_count;
};

static int listen_somewhere(bool listens, int *out_port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t bytes = sizeof(address);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    ASSERT(fd >= 0);
    ASSERT(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    if (listens) ASSERT(listen(fd, 16) == 0);
    ASSERT(getsockname(fd, (struct sockaddr *)&address, &bytes) == 0);
    *out_port = ntohs(address.sin_port);
    return fd;
}

static void drop(struct connection *connection) {
    close(connection->fd);
    connection->fd = -1;
    connection->is_held = false;
    buf_release(&connection->in);
}

static void send_all(int fd, struct str bytes) {
    while (bytes.len) {
        const ssize_t sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0) return; // the client has gone: it may, that is what some tests do
        bytes = str_skip(bytes, (size_t)sent);
    }
}

static const struct loopback_exchange *take_next(struct loopback *loopback) {
    static const struct loopback_exchange over = {.status = 500, .body = "the script is over"};
    if (loopback->script_at == loopback->script_count) return &over;
    return &loopback->script[loopback->script_at++];
}

static void answer(struct connection *connection, const struct loopback_exchange *next) {
    CLEANUP(buf_release) struct buf out = {0};
    const struct str body = str_from(next->body);
    if (next->raw) {
        buf_add(&out, str_from(next->raw));
    } else if (next->status) {
        buf_add_format(&out, "HTTP/1.1 %d Scripted\r\n", next->status);
        buf_add(&out, str_from(next->headers));
        if (next->status != 204) buf_add_format(&out, "Content-Length: %zu\r\n", body.len);
        buf_add(&out, STR("\r\n"));
        buf_add(&out, body);
    }
    send_all(connection->fd, buf_str(&out));
    connection->is_held = next->after == LOOPBACK_HOLD;
    if (next->after == LOOPBACK_CLOSE) drop(connection);
}

// Bytes of the first whole request in `text`; 0 while it is incomplete.
static size_t whole_request(struct str text) {
    size_t head = 0;
    int64_t body = 0;
    while (head + 4 <= text.len && memcmp(text.ptr + head, "\r\n\r\n", 4) != 0)
        head++;
    if (head + 4 > text.len) return 0;
    struct str rest = str_slice(text, 0, head);
    while (rest.len) {
        struct str line, name, value;
        (void)str_split(rest, '\n', &line, &rest);
        if (!str_split(line, ':', &name, &value)) continue;
        if (str_equal_nocase(name, STR("Content-Length")))
            ASSERT(str_parse_int64(str_trim(value), &body));
    }
    const size_t all = head + 4 + (size_t)body;
    return all <= text.len ? all : 0;
}

static void note_request(struct loopback *loopback, struct str request) {
    pthread_mutex_lock(&loopback->lock);
    ASSERT(loopback->decide || loopback->request_count < REQUESTS_MAX);
    if (!loopback->decide) buf_add(&loopback->requests[loopback->request_count], request);
    loopback->request_count++;
    pthread_mutex_unlock(&loopback->lock);
}

static void receive(struct loopback *loopback, struct connection *connection) {
    char piece[16384];
    const ssize_t got = recv(connection->fd, piece, sizeof(piece), 0);
    if (got <= 0) {
        drop(connection);
        return;
    }
    buf_add(&connection->in, (struct str){.ptr = piece, .len = (size_t)got});
    while (connection->fd >= 0 && !connection->is_held) {
        const size_t bytes = whole_request(buf_str(&connection->in));
        if (!bytes) return;
        CLEANUP(buf_release) struct buf rest = {0};
        buf_add(&rest, str_skip(buf_str(&connection->in), bytes));
        const struct str request = str_slice(buf_str(&connection->in), 0, bytes);
        struct loopback_exchange decided = {0};
        if (loopback->decide) decided = loopback->decide(loopback->decide_context, request);
        note_request(loopback, request);
        buf_reset(&connection->in);
        buf_add(&connection->in, buf_str(&rest));
        answer(connection, loopback->decide ? &decided : take_next(loopback));
    }
}

static void greet(struct loopback *loopback) {
    const int one = 1;
    const int fd = accept(loopback->listener, NULL, NULL);
    if (fd < 0) return;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    pthread_mutex_lock(&loopback->lock);
    loopback->connection_count++;
    pthread_mutex_unlock(&loopback->lock);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (loopback->connections[i].fd >= 0) continue;
        loopback->connections[i].fd = fd;
        return;
    }
    UNREACHABLE("more connections than a test should need");
}

static void *serve(void *context) {
    struct loopback *loopback = context;
    while (true) {
        struct pollfd polled[CONNECTIONS_MAX + 2] = {
            {.fd = loopback->stop_pipe[0], .events = POLLIN},
            {.fd = loopback->listener, .events = POLLIN},
        };
        for (size_t i = 0; i < CONNECTIONS_MAX; i++)
            polled[i + 2] = (struct pollfd){.fd = loopback->connections[i].fd, .events = POLLIN};
        if (poll(polled, CONNECTIONS_MAX + 2, -1) < 0) continue;
        if (polled[0].revents) return NULL;
        for (size_t i = 0; i < CONNECTIONS_MAX; i++)
            if (polled[i + 2].revents) receive(loopback, &loopback->connections[i]);
        if (polled[1].revents) greet(loopback);
    }
}

static struct loopback *start(struct loopback *loopback) {
    CLEANUP(buf_release) struct buf url = {0};
    int port;
    loopback->listener = listen_somewhere(true, &port);
    buf_add_format(&url, "http://127.0.0.1:%d", port);
    ASSERT(url.len < sizeof(loopback->url));
    memcpy(loopback->url, buf_text(&url), url.len + 1);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        loopback->connections[i].fd = -1;
    ASSERT(pipe(loopback->stop_pipe) == 0);
    ASSERT(pthread_mutex_init(&loopback->lock, NULL) == 0);
    ASSERT(pthread_create(&loopback->thread, NULL, serve, loopback) == 0);
    return loopback;
}

struct loopback *loopback_start(const struct loopback_exchange *script, size_t count) {
    struct loopback *loopback = MEM_NEW(struct loopback);
    loopback->script = script;
    loopback->script_count = count;
    return start(loopback);
}

struct loopback *loopback_start_deciding(loopback_decide_fn *decide, void *context) {
    struct loopback *loopback = MEM_NEW(struct loopback);
    loopback->decide = decide;
    loopback->decide_context = context;
    return start(loopback);
}

void loopback_stop(struct loopback *loopback) {
    if (!loopback) return;
    ASSERT(write(loopback->stop_pipe[1], "x", 1) == 1);
    pthread_join(loopback->thread, NULL);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        if (loopback->connections[i].fd >= 0) drop(&loopback->connections[i]);
    for (size_t i = 0; i < REQUESTS_MAX; i++)
        buf_release(&loopback->requests[i]);
    close(loopback->listener);
    close(loopback->stop_pipe[0]);
    close(loopback->stop_pipe[1]);
    pthread_mutex_destroy(&loopback->lock);
    mem_free(loopback);
}

const char *loopback_url(const struct loopback *loopback) {
    return loopback->url;
}

size_t loopback_request_count(struct loopback *loopback) {
    pthread_mutex_lock(&loopback->lock);
    const size_t count = loopback->request_count;
    pthread_mutex_unlock(&loopback->lock);
    return count;
}

size_t loopback_connection_count(struct loopback *loopback) {
    pthread_mutex_lock(&loopback->lock);
    const size_t count = loopback->connection_count;
    pthread_mutex_unlock(&loopback->lock);
    return count;
}

struct str loopback_request(struct loopback *loopback, size_t at) {
    pthread_mutex_lock(&loopback->lock);
    ASSERT(at < loopback->request_count);
    const struct str request = buf_str(&loopback->requests[at]);
    pthread_mutex_unlock(&loopback->lock);
    return request;
}

int loopback_take_dead_port(int *out_port) {
    return listen_somewhere(false, out_port);
}

void loopback_release_port(int fd) {
    close(fd);
}
