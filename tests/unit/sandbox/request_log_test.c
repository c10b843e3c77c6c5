// The request log: one line per answer, nothing secret in it, and a reader or a rotation never stops us.
#include "sandbox/operations/request_log.h"

#include "base/files.h"
#include "base/memory.h"
#include "fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

static void start_logged(struct fixture *fixture, const char *path) {
    struct error err = {0};
    *fixture = (struct fixture){0};
    assert_ok(
        sandbox_start(&(struct sandbox_options){.request_log = path}, &fixture->sandbox, &err),
        err);
    sandbox_identities_make(&fixture->identities, sandbox_url(fixture->sandbox), NULL, NULL);
}

static void read_text(const char *path, struct buf *out) {
    struct error err = {0};
    buf_reset(out);
    assert_ok(files_read(path, 1 << 20, out, &err), err);
}

static size_t count_lines(const struct buf *text) {
    size_t count = 0;
    for (size_t i = 0; i < text->len; i++)
        count += text->ptr[i] == '\n';
    return count;
}

static void each_answer_is_one_line_of_json(void **state) {
    struct temp_folder folder = temp_folder_make();
    struct fixture fixture;
    struct buf path = {0}, text = {0}, target = {0};
    (void)state;
    buf_add_format(&path, "%s/requests.jsonl", folder.path);
    start_logged(&fixture, buf_text(&path));
    char *key = mem_copy_string(fixture_get_identity(&fixture, "write_keys.website-prod"));
    assert_int_equal(
        fixture_track(
            &fixture, "website-prod", "track", "{\"event\":\"E\",\"userId\":\"secret-u\"}"),
        200);
    buf_add_format(&target, "/v1/projects/%s/settings?token=hidden", key);
    (void)fixture_get(&fixture, buf_text(&target));
    free(fixture_recommendations(&fixture, "u-1"));
    assert_int_equal(
        fixture_call(
            &fixture,
            &(struct fixture_call){
                .method = "PUT",
                .target = "/_recloop/faults",
                .body = "{\"spec\":\"profile:status=503,id=mine\"}"}),
        200);
    assert_int_equal(fixture_profile(&fixture, "u-1", "traits"), 503);
    fixture_stop(&fixture);
    read_text(buf_text(&path), &text);
    assert_int_equal(count_lines(&text), 5);
    static const char *const secrets[] = {"secret-u", "hidden", "Basic", "AWS4", "Authorization"};
    for (size_t i = 0; i < ARRAY_COUNT(secrets); i++)
        assert_false(str_contains(buf_str(&text), str_from(secrets[i])));
    assert_false(str_contains(buf_str(&text), str_from(key)));
    struct str rest = buf_str(&text), line;
    for (size_t i = 0; i < 5; i++) {
        CLEANUP(json_release) struct json json = {0};
        struct error err = {0};
        int64_t status = 0, bytes = -1;
        double ms = -1;
        str_split(rest, '\n', &line, &rest);
        assert_ok(json_parse(line, &json, &err), err);
        assert_true(json_integer(json_get(json.root, "status"), &status));
        assert_true(json_integer(json_get(json.root, "bytes"), &bytes));
        assert_true(json_number(json_get(json.root, "ms"), &ms) && ms >= 0);
        assert_int_equal(json_get_text(json.root, "time").len, 24);
        assert_str(json_get_text(json.root, "ending"), "whole");
        if (i == 0) {
            assert_str(json_get_text(json.root, "service"), "tracking");
            assert_str(json_get_text(json.root, "operation"), "track");
            assert_str(json_get_text(json.root, "method"), "POST");
            assert_str(json_get_text(json.root, "path"), "/v1/track");
            assert_int_equal(status, 200);
            assert_int_equal(bytes, 16);
        } else if (i == 1) {
            assert_contains(json_get_text(json.root, "path"), "/v1/projects/\u2022\u2022");
            assert_contains(json_get_text(json.root, "path"), key + strlen(key) - 4);
        } else if (i == 2) {
            assert_str(json_get_text(json.root, "operation"), "GetRecommendations");
            assert_int_equal(json_get_text(json.root, "request_id").len, 36);
        } else if (i == 4) {
            assert_str(json_get_text(json.root, "fault"), "mine");
            assert_int_equal(status, 503);
        }
    }
    mem_free(key);
    buf_release(&path);
    buf_release(&text);
    buf_release(&target);
    temp_folder_remove(&folder);
}

static const struct request_log_line sample = {
    .service = "tracking",
    .operation = "track",
    .method = {.ptr = "POST", .len = 4},
    .path = {.ptr = "/v1/track", .len = 9},
    .ending = "whole",
    .status = 200};

static void a_moved_file_is_opened_anew(void **state) {
    struct temp_folder folder = temp_folder_make();
    struct buf path = {0}, moved = {0}, text = {0};
    struct request_log *log = NULL;
    struct error err = {0};
    sigset_t before;
    (void)state;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    request_log_block_hangup();
    buf_add_format(&path, "%s/a.jsonl", folder.path);
    buf_add_format(&moved, "%s/a.jsonl.1", folder.path);
    assert_ok(request_log_open(buf_text(&path), &log, &err), err);
    request_log_add(log, &sample);
    assert_false(request_log_flush(log));
    assert_int_equal(rename(buf_text(&path), buf_text(&moved)), 0);
    assert_int_equal(raise(SIGHUP), 0); // else it would be noticed within a second
    request_log_add(log, &sample);
    request_log_add(log, &sample);
    assert_false(request_log_flush(log));
    read_text(buf_text(&moved), &text);
    assert_int_equal(count_lines(&text), 1);
    read_text(buf_text(&path), &text);
    assert_int_equal(count_lines(&text), 2);
    request_log_close(log);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    buf_release(&path);
    buf_release(&moved);
    buf_release(&text);
    temp_folder_remove(&folder);
}

static void a_reader_that_stands_still_costs_lines_not_time(void **state) {
    struct temp_folder folder = temp_folder_make();
    struct buf path = {0}, got = {0};
    struct request_log *log = NULL;
    struct error err = {0};
    char piece[65536];
    (void)state;
    buf_add_format(&path, "%s/fifo", folder.path);
    assert_int_equal(mkfifo(buf_text(&path), 0600), 0);
    const int reader = open(buf_text(&path), O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_ok(request_log_open(buf_text(&path), &log, &err), err);
    for (int i = 0; i < 20000; i++) { // some 3 MB; the pipe takes 64 KB, we keep 256
        request_log_add(log, &sample);
        if (i % 50 == 0) (void)request_log_flush(log);
    }
    assert_true(request_log_flush(log));
    assert_true(request_log_dropped(log) > 1000);
    // what was kept is whole, and what was lost is told
    ssize_t count = 0;
    bool has_more = true;
    while (has_more || count > 0) {
        has_more = request_log_flush(log);
        count = read(reader, piece, sizeof(piece));
        if (count > 0) buf_add(&got, (struct str){.ptr = piece, .len = (size_t)count});
    }
    request_log_add(log, &sample);
    assert_false(request_log_flush(log));
    count = read(reader, piece, sizeof(piece));
    assert_true(count > 0);
    buf_add(&got, (struct str){.ptr = piece, .len = (size_t)count});
    assert_contains(buf_str(&got), "\"dropped\":");
    struct str rest = buf_str(&got), line;
    while (rest.len) {
        CLEANUP(json_release) struct json json = {0};
        str_split(rest, '\n', &line, &rest);
        assert_ok(json_parse(line, &json, &err), err);
    }
    request_log_close(log);
    close(reader);
    buf_release(&path);
    buf_release(&got);
    temp_folder_remove(&folder);
}

static void a_file_that_cannot_be_is_refused_at_the_start(void **state) {
    struct sandbox *sandbox = NULL;
    struct error err = {0};
    (void)state;
    assert_false(sandbox_start(
        &(struct sandbox_options){.request_log = "/no/such/folder/log"}, &sandbox, &err));
    assert_int_equal(err.code, ERROR_IO);
    assert_contains(str_from(err.message), "/no/such/folder/log");
    assert_contains(str_from(err.hint), "standard output");
}

static void keys_in_paths_are_cut(void **state) {
    static const struct {
        const char *path, *shown;
    } cases[] = {
        {"/v1/track", "/v1/track"},
        {"/v1/projects/abcdefghijkl/settings",
         "/v1/projects/\u2022\u2022\u2022\u2022ijkl/settings"},
        {"/v1/projects/short/settings", "/v1/projects/\u2022\u2022\u2022\u2022/settings"},
        {"/v1/projects/abcdefghijkl", "/v1/projects/\u2022\u2022\u2022\u2022ijkl"},
        {"/analytics.js/v1/abcdefghijkl/analytics.min.js",
         "/analytics.js/v1/\u2022\u2022\u2022\u2022ijkl/analytics.min.js"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf out = {0};
        request_log_add_path(&out, str_from(cases[i].path));
        assert_str(buf_str(&out), cases[i].shown);
        buf_release(&out);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_answer_is_one_line_of_json),
    cmocka_unit_test(a_moved_file_is_opened_anew),
    cmocka_unit_test(a_reader_that_stands_still_costs_lines_not_time),
    cmocka_unit_test(a_file_that_cannot_be_is_refused_at_the_start),
    cmocka_unit_test(keys_in_paths_are_cut),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
