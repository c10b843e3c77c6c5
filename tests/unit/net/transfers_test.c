// transfers — tasks against a scripted server on loopback: what is sent, and what becomes of answers.
#include "probe.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/trace.h"
#include "support/temp_folder.h"

static void transfers_send_exactly_what_was_given(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200, .headers = "X-Note: hello\r\n", .body = "fine"},
    };
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    CLEANUP(probe_release) struct probe probe = {.url_path = "/a/../b/%3A?q=%20x&&z", .body = "{}"};
    struct error err;
    (void)state;
    probe_init(&probe, server);
    headers_add(&probe.headers, STR("X-Amz-Date"), STR("20240501T120000Z"));
    headers_add(&probe.headers, STR("X-Empty"), STR(""));
    assert_ok(probe_run(&probe, &err), err);
    assert_int_equal(probe.status, 200);
    assert_int_equal(probe.attempts, 1);
    assert_str(buf_str(&probe.reply), "fine");
    assert_string_equal(probe.header, "hello");
    const struct str sent = loopback_request(server, 0);
    assert_true(str_starts_with(sent, STR("POST /a/../b/%3A?q=%20x&&z HTTP/1.1\r\n")));
    assert_contains(sent, "X-Amz-Date: 20240501T120000Z\r\n");
    assert_contains(sent, "X-Empty:\r\n");
    assert_contains(sent, "Content-Length: 2\r\n");
    assert_contains(sent, "User-Agent: recloop/");
    assert_false(str_contains(sent, STR("Accept")));
    assert_false(str_contains(sent, STR("Content-Type")));
    assert_false(str_contains(sent, STR("Expect")));
    assert_true(str_ends_with(sent, STR("\r\n\r\n{}")));
    loopback_stop(server);
}

static void transfers_send_large_bodies_without_asking_first(void **state) {
    static const struct loopback_exchange script[] = {{.status = 200}};
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    CLEANUP(probe_release) struct probe probe = {.method = "PUT"};
    CLEANUP(buf_release) struct buf body = {0};
    struct error err;
    (void)state;
    while (body.len < (size_t)3 << 20)
        buf_add(&body, STR("0123456789abcdef"));
    probe.body = buf_text(&body);
    probe_init(&probe, server);
    assert_ok(probe_run(&probe, &err), err);
    const struct str sent = loopback_request(server, 0);
    assert_true(str_starts_with(sent, STR("PUT / ")));
    assert_false(str_contains(str_slice(sent, 0, 400), STR("Expect")));
    assert_true(sent.len > body.len);
    loopback_stop(server);
}

static void transfers_send_get_and_empty_post(void **state) {
    static const struct loopback_exchange script[] = {{.status = 204}, {.status = 200}};
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    CLEANUP(probe_release) struct probe get = {.method = "GET"};
    CLEANUP(probe_release) struct probe post = {.method = "POST"};
    struct error err;
    (void)state;
    probe_init(&get, server);
    probe_init(&post, server);
    assert_ok(probe_run(&get, &err), err);
    assert_int_equal(get.status, 204);
    assert_ok(probe_run(&post, &err), err);
    assert_false(str_contains(loopback_request(server, 0), STR("Content-Length")));
    assert_contains(loopback_request(server, 1), "Content-Length: 0\r\n");
    loopback_stop(server);
}

static void transfers_do_not_follow_redirects(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 302, .headers = "Location: /elsewhere\r\n"},
    };
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    CLEANUP(probe_release) struct probe probe = {.method = "GET"};
    struct error err;
    (void)state;
    probe_init(&probe, server);
    assert_ok(probe_run(&probe, &err), err);
    assert_int_equal(probe.status, 302);
    assert_int_equal(loopback_request_count(server), 1);
    loopback_stop(server);
}

static void transfers_ignore_proxies_for_loopback(void **state) {
    static const struct loopback_exchange script[] = {{.status = 200}};
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    CLEANUP(probe_release) struct probe probe = {0};
    struct error err;
    (void)state;
    probe_init(&probe, server);
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    const bool is_ok = probe_run(&probe, &err);
    unsetenv("http_proxy");
    assert_ok(is_ok, err);
    loopback_stop(server);
}

static void transfers_end_at_the_deadline(void **state) {
    static const struct loopback_exchange silent[] = {{.after = LOOPBACK_HOLD}};
    static const struct loopback_exchange slow[] = {
        {.raw = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .after = LOOPBACK_HOLD},
    };
    const struct loopback_exchange *const scripts[] = {silent, slow};
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(scripts); i++) {
        struct loopback *server = loopback_start(scripts[i], 1);
        CLEANUP(probe_release)
        struct probe probe = {.options = {.timeout_ms = 60, .retry = TASK_RETRY_TRANSIENT}};
        struct error err;
        probe_init(&probe, server);
        assert_false(probe_run(&probe, &err));
        assert_int_equal(err.code, ERROR_TIMEOUT);
        assert_contains(str_from(err.message), loopback_url(server) + strlen("http://"));
        assert_contains(str_from(err.hint), "--timeout");
        assert_int_equal(loopback_request_count(server), 1); // no time was left to repeat
        loopback_stop(server);
    }
}

static void transfers_name_the_host_that_refuses(void **state) {
    CLEANUP(buf_release) struct buf url = {0};
    CLEANUP(probe_release) struct probe probe = {0};
    struct error err;
    int port;
    const int fd = loopback_take_dead_port(&port);
    (void)state;
    buf_add_format(&url, "http://127.0.0.1:%d", port);
    probe.url = buf_text(&url);
    probe.options = (struct task_request_options){.retry = TASK_RETRY_TRANSIENT, .attempts = 2};
    probe_init(&probe, NULL);
    assert_false(probe_run(&probe, &err));
    assert_int_equal(err.code, ERROR_UNREACHABLE);
    assert_int_equal(probe.attempts, 2);
    assert_contains(str_from(err.message), "nothing answers at 127.0.0.1:");
    assert_contains(str_from(err.hint), "recloop sandbox");
    loopback_release_port(fd);
}

static void transfers_explain_broken_answers(void **state) {
    static const struct {
        struct loopback_exchange exchange;
        size_t body_limit;
        enum error_code code;
        const char *message, *hint;
    } cases[] = {
        {.exchange = {.after = LOOPBACK_CLOSE},
         .code = ERROR_UNREACHABLE,
         .message = "without an answer",
         .hint = "Try again"},
        {.exchange =
             {.raw = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .after = LOOPBACK_CLOSE},
         .code = ERROR_UNREACHABLE,
         .message = "in the middle",
         .hint = "Try again"},
        {.exchange = {.raw = "SSH-2.0-OpenSSH_9.2\r\n", .after = LOOPBACK_CLOSE},
         .code = ERROR_INVALID,
         .message = "http",
         .hint = "port and scheme"},
        {.exchange = {.status = 200, .body = "0123456789abcdef"},
         .body_limit = 15,
         .code = ERROR_LIMIT,
         .message = "larger than we accept",
         .hint = "URL"},
        {.exchange =
             {.raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "10\r\n0123456789abcdef\r\n0\r\n\r\n"},
         .body_limit = 15,
         .code = ERROR_LIMIT,
         .message = "larger than we accept",
         .hint = "URL"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct loopback *server = loopback_start(&cases[i].exchange, 1);
        CLEANUP(probe_release)
        struct probe probe = {.options = {.body_limit = cases[i].body_limit}};
        struct error err;
        print_message("%s\n", cases[i].message);
        probe_init(&probe, server);
        assert_false(probe_run(&probe, &err));
        assert_int_equal(err.code, cases[i].code);
        assert_contains(str_from(err.message), cases[i].message);
        assert_contains(str_from(err.message), "127.0.0.1:");
        assert_contains(str_from(err.hint), cases[i].hint);
        loopback_stop(server);
    }
}

static void transfers_accept_a_body_of_exactly_the_limit(void **state) {
    static const struct loopback_exchange script[] = {{.status = 200, .body = "0123456789abcdef"}};
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    CLEANUP(probe_release) struct probe probe = {.options = {.body_limit = 16}};
    struct error err;
    (void)state;
    probe_init(&probe, server);
    assert_ok(probe_run(&probe, &err), err);
    assert_int_equal(probe.reply.len, 16);
    loopback_stop(server);
}

static void transfers_refuse_endless_headers(void **state) {
    CLEANUP(buf_release) struct buf raw = {0};
    struct loopback_exchange exchange = {.after = LOOPBACK_CLOSE};
    CLEANUP(probe_release) struct probe probe = {0};
    struct error err;
    (void)state;
    buf_add(&raw, STR("HTTP/1.1 200 OK\r\n"));
    while (raw.len < TRANSFERS_HEADER_LIMIT + 100)
        buf_add(&raw, STR("X-Filler: 0123456789012345678901234567890123456789\r\n"));
    buf_add(&raw, STR("\r\n"));
    exchange.raw = buf_text(&raw);
    struct loopback *server = loopback_start(&exchange, 1);
    probe_init(&probe, server);
    assert_false(probe_run(&probe, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    loopback_stop(server);
}

static void transfers_refuse_what_would_break_the_wire(void **state) {
    CLEANUP(probe_release) struct probe probe = {.url = "http://127.0.0.1:9"};
    CLEANUP(probe_release) struct probe scheme = {.url = "ftp://127.0.0.1:9"};
    struct error err;
    (void)state;
    probe_init(&probe, NULL);
    headers_add(&probe.headers, STR("X-Note"), STR("a\r\nInjected: 1"));
    assert_false(probe_run(&probe, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    assert_int_equal(probe.attempts, 0);
    probe_init(&scheme, NULL);
    assert_false(probe_run(&scheme, &err));
    assert_int_equal(err.code, ERROR_INVALID);
}

// Counts attempts and stamps each, as a signer does.
static bool stamp(void *context, struct request *request, int64_t wall_ms, struct error *err) {
    struct probe *probe = context;
    char text[2] = {(char)('0' + ++probe->prepared), '\0'};
    assert_true(wall_ms > INT64_C(1700000000000));
    (void)err;
    headers_set(&request->headers, STR("X-Stamp"), str_from(text));
    return true;
}

static void transfers_prepare_each_attempt_anew(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 503, .headers = "Retry-After: 0\r\n"},
        {.status = 429, .headers = "Retry-After: 0.01\r\n", .after = LOOPBACK_CLOSE},
        {.status = 200, .body = "third"},
    };
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    CLEANUP(probe_release) struct probe probe = {.body = "{}"};
    struct error err;
    (void)state;
    probe_init(&probe, server);
    probe.options = (struct task_request_options){
        .retry = TASK_RETRY_TRANSIENT, .prepare = stamp, .prepare_context = &probe};
    assert_ok(probe_run(&probe, &err), err);
    assert_int_equal(probe.attempts, 3);
    assert_int_equal(probe.answered, 1);
    assert_str(buf_str(&probe.reply), "third");
    assert_contains(loopback_request(server, 0), "X-Stamp: 1\r\n");
    assert_contains(loopback_request(server, 1), "X-Stamp: 2\r\n");
    assert_contains(loopback_request(server, 2), "X-Stamp: 3\r\n");
    assert_true(str_ends_with(loopback_request(server, 2), STR("{}")));
    loopback_stop(server);
}

struct watched {
    const struct task *task;
    int count, finals, statuses[4], attempts[4];
    bool has_request;
};

static void watch(void *context, const struct transfers_observation *seen) {
    struct watched *watched = context;
    assert_true(watched->count < 4);
    watched->task = seen->task;
    watched->has_request = str_equal(buf_str(&seen->request->body), STR("{}"));
    watched->statuses[watched->count] = seen->response ? seen->response->status : -1;
    watched->attempts[watched->count++] = seen->attempts;
    watched->finals += seen->is_final;
    assert_true((seen->response == NULL) == (seen->error != NULL));
}

static void transfers_tell_an_observer_of_each_attempt(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 503, .headers = "Retry-After: 0\r\n"}, {.status = 200, .body = "second"}};
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    CLEANUP(probe_release) struct probe probe = {.body = "{}"};
    struct watched watched = {0};
    struct error err = {0};
    (void)state;
    probe_init(&probe, server);
    probe.options = (struct task_request_options){.retry = TASK_RETRY_TRANSIENT};
    const struct transfers_options options = {
        .jitter_seed = 3, .observe = watch, .observe_context = &watched};
    assert_ok(task_run(&probe.task, &options, NULL, NULL, &err), err);
    assert_ptr_equal(watched.task, &probe.task);
    assert_int_equal(watched.count, 2);
    assert_int_equal(watched.finals, 1);
    assert_int_equal(watched.statuses[0], 503);
    assert_int_equal(watched.statuses[1], 200);
    assert_int_equal(watched.attempts[1], 2);
    assert_true(watched.has_request);
    loopback_stop(server);
    // nobody there: the attempt is told with its error
    CLEANUP(probe_release) struct probe lost = {.url = "http://127.0.0.1:1/"};
    watched = (struct watched){0};
    probe_init(&lost, NULL);
    (void)!task_run(&lost.task, &options, NULL, NULL, &err);
    assert_int_equal(watched.count, 1);
    assert_int_equal(watched.statuses[0], -1);
    assert_int_equal(watched.finals, 1);
}

static void transfers_hand_over_the_last_answer_when_patience_ends(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 429, .headers = "Retry-After: 3600\r\n", .body = "later"},
    };
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    CLEANUP(probe_release) struct probe probe = {.options = {.retry = TASK_RETRY_TRANSIENT}};
    struct error err;
    (void)state;
    probe_init(&probe, server);
    const int64_t before_ms = clock_monotonic_ms();
    assert_ok(probe_run(&probe, &err), err);
    assert_true(clock_monotonic_ms() - before_ms < TRANSFERS_TIMEOUT_MS);
    assert_int_equal(probe.status, 429);
    assert_str(buf_str(&probe.reply), "later");
    assert_int_equal(loopback_request_count(server), 1);
    loopback_stop(server);
}

static void transfers_never_repeat_an_invoke_that_was_delivered(void **state) {
    static const struct loopback_exchange script[] = {{.after = LOOPBACK_CLOSE}, {.status = 200}};
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    CLEANUP(probe_release)
    struct probe probe = {.body = "{}", .options = {.retry = TASK_RETRY_UNSENT}};
    struct error err;
    (void)state;
    probe_init(&probe, server);
    assert_false(probe_run(&probe, &err));
    assert_int_equal(err.code, ERROR_UNREACHABLE);
    assert_int_equal(loopback_request_count(server), 1);
    loopback_stop(server);
}

static bool
refuse_to_sign(void *context, struct request *request, int64_t wall_ms, struct error *err) {
    (void)context, (void)request, (void)wall_ms;
    error_set(err, ERROR_EXPIRED, "the session has ended");
    return error_hint(err, "Sign in again.");
}

static void transfers_send_nothing_unprepared(void **state) {
    struct loopback *server = loopback_start(NULL, 0);
    CLEANUP(probe_release) struct probe probe = {0};
    struct error err;
    (void)state;
    probe_init(&probe, server);
    probe.options =
        (struct task_request_options){.retry = TASK_RETRY_TRANSIENT, .prepare = refuse_to_sign};
    assert_false(probe_run(&probe, &err));
    assert_int_equal(err.code, ERROR_EXPIRED);
    assert_string_equal(err.hint, "Sign in again.");
    assert_int_equal(probe.attempts, 0);
    assert_int_equal(loopback_request_count(server), 0);
    loopback_stop(server);
}

static void transfers_trace_without_secrets(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200, .body = "SECRET in the body"}};
    struct loopback *server = loopback_start(script, ARRAY_COUNT(script));
    struct temp_folder folder = temp_folder_make();
    CLEANUP(probe_release)
    struct probe probe = {.url_path = "/events?X-Amz-Signature=SECRET", .body = "SECRET"};
    CLEANUP(buf_release) struct buf text = {0};
    char path[300];
    struct error err;
    (void)state;
    temp_folder_path(&folder, "trace", path, sizeof(path));
    probe_init(&probe, server);
    headers_add(&probe.headers, STR("Authorization"), STR("Bearer SECRET"));
    assert_true(trace_open(path));
    assert_ok(probe_run(&probe, &err), err);
    trace_close();
    assert_ok(files_read(path, 1 << 20, &text, &err), err);
    assert_contains(buf_str(&text), "\"enter\"");
    assert_contains(buf_str(&text), "\"leave\"");
    assert_contains(buf_str(&text), "/events 200 attempt 1");
    assert_false(str_contains(buf_str(&text), STR("SECRET")));
    temp_folder_remove(&folder);
    loopback_stop(server);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(transfers_trace_without_secrets),
    cmocka_unit_test(transfers_send_exactly_what_was_given),
    cmocka_unit_test(transfers_send_large_bodies_without_asking_first),
    cmocka_unit_test(transfers_send_get_and_empty_post),
    cmocka_unit_test(transfers_do_not_follow_redirects),
    cmocka_unit_test(transfers_ignore_proxies_for_loopback),
    cmocka_unit_test(transfers_end_at_the_deadline),
    cmocka_unit_test(transfers_name_the_host_that_refuses),
    cmocka_unit_test(transfers_explain_broken_answers),
    cmocka_unit_test(transfers_accept_a_body_of_exactly_the_limit),
    cmocka_unit_test(transfers_refuse_endless_headers),
    cmocka_unit_test(transfers_refuse_what_would_break_the_wire),
    cmocka_unit_test(transfers_prepare_each_attempt_anew),
    cmocka_unit_test(transfers_tell_an_observer_of_each_attempt),
    cmocka_unit_test(transfers_hand_over_the_last_answer_when_patience_ends),
    cmocka_unit_test(transfers_never_repeat_an_invoke_that_was_delivered),
    cmocka_unit_test(transfers_send_nothing_unprepared),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
