// rig — a delivery of numbered messages to a server that decides by what it is sent, and what came of it.
//
// Shape    rig_start makes the server, a client and a feed of `count` messages "m-0", "m-1" …; rig_run runs a
//          host task with a delivery until that ends, or until `stop_after` says so. The server counts how
//          often it took each message; `decide` sees each request before and may answer something else.
// Threads  `decide` runs on the server's thread, everything else on the test's.
#pragma once

#include "base/json.h"
#include "base/rng.h"
#include "delivery/delivery.h"
#include "support/client_fixture.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <pthread.h>

#define RIG_MOST_MESSAGES 20000
#define RIG_USUAL ((struct loopback_exchange){.status = -1}) // take it, and say so

struct rig_request {
    size_t number;     // of all, from 0
    struct str body;   // JSON
    size_t count;      // messages or events in it
    bool is_taken;     // set by decide: the messages count as taken, whatever is answered
    const char *lines; // head of the request
};

struct rig {
    bool is_started;
    struct client_fixture fixture;
    struct delivery_options options; // to be changed before rig_run
    struct temp_folder folder;
    char letters_path[512];
    // The feed.
    uint64_t from, count; // numbers; `count` is where it ends
    uint64_t next;        // number of the next message
    uint64_t asked;       // calls of the feed
    void (*shape)(
        struct rig *rig, uint64_t number, struct delivery_message *message); // may be NULL
    int64_t not_yet_until_ms, gap_ms; // a gap after every message
    struct buf text, id, user;
    uint64_t most_outstanding; // taken and not ended, ever
    // The server.
    struct loopback_exchange (*decide)(struct rig *rig, struct rig_request *request);
    pthread_mutex_t lock;
    size_t requests;
    struct rng chance;                 // for decide
    uint32_t taken[RIG_MOST_MESSAGES]; // how often
    size_t largest_batch, largest_body;
    uint64_t total_taken;
    // What came of it.
    struct transfers *transfers;
    struct delivery *delivery;
    struct delivery_counts counts, settled; // of all, of those before the mark
    struct error outcome;
    bool has_ended;
    struct delivery_mark mark;
    uint64_t settles;
    uint64_t refusals; // calls of `refused`
    char last_refusal[400];
    // Called in every step of the host; false ends the run.
    bool (*look)(struct rig *rig);
    int looks;
    int most_looks;  // rig_run_cancelled
    bool frees_late; // the host frees the delivery only when it is freed itself
};

void rig_start(struct rig *rig, uint64_t count);
void rig_start_with(struct rig *rig, uint64_t count, const struct client_fixture_options *given);
void rig_stop(struct rig *rig); // twice is fine
// Between two runs; before the first, `decide` may be set as it is.
void rig_set_decide(
    struct rig *rig,
    struct loopback_exchange (*decide_next)(struct rig *rig, struct rig_request *request));
// Until the delivery ends (true: with success, else rig->outcome), or `look` ends it.
bool rig_run(struct rig *rig);
// As rig_run, but the transfers are freed after so many looks, whatever is under way.
void rig_run_freed(struct rig *rig, int looks);
// As rig_run, but the host is cancelled after so many looks.
void rig_run_cancelled(struct rig *rig, int looks);
// Every message from `from` to `to` taken exactly `times`.
void rig_assert_taken(const struct rig *rig, uint64_t from, uint64_t to, uint32_t times);
// Each at least once.
void rig_assert_none_lost(const struct rig *rig, uint64_t from, uint64_t to);
// The file of dead letters.
void rig_read_letters(struct rig *rig, struct buf *out);
