// shared_library — a library that is loaded when it is needed, not when the program starts.
//
// Shape    a table names the functions and where their addresses go. It stays loaded: libraries that own threads
//          or exit handlers do not expect to go.
// Errors   ERROR_NOT_FOUND, with the loader's words: no such library, or it lacks a function. The places are then
//          not to be used.
// Threads  any; two loads of the same table want a pthread_once of the caller.
#pragma once

#include "base/error.h"

struct shared_library_function {
    const char *name;
    void *place; // a pointer to a function
};
// The first of the names that there is; NULL-terminated.
bool shared_library_load(
    const char *const *names,
    const struct shared_library_function *functions,
    size_t count,
    struct error *err) MUST_CHECK;
