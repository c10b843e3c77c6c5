// settings_edit — see the header.
#include "settings_edit.h"

#include "base/memory.h"

bool settings_edit_begin(struct settings_edit *edit, struct run *run, struct error *err) {
    struct backend *backend = run->context->backend;
    const struct config *config = backend_config(backend, err);
    if (!config) return false;
    edit->profile = mem_copy_string(config->profile);
    if (!backend_config_path(backend, &edit->path, err) ||
        !config_file_lock(buf_text(&edit->path), &edit->lock_fd, err)) {
        return false;
    }
    edit->is_locked = true;
    return config_file_load(buf_text(&edit->path), &edit->file, err);
}

bool settings_edit_save(struct settings_edit *edit, struct run *run, struct error *err) {
    if (!config_file_save(&edit->file, buf_text(&edit->path), err)) return false;
    backend_reload(run->context->backend);
    return true;
}

void settings_edit_release(struct settings_edit *edit) {
    if (edit->is_locked) config_file_unlock(edit->lock_fd);
    edit->is_locked = false;
    config_file_release(&edit->file);
    buf_release(&edit->path);
    mem_free(mem_take(&edit->profile));
}
