// transfers — runs tasks on one curl multi handle; the only sockets outward.
//
// Shape    transfers_start gives it tasks; transfers_run_once waits for whatever comes first
//          (socket, timer, wake) and runs the steps that are due. Connections stay open between
//          requests and are shared by all tasks.
// Rules    no request without a deadline, no body without a limit; TLS certificates are always
//          verified; redirects are never followed; http and https only; the path is sent as given;
//          headers are those of the request plus Host, User-Agent and Content-Length where missing;
//          loopback addresses never go through a proxy.
// Errors   of transfers go to the tasks, each with host:port and a next step; see the table in
//          src/net/transfer_errors.c.
// Threads  one owner; transfers_wake may be called by any thread while the transfers exist.
// Signals  main ignores SIGPIPE: a TLS connection that the other side closed raises it.
#pragma once

#include "net/task.h"

#include <stddef.h>

#define TRANSFERS_TIMEOUT_MS 10000
#define TRANSFERS_CONNECT_TIMEOUT_MS 3100
#define TRANSFERS_BODY_LIMIT ((size_t)1 << 20)
#define TRANSFERS_HEADER_LIMIT ((size_t)64 << 10)

// An attempt that is over, for whoever watches. Requests hold secrets: show them through http/redact.h only.
struct transfers_observation {
    const struct task *task;         // whose; may end in the step that follows
    const struct request *request;   // as sent
    const struct response *response; // NULL when the transfer failed
    const struct error *error;       // NULL when there is a response
    double elapsed_ms;               // from request to whole answer
    int attempts;                    // with this one; 0: nothing was sent
    bool is_final;                   // false: another attempt follows
};
// Inside transfers_run_once, before the step; must not call the transfers.
typedef void transfers_observe_fn(void *context, const struct transfers_observation *seen);

struct transfers_options {
    int64_t timeout_ms;            // default for requests; 0: TRANSFERS_TIMEOUT_MS
    int64_t connect_timeout_ms;    // 0: TRANSFERS_CONNECT_TIMEOUT_MS
    const char *ca_file;           // copied; NULL: the system's
    const char *user_agent;        // copied; NULL: recloop/VERSION
    uint64_t jitter_seed;          // 0: from the system; tests fix it
    transfers_observe_fn *observe; // may be NULL
    void *observe_context;         // borrowed, outlives the transfers
};

// Loads libcurl, for programs that have a thread to do it beside something else. Without it the first attempt, or the
// first sleep, does. Any thread.
void transfers_prepare(void);
struct transfers *transfers_new(const struct transfers_options *options); // NULL: the defaults
void transfers_free(struct transfers *transfers); // cancels what still runs; not inside a step
// Owns the task from here on. The first step runs inside the next transfers_run_once.
void transfers_start(struct transfers *transfers, struct task *take_task);
// The task gets TASK_CANCELLED inside the next transfers_run_once; nothing happens if it has ended.
void transfers_cancel(struct transfers *transfers, struct task *task);
// Sleeps at most max_wait_ms (negative: without limit) and runs what is due. False on an internal
// failure of the library, after which the transfers are only good for transfers_free.
bool transfers_run_once(struct transfers *transfers, int64_t max_wait_ms);
// Makes a sleeping transfers_run_once return; one that sleeps next returns at once.
void transfers_wake(struct transfers *transfers);
size_t transfers_count(const struct transfers *transfers); // tasks not finished
