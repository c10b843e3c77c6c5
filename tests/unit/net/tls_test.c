// TLS — certificates are always verified: who signed them, and whose name they bear.
#include "support/test.h"

#include "net/transfers.h"
#include "support/tls_server.h"

#include <signal.h>

struct get {
    struct task task;
    const char *url;
    int status;
};

static void get_step(struct task *task, const struct task_event *event) {
    struct get *self = (struct get *)task;
    struct request request = {0};
    if (event->kind == TASK_BEGIN) {
        request_set_url(&request, str_from(self->url));
        task_request(task, &request, NULL);
    } else if (event->error) {
        task_fail(task, event->error);
    } else {
        self->status = event->response->status;
        task_finish(task);
    }
}

static void get_free(struct task *task) {
    (void)task;
}

static const struct task_ops get_ops = {.name = "get", .step = get_step, .free = get_free};

static bool
get(const struct tls_server *server, const char *ca_file, int *out_status, struct error *err) {
    struct get self = {.task = {.ops = &get_ops}, .url = tls_server_url(server)};
    const struct transfers_options options = {.ca_file = ca_file};
    *err = (struct error){0};
    const bool is_ok = task_run(&self.task, &options, NULL, NULL, err);
    *out_status = self.status;
    return is_ok;
}

static void tls_refuses_a_certificate_nobody_vouches_for(void **state) {
    struct tls_server *server = tls_server_start("127.0.0.1");
    struct error err;
    int status;
    (void)state;
    assert_false(get(server, NULL, &status, &err));
    assert_int_equal(err.code, ERROR_UNREACHABLE);
    assert_contains(str_from(err.message), "not trusted");
    assert_contains(str_from(err.message), "127.0.0.1:");
    assert_contains(str_from(err.hint), "AWS_CA_BUNDLE");
    tls_server_stop(server);
}

static void tls_accepts_a_certificate_from_the_given_file(void **state) {
    struct tls_server *server = tls_server_start("127.0.0.1");
    struct error err;
    int status;
    (void)state;
    assert_ok(get(server, tls_server_certificate(server), &status, &err), err);
    assert_int_equal(status, 200);
    tls_server_stop(server);
}

static void tls_refuses_a_certificate_of_another_host(void **state) {
    struct tls_server *server = tls_server_start("192.0.2.1");
    struct error err;
    int status;
    (void)state;
    assert_false(get(server, tls_server_certificate(server), &status, &err));
    assert_int_equal(err.code, ERROR_UNREACHABLE);
    assert_contains(str_from(err.message), "not trusted");
    tls_server_stop(server);
}

static void tls_names_a_certificate_file_that_cannot_be_read(void **state) {
    struct tls_server *server = tls_server_start("127.0.0.1");
    struct error err;
    int status;
    (void)state;
    assert_false(get(server, "/nonexistent/ca.pem", &status, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_contains(str_from(err.hint), "AWS_CA_BUNDLE");
    tls_server_stop(server);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(tls_refuses_a_certificate_nobody_vouches_for),
    cmocka_unit_test(tls_accepts_a_certificate_from_the_given_file),
    cmocka_unit_test(tls_refuses_a_certificate_of_another_host),
    cmocka_unit_test(tls_names_a_certificate_file_that_cannot_be_read),
};

int main(void) {
    signal(SIGPIPE, SIG_IGN); // the server's writes to a client that hung up
    return cmocka_run_group_tests(tests, NULL, NULL);
}
