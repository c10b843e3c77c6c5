// sandbox — the local cloud: Segment, Personalize, Lambda and STS on one loopback port.
//
// Shape    sandbox_start opens the store, seeds it on first use and serves on a thread of its own,
//          which alone owns the HTTP daemon, SQLite and the recommender. Everybody else talks HTTP
//          to it.
// Sharing  one process serves a data folder; it holds `sandbox.lock` there and tells its URL in
//          `sandbox.json`. sandbox_find reads both; a lock that nobody holds means nobody serves.
// Durable  an answer leaves only after its transaction is committed: kill -9 loses nothing
// acknowledged. Owns     sandbox_stop ends the thread, writes a snapshot, releases all. Errors
// ERROR_BUSY when another process serves that folder; ERROR_IO when the folder or port cannot
//          be had; ERROR_USAGE for a listen address that cannot be, or is not of this machine alone
//          without allow_remote, and for a fault that cannot be read; ERROR_INVALID for an answers
//          file.
// Threads  start/stop from one thread; the observer is called on the sandbox's thread.
// Source   product.md 4 for every identifier.
#pragma once

#include "base/error.h"
#include "base/str.h"

#include <stdint.h>

struct sandbox;

struct sandbox_request_note {  // one served request, for logs
    const char *method, *path; // path without query; printable
    int status;
    double ms;
};

struct sandbox_options {
    const char *listen;      // "127.0.0.1:7780"; port 0 takes a free one; NULL: 127.0.0.1:0
    const char *data_folder; // NULL: in memory
    const char *region;      // NULL: us-east-1
    const char *account;     // NULL: 123456789012
    const char
        *seed_file; // interactions CSV instead of the made history; "none": empty; NULL: made
    const char *const *faults; // texts of operations/fault.h, NULL after the last; NULL: none
    const char *answers_file;  // declared answers, JSON; NULL: none
    const char
        *request_log; // a file, one JSON object per request; "-": standard output; NULL: none
    bool has_instant_statuses; // what is created or trained is ACTIVE at once
    int64_t
        status_step_ms; // else: how long each status on the way lasts; 0: SANDBOX_STATUS_STEP_MS
    bool has_runtime_handler; // functions are served by runtimes that attach to the Runtime API
    const char
        *runtime_listen; // of the Runtime API; NULL: the port after that of `listen`, or a free
                         // one when that is 0
    bool is_strict;      // the Tracking API refuses what the real one accepts and drops
    int64_t delivery_retry_base_ms; // backoff of failed deliveries begins with it; 0: a minute
    int64_t delivery_pending_limit; // events that may wait for the destination; 0: 100,000
    int profile_limit; // Profile API requests a second; 0: 100 as at Segment; negative: no limit
    bool is_remote_allowed; // may listen on addresses that others reach
    void (*observe)(void *context, const struct sandbox_request_note *note); // may be NULL
    void *observe_context;
};
#define SANDBOX_STATUS_STEP_MS 2000

// Can it be listened on? ERROR_USAGE with the next step.
bool sandbox_check_listen(const char *listen, bool is_remote_allowed, struct error *err) MUST_CHECK;
// And such a text be a fault?
bool sandbox_check_fault(const char *text, struct error *err) MUST_CHECK;

// Loads the library that a sandbox serves with, which takes a few milliseconds: beside something else, so that the
// first sandbox_start need not. Any thread.
void sandbox_prepare(void);
bool sandbox_start(const struct sandbox_options *options, struct sandbox **out, struct error *err)
    MUST_CHECK;
void sandbox_stop(struct sandbox *sandbox); // NULL is fine
// As sandbox_stop, but whoever is connected may finish first, for at most linger_ms; nobody new is
// let in, and sandbox_find does not tell the place any more. NULL is fine.
void sandbox_leave(struct sandbox *sandbox, int64_t linger_ms);
// As sandbox_leave, but those who only wait for news are told at once to come later. What was begun is
// finished; deliveries that are under way go on after the next start.
void sandbox_finish(struct sandbox *sandbox, int64_t linger_ms);
const char *sandbox_url(const struct sandbox *sandbox); // "http://127.0.0.1:41234"
uint16_t sandbox_port(const struct sandbox *sandbox);
// Where runtimes attach: "127.0.0.1:41235"; empty without has_runtime_handler.
const char *sandbox_runtime_api(const struct sandbox *sandbox);
bool sandbox_is_in_memory(const struct sandbox *sandbox);

// The serving process of a data folder, if there is one. False with ERROR_NOT_FOUND when nobody
// serves.
struct sandbox_place {
    char url[64];
    int64_t pid;
};
bool sandbox_find(const char *data_folder, struct sandbox_place *out, struct error *err) MUST_CHECK;

// The fixed identities of product.md 4, in its order: { json key, value }.
// `write_keys.website-prod` … are keys with a dot. `url` is the caller's, all others depend on
// region and account only.
struct sandbox_identity {
    const char *key; // JSON key: "campaign_arn"
    const char
        *environment;    // the variable clients read; NULL: `sandbox env` makes one, RECLOOP_KEY
    const char *setting; // recloop's setting of the same meaning: "campaign_arn"; NULL: none
    char *value;         // owned by the list
    bool is_secret;
};
struct sandbox_identities {
    struct sandbox_identity *rows;
    size_t count;
};
void sandbox_identities_make(
    struct sandbox_identities *out, const char *url, const char *region, const char *account);
void sandbox_identities_release(struct sandbox_identities *identities);
// `runtime_api` is where the serving process listens: known only to whoever asked it. NULL: nowhere.
void sandbox_identities_set_runtime_api(
    struct sandbox_identities *identities, const char *runtime_api);
// NULL when there is no such key.
const char *sandbox_identities_get(const struct sandbox_identities *identities, const char *key);
