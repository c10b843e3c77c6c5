// outbox_claims — who works on a row: a lock on one byte of an empty file, which the kernel takes away with the
// process, however that ends.
//
// Shape    byte N stands for row N, byte 0 for the turn of sending what waits. Locks belong to the open file,
//          not to the process: two outboxes of one process exclude each other too.
// Errors   ERROR_IO, naming the path.
#pragma once

#include "base/error.h"

#include <stdint.h>

bool outbox_claims_open(const char *path, int *out_fd, struct error *err) MUST_CHECK;
void outbox_claims_close(int fd); // below 0 is fine
// False: another has it.
bool outbox_claims_take(int fd, int64_t row);
void outbox_claims_let_go(int fd, int64_t row);
