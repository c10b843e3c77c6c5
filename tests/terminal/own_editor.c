// own_editor — see the header.
#include "terminal/own_editor.h"

#include "base/files.h"
#include "support/test.h"

void own_editor_begin(struct own_editor *here) {
    *here = (struct own_editor){.folder = temp_folder_make()};
}

void own_editor_end(struct own_editor *here) {
    harness_free(here->harness);
    here->harness = NULL;
    temp_folder_remove(&here->folder);
}

void own_editor_write(const struct own_editor *here, const char *lines, struct buf *out) {
    struct buf script = {0}, path = {0};
    struct error err;
    buf_add_format(&script, "#!/bin/sh\n%s\n", lines);
    buf_add_format(&path, "%s/editor", here->folder.path);
    assert_ok(files_write(buf_text(&path), 0600, buf_str(&script), &err), err);
    buf_add_format(out, "sh %s", buf_text(&path));
    buf_release(&script);
    buf_release(&path);
}

void own_editor_start(
    struct own_editor *here, char *const *arguments, const char *visual, int columns, int rows) {
    struct buf editor = {0}, place = {0};
    buf_add_format(&editor, "VISUAL=%s", visual);
    buf_add_format(&place, "XDG_RUNTIME_DIR=%s", here->folder.path);
    const char *const environment[] = {
        // a name alone: it is not set
        "TERM=xterm-256color",
        "COLORTERM=truecolor",
        "TERMINFO",
        "TMUX",
        "STY",
        "LC_ALL=C.UTF-8",
        "NO_COLOR",
        "ASAN_OPTIONS=detect_leaks=1:handle_segv=0:handle_abort=0",
        buf_text(&editor),
        buf_text(&place),
        NULL,
    };
    here->harness = harness_start(&(struct harness_options){
        .arguments = arguments, .environment = environment, .columns = columns, .rows = rows});
    buf_release(&editor);
    buf_release(&place);
}
