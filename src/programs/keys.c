// keys — see the header.
#include "keys.h"

#include "base/files.h"
#include "base/memory.h"
#include "cli/cli.h"
#include "config/config_file.h"

#include <stdio.h>

// Beside the settings; false: there is no place for it.
static bool find_file(struct buf *path) {
    struct buf settings = {0};
    struct error ignored;
    const bool is_known = config_file_path(config_process_environment, NULL, &settings, &ignored);
    const struct str text = buf_str(&settings);
    if (is_known) {
        buf_add(path, str_slice(text, 0, text.len - STR("config.ini").len));
        buf_add(path, STR("keys.ini"));
    }
    buf_release(&settings);
    return is_known;
}

// Most people have none.
static struct key_file *read_file(const char *path) {
    struct key_file *keys = mem_zeroed(1, sizeof(*keys));
    struct buf text = {0};
    struct error err = {0};
    if (!path || !files_exists(path)) {
        key_file_read(STR("keys.ini"), (struct str){0}, keys);
    } else if (files_read(path, KEY_FILE_MAX_BYTES, &text, &err)) {
        key_file_read(STR("keys.ini"), buf_str(&text), keys);
    } else {
        key_file_refuse(keys, &err);
    }
    buf_release(&text);
    return keys;
}

struct key_file *keys_read(void) {
    struct buf path = {0};
    struct key_file *keys = read_file(find_file(&path) ? buf_text(&path) : NULL);
    buf_release(&path);
    return keys;
}

int keys_print(void) {
    struct buf path = {0}, text = {0};
    const bool has_path = find_file(&path);
    struct key_file *keys = read_file(has_path ? buf_text(&path) : NULL);
    int status = 0;
    key_file_list(&keys->keymap, has_path ? buf_str(&path) : STR("keys.ini"), &text);
    const bool is_written =
        fwrite(text.ptr, 1, text.len, stdout) == text.len && fflush(stdout) == 0;
    for (size_t i = 0; i < keys->problem_count && i < KEY_FILE_PROBLEMS; i++) {
        cli_print_error(&keys->problems[i].error);
        if (!keys->problems[i].is_note) status = cli_exit_code(keys->problems[i].error.code);
    }
    if (!is_written) status = cli_exit_code(ERROR_IO);
    mem_free(keys);
    buf_release(&path);
    buf_release(&text);
    return status;
}
