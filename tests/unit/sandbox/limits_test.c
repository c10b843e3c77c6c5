// Limits of the server: idle, slow and greedy clients do not keep others out, and memory stays bounded.
#include "sandbox/server.h"

#include "base/clock.h"
#include "base/memory.h"
#include "fixture.h"
#include "sandbox/server_connections.h"
#include "sandbox/server_path.h"
#include "sandbox/server_peers.h"
#include "support/plain_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BIG ((size_t)6 << 20)
#define BODY_LIMIT ((size_t)512 << 10)

// ---- a server of its own, on a thread ----

struct host {
    struct server *server;
    pthread_t thread;
    atomic_bool must_stop;
    char url[64];
    uint16_t port;
    _Atomic size_t most_memory;
    _Atomic int64_t overloaded, timed_out;
};

static size_t body_limit(void *context, struct str path) {
    (void)context, (void)path;
    return BODY_LIMIT;
}

static enum server_verdict respond(void *context, struct exchange *exchange) {
    struct host *host = context;
    struct server_figures figures;
    struct buf body = {.limit = BIG + 1};
    server_get_figures(host->server, &figures);
    if (figures.memory_bytes > host->most_memory) host->most_memory = figures.memory_bytes;
    host->overloaded += exchange->is_overloaded;
    if (str_equal(exchange->path, STR("/big"))) {
        while (body.len < BIG)
            buf_add(&body, STR("0123456789abcdef"));
    } else {
        buf_add_format(&body, "%zu bytes", exchange->body.len);
    }
    exchange->response.status = exchange->is_overloaded ? 503 : exchange->is_too_large ? 413 : 200;
    response_set_body(&exchange->response, STR("text/plain"), buf_str(&body));
    buf_release(&body);
    return SERVER_ANSWER;
}

static void *run(void *context) {
    struct host *host = context;
    while (!host->must_stop) {
        struct server_figures figures;
        server_wait_two(host->server, NULL, 1000);
        server_serve(host->server);
        server_get_figures(host->server, &figures);
        host->timed_out = figures.timed_out;
    }
    return NULL;
}

static void start(struct host *host, const struct server_options *limits) {
    struct error err = {0};
    memset(host, 0, sizeof(*host));
    struct server_options options = *limits;
    options.listen = "127.0.0.1:0";
    options.body_limit = body_limit;
    options.respond = respond;
    options.context = host;
    assert_ok(server_open(&options, &host->server, &err), err);
    assert_ok(server_start(host->server, &err), err);
    host->port = server_port(host->server);
    struct buf url = {0};
    buf_add_format(&url, "http://127.0.0.1:%d", (int)host->port);
    memcpy(host->url, buf_text(&url), url.len + 1);
    buf_release(&url);
    assert_int_equal(pthread_create(&host->thread, NULL, run, host), 0);
}

static void stop(struct host *host) {
    host->must_stop = true;
    server_wake(host->server);
    pthread_join(host->thread, NULL);
    server_close(host->server);
}

static int get(const struct host *host, const char *target) {
    struct request request = {0};
    struct response response = {0};
    request_set_method(&request, STR("GET"));
    request_set_url(&request, str_from(target));
    plain_client_send(host->url, &request, &response);
    const int status = response.status;
    request_release(&request);
    response_release(&response);
    return status;
}

// ---- clients that behave badly ----

static int connect_to(uint16_t port, int receive_bytes) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_true(fd >= 0);
    if (receive_bytes) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void send_text(int fd, struct str text) {
    while (text.len) {
        const ssize_t count = send(fd, text.ptr, text.len, MSG_NOSIGNAL);
        assert_true(count > 0);
        text = str_skip(text, (size_t)count);
    }
}

// Until the server closes; how many bytes came.
static size_t read_to_end(int fd, struct buf *out) {
    static char piece[65536];
    size_t total = 0;
    ssize_t count;
    while ((count = recv(fd, piece, sizeof(piece), 0)) > 0) {
        total += (size_t)count;
        if (out) buf_add(out, (struct str){.ptr = piece, .len = (size_t)count});
    }
    return total;
}

// One whole answer of a connection that stays open; true when it came.
static bool read_answer(int fd, const char *end) {
    struct buf got = {0};
    char piece[4096];
    ssize_t count = 1;
    while (count > 0 && !str_contains(buf_str(&got), str_from(end))) {
        count = recv(fd, piece, sizeof(piece), 0);
        if (count > 0) buf_add(&got, (struct str){.ptr = piece, .len = (size_t)count});
    }
    const bool has_come = str_contains(buf_str(&got), str_from(end));
    buf_release(&got);
    return has_come;
}

static bool is_closed(int fd) {
    char byte;
    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

// ---- connections ----

static void idle_connections_make_room_for_others(void **state) {
    struct host host;
    int fds[60];
    size_t closed = 0;
    (void)state;
    start(&host, &(struct server_options){.connections = 20});
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++) { // three times as many as there is room for
        fds[i] = connect_to(host.port, 0);
        send_text(fds[i], STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_true(read_answer(fds[i], "0 bytes"));
    }
    assert_int_equal(get(&host, "/"), 200);
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++) {
        closed += is_closed(fds[i]);
        if (i + 10 >= ARRAY_COUNT(fds)) assert_false(is_closed(fds[i])); // the oldest went first
        close(fds[i]);
    }
    assert_true(closed >= 40);
    stop(&host);
}

static void connections_that_say_nothing_make_room_too(void **state) {
    struct host host;
    int fds[60];
    (void)state;
    start(&host, &(struct server_options){.connections = 20, .time_scale = 100});
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++)
        fds[i] = connect_to(host.port, 0);
    assert_int_equal(get(&host, "/"), 200);
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++) {
        assert_int_equal(read_to_end(fds[i], NULL), 0); // each is sent away in the end
        close(fds[i]);
    }
    stop(&host);
}

static void whoever_is_slow_has_to_go(void **state) {
    static const char *const beginnings[] = {
        "",
        "GET / HT",
        "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nsome",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    };
    struct host host;
    int fds[ARRAY_COUNT(beginnings)];
    (void)state;
    start(&host, &(struct server_options){.time_scale = 100});
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++) {
        fds[i] = connect_to(host.port, 0);
        send_text(fds[i], str_from(beginnings[i]));
    }
    assert_int_equal(get(&host, "/"), 200);
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++) {
        print_message("%s\n", beginnings[i]);
        assert_int_equal(read_to_end(fds[i], NULL), 0);
        close(fds[i]);
    }
    stop(&host);
}

static void trickling_bytes_do_not_stretch_the_time(void **state) {
    struct host host;
    (void)state;
    start(&host, &(struct server_options){.time_scale = 100}); // 100 ms for the headers
    const int fd = connect_to(host.port, 0);
    const int64_t started_ms = clock_monotonic_ms();
    send_text(fd, STR("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "));
    struct pollfd closing = {.fd = fd, .events = POLLIN};
    while (poll(&closing, 1, 5) == 0) { // a byte every 5 ms, until it is closed
        if (send(fd, "a", 1, MSG_NOSIGNAL) != 1) break;
        assert_true(clock_monotonic_ms() - started_ms < 30000);
    }
    close(fd);
    stop(&host);
}

static void a_slow_reader_loses_the_rest(void **state) {
    struct host host;
    (void)state;
    start(&host, &(struct server_options){.time_scale = 200});
    const int fd = connect_to(host.port, 4096);
    send_text(fd, STR("GET /big HTTP/1.1\r\nHost: x\r\n\r\n"));
    while (!host.timed_out) // reads nothing until it is sent away
        assert_int_equal(get(&host, "/"), 200);
    assert_true(read_to_end(fd, NULL) < BIG);
    close(fd);
    stop(&host);
}

// ---- memory ----

static void bodies_in_memory_are_bounded(void **state) {
    struct host host;
    int fds[12];
    struct buf half = {0};
    size_t refused = 0;
    (void)state;
    start(&host, &(struct server_options){.memory_bytes = (size_t)2 << 20});
    while (half.len < (size_t)200 << 10)
        buf_add(&half, STR("0123456789abcdef"));
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++) {
        struct buf head = {0};
        fds[i] = connect_to(host.port, 0);
        buf_add_format(
            &head, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n",
            2 * half.len);
        send_text(fds[i], buf_str(&head));
        send_text(fds[i], buf_str(&half));
        buf_release(&head);
    }
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++) { // 12 × 400 KB do not fit
        struct buf got = {0};
        send_text(fds[i], buf_str(&half));
        (void)read_to_end(fds[i], &got);
        refused += str_starts_with(buf_str(&got), STR("HTTP/1.1 503"));
        close(fds[i]);
        buf_release(&got);
    }
    assert_true(refused > 0 && refused < ARRAY_COUNT(fds));
    assert_int_equal(host.overloaded, (int64_t)refused);
    assert_true(host.most_memory < (size_t)3 << 20);
    assert_int_equal(get(&host, "/"), 200); // all of it is free again
    buf_release(&half);
    stop(&host);
}

static void too_much_is_answered_not_cut(void **state) {
    struct host host;
    struct buf text = {0}, got = {0};
    (void)state;
    start(&host, &(struct server_options){0});
    buf_add_format(
        &text, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n",
        BODY_LIMIT + 16);
    const size_t head = text.len;
    while (text.len < head + BODY_LIMIT + 16)
        buf_add(&text, STR("0123456789abcdef"));
    plain_client_send_raw(host.url, buf_str(&text), &got);
    assert_true(str_starts_with(buf_str(&got), STR("HTTP/1.1 413")));
    buf_reset(&text);
    buf_reset(&got);
    buf_add(&text, STR("GET / HTTP/1.1\r\nHost: x\r\nX-Long: "));
    while (text.len < SERVER_HEADER_BYTES + 1024)
        buf_add(&text, STR("0123456789abcdef"));
    buf_add(&text, STR("\r\n\r\n"));
    plain_client_send_raw(host.url, buf_str(&text), &got);
    assert_true(str_starts_with(buf_str(&got), STR("HTTP/1.1 431")));
    buf_release(&text);
    buf_release(&got);
    stop(&host);
}

static void whoever_asks_before_sending_is_told_before_sending(void **state) {
    struct host host;
    struct buf got = {0};
    (void)state;
    start(&host, &(struct server_options){0});
    int fd = connect_to(host.port, 0);
    send_text(
        fd, STR("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n"
                "Content-Length: 4\r\n\r\n"));
    assert_true(read_answer(fd, "100 Continue\r\n\r\n"));
    send_text(fd, STR("body"));
    (void)read_to_end(fd, &got);
    assert_true(str_starts_with(buf_str(&got), STR("HTTP/1.1 200")));
    assert_contains(buf_str(&got), "4 bytes");
    close(fd);
    buf_reset(&got);
    fd = connect_to(host.port, 0);
    send_text(
        fd, STR("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                "Content-Length: 99999999\r\n\r\n"));
    (void)read_to_end(fd, &got);
    assert_true(str_starts_with(buf_str(&got), STR("HTTP/1.1 413")));
    assert_contains(buf_str(&got), "too_large");
    close(fd);
    buf_release(&got);
    stop(&host);
}

// ---- who waits ----

static void those_who_wait_leave_room(void **state) {
    struct rlimit before, few;
    struct fixture fixture;
    int fds[85]; // 81 may wait when 200 files may be open
    size_t refused = 0;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = 200;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    fixture_start_in_memory(&fixture);
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++) {
        fds[i] = connect_to(sandbox_port(fixture.sandbox), 0);
        send_text(
            fds[i], STR("GET /_recloop/debugger?wait=30000 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                        "Connection: close\r\n\r\n"));
    }
    for (size_t i = 81; i < ARRAY_COUNT(fds); i++) {
        struct buf got = {0};
        (void)read_to_end(fds[i], &got);
        refused += str_starts_with(buf_str(&got), STR("HTTP/1.1 503"));
        if (i == 81) assert_contains(buf_str(&got), "Retry-After: 1");
        buf_release(&got);
    }
    assert_int_equal(refused, 4);
    assert_int_equal(fixture_get(&fixture, "/_recloop/health"), 200);
    fixture_stop(&fixture);
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++)
        close(fds[i]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

// ---- paths and methods ----

static void paths_have_one_spelling(void **state) {
    static const struct {
        const char *path, *normal;
    } cases[] = {
        {"/v1/track", "/v1/track"},
        {"/v1/tr%61ck", "/v1/track"},
        {"/v1/%74%72%61%63%6B", "/v1/track"},
        {"/a/../v1/./track", "/v1/track"},
        {"/../../v1/track", "/v1/track"},
        {"/%2e%2E/v1/track", "/v1/track"},
        {"/x/%5Frecloop", "/x/_recloop"},
        {"/v1/track/.", "/v1/track/"},
        {"/v1/track/..", "/v1/"},
        {"/..", "/"},
        {"/", "/"},
        {"/a%2Fb%3Ac", "/a%2Fb%3Ac"},
        {"/a%zz%1", "/a%25zz%251"},
        {"/%%32e%%32e/x", "/%252e%252e/x"},
        {"/a//b", "/a//b"},
        {"/.hidden/..x", "/.hidden/..x"},
        {"http://host:1/v1/track", "/v1/track"},
        {"HTTP://host", "/"},
        {"*", "*"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf out = {0};
        assert_true(server_path_normalise(str_from(cases[i].path), &out));
        assert_str(buf_str(&out), cases[i].normal);
        buf_reset(&out);
        assert_true(server_path_normalise(str_from(cases[i].normal), &out));
        assert_str(buf_str(&out), cases[i].normal); // and it stays
        buf_release(&out);
    }
    struct buf out = {0};
    assert_false(server_path_normalise(STR("/a%00b"), &out));
    buf_release(&out);
}

static void no_other_spelling_gets_past_the_own_routes_rule(void **state) {
    static const char *const targets[] = {
        "/_recloop/reset", "/%5frecloop/reset", "/x/../_recloop/reset", "/./_recloop/%72eset"};
    struct fixture fixture;
    (void)state;
    fixture_start_in_memory(&fixture);
    for (size_t i = 0; i < ARRAY_COUNT(targets); i++) {
        assert_int_equal(
            fixture_call(
                &fixture,
                &(struct fixture_call){
                    .method = "POST", .target = targets[i], .origin = "https://evil.example"}),
            403);
        assert_int_equal(
            fixture_call(&fixture, &(struct fixture_call){.method = "POST", .target = targets[i]}),
            200);
    }
    assert_int_equal(fixture_get(&fixture, "/_recloop/health%00"), 400);
    fixture_stop(&fixture);
}

static void other_methods_are_told_which_there_are(void **state) {
    static const struct {
        const char *method, *target;
        int status;
        const char *allow;
    } cases[] = {
        {"DELETE", "/_recloop/health", 405, "GET, HEAD, OPTIONS"},
        {"OPTIONS", "/_recloop/faults", 204, "GET, HEAD, PUT, DELETE, OPTIONS"},
        {"GET", "/_recloop/reset", 405, "POST, OPTIONS"},
        {"HEAD", "/_recloop/health", 200, NULL},
        {"BREW", "/nowhere", 404, NULL},
    };
    struct fixture fixture;
    (void)state;
    fixture_start_in_memory(&fixture);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf text = {0}, got = {0}, status = {0}, allow = {0};
        print_message("%s %s\n", cases[i].method, cases[i].target);
        buf_add_format(
            &text, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
            cases[i].method, cases[i].target);
        plain_client_send_raw(sandbox_url(fixture.sandbox), buf_str(&text), &got);
        buf_add_format(&status, "HTTP/1.1 %d ", cases[i].status);
        assert_true(str_starts_with(buf_str(&got), buf_str(&status)));
        buf_add_format(&allow, "\r\nAllow: %s\r\n", cases[i].allow ? cases[i].allow : "");
        if (cases[i].allow) assert_contains(buf_str(&got), buf_text(&allow));
        if (cases[i].status == 200) assert_true(str_ends_with(buf_str(&got), STR("\r\n\r\n")));
        buf_release(&text);
        buf_release(&got);
        buf_release(&status);
        buf_release(&allow);
    }
    fixture_stop(&fixture);
}

static void the_other_end_is_known(void **state) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    (void)state;
    const int door = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(door, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(door, 1), 0);
    assert_int_equal(getsockname(door, (struct sockaddr *)&address, &len), 0);
    const int client = connect_to(ntohs(address.sin_port), 0);
    const int fd = accept(door, NULL, NULL);
    assert_true(fd >= 0);
    assert_true(server_peers_is_local(fd));
    assert_true(server_peers_is_own_address(fd, STR("127.0.0.1")));
    assert_true(server_peers_is_own_address(fd, STR("::ffff:127.0.0.1")));
    static const char *const others[] = {"127.0.0.2", "localhost", "evil.example", "::1", ""};
    for (size_t i = 0; i < ARRAY_COUNT(others); i++)
        assert_false(server_peers_is_own_address(fd, str_from(others[i])));
    assert_false(server_peers_is_local(-1));
    close(fd);
    close(client);
    close(door);
}

// ---- leaving ----

static void leaving_ends_idle_connections_and_finishes_the_rest(void **state) {
    struct host host;
    struct error err = {0};
    (void)state;
    // by hand, without the thread, so that the order is ours
    const struct server_options options = {
        .listen = "127.0.0.1:0", .body_limit = body_limit, .respond = respond, .context = &host};
    memset(&host, 0, sizeof(host));
    assert_ok(server_open(&options, &host.server, &err), err);
    assert_ok(server_start(host.server, &err), err);
    const int idle = connect_to(server_port(host.server), 0);
    const int busy = connect_to(server_port(host.server), 0);
    send_text(busy, STR("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbo"));
    while (server_connection_count(host.server) < 2)
        server_serve(host.server);
    for (int i = 0; i < 20; i++) // both are read
        server_serve(host.server);
    server_close_door(host.server);
    send_text(busy, STR("dy"));
    for (int i = 0; i < 10000 && server_connection_count(host.server); i++) {
        server_wait_two(host.server, NULL, 10);
        server_serve(host.server);
    }
    assert_int_equal(server_connection_count(host.server), 0);
    struct buf got = {0};
    assert_int_equal(read_to_end(idle, NULL), 0);
    (void)read_to_end(busy, &got);
    assert_contains(buf_str(&got), "Connection: close");
    assert_contains(buf_str(&got), "4 bytes");
    buf_release(&got);
    close(idle);
    close(busy);
    server_close(host.server);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(idle_connections_make_room_for_others),
    cmocka_unit_test(connections_that_say_nothing_make_room_too),
    cmocka_unit_test(whoever_is_slow_has_to_go),
    cmocka_unit_test(trickling_bytes_do_not_stretch_the_time),
    cmocka_unit_test(a_slow_reader_loses_the_rest),
    cmocka_unit_test(bodies_in_memory_are_bounded),
    cmocka_unit_test(too_much_is_answered_not_cut),
    cmocka_unit_test(whoever_asks_before_sending_is_told_before_sending),
    cmocka_unit_test(those_who_wait_leave_room),
    cmocka_unit_test(paths_have_one_spelling),
    cmocka_unit_test(no_other_spelling_gets_past_the_own_routes_rule),
    cmocka_unit_test(other_methods_are_told_which_there_are),
    cmocka_unit_test(the_other_end_is_known),
    cmocka_unit_test(leaving_ends_idle_connections_and_finishes_the_rest),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
