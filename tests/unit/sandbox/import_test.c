// Import: every row counts once, others are served meanwhile, and a file that ends early can be sent again.
#include "fixture.h"
#include "support/plain_client.h"

#include "base/rng.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>

#define HEADER "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n"
enum { MANY = 30000 };

static int64_t health(struct fixture *fixture, const char *key) {
    int64_t count = -1;
    assert_int_equal(fixture_get(fixture, "/_recloop/health"), 200);
    assert_true(json_integer(json_get(fixture->json.root, key), &count));
    return count;
}

static int64_t reply(const struct fixture *fixture, const char *key) {
    int64_t count = -1;
    assert_true(json_integer(json_get(fixture->json.root, key), &count));
    return count;
}

static void check_import(
    struct fixture *fixture, const char *target, const char *body, int imported, int duplicates) {
    const struct fixture_call call = {.method = "POST", .target = target, .body = body};
    assert_int_equal(fixture_call(fixture, &call), 200);
    assert_int_equal(reply(fixture, "imported"), imported);
    assert_int_equal(reply(fixture, "duplicates"), duplicates);
}

// Rows that all differ, but for one in a hundred that repeats the one before.
static void make_rows(struct buf *out, int rows) {
    struct rng rng;
    rng_seed(&rng, 11);
    out->limit = (size_t)64 << 20;
    buf_add(out, STR(HEADER));
    int item = 0;
    for (int i = 0; i < rows; i++) {
        if (i % 100 != 99) item = (int)rng_below(&rng, 500);
        buf_add_format(
            out, "u%d,i%d,Product Clicked,%d\n", (i - (i % 100 == 99)) % 700, item,
            1770000000 + i - (i % 100 == 99));
    }
}

static void rows_count_once_however_often_they_are_sent(void **state) {
    struct fixture *fixture = *state;
    static const char twice[] = HEADER "im-1,led-high-tops,Product Clicked,1770000000\n"
                                       "im-1,herschel-iona,Order Completed,1770000100\n"
                                       "im-1,herschel-iona,Order Completed,1770000100\n";
    static const char thrice[] = HEADER "im-1,herschel-iona,Order Completed,1770000100\n"
                                        "im-1,herschel-iona,Order Completed,1770000100\n"
                                        "im-1,herschel-iona,Order Completed,1770000100\n";
    const int64_t before = health(fixture, "interactions");
    check_import(fixture, "/_recloop/import", twice, 3, 0);
    check_import(fixture, "/_recloop/import", twice, 0, 3);
    check_import(fixture, "/_recloop/import", thrice, 1, 2);
    check_import(fixture, "/_recloop/import", thrice, 0, 3);
    assert_int_equal(health(fixture, "interactions"), before + 4);
}

static void the_pieces_of_a_file_are_one_file(void **state) {
    struct fixture *fixture = *state;
    static const char piece[] = HEADER "p-1,led-high-tops,Product Clicked,1770000000\n";
    check_import(fixture, "/_recloop/import?import=a", piece, 1, 0);
    check_import(
        fixture, "/_recloop/import?import=a", piece, 1, 0); // its second row, the same again
    check_import(fixture, "/_recloop/import?import=b", piece, 0, 1);
    check_import(fixture, "/_recloop/import?import=b", piece, 0, 1);
    check_import(fixture, "/_recloop/import?import=b", piece, 1, 0); // the third of its kind
}

static void fields_do_not_run_into_each_other(void **state) {
    struct fixture *fixture = *state;
    check_import(
        fixture, "/_recloop/import",
        HEADER "ab,c,,1770000000\na,bc,,1770000000\na,b,c,1770000000\n\"a\",\"b\",c,1770000000\n",
        4, 0);
}

static void a_mistake_at_the_end_changes_nothing(void **state) {
    struct fixture *fixture = *state;
    struct buf text = {0};
    const int64_t before = health(fixture, "interactions");
    make_rows(&text, 2000);
    buf_add(&text, STR("u1,i1,Product Clicked,never\n"));
    const struct fixture_call call = {
        .method = "POST", .target = "/_recloop/import", .body = buf_text(&text)};
    assert_int_equal(fixture_call(fixture, &call), 400);
    assert_contains(json_get_text(json_get(fixture->json.root, "error"), "message"), "line 2002");
    assert_int_equal(health(fixture, "interactions"), before);
    buf_release(&text);
}

struct sender {
    const char *url;
    const struct buf *text;
    struct response response;
};

static void *send_file(void *context) {
    struct sender *sender = context;
    struct request request = {0};
    request_set_method(&request, STR("POST"));
    request_set_url(&request, STR("/_recloop/import"));
    request_set_body(&request, buf_str(sender->text));
    plain_client_send(sender->url, &request, &sender->response);
    request_release(&request);
    return NULL;
}

static void others_are_served_meanwhile(void **state) {
    struct fixture *fixture = *state;
    struct buf text = {0};
    make_rows(&text, MANY);
    const int64_t before = health(fixture, "interactions");
    struct sender sender = {.url = sandbox_url(fixture->sandbox), .text = &text};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, send_file, &sender), 0);
    int served = 0;
    int64_t now = before;
    while (now < before + MANY) {
        now = health(fixture, "interactions");
        served += now > before && now < before + MANY;
    }
    pthread_join(thread, NULL);
    assert_int_equal(sender.response.status, 200);
    assert_true(served > 0); // some were answered in the midst of it
    response_release(&sender.response);
    buf_release(&text);
}

static int open_and_send(const struct fixture *fixture, struct str text) {
    int64_t port = 0;
    const struct str url = str_from(sandbox_url(fixture->sandbox));
    assert_true(str_parse_int64(str_skip(url, strlen("http://127.0.0.1:")), &port));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    struct buf request = {.limit = (size_t)64 << 20};
    buf_add_format(
        &request,
        "POST /_recloop/import HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n\r\n",
        text.len);
    buf_add(&request, text);
    for (struct str rest = buf_str(&request); rest.len;) {
        const ssize_t put = send(fd, rest.ptr, rest.len, MSG_NOSIGNAL);
        assert_true(put > 0);
        rest = str_skip(rest, (size_t)put);
    }
    buf_release(&request);
    return fd;
}

static void who_hangs_up_sends_the_file_again(void **state) {
    struct fixture *fixture = *state;
    struct buf text = {0};
    make_rows(&text, MANY);
    const int64_t before = health(fixture, "interactions");
    const int fd = open_and_send(fixture, buf_str(&text));
    while (health(fixture, "interactions") == before)
        continue; // it has begun
    close(fd);
    const struct fixture_call call = {
        .method = "POST", .target = "/_recloop/import", .body = buf_text(&text)};
    assert_int_equal(fixture_call(fixture, &call), 200);
    assert_true(reply(fixture, "duplicates") > 0);
    assert_int_equal(reply(fixture, "imported") + reply(fixture, "duplicates"), MANY);
    assert_int_equal(health(fixture, "interactions"), before + MANY);
    buf_release(&text);
}

static void a_reset_meanwhile_is_told(void **state) {
    struct fixture *fixture = *state;
    struct buf text = {0};
    make_rows(&text, MANY);
    const int64_t before = health(fixture, "interactions");
    struct sender sender = {.url = sandbox_url(fixture->sandbox), .text = &text};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, send_file, &sender), 0);
    while (health(fixture, "interactions") == before)
        continue;
    const struct fixture_call reset = {.method = "POST", .target = "/_recloop/reset"};
    assert_int_equal(fixture_call(fixture, &reset), 200);
    pthread_join(thread, NULL);
    assert_int_equal(sender.response.status, 500);
    assert_contains(buf_str(&sender.response.body), "taken back");
    assert_int_equal(health(fixture, "interactions"), before);
    response_release(&sender.response);
    buf_release(&text);
}

static int start_in_memory(void **state) {
    static struct fixture fixture;
    fixture_start_in_memory(&fixture);
    *state = &fixture;
    return 0;
}

static int start_on_disk(void **state) {
    static struct fixture fixture;
    fixture_start_on_disk(&fixture);
    *state = &fixture;
    return 0;
}

static int stop(void **state) {
    fixture_stop(*state);
    return 0;
}

#define IN_MEMORY(test) cmocka_unit_test_setup_teardown(test, start_in_memory, stop)
#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, start_on_disk, stop)

static const struct CMUnitTest tests[] = {
    IN_MEMORY(rows_count_once_however_often_they_are_sent),
    IN_MEMORY(the_pieces_of_a_file_are_one_file),
    IN_MEMORY(fields_do_not_run_into_each_other),
    IN_MEMORY(a_mistake_at_the_end_changes_nothing),
    IN_MEMORY(others_are_served_meanwhile),
    ON_DISK(who_hangs_up_sends_the_file_again),
    ON_DISK(a_reset_meanwhile_is_told),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
