// process — what this process uses of its machine.
//
// Errors   none: what cannot be read is 0.
// Threads  any.
// Source   proc(5).
#pragma once

#include <stdint.h>

struct process_figures {
    int64_t resident_bytes, cpu_us, open_files, file_limit;
};
void process_get_figures(struct process_figures *out);
// Of a database: the file, its log and its index of the log.
int64_t process_file_bytes(const char *folder, const char *name);
