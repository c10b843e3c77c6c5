// send — the parts of firing one event: a task that passes through phases, each in the file of its way.
//
//     segment       baseline → track → delivery (sandbox only) → trait
//     destination   baseline → assume → invoke                 → trait
//     handler       baseline → handler                         → trait
//
// Shape    a phase starts one request (enter) and reads its answer (answer), then goes to the next.
//          baseline and trait take part only with --wait. The trait phase polls.
// Outbox   via segment the event is in the outbox from before the first request until it was accepted or refused
//          for good (send_outbox.c). After all that the person waits for comes the phase waiting: what was
//          left there earlier is sent.
// Ends     success when what was asked for is true: accepted without --wait, trait changed with it.
#pragma once

#include "base/clock.h"
#include "client/trait_watch.h"
#include "hops.h"
#include "outbox_drain.h"
#include "segment/event.h"

enum send_via { SEND_VIA_SEGMENT, SEND_VIA_DESTINATION, SEND_VIA_HANDLER };

struct send;
struct send_phase {
    const char *name;
    void (*enter)(struct send *send);
    void (*answer)(struct send *send, const struct task_event *event);
};

struct send {
    struct run run;
    enum send_via via;
    enum client_source source; // via segment
    const struct send_phase *phase;
    struct event event;                               // owned
    struct buf event_json;                            // owned
    bool waits;                                       // --wait was given
    int64_t wait_ms;                                  // budget from the start
    int64_t began_us, sent_at_ms, now_ms, give_up_ms; // now_ms: of the running step
    struct trait_watch_state before;                  // owned; baseline of the trait
    struct sts_session session;                       // owned; via destination
    bool debugger_asked, is_repeat, was_behind, is_under_way;
    int64_t sequence;    // of the event at its source; 0: not known
    int64_t behind;      // events that the sandbox deals with before it
    int64_t patience_ms; // beyond the wait, while there are such
    int polls;
    bool is_kept;          // as ordered
    struct outbox *outbox; // owned; NULL: nothing is kept
    int64_t kept_id;       // of the event in the outbox; 0: it is not there
    bool was_posted, is_accepted;
    struct outbox_drain drain;
    int64_t drain_until_ms;
    int64_t ended_us;     // of what the person waits for
    struct error outcome; // of that; ERROR_NONE: success
};

extern const struct send_phase send_baseline, send_trait;    // send_trait.c
extern const struct send_phase send_traits;                  // the same; when somebody observes
extern const struct send_phase send_track;                   // send_segment.c
extern const struct send_phase send_delivery, send_debugger; // send_delivery.c
extern const struct send_phase send_assume, send_invoke;     // send_destination.c
extern const struct send_phase send_handler;                 // send_handler.c

extern const struct send_phase send_waiting; // send_outbox.c

// Before anything is sent: into the outbox, or a note that nothing is kept.
void send_keep(struct send *send);
// The row leaves: the event was accepted, or will never be.
void send_let_go(struct send *send);
// The row stays, and the person is told what brings it out.
void send_stays(struct send *send, const struct error *reason, enum outbox_fate fate);

// What another action fires through here, one task an event. The backend is open.
struct send_order {
    struct event *take_event;
    enum send_via via;
    enum client_source source;
    int64_t wait_ms;     // 0: accepted is enough
    int64_t patience_ms; // beyond it, while the sandbox has other deliveries before this one
    bool is_kept;        // via segment: in the outbox until it has arrived
};
struct task *send_new(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    const struct send_order *order);
const char *send_via_name(enum send_via via);
bool send_via_parse(struct str text, enum send_via *out);

// The event itself, with or without a baseline.
void send_set_out(struct send *send);
// Inside a step: goes to that phase.
void send_enter(struct send *send, const struct send_phase *phase);
// The call in run.call is started, or the hop has failed.
void send_start_call(struct send *send, bool is_built, enum hop_id hop, const struct error *err);
// The hop failed and with it the run: later hops are skipped.
void send_fail(struct send *send, enum hop_id hop, double ms, int status, const struct error *err);
// The event was accepted by its way: on to the trait, or done.
void send_delivered(struct send *send);
void send_finish(struct send *send);
// As send_fail, when the hops have been told already.
void send_end_failed(struct send *send, const struct error *err);
int64_t send_left_ms(const struct send *send);
// The end, with the outcome that was reached.
void send_conclude(struct send *send);
