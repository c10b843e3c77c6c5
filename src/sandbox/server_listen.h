// server_listen — where a server listens: "127.0.0.1:7780", "[::1]:0", "localhost:7780".
//
// Errors   ERROR_USAGE for what is no such address, and for one that is not of this machine alone unless
//          `is_remote_allowed`; ERROR_IO when the port cannot be had.
// Threads  any.
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct server_listen {
    int fd;
    uint16_t port;
    char host[64];  // as in a URL, where this machine reaches it: "127.0.0.1", "[::1]"
    bool is_remote; // others may reach it
};

bool server_listen_check(const char *text, bool is_remote_allowed, struct error *err) MUST_CHECK;
bool server_listen_open(
    const char *text, bool is_remote_allowed, struct server_listen *out, struct error *err)
    MUST_CHECK;
