// code_archive — the zip file of a function's code, looked through without unpacking it.
//
// Shape    the central directory is read entry by entry: how many there are, how large they would be, is
//          there a bootstrap at the root and may it be executed.
// Limits   those of Lambda: 50 MiB as sent, 262144000 bytes unpacked.
// Errors   ERROR_LIMIT beyond them, else ERROR_INVALID; messages are Lambda's own.
// Threads  any.
// Source   PKWARE APPNOTE 4.3; Lambda quotas.
#pragma once

#include "base/error.h"
#include "base/str.h"

#define CODE_ARCHIVE_MAX_BYTES ((size_t)50 << 20)
#define CODE_ARCHIVE_MAX_UNPACKED_BYTES INT64_C(262144000)

struct code_archive {
    size_t entries;
    int64_t unpacked_bytes;
    bool has_bootstrap, is_bootstrap_executable; // what provided runtimes start
};
bool code_archive_read(struct str zip, struct code_archive *out, struct error *err) MUST_CHECK;
