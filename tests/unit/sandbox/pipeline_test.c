// Requests that follow each other closely on one connection, as a pipelining client sends them.
#include "fixture.h"
#include "http/base64.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ROUNDS 50
#define PATIENCE_S 10 // of one answer; a forgotten one waits for ever

static int connect_to(uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ? fd : -1;
}

// Reads until that many answers have come; false when they do not in time.
static bool read_answers(int fd, size_t wanted) {
    CLEANUP(buf_release) struct buf answers = {0};
    for (;;) {
        char piece[4096];
        const ssize_t got = recv(fd, piece, sizeof(piece), 0);
        if (got <= 0) return false;
        buf_add(&answers, (struct str){.ptr = piece, .len = (size_t)got});
        size_t count = 0;
        const char *at = buf_text(&answers);
        while ((at = strstr(at, "\"success\""))) {
            count++;
            at++;
        }
        if (count == wanted) return true;
    }
}

static void add_request(struct buf *out, const struct fixture *fixture, int number) {
    CLEANUP(buf_release) struct buf pair = {0};
    CLEANUP(buf_release) struct buf body = {0};
    buf_add_format(
        &body, "{\"event\":\"Seen\",\"userId\":\"crowd\",\"messageId\":\"crowd-%d\"}", number);
    buf_add_format(&pair, "%s:", fixture_get_identity(fixture, "write_keys.android-prod"));
    buf_add(out, STR("POST /v1/track HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic "));
    base64_encode(out, buf_str(&pair));
    buf_add_format(out, "\r\nContent-Length: %zu\r\n\r\n", body.len);
    buf_add(out, buf_str(&body));
}

// The server reads the second request while the answer to the first leaves. Then the client is silent, and
// nothing but the request itself can bring its answer.
static void a_request_behind_another_is_not_forgotten(void **state) {
    (void)state;
    struct fixture fixture = {0};
    fixture_start_in_memory(&fixture);
    const int fd = connect_to(sandbox_port(fixture.sandbox));
    assert_true(fd >= 0);
    for (int round = 0; round < ROUNDS; round++) {
        CLEANUP(buf_release) struct buf both = {0};
        add_request(&both, &fixture, 2 * round);
        add_request(&both, &fixture, 2 * round + 1);
        assert_int_equal(send(fd, both.ptr, both.len, MSG_NOSIGNAL), both.len);
        assert_true(read_answers(fd, 2));
    }
    close(fd);
    fixture_stop(&fixture);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_request_behind_another_is_not_forgotten),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
