// request_log — one JSON object per answered request, in a file or on standard output.
//
// Shape    {"time":"2026-02-03T04:05:06.789Z","service":"tracking","operation":"track","method":"POST",
//           "path":"/v1/track","status":200,"ms":0.21,"bytes":16,"request_id":"…"|null,
//           "fault":"fault-1"|null,"ending":"whole"|"half"|"lost","user_agent":"…"|null}
//          No query, no headers besides those, no body; keys in paths are cut as everywhere (••••last4).
//          When lines were lost: {"time":"…","dropped":12}.
// Bounds   REQUEST_LOG_BUFFER bytes wait for whoever reads; beyond, lines are dropped and counted. A reader
//          that stops never stops the sandbox.
// Rotation the file is opened anew when it was moved or removed, and on SIGHUP, which is blocked for the
//          threads of whoever starts the sandbox (request_log_block_hangup) and taken before each write.
// Errors   ERROR_IO when the file cannot be opened at the start; later ones count as dropped lines.
// Threads  the sandbox's.
#pragma once

#include "base/buf.h"

#define REQUEST_LOG_BUFFER ((size_t)256 << 10)

struct request_log;

struct request_log_line {
    int64_t at_ms;
    const char *service, *operation;
    struct str method, path, request_id, user_agent;
    const char *fault; // NULL: none
    const char *ending;
    int status;
    int64_t us, bytes;
};

// On the thread that starts the sandbox, before other threads are.
void request_log_block_hangup(void);
bool request_log_open(const char *path, struct request_log **out, struct error *err) MUST_CHECK;
void request_log_close(struct request_log *log); // writes what can be written; NULL is fine
void request_log_add(struct request_log *log, const struct request_log_line *line);
// Once a turn. True when something is left for later.
bool request_log_flush(struct request_log *log);
int64_t request_log_dropped(const struct request_log *log); // NULL: 0
// The path with the keys in it cut; printable.
void request_log_add_path(struct buf *out, struct str path);
