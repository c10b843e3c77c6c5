// meter — what the loop's hops did so far: how many passed, how many failed, how long they took; and the dot
// that travels along the strip when an event is fired.
//
// Shape    the newest METER_KEPT times of a hop give its median and 99th percentile. In the sandbox every
//          delivery counts; against real services only what this console fired can be known. At Segment
//          what its generator streams counts, too: each event once, each request with its time.
// Events   of each hop the last event seen there and the last that failed, with what it failed of.
// Travel   the dot takes METER_TRAVEL_MS for the whole way, and never passes a hop that has not answered:
//          the loop is far quicker than an eye.
// Threads  the UI's.
#pragma once

#include "console/feature.h"
#include "protocol/hop.h"

struct model;

#define METER_KEPT 512
#define METER_TRAVEL_MS 900
#define METER_FRAME_MS 50

struct meter_hop {
    uint64_t passed, failed;
    bool has_failed_last;
    double last_ms;        // below 0: not known
    double ms[METER_KEPT]; // ring
    size_t next, kept;
    int64_t seen_ms, failed_ms;    // wall, of the newest and of the newest failure; 0: none
    char message_id[HOP_ID_BYTES]; // of the newest; "": not known
    struct hop failure;            // the newest one, as it was told
};

struct meter {
    struct meter_hop hops[HOP_COUNT];
    bool is_sampled;        // in a flood the newest deliveries stand for all
    uint64_t watch_run_id;  // "watch deliveries"; 0: not watching
    uint64_t stream_run_id; // the generator's, of which these were counted
    uint64_t streamed, refused;
    int64_t travel_since_ms, frame_at_ms; // 0: no dot
    double travelled;                     // hops, of HOP_COUNT - 1
};

extern const struct feature meter_feature;

// The times of the newest ones, oldest first; returns how many, at most `most`.
size_t meter_recent(const struct meter_hop *hop, double *out, size_t most);
// Does "watch deliveries" tell what passes between Segment and the profile?
bool meter_sees_inside(const struct model *model);
// Only some of what passed that hop was told.
bool meter_is_sample(const struct model *model, enum hop_id id);
// Of the newest ones kept; below 0: none.
double meter_percentile(const struct meter_hop *hop, double share);
// Asks for what passes inside, when nobody tells it; not of the real services.
void meter_watch(struct model *model, struct effects *effects);
void meter_travel(struct model *model); // an event sets out
// Where the dot is: hops from the first; below 0: there is none.
double meter_travelled(const struct model *model);
