// peer_process — which process of this machine is at the other end of a connection, and is it still there?
//
// Shape    looked up once, in /proc; later only asked whether it lives. Where there is no /proc, or the
//          process is not visible (another user's, another container's), nobody is found.
// Threads  any.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer_process {
    int64_t pid;         // 0: unknown
    int64_t start_ticks; // since boot; tells it from a later process of the same number
};
// `socket` is ours of a TCP connection. `likely` are looked at first.
bool peer_process_find(
    int socket, const int64_t *likely, size_t likely_count, struct peer_process *out);
bool peer_process_is_alive(const struct peer_process *process);
int64_t peer_process_used_mib(const struct peer_process *process); // at most so far; 0: unknown
int64_t peer_process_age_us(const struct peer_process *process);   // 0: unknown
