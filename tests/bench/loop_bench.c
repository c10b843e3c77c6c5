// loop_bench — the loop in the sandbox: how long one click takes to the changed trait, and how many
// events a second go all the way round.
//
// usage: loop_bench latency COUNT | loop_bench throughput EVENTS
// A sandbox runs in this process on a folder of its own; the client is a plain blocking socket, so that
// the figures are the sandbox's. A loop is: track accepted → destination → PutEvents →
// GetRecommendations → identify → trait readable. Prints one JSON line.
#include "base/clock.h"
#include "base/files.h"
#include "base/memory.h"
#include "http/base64.h"
#include "sandbox/own_routes.h"
#include "sandbox/sandbox.h"
#include "segment/batch.h"
#include "segment/catalog.h"
#include "segment/test_event.h"
#include "support/temp_folder.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LATENCIES_MAX 100000
#define WAITS_MAX 20 // of OWN_ROUTES_WAIT_LIMIT_MS
#define EVENTS_PER_BATCH 200

struct connection {
    int fd;
    struct buf in;
};

static void die(const char *what) {
    fprintf(stderr, "loop_bench: %s\n", what);
    exit(1);
}

static void connect_to(struct connection *connection, uint16_t port) {
    const int one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection->fd = socket(AF_INET, SOCK_STREAM, 0);
    connection->in.limit = (size_t)64 << 20;
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(connection->fd, (struct sockaddr *)&address, sizeof(address)) != 0) die("connect");
}

static void send_all(int fd, struct str text) {
    while (text.len) {
        const ssize_t put = write(fd, text.ptr, text.len);
        if (put <= 0) die("write");
        text = str_skip(text, (size_t)put);
    }
}

// Reads until a whole answer with Content-Length is there; returns its body.
static struct str read_answer(struct connection *connection) {
    buf_reset(&connection->in);
    for (;;) {
        char chunk[65536];
        const ssize_t got = read(connection->fd, chunk, sizeof(chunk));
        if (got <= 0) die("the sandbox closed the connection");
        buf_add(&connection->in, (struct str){.ptr = chunk, .len = (size_t)got});
        const char *end = strstr(buf_text(&connection->in), "\r\n\r\n");
        const char *field = strstr(buf_text(&connection->in), "Content-Length: ");
        if (!end || !field) continue;
        struct str digits = str_from(field + strlen("Content-Length: "));
        int64_t length = 0;
        digits.len = str_find_char(digits, '\r');
        if (!str_parse_int64(digits, &length)) die("Content-Length");
        const size_t head = (size_t)(end + 4 - buf_text(&connection->in));
        if (connection->in.len < head + (size_t)length) continue;
        if (!str_starts_with(buf_str(&connection->in), STR("HTTP/1.1 200"))) {
            fprintf(stderr, "%s\n", buf_text(&connection->in));
            die("the answer is not 200");
        }
        return str_skip(buf_str(&connection->in), head);
    }
}

// `user` is the Basic authentication's; NULL: none.
static struct str
ask(struct connection *connection,
    const char *method,
    const char *path,
    const char *user,
    struct str body) {
    CLEANUP(buf_release) struct buf request = {.limit = (size_t)2 << 20};
    buf_add_format(&request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n", method, path);
    if (user) {
        CLEANUP(buf_release) struct buf pair = {0};
        buf_add_format(&pair, "%s:", user);
        buf_add(&request, STR("Authorization: Basic "));
        base64_encode(&request, buf_str(&pair));
        buf_add(&request, STR("\r\n"));
    }
    buf_add_format(
        &request, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n", body.len);
    buf_add(&request, body);
    send_all(connection->fd, buf_str(&request));
    return read_answer(connection);
}

static void make_event(struct rng *rng, size_t nth, struct event *out) {
    CLEANUP(buf_release) struct buf user = {0};
    buf_add_format(&user, "bench-%d", (int)(nth % 500));
    test_event_build(
        &(struct test_event_options){
            .user_id = buf_str(&user),
            .sku = str_from(catalog_at(rng_below(rng, CATALOG_COUNT))->sku),
            .now_ms = clock_wall_ms(),
            .rng = rng,
        },
        out);
}

static int compare(const void *left, const void *right) {
    const double a = *(const double *)left;
    const double b = *(const double *)right;
    return (a > b) - (a < b);
}

static void wait_for_trait(
    struct connection *connection,
    const struct event *event,
    const char *token,
    const char *space) {
    CLEANUP(buf_release) struct buf path = {0};
    buf_add_format(
        &path, "/_recloop/deliveries?message_id=" STR_FMT "&wait=%d", STR_ARG(event->message_id),
        OWN_ROUTES_WAIT_LIMIT_MS);
    bool is_delivered = false;
    for (int asked = 0; !is_delivered && asked < WAITS_MAX; asked++) {
        const struct str answer = ask(connection, "GET", buf_text(&path), NULL, STR(""));
        is_delivered = str_contains(answer, STR("\"delivered\""));
    }
    if (!is_delivered) die("the event was not delivered");
    buf_reset(&path);
    buf_add_format(
        &path,
        "/v1/spaces/%s/collections/users/profiles/user_id:" STR_FMT
        "/traits?include=recommended_products",
        space, STR_ARG(event->user_id));
    if (!str_contains(
            ask(connection, "GET", buf_text(&path), token, STR("")), STR("recommended_products"))) {
        die("the trait is not there");
    }
}

static void
latency(struct connection *connection, const struct sandbox_identities *ids, size_t count) {
    static double ms[LATENCIES_MAX];
    struct rng rng;
    rng_seed(&rng, 1);
    for (size_t i = 0; i < count; i++) {
        CLEANUP(event_release) struct event event = {0};
        CLEANUP(buf_release) struct buf body = {0};
        make_event(&rng, i, &event);
        event_encode(&event, &body);
        const int64_t started_us = clock_monotonic_us();
        ask(connection, "POST", "/v1/track", sandbox_identities_get(ids, "write_keys.website-prod"),
            buf_str(&body));
        wait_for_trait(
            connection, &event, sandbox_identities_get(ids, "profile_api_token"),
            sandbox_identities_get(ids, "profile_space_id"));
        ms[i] = (double)(clock_monotonic_us() - started_us) / 1000;
    }
    qsort(ms, count, sizeof(*ms), compare);
    printf(
        "{\"loops\":%zu,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f}\n", count, ms[count / 2],
        ms[count * 99 / 100], ms[count - 1]);
}

static void
throughput(struct connection *connection, const struct sandbox_identities *ids, size_t count) {
    CLEANUP(batch_builder_release) struct batch_builder builder = {0};
    CLEANUP(event_release) struct event last = {0};
    struct rng rng;
    rng_seed(&rng, 2);
    const size_t batches = (count + EVENTS_PER_BATCH - 1) / EVENTS_PER_BATCH;
    struct buf *bodies = mem_zeroed(batches, sizeof(struct buf));
    for (size_t i = 0; i < batches; i++) {
        for (size_t k = 0; k < EVENTS_PER_BATCH; k++) {
            event_release(&last);
            make_event(&rng, i * EVENTS_PER_BATCH + k, &last);
            if (batch_builder_add(&builder, &last) != BATCH_ADDED) die("batch");
        }
        batch_builder_finish(&builder, clock_wall_ms(), STR(""), &bodies[i]);
    }
    const char *key = sandbox_identities_get(ids, "write_keys.website-prod");
    const int64_t started_us = clock_monotonic_us();
    for (size_t i = 0; i < batches; i++) {
        ask(connection, "POST", "/v1/batch", key, buf_str(&bodies[i]));
    }
    const int64_t accepted_us = clock_monotonic_us();
    // The last of them: its record is told when all before it are done.
    wait_for_trait(
        connection, &last, sandbox_identities_get(ids, "profile_api_token"),
        sandbox_identities_get(ids, "profile_space_id"));
    const double seconds = (double)(clock_monotonic_us() - started_us) / 1e6;
    const size_t events = batches * EVENTS_PER_BATCH;
    printf(
        "{\"events\":%zu,\"accepted_per_second\":%.0f,\"loops_per_second\":%.0f}\n", events,
        (double)events * 1e6 / (double)(accepted_us - started_us), (double)events / seconds);
    for (size_t i = 0; i < batches; i++)
        buf_release(&bodies[i]);
    mem_free(bodies);
}

int main(int argc, char **argv) {
    int64_t count = 0;
    if (argc != 3 || !str_parse_int64(str_from(argv[2]), &count) || count < 1 ||
        count > LATENCIES_MAX) {
        fprintf(stderr, "usage: loop_bench latency|throughput COUNT\n");
        return 2;
    }
    CLEANUP(temp_folder_remove) struct temp_folder folder = temp_folder_make();
    CLEANUP(sandbox_identities_release) struct sandbox_identities ids = {0};
    struct connection connection = {0};
    struct sandbox *sandbox = NULL;
    struct error err = {0};
    // a trait is read after each click: more often than Segment lets a space be asked
    const struct sandbox_options options = {.data_folder = folder.path, .profile_limit = -1};
    if (!sandbox_start(&options, &sandbox, &err)) {
        die(err.message);
    }
    sandbox_identities_make(&ids, sandbox_url(sandbox), NULL, NULL);
    connect_to(&connection, sandbox_port(sandbox));
    if (str_equal(str_from(argv[1]), STR("latency"))) {
        latency(&connection, &ids, (size_t)count);
    } else {
        throughput(&connection, &ids, (size_t)count);
    }
    close(connection.fd);
    buf_release(&connection.in);
    sandbox_stop(sandbox);
    return 0;
}
