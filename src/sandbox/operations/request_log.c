// request_log — see the header.
#include "operations/request_log.h"

#include "base/clock.h"
#include "base/memory.h"
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PIECE 4096      // what a pipe that can take anything takes at once (PIPE_BUF)
#define LOOK_MS 1000    // so often we look whether the file was moved
#define PATH_BYTES 300  // of a path that are shown
#define AGENT_BYTES 200 // of a user agent

struct request_log {
    char *path; // owned; NULL: standard output
    int fd;     // -1: could not be opened again
    dev_t device;
    ino_t inode;
    int64_t looked_ms; // monotonic
    struct buf waiting;
    int64_t dropped, told; // lines lost so far, and those that a line tells of
};

void request_log_block_hangup(void) {
    sigset_t hangup;
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &hangup, NULL);
}

static bool was_hung_up(void) {
    sigset_t hangup;
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    return sigtimedwait(&hangup, NULL, &(struct timespec){0}) == SIGHUP;
}

static bool open_file(struct request_log *log) {
    struct stat facts;
    log->fd = open(log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    if (log->fd < 0) return false;
    if (fstat(log->fd, &facts) == 0) {
        log->device = facts.st_dev;
        log->inode = facts.st_ino;
    }
    return true;
}

bool request_log_open(const char *path, struct request_log **out, struct error *err) {
    struct request_log *log = MEM_NEW(struct request_log);
    log->waiting.limit = REQUEST_LOG_BUFFER;
    log->fd = STDOUT_FILENO;
    if (strcmp(path, "-") != 0) {
        log->path = mem_copy_string(path);
        if (!open_file(log)) {
            error_from_errno(err, errno, "the request log %s", path);
            err->code = ERROR_IO;
            error_hint(err, "Name a file that can be written, or - for standard output.");
            request_log_close(log);
            return false;
        }
    }
    *out = log;
    return true;
}

void request_log_close(struct request_log *log) {
    if (!log) return;
    (void)request_log_flush(log);
    if (log->path && log->fd >= 0) close(log->fd);
    buf_release(&log->waiting);
    mem_free(log->path);
    mem_free(log);
}

int64_t request_log_dropped(const struct request_log *log) {
    return log ? log->dropped : 0;
}

// ---- lines ----

// The settings document's path holds a write key: /v1/projects/KEY/settings.
void request_log_add_path(struct buf *out, struct str path) {
    static const char *const before_keys[] = {"/v1/projects/", "/analytics.js/v1/"};
    for (size_t i = 0; i < ARRAY_COUNT(before_keys); i++) {
        const struct str prefix = str_from(before_keys[i]);
        if (!str_starts_with(path, prefix)) continue;
        const struct str rest = str_skip(path, prefix.len);
        const size_t len = str_find_char(rest, '/');
        buf_add(out, prefix);
        buf_add(out, STR("\u2022\u2022\u2022\u2022"));
        if (len > 8) buf_add_printable(out, str_slice(rest, len - 4, 4));
        path = str_skip(rest, len);
        break;
    }
    buf_add_printable(out, str_slice(path, 0, PATH_BYTES));
}

static void write_line(struct writer *writer, const struct request_log_line *line) {
    CLEANUP(buf_release) struct buf path = {0};
    CLEANUP(buf_release) struct buf agent = {0};
    request_log_add_path(&path, line->path);
    buf_add_printable(&agent, str_slice(line->user_agent, 0, AGENT_BYTES));
    writer_open(writer, NULL, '{');
    writer_time(writer, "time", line->at_ms);
    writer_text(writer, "service", str_from(line->service));
    writer_text(writer, "operation", str_from(line->operation));
    writer_text(writer, "method", line->method);
    writer_text(writer, "path", buf_str(&path));
    writer_int(writer, "status", line->status);
    writer_number(writer, "ms", (double)line->us / 1000.0);
    writer_int(writer, "bytes", line->bytes);
    writer_text_or_null(writer, "request_id", line->request_id);
    writer_text_or_null(writer, "fault", str_from(line->fault));
    writer_text(writer, "ending", str_from(line->ending));
    writer_text_or_null(writer, "user_agent", buf_str(&agent));
    writer_close(writer, '}');
}

// Whole or not at all.
static void keep_line(struct request_log *log, const struct buf *text) {
    if (log->waiting.len + text->len + 1 > REQUEST_LOG_BUFFER) {
        log->dropped++;
        return;
    }
    buf_add(&log->waiting, buf_str(text));
    buf_add_char(&log->waiting, '\n');
}

static void tell_dropped(struct request_log *log, int64_t at_ms) {
    CLEANUP(buf_release) struct buf text = {0};
    struct writer writer = {.out = &text};
    const int64_t lost = log->dropped - log->told;
    if (!lost || log->waiting.len > REQUEST_LOG_BUFFER / 2) return;
    writer_open(&writer, NULL, '{');
    writer_time(&writer, "time", at_ms);
    writer_int(&writer, "dropped", lost);
    writer_close(&writer, '}');
    log->told = log->dropped;
    keep_line(log, &text);
}

void request_log_add(struct request_log *log, const struct request_log_line *line) {
    CLEANUP(buf_release) struct buf text = {0};
    struct writer writer = {.out = &text};
    tell_dropped(log, line->at_ms);
    write_line(&writer, line);
    keep_line(log, &text);
}

// ---- writing ----

static void reopen_when_moved(struct request_log *log) {
    struct stat facts;
    const int64_t now_ms = clock_monotonic_ms();
    if (!log->path) return;
    bool is_other = was_hung_up() || log->fd < 0;
    if (!is_other && now_ms - log->looked_ms < LOOK_MS) return;
    log->looked_ms = now_ms;
    is_other = is_other || stat(log->path, &facts) || facts.st_dev != log->device ||
               facts.st_ino != log->inode;
    if (!is_other) return;
    if (log->fd >= 0) close(log->fd);
    (void)open_file(log); // if not, the lines wait, and are dropped when there are too many
}

static void forget_written(struct request_log *log, size_t bytes) {
    const size_t left = log->waiting.len - bytes;
    memmove(log->waiting.ptr, log->waiting.ptr + bytes, left);
    log->waiting.len = left;
    log->waiting.ptr[left] = '\0';
}

bool request_log_flush(struct request_log *log) {
    size_t written = 0;
    if (!log || !log->waiting.len) return false;
    reopen_when_moved(log);
    while (log->fd >= 0 && written < log->waiting.len) {
        // Standard output may be a pipe that blocks, shared with others, so its mode is not ours to change.
        struct pollfd ready = {.fd = log->fd, .events = POLLOUT};
        const size_t left = log->waiting.len - written;
        if (poll(&ready, 1, 0) <= 0 || !(ready.revents & POLLOUT)) break;
        const ssize_t count =
            write(log->fd, log->waiting.ptr + written, left < PIECE ? left : PIECE);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        written += (size_t)count;
    }
    if (written) forget_written(log, written);
    return log->waiting.len > 0;
}
