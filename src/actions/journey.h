// journey — the parts of telling one event's way round the loop: a task that asks one after the other.
//
//     sandbox   event → delivery (with its exchanges)                     → trait
//     cloud     event → log line of the message → lines of that run → list → trait
//
// Shape    a phase asks (ask) and reads (read); read returns false when the run cannot go on. What cannot be
//          asked or is refused on the way is a hidden station with the reason; only the event itself must be
//          found.
#pragma once

#include "protocol/journey.h"
#include "run.h"

struct journey_run;
struct journey_phase {
    // False: nothing to ask, or it cannot be; `err` says why when it has a code.
    bool (*ask)(struct journey_run *self, struct error *err);
    bool (*read)(struct journey_run *self, const struct task_event *event, struct error *err);
    bool is_needed; // its failure is the run's
};

struct journey_run {
    struct run run;
    const struct journey_phase *const *phases; // NULL-terminated
    size_t at;
    struct message *message; // owned: being filled
    struct buf request_id;   // owned; of the function's run
    struct str wanted;       // messageId; empty: the newest
    bool has_log, has_trait;
};

static inline struct journey *journey_of(struct journey_run *self) {
    return &self->message->as.journey;
}

extern const struct journey_phase journey_sandbox_event,
    journey_sandbox_delivery; // journey_sandbox.c
extern const struct journey_phase journey_cloud_event, journey_cloud_find, journey_cloud_lines,
    journey_cloud_list;                          // journey_cloud.c
extern const struct journey_phase journey_trait; // journey_trait.c

// The wanted event, for those who were asked do not know it: is it in the outbox? Then its journey is filled.
bool journey_find_kept(struct journey_run *self); // journey_kept.c
// A text of one's own into *slot, which held NULL or another; an empty one is NULL.
void journey_set_text(char **slot, struct str text);
void journey_hide(struct journey_run *self, enum hop_id hop, const char *title, struct str note);
// One that this process made itself: texts, time, status, request id.
struct journey_exchange *journey_add_own(
    struct journey_run *self, enum hop_id hop, const char *title, const struct task_event *event);
// A line of the function's log; its time is in it, if not known otherwise (0).
void journey_read_line(struct journey_run *self, int64_t at_ms, struct str line);
// The trait's list as the list of recommendations it came from.
void journey_list_of_trait(
    const struct journey_trait *trait, const char *note, struct journey_list *out);
