#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "base/trace.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <pthread.h>

static void log_keeps_foreign_text_on_one_line(void **state) {
    (void)state;
    CLEANUP(temp_folder_remove) struct temp_folder folder = temp_folder_make();
    char path[300];
    struct error err = {0};
    temp_folder_path(&folder, "log", path, sizeof(path));
    assert_ok(log_open(path, LOG_LEVEL_INFO, &err), err);
    log_note(LOG_LEVEL_WARN, "net", "answer was %s", "x\n2019 error forged: \x1b[31m");
    log_note(LOG_LEVEL_DEBUG, "net", "not at this level");
    log_close();
    log_note(LOG_LEVEL_ERROR, "net", "nobody listens");
    CLEANUP(buf_release) struct buf content = {0};
    assert_ok(files_read(path, 4096, &content, &err), err);
    assert_int_equal(str_find_char(buf_str(&content), '\n'), content.len - 1);
    assert_contains(buf_str(&content), "warn net: answer was x\\n2019 error forged: \\e[31m");
}

static void *trace_many(void *context) {
    (void)context;
    for (uint64_t i = 0; i < 200; i++) {
        const int64_t entered_us = trace_enter("net", i, "transfer");
        trace_leave("net", i, "transfer", entered_us, STR("200"));
    }
    return NULL;
}

static void trace_writes_one_json_object_per_line_from_any_thread(void **state) {
    (void)state;
    CLEANUP(temp_folder_remove) struct temp_folder folder = temp_folder_make();
    char path[300];
    temp_folder_path(&folder, "trace", path, sizeof(path));
    assert_false(trace_is_on());
    assert_true(trace_open(path));
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, trace_many, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    trace_close();
    CLEANUP(buf_release) struct buf content = {0};
    struct error err = {0};
    assert_ok(files_read(path, 1 << 20, &content, &err), err);
    size_t lines = 0;
    struct str rest = buf_str(&content);
    while (rest.len) {
        struct str line;
        str_split(rest, '\n', &line, &rest);
        CLEANUP(json_release) struct json json = {0};
        assert_ok(json_parse(line, &json, &err), err);
        assert_str(json_get_text(json.root, "name"), "transfer");
        lines++;
    }
    assert_int_equal(lines, 800);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(log_keeps_foreign_text_on_one_line),
    cmocka_unit_test(trace_writes_one_json_object_per_line_from_any_thread),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
