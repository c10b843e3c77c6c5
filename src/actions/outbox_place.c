// outbox_place — see the header.
#include "outbox_place.h"

#include "base/clock.h"
#include "base/files.h"
#include "config/config_file.h"
#include "segment/event.h"

#include <stdlib.h>

#define FILE_NAME "/outbox.db"

static bool add_folder(const struct run *run, struct buf *out, struct error *err) {
    const struct backend *backend = run->context->backend;
    const char *state = backend_environment(backend, "XDG_STATE_HOME");
    const char *home = backend_environment(backend, "HOME");
    if (state && state[0] == '/') {
        buf_add_format(out, "%s/recloop", state);
    } else if (home) {
        buf_add_format(out, "%s/.local/state/recloop", home);
    } else {
        error_set(err, ERROR_CONFIG, "neither XDG_STATE_HOME nor HOME is set");
        return error_hint(err, "Set one of them to a folder that can be written.");
    }
    return true;
}

bool outbox_place_open(const struct run *run, struct outbox **out, struct error *err) {
    CLEANUP(buf_release) struct buf path = {0};
    if (!add_folder(run, &path, err) || !files_make_folders(buf_text(&path), 0700, err))
        return false;
    buf_add(&path, STR(FILE_NAME));
    return outbox_open(buf_text(&path), out, err);
}

bool outbox_place_look(const struct run *run, struct outbox **out, struct error *err) {
    CLEANUP(buf_release) struct buf path = {0};
    struct error no_place = {0};
    *out = NULL;
    if (!add_folder(run, &path, &no_place)) return true;
    buf_add(&path, STR(FILE_NAME));
    return !files_exists(buf_text(&path)) || outbox_open(buf_text(&path), out, err);
}

static bool is_usual_file(const struct run *run, const char *path) {
    CLEANUP(buf_release) struct buf usual = {0};
    struct error ignored = {0};
    const struct backend_options *options = backend_get_options(run->context->backend);
    return !options->config_path ||
           (config_file_path(
                options->environment, options->environment_context, &usual, &ignored) &&
            str_equal(buf_str(&usual), str_from(path)));
}

void outbox_place_add_profile(const struct run *run, struct buf *out) {
    struct error ignored = {0};
    const struct config *config =
        run_client(run) ? run_config(run) : backend_config(run->context->backend, &ignored);
    if (!config) return;
    buf_add(out, str_from(config->profile));
    if (is_usual_file(run, config->path)) return;
    char *whole = realpath(config->path, NULL); // NULL: it is not there, and holds no profile
    buf_add_format(out, "@%s", whole ? whole : config->path);
    free(whole);
}

void outbox_place_add_command(const struct run *run, struct buf *out) {
    const struct backend_options *options = backend_get_options(run->context->backend);
    buf_add(out, STR("`recloop outbox send"));
    if (options->config_path) buf_add_format(out, " --config %s", options->config_path);
    if (options->profile) buf_add_format(out, " --profile %s", options->profile);
    buf_add_char(out, '`');
}

void outbox_place_add_entry(const struct outbox_entry *entry, struct buf *out) {
    struct event event = {0};
    struct error unreadable = {0};
    if (event_decode(entry->text, EVENT_TRACK, &event, &unreadable)) {
        buf_add(out, str_from(event_type_name(event.type)));
        if (event.name.len) buf_add_char(out, ' ');
        buf_add_printable(out, event.name);
        if (event.user_id.len) buf_add(out, STR(" of "));
        buf_add_printable(out, event.user_id);
    } else {
        buf_add(out, STR("an unreadable message"));
    }
    buf_add(out, STR(", fired "));
    clock_add_iso8601(out, entry->put_at_ms);
    event_release(&event);
}
