// outbox_claims — see the header. Built with _GNU_SOURCE: locks of open files are Linux's.
#include "outbox_claims.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool outbox_claims_open(const char *path, int *out_fd, struct error *err) {
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return error_from_errno(err, errno, "opening %s", path);
    *out_fd = fd;
    return true;
}

void outbox_claims_close(int fd) {
    if (fd >= 0) close(fd);
}

static int change(int fd, int64_t row, short type) {
    struct flock byte = {.l_type = type, .l_whence = SEEK_SET, .l_start = row, .l_len = 1};
    int changed;
    do
        changed = fcntl(fd, F_OFD_SETLK, &byte);
    while (changed != 0 && errno == EINTR);
    return changed == 0 ? 0 : errno;
}

// Where the file system has no locks, nobody is kept away: two would send the same messageId, and Segment
// tells a repeat.
bool outbox_claims_take(int fd, int64_t row) {
    const int failure = change(fd, row, F_WRLCK);
    return failure != EAGAIN && failure != EACCES;
}

void outbox_claims_let_go(int fd, int64_t row) {
    (void)change(fd, row, F_UNLCK);
}
