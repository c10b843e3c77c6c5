// send — the parts of firing one event: a task that passes through phases, each in the file of its way.
//
//     segment       baseline → track → delivery (sandbox only) → trait
//     destination   baseline → assume → invoke                 → trait
//     handler       baseline → handler                         → trait
//
// Shape    a phase starts one request (enter) and reads its answer (answer), then goes to the next.
//          baseline and trait take part only with --wait. The trait phase polls.
// Ends     success when what was asked for is true: accepted without --wait, trait changed with it.
#pragma once

#include "base/clock.h"
#include "client/trait_watch.h"
#include "hops.h"
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
    bool debugger_asked, is_repeat;
    int polls;
};

extern const struct send_phase send_baseline, send_trait;    // send_trait.c
extern const struct send_phase send_traits;                  // the same; when somebody observes
extern const struct send_phase send_track;                   // send_segment.c
extern const struct send_phase send_delivery, send_debugger; // send_delivery.c
extern const struct send_phase send_assume, send_invoke;     // send_destination.c
extern const struct send_phase send_handler;                 // send_handler.c

// What another action fires through here, one task an event. The backend is open.
struct send_order {
    struct event *take_event;
    enum send_via via;
    enum client_source source;
    int64_t wait_ms; // 0: accepted is enough
};
struct task *send_new(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    const struct send_order *order);
const char *send_via_name(enum send_via via);
bool send_via_parse(struct str text, enum send_via *out);

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
