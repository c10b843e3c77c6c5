// intake — the one door through which every message enters the sandbox, from the network or from the
// handler's identify: judged, seen before?, normalised, stored, applied to the profile.
//
// Shape    intake_accept changes the event in place (it becomes what destinations see). Deliveries are
//          not made here: the destination takes accepted events from the store by sequence, so that a
//          kill between answer and delivery loses nothing.
// Threads  the sandbox's.
#pragma once

#include "cloud.h"
#include "segment/ingest.h"

struct intake_result {
    enum ingest_discard discard;
    bool is_duplicate;
    int64_t sequence; // of the event; 0 for a duplicate
};
// `normal` without received_at_ms, rng and project_id, which are the cloud's.
void intake_accept(
    struct cloud *cloud,
    enum source_id source,
    struct event *event,
    const struct ingest_options *normal,
    struct intake_result *out);
// For messages whose type is unknown or that broke a rule before they were read as an event.
void intake_discard(
    struct cloud *cloud,
    enum source_id source,
    struct event *event,
    enum ingest_discard discard,
    const struct ingest_options *normal);
