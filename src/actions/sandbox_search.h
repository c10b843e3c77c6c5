// sandbox_search — the sandbox of a data folder: the serving one, or one started here.
//
// Shape    find it; if nobody serves, start one; if somebody else was faster, find that one. A state file
//          whose process does not answer counts as nobody.
// Errors   those of sandbox_start. A folder that cannot be used makes it fall back to memory.
// Threads  as sandbox_start; runs requests of its own, so not inside a step.
#pragma once

#include "net/transfers.h"
#include "sandbox/sandbox.h"

struct sandbox_search {
    struct transfers *transfers;   // borrowed; the connection they keep open tells the sandbox's
                                   // owner that somebody is there (sandbox_leave)
    const char *data_folder;       // NULL: in memory at once
    bool fell_back;                // out: in memory although a folder was given
    struct error fall_back_reason; // out
};

struct sandbox_search_result {
    char url[64];
    char region[64], account[16]; // "" until known
    char runtime_api[64];         // "": functions run inside
    int64_t pid;                  // of the serving process; 0: this one
};

// *out_own is set when a sandbox was started here, else NULL.
bool sandbox_search_run(
    struct sandbox_search *search,
    struct sandbox_search_result *out,
    struct sandbox **out_own,
    struct error *err) MUST_CHECK;
