// runtime_line — see the header.
#include "runtime_line.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

// ---- a runtime's connection ----

uint16_t runtime_line_port(struct fixture *fixture) {
    int64_t port = 0;
    struct str host, rest;
    assert_int_equal(fixture_get(fixture, "/_recloop/env"), 200);
    str_split(json_get_text(fixture->json.root, "runtime_api"), ':', &host, &rest);
    assert_str(host, "127.0.0.1");
    assert_true(str_parse_int64(rest, &port));
    return (uint16_t)port;
}

void runtime_line_dial(struct runtime_line *line) {
    const struct timeval most = {.tv_sec = 20};
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(line->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    line->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(line->fd >= 0);
    setsockopt(line->fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most));
    assert_int_equal(connect(line->fd, (const struct sockaddr *)&address, sizeof(address)), 0);
}

void runtime_line_hang_up(struct runtime_line *line) {
    close(line->fd);
    buf_release(&line->in);
    response_release(&line->response);
}

void runtime_line_send(struct runtime_line *line, struct str text) {
    while (text.len) {
        const ssize_t sent = send(line->fd, text.ptr, text.len, MSG_NOSIGNAL);
        assert_true(sent > 0);
        text = str_skip(text, (size_t)sent);
    }
}

void runtime_line_post(
    struct runtime_line *line, const char *target, const char *headers, struct str body) {
    struct buf head = {0};
    buf_add_format(
        &head, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%sContent-Length: %zu\r\n\r\n", target,
        headers, body.len);
    runtime_line_send(line, buf_str(&head));
    runtime_line_send(line, body);
    buf_release(&head);
}

void runtime_line_ask_next(struct runtime_line *line, const char *prefix) {
    struct buf head = {0};
    buf_add_format(&head, "GET %s" RUNTIME_NEXT " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", prefix);
    runtime_line_send(line, buf_str(&head));
    buf_release(&head);
}

bool runtime_line_fill(struct runtime_line *line, size_t wanted) {
    char bytes[65536];
    while (line->in.len < wanted) {
        const ssize_t got = recv(line->fd, bytes, sizeof(bytes), 0);
        if (got < 0) fail_msg("the sandbox did not answer");
        if (got == 0) return false;
        buf_add(&line->in, (struct str){.ptr = bytes, .len = (size_t)got});
    }
    return true;
}

static size_t head_end(const struct runtime_line *line) {
    const struct str text = buf_str(&line->in);
    for (size_t i = 0; i + 4 <= text.len; i++) {
        if (memcmp(text.ptr + i, "\r\n\r\n", 4) == 0) return i + 4;
    }
    return 0;
}

static void read_head(struct runtime_line *line, struct str head) {
    struct str first, rest, name, value;
    int64_t status = 0;
    str_split(head, '\n', &first, &rest);
    assert_true(str_parse_int64(str_slice(first, 9, 3), &status));
    line->response.status = (int)status;
    while (rest.len) {
        str_split(rest, '\n', &first, &rest);
        if (str_split(str_trim(first), ':', &name, &value))
            headers_add(&line->response.headers, name, str_trim(value));
    }
}

int runtime_line_receive(struct runtime_line *line) {
    size_t end;
    int64_t length = 0;
    response_release(&line->response);
    while (!(end = head_end(line)))
        assert_true(runtime_line_fill(line, line->in.len + 1));
    read_head(line, str_slice(buf_str(&line->in), 0, end));
    (void)str_parse_int64(headers_get(&line->response.headers, STR("Content-Length")), &length);
    assert_true(runtime_line_fill(line, end + (size_t)length));
    buf_add(&line->response.body, str_slice(buf_str(&line->in), end, (size_t)length));
    struct buf rest = {0};
    buf_add(&rest, str_skip(buf_str(&line->in), end + (size_t)length));
    buf_release(&line->in);
    line->in = rest;
    return line->response.status;
}

struct str runtime_line_header(const struct runtime_line *line, const char *name) {
    return headers_get(&line->response.headers, str_from(name));
}

struct runtime_line runtime_line_open(struct fixture *fixture) {
    struct runtime_line line = {.port = runtime_line_port(fixture)};
    runtime_line_dial(&line);
    return line;
}

int runtime_line_answer(
    struct runtime_line *line, const char *what, const char *headers, const char *body) {
    struct buf target = {0};
    buf_add_format(
        &target, RUNTIME "/invocation/" STR_FMT "/%s",
        STR_ARG(runtime_line_header(line, "Lambda-Runtime-Aws-Request-Id")), what);
    runtime_line_post(line, buf_text(&target), headers, str_from(body));
    buf_release(&target);
    return runtime_line_receive(line);
}

void runtime_line_settle(struct fixture *fixture) {
    struct runtime_line line = runtime_line_open(fixture);
    runtime_line_post(&line, RUNTIME "/invocation/none/response", "", STR("1"));
    assert_int_equal(runtime_line_receive(&line), 400);
    runtime_line_hang_up(&line);
}

// ---- a caller, on a thread of its own ----

static void *invoke_on_thread(void *context) {
    struct caller *caller = context;
    caller->status = fixture_aws(
        &caller->fixture, &(struct fixture_aws){
                              .service = "lambda",
                              .target = caller->target,
                              .body = caller->body,
                              .log_type = "Tail"});
    if (caller->ended) sem_post(caller->ended);
    return NULL;
}

void caller_begin_with(
    struct caller *caller,
    struct fixture *fixture,
    const char *target,
    const char *body,
    sem_t *ended) {
    *caller = (struct caller){
        .ended = ended,
        .fixture = {.sandbox = fixture->sandbox, .identities = fixture->identities},
        .target = target,
        .body = body};
    assert_int_equal(pthread_create(&caller->thread, NULL, invoke_on_thread, caller), 0);
}

void caller_begin(
    struct caller *caller, struct fixture *fixture, const char *target, const char *body) {
    caller_begin_with(caller, fixture, target, body, NULL);
}

void caller_end(struct caller *caller) {
    pthread_join(caller->thread, NULL);
}

void caller_release(struct caller *caller) {
    response_release(&caller->fixture.response);
    json_release(&caller->fixture.json);
}

struct str caller_member(const struct caller *caller, const char *name) {
    return json_get_text(caller->fixture.json.root, name);
}

void assert_function_failed(const struct caller *caller, const char *type, const char *message) {
    assert_int_equal(caller->status, 200);
    assert_str(
        headers_get(&caller->fixture.response.headers, STR("X-Amz-Function-Error")), "Unhandled");
    assert_str(caller_member(caller, "errorType"), type);
    assert_contains(caller_member(caller, "errorMessage"), message);
}
