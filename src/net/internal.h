// internal — what the files of net/ share: the runner's side of a task, and one attempt at curl.
//
// A task's life, as states (see enum task_state):
//
//   NEW ──begin──▶ STEPPING ──task_wait──▶ WAITING ──due──▶ STEPPING …
//                     │ ▲
//        task_request │ └────────── answer, or error after the last attempt ─────┐
//                     ▼                                                          │
//                  WANTS ──prepared, added to curl──▶ SENDING ──────────────────▶┤
//                     │ ▲                                                        │
//                     │ └──────────due──── PAUSED ◀──worth another attempt───────┤
//                     └──────────────not sendable──▶ ANSWERED ───────────────────┘
#pragma once

#include "base/buf.h"
#include "base/rng.h"
#include "curl_library.h"
#include "net/task.h"
#include "net/transfers.h"

#include <stdatomic.h>

enum task_state {
    TASK_STATE_NEW,      // TASK_BEGIN is due
    TASK_STATE_STEPPING, // inside ops->step
    TASK_STATE_WANTS,    // a request waits for its next attempt to start
    TASK_STATE_SENDING,  // an attempt is with curl
    TASK_STATE_PAUSED,   // between two attempts, until due_ms
    TASK_STATE_ANSWERED, // TASK_RESPONSE is due
    TASK_STATE_WAITING,  // task_wait, until due_ms
    TASK_STATE_DONE,
};

struct task_internal {
    struct task *task;
    struct transfers *transfers;
    struct task_internal *next, *previous;
    enum task_state state;
    bool is_cancelled, is_ending; // asked to stop; has been told
    uint64_t id;                  // for traces

    struct request request;
    struct task_request_options options;
    int64_t deadline_ms; // of the request
    int64_t due_ms;      // PAUSED, WAITING
    int attempts;
    bool is_effect_unknown; // of any attempt so far

    // The last attempt.
    CURL *easy;
    struct curl_slist *fields;
    char curl_text[CURL_ERROR_SIZE];
    struct response response;
    size_t header_bytes;
    bool is_over_limit;
    bool is_transfer_ok, was_sent;
    struct error transfer_error; // when not ok
    double elapsed_ms;
    int64_t traced_us;

    struct error outcome; // DONE
};

struct transfers {
    _Atomic(CURLM *) multi; // NULL until the first attempt or sleep
    atomic_bool was_woken;  // while there was none
    struct task_internal *first, *last;
    size_t count;
    CURL *idle[64]; // handles at rest, to spare their set-up; as many as connections are kept
    size_t idle_count;
    struct rng jitter;
    int64_t timeout_ms, connect_timeout_ms;
    char *ca_file, *user_agent; // owned
    int64_t now_ms;             // of this turn
    uint64_t next_id;
    bool is_stepping;
    transfers_observe_fn *observe;
    void *observe_context;
};

CURLM *transfers_multi(struct transfers *transfers); // made at first use

// transfer.c: one attempt at one request.
// Prepares and hands it to curl; false: nothing was sent, transfer_error says why.
bool transfer_start(struct task_internal *internal);
// Takes it back from curl, whether it has ended or not.
void transfer_stop(struct task_internal *internal);
// After curl's DONE message: reads the result into the fields of "the last attempt".
void transfer_settle(struct task_internal *internal, CURLcode code);

// transfer_errors.c
void transfer_error(
    struct error *err, CURLcode code, const struct request *request, const char *curl_text);
