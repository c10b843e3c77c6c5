// internal — what the files of delivery/ share.
//
//   feed ──collector.c──▶ parcels being filled ──▶ lane (lane.c) ──route──▶ receiver
//                              │                     │
//                              └─────── ledger.c ◀───┘   what has ended, how, and the mark it leaves
//
// One idle lane at a time is the collector: it asks the feed, waits for it, and takes what is ready. When it
// has something to send, the next idle lane takes over. `struct delivery` is shared by its owner and its
// lanes, and goes with the last of them: a lane that is still in the list of the transfers may outlive the
// owner, and then touches nothing that was borrowed.
#pragma once

#include "client/client_call.h"
#include "client/client_reply.h"
#include "delivery/dead_letters.h"
#include "delivery/delivery.h"
#include "pace.h"
#include "parcel.h"

#define DELIVERY_MOST_LANES 64
#define DELIVERY_LINGER_MS 50
// Most messages between the mark and the newest: what a crash makes us send again.
#define DELIVERY_MOST_SPAN ((uint64_t)1 << 20)

struct lane {
    struct task task;
    struct delivery *delivery;
    int index; // in delivery.lanes
    struct client_call call;
    struct parcel *parcel;     // owned; NULL: nothing to send
    struct parcel_range range; // of it, under way or next
    bool has_range;
    bool is_in_flight;
    uint32_t in_flight; // messages
    int attempt;        // of this range that came to nothing
    int64_t due_ms;     // not before
    uint64_t keys;      // generation of the credentials it was signed with
    bool is_idle;       // waits until somebody nudges it
    bool has_resigned;
};

// A judgement on one answer.
enum verdict {
    VERDICT_ACCEPTED,
    VERDICT_LATER,     // of no use; the same again
    VERDICT_THROTTLED, // too many requests: everybody rests
    VERDICT_KEYS,      // the credentials have expired
    VERDICT_REFUSED,   // something in it is bad
    VERDICT_STOP,      // it will be no for all that follows
};

struct refusal {
    int status;
    struct buf code; // of the receiver: "InvalidInputException"
};

// What a target does differently.
struct route {
    uint32_t most_units; // of one request
    int lanes;
    // False with ERROR_USAGE: the receiver would refuse it, so it is not sent.
    bool (*build)(struct lane *lane, struct error *err);
    enum verdict (*judge)(
        struct lane *lane,
        const struct response *response,
        struct refusal *refusal,
        struct error *err);
};
extern const struct route route_segment, route_personalize;
// A transfer that failed, for both.
enum verdict route_judge_failure(struct lane *lane, const struct task_event *event);

struct settled_point {
    struct delivery_mark mark;
    uint64_t sequence, skipped_before;
};

struct delivery {
    struct delivery_options options;
    const struct route *route;
    struct client *client;
    struct task *host; // NULL after delivery_free
    struct rng jitter;
    int references; // the owner and the lanes
    bool is_closed; // by the owner
    bool has_ended;
    struct error outcome;
    int64_t now_ms; // of the step under way

    struct lane *lanes[DELIVERY_MOST_LANES]; // NULL: gone
    int lane_count, working;                 // started; of them not resigned
    struct lane *collector;
    struct parcel *filling[CLIENT_SOURCE_COUNT]; // Personalize uses the first
    struct parcel *spare;                        // for the next; linked by `next`
    struct parcel *open;                         // all with unsettled messages
    struct pace pace;
    bool feed_ended;

    struct dead_letters *letters;
    bool has_unsynced;
    struct delivery_counts counts;
    uint64_t refused_in_a_row; // by the receiver
    int garbled;               // answers; before the first whole one
    bool has_whole;            // an answer, of whatever status
    uint64_t *refused_ahead;   // sequences at or after the settled point, unordered
    size_t refused_ahead_count, refused_ahead_cap;
    struct settled_point latest; // of the feed: when nothing is open, all before it has ended
    struct settled_point settled;
    uint64_t settled_refused; // of the messages before the settled point
    bool has_latest, has_settled;

    int64_t trouble_since_ms; // 0: the last answer was good
    int bad_streak;           // bad answers since a good one, of all lanes
    int throttled_streak;
    struct lane *prober; // in trouble, one lane tries for all
    uint64_t keys;       // generation of the credentials
    bool has_renewed;    // since the last good answer
};

// collector.c
// The next parcel to send, sealed; else NULL and when to look again (PACE_NEVER: when nudged).
struct parcel *collector_collect(struct delivery *delivery, int64_t *out_due_ms);
bool collector_is_done(const struct delivery *delivery);

// ledger.c
struct parcel *ledger_open_parcel(struct delivery *delivery);
void ledger_close_parcel(struct delivery *delivery, struct parcel *parcel); // all of it is settled
void ledger_accept(struct delivery *delivery, struct parcel *parcel, struct parcel_range range);
// The message of that one unit; `text` etc. come from the parcel.
void ledger_refuse(
    struct delivery *delivery,
    struct parcel *parcel,
    struct parcel_range unit,
    const struct refusal *refusal,
    const struct error *reason);
// One that was never sent.
void ledger_discard(
    struct delivery *delivery,
    const struct delivery_message *message,
    const char *code,
    const struct error *reason);
// At the end of every step: makes dead letters durable, then moves the mark.
void ledger_settle(struct delivery *delivery);

// lane.c
void lane_start(struct delivery *delivery, int at);
void lane_nudge_all(struct delivery *delivery);
// Over: err NULL is success. Lanes are stopped, the host is nudged.
void lane_end_all(struct delivery *delivery, const struct error *err);
void delivery_release(struct delivery *delivery); // a reference
