// process — the sandbox under test as a process of its own: started, killed, stopped, watched.
#pragma once

#include "base/error.h"

#include <stdint.h>
#include <sys/types.h>

struct process {
    pid_t pid;
    int64_t ready_ms; // from start to the first answer
};

// `recloop sandbox` on that port and data folder; its output goes to `log`. False: it did not get ready.
bool process_start(
    struct process *process,
    const char *program,
    const char *folder,
    const char *log,
    uint16_t port,
    struct error *err) MUST_CHECK;
void process_kill(struct process *process);                               // -9
bool process_stop(struct process *process, struct error *err) MUST_CHECK; // SIGTERM, exit 0 wanted
bool process_is_alive(const struct process *process);
int64_t process_resident_kib(const struct process *process);
uint16_t process_free_port(void);
