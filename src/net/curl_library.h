// curl_library — libcurl's functions, loaded when the first attempt is made.
//
// Shape    `curl()->easy_init()` is curl_easy_init, and so on; only these are used.
// Why      libcurl brings 25 libraries along, whose loading is half of a start: commands that ask nobody
//          do without, and the console draws meanwhile (programs/libraries.h).
// Errors   none: without libcurl the program says so and ends, as it would if it were linked.
// Threads  any; the first call loads, others wait for it.
#pragma once

#include <curl/curl.h>

#define CURL_FUNCTIONS(X)                                                                          \
    X(global_init)                                                                                 \
    X(easy_init)                                                                                   \
    X(easy_setopt)                                                                                 \
    X(easy_getinfo)                                                                                \
    X(easy_reset)                                                                                  \
    X(easy_strerror)                                                                               \
    X(easy_cleanup)                                                                                \
    X(multi_init)                                                                                  \
    X(multi_setopt)                                                                                \
    X(multi_add_handle)                                                                            \
    X(multi_remove_handle)                                                                         \
    X(multi_perform)                                                                               \
    X(multi_info_read)                                                                             \
    X(multi_poll)                                                                                  \
    X(multi_wakeup)                                                                                \
    X(multi_strerror)                                                                              \
    X(multi_cleanup)                                                                               \
    X(slist_append)                                                                                \
    X(slist_free_all)

struct curl_library {
#define X(name) __typeof__ (&curl_##name)(name);
    CURL_FUNCTIONS(X)
#undef X
};

const struct curl_library *curl(void);
