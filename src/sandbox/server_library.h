// server_library — libmicrohttpd's functions, loaded when the first server opens.
//
// Shape    `mhd()->run()` is MHD_run, and so on; only these are used, all after server_library_load.
// Why      libmicrohttpd brings GnuTLS and its libraries along, whose loading is half of the start of a command
//          that serves nobody; the console opens its terminal meanwhile (programs/libraries.h).
// Errors   ERROR_NOT_FOUND when it is not installed.
// Threads  any; the first call of server_library_load loads, others wait for it.
#pragma once

#include "base/error.h"

#include <microhttpd.h>

#define MHD_FUNCTIONS(X)                                                                           \
    X(start_daemon)                                                                                \
    X(stop_daemon)                                                                                 \
    X(quiesce_daemon)                                                                              \
    X(get_daemon_info)                                                                             \
    X(get_timeout)                                                                                 \
    X(run)                                                                                         \
    X(get_connection_info)                                                                         \
    X(get_connection_values)                                                                       \
    X(lookup_connection_value)                                                                     \
    X(suspend_connection)                                                                          \
    X(resume_connection)                                                                           \
    X(create_response_from_buffer)                                                                 \
    X(add_response_header)                                                                         \
    X(queue_response)                                                                              \
    X(destroy_response)

struct server_library {
#define X(name) __typeof__ (&MHD_##name)(name);
    MHD_FUNCTIONS(X)
#undef X
};

bool server_library_load(struct error *err) MUST_CHECK;
const struct server_library *mhd(void);
