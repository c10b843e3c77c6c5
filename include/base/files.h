// files — whole files, folders and locks.
//
// Errors   ERROR_NOT_FOUND for a missing file, ERROR_LIMIT past the limit, ERROR_IO otherwise; each
//          names the path.
// Threads  any; a lock belongs to the process.
#pragma once

#include "base/buf.h"

#include <sys/types.h>

bool files_read(const char *path, size_t limit, struct buf *out, struct error *err) MUST_CHECK;
// Waits for whoever types or writes there; `cancelled` (may be NULL) is asked ten times a second
// meanwhile, true ends with ERROR_CANCELLED.
typedef bool files_cancelled_fn(void *context);
bool files_read_stdin(
    size_t limit, files_cancelled_fn *cancelled, void *context, struct buf *out, struct error *err)
    MUST_CHECK;
// Writes beside the target, syncs, renames: a crash leaves the old file or the new one.
bool files_write(const char *path, mode_t mode, struct str content, struct error *err) MUST_CHECK;
bool files_make_folders(const char *path, mode_t mode, struct error *err) MUST_CHECK; // mkdir -p
bool files_exists(const char *path);
// Exclusive advisory lock on a file, created if missing. *out_fd >= 0 holds it until closed, also
// through a crash; ERROR_BUSY when another process has it.
bool files_lock(const char *path, int *out_fd, struct error *err) MUST_CHECK;
void files_unlock(int fd);
