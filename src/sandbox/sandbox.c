// sandbox — starting and stopping the thread, and the place on disk where others find it.
//
// sandbox.lock is held for the life of the process, so a crash frees it; sandbox.json is written once
// requests are answered and removed on a clean stop. A left-over sandbox.json without a held lock
// means nothing.
#include "sandbox/sandbox.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/json.h"
#include "base/memory.h"
#include "cloud.h"
#include "operations/request_log.h"
#include "writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define LOCK_FILE "sandbox.lock"
#define STATE_FILE "sandbox.json"
#define STATE_LIMIT ((size_t)64 << 10)

struct sandbox {
    struct cloud *cloud; // the thread's, between start and join
    pthread_t thread;
    bool has_thread;
    atomic_bool must_stop;
    atomic_bool must_finish;
    _Atomic int64_t leave_by_ms; // monotonic; 0: stay
    int lock_fd;                 // -1: none
    struct buf lock_path, state_path;
    char *url, *runtime_api; // owned
    uint16_t port;
    bool is_in_memory;
};

// True when nobody is connected any more, or waited for long enough.
static bool may_leave(struct sandbox *sandbox) {
    const int64_t leave_by_ms = atomic_load(&sandbox->leave_by_ms);
    if (!leave_by_ms) return false;
    struct cloud *cloud = sandbox->cloud;
    if (!cloud->leave_by_ms) server_close_door(cloud->server);
    cloud->leave_by_ms = leave_by_ms;
    cloud_drop_abandoned(cloud);
    if (atomic_load(&sandbox->must_finish)) cloud_release_polls(cloud);
    return server_connection_count(cloud->server) == 0 || clock_monotonic_ms() >= leave_by_ms;
}

static void *run(void *context) {
    struct sandbox *sandbox = context;
    while (!atomic_load(&sandbox->must_stop) && !may_leave(sandbox))
        cloud_turn(sandbox->cloud);
    return NULL;
}

// Signals belong to the main thread.
static bool start_thread(struct sandbox *sandbox, struct error *err) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(&sandbox->thread, NULL, run, sandbox);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) return error_from_errno(err, failed, "starting the sandbox's thread");
    sandbox->has_thread = true;
    return true;
}

static bool take_place(struct sandbox *sandbox, const char *folder, struct error *err) {
    if (!files_make_folders(folder, 0700, err)) {
        err->code = ERROR_IO;
        return error_hint(err, "Name a writable folder with --data, or use --data :memory:");
    }
    buf_add_format(&sandbox->lock_path, "%s/" LOCK_FILE, folder);
    buf_add_format(&sandbox->state_path, "%s/" STATE_FILE, folder);
    if (files_lock(buf_text(&sandbox->lock_path), &sandbox->lock_fd, err)) return true;
    sandbox->lock_fd = -1;
    if (err->code == ERROR_BUSY) {
        error_set(err, ERROR_BUSY, "another process already serves %s", folder);
        return error_hint(
            err, "Use that one (recloop sandbox env tells its URL), or name another folder with "
                 "--data.");
    }
    return error_hint(err, "Name a writable folder with --data, or use --data :memory:");
}

static bool tell_place(const struct sandbox *sandbox, struct error *err) {
    if (sandbox->is_in_memory) return true;
    struct buf json = {0};
    struct writer writer = {.out = &json};
    writer_open(&writer, NULL, '{');
    writer_text(&writer, "url", str_from(sandbox->url));
    writer_int(&writer, "pid", getpid());
    writer_close(&writer, '}');
    buf_add_char(&json, '\n');
    const bool is_told = files_write(buf_text(&sandbox->state_path), 0600, buf_str(&json), err);
    buf_release(&json);
    return is_told;
}

bool sandbox_start(const struct sandbox_options *options, struct sandbox **out, struct error *err) {
    struct sandbox *sandbox = MEM_NEW(struct sandbox);
    sandbox->lock_fd = -1;
    sandbox->is_in_memory = options->data_folder == NULL;
    if (options->request_log) request_log_block_hangup();
    bool is_started = sandbox->is_in_memory || take_place(sandbox, options->data_folder, err);
    is_started = is_started && cloud_open(options, &sandbox->cloud, err);
    if (is_started) {
        sandbox->url = mem_copy_string(buf_text(&sandbox->cloud->url));
        sandbox->runtime_api =
            mem_copy_string(sandbox_identities_get(&sandbox->cloud->identities, "runtime_api"));
        sandbox->port = server_port(sandbox->cloud->server);
        is_started = start_thread(sandbox, err) && tell_place(sandbox, err);
    }
    if (!is_started) {
        sandbox_stop(sandbox);
        return false;
    }
    *out = sandbox;
    return true;
}

void sandbox_stop(struct sandbox *sandbox) {
    if (!sandbox) return;
    if (sandbox->has_thread) {
        atomic_store(&sandbox->must_stop, true);
        server_wake(sandbox->cloud->server);
        pthread_join(sandbox->thread, NULL);
    }
    if (sandbox->url && !sandbox->is_in_memory) (void)unlink(buf_text(&sandbox->state_path));
    cloud_close(sandbox->cloud);
    if (sandbox->lock_fd >= 0) files_unlock(sandbox->lock_fd);
    buf_release(&sandbox->lock_path);
    buf_release(&sandbox->state_path);
    mem_free(sandbox->url);
    mem_free(sandbox->runtime_api);
    mem_free(sandbox);
}

void sandbox_leave(struct sandbox *sandbox, int64_t linger_ms) {
    if (!sandbox) return;
    if (sandbox->has_thread) {
        if (!sandbox->is_in_memory) (void)unlink(buf_text(&sandbox->state_path));
        atomic_store(&sandbox->leave_by_ms, clock_monotonic_ms() + linger_ms);
        server_wake(sandbox->cloud->server);
        pthread_join(sandbox->thread, NULL);
        sandbox->has_thread = false;
    }
    sandbox_stop(sandbox);
}

void sandbox_finish(struct sandbox *sandbox, int64_t linger_ms) {
    if (!sandbox) return;
    atomic_store(&sandbox->must_finish, true);
    sandbox_leave(sandbox, linger_ms);
}

const char *sandbox_url(const struct sandbox *sandbox) {
    return sandbox->url;
}

const char *sandbox_runtime_api(const struct sandbox *sandbox) {
    return sandbox->runtime_api;
}

uint16_t sandbox_port(const struct sandbox *sandbox) {
    return sandbox->port;
}

bool sandbox_is_in_memory(const struct sandbox *sandbox) {
    return sandbox->is_in_memory;
}

// ---- finding ----

static bool nobody_serves(const char *folder, struct error *err) {
    error_set(err, ERROR_NOT_FOUND, "no sandbox serves %s", folder);
    return error_hint(err, "Start one: recloop sandbox, or open the console.");
}

static bool is_served(const char *folder) {
    struct buf path = {0};
    struct error err = {0};
    int fd = -1;
    buf_add_format(&path, "%s/" LOCK_FILE, folder);
    const bool is_free = !files_exists(buf_text(&path)) || files_lock(buf_text(&path), &fd, &err);
    if (fd >= 0) files_unlock(fd);
    buf_release(&path);
    return !is_free && err.code == ERROR_BUSY;
}

static bool read_state(const char *folder, struct sandbox_place *out, struct error *err) {
    struct buf path = {0}, text = {0};
    struct json state = {0};
    buf_add_format(&path, "%s/" STATE_FILE, folder);
    bool is_read = files_read(buf_text(&path), STATE_LIMIT, &text, err) &&
                   json_parse(buf_str(&text), &state, err);
    const struct str url = json_get_text(state.root, "url");
    int64_t pid = 0;
    is_read = is_read && url.len > 0 && url.len < sizeof(out->url) &&
              json_integer(json_get(state.root, "pid"), &pid);
    if (is_read) {
        *out = (struct sandbox_place){.pid = pid};
        memcpy(out->url, url.ptr, url.len);
    }
    json_release(&state);
    buf_release(&text);
    buf_release(&path);
    return is_read;
}

bool sandbox_find(const char *folder, struct sandbox_place *out, struct error *err) {
    // While the lock is held but the state is not told yet, the server is starting: as good as nobody.
    if (is_served(folder) && read_state(folder, out, err)) return true;
    return nobody_serves(folder, err);
}
