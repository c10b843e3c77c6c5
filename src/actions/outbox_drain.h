// outbox_drain — sends what waits in the outbox for the profile in use, one after the other, in the order of
// firing.
//
// Shape    the host task asks (outbox_drain_ask), starts the call, and gives the answer back; and so on until
//          nothing is asked any more. A refusal that will never change takes the row out and goes on; any
//          other failure ends it, for what comes later must not overtake.
// Owns     nothing of the outbox, which is the host's; outbox_drain_release.
#pragma once

#include "delivery/outbox.h"
#include "run.h"

struct outbox_drain {
    struct run *run;
    struct outbox *outbox;
    struct buf profile;        // owned
    struct buf label;          // owned: the row under way, for people
    int64_t id;                // of the row under way, or of the last one
    bool is_under_way;         // asked and not yet answered
    uint64_t sent, refused;    // so far
    struct error last_refusal; // of a row that went for it
};

void outbox_drain_init(struct outbox_drain *drain, struct run *run, struct outbox *outbox);
void outbox_drain_release(struct outbox_drain *drain);
// Builds the call for the next row. *has_asked false: none is left. ERROR_BUSY: another process sends them.
bool outbox_drain_ask(
    struct outbox_drain *drain, struct client_call *call, bool *has_asked, struct error *err)
    MUST_CHECK;
// False: it ends here, and `err` names the row.
bool outbox_drain_answer(
    struct outbox_drain *drain,
    const struct client_call *call,
    const struct task_event *event,
    struct error *err) MUST_CHECK;
// The row under way is asked once more (the sandbox's process has ended).
void outbox_drain_again(struct outbox_drain *drain);

// Will this answer be the same for ever, whatever becomes of the network, the account and the settings?
bool outbox_drain_is_final(const struct task_event *event);
enum outbox_fate outbox_drain_fate(const struct task_event *event);
