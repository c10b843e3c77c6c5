// server_listen — see the header.
#include "server_listen.h"

#include "base/buf.h"
#include "http/url.h"
#include "sandbox/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 511
#define EXAMPLE "Write it as 127.0.0.1:PORT, for example 127.0.0.1:7780; port 0 takes a free one."

struct address {
    struct sockaddr_storage storage;
    socklen_t len;
    bool is_remote;
};

// "HOST:PORT" or "HOST"; hosts may hold colons, so the last one counts.
static bool split_port(struct str text, struct str *host, int64_t *port) {
    *host = text;
    *port = 0;
    for (size_t i = text.len; i > 0; i--) {
        if (text.ptr[i - 1] == ']') return true; // "[::1]" without a port
        if (text.ptr[i - 1] != ':') continue;
        *host = str_slice(text, 0, i - 1);
        return str_parse_int64(str_skip(text, i), port) && *port >= 0 && *port <= 65535;
    }
    return true;
}

static void make_six(const char *host, int64_t port, struct address *out) {
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&out->storage;
    *six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    inet_pton(AF_INET6, host, &six->sin6_addr);
    out->len = sizeof(*six);
}

static bool make_four(const char *host, int64_t port, struct address *out) {
    struct sockaddr_in *four = (struct sockaddr_in *)&out->storage;
    *four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    out->len = sizeof(*four);
    return inet_pton(AF_INET, host, &four->sin_addr) == 1;
}

static bool parse(const char *text, struct address *out) {
    CLEANUP(buf_release) struct buf as_url = {0};
    CLEANUP(buf_release) struct buf name = {0};
    struct error ignored = {0};
    struct url url;
    struct str host;
    int64_t port = 0;
    if (!split_port(str_from(text), &host, &port) || !host.len) return false;
    buf_add_format(&as_url, "http://" STR_FMT ":1", STR_ARG(host));
    if (!url_parse(buf_str(&as_url), &url, &ignored) || url.path.len || url.has_query) return false;
    memset(out, 0, sizeof(*out));
    out->is_remote = !url_is_loopback(&url);
    if (str_equal_nocase(url.host, STR("localhost")))
        buf_add(&name, STR("127.0.0.1"));
    else
        buf_add(&name, url.host);
    if (!url.is_bracketed) return make_four(buf_text(&name), port, out);
    make_six(buf_text(&name), port, out);
    return true;
}

static bool
check(const char *text, bool is_remote_allowed, struct address *out, struct error *err) {
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_printable(&shown, str_slice(str_from(text), 0, 80));
    if (!parse(text, out)) {
        error_set(err, ERROR_USAGE, "\"%s\" is no address to listen on", buf_text(&shown));
        return error_hint(err, EXAMPLE);
    }
    if (!out->is_remote || is_remote_allowed) return true;
    error_set(
        err, ERROR_USAGE, "the sandbox does not listen on %s: others could reach it",
        buf_text(&shown));
    return error_hint(
        err, "Its keys are known to everybody. Use 127.0.0.1:PORT; or, in a network you trust, add "
             "--allow-remote.");
}

bool server_listen_check(const char *text, bool is_remote_allowed, struct error *err) {
    struct address ignored = {0};
    return check(text, is_remote_allowed, &ignored, err);
}

bool sandbox_check_listen(const char *listen_on, bool is_remote_allowed, struct error *err) {
    return server_listen_check(listen_on, is_remote_allowed, err);
}

static bool
bind_socket(int fd, const char *text, const struct address *address, struct error *err) {
    const int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (!bind(fd, (const struct sockaddr *)&address->storage, address->len) &&
        !listen(fd, BACKLOG)) {
        return true;
    }
    error_from_errno(err, errno, "listening on %s", text);
    err->code = ERROR_IO;
    return error_hint(
        err, "Another program may have that port: choose another with --listen 127.0.0.1:PORT, "
             "or port 0.");
}

// The name under which this machine reaches it: an address that means "all of mine" is no name.
static void name_socket(int fd, struct server_listen *out) {
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof(address);
    char name[INET6_ADDRSTRLEN] = "";
    CLEANUP(buf_release) struct buf host = {0};
    getsockname(fd, (struct sockaddr *)&address, &len);
    if (address.ss_family == AF_INET6) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address;
        if (IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr)) six->sin6_addr = in6addr_loopback;
        inet_ntop(AF_INET6, &six->sin6_addr, name, sizeof(name));
        buf_add_format(&host, "[%s]", name);
        out->port = ntohs(six->sin6_port);
    } else {
        struct sockaddr_in *four = (struct sockaddr_in *)&address;
        if (four->sin_addr.s_addr == htonl(INADDR_ANY))
            four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        inet_ntop(AF_INET, &four->sin_addr, name, sizeof(name));
        buf_add(&host, str_from(name));
        out->port = ntohs(four->sin_port);
    }
    memcpy(out->host, buf_text(&host), host.len + 1);
}

bool server_listen_open(
    const char *text, bool is_remote_allowed, struct server_listen *out, struct error *err) {
    struct address address = {0};
    if (!check(text, is_remote_allowed, &address, err)) return false;
    const int fd = socket(address.storage.ss_family, SOCK_STREAM, 0);
    if (fd < 0) return error_from_errno(err, errno, "opening a socket");
    if (!bind_socket(fd, text, &address, err)) {
        close(fd);
        return false;
    }
    *out = (struct server_listen){.fd = fd, .is_remote = address.is_remote};
    name_socket(fd, out);
    return true;
}
