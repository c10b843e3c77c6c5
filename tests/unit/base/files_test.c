#include "base/files.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void files_write_replaces_and_sets_the_mode(void **state) {
    (void)state;
    CLEANUP(temp_folder_remove) struct temp_folder folder = temp_folder_make();
    char path[300];
    temp_folder_path(&folder, "deep/er/config.ini", path, sizeof(path));
    struct error err = {0};
    char parent[300];
    temp_folder_path(&folder, "deep/er", parent, sizeof(parent));
    assert_ok(files_make_folders(parent, 0700, &err), err);
    assert_ok(files_make_folders(parent, 0700, &err), err);
    assert_ok(files_write(path, 0600, STR("one"), &err), err);
    assert_ok(files_write(path, 0600, STR("two"), &err), err);
    CLEANUP(buf_release) struct buf content = {0};
    assert_ok(files_read(path, 100, &content, &err), err);
    assert_str(buf_str(&content), "two");
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
}

static void files_read_names_the_path_in_every_error(void **state) {
    (void)state;
    CLEANUP(temp_folder_remove) struct temp_folder folder = temp_folder_make();
    CLEANUP(buf_release) struct buf content = {0};
    char path[300];
    struct error err = {0};
    temp_folder_path(&folder, "absent", path, sizeof(path));
    assert_false(files_read(path, 100, &content, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_contains(str_from(err.message), path);
    assert_ok(files_write(path, 0600, STR("0123456789"), &err), err);
    assert_false(files_read(path, 9, &content, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_contains(str_from(err.message), path);
    assert_false(files_read(folder.path, 9, &content, &err));
    assert_int_equal(err.code, ERROR_IO);
}

static void files_lock_keeps_another_process_out_until_it_dies(void **state) {
    (void)state;
    CLEANUP(temp_folder_remove) struct temp_folder folder = temp_folder_make();
    char path[300];
    temp_folder_path(&folder, "lock", path, sizeof(path));
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
        int fd = -1;
        struct error err = {0};
        if (!files_lock(path, &fd, &err)) _exit(1);
        if (write(ready[1], "x", 1) != 1) _exit(1);
        pause();
        _exit(0);
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    int fd = -1;
    struct error err = {0};
    assert_false(files_lock(path, &fd, &err));
    assert_int_equal(err.code, ERROR_BUSY);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_ok(files_lock(path, &fd, &err), err);
    files_unlock(fd);
    close(ready[0]);
    close(ready[1]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(files_write_replaces_and_sets_the_mode),
    cmocka_unit_test(files_read_names_the_path_in_every_error),
    cmocka_unit_test(files_lock_keeps_another_process_out_until_it_dies),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
