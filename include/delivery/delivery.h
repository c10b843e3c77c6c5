// delivery — takes messages from a feed and brings every one of them to its receiver, once.
//
// Shape    a delivery runs beside a task (its host): so many lanes, each a request in flight on a connection
//          that is kept. A lane fills a batch for one source to the limits, sends it, and takes the next.
//          The feed is asked only when there is room: nothing piles up.
// Receivers Segment (batches), Personalize (PutEvents, ten of one user and session a call).
// Once     nothing is given up that may still arrive. What is repeated carries the same ids, by which
//          Segment and Personalize tell a repeat. A batch that is refused is halved until the message that
//          is at fault stands alone; that one goes to the dead letters with the reason.
// Pace     `per_second` is a schedule, not a gap: an answer that is late does not lower the rate, and a
//          pause is not caught up.
// Settled  `settled` tells the mark before which everything has ended, accepted or dead: what a cursor may
//          remember. It never goes back. While nothing is under way it is the place where the feed goes on, as
//          far as the feed has told it.
// Ends     when the feed ended and all is settled; or with an error: the receiver refuses everything (keys,
//          settings), or could not be reached for `patience_ms`. The messages not settled are then neither
//          lost nor counted: go on from the mark.
// Owns     the delivery and its lanes; the feed, the client and the contexts are borrowed until delivery_free.
//          Whoever begins a delivery frees it: in a step of the host, or at the latest when the host is freed.
//          None of the callbacks may free it.
// Errors   ERROR_CONFIG before anything is sent; ERROR_REFUSED, ERROR_UNREACHABLE, ERROR_TIMEOUT,
//          ERROR_THROTTLED as its end; ERROR_IO for the dead letters' file.
// Threads  that of the host's transfers. Every function is called from steps on it.
// Source   Segment, "HTTP API" (limits, Retry-After); Personalize, PutEvents.
#pragma once

#include "client/client.h"
#include "net/retry.h"
#include "net/task.h"
#include "segment/event.h"

struct delivery;

// A place in the feed, in the feed's own numbers; `ordinal` counts the messages before it.
struct delivery_mark {
    uint64_t ordinal;
    int64_t words[4];
};

// Views, good until the next call of the feed.
struct delivery_message {
    enum client_source source;
    struct str text;       // one Segment message as JSON on one line
    struct str message_id; // also in the text
    bool is_checked;       // printed by our own generator: known to be good, not read again
    // For Personalize; a message without items is passed over there (counted as `skipped`).
    struct str user_id, session_id, event_name;
    int64_t timestamp_ms;
    const struct str *items;
    size_t item_count;
};

enum delivery_pull { DELIVERY_MESSAGE, DELIVERY_NOT_YET, DELIVERY_END };

struct delivery_feed {
    // The next message. DELIVERY_NOT_YET: ask again at *out_due_ms (monotonic). `mark` of the message itself;
    // with NOT_YET and END the place where the feed goes on (left alone: unknown). Marks never go back.
    enum delivery_pull (*next)(
        void *context,
        int64_t now_ms,
        struct delivery_message *out,
        struct delivery_mark *mark,
        int64_t *out_due_ms);
    void *context;
};

enum delivery_target { DELIVERY_SEGMENT, DELIVERY_PERSONALIZE };
const char *delivery_target_name(enum delivery_target target);

// Exact at every moment: taken = accepted + refused + skipped + in_flight + waiting.
struct delivery_counts {
    uint64_t taken;             // from the feed
    uint64_t accepted;          // acknowledged
    uint64_t refused;           // dead letters
    uint64_t skipped;           // nothing for this receiver
    uint64_t in_flight;         // in requests that have not been answered
    uint64_t waiting;           // in a batch that is being filled, or is to be sent again
    uint64_t requests, retried; // requests sent; of them repeats
    uint64_t bytes;             // of bodies sent, repeats included
    // What the receiver is doing to us: code ERROR_NONE while all is well. The last trouble, until an answer
    // is good again, for progress to tell.
    struct error trouble;
    int64_t resting_until_ms; // monotonic; the receiver asked us to wait (Retry-After); 0: no
};

struct delivery_options {
    struct client *client;
    enum delivery_target target;
    struct delivery_feed feed;
    int lanes;            // 0: 8 for Segment, 32 for Personalize
    double per_second;    // 0: as fast as the receiver takes them
    int64_t patience_ms;  // without any good answer; 0: ten minutes
    int64_t timeout_ms;   // of one request; 0: half a minute
    bool compresses;      // Segment's bodies with gzip: for slow lines
    uint64_t jitter_seed; // 0: from the system; tests fix it
    const struct retry_policy
        *retry;               // how long after trouble; NULL: retry_standard. Borrowed; tests hurry
    const char *dead_letters; // file that refused messages are appended to; NULL: they only count
    // For each refused message, before it is written. May be NULL.
    void (*refused)(void *context, struct str message_id, const struct error *reason);
    void (*settled)(void *context, const struct delivery_mark *mark); // may be NULL
    // The other process is gone: is there another client? NULL: no. (actions: run_recover)
    struct client *(*recover)(void *context, const struct task_event *event);
    void *context; // of the three above
};

// In a step of `host`: starts the lanes beside it. They nudge the host (task_nudge) when all is over.
bool delivery_begin(
    const struct delivery_options *options,
    struct task *host,
    struct delivery **out,
    struct error *err) MUST_CHECK;
// In any step, also after its end: takes back what is in flight. NULL is fine.
void delivery_free(struct delivery *delivery);
void delivery_set_rate(struct delivery *delivery, double per_second); // 0: no limit
void delivery_set_paused(struct delivery *delivery, bool is_paused);  // what is in flight arrives
bool delivery_is_paused(const struct delivery *delivery);
double delivery_rate(const struct delivery *delivery);
void delivery_count(const struct delivery *delivery, struct delivery_counts *out);
// False, and *out left alone, before the feed has told anything.
bool delivery_settled_mark(const struct delivery *delivery, struct delivery_mark *out);
// Of the messages before that mark: `taken` (all of them), `accepted`, `refused`, `skipped`; the rest is zero.
void delivery_count_settled(const struct delivery *delivery, struct delivery_counts *out);
// Over? Then `err` is its outcome, ERROR_NONE for success.
bool delivery_has_ended(const struct delivery *delivery, struct error *err);
