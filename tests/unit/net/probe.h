// probe — a task for tests that sends one request and notes all that happens to it.
//
// Owns     its headers and the reply; probe_release. The texts, the server and the transfers it is told of
//          belong to the test and outlive it. It stays where it is from probe_init on.
// Threads  the one that runs its transfers.
#pragma once

#include "base/buf.h"
#include "http/headers.h"
#include "net/transfers.h"
#include "support/loopback.h"
#include "support/test.h"

struct probe {
    struct task task;
    const char *method, *url_path, *body;
    const char *url; // in place of the server's
    const struct loopback *server;
    struct task_request_options options;
    struct headers headers;
    int64_t wait_ms; // instead of a request
    int begun, answered, timed, cancelled, freed, done, prepared;
    int status, attempts;
    struct error error, outcome;
    struct buf reply;
    char header[64];
    struct transfers *transfers; // where it runs, for steps that act on others
    struct task *starts;         // begun by the answer step
};

// `server` NULL: it only waits, or goes to a url of its own.
void probe_init(struct probe *probe, const struct loopback *server);
void probe_release(struct probe *probe);
// Runs it to its end, on transfers of its own; exactly one end is asserted. False: it failed, see err.
bool probe_run(struct probe *probe, struct error *err);
