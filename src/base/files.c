// files — see the header.
#include "base/files.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_MS 100

static void close_fd(const int *fd) {
    if (*fd >= 0) close(*fd);
}

struct patience {
    files_cancelled_fn *cancelled; // NULL: endless
    void *context;
};

static bool wait_readable(int fd, const struct patience *patience, struct error *err) {
    if (!patience->cancelled) return true;
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    do {
        if (patience->cancelled(patience->context))
            return error_set(err, ERROR_CANCELLED, "reading was cancelled");
    } while (poll(&wanted, 1, LOOK_MS) <= 0);
    return true;
}

static bool read_all(
    int fd,
    const char *name,
    size_t limit,
    const struct patience *patience,
    struct buf *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf content = {.limit = limit};
    for (;;) {
        if (!wait_readable(fd, patience, err)) return false;
        char chunk[16384];
        const ssize_t got = read(fd, chunk, sizeof(chunk));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return error_from_errno(err, errno, "reading %s", name);
        if (got == 0) break;
        buf_add(&content, (struct str){.ptr = chunk, .len = (size_t)got});
        if (content.overflowed) {
            return error_set(
                err, ERROR_LIMIT, "%s is larger than the %zu bytes we accept", name, limit);
        }
    }
    buf_reset(out);
    buf_add(out, buf_str(&content));
    return true;
}

bool files_read(const char *path, size_t limit, struct buf *out, struct error *err) {
    CLEANUP(close_fd) const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        return error_set(err, ERROR_NOT_FOUND, "%s does not exist", path);
    }
    if (fd < 0) return error_from_errno(err, errno, "opening %s", path);
    return read_all(fd, path, limit, &(struct patience){0}, out, err);
}

bool files_read_stdin(
    size_t limit,
    files_cancelled_fn *cancelled,
    void *context,
    struct buf *out,
    struct error *err) {
    const struct patience patience = {.cancelled = cancelled, .context = context};
    return read_all(STDIN_FILENO, "standard input", limit, &patience, out, err);
}

static bool write_all(int fd, struct str content) {
    while (content.len) {
        const ssize_t put = write(fd, content.ptr, content.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        content = str_skip(content, (size_t)put);
    }
    return true;
}

bool files_write(const char *path, mode_t mode, struct str content, struct error *err) {
    CLEANUP(buf_release) struct buf temporary = {0};
    buf_add_format(&temporary, "%s.%d.tmp", path, (int)getpid());
    const char *beside = buf_text(&temporary);

    const int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0) return error_from_errno(err, errno, "writing %s", path);
    bool ok = fchmod(fd, mode) == 0 && write_all(fd, content) && fsync(fd) == 0;
    int saved_errno = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        saved_errno = errno;
    }
    if (ok && rename(beside, path) == 0) return true;
    if (ok) saved_errno = errno;
    unlink(beside);
    return error_from_errno(err, saved_errno, "writing %s", path);
}

bool files_make_folders(const char *path, mode_t mode, struct error *err) {
    char *partial = mem_copy_string(path);
    bool ok = true;
    for (char *at = partial + 1; ok; at++) {
        if (*at != '/' && *at != '\0') continue;
        const char saved = *at;
        *at = '\0';
        if (mkdir(partial, mode) != 0 && errno != EEXIST) {
            ok = error_from_errno(err, errno, "making the folder %s", partial);
        }
        *at = saved;
        if (saved == '\0') break;
    }
    mem_free(partial);
    return ok;
}

bool files_exists(const char *path) {
    return access(path, F_OK) == 0;
}

bool files_lock(const char *path, int *out_fd, struct error *err) {
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return error_from_errno(err, errno, "opening the lock %s", path);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_SETLK, &whole) == 0) {
        *out_fd = fd;
        return true;
    }
    const int saved_errno = errno;
    close(fd);
    if (saved_errno == EACCES || saved_errno == EAGAIN) {
        return error_set(err, ERROR_BUSY, "%s is locked by another process", path);
    }
    return error_from_errno(err, saved_errno, "locking %s", path);
}

void files_unlock(int fd) {
    if (fd >= 0) close(fd);
}
