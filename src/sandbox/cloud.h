// cloud — the whole state of a running sandbox, and its turn of work.
//
// Shape    one `struct cloud` per sandbox, passed to everything below it. The turn (cloud_turn) is:
//          serve requests → commit, let their answers go → deliver what waits → commit → answer those
//          who wait for it. In a flood the second commit is put off, at most COMMIT_AFTER_MS.
// Durable  what an answer or a held request tells is committed before it leaves. When a commit fails,
//          everything of that turn is undone, the model is rebuilt from the log, and the senders get
//          500.
// Time     `now_ms` and `now_us` are read once per turn.
// Threads  the sandbox's thread, except cloud_open (before it starts).
#pragma once

#include "aws/sigv4.h"
#include "base/rng.h"
#include "identities.h"
#include "recommender/recommender.h"
#include "sandbox/sandbox.h"
#include "server.h"
#include "store.h"

struct cloud_counters { // since start
    int64_t requests, tracking_requests, accepted, duplicates, discarded, unknown_keys;
    int64_t deliveries, deliveries_failed, delivery_retries, put_events, recommendations,
        signature_failures;
    int64_t attributed,
        impressions; // events that give a recommendationId of ours back; items shown
};

// The one destination: Amazon Personalize on website-prod.
struct cloud_destination {
    bool is_enabled;
    struct buf function, role, external_id, region, log_type;
    struct buf client_context; // JSON object; empty: none
    int64_t delivered;         // events of the source up to this sequence have been attempted
    int64_t newest;            // accepted event of the source since start; 0: none
    int64_t pending;           // accepted events of the source that have not
};

struct cloud {
    struct store *store;
    struct server *server;
    struct recommender *recommender;
    struct cloud_destination destination;
    struct sandbox_identities identities;
    struct sandbox_options options; // its texts are owned copies
    struct buf url;
    struct rng rng;
    struct sigv4_key_cache keys;
    struct cloud_counters counters;
    struct exchange *held; // long polls
    size_t held_count;
    struct recommender_answer answer; // reused by every question
    struct buf text;                  // of the row being written; reused by every one
    int64_t now_ms;                   // wall
    int64_t started_at_ms;
    int64_t used_mib, used_at_ms; // the process's memory, and the turn it was asked in
    int64_t snapshot_at;          // interactions at the last snapshot
    bool has_changed;             // something was committed since the held were last asked
    bool has_pending;             // deliveries may be waiting
    bool is_reset;                // in the open transaction
    struct dispatch *dispatch;    // tracking/dispatch.h
    int64_t delivery_at_ms;       // monotonic; deliveries are due again then; 0: no such time
    int64_t commit_at_ms;         // monotonic; of deliveries in an open transaction
    int64_t retry_at_ms;          // monotonic; deliveries pause after a failed commit
    int64_t rest_at_ms;           // monotonic; without a commit till then, it rests; 0: it does
    struct error store_failure;   // of the newest commit, when it failed; ERROR_NONE: it was kept
    int64_t leave_by_ms;          // monotonic; the last turn begins then; 0: not leaving
    struct roles *roles;          // access/roles.h
    struct logs *logs;            // logs/logs.h
    struct faults *faults;        // operations/faults.h
    struct functions *functions;  // functions/functions.h
    struct computed_traits *computed_traits; // profiles/computed_traits.h
    int64_t profile_second, profile_count;   // requests of the Profile API in a second
    struct resources *resources;             // personalize/resources.h
    struct answers *answers;                 // operations/answers.h
    struct metrics *metrics;                 // operations/metrics.h
    struct passages *passages;               // tracking/passages.h
    struct request_log *log;                 // operations/request_log.h; NULL: none
    bool has_log_waiting;                    // lines that could not be written yet
};

bool cloud_open(const struct sandbox_options *options, struct cloud **out, struct error *err)
    MUST_CHECK;
void cloud_close(struct cloud *cloud); // snapshot, close
void cloud_turn(struct cloud *cloud);
// Ends held requests whose clients have hung up.
void cloud_drop_abandoned(struct cloud *cloud);
// Tells those who only wait for news that the sandbox is leaving.
void cloud_release_polls(struct cloud *cloud);
// Back to the seeded state, in the open transaction. After an error nothing has changed, or nothing will
// have when the turn's commit has failed.
bool cloud_reset(struct cloud *cloud, struct error *err) MUST_CHECK;
const char *cloud_region(const struct cloud *cloud);
const char *cloud_account(const struct cloud *cloud);
// An identity's text by its key of product.md 4.
struct str cloud_identity(const struct cloud *cloud, const char *key);
