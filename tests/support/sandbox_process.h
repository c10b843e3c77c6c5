// sandbox_process — the sandbox under test as a process of its own: started, killed, stopped, watched.
#pragma once

#include "base/error.h"

#include <stdint.h>
#include <sys/types.h>

struct sandbox_process {
    pid_t pid;
    int out_fd;       // its standard output: tells when it is ready, and ends with it
    int64_t ready_ms; // from start to its ready line
};

// `recloop sandbox` on that port and data folder; its messages go to `log`. False: it did not get ready.
bool sandbox_process_start(
    struct sandbox_process *process,
    const char *program,
    const char *folder,
    const char *log,
    uint16_t port,
    struct error *err) MUST_CHECK;
void sandbox_process_kill(struct sandbox_process *process); // -9
bool sandbox_process_stop(struct sandbox_process *process, struct error *err)
    MUST_CHECK; // SIGTERM, exit 0 wanted
bool sandbox_process_is_alive(const struct sandbox_process *process);
int64_t sandbox_process_resident_kib(const struct sandbox_process *process);
uint16_t sandbox_process_free_port(void);
