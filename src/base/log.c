// log — see the header.
#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static struct { // the other mutable global of the program: the sink
    pthread_mutex_t mutex;
    int fd; // -1: notes are dropped
    enum log_level level;
} sink = {.mutex = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

static void set_sink(int fd, enum log_level level) {
    pthread_mutex_lock(&sink.mutex);
    const int previous = sink.fd;
    sink.fd = fd;
    sink.level = level;
    pthread_mutex_unlock(&sink.mutex);
    if (previous > STDERR_FILENO) close(previous);
}

bool log_open(const char *path, enum log_level level, struct error *err) {
    const int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return error_from_errno(err, errno, "opening the log %s", path);
    set_sink(fd, level);
    return true;
}

void log_to_stderr(enum log_level level) {
    set_sink(STDERR_FILENO, level);
}

void log_close(void) {
    set_sink(-1, LOG_LEVEL_ERROR);
}

static const char *level_name(enum log_level level) {
    switch (level) {
    case LOG_LEVEL_ERROR: return "error";
    case LOG_LEVEL_WARN: return "warn";
    case LOG_LEVEL_INFO: return "info";
    case LOG_LEVEL_DEBUG: return "debug";
    }
    return "?";
}

void log_note(enum log_level level, const char *subject, const char *format, ...) {
    char text[1000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);

    CLEANUP(buf_release) struct buf line = {0};
    clock_add_iso8601(&line, clock_wall_ms());
    buf_add_format(&line, " %s %s: ", level_name(level), subject);
    buf_add_printable(&line, str_from(text));
    buf_add_char(&line, '\n');

    pthread_mutex_lock(&sink.mutex);
    if (sink.fd >= 0 && level <= sink.level) {
        // A full disk must not stop the program: what cannot be noted is not noted.
        if (write(sink.fd, line.ptr, line.len) < 0) errno = 0;
    }
    pthread_mutex_unlock(&sink.mutex);
}
